//! Which fields of the rows hold texts from the accounts: those that may come with marks out of the comparison.

use std::cell::RefCell;

use super::attribute::Attribute;
use super::role::{RoleGrants, RoleResult, RoleSide};
use super::rows::{
    AttributeDifference, ChangedStatement, CrossReference, EquivalencyHit, ItemDifference, RealItem, RealTexts,
    ReferencePart, RoleAccessDifference, RoleDenyDifference, RoleTrustDifference, StatementWarning,
};
use crate::model::{HasTexts, has_texts};
use crate::semantics::difference_condition::DifferenceCondition;
use crate::semantics::outcome::{AccessDifference, DenyDifference, Refusal, StatementRef, Witness};
use crate::semantics::trust::{TrustDifference, TrustWitness};

has_texts!(RoleResult {
    role, path, left, right, grants;
    status, service_linked, access_grade, trust_grade, differences, accepted
});
has_texts!(RoleSide { name, path, normalised_path, arn; created_at, last_used_at, last_used_region });
has_texts!(RoleGrants { access, trust; });
has_texts!(ItemDifference {
    role, path, role_arn, policy_name, service, action, arn, principal, condition, excluded, real;
    side, policy_type, effect, principal_type, action_element, resource_element, note
});
has_texts!(RoleAccessDifference { role, role_arn, difference, counterpart, changed_statement, real; witness_is_real });
has_texts!(RoleTrustDifference { role, role_arn, difference, counterpart, real; witness_is_real });
has_texts!(RoleDenyDifference { role, role_arn, difference, counterpart, changed_statement, real; witness_is_real });
has_texts!(RealTexts { resources, except, principal, condition; });
has_texts!(RealItem { policy_name, arn, principal, condition, excluded; });
has_texts!(ChangedStatement { left, right; });
has_texts!(StatementWarning { role, role_arn, statement, text; side, id });
has_texts!(AttributeDifference { role, left_arn, right_arn, attribute, left, right, real; accepted, alike });
has_texts!(CrossReference {
    role, role_arn, policy_name, text, value, placeholder, further;
    side, policy_type, place, owner, third_accounts
});
has_texts!(ReferencePart { value, placeholder; });
has_texts!(EquivalencyHit { placeholder, value, role, policy_name, before, after; side, place, count });

has_texts!(AccessDifference {
    service, actions, not_actions, resources, except, condition, witness, granted_by, refused_by, reasons;
    side, access_level, wildcard_only, certainty, escalations
});
has_texts!(DenyDifference {
    service, actions, not_actions, resources, except, condition, witness, denied_by, reasons;
    side, certainty
});
has_texts!(TrustDifference {
    actions, principal, except, condition, witness, granted_by, refused_by, reasons;
    side, principal_type, relation, certainty
});
has_texts!(Witness { action, resource, context; });
has_texts!(TrustWitness { action, principal, context; principal_type });
has_texts!(StatementRef { policy_name, real_policy_name, sid; policy_type, statement });

impl HasTexts for DifferenceCondition {
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        let change = RefCell::new(change);
        *self = self.with_texts(|text| {
            let mut text = text.to_owned();
            change.borrow_mut()(&mut text);
            text
        });
    }
}

impl HasTexts for Refusal {
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Deny(statements) => statements.each_text(change),
            Self::NoAllow | Self::Boundary => {}
        }
    }
}

impl HasTexts for Attribute {
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Tag(key) => change(key),
            Self::Path
            | Self::Description
            | Self::MaxSessionDuration
            | Self::PermissionsBoundary
            | Self::InstanceProfiles
            | Self::InlinePolicies
            | Self::AttachedPolicies
            | Self::UniqueId => {}
        }
    }
}

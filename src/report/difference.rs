//! One difference, whatever list it stands in.

use serde::Serialize;
use serde_json::Value;

use super::fingerprint::Fingerprint;
use super::limitation::Limitation;
use super::role::{RoleGrants, RoleResult};
use super::rows::{
    AttributeDifference, CrossReference, ItemDifference, RoleAccessDifference, RoleDenyDifference, RoleTrustDifference,
    StatementWarning,
};
use crate::model::facts::{self, ItemTexts};
use crate::model::{DifferenceFacts, DifferenceKind, Side, words};

words! {
    /// A list of the report.
    pub enum List {
        /// All roles; those of one account only and those with an ambiguous name are differences.
        Roles = "roles",
        /// Items of policies that one account's role has.
        Items = "item_differences",
        /// What one account's role can do.
        Access = "access_differences",
        /// Who can assume one account's role.
        Trust = "trust_differences",
        /// What is explicitly denied in one account.
        Denies = "deny_differences",
        /// Attributes.
        Attributes = "attribute_differences",
        /// Texts that belong to the other account.
        CrossReferences = "cross_references",
        /// Statements to look at.
        StatementWarnings = "statement_warnings",
        /// What limits the report.
        Limitations = "limitations",
    }
}

/// One difference, or one thing to know. Serialized, it is its row of `report.json`.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub enum Difference<'a> {
    /// A role of one account only, or with an ambiguous name.
    Role(&'a RoleResult),
    /// An item of a policy.
    Item(&'a ItemDifference),
    /// What a role can do.
    Access(&'a RoleAccessDifference),
    /// Who can assume it.
    Trust(&'a RoleTrustDifference),
    /// What it is explicitly denied.
    Deny(&'a RoleDenyDifference),
    /// An attribute.
    Attribute(&'a AttributeDifference),
    /// A text that belongs to the other account.
    CrossReference(&'a CrossReference),
    /// A statement to look at.
    Statement(&'a StatementWarning),
    /// What limits the report.
    Limitation(&'a Limitation),
}

impl<'a> Difference<'a> {
    /// The account and the ARN of the real role it is about; several roles can share a name. None for a limitation.
    #[must_use]
    pub fn real_role(&self) -> Option<(Side, &'a str)> {
        match self {
            Self::Role(role) => {
                let side = role.only_side().unwrap_or(Side::Left);
                role.side(side).map(|real| (side, real.arn.as_str()))
            }
            Self::Item(row) => Some((row.side, &row.role_arn)),
            Self::Access(row) => Some((row.difference.side, &row.role_arn)),
            Self::Trust(row) => Some((row.difference.side, &row.role_arn)),
            Self::Deny(row) => Some((row.difference.side, &row.role_arn)),
            Self::Attribute(row) => Some((Side::Left, &row.left_arn)),
            Self::CrossReference(row) => Some((row.side, &row.role_arn)),
            Self::Statement(row) => Some((row.side, &row.role_arn)),
            Self::Limitation(_) => None,
        }
    }

    /// The account that has it; none if it is about both.
    #[must_use]
    pub const fn side(&self) -> Option<Side> {
        match self {
            Self::Role(role) => role.only_side(),
            Self::Item(row) => Some(row.side),
            Self::Access(row) => Some(row.difference.side),
            Self::Trust(row) => Some(row.difference.side),
            Self::Deny(row) => Some(row.difference.side),
            Self::CrossReference(row) => Some(row.side),
            Self::Statement(row) => Some(row.side),
            Self::Attribute(_) | Self::Limitation(_) => None,
        }
    }

    /// Whether the comparison contradicts itself about it.
    #[must_use]
    pub fn is_inconsistent(&self) -> bool {
        match self {
            Self::Access(row) => row.difference.is_inconsistent(),
            Self::Trust(row) => row.difference.is_inconsistent(),
            Self::Deny(row) => row.difference.is_inconsistent(),
            Self::Role(_)
            | Self::Item(_)
            | Self::Attribute(_)
            | Self::CrossReference(_)
            | Self::Statement(_)
            | Self::Limitation(_) => false,
        }
    }

    /// The service prefix of its actions, `*` for all; none for what is about no actions.
    #[must_use]
    pub fn service(&self) -> Option<&'a str> {
        match self {
            Self::Item(row) => Some(&row.service),
            Self::Access(row) => Some(&row.difference.service),
            Self::Deny(row) => Some(&row.difference.service),
            Self::Role(_)
            | Self::Trust(_)
            | Self::Attribute(_)
            | Self::CrossReference(_)
            | Self::Statement(_)
            | Self::Limitation(_) => None,
        }
    }

    /// The values of an attribute in the two accounts; null for anything else.
    #[must_use]
    pub fn values(&self) -> (Value, Value) {
        match self {
            Self::Attribute(row) => (row.left.clone(), row.right.clone()),
            Self::Role(_)
            | Self::Item(_)
            | Self::Access(_)
            | Self::Trust(_)
            | Self::Deny(_)
            | Self::CrossReference(_)
            | Self::Statement(_)
            | Self::Limitation(_) => (Value::Null, Value::Null),
        }
    }

    /// What accepted entries are compared with; `role` is the place of its role. One for each entry of an attribute that
    /// is a list, else one. None for what cannot be accepted: a remark, a limitation, and a role of both accounts.
    #[must_use]
    pub fn facts(&self, role: usize) -> Vec<DifferenceFacts> {
        let facts = match self {
            Self::Role(result) => match result.only_side() {
                Some(side) => DifferenceFacts {
                    grants: result.grants.as_ref().map(grants),
                    ..DifferenceFacts::new(DifferenceKind::Role, role, Some(side))
                },
                None => return Vec::new(),
            },
            Self::Item(row) => item_facts(row, role),
            Self::Access(row) => {
                let d = &row.difference;
                let policies = d.granted_by.iter().map(|statement| statement.policy_name.as_str());
                facts::access(
                    DifferenceKind::Access,
                    role,
                    d.side,
                    policies,
                    (&d.service, &d.actions, &d.not_actions),
                    (&d.resources, &d.except),
                )
                .under(d.condition.as_deref())
            }
            Self::Deny(row) => {
                let d = &row.difference;
                let policies = d.denied_by.iter().map(|statement| statement.policy_name.as_str());
                facts::access(
                    DifferenceKind::Deny,
                    role,
                    d.side,
                    policies,
                    (&d.service, &d.actions, &d.not_actions),
                    (&d.resources, &d.except),
                )
                .under(d.condition.as_deref())
            }
            Self::Trust(row) => {
                let d = &row.difference;
                facts::trust(role, d.side, &d.principal, &d.except, &d.actions).under(d.condition.as_deref())
            }
            Self::Attribute(row) => return attribute_facts(row, role),
            Self::CrossReference(row) => {
                facts::cross_reference(role, row.side, row.policy_name.as_deref(), row.place.as_str(), &row.text)
            }
            Self::Statement(_) | Self::Limitation(_) => return Vec::new(),
        };
        vec![facts]
    }
}

fn attribute_facts(row: &AttributeDifference, role: usize) -> Vec<DifferenceFacts> {
    let facts = |entry: Option<(Side, String)>| {
        facts::attribute(role, &row.attribute.to_string(), [row.left.clone(), row.right.clone()], entry)
    };
    let entries = row.only_in();
    if entries.is_empty() {
        return vec![facts(None)];
    }
    entries.into_iter().map(|entry| facts(Some((entry.side, entry.normalized)))).collect()
}

/// A fingerprint of what a role of one account grants, and to whom: all that entries ask of access and trust.
pub(super) fn grants(grants: &RoleGrants) -> String {
    let mut hash = Fingerprint::of_texts();
    let all = (grants.access.iter().map(Difference::Access)).chain(grants.trust.iter().map(Difference::Trust));
    for facts in all.flat_map(|difference| difference.facts(0)) {
        let DifferenceFacts { policies, actions, resources, except, principal, condition, .. } = facts;
        for list in [policies, actions, resources, except] {
            hash.part(&list.join("\n"));
        }
        hash.part(principal.as_deref().unwrap_or_default());
        hash.part(condition.as_deref().unwrap_or_default());
    }
    hash.finish()
}

fn item_facts(row: &ItemDifference, role: usize) -> DifferenceFacts {
    let texts = ItemTexts {
        side: row.side,
        policy: &row.policy_name,
        effect: row.effect,
        service: &row.service,
        action: &row.action,
        action_element: row.action_element,
        resource: row.arn.as_deref(),
        resource_element: row.resource_element,
        principal: row.principal.as_deref(),
        principal_type: row.principal_type,
    };
    texts.facts(role).under(row.condition.as_deref())
}

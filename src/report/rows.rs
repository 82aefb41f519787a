//! The rows of a report: what differs, list by list, as `report.json` has it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::attribute::Attribute;
use crate::expand::Note;
use crate::model::{ActionElement, Effect, ItemPrincipalType, Place, PolicyType, ResourceElement, Side, Sides};
use crate::semantics::difference_condition::DifferenceCondition;
use crate::semantics::outcome::{AccessDifference, DenyDifference, StatementRef, StatementWarningKind, Witness};
use crate::semantics::trust::{TrustDifference, TrustWitness};

/// A row of a common role that only one account has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ItemDifference {
    /// The account that has it.
    pub side: Side,
    /// The role's normalized name.
    pub role: String,
    /// The role's normalized path.
    pub path: String,
    /// The real role.
    pub role_arn: String,
    /// The policy's normalized name.
    pub policy_name: String,
    /// How the role has the policy.
    pub policy_type: PolicyType,
    /// Allow or Deny.
    pub effect: Effect,
    /// The service prefix; `*` for all.
    pub service: String,
    /// The action.
    pub action: String,
    /// The normalized resource, in an identity policy.
    pub arn: Option<String>,
    /// The normalized principal, in a trust policy.
    pub principal: Option<String>,
    /// `AWS`, `Service`, …; with a leading `Not` for `NotPrincipal`.
    pub principal_type: Option<ItemPrincipalType>,
    /// `Action` or `NotAction`.
    pub action_element: ActionElement,
    /// `Resource` or `NotResource`, in an identity policy.
    pub resource_element: Option<ResourceElement>,
    /// The condition as canonical JSON.
    pub condition: Option<String>,
    /// Why the row is kept though the catalog does not explain it.
    pub note: Option<Note>,
    /// The whole list of a `NotAction`, `NotResource` or `NotPrincipal` that this row is a part of.
    pub excluded: Option<String>,
    /// The row's texts in the account's own names; none where they are the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub real: Option<RealItem>,
}

/// Texts of an item as the policies of its account spell them. A text that can be spelled in several ways stays
/// normalized.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RealItem {
    /// The policy's name.
    pub policy_name: String,
    /// The resource, in an identity policy.
    pub arn: Option<String>,
    /// The principal, in a trust policy.
    pub principal: Option<String>,
    /// The condition as canonical JSON.
    pub condition: Option<String>,
    /// The whole list of a `NotAction`, `NotResource` or `NotPrincipal` that the item is a part of.
    pub excluded: Option<String>,
}

impl ItemDifference {
    /// Its texts in the account's own names.
    #[must_use]
    pub fn named(&self) -> RealItem {
        self.real.clone().unwrap_or_else(|| self.normalized())
    }

    /// Its texts after normalization.
    #[must_use]
    pub fn normalized(&self) -> RealItem {
        RealItem {
            policy_name: self.policy_name.clone(),
            arn: self.arn.clone(),
            principal: self.principal.clone(),
            condition: self.condition.clone(),
            excluded: self.excluded.clone(),
        }
    }
}

/// The statement of an inline policy that a difference comes from, as a short hash of what it says in each account.
/// Where the policy is in one account only, of the whole policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChangedStatement {
    /// What it says in the first account; none if it is not there.
    pub left: Option<String>,
    /// What it says in the second account.
    pub right: Option<String>,
}

/// Texts of a row as the policies of the account that has the difference spell them. A text that can be spelled in several
/// ways stays normalized.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct RealTexts {
    /// The resources; none in a row of a trust policy.
    pub resources: Vec<String>,
    /// What is left out of the resources, or of the principals.
    pub except: Vec<String>,
    /// The principal of a row of a trust policy.
    pub principal: Option<String>,
    /// The condition under which the difference exists.
    pub condition: Option<DifferenceCondition>,
}

/// The texts of a row in the names that people know.
#[derive(Debug, Clone, Copy)]
pub struct NamedTexts<'a> {
    /// The resources; none in a row of a trust policy.
    pub resources: &'a [String],
    /// What is left out of the resources, or of the principals.
    pub except: &'a [String],
    /// The principal of a row of a trust policy; empty elsewhere.
    pub principal: &'a str,
    /// The condition under which the difference exists.
    pub condition: Option<&'a DifferenceCondition>,
}

impl RealTexts {
    fn named(&self) -> NamedTexts<'_> {
        NamedTexts {
            resources: &self.resources,
            except: &self.except,
            principal: self.principal.as_deref().unwrap_or_default(),
            condition: self.condition.as_ref(),
        }
    }
}

impl RoleAccessDifference {
    /// Its texts in the account's own names.
    #[must_use]
    pub fn named(&self) -> NamedTexts<'_> {
        let AccessDifference { resources, except, condition, .. } = &self.difference;
        let normalized = NamedTexts { resources, except, principal: "", condition: condition.as_ref() };
        self.real.as_ref().map_or(normalized, RealTexts::named)
    }
}

impl RoleDenyDifference {
    /// Its texts in the account's own names.
    #[must_use]
    pub fn named(&self) -> NamedTexts<'_> {
        let DenyDifference { resources, except, condition, .. } = &self.difference;
        let normalized = NamedTexts { resources, except, principal: "", condition: condition.as_ref() };
        self.real.as_ref().map_or(normalized, RealTexts::named)
    }
}

impl RoleTrustDifference {
    /// Its texts in the account's own names.
    #[must_use]
    pub fn named(&self) -> NamedTexts<'_> {
        let TrustDifference { principal, except, condition, .. } = &self.difference;
        let normalized = NamedTexts { resources: &[], except, principal, condition: condition.as_ref() };
        self.real.as_ref().map_or(normalized, RealTexts::named)
    }
}

/// Something that a common role may do in one account only.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleAccessDifference {
    /// The role's normalized name.
    pub role: String,
    /// The real role, in the account where it may.
    pub role_arn: String,
    /// What it may do. Resources and conditions are normalized, the witness has the account's real names.
    #[serde(flatten)]
    pub difference: AccessDifference,
    /// The witness in the other account's names, where it is refused. None where the same request means something
    /// else in the other account and is allowed there, such as one about that account's own resources.
    pub counterpart: Option<Witness>,
    /// Whether the witness was confirmed once more with the account's real names. If not, a placeholder stands for
    /// several names in this account, and the witness may need another of them.
    pub witness_is_real: bool,
    /// The row's texts in the account's own names; none where they are the same.
    pub real: Option<RealTexts>,
    /// The statement it comes from, if that is one of an inline policy.
    pub changed_statement: Option<ChangedStatement>,
}

/// Somebody who can assume a common role in one account only.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleTrustDifference {
    /// The role's normalized name.
    pub role: String,
    /// The real role, in the account where it can be assumed.
    pub role_arn: String,
    /// Who can assume it. Principals and conditions are normalized, the witness has the account's real names.
    #[serde(flatten)]
    pub difference: TrustDifference,
    /// As in [`RoleAccessDifference`].
    pub counterpart: Option<TrustWitness>,
    /// As in [`RoleAccessDifference`].
    pub witness_is_real: bool,
    /// The row's texts in the account's own names; none where they are the same.
    pub real: Option<RealTexts>,
}

/// Something that a common role is explicitly denied in one account only.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleDenyDifference {
    /// The role's normalized name.
    pub role: String,
    /// The real role, in the account where it is denied.
    pub role_arn: String,
    /// What is denied.
    #[serde(flatten)]
    pub difference: DenyDifference,
    /// The witness in the other account's names, where no statement denies it.
    pub counterpart: Option<Witness>,
    /// As in [`RoleAccessDifference`].
    pub witness_is_real: bool,
    /// The row's texts in the account's own names; none where they are the same.
    pub real: Option<RealTexts>,
    /// As in [`RoleAccessDifference`].
    pub changed_statement: Option<ChangedStatement>,
}

/// A statement to look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StatementWarning {
    /// The account.
    pub side: Side,
    /// The role's normalized name.
    pub role: String,
    /// The real role.
    pub role_arn: String,
    /// The statement.
    pub statement: StatementRef,
    /// The kind of warning.
    pub id: StatementWarningKind,
    /// The warning in words.
    pub text: String,
}

/// An attribute of a common role that differs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AttributeDifference {
    /// The role's normalized name.
    pub role: String,
    /// The first account's role.
    pub left_arn: String,
    /// The second account's role.
    pub right_arn: String,
    /// `path`, `description`, `max_session_duration`, `permissions_boundary`, `tag:KEY`, `instance_profiles`,
    /// `inline_policies` or `attached_policies`.
    pub attribute: Attribute,
    /// The first account's normalized value; null for none.
    pub left: Value,
    /// The second account's normalized value; null for none.
    pub right: Value,
    /// The values in the accounts' own names, null for none; none of both where they are the same. A list has the order
    /// of the normalized list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub real: Option<Sides<Value>>,
    /// Entries of a list that only one account has and that somebody has accepted, while others are open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<AcceptedEntryOfList>,
    /// Entries of a list that only one account has, though the other has one that looks the same after normalization.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alike: Vec<AlikeEntryOfList>,
}

/// An entry of a list that only looks like one of the other account: `app-environment` beside `app-dev`, where the
/// dictionary made `environment` of `dev`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AlikeEntryOfList {
    /// The account that has it.
    pub side: Side,
    /// The entry in the account's own names.
    pub real: String,
}

/// An entry of a list that somebody has accepted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AcceptedEntryOfList {
    /// The account that has it.
    pub side: Side,
    /// The entry after normalization.
    pub entry: String,
}

/// An entry of a list, such as an attached policy, that only one account has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// The account.
    pub side: Side,
    /// The entry after normalization.
    pub normalized: String,
    /// The entry in the account's own names.
    pub real: String,
}

/// A text of one account's role that means another account: qa's role that points at dev's bucket. The dictionary
/// makes each account's own texts alike, never these.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CrossReference {
    /// The account whose role holds it.
    pub side: Side,
    /// The role's normalized name.
    pub role: String,
    /// The real role.
    pub role_arn: String,
    /// The policy's name as harvested; `trust` for the trust policy; none for a text that is in no policy.
    pub policy_name: Option<String>,
    /// How the role has the policy.
    pub policy_type: Option<PolicyType>,
    /// In which kind of text: `resource`, `principal`, `condition`, `tag`, …
    #[serde(rename = "where")]
    pub place: Place,
    /// The whole text as harvested.
    pub text: String,
    /// The part of it that belongs to another account.
    pub value: String,
    /// What that account's own `value` is replaced by.
    pub placeholder: String,
    /// The account whose value it is: the other one. None if it belongs to third accounts.
    pub owner: Option<Side>,
    /// Further parts of the text that belong to the same account.
    pub further: Vec<ReferencePart>,
    /// The tags of the third accounts that it belongs to; empty if it belongs to the other account.
    #[serde(default)]
    pub third_accounts: Vec<String>,
}

/// A part of a text that belongs to another account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReferencePart {
    /// The part.
    pub value: String,
    /// What that account's own `value` is replaced by.
    pub placeholder: String,
}

/// A text in which a dictionary entry replaced something; count 0 for an entry that replaced nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EquivalencyHit {
    /// The account.
    pub side: Side,
    /// The placeholder.
    pub placeholder: String,
    /// The text that was replaced.
    pub value: String,
    /// In which kind of text: `rolename`, `path`, `policyname`, `resource`, …
    pub place: Option<Place>,
    /// The role's real name; empty for a managed policy's text.
    pub role: String,
    /// The policy's real name, for a policy's text.
    pub policy_name: String,
    /// The whole text before.
    pub before: String,
    /// The whole text after.
    pub after: String,
    /// How often.
    pub count: usize,
}

impl AttributeDifference {
    /// The values in the accounts' own names, the first account's first.
    #[must_use]
    pub fn named(&self) -> (&Value, &Value) {
        self.real.as_ref().map_or((&self.left, &self.right), |real| (&real.left, &real.right))
    }

    /// The entries of a list that only one account has and that nobody has accepted, first those of the first account;
    /// empty where the attribute is no list.
    #[must_use]
    pub fn only_in(&self) -> Vec<ListEntry> {
        let texts = |value: &Value| -> Vec<String> {
            let list = value.as_array().into_iter().flatten();
            // The lists that are compared hold names and ARNs, which are texts.
            list.filter_map(|entry| entry.as_str().map(str::to_owned)).collect()
        };
        let (left, right) = (texts(&self.left), texts(&self.right));
        let (real_left, real_right) = self.named();
        let only = |side: Side, own: &[String], real: &Value, other: &[String]| -> Vec<ListEntry> {
            let real = texts(real);
            let is_accepted = |text: &String| self.accepted.iter().any(|one| (one.side, &one.entry) == (side, text));
            let entries = own.iter().enumerate().map(|(index, entry)| ListEntry {
                side,
                normalized: entry.clone(),
                real: real.get(index).unwrap_or(entry).clone(),
            });
            let is_alike =
                |entry: &ListEntry| self.alike.iter().any(|one| (one.side, &one.real) == (side, &entry.real));
            let is_only = |entry: &ListEntry| !other.contains(&entry.normalized) || is_alike(entry);
            entries.filter(|entry| is_only(entry) && !is_accepted(&entry.normalized)).collect()
        };
        let mut all = only(Side::Left, &left, real_left, &right);
        all.extend(only(Side::Right, &right, real_right, &left));
        all
    }
}

//! What a comparison found. Serialised, this is `report.json`.

use serde::Serialize;
use serde_json::Value;

use super::accepted::AcceptedDifference;
use super::select::Selection;
use crate::model::{AcceptedEntry, AccountId, AccountTag, Effect, EquivalencyList, PolicyType, Side, Sides};
use crate::semantics::outcome::{AccessDifference, DenyDifference, Grade, StatementRef, Witness};
use crate::semantics::trust::{TrustDifference, TrustWitness};

/// `format` of `report.json`.
pub const FORMAT: &str = "iamctl-report";

/// The version of `report.json`.
pub const VERSION: u32 = 1;

/// Everything that is reported of two accounts. All lists are sorted.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// Always [`FORMAT`].
    pub format: &'static str,
    /// Always [`VERSION`].
    pub version: u32,
    /// When the report was made, RFC 3339.
    pub generated_at: String,
    /// The version of the program.
    pub iamctl: &'static str,
    /// The actions the comparison knew.
    pub catalogue: CatalogueInfo,
    /// The dictionary the comparison was made under, in the form of its file.
    pub dictionary: EquivalencyList,
    /// The names of the built-in rules that were on.
    pub builtin_rules: Vec<&'static str>,
    /// Which of their roles were asked for.
    pub selection: Selection,
    /// The two accounts.
    pub accounts: Sides<AccountInfo>,
    /// The thirteen counts, in the order people know them.
    pub summary: Vec<Metric>,
    /// Every role of either account, sorted by name, path and ARN.
    pub roles: Vec<RoleResult>,
    /// Rows of common roles that only one account has.
    pub item_differences: Vec<ItemDifference>,
    /// What one account's role may do and the other's may not.
    pub access_differences: Vec<RoleAccessDifference>,
    /// Who may take one account's role and not the other's.
    pub trust_differences: Vec<RoleTrustDifference>,
    /// What one account's role is denied outright and the other's is not: no difference in what they may do, but a
    /// resource's own policy may grant what only one of them is denied.
    pub deny_differences: Vec<RoleDenyDifference>,
    /// Attributes of common roles that differ.
    pub attribute_differences: Vec<AttributeDifference>,
    /// Where a common role of one account holds a text that belongs to the other account.
    pub cross_references: Vec<CrossReference>,
    /// Differences that somebody has accepted; they are in none of the lists above.
    pub accepted_differences: Vec<AcceptedDifference>,
    /// The file of accepted entries the report was made under; none if there was none.
    pub accepted_file: Option<String>,
    /// Its entries, in its order; an entry's number is its place, from 1.
    pub accepted_entries: Vec<AcceptedEntry>,
    /// What each dictionary entry replaced, where, how often.
    pub equivalency_hits: Vec<EquivalencyHit>,
    /// Statements of differing roles that do not do what they seem to, or could be read in two ways.
    pub statement_warnings: Vec<StatementWarning>,
    /// What the reader must know to trust the result: what could not be compared, and why.
    pub warnings: Vec<String>,
}

/// Which catalogue was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogueInfo {
    /// Where its facts are from.
    pub source: String,
    /// The date of its facts, `YYYY-MM-DD`.
    pub date: String,
    /// How many actions it knows.
    pub actions: usize,
}

/// One of the two accounts.
#[derive(Debug, Clone, Serialize)]
pub struct AccountInfo {
    /// The user's name for it.
    pub tag: AccountTag,
    /// Its id; absent only where a file does not tell.
    pub account_id: Option<AccountId>,
    /// Where it was read from, in words.
    pub source: String,
    /// When it was read, RFC 3339; absent where a file does not tell.
    pub harvested_at: Option<String>,
    /// How many of its roles were compared.
    pub roles: usize,
    /// How many rows they have.
    pub items: usize,
}

/// One count of both accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Metric {
    /// What is counted.
    pub metric: &'static str,
    /// The count of the first account.
    pub left: usize,
    /// The count of the second account.
    pub right: usize,
}

/// Where a role was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleStatus {
    /// In both accounts.
    Common,
    /// Only in the first.
    LeftOnly,
    /// Only in the second.
    RightOnly,
    /// Several roles of one account have this name after normalising. Compared with the counterpart that fits best,
    /// if there is one.
    Ambiguous,
}

/// A role of one or both accounts.
#[derive(Debug, Clone, Serialize)]
pub struct RoleResult {
    /// The normalised name; the first account's spelling where there are two.
    pub role: String,
    /// The normalised path; the first account's where there are two.
    pub path: String,
    /// Where it was found.
    pub status: RoleStatus,
    /// Whether an AWS service owns it.
    pub service_linked: bool,
    /// The role in the first account.
    pub left: Option<RoleSide>,
    /// The role in the second account.
    pub right: Option<RoleSide>,
    /// How far the two roles may do the same; none for a role of one account.
    pub access_grade: Option<Grade>,
    /// How far the same may take the two roles; none for a role of one account.
    pub trust_grade: Option<Grade>,
    /// How many differences it has.
    pub differences: DifferenceCounts,
    /// Whether somebody has accepted that only one account has it; false for a role of both.
    pub accepted: bool,
}

impl RoleResult {
    /// The role on one side, if it is there.
    #[must_use]
    pub const fn side(&self, side: Side) -> Option<&RoleSide> {
        match side {
            Side::Left => self.left.as_ref(),
            Side::Right => self.right.as_ref(),
        }
    }

    /// The normalised path on one side; the pair's path where the role is not there.
    #[must_use]
    pub fn shown_path(&self, side: Side) -> &str {
        self.side(side).map_or(&self.path, |role| &role.normalised_path)
    }

    /// Whether the role was found in both accounts.
    #[must_use]
    pub const fn is_paired(&self) -> bool {
        self.left.is_some() && self.right.is_some()
    }

    /// The account that has it, if only one does.
    #[must_use]
    pub const fn only_side(&self) -> Option<Side> {
        match (&self.left, &self.right) {
            (Some(_), None) => Some(Side::Left),
            (None, Some(_)) => Some(Side::Right),
            (Some(_), Some(_)) | (None, None) => None,
        }
    }

    /// Whether it is in one account only, and nobody has accepted that.
    #[must_use]
    pub const fn is_open_alone(&self) -> bool {
        !self.is_paired() && !self.accepted
    }

    /// Whether what it may do, or who may take it, differs or may differ, and somebody has yet to accept some of it.
    /// What could not be told is no all-clear.
    #[must_use]
    pub fn is_open_in_access(&self) -> bool {
        let counts = self.differences;
        // A grade like that has rows. Without any, and with nothing accepted, it would still stand.
        let open = |grade: Option<Grade>, rows: usize| {
            matches!(grade, Some(Grade::Different | Grade::Unknown)) && (rows > 0 || counts.accepted == 0)
        };
        open(self.access_grade, counts.access) || open(self.trust_grade, counts.trust)
    }
}

/// A role as one account has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoleSide {
    /// Its real name.
    pub name: String,
    /// Its real path.
    pub path: String,
    /// Its path after normalising.
    pub normalised_path: String,
    /// Its ARN.
    pub arn: String,
}

/// How many differences a common role has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct DifferenceCounts {
    /// Rows on either side.
    pub items: usize,
    /// Ways in which it may do more on one side.
    pub access: usize,
    /// Ways in which it may be taken on one side only.
    pub trust: usize,
    /// Ways in which it is denied more on one side.
    pub denies: usize,
    /// Attributes.
    pub attributes: usize,
    /// Texts of either side that belong to the other account.
    pub cross_references: usize,
    /// Differences that somebody has accepted.
    pub accepted: usize,
}

impl DifferenceCounts {
    /// Whether nothing differs, but for what was accepted.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.items + self.access + self.trust + self.denies + self.attributes + self.cross_references == 0
    }
}

/// A row of a common role that only one account has.
#[derive(Debug, Clone, Serialize)]
pub struct ItemDifference {
    /// The account that has it.
    pub side: Side,
    /// The role's normalised name.
    pub role: String,
    /// The role's normalised path.
    pub path: String,
    /// The real role.
    pub role_arn: String,
    /// The policy's normalised name.
    pub policy_name: String,
    /// How the role has the policy.
    pub policy_type: PolicyType,
    /// Allow or Deny.
    pub effect: Effect,
    /// The service prefix; `*` for all.
    pub service: String,
    /// The action.
    pub action: String,
    /// The normalised resource, in an identity policy.
    pub arn: Option<String>,
    /// The normalised principal, in a trust policy.
    pub principal: Option<String>,
    /// `AWS`, `Service`, …; with a leading `Not` for `NotPrincipal`.
    pub principal_type: Option<&'static str>,
    /// `Action` or `NotAction`.
    pub action_element: &'static str,
    /// `Resource` or `NotResource`, in an identity policy.
    pub resource_element: Option<&'static str>,
    /// The condition as canonical JSON.
    pub condition: Option<String>,
    /// Why the row is kept though the catalogue does not explain it.
    pub note: Option<&'static str>,
    /// The whole list of a `NotAction`, `NotResource` or `NotPrincipal` that this row is a part of.
    pub excluded: Option<String>,
}

/// Something that a common role may do in one account only.
#[derive(Debug, Clone, Serialize)]
pub struct RoleAccessDifference {
    /// The role's normalised name.
    pub role: String,
    /// The real role, in the account where it may.
    pub role_arn: String,
    /// What it may do. Resources and conditions are normalised, the witness has the account's real names.
    #[serde(flatten)]
    pub difference: AccessDifference,
    /// The witness in the other account's names, where it is refused. None where the same request means something
    /// else in the other account and is allowed there, such as one about that account's own resources.
    pub counterpart: Option<Witness>,
    /// Whether the witness was confirmed once more with the account's real names. If not, a placeholder stands for
    /// several names in this account, and the witness may need another of them.
    pub witness_is_real: bool,
}

/// Somebody who may take a common role in one account only.
#[derive(Debug, Clone, Serialize)]
pub struct RoleTrustDifference {
    /// The role's normalised name.
    pub role: String,
    /// The real role, in the account where it may be taken.
    pub role_arn: String,
    /// Who may take it. Principals and conditions are normalised, the witness has the account's real names.
    #[serde(flatten)]
    pub difference: TrustDifference,
    /// As in [`RoleAccessDifference`].
    pub counterpart: Option<TrustWitness>,
    /// As in [`RoleAccessDifference`].
    pub witness_is_real: bool,
}

/// Something that a common role is denied outright in one account only.
#[derive(Debug, Clone, Serialize)]
pub struct RoleDenyDifference {
    /// The role's normalised name.
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
}

/// A statement to look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct StatementWarning {
    /// The account.
    pub side: Side,
    /// The role's normalised name.
    pub role: String,
    /// The real role.
    pub role_arn: String,
    /// The statement.
    pub statement: StatementRef,
    /// The kind of warning.
    pub id: &'static str,
    /// The warning in words.
    pub text: String,
}

/// An attribute of a common role that differs.
#[derive(Debug, Clone, Serialize)]
pub struct AttributeDifference {
    /// The role's normalised name.
    pub role: String,
    /// The first account's role.
    pub left_arn: String,
    /// The second account's role.
    pub right_arn: String,
    /// `path`, `description`, `max_session_duration`, `permissions_boundary`, `tag:KEY`, `instance_profiles`,
    /// `inline_policies` or `attached_policies`.
    pub attribute: String,
    /// The first account's normalised value; null for none.
    pub left: Value,
    /// The second account's normalised value; null for none.
    pub right: Value,
}

/// A text of one account's role that means the other account: qa's role that points at dev's bucket. The dictionary
/// makes each account's own texts alike, never these.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CrossReference {
    /// The account whose role holds it.
    pub side: Side,
    /// The role's normalised name.
    pub role: String,
    /// The real role.
    pub role_arn: String,
    /// The policy's name as harvested; `trust` for the trust policy; none for a text that is in no policy.
    pub policy_name: Option<String>,
    /// How the role has the policy.
    pub policy_type: Option<PolicyType>,
    /// In which kind of text: `resource`, `principal`, `condition`, `tag`, …
    #[serde(rename = "where")]
    pub place: &'static str,
    /// The whole text as harvested.
    pub text: String,
    /// The part of it that belongs to the other account.
    pub value: String,
    /// What the other account's own `value` is replaced by.
    pub placeholder: String,
    /// The account whose value it is: always the other one.
    pub owner: Side,
}

/// A text in which a dictionary entry replaced something; count 0 for an entry that replaced nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EquivalencyHit {
    /// The account.
    pub side: Side,
    /// The placeholder.
    pub placeholder: String,
    /// The text that was replaced.
    pub value: String,
    /// In which kind of text: `rolename`, `path`, `policyname`, `resource`, …
    pub place: Option<&'static str>,
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

/// Which differences make the exit code 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailOn {
    /// None.
    #[default]
    None,
    /// Any difference that is reported, a role of one account only among them.
    Any,
    /// Only what a role may do, or who may take it.
    Access,
}

impl Comparison {
    /// Whether the differences are of the kind that was asked for. The only place where this is decided.
    #[must_use]
    pub fn fails(&self, fail_on: FailOn) -> bool {
        let alone = || self.roles.iter().any(RoleResult::is_open_alone);
        match fail_on {
            FailOn::None => false,
            FailOn::Any => alone() || self.roles.iter().any(|role| !role.differences.is_zero()),
            FailOn::Access => alone() || self.roles.iter().any(RoleResult::is_open_in_access) || self.is_inconsistent(),
        }
    }

    /// Whether the program contradicts itself about some difference, which is then unknown.
    #[must_use]
    pub fn is_inconsistent(&self) -> bool {
        self.access_differences.iter().any(|row| row.difference.is_inconsistent())
            || self.trust_differences.iter().any(|row| row.difference.is_inconsistent())
            || self.deny_differences.iter().any(|row| row.difference.is_inconsistent())
    }
}

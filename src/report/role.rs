//! A role of one or both accounts, and how much of it differs.

use serde::{Deserialize, Serialize};

use super::rows::{RoleAccessDifference, RoleTrustDifference};
use crate::model::Side;
use crate::semantics::outcome::Grade;

/// Where a role was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleStatus {
    /// In both accounts.
    Common,
    /// Only in the first.
    LeftOnly,
    /// Only in the second.
    RightOnly,
    /// Several roles of one account have this name after normalizing. Compared with the counterpart that fits best,
    /// if there is one.
    Ambiguous,
}

/// A role of one or both accounts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleResult {
    /// The normalized name; the first account's spelling where there are two.
    pub role: String,
    /// The normalized path; the first account's where there are two.
    pub path: String,
    /// Where it was found.
    pub status: RoleStatus,
    /// Whether an AWS service owns it.
    pub service_linked: bool,
    /// The role in the first account.
    pub left: Option<RoleSide>,
    /// The role in the second account.
    pub right: Option<RoleSide>,
    /// The grade of access: how far the two roles can do the same; none for a role of one account.
    pub access_grade: Option<Grade>,
    /// The grade of trust: how far the same principals can assume the two roles; none for a role of one account.
    pub trust_grade: Option<Grade>,
    /// How many differences it has.
    pub differences: DifferenceCounts,
    /// Whether somebody has accepted that only one account has it; false for a role of both.
    pub accepted: bool,
    /// What a role that exists in only one account grants; none for a common role.
    pub grants: Option<RoleGrants>,
}

/// What a role grants, as against no role at all.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleGrants {
    /// What it can do.
    pub access: Vec<RoleAccessDifference>,
    /// Who can assume it.
    pub trust: Vec<RoleTrustDifference>,
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

    /// The normalized path on one side; the pair's path where the role is not there.
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

    /// Whether it could not be determined whether the two roles differ in access, and nobody has accepted that.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        let unknown = |grade: Option<Grade>| grade == Some(Grade::Unknown);
        self.is_open_in_access() && (unknown(self.access_grade) || unknown(self.trust_grade))
    }

    /// Whether what it can do, or who can assume it, differs or might differ, and not all of that is accepted.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleSide {
    /// Its real name.
    pub name: String,
    /// Its real path.
    pub path: String,
    /// Its path after normalizing.
    pub normalised_path: String,
    /// Its ARN.
    pub arn: String,
    /// When it was created, RFC 3339 in UTC, if the source says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When it was last used, RFC 3339 in UTC, if the source says so. AWS tracks the last 400 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<String>,
    /// The Region in which it was last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_region: Option<String>,
}

impl RoleSide {
    /// `created 2026-11-03, last used 2026-11-20 in us-east-1`, as far as it is known; nothing if nothing is.
    #[must_use]
    pub fn dates(&self) -> Option<String> {
        let day = |text: &String| text.split_once('T').map_or_else(|| text.clone(), |(day, _)| day.to_owned());
        let region = self.last_used_region.as_ref().map(|region| format!(" in {region}")).unwrap_or_default();
        let created = self.created_at.as_ref().map(|time| format!("created {}", day(time)));
        let used = self.last_used_at.as_ref().map(|time| format!("last used {}{region}", day(time)));
        match (created, used) {
            (Some(created), Some(used)) => Some(format!("{created}, {used}")),
            (created, used) => created.or(used),
        }
    }
}

/// How many differences a common role has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifferenceCounts {
    /// Rows on either side.
    pub items: usize,
    /// Ways in which it can do more in one account.
    pub access: usize,
    /// Ways in which it can be assumed in only one account.
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

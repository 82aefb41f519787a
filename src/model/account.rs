//! One account as it was read.

use std::collections::{BTreeMap, BTreeSet};

use super::arn::AccountId;
use super::role::Role;

/// The roles of one account with everything that IAM knows of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account's id; `None` only where a file holds nothing that tells it (no role, no policy, no user).
    pub id: Option<AccountId>,
    /// Where it was read from, in words, as reports name it: `profile dev`, `file dev.json`.
    pub source: String,
    /// When it was read, RFC 3339; `None` where the source did not say.
    pub harvested_at: Option<String>,
    /// The roles, sorted by name and path.
    pub roles: Vec<Role>,
    /// The ARNs of the managed policies that a role has and the source does not contain, by the role's name. Such a role
    /// is not here as a whole: nothing can be said of what it can do.
    pub absent_policies: BTreeMap<String, BTreeSet<String>>,
}

impl Account {
    /// The partition the account is in (`aws`, `aws-cn`, …), told by its roles; `None` without roles.
    #[must_use]
    pub fn partition(&self) -> Option<&str> {
        self.roles.first().map(|role| role.arn.partition())
    }
}

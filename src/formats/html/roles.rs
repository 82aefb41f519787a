//! The roles whose policies the page shows.

use std::collections::BTreeMap;

use crate::model::{Account, Role, Side, Sides};
use crate::report::RoleResult;

/// The normalized roles of both accounts, found by what a comparison says of them.
#[derive(Debug, Clone, Default)]
pub struct NormalisedRoles<'a>(Sides<BTreeMap<&'a str, &'a Role>>);

impl<'a> NormalisedRoles<'a> {
    /// The roles of both accounts, in any order.
    pub fn new(roles: Sides<impl IntoIterator<Item = &'a Role>>) -> Self {
        Self(roles.map(|roles| roles.into_iter().map(|role| (role.arn.as_str(), role)).collect()))
    }

    /// The two roles of a pair; none for a role of one account.
    #[must_use]
    pub fn of(&self, pair: &RoleResult) -> Option<Sides<&'a Role>> {
        let find = |side: Side| self.0.get(side).get(pair.side(side)?.arn.as_str()).copied();
        Some(Sides { left: find(Side::Left)?, right: find(Side::Right)? })
    }
}

/// The roles of both accounts as they were read, found by their ARN.
#[derive(Debug, Clone, Default)]
pub struct RolesAsRead<'a>(Sides<BTreeMap<&'a str, &'a Role>>);

impl<'a> RolesAsRead<'a> {
    /// The roles of both accounts.
    pub fn new(accounts: Sides<&'a Account>) -> Self {
        Self(accounts.map(|account| account.roles.iter().map(|role| (role.arn.as_str(), role)).collect()))
    }

    /// What the account has for each of two normalized roles, which keep their ARN.
    pub(super) fn of(&self, roles: Sides<&Role>) -> Sides<Option<&'a Role>> {
        let find = |side: Side| self.0.get(side).get(roles.get(side).arn.as_str()).copied();
        Sides { left: find(Side::Left), right: find(Side::Right) }
    }
}

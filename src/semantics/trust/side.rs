//! One of the two roles: its trust policy and its account.

use crate::model::TrustPolicy;
use crate::semantics::own_account::OwnAccount;

/// A role's trust policy and the account the role is in.
#[derive(Debug, Clone, Copy)]
pub struct TrustSide<'a> {
    /// The trust policy.
    pub policy: &'a TrustPolicy,
    /// The role's account, or what normalising put in its place.
    pub account: &'a str,
    /// The digits of the account's id, where the policy spells the account in another way: a pattern such as `1111*`
    /// matches the digits.
    pub account_id: Option<&'a str>,
    /// Its partition, such as `aws`.
    pub partition: &'a str,
}

impl<'a> TrustSide<'a> {
    /// The account, where the policy spells it in another way than by its id.
    pub(super) fn own_account(&self) -> Option<OwnAccount<'a>> {
        OwnAccount::new(self.account, self.account_id)
    }
}

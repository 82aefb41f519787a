//! What two accounts are looked at, and what is known of them.

use crate::catalog::Catalogue;
use crate::model::{Account, AccountTag, EquivalencyList, Sides};
use crate::normalise::Builtins;

/// The accounts to look at, and what is known of them.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The accounts.
    pub accounts: Sides<&'a Account>,
    /// Their tags, under which the entries list their texts.
    pub tags: Sides<&'a AccountTag>,
    /// The dictionary there is.
    pub dictionary: &'a EquivalencyList,
    /// The built-in rules that are on.
    pub builtins: Builtins,
    /// The actions there are.
    pub catalogue: &'a Catalogue,
}

//! What is compared.

use crate::model::{Account, AccountTag};
use crate::normalise::{Normalised, Normaliser};

/// One account, as read and as normalised; their roles stand in the same order.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The user's name for it.
    pub tag: &'a AccountTag,
    /// Where it was read from, in words.
    pub source: &'a str,
    /// When it was read, RFC 3339.
    pub harvested_at: Option<&'a str>,
    /// How many roles it has, before any were chosen.
    pub all_roles: usize,
    /// The account as read.
    pub account: &'a Account,
    /// The account as normalised.
    pub normalised: &'a Normalised,
    /// What normalised it.
    pub normaliser: &'a Normaliser,
}

//! Which two accounts a report is of, and which catalog they were compared with.

use serde::{Deserialize, Serialize};

use crate::model::{AccountId, AccountTag};

/// Which catalog was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueInfo {
    /// Where its facts are from.
    pub source: String,
    /// The date of its facts, `YYYY-MM-DD`.
    pub date: String,
    /// How many actions it knows.
    pub actions: usize,
}

/// One of the two accounts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountInfo {
    /// The user's name for it.
    pub tag: AccountTag,
    /// Its id; absent only where a file does not tell.
    pub account_id: Option<AccountId>,
    /// Where it was read from, in words.
    pub source: String,
    /// When it was read, RFC 3339; absent where a file does not tell.
    pub harvested_at: Option<String>,
    /// How many roles it has, whether they were chosen or not.
    pub all_roles: usize,
    /// How many of its roles were compared.
    pub roles: usize,
    /// How many rows they have.
    pub items: usize,
}

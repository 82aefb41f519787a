//! What is replaced: the dictionary of the user, and what is known to differ.

use super::builtin::Builtins;
use super::third::ThirdAccounts;
use crate::model::EquivalencyList;

/// What is replaced.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// What the user says is meant to differ.
    pub dictionary: &'a EquivalencyList,
    /// What is known to differ.
    pub builtins: Builtins,
    /// The known accounts that the dictionary has texts for, and maybe the two that are compared; none to find them in the
    /// dictionary.
    pub third: Option<&'a ThirdAccounts>,
}

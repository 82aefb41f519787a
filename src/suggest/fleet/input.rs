//! Which accounts are looked at, and what is known of them.

use rayon::prelude::*;

use super::super::input::Input;
use super::super::trial::{Measure, Trial};
use crate::catalog::Catalogue;
use crate::model::{Account, AccountTag, EquivalencyList, Sides};
use crate::normalise::{self, Builtins, DictionaryTooLarge};

/// An account with its tag.
pub type Tagged<'a> = (&'a AccountTag, &'a Account);

/// The accounts to look at, and what is known of them.
#[derive(Debug, Clone, Copy)]
pub struct FleetInput<'a> {
    /// The account that all others are compared with.
    pub baseline: Tagged<'a>,
    /// The others. Their order does not matter.
    pub accounts: &'a [Tagged<'a>],
    /// The dictionary there is.
    pub dictionary: &'a EquivalencyList,
    /// The built-in rules that are on.
    pub builtins: Builtins,
    /// The actions there are.
    pub catalogue: &'a Catalogue,
}

impl<'a> FleetInput<'a> {
    /// The comparison of an account with the baseline.
    pub(super) fn pair(&self, (tag, account): Tagged<'a>) -> Input<'a> {
        Input {
            accounts: Sides { left: self.baseline.1, right: account },
            tags: Sides { left: self.baseline.0, right: tag },
            dictionary: self.dictionary,
            builtins: self.builtins,
            catalogue: self.catalogue,
        }
    }

    /// What all accounts come to under a dictionary, in the order of `accounts`.
    pub(super) fn measures(
        &self,
        accounts: &[Tagged<'a>],
        dictionary: &EquivalencyList,
    ) -> Result<Vec<Measure>, DictionaryTooLarge> {
        let one =
            |account: &Tagged<'a>| Ok(Trial::new(self.pair(*account), dictionary.clone(), normalise::trial)?.measure());
        accounts.par_iter().map(one).collect()
    }
}

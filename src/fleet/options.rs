//! What a fleet is compared under.

use std::collections::BTreeSet;

use crate::model::{AccountId, AccountTag, EquivalencyList, Sides};
use crate::normalise::ThirdAccounts;
use crate::pipeline::{Error, Options};
use crate::report::FailOn;

/// What all accounts are compared under. Nothing is read from the system.
#[derive(Debug, Clone)]
pub struct FleetOptions {
    /// The options of every comparison. Each has the tags of its own accounts instead.
    pub pair: Options,
    /// Which findings make the run fail.
    pub fail_on: Vec<FailOn>,
    /// The accounts of the fleet. For each comparison, all but the two that are compared are known accounts, with their
    /// tags as names.
    pub accounts: Vec<(AccountId, AccountTag)>,
}

impl FleetOptions {
    /// Makes ready what is the same for all comparisons. Without it they give the same, and take longer.
    ///
    /// # Errors
    /// If the dictionary is too large.
    pub fn prepare(&mut self) -> Result<(), Error> {
        let mut dictionary = self.pair.dictionary.clone();
        self.add_known(&mut dictionary, |_| true);
        self.pair.third = Some(ThirdAccounts::new(&dictionary)?);
        Ok(())
    }

    /// Adds accounts of the fleet to the known ones.
    fn add_known(&self, dictionary: &mut EquivalencyList, wanted: impl Fn(&AccountTag) -> bool) {
        // The name that the user gave to an account stays.
        let named: BTreeSet<AccountId> = dictionary.known_accounts().map(|(id, _)| id.clone()).collect();
        for (id, tag) in self.accounts.iter().filter(|(id, tag)| wanted(tag) && !named.contains(id)) {
            dictionary.know_account(id.clone(), tag.to_string());
        }
    }

    /// The options of the comparison of two of the accounts.
    #[must_use]
    pub fn of_pair(&self, tags: Sides<&AccountTag>) -> Options {
        let mut options = self.pair.clone();
        self.add_known(&mut options.dictionary, |tag| tag != tags.left && tag != tags.right);
        options.tags = tags.map(Clone::clone);
        options
    }
}

//! What a fleet is compared under, and the comparison of one account with the baseline.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::compared::{Compared, reduce};
use crate::model::equivalency::display;
use crate::model::{Account, AccountId, AccountTag, EquivalencyList, Selection, Side, Sides};
use crate::normalise::ThirdAccounts;
use crate::pipeline::{Error, Options, Prepared};
use crate::report::{FailOn, Report};

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

/// Compares an account with the baseline, as `iamctl diff BASELINE ACCOUNT` does, and keeps what the fleet needs. `then`
/// gets the comparison and its report before they are gone; it is not called where no pattern of the selection names a
/// role of the two accounts, so that there is nothing to compare.
///
/// # Errors
/// As [`Prepared::new`], [`Prepared::only`] and [`Prepared::compare`]; or the error of `then`.
pub fn compare<E: From<Error>>(
    accounts: Sides<&Account>,
    options: &Options,
    fail_on: &[FailOn],
    then: impl FnOnce(&Prepared<'_>, &Report, &Compared) -> Result<(), E>,
) -> Result<Compared, E> {
    let prepared = Prepared::new(accounts.map(Cow::Borrowed), options)?;
    let names = names_by_role(&prepared);
    let selection = &options.selection;
    // A pattern need not name a role of every account; whether it names one of any is for the caller to look at.
    let names_some = |pattern: &&String| {
        let alone = Selection { roles: vec![(*pattern).clone()], ..selection.clone() };
        prepared.check(&alone).is_ok()
    };
    let roles: Vec<String> = selection.roles.iter().filter(names_some).cloned().collect();
    if roles.is_empty() && !selection.roles.is_empty() {
        return Ok(Compared::nothing(options.tags.right.clone()));
    }
    let prepared = prepared.only(&Selection { roles: roles.clone(), ..selection.clone() })?;
    let report = prepared.compare()?;
    let compared = Compared { patterns: roles.into_iter().collect(), ..reduce(&prepared, &names, &report, fail_on) };
    then(&prepared, &report, &compared)?;
    Ok(compared)
}

/// The normalized names of the roles of both accounts, by their real names.
#[must_use]
pub fn names_by_role(prepared: &Prepared<'_>) -> Sides<BTreeMap<String, String>> {
    let of_side = |side: Side| {
        let roles = prepared.normalised().get(side).roles.iter();
        roles.map(|role| (role.real_name.clone(), display(&role.role.name).into_owned())).collect()
    };
    Sides::SIDES.map(of_side)
}

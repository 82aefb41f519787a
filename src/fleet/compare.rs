//! The comparison of one account with the baseline.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::compared::Compared;
use super::reduce::reduce;
use crate::model::equivalency::display;
use crate::model::{Account, Selection, Side, Sides};
use crate::pipeline::{Error, Options, Prepared};
use crate::report::{FailOn, Report};

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

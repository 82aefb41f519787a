//! Commands that help with a fleet, to be pasted into a shell.

use std::cmp::Reverse;

use super::file_names::REPORTS;
use super::view::FleetView;
use crate::fleet::{AccountDeviation, Fleet, FleetAccount};
use crate::model::AccountTag;
use crate::report::sentences::quoted;

/// Stands for the folder of a full report in the commands of [`FleetView::next`].
pub const FOLDER: &str = "FOLDER";

/// The command that compares an account with another, and gives what the matrix says of it.
pub(super) fn diff(view: &FleetView<'_>, with: &AccountTag, account: &AccountTag) -> Option<String> {
    let source = |tag: &AccountTag| view.sources.get(tag).map(|word| format!("{} {tag}", quoted(word)));
    let (left, right) = (source(with)?, source(account)?);
    let third = view.fleet.accounts.iter().filter(|one| one.tag != *with && one.tag != *account);
    let known = third.filter_map(|one| {
        let id = one.account_id.as_ref().filter(|id| view.mentioned.contains(*id))?;
        Some(format!(" --known-account {id}={}", one.tag))
    });
    Some(format!("iamctl diff {left} {right}{}{}", view.flags, known.collect::<String>()))
}

/// The two accounts that the first command compares: the one that deviates most, and the one that it deviates from.
#[must_use]
pub fn most_deviating(fleet: &Fleet) -> Option<(&AccountTag, &AccountTag)> {
    let tag = &fleet.outliers.first()?.account;
    let account = fleet.accounts.iter().find(|one| one.tag == *tag);
    // Of the majority, an account that has the role.
    let of_role = account.and_then(most_severe).and_then(|one| fleet.roles.iter().find(|role| role.role == one.role));
    let with = fleet.baseline.as_ref().or_else(|| of_role.and_then(|role| role.compared_with.as_ref()))?;
    (with != tag).then_some((with, tag))
}

/// The role of an account with its most severe finding.
fn most_severe(account: &FleetAccount) -> Option<&AccountDeviation> {
    // The findings of a role stand most severe first; of several roles, the first by name is taken.
    let severity = |one: &&AccountDeviation| one.findings.first().map(|finding| Reverse(finding.severity));
    account.deviations.iter().filter(|one| !one.findings.is_empty()).min_by_key(severity)
}

/// The commands that help with the account that deviates most, with what they do.
pub(super) fn next(view: &FleetView<'_>) -> Vec<(String, String)> {
    let Some(worst) = view.fleet.outliers.first() else { return Vec::new() };
    let pair = most_deviating(view.fleet);
    let compare = pair.and_then(|(with, tag)| Some((format!("compare {tag} with {with}"), diff(view, with, tag)?)));
    let folder = view.folder.map(|folder| format!("{folder}/{REPORTS}/{}", worst.account));
    let steps = view.next.get(&worst.account).into_iter().flatten();
    let steps = steps.filter_map(|(what, command)| {
        Some(((*what).to_owned(), command.replacen(FOLDER, &quoted(folder.as_ref()?), 1)))
    });
    compare.into_iter().chain(steps).collect()
}

//! Reads the accounts of a fleet. One that cannot be read does not end the others.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::sync::{Mutex, PoisonError};

use super::super::accounts::{Filter, ListArgs, NamedSource, Unread};
use super::super::console::Console;
use super::super::error::CliError;
use super::super::inputs::InputArgs;
use super::super::read_source::ReadSource;
use super::error::FleetError;
use crate::evidence::Input;
use crate::fleet::{AccountStatus, FleetAccount};
use crate::model::{Account, AccountId};
use crate::parse::account::AccountReader;
use crate::parse::snapshot::Snapshot;

/// A source after it was tried.
pub(in crate::cli) struct Tried {
    pub named: NamedSource,
    /// The file that it was read from, if it was one.
    pub file: Option<Input>,
    pub outcome: Outcome,
}

/// What became of a source.
pub(in crate::cli) enum Outcome {
    Read(Box<Snapshot>),
    /// Not tried, and why.
    Skipped(String),
    /// Not tried, because a list says what became of it.
    Unread(Unread),
    Failed(CliError),
}

/// Reads the sources, each on its own. `baseline` is the place of the baseline, if there is one.
pub(super) fn all(
    sources: Vec<NamedSource>,
    baseline: Option<usize>,
    lists: &ListArgs,
    input: &InputArgs,
    console: &Console,
) -> Result<Vec<Tried>, CliError> {
    let filter = &lists.filter();
    let is_left_out = |place: usize, named: &NamedSource| Some(place) != baseline && filter.is_left_out_unread(named);
    // The ID of an account that is left out makes it a known account, so that its file is read all the same.
    let wanted = |(place, named): &(usize, &NamedSource)| {
        named.unread.is_none() && (named.source.file().is_some() || !is_left_out(*place, named))
    };
    let asked: Vec<(usize, &NamedSource)> = sources.iter().enumerate().filter(wanted).collect();
    let results: Mutex<BTreeMap<usize, Result<ReadSource, CliError>>> = Mutex::default();
    let to_read: Vec<_> = asked.iter().map(|(_, named)| &named.source).collect();
    input.each(&to_read, lists.concurrency(), console, &|index, result| {
        let Some((place, named)) = asked.get(index) else { return };
        let checked = result
            .and_then(|ReadSource { snapshot, file }| Ok(ReadSource { snapshot: named.checked(snapshot)?, file }));
        results.lock().unwrap_or_else(PoisonError::into_inner).insert(*place, checked);
    })?;
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    let one = |(place, named): (usize, NamedSource)| {
        let skipped = filter.why_skipped(&named, None).filter(|_| Some(place) != baseline);
        let mut file = None;
        let outcome = match (results.remove(&place), named.unread.clone(), skipped) {
            (Some(Ok(read)), _, _) => {
                file = read.file;
                Outcome::Read(Box::new(read.snapshot))
            }
            (Some(Err(_)), _, Some(why)) if is_left_out(place, &named) => Outcome::Skipped(why),
            // Its ID might be one that `--only` names; but nobody has asked for it by its tag.
            (Some(Err(error)), _, Some(why)) => {
                Outcome::Skipped(format!("{why}; its account ID is not known: {}", in_words(&error)))
            }
            (Some(Err(error)), _, None) => Outcome::Failed(error),
            (None, _, Some(why)) => Outcome::Skipped(why),
            (None, Some(unread), None) => Outcome::Unread(unread),
            (None, None, None) => {
                let invariant = format!("{} was neither read nor left out", named.tag);
                Outcome::Failed(CliError::Internal { invariant })
            }
        };
        Tried { named, file, outcome }
    };
    Ok(sources.into_iter().enumerate().map(one).collect())
}

/// Why the source in this place could not be read; it is no longer among the others then.
pub(super) fn take_failure(tried: &mut Vec<Tried>, place: usize) -> Option<CliError> {
    let one = tried.get(place)?;
    if let Outcome::Unread(unread) = &one.outcome {
        return Some(FleetError::UnreadBaseline { tag: one.named.tag.clone(), why: unread.why.clone() }.into());
    }
    let is_failure = matches!(one.outcome, Outcome::Failed(_));
    match is_failure.then(|| tried.remove(place).outcome) {
        Some(Outcome::Failed(error)) => Some(error),
        Some(Outcome::Read(_) | Outcome::Skipped(_) | Outcome::Unread(_)) | None => None,
    }
}

/// The ID that a snapshot says it is of.
pub(super) fn id_of(tried: &Tried) -> Option<AccountId> {
    match &tried.outcome {
        Outcome::Read(snapshot) => snapshot.account_id.as_deref().and_then(|id| id.parse().ok()),
        Outcome::Skipped(_) | Outcome::Unread(_) | Outcome::Failed(_) => tried.named.id().cloned(),
    }
}

/// Refuses two sources of one account.
pub(super) fn refuse_twice(tried: &[Tried]) -> Result<(), FleetError> {
    let mut known: BTreeMap<AccountId, &NamedSource> = BTreeMap::new();
    for one in tried {
        let Some(id) = id_of(one) else { continue };
        if let Some(first) = known.insert(id.clone(), &one.named) {
            let (first, second) = (first.in_words(), one.named.in_words());
            return Err(FleetError::AccountTwice { id, first, second });
        }
    }
    Ok(())
}

/// What is known of a source that was tried. `filter` is none for the baseline, which is never left out.
pub(super) fn described(tried: &Tried, filter: Option<&Filter>) -> FleetAccount {
    let id = id_of(tried);
    let (status, why, snapshot) = match &tried.outcome {
        Outcome::Read(snapshot) => match filter.and_then(|filter| filter.why_skipped(&tried.named, id.as_ref())) {
            Some(why) => (AccountStatus::Skipped, Some(why), Some(snapshot)),
            None => (AccountStatus::Read, None, Some(snapshot)),
        },
        Outcome::Skipped(why) => (AccountStatus::Skipped, Some(why.clone()), None),
        Outcome::Unread(unread) => (unread.status, Some(unread.why.clone()), None),
        Outcome::Failed(error) => (status_of(error), Some(in_words(error)), None),
    };
    FleetAccount {
        account_id: id,
        labels: tried.named.labels.clone(),
        baseline: filter.is_none(),
        status,
        why,
        roles: snapshot.map(|snapshot| snapshot.roles.len()),
        harvested_at: snapshot.and_then(|snapshot| snapshot.harvested_at.clone()),
        ..FleetAccount::new(tried.named.tag.clone(), tried.named.source.in_words())
    }
}

/// Says that an account could not be read or compared.
pub(super) fn failed(account: &mut FleetAccount, error: &CliError) {
    account.status = status_of(error);
    account.why = Some(in_words(error));
}

#[cfg(feature = "harvest")]
pub(in crate::cli) const fn status_of(error: &CliError) -> AccountStatus {
    use crate::harvest::HarvestError;
    let is_denied = matches!(error, CliError::Harvest(HarvestError::Denied { .. } | HarvestError::SsoRole { .. }));
    if is_denied { AccountStatus::Denied } else { AccountStatus::Failed }
}

#[cfg(not(feature = "harvest"))]
pub(in crate::cli) const fn status_of(_: &CliError) -> AccountStatus {
    AccountStatus::Failed
}

/// An error with its causes, in one sentence.
pub(in crate::cli) fn in_words(error: &CliError) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(&format!(": {error}"));
        cause = error.source();
    }
    words
}

/// Makes accounts of snapshots with one reader, so that a document that several have is one value. An account with a
/// policy that cannot be read is an error of its own.
pub(super) fn accounts(snapshots: &[Option<&Snapshot>]) -> Vec<Option<Result<Account, CliError>>> {
    let mut reader = AccountReader::ahead(snapshots.iter().copied().flatten());
    let read = |snapshot: &Option<_>| snapshot.map(|snapshot| Ok(reader.account_with_absent(snapshot)?));
    snapshots.iter().map(read).collect()
}

//! Reads the accounts of a fleet. One that cannot be read does not end the others.

use std::collections::BTreeMap;
use std::error::Error as _;

use rayon::prelude::*;

use super::super::console::Console;
use super::super::error::CliError;
use super::super::inputs::InputArgs;
use super::super::source::Source;
use super::accounts::{Filter, NamedSource};
use super::error::FleetError;
use crate::fleet::{AccountStatus, FleetAccount};
use crate::model::{Account, AccountId};
use crate::parse::account::AccountReader;
use crate::parse::snapshot::Snapshot;

/// A source after it was tried.
pub(super) struct Tried {
    pub named: NamedSource,
    pub outcome: Outcome,
}

/// What became of a source.
pub(super) enum Outcome {
    Read(Box<Snapshot>),
    /// Not tried, and why.
    Skipped(String),
    Failed(CliError),
}

/// Reads the sources, files all at once. `baseline` is the place of the baseline, if there is one.
pub(super) fn all(
    sources: Vec<NamedSource>,
    baseline: Option<usize>,
    filter: &Filter,
    input: &InputArgs,
    console: &Console,
) -> Vec<Tried> {
    let is_file = |source: &Source| source.file().is_some();
    let is_left_out =
        |place: usize, named: &NamedSource| Some(place) != baseline && filter.is_left_out_by_tag(&named.tag);
    let read = |named: &NamedSource| match input.snapshot(&named.source, console) {
        Ok(snapshot) => Outcome::Read(Box::new(snapshot)),
        Err(error) => Outcome::Failed(error),
    };
    // The ID of an account that is left out makes it a known account, so that its file is read all the same.
    let files: Vec<Option<Outcome>> =
        sources.par_iter().map(|named| is_file(&named.source).then(|| read(named))).collect();
    let one = |(place, (named, file)): (usize, (NamedSource, Option<Outcome>))| {
        let outcome = match file {
            Some(Outcome::Failed(_)) | None if is_left_out(place, &named) => {
                Outcome::Skipped(filter.why_skipped(&named.tag, None).unwrap_or_default())
            }
            Some(outcome) => outcome,
            // Live accounts one after another: each may have to ask for a code.
            None => read(&named),
        };
        // Its ID might be one that `--only` names; but nobody has asked for it by its tag.
        let why = filter.why_skipped(&named.tag, None).filter(|_| Some(place) != baseline);
        let outcome = match (outcome, why) {
            (Outcome::Failed(error), Some(why)) => {
                Outcome::Skipped(format!("{why}; its account ID is not known: {}", in_words(&error)))
            }
            (outcome, _) => outcome,
        };
        Tried { named, outcome }
    };
    sources.into_iter().zip(files).enumerate().map(one).collect()
}

/// Why the source in this place could not be read; it is no longer among the others then.
pub(super) fn take_failure(tried: &mut Vec<Tried>, place: usize) -> Option<CliError> {
    let is_failure = matches!(tried.get(place)?.outcome, Outcome::Failed(_));
    match is_failure.then(|| tried.remove(place).outcome) {
        Some(Outcome::Failed(error)) => Some(error),
        Some(Outcome::Read(_) | Outcome::Skipped(_)) | None => None,
    }
}

/// The ID that a snapshot says it is of.
pub(super) fn id_of(tried: &Tried) -> Option<AccountId> {
    match &tried.outcome {
        Outcome::Read(snapshot) => snapshot.account_id.as_deref().and_then(|id| id.parse().ok()),
        Outcome::Skipped(_) | Outcome::Failed(_) => None,
    }
}

/// Refuses two sources of one account.
pub(super) fn refuse_twice(tried: &[Tried]) -> Result<(), FleetError> {
    let mut known: BTreeMap<AccountId, &NamedSource> = BTreeMap::new();
    for one in tried {
        let Some(id) = id_of(one) else { continue };
        if let Some(first) = known.insert(id.clone(), &one.named) {
            let (first, second) = (first.source.in_words(), one.named.source.in_words());
            return Err(FleetError::AccountTwice { id, first, second });
        }
    }
    Ok(())
}

/// What is known of a source that was tried. `filter` is none for the baseline, which is never left out.
pub(super) fn described(tried: &Tried, filter: Option<&Filter>) -> FleetAccount {
    let id = id_of(tried);
    let (status, why, snapshot) = match &tried.outcome {
        Outcome::Read(snapshot) => match filter.and_then(|filter| filter.why_skipped(&tried.named.tag, id.as_ref())) {
            Some(why) => (AccountStatus::Skipped, Some(why), Some(snapshot)),
            None => (AccountStatus::Read, None, Some(snapshot)),
        },
        Outcome::Skipped(why) => (AccountStatus::Skipped, Some(why.clone()), None),
        Outcome::Failed(error) => (status_of(error), Some(in_words(error)), None),
    };
    FleetAccount {
        tag: tried.named.tag.clone(),
        account_id: id,
        source: tried.named.source.in_words(),
        baseline: filter.is_none(),
        status,
        why,
        roles: snapshot.map(|snapshot| snapshot.roles.len()),
        harvested_at: snapshot.and_then(|snapshot| snapshot.harvested_at.clone()),
        report: None,
        accepted: None,
        other_findings: Vec::new(),
        deviations: Vec::new(),
    }
}

/// Says that an account could not be read or compared.
pub(super) fn failed(account: &mut FleetAccount, error: &CliError) {
    account.status = status_of(error);
    account.why = Some(in_words(error));
}

#[cfg(feature = "harvest")]
const fn status_of(error: &CliError) -> AccountStatus {
    use crate::harvest::HarvestError;
    let is_denied = matches!(error, CliError::Harvest(HarvestError::Denied { .. } | HarvestError::SsoRole { .. }));
    if is_denied { AccountStatus::Denied } else { AccountStatus::Failed }
}

#[cfg(not(feature = "harvest"))]
const fn status_of(_: &CliError) -> AccountStatus {
    AccountStatus::Failed
}

/// An error with its causes, in one sentence.
pub(super) fn in_words(error: &CliError) -> String {
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

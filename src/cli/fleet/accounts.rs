//! Which accounts the fleet has: those of the command line, of folders, and of lists.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::super::accounts::{NamedSource, NamedSourceError, refuse_same_tags};
use super::super::console::Console;
use super::super::error::CliError;
use super::super::source::Source;
use super::error::FleetError;
use crate::model::AccountTag;
use crate::store::snapshots::{self, FoundSnapshot};

/// The word for the majority.
const MAJORITY: &str = "majority";

/// How many accounts have a majority.
pub(super) const FEWEST: usize = 3;

/// What `--baseline` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Baseline {
    /// For each role, the role of the most accounts.
    Majority,
    /// One of the accounts.
    Tag(AccountTag),
    /// An account besides them.
    Source(NamedSource),
}

impl FromStr for Baseline {
    type Err = NamedSourceError;

    fn from_str(word: &str) -> Result<Self, NamedSourceError> {
        if word == MAJORITY {
            return Ok(Self::Majority);
        }
        if word.contains('=') { Ok(Self::Source(word.parse()?)) } else { Ok(Self::Tag(word.parse()?)) }
    }
}

/// All accounts, the baseline first if there is one; each tag once.
pub(super) fn all(
    baseline: &Baseline,
    named: &[NamedSource],
    folders: &[PathBuf],
    listed: Vec<NamedSource>,
    console: &Console,
) -> Result<Vec<NamedSource>, CliError> {
    let mut all = named.to_vec();
    all.extend(listed);
    for folder in folders {
        all.extend(in_folder(folder, console)?);
    }
    match baseline {
        Baseline::Majority => {}
        Baseline::Source(baseline) => all.insert(0, baseline.clone()),
        Baseline::Tag(tag) => {
            let place = all
                .iter()
                .position(|one| one.tag.as_str().eq_ignore_ascii_case(tag.as_str()))
                .ok_or_else(|| unknown(tag, &all))?;
            let baseline = all.remove(place);
            all.insert(0, baseline);
        }
    }
    refuse_same_tags(&all)?;
    match baseline {
        Baseline::Majority if all.len() < FEWEST => Err(FleetError::NoMajority { accounts: all.len() }.into()),
        Baseline::Tag(_) | Baseline::Source(_) if all.len() < 2 => Err(FleetError::NoAccount.into()),
        Baseline::Majority | Baseline::Tag(_) | Baseline::Source(_) => Ok(all),
    }
}

/// The snapshots in a folder.
fn in_folder(folder: &Path, console: &Console) -> Result<Vec<NamedSource>, CliError> {
    let found = snapshots::find(folder).map_err(FleetError::Search)?;
    if found.snapshots.is_empty() {
        return Err(FleetError::NoSnapshot { path: folder.to_owned(), reports: found.reports.len() }.into());
    }
    for report in &found.reports {
        console.note(&format!(
            "{}: not searched for snapshots, because it contains the report of a comparison",
            report.display()
        ));
    }
    let named = |snapshot: FoundSnapshot| match snapshot.tag.parse() {
        Ok(tag) => Ok(NamedSource::new(Source::File(snapshot.path, None), tag)),
        Err(_) => Err(FleetError::SnapshotName { path: snapshot.path }.into()),
    };
    found.snapshots.into_iter().map(named).collect()
}

fn unknown(tag: &AccountTag, all: &[NamedSource]) -> FleetError {
    let tags: Vec<&str> = all.iter().map(|one| one.tag.as_str()).collect();
    FleetError::UnknownBaseline { tag: tag.clone(), near: CliError::near_names(tag.as_str(), &tags) }
}

//! Which accounts the fleet has: those of the command line, of folders, and of lists.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Deserialize;

use super::super::accounts::{NamedSource, NamedSourceError, Unread, refuse_same_tags};
use super::super::console::Console;
use super::super::error::CliError;
use super::super::near_names::near_names;
use super::super::source::Source;
use super::error::FleetError;
use crate::fleet::AccountStatus;
use crate::model::{AccountTag, AccountTagError};
use crate::store::snapshots::{self, Found, FoundSnapshot};
use crate::store::text_file;

/// The word for the majority.
const MAJORITY: &str = "majority";

/// How many accounts have a majority.
pub(super) const FEWEST: usize = 3;

/// What `--baseline` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Baseline {
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
pub(in crate::cli) fn all(
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

/// The snapshots in a folder, and the accounts that a harvest into it could not read.
fn in_folder(folder: &Path, console: &Console) -> Result<Vec<NamedSource>, CliError> {
    let Found { snapshots, reports, lists } = snapshots::find(folder).map_err(FleetError::Search)?;
    if snapshots.is_empty() {
        return Err(FleetError::NoSnapshot { path: folder.to_owned(), reports: reports.len() }.into());
    }
    for report in &reports {
        let why = "not searched for snapshots, because it contains the report of a comparison";
        console.note(&format!("{}: {why}", report.display()));
    }
    let named = |snapshot: FoundSnapshot| match snapshot.tag.parse() {
        Ok(tag) => Ok((snapshot.path.clone(), NamedSource::new(Source::File(snapshot.path, None), tag))),
        Err(_) => Err(FleetError::SnapshotName { path: snapshot.path }),
    };
    let mut all: Vec<(PathBuf, NamedSource)> = snapshots.into_iter().map(named).collect::<Result<_, _>>()?;
    for path in lists {
        let rows = rows(&path)?;
        let below = path.parent().unwrap_or_else(|| Path::new(""));
        for (_, one) in all.iter_mut().filter(|(place, _)| place.starts_with(below)) {
            let of_it = rows.iter().find(|row| row.account.eq_ignore_ascii_case(one.tag.as_str()));
            one.labels = of_it.map(ListRow::labels).unwrap_or_default();
        }
        for unread in unread(&path, &rows)? {
            let is_it = |one: &NamedSource| one.tag.as_str().eq_ignore_ascii_case(unread.tag.as_str());
            // A snapshot that lies below the list is older than the list.
            all.retain(|(place, one)| !(is_it(one) && place.starts_with(below)));
            if !all.iter().any(|(_, one)| is_it(one)) {
                all.push((path.clone(), unread));
            }
        }
    }
    Ok(all.into_iter().map(|(_, one)| one).collect())
}

/// The rows of the list that a harvest has left.
fn rows(path: &Path) -> Result<Vec<ListRow>, CliError> {
    let text = text_file::read(path)?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Result<Vec<ListRow>, csv::Error> = reader.deserialize::<ListRow>().collect();
    Ok(rows.map_err(|error| FleetError::ReadList { path: path.to_owned(), problem: error.to_string() })?)
}

/// The accounts that a harvest could not read, as its list says. A fleet without them must not look complete.
fn unread(path: &Path, rows: &[ListRow]) -> Result<Vec<NamedSource>, CliError> {
    let wrong = |problem: String| FleetError::ReadList { path: path.to_owned(), problem };
    let mut all = Vec::new();
    for row in rows {
        let is_it = |status: &AccountStatus| status.as_str() == row.status;
        let status =
            AccountStatus::ALL.into_iter().find(is_it).ok_or_else(|| wrong(format!("status `{}`", row.status)))?;
        let tag = row.account.parse().map_err(|error: AccountTagError| wrong(error.to_string()))?;
        if matches!(status, AccountStatus::Denied | AccountStatus::Failed | AccountStatus::Suspended) {
            let unread = Some(Unread { status, why: row.why.clone() });
            let labels = row.labels();
            all.push(NamedSource { unread, labels, ..NamedSource::new(Source::File(path.to_owned(), None), tag) });
        }
    }
    Ok(all)
}

/// What of a row of such a list counts here.
#[derive(Deserialize)]
struct ListRow {
    account: String,
    status: String,
    why: String,
    /// One per line. A list of an earlier version has none.
    #[serde(default)]
    labels: String,
}

impl ListRow {
    fn labels(&self) -> Vec<String> {
        self.labels.lines().map(str::to_owned).collect()
    }
}

fn unknown(tag: &AccountTag, all: &[NamedSource]) -> FleetError {
    let tags: Vec<&str> = all.iter().map(|one| one.tag.as_str()).collect();
    FleetError::UnknownBaseline { tag: tag.clone(), near: near_names(tag.as_str(), &tags) }
}

//! Which accounts the fleet has: those of the command line and of folders.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::super::console::Console;
use super::super::error::CliError;
use super::super::source::Source;
use super::error::FleetError;
use crate::model::{AccountId, AccountTag, AccountTagError, Glob};
use crate::store::snapshots::{self, FoundSnapshot};

/// An account of the fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedSource {
    pub source: Source,
    pub tag: AccountTag,
}

/// Why a word is not `SOURCE=TAG`.
#[derive(Debug, thiserror::Error)]
pub(super) enum NamedSourceError {
    #[error("the form is SOURCE=TAG, such as `dev-profile=dev` or `qa.json=qa`")]
    Form,
    #[error(transparent)]
    Tag(#[from] AccountTagError),
}

impl FromStr for NamedSource {
    type Err = NamedSourceError;

    fn from_str(word: &str) -> Result<Self, NamedSourceError> {
        // A tag has no `=`, a file or a profile may.
        let (source, tag) =
            word.rsplit_once('=').filter(|(source, _)| !source.is_empty()).ok_or(NamedSourceError::Form)?;
        let Ok(source) = source.parse::<Source>();
        Ok(Self { source, tag: tag.parse()? })
    }
}

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
    console: &Console,
) -> Result<Vec<NamedSource>, CliError> {
    let mut all = named.to_vec();
    for folder in folders {
        all.extend(in_folder(folder, console)?);
    }
    match baseline {
        Baseline::Majority => {}
        Baseline::Source(baseline) => all.insert(0, baseline.clone()),
        Baseline::Tag(tag) => {
            let place = all.iter().position(|one| same(&one.tag, tag)).ok_or_else(|| unknown(tag, &all))?;
            let baseline = all.remove(place);
            all.insert(0, baseline);
        }
    }
    for (place, one) in all.iter().enumerate() {
        if let Some(other) = all.iter().skip(place + 1).find(|other| same(&one.tag, &other.tag)) {
            let (first, second) = (one.source.in_words(), other.source.in_words());
            return Err(FleetError::TagTwice { tag: one.tag.clone(), first, second }.into());
        }
    }
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
        Ok(tag) => Ok(NamedSource { source: Source::File(snapshot.path, None), tag }),
        Err(_) => Err(FleetError::SnapshotName { path: snapshot.path }.into()),
    };
    found.snapshots.into_iter().map(named).collect()
}

fn same(one: &AccountTag, other: &AccountTag) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str())
}

fn unknown(tag: &AccountTag, all: &[NamedSource]) -> FleetError {
    let tags: Vec<&str> = all.iter().map(|one| one.tag.as_str()).collect();
    FleetError::UnknownBaseline { tag: tag.clone(), near: CliError::near_names(tag.as_str(), &tags) }
}

/// `--only` and `--skip`.
#[derive(Debug)]
pub(super) struct Filter {
    only: Vec<(String, Glob)>,
    skip: Vec<(String, Glob)>,
}

impl Filter {
    pub(super) fn new(only: &[String], skip: &[String]) -> Self {
        let globs = |patterns: &[String]| {
            patterns.iter().map(|pattern| (pattern.clone(), Glob::new_folded(pattern))).collect::<Vec<_>>()
        };
        Self { only: globs(only), skip: globs(skip) }
    }

    /// Why an account is left out; none if it is compared. What is not known yet matches no pattern.
    pub(super) fn why_skipped(&self, tag: &AccountTag, id: Option<&AccountId>) -> Option<String> {
        let skipped = self.skip.iter().find(|(_, glob)| matches(glob, tag, id));
        if let Some((pattern, _)) = skipped {
            return Some(format!("matches `--skip {pattern}`"));
        }
        let is_wanted = self.only.is_empty() || self.only.iter().any(|(_, glob)| matches(glob, tag, id));
        (!is_wanted).then(|| "does not match `--only`".to_owned())
    }

    /// Whether the tag alone says that an account is left out, whatever its ID.
    pub(super) fn is_left_out_by_tag(&self, tag: &AccountTag) -> bool {
        let matches = |(_, glob): &(String, Glob)| matches(glob, tag, None);
        let may_be_id =
            |(pattern, _): &(String, Glob)| pattern.chars().all(|c| c.is_ascii_digit() || c == '*' || c == '?');
        let is_wanted = self.only.is_empty() || self.only.iter().any(|one| matches(one) || may_be_id(one));
        self.skip.iter().any(matches) || !is_wanted
    }

    /// Refuses a pattern that matches none of these accounts.
    pub(super) fn check(&self, accounts: &[(&AccountTag, Option<&AccountId>)]) -> Result<(), FleetError> {
        for (flag, patterns) in [("--only", &self.only), ("--skip", &self.skip)] {
            let no_match = |(_, glob): &&(String, Glob)| !accounts.iter().any(|(tag, id)| matches(glob, tag, *id));
            if let Some((pattern, _)) = patterns.iter().find(no_match) {
                return Err(FleetError::NoMatch { flag, pattern: pattern.clone() });
            }
        }
        Ok(())
    }
}

fn matches(glob: &Glob, tag: &AccountTag, id: Option<&AccountId>) -> bool {
    glob.matches(&tag.as_str().to_ascii_lowercase()) || id.is_some_and(|id| glob.matches(id.as_str()))
}

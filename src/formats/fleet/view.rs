//! A fleet with what the formats that show it need besides.

use std::collections::{BTreeMap, BTreeSet};

use super::finding_rows::FindingRows;
use crate::evidence::Provenance;
use crate::fleet::Fleet;
use crate::model::{AccountId, AccountTag};

/// A fleet, and what the formats that show it need besides.
#[derive(Debug, Clone, Copy)]
pub struct FleetView<'a> {
    /// What was found.
    pub fleet: &'a Fleet,
    /// The output folder, as commands name it; none if none was written.
    pub folder: Option<&'a str>,
    /// The words that mean the sources of the accounts on the command line.
    pub sources: &'a BTreeMap<AccountTag, String>,
    /// The options of this run that `iamctl diff` needs to give the same result, each beginning with a blank.
    pub flags: &'a str,
    /// The account IDs in the texts of the accounts that a command compares: of the other accounts of the fleet, only these
    /// have to be known to give the same result.
    pub mentioned: &'a BTreeSet<AccountId>,
    /// What to do about the most severe cause of each account with a full report; [`FOLDER`](super::FOLDER) stands for the
    /// report's folder.
    pub next: &'a BTreeMap<AccountTag, Vec<NextStep>>,
    /// Of the run, what formats for pipelines name.
    pub run: Run<'a>,
}

/// What the formats for pipelines name besides what was found.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// What the reports say of the findings, for [`needs_rows`](super::needs_rows).
    pub rows: &'a FindingRows,
    /// The arguments of the program; empty where they are not known.
    pub arguments: &'a [String],
    /// When the run began, RFC 3339; none where it is not known.
    pub started_at: Option<&'a str>,
    /// Who read the accounts, and what the report was made of; none where it is not known.
    pub evidence: Option<&'a Provenance>,
    /// The file that what is about the dictionary is shown at, with `/`.
    pub location: &'a str,
    /// The files that the accounts were read from, with `/`; or the snapshot of a full report.
    pub files: &'a BTreeMap<AccountTag, String>,
}

/// What to do next, and the command for it.
pub type NextStep = (&'static str, String);

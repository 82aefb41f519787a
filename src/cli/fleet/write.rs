//! The full report of one account of a fleet, as `iamctl diff` writes it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use super::super::error::CliError;
use super::super::reports;
use super::super::source::Source;
use super::args::{Args, Reports};
use super::read::{Outcome, Tried};
use crate::evidence::Provenance;
use crate::fleet::{Compared, FleetOptions};
use crate::formats::commands;
use crate::formats::csv::Options;
use crate::formats::files::{File, Harvest, Skip, of_diff};
use crate::formats::fleet::{FOLDER, FindingRows, NextStep, REPORTS};
use crate::formats::html::{NormalisedRoles, RolesAsRead};
use crate::formats::report_format::View;
use crate::model::{AccountTag, Sides};
use crate::parse::snapshot::Snapshot;
use crate::pipeline::Prepared;
use crate::report::{FailOn, Report};
use crate::store::{Folder, NamedFile};

/// Writes full reports into the output folder, as soon as they are there.
pub(super) struct Writer<'a> {
    folder: &'a Folder,
    reports: Reports,
    skip: Vec<Skip>,
    csv: Options,
    fleet: &'a FleetOptions,
    fail_on: Option<&'a [FailOn]>,
    location: String,
    dictionary: Option<String>,
    provenance: &'a Provenance,
    next: Mutex<BTreeMap<AccountTag, Vec<NextStep>>>,
    /// What the reports say of their findings, if a format needs it.
    rows: Option<Mutex<FindingRows>>,
}

/// What the files of the whole fleet need of the accounts' reports and of the run.
pub(super) struct Written {
    /// What to do about the most severe cause of each account whose report was written.
    pub next: BTreeMap<AccountTag, Vec<NextStep>>,
    /// What the reports say of their findings; nothing if no format needs it.
    pub rows: FindingRows,
    pub location: String,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        args: &Args,
        folder: &'a Folder,
        fleet: &'a FleetOptions,
        location: String,
        provenance: &'a Provenance,
    ) -> Self {
        Self {
            folder,
            reports: args.reports,
            skip: if args.items { Vec::new() } else { vec![Skip::Items] },
            csv: args.output.csv(),
            fleet,
            fail_on: Some(fleet.fail_on.as_slice()).filter(|all| !all.is_empty()),
            location,
            dictionary: args.comparison.named_dictionary(),
            provenance,
            next: Mutex::default(),
            rows: args.needs_rows().then(Mutex::default),
        }
    }

    /// What is left to write when all accounts are compared.
    pub(super) fn finish(self) -> Written {
        let Self { next, rows, location, .. } = self;
        Written {
            next: next.into_inner().unwrap_or_else(PoisonError::into_inner),
            rows: rows.map(|rows| rows.into_inner().unwrap_or_else(PoisonError::into_inner)).unwrap_or_default(),
            location,
        }
    }

    /// Keeps what a report says of its findings, if a format needs it.
    pub(super) fn keep(&self, report: &Report) -> Result<(), CliError> {
        let Some(rows) = &self.rows else { return Ok(()) };
        let kept = rows.lock().unwrap_or_else(PoisonError::into_inner).add(report);
        kept.map_err(|error| CliError::Internal { invariant: format!("a finding cannot be written: {error}") })
    }

    /// Writes the report of an account, if it is wanted. Says whether it was.
    pub(super) fn write(
        &self,
        tried: Sides<&Tried>,
        prepared: &Prepared<'_>,
        report: &Report,
        compared: &Compared,
    ) -> Result<bool, CliError> {
        let is_wanted = match self.reports {
            Reports::All => true,
            Reports::Deviating => compared.deviates(),
            Reports::None => false,
        };
        let snapshots = Sides { left: snapshot(tried.left), right: snapshot(tried.right) };
        let (Some(left), Some(right), true) = (snapshots.left, snapshots.right, is_wanted) else { return Ok(false) };
        let sources = tried.map(|one| &one.named.source);
        let origins = sources.map(Source::origin);
        let tags = tried.map(|one| &one.named.tag);
        let accounts = prepared.accounts();
        let harvests = Sides {
            left: Harvest { tag: tags.left, origin: &origins.left, account: accounts.left, snapshot: left },
            right: Harvest { tag: tags.right, origin: &origins.right, account: accounts.right, snapshot: right },
        };
        let roles = NormalisedRoles::new(prepared.roles());
        let as_read = RolesAsRead::new(accounts);
        let read_from = sources.map(|source| source.file().map(|file| reports::location(Some(file))));
        let view = View {
            fail_on: self.fail_on,
            arguments: &self.provenance.arguments,
            started_at: Some(&self.provenance.started_at),
            sources: read_from.as_ref().map(Option::as_deref),
            dictionary: self.dictionary.as_deref(),
            roles: Some(&roles),
            as_read: Some(&as_read),
            ..View::new(report, &self.location)
        };
        let worst = View { folder: Some(FOLDER), ..view };
        let steps = report.causes().next().map(|cause| commands::next(&worst, cause)).unwrap_or_default();
        self.next.lock().unwrap_or_else(PoisonError::into_inner).insert(tags.right.clone(), steps);
        for file in of_diff(&view, harvests, &self.fleet.pair.catalogue, self.csv, &self.skip)? {
            self.folder.add(&Inside::new(tags.right, file))?;
        }
        Ok(true)
    }
}

fn snapshot(tried: &Tried) -> Option<&Snapshot> {
    match &tried.outcome {
        Outcome::Read(snapshot) => Some(snapshot),
        Outcome::Skipped(_) | Outcome::Unread(_) | Outcome::Failed(_) => None,
    }
}

/// A file of the report of an account, in its folder.
struct Inside<'f> {
    name: String,
    file: File<'f>,
}

impl<'f> Inside<'f> {
    fn new(tag: &AccountTag, file: File<'f>) -> Self {
        Self { name: format!("{REPORTS}/{tag}/{}", file.name), file }
    }
}

impl NamedFile for Inside<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.file.write(out)
    }
}

//! Which files a folder holds, by name.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::accepted;
use super::access_csv;
use super::csv;
use super::html;
pub use super::indented_json::json;
use super::report_format::ReportFormat;
use super::table::Options;
use super::tuples;
use super::view::View;
use crate::catalog::Catalogue;
use crate::model::{Account, AccountTag, Side, Sides};
use crate::parse::snapshot::Snapshot;
use crate::report::{Report, RoleResult};

/// Writes one file's bytes.
type Contents<'a> = Box<dyn Fn(&mut dyn Write) -> io::Result<()> + Send + Sync + 'a>;

/// A file of a folder.
pub struct File<'a> {
    /// Its name, safe on every file system.
    pub name: String,
    contents: Contents<'a>,
}

impl<'a> File<'a> {
    /// A file with these contents.
    pub fn new(
        name: impl Into<String>,
        contents: impl Fn(&mut dyn Write) -> io::Result<()> + Send + Sync + 'a,
    ) -> Self {
        Self { name: name.into(), contents: Box::new(contents) }
    }

    /// Writes the contents.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        (self.contents)(out)
    }
}

impl std::fmt::Debug for File<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("File").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Files that a user can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// The lists of all items of an account, by far the largest files.
    Items,
}

/// Tags that would give two files one name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("with these tags two reports would both be called `{name}`")]
pub struct NameClash {
    /// The name.
    pub name: String,
}

/// One account as it was harvested.
#[derive(Debug, Clone, Copy)]
pub struct Harvest<'a> {
    /// The user's name for it.
    pub tag: &'a AccountTag,
    /// The profile or file it is from, as a part of a file name.
    pub origin: &'a str,
    /// The account as read, with the roles that are reported.
    pub account: &'a Account,
    /// The whole account as read.
    pub snapshot: &'a Snapshot,
}

/// The snapshot of an account alone.
#[must_use]
pub fn snapshot_file<'a>(tag: &AccountTag, snapshot: &'a Snapshot) -> File<'a> {
    File::new(format!("{tag}_snapshot.json"), move |out| json(out, snapshot))
}

/// The files of `harvest`: all rows, and the snapshot.
#[must_use]
pub fn of_harvest<'a>(
    harvest: Harvest<'a>,
    catalogue: &'a Catalogue,
    options: Options,
    skip: &[Skip],
) -> Vec<File<'a>> {
    let Harvest { tag, origin, account, snapshot } = harvest;
    let mut files = vec![snapshot_file(tag, snapshot)];
    if !skip.contains(&Skip::Items) {
        files.push(File::new(format!("{tag}_{origin}_iam_tuples.csv"), move |out| {
            tuples::write(out, options, account, catalogue).map(drop)
        }));
    }
    files
}

/// The files of `diff`.
///
/// # Errors
/// If the tags make two names alike, ignoring case as some file systems do.
pub fn of_diff<'a>(
    view: &'a View<'a>,
    harvests: Sides<Harvest<'a>>,
    catalogue: &'a Catalogue,
    options: Options,
    skip: &[Skip],
) -> Result<Vec<File<'a>>, NameClash> {
    let report = view.report;
    let mut files = Vec::new();
    for side in Side::BOTH {
        files.extend(of_harvest(*harvests.get(side), catalogue, options, skip));
        files.extend(of_side(report, side, options));
    }
    for (prefix, kind) in KINDS {
        files.push(File::new(format!("common_{prefix}roles.csv"), move |out| {
            csv::common_roles(out, options, report.roles.iter().filter(|role| kind(role)))
        }));
    }
    files.push(File::new("attribute_differences.csv", move |out| csv::attribute_differences(out, options, report)));
    files.push(File::new("access_differences.csv", move |out| access_csv::access(out, options, report)));
    files.push(File::new("trust_differences.csv", move |out| access_csv::trust(out, options, report)));
    files.push(File::new("deny_differences.csv", move |out| access_csv::denies(out, options, report)));
    files.push(File::new("cross_references.csv", move |out| csv::cross_references(out, options, report)));
    files.push(File::new("accepted_differences.csv", move |out| accepted::differences(out, options, report)));
    files.push(File::new("ambiguous_roles.csv", move |out| csv::ambiguous_roles(out, options, report)));
    files.push(File::new("equivalency_hits.csv", move |out| csv::equivalency_hits(out, options, report)));
    files.push(File::new("report.html", move |out| html::write(out, view)));
    files.push(File::new("report.json", move |out| json(out, report)));
    if let Some(since) = view.since {
        files.push(File::new("since.json", move |out| json(out, since)));
    }
    files.push(File::new("summary.md", move |out| ReportFormat::Markdown.write(out, view)));
    files.sort_by(|a, b| a.name.cmp(&b.name));
    distinct(files)
}

/// Whether a role is of a kind.
type IsKind = fn(&RoleResult) -> bool;

/// The three ways in which roles are listed: part of the file name, and which roles.
const KINDS: [(&str, IsKind); 3] = [
    ("", |_| true),
    ("service_linked_", |role| role.service_linked),
    ("non_service_linked_", |role| !role.service_linked),
];

fn of_side(report: &Report, side: Side, options: Options) -> Vec<File<'_>> {
    let (own, other) = (&report.accounts.get(side).tag, &report.accounts.get(side.other()).tag);
    let mut files = Vec::new();
    for (prefix, kind) in KINDS {
        files.push(File::new(format!("{own}_{prefix}roles.csv"), move |out| {
            csv::roles(out, options, side, report.roles.iter().filter(|role| kind(role)))
        }));
        files.push(File::new(format!("{prefix}roles_in_{own}_but_not_in_{other}.csv"), move |out| {
            // What AWS owns and nobody can change comes last.
            let mut alone: Vec<&RoleResult> =
                report.roles.iter().filter(|role| kind(role) && role.is_open_alone()).collect();
            alone.sort_by_key(|role| role.service_linked);
            csv::roles(out, options, side, alone)
        }));
    }
    files.push(File::new(format!("{own}_to_{other}_common_role_difference_items.csv"), move |out| {
        csv::item_differences(out, options, report, side)
    }));
    files.push(File::new(format!("common_roles_in_{own}_with_differences.csv"), move |out| {
        let items = report.item_differences.iter().filter(|item| item.side == side);
        let arns: BTreeSet<&str> = items.map(|item| item.role_arn.as_str()).collect();
        let differs = |role: &&RoleResult| role.side(side).is_some_and(|real| arns.contains(real.arn.as_str()));
        csv::roles(out, options, side, report.roles.iter().filter(differs))
    }));
    files
}

fn distinct(files: Vec<File<'_>>) -> Result<Vec<File<'_>>, NameClash> {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for file in &files {
        *names.entry(file.name.to_ascii_lowercase()).or_default() += 1;
    }
    match names.into_iter().find(|(_, count)| *count > 1) {
        Some((name, _)) => Err(NameClash { name }),
        None => Ok(files),
    }
}

//! `iamctl since`: what is new in a report as against an earlier one.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::complete;
use super::console::Console;
use super::diff::{FileCopy, Found, Fresh};
use super::error::CliError;
use super::evidence::warn_of_changes;
use super::exit_code::ExitCode;
use super::fleet::read::in_words;
use super::read_source::ReadSource;
use super::reports::{self, ReportArgs};
use super::saved_report::{REPORT_FILE, SavedReport};
use super::source::shown;
use crate::catalog::Catalogue;
use crate::evidence::Input;
use crate::formats::files::json;
use crate::formats::report_format::View;
use crate::formats::since;
use crate::model::{AccountTagError, Side, Sides};
use crate::normalise::Builtins;
use crate::parse::snapshot::Snapshot;
use crate::pipeline::{self, Options, Prepared};
use crate::report::{AccountInfo, FailOn, Report};
use crate::since::{Growth, Since};
use crate::store::saved_reports::{self, SavedHead, SavedHeads};

/// The word of `--since` for the newest report.
const LATEST: &str = "latest";

/// What `since` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Report folder of the earlier `iamctl diff`, or its report.json
    #[arg(value_name = "EARLIER")]
    earlier: PathBuf,
    /// Report folder of the later `iamctl diff`, or its report.json
    #[arg(value_name = "LATER")]
    later: PathBuf,
    /// What to print: table, json, or markdown
    #[arg(long, value_enum, env = "IAMCTL_FORMAT", default_value_t = Format::Table)]
    format: Format,
    /// Findings that set exit code 1, such as new or new:high
    ///
    /// `new` stands for findings that are new or changed, `new:LEVEL` for those of this severity or higher. The values of
    /// `iamctl diff` apply to all findings of the later report. Can be repeated.
    #[arg(long, value_name = "WHAT", env = "IAMCTL_FAIL_ON", value_delimiter = ',', add = complete::fail_on())]
    fail_on: Vec<String>,
    #[command(flatten)]
    reports: ReportArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The summary as text
    Table,
    /// Everything, as JSON
    Json,
    /// The summary for pull requests
    Markdown,
}

/// Reads both reports and says what is new.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    let fail_on = args.fail_on.iter().map(|word| word.parse()).collect::<Result<Vec<FailOn>, _>>()?;
    let (earlier, later) = (SavedReport::to_compare(&args.earlier)?, SavedReport::to_compare(&args.later)?);
    // The files of a report belong together.
    let files = [&earlier, &later].map(SavedReport::files);
    args.reports.check(None, files.iter().flatten().map(PathBuf::as_path))?;
    let catalogue = Catalogue::embedded();
    let snapshots = later.snapshots();
    let fresh =
        Fresh { report: &later.report, snapshots: readable(&later, &snapshots, console), catalogue: &catalogue };
    warn_of_changes(later.folder(), console)?;
    let (since, _) = compared(&earlier, &fresh, console)?;
    let folder = shown(later.folder());
    let location = reports::location(None);
    let arguments = reports::arguments();
    let view = View {
        folder: Some(&folder),
        fail_on: Some(fail_on.as_slice()).filter(|all| !all.is_empty()),
        arguments: &arguments,
        since: Some(&since),
        ..View::new(&later.report, &location)
    };
    args.reports.write(|format, out| format.write(out, &view))?;
    console.print(|out| match args.format {
        Format::Table => since::write(out, &view, &since, console.width()),
        Format::Json => json(out, &since),
        Format::Markdown => out.write_all(since::markdown(&view, &since).as_bytes()),
    })?;
    Ok(if view.failed() { ExitCode::Different } else { ExitCode::Done })
}

/// What is new in a report since an earlier one, and the files that this was found out from.
pub(super) fn compared(
    earlier: &SavedReport,
    later: &Fresh<'_>,
    console: &Console,
) -> Result<(Since, Vec<Input>), CliError> {
    let error = |source| CliError::Since { earlier: earlier.folder().to_owned(), source };
    Since::check(&earlier.report, later.report).map_err(error)?;
    warn_of_changes(earlier.folder(), console)?;
    let snapshots = earlier.snapshots();
    let growth = match (readable(earlier, &snapshots, console), later.snapshots) {
        (Some(before), Some(after)) => Some(growth(before, after, later)?),
        (None, _) | (_, None) => None,
    };
    let since = Since::new(&earlier.report, later.report, growth.as_ref()).map_err(error)?;
    // Snapshots that cannot be read have no part in it.
    let files = snapshots.iter().flat_map(|read| Side::BOTH.into_iter().filter_map(|side| read.get(side).file.clone()));
    Ok((since, std::iter::once(earlier.input.clone()).chain(files).collect()))
}

/// The snapshots of a report; that they cannot be read is said, but is no failure.
fn readable<'s>(
    saved: &SavedReport,
    snapshots: &'s Result<Sides<ReadSource>, CliError>,
    console: &Console,
) -> Option<Sides<&'s Snapshot>> {
    let told = |error| {
        console.warning(&format!("{}: the snapshots cannot be read: {}", saved.folder().display(), in_words(error)));
    };
    snapshots.as_ref().map(|read| read.as_ref().map(|read| &read.snapshot)).map_err(told).ok()
}

/// What the roles of both accounts can do more and less than before.
fn growth(before: Sides<&Snapshot>, after: Sides<&Snapshot>, later: &Fresh<'_>) -> Result<Growth, CliError> {
    let of = |side: Side| -> Result<Report, CliError> {
        let snapshots = Sides { left: *before.get(side), right: *after.get(side) };
        let tag = later.report.accounts.get(side).tag.clone();
        let internal = |error: AccountTagError| CliError::Internal { invariant: error.to_string() };
        let name = if tag.as_str().eq_ignore_ascii_case("before") { "earlier" } else { "before" };
        let mut options = Options::new(name.parse().map_err(internal)?, tag);
        // Nothing is meant to differ from one day to the next.
        options.builtins = Builtins::default().of_one_account();
        (options.allow_incomplete, options.catalogue) = (true, later.catalogue.clone());
        let accounts = pipeline::read_with_absent(snapshots)?.map(Cow::Owned);
        Ok(Prepared::new(accounts, &options)?.only(&options.selection)?.compare()?)
    };
    Ok(Growth::new(Sides { left: of(Side::Left)?, right: of(Side::Right)? }))
}

/// What `--since` names.
pub(super) enum Earlier {
    /// A report.
    Report(Box<SavedReport>),
    /// The newest one of the same accounts.
    Latest,
}

impl Earlier {
    /// Reads the report in a folder; `latest` is known only when the new report is there.
    pub(super) fn read(word: &Path) -> Result<Self, CliError> {
        if word.as_os_str() == LATEST {
            Ok(Self::Latest)
        } else {
            Ok(Self::Report(Box::new(SavedReport::to_compare(word)?)))
        }
    }

    /// What is new in a report that will be written to this folder, if it was named. What it was found out from is added to the
    /// settings and the provenance.
    pub(super) fn compared(
        self,
        later: &Fresh<'_>,
        named: Option<&Path>,
        found: &mut Found<'_>,
        console: &Console,
    ) -> Result<Since, CliError> {
        let earlier = match self {
            Self::Report(earlier) => {
                let (since, inputs) = compared(&earlier, later, console)?;
                Some((earlier.folder().to_owned(), since, inputs))
            }
            Self::Latest => since_latest(later, named, console)?,
        };
        let Some((folder, since, inputs)) = earlier else {
            console.warning("there is no earlier report of these accounts and roles, so everything is new");
            found.settings.without_earlier = true;
            return Ok(Since::without_earlier(later.report));
        };
        // A link, such as `latest`, leads to another folder tomorrow.
        let real = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        found.settings.since = Some(shown(&real));
        found.provenance.inputs.extend(inputs);
        if named.is_some_and(|named| named.canonicalize().is_ok_and(|named| named == real)) {
            found.copies.extend(copies_of_earlier(&real, later.report));
        }
        Ok(since)
    }
}

/// The folder, in that of a report, with the copy of the earlier report that it takes the place of.
pub(super) const EARLIER_COPY: &str = "inputs/earlier";

/// The files of the earlier report that what is new is found out from, and their copies: they are about to be replaced.
pub(super) fn copies_of_earlier(folder: &Path, report: &Report) -> Vec<FileCopy> {
    let snapshot = |side: Side| format!("{}_snapshot.json", report.accounts.get(side).tag);
    let names = [REPORT_FILE.to_owned(), snapshot(Side::Left), snapshot(Side::Right)];
    // A snapshot that is not there had no part in it.
    let there = names.into_iter().filter(|name| folder.join(name).is_file());
    there.map(|name| (format!("{EARLIER_COPY}/{name}"), folder.join(&name))).collect()
}

/// An earlier report: its folder, what is new since it, and the files that this was found out from.
type News = (PathBuf, Since, Vec<Input>);

/// What is new since the newest report of the same accounts: in the original tool's place, or beside the folder that the
/// user named; none without one.
fn since_latest(later: &Fresh<'_>, named: Option<&Path>, console: &Console) -> Result<Option<News>, CliError> {
    let found = match (named, home()) {
        (Some(folder), _) => saved_reports::beside(folder),
        (None, Some(home)) => saved_reports::in_output(&home),
        (None, None) => SavedHeads::default(),
    };
    let skipped = |folder: &Path, why: &str| {
        console.warning(&format!("{}: not taken for the earlier report: {why}", folder.display()));
    };
    found.unreadable.iter().for_each(|folder| skipped(folder, "its report cannot be read"));
    for head in found.reports.iter().filter(|head| is_before(head, later.report)) {
        let earlier = match SavedReport::to_compare(&head.folder) {
            Ok(earlier) => earlier,
            Err(error) => {
                skipped(&head.folder, &in_words(&error));
                continue;
            }
        };
        match compared(&earlier, later, console) {
            // A report of some roles beside that of all.
            Err(CliError::Since { source, .. }) => skipped(&head.folder, &source.to_string()),
            Ok((since, inputs)) => {
                console.note(&format!("since: {}", head.folder.display()));
                return Ok(Some((head.folder.clone(), since, inputs)));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Whether a report is of the same accounts, and not later.
fn is_before(head: &SavedHead, report: &Report) -> bool {
    let accounts = [&report.accounts.left, &report.accounts.right];
    let is_same = |(account, (tag, id)): (&AccountInfo, (&String, &Option<String>))| {
        let same_id = id.is_none() || account.account_id.as_ref().is_none_or(|own| Some(own.as_str()) == id.as_deref());
        same_id && account.tag.as_str().eq_ignore_ascii_case(tag)
    };
    let all = head.tags.iter().zip(&head.account_ids);
    accounts.into_iter().zip(all).all(is_same) && head.generated_at <= report.generated_at
}

/// Makes `latest` point at a new report. That this fails is said, but is no failure: the reports are written.
pub(super) fn point_at(report: &Path, named: Option<&Path>, console: &Console) {
    let pointed = match (named, home()) {
        (Some(_), _) => saved_reports::point_at_beside(report),
        (None, Some(home)) => saved_reports::point_at_in_output(&home, report),
        // Without one, the user had to name a folder.
        (None, None) => Ok(()),
    };
    if let Err(error) = pointed {
        console.warning(&format!("the link `latest` to the newest report cannot be made: {error}"));
    }
}

/// The home directory.
pub(super) fn home() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|base| base.home_dir().to_owned())
}

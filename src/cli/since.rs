//! `iamctl since`: what is new in a report as against an earlier one.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::complete;
use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::reports::{self, ReportArgs};
use super::saved_report::SavedReport;
use super::source::shown;
use crate::formats::files::json;
use crate::formats::report_format::View;
use crate::formats::since;
use crate::report::{AccountInfo, FailOn, Report};
use crate::since::Since;
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
    let (earlier, later) = (SavedReport::at(&args.earlier)?, SavedReport::at(&args.later)?);
    args.reports.check(None, [earlier.file(), later.file()].iter().map(PathBuf::as_path))?;
    let since = compared(&earlier, &later.report)?;
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

/// What is new in a report since an earlier one.
fn compared(earlier: &SavedReport, later: &Report) -> Result<Since, CliError> {
    let error = |source| CliError::Since { earlier: earlier.folder().to_owned(), source };
    Since::new(&earlier.report, later).map_err(error)
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
        if word.as_os_str() == LATEST { Ok(Self::Latest) } else { Ok(Self::Report(Box::new(SavedReport::at(word)?))) }
    }

    /// What is new in a report that will be written to this folder, if it was named.
    pub(super) fn compared(self, report: &Report, named: Option<&Path>, console: &Console) -> Result<Since, CliError> {
        match self {
            Self::Report(earlier) => compared(&earlier, report),
            Self::Latest => since_latest(report, named, console),
        }
    }
}

/// What is new since the newest report of the same accounts: in the original tool's place, or beside the folder that the
/// user named. Without one, everything is new.
fn since_latest(report: &Report, named: Option<&Path>, console: &Console) -> Result<Since, CliError> {
    let found = match (named, home()) {
        (Some(folder), _) => saved_reports::beside(folder),
        (None, Some(home)) => saved_reports::in_output(&home),
        (None, None) => SavedHeads::default(),
    };
    for folder in &found.unreadable {
        console.warning(&format!(
            "{}: its report cannot be read, so it is not taken for an earlier one",
            folder.display()
        ));
    }
    match found.reports.iter().find(|head| is_before(head, report)) {
        Some(head) => {
            console.note(&format!("since: {}", head.folder.display()));
            compared(&SavedReport::read(&head.folder)?, report)
        }
        None => {
            console.warning("there is no earlier report of these accounts, so everything is new");
            Ok(Since::without_earlier(report))
        }
    }
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
pub(super) fn point_at(report: &Path, console: &Console) {
    let Some(home) = home() else { return };
    if let Err(error) = saved_reports::point_at(&home, report) {
        console.warning(&format!("the link `latest` to the newest report cannot be made: {error}"));
    }
}

/// The home directory.
pub(super) fn home() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|base| base.home_dir().to_owned())
}

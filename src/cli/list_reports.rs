//! `iamctl reports`: the reports of earlier runs, and the removal of old ones.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;
use clap::builder::FalseyValueParser;
use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;

use super::clock;
use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::since::home;
use crate::formats::escape::terminal;
use crate::formats::files::json;
use crate::report::sentences::counted;
use crate::store::FolderError;
use crate::store::saved_reports::{self, SavedHead};

/// What `reports` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder with reports, up to six folders deep [default: ~/aws-idt/output]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// What to print: table or json
    #[arg(long, value_enum, env = "IAMCTL_FORMAT", default_value_t = Format::Table)]
    format: Format,
    /// Remove all but the newest reports, such as 30 or 90d
    ///
    /// A number keeps so many reports for each pair of accounts; a number with `d` keeps those that are younger than so many
    /// days. A folder is removed only if it contains a whole report of iamctl and nothing else.
    #[arg(long, value_name = "NUMBER|DAYSd", env = "IAMCTL_KEEP")]
    keep: Option<Keep>,
    /// Say what `--keep` would remove, and remove nothing
    #[arg(long, env = "IAMCTL_DRY_RUN", requires = "keep", value_parser = FalseyValueParser::new())]
    dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each report, the newest first
    Table,
    /// The same as JSON
    Json,
}

/// Which reports are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// So many of each pair of accounts.
    Newest(usize),
    /// Those that are younger than so many days.
    Days(u32),
}

/// Why a word does not say which reports are kept.
#[derive(Debug, thiserror::Error)]
#[error("`{}` is neither a number of reports, such as 30, nor of days, such as 90d", .text.escape_debug())]
pub(super) struct KeepError {
    text: String,
}

impl FromStr for Keep {
    type Err = KeepError;

    fn from_str(text: &str) -> Result<Self, KeepError> {
        let wrong = |_| KeepError { text: text.to_owned() };
        // To keep none is more likely a mistake.
        let none = || KeepError { text: text.to_owned() };
        match text.strip_suffix('d') {
            Some(days) => match days.parse().map_err(wrong)? {
                0 => Err(none()),
                days => Ok(Self::Days(days)),
            },
            None => match text.parse().map_err(wrong)? {
                0 => Err(none()),
                number => Ok(Self::Newest(number)),
            },
        }
    }
}

#[derive(Serialize)]
struct Row<'h> {
    folder: String,
    generated_at: &'h str,
    accounts: [Account<'h>; 2],
    findings: usize,
    causes: usize,
}

#[derive(Serialize)]
struct Account<'h> {
    tag: &'h str,
    account_id: Option<&'h str>,
}

/// Lists the reports, or removes old ones.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    let found = match (&args.folder, home()) {
        (Some(folder), _) if !folder.is_dir() => return Err(CliError::NoReport { path: folder.clone() }),
        (Some(folder), _) => saved_reports::below(folder),
        (None, Some(home)) => saved_reports::in_output(&home),
        (None, None) => return Err(FolderError::NoHome.into()),
    };
    for folder in &found.unreadable {
        console.warning(&format!("{}: its report cannot be read", folder.display()));
    }
    if let Some(keep) = args.keep {
        return remove(&found.reports, keep, args.dry_run, console);
    }
    console.print(|out| match args.format {
        Format::Table => table(out, &found.reports),
        Format::Json => json(out, &found.reports.iter().map(row).collect::<Vec<_>>()),
    })?;
    Ok(ExitCode::Done)
}

fn row(head: &SavedHead) -> Row<'_> {
    let SavedHead { folder, generated_at, tags: [left, right], account_ids: [left_id, right_id], counts } = head;
    let [findings, causes] = *counts;
    let accounts = [
        Account { tag: left, account_id: left_id.as_deref() },
        Account { tag: right, account_id: right_id.as_deref() },
    ];
    Row { folder: folder.to_string_lossy().into_owned(), generated_at, accounts, findings, causes }
}

fn table(out: &mut dyn Write, reports: &[SavedHead]) -> io::Result<()> {
    if reports.is_empty() {
        return writeln!(out, "No reports.");
    }
    let accounts = |head: &SavedHead| terminal(&head.tags.join(" and ")).into_owned();
    let width = reports.iter().map(|head| accounts(head).chars().count()).max().unwrap_or_default().max(8);
    writeln!(out, "{:<20}  {:<width$}  Findings  Causes  Folder", "Made", "Accounts")?;
    for head in reports {
        let [findings, causes] = head.counts;
        let (made, folder) = (terminal(&head.generated_at), head.folder.to_string_lossy());
        let folder = terminal(&folder);
        writeln!(out, "{made:<20}  {:<width$}  {findings:>8}  {causes:>6}  {folder}", accounts(head))?;
    }
    Ok(())
}

/// Removes the reports that are not kept, and says which.
fn remove(reports: &[SavedHead], keep: Keep, dry_run: bool, console: &Console) -> Result<ExitCode, CliError> {
    let mut of_pair: BTreeMap<&[String; 2], usize> = BTreeMap::new();
    let mut old: Vec<&SavedHead> = Vec::new();
    for head in reports {
        let newer = of_pair.entry(&head.tags).or_default();
        let is_kept = match keep {
            Keep::Newest(number) => *newer < number,
            Keep::Days(days) => is_younger(head, days),
        };
        *newer += 1;
        old.extend((!is_kept).then_some(head));
    }
    let mut removed = Vec::new();
    for head in &old {
        match if dry_run { saved_reports::check_whole(&head.folder) } else { saved_reports::remove(&head.folder) } {
            Ok(()) => removed.push(&head.folder),
            Err(error) => console.warning(&format!("{}: not removed: {error}", head.folder.display())),
        }
    }
    let would = if dry_run { "would be " } else { "" };
    console.print(|out| {
        for folder in &removed {
            writeln!(out, "{}", terminal(&folder.to_string_lossy()))?;
        }
        writeln!(out, "{} {would}removed, {} kept", counted(removed.len(), "report"), reports.len() - removed.len())
    })?;
    // What was asked for was not done.
    Ok(if removed.len() == old.len() { ExitCode::Done } else { ExitCode::Failed })
}

/// Whether a report is younger than so many days. One whose time cannot be read is kept.
fn is_younger(head: &SavedHead, days: u32) -> bool {
    let oldest = clock::instant().checked_sub((24 * i64::from(days)).hours());
    match (head.generated_at.parse::<Timestamp>(), oldest) {
        (Ok(made), Ok(oldest)) => made > oldest,
        (Err(_), _) | (_, Err(_)) => true,
    }
}

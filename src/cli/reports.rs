//! `--report`, and the job summary of GitHub Actions.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum;

use super::complete;
use super::console::Console;
use super::error::CliError;
use super::init::{CATALOGUE_FILE, EQUIVALENCY_FILE};
use super::input_file::ACCEPTED_FILE;
use crate::formats::markdown::LIMIT;
use crate::formats::report_format::{ReportFormat, UnknownFormat};
use crate::store::report_file;

/// The file that a step of GitHub Actions adds its summary to.
const JOB_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Flags of reports besides those in the folder.
#[derive(Debug, clap::Args)]
pub(super) struct ReportArgs {
    /// Additional report in a file; can be repeated
    ///
    /// The format is `html`, `markdown`, `json`, `ndjson`, `sarif`, `junit`, `gitlab`, `ocsf`, or `oscal`. For example,
    /// `--report sarif=iam.sarif`.
    #[arg(id = "report", long = "report", value_name = "FORMAT=PATH", env = "IAMCTL_REPORT", value_delimiter = ',', add = complete::report())]
    reports: Vec<ReportArg>,
}

/// What `--format` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// The summary as text
    Table,
    /// The whole report, as in report.json or fleet.json
    Json,
    /// The findings as JSON, one object per line, between a header and a summary
    Ndjson,
    /// The summary for pull requests, as in summary.md or fleet.md
    Markdown,
    /// The findings as CSV
    Csv,
}

/// A report and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ReportArg {
    format: ReportFormat,
    path: PathBuf,
}

/// Why a word is no `FORMAT=PATH`.
#[derive(Debug, thiserror::Error)]
enum ReportArgError {
    #[error("the form is FORMAT=PATH, such as `sarif=iam.sarif`")]
    Form,
    #[error("a report is written to a file; use `--format` for stdout")]
    Stdout,
    #[error(transparent)]
    Format(#[from] UnknownFormat),
}

impl FromStr for ReportArg {
    type Err = ReportArgError;

    fn from_str(word: &str) -> Result<Self, ReportArgError> {
        match word.split_once('=') {
            None | Some((_, "")) => Err(ReportArgError::Form),
            Some((format, path)) => {
                let format = format.parse()?;
                if path == "-" { Err(ReportArgError::Stdout) } else { Ok(Self { format, path: PathBuf::from(path) }) }
            }
        }
    }
}

impl ReportArgs {
    /// Finds out before anything is read whether the files can be written and are all different. `folder` is where
    /// the other reports go, if it was named, and may have to be made; the files in `read` must stay as they are.
    pub(super) fn check<'a>(
        &self,
        folder: Option<&Path>,
        read: impl Iterator<Item = &'a Path>,
    ) -> Result<(), CliError> {
        let mut taken: BTreeMap<PathBuf, &'static str> = BTreeMap::new();
        // These are read by the next run, if they are here.
        let here = [EQUIVALENCY_FILE, CATALOGUE_FILE, ACCEPTED_FILE].map(Path::new);
        for path in read.chain(here) {
            taken.insert(place(path), "a file that iamctl reads");
        }
        for report in &self.reports {
            let place = if is_in_missing(folder, &report.path) {
                place(&report.path)
            } else {
                report_file::check(&report.path)?
            };
            if let Some(what) = taken.insert(place, "the file of another report") {
                return Err(CliError::ReportTwice { path: report.path.clone(), what });
            }
        }
        Ok(())
    }

    /// The formats that were asked for.
    pub(super) fn formats(&self) -> impl Iterator<Item = ReportFormat> {
        self.reports.iter().map(|report| report.format)
    }

    /// Refuses a report that would take the place of a file of the folder, of the list of them, or of a file in one of its
    /// folders.
    pub(super) fn outside<'a>(
        &self,
        folder: Option<&Path>,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<(), CliError> {
        let Some(folder) = folder else { return Ok(()) };
        for name in names.chain(crate::store::folder::OWN) {
            let file = place(&folder.join(name));
            if let Some(report) = self.reports.iter().find(|report| place(&report.path).starts_with(&file)) {
                return Err(CliError::ReportTwice { path: report.path.clone(), what: "a file of the output folder" });
            }
        }
        Ok(())
    }

    /// Writes the reports, in the order they were asked for.
    pub(super) fn write(&self, write: impl Fn(ReportFormat, &mut dyn Write) -> io::Result<()>) -> Result<(), CliError> {
        for report in &self.reports {
            report_file::write(&report.path, |out| write(report.format, out))?;
        }
        Ok(())
    }
}

/// Whether a file is to go right into the output folder, which is not there yet.
fn is_in_missing(folder: Option<&Path>, file: &Path) -> bool {
    folder.is_some_and(|folder| !folder.exists() && file.parent().is_some_and(|parent| place(parent) == place(folder)))
}

/// A path that is the same however the file is named: links are followed as far as there are files.
fn place(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if let Ok(real) = absolute.canonicalize() {
        return real;
    }
    match (absolute.parent().and_then(|parent| parent.canonicalize().ok()), absolute.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => absolute,
    }
}

/// The file that findings are shown at: the dictionary, or where it would be, as a path in the repository that holds it;
/// without a repository from here; with `/`.
pub(super) fn location(dictionary: Option<&Path>) -> String {
    let file = place(dictionary.unwrap_or_else(|| Path::new(EQUIVALENCY_FILE)));
    let repository = file.ancestors().skip(1).find(|folder| folder.join(".git").exists());
    let here = std::env::current_dir().ok().and_then(|here| here.canonicalize().ok());
    let root = repository.or(here.as_deref());
    let name = file.file_name().map(Path::new);
    let inside = root.and_then(|root| file.strip_prefix(root).ok()).or(name).unwrap_or_else(|| Path::new(""));
    let parts = inside.components().map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

/// The arguments of the program but for secrets, as reports name them.
pub(super) fn arguments() -> Vec<String> {
    let mut arguments = Vec::new();
    let mut hidden = false;
    for word in std::env::args_os().skip(1) {
        let word = word.to_string_lossy().into_owned();
        let is_secret = |flag: &&str| word == *flag || word.starts_with(&format!("{flag}="));
        let secret = SECRET.into_iter().find(is_secret);
        match secret {
            _ if hidden => arguments.push("…".to_owned()),
            Some(flag) if word != flag => arguments.push(format!("{flag}=…")),
            Some(_) | None => arguments.push(word.clone()),
        }
        hidden = secret.is_some_and(|flag| word == flag);
    }
    arguments
}

/// The variables that stand for arguments, but for secrets, as reports name them.
pub(super) fn environment() -> BTreeMap<String, String> {
    let variable = |flag: &str| format!("IAMCTL_{}", flag.trim_start_matches('-').replace('-', "_").to_uppercase());
    let secret = SECRET.map(variable);
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    let variables = std::env::vars_os().map(|(name, value)| (text(name), text(value)));
    let named = variables.filter(|(name, _)| name.starts_with("IAMCTL_"));
    named.map(|(name, value)| if secret.contains(&name) { (name, "…".to_owned()) } else { (name, value) }).collect()
}

/// Flags whose values are not for reports.
const SECRET: [&str; 2] = ["--mfa-code", "--mfa-command"];

/// In a step of GitHub Actions, adds Markdown of at most so many bytes to the job's summary. That this fails is said, but
/// is no failure: the reports are written.
pub(super) fn append_to_job_summary(markdown: impl FnOnce(usize) -> String, console: &Console) {
    let Some(path) = std::env::var_os(JOB_SUMMARY).filter(|path| !path.is_empty()).map(PathBuf::from) else { return };
    let there = usize::try_from(report_file::length(&path)).unwrap_or(usize::MAX);
    // What other commands of the step have written counts too.
    let separator = if there > 0 { "\n\n" } else { "" };
    let room = LIMIT.saturating_sub(there).saturating_sub(separator.len());
    let text = markdown(room);
    if text.is_empty() {
        console.warning(&format!("{JOB_SUMMARY}: the summary is full; nothing was added"));
    } else if let Err(error) = report_file::append(&path, &format!("{separator}{text}")) {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        console.warning(&format!("{JOB_SUMMARY}: {error}{cause}"));
    }
}

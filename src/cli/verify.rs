//! `iamctl verify`: whether a folder is as iamctl wrote it, and whether its reports can be made again.

mod checked;
mod error;
mod remake;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::builder::FalseyValueParser;

use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::source::shown;
use checked::Checked;
pub use error::VerifyError;
use remake::{Remade, listed};

use crate::evidence::{ManifestReport, Statement, Verified};
use crate::formats::escape::terminal;
use crate::formats::files::json;
use crate::report::sentences::counted;
use crate::store::report_file;

/// What `verify` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder that `iamctl diff`, `harvest`, or `fleet` wrote
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// Only check the files, and do not regenerate the reports
    #[arg(long, env = "IAMCTL_FILES_ONLY", value_parser = FalseyValueParser::new())]
    files_only: bool,
    /// Where the earlier report of `--since` is now
    ///
    /// Without this option, iamctl looks for it where it was when the report was made.
    #[arg(long, value_name = "FOLDER", env = "IAMCTL_VERIFY_SINCE")]
    since: Option<PathBuf>,
    /// Write an in-toto statement about the manifest, for a program that signs it
    ///
    /// The file is written only if everything matches. It contains the SHA-256 of the manifest and what the manifest says of
    /// the reports; iamctl does not sign it.
    #[arg(long, value_name = "FILE", env = "IAMCTL_ATTEST")]
    attest: Option<PathBuf>,
}

/// Checks the files, makes the reports again, and says what is not as it was.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    if let Some(file) = args.attest.as_deref() {
        check_statement_place(file, &args.folder)?;
    }
    let spinner = console.spinner("checking files");
    let mut folders = Vec::new();
    Checked::all(&args.folder, "", &mut folders)?;
    let mut remade = Vec::new();
    for checked in &folders {
        for report in &checked.manifest.reports {
            spinner.say(&format!("regenerating {}", report.report));
            remade.push(args.remade(checked, report, console)?);
        }
    }
    drop(spinner);
    let outcome = Outcome { folders: &folders, remade: &remade };
    console.print(|out| outcome.write(out, &shown(&args.folder)))?;
    if outcome.differs() {
        return Ok(ExitCode::Different);
    }
    if let Some((report, why)) = outcome.impossible() {
        return Err(VerifyError::NotRemade { report: report.to_owned(), why: why.to_owned() }.into());
    }
    let (Some(file), Some(top)) = (&args.attest, folders.first()) else { return Ok(ExitCode::Done) };
    let statement = Statement::new(&top.manifest, &top.sha256, outcome.verified());
    report_file::write(file, |out| json(out, &statement))?;
    console.note(&format!("statement written to {}; it is not signed", file.display()));
    Ok(ExitCode::Done)
}

/// A statement in the folder would be a file that its manifest does not list.
fn check_statement_place(file: &Path, folder: &Path) -> Result<(), CliError> {
    if file.as_os_str() == "-" {
        return Err(VerifyError::StatementToStdout.into());
    }
    let target = report_file::check(file)?;
    let is_inside = folder.canonicalize().is_ok_and(|folder| target.starts_with(folder));
    if is_inside { Err(VerifyError::StatementInside { path: file.to_owned() }.into()) } else { Ok(()) }
}

impl Args {
    fn remade(&self, checked: &Checked, report: &ManifestReport, console: &Console) -> Result<Remade, CliError> {
        if self.files_only {
            return Ok(Remade::NotAsked);
        }
        let name = format!("{}{}", checked.name, report.report);
        remake::remade(checked, report, name, self.since.as_deref(), console)
    }
}

/// What was found out.
struct Outcome<'o> {
    folders: &'o [Checked],
    remade: &'o [Remade],
}

impl Outcome<'_> {
    fn differs(&self) -> bool {
        let is_changed = |checked: &Checked| !checked.mismatch.is_none() || !checked.extra.is_empty();
        self.folders.iter().any(is_changed) || self.remade.iter().any(Remade::differs)
    }

    /// What is known of folders that match their manifests.
    fn verified(&self) -> Verified {
        match (self.remade.iter().any(Remade::is_same), self.remade.iter().all(Remade::is_same)) {
            (true, true) => Verified::FilesAndReports,
            (true, false) => Verified::FilesAndSomeReports,
            (false, _) => Verified::Files,
        }
    }

    /// A report that should have been made again and was not, and why.
    fn impossible(&self) -> Option<(&str, &str)> {
        self.remade.iter().find_map(Remade::impossible)
    }

    fn write(&self, out: &mut dyn Write, folder: &str) -> io::Result<()> {
        let top = self.folders.first();
        let files: usize = self.folders.iter().map(|one| one.manifest.names().count()).sum();
        writeln!(out, "Folder: {}", terminal(folder))?;
        if let Some(Checked { sha256, .. }) = top {
            writeln!(out, "Manifest: SHA-256 {sha256}")?;
        }
        writeln!(out, "Files: {files} in the manifest{}", if self.folders.len() > 1 { "s" } else { "" })?;
        for checked in self.folders {
            let at = |name: &String| terminal(&format!("{}{name}", checked.name)).into_owned();
            let changed = checked.mismatch.changed.iter().map(|(name, what)| format!("{}: {what}", at(name)));
            listed(out, "Changed", &changed.collect::<Vec<_>>())?;
            listed(out, "Missing", &checked.mismatch.missing.iter().map(at).collect::<Vec<_>>())?;
            listed(out, "Not in the manifest", &checked.extra.iter().map(at).collect::<Vec<_>>())?;
        }
        self.remade.iter().try_for_each(|remade| remade.write(out))?;
        writeln!(out, "{}", self.verdict())
    }

    fn verdict(&self) -> String {
        let count = |of: fn(&Checked) -> usize| self.folders.iter().map(of).sum::<usize>();
        let parts = [
            (count(|one| one.mismatch.changed.len()), "changed"),
            (count(|one| one.mismatch.missing.len()), "missing"),
            (count(|one| one.extra.len()), "not in the manifest"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{} {what}", counted(*count, "file")))
            .collect();
        if !parts.is_empty() {
            return format!("NOT VERIFIED: the folder does not match its manifest: {}.", parts.join(", "));
        }
        if self.remade.iter().any(Remade::differs) {
            return "NOT VERIFIED: the files match the manifest, but a regenerated report is not the same.".to_owned();
        }
        if self.impossible().is_some() {
            return "NOT VERIFIED: the files match the manifest, but a report could not be regenerated.".to_owned();
        }
        let made = self.remade.iter().filter(|remade| remade.is_same()).count();
        let again = if made > 0 {
            format!("; {} regenerated with the same result", counted(made, "report"))
        } else {
            String::new()
        };
        format!("Verified: all files match the manifest{again}.")
    }
}

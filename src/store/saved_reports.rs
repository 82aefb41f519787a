//! Folders of reports that earlier runs have left, and the link to the newest one.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::folder::OWN;
use super::folder_error::FolderError;
use super::manifest_file::listed_files;

/// `format` of `report.json`.
const FORMAT: &str = "iamctl-report";

/// The file that makes a folder the folder of a report.
const REPORT: &str = "report.json";

/// How many folders deep the original tool's place has its reports: year, month, day, hour, minute, second.
const DEPTH: usize = 6;

/// The name of the link to the newest report.
const LATEST: &str = "latest";

/// A report of an earlier run. Of its file only the beginning is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedHead {
    /// Its folder.
    pub folder: PathBuf,
    /// When it was made, RFC 3339.
    pub generated_at: String,
    /// The tags of its accounts.
    pub tags: [String; 2],
    /// The IDs of its accounts, where they are known.
    pub account_ids: [Option<String>; 2],
    /// How many findings and causes it has.
    pub counts: [usize; 2],
}

/// The reports that were found, and the folders whose report cannot be read.
#[derive(Debug, Default)]
pub struct SavedHeads {
    /// The reports, the newest first.
    pub reports: Vec<SavedHead>,
    /// Folders whose report is cut off, or is not one.
    pub unreadable: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Head {
    format: String,
    generated_at: String,
    accounts: Accounts,
    totals: Totals,
}

#[derive(Deserialize)]
struct Accounts {
    left: Account,
    right: Account,
}

#[derive(Deserialize)]
struct Account {
    tag: String,
    account_id: Option<String>,
}

#[derive(Deserialize)]
struct Totals {
    findings: usize,
    causes: usize,
}

/// The reports in the folders of the original tool's place.
#[must_use]
pub fn in_output(home: &Path) -> SavedHeads {
    let mut folders = Vec::new();
    search(&output(home), DEPTH, &mut folders);
    heads(folders)
}

/// The reports in a folder that the user named, as deep as in the original tool's place.
#[must_use]
pub fn below(folder: &Path) -> SavedHeads {
    let mut folders = Vec::new();
    search(folder, DEPTH, &mut folders);
    heads(folders)
}

/// Why a folder was not removed.
#[derive(Debug, thiserror::Error)]
pub enum NotRemoved {
    /// It has a file that this program did not write, or a link.
    #[error("iamctl did not write `{name}` in it")]
    Foreign {
        /// The file.
        name: String,
    },
    /// A file that this program wrote is missing.
    #[error("`{name}` is missing in it, so it is not a whole report")]
    Missing {
        /// The file.
        name: String,
    },
    /// The list of what was written cannot be read.
    #[error(transparent)]
    Manifest(#[from] FolderError),
    /// It cannot be read or removed.
    #[error(transparent)]
    System(#[from] io::Error),
}

/// Checks that a folder contains a whole report and nothing else.
///
/// # Errors
/// If it does not, or cannot be read.
pub fn check_whole(folder: &Path) -> Result<(), NotRemoved> {
    let mut listed = listed_files(folder)?;
    listed.extend(OWN.map(str::to_owned));
    let mut there = BTreeSet::new();
    files(folder, "", &mut there)?;
    if let Some(name) = there.iter().find(|name| !listed.contains(*name)) {
        return Err(NotRemoved::Foreign { name: name.clone() });
    }
    match listed.iter().find(|name| !there.contains(*name)) {
        Some(name) => Err(NotRemoved::Missing { name: name.clone() }),
        None => Ok(()),
    }
}

/// Removes a folder that contains a whole report and nothing else, and the folders around it that are empty then, as far as they are
/// called by numbers.
///
/// # Errors
/// If it contains anything else, or cannot be removed.
pub fn remove(folder: &Path) -> Result<(), NotRemoved> {
    check_whole(folder)?;
    // Half a report must not look like one, so that it loses its name first.
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let unnamed = folder.with_file_name(format!(".removed-{name}-{}", std::process::id()));
    fs::rename(folder, &unnamed)?;
    fs::remove_dir_all(&unnamed)?;
    let is_time = |folder: &&Path| {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        !name.is_empty() && name.chars().all(|c| c.is_ascii_digit())
    };
    for around in folder.ancestors().skip(1).take_while(is_time) {
        // One that is not empty stays, and so do those around it.
        if fs::remove_dir(around).is_err() {
            break;
        }
    }
    Ok(())
}

/// The files in a folder and in the folders in it, with `/`.
fn files(folder: &Path, start: &str, found: &mut BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{start}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            files(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.insert(name);
        }
    }
    Ok(())
}

/// The reports in a folder that the user named, and in the folders beside it.
#[must_use]
pub fn beside(folder: &Path) -> SavedHeads {
    let mut folders = Vec::new();
    // `.` has a parent only by its whole path.
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let is_named = folder.file_name().is_some();
    let around = if is_named { folder.parent() } else { whole.parent() };
    let parent = around.filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    // A report in the parent itself does not hide those in its folders.
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            search(&entry.path(), 0, &mut folders);
        }
    }
    if is_named && !folders.iter().any(|found| found.file_name() == folder.file_name()) && folder.join(REPORT).is_file()
    {
        folders.push(folder.to_owned());
    }
    heads(folders)
}

/// Makes `latest`, in the original tool's place, a link to a report there. What is no link is left alone.
///
/// # Errors
/// If the link cannot be made.
pub fn point_at_in_output(home: &Path, report: &Path) -> io::Result<()> {
    let output = output(home);
    report.strip_prefix(&output).map_or(Ok(()), |inside| point_at(&output, inside))
}

/// Makes `latest`, beside the folder of a report that the user named, a link to it, if there are other reports or such a link
/// beside it: who has one report has no use for a link. What is no link is left alone.
///
/// # Errors
/// If the link cannot be made.
pub fn point_at_beside(report: &Path) -> io::Result<()> {
    // The folder itself, if the name leads to it over a link.
    let report = report.canonicalize()?;
    let (Some(parent), Some(name)) = (report.parent(), report.file_name()) else { return Ok(()) };
    let is_other = |folder: &Path| folder.file_name() != Some(name) && folder.join(REPORT).is_file();
    let mut beside = fs::read_dir(parent)?.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let is_wanted = parent.join(LATEST).is_symlink() || beside.any(|entry| is_other(&entry.path()));
    if is_wanted && name != LATEST { point_at(parent, Path::new(name)) } else { Ok(()) }
}

#[cfg(unix)]
fn point_at(folder: &Path, target: &Path) -> io::Result<()> {
    let link = folder.join(LATEST);
    if link.symlink_metadata().is_ok_and(|there| !there.is_symlink()) {
        return Ok(());
    }
    // A link takes the place of another at once; there is always one.
    let new = folder.join(format!(".{LATEST}-{}", std::process::id()));
    drop(fs::remove_file(&new));
    std::os::unix::fs::symlink(target, &new)?;
    fs::rename(&new, &link)
}

/// Links need a privilege there.
#[cfg(not(unix))]
fn point_at(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

fn output(home: &Path) -> PathBuf {
    home.join("aws-idt").join("output")
}

/// The folders with a report, in a folder and so many folders deep. Links are not followed.
fn search(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    if folder.join(REPORT).is_file() {
        found.push(folder.to_owned());
        return;
    }
    // What cannot be listed has no report that could be read.
    let Some(entries) = fs::read_dir(folder).ok().filter(|_| depth > 0) else { return };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            search(&entry.path(), depth - 1, found);
        }
    }
}

fn heads(folders: Vec<PathBuf>) -> SavedHeads {
    let mut heads = SavedHeads::default();
    for folder in folders {
        match head(&folder) {
            Some(head) => heads.reports.push(head),
            None => heads.unreadable.push(folder),
        }
    }
    heads.reports.sort_by(|a, b| b.generated_at.cmp(&a.generated_at).then_with(|| b.folder.cmp(&a.folder)));
    heads.unreadable.sort();
    heads
}

fn head(folder: &Path) -> Option<SavedHead> {
    let file = File::open(folder.join(REPORT)).ok()?;
    let Head { format, generated_at, accounts, totals } = serde_json::from_reader(BufReader::new(file)).ok()?;
    let Accounts { left, right } = accounts;
    (format == FORMAT).then(|| SavedHead {
        folder: folder.to_owned(),
        generated_at,
        tags: [left.tag, right.tag],
        account_ids: [left.account_id, right.account_id],
        counts: [totals.findings, totals.causes],
    })
}

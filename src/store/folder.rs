//! Output folders, which appear whole or not at all.
//!
//! Files are written to a temporary folder on the same file system and moved into place when the last one is
//! finished. A folder that is given with `--output` may hold other files: they are not touched. What an earlier run
//! wrote there is replaced as a whole; its manifest lists it.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

pub use super::folder_error::FolderError;
use super::manifest_file::{is_place_of_file, manifest};
use super::unfinished::{Staging, hold};
use crate::evidence::{
    CHECKSUM_FILE, Digesting, MANIFEST_FILE, Manifest, ManifestError, ManifestFile, ManifestReport, Provenance, Sha256,
    checksum_text,
};

/// The files that say what this program wrote to a folder.
pub const OWN: [&str; 2] = [MANIFEST_FILE, CHECKSUM_FILE];

/// What the manifest says of a report besides its files.
#[derive(Debug)]
pub struct Record {
    /// What it is: `diff`, `harvest dev`. An earlier report of that name in the folder is replaced.
    pub report: String,
    /// What it was made of, and what tells the time, RFC 3339 in UTC; none for a folder for git, which must not change as long as
    /// the account does not.
    pub made: Option<(Provenance, fn() -> String)>,
    /// Manifests of the folders in this one that belong to it, sorted by name.
    pub parts: Vec<ManifestFile>,
}

impl Record {
    fn finished(self, mut files: Vec<ManifestFile>) -> ManifestReport {
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let Self { report, made, parts } = self;
        let (provenance, ended_at) = made.map(|(provenance, now)| (provenance, now())).unzip();
        ManifestReport { report, provenance, ended_at, files, parts }
    }
}

/// A place where reports will be written, already known to be writable.
#[derive(Debug)]
pub struct Folder {
    target: Target,
    staging: Staging,
    /// The files that are written already.
    added: Mutex<Vec<ManifestFile>>,
}

#[derive(Debug)]
enum Target {
    /// A folder that is there.
    Existing(PathBuf),
    /// A folder that is to appear under this name, or, if it is taken meanwhile, under this name with a number.
    New { path: PathBuf, numbered: bool },
}

impl Folder {
    /// A folder the user named.
    ///
    /// # Errors
    /// If nothing can be written there.
    pub fn named(path: &Path) -> Result<Self, FolderError> {
        let error = |source| FolderError::Folder { path: path.to_owned(), source };
        if path.is_dir() {
            let staging = Staging::inside(path).map_err(error)?;
            return Ok(Self { target: Target::Existing(path.to_owned()), staging, added: Mutex::default() });
        }
        if path.exists() {
            return Err(error(io::Error::from(io::ErrorKind::NotADirectory)));
        }
        Self::new(path.to_owned(), false).map_err(error)
    }

    /// The original tool's place: `~/aws-idt/output/YYYY/mm/dd/HH/MM/SS`, `time` being the part after `output`.
    ///
    /// # Errors
    /// If there is no home directory or nothing can be written there.
    pub fn timestamped(home: Option<&Path>, time: &str) -> Result<Self, FolderError> {
        let path = home.ok_or(FolderError::NoHome)?.join("aws-idt").join("output").join(time);
        Self::new(path.clone(), true).map_err(|source| FolderError::Folder { path, source })
    }

    fn new(path: PathBuf, numbered: bool) -> io::Result<Self> {
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let (staging, added) = (Staging::inside(&parent)?, Mutex::default());
        Ok(Self { target: Target::New { path, numbered }, staging, added })
    }

    /// Writes a file ahead of the others, so that what it is made of need not be kept. Like them, it appears with
    /// [`Folder::write`] or not at all. Several threads may call this.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn add(&self, file: &impl NamedFile) -> Result<(), FolderError> {
        let written = self.write_one(file.name(), |out| file.write(out))?;
        self.added.lock().unwrap_or_else(PoisonError::into_inner).push(written);
        Ok(())
    }

    /// Writes the files and a manifest of them, and moves them into place, with those that were added before. Returns the
    /// folder.
    ///
    /// # Errors
    /// If a file cannot be written or is in the way; then nothing has changed.
    pub fn write<F>(self, record: Record, files: &[F]) -> Result<PathBuf, FolderError>
    where
        F: NamedFile + Sync,
    {
        // A few files are most of the work, so that each is handed out on its own.
        let write = |file: &F| self.write_one(file.name(), |out| file.write(out));
        let mut written: Vec<ManifestFile> =
            files.par_iter().with_max_len(1).map(write).collect::<Result<_, FolderError>>()?;
        written.append(&mut self.added.lock().unwrap_or_else(PoisonError::into_inner));
        let report = record.finished(written);
        match &self.target {
            Target::New { path, numbered } => {
                self.write_manifest(&Manifest::new(vec![report]))?;
                appear(self.staging.path(), path, *numbered)
            }
            Target::Existing(path) => {
                let path = path.clone();
                self.replace(&path, report)?;
                Ok(path)
            }
        }
    }

    fn path(&self) -> &Path {
        match &self.target {
            Target::Existing(path) | Target::New { path, .. } => path,
        }
    }

    fn write_one(
        &self,
        name: &str,
        write: impl Fn(&mut dyn Write) -> io::Result<()>,
    ) -> Result<ManifestFile, FolderError> {
        let write_file = || {
            let path = self.staging.path().join(name);
            if let Some(folder) = path.parent().filter(|folder| *folder != self.staging.path()) {
                make_private(folder)?;
            }
            // What is hashed is what is written to the file, in pieces of the same size.
            let mut out = BufWriter::with_capacity(1 << 16, Digesting::new(create_private(&path)?));
            write(&mut out)?;
            let (_, digest) = out.into_inner().map_err(io::IntoInnerError::into_error)?.finish();
            Ok(ManifestFile::new(name.to_owned(), digest))
        };
        let error = |source| FolderError::File { path: self.path().to_owned(), name: name.to_owned(), source };
        write_file().map_err(error)
    }

    fn write_manifest(&self, manifest: &Manifest) -> Result<(), FolderError> {
        let text = manifest.text().map_err(|error| FolderError::Internal { problem: error.to_string() })?;
        self.write_one(MANIFEST_FILE, |out| out.write_all(text.as_bytes()))?;
        let checksum = checksum_text(&Sha256::of(text.as_bytes()));
        self.write_one(CHECKSUM_FILE, |out| out.write_all(checksum.as_bytes())).map(drop)
    }

    /// Moves the earlier report out and the new one in. If anything fails, everything is moved back.
    fn replace(&self, path: &Path, report: ManifestReport) -> Result<(), FolderError> {
        // Two runs at once would each forget the report of the other.
        let _lock = locked(path);
        let there = manifest(path)?.map_or_else(Vec::new, |manifest| manifest.reports);
        let names: BTreeSet<String> = report.files.iter().map(|file| file.name.clone()).collect();
        let mut known: BTreeSet<&str> = there.iter().flat_map(|other| &other.files).map(|file| &*file.name).collect();
        known.extend(OWN.into_iter().filter(|_| !there.is_empty()));
        let in_the_way = |name: &&str| !known.contains(name) && path.join(name).symlink_metadata().is_ok();
        if let Some(name) = names.iter().map(String::as_str).chain(OWN).find(in_the_way) {
            return Err(FolderError::Foreign { path: path.to_owned(), name: name.to_owned() });
        }
        let listed = there.iter().flat_map(|other| &other.files).map(|file| &*file.name);
        let all = listed.chain(names.iter().map(String::as_str)).chain(OWN);
        if let Some(name) = all.into_iter().find(|name| !is_place_of_file(path, name)) {
            return Err(FolderError::Foreign { path: path.to_owned(), name: name.to_owned() });
        }
        let (earlier, mut others): (Vec<_>, Vec<_>) =
            there.into_iter().partition(|other| other.report == report.report);
        let earlier: BTreeSet<String> =
            earlier.into_iter().flat_map(|report| report.files).map(|file| file.name).collect();
        others.iter_mut().for_each(|other| lose(other, &names));
        others.retain(|other| !other.files.is_empty());
        others.push(report);
        let manifest = Manifest::new(others);
        match manifest.check() {
            Ok(()) => self.write_manifest(&manifest)?,
            Err(ManifestError::Twice { name }) => return Err(FolderError::Alike { path: path.to_owned(), name }),
            Err(error) => return Err(FolderError::Internal { problem: error.to_string() }),
        }
        let mut moves = Moves::default();
        let old = self.staging.path().join("old");
        let _held = hold();
        let result = (|| {
            fs::create_dir(&old)?;
            let own = OWN.map(str::to_owned);
            for name in earlier.union(&names).chain(&own) {
                make_folder_of(&old, name)?;
                moves.if_there(&path.join(name), &old.join(name))?;
            }
            for name in names.iter().chain(&own) {
                make_folder_of(path, name)?;
                moves.make(&self.staging.path().join(name), &path.join(name))?;
            }
            Ok(())
        })();
        let left = if result.is_ok() { &earlier } else { &names };
        if result.is_err() {
            moves.undo();
        }
        remove_empty_folders(path, left);
        result.map_err(|source| FolderError::Folder { path: path.to_owned(), source })
    }
}

/// Keeps other runs from changing the folder as long as the value is there. Where the system has no such locks, there is none.
fn locked(folder: &Path) -> Option<File> {
    let folder = File::open(folder).ok()?;
    folder.lock().ok().map(|()| folder)
}

/// Takes away the files that another report has now. What is left cannot be made again from its folder.
fn lose(report: &mut ManifestReport, names: &BTreeSet<String>) {
    let before = report.files.len();
    report.files.retain(|file| !names.contains(&file.name));
    if let Some(provenance) = report.provenance.as_mut().filter(|_| report.files.len() < before) {
        provenance.settings = None;
    }
}

/// Makes the folder of a file that is in one inside `folder`.
fn make_folder_of(folder: &Path, name: &str) -> io::Result<()> {
    match name.rsplit_once('/') {
        Some((inside, _)) => make_private(&folder.join(inside)),
        None => Ok(()),
    }
}

/// Removes the folders of these files, if nothing is left in them.
fn remove_empty_folders(folder: &Path, names: &BTreeSet<String>) {
    let inside = |name: &String| Some(PathBuf::from(name.rsplit_once('/')?.0));
    let all: BTreeSet<PathBuf> = names.iter().filter_map(inside).collect();
    // The inner ones come last.
    for inside in all.iter().rev() {
        for one in inside.ancestors().filter(|one| !one.as_os_str().is_empty()) {
            // One that is not empty stays.
            let _ = fs::remove_dir(folder.join(one));
        }
    }
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A file with a name and contents.
pub trait NamedFile {
    /// Its name in the folder; `/` separates the names of folders inside it.
    fn name(&self) -> &str;
    /// Writes its contents.
    ///
    /// # Errors
    /// If `out` cannot be written.
    fn write(&self, out: &mut dyn Write) -> io::Result<()>;
}

/// Renames that can be taken back.
#[derive(Debug, Default)]
struct Moves(Vec<(PathBuf, PathBuf)>);

impl Moves {
    fn make(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)?;
        self.0.push((from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn if_there(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        match self.make(from, to) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }

    fn undo(&self) {
        for (from, to) in self.0.iter().rev() {
            // The error that led here is the one to report; a file that cannot go back is still where it was put.
            let _ = fs::rename(to, from);
        }
    }
}

/// Gives the finished folder its name. A timestamped name that is taken gets a number.
fn appear(staging: &Path, path: &Path, numbered: bool) -> Result<PathBuf, FolderError> {
    let _held = hold();
    let mut wanted = path.to_owned();
    let mut number = 1;
    loop {
        // `rename` would take the place of an empty folder, so a name that is taken is looked for first.
        let result = if wanted.symlink_metadata().is_ok() {
            Err(io::Error::from(io::ErrorKind::AlreadyExists))
        } else {
            fs::rename(staging, &wanted)
        };
        match result {
            Ok(()) => return Ok(wanted),
            Err(error) if numbered && number < 1000 && is_taken(&error) => {
                number += 1;
                let mut name = path.as_os_str().to_owned();
                name.push(format!("-{number}"));
                wanted = PathBuf::from(name);
            }
            Err(source) => return Err(FolderError::Folder { path: wanted, source }),
        }
    }
}

fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty)
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_home_directory_a_folder_has_to_be_named() {
        let error = Folder::timestamped(None, "2026/11/27/12/00/00").unwrap_err();
        assert_eq!(error.to_string(), "there is no home directory to write to");
        assert_eq!(error.hint(), Some("give a folder with `--output DIR`"));
    }
}

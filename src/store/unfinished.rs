//! Folders that are being written, so that neither an error nor an interrupt leaves any behind.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static UNFINISHED: Mutex<Vec<Unfinished>> = Mutex::new(Vec::new());

/// What has to go if the work is not finished.
#[derive(Debug)]
struct Unfinished {
    folder: PathBuf,
    /// Parents that were made for it, the outermost first.
    made: Vec<PathBuf>,
}

impl Unfinished {
    /// Removes the folder, and those parents that are empty. A parent in which a finished folder stands, or which
    /// another run uses by now, is not empty and stays.
    fn remove(&self) {
        // What cannot be removed has a name that tells what it was; the reason to stop is what the user hears.
        let _ = fs::remove_dir_all(&self.folder);
        for parent in self.made.iter().rev() {
            let _ = fs::remove_dir(parent);
        }
    }
}

fn unfinished() -> MutexGuard<'static, Vec<Unfinished>> {
    // The list is whole whatever a thread that held it did, so a poisoned lock is still good.
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary folder that goes away when it is dropped, or when the program is interrupted.
#[derive(Debug)]
pub(super) struct Staging {
    path: PathBuf,
}

impl Staging {
    /// Makes a folder inside `parent`, and `parent` itself if need be; what is made is for its owner only.
    pub(super) fn inside(parent: &Path) -> io::Result<Self> {
        // Registered while the list is locked, so that no interrupt can come between the two.
        let mut unfinished = unfinished();
        let made = make_private(parent)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".iamctl-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        match builder.tempdir_in(parent) {
            Ok(folder) => {
                let path = folder.keep();
                unfinished.push(Unfinished { folder: path.clone(), made });
                Ok(Self { path })
            }
            Err(error) => {
                Unfinished { folder: PathBuf::new(), made }.remove();
                Err(error)
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let mut unfinished = unfinished();
        if let Some(index) = unfinished.iter().position(|one| one.folder == self.path) {
            unfinished.swap_remove(index).remove();
        }
    }
}

/// Holds interrupts off while files are moved to their final places: that happens whole or not at all.
pub(super) fn hold() -> impl Drop {
    unfinished()
}

/// Removes every unfinished folder and keeps new ones from being made, for a program that is about to end.
pub fn abandon() {
    let unfinished = unfinished();
    for one in unfinished.iter() {
        one.remove();
    }
    std::mem::forget(unfinished);
}

/// Makes a folder and its parents, for their owner only. Returns those that were not there, the outermost first.
fn make_private(path: &Path) -> io::Result<Vec<PathBuf>> {
    let named = path.ancestors().filter(|ancestor| !ancestor.as_os_str().is_empty());
    let mut missing: Vec<PathBuf> = named.take_while(|ancestor| !ancestor.exists()).map(Path::to_owned).collect();
    missing.reverse();
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Ok(()) => Ok(missing),
        Err(error) => {
            Unfinished { folder: PathBuf::new(), made: missing }.remove();
            Err(error)
        }
    }
}

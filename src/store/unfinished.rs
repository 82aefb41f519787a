//! Folders that are being written, so that an interrupt leaves none behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn folders() -> MutexGuard<'static, Vec<PathBuf>> {
    // The list is whole whatever a thread that held it did, so a poisoned lock is still good.
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary folder that goes away when it is dropped, or when the program is interrupted.
#[derive(Debug)]
pub(super) struct Staging(tempfile::TempDir);

impl Staging {
    /// Makes a folder, readable by its owner only, inside `parent`.
    pub(super) fn inside(parent: &Path) -> std::io::Result<Self> {
        // Registered while the list is locked, so that no interrupt can come between the two.
        let mut folders = folders();
        let folder = tempfile::Builder::new().prefix(".iamctl-").tempdir_in(parent)?;
        folders.push(folder.path().to_owned());
        Ok(Self(folder))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        folders().retain(|path| path != self.0.path());
    }
}

/// Holds interrupts off while files are moved to their final places: that happens whole or not at all.
pub(super) fn hold() -> impl Drop {
    folders()
}

/// Removes every unfinished folder and keeps new ones from being made, for a program that is about to end.
pub fn abandon() {
    let folders = folders();
    for folder in folders.iter() {
        // The program ends anyway; a folder that cannot be removed has a name that tells what it was.
        let _ = fs::remove_dir_all(folder);
    }
    std::mem::forget(folders);
}

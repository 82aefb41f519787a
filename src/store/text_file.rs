//! Text files the user names: snapshots (plain or gzip), dictionaries, catalogs, accepted differences.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{}`", .path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub source: io::Error,
}

/// Reads a whole UTF-8 text, unpacking it if it is gzip (told by its first bytes, not by its name).
///
/// # Errors
/// If the file cannot be read, is damaged, or is not UTF-8.
pub fn read(path: &Path) -> Result<String, FileError> {
    unpack(path).map_err(|source| FileError { path: path.to_owned(), source })
}

/// Why a file was not written; it is as it was.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{}`", .path.display())]
pub struct ReplaceError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub source: io::Error,
}

/// Writes a text to a file as a whole or not at all: beside it first, then renamed in. A file that is there keeps its
/// permissions, a link to one stays a link.
///
/// # Errors
/// If the folder or the file cannot be written.
pub fn replace(path: &Path, text: &str) -> Result<(), ReplaceError> {
    renamed_in(path, text).map_err(|source| ReplaceError { path: path.to_owned(), source })
}

fn renamed_in(path: &Path, text: &str) -> io::Result<()> {
    // Where a link leads is the file; where there is none, the path is what is made.
    let target = if path.exists() { path.canonicalize()? } else { path.to_owned() };
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".iamctl-");
    // Nothing here is secret, and a team may share the folder: as open as any new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    if let Ok(known) = fs::metadata(&target) {
        file.as_file().set_permissions(known.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(&target).map(drop).map_err(|error| error.error)
}

fn unpack(path: &Path) -> io::Result<String> {
    let bytes = fs::read(path)?;
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut plain = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain)?;
        plain
    } else {
        bytes
    };
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::new(io::ErrorKind::InvalidData, format!("byte {at} is not UTF-8"))
    })?;
    // Windows editors put a byte order mark before JSON, which no JSON reader takes.
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}

//! Text files the user names: snapshots (plain or gzip), dictionaries, catalogues.

use std::fs;
use std::io::{self, Read};
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

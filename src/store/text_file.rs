//! Text files the user names: snapshots (plain or gzip), dictionaries, catalogs, accepted differences.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::encoding::{self, EncodingError};
use crate::evidence::Digest;

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{}`", .path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub source: io::Error,
}

impl FileError {
    /// What the user can do about it, where there is something to do.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        let cause = self.source.get_ref()?;
        cause.is::<EncodingError>().then_some("save the file as UTF-8; UTF-16 is read as well")
    }
}

/// Reads a whole text in UTF-8 or UTF-16, unpacking it if it is gzip (told by its first bytes, not by its name).
///
/// # Errors
/// If the file cannot be read, is damaged, too large, or neither UTF-8 nor UTF-16.
pub fn read(path: &Path) -> Result<String, FileError> {
    read_text(path).map_err(|source| FileError { path: path.to_owned(), source })
}

/// A text that was read, and the bytes that it was read from.
#[derive(Debug)]
pub struct TextFile {
    /// The text.
    pub text: String,
    /// The digest of the bytes.
    pub digest: Digest,
    /// The bytes, if they are not those of the text: packed, in another encoding, or with a byte order mark.
    pub raw: Option<Vec<u8>>,
}

/// As [`read`], with what was read.
///
/// # Errors
/// As [`read`].
pub fn read_whole(path: &Path) -> Result<TextFile, FileError> {
    let read = || {
        let bytes = read_bytes(path)?;
        let digest = Digest::of(&bytes);
        let is_plain = std::str::from_utf8(&bytes).is_ok_and(|text| !text.starts_with('\u{feff}'));
        let raw = (!is_plain).then(|| bytes.clone());
        Ok(TextFile { text: decoded(bytes)?, digest, raw })
    };
    read().map_err(|source| FileError { path: path.to_owned(), source })
}

/// Why a file was not written; it is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    /// The file.
    #[error("cannot write `{}`", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: io::Error,
    },
    /// The folder it goes to.
    #[error("cannot create the folder `{}`", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        source: io::Error,
    },
}

impl ReplaceError {
    /// What the user can do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        "check the free space and the permissions of its folder; nothing was changed"
    }
}

/// Writes a text to a file as a whole or not at all: beside it first, then renamed in. A file that is there keeps its
/// permissions, a link to one stays a link.
///
/// # Errors
/// If the folder or the file cannot be written.
pub fn replace(path: &Path, text: &str) -> Result<(), ReplaceError> {
    renamed_in(path, text).map_err(|source| ReplaceError::File { path: path.to_owned(), source })
}

fn renamed_in(path: &Path, text: &str) -> io::Result<()> {
    // Where a link leads is the file; where there is none, the path is what is made.
    let target = if path.exists() { path.canonicalize()? } else { path.to_owned() };
    let file = beside(&target, text)?;
    if let Ok(known) = fs::metadata(&target) {
        file.as_file().set_permissions(known.permissions())?;
    }
    file.persist(&target).map(drop).map_err(|error| error.error)
}

/// A finished file without a name beside its place.
fn beside(target: &Path, text: &str) -> io::Result<NamedTempFile> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".iamctl-");
    // Nothing here is secret, and a team may share the folder: as open as any new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(folder)?;
    // The error of the file itself: that of its wrapper names the file that nobody knows.
    file.as_file().write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Writes several files to a folder, which is made if need be. All of them are made before the first gets its name, so
/// that a full disk leaves none, and no folder. Without `force`, none takes the place of a file that is there.
///
/// # Errors
/// If the folder or a file cannot be written.
pub fn write_all(folder: &Path, files: &[(PathBuf, String)], force: bool) -> Result<(), ReplaceError> {
    let made = NewFolder::create(folder).map_err(|source| ReplaceError::Folder { path: folder.to_owned(), source })?;
    let beside = |(path, text): &(PathBuf, String)| {
        let file = beside(path, text).map_err(|source| ReplaceError::File { path: path.clone(), source })?;
        Ok((path.clone(), file))
    };
    for (path, file) in files.iter().map(beside).collect::<Result<Vec<_>, _>>()? {
        let renamed = if force { file.persist(&path) } else { file.persist_noclobber(&path) };
        renamed.map_err(|error| ReplaceError::File { path, source: error.error })?;
    }
    made.keep();
    Ok(())
}

/// Folders that were made, and go away again if nothing gets into them.
struct NewFolder(Vec<PathBuf>);

impl NewFolder {
    fn create(path: &Path) -> io::Result<Self> {
        let named = path.ancestors().filter(|ancestor| !ancestor.as_os_str().is_empty());
        let missing = Self(named.take_while(|ancestor| !ancestor.exists()).map(Path::to_owned).collect());
        fs::create_dir_all(path)?;
        Ok(missing)
    }

    fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        for folder in &self.0 {
            // One that is not empty is of use to somebody; the reason to stop is what the user hears.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// What a file can hold at most, unpacked: far above any account, far below what fills a machine's memory.
const MOST_BYTES: u64 = 2 << 30;

/// Reads a whole text; as [`read`], with the error of the system alone.
pub(super) fn read_text(path: &Path) -> io::Result<String> {
    decoded(read_bytes(path)?)
}

fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let file = fs::File::open(path)?;
    // A pipe or a device says that it holds nothing.
    let size = file.metadata()?.len().min(MOST_BYTES);
    whole(file, size, MOST_BYTES)
}

/// The text of a file's bytes.
fn decoded(bytes: Vec<u8>) -> io::Result<String> {
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        let expected = 2 * u64::try_from(bytes.len()).unwrap_or(MOST_BYTES);
        whole(flate2::read::MultiGzDecoder::new(bytes.as_slice()), expected, MOST_BYTES)?
    } else {
        bytes
    };
    encoding::decode(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Reads to the end, about as many bytes as expected. A device or a small archive may have no end.
fn whole(reader: impl Read, expected: u64, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve(usize::try_from(expected).unwrap_or_default())?;
    let read = reader.take(most + 1).read_to_end(&mut bytes)?;
    if u64::try_from(read).is_ok_and(|read| read <= most) {
        return Ok(bytes);
    }
    Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it holds more than {} MiB", most >> 20)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_an_end_is_refused() {
        let error = whole(io::repeat(b' '), 0, 3 << 20).unwrap_err();
        assert_eq!(error.to_string(), "it holds more than 3 MiB");
        assert_eq!(whole([7_u8; 5].as_slice(), 9, 5).unwrap(), [7; 5]);
        assert!(whole([7_u8; 6].as_slice(), 0, 5).is_err());
    }
}

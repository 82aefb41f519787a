//! SHA-256, and how many bytes it is of.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

/// A SHA-256: 64 hexadecimal digits in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Sha256(String);

/// A text that is no SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a SHA-256 of 64 hexadecimal digits in lower case", .text.escape_debug())]
pub struct DigestError {
    /// The text.
    pub text: String,
}

impl Sha256 {
    /// Of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Digest::of(bytes).sha256
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn finished(context: Context) -> Self {
        Self(context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl TryFrom<String> for Sha256 {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(is_digit) { Ok(Self(text)) } else { Err(DigestError { text }) }
    }
}

impl FromStr for Sha256 {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        text.to_owned().try_into()
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The size and the SHA-256 of some bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// How many bytes there are.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: Sha256,
}

impl Digest {
    /// Of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(bytes);
        // A length of more than 64 bits cannot be.
        Self { size: u64::try_from(bytes.len()).unwrap_or(u64::MAX), sha256: Sha256::finished(context) }
    }
}

/// A writer that passes everything on and takes its digest.
pub struct Digesting<W> {
    out: W,
    context: Context,
    size: u64,
}

impl<W: Write> Digesting<W> {
    /// Passes on what is written to `out`.
    pub fn new(out: W) -> Self {
        Self { out, context: Context::new(&SHA256), size: 0 }
    }

    /// The digest of what was written so far, and the writer below.
    pub fn finish(self) -> (W, Digest) {
        (self.out, Digest { size: self.size, sha256: Sha256::finished(self.context) })
    }
}

impl<W> fmt::Debug for Digesting<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Digesting").field("size", &self.size).finish_non_exhaustive()
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        let (passed_on, _) = bytes.split_at_checked(written).unwrap_or((bytes, &[]));
        self.context.update(passed_on);
        self.size += u64::try_from(passed_on.len()).unwrap_or(u64::MAX);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The SHA-256 of no bytes, from FIPS 180-4.
    const OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn a_digest_is_that_of_the_bytes_however_they_are_written() {
        assert_eq!(Digest::of(b""), Digest { size: 0, sha256: OF_NOTHING.parse().unwrap() });
        let mut writer = Digesting::new(Vec::new());
        for part in [b"ab".as_slice(), b"", b"c"] {
            writer.write_all(part).unwrap();
        }
        assert_eq!(writer.finish(), (b"abc".to_vec(), Digest::of(b"abc")));
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        for text in ["", "abc", &OF_NOTHING.to_uppercase(), &format!("{OF_NOTHING}0")] {
            assert!(text.parse::<Sha256>().is_err(), "{text}");
        }
    }
}

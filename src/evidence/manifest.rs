//! `manifest.json`: the files of a folder, and what each report in it was made of.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::digest::{Digest, Sha256};
use super::provenance::Provenance;
use crate::model::AccountTag;

/// The name of the manifest in its folder.
pub const MANIFEST_FILE: &str = "manifest.json";

/// The name of the file with the SHA-256 of the manifest, in the format of `sha256sum`.
pub const CHECKSUM_FILE: &str = "manifest.json.sha256";

/// `format` of a manifest.
pub const FORMAT: &str = "iamctl-manifest";

/// The version of the format this program writes and reads.
pub const VERSION: u32 = 1;

/// The reports of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Always [`FORMAT`].
    pub format: String,
    /// Always [`VERSION`].
    pub version: u32,
    /// The reports, sorted by name.
    pub reports: Vec<ManifestReport>,
}

/// A report, and its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestReport {
    /// What it is, unique in its folder: `diff`, `harvest dev`, `fleet`.
    pub report: String,
    /// What it was made of; none for a folder for git, which changes only with its account.
    pub provenance: Option<Provenance>,
    /// When its last file was written, RFC 3339 in UTC; none for a folder for git.
    pub ended_at: Option<String>,
    /// Its files, sorted by name.
    pub files: Vec<ManifestFile>,
    /// Manifests of the folders in this one that belong to it, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<ManifestFile>,
}

/// A file in the folder of the manifest, or in a folder in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestFile {
    /// Its name; `/` separates the names of folders.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
    /// The SHA-256 of these bytes.
    pub sha256: Sha256,
}

impl ManifestFile {
    /// A file that was written.
    #[must_use]
    pub fn new(name: String, Digest { size, sha256 }: Digest) -> Self {
        Self { name, size, sha256 }
    }

    /// The digest that it must have.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest { size: self.size, sha256: self.sha256.clone() }
    }
}

/// Why a text is no manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is no JSON of this form.
    #[error("it is not a manifest of iamctl: {problem}")]
    Form {
        /// What the reader says, with line and column.
        problem: String,
    },
    /// Another version of iamctl wrote it.
    #[error("it is a manifest of version {found}; this iamctl reads version {VERSION}")]
    Version {
        /// The version it says it has.
        found: u64,
    },
    /// A file that could be outside the folder.
    #[error(transparent)]
    Name(#[from] UnsafeName),
    /// A file is listed twice, or a report.
    #[error("it lists `{}` twice", .name.escape_debug())]
    Twice {
        /// The name.
        name: String,
    },
    /// The manifest itself, which cannot contain its own digest.
    #[error("it lists itself as `{name}`")]
    Itself {
        /// The name.
        name: String,
    },
    /// It lists no report.
    #[error("it lists no report")]
    Empty,
    /// A report that iamctl does not write.
    #[error("it lists the report `{}`, which iamctl does not write", .name.escape_debug())]
    Report {
        /// The report.
        name: String,
    },
    /// A time that is none.
    #[error("it says `{}` where a time in UTC is expected", .text.escape_debug())]
    Time {
        /// The text.
        text: String,
    },
    /// The same value is written in another way: somebody has edited the text.
    #[error("it is not as iamctl writes it")]
    Spelling,
}

/// A name that is not that of a file in the folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it lists `{}`, which is not a file in its folder", .name.escape_debug())]
pub struct UnsafeName {
    /// The name.
    pub name: String,
}

/// What tells a manifest, whatever its version.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u64,
}

impl Manifest {
    /// A manifest of these reports.
    #[must_use]
    pub fn new(mut reports: Vec<ManifestReport>) -> Self {
        reports.sort_by(|a, b| a.report.cmp(&b.report));
        Self { format: FORMAT.to_owned(), version: VERSION, reports }
    }

    /// Reads a manifest, which must be as [`Manifest::text`] writes it.
    ///
    /// # Errors
    /// If the text is no manifest, is of another version, lists a file twice, or lists one that is not in the folder.
    pub fn read(text: &str) -> Result<Self, ManifestError> {
        let form = |error: serde_json::Error| ManifestError::Form { problem: error.to_string() };
        let Head { format, version } = serde_json::from_str(text).map_err(form)?;
        if format != FORMAT {
            return Err(ManifestError::Form { problem: format!("its format is `{}`", format.escape_debug()) });
        }
        if version != u64::from(VERSION) {
            return Err(ManifestError::Version { found: version });
        }
        let manifest: Self = serde_json::from_str(text).map_err(form)?;
        manifest.check()?;
        if manifest.text().map_err(form)? == text { Ok(manifest) } else { Err(ManifestError::Spelling) }
    }

    /// Its text: indented JSON with a line end.
    ///
    /// # Errors
    /// As serde has it; never for a value of this type.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// The names of all files that belong to its reports.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.reports.iter().flat_map(|report| &report.files).map(|file| file.name.as_str())
    }

    /// Finds out whether it could be read again.
    ///
    /// # Errors
    /// What [`Manifest::read`] would say of it.
    pub fn check(&self) -> Result<(), ManifestError> {
        let (mut reports, mut files) = (BTreeSet::new(), BTreeSet::new());
        if self.reports.is_empty() {
            return Err(ManifestError::Empty);
        }
        for report in &self.reports {
            report.check()?;
            if !reports.insert(report.report.as_str()) {
                return Err(ManifestError::Twice { name: report.report.clone() });
            }
            for ManifestFile { name, .. } in report.files.iter().chain(&report.parts) {
                check_name(name)?;
                if [MANIFEST_FILE, CHECKSUM_FILE].iter().any(|own| own.eq_ignore_ascii_case(name)) {
                    return Err(ManifestError::Itself { name: name.clone() });
                }
                // Some file systems ignore case.
                if !files.insert(name.to_ascii_lowercase()) {
                    return Err(ManifestError::Twice { name: name.clone() });
                }
            }
        }
        Ok(())
    }
}

impl ManifestReport {
    /// Refuses what iamctl does not write.
    fn check(&self) -> Result<(), ManifestError> {
        let is_harvest = self.report.strip_prefix("harvest ").is_some_and(|tag| tag.parse::<AccountTag>().is_ok());
        if !is_harvest && !["accounts", "diff", "fleet", "split"].contains(&self.report.as_str()) {
            return Err(ManifestError::Report { name: self.report.clone() });
        }
        let started_at = self.provenance.as_ref().map(|provenance| &provenance.started_at);
        let is_time = |text: &&String| text.parse::<jiff::Timestamp>().is_ok();
        match started_at.into_iter().chain(&self.ended_at).find(|text| !is_time(text)) {
            Some(text) => Err(ManifestError::Time { text: text.clone() }),
            None => Ok(()),
        }
    }
}

/// Refuses a name that could lead out of the folder on any system.
fn check_name(name: &str) -> Result<(), UnsafeName> {
    let is_safe = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && !part.contains(['\\', ':'])
            && !part.contains(char::is_control)
    };
    if name.split('/').all(is_safe) { Ok(()) } else { Err(UnsafeName { name: name.to_owned() }) }
}

/// The text of the file beside a manifest, as `sha256sum` writes it and `sha256sum --check` reads it.
#[must_use]
pub fn checksum_text(sha256: &Sha256) -> String {
    format!("{sha256}  {MANIFEST_FILE}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out_of_the_folder_are_refused() {
        for name in ["../x", "a/../../x", "/etc/passwd", "C:\\x", "a\\b", "c:x", "", "a//b", "./x", "a\nb"] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
        for name in ["report.json", "full_reports/qa/report.json", "..x"] {
            assert!(check_name(name).is_ok(), "{name:?}");
        }
    }
}

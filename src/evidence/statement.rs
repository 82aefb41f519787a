//! The manifest as the subject of an in-toto statement, which `cosign` and other programs sign.
//!
//! Source: <https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>

use serde::Serialize;

use super::digest::Sha256;
use super::manifest::{MANIFEST_FILE, Manifest, ManifestReport};
use super::provenance::Provenance;
use crate::model::words;

/// The type of [`Statement`]: version 1 of the in-toto attestation framework.
const TYPE: &str = "https://in-toto.io/Statement/v1";

/// The type of the predicate. It is a name, not an address: what it contains is described in `docs/evidence.md`.
pub const PREDICATE_TYPE: &str = "https://iamctl.invalid/evidence/v1";

words! {
    /// What was found out about a folder.
    pub enum Verified {
        /// Its files match the manifest.
        Files = "files",
        /// And some of its reports were regenerated with the same result; not all of them can be.
        FilesAndSomeReports = "files-and-some-reports",
        /// And all its reports were regenerated with the same result.
        FilesAndReports = "files-and-reports",
    }
}

/// An in-toto statement about a manifest. It is not signed.
#[derive(Debug, Clone, Serialize)]
pub struct Statement<'a> {
    #[serde(rename = "_type")]
    kind: &'static str,
    subject: [Subject<'a>; 1],
    #[serde(rename = "predicateType")]
    predicate_type: &'static str,
    predicate: Predicate<'a>,
}

#[derive(Debug, Clone, Serialize)]
struct Subject<'a> {
    name: &'static str,
    digest: SubjectDigest<'a>,
}

#[derive(Debug, Clone, Serialize)]
struct SubjectDigest<'a> {
    sha256: &'a Sha256,
}

/// What the statement says of the manifest: how each report in it was made. The files are in the manifest itself.
#[derive(Debug, Clone, Serialize)]
struct Predicate<'a> {
    /// What was found out before the statement was written.
    verified: Verified,
    reports: Vec<Report<'a>>,
}

#[derive(Debug, Clone, Serialize)]
struct Report<'a> {
    report: &'a str,
    ended_at: Option<&'a str>,
    files: usize,
    provenance: Option<&'a Provenance>,
}

impl<'a> Statement<'a> {
    /// About a manifest with this SHA-256.
    #[must_use]
    pub fn new(manifest: &'a Manifest, sha256: &'a Sha256, verified: Verified) -> Self {
        let one = |report: &'a ManifestReport| Report {
            report: &report.report,
            ended_at: report.ended_at.as_deref(),
            files: report.files.len(),
            provenance: report.provenance.as_ref(),
        };
        Self {
            kind: TYPE,
            subject: [Subject { name: MANIFEST_FILE, digest: SubjectDigest { sha256 } }],
            predicate_type: PREDICATE_TYPE,
            predicate: Predicate { verified, reports: manifest.reports.iter().map(one).collect() },
        }
    }
}

//! What a manifest says of a run: the program, the accounts, the inputs.

use std::path::Path;
use std::thread::JoinHandle;

use super::console::Console;
use super::fleet::read::in_words;
use super::inputs;
use super::reports;
use crate::evidence::{Input, Manifest, Program, Provenance, Sha256, SourceEvidence};
use crate::model::AccountTag;
use crate::parse::snapshot::Snapshot;
use crate::report::sentences::counted;
use crate::store::folder::{Record, digest, manifest};

/// What is known of a run when it begins. Meanwhile a thread reads the file of the program.
pub(super) struct Begun {
    started_at: String,
    program: Option<JoinHandle<Option<Sha256>>>,
}

impl Begun {
    /// Notes the time.
    pub(super) fn now() -> Self {
        // A build without optimization is large, and nobody releases it.
        let is_release = !cfg!(debug_assertions);
        Self { started_at: inputs::now(), program: is_release.then(|| std::thread::spawn(sha256_of_program)) }
    }

    /// What the manifest says of the run, but for settings.
    pub(super) fn provenance(self, accounts: Vec<SourceEvidence>, inputs: Vec<Input>) -> Provenance {
        // A thread that cannot end normally has no answer, which is what the manifest says then.
        let sha256 = self.program.and_then(|thread| thread.join().unwrap_or(None));
        let program = Program { sha256, ..this_program() };
        Provenance {
            program,
            arguments: reports::arguments(),
            started_at: self.started_at,
            accounts,
            inputs,
            settings: None,
        }
    }
}

/// This program, without the SHA-256 of its file.
pub(super) fn this_program() -> Program {
    Program {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        platform: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        sha256: None,
    }
}

/// None where the file cannot be read, which the manifest says.
fn sha256_of_program() -> Option<Sha256> {
    let path = std::env::current_exe().ok()?;
    digest(&path).ok().map(|digest| digest.sha256)
}

/// What the manifest says of an account that was read.
pub(super) fn of_snapshot(tag: &AccountTag, source: String, snapshot: &Snapshot) -> SourceEvidence {
    SourceEvidence {
        tag: tag.clone(),
        // What is no account ID, the reader of the account refuses.
        account_id: snapshot.account_id.as_deref().and_then(|id| id.parse().ok()),
        source,
        harvested_at: snapshot.harvested_at.clone(),
        roles: snapshot.roles.len(),
        origin: snapshot.origin.clone(),
    }
}

/// What the folder is told of a report.
pub(super) fn record(report: &str, provenance: Provenance) -> Record {
    Record { report: report.to_owned(), made: Some((provenance, inputs::now)), parts: Vec::new() }
}

/// How the files of a folder differ from what its manifest says.
#[derive(Debug, Default)]
pub(super) struct Mismatch {
    /// Files whose contents are others, each with what is wrong.
    pub changed: Vec<(String, String)>,
    /// Files that are not there.
    pub missing: Vec<String>,
}

impl Mismatch {
    /// Of all files that the manifest of a folder lists.
    pub(super) fn of(folder: &Path, manifest: &Manifest) -> Self {
        use rayon::prelude::*;

        let listed: Vec<_> =
            manifest.reports.iter().flat_map(|report| report.files.iter().chain(&report.parts)).collect();
        let check = |file: &&crate::evidence::ManifestFile| {
            let path = folder.join(&file.name);
            let is_file = path.symlink_metadata().map(|there| there.is_file());
            match is_file {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Some(Err(file.name.clone())),
                Ok(false) => return Some(Ok((file.name.clone(), "it is not a regular file".to_owned()))),
                Ok(true) | Err(_) => {}
            }
            match digest(&path) {
                Ok(found) if found == file.digest() => None,
                Ok(found) => Some(Ok((file.name.clone(), in_what(file.size, found.size)))),
                Err(error) => Some(Ok((file.name.clone(), format!("it cannot be read: {error}")))),
            }
        };
        let mut mismatch = Self::default();
        for found in listed.par_iter().filter_map(check).collect::<Vec<_>>() {
            match found {
                Ok(changed) => mismatch.changed.push(changed),
                Err(name) => mismatch.missing.push(name),
            }
        }
        mismatch
    }

    /// Whether all files are as they were written.
    pub(super) fn is_none(&self) -> bool {
        self.changed.is_empty() && self.missing.is_empty()
    }
}

fn in_what(written: u64, found: u64) -> String {
    if written == found {
        format!("{found} bytes as before, but not the same")
    } else {
        format!("{found} bytes instead of {written}")
    }
}

/// Says if files of a folder are not as they were written. A folder without a manifest, which another version of iamctl wrote
/// or somebody copied in part, says nothing.
pub(super) fn warn_of_changes(folder: &Path, console: &Console) {
    let told = |text: &str| console.warning(&format!("{}: {text}", folder.display()));
    let manifest = match manifest(folder) {
        Ok(Some(manifest)) => manifest,
        Ok(None) => return,
        Err(error) => return told(&in_words(&error.into())),
    };
    let Mismatch { changed, missing } = Mismatch::of(folder, &manifest);
    let mut names: Vec<String> = changed.into_iter().map(|(name, _)| name).collect();
    let count = names.len() + missing.len();
    names.extend(missing);
    if let Some(first) = names.first() {
        let such_as = if count > 1 { ", such as" } else { ":" };
        told(&format!(
            "the folder does not match its manifest: {} changed or missing{such_as} `{first}`; `iamctl verify` lists them",
            counted(count, "file")
        ));
    }
}

//! What a folder of reports was made of, and which bytes it holds: the manifest.
//!
//! A manifest says for each report of a folder who read which accounts when, from which inputs and with which settings it
//! was made, and the size and SHA-256 of each of its files. With it, anybody can find out later whether a file was changed, and
//! make the report again. The manifest proves nothing about who wrote it; for that there is [`Statement`], which another
//! program can sign.

mod digest;
mod manifest;
mod provenance;
mod statement;

pub use digest::{Digest, DigestError, Digesting, Sha256};
pub use manifest::{
    CHECKSUM_FILE, FORMAT, MANIFEST_FILE, Manifest, ManifestError, ManifestFile, ManifestReport, UnsafeName, VERSION,
    checksum_text,
};
pub use provenance::{
    ConfigValue, DiffSettings, HarvestSettings, Input, InputKind, Program, Provenance, Settings, SeveritySettings,
    SourceEvidence,
};
pub use statement::{PREDICATE_TYPE, Statement, Verified};

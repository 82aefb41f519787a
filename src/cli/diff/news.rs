//! What is new since an earlier report: what is known of a report when it is asked, and what the answer adds to the report.

use std::path::PathBuf;

use super::super::error::CliError;
use crate::catalog::Catalogue;
use crate::evidence::{DiffSettings, Provenance};
use crate::model::Sides;
use crate::parse::snapshot::Snapshot;
use crate::report::Report;
use crate::since::Since;

/// A report that is not saved yet, with what it is made of.
pub(in crate::cli) struct Fresh<'a> {
    pub report: &'a Report,
    /// None if they cannot be read.
    pub snapshots: Option<Sides<&'a Snapshot>>,
    pub catalogue: &'a Catalogue,
}

/// How what is new since an earlier report is found out; what it is found out from is added to the settings and the
/// provenance.
pub(in crate::cli) type FindNews<'f> = dyn FnOnce(&Fresh<'_>, &mut Found<'_>) -> Result<Option<Since>, CliError> + 'f;

/// What a report is found to be made of besides its accounts.
pub(in crate::cli) struct Found<'f> {
    pub settings: &'f mut DiffSettings,
    pub provenance: &'f mut Provenance,
    /// Copies of the earlier report, if the new one takes its place.
    pub copies: &'f mut Vec<FileCopy>,
}

/// The copy of a file that is read only when it is written: its name in the folder, and the file.
pub(in crate::cli) type FileCopy = (String, PathBuf);

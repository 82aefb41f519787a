//! What the later report does not have any more.

use serde::Serialize;

use super::status::Status;
use crate::report::{Rule, Severity};

/// A finding of the earlier report that the later one does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gone {
    /// Its ID in the earlier report.
    pub id: String,
    /// What became of it.
    pub status: Status,
    /// Its kind.
    pub rule: Rule,
    /// How severe it was.
    pub severity: Severity,
    /// The role's normalized name.
    pub role: Option<String>,
    /// What it said.
    pub message: String,
}

//! Findings that have one cause, taken together.

use serde::{Deserialize, Serialize};

use super::cause::Cause;
use super::counted::counted;
use super::rule::Rule;
use super::severity::{Severity, SeverityCounts};

/// Findings that have one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// 32 hexadecimal digits, the same for the same cause with the same findings in every run.
    pub id: String,
    /// The rule of its most severe finding.
    pub rule: Rule,
    /// The severity of its most severe finding.
    pub severity: Severity,
    /// What it is about, in a sentence: its cause, and what its widest finding says.
    pub message: String,
    /// How many of its findings say something else of their roles than `message`. Notes do not count.
    pub other_findings: usize,
    /// The cause.
    pub cause: Cause,
    /// The normalized names of its roles, in the order of the report, each once.
    pub roles: Vec<String>,
    /// The places of its findings in [`Report::findings`](super::Report::findings), most severe first; of those that are as
    /// severe as the first, the one that is said of the most roles stands first.
    pub findings: Vec<usize>,
}

impl Group {
    /// What it is about, and how much more its other findings say.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self.other_findings {
            0 => self.message.clone(),
            more => format!("{}; and {}", self.message, counted(more, "more finding")),
        }
    }
}

/// The result of a report in numbers. Notes (on statements, limitations) do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Roles that have findings; a role that both accounts have counts once.
    pub roles: usize,
    /// Findings.
    pub findings: usize,
    /// Causes: groups of findings.
    pub causes: usize,
    /// How many causes there are of each severity.
    #[serde(flatten)]
    pub severities: SeverityCounts,
}

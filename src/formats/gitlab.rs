//! GitLab's code quality report: an array with an object for each cause.
//!
//! Source: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use std::io::{self, Write};

use serde::Serialize;

use super::commands;
use super::escape::{shortened, terminal};
use super::view::View;
use crate::report::sentences::few;
use crate::report::{Rule, Severity};

/// How many roles a description names.
const NAMED: usize = 5;

/// A cause, as GitLab shows it.
#[derive(Serialize)]
pub(super) struct Issue<'a> {
    description: String,
    check_name: Rule,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

impl<'a> Issue<'a> {
    /// `description` is shown in one line; `path` is the file that the cause is shown at.
    pub fn new(description: String, rule: Rule, fingerprint: &'a str, severity: Severity, path: String) -> Self {
        let location = Location { path, lines: Lines { begin: 1 } };
        Self { description, check_name: rule, fingerprint, severity: word(severity), location }
    }
}

/// Writes the report.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
    let groups = view.report.groups.iter();
    let issues = groups.map(|group| {
        let roles: Vec<String> = group.roles.iter().map(|role| shortened(&terminal(role), 200)).collect();
        let start = if roles.is_empty() { String::new() } else { format!("{}: ", few(&roles, NAMED)) };
        let proof = commands::proof(view, group).map(|proof| format!("; {proof}")).unwrap_or_default();
        let side = view.report.findings_of(group).next().and_then(|finding| finding.side);
        let path = view.file_of(group.rule, side);
        let description = format!("{start}{}{proof} [cause {}]", group.sentence(), commands::short(&group.id));
        Issue::new(description, group.rule, &group.id, group.severity, path)
    });
    write_issues(out, &issues.collect::<Vec<_>>())
}

/// Writes these.
///
/// # Errors
/// If `out` cannot be written.
pub(super) fn write_issues(out: &mut dyn Write, issues: &[Issue<'_>]) -> io::Result<()> {
    super::indented_json::json(out, &issues)
}

/// GitLab's word for a severity: one of `info`, `minor`, `major`, `critical`, `blocker`.
const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Low | Severity::Medium => "minor",
        Severity::High => "major",
        Severity::Critical => "critical",
    }
}

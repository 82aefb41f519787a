//! GitLab's code quality report: an array with an object for each role and kind of difference.
//!
//! Source: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use std::io::{self, Write};

use serde::Serialize;

use super::differences::grouped;
use super::escape::{shortened, terminal};
use super::formats::View;
use super::rules::{Rule, Severity};

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: Rule,
    fingerprint: &'a str,
    severity: Severity,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// Writes the report.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
    let groups = grouped(view.comparison, &view.findings);
    let issues: Vec<Issue<'_>> = groups
        .iter()
        .map(|group| {
            let role = group.first.role.map(|role| format!("{}: ", shortened(&terminal(role), 200)));
            Issue {
                // It is shown in one line.
                description: format!("{}{}", role.unwrap_or_default(), group.message().replace('\n', "; ")),
                check_name: group.first.rule,
                fingerprint: &group.fingerprint,
                severity: group.first.rule.severity(),
                location: Location { path: view.location, lines: Lines { begin: 1 } },
            }
        })
        .collect();
    super::files::json(out, &issues)
}

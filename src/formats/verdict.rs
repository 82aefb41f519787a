//! The result of a report, in a sentence or two: the same for the terminal, Markdown and the page.

use super::view::View;
use crate::report::sentences::counted;
use crate::report::{Report, Rule, Severity, SeverityOverrides};

/// `Different: 60 roles, 87 findings, 41 causes (1 critical, 3 high)`, or `No differences in 24 common roles`.
#[must_use]
pub fn sentence(report: &Report) -> String {
    let totals = report.totals;
    if totals.findings == 0 {
        let common = report.roles.iter().filter(|role| role.is_paired()).count();
        let beyond = if report.accepted_differences.is_empty() { "" } else { " other than those accepted" };
        return format!("No differences{beyond} in {}", counted(common, "common role"));
    }
    format!(
        "Different: {}, {}, {} ({})",
        counted(totals.roles, "role"),
        counted(totals.findings, "finding"),
        counted(totals.causes, "cause"),
        severities(report),
    )
}

/// `1 critical, 3 high`: how many causes there are of each severity that has some.
#[must_use]
pub fn severities(report: &Report) -> String {
    report.totals.severities.in_words()
}

/// What else belongs to the verdict: what could not be determined, and what was accepted.
#[must_use]
pub fn remarks(report: &Report) -> Vec<String> {
    let mut remarks = Vec::new();
    let unknown = report.roles.iter().filter(|role| role.is_unknown()).count();
    if unknown > 0 {
        remarks.push(format!("For {}, iamctl could not determine whether access differs.", counted(unknown, "role")));
    }
    let left_out = report.findings.iter().filter(|finding| finding.rule == Rule::RoleNotCompared).count();
    if left_out > 0 {
        let were = if left_out == 1 { "was" } else { "were" };
        let missing = "because the source does not contain all policies";
        remarks.push(format!("{} {were} not compared, {missing}.", counted(left_out, "role")));
    }
    remarks.extend(super::past::order(report));
    remarks.extend(report.severity_overrides.sentence());
    if report.is_inconsistent() {
        remarks.push("iamctl contradicts itself about a difference; please report this.".to_owned());
    }
    if !report.accepted_differences.is_empty() {
        remarks.push(format!("{}; see accepted_differences.csv.", accepted(report)));
    }
    remarks
}

/// What `--fail-on` decided, if the run was asked to fail on something.
#[must_use]
pub fn decision(view: &View<'_>) -> Option<String> {
    let failing = view.report.findings.iter().filter(|finding| view.fails(finding)).count();
    decided(&view.gate(), view.failed(), failing, "")
}

/// What these values of `--fail-on` decided, with so many findings that make the run fail; `of` says of which accounts.
pub(super) fn decided(gate: &[String], failed: bool, failing: usize, of: &str) -> Option<String> {
    let asked: Vec<String> = gate.iter().map(|one| format!("`--fail-on {one}`")).collect();
    let decided = match (failed, failing) {
        (false, _) => "exit code 0, no matching findings".to_owned(),
        (true, 0) => format!("exit code 1, because access could not be determined{of}"),
        (true, _) => format!("exit code 1, {}{of}", counted(failing, "finding")),
    };
    (!asked.is_empty()).then(|| format!("{}: {decided}.", asked.join(", ")))
}

/// `3 findings accepted`, in the unit in which a report counts what is open. What was accepted of findings that are still
/// open, and of items that other findings explain, is counted in rows.
#[must_use]
pub fn accepted(report: &Report) -> String {
    accepted_counts(report.accepted_findings().len(), report.accepted_differences.len())
}

/// The same of so many findings and rows.
pub(super) fn accepted_counts(findings: usize, rows: usize) -> String {
    match (findings, rows) {
        (0, 0) => "no findings accepted".to_owned(),
        (0, rows) => format!("no findings accepted, only {} of others", counted(rows, "row")),
        (findings, _) => format!("{} accepted", counted(findings, "finding")),
    }
}

/// Which roles were compared, if not all.
#[must_use]
pub fn selection(report: &Report) -> Option<String> {
    let selection = &report.selection;
    if selection.is_all() {
        return None;
    }
    let named: Vec<String> =
        selection.roles.iter().map(|pattern| format!("`{}`", super::escape::terminal(pattern))).collect();
    let named = if named.is_empty() { String::new() } else { format!(" named {}", named.join(" or ")) };
    let linked = if selection.exclude_service_linked { ", without service-linked roles" } else { "" };
    let count = |side| {
        let account = report.accounts.get(side);
        format!("{} of {} in {}", account.roles, account.all_roles, account.tag)
    };
    let (left, right) = (count(crate::model::Side::Left), count(crate::model::Side::Right));
    Some(format!("Only roles{named}{linked}: {left}, {right}"))
}

/// What a severity means for the reader. Where severities were set, it does not say what is so severe.
#[must_use]
pub fn meaning(severity: Severity, set: &SeverityOverrides) -> &'static str {
    let meaning = match severity {
        Severity::Critical => "resolve first: privilege escalation, or an external principal",
        Severity::High => "resolve: wide access, cross-references, a missing boundary or Deny",
        Severity::Medium => "review: other access, or access that could not be determined",
        Severity::Low => "review when you have time",
        Severity::Info => "for your information",
    };
    match meaning.split_once(':') {
        Some((what_to_do, _)) if !set.is_empty() => what_to_do,
        Some(_) | None => meaning,
    }
}

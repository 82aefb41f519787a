//! One pair of roles on the terminal: what each side may do more, with proof and cause, then the policies themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::escape::terminal;
use super::report_format::View;
use super::{commands, details, documents};
use crate::model::{Role, Side, Sides};
use crate::report::sentences::{self, ALL};
use crate::report::{AcceptedDifference, Difference, Finding, List, Report, RoleResult, StatementWarning};
use crate::semantics::outcome::Grade;

const HEADING: Style = Style::new().bold();
const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();

/// Writes all that a report says of one role, by its place. `accepted` are the ids of findings that are accepted; `roles`
/// are the normalized roles, where it has both.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(
    out: &mut dyn Write,
    view: &View<'_>,
    accepted: &BTreeSet<String>,
    index: usize,
    roles: Option<Sides<&Role>>,
) -> io::Result<()> {
    let report = view.report;
    let Some(role) = report.roles.get(index) else { return Ok(()) };
    heading(out, report, role)?;
    findings(out, view, accepted, index)?;
    accepted_differences(out, report, role)?;
    remarks(out, report, role)?;
    match roles {
        Some(roles) => policies(out, report, role, roles),
        None => Ok(()),
    }
}

fn accepted_differences(out: &mut dyn Write, report: &Report, role: &RoleResult) -> io::Result<()> {
    let real = |side: Side| role.side(side).map(|real| real.arn.as_str());
    let is_of = |one: &&AcceptedDifference| real(one.side.unwrap_or(Side::Left)) == Some(&one.role_arn);
    let lines: Vec<String> =
        report.accepted_differences.iter().filter(is_of).map(|one| super::accepted::line(report, one)).collect();
    if !lines.is_empty() {
        writeln!(out, "\n{HEADING}Accepted{HEADING:#}")?;
    }
    lines.iter().try_for_each(|line| writeln!(out, "  {}", terminal(line)))
}

fn heading(out: &mut dyn Write, report: &Report, role: &RoleResult) -> io::Result<()> {
    writeln!(out, "{HEADING}{}{HEADING:#}", terminal(&role.role))?;
    for side in Side::BOTH {
        let tag = &report.accounts.get(side).tag;
        match role.side(side) {
            Some(real) => writeln!(out, "  {tag}: {}", terminal(&real.arn))?,
            None => writeln!(out, "  {tag}: the role does not exist")?,
        }
    }
    if let (Some(access), Some(trust)) = (role.access_grade, role.trust_grade) {
        writeln!(out, "  Access: {}", grade(access))?;
        writeln!(out, "  Trust: {}", grade(trust))?;
    }
    Ok(())
}

/// How far two roles are alike, in words.
pub(super) const fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Identical => "identical",
        Grade::EqualForAllRequests => "equal for all requests, but written differently",
        Grade::EqualForCatalogue => {
            "equal for all actions in the catalog, but not for actions that are not in the catalog"
        }
        Grade::Unknown => "could not be determined",
        Grade::Different => "different",
    }
}

/// The findings of a role but for remarks on statements, the open ones first, most severe first, each with what stands behind it.
fn findings(out: &mut dyn Write, view: &View<'_>, accepted: &BTreeSet<String>, index: usize) -> io::Result<()> {
    let report = view.report;
    let of_role = report.findings.iter().filter(|finding| finding.role_index == Some(index));
    let is_accepted = |finding: &Finding| accepted.contains(&finding.id);
    let mut shown: Vec<&Finding> = of_role.filter(|finding| finding.list != List::StatementWarnings).collect();
    // What is accepted comes last; else the order stays.
    shown.sort_by_key(|finding| is_accepted(finding));
    for finding in shown {
        let mark = if is_accepted(finding) { " (accepted)" } else { "" };
        let message = match report.rows_of(finding).next() {
            Some(Difference::Access(row)) => report.access_sentence(row, ALL),
            Some(Difference::Trust(row)) => report.trust_sentence(row, ALL),
            Some(Difference::Deny(row)) => report.deny_sentence(row, ALL),
            Some(_) | None => finding.message.clone(),
        };
        writeln!(out, "\n{HEADING}{}{mark}: {} [{}]{HEADING:#}", finding.severity, terminal(&message), finding.rule)?;
        for detail in details::of_finding(report, finding) {
            writeln!(out, "  {detail}")?;
        }
        if let Some(ask) = commands::ask(view, finding) {
            writeln!(out, "  {}", terminal(&ask))?;
        }
    }
    Ok(())
}

fn remarks(out: &mut dyn Write, report: &Report, role: &RoleResult) -> io::Result<()> {
    let all: Vec<_> = report.statement_warnings.iter().filter(|warning| is_of(warning, role)).collect();
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{HEADING}Statements to review{HEADING:#}")?;
    for warning in all {
        let tag = &report.accounts.get(warning.side).tag;
        let statement = sentences::statement(&warning.statement);
        writeln!(out, "  {tag}: {}: {} ({})", terminal(&statement), terminal(&warning.text), warning.id)?;
    }
    Ok(())
}

fn is_of(warning: &StatementWarning, role: &RoleResult) -> bool {
    role.side(warning.side).is_some_and(|real| real.arn == warning.role_arn)
}

/// What each placeholder of the role's policies stands for in each account.
fn placeholders(out: &mut dyn Write, report: &Report, role: &RoleResult) -> io::Result<()> {
    let mut stands: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for hit in report.equivalency_hits.iter().filter(|hit| hit.count > 0) {
        let of_role = role.side(hit.side).is_some_and(|real| hit.role.is_empty() || real.name == hit.role);
        if of_role {
            let tag = &report.accounts.get(hit.side).tag;
            stands.entry(&hit.placeholder).or_default().insert(format!("`{}` in {tag}", hit.value));
        }
    }
    for (placeholder, texts) in stands {
        let texts = texts.into_iter().collect::<Vec<_>>().join(", ");
        writeln!(out, "  {} stands for {}", terminal(placeholder), terminal(&texts))?;
    }
    Ok(())
}

fn policies(out: &mut dyn Write, report: &Report, role: &RoleResult, roles: Sides<&Role>) -> io::Result<()> {
    let names = (report.accounts.left.tag.as_str(), report.accounts.right.tag.as_str());
    let diffs = documents::differences(roles.left, roles.right, names);
    if diffs.is_empty() {
        return writeln!(out, "\nThe policies are the same.");
    }
    writeln!(out, "\n{HEADING}Policies in canonical form{HEADING:#}")?;
    placeholders(out, report, role)?;
    for line in diffs.iter().flat_map(|diff| diff.lines()) {
        let text = terminal(line);
        match line.as_bytes() {
            [b'+', ..] => writeln!(out, "{ADDED}{text}{ADDED:#}")?,
            [b'-', ..] => writeln!(out, "{REMOVED}{text}{REMOVED:#}")?,
            [b'@', ..] => writeln!(out, "{PLACE}{text}{PLACE:#}")?,
            _ => writeln!(out, "{text}")?,
        }
    }
    Ok(())
}

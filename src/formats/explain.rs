//! One pair of roles on the terminal: what each side may do more, with proof and cause, then the policies themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::escape::terminal;
use super::lines::{HEADING, Lines};
use super::view::View;
use super::{commands, details, documents, past};
use crate::model::{Role, Side, Sides};
use crate::report::sentences::{self, ALL};
use crate::report::{AcceptedDifference, Difference, Finding, List, Report, RoleResult, StatementWarning};
use crate::semantics::outcome::Grade;

const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();

/// Writes all that a report says of one role, by its place, in lines of this width; none where lines are not broken.
/// Policies and commands keep their lines. `accepted` are the ids of findings that are accepted; `roles`
/// are the normalized roles, where it has both.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(
    out: &mut dyn Write,
    width: Option<usize>,
    view: &View<'_>,
    accepted: &BTreeSet<String>,
    index: usize,
    roles: Option<Sides<&Role>>,
) -> io::Result<()> {
    let report = view.report;
    let Some(role) = report.roles.get(index) else { return Ok(()) };
    let mut lines = Lines { out, width };
    heading(&mut lines, report, role)?;
    findings(&mut lines, view, accepted, index)?;
    accepted_differences(&mut lines, report, role)?;
    remarks(&mut lines, report, role)?;
    limitations(&mut lines, report, role)?;
    match roles {
        Some(roles) => policies(&mut lines, report, role, roles),
        None => Ok(()),
    }
}

fn accepted_differences(lines: &mut Lines<'_>, report: &Report, role: &RoleResult) -> io::Result<()> {
    let real = |side: Side| role.side(side).map(|real| real.arn.as_str());
    let is_of = |one: &&AcceptedDifference| real(one.side.unwrap_or(Side::Left)) == Some(&one.role_arn);
    let accepted: Vec<String> =
        report.accepted_differences.iter().filter(is_of).map(|one| super::accepted::line(report, one)).collect();
    if !accepted.is_empty() {
        title(lines, "Accepted")?;
    }
    accepted.iter().try_for_each(|line| lines.text(2, &terminal(line)))
}

fn heading(lines: &mut Lines<'_>, report: &Report, role: &RoleResult) -> io::Result<()> {
    lines.styled(0, HEADING, &terminal(&role.role), "")?;
    for side in Side::BOTH {
        let tag = past::tag(report, side);
        match role.side(side) {
            Some(real) => lines.text(2, &format!("{tag}: {}", terminal(&real.arn)))?,
            None => lines.text(2, &format!("{tag}: the role does not exist"))?,
        }
    }
    if let (Some(access), Some(trust)) = (role.access_grade, role.trust_grade) {
        lines.text(2, &format!("Access: {}", grade(access)))?;
        lines.text(2, &format!("Trust: {}", grade(trust)))?;
    }
    Ok(())
}

/// A heading of its own section.
fn title(lines: &mut Lines<'_>, text: &str) -> io::Result<()> {
    lines.empty()?;
    lines.styled(0, HEADING, text, "")
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
fn findings(lines: &mut Lines<'_>, view: &View<'_>, accepted: &BTreeSet<String>, index: usize) -> io::Result<()> {
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
        let rest = format!("{mark}: {} [{} {}]", terminal(&message), finding.rule, commands::short(&finding.id));
        lines.empty()?;
        lines.styled(0, HEADING, finding.severity.as_str(), &rest)?;
        for detail in details::of_finding(report, finding) {
            lines.text(2, &detail)?;
        }
        if let Some(ask) = commands::ask(view, finding) {
            lines.command(2, &terminal(&ask))?;
        }
    }
    Ok(())
}

fn remarks(lines: &mut Lines<'_>, report: &Report, role: &RoleResult) -> io::Result<()> {
    let all: Vec<_> = report.statement_warnings.iter().filter(|warning| is_of(warning, role)).collect();
    if all.is_empty() {
        return Ok(());
    }
    title(lines, "Statements to review")?;
    for warning in all {
        let tag = &report.accounts.get(warning.side).tag;
        let statement = sentences::statement(&warning.statement);
        lines.text(2, &format!("{tag}: {}: {} ({})", terminal(&statement), terminal(&warning.text), warning.id))?;
    }
    Ok(())
}

fn limitations(lines: &mut Lines<'_>, report: &Report, role: &RoleResult) -> io::Result<()> {
    let mut about = report.limitations.iter().filter(|limitation| limitation.is_about(&role.role)).peekable();
    if about.peek().is_some() {
        title(lines, "Limitations")?;
    }
    about.try_for_each(|limitation| lines.text(2, &terminal(&limitation.to_string())))
}

fn is_of(warning: &StatementWarning, role: &RoleResult) -> bool {
    role.side(warning.side).is_some_and(|real| real.arn == warning.role_arn)
}

/// What each placeholder of the role's policies stands for in each account.
fn placeholders(lines: &mut Lines<'_>, report: &Report, role: &RoleResult) -> io::Result<()> {
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
        lines.text(2, &format!("{} stands for {}", terminal(placeholder), terminal(&texts)))?;
    }
    Ok(())
}

fn policies(lines: &mut Lines<'_>, report: &Report, role: &RoleResult, roles: Sides<&Role>) -> io::Result<()> {
    let names = (report.accounts.left.tag.as_str(), report.accounts.right.tag.as_str());
    let diffs = documents::differences(roles.left, roles.right, names);
    if diffs.is_empty() {
        lines.empty()?;
        return lines.text(0, "The policies are the same.");
    }
    title(lines, "Policies in canonical form")?;
    placeholders(lines, report, role)?;
    for line in diffs.iter().flat_map(|diff| diff.lines()) {
        let text = terminal(line);
        match line.as_bytes() {
            [b'+', ..] => writeln!(lines.out, "{ADDED}{text}{ADDED:#}")?,
            [b'-', ..] => writeln!(lines.out, "{REMOVED}{text}{REMOVED:#}")?,
            [b'@', ..] => writeln!(lines.out, "{PLACE}{text}{PLACE:#}")?,
            _ => writeln!(lines.out, "{text}")?,
        }
    }
    Ok(())
}

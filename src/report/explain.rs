//! One pair of roles on the terminal: what each side may do more, with proof and cause, then the policies themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::escape::terminal;
use super::{access_csv, documents, findings};
use crate::compare::{AcceptedDifference, Comparison, RoleResult, StatementWarning};
use crate::model::{Role, Side, Sides};
use crate::semantics::outcome::Grade;

const HEADING: Style = Style::new().bold();
const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();

/// Writes all that a comparison says of one role. `roles` are the normalised roles, where it has both.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(
    out: &mut dyn Write,
    comparison: &Comparison,
    role: &RoleResult,
    roles: Option<Sides<&Role>>,
) -> io::Result<()> {
    heading(out, comparison, role)?;
    access(out, comparison, role)?;
    trust(out, comparison, role)?;
    denies(out, comparison, role)?;
    cross_references(out, comparison, role)?;
    attributes(out, comparison, role)?;
    accepted(out, comparison, role)?;
    remarks(out, comparison, role)?;
    match roles {
        Some(roles) => policies(out, comparison, role, roles),
        None => Ok(()),
    }
}

fn accepted(out: &mut dyn Write, comparison: &Comparison, role: &RoleResult) -> io::Result<()> {
    let real = |side: Side| role.side(side).map(|real| real.arn.as_str());
    let is_of = |one: &&AcceptedDifference| real(one.side.unwrap_or(Side::Left)) == Some(&one.role_arn);
    let lines: Vec<String> = comparison
        .accepted_differences
        .iter()
        .filter(is_of)
        .map(|one| super::accepted::line(comparison, one))
        .collect();
    if !lines.is_empty() {
        writeln!(out, "\n{HEADING}Accepted{HEADING:#}")?;
    }
    lines.iter().try_for_each(|line| writeln!(out, "  {}", terminal(line)))
}

fn heading(out: &mut dyn Write, comparison: &Comparison, role: &RoleResult) -> io::Result<()> {
    writeln!(out, "{HEADING}{}{HEADING:#}", terminal(&role.role))?;
    for side in Side::BOTH {
        let tag = &comparison.accounts.get(side).tag;
        match role.side(side) {
            Some(real) => writeln!(out, "  {tag}: {}", terminal(&real.arn))?,
            None => writeln!(out, "  {tag}: no such role")?,
        }
    }
    if let (Some(access), Some(trust)) = (role.access_grade, role.trust_grade) {
        writeln!(out, "  What it may do: {}", grade(access))?;
        writeln!(out, "  Who may take it: {}", grade(trust))?;
    }
    Ok(())
}

/// How far two roles are alike, in words.
pub(super) const fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Identical => "identical",
        Grade::EqualForAllRequests => "equal for all requests, though written differently",
        Grade::EqualForCatalogue => "equal for the actions of the catalogue, not for actions beyond it",
        Grade::Unknown => "not certain",
        Grade::Different => "different",
    }
}

fn access(out: &mut dyn Write, comparison: &Comparison, role: &RoleResult) -> io::Result<()> {
    for row in findings::access_of(comparison, role) {
        let d = &row.difference;
        let (own, other) = (&comparison.accounts.get(d.side).tag, &comparison.accounts.get(d.side.other()).tag);
        writeln!(out, "\n{HEADING}{}{HEADING:#}", terminal(&findings::access(comparison, row, findings::ALL)))?;
        if let Some(witness) = &d.witness {
            let request = request(&witness.action, &witness.resource, &witness.context);
            writeln!(out, "  proof: {}", terminal(&request))?;
            guessed(out, row.witness_is_real)?;
        }
        for statement in &d.granted_by {
            writeln!(out, "  allowed in {own} by {}", terminal(&access_csv::statement(statement)))?;
        }
        let refused = access_csv::refusal(&d.refused_by).replace('\n', "; ");
        writeln!(out, "  refused in {other}: {}", terminal(&refused))?;
        if let Some(counterpart) = row.counterpart.as_ref().filter(|c| Some(*c) != d.witness.as_ref()) {
            let request = request(&counterpart.action, &counterpart.resource, &counterpart.context);
            writeln!(out, "  which is in {other}: {}", terminal(&request))?;
        }
        for id in &d.escalations {
            let why = crate::semantics::escalation::RULES.iter().find(|rule| rule.id == *id);
            writeln!(out, "  can raise itself ({id}): {}", why.map_or("", |rule| rule.explanation))?;
        }
    }
    Ok(())
}

/// Says of a proof that its names are a guess.
fn guessed(out: &mut dyn Write, is_real: bool) -> io::Result<()> {
    if is_real {
        return Ok(());
    }
    writeln!(out, "    (a placeholder stands for several texts here: a name in it may have to be another)")
}

/// A request as `iamctl can` takes it.
pub(super) fn request(action: &str, target: &str, context: &BTreeMap<String, Vec<String>>) -> String {
    let pairs = context.iter().flat_map(|(key, values)| values.iter().map(move |value| format!("{key}={value}")));
    let pairs: String = pairs.map(|pair| format!(" --context {}", quoted(&pair))).collect();
    format!("{} {}{pairs}", quoted(action), quoted(target))
}

/// A text as one word for a shell, so that a line can be copied whatever the names in it are.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '.' | '_' | '-' | '=' | '@' | '+' | ',');
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn trust(out: &mut dyn Write, comparison: &Comparison, role: &RoleResult) -> io::Result<()> {
    for row in findings::trust_of(comparison, role) {
        let d = &row.difference;
        let own = &comparison.accounts.get(d.side).tag;
        writeln!(out, "\n{HEADING}{}{HEADING:#}", terminal(&findings::trust(comparison, row, findings::ALL)))?;
        if let Some(witness) = &d.witness {
            let request = request(&witness.action, &witness.principal, &witness.context);
            writeln!(out, "  proof: {}", terminal(&request))?;
            guessed(out, row.witness_is_real)?;
        }
        for statement in &d.granted_by {
            writeln!(out, "  allowed in {own} by {}", terminal(&access_csv::statement(statement)))?;
        }
        if let Some(counterpart) = row.counterpart.as_ref().filter(|c| Some(*c) != d.witness.as_ref()) {
            let other = &comparison.accounts.get(d.side.other()).tag;
            let request = request(&counterpart.action, &counterpart.principal, &counterpart.context);
            writeln!(out, "  which is in {other}: {}", terminal(&request))?;
        }
        writeln!(out, "  relation: {}", d.relation.as_str())?;
    }
    Ok(())
}

fn denies(out: &mut dyn Write, comparison: &Comparison, role: &RoleResult) -> io::Result<()> {
    for row in findings::denies_of(comparison, role) {
        writeln!(out, "\n{HEADING}{}{HEADING:#}", terminal(&findings::deny(comparison, row, findings::ALL)))?;
        let d = &row.difference;
        if let Some(witness) = &d.witness {
            writeln!(out, "  proof: {}", terminal(&request(&witness.action, &witness.resource, &witness.context)))?;
            guessed(out, row.witness_is_real)?;
        }
        if let Some(counterpart) = row.counterpart.as_ref().filter(|c| Some(*c) != d.witness.as_ref()) {
            let other = &comparison.accounts.get(d.side.other()).tag;
            let request = request(&counterpart.action, &counterpart.resource, &counterpart.context);
            writeln!(out, "  which is in {other}: {}", terminal(&request))?;
        }
        for statement in &row.difference.denied_by {
            writeln!(out, "  denied by {}", terminal(&access_csv::statement(statement)))?;
        }
    }
    Ok(())
}

fn cross_references(out: &mut dyn Write, comparison: &Comparison, role: &RoleResult) -> io::Result<()> {
    for row in findings::cross_references_of(comparison, role) {
        writeln!(out, "\n{HEADING}{}{HEADING:#}", terminal(&findings::cross_reference(comparison, row)))?;
    }
    Ok(())
}

fn attributes(out: &mut dyn Write, comparison: &Comparison, role: &RoleResult) -> io::Result<()> {
    let all: Vec<_> = comparison.attribute_differences.iter().filter(|d| findings::is_attribute_of(d, role)).collect();
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{HEADING}Attributes{HEADING:#}")?;
    let tags = &comparison.accounts;
    for d in all {
        let (left, right) = (d.left.to_string(), d.right.to_string());
        let (left, right) = (terminal(&left), terminal(&right));
        writeln!(out, "  {}: {left} in {}, {right} in {}", terminal(&d.attribute), tags.left.tag, tags.right.tag)?;
    }
    Ok(())
}

fn remarks(out: &mut dyn Write, comparison: &Comparison, role: &RoleResult) -> io::Result<()> {
    let all: Vec<_> = comparison.statement_warnings.iter().filter(|warning| is_of(warning, role)).collect();
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{HEADING}Statements to look at{HEADING:#}")?;
    for warning in all {
        let tag = &comparison.accounts.get(warning.side).tag;
        let statement = access_csv::statement(&warning.statement);
        writeln!(out, "  {tag}: {}: {} ({})", terminal(&statement), terminal(&warning.text), warning.id)?;
    }
    Ok(())
}

fn is_of(warning: &StatementWarning, role: &RoleResult) -> bool {
    role.side(warning.side).is_some_and(|real| real.arn == warning.role_arn)
}

/// What each placeholder of the role's policies stands for in each account.
fn placeholders(out: &mut dyn Write, comparison: &Comparison, role: &RoleResult) -> io::Result<()> {
    let mut stands: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for hit in comparison.equivalency_hits.iter().filter(|hit| hit.count > 0) {
        let of_role = role.side(hit.side).is_some_and(|real| hit.role.is_empty() || real.name == hit.role);
        if of_role {
            let tag = &comparison.accounts.get(hit.side).tag;
            stands.entry(&hit.placeholder).or_default().insert(format!("`{}` in {tag}", hit.value));
        }
    }
    for (placeholder, texts) in stands {
        let texts = texts.into_iter().collect::<Vec<_>>().join(", ");
        writeln!(out, "  {} stands for {}", terminal(placeholder), terminal(&texts))?;
    }
    Ok(())
}

fn policies(out: &mut dyn Write, comparison: &Comparison, role: &RoleResult, roles: Sides<&Role>) -> io::Result<()> {
    let names = (comparison.accounts.left.tag.as_str(), comparison.accounts.right.tag.as_str());
    let diffs = documents::differences(roles.left, roles.right, names);
    if diffs.is_empty() {
        return writeln!(out, "\nThe policies are the same.");
    }
    writeln!(out, "\n{HEADING}Policies in canonical form{HEADING:#}")?;
    placeholders(out, comparison, role)?;
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

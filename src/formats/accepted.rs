//! Accepted differences as CSV, and accepted entries as the file they are kept in.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::csv::{tag, value};
use super::escape::terminal;
use super::table::{self, Column, Options, lines, optional};
use crate::model::accepted::{FORMAT, VERSION};
use crate::model::{AcceptedEntry, Side};
use crate::report::{AcceptedDifference, Report, Severity};

/// A difference that somebody has accepted.
const COLUMNS: [Column<Report, AcceptedDifference>; 24] = [
    Column::new("kind", |_, one| one.kind.as_str().into()),
    Column::new("tag", |report, one| optional(one.side.map(|side| tag(report, side)))),
    Column::new("rolename", |_, one| (&one.role).into()),
    Column::new("policies", |_, one| lines(&one.policies)),
    Column::new("effect", |_, one| optional(one.effect.map(|effect| effect.as_str()))),
    Column::new("actions", |_, one| lines(&one.actions)),
    Column::new("resources", |_, one| lines(&one.resources)),
    Column::new("principal", |_, one| optional(one.principal.as_deref())),
    Column::new("condition", |_, one| optional(one.condition.as_deref())),
    Column::new("attribute", |_, one| optional(one.attribute.as_deref())),
    Column::tagged(|report| tag(report, Side::Left), |_, one| value(&one.left)),
    Column::tagged(|report| tag(report, Side::Right), |_, one| value(&one.right)),
    Column::new("text", |_, one| optional(one.text.as_deref())),
    Column::new("reason", |_, one| (&one.reason).into()),
    Column::new("owner", |_, one| optional(one.owner.as_deref())),
    Column::new("expires", |_, one| optional(one.expires.as_deref())),
    Column::new("entries", |_, one| numbers(&one.entries).into()),
    Column::new("rolearn", |_, one| (&one.role_arn).into()),
    Column::new("otherrolearn", |_, one| optional(one.other_role_arn.as_deref())),
    Column::new("except", |_, one| lines(&one.except)),
    Column::new("grants", |_, one| optional(one.grants.as_deref())),
    Column::new("rule", |_, one| one.rule.id().into()),
    Column::new("severity", |_, one| one.severity.as_str().into()),
    Column::new("fingerprint", |_, one| optional(one.finding.as_deref())),
];

fn numbers(numbers: &[usize]) -> String {
    numbers.iter().map(usize::to_string).collect::<Vec<_>>().join("\n")
}

/// What somebody has accepted, with reason and owner.
///
/// # Errors
/// If `out` cannot be written.
pub fn differences(out: impl Write, options: Options, report: &Report) -> io::Result<()> {
    table::write(out, options, &COLUMNS, report, &report.accepted_differences)
}

/// A finding that somebody has accepted, however many rows it has.
pub(super) struct AcceptedFinding<'r> {
    /// Its fingerprint, which does not depend on where the entries stand in their file.
    pub(super) fingerprint: &'r str,
    /// Its first row.
    pub(super) first: &'r AcceptedDifference,
    /// All others.
    others: Vec<&'r AcceptedDifference>,
    /// The places of all in the list of the report.
    pub(super) places: Vec<usize>,
}

impl<'r> AcceptedFinding<'r> {
    /// All rows, in the order of the report.
    pub(super) fn rows(&self) -> impl Iterator<Item = &'r AcceptedDifference> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }

    /// The severity of the most severe row.
    pub(super) fn severity(&self) -> Severity {
        self.rows().map(|row| row.severity).max().unwrap_or(self.first.severity)
    }
}

/// The accepted findings of a report, in its order, each with its rows. Rows that are no finding as a whole are in
/// `accepted_differences.csv` alone: what else belongs to their finding is open, or another finding explains them.
pub(super) fn findings(report: &Report) -> Vec<AcceptedFinding<'_>> {
    let mut places = BTreeMap::new();
    let mut findings: Vec<AcceptedFinding<'_>> = Vec::new();
    let rows = report.accepted_differences.iter().enumerate();
    for (row, first, fingerprint) in rows.filter_map(|(row, one)| Some((row, one, one.finding.as_deref()?))) {
        let place = *places.entry(fingerprint).or_insert(findings.len());
        match findings.get_mut(place) {
            Some(finding) => {
                finding.others.push(first);
                finding.places.push(row);
            }
            None => findings.push(AcceptedFinding { fingerprint, first, others: Vec::new(), places: vec![row] }),
        }
    }
    findings
}

/// One accepted difference in a line: what it is, then why.
#[must_use]
pub fn line(report: &Report, one: &AcceptedDifference) -> String {
    let mut line = one.kind.as_str().replace('_', " ");
    if let Some(side) = one.side {
        let _ = write!(line, " of {}", report.accounts.get(side).tag);
    }
    let effect = one.effect.map(|effect| effect.to_string());
    let parts = [
        effect,
        some(&one.actions.join(", ")),
        some(&one.resources.join(", ")).map(|resources| format!("on {resources}")),
        one.principal.as_ref().filter(|_| one.text.is_none()).map(|who| format!("for {who}")),
        one.attribute.clone(),
        // Of a list, the entry.
        one.side.and_then(|_| [&one.left, &one.right].into_iter().find_map(|value| value.as_str())).map(str::to_owned),
        one.text.clone().filter(|_| one.resources.is_empty()),
    ];
    let what: Vec<String> = parts.into_iter().flatten().collect();
    if !what.is_empty() {
        let _ = write!(line, ": {}", what.join(" "));
    }
    let owner = one.owner.as_ref().map(|owner| format!(", {}", owner.replace('\n', ", "))).unwrap_or_default();
    let until = one.expires.as_ref().map(|day| format!(", until {day}")).unwrap_or_default();
    let _ = write!(line, " (accepted: {}{owner}{until})", one.reason.replace('\n', "; "));
    line
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The whole file of these entries: indented JSON with a line end. Characters that a terminal or an editor would not
/// show as what they are stand as `\u` escapes.
///
/// # Errors
/// Never for entries; their keys are texts.
pub fn file(entries: &[AcceptedEntry]) -> io::Result<String> {
    #[derive(serde::Serialize)]
    struct File<'a> {
        format: &'static str,
        version: u32,
        accepted: &'a [AcceptedEntry],
    }
    text(&File { format: FORMAT, version: VERSION, accepted: entries })
}

/// Entries alone, as a list in the form of [`file()`].
///
/// # Errors
/// Never for entries; their keys are texts.
pub fn list(entries: &[AcceptedEntry]) -> io::Result<String> {
    text(&entries)
}

fn text(value: &impl serde::Serialize) -> io::Result<String> {
    let json = serde_json::to_string_pretty(value)?;
    let mut text = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        // Such a character can only stand inside of a JSON string; line ends between them are as they should be.
        if c == '\n' || matches!(terminal(c.encode_utf8(&mut [0; 4])), std::borrow::Cow::Borrowed(_)) {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_turn_a_line_around_is_escaped_and_read_again() {
        let entry = AcceptedEntry::new("a\u{202e}b\u{9b}c\u{e0041}größe\u{7f}\n".to_owned(), "why".to_owned());
        let text = file(std::slice::from_ref(&entry)).unwrap();
        assert!(text.contains("a\\u202eb\\u009bc\\udb40\\udc41größe\\u007f\\n"), "{text}");
        assert_eq!(crate::parse::accepted::read(&text).unwrap(), [entry]);
    }
}

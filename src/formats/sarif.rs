//! SARIF 2.1.0: a result for each cause, for GitHub's code scanning and whoever else reads it. An accepted finding is
//! a suppressed result.
//!
//! GitHub takes no more than 25,000 results and 10 MB; what is over either is left out from the least severe on, and a
//! notification says how many.
//!
//! Sources: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>,
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>

pub(super) mod log;

pub use log::{BYTES, RESULTS, level, score};

use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::accepted::{self, AcceptedFinding};
use super::commands;
use super::escape::{shortened, terminal};
use super::since;
use super::view::View;
use crate::model::Side;
use crate::report::sentences::few;
use crate::report::{Group, Rule};
use crate::since::{Since, Status};
use log::{Frame, Limits};

/// How many roles and further findings a message names.
pub(super) const NAMED: usize = 5;

/// How many roles a result lists as locations.
pub(super) const LOCATIONS: usize = 100;

/// What a path of a URI may hold as it is.
pub(super) const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// Writes the report within [`RESULTS`] and [`BYTES`].
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
    write_within(out, view, RESULTS, BYTES)
}

/// Writes the report within other limits. Rules and frame are written in any case.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_within(out: &mut dyn Write, view: &View<'_>, results: usize, bytes: usize) -> io::Result<()> {
    let report = view.report;
    let open = report.groups.iter().map(|group| result(view, group));
    let accepted = accepted::findings(report);
    let all = report.groups.len() + accepted.len();
    let accepted = accepted.iter().map(|finding| suppressed(view, finding));
    let (left, right) = (&report.accounts.left.tag, &report.accounts.right.tag);
    let frame = Frame {
        version: &report.iamctl,
        id: format!("iamctl/{left}-{right}/"),
        failed: view.failed(),
        arguments: view.arguments,
        started_at: view.started_at,
        ended_at: &report.generated_at,
        properties: json!({
            "totals": report.totals,
            "accepted": report.accepted_findings().len(),
            "failOn": view.gate(),
        }),
        notifications: Vec::new(),
        severities: &report.severity_overrides,
    };
    frame.write(out, open.chain(accepted), all, Limits { results, bytes })
}

fn result(view: &View<'_>, group: &Group) -> Value {
    let report = view.report;
    let first = report.findings_of(group).next();
    let roles: Vec<String> = group.roles.iter().map(|role| shortened(&terminal(role), 200)).collect();
    let start = if roles.is_empty() { String::new() } else { format!("{}: ", few(&roles, NAMED)) };
    let side = first.and_then(|finding| finding.side);
    let tag = side.map_or_else(|| "both accounts".to_owned(), |side| report.accounts.get(side).tag.to_string());
    let logical: Vec<Value> = roles
        .iter()
        .take(LOCATIONS)
        .map(|role| json!({"name": role, "fullyQualifiedName": format!("{tag}/{role}"), "kind": "resource"}))
        .collect();
    let mut message: Vec<String> = vec![format!("{start}{}", group.sentence())];
    message.extend(commands::proof(view, group));
    let others = report.findings_of(group).skip(1).take(NAMED).map(|finding| finding.message.clone());
    message.extend(others.filter(|other| *other != group.message));
    let (findings, notes) = report.findings_and_notes(group);
    let mut result = json!({
        "ruleId": group.rule.id(),
        "ruleIndex": group.rule.index(),
        "level": level(group.severity),
        "message": {"text": without_links(&message.join("\n"))},
        "locations": [location(view, group.rule, side, &logical)],
        "partialFingerprints": fingerprints(&group.id),
        "properties": {
            "severity": group.severity,
            "security-severity": score(group.severity),
            "side": side,
            "group": group.id,
            "findings": findings,
            "notes": notes,
            "roles": group.roles.len(),
            "failed": view.fails_for(group),
        },
    });
    let status = view.since.and_then(|since| since.cause(group).or_else(|| of_notes(view, since, group)));
    if let (Some(status), Some(object)) = (status, result.as_object_mut()) {
        object.insert("baselineState".to_owned(), json!(baseline_state(status)));
    }
    // The level is that of all findings of the cause, also of those that were there before.
    let news = since::of_cause(view, group);
    if let (Some(news), Some(Value::Object(properties))) = (news, result.get_mut("properties")) {
        properties.insert("newSeverity".to_owned(), json!(news.finding.severity));
        properties.insert("newMessage".to_owned(), json!(without_links(&terminal(news.message))));
    }
    result
}

/// What became of a group that is for information.
fn of_notes(view: &View<'_>, since: &Since, group: &Group) -> Option<Status> {
    let statuses: Vec<Status> =
        view.report.findings_of(group).map(|finding| since.status(finding)).collect::<Option<_>>()?;
    Some(match statuses.iter().filter(|status| status.is_new()).count() {
        0 => Status::StillThere,
        _ if statuses.iter().all(|status| *status == Status::New) => Status::New,
        _ => Status::Changed,
    })
}

/// SARIF's word for what became of a cause. Results that are not there any more are left out: readers that do not know the
/// word `absent` would show them as open.
const fn baseline_state(status: Status) -> &'static str {
    match status {
        Status::New => "new",
        Status::Changed => "updated",
        Status::StillThere => "unchanged",
        Status::Resolved | Status::Accepted | Status::NotCompared => "absent",
    }
}

/// An accepted finding, with the rule and the severity that it would have.
fn suppressed(view: &View<'_>, finding: &AcceptedFinding<'_>) -> Value {
    let (one, rule) = (finding.first, finding.first.rule);
    let role = shortened(&terminal(&one.role), 200);
    let line = |row| terminal(&accepted::line(view.report, row)).into_owned();
    let said: Vec<String> = finding.rows().take(NAMED).map(line).collect();
    let more = finding.rows().count().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!("\nand {more} more") };
    let entries: Vec<String> = one.entries.iter().map(usize::to_string).collect();
    let noun = if entries.len() == 1 { "entry" } else { "entries" };
    let text = format!("{role}: accepted by {noun} {}: {}{more}", entries.join(", "), said.join("\n"));
    let justification = terminal(&one.reason).into_owned();
    let logical = vec![json!({"name": role, "kind": "resource"})];
    let id = finding.fingerprint;
    json!({
        "ruleId": rule.id(),
        "ruleIndex": rule.index(),
        "level": level(finding.severity()),
        "message": {"text": without_links(&text)},
        "locations": [location(view, rule, one.side, &logical)],
        "partialFingerprints": {"iamctl/accepted": id, "primaryLocationLineHash": format!("{id}:1")},
        "suppressions": [{"kind": "external", "status": "accepted", "justification": justification}],
        "properties": {
            "severity": finding.severity(),
            "security-severity": score(finding.severity()),
            "side": one.side,
            "rows": finding.rows().count(),
            "entries": one.entries,
            "failed": false,
        },
    })
}

/// What a result is shown at: the dictionary where it is about that, else the snapshot of the account.
fn location(view: &View<'_>, rule: Rule, side: Option<Side>, logical: &[Value]) -> Value {
    location_in(&view.file_of(rule, side), logical)
}

/// A file, and what is in it.
pub(super) fn location_in(file: &str, logical: &[Value]) -> Value {
    let uri = utf8_percent_encode(file, PATH).to_string();
    json!({
        "physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}},
        "logicalLocations": logical,
    })
}

pub(super) fn fingerprints(id: &str) -> Value {
    json!({
        "iamctl/v2": id,
        // The only one that GitHub looks at; without it, it would make one of the line of the file, which is the
        // same for all results.
        "primaryLocationLineHash": format!("{id}:1"),
    })
}

/// `[text](target)` in a message is a link; a backslash before the bracket makes it text.
pub(super) fn without_links(text: &str) -> String {
    text.replace("](", "\\](")
}

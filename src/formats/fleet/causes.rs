//! The causes of a fleet as SARIF and as GitLab's code quality report: a result for each cause, however many accounts and
//! roles have it.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::super::escape::{shortened, terminal};
use super::super::gitlab::{self, Issue};
use super::super::sarif::log::{Frame, Limits};
use super::super::sarif::{self, BYTES, LOCATIONS, NAMED, RESULTS};
use super::sentences::{baseline, of_cause, unread};
use super::view::FleetView;
use crate::fleet::FleetCause;
use crate::model::AccountTag;
use crate::report::Rule;
use crate::report::sentences::few;

/// Writes SARIF. Accounts that were not read are named in a notification of the run.
///
/// # Errors
/// If `out` cannot be written.
pub(super) fn sarif(out: &mut dyn Write, view: &FleetView<'_>) -> io::Result<()> {
    let fleet = view.fleet;
    let results = fleet.causes.iter().map(|cause| result(view, cause));
    let gate: Vec<String> = fleet.decision.fail_on.iter().map(ToString::to_string).collect();
    let frame = Frame {
        version: fleet.iamctl,
        id: format!("iamctl/fleet-{}/", baseline(fleet).replace(' ', "-")),
        failed: fleet.decision.fails,
        arguments: view.run.arguments,
        started_at: view.run.started_at,
        ended_at: &fleet.generated_at,
        properties: json!({"totals": fleet.totals, "unread": fleet.unread, "failOn": gate}),
        notifications: unread(fleet).into_iter().collect(),
        severities: &fleet.severity_overrides,
    };
    frame.write(out, results, fleet.causes.len(), Limits { results: RESULTS, bytes: BYTES })
}

fn result(view: &FleetView<'_>, cause: &FleetCause) -> Value {
    let logical: Vec<Value> = cause
        .accounts
        .keys()
        .flat_map(|tag| cause.roles_in.get(tag).unwrap_or(&cause.roles).iter().map(move |role| (tag, role)))
        .take(LOCATIONS)
        .map(|(tag, role)| {
            let role = shortened(&terminal(role), 200);
            json!({"name": role, "fullyQualifiedName": format!("{tag}/{role}"), "kind": "resource"})
        })
        .collect();
    let message = format!("{}\n{}", sentence(cause), of_cause(view.fleet, cause));
    json!({
        "ruleId": cause.rule.id(),
        "ruleIndex": cause.rule.index(),
        "level": sarif::level(cause.severity),
        "message": {"text": sarif::without_links(&message)},
        "locations": [sarif::location_in(&file_of(view, cause), &logical)],
        "partialFingerprints": sarif::fingerprints(&cause.id),
        "properties": {
            "severity": cause.severity,
            "security-severity": sarif::score(cause.severity),
            "group": cause.id,
            "findings": cause.findings,
            "roles": cause.roles.len(),
            "accounts": cause.accounts.keys().collect::<Vec<&AccountTag>>(),
            "failed": cause.fails,
        },
    })
}

/// Writes GitLab's report.
///
/// # Errors
/// If `out` cannot be written.
pub(super) fn gitlab(out: &mut dyn Write, view: &FleetView<'_>) -> io::Result<()> {
    let issues = view.fleet.causes.iter().map(|cause| {
        // It is shown in one line.
        let description = format!("{}; {}", sentence(cause), of_cause(view.fleet, cause));
        Issue::new(description, cause.rule, &cause.id, cause.severity, file_of(view, cause))
    });
    gitlab::write_issues(out, &issues.collect::<Vec<_>>())
}

/// The roles, and what differs.
fn sentence(cause: &FleetCause) -> String {
    let roles: Vec<String> = cause.roles.iter().map(|role| shortened(&terminal(role), 200)).collect();
    let start = if roles.is_empty() { String::new() } else { format!("{}: ", few(&roles, NAMED)) };
    format!("{start}{}", cause.message)
}

/// What a cause is shown at: the dictionary where it is about that, else the snapshot of the first account.
fn file_of(view: &FleetView<'_>, cause: &FleetCause) -> String {
    let first = cause.accounts.keys().next().filter(|_| cause.rule != Rule::DictionaryWarning);
    let snapshot =
        |tag: &AccountTag| view.run.files.get(tag).cloned().unwrap_or_else(|| format!("{tag}_snapshot.json"));
    first.map_or_else(|| view.run.location.to_owned(), snapshot)
}

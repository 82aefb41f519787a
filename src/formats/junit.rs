//! JUnit's XML: the comparison is a test suite, each role a test case. It fails if one of its findings makes the run fail,
//! so that JUnit and the exit code agree: without `--fail-on` nothing fails, and findings are the output of their case.
//! Each finding is named with its cause, which it may share with other roles.

pub(super) mod suite;

use std::io::{self, Write};

use super::details;
use super::grouped::GroupOf;
use super::view::View;
use crate::model::Side;
use crate::report::{FailOn, Finding, RoleResult, RoleStatus};
use suite::{Case, OF_NO_ROLE, Said, Suite, of_cause};

/// Writes the report.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
    let report = view.report;
    let mut cases: Vec<Case> = report.roles.iter().map(|role| case(view, role)).collect();
    let mut of_no_role = Case::new(OF_NO_ROLE.to_owned());
    let of_group = GroupOf::new(report);
    for (place, finding) in report.findings.iter().enumerate() {
        let case = finding.role_index.and_then(|index| cases.get_mut(index)).unwrap_or(&mut of_no_role);
        let said = Said {
            rule: finding.rule,
            severity: finding.severity,
            message: finding.message.clone(),
            details: details::of_finding(report, finding),
            cause: format!("{}{}", of_cause(of_group.finding(place)), since(view, finding)),
            note: finding.is_note(),
        };
        case.add(view.fails(finding), said);
    }
    let notes = of_no_role.others.drain(..).map(|said| said.message).collect();
    if of_no_role.fails() {
        cases.push(of_no_role);
    }
    let (left, right) = (&report.accounts.left.tag, &report.accounts.right.tag);
    let suite = Suite {
        name: format!("{left} and {right}"),
        class: format!("{left}.{right}"),
        time: report.generated_at.clone(),
        properties: properties(view),
        cases,
        notes,
    };
    suite::write(out, vec![suite])
}

/// What became of a finding since an earlier report, as the end of its line.
fn since(view: &View<'_>, finding: &Finding) -> String {
    let status = view.since.and_then(|since| since.status(finding));
    status.map(|status| format!(" [{}]", status.in_words())).unwrap_or_default()
}

fn case(view: &View<'_>, role: &RoleResult) -> Case {
    let about_access = view.fail_on.is_some_and(|fail_on| fail_on.contains(&FailOn::Access));
    Case {
        accepted: role.differences.accepted,
        unknown: about_access && role.is_open_in_access(),
        ..Case::new(name(role))
    }
}

/// What was compared, what the report comes to, and which findings make the run fail.
fn properties(view: &View<'_>) -> Vec<(String, String)> {
    let report = view.report;
    let mut all = vec![("iamctl".to_owned(), report.iamctl.clone())];
    for side in Side::BOTH {
        let account = report.accounts.get(side);
        let id = account.account_id.as_ref().map_or("unknown", |id| id.as_str());
        all.push((format!("account {}", account.tag), id.to_owned()));
    }
    all.extend(super::past::sentence(report).map(|times| ("times".to_owned(), times)));
    all.push(("fail-on".to_owned(), suite::gate(&view.gate())));
    if let Some(since) = view.since {
        all.push(("since".to_owned(), super::since::verdict_of(since)));
    }
    let totals = report.totals;
    let severities = totals.severities.by_severity().map(|(severity, count)| (severity.as_str(), count));
    let counts = [("roles", totals.roles), ("findings", totals.findings), ("causes", totals.causes)];
    let accepted = [("accepted", report.accepted_findings().len())];
    let failed = [
        ("failed findings", report.findings.iter().filter(|finding| view.fails(finding)).count()),
        ("failed causes", report.groups.iter().filter(|group| view.fails_for(group)).count()),
    ];
    let counts = counts.into_iter().chain(severities).chain(accepted).chain(failed);
    all.extend(counts.map(|(name, count)| (name.to_owned(), count.to_string())));
    all
}

/// The normalized name; with the real names where several roles share it, since a test case is known by its name.
fn name(role: &RoleResult) -> String {
    let mut name = role.role.clone();
    if role.status == RoleStatus::Ambiguous {
        let real: Vec<&str> = Side::BOTH.into_iter().filter_map(|side| Some(role.side(side)?.name.as_str())).collect();
        name.push_str(&format!(" ({})", real.join(" and ")));
    }
    name
}

//! An observation for each finding, each note, and each finding that somebody has accepted.

use jiff::Timestamp;

use super::super::accepted::{self, AcceptedFinding};
use super::super::details;
use super::super::escape::terminal;
use super::super::grouped::GroupOf;
use super::super::markdown::{code, sentence};
use super::super::spans;
use super::super::view::View;
use super::document::{Observation, Property};
use super::evidence::{Evidence, arns, arns_of_accepted, subject};
use super::texts::{origin, property, uuid};
use crate::model::Side;
use crate::report::{Finding, Group, Report, Rule};

/// How many rows of an accepted finding are named; the rest is counted.
const NAMED: usize = 40;

/// The kind of observations that findings rest on.
const FINDING: &[&str] = &["finding"];

/// All of them: first those that are open, in the order of the report.
pub fn all(
    view: &View<'_>,
    evidence: &Evidence,
    accepted: &[AcceptedFinding<'_>],
    collected: Timestamp,
) -> Vec<Observation> {
    let of_group = GroupOf::new(view.report);
    let findings = view.report.findings.iter().enumerate();
    let open = findings.map(|(place, finding)| open(view, evidence, finding, of_group.finding(place), collected));
    let accepted = accepted.iter().map(|finding| of_accepted(view.report, evidence, finding, collected));
    open.chain(accepted).collect()
}

/// The UUID of the observation of a finding.
pub fn of_finding(finding: &Finding) -> String {
    uuid("observation", &finding.id)
}

fn open(
    view: &View<'_>,
    evidence: &Evidence,
    finding: &Finding,
    group: Option<&Group>,
    collected: Timestamp,
) -> Observation {
    let report = view.report;
    let role = finding.role_index.and_then(|index| report.roles.get(index));
    let since = view.since.and_then(|since| since.status(finding));
    let note = finding.is_note();
    let mut props = facts(&finding.id, finding.rule, finding.severity.as_str(), finding.role.as_deref());
    props.extend(finding.tag(report).and_then(|tag| property("account", tag.as_str())));
    props.extend(group.and_then(|group| property("cause", &group.id)));
    props.extend(since.and_then(|since| property("since", since.as_str())));
    props.extend(property("note", if note { "true" } else { "false" }));
    props.extend(property("failed", if view.fails(finding) { "true" } else { "false" }));
    let collected = read_at(report, finding.side).unwrap_or(collected);
    Observation {
        uuid: of_finding(finding),
        title: finding.rule.text().title,
        description: sentence(&finding.message, &spans::names(report, finding), code),
        props,
        methods: ["EXAMINE"],
        types: if note { &[] } else { FINDING },
        origins: [origin()],
        subjects: role.into_iter().flat_map(arns).map(subject).collect(),
        relevant_evidence: evidence.relevant(finding.list.as_str(), &finding.rows),
        collected: collected.to_string(),
        remarks: lines(details::of_finding(report, finding)),
    }
}

fn of_accepted(
    report: &Report,
    evidence: &Evidence,
    finding: &AcceptedFinding<'_>,
    collected: Timestamp,
) -> Observation {
    let one = finding.first;
    let mut props = facts(finding.fingerprint, one.rule, finding.severity().as_str(), Some(&one.role));
    let tag = one.side.map(|side| &report.accounts.get(side).tag);
    let entries: Vec<String> = one.entries.iter().map(usize::to_string).collect();
    props.extend(tag.and_then(|tag| property("account", tag.as_str())));
    props.extend(property("accepted", "true"));
    props.extend(property("entries", &entries.join(", ")));
    props.extend(one.owner.as_ref().and_then(|owner| property("owner", owner)));
    props.extend(one.expires.as_ref().and_then(|day| property("expires", day)));
    let line = |row| terminal(&accepted::line(report, row)).into_owned();
    let mut said: Vec<String> = finding.rows().take(NAMED).map(line).collect();
    let more = finding.places.len().saturating_sub(NAMED);
    said.extend((more > 0).then(|| format!("and {more} more")));
    let collected = read_at(report, one.side).unwrap_or(collected);
    Observation {
        uuid: uuid("observation", finding.fingerprint),
        title: one.rule.text().title,
        description: format!("Accepted: {}", code(&one.reason)),
        props,
        methods: ["EXAMINE"],
        types: &[],
        origins: [origin()],
        subjects: arns_of_accepted(finding).map(subject).collect(),
        relevant_evidence: evidence.relevant("accepted_differences", &finding.places),
        collected: collected.to_string(),
        remarks: lines(said),
    }
}

/// When the account was read that a finding is about, or the later one of both; none if a snapshot does not say it.
fn read_at(report: &Report, side: Option<Side>) -> Option<Timestamp> {
    let time = |side: Side| report.accounts.get(side).harvested_at.as_deref()?.parse::<Timestamp>().ok();
    match side {
        Some(side) => time(side),
        None => Some(time(Side::Left)?.max(time(Side::Right)?)),
    }
}

/// What every observation says.
fn facts(id: &str, rule: Rule, severity: &str, role: Option<&str>) -> Vec<Property> {
    let all = [("id", Some(id)), ("rule", Some(rule.id())), ("severity", Some(severity)), ("role", role)];
    all.into_iter().filter_map(|(name, text)| property(name, text?)).collect()
}

/// Lines as a list of Markdown. They hold names, so that each is code.
fn lines(lines: Vec<String>) -> String {
    lines.iter().map(|line| format!("- {}", code(line))).collect::<Vec<_>>().join("\n")
}

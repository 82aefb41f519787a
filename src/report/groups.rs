//! Takes the findings together that have one cause.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use super::breadth::Breadth;
use super::cause::Cause;
use super::causes::{Causes, name_of};
use super::counted::counted;
use super::difference::{Difference, List};
use super::finding::Finding;
use super::findings::one_line;
use super::fingerprint::Fingerprint;
use super::group::{Group, Totals};
use super::rule::Rule;
use super::severity::Severity;
use crate::model::Side;
use crate::semantics::outcome::Certainty;

/// The groups of a report's findings: most severe first, then the wider grant and the greater number of roles first,
/// then by rule.
pub(super) fn all(report: &Report) -> Vec<Group> {
    let causes = Causes::new(report);
    let mut found: Vec<Cause> = report.findings.iter().map(|finding| causes.find(finding)).collect();
    adopt(report, &mut found);
    let mut members: BTreeMap<Cause, Vec<usize>> = BTreeMap::new();
    for (place, cause) in found.into_iter().enumerate() {
        members.entry(cause).or_default().push(place);
    }
    let groups = members.into_iter();
    let mut groups: Vec<(Breadth, Group)> = groups.map(|(cause, findings)| group(report, cause, findings)).collect();
    groups.sort_by_key(|(breadth, group)| {
        let first = group.findings.first().copied().unwrap_or(usize::MAX);
        (Reverse(group.severity), Reverse(*breadth), Reverse(group.roles.len()), group.rule, first)
    });
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The totals of the groups of a report.
pub(super) fn totals(report: &Report) -> Totals {
    let mut totals = Totals::default();
    let mut roles = BTreeSet::new();
    for finding in report.findings.iter().filter(|finding| !finding.is_note()) {
        totals.findings += 1;
        roles.extend(finding.role_index);
    }
    for group in report.causes() {
        totals.causes += 1;
        totals.severities.count(group.severity);
    }
    totals.roles = roles.len();
    totals
}

/// A finding of access, trust or denies: role, cause, names of its policies, texts.
struct Explained {
    side: Option<Side>,
    cause: Cause,
    policies: BTreeSet<String>,
    texts: Vec<String>,
}

/// The findings that others can be about as well, by role.
fn explained(report: &Report, causes: &[Cause]) -> BTreeMap<usize, Vec<Explained>> {
    let mut explained: BTreeMap<usize, Vec<Explained>> = BTreeMap::new();
    for (finding, cause) in report.findings.iter().zip(causes) {
        let first = finding.rows.first().and_then(|row| report.difference(finding.list, *row));
        let (Some(role), Some(difference)) = (finding.role_index, first) else { continue };
        let (policies, texts) = match difference {
            Difference::Access(row) => (names(&row.difference.granted_by), row.difference.resources.clone()),
            Difference::Deny(row) => (names(&row.difference.denied_by), row.difference.resources.clone()),
            Difference::Trust(row) => (BTreeSet::new(), vec![row.difference.principal.clone()]),
            Difference::Item(item) => {
                (BTreeSet::from([item.policy_name.clone()]), item.arn.clone().into_iter().collect())
            }
            Difference::Role(_)
            | Difference::Attribute(_)
            | Difference::CrossReference(_)
            | Difference::Statement(_)
            | Difference::Limitation(_) => continue,
        };
        explained.entry(role).or_default().push(Explained {
            side: finding.side,
            cause: cause.clone(),
            policies,
            texts,
        });
    }
    explained
}

/// What says the same thing once more takes the cause of what it says: the name of an inline policy that of the
/// policy's statements, a text of the other account that of the statement it stands in.
fn adopt(report: &Report, causes: &mut [Cause]) {
    let explained = explained(report, causes);
    for (finding, cause) in report.findings.iter().zip(causes.iter_mut()) {
        let Some(of_role) = finding.role_index.and_then(|role| explained.get(&role)) else { continue };
        let wanted: Option<&Explained> = match cause {
            Cause::InlinePolicy { side, policy } if finding.list == List::Attributes => {
                of_role.iter().find(|one| one.side == Some(*side) && one.policies.contains(policy))
            }
            Cause::CrossReference { side, .. } => {
                let row = finding.rows.first().and_then(|row| report.cross_references.get(*row));
                let holds = |one: &&Explained| {
                    let value = row.map(|row| row.value.as_str());
                    one.side == Some(*side)
                        && one.texts.iter().any(|text| value.is_some_and(|value| text.contains(value)))
                };
                of_role.iter().find(holds)
            }
            Cause::PolicyAttachment { .. }
            | Cause::PolicyDocument { .. }
            | Cause::InlineStatement(_)
            | Cause::InlinePolicy { .. }
            | Cause::PolicyMoved { .. }
            | Cause::Items { .. }
            | Cause::Boundary { .. }
            | Cause::InstanceProfile { .. }
            | Cause::TrustPrincipal { .. }
            | Cause::Attribute { .. }
            | Cause::ReferenceOfBoth { .. }
            | Cause::RoleInOneAccount { .. }
            | Cause::Role { .. }
            | Cause::Statement { .. }
            | Cause::Limitation { .. } => None,
        };
        if let Some(one) = wanted {
            *cause = one.cause.clone();
        }
    }
}

fn names(statements: &[crate::semantics::outcome::StatementRef]) -> BTreeSet<String> {
    statements.iter().map(|statement| statement.policy_name.clone()).collect()
}

/// Puts the finding first that is said of the most roles, of those that are as severe as the first: the heading and the
/// proof of the group are its own.
fn most_common_first(report: &Report, findings: &mut Vec<usize>) {
    let all: Vec<&Finding> = findings.iter().filter_map(|place| report.findings.get(*place)).collect();
    let Some(first) = all.first() else { return };
    let severest: Vec<&Finding> =
        all.iter().copied().take_while(|one| one.severity == first.severity && one.rule == first.rule).collect();
    let roles = |one: &Finding| {
        let same = all.iter().filter(|other| say_the_same(report, one, other));
        same.map(|other| other.role_index).collect::<BTreeSet<_>>().len()
    };
    // Of several the first, which is the widest.
    let best = severest.iter().enumerate().max_by_key(|(place, one)| (roles(one), Reverse(*place)));
    if let Some((place, _)) = best.filter(|_| severest.len() <= MOST_COMPARED) {
        let head = findings.remove(place);
        findings.insert(0, head);
    }
}

/// Of so many findings of one severity the most common is looked for.
const MOST_COMPARED: usize = 500;

fn group(report: &Report, cause: Cause, mut findings: Vec<usize>) -> (Breadth, Group) {
    most_common_first(report, &mut findings);
    // Findings stand most severe first, so their places do.
    let members: Vec<&Finding> = findings.iter().filter_map(|place| report.findings.get(*place)).collect();
    let (rule, severity) =
        members.first().map_or((Rule::CouldNotCompare, Severity::Info), |first| (first.rule, first.severity));
    let mut indices = BTreeSet::new();
    let mut roles = Vec::new();
    let mut places: Vec<usize> = members.iter().filter_map(|finding| finding.role_index).collect();
    places.sort_unstable();
    for index in places {
        if indices.insert(index) {
            roles.extend(report.roles.get(index).map(|role| role.role.clone()));
        }
    }
    let breadth = members.first().map(|first| Breadth::of_finding(report, first)).unwrap_or_default();
    let message = message(report, &cause, &members, indices.len());
    let other_findings = others(report, &cause, &members);
    let mut hash = Fingerprint::new(&report.accounts);
    hash.part("group");
    let mut ids: Vec<&str> = members.iter().map(|finding| finding.id.as_str()).collect();
    ids.sort_unstable();
    ids.into_iter().for_each(|id| hash.part(id));
    (breadth, Group { id: hash.finish(), rule, severity, message, other_findings, cause, roles, findings })
}

/// What the first finding says, behind the cause: what is allowed, and all of it. Of a finding that says the cause itself
/// there is nothing more to say.
fn endings(report: &Report, row: Option<&Difference<'_>>, says: &str) -> (String, String) {
    match row {
        Some(Difference::Access(row)) => (format!(": {}", report.granted(row)), format!(": {says}")),
        Some(Difference::Attribute(_)) => (String::new(), String::new()),
        Some(_) | None => (format!(": {says}"), format!(": {says}")),
    }
}

/// What the group is about. Of one role it says what its most severe finding says, after the policy that it comes from.
fn message(report: &Report, cause: &Cause, members: &[&Finding], roles: usize) -> String {
    let first = members.first().copied();
    let row = first.and_then(|finding| report.rows_of(finding).next());
    let says = first.map_or("", |finding| finding.message.as_str());
    let (granted, moved) = endings(report, row.as_ref(), says);
    // What the first finding says may be true of some of the roles only.
    let (all, some) = (counted(roles, "role"), alike(report, members));
    let only = if some < roles { format!(" (in {some} of them)") } else { String::new() };
    let of = if some < roles { format!("{some} of {all}") } else { all.clone() };
    let text = match cause {
        Cause::PolicyAttachment { side, policy } => {
            let (own, other) = report.tags(*side);
            let real = real_entry(report, members, policy);
            let name = name_of(real.as_deref().unwrap_or(policy));
            if roles == 1 {
                format!("{own} attaches {name}, {other} does not{granted}")
            } else {
                format!("{own} attaches {name} to {all} that lack it in {other}{granted}{only}")
            }
        }
        Cause::PolicyDocument { policy } if roles > 1 => {
            format!("policy {policy} of {all} differs: {says}{only}")
        }
        Cause::PolicyDocument { policy } => format!("policy {policy} differs: {says}"),
        Cause::PolicyMoved { policy } if roles > 1 => {
            format!("policy {policy} of {all} is inline in one account only{moved}{only}")
        }
        Cause::PolicyMoved { policy } => {
            format!("policy {policy} is inline in one account only{moved}")
        }
        Cause::TrustPrincipal { .. } if roles > 1 => {
            assumed(report, members, &all).unwrap_or_else(|| format!("{says} ({of})"))
        }
        Cause::InlineStatement(_) | Cause::InlinePolicy { .. } if roles > 1 => format!("{says} ({of})"),
        Cause::Boundary { left, right } => {
            let about = match row {
                // That is what it says itself.
                Some(Difference::Attribute(_)) => String::new(),
                _ => boundaries(report, left.as_deref(), right.as_deref()),
            };
            format!("{about}{says}{}", if roles > 1 { format!(" ({of})") } else { String::new() })
        }
        Cause::RoleInOneAccount { side, .. } if roles > 1 => match row {
            Some(Difference::Role(role)) => report.roles_sentence(role, *side, &all),
            Some(_) | None => format!("{says} ({all})"),
        },
        // The cause itself is what the first finding says.
        Cause::InlineStatement(_)
        | Cause::InlinePolicy { .. }
        | Cause::InstanceProfile { .. }
        | Cause::TrustPrincipal { .. }
        | Cause::Items { .. }
        | Cause::Attribute { .. }
        | Cause::CrossReference { .. }
        | Cause::ReferenceOfBoth { .. }
        | Cause::RoleInOneAccount { .. }
        | Cause::Role { .. }
        | Cause::Statement { .. }
        | Cause::Limitation { .. } => match roles {
            0 | 1 => says.to_owned(),
            _ => format!("{says} ({all})"),
        },
    };
    one_line(&text)
}

/// How many findings say something else than the first and than the cause.
fn others(report: &Report, cause: &Cause, members: &[&Finding]) -> usize {
    // A group without findings has nothing more to say.
    let Some(first) = members.first() else { return 0 };
    let is_said = |finding: &Finding| match (cause, report.rows_of(finding).next()) {
        // That one account attaches the policy, or has another boundary.
        (
            Cause::PolicyAttachment { .. }
            | Cause::PolicyMoved { .. }
            | Cause::InlinePolicy { .. }
            | Cause::Boundary { .. },
            row,
        ) => {
            matches!(row, Some(Difference::Attribute(_)))
        }
        (
            Cause::PolicyDocument { .. }
            | Cause::InlineStatement(_)
            | Cause::Items { .. }
            | Cause::InstanceProfile { .. }
            | Cause::TrustPrincipal { .. }
            | Cause::Attribute { .. }
            | Cause::CrossReference { .. }
            | Cause::ReferenceOfBoth { .. }
            | Cause::RoleInOneAccount { .. }
            | Cause::Role { .. }
            | Cause::Statement { .. }
            | Cause::Limitation { .. },
            _,
        ) => false,
    };
    let others = members.iter().filter(|finding| !finding.is_note() && !is_said(finding));
    others.filter(|finding| !say_the_same(report, first, finding)).count()
}

/// Which permissions boundary the roles have in each account, as the beginning of a sentence.
fn boundaries(report: &Report, left: Option<&str>, right: Option<&str>) -> String {
    let (first, second) = report.tags(Side::Left);
    match (left.map(name_of), right.map(name_of)) {
        (Some(left), None) => format!("permissions boundary {left} in {first}, none in {second}: "),
        (None, Some(right)) => format!("permissions boundary {right} in {second}, none in {first}: "),
        (Some(left), Some(right)) => format!("permissions boundary {left} in {first}, {right} in {second}: "),
        (None, None) => String::new(),
    }
}

/// The real text of an entry of a list of attached policies, if it is the same in all roles.
fn real_entry(report: &Report, members: &[&Finding], entry: &str) -> Option<String> {
    let is_about_it = |finding: &&&Finding| finding.entry.as_deref() == Some(entry);
    let rows = members.iter().filter(is_about_it).map(|finding| (finding.side, report.rows_of(finding).next()));
    let entries = rows.flat_map(|(side, row)| match row {
        Some(Difference::Attribute(row)) => row.only_in().into_iter().filter(|one| Some(one.side) == side).collect(),
        Some(_) | None => Vec::new(),
    });
    let real: BTreeSet<String> = entries.filter(|one| one.normalized == entry).map(|one| one.real).collect();
    let only: Result<[String; 1], _> = real.into_iter().collect::<Vec<_>>().try_into();
    // Several have no name in common but the normalized one.
    only.map(|[real]| real).ok()
}

/// How many roles have a finding that says the same as the first.
fn alike(report: &Report, members: &[&Finding]) -> usize {
    let Some(first) = members.first() else { return 0 };
    let same = members.iter().filter(|finding| say_the_same(report, first, finding));
    same.map(|finding| finding.role.as_deref()).collect::<BTreeSet<_>>().len()
}

/// Whether two findings say the same of their roles, whatever the real names of what they are about. Of access, what is
/// allowed counts, which the other account may deny for several reasons.
fn say_the_same(report: &Report, a: &Finding, b: &Finding) -> bool {
    if a.side != b.side {
        return false;
    }
    match (report.rows_of(a).next(), report.rows_of(b).next()) {
        (Some(Difference::Access(a)), Some(Difference::Access(b))) => {
            let (a, b) = (&a.difference, &b.difference);
            (&a.service, &a.actions, &a.not_actions) == (&b.service, &b.actions, &b.not_actions)
                && (&a.resources, &a.except, &a.condition) == (&b.resources, &b.except, &b.condition)
                && (a.certainty, &a.escalations) == (b.certainty, &b.escalations)
        }
        (Some(Difference::Deny(a)), Some(Difference::Deny(b))) => {
            let (a, b) = (&a.difference, &b.difference);
            (&a.service, &a.actions, &a.not_actions) == (&b.service, &b.actions, &b.not_actions)
                && (&a.resources, &a.except, &a.condition) == (&b.resources, &b.except, &b.condition)
                && a.certainty == b.certainty
        }
        (Some(Difference::Trust(a)), Some(Difference::Trust(b))) => {
            let (a, b) = (&a.difference, &b.difference);
            (a.principal_type, &a.principal, a.relation) == (b.principal_type, &b.principal, b.relation)
                && (&a.actions, &a.except, &a.condition) == (&b.actions, &b.except, &b.condition)
                && a.certainty == b.certainty
        }
        (_, _) => a.message == b.message,
    }
}

/// That somebody can assume all the roles, if that is so whatever the request brings.
fn assumed(report: &Report, members: &[&Finding], all: &str) -> Option<String> {
    let first = members.first().and_then(|finding| report.rows_of(finding).next())?;
    let Difference::Trust(row) = first else { return None };
    let (own, other) = report.tags(row.difference.side);
    let who = report.principal(row);
    let is_so = |finding: &Finding| report.rows_of(finding).all(|row| is_assumed(report, &row));
    // Of a role there may be other findings besides; the heading says how many.
    let of_assumed = members.iter().filter(|finding| is_so(finding));
    let assumed: BTreeSet<_> = of_assumed.map(|finding| finding.role.clone()).collect();
    let is_first = members.first().is_some_and(|finding| is_so(finding));
    let is_all = members.iter().all(|finding| assumed.contains(&finding.role));
    (is_first && is_all).then(|| format!("{who} can assume {all} in {own}, not in {other}"))
}

/// Whether a row says that somebody can assume a role without a condition.
fn is_assumed(report: &Report, row: &Difference<'_>) -> bool {
    let Difference::Trust(row) = row else { return false };
    let who = report.principal(row);
    let always = row.difference.certainty == Certainty::Always;
    always && report.can_assume_sentence(row) == format!("{who} can assume the role")
}

//! Commands that help with a finding, to be pasted into a shell.

use std::collections::BTreeSet;

use super::view::View;
use crate::model::{PrincipalType, Side};
use crate::report::sentences::{quoted, request};
use crate::report::{
    Attribute, Cause, Difference, Finding, Group, Report, RoleResult, RoleSide, RoleStatus, RoleTrustDifference, Rule,
    Severity,
};
use crate::semantics::outcome::NOT_IN_CATALOG;

/// The folder that commands name where none was written.
const FOLDER: &str = "FOLDER";

/// How many roles a command names at most.
const NAMED: usize = 5;

/// What [`ask`] is for.
pub const ASK: &str = "check the proof";

/// What proves the group's most severe finding that has a proof, in short: `proof: s3:PutObject on arn:…`.
#[must_use]
pub fn proof(view: &View<'_>, group: &Group) -> Option<String> {
    view.report.findings_of(group).find_map(|finding| proof_of(view.report, finding))
}

/// The same of one finding.
#[must_use]
pub fn proof_of(report: &Report, finding: &Finding) -> Option<String> {
    let (request, caveat) = request_of(report, finding)?;
    Some(format!("proof: {request}{caveat}"))
}

/// The request that proves a finding, and what to know of it, as the end of a sentence.
#[must_use]
pub fn request_of(report: &Report, finding: &Finding) -> Option<(String, &'static str)> {
    let difference = report.rows_of(finding).next()?;
    let (text, is_real) = match difference {
        Difference::Access(row) => {
            let witness = row.difference.witness.as_ref()?;
            (request(&witness.action, &witness.resource, &witness.context), row.witness_is_real)
        }
        Difference::Deny(row) => {
            let witness = row.difference.witness.as_ref()?;
            (request(&witness.action, &witness.resource, &witness.context), row.witness_is_real)
        }
        Difference::Trust(row) => {
            let witness = row.difference.witness.as_ref()?;
            (request(&witness.action, &witness.principal, &witness.context), row.witness_is_real)
        }
        Difference::Role(_)
        | Difference::Item(_)
        | Difference::Attribute(_)
        | Difference::CrossReference(_)
        | Difference::Statement(_)
        | Difference::Limitation(_) => return None,
    };
    Some((super::escape::terminal(&text).into_owned(), caveat(is_real)))
}

/// What to know of a proof whose names are a guess.
#[must_use]
pub const fn caveat(is_real: bool) -> &'static str {
    if is_real {
        ""
    } else {
        " (a placeholder stands for several texts here, so a name in the proof might not be the real one)"
    }
}

/// The command that asks about the proof of a finding again: `iamctl can …` or `iamctl can-assume …`.
#[must_use]
pub fn ask(view: &View<'_>, finding: &Finding) -> Option<String> {
    let report = view.report;
    let real = |side: Side| report.roles.get(finding.role_index?)?.side(side).map(real);
    let source = |side: Side| {
        let own = || format!("{} --tag {}", quoted(folder(view)), report.accounts.get(side).tag);
        view.sources.get(side).filter(|_| view.folder.is_none()).map_or_else(own, quoted)
    };
    // Of an action that the catalog does not have, `can` asks only if it is told to.
    let unknown = |reasons: &[String]| {
        let is_unknown = reasons.iter().any(|reason| reason.starts_with(NOT_IN_CATALOG));
        if is_unknown { " --allow-unknown-action" } else { "" }
    };
    match report.rows_of(finding).next()? {
        Difference::Access(row) => {
            let d = &row.difference;
            let witness = d.witness.as_ref()?;
            let asked = request(&witness.action, &witness.resource, &witness.context);
            let role = quoted(real(d.side)?);
            Some(format!("iamctl can {} {role} {asked}{}", source(d.side), unknown(&d.reasons)))
        }
        Difference::Deny(row) => {
            let d = &row.difference;
            let witness = d.witness.as_ref()?;
            let asked = request(&witness.action, &witness.resource, &witness.context);
            let role = quoted(real(d.side)?);
            Some(format!("iamctl can {} {role} {asked}{}", source(d.side), unknown(&d.reasons)))
        }
        Difference::Trust(row) => {
            let role = quoted(real(row.difference.side)?);
            Some(format!("iamctl can-assume {} {role} {}", source(row.difference.side), can_assume(row)?))
        }
        Difference::Role(_)
        | Difference::Item(_)
        | Difference::Attribute(_)
        | Difference::CrossReference(_)
        | Difference::Statement(_)
        | Difference::Limitation(_) => None,
    }
}

/// Principal, action and context as `can-assume` takes them.
fn can_assume(row: &RoleTrustDifference) -> Option<String> {
    let witness = row.difference.witness.as_ref()?;
    let kind = match witness.principal_type {
        PrincipalType::CanonicalUser => " --principal-type canonical-user",
        PrincipalType::Service => " --principal-type service",
        PrincipalType::Federated => " --principal-type federated",
        PrincipalType::Aws | PrincipalType::Everyone => "",
    };
    let pairs = witness.context.iter().flat_map(|(key, values)| values.iter().map(move |value| (key, value)));
    let context: String =
        pairs.map(|(key, value)| format!(" --context {}", quoted(&format!("{key}={value}")))).collect();
    Some(format!("{}{kind} --action {}{context}", quoted(&witness.principal), quoted(&witness.action)))
}

/// What to do about a group next, each with the command for it.
#[must_use]
pub fn next(view: &View<'_>, group: &Group) -> Vec<(&'static str, String)> {
    let mut commands = Vec::new();
    if let Some(ask) = view.report.findings_of(group).find_map(|finding| ask(view, finding)) {
        commands.push((ASK, ask));
    }
    let roles = roles(view.report, group);
    if let Some(role) = roles.first() {
        commands.push(("show one role in full", explain(view, role)));
    }
    // What is only to know is no difference that could be accepted or taken away.
    let is_difference = !view.report.is_note(group) && group.rule != Rule::RoleNotCompared;
    if is_difference {
        commands.push(("accept the cause", accept(view, group)));
        // Only roles of both accounts can be made alike, and only if they are not alike already.
        let is_of_both = matches!(group.cause, Cause::ReferenceOfBoth { .. });
        // No command gives a role its earlier unique ID.
        let is_alike = is_of_both || group.rule == Rule::RoleRecreated;
        let can_align = |role: &&RoleResult| role.status == RoleStatus::Common && !is_alike;
        let common: Vec<&RoleResult> = roles.into_iter().filter(can_align).collect();
        match common.as_slice() {
            [] => {}
            few if few.len() <= NAMED => {
                commands.push(("print the commands that resolve it", remediate(view, to_change(view, group), few)));
            }
            _ => {
                let command = remediate(view, to_change(view, group), &[]);
                commands.push(("print the commands that align all roles", command));
            }
        }
    }
    commands
}

/// The roles of a group, in its order. A name that several ambiguous roles have is named once.
fn roles<'r>(report: &'r Report, group: &Group) -> Vec<&'r RoleResult> {
    let places: BTreeSet<usize> = report.findings_of(group).filter_map(|finding| finding.role_index).collect();
    // `read` and the maker of groups see to it that every role of a group is one of the report.
    let mut roles: Vec<&RoleResult> = places.into_iter().filter_map(|place| report.roles.get(place)).collect();
    roles.dedup_by_key(|role| &role.role);
    roles
}

/// A real role as a command takes it: by its name, or by its ARN where the name would be taken for an option.
fn real(role: &RoleSide) -> &str {
    if role.name.starts_with('-') { &role.arn } else { &role.name }
}

/// A role of the report as a command takes it: by its normalized name, or by an ARN as in [`real`].
fn named(role: &RoleResult) -> &str {
    let arn = role.left.as_ref().or(role.right.as_ref()).filter(|_| role.role.starts_with('-'));
    arn.map_or(&role.role, |real| &real.arn)
}

/// The command that shows one role in full.
#[must_use]
pub fn explain(view: &View<'_>, role: &RoleResult) -> String {
    format!("iamctl explain {} {}", quoted(folder(view)), quoted(named(role)))
}

/// The command that looks for words that tell the accounts apart, where it is known what they were read from.
#[must_use]
pub fn suggest(view: &View<'_>) -> Option<String> {
    let of =
        |side: Side| Some(format!("{} {}", quoted((*view.sources.get(side))?), view.report.accounts.get(side).tag));
    let dictionary = view.dictionary.map(|path| format!(" --equivalency {}", quoted(path))).unwrap_or_default();
    Some(format!("iamctl suggest {} {}{dictionary}", of(Side::Left)?, of(Side::Right)?))
}

/// As much of an ID as tells it from the others of a report: commands take its beginning.
#[must_use]
pub fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// The command that accepts a group.
#[must_use]
pub fn accept(view: &View<'_>, group: &Group) -> String {
    format!("iamctl accept {} --group {} --reason 'WHY'", quoted(folder(view)), short(&group.id))
}

/// The account to change: that with the excess, so that no command spreads what matters, or takes a Deny or a permissions
/// boundary away. Other access that does not matter is for the second account, as the first is usually the model.
fn to_change(view: &View<'_>, group: &Group) -> Side {
    let first = view.report.findings_of(group).find_map(|finding| view.report.rows_of(finding).next());
    let matters = group.severity >= Severity::Medium;
    match first {
        // Who is denied more has less, and so has who is limited.
        Some(Difference::Deny(row)) => row.difference.side.other(),
        Some(Difference::Attribute(row)) if row.attribute == Attribute::PermissionsBoundary && row.left.is_null() => {
            Side::Left
        }
        Some(Difference::Access(row)) if matters => row.difference.side,
        Some(Difference::Trust(row)) if matters => row.difference.side,
        Some(Difference::CrossReference(row)) if matters => row.side,
        Some(
            Difference::Access(_)
            | Difference::Trust(_)
            | Difference::CrossReference(_)
            | Difference::Role(_)
            | Difference::Item(_)
            | Difference::Attribute(_)
            | Difference::Statement(_)
            | Difference::Limitation(_),
        )
        | None => Side::Right,
    }
}

/// The command that makes these of an account's roles mean what the other account's do; all for none.
fn remediate(view: &View<'_>, make: Side, roles: &[&RoleResult]) -> String {
    // A comma would end the name, so that the pattern for any character stands for it.
    let flags = roles.iter().map(|role| format!(" --role={}", quoted(&role.role.replace(',', "?"))));
    let tag = view.report.accounts.get(make).tag.as_str();
    format!("iamctl remediate {} --make {}{}", quoted(folder(view)), quoted(tag), flags.collect::<String>())
}

fn folder<'v>(view: &View<'v>) -> &'v str {
    view.folder.unwrap_or(FOLDER)
}

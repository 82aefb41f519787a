//! The CSV files of what roles may do: access, trust, explicit denies.
//!
//! A cell that holds several texts holds them one a line.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::csv::tag;
use super::table::{self, Column, Options, lines, optional};
use crate::report::{Report, RoleAccessDifference, RoleDenyDifference, RoleTrustDifference};
use crate::semantics::escalation::EscalationId;
use crate::semantics::outcome::{Refusal, StatementRef};

/// What a role may do in one account only.
const ACCESS: [Column<Report, RoleAccessDifference>; 18] = [
    Column::new("tag", |report, row| tag(report, row.difference.side).into()),
    Column::new("rolename", |_, row| (&row.role).into()),
    Column::new("service", |_, row| (&row.difference.service).into()),
    Column::new("actions", |_, row| actions(&row.difference.actions, &row.difference.not_actions)),
    Column::new("accesslevel", |_, row| row.difference.access_level.as_str().into()),
    Column::new("resources", |_, row| lines(&row.difference.resources)),
    Column::new("except", |_, row| lines(&row.difference.except)),
    Column::new("condition", |_, row| optional(row.difference.condition.as_deref())),
    Column::new("certainty", |_, row| row.difference.certainty.as_str().into()),
    Column::new("witnessaction", |_, row| optional(row.difference.witness.as_ref().map(|w| w.action.as_str()))),
    Column::new("witnessresource", |_, row| optional(row.difference.witness.as_ref().map(|w| w.resource.as_str()))),
    Column::new("witnesscontext", |_, row| context(row.difference.witness.as_ref().map(|w| &w.context))),
    Column::new("witnessreal", |_, row| yes_or_no(row.witness_is_real)),
    Column::new("grantedby", |_, row| statements(&row.difference.granted_by).into()),
    Column::new("refusedby", |_, row| refusal(&row.difference.refused_by)),
    Column::new("escalations", |_, row| escalations(&row.difference.escalations)),
    Column::new("reasons", |_, row| lines(&row.difference.reasons)),
    Column::new("rolearn", |_, row| (&row.role_arn).into()),
];

/// What one account's role may do and the other's may not.
///
/// # Errors
/// If `out` cannot be written.
pub fn access(out: impl Write, options: Options, report: &Report) -> io::Result<()> {
    table::write(out, options, &ACCESS, report, &report.access_differences)
}

/// Who can assume a role in one account only.
const TRUST: [Column<Report, RoleTrustDifference>; 17] = [
    Column::new("tag", |report, row| tag(report, row.difference.side).into()),
    Column::new("rolename", |_, row| (&row.role).into()),
    Column::new("actions", |_, row| lines(&row.difference.actions)),
    Column::new("principaltype", |_, row| row.difference.principal_type.as_str().into()),
    Column::new("principal", |_, row| (&row.difference.principal).into()),
    Column::new("except", |_, row| lines(&row.difference.except)),
    Column::new("relation", |_, row| row.difference.relation.as_str().into()),
    Column::new("condition", |_, row| optional(row.difference.condition.as_deref())),
    Column::new("certainty", |_, row| row.difference.certainty.as_str().into()),
    Column::new("witnessaction", |_, row| optional(row.difference.witness.as_ref().map(|w| w.action.as_str()))),
    Column::new("witnessprincipal", |_, row| optional(row.difference.witness.as_ref().map(|w| w.principal.as_str()))),
    Column::new("witnesscontext", |_, row| context(row.difference.witness.as_ref().map(|w| &w.context))),
    Column::new("witnessreal", |_, row| yes_or_no(row.witness_is_real)),
    Column::new("grantedby", |_, row| statements(&row.difference.granted_by).into()),
    Column::new("refusedby", |_, row| refusal(&row.difference.refused_by)),
    Column::new("reasons", |_, row| lines(&row.difference.reasons)),
    Column::new("rolearn", |_, row| (&row.role_arn).into()),
];

/// Who can assume one account's role and not the other's.
///
/// # Errors
/// If `out` cannot be written.
pub fn trust(out: impl Write, options: Options, report: &Report) -> io::Result<()> {
    table::write(out, options, &TRUST, report, &report.trust_differences)
}

/// What a role is explicitly denied in one account only.
const DENIES: [Column<Report, RoleDenyDifference>; 15] = [
    Column::new("tag", |report, row| tag(report, row.difference.side).into()),
    Column::new("rolename", |_, row| (&row.role).into()),
    Column::new("service", |_, row| (&row.difference.service).into()),
    Column::new("actions", |_, row| actions(&row.difference.actions, &row.difference.not_actions)),
    Column::new("resources", |_, row| lines(&row.difference.resources)),
    Column::new("except", |_, row| lines(&row.difference.except)),
    Column::new("condition", |_, row| optional(row.difference.condition.as_deref())),
    Column::new("certainty", |_, row| row.difference.certainty.as_str().into()),
    Column::new("witnessaction", |_, row| optional(row.difference.witness.as_ref().map(|w| w.action.as_str()))),
    Column::new("witnessresource", |_, row| optional(row.difference.witness.as_ref().map(|w| w.resource.as_str()))),
    Column::new("witnesscontext", |_, row| context(row.difference.witness.as_ref().map(|w| &w.context))),
    Column::new("witnessreal", |_, row| yes_or_no(row.witness_is_real)),
    Column::new("deniedby", |_, row| statements(&row.difference.denied_by).into()),
    Column::new("reasons", |_, row| lines(&row.difference.reasons)),
    Column::new("rolearn", |_, row| (&row.role_arn).into()),
];

/// What one account's role is explicitly denied and the other's is not.
///
/// # Errors
/// If `out` cannot be written.
pub fn denies(out: impl Write, options: Options, report: &Report) -> io::Result<()> {
    table::write(out, options, &DENIES, report, &report.deny_differences)
}

const fn yes_or_no(yes: bool) -> Cow<'static, str> {
    Cow::Borrowed(if yes { "yes" } else { "no" })
}

/// A request's context as `key=value`, one a line; empty where there is no request.
fn context(context: Option<&BTreeMap<String, Vec<String>>>) -> Cow<'_, str> {
    let pairs = context
        .into_iter()
        .flatten()
        .flat_map(|(key, values)| values.iter().map(move |value| format!("{key}={value}")));
    pairs.collect::<Vec<_>>().join("\n").into()
}

/// Statements as `inline policy p, statement 1`, one per line; the first statement of a document is statement 1.
fn statements(statements: &[StatementRef]) -> String {
    statements.iter().map(cell).collect::<Vec<_>>().join("\n")
}

/// One statement as a cell names it.
fn cell(statement: &StatementRef) -> String {
    let sid = statement.sid.as_ref().map(|sid| format!(" ({sid})")).unwrap_or_default();
    format!(
        "{} policy {}, statement {}{sid}",
        statement.policy_type,
        statement.shown_policy_name(),
        statement.statement + 1
    )
}

/// Why the other account does not allow it.
fn refusal(refusal: &Refusal) -> Cow<'_, str> {
    match refusal {
        Refusal::NoAllow => "implicitly denied".into(),
        Refusal::Boundary => "permissions boundary".into(),
        Refusal::Deny(by) => format!("explicitly denied by {}", statements(by)).into(),
    }
}

/// The ids of ways to escalate privileges, one a line.
fn escalations(ids: &[EscalationId]) -> Cow<'_, str> {
    ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join("\n").into()
}

/// The actions of a row, one a line, then those that it leaves out as entries of `NotAction`.
fn actions<'r>(actions: &'r [String], not_actions: &[String]) -> Cow<'r, str> {
    if not_actions.is_empty() {
        return lines(actions);
    }
    let left_out = not_actions.iter().map(|action| format!("NotAction {action}"));
    actions.iter().cloned().chain(left_out).collect::<Vec<_>>().join("\n").into()
}

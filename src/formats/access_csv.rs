//! The CSV files of what roles may do: access, trust, explicit denies.
//!
//! A cell that holds several texts holds them one a line.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::csv::{Options, Table};
use crate::report::Report;
use crate::semantics::escalation::EscalationId;
use crate::semantics::outcome::{Refusal, StatementRef};

/// What one account's role may do and the other's may not.
///
/// # Errors
/// If `out` cannot be written.
pub fn access(out: impl Write, options: Options, report: &Report) -> io::Result<()> {
    let header = [
        "tag",
        "rolename",
        "service",
        "actions",
        "accesslevel",
        "resources",
        "except",
        "condition",
        "certainty",
        "witnessaction",
        "witnessresource",
        "witnesscontext",
        "witnessreal",
        "grantedby",
        "refusedby",
        "escalations",
        "reasons",
        "rolearn",
    ];
    let mut table = Table::new(out, options, &header)?;
    for row in &report.access_differences {
        let d = &row.difference;
        let proof = d.witness.as_ref().map(|w| Proof::of(&w.action, &w.resource, &w.context)).unwrap_or_default();
        table.row(&[
            report.accounts.get(d.side).tag.as_str(),
            &row.role,
            &d.service,
            &actions(&d.actions, &d.not_actions),
            d.access_level.as_str(),
            &d.resources.join("\n"),
            &d.except.join("\n"),
            d.condition.as_deref().unwrap_or_default(),
            d.certainty.as_str(),
            &proof.action,
            &proof.target,
            &proof.context,
            if row.witness_is_real { "yes" } else { "no" },
            &statements(&d.granted_by),
            &refusal(&d.refused_by),
            &escalations(&d.escalations),
            &d.reasons.join("\n"),
            &row.role_arn,
        ])?;
    }
    table.finish()
}

/// Who may take one account's role and not the other's.
///
/// # Errors
/// If `out` cannot be written.
pub fn trust(out: impl Write, options: Options, report: &Report) -> io::Result<()> {
    let header = [
        "tag",
        "rolename",
        "actions",
        "principaltype",
        "principal",
        "except",
        "relation",
        "condition",
        "certainty",
        "witnessaction",
        "witnessprincipal",
        "witnesscontext",
        "witnessreal",
        "grantedby",
        "refusedby",
        "reasons",
        "rolearn",
    ];
    let mut table = Table::new(out, options, &header)?;
    for row in &report.trust_differences {
        let d = &row.difference;
        let proof = d.witness.as_ref().map(|w| Proof::of(&w.action, &w.principal, &w.context)).unwrap_or_default();
        table.row(&[
            report.accounts.get(d.side).tag.as_str(),
            &row.role,
            &d.actions.join("\n"),
            d.principal_type.as_str(),
            &d.principal,
            &d.except.join("\n"),
            d.relation.as_str(),
            d.condition.as_deref().unwrap_or_default(),
            d.certainty.as_str(),
            &proof.action,
            &proof.target,
            &proof.context,
            if row.witness_is_real { "yes" } else { "no" },
            &statements(&d.granted_by),
            &refusal(&d.refused_by),
            &d.reasons.join("\n"),
            &row.role_arn,
        ])?;
    }
    table.finish()
}

/// What one account's role is denied outright and the other's is not.
///
/// # Errors
/// If `out` cannot be written.
pub fn denies(out: impl Write, options: Options, report: &Report) -> io::Result<()> {
    let header = [
        "tag",
        "rolename",
        "service",
        "actions",
        "resources",
        "except",
        "condition",
        "certainty",
        "witnessaction",
        "witnessresource",
        "witnesscontext",
        "witnessreal",
        "deniedby",
        "reasons",
        "rolearn",
    ];
    let mut table = Table::new(out, options, &header)?;
    for row in &report.deny_differences {
        let d = &row.difference;
        let proof = d.witness.as_ref().map(|w| Proof::of(&w.action, &w.resource, &w.context)).unwrap_or_default();
        table.row(&[
            report.accounts.get(d.side).tag.as_str(),
            &row.role,
            &d.service,
            &actions(&d.actions, &d.not_actions),
            &d.resources.join("\n"),
            &d.except.join("\n"),
            d.condition.as_deref().unwrap_or_default(),
            d.certainty.as_str(),
            &proof.action,
            &proof.target,
            &proof.context,
            if row.witness_is_real { "yes" } else { "no" },
            &statements(&d.denied_by),
            &d.reasons.join("\n"),
            &row.role_arn,
        ])?;
    }
    table.finish()
}

/// The cells of a witness; empty where there is none.
#[derive(Default)]
struct Proof {
    action: String,
    target: String,
    context: String,
}

impl Proof {
    fn of(action: &str, target: &str, keys: &BTreeMap<String, Vec<String>>) -> Self {
        Self { action: action.to_owned(), target: target.to_owned(), context: context(keys) }
    }
}

/// A request's context as `key=value`, one a line.
fn context(context: &BTreeMap<String, Vec<String>>) -> String {
    let pairs = context.iter().flat_map(|(key, values)| values.iter().map(move |value| format!("{key}={value}")));
    pairs.collect::<Vec<_>>().join("\n")
}

/// Statements as `inline policy p, statement 1`, one per line; the first statement of a document is statement 1.
fn statements(statements: &[StatementRef]) -> String {
    statements.iter().map(cell).collect::<Vec<_>>().join("\n")
}

/// One statement as a cell names it.
fn cell(statement: &StatementRef) -> String {
    let sid = statement.sid.as_ref().map(|sid| format!(" ({sid})")).unwrap_or_default();
    format!("{} policy {}, statement {}{sid}", statement.policy_type, statement.policy_name, statement.statement + 1)
}

/// Why the other account does not allow it.
fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NoAllow => "implicitly denied".to_owned(),
        Refusal::Boundary => "permissions boundary".to_owned(),
        Refusal::Deny(by) => format!("explicitly denied by {}", statements(by)),
    }
}

/// The ids of ways to escalate privileges, one a line.
fn escalations(ids: &[EscalationId]) -> String {
    ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join("\n")
}

/// The actions of a row, one a line; those that a row about all actions leaves out as entries of `NotAction`.
fn actions(actions: &[String], not_actions: &[String]) -> String {
    if not_actions.is_empty() {
        return actions.join("\n");
    }
    not_actions.iter().map(|action| format!("NotAction {action}")).collect::<Vec<_>>().join("\n")
}

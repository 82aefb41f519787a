//! The answer to one request, in words.

use std::io::{self, Write};

use super::escape::terminal;
use crate::semantics::evaluate::{
    BoundaryAnswer, Caller, Decision, Relation, Request, RoleAccount, StatementRef, TrustDecision, TrustRequest,
};

/// Writes the verdict, the statements behind it, and what else should be known, `notes` last.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(
    out: &mut dyn Write,
    role: &str,
    request: &Request<'_>,
    decision: &Decision,
    notes: &[String],
) -> io::Result<()> {
    let (action, resource) = (terminal(request.action), terminal(request.resource));
    writeln!(out, "{}: {} {action} on {resource}", decision.verdict, terminal(role))?;
    because(out, decision)?;
    for note in notes {
        writeln!(out, "  note: {}", terminal(note))?;
    }
    Ok(())
}

/// Writes whether a principal can assume a role, the statements behind it, and what else should be known.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_trust(
    out: &mut dyn Write,
    role: &str,
    of: RoleAccount<'_>,
    request: &TrustRequest<'_>,
    answer: &TrustDecision,
) -> io::Result<()> {
    let (Caller::Aws(caller) | Caller::Service(caller) | Caller::Federated(caller) | Caller::CanonicalUser(caller)) =
        request.caller;
    let (action, role, who) = (terminal(request.action), terminal(role), terminal(caller));
    writeln!(out, "{}: {action} of {role} by {who}", answer.decision.verdict)?;
    because(out, &answer.decision)?;
    let is_own = caller.split(':').nth(4) == Some(of.account);
    match (answer.relation, request.caller) {
        (Some(Relation::Delegated), _) => {
            writeln!(
                out,
                "  the trust policy names only the role's account: policies in that account must allow it \
                too"
            )
        }
        (Some(Relation::Granted), Caller::Aws(_)) if !is_own => {
            writeln!(out, "  policies in the account of the principal must allow it too")
        }
        (Some(Relation::Granted) | None, _) => Ok(()),
    }
}

/// The statements behind a decision, and what else should be known.
fn because(out: &mut dyn Write, decision: &Decision) -> io::Result<()> {
    statements(out, "allowed by", &decision.allowed_by)?;
    statements(out, "denied by", &decision.denied_by)?;
    match &decision.boundary {
        BoundaryAnswer::Absent => {}
        BoundaryAnswer::Allows(by) => statements(out, "allowed in the permissions boundary by", by)?,
        BoundaryAnswer::Unknown => writeln!(out, "  it is not certain whether the permissions boundary allows it")?,
        BoundaryAnswer::DoesNotAllow => writeln!(out, "  the permissions boundary does not allow it")?,
    }
    if decision.allowed_by.is_empty() && decision.denied_by.is_empty() {
        writeln!(out, "  no statement allows it")?;
    }
    for reason in &decision.unknown_because {
        let (statement, doubt) = (reason.statement.to_string(), reason.doubt.to_string());
        writeln!(out, "  not certain: {}: {}", terminal(&statement), terminal(&doubt))?;
    }
    for note in &decision.notes {
        let statement = note.statement.as_ref().map(|statement| format!("{statement}: ")).unwrap_or_default();
        writeln!(out, "  note: {}{}", terminal(&statement), terminal(&note.hint.to_string()))?;
    }
    Ok(())
}

fn statements(out: &mut dyn Write, what: &str, statements: &[StatementRef]) -> io::Result<()> {
    for statement in statements {
        let sid = statement.sid.as_ref().map(|sid| format!(" (Sid {sid})")).unwrap_or_default();
        writeln!(out, "  {what} {}{}", terminal(&statement.to_string()), terminal(&sid))?;
    }
    Ok(())
}

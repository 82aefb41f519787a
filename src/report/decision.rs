//! The answer to one request, in words.

use std::io::{self, Write};

use super::escape::terminal;
use crate::semantics::evaluate::{BoundaryAnswer, Decision, Request, StatementRef};

/// Writes the verdict, the statements behind it, and what else should be known.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, role: &str, request: &Request<'_>, decision: &Decision) -> io::Result<()> {
    let (action, resource) = (terminal(request.action), terminal(request.resource));
    writeln!(out, "{}: {} {action} on {resource}", decision.verdict, terminal(role))?;
    statements(out, "allowed by", &decision.allowed_by)?;
    statements(out, "denied by", &decision.denied_by)?;
    match &decision.boundary {
        BoundaryAnswer::Absent => {}
        BoundaryAnswer::Allows(by) => statements(out, "within the boundary by", by)?,
        BoundaryAnswer::Unknown => writeln!(out, "  whether the permissions boundary allows it is not decided")?,
        BoundaryAnswer::DoesNotAllow => writeln!(out, "  the permissions boundary does not allow it")?,
    }
    if decision.allowed_by.is_empty() && decision.denied_by.is_empty() {
        writeln!(out, "  no statement allows it")?;
    }
    for reason in &decision.unknown_because {
        let (statement, doubt) = (reason.statement.to_string(), reason.doubt.to_string());
        writeln!(out, "  not decided: {}: {}", terminal(&statement), terminal(&doubt))?;
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

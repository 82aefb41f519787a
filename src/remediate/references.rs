//! References that both accounts contain.

use super::{Left, Part};
use crate::report::{Report, Rule};

/// What is left of a role, by its place, that references a third account in both accounts.
pub(super) fn of_both(comparison: &Report, index: usize) -> Option<Left> {
    let mut findings = comparison.findings.iter().filter(|finding| finding.role_index == Some(index));
    // A finding about the other account is about one of the two roles.
    findings.any(|finding| finding.rule == Rule::CrossReference && finding.side.is_none()).then(|| Left {
        part: Part::References,
        why: "both accounts reference a third account, so that neither role is a model for the other".to_owned(),
    })
}

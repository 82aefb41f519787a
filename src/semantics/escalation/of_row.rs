//! The ways to escalate privileges that a row of a comparison opens.

use super::{Escalation, EscalationId, RULES};
use crate::model::{ActionPattern, Glob};
use crate::semantics::outcome::AccessDifference;

/// The ways that a row adds or widens, given what the role may do besides (on any resource), and whether the other
/// role may do for certain what it may (on as many kinds of resource).
///
/// What a way needs besides is not a way of its own: where both roles have the action and the partner, more resources of
/// the partner add nothing.
#[must_use]
pub fn gained(
    row: &AccessDifference,
    may: &dyn Fn(&str, &str) -> bool,
    other_may_too: &dyn Fn(&str, &str) -> bool,
) -> Vec<EscalationId> {
    let has = |action: &str| row_has(row, action);
    let asked = |ask: &dyn Fn(&str, &str) -> bool, action: &str| {
        action.split_once(':').is_some_and(|(service, name)| ask(service, name))
    };
    let both = |action: &str| asked(other_may_too, action);
    let opens = |rule: &&Escalation| {
        let wide = !rule.on_everything || row.resources.iter().any(|resource| resource == "*");
        // Either half may be what is new.
        let by_action = has(rule.action) && (rule.with.is_empty() || rule.with.iter().any(|with| asked(may, with)));
        let new_partner = |partner: &&str| has(partner) && !(both(partner) && both(rule.action));
        let by_partner = asked(may, rule.action) && rule.with.iter().any(new_partner);
        wide && (by_action || by_partner)
    };
    RULES.iter().filter(opens).map(|rule| rule.id).collect()
}

fn row_has(row: &AccessDifference, action: &str) -> bool {
    let Some((service, name)) = action.split_once(':') else { return false };
    if row.service != "*" && row.service != service {
        return false;
    }
    let name = name.to_ascii_lowercase();
    row.actions
        .iter()
        .filter_map(|written| ActionPattern::new(&format!("{service}:{written}")))
        .any(|pattern| Glob::new(pattern.folded_name()).matches(&name))
}

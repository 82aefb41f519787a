//! Whether one role lets a caller in and the other does not.

use super::limits::denying;
use super::live::Live;
use crate::model::{Effect, Side};
use crate::semantics::solver::question::{Answer, ConditionState, FoundResource, Mode};
use crate::semantics::solver::search::Outcome;

/// Why a role denies a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A statement denies what another allows.
    Explicit,
    /// No statement allows it, and none denies it.
    Implicit,
}

/// The other reason for which the other side may deny some requests, where the row of an outcome would tell only of those
/// that it denies for the reason of that outcome: it has the condition of its reason.
pub fn other_reason(outcome: &Outcome, live: &[Live<'_>], own: &Live<'_>) -> Option<Reason> {
    let Outcome::Difference { context, always, .. } = outcome else { return None };
    if *always && differs_for_all_named(live, own) {
        return None;
    }
    let denies = denying(live, own.ready.side.other(), Some(context));
    if denies.is_empty() {
        return Some(Reason::Explicit);
    }
    // One without a condition puts no condition on the row.
    denies.iter().all(|live| !live.ready.stated.is_empty()).then_some(Reason::Implicit)
}

/// Whether a difference holds for all whom the principals name, and not just for a caller with the right ARN.
pub fn differs_for_all_named(live: &[Live<'_>], own: &Live<'_>) -> bool {
    let told = |live: &Live<'_>| if live.by_caller.is_some() { None } else { Some(live.tests.is_empty()) };
    let hinders = |effect: Effect, side: Side, other: &Live<'_>| {
        other.ready.side == side
            && other.ready.statement.effect == effect
            && (effect == Effect::Deny || other.relation <= own.relation)
    };
    let side = own.ready.side;
    let is_denied = live.iter().any(|other| hinders(Effect::Deny, side, other));
    let is_allowed = live.iter().any(|other| hinders(Effect::Allow, side.other(), other));
    let is_refused = live.iter().any(|other| hinders(Effect::Deny, side.other(), other) && told(other) == Some(true));
    own.by_caller.is_none() && !is_denied && (!is_allowed || is_refused)
}

/// Whether the own side allows and the other denies, for this reason or, if none is given, for any, given which conditions
/// hold.
pub fn differs(
    live: &[Live<'_>],
    own: &Live<'_>,
    why: Option<Reason>,
    truths: &[ConditionState],
    mode: Mode,
) -> Answer {
    let counts = |truth: &ConditionState, hinders: bool| match truth {
        ConditionState::Holds => true,
        ConditionState::Open => hinders == (mode == Mode::Must),
        ConditionState::Fails => false,
    };
    let any = |side: Side, effect: Effect, hinders: bool| {
        live.iter().zip(truths).filter(|(other, _)| !other.fails()).any(|(other, truth)| {
            let enough = effect == Effect::Deny || other.relation <= own.relation;
            other.ready.side == side && other.ready.statement.effect == effect && enough && counts(truth, hinders)
        })
    };
    let side = own.ready.side;
    let denied = any(side, Effect::Deny, true);
    let refused = match why {
        None => !any(side.other(), Effect::Allow, true) || any(side.other(), Effect::Deny, false),
        Some(Reason::Explicit) => any(side.other(), Effect::Allow, false) && any(side.other(), Effect::Deny, false),
        Some(Reason::Implicit) => !any(side.other(), Effect::Allow, true) && !any(side.other(), Effect::Deny, true),
    };
    if !denied && refused { Answer::Found(FoundResource::without_resource()) } else { Answer::Empty }
}

//! The condition of a row and why the other side refuses: what the statements that make the difference say, and those
//! that limit or lift it.

use std::collections::BTreeMap;

use super::live::{Live, place};
use crate::model::{Effect, Side};
use crate::semantics::difference_condition::{DifferenceCondition, Extent};
use crate::semantics::outcome::{Certainty, Refusal};
use crate::semantics::remaining::{Lifting, Limits, Tests, holds_in, remaining};
use crate::semantics::solver::conditions::TestPool;

/// Statements of one side that do one thing to a caller.
fn of<'l, 'a>(live: &'l [Live<'a>], side: Side, effect: Effect) -> impl Iterator<Item = &'l Live<'a>> {
    live.iter().filter(move |live| live.ready.side == side && live.ready.statement.effect == effect)
}

/// The Denies of a side that are known to apply to a request with this context; all of them that may apply, where there
/// is none.
pub fn denying<'l, 'a>(
    live: &'l [Live<'a>],
    side: Side,
    witness: Option<&BTreeMap<String, Vec<String>>>,
) -> Vec<&'l Live<'a>> {
    let denies = of(live, side, Effect::Deny).filter(|live| !live.fails());
    denies.filter(|live| witness.is_none_or(|context| holds_in(&live.tests, context))).collect()
}

/// Why the other side refuses.
pub fn refusal(live: &[Live<'_>], side: Side, witness: Option<&BTreeMap<String, Vec<String>>>) -> Refusal {
    let denies = denying(live, side, witness);
    if denies.is_empty() {
        Refusal::NoAllow
    } else {
        Refusal::Deny(denies.iter().map(|live| place(live.ready)).collect())
    }
}

/// The condition of a row: the allowing statement's own, those of the Denies that make the difference, and those by
/// which others lift it.
///
/// A Deny overrides any Allow, so what the other side allows matters where it denies nothing:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>
pub fn condition(
    own: &Live<'_>,
    live: &[Live<'_>],
    certainty: Certainty,
    witness: Option<&BTreeMap<String, Vec<String>>>,
    pool: &TestPool,
) -> Option<DifferenceCondition> {
    if certainty == Certainty::Always {
        return None;
    }
    let stated = |live: &Live<'_>| -> Tests { live.ready.stated.clone() };
    let side = own.ready.side;
    let is_denied = !denying(live, side.other(), witness).is_empty();
    // Where one of the other side's Denies makes the difference, each of them does, but for those that the own side has too.
    let is_shared = |other: &&Live<'_>| of(live, side, Effect::Deny).any(|own| own.says_the_same(other));
    let alone = of(live, side.other(), Effect::Deny).filter(|other| is_denied && !other.fails() && !is_shared(other));
    let mut when: Vec<Tests> = alone.map(stated).collect();
    if when.iter().any(Vec::is_empty) {
        when.clear();
    }
    // Who is let in by the account alone is not let in where the other side names them.
    let gives = of(live, side.other(), Effect::Allow).filter(|other| !is_denied && other.relation <= own.relation);
    let takes = of(live, side, Effect::Deny);
    let lifting = gives.chain(takes).map(stated).filter(|tests| !tests.is_empty()).enumerate();
    let unless = lifting.map(|(number, tests)| Lifting { tests, extent: Extent::Everywhere, number }).collect();
    remaining(Limits { own: stated(own), within: Vec::new(), when, unless }, pool).condition
}

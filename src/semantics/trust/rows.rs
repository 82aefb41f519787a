//! What makes findings of trust policies one row, and which rows say what others say.

use std::collections::BTreeMap;

use super::outcome::{TrustDifference, TrustRelation};
use super::principals::{Means, Point, means};
use super::side::TrustSide;
use crate::model::{Principal, Side, Sides};
use crate::semantics::difference_condition::DifferenceCondition;
use crate::semantics::outcome::{Certainty, Refusal};

/// What makes two findings one row: all but the actions and the witness.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrustRowKey {
    /// The side that lets somebody in.
    pub side: Side,
    /// Index of the statement that allows.
    pub statement: usize,
    /// Its principal; none of a statement that lists exceptions.
    pub allowed: Option<Principal>,
    /// How it does.
    pub relation: TrustRelation,
    /// The principal of another statement that means fewer callers than the allowed one, and the caller.
    pub named: Option<Principal>,
    /// How sure it is.
    pub certainty: Certainty,
    /// The condition under which it does.
    pub condition: Option<DifferenceCondition>,
    /// Why the other side does not.
    pub refused: Refusal,
    /// Why it is unknown.
    pub reasons: Vec<String>,
}

impl TrustRowKey {
    /// Whether two rows are about one principal of one statement, whomever of those whom it means they name.
    fn is_of_same_principal(&self, other: &Self) -> bool {
        (self.side, self.statement, self.relation) == (other.side, other.statement, other.relation)
            && self.allowed == other.allowed
    }

    /// Whether a row tells of all callers whom its principal means what this one, with the same principal, tells of some.
    fn is_said_by(&self, wider: &Self, row: &TrustDifference, side: &TrustSide<'_>) -> bool {
        let Some(named) = &self.named else { return false };
        let leaves_out = |except: &String| {
            except == named.as_str()
                || means(&Principal::Aws(except.clone()), &Point::aws(named.as_str().to_owned()), side) == Means::Yes
        };
        wider.named.is_none()
            && wider.is_of_same_principal(self)
            && wider.certainty == self.certainty
            && wider.condition == self.condition
            && !row.except.iter().any(leaves_out)
    }
}

/// For a statement that allows, by its side and index, and an action: the principals that mean a caller whom it allows, and
/// whether nothing differs for any such caller.
#[derive(Debug, Default)]
pub struct Equal(BTreeMap<(Side, usize, String), BTreeMap<Principal, bool>>);

impl Equal {
    /// Says of a caller, by all principals that mean it, whether nothing differs.
    pub fn insert(&mut self, (side, statement, action): (Side, usize, &str), naming: Vec<&Principal>, is_equal: bool) {
        let principals = self.0.entry((side, statement, action.to_owned())).or_default();
        for principal in naming {
            principals.entry(principal.clone()).and_modify(|all| *all &= is_equal).or_insert(is_equal);
        }
    }

    /// The principals for whom nothing differs with an action.
    fn of(&self, key: &TrustRowKey, action: &str) -> Vec<String> {
        // Without an entry nobody was asked about, so nobody is known to be equal.
        let principals = self.0.get(&(key.side, key.statement, action.to_owned())).into_iter().flatten();
        principals.filter(|(_, is_equal)| **is_equal).map(|(principal, _)| principal.as_str().to_owned()).collect()
    }
}

/// Rows in the making, each with one action.
pub type Rows = BTreeMap<(TrustRowKey, String), TrustDifference>;

/// The rows, with the principals for whom nothing differs or of whom rows of their own tell, without what the row of all whom a
/// principal means says as well; actions for which they say the same are in one row.
pub fn finished(mut rows: Rows, equal: &Equal, sides: &Sides<TrustSide<'_>>) -> Vec<TrustDifference> {
    for ((key, action), row) in &mut rows {
        let principal = key.named.as_ref().or(key.allowed.as_ref());
        row.except.extend(within(principal, &equal.of(key, action), sides.get(key.side)));
        row.except.sort();
        row.except.dedup();
    }
    // A row that leaves out an account says nothing of those in it, who then have rows of their own.
    while leave_out_told(&mut rows, sides) {}
    let mut joined: BTreeMap<(&TrustRowKey, &[String]), TrustDifference> = BTreeMap::new();
    for ((key, action), row) in rows.iter().filter(|((key, action), _)| !is_said(key, action, &rows, sides)) {
        let of_all =
            joined.entry((key, &row.except)).or_insert_with(|| TrustDifference { actions: Vec::new(), ..row.clone() });
        of_all.actions.push(action.clone());
    }
    joined.into_values().collect()
}

/// Whether the row of all whom a principal means says what all rows of some of them say.
fn is_said(key: &TrustRowKey, action: &str, rows: &Rows, sides: &Sides<TrustSide<'_>>) -> bool {
    let of_action = || rows.iter().filter(|((_, other), _)| other == action);
    let is_said_by_any =
        |key: &TrustRowKey| of_action().any(|((wider, _), row)| key.is_said_by(wider, row, sides.get(key.side)));
    let of_same = of_action().filter(|((other, _), _)| other.named == key.named && other.is_of_same_principal(key));
    key.named.is_some() && of_same.into_iter().all(|((other, _), _)| is_said_by_any(other))
}

/// Leaves out of the rows of all whom a principal means those who have rows of their own; whether anything changed.
fn leave_out_told(rows: &mut Rows, sides: &Sides<TrustSide<'_>>) -> bool {
    let mut told: Vec<(TrustRowKey, String)> = Vec::new();
    for (key, action) in rows.keys() {
        if key.named.is_some() && !is_said(key, action, rows, sides) {
            told.push((key.clone(), action.clone()));
        }
    }
    let mut is_changed = false;
    for ((wider, action), row) in rows.iter_mut().filter(|((wider, _), _)| wider.named.is_none()) {
        let own = told.iter().filter(|(key, of)| of == action && key.is_of_same_principal(wider));
        let names: Vec<String> =
            own.filter_map(|(key, _)| key.named.as_ref()).map(|named| named.as_str().to_owned()).collect();
        for name in within(wider.allowed.as_ref(), &names, sides.get(wider.side)) {
            if !row.except.contains(&name) {
                row.except.push(name);
                is_changed = true;
            }
        }
        row.except.sort();
    }
    is_changed
}

/// Those of some principals that another means as well: only they are worth leaving out of its row.
pub fn within(principal: Option<&Principal>, others: &[String], side: &TrustSide<'_>) -> Vec<String> {
    match principal {
        None | Some(Principal::Everyone) => others.to_vec(),
        Some(principal @ Principal::Aws(text)) => {
            let is_within =
                |other: &&String| *other != text && means(principal, &Point::aws((*other).clone()), side) == Means::Yes;
            others.iter().filter(is_within).cloned().collect()
        }
        // A service, provider or user means itself alone.
        Some(Principal::Service(_) | Principal::Federated(_) | Principal::CanonicalUser(_)) => Vec::new(),
    }
}

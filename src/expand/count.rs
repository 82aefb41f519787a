//! How many rows a document has, without making them.
//!
//! The pairs are those that [`identity::expand`](super::identity::expand) makes rows of. What is compared of a row
//! becomes a number here, so that no text is copied and most comparisons are those of numbers.

use std::collections::BTreeMap;

use super::identity::{excluded, pair};
use super::item::Note;
use super::universe::{Expanded, Universe};
use crate::catalog::Action;
use crate::model::{ActionElement, ConditionKey, Effect, IdentityPolicy, ResourceElement};

/// The number of rows of a document: that of its expansion.
pub(super) fn count(document: &IdentityPolicy, universe: &Universe<'_>) -> usize {
    let mut numbers = Numbers::default();
    let (mut items, mut inapplicable) = (Vec::new(), Vec::new());
    for statement in &document.statements {
        let condition =
            numbers.conditions.of((statement.effect, statement.conditions.canonical_json(ConditionKey::folded)));
        let frame = numbers.frames.of((condition, statement.action.element(), excluded(statement).key));
        let element = statement.target.element();
        let targets: Vec<usize> =
            statement.target.patterns().iter().map(|arn| numbers.targets.of((element, arn.as_str()))).collect();
        pair(statement, document.effective_version(), universe, |action, target, note| {
            let list = if note == Some(Note::NoApplicableResource) { &mut inapplicable } else { &mut items };
            let action = ActionNumber::new(action, &mut numbers.spelled);
            // Every pair is of an entry, and every entry has its number.
            list.extend(targets.get(target).map(|&target| Pair { condition, frame, action, target }));
        });
    }
    for list in [&mut items, &mut inapplicable] {
        list.sort_unstable();
        list.dedup();
    }
    items.len() + lone(&items, &inapplicable)
}

/// How many inapplicable pairs are rows, because no item shows their action or none their resource.
fn lone(items: &[Pair], inapplicable: &[Pair]) -> usize {
    if inapplicable.is_empty() {
        return 0;
    }
    let mut actions: Vec<(usize, ActionNumber)> = items.iter().map(|item| (item.condition, item.action)).collect();
    let mut targets: Vec<(usize, usize)> = items.iter().map(|item| (item.condition, item.target)).collect();
    actions.sort_unstable();
    targets.sort_unstable();
    let is_lone = |pair: &&Pair| {
        actions.binary_search(&(pair.condition, pair.action)).is_err()
            || targets.binary_search(&(pair.condition, pair.target)).is_err()
    };
    inapplicable.iter().filter(is_lone).count()
}

/// A pair of an action and a resource, by the numbers of what is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    /// Effect and condition.
    condition: usize,
    /// These, `Action` or `NotAction`, and the list that the pair is only a part of.
    frame: usize,
    action: ActionNumber,
    target: usize,
}

/// An action by a number of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ActionNumber {
    /// The address of the catalog's action, which the catalog has once.
    Known(*const Action),
    /// The number of a spelling.
    Spelled(usize),
}

impl ActionNumber {
    fn new(one: &Expanded<'_>, spelled: &mut Numbered<String>) -> Self {
        match one.known {
            Some((_, action)) => Self::Known(std::ptr::from_ref(action)),
            None => Self::Spelled(spelled.of(one.action.key.clone())),
        }
    }
}

/// Numbers for what is equal in rows that are equal.
#[derive(Debug, Default)]
struct Numbers<'d> {
    conditions: Numbered<(Effect, String)>,
    frames: Numbered<(usize, ActionElement, String)>,
    targets: Numbered<(ResourceElement, &'d str)>,
    spelled: Numbered<String>,
}

/// Each value with its number.
#[derive(Debug)]
struct Numbered<T>(BTreeMap<T, usize>);

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Ord> Numbered<T> {
    /// The number of a value: that of an equal one, or the next.
    fn of(&mut self, value: T) -> usize {
        let next = self.0.len();
        *self.0.entry(value).or_insert(next)
    }
}

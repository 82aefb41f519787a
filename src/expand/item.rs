//! The rows themselves.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{ActionElement, ConditionKey, Conditions, Effect, ItemPrincipalType, ResourceElement, words};

words! {
    /// Why a row is kept though the catalog does not explain it.
    pub enum Note {
        /// The catalog knows no such action; a pattern that matches nothing known stays as written.
        UnknownAction = "unknown-action",
        /// The action acts on nothing that the resource can stand for, so the pair grants nothing.
        NoApplicableResource = "no-applicable-resource",
    }
}

/// The action of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemAction {
    /// The service prefix in lower case; `*` for all.
    pub service: String,
    /// The action in the catalog's spelling; as written where it is a pattern or unknown.
    pub action: String,
    /// `service:action` in lower case: what is compared.
    pub(crate) key: String,
}

impl ItemAction {
    pub(crate) fn new(service: &str, action: &str) -> Self {
        let key = format!("{service}:{}", action.to_ascii_lowercase());
        Self { service: service.to_owned(), action: action.to_owned(), key }
    }
}

/// The resource or principal of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemTarget {
    /// An entry of `Resource` or `NotResource`.
    Resource {
        /// `Resource` or `NotResource`.
        element: ResourceElement,
        /// The ARN or pattern.
        arn: String,
    },
    /// An entry of `Principal` or `NotPrincipal`.
    Principal {
        /// `AWS`, `Service`, `Federated`, `CanonicalUser` or `*`; with a leading `Not` for `NotPrincipal`.
        principal_type: ItemPrincipalType,
        /// The principal; an account id as its root ARN.
        principal: String,
    },
}

impl ItemTarget {
    /// `Resource` or `NotResource`; none for a principal.
    #[must_use]
    pub const fn resource_element(&self) -> Option<ResourceElement> {
        match self {
            Self::Resource { element, .. } => Some(*element),
            Self::Principal { .. } => None,
        }
    }

    /// The resource, if this is one.
    #[must_use]
    pub fn arn(&self) -> Option<&str> {
        match self {
            Self::Resource { arn, .. } => Some(arn),
            Self::Principal { .. } => None,
        }
    }

    /// Type and text of the principal, if this is one.
    #[must_use]
    pub fn principal(&self) -> Option<(ItemPrincipalType, &str)> {
        match self {
            Self::Resource { .. } => None,
            Self::Principal { principal_type, principal } => Some((*principal_type, principal)),
        }
    }
}

/// The condition of a row, in one spelling; empty for none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemCondition {
    /// Canonical JSON with the keys as written.
    pub shown: String,
    /// Canonical JSON with the keys in lower case: what is compared.
    pub(crate) key: String,
}

impl ItemCondition {
    pub(crate) fn new(conditions: &Conditions) -> Self {
        Self {
            shown: conditions.canonical_json(ConditionKey::as_str),
            key: conditions.canonical_json(ConditionKey::folded),
        }
    }
}

/// The whole list of a `NotAction`, `NotResource` or `NotPrincipal` with more than one entry.
///
/// Such a list means its entries together: `NotAction` with two entries is not the same as two statements with one
/// each. So every row of the list carries all of it. Canonical JSON, empty if there is no such list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Excluded {
    /// With actions as written.
    pub shown: String,
    /// With actions in lower case: what is compared.
    pub(crate) key: String,
}

/// One row of a policy.
///
/// Equality and order are those of what is compared: spelling that IAM ignores does not count, nor does the note,
/// which follows from the rest.
#[derive(Debug, Clone)]
pub struct Item {
    /// Allow or Deny.
    pub effect: Effect,
    /// `Action` or `NotAction`.
    pub action_element: ActionElement,
    /// The action.
    pub action: Arc<ItemAction>,
    /// The resource or principal.
    pub target: Arc<ItemTarget>,
    /// The condition.
    pub condition: Arc<ItemCondition>,
    /// The list this row is only a part of.
    pub excluded: Arc<Excluded>,
    /// Why the row is kept.
    pub note: Option<Note>,
}

impl Item {
    /// Whether this pairs an action with a resource it cannot act on; see [`Expansion`].
    #[must_use]
    pub fn is_inapplicable(&self) -> bool {
        self.note == Some(Note::NoApplicableResource)
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Item {}

impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Item {
    fn cmp(&self, other: &Self) -> Ordering {
        self.effect
            .cmp(&other.effect)
            .then_with(|| compare(&self.action, &other.action, |action| &action.key))
            .then_with(|| self.action_element.cmp(&other.action_element))
            .then_with(|| compare(&self.condition, &other.condition, |condition| &condition.key))
            .then_with(|| compare(&self.target, &other.target, |target| target))
            .then_with(|| compare(&self.excluded, &other.excluded, |excluded| &excluded.key))
    }
}

/// Compares parts of rows. Most rows of a statement share all their parts but two.
fn compare<T, K: Ord + ?Sized>(a: &Arc<T>, b: &Arc<T>, key: impl Fn(&T) -> &K) -> Ordering {
    if Arc::ptr_eq(a, b) { Ordering::Equal } else { key(a).cmp(key(b)) }
}

/// The rows of one policy.
///
/// A statement pairs each of its actions with each of its resources. A pair of an action and a resource it cannot act
/// on is inapplicable: it grants nothing, and is shown only where nothing else shows its action or its resource, so
/// that every text of a policy has a row, and a statement split in two has the same rows as before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expansion {
    /// Sorted, each once.
    items: Vec<Item>,
    /// Inapplicable pairs whose action or resource no item of this policy shows; sorted, each once.
    lone_inapplicable: Vec<Item>,
    /// The other inapplicable pairs; sorted, each once.
    other_inapplicable: Vec<Item>,
}

impl Expansion {
    pub(crate) fn new(mut items: Vec<Item>, mut inapplicable: Vec<Item>) -> Self {
        for list in [&mut items, &mut inapplicable] {
            list.sort();
            list.dedup();
        }
        let mut expansion = Self { items, lone_inapplicable: Vec::new(), other_inapplicable: Vec::new() };
        if !inapplicable.is_empty() {
            let shown = Shown::by_policies([&expansion]);
            let (lone, other) = inapplicable.into_iter().partition(|pair| shown.lacks(pair));
            (expansion.lone_inapplicable, expansion.other_inapplicable) = (lone, other);
        }
        expansion
    }

    /// The rows of the policy on its own, each once: those that apply, sorted, then the inapplicable ones, sorted.
    pub fn rows(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().chain(&self.lone_inapplicable)
    }

    /// How many rows the policy has on its own.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.items.len() + self.lone_inapplicable.len()
    }

    /// Whether the policy has no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a statement of the policy says what this row says, also if the pair is inapplicable and not shown.
    #[must_use]
    pub fn has(&self, item: &Item) -> bool {
        [&self.items, &self.lone_inapplicable, &self.other_inapplicable]
            .iter()
            .any(|list| list.binary_search(item).is_ok())
    }
}

/// Which actions and resources the applying rows of some policies show, apart by effect and condition.
#[derive(Debug, Default)]
pub struct Shown<'a> {
    actions: BTreeSet<(Effect, &'a str, &'a str)>,
    targets: BTreeSet<(Effect, &'a str, &'a ItemTarget)>,
}

impl<'a> Shown<'a> {
    /// What these policies show together.
    pub fn by_policies(policies: impl IntoIterator<Item = &'a Expansion>) -> Self {
        let mut shown = Self::default();
        for item in policies.into_iter().flat_map(|policy| &policy.items) {
            shown.actions.insert((item.effect, &item.condition.key, &item.action.key));
            shown.targets.insert((item.effect, &item.condition.key, &item.target));
        }
        shown
    }

    /// Whether no applying row shows this inapplicable pair's action, or none its resource.
    #[must_use]
    pub fn lacks(&self, inapplicable: &Item) -> bool {
        let action = (inapplicable.effect, inapplicable.condition.key.as_str(), inapplicable.action.key.as_str());
        let target = (inapplicable.effect, inapplicable.condition.key.as_str(), &*inapplicable.target);
        !self.actions.contains(&action) || !self.targets.contains(&target)
    }
}

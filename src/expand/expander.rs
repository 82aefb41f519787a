//! Expands documents, each once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Expansion, Universe, count, identity};
use crate::model::IdentityPolicy;

/// Expands policies against one universe of actions; a document that many roles share is expanded once.
#[derive(Debug)]
pub struct Expander<'c> {
    universe: Universe<'c>,
    /// By the document's address.
    shared: Mutex<BTreeMap<usize, Known>>,
}

/// An expansion that is kept; it keeps its document alive, so that the address cannot become another's.
#[derive(Debug)]
struct Known {
    _document: Arc<IdentityPolicy>,
    expansion: Arc<Expansion>,
}

impl<'c> Expander<'c> {
    /// An expander for these actions.
    #[must_use]
    pub const fn new(universe: Universe<'c>) -> Self {
        Self { universe, shared: Mutex::new(BTreeMap::new()) }
    }

    /// The rows of a document that one role has.
    #[must_use]
    pub fn once(&self, document: &IdentityPolicy) -> Expansion {
        identity::expand(document, &self.universe)
    }

    /// How many rows a document has: as many as [`Expander::once`] makes, for less work.
    #[must_use]
    pub fn count(&self, document: &IdentityPolicy) -> usize {
        count::count(document, &self.universe)
    }

    /// Whether another expander makes as many rows of every document: the same actions are known to both.
    #[must_use]
    pub fn counts_like(&self, other: &Expander<'_>) -> bool {
        self.universe.has_actions_of(&other.universe)
    }

    /// The rows of a document that several roles may have: computed the first time only.
    #[must_use]
    pub fn shared(&self, document: &Arc<IdentityPolicy>) -> Arc<Expansion> {
        let key = Arc::as_ptr(document).addr();
        // A thread that panicked while inserting leaves the map whole, so a poisoned lock is still good.
        let known =
            self.shared.lock().unwrap_or_else(PoisonError::into_inner).get(&key).map(|k| Arc::clone(&k.expansion));
        known.unwrap_or_else(|| {
            let new = Known { _document: Arc::clone(document), expansion: Arc::new(self.once(document)) };
            let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(&shared.entry(key).or_insert(new).expansion)
        })
    }
}

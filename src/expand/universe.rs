//! Which actions there are: the catalog's, and those the accounts spell out besides.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::item::ItemAction;
use crate::catalog::{Action, Catalogue, Service};
use crate::model::{Account, ActionClause, ActionPattern, Glob, IdentityPolicy};

/// All known actions.
///
/// About one in a hundred actions that policies spell out are in no catalog. They count as actions too, so that
/// `s3:Get*` in one account and a brand-new `s3:GetThis` in the other are seen to overlap.
#[derive(Debug)]
pub struct Universe<'c> {
    catalogue: &'c Catalogue,
    /// By service, then by folded name; the value is the name as first written.
    spelled: BTreeMap<String, BTreeMap<String, String>>,
    /// What patterns stand for, by folded text: accounts use the same few over and over.
    expanded: Mutex<BTreeMap<String, Arc<[Expanded<'c>]>>>,
}

/// One action that a pattern stands for.
#[derive(Debug, Clone)]
pub(super) struct Expanded<'c> {
    pub action: Arc<ItemAction>,
    /// What the catalog says; `None` for an action it does not know.
    pub known: Option<(&'c Service, &'c Action)>,
}

impl<'c> Expanded<'c> {
    fn known((service, action): (&'c Service, &'c Action)) -> Self {
        Self { action: Arc::new(ItemAction::new(&service.prefix, &action.name)), known: Some((service, action)) }
    }
}

impl<'c> Universe<'c> {
    /// The actions of the catalog and of all policies of these accounts.
    pub fn new<'a>(catalogue: &'c Catalogue, accounts: impl IntoIterator<Item = &'a Account>) -> Self {
        let mut universe = Self { catalogue, spelled: BTreeMap::new(), expanded: Mutex::default() };
        let mut seen = std::collections::BTreeSet::new();
        for role in accounts.into_iter().flat_map(|account| &account.roles) {
            for document in role.documents() {
                if seen.insert(Arc::as_ptr(document)) {
                    universe.add(document);
                }
            }
        }
        universe
    }

    /// Whether both stand for the same actions of one catalog.
    pub(super) fn has_actions_of(&self, other: &Universe<'_>) -> bool {
        let same_names =
            |(own, others): (&BTreeMap<String, String>, &BTreeMap<String, String>)| own.keys().eq(others.keys());
        std::ptr::eq(self.catalogue, other.catalogue)
            && self.spelled.keys().eq(other.spelled.keys())
            && self.spelled.values().zip(other.spelled.values()).all(same_names)
    }

    pub(super) fn add(&mut self, document: &IdentityPolicy) {
        let clauses = document.statements.iter().map(|statement| &statement.action);
        for pattern in clauses.flat_map(ActionClause::patterns) {
            let known = || self.catalogue.action(pattern.service(), pattern.folded_name()).is_some();
            if !pattern.has_wildcard() && !known() {
                let service = self.spelled.entry(pattern.service().to_owned()).or_default();
                service.entry(pattern.folded_name().to_owned()).or_insert_with(|| pattern.name().to_owned());
            }
        }
    }

    /// The actions a pattern stands for. Empty where it must stay as written: `*`, a wildcard in the service part,
    /// a pattern that matches nothing.
    pub(super) fn expand(&self, pattern: &ActionPattern) -> Arc<[Expanded<'c>]> {
        // A thread that panicked while inserting leaves the map whole, so a poisoned lock is still good.
        let known = self.expanded.lock().unwrap_or_else(PoisonError::into_inner).get(pattern.folded()).cloned();
        known.unwrap_or_else(|| {
            let expanded: Arc<[Expanded<'c>]> = self.look_up(pattern).into();
            let mut all = self.expanded.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(pattern.folded().to_owned()).or_insert(expanded))
        })
    }

    fn look_up(&self, pattern: &ActionPattern) -> Vec<Expanded<'c>> {
        let service = pattern.service();
        if service.contains(['*', '?']) {
            return Vec::new();
        }
        if !pattern.has_wildcard() {
            return self.catalogue.action(service, pattern.folded_name()).map(Expanded::known).into_iter().collect();
        }
        let glob = Glob::new(pattern.folded_name());
        let known = self.catalogue.service(service).into_iter();
        let known = known.flat_map(|service| service.actions.iter().map(move |action| (service, action)));
        let known = known.filter(|(_, action)| glob.matches(&action.folded)).map(Expanded::known);
        let spelled = self.spelled.get(service).into_iter().flatten();
        let spelled = spelled
            .filter(|(folded, _)| glob.matches(folded))
            .map(|(_, name)| Expanded { action: Arc::new(ItemAction::new(service, name)), known: None });
        known.chain(spelled).collect()
    }
}

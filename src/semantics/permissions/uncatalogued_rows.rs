//! Actions that the catalogue does not have.
//!
//! A policy may spell one that is newer than the catalogue, or one that never was: of a misspelt action IAM says
//! nothing, and nothing is granted. So a difference in such actions is a row of its own, never certain without
//! condition, and unknown where another action is probably meant.

use std::collections::BTreeMap;

use super::classes::NamedAction;
use super::proof::proof_of;
use super::rows::{RowKey, RowParts};
use crate::catalog::Catalogue;
use crate::semantics::outcome::{Certainty, NOT_IN_CATALOG};

/// Actions of a row of which the same is to be said.
#[derive(Debug, Clone)]
pub struct AlikeActions {
    /// How sure the difference is for them.
    pub certainty: Certainty,
    /// Why it is unknown, and what limits it.
    pub reasons: Vec<String>,
    /// Actions of the catalogue.
    pub known: Vec<usize>,
    /// Others.
    pub named: Vec<NamedAction>,
}

impl AlikeActions {
    /// Under what the proof of these actions, spelled for a service, is found; none where they have no proof.
    pub fn proof(&self, service: &str) -> Option<String> {
        match self.named.iter().find(|action| action.service == service) {
            _ if self.certainty == Certainty::Unknown => None,
            Some(action) => Some(proof_of(action)),
            None => Some(service.to_owned()),
        }
    }
}

/// The parts of a row: the actions of the catalogue first, then the others by what is to be said of them.
pub fn parts(key: &RowKey, row: &RowParts, catalogue: &Catalogue) -> Vec<AlikeActions> {
    let mut parts = Vec::new();
    if !row.known.is_empty() || row.named.is_empty() {
        let (certainty, reasons) = (key.certainty, key.reasons.clone());
        parts.push(AlikeActions { certainty, reasons, known: row.known.clone(), named: Vec::new() });
    }
    let mut unlisted: BTreeMap<(Certainty, Vec<String>), Vec<NamedAction>> = BTreeMap::new();
    for action in &row.named {
        let (certainty, note) = said(action, catalogue);
        let mut reasons = key.reasons.clone();
        reasons.push(note);
        reasons.sort();
        unlisted.entry((certainty.max(key.certainty), reasons)).or_default().push(action.clone());
    }
    let part = |((certainty, reasons), named)| AlikeActions { certainty, reasons, known: Vec::new(), named };
    parts.extend(unlisted.into_iter().map(part));
    parts
}

/// How sure a difference in an action can be at most, and why.
fn said(action: &NamedAction, catalogue: &Catalogue) -> (Certainty, String) {
    let date = &catalogue.header().date;
    let of = if date.is_empty() { String::new() } else { format!(" of {date}") };
    let near = action.spelled.then(|| catalogue.near(&action.service, &action.name)).flatten();
    match near {
        Some(near) => (Certainty::Unknown, format!("{NOT_IN_CATALOG}{of}; probably misspelled: `{near}`")),
        None => (Certainty::Conditional, format!("{NOT_IN_CATALOG}{of}")),
    }
}

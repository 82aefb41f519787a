//! What proves a row, and the request that is made of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Shared;
use super::classes::NamedAction;
use super::pair::Pair;
use super::preference::Rank;
use super::witness::KeyValues;
use crate::semantics::outcome::Witness;
use crate::semantics::solver::bits::Bits;
use crate::semantics::solver::question;
use crate::semantics::solver::texts::Template;

/// For each service the action that proves a row best.
pub type Proofs = BTreeMap<String, Proved>;

/// An action with what proves it.
#[derive(Debug, Clone)]
pub struct Proved {
    /// How well people know it.
    pub rank: Rank,
    /// The action, `service:name`.
    pub action: String,
    /// What proves it.
    pub proof: Arc<Proof>,
    /// The form of resource it acts on.
    pub template: Arc<Template>,
}

/// A found resource with all that makes it a request besides the action. The resource may be of another form that
/// the patterns treat alike.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The resource.
    pub found: question::FoundResource,
    /// The values of keys.
    pub context: KeyValues,
}

/// The witness of a row for one of its services.
pub fn witness(service: &str, proofs: &Proofs, shared: &Shared) -> Option<Witness> {
    let Proved { action, proof, template, .. } = proofs.get(service).or_else(|| {
        // A row for all services is proved by any.
        proofs.values().min_by_key(|proved| proved.rank).filter(|_| service == "*")
    })?;
    let resource = question::written(&proof.found.readable(template, &shared.solver.readable));
    Some(Witness { action: action.clone(), resource, context: proof.context.clone() })
}

/// The rules that are about an action, `service:name`.
pub fn about(action: &str, pair: &Pair, shared: &Shared) -> Bits {
    let (service, name) = action.split_once(':').unwrap_or_default();
    let name = name.to_lowercase();
    let known = shared.universe.find(service, &name);
    let mut rules = Bits::new(pair.rules.len());
    for (at, rule) in pair.rules.iter().enumerate() {
        if known.map_or_else(|| rule.actions.matches(service, &name), |number| rule.actions.known.contains(number)) {
            rules.insert(at);
        }
    }
    rules
}

/// Under what the proof of an action that the catalogue does not have is found: after those of all services.
pub fn proof_of(action: &NamedAction) -> String {
    format!("\u{7f}{}:{}", action.service, action.name)
}

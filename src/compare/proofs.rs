//! Whether a proof holds in the real policies of an account, and which spelling of it does.

use std::collections::BTreeMap;

use super::real_names::RoleSpellings;
use crate::catalog::Catalogue;
use crate::model::{PrincipalType, Role, Side, Sides};
use crate::semantics::evaluate::{
    Caller, Context, Relation, Request, RoleAccount, RolePolicies, TrustRequest, evaluate, evaluate_trust,
};
use crate::semantics::outcome::Witness;
use crate::semantics::trust::{TrustRelation, TrustWitness};

/// The real policies of two roles, and how placeholders are spelled in each.
#[derive(Debug)]
pub(super) struct Real<'a, 'r> {
    pub(super) roles: Sides<&'a Role>,
    pub(super) policies: Sides<RolePolicies>,
    pub(super) names: Sides<&'a RoleSpellings<'r>>,
    pub(super) catalogue: &'a Catalogue,
}

/// A proof in real names.
#[derive(Debug)]
pub(super) struct Proof<T> {
    /// In the names of the account it is about: the likeliest spelling, where none is confirmed.
    pub(super) witness: Option<T>,
    /// Whether that account's real policies answer as it says.
    pub(super) is_real: bool,
    /// In the names of the other account, where its real policies answer otherwise. A witness about the other account's
    /// own things means something else there, and may have none.
    pub(super) counterpart: Option<T>,
}

/// A request whose names can be spelled.
pub(super) trait Spellable: Clone {
    /// The ways to spell it, the likeliest first.
    fn spellings(&self, names: &RoleSpellings<'_>) -> Vec<Self>;
}

impl Spellable for Witness {
    fn spellings(&self, names: &RoleSpellings<'_>) -> Vec<Self> {
        let contexts = contexts(names, &self.context);
        let with = |resource: String| {
            let action = &self.action;
            contexts.iter().map(move |context| Self {
                action: action.clone(),
                resource: resource.clone(),
                context: context.clone(),
            })
        };
        names.spellings(&self.resource).into_iter().flat_map(with).collect()
    }
}

impl Spellable for TrustWitness {
    fn spellings(&self, names: &RoleSpellings<'_>) -> Vec<Self> {
        let contexts = contexts(names, &self.context);
        let with = |principal: String| {
            contexts.iter().map(move |context| Self {
                principal: principal.clone(),
                context: context.clone(),
                ..self.clone()
            })
        };
        names.spellings(&self.principal).into_iter().flat_map(with).collect()
    }
}

impl Real<'_, '_> {
    /// What a role may do.
    pub(super) fn access(&self, side: Side, witness: Option<Witness>) -> Proof<Witness> {
        let allows = |side, witness: &Witness| self.decide(side, witness, |allowed, _| allowed);
        self.proof(side, witness, allows)
    }

    /// What a Deny statement denies.
    pub(super) fn deny(&self, side: Side, witness: Option<Witness>) -> Proof<Witness> {
        let denies = |side, witness: &Witness| self.decide(side, witness, |_, denied| denied);
        self.proof(side, witness, denies)
    }

    /// Who can assume a role, and how.
    pub(super) fn trust(
        &self,
        side: Side,
        relation: TrustRelation,
        witness: Option<TrustWitness>,
    ) -> Proof<TrustWitness> {
        let lets = |side, witness: &TrustWitness| match (self.relation(side, witness), relation) {
            (Some(Relation::Granted), _) | (Some(Relation::Delegated), TrustRelation::Delegated) => true,
            (Some(Relation::Delegated), TrustRelation::Granted) | (None, _) => false,
        };
        self.proof(side, witness, lets)
    }

    fn proof<T: Spellable>(&self, side: Side, witness: Option<T>, holds: impl Fn(Side, &T) -> bool) -> Proof<T> {
        let Some(witness) = witness else { return Proof { witness: None, is_real: false, counterpart: None } };
        let own = witness.spellings(self.names.get(side));
        let confirmed = own.iter().find(|witness| holds(side, witness));
        let is_real = confirmed.is_some();
        let other = side.other();
        let counterpart = witness.spellings(self.names.get(other)).into_iter().find(|witness| !holds(other, witness));
        let shown = confirmed.or(own.first()).unwrap_or(&witness).clone();
        Proof { witness: Some(shown), is_real, counterpart }
    }

    fn decide(&self, side: Side, witness: &Witness, ask: impl Fn(bool, bool) -> bool) -> bool {
        let context = context(&witness.context);
        let request = Request { action: &witness.action, resource: &witness.resource, context: &context };
        let decision = evaluate(self.policies.get(side), &request, self.catalogue);
        ask(decision.is_allowed(), !decision.denied_by.is_empty())
    }

    fn relation(&self, side: Side, witness: &TrustWitness) -> Option<Relation> {
        let role = self.roles.get(side);
        let text = witness.principal.as_str();
        let caller = match witness.principal_type {
            PrincipalType::Service => Caller::Service(text),
            PrincipalType::Federated => Caller::Federated(text),
            PrincipalType::CanonicalUser => Caller::CanonicalUser(text),
            PrincipalType::Aws | PrincipalType::Everyone => Caller::Aws(text),
        };
        let context = context(&witness.context);
        let request = TrustRequest { caller, action: &witness.action, context: &context };
        let of = RoleAccount { account: role.arn.account(), id: None, partition: role.arn.partition() };
        evaluate_trust(&role.trust, of, &request, "trust").relation
    }
}

/// The values of keys, by key.
type Keys = BTreeMap<String, Vec<String>>;

fn context(keys: &Keys) -> Context {
    keys.iter().map(|(key, values)| (key, values.clone())).collect()
}

/// The likeliest spelling of a context first, then those in which one value is spelled otherwise.
fn contexts(names: &RoleSpellings<'_>, context: &Keys) -> Vec<Keys> {
    let values = |values: &[String]| values.iter().map(|value| names.likeliest(value)).collect();
    let likeliest: Keys = context.iter().map(|(key, all)| (names.likeliest(key), values(all))).collect();
    let mut all = vec![likeliest.clone()];
    for (key, values) in context {
        for (index, value) in values.iter().enumerate() {
            for other in names.spellings(value).into_iter().skip(1) {
                let mut context = likeliest.clone();
                if let Some(place) = context.get_mut(&names.likeliest(key)).and_then(|values| values.get_mut(index)) {
                    *place = other;
                    all.push(context);
                }
            }
        }
    }
    all
}

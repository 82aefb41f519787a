//! What one of two roles may do and the other may not, and who may take one and not the other.
//!
//! The comparison works on normalised policies; what it finds is written down in the names people know: patterns with
//! placeholders, and the witness in the real names of its account, where it is asked once more of the real policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::joined;
use super::real_names::RealNames;
use super::result::{RoleAccessDifference, RoleDenyDifference, RoleTrustDifference, StatementWarning};
use crate::catalog::Catalogue;
use crate::model::equivalency::{OWN_ACCOUNT, display, mark};
use crate::model::{PolicyType, Role, Side, Sides};
use crate::normalise::NormalisedRole;
use crate::semantics::difference::{
    AccessDifference, Budget, DenyDifference, Engine, EngineError, Grade, Refusal, StatementRef, Warning, Witness,
};
use crate::semantics::evaluate::{AttachedDocument, Context, Request, RolePolicies, evaluate};
use crate::semantics::trust::{TrustDifference, TrustSide, TrustWitness};

/// Compares pairs of roles.
#[derive(Debug)]
pub(super) struct Access<'a> {
    engine: Engine<'a>,
    catalogue: &'a Catalogue,
    names: Sides<RealNames<'a>>,
}

/// What was found for one pair of roles.
#[derive(Debug)]
pub(super) struct Found {
    pub grade: Grade,
    pub trust_grade: Grade,
    pub access: Vec<RoleAccessDifference>,
    pub denies: Vec<RoleDenyDifference>,
    pub trust: Vec<RoleTrustDifference>,
    pub warnings: Vec<StatementWarning>,
}

impl<'a> Access<'a> {
    pub(super) fn new(catalogue: &'a Catalogue, names: Sides<RealNames<'a>>) -> Self {
        Self { engine: Engine::new(catalogue, Budget::default()), catalogue, names }
    }

    /// Compares two roles, normalised and real; `name` is the role's in the report.
    pub(super) fn between(
        &self,
        name: &str,
        roles: Sides<&NormalisedRole>,
        real: Sides<&Role>,
    ) -> Result<Found, EngineError> {
        let policies = roles.map(|role| role_policies(&role.role));
        let access = self.engine.between(&policies.left, &policies.right)?;
        let own = mark(OWN_ACCOUNT);
        let trust = self.engine.trust_between(trust_side(roles.left, &own), trust_side(roles.right, &own))?;
        let real_policies = real.map(role_policies);
        let arn = |side: Side| real.get(side).arn.to_string();
        let role = || name.to_owned();
        Ok(Found {
            grade: access.grade,
            trust_grade: trust.grade,
            access: joined::services(access.differences, self.catalogue)
                .into_iter()
                .map(|difference| self.access(name, difference, real, &real_policies))
                .collect(),
            denies: access
                .deny_differences
                .into_iter()
                .map(|d| RoleDenyDifference { role: role(), role_arn: arn(d.side), difference: self.deny(d, real) })
                .collect(),
            trust: trust
                .differences
                .into_iter()
                .map(|d| RoleTrustDifference { role: role(), role_arn: arn(d.side), difference: self.trust(d, real) })
                .collect(),
            warnings: access
                .warnings
                .into_iter()
                .chain(trust.warnings)
                .map(|w| statement_warning(name, arn(w.side), w))
                .collect(),
        })
    }

    fn access(
        &self,
        name: &str,
        mut difference: AccessDifference,
        roles: Sides<&Role>,
        real: &Sides<RolePolicies>,
    ) -> RoleAccessDifference {
        let side = difference.side;
        let witness = difference.witness.take();
        let role = |side: Side| (side, *roles.get(side));
        let own = witness.as_ref().map(|w| self.in_real_names(w, role(side), |w| self.allows(real.get(side), w)));
        let other = side.other();
        let refused = |witness: &Witness| !self.allows(real.get(other), witness);
        // A witness about the other account's own things means something else there, and may be allowed.
        let counterpart = witness.as_ref().map(|w| self.in_real_names(w, role(other), refused));
        let counterpart = counterpart.filter(|(_, is_refused)| *is_refused).map(|(witness, _)| witness);
        let (witness, witness_is_real) = own.map_or((None, false), |(witness, real)| (Some(witness), real));
        let role_arn = roles.get(side).arn.to_string();
        for list in [&mut difference.resources, &mut difference.except, &mut difference.reasons] {
            show_all(list);
        }
        show_statements(&mut difference.granted_by);
        show_refusal(&mut difference.refused_by);
        let condition = difference.condition.map(|text| shown(&text));
        let difference = AccessDifference { witness, condition, ..difference };
        RoleAccessDifference { role: name.to_owned(), role_arn, difference, counterpart, witness_is_real }
    }

    fn deny(&self, mut difference: DenyDifference, roles: Sides<&Role>) -> DenyDifference {
        let side = difference.side;
        for list in [&mut difference.resources, &mut difference.except, &mut difference.reasons] {
            show_all(list);
        }
        show_statements(&mut difference.denied_by);
        DenyDifference {
            witness: difference
                .witness
                .map(|witness| self.in_real_names(&witness, (side, roles.get(side)), |_| true).0),
            condition: difference.condition.map(|text| shown(&text)),
            ..difference
        }
    }

    fn trust(&self, mut difference: TrustDifference, roles: Sides<&Role>) -> TrustDifference {
        let side = difference.side;
        for list in [&mut difference.except, &mut difference.reasons] {
            show_all(list);
        }
        show_statements(&mut difference.granted_by);
        show_refusal(&mut difference.refused_by);
        TrustDifference {
            principal: shown(&difference.principal),
            witness: difference.witness.map(|witness| self.trust_in_real_names(witness, (side, roles.get(side)))),
            condition: difference.condition.map(|text| shown(&text)),
            ..difference
        }
    }

    /// The witness in the names of one account, and whether it is as it should be there. The likeliest spelling, where
    /// none is.
    fn in_real_names(
        &self,
        witness: &Witness,
        (side, role): (Side, &Role),
        holds: impl Fn(&Witness) -> bool,
    ) -> (Witness, bool) {
        let names = self.names.get(side);
        let own = names.of_role(role);
        let contexts = contexts(names, &own, &witness.context);
        let resources = names.spellings(&witness.resource, &own);
        let spelled = resources.iter().flat_map(|resource| {
            contexts.iter().map(|context| Witness {
                action: witness.action.clone(),
                resource: resource.clone(),
                context: context.clone(),
            })
        });
        let all: Vec<Witness> = spelled.collect();
        match all.iter().find(|witness| holds(witness)) {
            Some(good) => (good.clone(), true),
            None => (all.into_iter().next().unwrap_or_else(|| witness.clone()), false),
        }
    }

    fn trust_in_real_names(&self, witness: TrustWitness, (side, role): (Side, &Role)) -> TrustWitness {
        let names = self.names.get(side);
        let own = names.of_role(role);
        TrustWitness {
            principal: names.spellings(&witness.principal, &own).into_iter().next().unwrap_or_default(),
            context: contexts(names, &own, &witness.context).into_iter().next().unwrap_or_default(),
            ..witness
        }
    }

    fn allows(&self, role: &RolePolicies, witness: &Witness) -> bool {
        let context: Context = witness.context.iter().map(|(key, values)| (key, values.clone())).collect();
        let request = Request { action: &witness.action, resource: &witness.resource, context: &context };
        evaluate(role, &request, self.catalogue).is_allowed()
    }
}

fn trust_side<'r>(role: &'r NormalisedRole, own: &'r str) -> TrustSide<'r> {
    TrustSide { policy: &role.role.trust, account: own, partition: role.role.arn.partition() }
}

fn statement_warning(role: &str, role_arn: String, warning: Warning) -> StatementWarning {
    let mut statement = warning.statement;
    statement.policy_name = shown(&statement.policy_name);
    StatementWarning {
        side: warning.side,
        role: role.to_owned(),
        role_arn,
        statement,
        id: warning.id,
        text: shown(&warning.text),
    }
}

/// What a role may do, as the evaluators take it.
#[must_use]
pub fn role_policies(role: &Role) -> RolePolicies {
    let inline = role.inline.iter().map(|policy| AttachedDocument {
        policy_name: policy.name.clone(),
        policy_type: PolicyType::Inline,
        document: Arc::clone(&policy.document),
    });
    let managed = |policy: &crate::model::ManagedPolicy, policy_type| AttachedDocument {
        policy_name: policy.name.clone(),
        policy_type,
        document: Arc::clone(&policy.document),
    };
    RolePolicies {
        identity: inline.chain(role.attached.iter().map(|policy| managed(policy, PolicyType::Managed))).collect(),
        boundary: role.boundary.as_ref().map(|policy| managed(policy, PolicyType::Boundary)),
    }
}

/// The values of keys, by key.
type Keys = BTreeMap<String, Vec<String>>;

/// The likeliest spelling of a context first, then those in which one value is spelled otherwise.
fn contexts(names: &RealNames<'_>, role: &[Vec<(String, String)>], context: &Keys) -> Vec<Keys> {
    let first = |text: &str| names.spellings(text, role).into_iter().next().unwrap_or_else(|| text.to_owned());
    let likeliest: Keys =
        context.iter().map(|(key, values)| (first(key), values.iter().map(|value| first(value)).collect())).collect();
    let mut all = vec![likeliest.clone()];
    for (key, values) in context {
        for (index, value) in values.iter().enumerate() {
            for other in names.spellings(value, role).into_iter().skip(1) {
                let mut context = likeliest.clone();
                if let Some(place) = context.get_mut(&first(key)).and_then(|values| values.get_mut(index)) {
                    *place = other;
                    all.push(context);
                }
            }
        }
    }
    all
}

fn shown(text: &str) -> String {
    display(text).into_owned()
}

fn show_all(texts: &mut [String]) {
    for text in texts {
        *text = shown(text);
    }
}

fn show_statements(statements: &mut [StatementRef]) {
    for statement in statements {
        statement.policy_name = shown(&statement.policy_name);
    }
}

fn show_refusal(refusal: &mut Refusal) {
    match refusal {
        Refusal::Deny(statements) => show_statements(statements),
        Refusal::NoAllow | Refusal::Boundary => {}
    }
}

//! What one of two roles may do and the other may not, and who may take one and not the other.
//!
//! The comparison works on normalised policies; what it finds is written down in the names people know: patterns with
//! placeholders, and the witness in the real names of its account, where it is asked once more of the real policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::joined;
use super::real_names::{RealNames, RoleNames};
use super::result::{RoleAccessDifference, RoleDenyDifference, RoleTrustDifference, StatementWarning};
use crate::catalog::Catalogue;
use crate::model::equivalency::{OWN_ACCOUNT, display, mark};
use crate::model::{PolicyType, Role, Side, Sides};
use crate::normalise::NormalisedRole;
use crate::semantics::outcome::{AccessDifference, DenyDifference, Grade, Refusal, StatementRef, Warning, Witness};

use crate::semantics::evaluate::{AttachedDocument, Context, Request, RolePolicies, decide};
use crate::semantics::trust::{TrustDifference, TrustSide, TrustWitness};
use crate::semantics::{Engine, EngineError};

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
    pub(super) const fn new(engine: Engine<'a>, catalogue: &'a Catalogue, names: Sides<RealNames<'a>>) -> Self {
        Self { engine, catalogue, names }
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
        let names = Sides { left: self.names.left.of_role(real.left), right: self.names.right.of_role(real.right) };
        let role = || name.to_owned();
        Ok(Found {
            grade: access.grade,
            trust_grade: trust.grade,
            access: joined::services(access.differences, self.catalogue)
                .into_iter()
                .map(|difference| self.access(name, arn(difference.side), difference, &names, &real_policies))
                .collect(),
            denies: access
                .deny_differences
                .into_iter()
                .map(|d| RoleDenyDifference { role: role(), role_arn: arn(d.side), difference: deny(d, &names) })
                .collect(),
            trust: trust
                .differences
                .into_iter()
                .map(|d| RoleTrustDifference { role: role(), role_arn: arn(d.side), difference: trust_row(d, &names) })
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
        role_arn: String,
        mut difference: AccessDifference,
        names: &Sides<RoleNames<'_>>,
        real: &Sides<RolePolicies>,
    ) -> RoleAccessDifference {
        let side = difference.side;
        let witness = difference.witness.take();
        let own = witness.as_ref().map(|w| in_real_names(w, names.get(side), |w| self.allows(real.get(side), w)));
        let other = side.other();
        let refused = |witness: &Witness| !self.allows(real.get(other), witness);
        // A witness about the other account's own things means something else there, and may be allowed.
        let counterpart = witness.as_ref().map(|w| in_real_names(w, names.get(other), refused));
        let counterpart = counterpart.filter(|(_, is_refused)| *is_refused).map(|(witness, _)| witness);
        let (witness, witness_is_real) = own.map_or((None, false), |(witness, real)| (Some(witness), real));
        for list in [&mut difference.resources, &mut difference.except, &mut difference.reasons] {
            show_all(list);
        }
        show_statements(&mut difference.granted_by);
        show_refusal(&mut difference.refused_by);
        let condition = difference.condition.map(|text| shown(&text));
        let difference = AccessDifference { witness, condition, ..difference };
        RoleAccessDifference { role: name.to_owned(), role_arn, difference, counterpart, witness_is_real }
    }

    fn allows(&self, role: &RolePolicies, witness: &Witness) -> bool {
        let context: Context = witness.context.iter().map(|(key, values)| (key, values.clone())).collect();
        let request = Request { action: &witness.action, resource: &witness.resource, context: &context };
        decide(role, &request, self.catalogue).is_allowed()
    }
}

/// A row of an explicit deny as people see it.
fn deny(mut difference: DenyDifference, names: &Sides<RoleNames<'_>>) -> DenyDifference {
    let side = difference.side;
    for list in [&mut difference.resources, &mut difference.except, &mut difference.reasons] {
        show_all(list);
    }
    show_statements(&mut difference.denied_by);
    DenyDifference {
        witness: difference.witness.map(|witness| in_real_names(&witness, names.get(side), |_| true).0),
        condition: difference.condition.map(|text| shown(&text)),
        ..difference
    }
}

/// A row of trust as people see it.
fn trust_row(mut difference: TrustDifference, names: &Sides<RoleNames<'_>>) -> TrustDifference {
    let names = names.get(difference.side);
    for list in [&mut difference.except, &mut difference.reasons] {
        show_all(list);
    }
    show_statements(&mut difference.granted_by);
    show_refusal(&mut difference.refused_by);
    let witness = difference.witness.map(|witness| TrustWitness {
        principal: names.likeliest(&witness.principal),
        context: likeliest_context(names, &witness.context),
        ..witness
    });
    TrustDifference {
        principal: shown(&difference.principal),
        witness,
        condition: difference.condition.map(|text| shown(&text)),
        ..difference
    }
}

/// The witness in the names of one account, and whether it is as it should be there. The likeliest spelling, where
/// none is.
fn in_real_names(witness: &Witness, names: &RoleNames<'_>, holds: impl Fn(&Witness) -> bool) -> (Witness, bool) {
    let contexts = contexts(names, &witness.context);
    let resources = names.spellings(&witness.resource);
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

fn likeliest_context(names: &RoleNames<'_>, context: &Keys) -> Keys {
    let values = |values: &[String]| values.iter().map(|value| names.likeliest(value)).collect();
    context.iter().map(|(key, all)| (names.likeliest(key), values(all))).collect()
}

/// The likeliest spelling of a context first, then those in which one value is spelled otherwise.
fn contexts(names: &RoleNames<'_>, context: &Keys) -> Vec<Keys> {
    let likeliest = likeliest_context(names, context);
    let mut all = vec![likeliest.clone()];
    for (key, values) in context {
        for (index, value) in values.iter().enumerate() {
            for other in names.spellings(value).into_iter().skip(1) {
                let mut context = likeliest.clone();
                // Keys and values are those of the likeliest context; without the place one spelling less is tried.
                if let Some(place) = context.get_mut(&names.likeliest(key)).and_then(|values| values.get_mut(index)) {
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

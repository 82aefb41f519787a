//! What one of two roles may do and the other may not, and who may take one and not the other.
//!
//! The comparison works on normalised policies; what it finds is written down in the names people know: patterns with
//! placeholders, and the witness in the real names of its account, where it is asked once more of the real policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::real_names::{RealNames, spell};
use super::result::{RoleAccessDifference, RoleDenyDifference, RoleTrustDifference, StatementWarning};
use crate::catalog::Catalogue;
use crate::model::equivalency::{OWN_ACCOUNT, display, mark};
use crate::model::{PolicyType, Role, Side, Sides};
use crate::normalise::NormalisedRole;
use crate::semantics::difference::{
    AccessComparison, AccessDifference, Budget, DenyDifference, Engine, EngineError, Grade, Refusal, StatementRef,
    Warning, Witness,
};
use crate::semantics::evaluate::{AttachedDocument, Context, Request, RolePolicies, evaluate};
use crate::semantics::trust::{TrustComparison, TrustDifference, TrustSide, TrustWitness};

/// Compares pairs of roles.
#[derive(Debug)]
pub(super) struct Access<'a> {
    engine: Engine<'a>,
    catalogue: &'a Catalogue,
    names: Sides<RealNames>,
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
    pub(super) fn new(catalogue: &'a Catalogue, names: Sides<RealNames>) -> Self {
        Self { engine: Engine::new(catalogue, Budget::default()), catalogue, names }
    }

    /// Compares two roles, normalised and real.
    pub(super) fn between(
        &self,
        name: &str,
        roles: Sides<&NormalisedRole>,
        real: Sides<&Role>,
    ) -> Result<Found, EngineError> {
        let policies = roles.map(|role| policies(&role.role));
        let AccessComparison { grade, differences, deny_differences, warnings } =
            self.engine.between(&policies.left, &policies.right)?;
        let own = mark(OWN_ACCOUNT);
        let side = |role: &'_ NormalisedRole| -> (Arc<crate::model::TrustPolicy>, String) {
            (Arc::clone(&role.role.trust), role.role.arn.partition().to_owned())
        };
        let (left, right) = (side(roles.left), side(roles.right));
        let TrustComparison { grade: trust_grade, differences: trust, warnings: trust_warnings } =
            self.engine.trust_between(
                TrustSide { policy: &left.0, account: &own, partition: &left.1 },
                TrustSide { policy: &right.0, account: &own, partition: &right.1 },
            )?;
        let real_policies = real.map(self::policies);
        let arn = |side: Side| real.get(side).arn.as_str().to_owned();
        let named = Named { role: name };
        Ok(Found {
            grade,
            trust_grade,
            access: differences.into_iter().map(|d| self.access(d, &named, arn, &real_policies)).collect(),
            denies: deny_differences.into_iter().map(|d| self.deny(d, &named, arn)).collect(),
            trust: trust.into_iter().map(|d| self.trust(d, &named, arn)).collect(),
            warnings: warnings.into_iter().chain(trust_warnings).map(|w| named.warning(w)).collect(),
        })
    }

    fn access(
        &self,
        mut difference: AccessDifference,
        named: &Named<'_>,
        arn: impl Fn(Side) -> String,
        real: &Sides<RolePolicies>,
    ) -> RoleAccessDifference {
        let side = difference.side;
        let witness = difference.witness.take();
        let allowed = |witness: &Witness| self.allows(real.get(side), witness);
        let own = witness.as_ref().map(|witness| self.in_real_names(witness, side, allowed));
        let other = witness.as_ref().map(|witness| {
            self.in_real_names(witness, side.other(), |witness| !self.allows(real.get(side.other()), witness))
        });
        let (witness, witness_is_real) = own.map_or((None, false), |(witness, real)| (Some(witness), real));
        AccessRow { named, arn: arn(side) }.access(AccessDifference { witness, ..difference }, other.map(|o| o.0), witness_is_real)
    }

    fn deny(&self, mut difference: DenyDifference, named: &Named<'_>, arn: impl Fn(Side) -> String) -> RoleDenyDifference {
        let side = difference.side;
        difference.witness = difference.witness.map(|witness| self.in_real_names(&witness, side, |_| true).0);
        for list in [&mut difference.resources, &mut difference.except, &mut difference.reasons] {
            show_all(list);
        }
        difference.condition = difference.condition.map(|text| shown(&text));
        show_statements(&mut difference.denied_by);
        RoleDenyDifference { role: named.role.to_owned(), role_arn: arn(side), difference }
    }

    fn trust(&self, mut difference: TrustDifference, named: &Named<'_>, arn: impl Fn(Side) -> String) -> RoleTrustDifference {
        let side = difference.side;
        difference.witness = difference.witness.map(|witness| self.trust_in_real_names(witness, side));
        difference.principal = shown(&difference.principal);
        for list in [&mut difference.except, &mut difference.reasons] {
            show_all(list);
        }
        difference.condition = difference.condition.map(|text| shown(&text));
        show_statements(&mut difference.granted_by);
        show_refusal(&mut difference.refused_by);
        RoleTrustDifference { role: named.role.to_owned(), role_arn: arn(side), difference }
    }

    /// The witness in the names of one account, and whether it is as it should be there. The likeliest spelling, where
    /// none is.
    fn in_real_names(&self, witness: &Witness, side: Side, holds: impl Fn(&Witness) -> bool) -> (Witness, bool) {
        let mut texts: Vec<&str> = vec![&witness.resource];
        texts.extend(witness.context.iter().flat_map(|(key, values)| values.iter().chain([key])).map(String::as_str));
        let spellings = self.names.get(side).spellings(&texts);
        let spelled = |spelling: &BTreeMap<String, String>| Witness {
            action: witness.action.clone(),
            resource: spell(&witness.resource, spelling),
            context: context(&witness.context, spelling),
        };
        let all: Vec<Witness> = spellings.iter().map(spelled).collect();
        match all.iter().find(|witness| holds(witness)) {
            Some(good) => (good.clone(), true),
            None => (all.into_iter().next().unwrap_or_else(|| witness.clone()), false),
        }
    }

    fn trust_in_real_names(&self, witness: TrustWitness, side: Side) -> TrustWitness {
        let mut texts: Vec<&str> = vec![&witness.principal];
        texts.extend(witness.context.iter().flat_map(|(key, values)| values.iter().chain([key])).map(String::as_str));
        let spelling = self.names.get(side).spellings(&texts).into_iter().next().unwrap_or_default();
        TrustWitness {
            principal: spell(&witness.principal, &spelling),
            context: context(&witness.context, &spelling),
            ..witness
        }
    }

    fn allows(&self, role: &RolePolicies, witness: &Witness) -> bool {
        let context: Context = witness.context.iter().map(|(key, values)| (key, values.clone())).collect();
        let request = Request { action: &witness.action, resource: &witness.resource, context: &context };
        evaluate(role, &request, self.catalogue).is_allowed()
    }
}

/// The role a row is about.
struct Named<'a> {
    role: &'a str,
}

impl Named<'_> {
    fn warning(&self, warning: Warning) -> StatementWarning {
        let mut statement = warning.statement;
        statement.policy_name = shown(&statement.policy_name);
        StatementWarning {
            side: warning.side,
            role: self.role.to_owned(),
            statement,
            id: warning.id,
            text: shown(&warning.text),
        }
    }
}

/// A row with its role.
struct AccessRow<'a> {
    named: &'a Named<'a>,
    arn: String,
}

impl AccessRow<'_> {
    fn access(self, mut difference: AccessDifference, counterpart: Option<Witness>, witness_is_real: bool) -> RoleAccessDifference {
        for list in [&mut difference.resources, &mut difference.except, &mut difference.reasons] {
            show_all(list);
        }
        difference.condition = difference.condition.map(|text| shown(&text));
        show_statements(&mut difference.granted_by);
        show_refusal(&mut difference.refused_by);
        RoleAccessDifference {
            role: self.named.role.to_owned(),
            role_arn: self.arn,
            difference,
            counterpart,
            witness_is_real,
        }
    }
}

/// What a role may do, as the evaluators take it.
fn policies(role: &Role) -> RolePolicies {
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

fn context(
    context: &BTreeMap<String, Vec<String>>,
    spelling: &BTreeMap<String, String>,
) -> BTreeMap<String, Vec<String>> {
    context
        .iter()
        .map(|(key, values)| (spell(key, spelling), values.iter().map(|value| spell(value, spelling)).collect()))
        .collect()
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

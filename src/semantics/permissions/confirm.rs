//! Every witness is asked again of the plain evaluator, which was written apart from the comparison.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::setup::Setup;
use crate::model::{
    ActionClause, Conditions, Effect, PolicyDocument, PolicyType, ResourceClause, Side, Sides, Statement,
};
use crate::semantics::error::EngineError;
use crate::semantics::evaluate::{AttachedDocument, Context, Decision, Request, RolePolicies, Verdict, decide};
use crate::semantics::outcome::{AccessComparison, Certainty, Grade, Witness, is_inconsistent};

/// Confirms all witnesses.
///
/// # Errors
/// If the evaluator says for certain that a witness is none, and that is to end the run. Otherwise the row becomes
/// unknown, as it does where the evaluator says that nothing is certain.
pub fn confirm(
    comparison: &mut AccessComparison,
    roles: Sides<&RolePolicies>,
    setup: Setup<'_>,
) -> Result<(), EngineError> {
    let mut court = Court { roles, setup, heard: BTreeMap::new() };
    for row in &mut comparison.differences {
        let Some(witness) = &row.witness else {
            if row.certainty != Certainty::Unknown {
                (row.certainty, row.reasons) = (Certainty::Unknown, setup.confirming.refuted(unproved(&row.service))?);
            }
            continue;
        };
        let verdict = court.hear(witness, row.side, |may, may_not| {
            may.verdict == Verdict::Allowed
                && matches!(may_not.verdict, Verdict::ImplicitlyDenied | Verdict::ExplicitlyDenied)
        })?;
        if let Some(reasons) = verdict {
            (row.certainty, row.witness, row.reasons) = (Certainty::Unknown, None, reasons);
        }
    }
    comparison.differences.sort();
    let certain = comparison.differences.iter().any(|row| row.certainty != Certainty::Unknown);
    if comparison.grade == Grade::Different && !certain {
        comparison.grade = Grade::Unknown;
    }
    if comparison.deny_differences.is_empty() {
        return Ok(());
    }
    let (left, right) = (allowing_all(roles.left), allowing_all(roles.right));
    let mut court = Court { roles: Sides { left: &left, right: &right }, setup, heard: BTreeMap::new() };
    for row in &mut comparison.deny_differences {
        let Some(witness) = &row.witness else {
            if row.certainty != Certainty::Unknown {
                (row.certainty, row.reasons) = (Certainty::Unknown, setup.confirming.refuted(unproved(&row.service))?);
            }
            continue;
        };
        let verdict = court.hear(witness, row.side, |denies, does_not| {
            denies.verdict == Verdict::ExplicitlyDenied && does_not.verdict == Verdict::Allowed
        })?;
        if let Some(reasons) = verdict {
            if is_inconsistent(&reasons) {
                // What could not be told is not an all-clear, though a Deny by itself changes no access.
                comparison.grade = comparison.grade.max(Grade::Unknown);
            }
            (row.certainty, row.witness, row.reasons) = (Certainty::Unknown, None, reasons);
        }
    }
    comparison.deny_differences.sort();
    Ok(())
}

/// The role with an Allow of everything and without the limit of its boundary, so that only a Deny refuses.
fn allowing_all(role: &RolePolicies) -> RolePolicies {
    let everything = Statement {
        sid: None,
        effect: Effect::Allow,
        action: ActionClause::NotAction(Vec::new()),
        target: ResourceClause::NotResource(Vec::new()),
        conditions: Conditions::default(),
    };
    let document = Arc::new(PolicyDocument { version: None, id: None, statements: vec![everything] });
    let all = AttachedDocument { policy_name: String::new(), policy_type: PolicyType::Inline, document };
    RolePolicies {
        identity: role.identity.iter().chain(&role.boundary).cloned().chain([all]).collect(),
        boundary: None,
        role: role.role.clone(),
    }
}

/// Asks the evaluator about witnesses, about each once.
struct Court<'a> {
    roles: Sides<&'a RolePolicies>,
    setup: Setup<'a>,
    heard: BTreeMap<(Side, Witness), Option<Vec<String>>>,
}

impl Court<'_> {
    /// Why a row is unknown by what the evaluator says of its witness on the row's side and on the other; `None` where
    /// that proves it.
    fn hear(
        &mut self,
        witness: &Witness,
        side: Side,
        proves: impl Fn(&Decision, &Decision) -> bool,
    ) -> Result<Option<Vec<String>>, EngineError> {
        let key = (side, witness.clone());
        if let Some(known) = self.heard.get(&key) {
            return Ok(known.clone());
        }
        let context: Context = witness.context.iter().map(|(key, values)| (key, values.clone())).collect();
        let request = Request { action: &witness.action, resource: &witness.resource, context: &context };
        let [own, other] =
            [side, side.other()].map(|side| decide(self.roles.get(side), &request, self.setup.catalogue));
        let verdict = if (self.setup.confirming.heard)(&witness.action, proves(&own, &other)) {
            None
        } else {
            Some(match doubts(&own, &other) {
                Some(reasons) => reasons,
                None => self.setup.confirming.refuted(refuted(witness, &own, &other))?,
            })
        };
        self.heard.insert(key, verdict.clone());
        Ok(verdict)
    }
}

/// Why the evaluator has no answer; `None` when it has one, and another.
fn doubts(a: &Decision, b: &Decision) -> Option<Vec<String>> {
    let mut reasons: Vec<String> =
        a.unknown_because.iter().chain(&b.unknown_because).map(|reason| reason.doubt.to_string()).collect();
    reasons.sort();
    reasons.dedup();
    (!reasons.is_empty()).then_some(reasons)
}

/// A row without a witness, though it is certain.
fn unproved(service: &str) -> EngineError {
    EngineError::internal(format!("a certain difference in `{service}` has no proof"))
}

fn refuted(witness: &Witness, a: &Decision, b: &Decision) -> EngineError {
    EngineError::WitnessRefuted {
        action: witness.action.clone(),
        resource: witness.resource.clone(),
        problem: format!("{} on its side, {} on the other", a.verdict, b.verdict),
    }
}

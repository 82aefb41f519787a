//! Every witness is asked again of the plain evaluator, which was written apart from the comparison.

use std::sync::Arc;

use crate::catalog::Catalogue;
use crate::model::{
    ActionClause, Conditions, Effect, PolicyDocument, PolicyType, ResourceClause, Side, Sides, Statement,
};
use crate::semantics::error::EngineError;
use crate::semantics::evaluate::{AttachedDocument, Context, Decision, Request, RolePolicies, Verdict, evaluate};
use crate::semantics::outcome::{AccessComparison, Certainty, Grade, Witness};

/// Confirms all witnesses.
///
/// # Errors
/// If the evaluator says for certain that a witness is none. Where it says that nothing is certain, the row becomes
/// unknown.
pub fn confirm(
    comparison: &mut AccessComparison,
    left: &RolePolicies,
    right: &RolePolicies,
    catalogue: &Catalogue,
) -> Result<(), EngineError> {
    let roles = Sides { left, right };
    let ask = |side: Side, witness: &Witness| decide(roles.get(side), witness, catalogue);
    for row in &mut comparison.differences {
        let Some(witness) = &row.witness else { continue };
        let (may, may_not) = (ask(row.side, witness), ask(row.side.other(), witness));
        let proved = may.verdict == Verdict::Allowed
            && matches!(may_not.verdict, Verdict::ImplicitlyDenied | Verdict::ExplicitlyDenied);
        if !proved {
            let reasons = doubts(&may, &may_not).ok_or_else(|| refuted(witness, &may, &may_not))?;
            (row.certainty, row.witness, row.reasons) = (Certainty::Unknown, None, reasons);
        }
    }
    let certain = comparison.differences.iter().any(|row| row.certainty != Certainty::Unknown);
    if comparison.grade == Grade::Different && !certain {
        comparison.grade = Grade::Unknown;
    }
    if comparison.deny_differences.is_empty() {
        return Ok(());
    }
    let roles = Sides { left: &allowing_all(left), right: &allowing_all(right) };
    let ask = |side: Side, witness: &Witness| decide(roles.get(side), witness, catalogue);
    for row in &mut comparison.deny_differences {
        let Some(witness) = &row.witness else { continue };
        let (denies, does_not) = (ask(row.side, witness), ask(row.side.other(), witness));
        let proved = denies.verdict == Verdict::ExplicitlyDenied && does_not.verdict == Verdict::Allowed;
        if !proved {
            let reasons = doubts(&denies, &does_not).ok_or_else(|| refuted(witness, &denies, &does_not))?;
            (row.certainty, row.witness, row.reasons) = (Certainty::Unknown, None, reasons);
        }
    }
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

fn decide(role: &RolePolicies, witness: &Witness, catalogue: &Catalogue) -> Decision {
    let context: Context = witness.context.iter().map(|(key, values)| (key, values.clone())).collect();
    let request = Request { action: &witness.action, resource: &witness.resource, context: &context };
    evaluate(role, &request, catalogue)
}

/// Why the evaluator has no answer; `None` when it has one, and another.
fn doubts(a: &Decision, b: &Decision) -> Option<Vec<String>> {
    let mut reasons: Vec<String> =
        a.unknown_because.iter().chain(&b.unknown_because).map(|reason| reason.doubt.to_string()).collect();
    reasons.sort();
    reasons.dedup();
    (!reasons.is_empty()).then_some(reasons)
}

fn refuted(witness: &Witness, a: &Decision, b: &Decision) -> EngineError {
    EngineError::WitnessRefuted {
        action: witness.action.clone(),
        resource: witness.resource.clone(),
        problem: format!("{} on its side, {} on the other", a.verdict, b.verdict),
    }
}

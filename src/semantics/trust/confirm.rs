//! Every witness is asked again of the plain evaluator.

use super::outcome::{TrustDifference, TrustRelation, TrustWitness};
use super::side::TrustSide;
use crate::model::{PrincipalType, Side, Sides};
use crate::semantics::error::{Confirming, EngineError};
use crate::semantics::evaluate::{
    Caller, Context, Relation, RoleAccount, TrustDecision, TrustRequest, Verdict, evaluate_trust,
};
use crate::semantics::outcome::Certainty;

/// Confirms a row's witness; a row on which the evaluator has no answer becomes unknown.
///
/// # Errors
/// If the evaluator has another answer, and that is to end the run. Otherwise the row becomes unknown as well.
pub fn confirm(
    row: &mut TrustDifference,
    sides: &Sides<TrustSide<'_>>,
    confirming: Confirming,
) -> Result<(), EngineError> {
    let Some(witness) = &row.witness else {
        if row.certainty != Certainty::Unknown {
            let error = EngineError::internal(format!("a certain difference for `{}` has no proof", row.principal));
            (row.certainty, row.reasons) = (Certainty::Unknown, confirming.refuted(error)?);
        }
        return Ok(());
    };
    let ask = |side: Side| decide(sides.get(side), witness);
    let (may, may_not) = (ask(row.side), ask(row.side.other()));
    let refused = matches!(may_not.decision.verdict, Verdict::ImplicitlyDenied | Verdict::ExplicitlyDenied);
    let less = row.relation == TrustRelation::Granted
        && may.relation == Some(Relation::Granted)
        && may_not.relation == Some(Relation::Delegated);
    let proved = may.decision.verdict == Verdict::Allowed && (refused || less);
    if (confirming.heard)(&witness.action, proved) {
        return Ok(());
    }
    let doubts = [&may, &may_not].into_iter().flat_map(|answer| &answer.decision.unknown_because);
    let mut reasons: Vec<String> = doubts.map(|reason| reason.doubt.to_string()).collect();
    reasons.sort();
    reasons.dedup();
    if reasons.is_empty() {
        reasons = confirming.refuted(EngineError::WitnessRefuted {
            action: witness.action.clone(),
            resource: witness.principal.clone(),
            problem: format!("{} on its side, {} on the other", may.decision.verdict, may_not.decision.verdict),
        })?;
    }
    (row.certainty, row.witness, row.reasons) = (Certainty::Unknown, None, reasons);
    Ok(())
}

fn decide(side: &TrustSide<'_>, witness: &TrustWitness) -> TrustDecision {
    let text = witness.principal.as_str();
    let caller = match witness.principal_type {
        PrincipalType::Service => Caller::Service(text),
        PrincipalType::Federated => Caller::Federated(text),
        PrincipalType::CanonicalUser => Caller::CanonicalUser(text),
        PrincipalType::Aws | PrincipalType::Everyone => Caller::Aws(text),
    };
    let context: Context = witness.context.iter().map(|(key, values)| (key, values.clone())).collect();
    let request = TrustRequest { caller, action: &witness.action, context: &context };
    let role = RoleAccount { account: side.account, id: side.account_id, partition: side.partition };
    evaluate_trust(side.policy, role, &request, "trust")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::policy::parse_trust;
    use crate::semantics::Inconsistency;
    use crate::semantics::outcome::{Refusal, is_inconsistent};

    #[test]
    fn a_certain_row_without_a_witness_is_no_proof() {
        let policy = parse_trust(r#"{"Statement": []}"#).unwrap();
        let side = TrustSide { policy: &policy, account: "111122223333", account_id: None, partition: "aws" };
        let sides = Sides { left: side, right: side };
        let mut row = TrustDifference {
            side: Side::Left,
            actions: vec!["sts:AssumeRole".to_owned()],
            principal_type: PrincipalType::Aws,
            principal: "444455556666".to_owned(),
            except: Vec::new(),
            relation: TrustRelation::Granted,
            condition: None,
            certainty: Certainty::Always,
            witness: None,
            granted_by: Vec::new(),
            refused_by: Refusal::NoAllow,
            reasons: Vec::new(),
        };
        let mut confirming = Confirming { inconsistency: Inconsistency::Error, ..Confirming::default() };
        match confirm(&mut row.clone(), &sides, confirming) {
            Err(EngineError::Internal { invariant }) => assert!(invariant.contains("has no proof"), "{invariant}"),
            other => panic!("{other:?}"),
        }
        confirming.inconsistency = Inconsistency::Report;
        confirm(&mut row, &sides, confirming).unwrap();
        assert!(row.certainty == Certainty::Unknown && is_inconsistent(&row.reasons), "{row:?}");
    }
}

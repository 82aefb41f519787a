//! Whether the conditions of rows are true of their witnesses, by the plain evaluator.

use std::sync::Arc;

use iamctl::catalog::Catalogue;
use iamctl::model::{
    ActionClause, Conditions, Effect, PolicyDocument, PolicyType, Principal, PrincipalClause, PrincipalType,
    ResourceClause, Side, Statement, TrustPolicy, Version,
};
use iamctl::semantics::condition_block::ConditionBlock;
use iamctl::semantics::difference_condition::{DifferenceCondition, Extent};
use iamctl::semantics::evaluate::{
    AttachedDocument, Caller, Context, Request, RoleAccount, RolePolicies, TrustRequest, Verdict, evaluate,
    evaluate_trust,
};
use iamctl::semantics::outcome::{AccessComparison, Certainty, Witness};
use iamctl::semantics::trust::{TrustComparison, TrustWitness};

/// Says of a condition what is true of it, given what holds of a request.
fn is_true(
    condition: &DifferenceCondition,
    own: impl Fn(&ConditionBlock, &Extent) -> bool,
    other: impl Fn(&ConditionBlock, &Extent) -> bool,
) {
    let all = &Extent::Everywhere;
    let any = |blocks: &[ConditionBlock], holds: &dyn Fn(&ConditionBlock, &Extent) -> bool| {
        blocks.is_empty() || blocks.iter().any(|block| holds(block, all))
    };
    assert!(condition.own().is_none_or(|block| own(block, all)), "what must hold does not: {condition}");
    assert!(any(condition.within(), &own), "none of the boundary's holds: {condition}");
    assert!(any(condition.when(), &other), "none of the Denies' holds: {condition}");
    for exclusion in condition.unless() {
        // Of the one role or of the other; which, the text does not say.
        let (block, extent) = (&exclusion.block, &exclusion.extent);
        assert!(!(own(block, extent) && other(block, extent)), "what must not hold does: {condition}");
    }
}

/// Whether a condition holds for the request of a role on such resources.
fn holds(
    block: &ConditionBlock,
    extent: &Extent,
    role: &RolePolicies,
    witness: &Witness,
    catalogue: &Catalogue,
) -> bool {
    let target = match extent {
        Extent::Everywhere => ResourceClause::NotResource(Vec::new()),
        Extent::On(texts) => ResourceClause::Resource(texts.clone()),
        Extent::ExceptOn(texts) => ResourceClause::NotResource(texts.clone()),
    };
    let statement = Statement {
        sid: None,
        effect: Effect::Allow,
        action: ActionClause::NotAction(Vec::new()),
        target,
        conditions: Conditions::new(block.tests().to_vec()),
    };
    let document = Arc::new(PolicyDocument { version: Some(Version::V2012), id: None, statements: vec![statement] });
    let all = AttachedDocument { policy_name: String::new(), policy_type: PolicyType::Inline, document };
    let role = RolePolicies { identity: vec![all], boundary: None, role: role.role.clone() };
    let context: Context = witness.context.clone().into_iter().collect();
    evaluate(&role, &Request { action: &witness.action, resource: &witness.resource, context: &context }, catalogue)
        .is_allowed()
}

/// Every condition is true of its row's witness, by the plain evaluator.
pub fn assert_true_of_witnesses(
    comparison: &AccessComparison,
    left: &RolePolicies,
    right: &RolePolicies,
    catalogue: &Catalogue,
) {
    let access = comparison.differences.iter().map(|row| (row.side, row.certainty, &row.condition, &row.witness));
    let denies = comparison.deny_differences.iter().map(|row| (row.side, row.certainty, &row.condition, &row.witness));
    for (side, certainty, condition, witness) in access.chain(denies) {
        let (Some(condition), Some(witness)) = (condition, witness) else { continue };
        assert_ne!(certainty, Certainty::Always);
        if certainty == Certainty::Unknown {
            continue;
        }
        let [own, other] = if side == Side::Left { [left, right] } else { [right, left] };
        is_true(
            condition,
            |block, extent| holds(block, extent, own, witness, catalogue),
            |block, extent| holds(block, extent, other, witness, catalogue),
        );
    }
}

fn holds_for_caller(block: &ConditionBlock, account: &str, witness: &TrustWitness) -> bool {
    let text = witness.principal.as_str();
    let (caller, principal) = match witness.principal_type {
        PrincipalType::Service => (Caller::Service(text), Principal::Service(text.to_owned())),
        PrincipalType::Federated => (Caller::Federated(text), Principal::Federated(text.to_owned())),
        PrincipalType::CanonicalUser => (Caller::CanonicalUser(text), Principal::CanonicalUser(text.to_owned())),
        PrincipalType::Aws | PrincipalType::Everyone => (Caller::Aws(text), Principal::Aws(text.to_owned())),
    };
    let statement = Statement {
        sid: None,
        effect: Effect::Allow,
        action: ActionClause::NotAction(Vec::new()),
        target: PrincipalClause::Principal(vec![principal]),
        conditions: Conditions::new(block.tests().to_vec()),
    };
    let policy = TrustPolicy { version: Some(Version::V2012), id: None, statements: vec![statement] };
    let context: Context = witness.context.clone().into_iter().collect();
    let request = TrustRequest { caller, action: &witness.action, context: &context };
    let role = RoleAccount { account, id: None, partition: "aws" };
    evaluate_trust(&policy, role, &request, "trust").decision.verdict == Verdict::Allowed
}

/// The same of trust policies of roles in one account.
pub fn assert_true_of_callers(comparison: &TrustComparison, account: &str) {
    for row in &comparison.differences {
        if let (Some(condition), Some(witness)) = (&row.condition, &row.witness)
            && row.certainty != Certainty::Unknown
        {
            let holds = |block: &ConditionBlock, _: &Extent| holds_for_caller(block, account, witness);
            is_true(condition, holds, holds);
        }
    }
}

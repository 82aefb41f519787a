//! Who can assume a role: its trust policy against a caller.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>. What the caller's own
//! policies must allow besides is not asked here.

use super::caller;
use super::context::ContextView;
use super::decision::{Decision, Hint, Note};
use super::principal;
use super::role_account::RoleAccount;
use super::statement::{Source, StatementMatch, StatementMatches};
use super::trust_request::TrustRequest;
use super::truth::Truth;
use super::{action, condition};
use crate::model::{PolicyType, Statement, TrustPolicy, Version};

/// How a trust policy that allows a caller does so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// It names the caller, or everyone. In the role's own account this is enough by itself; a caller of another
    /// account needs that account's permission besides.
    Granted,
    /// It names only the role's own account, whose policies must allow the caller as well.
    Delegated,
}

/// The answer to a request to assume a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustDecision {
    /// The answer and its reasons. A trust policy has no boundary.
    pub decision: Decision,
    /// How it is allowed; `None` unless it is.
    pub relation: Option<Relation>,
}

/// Whether a role's trust policy lets a caller assume the role. `policy_name` is what statements are cited under.
#[must_use]
pub fn evaluate_trust(
    policy: &TrustPolicy,
    role: RoleAccount<'_>,
    request: &TrustRequest<'_>,
    policy_name: &str,
) -> TrustDecision {
    let source = Source { policy_name, policy_type: PolicyType::Trust };
    let version = policy.effective_version();
    let mut findings = StatementMatches::default();
    let refuse = |hint| {
        let note = Note { statement: None, hint };
        TrustDecision { decision: StatementMatches::default().decide(None, vec![note]), relation: None }
    };
    if let Some(hint) = caller::cannot_call(request.caller, request.action, role) {
        return refuse(hint);
    }
    let context = match caller::context(request) {
        Ok(context) => context,
        Err(key) => return refuse(Hint::ContradictsCaller { key }),
    };
    let request = &TrustRequest { context: &context, ..*request };
    let mut grants_by_itself = false;
    for (index, statement) in policy.statements.iter().enumerate() {
        let finding = find(statement, version, role, request);
        let names_caller = principal::grants_by_itself(&statement.target, request.caller, role);
        grants_by_itself |= finding.allows() && names_caller;
        findings.push(source.cite(index, statement.sid.clone()), finding);
    }
    let decision = findings.decide(None, Vec::<Note>::new());
    let how = if grants_by_itself { Relation::Granted } else { Relation::Delegated };
    TrustDecision { relation: decision.is_allowed().then_some(how), decision }
}

fn find(
    statement: &Statement<crate::model::PrincipalClause>,
    version: Version,
    role: RoleAccount<'_>,
    request: &TrustRequest<'_>,
) -> StatementMatch {
    let mut hints = Vec::new();
    let action = action::covers(&statement.action, request.action);
    let truth = if action.is_no() {
        action
    } else {
        let principal = principal::covers(&statement.target, statement.effect, request.caller, role, &mut hints);
        let view = ContextView::of_anybody(request.context, role);
        Truth::all([action, principal, condition::hold(&statement.conditions, version, view, &mut hints)])
    };
    StatementMatch { effect: statement.effect, truth, hints }
}

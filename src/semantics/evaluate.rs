//! One request in, allowed or not out, with the reason.
//!
//! Slow and obvious on purpose: each rule stands in a file of its own beside the page of AWS that says it, nothing is
//! prepared, sorted or remembered, and nothing is shared with the comparison, whose every witness is asked here again.
//! Where AWS does not document what happens, the answer is [`Verdict::Unknown`], never a guess.

mod action;
mod caller;
mod condition;
mod context;
mod decision;
mod form;
mod operator;
mod principal;
mod resource;
mod role_account;
mod statement;
mod trust;
mod trust_request;
mod truth;
mod value;
mod variable;

use std::sync::Arc;

pub use super::statement_ref::StatementRef;
pub use context::Context;
pub use decision::{BoundaryAnswer, Decision, Doubt, Hint, Note, Reason, Verdict};
pub use role_account::RoleAccount;
pub use trust::{Relation, TrustDecision, evaluate_trust};
pub use trust_request::{Caller, TrustRequest};

use super::known_role::KnownRole;
use crate::catalog::Catalogue;
use crate::model::{IdentityPolicy, PolicyType, ResourceClause, Statement, Version};
use context::ContextView;
use resource::{ArnReading, Target};
use statement::{Source, StatementMatch, StatementMatches};
use truth::Truth;

/// What a session of a role asks to do.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The action, such as `s3:GetObject`, in any case.
    pub action: &'a str,
    /// The ARN of what it acts on; `*` for an action that takes no resource.
    pub resource: &'a str,
    /// What the request carries besides.
    pub context: &'a Context,
}

/// A policy document and how it belongs to its role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedDocument {
    /// The policy's name.
    pub policy_name: String,
    /// How it belongs to the role.
    pub policy_type: PolicyType,
    /// What it says.
    pub document: Arc<IdentityPolicy>,
}

/// All that says what a role may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RolePolicies {
    /// The inline and attached policies. Their order does not matter.
    pub identity: Vec<AttachedDocument>,
    /// The permissions boundary, if there is one.
    pub boundary: Option<AttachedDocument>,
    /// What is known of the role besides.
    pub role: KnownRole,
}

/// Whether a role with these policies may make a request, by its policies alone.
///
/// ```
/// use std::sync::Arc;
/// use iamctl::catalog::Catalogue;
/// use iamctl::model::PolicyType;
/// use iamctl::parse::policy::parse_identity;
/// use iamctl::semantics::evaluate::{AttachedDocument, Context, Request, RolePolicies, Verdict, evaluate};
///
/// let document = parse_identity(r#"{"Statement": {"Effect": "Allow", "Action": "my:*", "Resource": "*"}}"#).unwrap();
/// let own = AttachedDocument {
///     policy_name: "own".to_owned(),
///     policy_type: PolicyType::Inline,
///     document: Arc::new(document),
/// };
/// let policies = RolePolicies { identity: vec![own], ..RolePolicies::default() };
/// let request = Request { action: "my:Action", resource: "*", context: &Context::default() };
/// let decision = evaluate(&policies, &request, &Catalogue::embedded());
/// assert_eq!(decision.verdict, Verdict::Allowed);
/// assert_eq!(decision.allowed_by[0].policy_name, "own");
/// ```
#[must_use]
pub fn evaluate(policies: &RolePolicies, request: &Request<'_>, catalogue: &Catalogue) -> Decision {
    let mut decision = decide(policies, request, catalogue);
    let flat = decide_by(policies, request, catalogue, ArnReading::Flat).verdict;
    if flat != decision.verdict {
        decision.notes.push(Note { statement: None, hint: Hint::FlatTextDecidesOtherwise { verdict: flat } });
    }
    decision
}

/// As [`evaluate`], without the note on what plain text would decide: for whoever asks only what AWS documents.
#[must_use]
pub fn decide(policies: &RolePolicies, request: &Request<'_>, catalogue: &Catalogue) -> Decision {
    decide_by(policies, request, catalogue, ArnReading::Documented)
}

fn decide_by(policies: &RolePolicies, request: &Request<'_>, catalogue: &Catalogue, reading: ArnReading) -> Decision {
    let scope = ResourceScope::new(request, catalogue);
    let about_request = |hint| vec![Note { statement: None, hint }];
    let notes = match scope {
        ResourceScope::NotItsResource => {
            return StatementMatches::default().decide(None, about_request(Hint::NotItsResource));
        }
        ResourceScope::UnknownAction => about_request(Hint::UnknownAction),
        ResourceScope::Star | ResourceScope::Resource => Vec::new(),
    };
    let asked = AskedRequest { request: *request, scope, reading, role: &policies.role };
    let identity = asked.match_all(&policies.identity);
    let boundary = policies.boundary.as_ref().map(|boundary| asked.match_all(std::slice::from_ref(boundary)));
    identity.decide(boundary, notes)
}

/// What an action acts on.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>:
/// an action without resource types "does not support resource-level permissions", and only `*` applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResourceScope {
    /// The action takes no resource, and the request names none.
    Star,
    /// The request's resource is of a type the action acts on.
    Resource,
    /// The action does not act on this.
    NotItsResource,
    /// The catalogue does not have the action: it may act on anything.
    UnknownAction,
}

impl ResourceScope {
    fn new(request: &Request<'_>, catalogue: &Catalogue) -> Self {
        let found = request.action.split_once(':').and_then(|(service, name)| catalogue.action(service, name));
        let Some((service, action)) = found else { return Self::UnknownAction };
        if action.resources.is_empty() {
            return if request.resource == "*" { Self::Star } else { Self::NotItsResource };
        }
        let mut templates = service.resource_types_of(action).flat_map(|resource_type| &resource_type.arns);
        let is_its_resource = templates.any(|template| form::is_of(template, request.resource));
        if is_its_resource { Self::Resource } else { Self::NotItsResource }
    }
}

/// A request as every statement is asked about it.
#[derive(Debug, Clone, Copy)]
struct AskedRequest<'a> {
    request: Request<'a>,
    scope: ResourceScope,
    reading: ArnReading,
    role: &'a KnownRole,
}

impl AskedRequest<'_> {
    fn match_all(&self, policies: &[AttachedDocument]) -> StatementMatches {
        let mut findings = StatementMatches::default();
        for policy in policies {
            let source = Source { policy_name: &policy.policy_name, policy_type: policy.policy_type };
            let version = policy.document.effective_version();
            for (index, statement) in policy.document.statements.iter().enumerate() {
                let finding = self.matches(statement, version);
                if !finding.says_nothing() {
                    findings.push(source.cite(index, statement.sid.clone()), finding);
                }
            }
        }
        findings
    }

    /// A statement matches when its action, its resource and its conditions do.
    fn matches(&self, statement: &Statement<ResourceClause>, version: Version) -> StatementMatch {
        let Request { action, resource, context } = self.request;
        let view = ContextView::of_role_session(context, self.role);
        let mut hints = Vec::new();
        let action = action::covers(&statement.action, action);
        let truth = if action.is_no() {
            action
        } else {
            let target = Target { resource, view, version, reading: self.reading };
            let resource = resource::covers(&statement.target, target, &mut hints);
            if self.scope == ResourceScope::Star && resource.is_no() {
                hints.push(Hint::TakesOnlyStar);
            }
            Truth::all([action, resource, condition::hold(&statement.conditions, version, view, &mut hints)])
        };
        StatementMatch { effect: statement.effect, truth, hints }
    }
}

#[cfg(test)]
mod tests;

//! Pairs of policies with requests whose answers were settled by hand: `tests/fixtures/access`.

use std::collections::BTreeMap;
use std::sync::Arc;

use iamctl::catalog::Catalogue;
use iamctl::model::{PolicyType, Side, Sides};
use iamctl::parse::policy::{parse_identity, parse_trust};
use iamctl::semantics::evaluate::{
    AttachedDocument, Caller, Context, Request, RoleAccount, RolePolicies, TrustRequest, Verdict, evaluate,
    evaluate_trust,
};
use serde::Deserialize;
use serde_json::Value;

/// A labeled pair.
#[derive(Deserialize)]
pub struct Case {
    pub name: String,
    pub kind: Kind,
    pub left_policy: Value,
    pub right_policy: Value,
    pub left_boundary: Option<Value>,
    pub right_boundary: Option<Value>,
    pub role_account: Option<String>,
    witnesses: Vec<Labelled>,
    samples: Vec<Labelled>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Identity,
    Trust,
}

/// A request and whether each side allows it.
#[derive(Deserialize)]
pub struct Labelled {
    pub action: String,
    pub resource: Option<String>,
    pub principal: Option<String>,
    pub principal_type: Option<String>,
    pub context: BTreeMap<String, Vec<String>>,
    left: bool,
    right: bool,
}

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

pub fn cases() -> Vec<Case> {
    let file: File = serde_json::from_str(include_str!("../../fixtures/access/cases.json")).unwrap();
    file.cases
}

impl Case {
    pub fn requests(&self) -> impl Iterator<Item = &Labelled> {
        self.witnesses.iter().chain(&self.samples)
    }

    /// The attached documents of a side.
    pub fn documents(&self, side: Side) -> Vec<&Value> {
        let policy = *Sides { left: &self.left_policy, right: &self.right_policy }.get(side);
        policy.as_array().map_or_else(|| vec![policy], |many| many.iter().collect())
    }

    pub fn boundary(&self, side: Side) -> Option<&Value> {
        Sides { left: &self.left_boundary, right: &self.right_boundary }.get(side).as_ref()
    }

    pub fn verdict(&self, side: Side, request: &Labelled, catalogue: &Catalogue) -> Verdict {
        match self.kind {
            Kind::Identity => self.identity_verdict(side, request, catalogue),
            Kind::Trust => self.trust_verdict(side, request),
        }
    }

    fn identity_verdict(&self, side: Side, request: &Labelled, catalogue: &Catalogue) -> Verdict {
        let policies = role_policies(&self.documents(side), self.boundary(side));
        let context = request.context();
        let resource = request.resource.as_deref().unwrap();
        evaluate(&policies, &Request { action: &request.action, resource, context: &context }, catalogue).verdict
    }

    fn trust_verdict(&self, side: Side, request: &Labelled) -> Verdict {
        let policy = parse_trust(&self.documents(side)[0].to_string()).unwrap();
        let role = RoleAccount { account: self.role_account.as_deref().unwrap(), id: None, partition: "aws" };
        let context = request.context();
        let request = TrustRequest { caller: request.caller(), action: &request.action, context: &context };
        evaluate_trust(&policy, role, &request, &self.name).decision.verdict
    }
}

impl Labelled {
    pub fn allowed(&self, side: Side) -> bool {
        *Sides { left: self.left, right: self.right }.get(side)
    }

    fn context(&self) -> Context {
        self.context.clone().into_iter().collect()
    }

    fn caller(&self) -> Caller<'_> {
        let name = self.principal.as_deref().unwrap();
        match self.principal_type.as_deref() {
            Some("AWS") => Caller::Aws(name),
            Some("Service") => Caller::Service(name),
            other => panic!("{other:?}"),
        }
    }
}

/// Documents and a boundary as our evaluator takes them.
pub fn role_policies(documents: &[&Value], boundary: Option<&Value>) -> RolePolicies {
    let attach = |name: &str, policy_type, document: &Value| AttachedDocument {
        policy_name: name.to_owned(),
        policy_type,
        document: Arc::new(parse_identity(&document.to_string()).unwrap()),
    };
    RolePolicies {
        identity: documents.iter().map(|document| attach("policy", PolicyType::Inline, document)).collect(),
        boundary: boundary.map(|document| attach("boundary", PolicyType::Boundary, document)),
        ..RolePolicies::default()
    }
}

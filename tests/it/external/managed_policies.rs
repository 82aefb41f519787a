//! All AWS managed policies, about 1,580, as moto ships them: real documents through every stage.

use std::path::Path;
use std::sync::Arc;

use iamctl::catalog::Catalogue;
use iamctl::expand::{Expander, Universe};
use iamctl::model::{IdentityPolicy, PolicyType};
use iamctl::parse::policy::parse_identity;
use iamctl::semantics::outcome::{Certainty, Grade};

use iamctl::semantics::evaluate::{AttachedDocument, RolePolicies};
use iamctl::semantics::{Budget, Engine};
use rayon::prelude::*;
use serde_json::Value;

use crate::support::external::python;

/// Name and document of every policy, sorted by name.
fn policies() -> Vec<(String, Arc<IdentityPolicy>)> {
    let _root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let print = "from moto.iam.aws_managed_policies import aws_managed_policies_data as d; print(d)";
    let output = python().args(["-c", print]).output().unwrap();
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    let read = |(name, policy): (&String, &Value)| {
        let document = parse_identity(&policy["Document"].to_string());
        (name.clone(), Arc::new(document.unwrap_or_else(|error| panic!("{name}: {error}"))))
    };
    all.as_object().unwrap().iter().map(read).collect()
}

fn role(name: &str, document: &Arc<IdentityPolicy>) -> RolePolicies {
    let attached = AttachedDocument {
        policy_name: name.to_owned(),
        policy_type: PolicyType::Managed,
        document: Arc::clone(document),
    };
    RolePolicies { identity: vec![attached], ..RolePolicies::default() }
}

#[test]
fn every_policy_is_read_and_expanded_and_loses_nothing() {
    let policies = policies();
    assert!(policies.len() > 1_500, "{}", policies.len());
    let catalogue = Catalogue::embedded();
    let expander = Expander::new(Universe::new(&catalogue, []));
    for (name, document) in &policies {
        let expansion = expander.once(document);
        for statement in &document.statements {
            for resource in statement.target.patterns() {
                let shown = expansion.rows().any(|row| row.target.arn() == Some(resource));
                assert!(shown, "{name}: {resource} has no row");
            }
        }
    }
}

#[test]
fn neighbours_are_compared_within_the_budget() {
    let policies = policies();
    let catalogue = Catalogue::embedded();
    let engine = Engine::new(&catalogue, Budget::default());
    // Each policy is in one pair; `benches/access.rs` takes every neighbour.
    policies.par_chunks(2).for_each(|pair| {
        let [(left_name, left), (right_name, right)] = pair else { return };
        let comparison = engine.between(&role(left_name, left), &role(right_name, right)).unwrap();
        let budget = comparison.differences.iter().find(|row| row.reasons.iter().any(|why| why.contains("budget")));
        assert!(budget.is_none(), "{left_name} and {right_name}: {budget:?}");
        let certain = comparison.differences.iter().any(|row| row.certainty != Certainty::Unknown);
        assert_eq!(comparison.grade == Grade::Different, certain, "{left_name} and {right_name}");
    });
}

#[test]
fn a_policy_against_itself_has_no_difference() {
    let catalogue = Catalogue::embedded();
    let engine = Engine::new(&catalogue, Budget::default());
    for (name, document) in policies() {
        let again = Arc::new((*document).clone());
        let comparison = engine.between(&role(&name, &document), &role("copy", &again)).unwrap();
        assert_eq!((comparison.grade, comparison.differences.len()), (Grade::Identical, 0), "{name}");
    }
}

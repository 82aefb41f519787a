use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::*;
use crate::catalog::Catalogue;
use crate::model::{PolicyType, Side};
use crate::parse::policy::parse_identity;
use crate::semantics::error::Confirming;
use crate::semantics::evaluate::AttachedDocument;
use crate::semantics::outcome::{Certainty, is_inconsistent};
use crate::semantics::{Budget, Inconsistency};

fn role(action: &str) -> RolePolicies {
    let text = format!(r#"{{"Statement": {{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}}}"#);
    let document = Arc::new(parse_identity(&text).unwrap());
    let own = AttachedDocument { policy_name: "own".to_owned(), policy_type: PolicyType::Inline, document };
    RolePolicies { identity: vec![own], ..RolePolicies::default() }
}

fn says<T>(answer: Result<T, EngineError>, words: &str) {
    match answer.err() {
        Some(EngineError::Internal { invariant }) => assert!(invariant.contains(words), "{invariant}"),
        other => panic!("{other:?}, not {words}"),
    }
}

#[test]
fn what_is_lost_is_named() {
    let catalogue = Catalogue::embedded();
    let shared = Shared::new(&catalogue, Reading::Parts, vec!["aws".to_owned()]);
    let mut pair = Pair::new(&role("s3:GetObject"), &role("s3:PutObject"), &shared).unwrap();
    says(pair.rule(2), "no statement 2 of 2");
    says(pair.places(Side::Left, 2), "statement 2 is in no policy");
    let rule = Arc::clone(pair.rule(0).unwrap());
    says(action_patterns::spell(&[], &[], &rule, &shared.universe), "has no action");
    says(action_patterns::spell(&[shared.universe.len()], &[], &rule, &shared.universe), "there is no action");
    // A role's statement that the pair does not have.
    pair.roles.left.allows.insert(70);
    says(classes::classes(&pair, &shared.universe, 100), "no statement 70 of 2");
    says(rows::rows(&pair, &shared, Budget::default()), "no statement 70 of 2");
    // A row of a statement that its role does not have.
    let mut pair = Pair::new(&role("s3:GetObject"), &role("s3:PutObject"), &shared).unwrap();
    let rows = rows::rows(&pair, &shared, Budget::default()).unwrap();
    pair.places.left = BTreeMap::new();
    let flat = OnceLock::new();
    let names = Sides { left: "a".to_owned(), right: "b".to_owned() };
    let confirming = Confirming::default();
    let setup = Setup {
        catalogue: &catalogue,
        budget: Budget::default(),
        partitions: &[],
        confirming,
        names: &names,
        shared: &shared,
        flat: &flat,
    };
    says(finish::differences(&pair, rows, setup), "is in no policy of its role");
}

#[test]
fn a_certain_row_without_a_witness_is_no_proof() {
    let catalogue = Catalogue::embedded();
    let shared = Shared::new(&catalogue, Reading::Parts, vec!["aws".to_owned()]);
    let flat = OnceLock::new();
    let names = Sides { left: "a".to_owned(), right: "b".to_owned() };
    let (left, right) = (role("s3:GetObject"), role("s3:PutObject"));
    let pair = Pair::new(&left, &right, &shared).unwrap();
    let mut confirming = Confirming { inconsistency: Inconsistency::Error, ..Confirming::default() };
    let mut setup = Setup {
        catalogue: &catalogue,
        budget: Budget::default(),
        partitions: &[],
        confirming,
        names: &names,
        shared: &shared,
        flat: &flat,
    };
    let mut found = comparison(&pair, setup).unwrap();
    found.differences[0].witness = None;
    let roles = Sides { left: &left, right: &right };
    says(confirm::confirm(&mut found.clone(), roles, setup), "has no proof");
    confirming.inconsistency = Inconsistency::Report;
    setup.confirming = confirming;
    confirm::confirm(&mut found, roles, setup).unwrap();
    let unknown: Vec<_> = found.differences.iter().filter(|row| row.certainty == Certainty::Unknown).collect();
    assert!(unknown.len() == 1 && is_inconsistent(&unknown[0].reasons), "{found:#?}");
}

//! The laws of the comparison, over a world small enough to list every request.

use iamctl::model::{Glob, Side};
use iamctl::semantics::evaluate::{Context, RolePolicies};
use iamctl::semantics::outcome::{AccessComparison, Certainty};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

use crate::support::condition_truth::assert_true_of_witnesses;
use crate::support::small_world::{
    ACTIONS, World, assert_complete, assert_complete_in, assert_sound, between, catalogue, catalogue_has, nested_world,
    role, statement, statements, world,
};

fn mirrored(mut comparison: AccessComparison) -> AccessComparison {
    comparison.differences.iter_mut().for_each(|row| row.side = row.side.other());
    comparison.deny_differences.iter_mut().for_each(|row| row.side = row.side.other());
    comparison.warnings.iter_mut().for_each(|row| row.side = row.side.other());
    comparison.differences.sort();
    comparison.deny_differences.sort();
    comparison.warnings.sort();
    comparison
}

/// The same role in other words; `dice` chooses them.
fn rewritten((statements, boundary): &World, dice: &[u8]) -> World {
    let mut all = Vec::new();
    for (at, statement) in statements.iter().enumerate() {
        let die = dice.get(at).copied().unwrap_or_default();
        match (die % 6, statement.get("Action").and_then(Value::as_array)) {
            (0, Some(actions)) => all.extend(actions.iter().map(|action| {
                let mut one = statement.clone();
                one["Action"] = action.clone();
                one
            })),
            (1, Some(actions)) => {
                let mut other = statement.clone();
                other["Action"] = actions.iter().rev().map(|action| action.as_str().unwrap().to_uppercase()).collect();
                all.push(other);
            }
            (2, _) => all.extend([statement.clone(), statement.clone()]),
            (3, Some(actions)) => all.push(complemented(statement, actions)),
            (4, _) if statement["Resource"].is_array() => {
                for resource in statement["Resource"].as_array().unwrap() {
                    let mut one = statement.clone();
                    one["Resource"] = resource.clone();
                    all.push(one);
                }
            }
            _ => {
                let mut named = statement.clone();
                named["Sid"] = json!(format!("S{at}"));
                all.insert(0, named);
            }
        }
    }
    if dice.first().is_some_and(|die| die % 2 == 0) {
        all.push(json!({"Effect": "Deny", "NotAction": "*", "Resource": "*"}));
    }
    (all, boundary.clone())
}

/// `Action` as `NotAction` with all other actions of the catalog.
fn complemented(statement: &Value, actions: &[Value]) -> Value {
    let written: Vec<Glob> = actions.iter().map(|action| Glob::new_folded(action.as_str().unwrap())).collect();
    let listed = |action: &str| written.iter().any(|glob| glob.matches(&action.to_ascii_lowercase()));
    if actions.iter().any(|action| action == "*" || action == "*:*") || listed("x:Go") {
        return statement.clone();
    }
    // The catalog does not have the service `x`, so the complement names all of it.
    let others: Vec<&str> = ACTIONS.iter().copied().filter(|action| *action != "x:Go" && !listed(action)).collect();
    let mut complement = statement.clone();
    complement.as_object_mut().unwrap().remove("Action");
    complement["NotAction"] = others.into_iter().chain(["x:*"]).collect();
    complement
}

/// Thousands of cases are a matter of minutes: `PROPTEST_CASES=5000`.
fn cases() -> ProptestConfig {
    // The same cases in every run, so that a failure is that of a change; others are tried by the variable.
    let rng_seed = RngSeed::Fixed(20_261_126);
    let few = ProptestConfig { cases: 16, rng_seed, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { ProptestConfig::default() } else { few }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_difference_lies_in_a_row_and_every_witness_is_one(left in world(), right in world()) {
        let (left, right) = (role(&left), role(&right));
        // `between` fails on a witness that the evaluator refutes.
        let comparison = between(&left, &right);
        assert_complete(&left, &right, &comparison);
    }

    #[test]
    fn a_change_of_one_statement_is_found(world in world(), other in statement("Deny"), at in 0..4_usize) {
        let mut changed = world.clone();
        changed.0.insert(at.min(world.0.len()), other);
        let (left, right) = (role(&world), role(&changed));
        let comparison = between(&left, &right);
        prop_assert!(comparison.differences.iter().all(|row| row.side == Side::Left), "a Deny gives nothing");
        assert_complete(&left, &right, &comparison);
    }

    #[test]
    fn every_condition_is_true_of_its_witness(left in world(), right in world(), less in 0..4_usize) {
        // Policies that have most in common differ by their conditions.
        let mut fewer = left.clone();
        fewer.0.truncate(less.max(1));
        for other in [right, fewer] {
            let (left, right) = (role(&left), role(&other));
            assert_true_of_witnesses(&between(&left, &right), &left, &right, &catalogue());
        }
    }

    #[test]
    fn no_row_is_wider_than_the_difference(left in nested_world(), right in nested_world()) {
        let (left, right) = (role(&left), role(&right));
        let comparison = between(&left, &right);
        // Nothing here depends on the context.
        assert_complete_in(&[Context::default()], &left, &right, &comparison);
        assert_sound(&left, &right, &comparison);
    }

    #[test]
    fn swapping_the_sides_mirrors_the_answer(left in world(), right in world()) {
        let (left, right) = (role(&left), role(&right));
        prop_assert_eq!(mirrored(between(&left, &right)), between(&right, &left));
    }

    #[test]
    fn a_role_in_other_words_is_the_same(world in world(), dice in prop::collection::vec(any::<u8>(), 6)) {
        let other = rewritten(&world, &dice);
        let comparison = between(&role(&world), &role(&other));
        prop_assert!(comparison.differences.is_empty(), "{other:?}: {:#?}", comparison.differences);
        let itself = between(&role(&world), &role(&world));
        prop_assert!(itself.differences.is_empty() && itself.deny_differences.is_empty());
    }

    #[test]
    fn an_order_of_three_roles_is_an_order(base in statements(), more in statement("Allow"), most in statement("Allow")) {
        let with = |extra: &[&Value]| {
            let all: Vec<Value> = base.iter().chain(extra.iter().copied()).cloned().collect();
            role(&(all, None))
        };
        let (small, middle, large) = (with(&[]), with(&[&more]), with(&[&more, &most]));
        for (a, b) in [(&small, &middle), (&middle, &large), (&small, &large)] {
            let comparison = between(a, b);
            let backwards = comparison.differences.iter().find(|row| row.side == Side::Left);
            prop_assert!(backwards.is_none(), "{backwards:#?}");
        }
    }

    #[test]
    fn certain_answers_do_not_contradict_each_other(left in world(), middle in world(), right in world()) {
        let (left, middle, right) = (role(&left), role(&middle), role(&right));
        let less = |a: &RolePolicies, b: &RolePolicies| between(a, b).differences.iter().all(|row| row.side == Side::Right);
        // What is an action besides those of the catalog depends on what the pair spells out.
        let certain = between(&left, &right).differences.iter().any(|row| {
            let known = row.witness.as_ref().is_some_and(|witness| catalogue_has(&witness.action));
            row.side == Side::Left && row.certainty != Certainty::Unknown && known
        });
        prop_assert!(!(less(&left, &middle) && less(&middle, &right) && certain));
    }
}

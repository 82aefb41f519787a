//! What tests on one key say of each other whatever the key's value is.
//!
//! A test accepts the values that its patterns, bounds or networks match, or, negated, all others. Of two such sets it is
//! often plain that one lies within the other, or that they have nothing in common, though the values that tell the
//! tests apart could not all be listed.

use std::net::IpAddr;

use super::conditions::{Family, Ready, Test};
use super::networks::{around_addresses, lies_in};
use super::patterns::{How, Pattern};
use super::steps::{Step, without_variables};
use super::values::{around_numbers, around_points};
use super::walk::{Group, Walked, both_match, walk};
use crate::catalog::Arity;
use crate::model::SetQualifier;

/// A test by its index, and whether it holds.
type Literal = (usize, bool);

/// At least one of two tests is as it says.
pub type Clause = (Literal, Literal);

/// How many states the proof that one pattern lies within others may take.
const STATES: usize = 2_000;

/// What is certain of each two of some tests on the same key.
pub fn clauses(tests: &[&Test]) -> Vec<Clause> {
    let mut clauses = Vec::new();
    for (a, first) in tests.iter().enumerate() {
        for (b, second) in tests.iter().enumerate().filter(|(b, second)| *b != a && second.key == first.key) {
            // Of several values one can pass the one test and another the other.
            let holds_one_value = first.arity != Arity::Many && tests.iter().all(|t| t.key != first.key || is_plain(t));
            let one_way = first.negated == second.negated || first.qualifier.is_some() || holds_one_value;
            if one_way && implies(first, second) {
                clauses.push(((a, false), (b, true)));
            }
            if a < b && holds_one_value {
                clauses.extend(excludes(first, second).then_some(((a, false), (b, false))));
                clauses.extend(exhausts(first, second).then_some(((a, true), (b, true))));
            }
        }
    }
    clauses
}

/// Whether one test holds only where another one does, whatever the request is.
pub fn implies_for_certain(a: &Test, b: &Test) -> bool {
    let one_way = a.negated == b.negated || a.qualifier.is_some() || (holds_one_value(a) && holds_one_value(b));
    a.number == b.number || (a.key == b.key && one_way && implies(a, b))
}

/// Whether two tests never hold together, whatever the request is.
pub fn excludes_for_certain(a: &Test, b: &Test) -> bool {
    a.key == b.key && holds_one_value(a) && holds_one_value(b) && excludes(a, b)
}

/// Whether a request has one value for the key of a test, if it has the key. Of a key of which nothing is known a plain
/// operator says so.
fn holds_one_value(test: &Test) -> bool {
    test.arity != Arity::Many && is_plain(test)
}

const fn is_plain(test: &Test) -> bool {
    test.qualifier.is_none()
}

/// Whether a test holds for a request without the key.
const fn holds_without_key(test: &Test) -> bool {
    match test.qualifier {
        Some(SetQualifier::ForAllValues) => true,
        Some(SetQualifier::ForAnyValue) => test.if_exists,
        None => test.if_exists || test.negated,
    }
}

/// Whether a test holds only where another one does.
fn implies(a: &Test, b: &Test) -> bool {
    let of_values = match (a.negated, b.negated) {
        (false, false) => lies_within(a, b),
        (true, true) => lies_within(b, a),
        (false, true) => are_apart(a, b),
        (true, false) => false,
    };
    of_values && a.qualifier == b.qualifier && (holds_without_key(b) || !holds_without_key(a))
}

/// Whether two tests of one value never hold together.
fn excludes(a: &Test, b: &Test) -> bool {
    let of_values = match (a.negated, b.negated) {
        (false, false) => are_apart(a, b),
        (false, true) => lies_within(a, b),
        (true, false) => lies_within(b, a),
        (true, true) => false,
    };
    of_values && !(holds_without_key(a) && holds_without_key(b))
}

/// Whether one of two tests of one value always holds.
fn exhausts(a: &Test, b: &Test) -> bool {
    let of_values = match (a.negated, b.negated) {
        (false, false) => false,
        (false, true) => lies_within(b, a),
        (true, false) => lies_within(a, b),
        (true, true) => are_apart(a, b),
    };
    of_values && (holds_without_key(a) || holds_without_key(b))
}

/// Whether every value that one test matches, negation aside, the other matches too. What cannot be proved is not so.
fn lies_within(a: &Test, b: &Test) -> bool {
    match (&a.family, &b.family) {
        (Family::Text(inner), Family::Text(outer)) => {
            !inner.is_empty() && inner.iter().all(|pattern| is_covered(pattern, outer))
        }
        (Family::Text(inner), _) => all_literals(inner, |text| matches(b, text)),
        (_, Family::Text(outer)) if is_by_value(a) => is_everything(outer),
        _ => {
            values_of_both(a, b).is_some_and(|values| values.iter().all(|value| !value.matches(a) || value.matches(b)))
        }
    }
}

/// Whether no value is matched by both, negation aside. What cannot be proved is not so.
fn are_apart(a: &Test, b: &Test) -> bool {
    match (&a.family, &b.family) {
        (Family::Text(left), Family::Text(right)) => {
            let meet = |one: &Pattern, other: &Pattern| both_match(&any_value(one), &any_value(other));
            !left.iter().any(|one| right.iter().any(|other| meet(one, other)))
        }
        (Family::Text(texts), _) if is_by_value(b) => all_literals(texts, |text| !matches(b, text)),
        (_, Family::Text(texts)) if is_by_value(a) => all_literals(texts, |text| !matches(a, text)),
        _ => values_of_both(a, b)
            .is_some_and(|values| values.iter().all(|value| !(value.matches(a) && value.matches(b)))),
    }
}

const fn is_by_value(test: &Test) -> bool {
    matches!(test.family, Family::Number(..) | Family::Date(..) | Family::Network(_) | Family::Bool(_))
}

/// Whether all patterns are single texts of which this is so.
fn all_literals(patterns: &[Pattern], is_so: impl Fn(&str) -> bool) -> bool {
    !patterns.is_empty() && patterns.iter().all(|pattern| pattern.literal().is_some_and(|text| is_so(&text)))
}

fn matches(test: &Test, text: &str) -> bool {
    is_by_value(test) && Ready { test, patterns: Vec::new() }.matches(text)
}

/// A pattern with any text for its variables.
fn any_value(pattern: &Pattern) -> Vec<Step> {
    without_variables(pattern.steps_as_written())
}

fn is_everything(patterns: &[Pattern]) -> bool {
    patterns.iter().any(|pattern| pattern.steps_as_written() == [Step::Any])
}

/// Whether what a pattern matches some of others do, whatever the variables are.
fn is_covered(inner: &Pattern, outer: &[Pattern]) -> bool {
    if outer.contains(inner) {
        return true;
    }
    let comparable = |other: &&Pattern| {
        // A variable's value can hold `:`, which a wildcard of an ARN does not read, and counts in its own case.
        let has_variables = inner.variables().next().is_some();
        let reads_alike = other.how() != How::Arn && (inner.how() != How::Folded || other.how() == How::Folded);
        // Where the key is missing, a default stands for it.
        let defaults = || {
            inner.variables().all(|own| {
                own.default.is_none() || other.variables().all(|its| its.key != own.key || its.default == own.default)
            })
        };
        !has_variables || (reads_alike && inner.how() != How::Arn && defaults())
    };
    let outer: Vec<&[Step]> = outer.iter().filter(comparable).map(Pattern::steps_as_written).collect();
    let mut budget = STATES;
    walk(&[Group(&[inner.steps_as_written()])], Group(&outer), &mut budget) == Walked::Nothing
}

/// A value that is compared with bounds or networks.
enum Value {
    Number(super::decimal::Decimal),
    Date(super::instant::Instant),
    Address(IpAddr),
    Bool(bool),
}

impl Value {
    fn matches(&self, test: &Test) -> bool {
        match (self, &test.family) {
            (Self::Number(value), Family::Number(bound, bounds)) => bounds.iter().any(|b| bound.holds(value, b)),
            (Self::Date(value), Family::Date(bound, bounds)) => bounds.iter().any(|b| bound.holds(value, b)),
            (Self::Address(value), Family::Network(networks)) => lies_in(*value, networks),
            (Self::Bool(value), Family::Bool(wanted)) => wanted.contains(value),
            _ => false,
        }
    }
}

/// A value for each way in which two tests of one family answer; `None` of two families.
fn values_of_both(a: &Test, b: &Test) -> Option<Vec<Value>> {
    match (&a.family, &b.family) {
        (Family::Number(_, left), Family::Number(_, right)) => {
            let bounds = left.iter().chain(right).cloned().collect();
            Some(around_numbers(bounds).into_iter().map(Value::Number).collect())
        }
        (Family::Date(_, left), Family::Date(_, right)) => {
            let bounds = left.iter().chain(right).copied().collect();
            Some(around_points(bounds).into_iter().map(Value::Date).collect())
        }
        (Family::Network(left), Family::Network(right)) => {
            let networks: Vec<(IpAddr, IpAddr)> = left.iter().chain(right).copied().collect();
            Some(around_addresses(&networks).into_iter().map(Value::Address).collect())
        }
        (Family::Bool(_), Family::Bool(_)) => Some([true, false].map(Value::Bool).into()),
        _ => None,
    }
}

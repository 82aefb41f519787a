//! What is left of a difference's condition once everything that adds nothing or contradicts is taken out.
//!
//! Only what is certain of two tests is used, whatever the values of their keys are; what is not certain stays, each
//! statement's condition for itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::condition_block::ConditionBlock;
use super::difference_condition::{DifferenceCondition, Exclusion, Extent, Parts};
use super::solver::conditions::{Test, TestPool, canonical};
use super::solver::relations::{excludes_for_certain, implies_for_certain};
use crate::catalog::Arity;
use crate::model::{BaseOperator, ConditionOperator, ConditionTest, Conditions, Version};

/// A test as its statement writes it, and as it is decided.
#[derive(Debug, Clone)]
pub struct Stated {
    /// As it is written.
    pub written: ConditionTest,
    /// The same with the values that the role decides in the place of variables.
    pub bound: ConditionTest,
    /// As it is decided.
    pub ready: Arc<Test>,
}

/// A statement's tests, all of which must hold.
pub type Tests = Vec<Stated>;

/// A statement that lifts the difference where its tests hold.
#[derive(Debug, Clone)]
pub struct Lifting {
    /// Its tests.
    pub tests: Tests,
    /// On which of the row's resources it counts.
    pub extent: Extent,
    /// The index by which whoever asks knows it.
    pub number: usize,
}

/// All that a difference depends on.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// What must hold.
    pub own: Tests,
    /// One of these must hold, if there are any.
    pub within: Vec<Tests>,
    /// One of these must hold, if there are any.
    pub when: Vec<Tests>,
    /// None of these may hold.
    pub unless: Vec<Lifting>,
}

/// What is left.
#[derive(Debug, Default)]
pub struct Remaining {
    /// The condition, `None` for none.
    pub condition: Option<DifferenceCondition>,
    /// Those of [`Limits::unless`] that hold wherever the rest of the condition does, by their number. They count on
    /// other resources than those on which something differs.
    pub always: Vec<usize>,
}

/// How many statements that lift a difference are worth putting beside each other. Of more, all that differ are said.
const MOST_COMPARED: usize = 64;

/// Takes out what adds nothing.
pub fn remaining(mut limits: Limits, pool: &TestPool) -> Remaining {
    let mut always = Vec::new();
    drop_repeated(&mut limits.unless);
    if limits.unless.len().max(limits.within.len()).max(limits.when.len()) > MOST_COMPARED {
        return Remaining { condition: spelled(&limits), always };
    }
    for alternatives in [&mut limits.within, &mut limits.when] {
        limit(alternatives, &limits.own);
    }
    // Each round takes a test, a value or a statement out.
    while reduce(&mut limits, &mut always) || subtract(&mut limits, pool) {}
    drop_covered(&mut limits.unless);
    say_positively(&mut limits, pool);
    always.sort_unstable();
    always.dedup();
    Remaining { condition: spelled(&limits), always }
}

/// Takes out of alternatives what the own condition says as well; none are left where one of them says no more.
fn limit(alternatives: &mut Vec<Tests>, own: &Tests) {
    let possible = |tests: &Tests| !tests.iter().any(|test| own.iter().any(|own| excludes(own, test)));
    if alternatives.iter().any(possible) {
        alternatives.retain(|tests| possible(tests));
    }
    for tests in alternatives.iter_mut() {
        tests.retain(|test| !own.iter().any(|own| implies(own, test)));
    }
    if alternatives.iter().any(Vec::is_empty) {
        alternatives.clear();
    }
}

/// Takes out of the statements that lift the difference what holds anyway, and those that cannot hold.
fn reduce(limits: &mut Limits, always: &mut Vec<usize>) -> bool {
    let mut facts: Vec<&Stated> = limits.own.iter().collect();
    for alternatives in [&limits.within, &limits.when] {
        if let [only] = alternatives.as_slice() {
            facts.extend(only);
        }
    }
    let before: usize = limits.unless.iter().map(|lifting| lifting.tests.len() + 1).sum();
    limits.unless.retain_mut(|lifting| {
        if lifting.tests.iter().any(|test| facts.iter().any(|fact| excludes(fact, test))) {
            return false;
        }
        lifting.tests.retain(|test| !facts.iter().any(|fact| implies(fact, test)));
        if lifting.tests.is_empty() {
            always.push(lifting.number);
        }
        !lifting.tests.is_empty()
    });
    before != limits.unless.iter().map(|lifting| lifting.tests.len() + 1).sum::<usize>()
}

/// Takes the values of a statement that lifts the difference out of the own test on the same key, where each of these
/// is wholly among them or wholly not.
fn subtract(limits: &mut Limits, pool: &TestPool) -> bool {
    for at in 0..limits.unless.len() {
        let Some(lifting) = limits.unless.get(at).filter(|lifting| lifting.extent == Extent::Everywhere) else {
            continue;
        };
        let [test] = lifting.tests.as_slice() else { continue };
        let rest = limits.own.iter().enumerate().find_map(|(own, stated)| Some((own, without(stated, test, pool)?)));
        if let Some((own, rest)) = rest {
            if let Some(place) = limits.own.get_mut(own) {
                *place = rest;
            }
            limits.unless.remove(at);
            return true;
        }
    }
    false
}

/// Says what a single negated test leaves, where the values are known: "not from anywhere but A or B" is "from A or B",
/// and "from A or B, but not from A" is "from B".
fn say_positively(limits: &mut Limits, pool: &TestPool) {
    let Limits { own, within, when, unless } = limits;
    let mut asked = Vec::new();
    unless.retain(|lifting| {
        let positive = match lifting.tests.as_slice() {
            [test] if lifting.extent == Extent::Everywhere => positive(test, pool),
            _ => None,
        };
        let keep = positive.is_none();
        asked.extend(positive);
        keep
    });
    own.extend(asked);
    let single = [&*within, &*when].into_iter().filter(|alternatives| alternatives.len() == 1).flatten().flatten();
    let excluded: Vec<Stated> = own.iter().chain(single).filter_map(|test| positive(test, pool)).collect();
    for test in own.iter_mut() {
        for other in &excluded {
            if let Some(rest) = without(test, other, pool) {
                *test = rest;
            }
        }
    }
    drop_implied(own);
    limit(within, own);
    limit(when, own);
}

/// Takes out tests that hold wherever another one does; of two that say the same the first stays.
fn drop_implied(tests: &mut Tests) {
    let mut at = 0;
    while let Some(test) = tests.get(at) {
        let says_it =
            |(other, one): (usize, &Stated)| other != at && implies(one, test) && (other < at || !implies(test, one));
        if tests.iter().enumerate().any(says_it) {
            tests.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Each negated operator with its opposite.
const OPPOSITES: [(BaseOperator, BaseOperator); 8] = [
    (BaseOperator::StringNotEquals, BaseOperator::StringEquals),
    (BaseOperator::StringNotEqualsIgnoreCase, BaseOperator::StringEqualsIgnoreCase),
    (BaseOperator::StringNotLike, BaseOperator::StringLike),
    (BaseOperator::ArnNotEquals, BaseOperator::ArnEquals),
    (BaseOperator::ArnNotLike, BaseOperator::ArnLike),
    (BaseOperator::NotIpAddress, BaseOperator::IpAddress),
    (BaseOperator::NumericNotEquals, BaseOperator::NumericEquals),
    (BaseOperator::DateNotEquals, BaseOperator::DateEquals),
];

/// The test that holds exactly where a negated one does not; `None` where there is none of the kind.
///
/// A negated operator holds for a request without the key, so its opposite asks for the key. Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
fn positive(stated: &Stated, pool: &TestPool) -> Option<Stated> {
    let test = &stated.ready;
    let plain = stated.written == stated.bound && !stated.written.values.iter().any(|value| value.contains("${"));
    let one_value = test.qualifier.is_none() && test.arity != Arity::Many;
    let as_written = test.canonical == canonical(&stated.written, Version::V2012);
    if !(plain && one_value && as_written && test.negated && !test.if_exists) {
        return None;
    }
    let (_, base) = OPPOSITES.iter().find(|(negated, _)| *negated == stated.written.operator.base)?;
    let operator = ConditionOperator { base: base.clone(), ..stated.written.operator.clone() };
    let written = ConditionTest { operator, ..stated.written.clone() };
    let ready = pool.tests(std::slice::from_ref(&written), Version::V2012).into_iter().next()?;
    (ready.opaque().is_none() && !ready.negated).then(|| Stated { bound: written.clone(), written, ready })
}

/// A test with those of its values for which another does not hold; `None` where that is not the exact remainder.
fn without(own: &Stated, other: &Stated, pool: &TestPool) -> Option<Stated> {
    let plain = own.written == own.bound && !own.written.values.iter().any(|value| value.contains("${"));
    let test = &own.ready;
    if !plain || test.negated || test.qualifier.is_some() || test.key != other.ready.key {
        return None;
    }
    // The test that is decided may hold more values than the statement: those that the own account adds.
    if test.canonical != canonical(&own.written, Version::V2012) {
        return None;
    }
    let mut values = own.written.values.clone();
    values.sort();
    values.dedup();
    let of = |values: Vec<String>, if_exists: bool| {
        let operator = ConditionOperator { if_exists, ..own.written.operator.clone() };
        ConditionTest { values, operator, ..own.written.clone() }
    };
    let ready = |test: &ConditionTest| pool.tests(std::slice::from_ref(test), Version::V2012).into_iter().next();
    let mut rest = Vec::new();
    for value in values {
        let single = ready(&of(vec![value.clone()], false))?;
        if excludes_for_certain(&single, &other.ready) {
            rest.push(value);
        } else if !implies_for_certain(&single, &other.ready) {
            return None;
        }
    }
    // A request without the key is left if the own test holds for it and the other does not.
    let without_key = test.if_exists && !other.ready.if_exists && !other.ready.negated;
    let written = match (rest.is_empty(), without_key) {
        (false, _) => of(rest, without_key),
        (true, true) => is_missing(own),
        (true, false) => return None,
    };
    ready(&written).map(|ready| Stated { bound: written.clone(), written, ready })
}

/// That a request does not have the key of a test.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null>
fn is_missing(stated: &Stated) -> ConditionTest {
    let operator = ConditionOperator { base: BaseOperator::Null, qualifier: None, if_exists: false };
    ConditionTest { operator, values: vec!["true".to_owned()], ..stated.written.clone() }
}

/// Takes out statements with the same tests as another one on the same resources.
fn drop_repeated(unless: &mut Vec<Lifting>) {
    let mut seen = BTreeSet::new();
    unless.retain(|lifting| {
        let mut tests: Vec<u32> = lifting.tests.iter().map(|test| test.ready.number).collect();
        tests.sort_unstable();
        lifting.tests.is_empty() || seen.insert((tests, lifting.extent.clone()))
    });
}

/// Takes out what lifts the difference only where another statement does so anyway.
fn drop_covered(unless: &mut Vec<Lifting>) {
    let covers = |wide: &Lifting, narrow: &Lifting| {
        (wide.extent == Extent::Everywhere || wide.extent == narrow.extent)
            && wide.tests.iter().all(|test| narrow.tests.iter().any(|own| implies(own, test)))
    };
    let mut at = 0;
    while let Some(narrow) = unless.get(at) {
        // Of two that say the same the first stays.
        let covered = unless
            .iter()
            .enumerate()
            .any(|(other, wide)| other != at && covers(wide, narrow) && (other < at || !covers(narrow, wide)));
        if covered {
            unless.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Whether tests hold for a request with this context; what cannot be decided does not.
pub fn holds_in(tests: &[Arc<Test>], context: &BTreeMap<String, Vec<String>>) -> bool {
    let values = |key: &str| {
        let entry = context.iter().find(|(other, _)| other.eq_ignore_ascii_case(key));
        entry.map(|(_, values)| values.as_slice())
    };
    let lookup = |key: &str| match values(key)? {
        [value] => Some(value.clone()),
        _ => None,
    };
    tests.iter().all(|test| test.opaque().is_none() && test.under(&lookup).holds(values(&test.key)))
}

fn implies(a: &Stated, b: &Stated) -> bool {
    implies_for_certain(&a.ready, &b.ready)
}

fn excludes(a: &Stated, b: &Stated) -> bool {
    excludes_for_certain(&a.ready, &b.ready)
}

fn block(tests: &Tests, spell: fn(&Stated) -> &ConditionTest) -> Option<ConditionBlock> {
    ConditionBlock::new(&Conditions::new(tests.iter().map(|test| spell(test).clone()).collect()))
}

/// The condition as the statements write it, or with the values that the roles decide where two that mean different
/// things would read alike.
fn spelled(limits: &Limits) -> Option<DifferenceCondition> {
    let all = || {
        let unless = limits.unless.iter().map(|lifting| &lifting.tests);
        std::iter::once(&limits.own).chain(&limits.within).chain(&limits.when).chain(unless).flatten()
    };
    let reads_alike = |a: &Stated| all().any(|b| a.written == b.written && a.bound != b.bound);
    let spell: fn(&Stated) -> &ConditionTest =
        if all().any(reads_alike) { |test| &test.bound } else { |test| &test.written };
    let blocks = |alternatives: &[Tests]| alternatives.iter().filter_map(|tests| block(tests, spell)).collect();
    let exclusion =
        |lifting: &Lifting| Some(Exclusion { block: block(&lifting.tests, spell)?, extent: lifting.extent.clone() });
    DifferenceCondition::new(Parts {
        own: block(&limits.own, spell),
        within: blocks(&limits.within),
        when: blocks(&limits.when),
        unless: limits.unless.iter().filter_map(exclusion).collect(),
    })
}

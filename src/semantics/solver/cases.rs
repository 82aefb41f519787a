//! The few cases of one condition key that the tests on it can tell apart, each with a real value.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use super::bits::Bits;
use super::conditions::{Family, Test};
use super::signatures::signatures;
use super::steps::{Letter, Step};

/// One value, or several, or none of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The values; `None` when the request does not have the key.
    pub values: Option<Vec<String>>,
    /// Which of the tests hold.
    pub truth: Bits,
}

/// What the tests on one key can tell apart.
#[derive(Debug)]
pub struct KeyCases {
    /// The key as a policy spells it.
    pub spelled: String,
    /// The cases. The missing key comes first, then what is shortest to write.
    pub cases: Vec<Case>,
    /// For each test, why it takes no part in the cases, if it does not.
    pub opaque: Vec<Option<String>>,
}

/// How many states the listing of a key's patterns may take, and how many sets of values are told apart.
#[derive(Debug, Clone, Copy)]
pub struct CaseBudget {
    /// States of the walk.
    pub states: usize,
    /// Sets of values of a many-valued key.
    pub sets: usize,
}

/// Whose requests are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// Those of a role's session, which lack some keys.
    RoleSession,
    /// Those of anybody, such as the one to take a role.
    Anybody,
}

/// Keys that hold many values, for which a plain operator has no documented meaning.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
const MANY_VALUED: &[&str] = &[
    "aws:calledvia",
    "aws:principalorgpaths",
    "aws:principalservicenameslist",
    "aws:resourceorgpaths",
    "aws:sourceorgpaths",
    "aws:tagkeys",
    "dynamodb:attributes",
    "dynamodb:leadingkeys",
    "ssm:sourceinstancearn",
];

/// Keys that no request of a role's session has.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-infotouse>
pub const NEVER_PRESENT: &[&str] = &["aws:username"];

/// Works out the cases of a key from all tests on it; the tests are of one key.
pub fn cases(tests: &[Arc<Test>], whose: Whose, budget: CaseBudget) -> KeyCases {
    let first = tests.first();
    let key = first.map_or("", |test| test.key.as_str());
    let spelled = tests.iter().map(|test| test.spelled.as_str()).min().unwrap_or_default().to_owned();
    let mut opaque = undecidable(key, tests);
    let decidable: Vec<&Test> =
        tests.iter().zip(&opaque).filter(|(_, why)| why.is_none()).map(|(test, _)| test.as_ref()).collect();
    let absent = whose == Whose::RoleSession && NEVER_PRESENT.contains(&key);
    let listed = if absent { Some(Vec::new()) } else { values(&decidable, budget) };
    let Some(listed) = listed else {
        for (why, test) in opaque.iter_mut().zip(tests) {
            if !matches!(test.family, Family::Null(_) | Family::Never) {
                why.get_or_insert_with(|| format!("the values of `{}` are too many to tell apart", test.spelled));
            }
        }
        return KeyCases { spelled, cases: of_null(tests), opaque };
    };
    let cases = distinct(tests, &opaque, listed);
    KeyCases { spelled, cases, opaque }
}

/// Why tests of this key cannot be decided together.
fn undecidable(key: &str, tests: &[Arc<Test>]) -> Vec<Option<String>> {
    let mut opaque: Vec<Option<String>> = tests.iter().map(|test| test.opaque().map(str::to_owned)).collect();
    let many = MANY_VALUED.contains(&key) || tests.iter().any(|test| test.qualifier.is_some());
    let mut families = BTreeSet::new();
    for (why, test) in opaque.iter_mut().zip(tests).filter(|(why, _)| why.is_none()) {
        let is_null = matches!(test.family, Family::Null(_) | Family::Never);
        if many && test.qualifier.is_none() && !is_null {
            let problem = "takes many values, for which an operator without ForAllValues or ForAnyValue is not defined";
            *why = Some(format!("`{}` {problem}", test.spelled));
        } else if !is_null {
            families.insert(kind(&test.family));
        }
    }
    if families.len() > 1 {
        for (why, test) in opaque.iter_mut().zip(tests) {
            if !matches!(test.family, Family::Null(_) | Family::Never) {
                why.get_or_insert_with(|| format!("`{}` is compared both as text and as a value", test.spelled));
            }
        }
    }
    opaque
}

const fn kind(family: &Family) -> u8 {
    match family {
        Family::Text(..) => 0,
        Family::Number(..) => 1,
        Family::Date(..) => 2,
        Family::Network(_) => 3,
        // True and false are compared as text as well.
        Family::Bool(_) => 0,
        Family::Null(_) | Family::Never => 4,
        Family::Opaque(_) => 5,
    }
}

/// Lists of values to try, besides the missing key; `None` when there are too many.
fn values(tests: &[&Test], budget: CaseBudget) -> Option<Vec<Vec<String>>> {
    let singles = single_values(tests, budget)?;
    if tests.iter().all(|test| test.qualifier.is_none()) {
        return Some(singles.into_iter().map(|value| vec![value]).collect());
    }
    sets(tests, &singles, budget.sets)
}

/// A value for each way the tests can lie to one value.
fn single_values(tests: &[&Test], budget: CaseBudget) -> Option<Vec<String>> {
    let families: Vec<&Family> = tests.iter().map(|test| &test.family).filter(|family| kind(family) < 4).collect();
    if families.iter().any(|family| matches!(family, Family::Bool(_))) {
        return Some(vec!["true".to_owned(), "false".to_owned()]);
    }
    match families.first() {
        None | Some(Family::Null(_) | Family::Never | Family::Bool(_) | Family::Opaque(_)) => {
            Some(vec!["true".to_owned()])
        }
        Some(Family::Text(..)) => texts(&families, budget.states),
        Some(Family::Number(..)) => Some(around(&families).into_iter().map(|n| n.to_string()).collect()),
        Some(Family::Date(..)) => Some(around(&families).into_iter().filter_map(timestamp).collect()),
        Some(Family::Network(_)) => Some(addresses(&families)),
    }
}

fn texts(families: &[&Family], budget: usize) -> Option<Vec<String>> {
    let mut patterns: Vec<&[Step]> = Vec::new();
    let mut arn = false;
    for family in families {
        if let Family::Text(values, is_arn) = family {
            patterns.extend(values.iter().map(Vec::as_slice));
            arn |= is_arn;
        }
    }
    patterns.sort_unstable();
    patterns.dedup();
    if !arn && let Some(literals) = patterns.iter().map(|steps| literal(steps)).collect::<Option<Vec<_>>>() {
        return Some(with_another(literals));
    }
    let any_arn = super::texts::any_arn();
    if arn {
        patterns.push(&any_arn);
    }
    let found = signatures(&patterns, 1, None, budget)?;
    let is_arn = |bits: &Bits| !arn || bits.contains(patterns.len() - 1);
    Some(found.into_iter().filter(|(bits, _)| is_arn(bits)).map(|(_, text)| text).collect())
}

fn literal(steps: &[Step]) -> Option<String> {
    steps.iter().map(|step| if let Step::One(letter) = step { Letter::as_char(*letter) } else { None }).collect()
}

/// The values and one that is none of them.
fn with_another(mut values: Vec<String>) -> Vec<String> {
    let other = (0..=values.len()).map(|n| if n == 0 { "x".to_owned() } else { format!("x{n}") });
    let other: Vec<String> = other.filter(|text| !values.contains(text)).take(1).collect();
    values.extend(other);
    values
}

/// Each bound, a value between each two neighbours, one below and one above all.
fn around(families: &[&Family]) -> Vec<f64> {
    let mut bounds: Vec<f64> = Vec::new();
    for family in families {
        if let Family::Number(_, values) | Family::Date(_, values) = family {
            bounds.extend(values);
        }
    }
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    let between = bounds.windows(2).filter_map(|pair| match pair {
        [a, b] if (b - a) >= 2.0 => Some((a + 1.0).floor()),
        [a, b] => Some(f64::midpoint(*a, *b)),
        _ => None,
    });
    let mut values: Vec<f64> = between.collect();
    values.extend(bounds.first().map(|lowest| lowest - 1.0));
    values.extend(bounds.last().map(|highest| highest + 1.0));
    values.extend(&bounds);
    values.sort_by(f64::total_cmp);
    values
}

fn timestamp(seconds: f64) -> Option<String> {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds of any year jiff knows fit")]
    jiff::Timestamp::from_millisecond((seconds * 1000.0) as i64).ok().map(|at| at.to_string())
}

/// The ends of each network and their neighbours outside.
fn addresses(families: &[&Family]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for family in families {
        let Family::Network(networks) = family else { continue };
        for (first, last) in networks {
            found.extend([Some(*first), Some(*last), neighbour(*first, false), neighbour(*last, true)]);
        }
    }
    let other = ["192.0.2.1", "2001:db8::1"].map(|text| text.parse().ok());
    found.extend(other);
    found.into_iter().flatten().map(|address| address.to_string()).collect()
}

fn neighbour(address: IpAddr, above: bool) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => {
            let n = u32::from(v4);
            let n = if above { n.checked_add(1) } else { n.checked_sub(1) };
            n.map(|n| IpAddr::V4(n.into()))
        }
        IpAddr::V6(v6) => {
            let n = u128::from(v6);
            let n = if above { n.checked_add(1) } else { n.checked_sub(1) };
            n.map(|n| IpAddr::V6(n.into()))
        }
    }
}

/// A set of values for each way the tests can lie to several values: for each test, whether one of the values
/// matches and whether all do.
fn sets(tests: &[&Test], singles: &[String], budget: usize) -> Option<Vec<Vec<String>>> {
    let matched = |value: &String| -> (Bits, Bits) {
        let (mut yes, mut no) = (Bits::new(tests.len()), Bits::new(tests.len()));
        for (at, test) in tests.iter().enumerate() {
            if test.matches(value) { yes.insert(at) } else { no.insert(at) }
        }
        (yes, no)
    };
    let mut found: BTreeMap<(Bits, Bits), Vec<String>> = BTreeMap::new();
    let mut kinds: Vec<((Bits, Bits), String)> = Vec::new();
    for value in singles {
        let key = matched(value);
        if found.insert(key.clone(), vec![value.clone()]).is_none() {
            kinds.push((key, value.clone()));
        }
    }
    let mut queue: std::collections::VecDeque<(Bits, Bits)> = found.keys().cloned().collect();
    while let Some(key) = queue.pop_front() {
        for ((yes, no), value) in &kinds {
            let mut both = key.clone();
            both.0.union(yes);
            both.1.union(no);
            if !found.contains_key(&both) {
                let mut set = found.get(&key).cloned().unwrap_or_default();
                set.push(value.clone());
                found.insert(both.clone(), set);
                queue.push_back(both);
            }
        }
        if found.len() > budget {
            return None;
        }
    }
    Some(found.into_values().collect())
}

/// The missing key and each list of values, those that all tests answer alike only once.
fn distinct(tests: &[Arc<Test>], opaque: &[Option<String>], mut listed: Vec<Vec<String>>) -> Vec<Case> {
    listed.sort_by(|a, b| {
        let length = |set: &Vec<String>| (set.len(), set.iter().map(String::len).sum::<usize>());
        length(a).cmp(&length(b)).then_with(|| a.cmp(b))
    });
    let mut cases: Vec<Case> = Vec::new();
    let mut seen = BTreeSet::new();
    for values in std::iter::once(None).chain(listed.into_iter().map(Some)) {
        let truth = truth(tests, opaque, values.as_deref());
        if seen.insert(truth.clone()) {
            cases.push(Case { values, truth });
        }
    }
    cases
}

fn truth(tests: &[Arc<Test>], opaque: &[Option<String>], values: Option<&[String]>) -> Bits {
    let mut truth = Bits::new(tests.len());
    for (at, (test, why)) in tests.iter().zip(opaque).enumerate() {
        let matched: Option<Vec<bool>> = values.map(|values| values.iter().map(|value| test.matches(value)).collect());
        if why.is_none() && test.holds(matched.as_deref()) {
            truth.insert(at);
        }
    }
    truth
}

/// The cases when only the presence of the key is told apart.
fn of_null(tests: &[Arc<Test>]) -> Vec<Case> {
    let opaque: Vec<Option<String>> =
        tests.iter().map(|test| (!matches!(test.family, Family::Null(_) | Family::Never)).then(String::new)).collect();
    distinct(tests, &opaque, vec![vec!["x".to_owned()]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ConditionKey, ConditionOperator, ConditionTest, Version};

    fn cases_of(tests: &[(&str, &[&str])]) -> KeyCases {
        let tests: Vec<Arc<Test>> = tests
            .iter()
            .map(|(operator, values)| {
                let test = ConditionTest {
                    operator: ConditionOperator::new(operator),
                    key: ConditionKey::new("s3:prefix"),
                    values: values.iter().map(|value| (*value).to_owned()).collect(),
                };
                Arc::new(super::super::conditions::compile(&test, Version::V2012, 0))
            })
            .collect();
        cases(&tests, Whose::RoleSession, CaseBudget { states: 1_000, sets: 200 })
    }

    fn values(cases: &KeyCases) -> Vec<Vec<String>> {
        cases.cases.iter().map(|case| case.values.clone().unwrap_or_default()).collect()
    }

    #[test]
    fn each_mentioned_value_another_and_none() {
        let cases = cases_of(&[("StringEquals", &["a", "b"]), ("StringNotEquals", &["b"])]);
        // `a` and another value are told apart by the first test, `b` and the missing key by both.
        assert_eq!(values(&cases), [vec![], vec!["a".to_owned()], vec!["b".to_owned()]]);
        let cases = cases_of(&[("StringEquals", &["a"])]);
        assert_eq!(values(&cases).len(), 2, "missing and another value are alike");
    }

    #[test]
    fn case_bounds_and_networks() {
        let red = cases_of(&[("StringEquals", &["red"]), ("StringEqualsIgnoreCase", &["RED"])]);
        assert_eq!(red.cases.len(), 3);
        let bound = cases_of(&[("NumericLessThan", &["10"]), ("NumericLessThanEquals", &["10"])]);
        assert!(values(&bound).contains(&vec!["10".to_owned()]));
        let halves = cases_of(&[("IpAddress", &["10.0.0.0/24"]), ("IpAddress", &["10.0.0.0/25", "10.0.0.128/25"])]);
        assert_eq!(halves.cases.len(), 2);
    }

    #[test]
    fn sets_of_values() {
        let both = cases_of(&[("ForAllValues:StringEquals", &["a", "b"]), ("ForAnyValue:StringEquals", &["a", "b"])]);
        assert_eq!(both.cases.len(), 4);
        let plain = cases_of(&[("StringEquals", &["a"]), ("ForAnyValue:StringEquals", &["a"])]);
        assert!(plain.opaque.first().is_some_and(Option::is_some) && plain.opaque.get(1).is_some_and(Option::is_none));
    }
}

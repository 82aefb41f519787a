//! The few cases of condition keys that the tests on them can tell apart, each with real values.
//!
//! Keys that depend on each other, by a policy variable in a value or by what AWS says of them, are told apart
//! together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::bits::Bits;
use super::conditions::{Family, Ready, Test};
use super::keys::{self, Assignment, Presence, Requester};
use super::patterns::Pattern;
use super::suggested::suggested;
use super::values::{Choice, Key};
use crate::catalog::{Arity, Catalogue, arity};

pub use super::values::CaseBudget;

/// What one request says of the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The values, by key; a key without values is missing from the request.
    pub values: Assignment,
    /// The keys whose value stands for others, which all tests answer alike.
    pub generic: BTreeSet<String>,
    /// Which of the tests hold.
    pub truth: Bits,
}

/// What the tests on keys that depend on each other can tell apart.
#[derive(Debug)]
pub struct KeyCases {
    /// The keys in lower case, each as a policy spells it.
    pub spelled: BTreeMap<String, String>,
    /// The cases. Missing keys come first, then what is shortest to write.
    pub cases: Vec<Case>,
    /// For each test, why it takes no part in the cases, if it does not.
    pub opaque: Vec<Option<String>>,
    /// Why there may be more cases than these, for the tests that they would concern.
    pub more: Vec<Option<String>>,
}

/// The keys to tell apart, and what is known of them.
pub struct CaseQuestion<'a> {
    /// The tests, each once.
    pub tests: &'a [Arc<Test>],
    /// Keys of variables in resources: their values are told apart as well.
    pub variables: &'a [String],
    /// Values worth trying for these.
    pub candidates: &'a [String],
    /// Keys that the request cannot have.
    pub absent: &'a BTreeSet<String>,
    /// Keys of which it is known what the request says.
    pub given: &'a Assignment,
    /// Whose request it is.
    pub requester: Requester,
    /// What it may cost.
    pub budget: CaseBudget,
    /// What is known of keys.
    pub catalogue: &'a Catalogue,
}

/// How many combinations of values of keys that depend on each other are tried.
const MOST_COMBINATIONS: usize = 2_000;

/// Values that nothing mentions, one for each key whose value another key is compared with.
const UNMENTIONED: [&str; 5] = ["any", "other", "third", "fourth", "fifth"];

/// Works out the cases.
pub fn cases(question: &CaseQuestion<'_>) -> KeyCases {
    let tests = question.tests;
    let mut opaque = undecidable(tests);
    let mut spelled: BTreeMap<String, String> = BTreeMap::new();
    for test in tests {
        let own = spelled.entry(test.key.clone()).or_insert_with(|| test.spelled.clone());
        // Spelled in several ways, it is shown in the one that sorts first.
        if test.spelled < *own {
            own.clone_from(&test.spelled);
        }
    }
    let of_values = tests.iter().flat_map(|test| test.variables()).map(str::to_owned);
    for key in of_values.chain(question.variables.iter().cloned()) {
        let documented = keys::documented(&key);
        spelled.entry(key).or_insert(documented);
    }
    for (why, test) in opaque.iter_mut().zip(tests) {
        let many = test.variables().find(|key| arity(key, question.catalogue) == Arity::Many);
        if let Some(key) = many {
            why.get_or_insert_with(|| format!("the variable `${{{key}}}` has several values"));
        }
    }
    let mut listing = CaseListing::new(question, &opaque, spelled.keys().cloned().collect());
    listing.next(&mut Assignment::new(), &mut BTreeSet::new());
    let reason = |test: &Arc<Test>| format!("`{}` has too many values to tell apart", test.spelled);
    let is_open = |test: &Arc<Test>| !matches!(test.family, Family::Null(_) | Family::Never);
    let more: Vec<Option<String>> =
        tests.iter().map(|test| (listing.more.contains(&test.key) && is_open(test)).then(|| reason(test))).collect();
    KeyCases { spelled, cases: listing.cases, opaque, more }
}

/// Why tests cannot be decided.
fn undecidable(tests: &[Arc<Test>]) -> Vec<Option<String>> {
    let mut opaque: Vec<Option<String>> = tests.iter().map(|test| test.opaque().map(str::to_owned)).collect();
    for (why, test) in opaque.iter_mut().zip(tests).filter(|(why, _)| why.is_none()) {
        let is_null = matches!(test.family, Family::Null(_) | Family::Never);
        let with_set_operator = || tests.iter().any(|other| other.key == test.key && other.qualifier.is_some());
        let many = match test.arity {
            Arity::Many => true,
            Arity::Single => false,
            Arity::Unknown => with_set_operator(),
        };
        if many && test.qualifier.is_none() && !is_null {
            let problem = "can have several values, and an operator without ForAllValues or ForAnyValue is not \
                defined for it";
            *why = Some(format!("`{}` {problem}", test.spelled));
        }
    }
    opaque
}

/// Lists what requests can say of the keys, key by key.
struct CaseListing<'a> {
    question: &'a CaseQuestion<'a>,
    /// The decidable tests by key.
    tests: BTreeMap<&'a str, Vec<&'a Test>>,
    /// The keys in the order in which they get values: one whose value others are compared with before these.
    order: Vec<String>,
    /// Keys whose value is compared with others'.
    sources: BTreeSet<String>,
    /// Sets of keys that can hold the same value.
    alike: Vec<BTreeSet<String>>,
    opaque: &'a [Option<String>],
    seen: BTreeSet<(Bits, Vec<Option<Vec<String>>>)>,
    cases: Vec<Case>,
    /// Keys of which there may be more cases.
    more: BTreeSet<String>,
    tried: usize,
}

impl<'a> CaseListing<'a> {
    fn new(question: &'a CaseQuestion<'a>, opaque: &'a [Option<String>], keys: Vec<String>) -> Self {
        let mut tests: BTreeMap<&str, Vec<&Test>> = BTreeMap::new();
        for (test, _) in question.tests.iter().zip(opaque).filter(|(_, why)| why.is_none()) {
            tests.entry(test.key.as_str()).or_default().push(test);
        }
        let mut sources: BTreeSet<String> = question.variables.iter().cloned().collect();
        sources.extend(tests.values().flatten().flat_map(|test| test.variables()).map(str::to_owned));
        let (order, circular) = order(keys, &tests);
        // A value that is compared by wildcards with another key's is not one of a few.
        let can_have = |key: &str| {
            let is_never = keys::rule(key, question.requester).presence == Presence::Never;
            !is_never && !question.absent.contains(key) && question.given.get(key) != Some(&None)
        };
        let compared = tests.iter().filter(|(_, tests)| tests.iter().any(|test| test.compares_by_pattern(can_have)));
        let more = compared.map(|(key, _)| (*key).to_owned()).chain(circular).collect();
        let alike = alike(&tests);
        let (seen, cases) = (BTreeSet::new(), Vec::new());
        Self { question, tests, order, sources, alike, opaque, seen, cases, more, tried: 0 }
    }

    fn next(&mut self, assigned: &mut Assignment, generic: &mut BTreeSet<String>) {
        let Some(key) = self.order.get(assigned.len()).cloned() else {
            self.add(assigned, generic);
            return;
        };
        for choice in self.choices(&key, assigned) {
            if self.tried >= MOST_COMBINATIONS {
                self.more.extend(self.order.iter().cloned());
                return;
            }
            assigned.insert(key.clone(), choice.values);
            if choice.generic {
                generic.insert(key.clone());
            }
            if keys::possible(assigned) {
                self.next(assigned, generic);
            }
            generic.remove(&key);
            assigned.remove(&key);
        }
    }

    /// What a request may say of a key that says this of others.
    fn choices(&mut self, key: &str, assigned: &Assignment) -> Vec<Choice> {
        if let Some(values) = self.question.given.get(key) {
            return vec![Choice { values: values.clone(), generic: false }];
        }
        let absent = self.question.absent;
        let mut rule = keys::rule_beside(key, self.question.requester, assigned, absent);
        if absent.contains(key) {
            rule.presence = Presence::Never;
        }
        let lookup = |key: &str| single(assigned, key);
        let extra = self.extra(key, assigned);
        let own = self.tests.get(key).map_or(&[][..], Vec::as_slice);
        let ready: Vec<Ready<'_>> = own.iter().map(|test| test.under(&lookup)).collect();
        let arity = own.first().map_or_else(|| arity(key, self.question.catalogue), |test| test.arity);
        // A test that compares nothing says nothing of a value.
        let compares = |test: &&Test| {
            test.key != key && !matches!(test.family, Family::Null(_) | Family::Never | Family::Opaque(_))
        };
        let beside: Vec<Ready<'_>> = self.alike(key).filter(compares).map(|test| test.under(&lookup)).collect();
        let tested_with_null = self.alike(key).any(|test| matches!(test.family, Family::Null(_)));
        let budget = self.question.budget;
        let asked = Key { tests: &ready, beside: &beside, tested_with_null, rule, arity, extra: &extra, budget };
        let mut choices = asked.choices();
        if choices.more {
            self.more.insert(key.to_owned());
        }
        if key == "aws:calledvia" {
            choices.all = chains(choices.all, assigned);
        }
        if let Some((begin, _)) = keys::LISTED.iter().find(|(_, list)| *list == key) {
            choices.all = with_names(choices.all, begin, assigned, &ready, budget);
        }
        if key == "aws:resourceaccount" && self.question.variables.iter().any(|own| own == key) {
            // Any account that is not named is one of those that the candidates stand for, but for wildcards.
            let is_wild = |test: &&&Test| test.patterns().iter().any(|pattern| pattern.literal().is_none());
            if own.iter().any(|test| is_wild(&test)) {
                self.more.insert(key.to_owned());
            }
            choices.all.retain(|choice| choice.values.is_some() && !choice.generic);
            let is_account = |text: &String| !UNMENTIONED.contains(&text.as_str()) && !text.is_empty();
            choices.all.retain(|choice| choice.values.iter().flatten().all(is_account));
        }
        for choice in &mut choices.all {
            let fresh = |text: &String| UNMENTIONED.contains(&text.as_str());
            choice.generic |= choice.values.as_ref().is_some_and(|values| values.iter().all(fresh));
        }
        choices.all
    }

    /// The tests on a key and on others whose value can be this one's: those that are compared with it as a whole,
    /// directly or over others, and those that are its other names.
    fn alike(&self, key: &str) -> impl Iterator<Item = &'a Test> {
        let keys = self.alike.iter().find(|keys| keys.contains(key)).into_iter().flatten();
        keys.flat_map(|key| self.tests.get(key.as_str())).flatten().copied()
    }

    /// Values worth trying because another key is compared with this one, or depends on it.
    fn extra(&mut self, key: &str, assigned: &Assignment) -> Vec<String> {
        let alike = self.alike.iter().find(|keys| keys.contains(key)).cloned().unwrap_or_default();
        let mut extra = Vec::new();
        for own in alike.iter().map(String::as_str).chain([key]) {
            let (suggested, more) = suggested(own, &self.tests);
            extra.extend(suggested);
            if more {
                let decided = self.order.iter().filter(|other| keys::comes_after(other, own));
                self.more.extend(decided.cloned().chain([key.to_owned()]));
            }
        }
        if self.alike(key).any(Test::ignores_case) {
            let values = alike.iter().filter_map(|other| assigned.get(other)).flatten().flatten();
            extra.extend(values.flat_map(|value| [value.to_lowercase(), value.to_uppercase()]));
        }
        for (first, all) in [("aws:calledvia", "aws:calledviafirst"), ("aws:calledvia", "aws:calledvialast")] {
            if key == first {
                extra.extend(assigned.get(all).and_then(Option::as_ref).into_iter().flatten().cloned());
            }
        }
        if self.sources.contains(key) {
            let patterns = self.tests.values().flatten().flat_map(|test| test.patterns());
            extra.extend(patterns.filter_map(Pattern::literal));
            extra.extend(self.question.candidates.iter().cloned());
            let fresh: Vec<&str> =
                UNMENTIONED.into_iter().filter(|text| !extra.iter().any(|own| own == text)).collect();
            extra.extend(fresh.into_iter().take(self.sources.len()).map(str::to_owned));
            // The name of a tag may be its value.
            let names = self.order.iter().filter_map(|key| keys::name_in(key));
            extra.extend(names.map(str::to_owned));
        }
        extra
    }

    fn add(&mut self, assigned: &Assignment, generic: &BTreeSet<String>) {
        self.tried += 1;
        let lookup = |key: &str| single(assigned, key);
        let mut truth = Bits::new(self.question.tests.len());
        for (at, (test, why)) in self.question.tests.iter().zip(self.opaque).enumerate() {
            let values = assigned.get(&test.key).and_then(Option::as_deref);
            if why.is_none() && test.under(&lookup).holds(values) {
                truth.insert(at);
            }
        }
        // Resources tell the values of their variables apart, whatever the tests say.
        let in_resources =
            self.question.variables.iter().map(|key| assigned.get(key).cloned().flatten()).collect::<Vec<_>>();
        if self.seen.insert((truth.clone(), in_resources)) {
            self.cases.push(Case { values: assigned.clone(), generic: generic.clone(), truth });
        }
    }
}

/// The one value of a key, as a variable takes it.
fn single(assigned: &Assignment, key: &str) -> Option<String> {
    match assigned.get(key)?.as_deref()? {
        [value] => Some(value.clone()),
        _ => None,
    }
}

/// Sets of keys that can hold the same value: compared with each other as a whole, or two names of one value.
fn alike(tests: &BTreeMap<&str, Vec<&Test>>) -> Vec<BTreeSet<String>> {
    let mut sets: Vec<BTreeSet<String>> = Vec::new();
    for (key, tests) in tests {
        let mut joined = BTreeSet::from([(*key).to_owned()]);
        joined.extend(tests.iter().flat_map(|test| test.variables()).map(str::to_owned));
        joined.extend(keys::other_name(key));
        // The ends of a list are of its values.
        joined.extend(key.starts_with("aws:calledvia").then(|| "aws:calledvia".to_owned()));
        let (touched, apart): (Vec<_>, Vec<_>) = sets.into_iter().partition(|set| !set.is_disjoint(&joined));
        sets = apart;
        sets.push(touched.into_iter().flatten().chain(joined).collect());
    }
    sets
}

/// The keys so that each comes after those that its tests refer to and those that decide what it can hold; and the keys
/// for which the latter cannot be. Of keys that refer to each other one comes first: its tests on the others hold or fail
/// once all have a value.
fn order(mut keys: Vec<String>, tests: &BTreeMap<&str, Vec<&Test>>) -> (Vec<String>, Vec<String>) {
    let (mut order, mut circular): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let ends = |key: &String| key.starts_with("aws:calledvia") && key != "aws:calledvia";
    keys.sort_by_key(|key| (!ends(key), key.clone()));
    while !keys.is_empty() {
        let refers = |key: &String, other: &String| {
            let variables = tests.get(key.as_str()).into_iter().flatten().flat_map(|test| test.variables());
            other != key && variables.into_iter().any(|variable| variable == other)
        };
        let depends = |key: &String| keys.iter().any(|other| keys::comes_after(key, other));
        let waits = |key: &String| depends(key) || keys.iter().any(|other| refers(key, other));
        let free = keys.iter().position(|key| !waits(key)).or_else(|| keys.iter().position(|key| !depends(key)));
        let key = keys.remove(free.unwrap_or_default());
        if free.is_none() {
            circular.push(key.clone());
        }
        order.push(key);
    }
    (order, circular)
}

/// Chains of services that begin and end as `aws:CalledViaFirst` and `aws:CalledViaLast` say.
fn chains(choices: Vec<Choice>, assigned: &Assignment) -> Vec<Choice> {
    let end = |key: &str| assigned.get(key).map(|values| values.as_ref().and_then(|values| values.first().cloned()));
    let (first, last) = (end("aws:calledviafirst"), end("aws:calledvialast"));
    let chain = |mut choice: Choice| {
        if let Some(values) = &mut choice.values {
            let ends = [&first, &last].map(|end| end.clone().flatten());
            values.retain(|value| !ends.iter().flatten().any(|end| end == value));
            let [first, last] = ends;
            let only = first == last && values.is_empty();
            if let Some(first) = first {
                values.insert(0, first);
            }
            values.extend(last.filter(|_| !only));
        }
        choice
    };
    // Of one service, the chain is that service alone.
    let alone = first.clone().flatten().map(|first| Choice { values: Some(vec![first]), generic: false });
    unique(choices.into_iter().map(chain).chain(alone))
}

/// Lists of names, such as those of tags, that hold the names which other keys tell of and none of those that the request
/// does not have. A name in a key is read in any case, one in a list as it is: each way in which the tests answer it.
fn with_names(
    choices: Vec<Choice>,
    begin: &str,
    assigned: &Assignment,
    tests: &[Ready<'_>],
    budget: CaseBudget,
) -> Vec<Choice> {
    let mut lists: Vec<Vec<String>> = choices.into_iter().map(|choice| choice.values.unwrap_or_default()).collect();
    for (name, given) in assigned.iter().filter_map(|(key, values)| Some((key.strip_prefix(begin)?, values))) {
        let is_name = |value: &String| value.eq_ignore_ascii_case(name);
        if given.is_none() {
            lists.iter_mut().for_each(|list| list.retain(|value| !is_name(value)));
            continue;
        }
        let spellings = super::values::spellings(name, tests, budget);
        lists = lists
            .into_iter()
            .flat_map(|list| {
                let others: Vec<String> = list.iter().filter(|value| !is_name(value)).cloned().collect();
                let with = |spelling: &String| others.iter().chain([spelling]).cloned().collect();
                let mut all: Vec<Vec<String>> = spellings.iter().map(with).collect();
                all.extend(list.iter().any(is_name).then_some(list));
                all
            })
            .collect();
    }
    let choice = |list: Vec<String>| Choice { values: (!list.is_empty()).then_some(list), generic: false };
    unique(lists.into_iter().map(choice))
}

fn unique(choices: impl Iterator<Item = Choice>) -> Vec<Choice> {
    let mut kept: Vec<Choice> = Vec::new();
    for choice in choices {
        if !kept.contains(&choice) {
            kept.push(choice);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ConditionKey, ConditionOperator, ConditionTest, Version};

    fn cases_of(tests: &[(&str, &str, &[&str])]) -> KeyCases {
        let catalogue = Catalogue::embedded();
        let tests: Vec<Arc<Test>> = tests
            .iter()
            .map(|(operator, key, values)| {
                let test = ConditionTest {
                    operator: ConditionOperator::new(operator),
                    key: ConditionKey::new(key),
                    values: values.iter().map(|value| (*value).to_owned()).collect(),
                };
                Arc::new(super::super::conditions::compile(&test, Version::V2012, 0, &catalogue))
            })
            .collect();
        let absent = BTreeSet::new();
        cases(&CaseQuestion {
            tests: &tests,
            variables: &[],
            candidates: &[],
            absent: &absent,
            given: &Assignment::new(),
            requester: Requester::RoleSession,
            budget: CaseBudget { states: 20_000, sets: 256 },
            catalogue: &catalogue,
        })
    }

    fn on_prefix(tests: &[(&str, &[&str])]) -> KeyCases {
        let tests: Vec<_> = tests.iter().map(|(operator, values)| (*operator, "s3:prefix", *values)).collect();
        cases_of(&tests)
    }

    /// For each case, which tests hold.
    fn truths(cases: &KeyCases) -> BTreeSet<Vec<usize>> {
        cases.cases.iter().map(|case| case.truth.iter().collect()).collect()
    }

    #[test]
    fn each_way_in_which_tests_answer() {
        // `a` and another value are told apart by the first test, `b` and the missing key by both.
        let cases = on_prefix(&[("StringEquals", &["a", "b"]), ("StringNotEquals", &["b"])]);
        assert_eq!(truths(&cases), BTreeSet::from([vec![1], vec![0], vec![0, 1]]));
        let inner: Vec<String> = ('a'..='h').map(|c| format!("*{c}{c}*")).collect();
        let inner: Vec<&str> = inner.iter().map(String::as_str).collect();
        let (first, last) = inner.split_at(4);
        let cases = on_prefix(&[("StringLike", &inner), ("StringLike", first), ("StringLike", last)]);
        assert_eq!(truths(&cases), BTreeSet::from([vec![], vec![0, 1], vec![0, 2], vec![0, 1, 2]]));
        assert!(cases.more.iter().all(Option::is_none));
    }

    #[test]
    fn the_empty_text_is_a_value() {
        let cases = on_prefix(&[("StringLike", &["*"]), ("StringLike", &["?*"])]);
        assert_eq!(truths(&cases), BTreeSet::from([vec![], vec![0], vec![0, 1]]));
        let cases = on_prefix(&[("StringLike", &["", "home/*"]), ("StringLike", &["home/*"])]);
        assert_eq!(truths(&cases), BTreeSet::from([vec![], vec![0], vec![0, 1]]));
    }

    #[test]
    fn numbers_between_others_are_exact() {
        let cases = on_prefix(&[("NumericGreaterThan", &["0.1"]), ("NumericGreaterThanEquals", &["0.2"])]);
        assert_eq!(truths(&cases), BTreeSet::from([vec![], vec![0], vec![0, 1]]));
        let halves = on_prefix(&[("IpAddress", &["10.0.0.0/24"]), ("IpAddress", &["10.0.0.0/25", "10.0.0.128/25"])]);
        assert_eq!(halves.cases.len(), 2);
    }

    #[test]
    fn values_that_another_key_has() {
        let (one, other) = ("${aws:PrincipalTag/a}", "${aws:PrincipalTag/b}");
        let key = "aws:ResourceTag/x";
        let cases = cases_of(&[("StringEquals", key, &[one]), ("StringEquals", key, &[other])]);
        assert_eq!(truths(&cases), BTreeSet::from([vec![], vec![0], vec![1], vec![0, 1]]));
        let name = cases_of(&[("StringEquals", key, &["${aws:username, 'anon'}"]), ("StringEquals", key, &["anon"])]);
        assert_eq!(truths(&name), BTreeSet::from([vec![], vec![0, 1]]));
    }

    #[test]
    fn sets_of_values() {
        let key = "aws:TagKeys";
        let both = cases_of(&[
            ("ForAllValues:StringEquals", key, &["a", "b"]),
            ("ForAnyValue:StringEquals", key, &["a", "b"]),
        ]);
        assert_eq!(truths(&both).len(), 4);
        let plain = cases_of(&[("StringEquals", key, &["a"]), ("ForAnyValue:StringEquals", key, &["a"])]);
        assert!(plain.opaque.first().is_some_and(Option::is_some) && plain.opaque.get(1).is_some_and(Option::is_none));
        let single = on_prefix(&[("StringEquals", &["a"]), ("ForAnyValue:StringEquals", &["a"])]);
        assert_eq!(truths(&single), BTreeSet::from([vec![], vec![0, 1]]));
        let missing = on_prefix(&[("StringEquals", &["a"]), ("ForAllValues:StringEquals", &["a"])]);
        assert!(truths(&missing).contains(&vec![1]), "without the key ForAllValues holds");
    }

    #[test]
    fn spellings_that_nothing_names() {
        let cases = on_prefix(&[("StringEqualsIgnoreCase", &["ab"]), ("StringEquals", &["AB", "ab"])]);
        assert_eq!(truths(&cases), BTreeSet::from([vec![], vec![0], vec![0, 1]]), "`aB` is neither");
    }

    #[test]
    fn lists_that_other_keys_are_part_of() {
        let tags = cases_of(&[
            ("ForAllValues:StringEquals", "aws:TagKeys", &["a", "b"]),
            ("Null", "aws:RequestTag/a", &["false"]),
            ("Null", "aws:RequestTag/b", &["false"]),
        ]);
        let truths_of_tags = truths(&tags);
        assert!([vec![0, 1, 2], vec![1, 2]].iter().all(|truth| truths_of_tags.contains(truth)), "{truths_of_tags:?}");
        let via = cases_of(&[
            ("ForAnyValue:StringEquals", "aws:CalledVia", &["athena.amazonaws.com"]),
            ("StringEquals", "aws:CalledViaFirst", &["athena.amazonaws.com"]),
        ]);
        assert_eq!(truths(&via), BTreeSet::from([vec![], vec![0], vec![0, 1]]));
    }

    #[test]
    fn keys_that_depend_on_each_other() {
        let cases = cases_of(&[
            ("NumericLessThan", "aws:MultiFactorAuthAge", &["3600"]),
            ("Bool", "aws:MultiFactorAuthPresent", &["true"]),
        ]);
        assert!(!truths(&cases).contains(&vec![0]), "an age without multi-factor authentication");
    }
}

//! The few values of one condition key that the tests on it can tell apart.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::bits::Bits;
use super::conditions::{Family, Ready};
use super::decimal::{Decimal, whole_around};
use super::instant::Instant;
use super::keys::{KeyRule, Presence, Values};
use super::networks::around_addresses;
use super::patterns::{form, reads};
use super::steps::{self, Letter, Step};
use super::walk::{Group, Walked, walk};
use crate::catalog::Arity;
use crate::model::Class;

/// What a request may say of a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Choice {
    /// The values; `None` when the request does not have the key.
    pub values: Option<Vec<String>>,
    /// Whether the value stands for others as well, which all tests answer alike.
    pub generic: bool,
}

/// What a request may say of a key, as far as the tests tell it apart.
#[derive(Debug, Default)]
pub struct Choices {
    /// The choices. The missing key comes first, then what is shortest to write.
    pub all: Vec<Choice>,
    /// Whether there may be more that the tests tell apart.
    pub more: bool,
}

/// How many states the listing of a key's patterns may take, and how many sets of values are told apart.
#[derive(Debug, Clone, Copy)]
pub struct CaseBudget {
    /// States of all walks for one key.
    pub states: usize,
    /// Cases of a key, or of keys that depend on each other.
    pub sets: usize,
}

/// The question which values of a key to try.
pub struct Key<'a> {
    /// The tests on it.
    pub tests: &'a [Ready<'a>],
    /// The tests on keys that can hold the same value because of a variable or another name: what a value comes to in
    /// these matters as well.
    pub beside: &'a [Ready<'a>],
    /// Whether it, or one of those keys, is tested with `Null`.
    pub tested_with_null: bool,
    /// What is known of it.
    pub rule: KeyRule,
    /// How many values it holds.
    pub arity: Arity,
    /// Values to try besides.
    pub extra: &'a [String],
    /// What it may cost.
    pub budget: CaseBudget,
}

impl Key<'_> {
    /// The choices.
    pub fn choices(&self) -> Choices {
        let missing = Choice { values: None, generic: false };
        if self.rule.presence == Presence::Never {
            return Choices { all: vec![missing], more: false };
        }
        let (singles, mut more) = self.singles();
        let listed: Vec<Choice> = if self.holds_many() {
            // Whether an empty value among others counts is not documented.
            let singles: Vec<Single> = singles.into_iter().filter(|single| !single.text.is_empty()).collect();
            let (sets, cut) = sets(self.tests, &singles, self.budget.sets);
            more |= cut;
            sets.into_iter().map(|values| Choice { values: Some(values), generic: false }).collect()
        } else {
            let one = |single: Single| Choice { values: Some(vec![single.text]), generic: single.generic };
            singles.into_iter().map(one).collect()
        };
        let mut all = if self.rule.presence == Presence::Always { Vec::new() } else { vec![missing] };
        all.extend(listed);
        Choices { all, more }
    }

    fn holds_many(&self) -> bool {
        match self.arity {
            Arity::Single => false,
            Arity::Many => true,
            Arity::Unknown => self.tests.iter().any(|ready| ready.test.qualifier.is_some()),
        }
    }

    /// The tests that compare a value.
    fn comparing(&self) -> impl Iterator<Item = &Ready<'_>> {
        self.tests.iter().chain(self.beside)
    }

    /// One value for each way in which the tests can answer one value, the easiest to read first, and whether there
    /// may be more ways.
    fn singles(&self) -> (Vec<Single>, bool) {
        let form: Option<Vec<Vec<Step>>> = match &self.rule.values {
            Values::OneOf(values) => {
                let one = |value: &String| Single { text: value.clone(), generic: false };
                return (values.iter().map(one).collect(), false);
            }
            Values::Like(patterns) => Some(patterns.iter().map(|pattern| form(pattern)).collect()),
            Values::AnyCaseOf(text) => Some(vec![steps::folded(exactly(&text.to_lowercase()))]),
            Values::WholeNumber => Some(vec![vec![Step::Of(Class::Digits), Step::AllOf(Class::Digits)]]),
            Values::Any => None,
        };
        let texts: Vec<&Ready<'_>> =
            self.comparing().filter(|ready| matches!(ready.test.family, Family::Text(_))).collect();
        let (mut named, mut more) = self.named(&texts);
        let by_value = self.comparing().any(|ready| is_by_value(&ready.test.family));
        let mut found = Vec::new();
        if !texts.is_empty() || !by_value {
            let (unnamed, cut) = self.unnamed(&texts, &named, form.as_deref());
            (found, more) = (unnamed, more || cut);
        }
        if by_value {
            more |= self.combine(&texts, &mut named, &found);
        }
        named.retain(|text| form.as_ref().is_none_or(|forms| forms.iter().any(|steps| reads(steps, text))));
        if self.tested_with_null && !texts.is_empty() && !self.holds_many() {
            // Whether an empty value is Null is not documented. That does not matter where the tests on text answer it as
            // they answer some other value: it is either a value like that one, or like no value.
            let answers = |text: &String| texts.iter().map(|ready| ready.matches(text)).collect::<Vec<_>>();
            let empty = answers(&String::new());
            more |= !named.iter().chain(&found).any(|text| answers(text) == empty);
        }
        let named = named.into_iter().map(|text| Single { text, generic: false });
        let mut singles: Vec<Single> =
            found.into_iter().map(|text| Single { text, generic: true }).chain(named).collect();
        // A value that every operator can read is a better proof.
        let unreadable = |single: &Single| self.tests.iter().any(|ready| !ready.test.can_read(&single.text));
        singles
            .sort_by_cached_key(|single| (unreadable(single), !single.generic, single.text.len(), single.text.clone()));
        (singles, more)
    }

    /// Values that the tests name, or that lie on, between and beside those that they name; and whether some of them
    /// could not be written.
    fn named(&self, texts: &[&Ready<'_>]) -> (BTreeSet<String>, bool) {
        let mut named: BTreeSet<String> = self.extra.iter().cloned().collect();
        let with_text = !texts.is_empty();
        let (mut numbers, mut dates) = (Vec::new(), Vec::new());
        for ready in self.comparing() {
            match &ready.test.family {
                Family::Text(_) => named.extend(ready.patterns.iter().flat_map(|steps| literals(steps))),
                Family::Bool(_) => {
                    named.extend(["true", "false"].map(str::to_owned));
                    if with_text {
                        named.extend(["True", "False"].map(str::to_owned));
                    }
                }
                Family::Number(_, bounds) => numbers.extend(bounds.iter().cloned()),
                Family::Date(_, bounds) => dates.extend(bounds.iter().copied()),
                Family::Network(networks) => named.extend(around_addresses(networks).iter().map(IpAddr::to_string)),
                Family::Null(_) | Family::Never | Family::Opaque(_) => {}
            }
        }
        if self.rule.values == Values::WholeNumber {
            named.extend(whole_around(&numbers));
            numbers.clear();
        }
        for number in around_numbers(numbers) {
            let text = number.to_string();
            if with_text {
                named.insert(if text.contains('.') { format!("{text}0") } else { format!("{text}.0") });
            }
            named.insert(text);
        }
        // As a request would write them, where it can.
        let dates: Vec<Option<String>> = around_points(dates).into_iter().map(Instant::written).collect();
        let more = dates.iter().any(Option::is_none);
        named.extend(dates.into_iter().flatten());
        if self.tested_with_null {
            named.remove("");
        } else if with_text {
            named.insert(String::new());
        }
        (named, more)
    }

    /// Texts that nothing names, one for each way in which the patterns can answer them.
    fn unnamed(
        &self,
        texts: &[&Ready<'_>],
        named: &BTreeSet<String>,
        form: Option<&[Vec<Step>]>,
    ) -> (Vec<String>, bool) {
        let literal: Vec<Vec<Step>> = named.iter().chain([&String::new()]).map(|text| exactly(text)).collect();
        let is_wild = |ready: &&&Ready<'_>| ready.patterns.iter().any(|steps| !is_one_text(steps));
        let wild: Vec<&Ready<'_>> = texts.iter().filter(is_wild).copied().collect();
        let CaseBudget { states, sets: most } = self.budget;
        let mut listing = ValueListing { wild, literal, form, states, most, found: Vec::new(), cut: false };
        listing.list();
        (listing.found, listing.cut)
    }

    /// Adds values that are matched by patterns and compared by value in a way that none of the others is. Whether
    /// there may be more: some way in which the patterns answer was not met together with some way in which the values
    /// are compared.
    fn combine(&self, texts: &[&Ready<'_>], named: &mut BTreeSet<String>, found: &[String]) -> bool {
        let wild: Vec<&Ready<'_>> =
            texts.iter().filter(|ready| ready.patterns.iter().any(|steps| !is_one_text(steps))).copied().collect();
        if wild.is_empty() {
            return false;
        }
        let by_value: Vec<&Ready<'_>> = self.comparing().filter(|ready| is_by_value(&ready.test.family)).collect();
        let way = |text: &String, tests: &[&Ready<'_>]| tests.iter().map(|t| t.matches(text)).collect::<Vec<bool>>();
        let both = |text: &String| (way(text, &wild), way(text, &by_value));
        let mut met: BTreeSet<(Vec<bool>, Vec<bool>)> = named.iter().chain(found).map(both).collect();
        named.extend(super::mixed::values(&wild, &by_value).into_iter().filter(|text| met.insert(both(text))));
        let (ways, values): (BTreeSet<_>, BTreeSet<_>) = met.iter().cloned().unzip();
        met.len() != ways.len() * values.len()
    }
}

/// The spellings of a name in any case, one for each way in which tests answer it.
pub fn spellings(name: &str, tests: &[Ready<'_>], budget: CaseBudget) -> Vec<String> {
    let rule = KeyRule { presence: Presence::Always, values: Values::AnyCaseOf(name.to_owned()) };
    let extra = [name.to_owned()];
    let (beside, tested_with_null, arity) = (&[], false, Arity::Single);
    let key = Key { tests, beside, tested_with_null, rule, arity, extra: &extra, budget };
    let mut answers = BTreeSet::new();
    let is_new = |text: &String| answers.insert(tests.iter().map(|test| test.matches(text)).collect::<Vec<bool>>());
    // Past the budget a way is missing, as it is in the list of values itself, which says so.
    key.singles().0.into_iter().map(|single| single.text).filter(is_new).collect()
}

/// A value, and whether it stands for others.
#[derive(Debug, Clone)]
struct Single {
    text: String,
    generic: bool,
}

const fn is_by_value(family: &Family) -> bool {
    matches!(family, Family::Number(..) | Family::Date(..) | Family::Network(_) | Family::Bool(_))
}

/// The texts that steps without wildcards match; where case does not count, one in each case. None with wildcards.
fn literals(steps: &[Step]) -> Vec<String> {
    let spell = |upper: bool| -> Option<String> {
        let one = |step: &Step| match step {
            Step::One(letter) => Letter::as_char(*letter),
            Step::Folded(c) if upper => c.to_uppercase().next(),
            Step::Folded(c) => Some(*c),
            Step::AnyOne
            | Step::AnyOneExcept(_)
            | Step::Any
            | Step::AnyExcept(_)
            | Step::Of(_)
            | Step::AllOf(_)
            | Step::Silent(_)
            | Step::Inside
            | Step::Fork(_)
            | Step::Jump(_) => None,
        };
        steps.iter().map(one).collect()
    };
    // Without a spelling there is a wildcard, and the listing of texts that nothing names tries it.
    let mut both: Vec<String> = [spell(false), spell(true)].into_iter().flatten().collect();
    both.dedup();
    both
}

/// Whether steps match one text alone: neither wildcards, nor letters in any case.
fn is_one_text(steps: &[Step]) -> bool {
    steps.iter().all(|step| matches!(step, Step::One(_)))
}

fn exactly(text: &str) -> Vec<Step> {
    text.chars().map(|c| Step::One(Letter::new(c))).collect()
}

/// Lists texts by which tests they pass: each test is taken as passed and as failed, as long as some text does it.
struct ValueListing<'a> {
    wild: Vec<&'a Ready<'a>>,
    literal: Vec<Vec<Step>>,
    form: Option<&'a [Vec<Step>]>,
    /// What the walks may still cost.
    states: usize,
    /// How many texts to list at most.
    most: usize,
    found: Vec<String>,
    cut: bool,
}

impl ValueListing<'_> {
    fn list(&mut self) {
        if let Some(text) = self.text(&[]) {
            self.go(&mut Vec::new(), text);
        }
    }

    /// Lists what goes on as given; `text` passes and fails the first tests so.
    fn go(&mut self, passed: &mut Vec<bool>, text: String) {
        let Some(next) = self.wild.get(passed.len()) else {
            if self.found.len() < self.most {
                self.found.push(text);
            } else {
                self.cut = true;
            }
            return;
        };
        let passes = next.matches(&text);
        passed.push(!passes);
        let other = self.text(passed);
        passed.pop();
        let both = [(passes, Some(text)), (!passes, other)];
        for (pass, text) in both.into_iter().filter_map(|(pass, text)| Some((pass, text?))) {
            passed.push(pass);
            self.go(passed, text);
            passed.pop();
        }
    }

    /// A text that passes and fails the first tests as given and that nothing names; `None` where there is none, or
    /// where the budget ends, which is remembered.
    fn text(&mut self, passed: &[bool]) -> Option<String> {
        if self.states == 0 || self.found.len() >= self.most {
            self.cut = true;
            return None;
        }
        let (mut wanted, mut unwanted): (Vec<Vec<&[Step]>>, Vec<&[Step]>) = (Vec::new(), Vec::new());
        wanted.extend(self.form.map(|forms| forms.iter().map(Vec::as_slice).collect()));
        if wanted.is_empty() {
            wanted.push(vec![&[Step::Any]]);
        }
        unwanted.extend(self.literal.iter().map(Vec::as_slice));
        for (ready, pass) in self.wild.iter().zip(passed) {
            let patterns = ready.patterns.iter().map(Vec::as_slice);
            if *pass {
                wanted.push(patterns.collect());
            } else {
                unwanted.extend(patterns);
            }
        }
        let groups: Vec<Group<'_>> = wanted.iter().map(|group| Group(group)).collect();
        match walk(&groups, Group(&unwanted), &mut self.states) {
            // A walk over patterns without variables finds characters only.
            Walked::Found(letters) => Some(letters.into_iter().filter_map(Letter::as_char).collect()),
            Walked::Nothing => None,
            Walked::OutOfBudget => {
                self.cut = true;
                None
            }
        }
    }
}

/// Each bound, a value between each two neighbours, one below and one above all.
pub fn around_numbers(mut bounds: Vec<Decimal>) -> Vec<Decimal> {
    bounds.sort();
    bounds.dedup();
    let between = bounds.array_windows().map(|[a, b]| a.between(b));
    let ends = [bounds.first().map(|lowest| lowest.step(false)), bounds.last().map(|highest| highest.step(true))];
    between.chain(ends.into_iter().flatten()).chain(bounds.iter().cloned()).collect()
}

/// The same as [`around_numbers`] for points in time.
pub fn around_points(mut bounds: Vec<Instant>) -> Vec<Instant> {
    bounds.sort();
    bounds.dedup();
    // Two points a nanosecond apart have none between them, and none has to be tried.
    let between = bounds.array_windows().filter_map(|[a, b]| a.between(*b));
    let ends = [bounds.first().map(|lowest| lowest.step(false)), bounds.last().map(|highest| highest.step(true))];
    between.chain(ends.into_iter().flatten()).chain(bounds.iter().copied()).collect()
}

/// A set of values for each way the tests can answer several values (for each test, whether one of the values matches
/// and whether all do), and whether there are more ways than the budget allows.
fn sets(tests: &[Ready<'_>], singles: &[Single], budget: usize) -> (Vec<Vec<String>>, bool) {
    let matched = |value: &str| -> (Bits, Bits) {
        let (mut yes, mut no) = (Bits::new(tests.len()), Bits::new(tests.len()));
        for (at, test) in tests.iter().enumerate() {
            if test.matches(value) { yes.insert(at) } else { no.insert(at) }
        }
        (yes, no)
    };
    let mut found: BTreeMap<(Bits, Bits), Vec<String>> = BTreeMap::new();
    let mut kinds: Vec<((Bits, Bits), String)> = Vec::new();
    let mut queue = std::collections::VecDeque::new();
    for single in singles {
        let key = matched(&single.text);
        if let Entry::Vacant(fresh) = found.entry(key.clone()) {
            fresh.insert(vec![single.text.clone()]);
            kinds.push((key.clone(), single.text.clone()));
            queue.push_back((key, vec![single.text.clone()]));
        }
    }
    let mut all: Vec<Vec<String>> = kinds.iter().map(|(_, value)| vec![value.clone()]).collect();
    while let Some((key, set)) = queue.pop_front() {
        for ((yes, no), value) in &kinds {
            let mut both = key.clone();
            both.0.union(yes);
            both.1.union(no);
            if !found.contains_key(&both) {
                let mut larger = set.clone();
                larger.push(value.clone());
                found.insert(both.clone(), larger.clone());
                all.push(larger.clone());
                queue.push_back((both, larger));
            }
        }
        if found.len() > budget {
            return (all, true);
        }
    }
    (all, false)
}

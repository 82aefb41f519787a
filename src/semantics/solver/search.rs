//! Looks for a request on which two roles differ, key by key of the conditions.
//!
//! A branch is left as soon as no difference is possible in it whatever the open conditions are, and ends as soon as
//! one is certain whatever they are, so only keys that matter are ever told apart.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cache::Cache;
use super::cases::{CaseBudget, KeyCases, Whose, cases};
use super::conditions::Test;
use super::question::{Answer, Found, Mode, Truth};

/// What the conditions of some rules depend on.
#[derive(Debug)]
pub struct Tests {
    keys: Vec<Arc<KeyCases>>,
    opaque: Vec<Arc<Test>>,
    reasons: Vec<String>,
    /// For each rule, its tests.
    rules: Vec<Vec<Atom>>,
}

#[derive(Debug, Clone, Copy)]
enum Atom {
    /// Decided by the case of a key: its index, the test's index in it.
    Key(usize, usize),
    /// Not decided: the index among the opaque tests.
    Opaque(usize),
}

/// Cases of keys by the tests on them.
pub type KeyCache = Cache<(Whose, Vec<u32>), Arc<KeyCases>>;

impl Tests {
    /// Sorts the tests of statements by key.
    pub fn of(rules: &[&[Arc<Test>]], whose: Whose, cache: &KeyCache, budget: CaseBudget) -> Self {
        let mut by_key: BTreeMap<&str, Vec<Arc<Test>>> = BTreeMap::new();
        for test in rules.iter().copied().flatten() {
            let tests = by_key.entry(test.key.as_str()).or_default();
            if !tests.iter().any(|other| other.number == test.number) {
                tests.push(Arc::clone(test));
            }
        }
        let mut tests = Self { keys: Vec::new(), opaque: Vec::new(), reasons: Vec::new(), rules: Vec::new() };
        let mut atoms = BTreeMap::new();
        for mut group in by_key.into_values() {
            group.sort_by(|a, b| a.canonical.cmp(&b.canonical));
            let numbers: Vec<u32> = group.iter().map(|test| test.number).collect();
            tests.add_key(
                group.clone(),
                cache.get(&(whose, numbers), || Arc::new(cases(&group, whose, budget))),
                &mut atoms,
            );
        }
        let of_rule = |rule: &&[Arc<Test>]| rule.iter().filter_map(|test| atoms.get(&test.number).copied()).collect();
        tests.rules = rules.iter().map(of_rule).collect();
        tests
    }

    fn add_key(&mut self, tests: Vec<Arc<Test>>, key: Arc<KeyCases>, atoms: &mut BTreeMap<u32, Atom>) {
        for (at, (test, why)) in tests.into_iter().zip(&key.opaque).enumerate() {
            let number = test.number;
            let atom = if let Some(reason) = why {
                self.opaque.push(test);
                self.reasons.push(reason.clone());
                Atom::Opaque(self.opaque.len() - 1)
            } else {
                Atom::Key(self.keys.len(), at)
            };
            atoms.insert(number, atom);
        }
        self.keys.push(key);
    }
}

/// What is assumed of the conditions.
#[derive(Debug, Clone)]
pub struct Assumed {
    cases: Vec<Option<usize>>,
    opaque: Vec<Option<bool>>,
}

/// What a search found.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The roles do not differ here.
    None,
    /// They do, for this resource in this context.
    Difference {
        /// The resource.
        found: Found,
        /// Values of the keys that matter; keys that are not named are missing.
        context: BTreeMap<String, Vec<String>>,
        /// Whether no condition limits it.
        always: bool,
    },
    /// They may, for these reasons.
    Unknown(Vec<String>),
}

/// A search.
pub struct Search<'a> {
    /// The tests of the rules.
    pub tests: &'a Tests,
    /// The rule that allows.
    pub granting: usize,
    /// Asks for a resource, given which conditions hold.
    pub ask: &'a mut dyn FnMut(&[Truth], Mode) -> Answer,
    /// Branches left.
    pub nodes: usize,
}

impl Search<'_> {
    /// Looks for a difference.
    pub fn run(&mut self) -> Outcome {
        let mut assumed =
            Assumed { cases: vec![None; self.tests.keys.len()], opaque: vec![None; self.tests.opaque.len()] };
        let nodes = self.nodes;
        let first = self.branch(&mut assumed, false);
        let Outcome::Unknown(reasons) = first else { return first };
        if self.tests.opaque.is_empty() || self.nodes == 0 {
            return Outcome::Unknown(reasons);
        }
        self.nodes = nodes;
        match self.branch(&mut assumed, true) {
            Outcome::None => Outcome::None,
            Outcome::Unknown(more) => Outcome::Unknown(more),
            // Found only under assumptions on what cannot be decided.
            Outcome::Difference { .. } => Outcome::Unknown(reasons),
        }
    }

    fn branch(&mut self, assumed: &mut Assumed, decide_opaque: bool) -> Outcome {
        let Some(left) = self.nodes.checked_sub(1) else {
            return Outcome::Unknown(vec!["its conditions have too many cases".to_owned()]);
        };
        self.nodes = left;
        let truths: Vec<Truth> = self.tests.rules.iter().map(|atoms| self.truth(atoms, assumed)).collect();
        if truths.get(self.granting) == Some(&Truth::Fails) {
            return Outcome::None;
        }
        let hopeful = (self.ask)(&truths, Mode::Hopeful);
        if hopeful == Answer::Empty {
            return Outcome::None;
        }
        if truths.get(self.granting) == Some(&Truth::Holds) {
            let open = truths.contains(&Truth::Open);
            let strict = if open { (self.ask)(&truths, Mode::Strict) } else { hopeful.clone() };
            if let Answer::Found(found) = strict {
                return self.difference(found, assumed);
            }
        }
        match self.next(&truths, assumed, decide_opaque) {
            Some(Atom::Key(key, _)) => self.by_case(key, assumed, decide_opaque),
            Some(Atom::Opaque(at)) => self.by_opaque(at, assumed),
            None => Outcome::Unknown(self.reasons(&truths, assumed, &hopeful)),
        }
    }

    fn by_case(&mut self, key: usize, assumed: &mut Assumed, decide_opaque: bool) -> Outcome {
        let cases = self.tests.keys.get(key).map_or(0, |key| key.cases.len());
        let mut outcome = Outcome::None;
        for case in 0..cases {
            set(&mut assumed.cases, key, Some(case));
            let here = self.branch(assumed, decide_opaque);
            set(&mut assumed.cases, key, None);
            if let Some(done) = merge(&mut outcome, here) {
                return done;
            }
        }
        outcome
    }

    fn by_opaque(&mut self, at: usize, assumed: &mut Assumed) -> Outcome {
        let mut outcome = Outcome::None;
        for value in [true, false] {
            set(&mut assumed.opaque, at, Some(value));
            let here = self.branch(assumed, true);
            set(&mut assumed.opaque, at, None);
            if let Some(done) = merge(&mut outcome, here) {
                return done;
            }
        }
        outcome
    }

    fn truth(&self, atoms: &[Atom], assumed: &Assumed) -> Truth {
        let mut truth = Truth::Holds;
        for atom in atoms {
            match self.atom(*atom, assumed) {
                Some(false) => return Truth::Fails,
                Some(true) => {}
                None => truth = Truth::Open,
            }
        }
        truth
    }

    fn atom(&self, atom: Atom, assumed: &Assumed) -> Option<bool> {
        match atom {
            Atom::Opaque(at) => assumed.opaque.get(at).copied().flatten(),
            Atom::Key(key, test) => {
                let case = assumed.cases.get(key).copied().flatten()?;
                self.tests.keys.get(key)?.cases.get(case).map(|case| case.truth.contains(test))
            }
        }
    }

    /// What to tell apart next: a key of the statement that allows before those of others.
    fn next(&self, truths: &[Truth], assumed: &Assumed, decide_opaque: bool) -> Option<Atom> {
        let open = |rule: &usize| truths.get(*rule) == Some(&Truth::Open);
        let order = std::iter::once(self.granting).chain(0..truths.len()).filter(open);
        let atoms = order.filter_map(|rule| self.tests.rules.get(rule)).flatten().copied();
        let mut unset = atoms.filter(|atom| self.atom(*atom, assumed).is_none());
        let mut later = None;
        let key = unset.find(|atom| {
            if let Atom::Opaque(_) = atom {
                later = later.or(Some(*atom));
            }
            matches!(atom, Atom::Key(..))
        });
        key.or(later.filter(|_| decide_opaque))
    }

    fn difference(&self, found: Found, assumed: &Assumed) -> Outcome {
        let mut context = BTreeMap::new();
        for (key, case) in self.tests.keys.iter().zip(&assumed.cases) {
            let values = case.and_then(|case| key.cases.get(case)).and_then(|case| case.values.clone());
            context.extend(values.map(|values| (key.spelled.clone(), values)));
        }
        let assumes = assumed.cases.iter().any(Option::is_some) || assumed.opaque.iter().any(Option::is_some);
        Outcome::Difference { found, context, always: !assumes }
    }

    fn reasons(&self, truths: &[Truth], assumed: &Assumed, answer: &Answer) -> Vec<String> {
        let mut reasons: Vec<String> = Vec::new();
        for (_, atoms) in truths.iter().zip(&self.tests.rules).filter(|(truth, _)| **truth == Truth::Open) {
            let opaque =
                atoms.iter().filter(|atom| self.atom(**atom, assumed).is_none()).filter_map(|atom| match atom {
                    Atom::Opaque(at) => self.tests.reasons.get(*at),
                    Atom::Key(..) => None,
                });
            reasons.extend(opaque.cloned());
        }
        match answer {
            Answer::Perhaps => reasons.push("the value of a variable in a resource is not known".to_owned()),
            Answer::OutOfBudget => reasons.push("its patterns are too many to compare".to_owned()),
            Answer::Found(_) | Answer::Empty => {}
        }
        reasons.sort();
        reasons.dedup();
        reasons
    }
}

fn set<T>(values: &mut [T], at: usize, value: T) {
    if let Some(slot) = values.get_mut(at) {
        *slot = value;
    }
}

/// Adds a branch's outcome; a difference ends the search.
fn merge(outcome: &mut Outcome, here: Outcome) -> Option<Outcome> {
    match here {
        Outcome::None => None,
        Outcome::Difference { .. } => Some(here),
        Outcome::Unknown(reasons) => {
            let mut all = match std::mem::replace(outcome, Outcome::None) {
                Outcome::Unknown(before) => before,
                Outcome::None | Outcome::Difference { .. } => Vec::new(),
            };
            all.extend(reasons);
            all.sort();
            all.dedup();
            *outcome = Outcome::Unknown(all);
            None
        }
    }
}

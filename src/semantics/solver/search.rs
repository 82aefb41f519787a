//! Looks for a request on which two roles differ, key by key of the conditions.
//!
//! A branch is left as soon as no difference is possible in it whatever the open conditions are, and ends as soon as
//! one is certain whatever they are, so only keys that matter are ever told apart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cache::Cache;
use super::cases::{self, Case, CaseBudget, KeyCases};
use super::conditions::Test;
use super::keys::{self, Assignment, Requester};
use super::question::{Answer, ConditionState, FoundResource, Mode};
use super::relations::{Clause, clauses};
use super::texts::{Binding, VariableValue};
use crate::catalog::Catalogue;

/// What the conditions of some rules depend on.
#[derive(Debug)]
pub struct Tests {
    keys: Vec<Arc<KeyCases>>,
    opaque: Vec<Arc<Test>>,
    reasons: Vec<String>,
    /// For each rule, its tests.
    rules: Vec<Vec<Atom>>,
    /// The same with the tests not decided that may answer in more ways than the cases of their keys say; `None`
    /// without such tests.
    cautious: Option<Vec<Vec<Atom>>>,
    /// For each key of a variable in a resource, the index of its cases.
    variables: BTreeMap<String, usize>,
    /// Whether each of these has one default, or none, wherever it stands.
    spelled_alike: bool,
    /// What is certain of the opaque tests.
    clauses: Vec<Clause>,
}

#[derive(Debug, Clone, Copy)]
enum Atom {
    /// Decided by the case of a key: the index of the cases, the test's index in them.
    Key(usize, usize),
    /// Not decided: the index among the opaque tests.
    Opaque(usize),
}

/// What tells cases apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseKey {
    requester: Requester,
    tests: Vec<u32>,
    variables: Vec<String>,
    candidates: Vec<String>,
    absent: BTreeSet<String>,
    given: Assignment,
}

/// Cases of keys by what tells them apart.
pub type KeyCache = Cache<CaseKey, Arc<KeyCases>>;

/// Which requests are meant, and what is worth trying.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// Whose they are.
    pub requester: Requester,
    /// Keys that they cannot have.
    pub absent: &'a BTreeSet<String>,
    /// Keys of which it is known what they say.
    pub given: &'a Assignment,
    /// Keys of variables in resources, sorted.
    pub variables: &'a [String],
    /// Whether each of these has one default, or none, wherever it stands.
    pub spelled_alike: bool,
    /// Values worth trying for these, sorted.
    pub candidates: &'a [String],
    /// What is known of keys.
    pub catalogue: &'a Catalogue,
}

impl Tests {
    /// Sorts the tests of statements by key.
    pub fn new(rules: &[&[Arc<Test>]], scope: Scope<'_>, cache: &KeyCache, budget: CaseBudget) -> Self {
        let mut all: Vec<Arc<Test>> = rules.iter().copied().flatten().cloned().collect();
        all.sort_by(|a, b| a.canonical.cmp(&b.canonical));
        all.dedup_by_key(|test| test.number);
        let mut tests = Self {
            keys: Vec::new(),
            opaque: Vec::new(),
            reasons: Vec::new(),
            rules: Vec::new(),
            cautious: None,
            variables: BTreeMap::new(),
            spelled_alike: scope.spelled_alike,
            clauses: Vec::new(),
        };
        let (mut atoms, mut cautious) = (BTreeMap::new(), BTreeMap::new());
        for group in groups(&all, scope.variables) {
            let of_group = |key: &&String| group.contains(key.as_str());
            let own: Vec<Arc<Test>> = all.iter().filter(|test| group.contains(test.key.as_str())).cloned().collect();
            let variables: Vec<String> = scope.variables.iter().filter(of_group).cloned().collect();
            let candidates = if variables.is_empty() { &[] } else { scope.candidates };
            let key = CaseKey {
                requester: scope.requester,
                tests: own.iter().map(|test| test.number).collect(),
                candidates: candidates.to_vec(),
                absent: scope.absent.iter().filter(of_group).cloned().collect(),
                given: scope
                    .given
                    .iter()
                    .filter(|(key, _)| of_group(key))
                    .map(|(k, v)| (k.clone(), v.clone()))
                    .collect(),
                variables,
            };
            let cases = cache.get(&key, || {
                let Scope { requester, absent, given, catalogue, .. } = scope;
                let variables = &key.variables;
                let tests = &own;
                let question =
                    cases::CaseQuestion { tests, variables, candidates, absent, given, requester, budget, catalogue };
                Arc::new(cases::cases(&question))
            });
            tests.variables.extend(key.variables.iter().map(|key| (key.clone(), tests.keys.len())));
            tests.add_key(&own, cases, &mut atoms, &mut cautious);
        }
        tests.clauses = clauses(&tests.opaque.iter().map(Arc::as_ref).collect::<Vec<_>>());
        // Every test is in the group of its key, so each has its atom.
        let atom = |test: &Arc<Test>| atoms.get(&test.number).copied();
        tests.rules = rules.iter().map(|rule| rule.iter().filter_map(atom).collect()).collect();
        if !cautious.is_empty() {
            let atom = |test: &Arc<Test>| cautious.get(&test.number).or_else(|| atoms.get(&test.number)).copied();
            tests.cautious = Some(rules.iter().map(|rule| rule.iter().filter_map(atom).collect()).collect());
        }
        tests
    }

    fn add_key(
        &mut self,
        tests: &[Arc<Test>],
        key: Arc<KeyCases>,
        atoms: &mut BTreeMap<u32, Atom>,
        cautious: &mut BTreeMap<u32, Atom>,
    ) {
        for (at, (test, (why, more))) in tests.iter().zip(key.opaque.iter().zip(&key.more)).enumerate() {
            let mut opaque = |reason: &String| {
                self.opaque.push(Arc::clone(test));
                self.reasons.push(reason.clone());
                Atom::Opaque(self.opaque.len() - 1)
            };
            match (why, more) {
                (Some(reason), _) => {
                    atoms.insert(test.number, opaque(reason));
                }
                (None, Some(reason)) => {
                    cautious.insert(test.number, opaque(reason));
                    atoms.insert(test.number, Atom::Key(self.keys.len(), at));
                }
                (None, None) => {
                    atoms.insert(test.number, Atom::Key(self.keys.len(), at));
                }
            }
        }
        self.keys.push(key);
    }
}

/// The keys of tests and variables, those together that depend on each other.
fn groups<'t>(tests: &'t [Arc<Test>], variables: &'t [String]) -> Vec<BTreeSet<&'t str>> {
    let mut groups: Vec<BTreeSet<&str>> = Vec::new();
    let mut join = |keys: BTreeSet<&'t str>| {
        let (touched, apart): (Vec<_>, Vec<_>) =
            std::mem::take(&mut groups).into_iter().partition(|group| !group.is_disjoint(&keys));
        groups = apart;
        groups.push(touched.into_iter().flatten().chain(keys).collect());
    };
    for test in tests {
        join(std::iter::once(test.key.as_str()).chain(test.variables()).collect());
    }
    variables.iter().for_each(|key| join(BTreeSet::from([key.as_str()])));
    let in_tests = tests.iter().flat_map(|test| std::iter::once(test.key.as_str()).chain(test.variables()));
    let keys: BTreeSet<&str> = in_tests.chain(variables.iter().map(String::as_str)).collect();
    for (at, a) in keys.iter().enumerate() {
        keys.iter().skip(at).filter(|b| keys::tied(a, b)).for_each(|b| join(BTreeSet::from([*a, *b])));
    }
    groups.sort();
    groups
}

/// Why nothing is certain where no value that was tried tells the roles apart.
const VARIABLE: &str = "the value of a variable in a resource is not known";

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
        found: FoundResource,
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
    /// Asks for a resource, given which conditions hold and what the variables in resources are.
    pub ask: Ask<'a>,
    /// Branches left.
    pub nodes: usize,
}

/// Asks for a resource, given which conditions hold and what the variables in resources are.
pub type Ask<'a> = &'a mut dyn FnMut(&[ConditionState], Mode, &Binding) -> Answer;

impl Search<'_> {
    /// Looks for a difference.
    pub fn run(&mut self) -> Outcome {
        let nodes = self.nodes;
        let found = self.pass(&self.tests.rules);
        let (Outcome::None, Some(cautious)) = (&found, &self.tests.cautious) else { return found };
        // Nothing in the cases that were listed; there may be others.
        self.nodes = nodes;
        match self.pass(cautious) {
            Outcome::None => Outcome::None,
            Outcome::Unknown(reasons) => Outcome::Unknown(reasons),
            Outcome::Difference { .. } => Outcome::Unknown(self.tests.reasons.clone()),
        }
    }

    fn pass(&mut self, rules: &[Vec<Atom>]) -> Outcome {
        let mut assumed =
            Assumed { cases: vec![None; self.tests.keys.len()], opaque: vec![None; self.tests.opaque.len()] };
        let nodes = self.nodes;
        let first = self.branch(rules, &mut assumed, false);
        let Outcome::Unknown(reasons) = first else { return first };
        if self.tests.opaque.is_empty() || self.nodes == 0 {
            return Outcome::Unknown(reasons);
        }
        self.nodes = nodes;
        match self.branch(rules, &mut assumed, true) {
            Outcome::None => Outcome::None,
            Outcome::Unknown(more) => Outcome::Unknown(more),
            // Found only under assumptions on what cannot be decided.
            Outcome::Difference { .. } => Outcome::Unknown(reasons),
        }
    }

    fn branch(&mut self, rules: &[Vec<Atom>], assumed: &mut Assumed, decide_opaque: bool) -> Outcome {
        let Some(left) = self.nodes.checked_sub(1) else {
            return Outcome::Unknown(vec!["its conditions have too many combinations".to_owned()]);
        };
        self.nodes = left;
        // Without values for the variables in resources nothing can be asked.
        if let Some(key) = self.tests.variables.values().find(|key| assumed.cases.get(**key) == Some(&None)) {
            // Empty whatever values they have: a default is one more value, and without a value a pattern is none.
            let truths: Vec<ConditionState> = rules.iter().map(|atoms| self.truth(atoms, assumed)).collect();
            let alike = self.tests.spelled_alike;
            if alike && (self.ask)(&truths, Mode::May, &Binding::default()) == Answer::Empty {
                return Outcome::None;
            }
            return self.by_case(rules, *key, assumed, decide_opaque);
        }
        let truths: Vec<ConditionState> = rules.iter().map(|atoms| self.truth(atoms, assumed)).collect();
        if truths.get(self.granting) == Some(&ConditionState::Fails) {
            return Outcome::None;
        }
        let (any, concrete) = self.bindings(assumed);
        let may = (self.ask)(&truths, Mode::May, &any);
        if may == Answer::Empty {
            return Outcome::None;
        }
        if truths.get(self.granting) == Some(&ConditionState::Holds) {
            let same = !truths.contains(&ConditionState::Open) && any == concrete;
            let must = if same { may.clone() } else { (self.ask)(&truths, Mode::Must, &concrete) };
            if let Answer::Found(found) = must {
                return self.difference(found, assumed);
            }
        }
        match self.next(rules, &truths, assumed, decide_opaque) {
            Some(Atom::Key(key, _)) => self.by_case(rules, key, assumed, decide_opaque),
            Some(Atom::Opaque(at)) => self.by_opaque(rules, at, assumed),
            None => Outcome::Unknown(self.reasons(rules, &truths, assumed, &may)),
        }
    }

    /// What the variables in resources are: where a value stands for others, any text; and the value itself.
    fn bindings(&self, assumed: &Assumed) -> (Binding, Binding) {
        let (mut any, mut concrete) = (Binding::default(), Binding::default());
        for (key, cases) in &self.tests.variables {
            let Some(case) = self.case(*cases, assumed) else { continue };
            let bound = match case.values.get(key).and_then(Option::as_deref) {
                Some([value]) => VariableValue::Value(value.clone()),
                // A variable of a key that holds several values matches nothing for certain.
                Some(_) => VariableValue::Any,
                None => VariableValue::Missing,
            };
            let generic = case.generic.contains(key);
            any.insert(key, if generic { VariableValue::Any } else { bound.clone() });
            concrete.insert(key, bound);
        }
        (any, concrete)
    }

    fn case(&self, key: usize, assumed: &Assumed) -> Option<&Case> {
        let case = assumed.cases.get(key).copied().flatten()?;
        self.tests.keys.get(key)?.cases.get(case)
    }

    fn by_case(&mut self, rules: &[Vec<Atom>], key: usize, assumed: &mut Assumed, decide_opaque: bool) -> Outcome {
        let cases = self.tests.keys.get(key).map_or(0, |key| key.cases.len());
        let mut outcome = Outcome::None;
        for case in 0..cases {
            set(&mut assumed.cases, key, Some(case));
            let here = self.branch(rules, assumed, decide_opaque);
            set(&mut assumed.cases, key, None);
            if let Some(done) = merge(&mut outcome, here) {
                return done;
            }
        }
        outcome
    }

    fn by_opaque(&mut self, rules: &[Vec<Atom>], at: usize, assumed: &mut Assumed) -> Outcome {
        let mut outcome = Outcome::None;
        for value in [true, false] {
            set(&mut assumed.opaque, at, Some(value));
            if !self.consistent(assumed) {
                set(&mut assumed.opaque, at, None);
                continue;
            }
            let here = self.branch(rules, assumed, true);
            set(&mut assumed.opaque, at, None);
            if let Some(done) = merge(&mut outcome, here) {
                return done;
            }
        }
        outcome
    }

    /// Whether nothing that is assumed of the opaque tests contradicts what is certain of them.
    fn consistent(&self, assumed: &Assumed) -> bool {
        let fails = |(at, holds): (usize, bool)| assumed.opaque.get(at).copied().flatten() == Some(!holds);
        !self.tests.clauses.iter().any(|(one, other)| fails(*one) && fails(*other))
    }

    fn truth(&self, atoms: &[Atom], assumed: &Assumed) -> ConditionState {
        let mut truth = ConditionState::Holds;
        for atom in atoms {
            match self.atom(*atom, assumed) {
                Some(false) => return ConditionState::Fails,
                Some(true) => {}
                None => truth = ConditionState::Open,
            }
        }
        truth
    }

    fn atom(&self, atom: Atom, assumed: &Assumed) -> Option<bool> {
        match atom {
            Atom::Opaque(at) => assumed.opaque.get(at).copied().flatten(),
            Atom::Key(key, test) => self.case(key, assumed).map(|case| case.truth.contains(test)),
        }
    }

    /// What to tell apart next: a key of the statement that allows before those of others.
    fn next(
        &self,
        rules: &[Vec<Atom>],
        truths: &[ConditionState],
        assumed: &Assumed,
        decide_opaque: bool,
    ) -> Option<Atom> {
        let open = |rule: &usize| truths.get(*rule) == Some(&ConditionState::Open);
        let order = std::iter::once(self.granting).chain(0..truths.len()).filter(open);
        let atoms = order.filter_map(|rule| rules.get(rule)).flatten().copied();
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

    fn difference(&self, found: FoundResource, assumed: &Assumed) -> Outcome {
        let mut context = BTreeMap::new();
        for (at, key) in self.tests.keys.iter().enumerate() {
            for (folded, values) in self.case(at, assumed).into_iter().flat_map(|case| &case.values) {
                if let Some(values) = values {
                    context.insert(key.spelled.get(folded).unwrap_or(folded).clone(), values.clone());
                }
            }
        }
        let assumes = assumed.cases.iter().any(Option::is_some) || assumed.opaque.iter().any(Option::is_some);
        Outcome::Difference { found, context, always: !assumes }
    }

    fn reasons(
        &self,
        rules: &[Vec<Atom>],
        truths: &[ConditionState],
        assumed: &Assumed,
        answer: &Answer,
    ) -> Vec<String> {
        let mut reasons: Vec<String> = Vec::new();
        for (_, atoms) in truths.iter().zip(rules).filter(|(truth, _)| **truth == ConditionState::Open) {
            let opaque =
                atoms.iter().filter(|atom| self.atom(**atom, assumed).is_none()).filter_map(|atom| match atom {
                    Atom::Opaque(at) => self.tests.reasons.get(*at),
                    Atom::Key(..) => None,
                });
            reasons.extend(opaque.cloned());
        }
        match answer {
            Answer::Perhaps => reasons.push(VARIABLE.to_owned()),
            Answer::OutOfBudget => reasons.push("it has too many patterns to compare".to_owned()),
            // Found with a variable as a text of its own, and not with the values that were tried.
            Answer::Found(_) if reasons.is_empty() => reasons.push(VARIABLE.to_owned()),
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

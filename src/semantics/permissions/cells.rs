//! One class of actions: for each form of resource and each statement that allows, what differs.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::Shared;
use super::pair::{Pair, RoleRules};
use super::rules::Rule;
use crate::model::Side;
use crate::semantics::solver::Budget;
use crate::semantics::solver::bits::Bits;
use crate::semantics::solver::conditions::Test;
use crate::semantics::solver::keys::{Assignment, Requester};
use crate::semantics::solver::question::{Answer, Asker, Fuel, Question, Resources, RulesByEffect, Start};
use crate::semantics::solver::search::{Outcome, Scope, Search, Tests};
use crate::semantics::solver::steps::Variable;
use crate::semantics::solver::texts::{Binding, Fold, Template, Text, VariableValue};

/// The account that owns the resource. Where an ARN holds an account, it is this one.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount>
const RESOURCE_ACCOUNT: &str = "aws:resourceaccount";

/// An account that stands for all that nothing names.
const SOME_ACCOUNT: &str = "999988887777";

/// How many values of a variable are tried.
const MOST_CANDIDATES: usize = 12;

/// The pattern that a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PatternPlace {
    /// Of the statement that allows, by its index; 0 for one that lists exceptions.
    Allowed(usize),
    /// A narrower one of another rule, outside of which nothing differs in the same way.
    Narrower {
        /// Index of the allowed pattern that it lies in.
        within: usize,
        /// The other rule.
        rule: usize,
        /// Index of the pattern in it, whether it lists patterns or exceptions.
        pattern: usize,
    },
}

impl PatternPlace {
    /// The pattern as its statement writes it.
    pub fn spelled(self, allowing: usize, pair: &Pair) -> Option<&str> {
        let rule = self.other_rule().unwrap_or(allowing);
        Some(pair.rules.get(rule)?.spelled(self.text(allowing, pair)?))
    }

    /// The pattern, of a statement that allows as this rule does; `None` for one that lists exceptions.
    pub fn text(self, allowing: usize, pair: &Pair) -> Option<&Arc<Text>> {
        match self {
            Self::Allowed(pattern) => match &pair.rules.get(allowing)?.resources {
                Resources::Matching(texts) => texts.get(pattern),
                Resources::Except(_) => None,
            },
            Self::Narrower { rule, pattern, .. } => pair.rules.get(rule)?.resources.texts().get(pattern),
        }
    }

    /// Index of the allowed pattern that it is or lies in.
    pub const fn within(self) -> usize {
        match self {
            Self::Allowed(pattern) => pattern,
            Self::Narrower { within, .. } => within,
        }
    }

    /// The rule that the pattern is from, if it is not the one that allows.
    pub const fn other_rule(self) -> Option<usize> {
        match self {
            Self::Allowed(_) => None,
            Self::Narrower { rule, .. } => Some(rule),
        }
    }
}

/// Keys, in lower case, that a request cannot have.
pub type Absent = Rc<BTreeSet<String>>;

/// A form of resource that actions act on, and the keys that their requests cannot have.
#[derive(Debug, Clone)]
pub struct ResourceForm<'a> {
    /// The form of the ARN.
    pub template: &'a Template,
    /// The keys, in lower case.
    pub absent: Absent,
}

/// What was found for one way in which a statement allows.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The pattern it is about.
    pub place: PatternPlace,
    /// The outcome, never [`Outcome::None`].
    pub outcome: Outcome,
    /// Which of the requests there it is about.
    pub part: Part,
    /// The Denies of the other side that make it, of what is explicitly denied.
    pub denying: Vec<usize>,
    /// Patterns on which nothing differs.
    pub equal: Rc<Vec<Arc<Text>>>,
    /// Narrower patterns that findings of their own tell of.
    pub told: Rc<Vec<Arc<Text>>>,
}

/// Which of the requests that match a pattern a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// All of them.
    Whole,
    /// Those that some Denies of the other side match.
    ExplicitlyDenied,
    /// Those that no Deny of the other side matches and no statement of it allows.
    ImplicitlyDenied,
    /// Those that only the other side's permissions boundary keeps it from.
    OutsideBoundary,
}

/// The comparison of one class. Side by side it holds what one role grants; the other refuses.
pub struct ClassWork<'a> {
    pub(super) pair: &'a Pair,
    /// The rules that match the class's actions, as numbers of the pair.
    rules: Vec<usize>,
    live: [RoleRules; 2],
    granting: [Vec<usize>; 2],
    texts: Vec<Arc<Text>>,
    pub(super) shared: &'a Shared,
    budget: Budget,
    /// Templates by what decides an outcome: how the patterns lie to them; the template itself only where some
    /// pattern matches part of it.
    kinds: BTreeMap<(Vec<Fold>, Option<u32>, Absent), usize>,
    kind_of: BTreeMap<(u32, Absent), usize>,
    /// The tested keys that services define for their own actions.
    service_keys: Vec<String>,
    asked: BTreeMap<(Side, usize, usize), Rc<Vec<Finding>>>,
    tests: BTreeMap<(Vec<usize>, Absent, bool), Rc<Tests>>,
    /// For each side, what naming its rows more narrowly may cost: never what deciding whether they are may.
    courtesy: [Fuel; 2],
}

/// What the questions about one statement that allows and one form of resource have in common.
#[derive(Clone)]
pub(super) struct Asking<'a> {
    pub side: Side,
    pub rules: Vec<&'a Resources>,
    /// Their numbers in the pair.
    pub numbers: Vec<usize>,
    /// Which of them is the statement that allows.
    pub granting: usize,
    /// The statements of this side.
    pub own: RulesByEffect,
    /// Those of the other side, which is to refuse.
    pub refusing: RulesByEffect,
    pub tests: Rc<Tests>,
    pub template: &'a Template,
    /// Resources that another finding is about.
    pub reported: Vec<Arc<Text>>,
}

impl<'a> ClassWork<'a> {
    /// Prepares a class; `None` when both roles have the same statements for it.
    pub fn new(pair: &'a Pair, signature: &Bits, shared: &'a Shared, budget: Budget) -> Option<Self> {
        let live = [pair.roles.left.live(signature), pair.roles.right.live(signature)];
        let [left, right] = &live;
        if left == right {
            return None;
        }
        let rules: Vec<usize> = signature.iter().collect();
        let mut texts: Vec<Arc<Text>> = rules
            .iter()
            .filter_map(|rule| pair.rules.get(*rule))
            .flat_map(|rule| rule.resources.texts())
            .cloned()
            .collect();
        texts.retain(|text| !text.is_everything());
        texts.sort_by_key(|text| text.number);
        texts.dedup_by_key(|text| text.number);
        let granting = [granting(pair, left, right), granting(pair, right, left)];
        let (kinds, kind_of, asked, tests) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let courtesy = [Fuel::new(budget.states), Fuel::new(budget.states)];
        let of_rule = |rule: &usize| pair.rules.get(*rule).map(AsRef::as_ref);
        let tested = rules.iter().filter_map(of_rule).flat_map(|rule: &Rule| &rule.tests).map(|test| test.key.clone());
        let keys: BTreeSet<String> = tested.filter(|key| shared.universe.is_of_service(key)).collect();
        let service_keys = keys.into_iter().collect();
        Some(Self {
            pair,
            rules,
            live,
            granting,
            texts,
            shared,
            budget,
            kinds,
            kind_of,
            service_keys,
            asked,
            tests,
            courtesy,
        })
    }

    /// The live rules of one side.
    pub const fn live(&self, side: Side) -> &RoleRules {
        let [left, right] = &self.live;
        match side {
            Side::Left => left,
            Side::Right => right,
        }
    }

    /// The statements of a side that may grant more than the other side does: those without condition and on all
    /// resources first.
    pub fn granting(&self, side: Side) -> &[usize] {
        let [left, right] = &self.granting;
        match side {
            Side::Left => left,
            Side::Right => right,
        }
    }

    /// How many rules match the class's actions.
    pub const fn rules(&self) -> usize {
        self.rules.len()
    }

    /// The kind of a form of resource: forms of one kind have the same outcomes.
    pub fn kind(&mut self, form: &ResourceForm<'_>) -> usize {
        let ResourceForm { template, absent } = form;
        let own = (template.number, Rc::clone(absent));
        if let Some(kind) = self.kind_of.get(&own) {
            return *kind;
        }
        let folds: Vec<Fold> = self.texts.iter().map(|text| self.shared.solver.texts.fold(text, template)).collect();
        let partial = folds.contains(&Fold::Partial);
        let next = self.kinds.len();
        let kind = (folds, partial.then_some(template.number), Rc::clone(absent));
        let kind = *self.kinds.entry(kind).or_insert(next);
        self.kind_of.insert(own, kind);
        kind
    }

    /// The tested keys that services define for their own actions, sorted.
    pub fn service_keys(&self) -> &[String] {
        &self.service_keys
    }

    /// What a statement of a side grants there and the other side refuses, on one form of resource.
    pub fn findings(&mut self, side: Side, rule: usize, form: &ResourceForm<'_>, fuel: &mut Fuel) -> Rc<Vec<Finding>> {
        let key = (side, rule, self.kind(form));
        if let Some(findings) = self.asked.get(&key) {
            return Rc::clone(findings);
        }
        let findings = Rc::new(self.ask(side, rule, form, fuel));
        self.asked.insert(key, Rc::clone(&findings));
        findings
    }

    fn ask(&mut self, side: Side, rule: usize, form: &ResourceForm<'_>, fuel: &mut Fuel) -> Vec<Finding> {
        let template = form.template;
        let relevant: Vec<usize> = self.rules.iter().copied().filter(|rule| self.can_match(*rule, template)).collect();
        let Some(granting) = relevant.iter().position(|other| *other == rule) else { return Vec::new() };
        let rules: Vec<&Rule> =
            relevant.iter().filter_map(|rule| self.pair.rules.get(*rule)).map(AsRef::as_ref).collect();
        let tests = self.tests(&relevant, &rules, form);
        let rules: Vec<&Resources> = rules.iter().map(|rule| &rule.resources).collect();
        let [own, refusing] = [side, side.other()].map(|side| role(self.live(side), &relevant));
        let reported = self.reported(side, rule);
        let starts = starts(rules.get(granting));
        let asking = Asking { side, rules, numbers: relevant, granting, own, refusing, tests, template, reported };
        let mut courtesy = std::mem::take(self.courtesy_of(side));
        let mut findings = Vec::new();
        for (at, start) in &starts {
            let outcome = self.outcome(&asking, start, fuel);
            if !matches!(outcome, Outcome::None) {
                findings.extend(self.located(&asking, (*at, start), outcome, &mut (&mut *fuel, &mut courtesy)));
            }
        }
        *self.courtesy_of(side) = courtesy;
        findings
    }

    const fn courtesy_of(&mut self, side: Side) -> &mut Fuel {
        let [left, right] = &mut self.courtesy;
        match side {
            Side::Left => left,
            Side::Right => right,
        }
    }

    /// What differs on these resources.
    pub(super) fn outcome(&self, asking: &Asking<'_>, start: &Start, fuel: &mut Fuel) -> Outcome {
        let Asking { rules, granting, own, refusing, tests, template, reported, .. } = asking;
        let texts = &self.shared.solver.texts;
        let mut asker = Asker { texts, answers: &self.shared.solver.answers, states: self.budget.states, fuel };
        let mut ask = |truths: &[_], mode, binding: &Binding| {
            let Some(start) = start.bind(binding, texts) else { return Answer::Empty };
            let within = match binding.value(RESOURCE_ACCOUNT) {
                VariableValue::Value(account) => Some(texts.in_account(account)),
                VariableValue::Any => None,
                // A resource whose ARN holds an account is in this account.
                VariableValue::Missing => return Answer::Empty,
            };
            let (granting, start) = (own, &start);
            let ask_about = |rules: &[&Resources]| {
                Question { rules, granting, refusing, template, start, within, reported }.ask(truths, mode, &mut asker)
            };
            if binding.is_empty() {
                return ask_about(rules);
            }
            let bound: Vec<Resources> = rules.iter().map(|resources| resources.bind(binding, texts)).collect();
            ask_about(&bound.iter().collect::<Vec<_>>())
        };
        Search { tests, granting: *granting, ask: &mut ask, nodes: self.budget.branches }.run()
    }

    fn tests(&mut self, relevant: &[usize], rules: &[&Rule], form: &ResourceForm<'_>) -> Rc<Tests> {
        let tests_account = rules.iter().flat_map(|rule| &rule.tests).any(|test| test.key == RESOURCE_ACCOUNT);
        let in_arn = tests_account && form.template.has_account();
        let own = (relevant.to_vec(), Rc::clone(&form.absent), in_arn);
        if let Some(tests) = self.tests.get(&own) {
            return Rc::clone(tests);
        }
        let lists: Vec<&[Arc<Test>]> = rules.iter().map(|rule| rule.tests.as_slice()).collect();
        let patterns = || rules.iter().flat_map(|rule| rule.resources.texts());
        let variables: BTreeSet<&Variable> = patterns().flat_map(|text| &text.variables).collect();
        let candidates = if variables.is_empty() { Vec::new() } else { self.candidates(patterns) };
        let mut keys: Vec<String> = variables.iter().map(|variable| variable.key.clone()).collect();
        keys.dedup();
        let spelled_alike = keys.len() == variables.len();
        let mut candidates = candidates;
        if in_arn {
            keys.push(RESOURCE_ACCOUNT.to_owned());
            candidates.extend(patterns().filter_map(|text| text.account()).map(str::to_owned));
            candidates.push(SOME_ACCOUNT.to_owned());
        }
        for list in [&mut keys, &mut candidates] {
            list.sort();
            list.dedup();
        }
        let scope = Scope {
            requester: Requester::RoleSession,
            absent: &form.absent,
            given: &Assignment::new(),
            spelled_alike,
            variables: &keys,
            candidates: &candidates,
            catalogue: self.shared.solver.tests.catalogue(),
        };
        let tests = Rc::new(Tests::new(&lists, scope, &self.shared.solver.keys, self.budget.cases));
        self.tests.insert(own, Rc::clone(&tests));
        tests
    }

    /// Whether a rule can match any resource of this form.
    pub fn can_match(&self, rule: usize, template: &Template) -> bool {
        let Some(rule) = self.pair.rules.get(rule) else { return false };
        match &rule.resources {
            Resources::Matching(texts) => {
                texts.iter().any(|text| self.shared.solver.texts.fold(text, template) != Fold::Misses)
            }
            Resources::Except(texts) => {
                texts.iter().all(|text| self.shared.solver.texts.fold(text, template) != Fold::Covers)
            }
        }
    }

    /// Values for variables that could tell the roles apart: what other patterns say where a variable may stand.
    fn candidates<'t, I: Iterator<Item = &'t Arc<Text>>>(&self, patterns: impl Fn() -> I) -> Vec<String> {
        let open: Vec<&Arc<Text>> = patterns().filter(|text| !text.variables.is_empty()).collect();
        let meets = |text: &&Arc<Text>| open.iter().any(|open| self.shared.solver.overlap(open, text));
        let names = patterns().filter(meets).flat_map(|text| text.names());
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        names.dedup();
        names.truncate(MOST_CANDIDATES);
        names.sort();
        names
    }

    /// Resources that an earlier statement without condition grants: what differs there is in its own row.
    fn reported(&self, side: Side, rule: usize) -> Vec<Arc<Text>> {
        let earlier = self
            .granting(side)
            .iter()
            .take_while(|other| **other != rule)
            .filter_map(|other| self.pair.rules.get(*other));
        let plain = earlier.filter(|rule| rule.tests.is_empty());
        let mut texts = Vec::new();
        for rule in plain {
            if let Resources::Matching(own) = &rule.resources {
                texts.extend(own.iter().filter(|text| text.plain.is_none()).cloned());
            }
        }
        texts
    }
}

fn granting(pair: &Pair, own: &RoleRules, other: &RoleRules) -> Vec<usize> {
    let mut rules: Vec<usize> = own.allows.iter().filter(|rule| !own.shares(*rule, other)).collect();
    let rank = |rule: &usize| {
        let rule = pair.rules.get(*rule);
        rule.map(|rule| (!rule.tests.is_empty(), !is_everything(&rule.resources)))
    };
    rules.sort_by_key(|rule| (rank(rule), *rule));
    rules
}

/// Whether a rule is about all resources.
pub fn is_everything(resources: &Resources) -> bool {
    match resources {
        Resources::Matching(texts) => texts.iter().any(|text| text.is_everything()),
        Resources::Except(texts) => texts.is_empty(),
    }
}

/// The ways in which a statement can match a resource, each with its index.
fn starts(rule: Option<&&Resources>) -> Vec<(usize, Start)> {
    let matching = |text: &Arc<Text>| Start { matching: vec![Arc::clone(text)], except: Vec::new() };
    match rule.copied() {
        Some(Resources::Matching(texts)) => match texts.iter().enumerate().find(|(_, text)| text.is_everything()) {
            // The other patterns add nothing.
            Some((at, everything)) => vec![(at, matching(everything))],
            None => texts.iter().map(matching).enumerate().collect(),
        },
        Some(Resources::Except(texts)) => vec![(0, Start { matching: Vec::new(), except: texts.clone() })],
        None => Vec::new(),
    }
}

/// A role's rules as places in the list of relevant ones.
fn role(live: &RoleRules, relevant: &[usize]) -> RulesByEffect {
    let among = |bits: &Bits| -> Vec<usize> {
        relevant.iter().enumerate().filter(|(_, rule)| bits.contains(**rule)).map(|(at, _)| at).collect()
    };
    RulesByEffect {
        allows: among(&live.allows),
        denies: among(&live.denies),
        boundary: live.boundary.as_ref().map(among),
    }
}

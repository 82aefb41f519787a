//! Is there a resource that one role is allowed and the other refused, given which statements' conditions hold?
//!
//! Every such question becomes a few of the form "matched by a pattern of each of these groups and by none of those",
//! which is what [`super::walk`] answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cache::Cache;
use super::steps::{Letter, Step};
use super::texts::{Binding, Fold, Template, Text, Texts};
use super::walk::{Group, Walked, walk};

/// The resources of a statement.
#[derive(Debug)]
pub enum Resources {
    /// Those that match a pattern.
    Matching(Vec<Arc<Text>>),
    /// Those that match none.
    Except(Vec<Arc<Text>>),
}

impl Resources {
    /// The resources in a request that says this of the keys of variables.
    pub fn bind(&self, binding: &Binding, texts: &Texts) -> Self {
        // A pattern without a value for its variable matches nothing, so nothing is lost with it.
        let all = |own: &[Arc<Text>]| own.iter().filter_map(|text| texts.bind(text, binding)).collect();
        match self {
            Self::Matching(own) => Self::Matching(all(own)),
            Self::Except(own) => Self::Except(all(own)),
        }
    }

    /// The patterns.
    pub fn texts(&self) -> &[Arc<Text>] {
        match self {
            Self::Matching(texts) | Self::Except(texts) => texts,
        }
    }
}

/// Whether a statement's condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConditionState {
    /// It does.
    Holds,
    /// It does not.
    Fails,
    /// Not known yet.
    Open,
}

/// The two readings of open conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// There may be a difference: as suits one, so that an empty answer is certain.
    May,
    /// There must be one: as hinders it, so that a text that is found is certain.
    Must,
}

/// One role's statements by what they do; numbers index the list of rules in question.
#[derive(Debug, Clone, Default)]
pub struct RulesByEffect {
    /// Those that allow.
    pub allows: Vec<usize>,
    /// Those that deny, the boundary's too.
    pub denies: Vec<usize>,
    /// Those by which the boundary allows, if there is a boundary.
    pub boundary: Option<Vec<usize>>,
}

/// Which resources are wanted.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// They match each of these patterns.
    pub matching: Vec<Arc<Text>>,
    /// They match none of these.
    pub except: Vec<Arc<Text>>,
}

impl Start {
    /// What is wanted in a request that says this of the keys of variables; `None` where it can be nothing.
    pub fn bind(&self, binding: &Binding, texts: &Texts) -> Option<Self> {
        let matching = self.matching.iter().map(|text| texts.bind(text, binding)).collect::<Option<_>>()?;
        // An exception without a value for its variable excepts nothing.
        let except = self.except.iter().filter_map(|text| texts.bind(text, binding)).collect();
        Some(Self { matching, except })
    }
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// No resource, whatever the values of variables.
    Empty,
    /// A resource.
    Found(FoundResource),
    /// Perhaps one, for some values of variables.
    Perhaps,
    /// The budget ended.
    OutOfBudget,
}

/// A resource that was found, and the question it answers, to ask it again for a more readable one.
#[derive(Debug, Clone)]
pub struct FoundResource {
    /// The resource.
    pub text: Vec<Letter>,
    groups: Vec<Vec<Arc<Text>>>,
    unwanted: Vec<Arc<Text>>,
}

impl PartialEq for FoundResource {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for FoundResource {}

/// What all questions share.
#[derive(Debug)]
pub struct Asker<'a> {
    /// The patterns.
    pub texts: &'a Texts,
    /// Answers so far.
    pub answers: &'a Answers,
    /// States that one question may take.
    pub states: usize,
    /// What the pair has asked.
    pub fuel: &'a mut Fuel,
}

/// Template, groups and unwanted patterns: what tells questions apart.
type QuestionKey = (u32, Vec<Vec<u32>>, Vec<u32>);

/// Answers and what they cost.
pub type Answers = Cache<QuestionKey, (Answer, usize)>;

/// The states that a pair may still spend, and the answers it has spent them on.
#[derive(Debug, Default)]
pub struct Fuel {
    left: usize,
    answered: BTreeMap<QuestionKey, Answer>,
}

impl Fuel {
    /// Room for so many states.
    pub const fn new(states: usize) -> Self {
        Self { left: states, answered: BTreeMap::new() }
    }

    /// Whether nothing is left.
    pub const fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// Takes so much; `false` once there is not enough, from then on always.
    fn spend(&mut self, cost: usize) -> bool {
        let enough = cost < self.left;
        self.left = if enough { self.left - cost } else { 0 };
        enough
    }
}

/// A question half built: what must match, what must not.
#[derive(Debug, Clone, Default)]
struct QuestionDraft {
    groups: Vec<Vec<Arc<Text>>>,
    unwanted: Vec<Arc<Text>>,
}

/// That a draft can have no answer.
struct Impossible;

/// The question about one template.
#[derive(Debug)]
pub struct Question<'a> {
    /// The resources of the statements that the numbers mean.
    pub rules: &'a [&'a Resources],
    /// The role that is to allow.
    pub granting: &'a RulesByEffect,
    /// The role that is to refuse.
    pub refusing: &'a RulesByEffect,
    /// The form of the resource.
    pub template: &'a Template,
    /// What the allowing statement asks of the resource.
    pub start: &'a Start,
    /// A pattern that the resource must match besides.
    pub within: Option<Arc<Text>>,
    /// Resources that are reported already.
    pub reported: &'a [Arc<Text>],
}

impl Question<'_> {
    /// Asks with these conditions.
    pub fn ask(&self, truths: &[ConditionState], mode: Mode, asker: &mut Asker<'_>) -> Answer {
        let size: usize = self.rules.iter().map(|rule| rule.texts().len()).sum();
        if !asker.fuel.spend(size / 4) {
            return Answer::OutOfBudget;
        }
        let counts = |rule: usize, hinders: bool| match truths.get(rule) {
            Some(ConditionState::Holds) => true,
            Some(ConditionState::Open) => hinders == (mode == Mode::Must),
            Some(ConditionState::Fails) | None => false,
        };
        let Ok(base) = self.base(asker, &|rule| counts(rule, true)) else { return Answer::Empty };
        let mut worst = Answer::Empty;
        for within in self.boundary_choices(asker, &|rule| counts(rule, false)) {
            for refused in self.refusals(asker, &|rule| counts(rule, true), &|rule| counts(rule, false)) {
                let mut draft = base.clone();
                draft.add(&within);
                draft.add(&refused);
                match asker.solve(&draft, self.template) {
                    Answer::Empty => {}
                    Answer::Found(found) => return Answer::Found(found),
                    open @ (Answer::Perhaps | Answer::OutOfBudget) => worst = open,
                }
            }
        }
        worst
    }

    /// The allowing statement without what its own role denies.
    fn base(&self, asker: &Asker<'_>, counts: &dyn Fn(usize) -> bool) -> Result<QuestionDraft, Impossible> {
        let mut draft = QuestionDraft::default();
        for text in &self.start.matching {
            draft.want(std::slice::from_ref(text), self.template, asker)?;
        }
        draft.avoid(&self.start.except, self.template, asker)?;
        if let Some(within) = &self.within {
            draft.want(std::slice::from_ref(within), self.template, asker)?;
        }
        draft.avoid(self.reported, self.template, asker)?;
        for rule in self.granting.denies.iter().filter(|rule| counts(**rule)) {
            draft.avoid_rule(self.rules.get(*rule), self.template, asker)?;
        }
        Ok(draft)
    }

    /// The ways in which the boundary can allow.
    fn boundary_choices(&self, asker: &Asker<'_>, counts: &dyn Fn(usize) -> bool) -> Vec<QuestionDraft> {
        self.granting
            .boundary
            .as_ref()
            .map_or_else(|| vec![QuestionDraft::default()], |rules| self.choices(rules, asker, counts))
    }

    /// The ways in which the other role can refuse: nothing allows, a Deny does apply, the boundary does not allow.
    fn refusals(
        &self,
        asker: &Asker<'_>,
        hinders: &dyn Fn(usize) -> bool,
        helps: &dyn Fn(usize) -> bool,
    ) -> Vec<QuestionDraft> {
        let none_of = |rules: &[usize]| {
            let mut draft = QuestionDraft::default();
            let mut counted = rules.iter().filter(|rule| hinders(**rule));
            counted
                .try_for_each(|rule| draft.avoid_rule(self.rules.get(*rule), self.template, asker))
                .ok()
                .map(|()| draft)
        };
        let mut drafts: Vec<QuestionDraft> = none_of(&self.refusing.allows).into_iter().collect();
        drafts.extend(self.choices(&self.refusing.denies, asker, helps));
        drafts.extend(self.refusing.boundary.as_ref().and_then(|rules| none_of(rules)));
        drafts
    }

    /// The ways in which one of some rules can match: by a pattern of those that list patterns, or by one that lists
    /// exceptions.
    fn choices(&self, rules: &[usize], asker: &Asker<'_>, counts: &dyn Fn(usize) -> bool) -> Vec<QuestionDraft> {
        let mut matching: Vec<Arc<Text>> = Vec::new();
        let mut drafts = Vec::new();
        for rule in rules.iter().filter(|rule| counts(**rule)).filter_map(|rule| self.rules.get(*rule)) {
            match rule {
                Resources::Matching(texts) => matching.extend(texts.iter().cloned()),
                Resources::Except(texts) => {
                    let mut draft = QuestionDraft::default();
                    if draft.avoid(texts, self.template, asker).is_ok() {
                        drafts.push(draft);
                    }
                }
            }
        }
        let mut draft = QuestionDraft::default();
        if !matching.is_empty() && draft.want(&matching, self.template, asker).is_ok() {
            drafts.insert(0, draft);
        }
        if let Some(free) = drafts.iter().position(|draft| draft.groups.is_empty() && draft.unwanted.is_empty()) {
            return vec![drafts.swap_remove(free)];
        }
        drafts
    }
}

impl QuestionDraft {
    fn add(&mut self, other: &Self) {
        self.groups.extend(other.groups.iter().cloned());
        self.unwanted.extend(other.unwanted.iter().cloned());
    }

    /// One of these must match.
    fn want(&mut self, texts: &[Arc<Text>], template: &Template, asker: &Asker<'_>) -> Result<(), Impossible> {
        let mut group = Vec::new();
        for text in texts {
            match asker.texts.fold(text, template) {
                Fold::Covers => return Ok(()),
                Fold::Misses => {}
                Fold::Partial => group.push(Arc::clone(text)),
            }
        }
        if group.is_empty() {
            return Err(Impossible);
        }
        self.groups.push(group);
        Ok(())
    }

    /// None of these may match.
    fn avoid(&mut self, texts: &[Arc<Text>], template: &Template, asker: &Asker<'_>) -> Result<(), Impossible> {
        for text in texts {
            match asker.texts.fold(text, template) {
                Fold::Covers => return Err(Impossible),
                Fold::Misses => {}
                Fold::Partial => self.unwanted.push(Arc::clone(text)),
            }
        }
        Ok(())
    }

    fn avoid_rule(
        &mut self,
        rule: Option<&&Resources>,
        template: &Template,
        asker: &Asker<'_>,
    ) -> Result<(), Impossible> {
        match rule.copied() {
            Some(Resources::Matching(texts)) => self.avoid(texts, template, asker),
            Some(Resources::Except(texts)) => self.want(texts, template, asker),
            None => Ok(()),
        }
    }
}

impl Asker<'_> {
    fn solve(&mut self, draft: &QuestionDraft, template: &Template) -> Answer {
        let mut unwanted = draft.unwanted.clone();
        unwanted.sort_by_key(|text| text.number);
        unwanted.dedup_by_key(|text| text.number);
        let mut groups = draft.groups.clone();
        groups.iter_mut().for_each(|group| {
            group.sort_by_key(|text| text.number);
            group.dedup_by_key(|text| text.number);
        });
        groups.sort_by_cached_key(|group| numbers(group));
        groups.dedup_by_key(|group| numbers(group));
        let excluded = |text: &Arc<Text>| unwanted.binary_search_by_key(&text.number, |other| other.number).is_ok();
        for group in &mut groups {
            group.retain(|text| !excluded(text));
            if group.is_empty() {
                return Answer::Empty;
            }
        }
        let key: QuestionKey =
            (template.number, groups.iter().map(|group| numbers(group)).collect(), numbers(&unwanted));
        if let Some(answer) = self.fuel.answered.get(&key) {
            return answer.clone();
        }
        let (answer, cost) = self.answers.get(&key, || {
            let mut budget = self.states;
            let answer = solve(&groups, &unwanted, template, &mut budget);
            (answer, self.states - budget)
        });
        // An answer that another pair has bought costs the same, so that no answer depends on the order of pairs.
        let answer = if self.fuel.spend(cost) { answer } else { Answer::OutOfBudget };
        self.fuel.answered.insert(key, answer.clone());
        answer
    }
}

fn numbers(texts: &[Arc<Text>]) -> Vec<u32> {
    texts.iter().map(|text| text.number).collect()
}

fn solve(groups: &[Vec<Arc<Text>>], unwanted: &[Arc<Text>], template: &Template, budget: &mut usize) -> Answer {
    match ask(Some(&template.forms), groups, unwanted, false, budget) {
        Walked::Found(text) => {
            Answer::Found(FoundResource { text, groups: groups.to_vec(), unwanted: unwanted.to_vec() })
        }
        Walked::OutOfBudget => Answer::OutOfBudget,
        Walked::Nothing => without_variables(groups, unwanted, template, budget),
    }
}

/// Nothing was found with variables as letters of their own. That settles it without variables among the wanted
/// patterns, or where the unwanted cover all that one group of wanted patterns matches, as they are written; else the
/// variables may be anything.
fn without_variables(
    groups: &[Vec<Arc<Text>>],
    unwanted: &[Arc<Text>],
    template: &Template,
    budget: &mut usize,
) -> Answer {
    let has_variables = groups.iter().flatten().any(|text| text.plain.is_some());
    let mut covered =
        |group: &Vec<Arc<Text>>| ask(None, std::slice::from_ref(group), unwanted, false, budget) == Walked::Nothing;
    if !has_variables || groups.iter().any(&mut covered) {
        return Answer::Empty;
    }
    let certain: Vec<Arc<Text>> = unwanted.iter().filter(|text| text.plain.is_none()).cloned().collect();
    match ask(Some(&template.forms), groups, &certain, true, budget) {
        Walked::Nothing => Answer::Empty,
        Walked::Found(_) => Answer::Perhaps,
        Walked::OutOfBudget => Answer::OutOfBudget,
    }
}

/// Whether one pattern certainly matches all that another does, whatever the values of variables.
pub fn contains(outer: &Arc<Text>, inner: &Arc<Text>) -> bool {
    let (inner, outer) = ([vec![Arc::clone(inner)]], std::slice::from_ref(outer));
    ask(None, &inner, outer, false, &mut 5_000) == Walked::Nothing
}

fn ask(
    template: Option<&[Vec<Step>]>,
    groups: &[Vec<Arc<Text>>],
    unwanted: &[Arc<Text>],
    plain: bool,
    budget: &mut usize,
) -> Walked {
    let wanted: Vec<Vec<&[Step]>> = groups
        .iter()
        .map(|group| group.iter().map(|text| if plain { text.plain_steps() } else { text.steps.as_slice() }).collect())
        .collect();
    let template: Vec<&[Step]> = template.into_iter().flatten().map(Vec::as_slice).collect();
    let mut all: Vec<Group<'_>> = Vec::with_capacity(wanted.len() + 1);
    if !template.is_empty() {
        all.push(Group(&template));
    }
    all.extend(wanted.iter().map(|group| Group(group)));
    let unwanted: Vec<&[Step]> = unwanted.iter().map(|text| text.steps.as_slice()).collect();
    walk(&all, Group(&unwanted), budget)
}

/// Letters as text.
pub fn written(letters: &[Letter]) -> String {
    // A variable is asked for with a value in every question whose answer is written.
    letters.iter().copied().filter_map(Letter::as_char).collect()
}

impl FoundResource {
    /// Found where there is no resource to ask for.
    pub const fn without_resource() -> Self {
        Self { text: Vec::new(), groups: Vec::new(), unwanted: Vec::new() }
    }

    /// The resource as text. Where variables have values, it holds characters only.
    pub fn written(&self) -> String {
        written(&self.text)
    }

    /// The answer to the same question about another form of resource that all patterns treat alike.
    pub fn on(&self, template: &Template) -> Vec<Letter> {
        match ask(Some(&template.forms), &self.groups, &self.unwanted, false, &mut 5_000) {
            Walked::Found(text) => text,
            Walked::Nothing | Walked::OutOfBudget => self.text.clone(),
        }
    }

    /// The answer that is easiest to read.
    pub fn readable(&self, template: &Template, unlimited: &Cache<u32, Vec<Letter>>) -> Vec<Letter> {
        if self.groups.is_empty() && self.unwanted.is_empty() {
            return unlimited.get(&template.number, || self.most_readable(template));
        }
        self.most_readable(template)
    }

    fn most_readable(&self, template: &Template) -> Vec<Letter> {
        let readable = template.readable();
        readable
            .iter()
            .find_map(|forms| match ask(Some(forms), &self.groups, &self.unwanted, false, &mut 5_000) {
                Walked::Found(text) => Some(text),
                Walked::Nothing | Walked::OutOfBudget => None,
            })
            .unwrap_or_else(|| self.on(template))
    }
}

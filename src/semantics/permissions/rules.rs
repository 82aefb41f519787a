//! Statements made ready for comparing: one rule for each statement, equal rules the same.
//!
//! What a statement says for certain and what AWS leaves open become rules of their own; the open ones carry a test
//! that cannot be decided.

use crate::semantics::outcome::StatementWarningKind;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::known::{self, Known, KnownKeys};
use super::remarks::{Remarks, foreign_partitions, probably_no_grant, remarks_on_conditions};
use super::universe::{ActionUniverse, pattern_matches};
use crate::model::equivalency::{CLOSE, OPEN};
use crate::model::key_spelling::documented;
use crate::model::{
    ActionClause, ActionPattern, BaseOperator, ConditionKey, ConditionOperator, ConditionTest, Effect, IdentityPolicy,
    ResourceClause, Statement, Version,
};
use crate::semantics::KnownRole;
use crate::semantics::remaining::Stated;
use crate::semantics::solver::Solver;
use crate::semantics::solver::bits::Bits;
use crate::semantics::solver::cache::{Cache, Interner};
use crate::semantics::solver::conditions::{Test, TestPool};
use crate::semantics::solver::keys::{self, Presence, Requester};
use crate::semantics::solver::question::Resources;
use crate::semantics::solver::steps::{self, Piece};
use crate::semantics::solver::texts::{Text, Texts};

/// What a statement says of actions, resources and conditions.
#[derive(Debug)]
pub struct Rule {
    /// Equal for equal rules; says nothing else.
    pub number: u32,
    /// The rule in one spelling, by which rules are sorted.
    pub canonical: String,
    /// Allow or Deny.
    pub effect: Effect,
    /// The actions it is about.
    pub actions: Actions,
    /// The resources it is about.
    pub resources: Resources,
    /// The statement's own pattern for each resource that was added because of the account's digits.
    pub spelled: BTreeMap<String, String>,
    /// Its tests, all of which must hold.
    pub tests: Vec<Arc<Test>>,
}

impl Rule {
    /// A resource pattern of the rule as its statement writes it.
    pub fn spelled<'r>(&'r self, text: &'r Text) -> &'r str {
        self.spelled.get(&text.written).unwrap_or(&text.written)
    }
}

/// The actions of a rule: those that match an entry of `include` (all, if `None`) and none of `exclude`.
#[derive(Debug)]
pub struct Actions {
    include: Option<Vec<ActionPattern>>,
    exclude: Vec<ActionPattern>,
    /// Those of the catalogue.
    pub known: Bits,
}

impl Actions {
    fn new(include: Option<Vec<ActionPattern>>, exclude: Vec<ActionPattern>, universe: &ActionUniverse) -> Self {
        let known = match &include {
            None => Bits::full(universe.len()),
            Some(patterns) => union(patterns, universe),
        };
        let mut actions = Self { include, exclude, known };
        let excluded = union(&actions.exclude, universe);
        actions.known.subtract(&excluded);
        actions
    }

    /// Whether an action is meant, both parts in lower case.
    pub fn matches(&self, service: &str, name: &str) -> bool {
        let any = |patterns: &[ActionPattern]| patterns.iter().any(|p| pattern_matches(p, service, name));
        self.include.as_ref().is_none_or(|patterns| any(patterns)) && !any(&self.exclude)
    }

    /// Whether an action of a service, in lower case, may be meant.
    pub fn may_be_of(&self, service: &str) -> bool {
        let of_service = |pattern: &ActionPattern| {
            pattern.is_everything() || crate::model::Glob::new(pattern.service()).matches(service)
        };
        self.include.as_ref().is_none_or(|patterns| patterns.iter().any(of_service))
    }

    /// The patterns that grant, as written; empty for "all but".
    pub fn granting(&self) -> &[ActionPattern] {
        self.include.as_deref().unwrap_or_default()
    }

    /// All patterns.
    pub fn patterns(&self) -> impl Iterator<Item = &ActionPattern> {
        self.granting().iter().chain(&self.exclude)
    }
}

fn union(patterns: &[ActionPattern], universe: &ActionUniverse) -> Bits {
    let mut bits = Bits::new(universe.len());
    patterns.iter().for_each(|pattern| bits.union(&universe.matching(pattern)));
    bits
}

/// A remark on a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The statement's index in its document.
    pub statement: usize,
    /// The remark's id.
    pub id: StatementWarningKind,
    /// What is remarkable, in words.
    pub text: String,
}

/// A rule where a document has it.
#[derive(Debug)]
pub struct Placed {
    /// The index of the statement.
    pub statement: usize,
    /// The rule.
    pub rule: Arc<Rule>,
    /// Those of its tests that are known, as the statement writes them. Another statement may write the same rule
    /// otherwise.
    pub stated: Arc<Vec<Stated>>,
}

/// A document made ready.
#[derive(Debug, Default)]
pub struct Compiled {
    /// The rules.
    pub rules: Vec<Placed>,
    /// What to warn of.
    pub remarks: Vec<Remark>,
}

/// All rules that were met.
#[derive(Debug)]
pub struct Rules {
    rules: Interner<Rule>,
    documents: Cache<DocumentKey, (Arc<IdentityPolicy>, Arc<Compiled>)>,
    remarks: Cache<DocumentKey, (Arc<IdentityPolicy>, Arc<Vec<Remark>>)>,
}

/// A document by its address, and what it asks of a role. The document is kept with its address, so the address stays
/// its own.
type DocumentKey = (usize, KnownKeys);

/// A statement as it reads for a role, before rules are made of it.
struct ReadStatement {
    /// Its index.
    at: usize,
    effect: Effect,
    /// The rules to be, each with its known tests.
    drafts: Vec<(RuleDraft, Vec<Stated>)>,
}

/// The parts of a rule to be.
struct RuleDraft {
    include: Option<Vec<ActionPattern>>,
    exclude: Vec<ActionPattern>,
    resources: ResourcePart,
    /// Why the rule may not apply.
    open: Vec<String>,
    spelled: BTreeMap<String, String>,
}

/// The resources of a rule to be.
#[derive(Debug, Clone, Default)]
struct ResourcePart {
    negated: bool,
    texts: Vec<Arc<Text>>,
    /// Why it may not apply.
    open: Option<String>,
    /// Keys that the request must have or, with `true`, must not have.
    missing: Vec<(String, bool)>,
}

impl Rules {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self { rules: Interner::new(), documents: Cache::new(), remarks: Cache::new() }
    }

    /// Makes a document ready as it reads for a role; one that reads alike for several is read once.
    pub fn document(
        &self,
        document: &Arc<IdentityPolicy>,
        role: &KnownRole,
        universe: &ActionUniverse,
        solver: &Solver,
    ) -> Arc<Compiled> {
        let key = (Arc::as_ptr(document) as usize, known::facts(document, role));
        let compile = || (Arc::clone(document), Arc::new(self.compile(document, role, universe, solver)));
        self.documents.get(&key, compile).1
    }

    /// What to warn of in a document as it reads for a role of which it asks these facts: what [`Rules::document`] says
    /// of it, for less work.
    pub fn remarks(
        &self,
        document: &Arc<IdentityPolicy>,
        (role, facts): (&KnownRole, KnownKeys),
        universe: &ActionUniverse,
        solver: &Solver,
    ) -> Arc<Vec<Remark>> {
        let key = (Arc::as_ptr(document) as usize, facts);
        let remarks = || (Arc::clone(document), Arc::new(read(document, role, universe, solver).1));
        self.remarks.get(&key, remarks).1
    }

    fn compile(
        &self,
        document: &IdentityPolicy,
        role: &KnownRole,
        universe: &ActionUniverse,
        solver: &Solver,
    ) -> Compiled {
        let (statements, remarks) = read(document, role, universe, solver);
        let mut rules = Vec::new();
        for ReadStatement { at, effect, drafts } in statements {
            for (draft, stated) in drafts {
                let rule = self.rule(draft, effect, &stated, (universe, &solver.tests));
                rules.push(Placed { statement: at, rule, stated: Arc::new(stated) });
            }
        }
        Compiled { rules, remarks }
    }

    fn rule(
        &self,
        draft: RuleDraft,
        effect: Effect,
        stated: &[Stated],
        (universe, pool): (&ActionUniverse, &TestPool),
    ) -> Arc<Rule> {
        let mut tests: Vec<Arc<Test>> = stated.iter().map(|test| Arc::clone(&test.ready)).collect();
        tests.extend(draft.open.iter().map(|reason| pool.open_test(reason)));
        tests.sort_by(|a, b| a.canonical.cmp(&b.canonical));
        tests.dedup_by_key(|test| test.number);
        let canonical = canonical(&draft, effect, &tests);
        self.rules.get(&canonical.clone(), |number| Rule {
            number,
            canonical,
            effect,
            actions: Actions::new(draft.include, draft.exclude, universe),
            resources: if draft.resources.negated {
                Resources::Except(draft.resources.texts)
            } else {
                Resources::Matching(draft.resources.texts)
            },
            spelled: draft.spelled,
            tests,
        })
    }
}

/// The statements of a document that can apply to a role, and what to warn of in all of them.
fn read(
    document: &IdentityPolicy,
    role: &KnownRole,
    universe: &ActionUniverse,
    solver: &Solver,
) -> (Vec<ReadStatement>, Vec<Remark>) {
    let (mut statements, mut all_remarks) = (Vec::new(), Vec::new());
    let version = document.effective_version();
    for (at, statement) in document.statements.iter().enumerate() {
        let mut remarks = Vec::new();
        let known = known::statement(statement, version, role, &solver.tests, &mut remarks);
        // A statement that can never apply says nothing.
        if let Some(Known { statement: read, tests, open, spelled, without_value }) = known {
            let with_tests = |mut draft: RuleDraft| {
                draft.open.extend(open.iter().cloned());
                draft.spelled.clone_from(&spelled);
                let mut stated = tests.clone();
                stated.extend(draft.presence(&solver.tests, version));
                (draft, stated)
            };
            let drafts = drafts(&read, version, (&solver.texts, universe), &without_value, &mut remarks);
            let drafts = drafts.into_iter().map(with_tests).collect();
            statements.push(ReadStatement { at, effect: statement.effect, drafts });
        }
        remarks.extend(remarks_on_conditions(statement, version, &solver.tests));
        remarks.extend(probably_no_grant(statement, universe, &solver.texts, version));
        remarks.extend(foreign_partitions(&statement.target, solver.texts.partitions()));
        all_remarks.extend(remarks.into_iter().map(|(id, text)| Remark { statement: at, id, text }));
    }
    (statements, all_remarks)
}

impl RuleDraft {
    /// The tests for the keys that a request must have or must not have for the rule to apply.
    fn presence(&self, pool: &TestPool, version: Version) -> Vec<Stated> {
        let presence = self.resources.missing.iter().map(|(key, missing)| ConditionTest {
            operator: ConditionOperator { base: BaseOperator::Null, qualifier: None, if_exists: false },
            key: ConditionKey::new(key),
            values: vec![missing.to_string()],
        });
        let stated = |test: ConditionTest| {
            let ready = pool.tests(std::slice::from_ref(&test), version);
            ready.into_iter().map(move |ready| Stated { written: test.clone(), bound: test.clone(), ready })
        };
        presence.flat_map(stated).collect()
    }
}

fn canonical(draft: &RuleDraft, effect: Effect, tests: &[Arc<Test>]) -> String {
    let actions = |patterns: &[ActionPattern]| patterns.iter().map(ActionPattern::folded).collect::<Vec<_>>().join(" ");
    let include = draft.include.as_deref().map_or_else(|| "!".to_owned(), actions);
    let texts: Vec<String> = draft
        .resources
        .texts
        .iter()
        .map(|text| format!("{}{}", if text.old { "2008 " } else { "" }, text.written))
        .collect();
    let tests: Vec<&str> = tests.iter().map(|test| test.canonical.as_str()).collect();
    let negated = if draft.resources.negated { "!" } else { "" };
    format!("{effect}\n{include}\n{}\n{negated}{}\n{}", actions(&draft.exclude), texts.join("\n "), tests.join("\n "))
}

/// The rules of a statement: the certain part first, then what may or may not apply. `without_value` are the statement's
/// own patterns where a variable has no value.
fn drafts(
    statement: &Statement<ResourceClause>,
    version: Version,
    known: (&Texts, &ActionUniverse),
    without_value: &BTreeMap<String, String>,
    remarks: &mut Remarks,
) -> Vec<RuleDraft> {
    let mut drafts = Vec::new();
    for (include, exclude, open) in action_parts(&statement.action, remarks) {
        for resources in resource_parts(&statement.target, version, known, without_value, remarks) {
            let open = open.iter().chain(&resources.open).cloned().collect();
            let (include, exclude) = (include.clone(), exclude.clone());
            drafts.push(RuleDraft { include, exclude, resources, open, spelled: BTreeMap::new() });
        }
    }
    remarks.sort();
    remarks.dedup();
    drafts
}

type ActionPart = (Option<Vec<ActionPattern>>, Vec<ActionPattern>, Option<String>);

fn action_parts(clause: &ActionClause, remarks: &mut Remarks) -> Vec<ActionPart> {
    let mut patterns: Vec<ActionPattern> = clause.patterns().iter().map(join_stars).collect();
    patterns.sort();
    patterns.dedup();
    let (open, certain): (Vec<_>, Vec<_>) = patterns.iter().cloned().partition(has_service_wildcard);
    let reason = open.first().map(|pattern| {
        let reason = format!("AWS does not document a wildcard in the service prefix of an action, as in `{pattern}`");
        remarks.push((StatementWarningKind::ServiceWildcard, reason.clone()));
        reason
    });
    let mut parts = match clause {
        ActionClause::NotAction(_) => vec![(None, patterns, None)],
        ActionClause::Action(_) if certain.is_empty() => Vec::new(),
        ActionClause::Action(_) => vec![(Some(certain.clone()), Vec::new(), None)],
    };
    if reason.is_some() {
        parts.push((Some(open), certain, reason));
    }
    parts
}

fn has_service_wildcard(pattern: &ActionPattern) -> bool {
    !pattern.is_everything() && pattern.service().contains(['*', '?'])
}

fn join_stars(pattern: &ActionPattern) -> ActionPattern {
    if !pattern.as_str().contains("**") {
        return pattern.clone();
    }
    let mut joined = String::new();
    for c in pattern.as_str().chars() {
        if !(c == '*' && joined.ends_with('*')) {
            joined.push(c);
        }
    }
    ActionPattern::new(&joined).unwrap_or_else(|| pattern.clone())
}

fn resource_parts(
    clause: &ResourceClause,
    version: Version,
    (texts, universe): (&Texts, &ActionUniverse),
    without_value: &BTreeMap<String, String>,
    remarks: &mut Remarks,
) -> Vec<ResourcePart> {
    let negated = matches!(clause, ResourceClause::NotResource(_));
    let (mut certain, mut short, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    for written in clause.patterns() {
        if version == Version::V2012 && has_valueless_variable(written) {
            let own = without_value.get(written).unwrap_or(written);
            let reason = format!("`{own}` contains a variable that has no value in a role session");
            remarks.push((StatementWarningKind::VariableWithoutValue, reason.clone()));
            reasons.push(reason);
        } else if is_short(written) {
            let reason = format!("`{written}` has fewer than six parts");
            remarks.push((StatementWarningKind::ShortArn, reason.clone()));
            short.push((texts.text(&format!("{written}:*"), version), reason));
        } else if let Some(perhaps) = hidden_form(written, version, texts, universe) {
            let reason = format!("a placeholder of the dictionary hides the resource type of `{written}`");
            remarks.push((StatementWarningKind::HiddenForm, reason.clone()));
            short.push((perhaps, reason));
        } else {
            certain.push(texts.text(written, version));
        }
    }
    sort(&mut certain);
    if negated {
        return all_but(certain, short, reasons);
    }
    let mut parts = Vec::new();
    if !certain.is_empty() {
        parts.push(ResourcePart { texts: certain, ..ResourcePart::default() });
    }
    let perhaps =
        |(padded, reason)| ResourcePart { texts: vec![padded], open: Some(reason), ..ResourcePart::default() };
    parts.extend(short.into_iter().map(perhaps));
    parts
}

/// What a pattern may mean that is not a resource of its service only because of its placeholders.
fn hidden_form(written: &str, version: Version, texts: &Texts, universe: &ActionUniverse) -> Option<Arc<Text>> {
    if !written.contains(OPEN) {
        return None;
    }
    let service = written.strip_prefix("arn:")?.split(':').nth(1)?;
    let fits = |text: &Text| universe.forms(service).iter().any(|form| !texts.misses(text, form));
    if fits(&texts.text(written, version)) {
        return None;
    }
    let mut parts = written.split(OPEN);
    let mut anything = parts.next()?.to_owned();
    for part in parts {
        anything.push('*');
        anything.push_str(part.split_once(CLOSE).map_or("", |(_, rest)| rest));
    }
    Some(texts.text(&anything, version)).filter(|text| fits(text))
}

/// A `NotResource`: what is none of its entries in any reading for certain, what is in some reading perhaps. AWS does
/// not say what an entry means whose variable has no value.
fn all_but(certain: Vec<Arc<Text>>, short: Vec<(Arc<Text>, String)>, mut reasons: Vec<String>) -> Vec<ResourcePart> {
    let part = |texts: Vec<Arc<Text>>| ResourcePart { negated: true, texts, ..ResourcePart::default() };
    let open = certain.iter().chain(short.iter().map(|(padded, _)| padded)).flat_map(|text| &text.variables);
    let keys: BTreeSet<String> = open.filter(|own| own.default.is_none()).map(|own| own.key.clone()).collect();
    let present: Vec<(String, bool)> = keys.iter().map(|key| (key.clone(), false)).collect();
    let mut parts = Vec::new();
    if reasons.is_empty() {
        let mut all = certain.clone();
        all.extend(short.iter().map(|(padded, _)| Arc::clone(padded)));
        sort(&mut all);
        parts.push(ResourcePart { missing: present.clone(), ..part(all) });
    }
    reasons.extend(short.into_iter().map(|(_, reason)| reason));
    if !reasons.is_empty() {
        parts.push(ResourcePart { open: Some(reasons.join("; ")), missing: present, ..part(certain.clone()) });
    }
    for key in keys {
        let others = certain.iter().filter(|text| text.variables.iter().all(|own| own.key != key)).cloned().collect();
        let reason = format!("the request has no value for the variable `{}` in NotResource", documented(&key));
        parts.push(ResourcePart { open: Some(reason), missing: vec![(key, true)], ..part(others) });
    }
    parts
}

fn sort(texts: &mut Vec<Arc<Text>>) {
    texts.sort_by(|a, b| a.written.cmp(&b.written));
    texts.dedup_by_key(|text| text.number);
}

/// Fewer than six parts, and no `*` at the end that could stand for the rest. A variable is taken for one part.
fn is_short(written: &str) -> bool {
    let plain: String = steps::pieces(written)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Literal(_) | Piece::Variable(_) => "x".to_owned(),
        })
        .collect();
    plain.split(':').count() < 6 && !plain.ends_with('*') && !ends_after_star(&plain)
}

/// A `*` that ends a part may run on over the following ones, as documented.
fn ends_after_star(written: &str) -> bool {
    let mut parts: Vec<&str> = written.split(':').collect();
    parts.pop();
    parts.iter().any(|part| part.ends_with('*'))
}

/// Whether a text holds a variable that no request of a role's session has a value for.
fn has_valueless_variable(written: &str) -> bool {
    steps::pieces(written).iter().any(|piece| match piece {
        Piece::Variable(variable) => {
            variable.default.is_none() && keys::rule(&variable.key, Requester::RoleSession).presence == Presence::Never
        }
        Piece::Text(_) | Piece::Literal(_) => false,
    })
}

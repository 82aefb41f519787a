//! Caller by caller and action by action: who can assume one role and not the other.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::arns::{named_account, partition_of};
use super::difference::{differs, differs_for_all_named, other_reason};
use super::limits::{condition, refusal};
use super::live::{Live, ReadyStatement, place};
use super::outcome::{TrustDifference, TrustRelation, TrustWitness};
use super::principals::{Means, Point, accounts, clause_means, delegates, means, points};
use super::rows::{Equal, Rows, TrustRowKey, finished, within};
use super::side::TrustSide;
use super::{actions, callers};
use crate::catalog::Catalogue;
use crate::model::{ActionPattern, Effect, Principal, PrincipalClause, PrincipalType, Side, Sides};
use crate::semantics::difference_condition::DifferenceCondition;
use crate::semantics::outcome::{Certainty, Refusal, StatementWarningKind, Warning};
use crate::semantics::remaining::Stated;
use crate::semantics::solver::conditions::Test;
use crate::semantics::solver::keys::Assignment;
use crate::semantics::solver::question::ConditionState;
use crate::semantics::solver::search::{Outcome, Scope, Search, Tests};
use crate::semantics::solver::texts::Binding;
use crate::semantics::solver::{Budget, Solver};

/// The two policies.
struct Both<'a> {
    sides: &'a Sides<TrustSide<'a>>,
    statements: Vec<ReadyStatement<'a>>,
    catalogue: &'a Catalogue,
    solver: &'a Solver,
    budget: Budget,
}

/// Who asks for the roles, as far as the two policies tell callers apart.
struct Callers {
    points: BTreeSet<Point>,
    /// Whether the tests on keys that follow from the caller are too many to list a caller for each of their answers.
    too_many: bool,
}

/// All differences, the warnings, and whether the two policies are the same.
pub fn compare(
    sides: &Sides<TrustSide<'_>>,
    catalogue: &Catalogue,
    solver: &Solver,
    budget: Budget,
) -> (Vec<TrustDifference>, Vec<Warning>, bool) {
    let mut statements = Vec::new();
    for side in Side::BOTH {
        let of_side = sides.get(side);
        let (policy, own) = (of_side.policy, of_side.own_account());
        let version = policy.effective_version();
        for (index, statement) in policy.statements.iter().enumerate() {
            let (mut stated, mut open) = (Vec::new(), Vec::new());
            for test in statement.conditions.tests() {
                let decided = match own.map(|own| own.in_test(test)) {
                    Some(Ok(in_account)) => in_account,
                    Some(Err(why)) => {
                        open.push(solver.tests.open_test(&why));
                        test.clone()
                    }
                    None => test.clone(),
                };
                let ready = solver.tests.tests(std::slice::from_ref(&decided), version).into_iter();
                stated.extend(ready.map(|ready| Stated { written: test.clone(), bound: test.clone(), ready }));
            }
            let mut tests: Vec<Arc<Test>> = stated.iter().map(|test| Arc::clone(&test.ready)).collect();
            tests.extend(open);
            statements.push(ReadyStatement { side, index, statement, tests, stated });
        }
    }
    let both = Both { sides, statements, catalogue, solver, budget };
    let warnings = both.warnings();
    let (left, right) = (both.canonical(Side::Left), both.canonical(Side::Right));
    if left == right {
        return (Vec::new(), warnings, true);
    }
    let (mut rows, mut equal) = (Rows::new(), Equal::default());
    let (callers, actions) = (both.callers(), both.actions());
    for point in &callers.points {
        for action in actions.iter().filter(|action| actions::can_call(point, action)) {
            both.add((&mut rows, &mut equal), &callers, point, action);
        }
    }
    (finished(rows, &equal, sides), warnings, false)
}

/// What was found of a caller and an action.
struct RowOf<'a> {
    action: &'a str,
    certainty: Certainty,
    condition: Option<DifferenceCondition>,
    refused: Refusal,
    witness: Option<TrustWitness>,
    reasons: Vec<String>,
}

impl<'a> Both<'a> {
    fn callers(&self) -> Callers {
        let principals = self.statements.iter().flat_map(|ready| {
            let side = *self.sides.get(ready.side);
            ready.statement.target.principals().iter().map(move |principal| (principal, side))
        });
        let principals: Vec<_> = principals.collect();
        let sides = [self.sides.left, self.sides.right];
        let accounts = accounts(&principals, sides);
        let mut points = points(&principals, &accounts, sides);
        let tests: Vec<&Arc<Test>> = self.statements.iter().flat_map(|ready| &ready.tests).collect();
        if !tests.iter().any(|test| callers::is_about_caller(test)) {
            return Callers { points, too_many: false };
        }
        let named: Vec<&str> = principals.iter().map(|(principal, _)| principal.as_str()).collect();
        let sessions = callers::sessions(&tests, &points, &named);
        let own = sides.iter().filter_map(TrustSide::own_account).map(|own| own.id).collect::<Vec<_>>();
        let more = callers::points(&tests, &self.account_numbers(), &accounts, &named, &own);
        let too_many = more.is_none() || sessions.is_none();
        points.extend(more.into_iter().chain(sessions).flatten());
        Callers { points, too_many }
    }

    /// The values that read as numbers, among which are those that accounts are compared with by number.
    fn account_numbers(&self) -> Vec<u64> {
        let tests = self.statements.iter().flat_map(|ready| ready.statement.conditions.tests());
        let values = tests.filter(|test| callers::is_key_of_caller(test.key.folded())).flat_map(|test| &test.values);
        // What is not a whole number bounds no account: the digits around its whole part do.
        values.filter_map(|value| value.split('.').next()?.parse().ok()).collect()
    }

    fn actions(&self) -> BTreeSet<String> {
        let patterns = self.statements.iter().flat_map(|ready| ready.statement.action.patterns());
        let spelled = patterns.filter(|pattern| !pattern.has_wildcard()).map(ActionPattern::folded);
        actions::universe(self.catalogue, spelled)
    }

    /// One spelling of a side's statements, the same for policies that say the same in the same way.
    fn canonical(&self, side: Side) -> BTreeSet<String> {
        let own = self.sides.get(side);
        let of_side = self.statements.iter().filter(|ready| ready.side == side);
        let one = |ready: &ReadyStatement<'_>| {
            let statement = ready.statement;
            let mut actions: Vec<&str> = statement.action.patterns().iter().map(ActionPattern::folded).collect();
            actions.sort_unstable();
            actions.dedup();
            let mut principals: Vec<&Principal> = statement.target.principals().iter().collect();
            principals.sort();
            principals.dedup();
            let mut tests: Vec<&str> = ready.tests.iter().map(|test| test.canonical.as_str()).collect();
            tests.sort_unstable();
            let (action, target) = (statement.action.element(), statement.target.element());
            // By number it is the digits of the account that count.
            let by_number = ready.tests.iter().any(|test| callers::compares_account_by_number(test));
            let id = own.account_id.filter(|_| by_number).unwrap_or_default();
            format!("{} {action} {actions:?} {target} {principals:?} {tests:?}{id}", statement.effect)
        };
        of_side.map(one).chain([format!("{} {}", own.partition, own.account)]).collect()
    }

    /// The statements of both sides that may mean this caller and action.
    fn live(&self, callers: &Callers, point: &Point, action: &str) -> Vec<Live<'_>> {
        let mut live = Vec::new();
        for ready in &self.statements {
            let side = self.sides.get(ready.side);
            let statement = ready.statement;
            if is_of_other_partition(point, side) {
                continue;
            }
            let who = clause_means(&statement.target, statement.effect, point, side);
            let what = actions::means(&statement.action, action);
            if who == Means::No || what == Means::No {
                continue;
            }
            let (by_caller, mut tests) = self.told_by(callers, point, ready);
            for means in [who, what] {
                if let Means::Perhaps(why) = means {
                    tests.push(self.solver.tests.open_test(&why));
                }
            }
            let delegated = delegates(&statement.target, point, side);
            let relation = if delegated { TrustRelation::Delegated } else { TrustRelation::Granted };
            live.push(Live { ready, tests, relation, by_caller });
        }
        live
    }

    /// What the caller makes of a statement's tests, and the tests that it does not decide.
    fn told_by(&self, callers: &Callers, point: &Point, ready: &ReadyStatement<'_>) -> (Option<bool>, Vec<Arc<Test>>) {
        let (mut by_caller, mut open) = (None, Vec::new());
        for test in &ready.tests {
            let is_about = callers::is_about_caller(test);
            if is_about && callers.too_many {
                let why = format!("`{}` distinguishes too many principals to list", test.spelled);
                open.push(self.solver.tests.open_test(&why));
                continue;
            }
            let own = self.sides.get(ready.side).own_account();
            match callers::holds(test, point, own).filter(|_| is_about) {
                Some(holds) => by_caller = Some(holds && by_caller.unwrap_or(true)),
                None => open.push(Arc::clone(test)),
            }
        }
        // Whatever else a statement asks for that fails for the caller does not matter.
        if by_caller == Some(false) { (by_caller, Vec::new()) } else { (by_caller, open) }
    }

    fn add(&self, (rows, equal): (&mut Rows, &mut Equal), callers: &Callers, point: &Point, action: &str) {
        let live = self.live(callers, point, action);
        let tests: Vec<&[Arc<Test>]> = live.iter().map(|live| live.tests.as_slice()).collect();
        let given = callers::given(tests.iter().copied().flatten(), point);
        let scope = Scope {
            requester: actions::requester(point),
            absent: &BTreeSet::new(),
            given: &given,
            variables: &[],
            spelled_alike: true,
            candidates: &[],
            catalogue: self.solver.tests.catalogue(),
        };
        let tests = Tests::new(&tests, scope, &self.solver.keys, self.budget.cases);
        let allows = |live: &Live<'_>| live.ready.statement.effect == Effect::Allow && !live.fails();
        for (granting, own) in live.iter().enumerate().filter(|(_, live)| allows(live)) {
            let search = |why| {
                let mut ask = |truths: &[ConditionState], mode, _: &Binding| differs(&live, own, why, truths, mode);
                Search { tests: &tests, granting, ask: &mut ask, nodes: self.budget.branches }.run()
            };
            let outcome = search(None);
            let is_equal = matches!(outcome, Outcome::None);
            equal.insert((own.ready.side, own.ready.index, action), self.told_apart(point), is_equal);
            let mut outcomes: Vec<Outcome> =
                other_reason(&outcome, &live, own).map(|why| search(Some(why))).into_iter().collect();
            outcomes.push(outcome);
            for outcome in outcomes {
                self.add_outcome(rows, (own, &live), (point, &given), action, outcome);
            }
        }
    }

    /// Adds what was found of a caller and an action.
    fn add_outcome(
        &self,
        rows: &mut Rows,
        (own, live): (&Live<'_>, &[Live<'_>]),
        (point, given): (&Point, &Assignment),
        action: &str,
        outcome: Outcome,
    ) {
        let (certainty, context, reasons) = match outcome {
            Outcome::None => return,
            Outcome::Difference { context, always, .. } => {
                let always = always && differs_for_all_named(live, own);
                let certainty = if always { Certainty::Always } else { Certainty::Conditional };
                (certainty, Some(context), Vec::new())
            }
            Outcome::Unknown(reasons) => (Certainty::Unknown, None, reasons),
        };
        let refused = refusal(live, own.ready.side.other(), context.as_ref());
        let condition = condition(own, live, certainty, context.as_ref(), &self.solver.tests);
        let witness = context.map(|mut context| {
            // What follows from who asks, the principal says.
            context.retain(|key, _| !given.contains_key(&key.to_ascii_lowercase()));
            if live.iter().any(|live| live.by_caller.is_some()) || !given.is_empty() {
                context.extend(callers::said_besides(point));
            }
            let principal = point.text().to_owned();
            TrustWitness { action: action.to_owned(), principal_type: point.kind(), principal, context }
        });
        self.add_rows(rows, own, point, RowOf { action, certainty, condition, refused, witness, reasons });
    }

    /// Adds the action to the row of each principal that lets the caller in.
    fn add_rows(&self, rows: &mut Rows, own: &Live<'_>, point: &Point, found: RowOf<'_>) {
        let RowOf { action, certainty, condition, refused, witness, reasons } = found;
        let ready = own.ready;
        let side = ready.side;
        let (meant, left_out) = match &ready.statement.target {
            PrincipalClause::NotPrincipal(principals) => (vec![None], principals.as_slice()),
            PrincipalClause::Principal(principals) => {
                let lets_in = |principal: &&Principal| lets_in(principal, point, own.relation, self.sides.get(side));
                (principals.iter().filter(lets_in).map(Some).collect(), [].as_slice())
            }
        };
        let left_out: Vec<String> = left_out.iter().map(|principal| principal.as_str().to_owned()).collect();
        for allowed in meant {
            let named = self.named(allowed, point);
            let principal = named.or(allowed);
            let except = within(principal, &left_out, self.sides.get(side));
            let key = TrustRowKey {
                side,
                statement: ready.index,
                allowed: allowed.cloned(),
                relation: own.relation,
                named: named.cloned(),
                certainty,
                condition: condition.clone(),
                refused: refused.clone(),
                reasons: reasons.clone(),
            };
            rows.entry((key, action.to_owned())).or_insert_with(|| TrustDifference {
                side,
                actions: vec![action.to_owned()],
                principal_type: principal.map_or(PrincipalType::Everyone, Principal::principal_type),
                principal: principal.map_or("*", Principal::as_str).to_owned(),
                except: except.clone(),
                relation: own.relation,
                condition: condition.clone(),
                certainty,
                witness: witness.clone(),
                granted_by: vec![place(ready)],
                refused_by: refused.clone(),
                reasons: reasons.clone(),
            });
        }
    }

    /// The principals of statements that mean a caller and by which it is told apart from others: all but `*`.
    fn naming(&self, point: &Point) -> Vec<&'a Principal> {
        let mut naming = Vec::new();
        for ready in &self.statements {
            let (statement, side) = (ready.statement, self.sides.get(ready.side));
            naming.extend(
                statement.target.principals().iter().filter(|principal| {
                    **principal != Principal::Everyone && means(principal, point, side) == Means::Yes
                }),
            );
        }
        naming.sort();
        naming.dedup();
        naming
    }

    /// Whether a principal means everybody in an account.
    fn is_account(&self, principal: &Principal) -> bool {
        match principal {
            Principal::Aws(text) => Side::BOTH.iter().any(|side| named_account(text, self.sides.get(*side)).is_some()),
            Principal::Everyone | Principal::Service(_) | Principal::Federated(_) | Principal::CanonicalUser(_) => {
                false
            }
        }
    }

    /// The principals that speak for a caller: its account only if it is not named itself, for then it has rows of its own.
    fn told_apart(&self, point: &Point) -> Vec<&'a Principal> {
        let mut naming = self.naming(point);
        if !naming.iter().all(|principal| self.is_account(principal)) {
            naming.retain(|principal| !self.is_account(principal));
        }
        naming
    }

    /// The principal of another statement that means fewer callers than an allowed one, and this caller; `None` where nothing
    /// tells the caller apart.
    fn named(&self, allowed: Option<&Principal>, point: &Point) -> Option<&'a Principal> {
        let narrowest = self.told_apart(point).into_iter().min();
        match allowed {
            None | Some(Principal::Everyone) => narrowest,
            Some(allowed) if self.is_account(allowed) => narrowest.filter(|principal| !self.is_account(principal)),
            Some(_) => None,
        }
    }

    fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        for ready in &self.statements {
            let mut warn = |id, text| warnings.push(Warning { side: ready.side, statement: place(ready), id, text });
            for principal in ready.statement.target.principals().iter().filter(|principal| principal.is_nobody()) {
                warn(
                    StatementWarningKind::DanglingPrincipal,
                    format!("`{}` {}", principal.as_str(), principal.why_nobody()),
                );
            }
            for principal in ready.statement.target.principals() {
                let side = self.sides.get(ready.side);
                if let Principal::Aws(text) = principal
                    && is_of_other_partition(&Point::aws(text.clone()), side)
                {
                    let partition = side.partition;
                    warn(
                        StatementWarningKind::ForeignPartition,
                        format!("`{text}` is not in the role's partition `{partition}`"),
                    );
                }
            }
            for reason in ready.tests.iter().filter_map(|test| test.opaque()) {
                warn(StatementWarningKind::ConditionUnknown, reason.to_owned());
            }
            let services = ready.statement.target.principals().iter().filter_map(|principal| match principal {
                Principal::Service(name) if *name != name.to_ascii_lowercase() => Some(name),
                Principal::Everyone
                | Principal::Aws(_)
                | Principal::Service(_)
                | Principal::Federated(_)
                | Principal::CanonicalUser(_) => None,
            });
            for name in services {
                warn(
                    StatementWarningKind::ServicePrincipalCase,
                    format!(
                        "`{name}` is not the documented spelling of a service \
                    principal"
                    ),
                );
            }
        }
        warnings.sort();
        warnings.dedup();
        warnings
    }
}

/// Whether it is by this principal that a statement lets the caller in. Where another of its principals names the
/// caller, the own account beside it gives nothing that it would not give alone.
fn lets_in(principal: &Principal, point: &Point, relation: TrustRelation, side: &TrustSide<'_>) -> bool {
    let alone = PrincipalClause::Principal(vec![principal.clone()]);
    let only_delegates = delegates(&alone, point, side);
    means(principal, point, side) != Means::No && only_delegates == (relation == TrustRelation::Delegated)
}

/// Whether a caller's credentials are of another partition than a role's: nobody assumes a role across partitions.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html> and
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html> ("each AWS account is scoped to one partition")
fn is_of_other_partition(point: &Point, side: &TrustSide<'_>) -> bool {
    match point {
        Point::Aws { text, .. } => partition_of(text).is_some_and(|partition| partition != side.partition),
        Point::Service(_) | Point::Federated(_) | Point::CanonicalUser(_) => false,
    }
}

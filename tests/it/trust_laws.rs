//! Laws of the comparison of trust policies, over a world so small that all its requests can be asked.

use std::collections::BTreeSet;

use iamctl::catalog::Catalogue;
use iamctl::model::{Effect, PrincipalClause, Side, TrustPolicy};
use iamctl::parse::policy::parse_trust;
use iamctl::semantics::evaluate::{Caller, Context, Relation, RoleAccount, TrustRequest, Verdict, evaluate_trust};
use iamctl::semantics::outcome::Certainty;
use iamctl::semantics::trust::{TrustComparison, TrustDifference, TrustRelation, TrustSide};
use iamctl::semantics::{Budget, Engine};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

const OWN: &str = "111122223333";

/// Everybody who asks: of the own account, of one that policies name, of one that none names; services, providers.
const CALLERS: &[Caller<'_>] = &[
    Caller::Aws("arn:aws:iam::111122223333:role/a"),
    Caller::Aws("arn:aws:iam::111122223333:role/p/b"),
    Caller::Aws("arn:aws:iam::111122223333:role/unheard"),
    Caller::Aws("arn:aws:sts::111122223333:assumed-role/a/s"),
    Caller::Aws("arn:aws:sts::111122223333:assumed-role/a/t"),
    Caller::Aws("arn:aws:iam::111122223333:user/u"),
    Caller::Aws("arn:aws:iam::444455556666:role/a"),
    Caller::Aws("arn:aws:iam::444455556666:role/p/b"),
    Caller::Aws("arn:aws:iam::444455556666:role/p/bb"),
    Caller::Aws("arn:aws:iam::444455556666:role/unheard"),
    Caller::Aws("arn:aws:sts::444455556666:assumed-role/a/s"),
    Caller::Aws("arn:aws:sts::444455556666:assumed-role/a/t"),
    Caller::Aws("arn:aws:iam::444455556666:user/u"),
    Caller::Aws("arn:aws:iam::444455556666:user/unheard"),
    Caller::Aws("arn:aws:iam::444499990000:role/a"),
    Caller::Aws("arn:aws:iam::777788889999:role/a"),
    Caller::Aws("arn:aws:iam::777788889999:user/u"),
    Caller::Service("ec2.amazonaws.com"),
    Caller::Service("unheard-of.amazonaws.com"),
    Caller::Federated("arn:aws:iam::111122223333:saml-provider/corp"),
    Caller::Federated("arn:aws:iam::111122223333:saml-provider/unheard-of"),
    Caller::Federated("cognito-identity.amazonaws.com"),
    Caller::Federated("unheard-of.example.com"),
];

const ACTIONS: &[&str] = &[
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:SetContext",
    "sts:SetSourceIdentity",
    "sts:TagSession",
];

/// The values of `aws:RequestTag/id`: those that policies name, those that they do not, the empty text, none.
const IDS: &[Option<&str>] = &[None, Some(""), Some("a"), Some("ab"), Some("b"), Some("unheard")];

fn contexts() -> Vec<Context> {
    let mut all = Vec::new();
    for id in IDS {
        for mfa in [None, Some("true"), Some("false")] {
            let id = id.map(|value| ("aws:RequestTag/id", vec![value]));
            all.push(id.into_iter().chain(mfa.map(|value| ("aws:MultiFactorAuthPresent", vec![value]))).collect());
        }
    }
    all
}

fn text(caller: Caller<'static>) -> &'static str {
    let (Caller::Aws(text) | Caller::Service(text) | Caller::Federated(text) | Caller::CanonicalUser(text)) = caller;
    text
}

fn principal() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("*"),
        json!({"AWS": "*"}),
        json!({"AWS": OWN}),
        json!({"AWS": "arn:aws:iam::111122223333:role/a"}),
        json!({"AWS": ["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/u"]}),
        json!({"AWS": "444455556666"}),
        json!({"AWS": "arn:aws:iam::444455556666:root"}),
        json!({"AWS": ["arn:aws:iam::444455556666:role/a", "arn:aws:iam::444455556666:user/u"]}),
        json!({"AWS": "arn:aws:iam::444455556666:role/p/b"}),
        json!({"AWS": "arn:aws:sts::444455556666:assumed-role/a/s"}),
        json!({"AWS": ["AROADBQP57FF2AEXAMPLE", "arn:aws:iam::444455556666:user/u"]}),
        json!({"Service": "ec2.amazonaws.com"}),
        json!({"Service": "ec2.amazonaws.com", "AWS": "444455556666"}),
        json!({"Federated": "cognito-identity.amazonaws.com"}),
        json!({"Federated": "arn:aws:iam::111122223333:saml-provider/corp", "AWS": OWN}),
    ])
}

/// Lists of `NotPrincipal`: with and without the account, a role and its session.
fn not_principal() -> impl Strategy<Value = Value> {
    let (root, user) = ("arn:aws:iam::444455556666:root", "arn:aws:iam::444455556666:user/u");
    let (role, session) = ("arn:aws:iam::444455556666:role/a", "arn:aws:sts::444455556666:assumed-role/a/s");
    prop::sample::select(vec![
        json!({"AWS": [user, root]}),
        json!({"AWS": [user, "444455556666"]}),
        json!({"AWS": user}),
        json!({"AWS": root}),
        json!({"AWS": [role, root]}),
        json!({"AWS": [session, role, root]}),
        json!({"AWS": [session, root]}),
        json!({"AWS": "AIDAAAAAAAAAAAAAAAAAA"}),
        json!({"Service": "ec2.amazonaws.com"}),
        json!({"AWS": [user, root], "Service": "ec2.amazonaws.com"}),
    ])
}

fn actions() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("sts:AssumeRole"),
        json!("sts:*"),
        json!("*"),
        json!("sts:Set*"),
        json!(["sts:AssumeRole", "sts:TagSession"]),
        json!(["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]),
        json!("STS:assumerole*"),
    ])
}

fn test() -> impl Strategy<Value = Value> {
    let id = prop::sample::select(vec!["a", "b", "a*", "*b", "*", "ab"]);
    let text = prop::sample::select(vec![
        "StringEquals",
        "StringLike",
        "StringNotLike",
        "StringNotEquals",
        "StringEqualsIfExists",
        "StringLikeIfExists",
    ]);
    let arn = prop::sample::select(vec![
        "arn:aws:iam::444455556666:role/*",
        "arn:aws:iam::444455556666:role/p/b",
        "arn:aws:iam::444455556666:role/p/*b",
        "arn:aws:iam::444455556666:*",
        "arn:aws:iam::4444*:role/a",
        "arn:aws:iam::*:user/u",
        "*",
    ]);
    let arn_operator =
        prop::sample::select(vec!["ArnLike", "ArnNotLike", "StringLike", "StringNotEquals", "ArnEqualsIfExists"]);
    let account = prop::sample::select(vec![OWN, "444455556666", "4444*", "*9999", "777788889999"]);
    let account_operator =
        prop::sample::select(vec!["StringLike", "StringNotLike", "StringEquals", "StringEqualsIfExists"]);
    prop_oneof![
        4 => (text, id).prop_map(|(operator, id)| json!({operator: {"aws:RequestTag/id": id}})),
        3 => (arn_operator, arn).prop_map(|(operator, arn)| json!({operator: {"aws:PrincipalArn": arn}})),
        3 => (account_operator, account).prop_map(|(operator, id)| json!({operator: {"aws:PrincipalAccount": id}})),
        1 => prop::bool::ANY.prop_map(|yes| json!({"Bool": {"aws:MultiFactorAuthPresent": yes.to_string()}})),
        1 => prop::bool::ANY.prop_map(|yes| json!({"Null": {"aws:RequestTag/id": yes.to_string()}})),
        1 => prop::bool::ANY.prop_map(|yes| json!({"Null": {"aws:PrincipalArn": yes.to_string()}})),
        1 => Just(json!({"StringEquals": {"aws:PrincipalType": "User"}})),
        1 => Just(json!({"StringSoundsLike": {"aws:RequestTag/id": "a"}})),
    ]
}

fn statement(effect: &'static str) -> impl Strategy<Value = Value> {
    let whom = match effect {
        "Deny" => prop_oneof![
            2 => principal().prop_map(|one| ("Principal", one)),
            1 => not_principal().prop_map(|one| ("NotPrincipal", one)),
        ]
        .boxed(),
        _ => prop_oneof![
            12 => principal().prop_map(|one| ("Principal", one)),
            1 => not_principal().prop_map(|one| ("NotPrincipal", one)),
        ]
        .boxed(),
    };
    let action_element = prop_oneof![8 => Just("Action"), 1 => Just("NotAction")];
    (whom, action_element, actions(), prop::collection::vec(test(), 0..3)).prop_map(
        move |((element, principals), action_element, actions, tests)| {
            let mut statement = json!({"Effect": effect, element: principals, action_element: actions});
            for test in tests {
                for (operator, keys) in test.as_object().unwrap() {
                    let all = statement["Condition"][operator].as_object().cloned().unwrap_or_default();
                    statement["Condition"][operator] =
                        all.into_iter().chain(keys.as_object().unwrap().clone()).collect();
                }
            }
            statement
        },
    )
}

fn statements() -> impl Strategy<Value = Vec<Value>> {
    let one = prop_oneof![3 => statement("Allow").boxed(), 1 => statement("Deny").boxed()];
    prop::collection::vec(one, 1..4)
}

fn policy(statements: &[Value]) -> TrustPolicy {
    parse_trust(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()).unwrap()
}

fn between(left: &TrustPolicy, right: &TrustPolicy) -> TrustComparison {
    let catalogue = Catalogue::embedded();
    let side = |policy| TrustSide { policy, account: OWN, account_id: None, partition: "aws" };
    // Fails on a witness that the evaluator refutes.
    Engine::new(&catalogue, Budget::default()).trust_between(side(left), side(right)).unwrap()
}

fn account(arn: &str) -> Option<&str> {
    arn.split(':').nth(4)
}

/// Whether a principal as a row spells it means a caller.
fn names(principal: &str, caller: Caller<'static>) -> bool {
    let caller_text = text(caller);
    let whole =
        principal.strip_suffix(":root").and_then(account).or((!principal.contains([':', '.'])).then_some(principal));
    let session_of = |role: &str| {
        let name = role.rsplit('/').next().unwrap();
        role.contains(":role/")
            && account(role) == account(caller_text)
            && caller_text.contains(&format!(":assumed-role/{name}/"))
    };
    match caller {
        _ if principal == "*" || principal == caller_text => true,
        Caller::Aws(arn) => whole.is_some_and(|whole| account(arn) == Some(whole)) || session_of(principal),
        Caller::Service(_) | Caller::Federated(_) | Caller::CanonicalUser(_) => false,
    }
}

/// Whether a row is about a request. What the `NotPrincipal` of an Allow names is not surely left out: an account leaves out
/// nobody by itself.
fn lies_in(row: &TrustDifference, caller: Caller<'static>, action: &str, left_out: &BTreeSet<String>) -> bool {
    row.actions.iter().any(|own| own.eq_ignore_ascii_case(action))
        && names(&row.principal, caller)
        && !row.except.iter().any(|except| names(except, caller) && !left_out.contains(except))
}

/// The accounts that the Allows of two policies name in `NotPrincipal`.
fn left_out(policies: [&TrustPolicy; 2]) -> BTreeSet<String> {
    let statements = policies.into_iter().flat_map(|policy| &policy.statements);
    let allows = statements.filter(|statement| statement.effect == Effect::Allow);
    let targets = allows.filter_map(|statement| match &statement.target {
        PrincipalClause::NotPrincipal(principals) => Some(principals),
        PrincipalClause::Principal(_) => None,
    });
    targets.flatten().map(|principal| principal.as_str().to_owned()).filter(|text| text.ends_with(":root")).collect()
}

/// What a policy answers, if for certain: not at all, by delegation, by itself.
fn answer(policy: &TrustPolicy, caller: Caller<'static>, action: &str, context: &Context) -> Option<Option<Relation>> {
    let role = RoleAccount { account: OWN, id: None, partition: "aws" };
    let answer = evaluate_trust(policy, role, &TrustRequest { caller, action, context }, "trust");
    match answer.decision.verdict {
        // A statement in doubt may grant what another one delegates.
        Verdict::Allowed
            if answer.relation == Some(Relation::Delegated) && !answer.decision.unknown_because.is_empty() =>
        {
            None
        }
        Verdict::Allowed => Some(answer.relation),
        Verdict::ImplicitlyDenied | Verdict::ExplicitlyDenied => Some(None),
        Verdict::Unknown => None,
    }
}

/// Every request on which the evaluator says for certain that the policies differ lies in a row of that side.
fn assert_complete(left: &TrustPolicy, right: &TrustPolicy, comparison: &TrustComparison) {
    let left_out = left_out([left, right]);
    for context in &contexts() {
        for &caller in CALLERS {
            for action in ACTIONS {
                let of = |policy| answer(policy, caller, action, context);
                let (Some(on_left), Some(on_right)) = (of(left), of(right)) else { continue };
                let rank = |relation: Option<Relation>| match relation {
                    None => 0,
                    Some(Relation::Delegated) => 1,
                    Some(Relation::Granted) => 2,
                };
                let side = match rank(on_left).cmp(&rank(on_right)) {
                    std::cmp::Ordering::Equal => continue,
                    std::cmp::Ordering::Greater => Side::Left,
                    std::cmp::Ordering::Less => Side::Right,
                };
                let more = if side == Side::Left { on_left } else { on_right };
                let relation =
                    if more == Some(Relation::Granted) { TrustRelation::Granted } else { TrustRelation::Delegated };
                let covered = |row: &TrustDifference| {
                    row.side == side && row.relation == relation && lies_in(row, caller, action, &left_out)
                };
                assert!(
                    comparison.differences.iter().any(covered),
                    "{caller:?} {action} {context:?} {side:?} {relation:?}: {:#?}",
                    comparison.differences
                );
            }
        }
    }
}

/// Every request in a row without a condition is one on which the policies differ.
fn assert_sound(left: &TrustPolicy, right: &TrustPolicy, comparison: &TrustComparison) {
    let everyone = policy(&[json!({"Effect": "Allow", "Principal": "*", "Action": "sts:*"})]);
    let context = Context::default();
    for row in comparison.differences.iter().filter(|row| row.certainty == Certainty::Always) {
        let [own, other] = if row.side == Side::Left { [left, right] } else { [right, left] };
        for &caller in CALLERS {
            for action in ACTIONS {
                let of = |policy| answer(policy, caller, action, &context);
                let can_call = of(&everyone) == Some(Some(Relation::Granted));
                let (Some(own), Some(other)) = (of(own), of(other)) else { continue };
                if can_call && lies_in(row, caller, action, &BTreeSet::new()) {
                    let less = own.is_some() && other != own && other != Some(Relation::Granted);
                    assert!(less, "{caller:?} {action}: {own:?} {other:?} {row:#?}");
                }
            }
        }
    }
}

fn without_conditions(statements: &[Value]) -> Vec<Value> {
    let mut all = statements.to_vec();
    for statement in &mut all {
        statement.as_object_mut().unwrap().remove("Condition");
    }
    all
}

fn mirrored(mut comparison: TrustComparison) -> TrustComparison {
    comparison.differences.iter_mut().for_each(|row| row.side = row.side.other());
    comparison.warnings.iter_mut().for_each(|row| row.side = row.side.other());
    comparison.differences.sort();
    comparison.warnings.sort();
    comparison
}

/// The same policy in other words; `dice` chooses them.
fn rewritten(statements: &[Value], dice: &[u8]) -> Vec<Value> {
    let mut all = Vec::new();
    for (at, statement) in statements.iter().enumerate() {
        let die = dice.get(at).copied().unwrap_or_default();
        let mut other = statement.clone();
        match (die % 6, &statement["Principal"], &statement["Action"]) {
            (0, Value::Object(kinds), _) => all.extend(kinds.iter().map(|(kind, who)| {
                let mut one = statement.clone();
                one["Principal"] = json!({kind: who});
                one
            })),
            (1, Value::Object(kinds), _) if kinds.get("AWS").is_some_and(Value::is_array) => {
                let mut principals = kinds["AWS"].as_array().unwrap().clone();
                principals.reverse();
                other["Principal"]["AWS"] = Value::Array(principals.iter().map(other_spelling).collect());
                all.push(other);
            }
            (2, _, Value::Array(actions)) => all.extend(actions.iter().map(|action| {
                let mut one = statement.clone();
                one["Action"] = json!(action.as_str().unwrap().to_uppercase());
                one
            })),
            (3, Value::Object(kinds), _) if kinds.get("AWS").is_some_and(Value::is_string) => {
                other["Principal"]["AWS"] = other_spelling(&kinds["AWS"]);
                all.push(other);
            }
            (4, _, _) => all.extend([statement.clone(), statement.clone()]),
            _ => {
                other["Sid"] = json!(format!("S{at}"));
                all.insert(0, other);
            }
        }
    }
    if dice.first().is_some_and(|die| die % 2 == 0) {
        // What gives and takes nothing: a leftover, and an operation that its caller cannot call.
        all.push(json!({"Effect": "Allow", "Principal": {"AWS": "AROADBQP57FF2AEXAMPLE"}, "Action": "sts:*"}));
        let (idle, who) = ("sts:AssumeRoleWithSAML", json!({"Service": "lambda.amazonaws.com"}));
        all.push(json!({"Effect": "Allow", "Principal": who, "Action": idle}));
        all.push(json!({"Effect": "Deny", "Principal": "*", "NotAction": "*"}));
    }
    all
}

/// An account's id as its root ARN, and the other way round.
fn other_spelling(principal: &Value) -> Value {
    let text = principal.as_str().unwrap();
    match text.strip_suffix(":root").and_then(account) {
        Some(id) => json!(id),
        None if text.len() == 12 => json!(format!("arn:aws:iam::{text}:root")),
        None => principal.clone(),
    }
}

/// Thousands of cases are a matter of minutes: `PROPTEST_CASES=5000`.
fn cases() -> ProptestConfig {
    // The same cases in every run, so that a failure is that of a change; others are tried by the variable.
    let rng_seed = RngSeed::Fixed(20_261_126);
    let few = ProptestConfig { cases: 24, rng_seed, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { ProptestConfig::default() } else { few }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_difference_lies_in_a_row_and_every_witness_is_one(left in statements(), right in statements()) {
        let (left, right) = (policy(&left), policy(&right));
        let comparison = between(&left, &right);
        assert_complete(&left, &right, &comparison);
        crate::support::condition_truth::assert_true_of_callers(&comparison, OWN);
    }

    #[test]
    fn no_row_is_wider_than_the_difference(left in statements(), right in statements()) {
        let (left, right) = (policy(&without_conditions(&left)), policy(&without_conditions(&right)));
        assert_sound(&left, &right, &between(&left, &right));
    }

    #[test]
    fn a_change_of_one_statement_is_found(one in statements(), deny in statement("Deny"), at in 0..4_usize) {
        let mut changed = one.clone();
        changed.insert(at.min(one.len()), deny);
        let (left, right) = (policy(&one), policy(&changed));
        let comparison = between(&left, &right);
        prop_assert!(comparison.differences.iter().all(|row| row.side == Side::Left), "a Deny gives nothing");
        assert_complete(&left, &right, &comparison);
    }

    #[test]
    fn swapping_the_sides_mirrors_the_answer(left in statements(), right in statements()) {
        let (left, right) = (policy(&left), policy(&right));
        prop_assert_eq!(mirrored(between(&left, &right)), between(&right, &left));
    }

    #[test]
    fn a_policy_in_other_words_is_the_same(one in statements(), dice in prop::collection::vec(any::<u8>(), 4)) {
        let other = rewritten(&one, &dice);
        let comparison = between(&policy(&one), &policy(&other));
        prop_assert!(comparison.differences.is_empty(), "{other:?}: {:#?}", comparison.differences);
        prop_assert!(between(&policy(&one), &policy(&one)).differences.is_empty());
    }

    #[test]
    fn an_order_of_three_policies_is_an_order(
        base in statements(), more in statement("Allow"), most in statement("Allow")
    ) {
        let with = |extra: &[&Value]| policy(&base.iter().chain(extra.iter().copied()).cloned().collect::<Vec<_>>());
        let (small, middle, large) = (with(&[]), with(&[&more]), with(&[&more, &most]));
        for (a, b) in [(&small, &middle), (&middle, &large), (&small, &large)] {
            let comparison = between(a, b);
            let backwards = comparison.differences.iter().find(|row| row.side == Side::Left);
            prop_assert!(backwards.is_none(), "{backwards:#?}");
        }
    }

    #[test]
    fn certain_answers_do_not_contradict_each_other(
        left in statements(), middle in statements(), right in statements()
    ) {
        let (left, middle, right) = (policy(&left), policy(&middle), policy(&right));
        let less = |a, b| between(a, b).differences.iter().all(|row| row.side == Side::Right);
        let certain = |row: &TrustDifference| row.side == Side::Left && row.certainty != Certainty::Unknown;
        let contradicts = || between(&left, &right).differences.iter().any(certain);
        prop_assert!(!(less(&left, &middle) && less(&middle, &right) && contradicts()));
    }
}

//! A world small enough to list every request: policies of it, and the laws that a comparison obeys in it. The tests of the
//! laws and the fuzzing of the comparison share it.

use std::sync::Arc;

use iamctl::catalog::Catalogue;
use iamctl::model::{Glob, PolicyType, Side};
use iamctl::parse::policy::parse_identity;
use iamctl::semantics::evaluate::{AttachedDocument, Context, Request, RolePolicies, Verdict, evaluate};
use iamctl::semantics::outcome::{AccessComparison, AccessDifference, Certainty};
use iamctl::semantics::{Budget, Engine};
use proptest::prelude::*;
use serde_json::{Value, json};

const CATALOGUE: &str = r#"{"format":"iamctl-catalogue","version":1,"source":"laws","data_version":"","date":"","services":2,"actions":6,"catalogue":[
{"prefix":"t","name":"T","resource_types":[
{"name":"part","arns":["arn:${Partition}:t:::${Thing}/${Part}"]},
{"name":"thing","arns":["arn:${Partition}:t:::${Thing}"]}
],"actions":[
{"name":"GetA","level":"Read","resources":["thing*"]},
{"name":"GetB","level":"Read","resources":["part*"]},
{"name":"ListAll","level":"List"},
{"name":"PutA","level":"Write","resources":["thing*"]}
]},
{"prefix":"u","name":"U","resource_types":[],"actions":[
{"name":"Run","level":"Write"},
{"name":"Stop","level":"Write"}
]}
]}"#;

/// All actions of requests.
pub const ACTIONS: &[&str] = &["t:GetA", "t:GetB", "t:ListAll", "t:PutA", "t:New", "u:Run", "u:Stop", "x:Go"];

/// The catalog of this world.
pub fn catalogue() -> Catalogue {
    Catalogue::read(CATALOGUE).unwrap()
}

/// All resources of requests.
pub fn resources() -> Vec<String> {
    let mut texts = vec![String::new()];
    for length in 0..2 {
        let longest: Vec<String> = texts.iter().filter(|text| text.len() == length).cloned().collect();
        texts.extend(longest.iter().flat_map(|text| ["a", "b", "/"].map(|letter| format!("{text}{letter}"))));
    }
    texts.extend(["a/b", "b/a", "a/a", "ab/"].map(str::to_owned));
    texts.into_iter().map(|text| format!("arn:aws:t:::{text}")).chain(["*".to_owned()]).collect()
}

/// All contexts of requests.
pub fn contexts() -> Vec<Context> {
    let mut contexts = Vec::new();
    for k in [None, Some(""), Some("a"), Some("b"), Some("A"), Some("unmentioned")] {
        for n in [None, Some("0.5"), Some("1"), Some("1.5"), Some("2"), Some("12")] {
            for m in [&[][..], &["a"], &["b"], &["a", "b"], &["a", "c"]] {
                for tag in [None, Some("a")] {
                    let one =
                        |key: &str, value: Option<&str>| value.map(|value| (key.to_owned(), vec![value.to_owned()]));
                    let many = (!m.is_empty()).then(|| ("m".to_owned(), m.iter().map(|v| (*v).to_owned()).collect()));
                    let entries = [one("k", k), one("n", n), one("aws:PrincipalTag/v", tag), many];
                    contexts.push(entries.into_iter().flatten().collect());
                }
            }
        }
    }
    contexts
}

fn some_of(words: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(words), 1..=most)
}

fn action_element() -> impl Strategy<Value = (&'static str, Vec<&'static str>)> {
    let words = &[
        "*",
        "t:*",
        "T:get*",
        "t:?etA",
        "t:GetA",
        "t:GetB",
        "t:PutA",
        "t:ListAll",
        "u:*",
        "u:Run",
        "t:New",
        "x:Go",
        "*:*",
    ];
    (prop_oneof![5 => Just("Action"), 1 => Just("NotAction")], some_of(words, 3))
}

fn resource() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just("*".to_owned()),
        6 => "arn:aws:t:::[ab*?/]{0,3}",
        1 => Just("arn:*:t:::a*".to_owned()),
        1 => Just("arn:a*s:t:::a*".to_owned()),
        1 => Just("arn:aws:t*".to_owned()),
        1 => Just("arn:aws:t:::${aws:PrincipalTag/v}".to_owned()),
        1 => Just("arn:aws:t:::${aws:PrincipalTag/v}/*".to_owned()),
        1 => Just("arn:aws:t:::${aws:PrincipalTag/v, 'a'}".to_owned()),
        1 => Just("arn:aws:t:::${*}".to_owned()),
        1 => Just("arn:aws:t".to_owned()),
    ]
}

fn test() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        Just("StringEquals"),
        Just("StringNotEquals"),
        Just("StringLike"),
        Just("StringNotLike"),
        Just("StringEqualsIgnoreCase"),
        Just("StringEqualsIfExists"),
        Just("StringNotEqualsIfExists")
    ];
    let values = prop::collection::vec(prop::sample::select(&["a", "b", "a*", "?", "?*", "*", ""][..]), 1..3);
    let number = prop_oneof![
        Just("NumericEquals"),
        Just("NumericNotEquals"),
        Just("NumericLessThan"),
        Just("NumericLessThanEquals"),
        Just("NumericGreaterThanIfExists")
    ];
    let many = prop_oneof![
        Just("ForAllValues:StringEquals"),
        Just("ForAnyValue:StringEquals"),
        Just("ForAllValues:StringNotLike"),
        Just("ForAnyValue:StringNotEquals")
    ];
    let sets = prop::collection::vec(prop::sample::select(&["a", "b", "a*"][..]), 1..3);
    prop_oneof![
        4 => (text, values).prop_map(|(operator, values)| json!({operator: {"k": values}})),
        2 => (number, prop::sample::select(&["1", "1.5", "2"][..]))
            .prop_map(|(operator, value)| json!({operator: {"n": value}})),
        1 => Just(json!({"Bool": {"k": "true"}})),
        1 => (prop::sample::select(&["StringEquals", "StringLike", "StringNotEquals"][..]), prop::sample::select(&["1", "1*", "*"][..]))
            .prop_map(|(operator, value)| json!({operator: {"n": value}})),
        2 => (many, sets).prop_map(|(operator, values)| json!({operator: {"m": values}})),
        1 => (prop::sample::select(&["k", "n", "m"][..]), any::<bool>())
            .prop_map(|(key, missing)| json!({"Null": {key: missing.to_string()}})),
        1 => Just(json!({"StringEquals": {"k": "${aws:PrincipalTag/v}"}})),
        1 => Just(json!({"StringNotEquals": {"k": "${aws:PrincipalTag/v, 'a'}"}})),
        1 => Just(json!({"StringEquals": {"aws:PrincipalTag/v": ["a", "b"]}})),
        1 => Just(json!({"StringSoundsLike": {"k": "a"}})),
    ]
}

fn condition() -> impl Strategy<Value = Value> {
    prop::collection::vec(test(), 0..3).prop_map(|tests| {
        let mut all = serde_json::Map::new();
        for test in tests {
            for (operator, keys) in test.as_object().unwrap() {
                let entry = all.entry(operator.clone()).or_insert_with(|| json!({}));
                entry.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
            }
        }
        Value::Object(all)
    })
}

/// A statement with this effect.
pub fn statement(effect: &'static str) -> impl Strategy<Value = Value> {
    let resource_element = prop_oneof![6 => Just("Resource"), 1 => Just("NotResource")];
    (action_element(), resource_element, prop::collection::vec(resource(), 1..3), condition()).prop_map(
        move |((action_element, actions), resource_element, resources, condition)| {
            let mut statement = json!({"Effect": effect, action_element: actions, resource_element: resources});
            if condition.as_object().is_some_and(|tests| !tests.is_empty()) {
                statement["Condition"] = condition;
            }
            statement
        },
    )
}

/// The statements of a policy.
pub fn statements() -> impl Strategy<Value = Vec<Value>> {
    let one = prop_oneof![3 => statement("Allow").boxed(), 1 => statement("Deny").boxed()];
    prop::collection::vec(one, 1..5)
}

/// The statements of a role's policy and of its boundary.
pub type World = (Vec<Value>, Option<Vec<Value>>);

/// Roles with conditions, policy variables and boundaries.
pub fn world() -> impl Strategy<Value = World> {
    (statements(), prop::option::weighted(0.2, statements()))
}

/// A statement without a condition, whose patterns lie in each other or have nothing in common.
fn nested_statement(effect: &'static str) -> impl Strategy<Value = Value> {
    let patterns = &["*", "arn:aws:t:::a*", "arn:aws:t:::a", "arn:aws:t:::a/*", "arn:aws:t:::a/b", "arn:aws:t:::b*"];
    let resource_element = prop_oneof![2 => Just("Resource"), 1 => Just("NotResource")];
    (action_element(), resource_element, prop::collection::vec(prop::sample::select(&patterns[..]), 1..4)).prop_map(
        move |((action_element, actions), resource_element, resources)| json!({"Effect": effect, action_element: actions, resource_element: resources}),
    )
}

/// Roles that differ only in where they allow and deny.
pub fn nested_world() -> impl Strategy<Value = World> {
    let one = || prop_oneof![2 => nested_statement("Allow").boxed(), 1 => nested_statement("Deny").boxed()];
    let boundary = prop::collection::vec(one(), 1..3);
    (prop::collection::vec(one(), 1..4), prop::option::weighted(0.2, boundary))
}

/// Whether an action of the catalog acts on a resource.
fn acts_on(action: &str, resource: &str) -> bool {
    let name = resource.strip_prefix("arn:aws:t:::");
    match (action, name) {
        ("t:GetA" | "t:PutA", Some(name)) => !name.is_empty() && !name.contains('/'),
        ("t:GetB", Some(name)) => {
            name.split_once('/').is_some_and(|(thing, part)| !thing.is_empty() && !part.is_empty())
        }
        ("t:ListAll" | "u:Run" | "u:Stop", None) => true,
        _ => false,
    }
}

/// Every request in a row without a condition is one on which the roles differ.
pub fn assert_sound(left: &RolePolicies, right: &RolePolicies, comparison: &AccessComparison) {
    let (catalogue, context) = (catalogue(), Context::default());
    for row in comparison.differences.iter().filter(|row| row.certainty == Certainty::Always) {
        let [own, other] = if row.side == Side::Left { [left, right] } else { [right, left] };
        for action in ACTIONS {
            for resource in resources().iter().filter(|resource| acts_on(action, resource)) {
                if lies_in(row, action, resource, &context) {
                    let request = Request { action, resource, context: &context };
                    let [own, other] = [own, other].map(|role| evaluate(role, &request, &catalogue).is_allowed());
                    assert!(own && !other, "{action} {resource}: {own} {other} {row:#?}");
                }
            }
        }
    }
}

fn document(statements: &[Value]) -> Arc<iamctl::model::IdentityPolicy> {
    Arc::new(parse_identity(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()).unwrap())
}

/// A role with these policies.
pub fn role((statements, boundary): &World) -> RolePolicies {
    let attach = |name: &str, policy_type, statements: &[Value]| AttachedDocument {
        policy_name: name.to_owned(),
        policy_type,
        document: document(statements),
    };
    RolePolicies {
        identity: vec![attach("own", PolicyType::Inline, statements)],
        boundary: boundary.as_ref().map(|statements| attach("limit", PolicyType::Boundary, statements)),
        ..RolePolicies::default()
    }
}

/// Compares two roles. It fails on a witness that the evaluator refutes.
pub fn between(left: &RolePolicies, right: &RolePolicies) -> AccessComparison {
    let catalogue = catalogue();
    Engine::new(&catalogue, Budget::default()).between(left, right).unwrap()
}

fn value_of(context: &Context, text: &str) -> String {
    match context.values("aws:PrincipalTag/v") {
        Some([value]) => text.replace("${aws:PrincipalTag/v}", value).replace("${aws:PrincipalTag/v, 'a'}", value),
        _ => text.replace("${aws:PrincipalTag/v, 'a'}", "a"),
    }
}

/// Whether a request lies in a row.
pub fn lies_in(row: &AccessDifference, action: &str, resource: &str, context: &Context) -> bool {
    let (service, name) = action.split_once(':').unwrap();
    let matches = |pattern: &String| {
        let short = pattern == "arn:aws:t";
        let pattern = value_of(context, pattern);
        (short && resource != "*")
            || Glob::new(&pattern.replace("${*}", "\u{1}")).matches(&resource.replace('*', "\u{1}"))
            || Glob::new(&pattern).matches(resource)
    };
    (row.service == "*" || row.service.eq_ignore_ascii_case(service))
        && row.actions.iter().any(|pattern| Glob::new_folded(pattern).matches(&name.to_ascii_lowercase()))
        && row.resources.iter().any(matches)
        && !row
            .except
            .iter()
            .any(|pattern| Glob::new(&value_of(context, pattern)).matches(resource) && !pattern.contains("${*}"))
}

/// Every request on which the evaluator says for certain that the roles differ lies in a row of that side.
pub fn assert_complete(left: &RolePolicies, right: &RolePolicies, comparison: &AccessComparison) {
    assert_complete_in(&contexts(), left, right, comparison);
}

/// The same of the requests with these contexts.
pub fn assert_complete_in(
    contexts: &[Context],
    left: &RolePolicies,
    right: &RolePolicies,
    comparison: &AccessComparison,
) {
    let catalogue = catalogue();
    for context in contexts {
        for action in ACTIONS
            .iter()
            .filter(|action| catalogue_has(action) || [left, right].iter().any(|role| spells(role, action)))
        {
            for resource in &resources() {
                let request = Request { action, resource, context };
                let verdicts = [left, right].map(|role| evaluate(role, &request, &catalogue).verdict);
                let side = match verdicts {
                    [Verdict::Allowed, Verdict::ImplicitlyDenied | Verdict::ExplicitlyDenied] => Side::Left,
                    [Verdict::ImplicitlyDenied | Verdict::ExplicitlyDenied, Verdict::Allowed] => Side::Right,
                    _ => continue,
                };
                let covered = |row: &AccessDifference| row.side == side && lies_in(row, action, resource, context);
                assert!(
                    comparison.differences.iter().any(covered),
                    "{action} {resource} {context:?} {side:?}: {:#?}",
                    comparison.differences
                );
            }
        }
    }
}

/// Whether the catalog has an action.
pub fn catalogue_has(action: &str) -> bool {
    action.split_once(':').is_some_and(|(service, name)| catalogue().action(service, name).is_some())
}

/// Whether a policy spells an action out, so that it is one though the catalog does not have it.
fn spells(role: &RolePolicies, action: &str) -> bool {
    let documents = role.identity.iter().chain(&role.boundary);
    let statements = documents.flat_map(|attached| &attached.document.statements);
    statements.flat_map(|statement| statement.action.patterns()).any(|pattern| pattern.as_str() == action)
}

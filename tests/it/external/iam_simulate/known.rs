//! Where iam-simulate answers otherwise, and why we do not follow. `docs/evaluator.md` says more.

use serde_json::Value;

use super::world::Question;

/// A way in which iam-simulate answers otherwise.
pub struct Known {
    pub reason: &'static str,
    /// Whether it shows in a question about one statement.
    pub applies: fn(&Question) -> bool,
}

/// Every difference there is; the test fails on any other, and on one that is no longer seen.
pub const KNOWN: &[Known] = &[
    Known { reason: "`${...}` in a document of 2008-10-17 is plain text; they replace it", applies: old_variable },
    Known {
        reason: "an inverse operator matches a variable without a value; they void the statement",
        applies: inverse_of_no_value,
    },
    Known { reason: "a wildcard in the resource type is a wildcard; they match nothing", applies: wildcard_in_type },
    Known { reason: "a `*` that ends a part runs on across `:`; they stay in the part", applies: star_runs_on },
    Known { reason: "NotResource is the plain complement; they never invert a short ARN", applies: short_not_resource },
    Known {
        reason: "an ARN condition value may end early with `*`; they want six parts",
        applies: short_arn_condition,
    },
    Known {
        reason: "IfExists holds without the key, also after ForAnyValue; they refuse",
        applies: any_value_if_exists,
    },
    Known { reason: "`0.0.0.0/0` holds every IPv4 address; they find it holds none", applies: all_addresses },
    Known { reason: "digits alone are a date in epoch seconds; they compare otherwise", applies: epoch_date },
    Known { reason: "ForAllValues holds for an empty value; they compare it", applies: empty_value },
    Known {
        reason: "an account in NotPrincipal excepts nobody by itself; they except all of it",
        applies: not_account,
    },
];

fn not_account(question: &Question) -> bool {
    let listed = &question.statement()["NotPrincipal"]["AWS"];
    !listed.is_null() && texts(listed).iter().any(|text| text.ends_with(":root") || !text.contains(':'))
}

fn old_variable(question: &Question) -> bool {
    question.document()["Version"] != "2012-10-17" && question.statement().to_string().contains("${")
}

/// The tests of the statement's condition: operator, key, values.
fn tests(question: &Question) -> Vec<(String, String, Vec<String>)> {
    let Some(condition) = question.statement()["Condition"].as_object() else { return vec![] };
    let of_operator = |(operator, keys): (&String, &Value)| {
        let keys = keys.as_object().unwrap().iter();
        keys.map(|(key, values)| (operator.clone(), key.clone(), texts(values))).collect::<Vec<_>>()
    };
    condition.iter().flat_map(of_operator).collect()
}

fn texts(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    value.as_array().map_or_else(|| vec![text(value)], |many| many.iter().map(text).collect())
}

fn has_key(question: &Question, key: &str) -> bool {
    question.context.keys().any(|given| given.eq_ignore_ascii_case(key))
}

fn inverse_of_no_value(question: &Question) -> bool {
    let variable = "${aws:PrincipalTag/unit}";
    let is_inverse = |operator: &str| operator.starts_with("StringNot");
    let names_it = |values: &[String]| values.iter().any(|value| value == variable);
    !has_key(question, "aws:PrincipalTag/unit")
        && tests(question).iter().any(|(operator, _, values)| is_inverse(operator) && names_it(values))
}

fn any_value_if_exists(question: &Question) -> bool {
    let is_it = |operator: &str| operator.starts_with("ForAnyValue:") && operator.ends_with("IfExists");
    tests(question).iter().any(|(operator, key, _)| is_it(operator) && !has_key(question, key))
}

fn all_addresses(question: &Question) -> bool {
    has_key(question, "aws:SourceIp")
        && tests(question).iter().any(|(_, _, values)| values.contains(&"0.0.0.0/0".into()))
}

fn epoch_date(question: &Question) -> bool {
    let is_epoch = |value: &String| value.bytes().all(|b| b.is_ascii_digit());
    tests(question).iter().any(|(operator, _, values)| operator.starts_with("Date") && values.iter().any(is_epoch))
}

fn empty_value(question: &Question) -> bool {
    let is_it = |operator: &str| operator.starts_with("ForAllValues:");
    question.context.get("aws:TagKeys").is_some_and(|values| *values == serde_json::json!([""]))
        && tests(question).iter().any(|(operator, _, _)| is_it(operator))
}

fn short_arn_condition(question: &Question) -> bool {
    let is_short = |value: &String| value.ends_with('*') && value.split(':').count() < 6;
    tests(question).iter().any(|(operator, _, values)| operator.starts_with("Arn") && values.iter().any(is_short))
}

fn resources(question: &Question, element: &str) -> Vec<String> {
    let value = &question.statement()[element];
    if value.is_null() { vec![] } else { texts(value) }
}

fn all_resources(question: &Question) -> Vec<String> {
    [resources(question, "Resource"), resources(question, "NotResource")].concat()
}

/// `i?stance/x`, `inst*/x`, `*/*`; not `inst*`, which they do match.
fn wildcard_in_type(question: &Question) -> bool {
    all_resources(question).iter().any(|pattern| {
        let resource = pattern.splitn(6, ':').nth(5).unwrap_or_default();
        let resource_type = resource.split(['/', ':']).next().unwrap_or_default();
        let is_only_a_beginning = resource_type == resource && !resource.trim_end_matches('*').contains(['*', '?']);
        resource_type.contains(['*', '?']) && !is_only_a_beginning
    })
}

fn star_runs_on(question: &Question) -> bool {
    let parts = |text: &str| text.split(':').count();
    let head_ends_with_star = |pattern: &str| {
        let parts: Vec<&str> = pattern.split(':').collect();
        parts.iter().take(5).any(|part| part.ends_with('*'))
    };
    let runs = |pattern: &String| head_ends_with_star(pattern) && parts(pattern) != parts(&question.resource);
    all_resources(question).iter().any(runs)
}

fn short_not_resource(question: &Question) -> bool {
    resources(question, "NotResource").iter().any(|pattern| pattern != "*" && pattern.split(':').count() < 6)
}

//! Each rule of the condition pages by example. The pages are named in `condition.rs` and `operator.rs`.

use super::*;
use crate::model::IdentityPolicy;
use crate::parse::policy::parse_identity;
use crate::semantics::evaluate::Context;

/// A request's keys and values.
type Entries<'a> = &'a [(&'a str, &'a [&'a str])];

fn policy(version: &str, condition: &str) -> IdentityPolicy {
    parse_identity(&format!(
        r#"{{"Version": "{version}",
             "Statement": {{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {condition}}}}}"#
    ))
    .unwrap()
}

fn ask_version(version: &str, condition: &str, entries: Entries<'_>) -> Truth {
    let policy = policy(version, condition);
    let context: Context = entries.iter().map(|(key, values)| (*key, values.to_vec())).collect();
    let view = ContextView::of_some_session(&context);
    hold(&policy.statements[0].conditions, policy.effective_version(), view, &mut Vec::new())
}

fn ask(condition: &str, entries: Entries<'_>) -> Truth {
    ask_version("2012-10-17", condition, entries)
}

/// Asks `{operator: {"k": wanted}}` of a request whose `k` is `given`.
fn one(operator: &str, wanted: &str, given: &str) -> Truth {
    ask(&format!(r#"{{"{operator}": {{"k": "{wanted}"}}}}"#), &[("k", &[given])])
}

fn is_open(truth: &Truth) -> bool {
    matches!(truth, Truth::Unknown(_))
}

#[test]
fn text_operators() {
    for (operator, wanted, given, expected) in [
        ("StringEquals", "Red", "Red", true),
        ("StringEquals", "Red", "red", false),
        ("StringEquals", "r*", "red", false),
        ("StringEquals", "r*", "r*", true),
        ("stringequals", "red", "red", true),
        ("StringNotEquals", "red", "blue", true),
        ("StringNotEquals", "red", "red", false),
        ("StringEqualsIgnoreCase", "Red", "rED", true),
        ("StringNotEqualsIgnoreCase", "Red", "rED", false),
        ("StringLike", "r?d*", "reddish", true),
        ("StringLike", "r?d*", "RED", false),
        ("StringLike", "arn:aws:sns:*:news", "arn:aws:sns:us-east-1:1:news", true),
        ("StringNotLike", "r*", "red", false),
        ("StringNotLike", "r*", "blue", true),
    ] {
        assert_eq!(one(operator, wanted, given), expected.into(), "{operator} {wanted} {given}");
    }
}

#[test]
fn number_operators() {
    for (operator, given, expected) in [
        ("NumericEquals", "10.0", true),
        ("NumericNotEquals", "10.0", false),
        ("NumericLessThan", "9.99", true),
        ("NumericLessThan", "10", false),
        ("NumericLessThanEquals", "10", true),
        ("NumericGreaterThan", "10", false),
        ("NumericGreaterThan", "100", true),
        ("NumericGreaterThanEquals", "10", true),
    ] {
        assert_eq!(one(operator, "10", given), expected.into(), "{operator} {given}");
    }
    assert!(is_open(&one("NumericLessThan", "ten", "9")));
    assert!(is_open(&one("NumericNotEquals", "10", "nine")));
}

#[test]
fn date_operators() {
    for (operator, given, expected) in [
        ("DateEquals", "1585699200", true),
        ("DateNotEquals", "2020-04-01", false),
        ("DateLessThan", "2020-03-31T23:59:59Z", true),
        ("DateLessThan", "2020-04-01", false),
        ("DateLessThanEquals", "2020-04-01", true),
        ("DateGreaterThan", "2020-04-01T00:00:00+01:00", false),
        ("DateGreaterThan", "2020-04-01T00:00:00-01:00", true),
        ("DateGreaterThanEquals", "2020-04-01", true),
    ] {
        assert_eq!(one(operator, "2020-04-01T00:00:00Z", given), expected.into(), "{operator} {given}");
    }
    assert!(is_open(&one("DateLessThan", "tomorrow", "2020-04-01")));
}

#[test]
fn bool_binary_and_address_operators() {
    for (operator, wanted, given, expected) in [
        ("Bool", "true", "true", true),
        ("Bool", "True", "true", true),
        ("Bool", "true", "false", false),
        ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", true),
        ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "qmluYXJ5VmFsdWVJbkJhc2U2NA==", false),
        ("IpAddress", "203.0.113.0/24", "203.0.113.9", true),
        ("IpAddress", "203.0.113.0/24", "203.0.114.9", false),
        ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678:9::", true),
        ("NotIpAddress", "203.0.113.0/24", "203.0.113.9", false),
        ("NotIpAddress", "203.0.113.0/24", "2001:db8::", true),
    ] {
        assert_eq!(one(operator, wanted, given), expected.into(), "{operator} {wanted} {given}");
    }
    assert!(is_open(&one("Bool", "yes", "true")));
    assert!(is_open(&one("IpAddress", "203.0.113.0/33", "203.0.113.9")));
}

#[test]
fn arn_operators_compare_part_by_part() {
    let topic = "arn:aws:sns:us-east-1:111122223333:news";
    for (operator, wanted, expected) in [
        ("ArnEquals", "arn:aws:sns:*:*:news", true),
        ("ArnLike", "arn:aws:sns:*:*:new?", true),
        ("ArnLike", "arn:aws:sns:*:news", false),
        ("ArnNotEquals", "arn:aws:sns:*:*:news", false),
        ("ArnNotLike", "arn:aws:sns:eu-*:*:news", true),
    ] {
        assert_eq!(one(operator, wanted, topic), expected.into(), "{operator} {wanted}");
    }
    assert!(is_open(&one("ArnLike", "arn:aws:sns:us-east-1", topic)));
}

/// Operators and keys: and. Values: or, for negated operators nor.
#[test]
fn many_operators_keys_and_values() {
    let all = r#"{"StringEquals": {"a": ["1", "2"], "b": "3"}, "StringNotEquals": {"c": ["4", "5"]}}"#;
    assert_eq!(ask(all, &[("a", &["2"]), ("B", &["3"]), ("c", &["6"])]), Truth::Yes);
    assert_eq!(ask(all, &[("a", &["2"]), ("b", &["0"]), ("c", &["6"])]), Truth::No);
    assert_eq!(ask(all, &[("a", &["0"]), ("b", &["3"]), ("c", &["6"])]), Truth::No);
    for one_of_them in ["4", "5"] {
        assert_eq!(ask(all, &[("a", &["1"]), ("b", &["3"]), ("c", &[one_of_them])]), Truth::No);
    }
}

#[test]
fn a_missing_key() {
    for (operator, expected) in [
        ("StringEquals", false),
        ("StringNotEquals", true),
        ("StringLike", false),
        ("StringNotLike", true),
        ("NumericLessThan", false),
        ("NumericNotEquals", true),
        ("DateNotEquals", true),
        ("Bool", false),
        ("NotIpAddress", true),
        ("ArnNotEquals", true),
        ("StringEqualsIfExists", true),
        ("BoolIfExists", true),
        ("StringNotEqualsIfExists", true),
        ("ForAllValues:StringEquals", true),
        ("ForAllValues:StringNotEquals", true),
        ("ForAnyValue:StringEquals", false),
        ("ForAnyValue:StringNotEquals", false),
        ("ForAnyValue:StringEqualsIfExists", true),
    ] {
        let condition = format!(r#"{{"{operator}": {{"k": "1"}}}}"#);
        assert_eq!(ask(&condition, &[]), expected.into(), "{operator}");
        assert_eq!(ask(&condition, &[("k", &[])]), expected.into(), "{operator}: a key without values is missing");
    }
    assert_eq!(one("StringEqualsIfExists", "1", "2"), Truth::No, "a key that is there counts");
}

#[test]
fn null_asks_whether_the_key_is_there() {
    for (wanted, entries, expected) in [
        (r#""true""#, &[] as Entries<'_>, true),
        ("true", &[("k", &["x"])], false),
        (r#""False""#, &[("k", &["x", "y"])], true),
        ("false", &[], false),
        (r#"["true", "false"]"#, &[], true),
    ] {
        let condition = format!(r#"{{"Null": {{"k": {wanted}}}}}"#);
        assert_eq!(ask(&condition, entries), expected.into(), "{wanted} {entries:?}");
    }
    assert!(is_open(&one("Null", "true", "")), "an empty string");
    assert!(is_open(&one("Null", "yes", "x")));
    assert!(is_open(&one("NullIfExists", "true", "x")));
}

#[test]
fn set_operators() {
    let ask = |operator: &str, given: &[&str]| {
        ask(&format!(r#"{{"{operator}": {{"aws:TagKeys": ["team", "cost"]}}}}"#), &[("aws:TagKeys", given)])
    };
    for (operator, given, expected) in [
        ("ForAllValues:StringEquals", &["team", "cost"] as &[&str], true),
        ("ForAllValues:StringEquals", &["team", "x"], false),
        ("ForAllValues:StringEquals", &[""], true),
        ("ForAllValues:StringNotEquals", &["x", "y"], true),
        ("ForAllValues:StringNotEquals", &["x", "team"], false),
        ("ForAnyValue:StringEquals", &["x", "cost"], true),
        ("ForAnyValue:StringEquals", &["x"], false),
        ("ForAnyValue:StringNotEquals", &["team", "x"], true),
        ("ForAnyValue:StringNotEquals", &["team", "cost"], false),
    ] {
        assert_eq!(ask(operator, given), expected.into(), "{operator} {given:?}");
    }
    assert!(is_open(&ask("StringEquals", &["team", "cost"])), "no set operator for several values");
    assert!(is_open(&ask("StringNotEquals", &["x", "y"])));
    assert!(is_open(&ask("StringEquals", &["team"])), "nor for a key that could hold several");
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
#[test]
fn variables_in_values() {
    let team = |operator: &str| format!(r#"{{"{operator}": {{"aws:ResourceTag/t": "${{aws:PrincipalTag/t}}"}}}}"#);
    let same: Entries<'_> = &[("aws:ResourceTag/t", &["red"]), ("aws:PrincipalTag/t", &["red"])];
    let without: Entries<'_> = &[("aws:ResourceTag/t", &["red"])];
    let many: Entries<'_> = &[("aws:ResourceTag/t", &["red"]), ("aws:PrincipalTag/t", &["red", "blue"])];
    assert_eq!(ask(&team("StringEquals"), same), Truth::Yes);
    assert_eq!(ask(&team("StringNotEquals"), same), Truth::No);
    // "StringEquals or StringLike do not match ... StringNotEquals or StringNotLike do match against a null value".
    assert_eq!(ask(&team("StringEquals"), without), Truth::No);
    assert_eq!(ask(&team("StringNotLike"), without), Truth::Yes);
    assert!(is_open(&ask(&team("StringEquals"), many)));
    assert_eq!(ask_version("2008-10-17", &team("StringEquals"), same), Truth::No, "plain text in the older version");
    assert_eq!(one("StringLike", "a${*}", "ab"), Truth::No);
    assert_eq!(one("StringLike", "a${*}", "a*"), Truth::Yes);
    assert_eq!(one("StringEquals", "a${*}", "a*"), Truth::Yes);
    let user = r#"{"StringLike": {"s3:prefix": "${aws:username}/*"}}"#;
    assert_eq!(ask(user, &[("s3:prefix", &["bob/x"]), ("aws:username", &["bob"])]), Truth::No, "a role has none");
    assert!(is_open(&one("NumericEquals", "${k}", "1")), "numbers take no variables");
}

#[test]
fn what_is_not_documented() {
    assert!(is_open(&one("StringResembles", "a", "a")));
    assert_eq!(
        ask(r#"{"StringResembles": {"k": "a"}, "StringEquals": {"j": "b"}}"#, &[("k", &["a"])]),
        Truth::No,
        "another test settles it"
    );
    for operator in ["StringEquals", "StringNotEquals", "StringEqualsIfExists", "ForAllValues:StringEquals", "Null"] {
        assert_eq!(ask(&format!(r#"{{"{operator}": {{"k": []}}}}"#), &[]), Truth::No, "{operator}");
    }
}

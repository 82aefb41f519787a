//! Networks, numbers, and points in time in the dictionary: conditions on them are decided with each account's own value.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, compare_accounts, inline, role};

const OFFICE: &str = r#"{"office": {"dev": ["10.1.0.0/16"], "qa": ["10.2.0.0/16"]}}"#;

fn reads(id: &str, operator: &str, key: &str, values: &Value) -> Value {
    let condition = json!({operator: {key: values}});
    inline(id, "r", &json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": condition}]))
}

fn from(id: &str, networks: &Value) -> Value {
    reads(id, "IpAddress", "aws:SourceIp", networks)
}

/// The rows of access: side, certainty, the real condition, and whether the proof holds in the real policies.
fn rows(report: &Value) -> Vec<(String, String, String, bool)> {
    let row = |row: &Value| {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let real = row["real"]["condition"].as_str().unwrap_or_default().to_owned();
        (text("side"), text("certainty"), real, row["witness_is_real"].as_bool().unwrap())
    };
    report["access_differences"].as_array().unwrap().iter().map(row).collect()
}

fn compared(dev: &Value, qa: &Value, dictionary: &str) -> Value {
    compare_accounts(std::slice::from_ref(dev), std::slice::from_ref(qa), &[], dictionary)
}

#[test]
fn a_network_of_each_account_is_the_same() {
    let report = compared(&from(DEV, &json!("10.1.0.0/16")), &from(QA, &json!("10.2.0.0/16")), OFFICE);
    assert_eq!((&report["totals"]["findings"], &report["roles"][0]["access_grade"]), (&json!(0), &json!("identical")));
}

#[test]
fn what_differs_beside_it_is_decided() {
    let office = |id: &str| from(id, &json!([if id == DEV { "10.1.0.0/16" } else { "10.2.0.0/16" }]));
    // qa adds the whole world.
    let report = compared(&office(DEV), &from(QA, &json!(["10.2.0.0/16", "0.0.0.0/0"])), OFFICE);
    let condition = r#"{"IpAddress":{"aws:sourceip":["0.0.0.0/0","10.2.0.0/16"]}} unless {"IpAddress":{"aws:sourceip":["10.2.0.0/16"]}}"#;
    assert_eq!(rows(&report), [("right".to_owned(), "conditional".to_owned(), condition.to_owned(), true)]);
    // The condition that all formats and accepted entries know has the placeholder.
    assert!(report["access_differences"][0]["condition"].as_str().unwrap().contains("office/16"), "{report}");
    // qa drops the condition.
    let open = inline(QA, "r", &json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]));
    let report = compared(&office(DEV), &open, OFFICE);
    assert_eq!(report["roles"][0]["access_grade"], json!("different"));
    assert!(
        rows(&report).iter().all(|(side, certainty, _, is_real)| side == "right" && certainty != "unknown" && *is_real)
    );
    // qa allows an action more there.
    let mut more = office(QA);
    more["inline_policies"][0]["document"]["Statement"][0]["Action"] = json!(["s3:GetObject", "s3:PutObject"]);
    let report = compared(&office(DEV), &more, OFFICE);
    assert_eq!(report["access_differences"].as_array().unwrap().len(), 1);
    let (side, certainty, condition, is_real) = rows(&report).remove(0);
    assert_eq!((side.as_str(), certainty.as_str(), is_real), ("right", "conditional", true));
    assert!(condition.contains("10.2.0.0/16"), "{condition}");
}

#[test]
fn a_network_that_both_lie_in_is_decided_too() {
    let company = |id: &str, own: &str| from(id, &json!([own, "10.0.0.0/8"]));
    let report = compared(&company(DEV, "10.1.0.0/16"), &from(QA, &json!("10.0.0.0/8")), OFFICE);
    assert_eq!((&report["roles"][0]["access_grade"], rows(&report)), (&json!("equal_for_all_requests"), Vec::new()));
}

/// The other account's network, where one could not be told from the other: nothing is called equal.
#[test]
fn the_other_accounts_network_is_not_hidden() {
    let report = compared(&from(DEV, &json!("10.1.0.0/16")), &from(QA, &json!(["10.2.0.0/16", "10.1.0.0/16"])), OFFICE);
    assert_eq!(report["roles"][0]["access_grade"], json!("unknown"));
    assert_eq!(report["cross_references"].as_array().unwrap().len(), 1, "{}", report["cross_references"]);
    let report = compared(&from(DEV, &json!("10.1.0.0/16")), &from(QA, &json!("10.1.0.0/16")), OFFICE);
    assert_ne!(report["roles"][0]["access_grade"], json!("identical"));
    assert_eq!(report["cross_references"].as_array().unwrap().len(), 1);
}

/// What a condition can tell of an address is which networks hold it, whatever their size.
#[test]
fn networks_of_two_sizes_are_decided() {
    let dictionary = r#"{"office": {"dev": ["10.1.0.0/16"], "qa": ["10.2.0.0/20"]}}"#;
    let (dev, qa) = (from(DEV, &json!("10.1.0.0/16")), from(QA, &json!("10.2.0.0/20")));
    assert_eq!(compared(&dev, &qa, dictionary)["totals"]["findings"], json!(0));
    let report = compared(&dev, &from(QA, &json!(["10.2.0.0/20", "0.0.0.0/0"])), dictionary);
    let condition = r#"{"IpAddress":{"aws:sourceip":["0.0.0.0/0","10.2.0.0/20"]}} unless {"IpAddress":{"aws:sourceip":["10.2.0.0/20"]}}"#;
    assert_eq!(rows(&report), [("right".to_owned(), "conditional".to_owned(), condition.to_owned(), true)]);
    // Of another version, too.
    let dictionary = r#"{"office": {"dev": ["10.1.0.0/16"], "qa": ["2001:db8::/32"]}}"#;
    let both = json!(["2001:db8::/32", "192.0.2.0/24"]);
    let report = compared(&dev, &from(QA, &both), dictionary);
    assert_eq!((rows(&report).len(), &report["roles"][0]["access_grade"]), (1, &json!("different")));
}

/// The reasons of the rows that stay unknown, and the warnings.
fn reasons(report: &Value) -> Vec<&str> {
    let rows = report["access_differences"].as_array().unwrap().iter();
    let of_rows = rows.flat_map(|row| row["reasons"].as_array().unwrap());
    let of_warnings = report["statement_warnings"].as_array().unwrap().iter().map(|warning| &warning["text"]);
    of_rows.chain(of_warnings).map(|text| text.as_str().unwrap()).collect()
}

/// Two networks that fill a third in one account only: an address is outside of both in the other account.
#[test]
fn networks_that_fill_another_in_one_account_only_stay_unknown() {
    let dictionary = r#"{"lab": {"dev": ["10.6.0.0/16"], "qa": ["10.6.0.0/17"]}}"#;
    let report =
        compared(&from(DEV, &json!(["10.6.0.0/16", "10.7.0.0/16"])), &from(QA, &json!("10.6.0.0/15")), dictionary);
    assert_eq!(report["roles"][0]["access_grade"], json!("unknown"));
    let whole = |id: &str, own: &str| from(id, &json!([own, "10.7.0.0/16", "10.6.0.0/15"]));
    let report = compared(&whole(DEV, "10.6.0.0/16"), &from(QA, &json!(["10.6.0.0/17", "10.7.0.0/16"])), dictionary);
    assert_eq!(report["roles"][0]["access_grade"], json!("unknown"));
    let reasons = reasons(&report);
    assert!(!reasons.is_empty());
    for reason in reasons {
        assert!(
            reason.contains("is from the dictionary, and the values of `aws:SourceIp` lie differently"),
            "{reason}"
        );
    }
}

/// Why a value stays undecided is said as it is: none of these texts is a bad network.
#[test]
fn the_reason_why_a_value_is_not_decided_is_the_true_one() {
    let reason = |dev: &Value, qa: &Value, dictionary: &str| {
        let report = compared(dev, qa, dictionary);
        assert_eq!(report["roles"][0]["access_grade"], json!("unknown"));
        let reasons = reasons(&report);
        assert!(
            !reasons.is_empty() && reasons.iter().all(|text| !text.contains("is not an IP address")),
            "{reasons:?}"
        );
        reasons.concat()
    };
    // dev's network in qa beside its own: dev's is not from the dictionary there.
    let other = from(QA, &json!(["10.2.0.0/16", "10.1.0.0/16"]));
    let text = reason(&from(DEV, &json!("10.1.0.0/16")), &other, OFFICE);
    assert!(text.contains("the values of `aws:SourceIp` lie differently to each other in the two accounts"), "{text}");
    let mut tested = from(QA, &json!(["10.2.0.0/16", "192.0.2.0/24"]));
    let conditions = &mut tested["inline_policies"][0]["document"]["Statement"][0]["Condition"];
    conditions["StringNotLike"] = json!({"aws:SourceIp": "10.2.3.*"});
    let text = reason(&from(DEV, &json!("10.1.0.0/16")), &tested, OFFICE);
    assert!(text.contains("operators of several types read the values of `aws:SourceIp`"), "{text}");
    let dictionary = r#"{"office": {"dev": ["10.1.0.0/16"], "qa": ["the-office"]}}"#;
    let text = reason(&from(DEV, &json!("10.1.0.0/16")), &from(QA, &json!(["the-office", "192.0.2.0/24"])), dictionary);
    assert!(text.contains("the operator cannot read `the-office` of `aws:SourceIp`"), "{text}");
}

#[test]
fn numbers_and_times_are_decided() {
    let dictionary = r#"{"age": {"dev": ["3600"], "qa": ["7200"]}, "end": {"dev": ["2026-12-31T00:00:00Z"], "qa": ["2027-06-30T00:00:00Z"]}}"#;
    for (operator, key, dev, qa, wider) in [
        ("NumericLessThan", "aws:MultiFactorAuthAge", "3600", "7200", "86400"),
        ("DateLessThan", "aws:CurrentTime", "2026-12-31T00:00:00Z", "2027-06-30T00:00:00Z", "2030-01-01T00:00:00Z"),
    ] {
        let report =
            compared(&reads(DEV, operator, key, &json!(dev)), &reads(QA, operator, key, &json!(qa)), dictionary);
        assert_eq!(report["totals"]["findings"], json!(0), "{operator}");
        let both = json!([qa, wider]);
        let report = compared(&reads(DEV, operator, key, &json!(dev)), &reads(QA, operator, key, &both), dictionary);
        assert_eq!(report["roles"][0]["access_grade"], json!("different"), "{operator}");
        assert!(
            rows(&report).iter().all(|(side, certainty, ..)| side == "right" && certainty == "conditional"),
            "{report}"
        );
    }
}

#[test]
fn who_can_assume_a_role_is_decided() {
    let trusting = |id: &str, networks: &Value| {
        let statement = json!({"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": "arn:aws:iam::333333333333:role/tool"}, "Condition": {"IpAddress": {"aws:SourceIp": networks}}});
        role(id, "r", &json!({"trust_policy": {"Version": "2012-10-17", "Statement": [statement]}}))
    };
    let report =
        compared(&trusting(DEV, &json!("10.1.0.0/16")), &trusting(QA, &json!(["10.2.0.0/16", "192.0.2.0/24"])), OFFICE);
    let row = &report["trust_differences"][0];
    assert_eq!(
        (&row["side"], &row["certainty"], &row["witness_is_real"]),
        (&json!("right"), &json!("conditional"), &json!(true))
    );
}

/// A value that could be decided is nothing to warn of, and its statements are nothing that differs.
#[test]
fn what_could_be_read_is_no_remark_and_no_row() {
    let report = compared(&from(DEV, &json!("10.1.0.0/16")), &from(QA, &json!("10.2.0.0/16")), OFFICE);
    assert_eq!((&report["statement_warnings"], &report["totals"]["findings"]), (&json!([]), &json!(0)));
    let both = from(DEV, &json!(["10.1.0.0/16", "172.16.0.0/16"]));
    let statement = |network: &str| json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": network}}});
    let split = inline(QA, "r", &json!([statement("10.2.0.0/16"), statement("172.16.0.0/16")]));
    let report = compared(&both, &split, OFFICE);
    assert_eq!((&report["item_differences"], &report["totals"]["findings"]), (&json!([]), &json!(0)));
}

//! IDs that deleted users and roles left in trust policies: something to know, no access, and no difference.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, compare, compare_accounts, document, role, trust};

const TOOL: &str = "arn:aws:iam::333333333333:role/tool";
const GONE_IN_DEV: &str = "AROAEXAMPLEGONEDEV001";
const GONE_IN_QA: &str = "AIDAEXAMPLEGONEQA0001";

fn assumed_by(id: &str, name: &str, principals: &[&str]) -> Value {
    role(id, name, &json!({"trust_policy": trust(&json!({"AWS": principals}))}))
}

fn rules(report: &Value) -> Vec<(String, String)> {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| (text(finding, "rule"), text(finding, "severity"))).collect()
}

#[test]
fn an_id_that_is_left_behind_is_said_and_counts_as_nothing() {
    let dangling = || ("dangling-principal".to_owned(), "low".to_owned());
    let report = compare(&assumed_by(DEV, "r", &[TOOL, GONE_IN_DEV]), &assumed_by(QA, "r", &[TOOL, GONE_IN_QA]));
    assert_eq!(rules(&report), [dangling(), dangling()]);
    assert_eq!(report["totals"]["findings"], json!(0));
    // What names nobody is no row beside what is the same.
    assert_eq!(report["item_differences"], json!([]));
    let report = compare(&assumed_by(DEV, "r", &[TOOL]), &assumed_by(QA, "r", &[TOOL, GONE_IN_QA]));
    assert_eq!((rules(&report), &report["totals"]["findings"]), (vec![dangling()], &json!(0)));
}

#[test]
fn who_else_can_assume_the_role_is_found_beside_it() {
    let other = "arn:aws:iam::333333333333:role/other";
    let report = compare(&assumed_by(DEV, "r", &[TOOL, GONE_IN_DEV]), &assumed_by(QA, "r", &[TOOL, other]));
    assert_eq!(report["item_differences"].as_array().unwrap().len(), 2, "all in which the texts differ");
    let trust = report["trust_differences"].as_array().unwrap();
    assert_eq!((trust.len(), &trust[0]["principal"]), (1, &json!(other)));
    assert_eq!(report["totals"]["findings"], json!(1));
}

/// An ID of a role of the account is that role, for IAM shows its ARN as long as it exists.
#[test]
fn an_id_of_a_role_that_exists_is_that_role() {
    let caller = |id: &str, unique: &str| role(id, "caller", &json!({"id": unique}));
    let arn = format!("arn:aws:iam::{DEV}:role/caller");
    let dev = [caller(DEV, "AROAEXAMPLECALLERDEV1"), assumed_by(DEV, "r", &[&arn])];
    let qa = [caller(QA, "AROAEXAMPLECALLERQA01"), assumed_by(QA, "r", &["AROAEXAMPLECALLERQA01"])];
    let report = compare_accounts(&dev, &qa, &[], "{}");
    assert_eq!((rules(&report), &report["item_differences"]), (Vec::new(), &json!([])));
}

/// IAM stores nothing else in place of a deleted user or role; a file can hold anything. None of it is a caller.
#[test]
fn what_no_caller_has_is_said_and_counts_as_nothing() {
    let dangling = || ("dangling-principal".to_owned(), "low".to_owned());
    let group = format!("arn:aws:iam::{QA}:group/admins");
    let all_roles = "arn:aws:iam::333333333333:role/*";
    for nobody in ["AGPAEXAMPLEGROUP00001", "aroaexamplegone00001", "deployers", "33333333333", &group, all_roles] {
        let report = compare(&assumed_by(DEV, "r", &[TOOL]), &assumed_by(QA, "r", &[TOOL, nobody]));
        assert_eq!(rules(&report), [dangling()], "{nobody}");
        let message = report["findings"][0]["message"].as_str().unwrap();
        assert!(message.contains("names no account, user, role, or session, so it matches nobody"), "{message}");
        assert_eq!((&report["trust_differences"], &report["item_differences"]), (&json!([]), &json!([])), "{nobody}");
        // Alone it lets in nobody, so whoever the other role lets in is a difference.
        let report = compare(&assumed_by(DEV, "r", &[TOOL]), &assumed_by(QA, "r", &[nobody]));
        let trust = report["trust_differences"].as_array().unwrap();
        assert_eq!(
            (trust.len(), &trust[0]["principal"], &trust[0]["side"]),
            (1, &json!(TOOL), &json!("left")),
            "{nobody}"
        );
    }
}

/// A role that everybody of an account can assume, but for those whom a Deny does not except.
fn excepting(id: &str, excepted: &[&str]) -> Value {
    let allow = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "333333333333"}});
    let deny = json!({"Effect": "Deny", "Action": "sts:AssumeRole", "NotPrincipal": {"AWS": excepted}});
    role(id, "r", &json!({"trust_policy": document(&json!([allow, deny]))}))
}

#[test]
fn an_id_that_a_deny_excepts_excepts_nobody() {
    const ROOT: &str = "arn:aws:iam::333333333333:root";
    let dangling = || ("dangling-principal".to_owned(), "low".to_owned());
    let report = compare(&excepting(DEV, &[ROOT, TOOL, GONE_IN_DEV]), &excepting(QA, &[ROOT, TOOL]));
    assert_eq!((rules(&report), &report["totals"]["findings"]), (vec![dangling()], &json!(0)));
    assert_eq!((&report["trust_differences"], &report["item_differences"]), (&json!([]), &json!([])));
    let report = compare(&excepting(DEV, &[GONE_IN_DEV]), &excepting(QA, &[GONE_IN_QA]));
    assert_eq!((rules(&report), &report["totals"]["findings"]), (vec![dangling(), dangling()], &json!(0)));
    // Who is excepted beside it is found.
    let report = compare(&excepting(DEV, &[ROOT, TOOL, GONE_IN_DEV]), &excepting(QA, &[ROOT, GONE_IN_DEV]));
    let trust = report["trust_differences"].as_array().unwrap();
    assert_eq!((trust.len(), &trust[0]["side"], &trust[0]["certainty"]), (1, &json!("left"), &json!("always")));
    assert!(trust[0]["witness"]["principal"].as_str().unwrap().contains("/tool"), "{}", trust[0]);
}

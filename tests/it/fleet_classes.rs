//! Classes: two accounts are in one class only if the role is the same in both.

use std::collections::BTreeMap;

use iamctl::fleet::{Cell, Fleet};
use iamctl::parse::snapshot;
use serde_json::{Value, json};

use crate::support::generated_fleet::compared;
use crate::support::tool;

/// Accounts `base`, `a`, `b`, … with one role each.
fn fleet_of(roles: &[Value], dictionary: &str) -> Fleet {
    let tags = ["base", "a", "b", "c", "d"];
    let read = |(place, role): (usize, &Value)| {
        let id = format!("{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}", place + 1);
        let role = role.to_string().replace("<id>", &id).replace("<tag>", tags[place]);
        let text = tool::snapshot(&id, &[serde_json::from_str(&role).unwrap()], &[]);
        snapshot::read(&text, "a test", None).unwrap()
    };
    let snapshots: Vec<_> = roles.iter().enumerate().map(read).collect();
    let accounts: Vec<_> = tags.into_iter().zip(&snapshots).collect();
    compared(&accounts, dictionary)
}

/// The cells of the only role.
fn cells(fleet: &Fleet) -> BTreeMap<String, Cell> {
    assert_eq!(fleet.roles.len(), 1, "{:?}", fleet.roles);
    fleet.roles[0].cells.iter().map(|(tag, cell)| (tag.to_string(), *cell)).collect()
}

fn numbers(fleet: &Fleet) -> Vec<Cell> {
    let cells = cells(fleet);
    ["a", "b", "c", "d"].iter().filter_map(|tag| cells.get(*tag).copied()).collect()
}

fn of(statements: &Value) -> Value {
    tool::inline("<id>", "r", statements)
}

fn allow(actions: &Value, resources: &Value) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resources})
}

#[test]
fn the_same_difference_in_other_words_is_one_class() {
    let base = of(&json!([allow(&json!("s3:GetObject"), &json!("arn:aws:s3:::x/*"))]));
    let one = of(&json!([
        allow(&json!(["s3:GetObject", "s3:PutObject"]), &json!("arn:aws:s3:::x/*")),
        allow(&json!("sqs:SendMessage"), &json!("arn:aws:sqs:eu-west-1:<id>:q")),
    ]));
    let split = of(&json!([
        allow(&json!("sqs:sendmessage"), &json!(["arn:aws:sqs:eu-west-1:<id>:q"])),
        allow(&json!(["s3:PutObject"]), &json!("arn:aws:s3:::x/*")),
        allow(&json!("s3:GetObject"), &json!(["arn:aws:s3:::x/*"])),
    ]));
    let fleet = fleet_of(&[base, one.clone(), split, one], "{}");
    assert_eq!(numbers(&fleet), [Cell::Class(2); 3]);
    assert_eq!(fleet.roles[0].classes.len(), 2);
}

#[test]
fn other_differences_are_other_classes_by_number_of_accounts() {
    let role = |action: &str| of(&json!([allow(&json!(["s3:GetObject", action]), &json!("*"))]));
    let (base, x, y) = (role("s3:GetObject"), role("s3:PutObject"), role("s3:DeleteObject"));
    let fleet = fleet_of(&[base.clone(), x.clone(), y.clone(), y, base], "{}");
    assert_eq!(numbers(&fleet), [Cell::Class(3), Cell::Class(2), Cell::Class(2), Cell::Class(1)]);
    let classes = &fleet.roles[0].classes;
    assert_eq!(classes[1].accounts.iter().map(ToString::to_string).collect::<Vec<_>>(), ["b", "c"]);
    assert!(classes[1].findings[0].message.starts_with("b allows s3:DeleteObject"), "{classes:?}");
}

/// What looks the same after normalization may be a placeholder in one account and a real name in the other.
#[test]
fn a_placeholder_and_a_name_spelled_alike_are_two_classes() {
    let dictionary = r#"{"env": {"base": ["base"], "a": ["a"], "b": ["b"]}}"#;
    let role = |bucket: Option<&str>| {
        let buckets: Vec<String> = bucket.into_iter().map(|name| format!("arn:aws:s3:::{name}/*")).collect();
        let mut statements = vec![allow(&json!("s3:ListAllMyBuckets"), &json!("*"))];
        statements.extend(buckets.iter().map(|bucket| allow(&json!("s3:GetObject"), &json!(bucket))));
        of(&json!(statements))
    };
    let own = |tag: &str| role(Some(&format!("data-{tag}")));
    assert_eq!(numbers(&fleet_of(&[role(None), own("a"), own("b")], dictionary)), [Cell::Class(2); 2]);
    let fleet = fleet_of(&[role(None), own("a"), own("env")], dictionary);
    assert_eq!(numbers(&fleet), [Cell::Class(2), Cell::Class(3)]);
    // The same for attributes.
    let tagged = |tag: &str| tool::role("<id>", "r", &json!({"tags": {"data": tag}}));
    let plain = || tool::role("<id>", "r", &json!({}));
    assert_eq!(numbers(&fleet_of(&[plain(), tagged("x-a"), tagged("x-b")], dictionary)), [Cell::Class(2); 2]);
    let fleet = fleet_of(&[plain(), tagged("x-a"), tagged("x-env")], dictionary);
    assert_eq!(numbers(&fleet), [Cell::Class(2), Cell::Class(3)]);
}

/// Two roles that the baseline does not have are compared with each other as a whole.
#[test]
fn added_roles_are_one_class_only_if_they_are_the_same() {
    let base = tool::role("<id>", "base-only", &json!({}));
    let role = |fields: Value| tool::role("<id>", "r", &fields);
    let longer = role(json!({"max_session_duration": 7200}));
    let tagged = role(json!({"tags": {"owner": "me"}}));
    let fleet = fleet_of(&[base, role(json!({})), role(json!({})), longer, tagged], "{}");
    let added = fleet.roles.iter().find(|role| role.role == "r").unwrap();
    assert_eq!((added.baseline_role.as_deref(), added.accounts), (None, 4));
    let cells: Vec<String> = added.cells.iter().map(|(tag, cell)| format!("{tag}={cell}")).collect();
    assert_eq!(cells, ["a=2", "b=2", "base=-", "c=3", "d=4"]);
    let missing = fleet.roles.iter().find(|role| role.role == "base-only").unwrap();
    let last = missing.classes.last().unwrap();
    assert_eq!((last.class, last.accounts.len(), missing.accounts), (Cell::Absent, 4, 1));
    let says = "the role exists in base and does not exist in a, b, c, d (4 of 4 accounts); it allows nothing";
    assert!(last.findings[0].message.starts_with(says), "{last:?}");
    let says = "the role does not exist in base and exists in a, b (2 of 4 accounts)";
    assert!(added.classes[0].findings[0].message.starts_with(says), "{added:?}");
    assert!(fleet.causes.iter().all(|cause| !cause.message.contains("exists only in")), "{:?}", fleet.causes);
}

/// Roles that the dictionary gives one name are told apart by their real names: in the rows, and in the causes, where
/// nothing may be lost.
#[test]
fn roles_of_one_normalized_name_keep_their_rows_and_causes() {
    let roles = |id: &str, names: &[&str]| -> Vec<Value> {
        names.iter().map(|name| tool::role(id, name, &json!({}))).collect()
    };
    let account =
        |id: &str, names: &[&str]| snapshot::read(&tool::snapshot(id, &roles(id, names), &[]), "a test", None).unwrap();
    let base = account("111111111111", &["other"]);
    let (a, b) = (account("222222222222", &["x-one", "x-two"]), account("333333333333", &["x-one", "x-two"]));
    let c = account("444444444444", &["x-one"]);
    let dictionary = r#"{"number": {"a": ["one", "two"], "b": ["one", "two"], "c": ["one"]}}"#;
    let fleet = compared(&[("base", &base), ("a", &a), ("b", &b), ("c", &c)], dictionary);
    let rows: Vec<String> = fleet.roles.iter().map(iamctl::fleet::FleetRole::shown).collect();
    assert_eq!(rows.iter().collect::<std::collections::BTreeSet<_>>().len(), rows.len(), "{rows:?}");
    assert_eq!(fleet.totals.findings, 3 + 5, "`other` is missing in three accounts: {:?}", fleet.causes);
    // Two roles of one name cannot be told apart, so neither is the other's counterpart.
    let one = fleet.roles.iter().find(|role| role.shown() == "x-number (x-one)" && role.cells.len() == 4).unwrap();
    assert_eq!((one.cells[&"a".parse().unwrap()], one.cells[&"c".parse().unwrap()]), (Cell::NotCompared, Cell::Absent));
    let outlier = fleet.outliers.iter().find(|one| one.account.as_str() == "a").unwrap();
    assert_eq!((outlier.roles, outlier.undetermined, outlier.findings), (1, 2, 3));
    let unknown = one.classes.iter().find(|class| class.class == Cell::NotCompared).unwrap();
    assert!(unknown.severity.is_some() && unknown.findings[0].message.contains("was not compared"), "{unknown:?}");
}

/// A role of Identity Center that is not the same everywhere is a permission set that was not provisioned again everywhere.
#[test]
fn permission_sets_in_an_older_form_are_named() {
    let path = "/aws-reserved/sso.amazonaws.com/";
    let of = |place: usize, session: u32| {
        let name = format!("AWSReservedSSO_Audit_{place}123456789abcdef");
        let arn = format!("arn:aws:iam::<id>:role{path}{name}");
        tool::role("<id>", &name, &json!({"path": path, "arn": arn, "max_session_duration": session}))
    };
    let sessions = |all: &[u32]| {
        let roles: Vec<Value> = all.iter().enumerate().map(|(place, session)| of(place, *session)).collect();
        fleet_of(&roles, "{}")
    };
    assert_eq!(sessions(&[3600, 3600, 3600]).permission_sets, []);
    let found = sessions(&[3600, 3600, 7200, 3600, 1800]).permission_sets;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].permission_set.as_str(), found[0].forms.len()), ("Audit", 3));
    assert!(found[0].message.contains("3 accounts have one of them, and the form of 2 accounts is"), "{found:?}");
    assert!(found[0].message.contains(": b, d. Provision it again there"), "{found:?}");
    // The baseline can be the one that is out of date.
    let found = sessions(&[7200, 3600, 3600, 3600]).permission_sets;
    assert!(found[0].message.contains("probably older") && found[0].message.contains(": base. Provision"), "{found:?}");
    assert!(sessions(&[7200, 3600]).permission_sets[0].message.contains("which one is older cannot be told"));
}

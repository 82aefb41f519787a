use super::*;
use crate::catalog::Catalogue;
use crate::model::IdentityPolicy;
use crate::model::equivalency::display;
use crate::parse::policy::{parse_identity, parse_trust};

fn statement(effect: &str, rest: &str) -> String {
    format!(r#"{{"Effect": "{effect}", {rest}}}"#)
}

fn document(statements: &[String]) -> IdentityPolicy {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(", "));
    parse_identity(&text).unwrap()
}

/// Rows as `effect element service:action element arn note`.
fn rows(statements: &[String]) -> Vec<String> {
    let catalogue = Catalogue::embedded();
    let expander = Expander::new(Universe::new(&catalogue, []));
    expander.once(&document(statements)).rows().map(show).collect()
}

fn show(item: &Item) -> String {
    let (target, element) = match item.target.principal() {
        Some((kind, principal)) => (principal, kind.as_str()),
        None => (item.target.arn().unwrap(), item.target.resource_element().unwrap().as_str()),
    };
    let action = format!("{}:{}", item.action.service, item.action.action);
    let note = item.note.map_or("", Note::as_str);
    let words = format!("{} {} {action} {element} {} {note}", item.effect, item.action_element, display(target));
    words.trim_end().to_owned()
}

#[test]
fn a_wildcard_is_a_row_per_action() {
    let rows = rows(&[statement("Allow", r#""Action": "s3:getbucketac?", "Resource": "arn:aws:s3:::b""#)]);
    assert_eq!(rows, ["Allow Action s3:GetBucketAcl Resource arn:aws:s3:::b"]);
}

#[test]
fn everything_is_one_row() {
    let everything = ["Allow Action *:* Resource *"];
    assert_eq!(rows(&[statement("Allow", r#""Action": "*", "Resource": "*""#)]), everything);
    assert_eq!(rows(&[statement("Allow", r#""Action": "*:*", "Resource": "*""#)]), everything);
}

#[test]
fn an_action_goes_with_the_resources_it_can_act_on() {
    let both = r#""Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]"#;
    let expected =
        ["Allow Action s3:GetObject Resource arn:aws:s3:::b/*", "Allow Action s3:ListBucket Resource arn:aws:s3:::b"];
    assert_eq!(rows(&[statement("Allow", both)]), expected);
}

#[test]
fn an_action_of_one_service_may_act_on_another_ones_resource() {
    let role = "arn:aws:iam::111122223333:role/x";
    let assume = format!(r#""Action": "sts:AssumeRole", "Resource": "{role}""#);
    assert_eq!(rows(&[statement("Allow", &assume)]), [format!("Allow Action sts:AssumeRole Resource {role}")]);
}

#[test]
fn what_fits_nothing_is_kept_with_a_note() {
    let odd = r#""Action": ["s3:ListAllMyBuckets", "s3:Zorble*", "nosuch:Thing"], "Resource": "arn:aws:s3:::b""#;
    let expected = [
        "Allow Action nosuch:Thing Resource arn:aws:s3:::b unknown-action",
        "Allow Action s3:Zorble* Resource arn:aws:s3:::b unknown-action",
        "Allow Action s3:ListAllMyBuckets Resource arn:aws:s3:::b no-applicable-resource",
    ];
    assert_eq!(rows(&[statement("Allow", odd)]), expected);
    let orphan =
        r#""Action": "s3:GetObject", "Resource": ["arn:aws:s3:::b/*", "arn:aws:sqs:us-east-1:111122223333:q"]"#;
    let expected = [
        "Allow Action s3:GetObject Resource arn:aws:s3:::b/*",
        "Allow Action s3:GetObject Resource arn:aws:sqs:us-east-1:111122223333:q no-applicable-resource",
    ];
    assert_eq!(rows(&[statement("Allow", orphan)]), expected);
}

#[test]
fn other_partitions_and_wide_arns_are_resources_too() {
    for arn in ["arn:aws-cn:s3:::b/x", "arn:*:s3:::b/x", "arn:aws:*:*:*:*", "arn:aws:s3:::${aws:PrincipalTag/team}/*"] {
        let rows = rows(&[statement("Allow", &format!(r#""Action": "s3:GetObject", "Resource": "{arn}""#))]);
        assert_eq!(rows, [format!("Allow Action s3:GetObject Resource {arn}")]);
    }
}

#[test]
fn not_elements_stay_as_written() {
    let rows = rows(&[statement(
        "Deny",
        r#""NotAction": ["iam:*", "STS:getcalleridentity"], "NotResource": "arn:aws:s3:::b""#,
    )]);
    let expected = [
        "Deny NotAction iam:* NotResource arn:aws:s3:::b",
        "Deny NotAction sts:GetCallerIdentity NotResource arn:aws:s3:::b",
    ];
    assert_eq!(rows, expected);
}

#[test]
fn a_list_that_means_its_entries_together_is_not_its_entries_apart() {
    let together = document(&[statement("Allow", r#""NotAction": ["iam:*", "sts:*"], "Resource": "*""#)]);
    let apart = document(&[
        statement("Allow", r#""NotAction": "iam:*", "Resource": "*""#),
        statement("Allow", r#""NotAction": "sts:*", "Resource": "*""#),
    ]);
    let catalogue = Catalogue::embedded();
    let expander = Expander::new(Universe::new(&catalogue, []));
    let (together, apart) = (expander.once(&together), expander.once(&apart));
    assert!(together.rows().all(|row| !apart.has(row)));
    let shown = &together.rows().next().unwrap().excluded.shown;
    assert_eq!(shown, r#"{"NotAction":["iam:*","sts:*"]}"#);
}

#[test]
fn spelling_that_iam_ignores_makes_no_row() {
    let one = statement(
        "Allow",
        r#""Action": ["s3:GetObject", "S3:getobject"], "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::b/*"]"#,
    );
    assert_eq!(rows(&[one.clone(), one]), ["Allow Action s3:GetObject Resource arn:aws:s3:::b/*"]);
}

#[test]
fn trust_keeps_its_real_actions_and_kinds_of_principal() {
    let text = r#"{"Statement": [
        {"Effect": "Allow", "Action": ["sts:AssumeRoleWith*", "STS:tagsession"], "Principal": {"Federated": "idp"}},
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ["111122223333", "AROAGONE"]}},
        {"Effect": "Deny", "Action": "*", "NotPrincipal": {"Service": ["a.amazonaws.com"]}}]}"#;
    let rows: Vec<String> = trust(&parse_trust(text).unwrap(), "aws-cn").rows().map(show).collect();
    let deny = |action: &str| format!("Deny Action sts:{action} NotService a.amazonaws.com");
    let mut expected = vec![
        "Allow Action sts:AssumeRole AWS AROAGONE".to_owned(),
        "Allow Action sts:AssumeRole AWS arn:aws-cn:iam::111122223333:root".to_owned(),
        "Allow Action sts:AssumeRoleWithSAML Federated idp".to_owned(),
        "Allow Action sts:AssumeRoleWithWebIdentity Federated idp".to_owned(),
        "Allow Action sts:TagSession Federated idp".to_owned(),
    ];
    expected.extend(crate::catalog::TRUST_ACTIONS.map(deny));
    assert_eq!(rows, expected);
}

#[cfg(feature = "testing")]
mod laws {
    use super::*;
    use proptest::prelude::*;

    const ACTIONS: [&str; 6] =
        ["s3:GetObject", "s3:ListBucket", "s3:ListAllMyBuckets", "s3:Get*Acl", "nosuch:Thing", "*"];
    const RESOURCES: [&str; 4] = ["*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:sqs:us-east-1:111122223333:q"];

    fn quoted(list: &[&str]) -> String {
        serde_json::to_string(list).unwrap()
    }

    fn allow(actions: &[&str], resources: &[&str]) -> String {
        statement("Allow", &format!(r#""Action": {}, "Resource": {}"#, quoted(actions), quoted(resources)))
    }

    /// A statement of any form. Few texts, so that statements often say the same.
    fn any_statement() -> impl Strategy<Value = String> {
        let actions = proptest::sample::subsequence(&COUNTED_ACTIONS[..], 1..=5);
        let resources = proptest::sample::subsequence(&COUNTED_RESOURCES[..], 1..=4);
        let condition = proptest::sample::select(&CONDITIONS[..]);
        (any::<[bool; 3]>(), actions, resources, condition).prop_map(
            |([deny, not_action, not_resource], actions, resources, condition)| {
                let element = |not: bool, name: &str, list: &[&str]| {
                    format!(r#""{}{name}": {}"#, if not { "Not" } else { "" }, quoted(list))
                };
                let (action, resource) =
                    (element(not_action, "Action", &actions), element(not_resource, "Resource", &resources));
                statement(if deny { "Deny" } else { "Allow" }, &format!("{action}, {resource}{condition}"))
            },
        )
    }

    const COUNTED_ACTIONS: [&str; 10] = [
        "s3:GetObject",
        "S3:getobject",
        "s3:Get*",
        "s3:ListAllMyBuckets",
        "nosuch:Thing",
        "nosuch:*",
        "NoSuch:T*",
        "*",
        "s*:Get*",
        "s3:Zorble*",
    ];
    const COUNTED_RESOURCES: [&str; 6] = [
        "*",
        "arn:aws:s3:::b",
        "arn:aws:s3:::b/*",
        "arn:aws:sqs:us-east-1:111122223333:q",
        "arn:aws:s3:::${aws:username}/*",
        "arn:aws:${x}:::b/o",
    ];
    const CONDITIONS: [&str; 5] = [
        "",
        "",
        r#", "Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-2", "o-1"]}}"#,
        r#", "Condition": {"stringequals": {"AWS:principalorgid": ["o-1", "o-2", "o-1"]}}"#,
        r#", "Condition": {"Bool": {"aws:SecureTransport": "true"}}"#,
    ];

    proptest! {
        /// Rows are counted without being made; the number is that of those that are made.
        #[test]
        fn rows_are_counted_as_they_are_made(
            statements in proptest::collection::vec(any_statement(), 0..6),
            others in proptest::collection::vec(any_statement(), 0..2),
            is_old in any::<bool>(),
        ) {
            let catalogue = Catalogue::embedded();
            let version = if is_old { "2008-10-17" } else { "2012-10-17" };
            let read = |statements: &[String]| {
                let text = format!(r#"{{"Version": "{version}", "Statement": [{}]}}"#, statements.join(", "));
                parse_identity(&text).unwrap()
            };
            // What no catalog knows is an action too where a policy of the accounts spells it out.
            let mut universe = Universe::new(&catalogue, []);
            for document in [read(&statements), read(&others)] {
                universe.add(&document);
            }
            for expander in [Expander::new(universe), Expander::new(Universe::new(&catalogue, []))] {
                let document = read(&statements);
                prop_assert_eq!(expander.count(&document), expander.once(&document).rows().count());
            }
        }

        /// A statement means its actions times its resources, so any way of splitting it gives the same rows.
        #[test]
        fn splitting_a_statement_changes_no_row(
            actions in proptest::sample::subsequence(&ACTIONS[..], 1..=6),
            resources in proptest::sample::subsequence(&RESOURCES[..], 1..=4),
            extra in proptest::sample::subsequence(&ACTIONS[..], 1..=3),
        ) {
            let joined = rows(&[allow(&actions, &resources), allow(&extra, &["*"])]);
            let by_action: Vec<String> = actions.iter().map(|a| allow(&[*a], &resources)).chain([allow(&extra, &["*"])]).collect();
            let by_resource: Vec<String> = [allow(&extra, &["*"])].into_iter().chain(resources.iter().rev().map(|r| allow(&actions, &[*r]))).collect();
            prop_assert_eq!(&rows(&by_action), &joined);
            prop_assert_eq!(&rows(&by_resource), &joined);
        }

        /// Nothing is dropped: every action and every resource of a statement stands in some row.
        #[test]
        fn every_text_has_a_row(
            actions in proptest::sample::subsequence(&ACTIONS[..], 1..=6),
            resources in proptest::sample::subsequence(&RESOURCES[..], 1..=4),
        ) {
            let rows = rows(&[allow(&actions, &resources)]);
            for resource in resources {
                let shown = format!(" Resource {resource}");
                prop_assert!(rows.iter().any(|row| row.contains(&shown)));
            }
            for action in actions.iter().filter(|action| !action.contains('*')) {
                prop_assert!(rows.iter().any(|row| row.contains(action)));
            }
        }
    }
}

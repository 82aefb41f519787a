//! Trust policies by example: who can assume one role and not the other.

use iamctl::catalog::Catalogue;
use iamctl::model::{Side, TrustPolicy};
use iamctl::parse::policy::parse_trust;
use iamctl::semantics::outcome::{Certainty, Grade};
use iamctl::semantics::trust::{TrustComparison, TrustDifference, TrustSide};
use iamctl::semantics::{Budget, Engine};
use serde_json::{Value, json};

/// A trust policy of these statements.
fn trust_policy(statements: &Value) -> TrustPolicy {
    parse_trust(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()).unwrap()
}

/// What differs between two lists of trust statements, each that of a role in account 111122223333.
fn trust_between(left: &Value, right: &Value) -> TrustComparison {
    let catalogue = Catalogue::embedded();
    let engine = Engine::new(&catalogue, Budget::default());
    let (left, right) = (trust_policy(left), trust_policy(right));
    let side = |policy| TrustSide { policy, account: "111122223333", account_id: None, partition: "aws" };
    engine.trust_between(side(&left), side(&right)).unwrap()
}

/// Rows of two trust policies in a few words.
fn trust_rows_of(left: &Value, right: &Value) -> Vec<String> {
    let row = |row: &TrustDifference| {
        let (who, certainty, actions) = (row.principal.as_str(), row.certainty, row.actions.join(","));
        format!("{:?} {who} by {actions}, {certainty:?}", row.side)
    };
    trust_between(left, right).differences.iter().map(row).collect()
}

fn may_assume(principal: &Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
}

/// With a condition of one operator, key and value.
fn only_if(mut statement: Value, (operator, key, value): (&str, &str, Value)) -> Value {
    statement["Condition"] = json!({operator: {key: value}});
    statement
}

#[test]
fn every_action_on_a_role_counts() {
    let may = |actions: Value| json!({"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": actions});
    let rows = trust_rows_of(&may(json!("sts:Set*")), &may(json!("sts:SetSourceIdentity")));
    assert_eq!(rows, ["Left 444455556666 by sts:SetContext, Always"]);
    let all = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"];
    assert!(trust_rows_of(&may(json!("sts:*")), &may(json!(all))).is_empty(), "the others are not for an account");
}

#[test]
fn who_can_call_an_operation_decides_what_naming_it_gives() {
    let (account, saml) = (json!("444455556666"), json!("arn:aws:iam::111122223333:saml-provider/corp"));
    let both = json!({"Effect": "Allow", "Principal": {"AWS": account, "Federated": saml, "Service": "ec2.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]});
    let split = json!([
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com", "AWS": account}, "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {"Federated": saml}, "Action": "sts:AssumeRoleWithSAML"}]);
    assert!(trust_rows_of(&both, &split).is_empty());
    // An operation that nobody it names can call gives nothing, and a Deny of it takes nothing.
    let idle = json!({"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:AssumeRoleWithSAML"]});
    let with = |more: &Value| json!([split[0], split[1], more]);
    assert!(trust_rows_of(&split, &with(&idle)).is_empty());
    let deny = json!({"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRoleWithWebIdentity"});
    assert!(trust_rows_of(&split, &with(&deny)).is_empty());
    let mut web = idle;
    web["Action"] = json!("sts:AssumeRoleWithWebIdentity");
    let rows = trust_rows_of(&split, &with(&web));
    assert_eq!(rows, ["Right cognito-identity.amazonaws.com by sts:AssumeRoleWithWebIdentity, Always"]);
}

#[test]
fn an_account_in_not_principal_excepts_those_alone_who_are_named_beside_it() {
    let allow = may_assume(&json!({"AWS": "444455556666"}));
    let all_but = |principals: &[&str]| {
        let deny = json!({"Effect": "Deny", "NotPrincipal": {"AWS": principals}, "Action": "sts:AssumeRole"});
        json!([allow, deny])
    };
    let (root, bob) = ("arn:aws:iam::444455556666:root", "arn:aws:iam::444455556666:user/Bob");
    let (role, session) = ("arn:aws:iam::444455556666:role/r", "arn:aws:sts::444455556666:assumed-role/r/s");
    let gone = "Left 444455556666 by sts:AssumeRole, Always".to_owned();
    for listed in [&[bob, root][..], &[bob, "444455556666"], &[role, root], &[session, role, root], &[root]] {
        assert_eq!(trust_rows_of(&allow, &all_but(listed)), std::slice::from_ref(&gone), "{listed:?}");
    }
    // The same written otherwise; an account's id and its root are one.
    assert!(trust_rows_of(&all_but(&[bob, root]), &all_but(&["444455556666", bob])).is_empty());
    // More are excepted on one side.
    let rows = trust_rows_of(&all_but(&[bob, root]), &all_but(&[root]));
    assert_eq!(rows, [format!("Left {bob} by sts:AssumeRole, Always")]);
    let rows = trust_rows_of(&all_but(&[role, root]), &all_but(&[session, role, root]));
    assert_eq!(rows, [format!("Left {role} by sts:AssumeRole, Always")]);
    // Without the account, AWS says that the Deny might apply.
    let rows = trust_rows_of(&all_but(&[bob, root]), &all_but(&[bob]));
    assert_eq!(rows, [format!("Left {bob} by sts:AssumeRole, Unknown")]);
}

#[test]
fn what_a_deleted_principal_left_behind_is_no_access() {
    let role = "arn:aws:iam::444455556666:role/a";
    let with = |left_behind: &[&str]| {
        let all: Vec<&str> = std::iter::once(role).chain(left_behind.iter().copied()).collect();
        may_assume(&json!({"AWS": all}))
    };
    for (left, right) in
        [(&[][..], &["AROADBQP57FF2AEXAMPLE"][..]), (&["AIDAAAAAAAAAAAAAAAAAA"], &["AROAAAAAAAAAAAAAAAAAA"])]
    {
        let comparison = trust_between(&with(left), &with(right));
        assert!(comparison.differences.is_empty(), "{:#?}", comparison.differences);
        assert_eq!(comparison.grade, Grade::EqualForAllRequests);
        assert!(comparison.warnings.iter().any(|warning| warning.id.as_str() == "dangling-principal"));
    }
    // Neither does a Deny of it take, nor a NotPrincipal except.
    let deny = |element: &str| json!({"Effect": "Deny", element: {"AWS": "AROAAAAAAAAAAAAAAAAAA"}, "Action": "sts:*"});
    assert!(trust_rows_of(&with(&[]), &json!([with(&[]), deny("Principal")])).is_empty());
    assert!(trust_rows_of(&json!([]), &json!([with(&[]), deny("NotPrincipal")])).is_empty());
}

#[test]
fn who_asks_decides_the_keys_of_the_principal() {
    let root = json!({"AWS": "444455556666"});
    let everyone = json!("*");
    let account = |operator, id: &'static str| (operator, "aws:PrincipalAccount", json!(id));
    let arn = |operator, arn: &'static str| (operator, "aws:PrincipalArn", json!(arn));
    let own_roles = "arn:aws:iam::444455556666:role/*";
    for (left, right) in [
        (only_if(may_assume(&root), account("StringEquals", "444455556666")), may_assume(&root)),
        (only_if(may_assume(&root), account("StringLike", "4444*")), may_assume(&root)),
        (only_if(may_assume(&root), account("StringNotEquals", "777788889999")), may_assume(&root)),
        (only_if(may_assume(&root), account("NumericEquals", "444455556666")), may_assume(&root)),
        (only_if(may_assume(&root), account("StringEquals", "777788889999")), json!([])),
        (only_if(may_assume(&root), arn("ArnLike", "arn:aws:iam::777788889999:role/*")), json!([])),
        (only_if(may_assume(&root), ("Null", "aws:PrincipalArn", json!("true"))), json!([])),
        (
            only_if(may_assume(&everyone), arn("ArnLike", own_roles)),
            only_if(may_assume(&root), arn("ArnLike", own_roles)),
        ),
        (
            only_if(may_assume(&everyone), arn("StringEquals", "arn:aws:iam::444455556666:role/p/ci")),
            only_if(may_assume(&json!({"AWS": "arn:aws:iam::444455556666:role/p/ci"})), arn("ArnLike", "*")),
        ),
        (only_if(may_assume(&everyone), account("StringEquals", "444455556666")), may_assume(&root)),
        (
            only_if(may_assume(&json!({"Service": "ec2.amazonaws.com"})), account("StringEquals", "444455556666")),
            json!([]),
        ),
        (
            only_if(may_assume(&json!({"Service": "ec2.amazonaws.com"})), account("StringNotEquals", "4")),
            may_assume(&json!({"Service": "ec2.amazonaws.com"})),
        ),
        (
            only_if(
                may_assume(&json!({"AWS": "arn:aws:iam::444455556666:user/u"})),
                ("StringEquals", "aws:PrincipalType", json!("AssumedRole")),
            ),
            json!([]),
        ),
    ] {
        assert_eq!(trust_rows_of(&left, &right), Vec::<String>::new(), "{left} {right}");
    }
}

#[test]
fn a_caller_is_found_for_every_answer_of_the_tests_on_its_keys() {
    let root = json!({"AWS": "444455556666"});
    let roles = |pattern: Value| only_if(may_assume(&root), ("StringLike", "aws:PrincipalArn", pattern));
    let arn = |name: &str| format!("arn:aws:iam::444455556666:{name}");
    let differs = |left: Value, right: Value, proof: &str| {
        let found = trust_between(&left, &right).differences;
        let [row] = found.as_slice() else { panic!("{found:#?}") };
        assert_eq!((row.side, row.certainty), (Side::Left, Certainty::Conditional), "{row:#?}");
        assert_eq!(row.witness.as_ref().unwrap().principal, proof);
    };
    differs(may_assume(&root), roles(json!(arn("role/*"))), &arn("user/x"));
    differs(roles(json!(arn("role/ci-*"))), roles(json!(arn("role/ci-?*"))), &arn("role/ci-"));
    differs(roles(json!(arn("*"))), roles(json!([arn("role/*"), arn("user/a*")])), &arn("user/x"));
    differs(roles(json!(arn("role/a*"))), roles(json!([arn("role/a*b"), arn("role/a")])), &arn("role/ax"));
    // A pattern reaches into accounts that no principal names, part of an id among them.
    let everyone = |pattern: &str| only_if(may_assume(&json!("*")), ("ArnLike", "aws:PrincipalArn", json!(pattern)));
    differs(
        everyone("arn:aws:iam::1*:role/ci"),
        everyone("arn:aws:iam::12*:role/ci"),
        "arn:aws:iam::111111111111:role/ci",
    );
    let ids =
        |operator: &str, id: &str| only_if(may_assume(&json!("*")), (operator, "aws:PrincipalAccount", json!(id)));
    differs(ids("StringLike", "*99"), ids("StringLike", "9*99"), "arn:aws:iam::111111111199:role/x");
    differs(
        ids("NumericLessThan", "600000000000"),
        ids("NumericLessThan", "500000000000"),
        "arn:aws:iam::500000000000:role/x",
    );
    // A Deny by the key, and a session whose role has a path.
    let deny = only_if(
        json!({"Effect": "Deny", "Principal": "*", "Action": "sts:*"}),
        ("ArnLike", "aws:PrincipalArn", json!(arn("role/bad*"))),
    );
    differs(may_assume(&root), json!([may_assume(&root), deny]), &arn("role/bad"));
}

#[test]
fn the_role_of_a_session_may_have_any_path() {
    let session = may_assume(&json!({"AWS": "arn:aws:sts::444455556666:assumed-role/ci/build"}));
    let of = |pattern: &str| only_if(session.clone(), ("ArnLike", "aws:PrincipalArn", json!(pattern)));
    for pattern in ["arn:aws:iam::444455556666:role/team/*", "arn:aws:iam::444455556666:role/*/ci"] {
        let found = trust_between(&of(pattern), &json!([])).differences;
        assert_eq!((found.len(), found[0].certainty), (1, Certainty::Conditional), "{found:#?}");
        let witness = found[0].witness.as_ref().unwrap();
        assert_eq!(witness.principal, "arn:aws:sts::444455556666:assumed-role/ci/build");
        assert!(witness.context["aws:PrincipalArn"][0].ends_with("/ci"), "{witness:?}");
    }
    assert!(trust_rows_of(&of("arn:aws:iam::444455556666:role/*/cd"), &json!([])).is_empty());
    assert!(trust_rows_of(&of("arn:aws:iam::444455556666:role/*"), &session).is_empty());
    // A principal that names the role says its path.
    let named = may_assume(&json!({"AWS": "arn:aws:iam::444455556666:role/ci"}));
    let elsewhere = ("ArnLike", "aws:PrincipalArn", json!("arn:aws:iam::444455556666:role/team/*"));
    assert!(trust_rows_of(&only_if(named, elsewhere), &json!([])).is_empty());
}

#[test]
fn wildcards_match_the_digits_of_the_own_account() {
    const OWN: &str = "\u{fdd0}account\u{fdd1}";
    let catalogue = Catalogue::embedded();
    let engine = Engine::new(&catalogue, Budget::default());
    let everybody_in =
        |operator: &str, id: &str| only_if(may_assume(&json!("*")), (operator, "aws:PrincipalAccount", json!(id)));
    let rows = |left: &Value, right: &Value, ids: [&'static str; 2]| -> Vec<String> {
        let (left, right) = (trust_policy(left), trust_policy(right));
        let [left, right] = [(&left, ids[0]), (&right, ids[1])].map(|(policy, id)| TrustSide {
            policy,
            account: OWN,
            account_id: Some(id),
            partition: "aws",
        });
        let found = engine.trust_between(left, right).unwrap().differences;
        let row = |row: &TrustDifference| {
            let caller = row.witness.as_ref().unwrap().principal.split(':').nth(4).unwrap();
            let known = [(OWN, "OWN"), (ids[0], "the own id"), (ids[1], "the own id")];
            let who = known.iter().find(|(account, _)| *account == caller).map_or("another", |(_, name)| name);
            format!("{:?} {who}", row.side)
        };
        found.iter().map(row).collect()
    };
    let (dev, qa) = ("111122223333", "444455556666");
    let own = everybody_in("StringEquals", OWN);
    // The own account lies within what starts like it, and so do others.
    let begins = everybody_in("StringLike", "1111*");
    assert_eq!(rows(&begins, &own, [dev, qa]), ["Left another"]);
    assert_eq!(rows(&own, &begins, [dev, qa]), ["Left OWN", "Right another"]);
    // What is the same in both accounts means the own account in one of them alone.
    assert_eq!(rows(&begins, &begins, [dev, qa]), ["Left OWN"]);
    assert!(rows(&begins, &begins, [dev, dev]).is_empty());
    let arn = |account: &str| {
        let arn = json!(format!("arn:aws:iam::{account}:role/ci"));
        only_if(may_assume(&json!("*")), ("ArnLike", "aws:PrincipalArn", arn))
    };
    assert_eq!(rows(&arn("*6666"), &arn("*6666"), [dev, qa]), ["Right OWN"]);
    // Every account has twelve digits, the own one too.
    for (any, every) in [("????????????", "*"), ("????????????", "????????????"), ("?*", "*")] {
        let (any, every) = (everybody_in("StringLike", any), everybody_in("StringLike", every));
        assert!(rows(&any, &every, [dev, qa]).is_empty(), "{any} {every}");
    }
    assert_eq!(rows(&everybody_in("StringLike", "????????????"), &own, [dev, qa]), ["Left another"]);
    assert_eq!(rows(&own, &everybody_in("StringLike", "????????????"), [dev, qa]), ["Right another"]);
    for impossible in ["?????????????", "1111222233334", "x*"] {
        assert!(rows(&everybody_in("StringLike", impossible), &json!([]), [dev, qa]).is_empty(), "{impossible}");
    }
    // By number as well.
    let mut deny = everybody_in("NumericLessThan", "200000000000");
    deny["Effect"] = json!("Deny");
    let with_deny = json!([own, deny]);
    assert_eq!(rows(&own, &with_deny, [dev, dev]), ["Left OWN"]);
    assert!(rows(&own, &with_deny, [qa, qa]).is_empty());
    assert_eq!(rows(&with_deny, &with_deny, [dev, qa]), ["Right OWN"]);
    // Another account than the own one, though the pattern leaves one digit open.
    assert_eq!(rows(&everybody_in("StringLike", "?11122223333"), &own, [dev, dev]), ["Left another"]);
}

#[test]
fn nobody_assumes_a_role_of_another_partition() {
    let rows = |principal: &str| {
        let found = trust_between(&may_assume(&json!({"AWS": principal})), &json!([]));
        let ids: Vec<&str> = found.warnings.iter().map(|warning| warning.id.as_str()).collect();
        (found.differences.len(), ids.join(","))
    };
    assert_eq!(rows("arn:aws-cn:iam::444455556666:root"), (0, "foreign-partition".to_owned()));
    assert_eq!(rows("arn:aws-us-gov:iam::444455556666:role/ci"), (0, "foreign-partition".to_owned()));
    assert_eq!(rows("arn:aws:iam::444455556666:root"), (1, String::new()));
    // What is no ARN has no partition, and is nobody.
    assert_eq!(rows("file:///etc/passwd"), (0, "dangling-principal".to_owned()));
}

//! Trust policies.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use super::*;
use crate::parse::policy::parse_trust;

const OWN: RoleAccount<'_> = RoleAccount { account: "111122223333", partition: "aws" };
const FOREIGN_ROLE: Caller<'_> = Caller::Aws("arn:aws:iam::444455556666:role/team/deploy");
const FOREIGN_SESSION: Caller<'_> = Caller::Aws("arn:aws:sts::444455556666:assumed-role/deploy/run-7");
const OWN_ROLE: Caller<'_> = Caller::Aws("arn:aws:iam::111122223333:role/deploy");

fn ask_policy(text: &str, caller: Caller<'_>, action: &str) -> TrustDecision {
    let request = TrustRequest { caller, action, context: &Context::default() };
    evaluate_trust(&parse_trust(text).unwrap(), OWN, &request, "trust")
}

/// Asks for `sts:AssumeRole` of a policy that allows this principal element.
fn ask(element: &str, caller: Caller<'_>) -> TrustDecision {
    let text = format!(r#"{{"Statement": {{"Effect": "Allow", {element}, "Action": "sts:AssumeRole"}}}}"#);
    ask_policy(&text, caller, "sts:AssumeRole")
}

fn allows(element: &str, caller: Caller<'_>) -> bool {
    ask(element, caller).decision.is_allowed()
}

#[test]
fn everyone_is_everyone() {
    for everyone in [r#""Principal": "*""#, r#""Principal": {"AWS": "*"}"#] {
        for caller in [FOREIGN_ROLE, OWN_ROLE, Caller::Service("ec2.amazonaws.com"), Caller::Federated("x.example")] {
            assert_eq!(ask(everyone, caller).relation, Some(Relation::Granted), "{everyone} {caller:?}");
        }
    }
}

#[test]
fn an_account_contains_its_principals() {
    for account in ["444455556666", "arn:aws:iam::444455556666:root"] {
        let element = format!(r#""Principal": {{"AWS": "{account}"}}"#);
        assert!(allows(&element, FOREIGN_ROLE), "{account}");
        assert!(allows(&element, FOREIGN_SESSION), "{account}");
        assert!(!allows(&element, OWN_ROLE), "{account}");
        assert!(!allows(&element, Caller::Service("ec2.amazonaws.com")), "{account}");
    }
    let china = r#""Principal": {"AWS": "arn:aws-cn:iam::444455556666:root"}"#;
    assert!(!allows(china, FOREIGN_ROLE), "another partition");
}

/// In the own account, naming a principal grants by itself and naming the account leaves it to the account's policies:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>.
#[test]
fn the_own_account_only_delegates() {
    let account = r#""Principal": {"AWS": "arn:aws:iam::111122223333:root"}"#;
    let role = r#""Principal": {"AWS": "arn:aws:iam::111122223333:role/deploy"}"#;
    let both = r#""Principal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:role/deploy"]}"#;
    assert_eq!(ask(account, OWN_ROLE).relation, Some(Relation::Delegated));
    assert_eq!(ask(role, OWN_ROLE).relation, Some(Relation::Granted));
    assert_eq!(ask(both, OWN_ROLE).relation, Some(Relation::Granted));
    assert_eq!(ask(account, FOREIGN_ROLE).relation, None);
}

#[test]
fn a_role_stands_for_its_sessions_and_a_session_for_itself() {
    let role = r#""Principal": {"AWS": "arn:aws:iam::444455556666:role/team/deploy"}"#;
    assert!(allows(role, FOREIGN_ROLE));
    assert!(allows(role, FOREIGN_SESSION));
    assert!(!allows(role, Caller::Aws("arn:aws:iam::444455556666:role/deploy")), "another path");
    assert!(!allows(role, Caller::Aws("arn:aws:sts::444455556666:assumed-role/deployer/run-7")));
    assert!(!allows(role, Caller::Aws("arn:aws:sts::999988887777:assumed-role/deploy/run-7")));
    let session = r#""Principal": {"AWS": "arn:aws:sts::444455556666:assumed-role/deploy/run-7"}"#;
    assert!(allows(session, FOREIGN_SESSION));
    assert!(!allows(session, FOREIGN_ROLE));
    assert!(!allows(session, Caller::Aws("arn:aws:sts::444455556666:assumed-role/deploy/run-8")));
    let user = r#""Principal": {"AWS": "arn:aws:iam::444455556666:user/bob"}"#;
    assert!(allows(user, Caller::Aws("arn:aws:iam::444455556666:user/bob")));
    assert!(!allows(user, Caller::Aws("arn:aws:iam::444455556666:user/Bob")));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
#[test]
fn a_unique_id_is_dangling_and_equal_to_itself_only() {
    let gone = r#""Principal": {"AWS": "AROADBQP57FF2AEXAMPLE"}"#;
    let answer = ask(gone, FOREIGN_ROLE);
    assert_eq!(answer.decision.verdict, Verdict::ImplicitlyDenied);
    assert_eq!(
        answer.decision.notes[0].hint,
        Hint::DanglingPrincipal { principal: "AROADBQP57FF2AEXAMPLE".to_owned() }
    );
    assert!(allows(gone, Caller::Aws("AROADBQP57FF2AEXAMPLE")));
}

#[test]
fn services_providers_and_canonical_users() {
    let service = r#""Principal": {"Service": ["ec2.amazonaws.com", "EKS.amazonaws.com"]}"#;
    assert!(allows(service, Caller::Service("ec2.amazonaws.com")));
    assert!(!allows(service, Caller::Service("ecs.amazonaws.com")));
    assert!(!allows(service, Caller::Federated("ec2.amazonaws.com")));
    assert_eq!(ask(service, Caller::Service("eks.amazonaws.com")).decision.verdict, Verdict::Unknown);
    let provider = "arn:aws:iam::111122223333:saml-provider/corp";
    assert!(allows(&format!(r#""Principal": {{"Federated": "{provider}"}}"#), Caller::Federated(provider)));
    let canonical = r#""Principal": {"CanonicalUser": "79a59d"}"#;
    assert!(allows(canonical, Caller::CanonicalUser("79a59d")));
    assert!(!allows(canonical, Caller::CanonicalUser("79a59e")));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>
#[test]
fn not_principal_is_everyone_else() {
    let text = |principals: &str| {
        format!(
            r#"{{"Statement": [
                {{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}},
                {{"Effect": "Deny", "NotPrincipal": {{"AWS": {principals}}}, "Action": "sts:AssumeRole"}}]}}"#
        )
    };
    let role = r#""arn:aws:iam::444455556666:role/team/deploy""#;
    let answer = ask_policy(&text(role), FOREIGN_ROLE, "sts:AssumeRole");
    assert_eq!(answer.decision.verdict, Verdict::Allowed);
    assert_eq!(answer.decision.notes[0].hint, Hint::AccountNotExcepted);
    let with_account = format!(r#"[{role}, "444455556666"]"#);
    let answer = ask_policy(&text(&with_account), FOREIGN_ROLE, "sts:AssumeRole");
    assert_eq!((answer.decision.verdict, answer.decision.notes), (Verdict::Allowed, vec![]));
    let answer = ask_policy(&text(role), OWN_ROLE, "sts:AssumeRole");
    assert_eq!((answer.decision.verdict, answer.relation), (Verdict::ExplicitlyDenied, None));
}

#[test]
fn actions_conditions_and_denies_count_as_in_any_policy() {
    let text = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "STS:Assume*",
         "Condition": {"StringEquals": {"sts:ExternalId": "blue-7"}}},
        {"Sid": "NotByWeb", "Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRoleWithWebIdentity"}]}"#;
    let policy = parse_trust(text).unwrap();
    let ask = |action, context: &Context| {
        evaluate_trust(&policy, OWN, &TrustRequest { caller: FOREIGN_ROLE, action, context }, "trust").decision
    };
    let external_id = Context::from_iter([("sts:externalid", vec!["blue-7"])]);
    assert_eq!(ask("sts:AssumeRole", &external_id).verdict, Verdict::Allowed);
    assert_eq!(ask("sts:AssumeRole", &Context::default()).verdict, Verdict::ImplicitlyDenied);
    assert_eq!(ask("sts:TagSession", &external_id).verdict, Verdict::ImplicitlyDenied);
    let denied = ask("sts:AssumeRoleWithWebIdentity", &external_id);
    assert_eq!(denied.verdict, Verdict::ExplicitlyDenied);
    assert_eq!(denied.denied_by[0].sid.as_deref(), Some("NotByWeb"));
    assert_eq!(denied.denied_by[0].policy_type, PolicyType::Trust);
}

#[test]
fn a_user_that_asks_has_a_name() {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "444455556666"},
        "Action": "sts:AssumeRole", "Condition": {"StringLike": {"sts:RoleSessionName": "${aws:username}"}}}}"#;
    let context = Context::from_iter([("aws:username", vec!["bob"]), ("sts:RoleSessionName", vec!["bob"])]);
    let caller = Caller::Aws("arn:aws:iam::444455556666:user/bob");
    let request = TrustRequest { caller, action: "sts:AssumeRole", context: &context };
    assert!(evaluate_trust(&parse_trust(text).unwrap(), OWN, &request, "trust").decision.is_allowed());
}

#[test]
fn a_placeholder_may_stand_for_the_account() {
    let own = RoleAccount { account: "\u{fdd0}account\u{fdd1}", partition: "aws" };
    let text = "{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"\u{fdd0}account\u{fdd1}\"}, \
                \"Action\": \"sts:AssumeRole\"}}";
    let caller = Caller::Aws("arn:aws:iam::\u{fdd0}account\u{fdd1}:role/deploy");
    let request = TrustRequest { caller, action: "sts:AssumeRole", context: &Context::default() };
    let answer = evaluate_trust(&parse_trust(text).unwrap(), own, &request, "trust");
    assert_eq!(answer.relation, Some(Relation::Delegated));
}

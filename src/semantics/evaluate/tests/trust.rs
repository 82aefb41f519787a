//! Trust policies.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use super::*;
use crate::parse::policy::parse_trust;

const OWN: RoleAccount<'_> = RoleAccount { account: "111122223333", id: None, partition: "aws" };
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
        for caller in [FOREIGN_ROLE, OWN_ROLE, Caller::Service("ec2.amazonaws.com")] {
            assert_eq!(ask(everyone, caller).relation, Some(Relation::Granted), "{everyone} {caller:?}");
        }
        let text = format!(r#"{{"Statement": {{"Effect": "Allow", {everyone}, "Action": "sts:*"}}}}"#);
        let answer = ask_policy(&text, Caller::Federated("x.example"), "sts:AssumeRoleWithWebIdentity");
        assert_eq!(answer.relation, Some(Relation::Granted));
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
fn a_unique_id_is_dangling_and_means_nobody() {
    let gone = r#""Principal": {"AWS": "AROADBQP57FF2AEXAMPLE"}"#;
    let answer = ask(gone, FOREIGN_ROLE);
    assert_eq!(answer.decision.verdict, Verdict::ImplicitlyDenied);
    assert_eq!(
        answer.decision.notes[0].hint,
        Hint::DanglingPrincipal { principal: "AROADBQP57FF2AEXAMPLE".to_owned() }
    );
    assert!(!allows(gone, Caller::Aws("AROADBQP57FF2AEXAMPLE")));
    let all_but_gone = r#""NotPrincipal": {"AWS": "AROADBQP57FF2AEXAMPLE"}"#;
    assert!(allows(all_but_gone, FOREIGN_ROLE));
}

/// Groups are no principals, ids are written in capitals, and wildcards match no part of a principal's name.
#[test]
fn what_is_no_principal_means_nobody() {
    for nobody in [
        "AGPADBQP57FF2AEXAMPLE",
        "aroadbqp57ff2aexample",
        "deployers",
        "44445555666",
        "arn:aws:iam::444455556666:group/ops",
        "arn:aws:iam::444455556666:role/*",
    ] {
        let only = format!(r#""Principal": {{"AWS": "{nobody}"}}"#);
        let answer = ask(&only, FOREIGN_ROLE);
        assert_eq!(answer.decision.verdict, Verdict::ImplicitlyDenied);
        assert_eq!(answer.decision.notes[0].hint, Hint::DanglingPrincipal { principal: nobody.to_owned() });
        assert!(!allows(&only, Caller::Aws(nobody)), "{nobody}");
        assert!(allows(&format!(r#""NotPrincipal": {{"AWS": "{nobody}"}}"#), FOREIGN_ROLE), "{nobody}");
    }
}

#[test]
fn services_providers_and_canonical_users() {
    let service = r#""Principal": {"Service": ["ec2.amazonaws.com", "EKS.amazonaws.com"]}"#;
    assert!(allows(service, Caller::Service("ec2.amazonaws.com")));
    assert!(!allows(service, Caller::Service("ecs.amazonaws.com")));
    assert!(!allows(service, Caller::Federated("ec2.amazonaws.com")));
    assert_eq!(ask(service, Caller::Service("eks.amazonaws.com")).decision.verdict, Verdict::Unknown);
    let provider = "arn:aws:iam::111122223333:saml-provider/corp";
    let element = format!(r#""Principal": {{"Federated": "{provider}"}}"#);
    let text = format!(r#"{{"Statement": {{"Effect": "Allow", {element}, "Action": "sts:*"}}}}"#);
    assert!(ask_policy(&text, Caller::Federated(provider), "sts:AssumeRoleWithSAML").decision.is_allowed());
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
    let verdict = |principals: &str, caller| {
        let answer = ask_policy(&text(principals), caller, "sts:AssumeRole").decision;
        (answer.verdict, answer.unknown_because.into_iter().next().map(|reason| reason.doubt))
    };
    let (allowed, denied) = ((Verdict::Allowed, None), (Verdict::ExplicitlyDenied, None));
    let perhaps = (Verdict::Unknown, Some(Doubt::NotExceptedWhole));
    let (role, root) = (r#""arn:aws:iam::444455556666:role/team/deploy""#, r#""arn:aws:iam::444455556666:root""#);
    let session = r#""arn:aws:sts::444455556666:assumed-role/deploy/run-7""#;
    let bob = r#""arn:aws:iam::444455556666:user/Bob""#;
    let (user, other) = ("arn:aws:iam::444455556666:user/Bob", "arn:aws:iam::444455556666:user/Alice");
    let other_session = Caller::Aws("arn:aws:sts::444455556666:assumed-role/deploy/run-8");
    for (listed, caller, expected) in [
        // The page's own examples: the account's root beside the user excepts the user alone.
        (format!("[{bob}, {root}]"), Caller::Aws(user), &allowed),
        (format!("[{bob}, {root}]"), Caller::Aws(other), &denied),
        (format!("[{bob}, {root}]"), FOREIGN_ROLE, &denied),
        (format!("[{bob}, \"444455556666\"]"), Caller::Aws(other), &denied),
        (format!("[{session}, {role}, {root}]"), FOREIGN_SESSION, &allowed),
        (format!("[{session}, {role}, {root}]"), other_session, &denied),
        (format!("[{session}, {role}, {root}]"), FOREIGN_ROLE, &denied),
        // What the page recommends for a role.
        (format!("[{role}, {root}]"), FOREIGN_ROLE, &allowed),
        (format!("[{role}, {root}]"), FOREIGN_SESSION, &allowed),
        // Nobody but the root user, who takes no role.
        (root.to_owned(), FOREIGN_ROLE, &denied),
        (r#""111122223333""#.to_owned(), OWN_ROLE, &denied),
        // The page says that the account may be denied.
        (bob.to_owned(), Caller::Aws(user), &perhaps),
        (bob.to_owned(), Caller::Aws(other), &denied),
        (role.to_owned(), FOREIGN_ROLE, &perhaps),
        (format!("[{session}, {root}]"), FOREIGN_SESSION, &perhaps),
        (role.to_owned(), OWN_ROLE, &denied),
        (bob.to_owned(), Caller::Service("ec2.amazonaws.com"), &denied),
        (r#""*""#.to_owned(), FOREIGN_ROLE, &allowed),
    ] {
        assert_eq!(&verdict(&listed, caller), expected, "{listed} {caller:?}");
    }
}

/// AWS supports `NotPrincipal` with Deny alone; older policies may still hold the other.
#[test]
fn not_principal_with_allow_leaves_out_whom_it_names() {
    let element = |principals: &str| format!(r#""NotPrincipal": {{"AWS": {principals}}}"#);
    let bob = element(r#""arn:aws:iam::444455556666:user/Bob""#);
    assert!(!allows(&bob, Caller::Aws("arn:aws:iam::444455556666:user/Bob")));
    assert!(allows(&bob, Caller::Aws("arn:aws:iam::444455556666:user/Alice")));
    let account = element(r#""444455556666""#);
    assert_eq!(ask(&account, FOREIGN_ROLE).decision.verdict, Verdict::Unknown);
    assert!(allows(&account, OWN_ROLE));
    let role = element(r#""arn:aws:iam::444455556666:role/team/deploy""#);
    assert!(!allows(&role, FOREIGN_SESSION) && !allows(&role, FOREIGN_ROLE));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html>
#[test]
fn each_operation_has_its_callers() {
    let everyone = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:*"}}"#;
    let can = |caller, action| ask_policy(everyone, caller, action).decision.is_allowed();
    let saml = Caller::Federated("arn:aws:iam::111122223333:saml-provider/corp");
    let oidc = Caller::Federated("arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com");
    let cognito = Caller::Federated("cognito-identity.amazonaws.com");
    let service = Caller::Service("ec2.amazonaws.com");
    for (caller, assume, by_saml, by_web) in [
        (FOREIGN_ROLE, true, false, false),
        (FOREIGN_SESSION, true, false, false),
        (service, true, false, false),
        (saml, false, true, false),
        (oidc, false, false, true),
        (cognito, false, false, true),
        (Caller::Aws("arn:aws:iam::444455556666:root"), false, false, false),
    ] {
        assert_eq!(can(caller, "sts:assumerole"), assume, "{caller:?}");
        assert_eq!(can(caller, "sts:AssumeRoleWithSAML"), by_saml, "{caller:?}");
        assert_eq!(can(caller, "sts:AssumeRoleWithWebIdentity"), by_web, "{caller:?}");
    }
    for caller in [FOREIGN_ROLE, service, saml, cognito] {
        assert!(["sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"].iter().all(|with| can(caller, with)));
    }
    let refused = ask_policy(everyone, saml, "sts:AssumeRole").decision;
    assert_eq!((refused.verdict, &refused.notes[0].hint), (Verdict::ImplicitlyDenied, &Hint::NotItsCall));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
#[test]
fn who_asks_decides_the_keys_of_the_principal() {
    let ask = |test: &str, caller, context: &Context| {
        let text = format!(
            r#"{{"Statement": {{"Effect": "Allow", "Principal": "*", "Action": "sts:*", "Condition": {{{test}}}}}}}"#
        );
        let request = TrustRequest { caller, action: "sts:TagSession", context };
        evaluate_trust(&parse_trust(&text).unwrap(), OWN, &request, "trust").decision
    };
    let none = Context::default();
    let account = r#""StringEquals": {"aws:PrincipalAccount": "444455556666"}"#;
    let role = r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::444455556666:role/team/*"}"#;
    let flat = r#""StringEquals": {"aws:PrincipalArn": "arn:aws:iam::444455556666:role/deploy"}"#;
    let user = r#""StringEquals": {"aws:PrincipalType": "User"}"#;
    let bob = Caller::Aws("arn:aws:iam::444455556666:user/bob");
    for (test, caller, expected) in [
        (account, FOREIGN_ROLE, true),
        (account, FOREIGN_SESSION, true),
        (account, OWN_ROLE, false),
        (account, Caller::Service("ec2.amazonaws.com"), false),
        (r#""StringNotEquals": {"aws:PrincipalAccount": "444455556666"}"#, Caller::Service("ec2.amazonaws.com"), true),
        (role, FOREIGN_ROLE, true),
        (role, FOREIGN_SESSION, false),
        (flat, FOREIGN_SESSION, true),
        (flat, FOREIGN_ROLE, false),
        (user, bob, true),
        (user, FOREIGN_SESSION, false),
    ] {
        assert_eq!(ask(test, caller, &none).is_allowed(), expected, "{test} {caller:?}");
    }
    // A session's ARN leaves out its role's path, which the request says.
    let path = Context::from_iter([("aws:PrincipalArn", vec!["arn:aws:iam::444455556666:role/team/deploy"])]);
    assert!(ask(role, FOREIGN_SESSION, &path).is_allowed());
    for (key, value, caller) in [
        ("aws:PrincipalArn", "arn:aws:iam::444455556666:role/other", FOREIGN_SESSION),
        ("aws:PrincipalArn", "arn:aws:iam::444455556666:role/x-deploy", FOREIGN_SESSION),
        ("aws:PrincipalAccount", "111122223333", FOREIGN_ROLE),
        ("aws:PrincipalAccount", "111122223333", Caller::Service("ec2.amazonaws.com")),
        ("aws:PrincipalType", "User", FOREIGN_ROLE),
    ] {
        let answer = ask(account, caller, &Context::from_iter([(key, vec![value])]));
        assert_eq!(answer.notes[0].hint, Hint::ContradictsCaller { key }, "{key} {value}");
    }
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
    let web = ask("sts:AssumeRoleWithWebIdentity", &external_id);
    assert_eq!(web.verdict, Verdict::ImplicitlyDenied, "no caller of this kind");
    let request = TrustRequest {
        caller: Caller::Federated("x.example"),
        action: "sts:AssumeRoleWithWebIdentity",
        context: &external_id,
    };
    let denied = evaluate_trust(&policy, OWN, &request, "trust").decision;
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
    let own = RoleAccount { account: "\u{fdd0}account\u{fdd1}", id: Some("111122223333"), partition: "aws" };
    let text = "{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"\u{fdd0}account\u{fdd1}\"}, \
                \"Action\": \"sts:AssumeRole\"}}";
    let caller = Caller::Aws("arn:aws:iam::\u{fdd0}account\u{fdd1}:role/deploy");
    let request = TrustRequest { caller, action: "sts:AssumeRole", context: &Context::default() };
    let answer = evaluate_trust(&parse_trust(text).unwrap(), own, &request, "trust");
    assert_eq!(answer.relation, Some(Relation::Delegated));
    for (account, expected) in [("1111*", true), ("????????????", true), ("2222*", false), ("?????????????", false)] {
        let text = text.replace(
            "\"Action\"",
            &format!("\"Condition\": {{\"StringLike\": {{\"aws:PrincipalAccount\": \"{account}\"}}}}, \"Action\""),
        );
        let answer = evaluate_trust(&parse_trust(&text).unwrap(), own, &request, "trust");
        assert_eq!(answer.decision.is_allowed(), expected, "{account}");
    }
}

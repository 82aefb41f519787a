//! Identity policies and boundaries.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html> and
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>.

use super::*;

/// Statements such as `Allow sqs:* on arn:aws:sqs:*:*:a`, one policy each.
fn statement(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [effect, action, "on", resource] = words[..] else { panic!("{text}") };
    format!(r#"{{"Statement": {{"Effect": "{effect}", "Action": "{action}", "Resource": "{resource}"}}}}"#)
}

fn policies(identity: &[&str], boundary: Option<&str>) -> RolePolicies {
    let numbered = identity.iter().enumerate();
    RolePolicies {
        identity: numbered.map(|(n, text)| attached(&format!("p{n}"), PolicyType::Inline, &statement(text))).collect(),
        boundary: boundary.map(|text| attached("b", PolicyType::Boundary, &statement(text))),
        ..RolePolicies::default()
    }
}

fn ask(policies: &RolePolicies, action: &str, resource: &str) -> Decision {
    evaluate(policies, &Request { action, resource, context: &Context::default() }, &Catalogue::embedded())
}

const QUEUE: &str = "arn:aws:sqs:us-east-1:111122223333:orders";
const OBJECT: &str = "arn:aws:s3:::amber-data/x";

fn send(identity: &[&str], boundary: Option<&str>) -> Verdict {
    ask(&policies(identity, boundary), "sqs:SendMessage", QUEUE).verdict
}

#[test]
fn nothing_is_allowed_that_nothing_allows() {
    assert_eq!(send(&[], None), Verdict::ImplicitlyDenied);
    assert_eq!(send(&["Allow s3:* on *"], None), Verdict::ImplicitlyDenied);
    assert_eq!(send(&["Allow sqs:* on *"], None), Verdict::Allowed);
}

#[test]
fn a_deny_overrides_every_allow() {
    assert_eq!(send(&["Allow * on *", "Deny sqs:Send* on *"], None), Verdict::ExplicitlyDenied);
    assert_eq!(send(&["Deny sqs:Send* on *"], None), Verdict::ExplicitlyDenied);
    assert_eq!(send(&["Allow * on *", "Deny sqs:Receive* on *"], None), Verdict::Allowed);
}

#[test]
fn with_a_boundary_both_must_allow() {
    assert_eq!(send(&["Allow * on *"], Some("Allow sqs:* on *")), Verdict::Allowed);
    assert_eq!(send(&["Allow * on *"], Some("Allow s3:* on *")), Verdict::ImplicitlyDenied);
    assert_eq!(send(&[], Some("Allow * on *")), Verdict::ImplicitlyDenied);
    assert_eq!(send(&["Allow * on *"], Some("Deny sqs:* on *")), Verdict::ExplicitlyDenied);
}

#[test]
fn a_decision_names_its_statements() {
    let role = policies(&["Allow sqs:* on *", "Allow s3:* on *", "Deny sqs:Send* on *"], Some("Allow * on *"));
    let decision = ask(&role, "sqs:SendMessage", QUEUE);
    let names = |statements: &[StatementRef]| statements.iter().map(|s| s.policy_name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&decision.allowed_by), ["p0"]);
    assert_eq!(names(&decision.denied_by), ["p2"]);
    let BoundaryAnswer::Allows(boundary) = &decision.boundary else { panic!("{decision:?}") };
    assert_eq!(boundary[0].to_string(), "statement 1 of the permissions boundary `b`");
    assert_eq!(ask(&policies(&["Allow * on *"], Some("Allow s3:* on *")), "sqs:SendMessage", QUEUE).boundary, {
        BoundaryAnswer::DoesNotAllow
    });
}

#[test]
fn a_doubt_counts_only_where_it_decides() {
    let unclear = "Allow s*:SendMessage on *";
    assert_eq!(send(&[unclear], None), Verdict::Unknown);
    assert_eq!(send(&[unclear, "Allow sqs:* on *"], None), Verdict::Allowed);
    assert_eq!(send(&[unclear, "Deny sqs:* on *"], None), Verdict::ExplicitlyDenied);
    assert_eq!(send(&["Allow * on *", "Deny s*:SendMessage on *"], None), Verdict::Unknown);
    let perhaps_explicitly = ask(&policies(&["Deny s*:SendMessage on *"], None), "sqs:SendMessage", QUEUE);
    assert_eq!(perhaps_explicitly.verdict, Verdict::ImplicitlyDenied);
    assert_eq!(perhaps_explicitly.unknown_because.len(), 1);
    let decision = ask(&policies(&[unclear], None), "sqs:SendMessage", QUEUE);
    let doubt = Doubt::ServiceWildcard { pattern: "s*:SendMessage".to_owned() };
    let statement = StatementRef {
        policy_name: "p0".to_owned(),
        real_policy_name: None,
        policy_type: PolicyType::Inline,
        statement: 0,
        sid: None,
    };
    assert_eq!(decision.unknown_because, [Reason { statement, doubt }]);
}

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
#[test]
fn an_action_acts_on_its_own_resource_types() {
    let all = policies(&["Allow * on *"], None);
    let hints = |decision: &Decision| decision.notes.iter().map(|note| note.hint.clone()).collect::<Vec<_>>();
    for (action, resource) in [
        ("s3:GetObject", OBJECT),
        ("s3:ListBucket", "arn:aws:s3:::amber-data"),
        ("s3:ListAllMyBuckets", "*"),
        ("S3:LISTALLMYBUCKETS", "*"),
    ] {
        let decision = ask(&all, action, resource);
        assert_eq!((decision.verdict, hints(&decision)), (Verdict::Allowed, vec![]), "{action} {resource}");
    }
    for (action, resource) in [
        ("s3:GetObject", "arn:aws:s3:::amber-data"),
        ("s3:GetObject", QUEUE),
        ("s3:GetObject", "*"),
        ("s3:ListBucket", OBJECT),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::amber-data"),
    ] {
        let decision = ask(&all, action, resource);
        let expected = (Verdict::ImplicitlyDenied, vec![Hint::NotItsResource]);
        assert_eq!((decision.verdict, hints(&decision)), expected, "{action} {resource}");
    }
    let unheard = ask(&all, "unheard:Of", "anything");
    assert_eq!((unheard.verdict, hints(&unheard)), (Verdict::Allowed, vec![Hint::UnknownAction]));
}

/// AWS's own examples pair such actions with a service's ARN; by the Service Authorization Reference it grants nothing.
#[test]
fn an_action_without_resource_types_takes_only_star() {
    let decision = ask(&policies(&["Allow s3:* on arn:aws:s3:::*"], None), "s3:ListAllMyBuckets", "*");
    assert_eq!(decision.verdict, Verdict::ImplicitlyDenied);
    assert_eq!(decision.notes[0].hint, Hint::TakesOnlyStar);
    assert_eq!(decision.notes[0].statement.as_ref().unwrap().policy_name, "p0");
}

#[test]
fn a_note_says_where_flat_text_decides_otherwise() {
    let role = policies(&["Allow sns:Publish on arn:aws:sns:us-*1:1:news"], None);
    let decision = ask(&role, "unheard:Of", "arn:aws:sns:us-x:y1:1:news");
    assert_eq!(decision.verdict, Verdict::ImplicitlyDenied);
    let role = policies(&["Allow unheard:Of on arn:aws:sns:us-*1:1:news"], None);
    let decision = ask(&role, "unheard:Of", "arn:aws:sns:us-x:y1:1:news");
    assert_eq!(decision.verdict, Verdict::ImplicitlyDenied);
    let hint = Hint::FlatTextDecidesOtherwise { verdict: Verdict::Allowed };
    assert!(decision.notes.contains(&Note { statement: None, hint }));
}

#[test]
fn hints_go_with_their_statement() {
    let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*",
        "Resource": "arn:aws:sqs:us-east-1:${aws:PrincipalAccount}:orders", "Condition": {"Bool": {"k": []}}}]}"#;
    let role = RolePolicies { identity: vec![attached("p", PolicyType::Managed, text)], ..RolePolicies::default() };
    let context = Context::from_iter([("aws:PrincipalAccount", vec!["111122223333"])]);
    let request = Request { action: "sqs:SendMessage", resource: QUEUE, context: &context };
    let decision = evaluate(&role, &request, &Catalogue::embedded());
    assert_eq!(decision.verdict, Verdict::ImplicitlyDenied);
    let pattern = "arn:aws:sqs:us-east-1:${aws:PrincipalAccount}:orders".to_owned();
    let hints: Vec<Hint> = decision.notes.into_iter().map(|note| note.hint).collect();
    assert_eq!(hints, [Hint::VariableBeforeResourcePart { pattern }, Hint::NoValues { key: "k".to_owned() }]);
}

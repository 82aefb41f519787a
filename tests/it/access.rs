//! The comparison against the labeled pairs of `tests/fixtures/access/cases.json`.

use std::collections::BTreeMap;
use std::sync::Arc;

use iamctl::catalog::Catalogue;
use iamctl::model::equivalency::mark;
use iamctl::model::{Glob, PolicyType, Side};
use iamctl::parse::policy::{parse_identity, parse_trust};
use iamctl::semantics::outcome::{AccessComparison, AccessDifference, Grade};

use iamctl::semantics::evaluate::{AttachedDocument, RolePolicies};
use iamctl::semantics::trust::{TrustDifference, TrustSide};
use iamctl::semantics::{Budget, Engine, KnownRole};
use serde_json::{Value, json};

fn cases(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../fixtures/access/cases.json")).unwrap();
    let of_kind = |case: &&Value| case["kind"] == kind;
    all["cases"].as_array().unwrap().iter().filter(of_kind).cloned().collect()
}

fn attached(name: &str, policy_type: PolicyType, document: &Value) -> AttachedDocument {
    let document = Arc::new(parse_identity(&document.to_string()).unwrap());
    AttachedDocument { policy_name: name.to_owned(), policy_type, document }
}

fn role(case: &Value, side: &str) -> RolePolicies {
    let policy = &case[format!("{side}_policy")];
    let documents = policy.as_array().cloned().unwrap_or_else(|| vec![policy.clone()]);
    let identity = documents.iter().map(|document| attached("own", PolicyType::Inline, document)).collect();
    let boundary = case.get(format!("{side}_boundary"));
    let boundary = boundary.map(|document| attached("limit", PolicyType::Boundary, document));
    RolePolicies { identity, boundary, ..RolePolicies::default() }
}

/// Whether a request lies in a row, its condition aside.
fn lies_in(row: &AccessDifference, action: &str, resource: &str) -> bool {
    let (service, name) = action.split_once(':').unwrap();
    let matches = |pattern: &String| Glob::new(pattern).matches(resource);
    (row.service == "*" || row.service.eq_ignore_ascii_case(service))
        && row.actions.iter().any(|pattern| Glob::new_folded(pattern).matches(&name.to_ascii_lowercase()))
        && row.resources.iter().any(matches)
        && !row.except.iter().any(matches)
}

fn verdict(comparison: &AccessComparison) -> &'static str {
    let more = |side| comparison.differences.iter().any(|row| row.side == side);
    match (more(Side::Left), more(Side::Right)) {
        (false, false) => "equal",
        (true, false) => "left_grants_more",
        (false, true) => "right_grants_more",
        (true, true) => "both_differ",
    }
}

#[test]
fn labelled_pairs_of_identity_policies() {
    let catalogue = Catalogue::embedded();
    let engine = Engine::new(&catalogue, Budget::default());
    let mut wrong = BTreeMap::new();
    for case in cases("identity") {
        let name = case["name"].as_str().unwrap();
        let comparison = engine.between(&role(&case, "left"), &role(&case, "right")).unwrap();
        if verdict(&comparison) != case["expected"].as_str().unwrap() || comparison.grade == Grade::Unknown {
            wrong.insert(name.to_owned(), format!("{comparison:#?}"));
        }
        let denies_differ = case.get("caveat").is_some_and(|caveat| caveat == "explicit_deny_differs");
        if denies_differ && comparison.deny_differences.is_empty() {
            wrong.insert(format!("{name}: no deny difference"), String::new());
        }
        for witness in case["witnesses"].as_array().unwrap() {
            let side = if witness["left"] == true { Side::Left } else { Side::Right };
            let (action, resource) = (witness["action"].as_str().unwrap(), witness["resource"].as_str().unwrap());
            let covered = |row: &AccessDifference| row.side == side && lies_in(row, action, resource);
            if !comparison.differences.iter().any(covered) {
                wrong.insert(format!("{name}: {witness}"), format!("{:#?}", comparison.differences));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.iter().map(|(name, what)| format!("{name}\n{what}\n")).collect::<String>());
}

#[test]
fn labelled_pairs_of_trust_policies() {
    let catalogue = Catalogue::embedded();
    let engine = Engine::new(&catalogue, Budget::default());
    for case in cases("trust") {
        let name = case["name"].as_str().unwrap();
        let policy = |side: &str| parse_trust(&case[format!("{side}_policy")].to_string()).unwrap();
        let (left, right) = (policy("left"), policy("right"));
        let account = case["role_account"].as_str().unwrap();
        let side = |policy| TrustSide { policy, account, account_id: None, partition: "aws" };
        let comparison = engine.trust_between(side(&left), side(&right)).unwrap();
        let more = |side| comparison.differences.iter().any(|row| row.side == side);
        let verdict = match (more(Side::Left), more(Side::Right)) {
            (false, false) => "equal",
            (true, false) => "left_grants_more",
            (false, true) => "right_grants_more",
            (true, true) => "both_differ",
        };
        assert_eq!(verdict, case["expected"].as_str().unwrap(), "{name}: {comparison:#?}");
        for witness in case["witnesses"].as_array().unwrap() {
            let side = if witness["left"] == true { Side::Left } else { Side::Right };
            let action = witness["action"].as_str().unwrap();
            let covers = |row: &TrustDifference| row.side == side && row.actions.iter().any(|own| own == action);
            assert!(comparison.differences.iter().any(covers), "{name}: {witness}");
        }
    }
}

/// Rows of two trust policies with one statement each, in a few words.
fn trust_rows(left: &Value, right: &Value) -> Vec<String> {
    let [left, right] = [left, right].map(|principals| [trusts("Allow", "Principal", principals)]);
    rows_of_trust(&left, &right)
}

fn trusts(effect: &str, element: &str, principals: &Value) -> Value {
    json!({"Effect": effect, element: principals, "Action": "sts:AssumeRole"})
}

/// Rows of two trust policies, each that of a role in account 111122223333, in a few words.
fn rows_of_trust(left: &[Value], right: &[Value]) -> Vec<String> {
    let catalogue = Catalogue::embedded();
    let engine = Engine::new(&catalogue, Budget::default());
    let policy =
        |statements| parse_trust(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()).unwrap();
    let (left, right) = (policy(left), policy(right));
    let side = |policy| TrustSide { policy, account: "111122223333", account_id: None, partition: "aws" };
    let comparison = engine.trust_between(side(&left), side(&right)).unwrap();
    let row = |row: &TrustDifference| {
        let except = if row.except.is_empty() { String::new() } else { format!(" except {}", row.except.join(" ")) };
        let condition = row.condition.as_deref().map(|text| format!(" if {text}")).unwrap_or_default();
        format!("{:?} {} {}{except}{condition}", row.side, row.principal, row.relation.as_str())
    };
    comparison.differences.iter().map(row).collect()
}

/// Rows tell of those callers for whom something differs, by whichever principal of the two policies means them.
#[test]
fn rows_name_those_who_gain() {
    let (account, one, other) =
        ("444455556666", "arn:aws:iam::444455556666:role/one", "arn:aws:iam::444455556666:role/other");
    let of = |effect, principals: &[&str]| trusts(effect, "Principal", &json!({"AWS": principals}));
    let mfa = json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}});
    let organization = json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}});
    let under = |mut statement: Value, condition: &Value| {
        statement["Condition"] = condition.clone();
        statement
    };
    let all = || of("Allow", &[account]);
    let mfa_text = r#"{"Bool":{"aws:multifactorauthpresent":["true"]}}"#;
    for (left, right, expected) in [
        // A Deny of one role takes nothing from the others of its account.
        (vec![all()], vec![all(), of("Deny", &[one])], vec![format!("Left {one} granted")]),
        (
            vec![all()],
            vec![all(), under(of("Deny", &[one]), &mfa)],
            vec![format!("Left {one} granted if when {mfa_text}")],
        ),
        (
            vec![of("Allow", &["*"])],
            vec![of("Allow", &["*"]), of("Deny", &[account])],
            vec![format!("Left {account} granted")],
        ),
        // Whom the other side lets in is left out, though it denies others.
        (
            vec![all()],
            vec![of("Allow", &[one]), of("Deny", &[other])],
            vec![format!("Left {account} granted except {one}")],
        ),
        (
            vec![all()],
            vec![all(), trusts("Deny", "NotPrincipal", &json!({"AWS": [account, one]}))],
            vec![format!("Left {account} granted except {one}")],
        ),
        // What is denied under one condition and allowed under another.
        (
            vec![all()],
            vec![under(all(), &organization), under(of("Deny", &[account]), &mfa)],
            vec![
                format!(r#"Left {account} granted if unless {{"StringEquals":{{"aws:principalorgid":["o-1"]}}}}"#),
                format!("Left {account} granted if when {mfa_text}"),
            ],
        ),
    ] {
        assert_eq!(rows_of_trust(&left, &right), expected, "{left:?} {right:?}");
    }
}

const OWN: &str = "arn:aws:iam::111122223333:root";

#[test]
fn a_principal_named_beside_the_own_account_is_the_only_one_that_gains() {
    let named = "arn:aws:iam::111122223333:role/z";
    let rows = trust_rows(&json!({"AWS": OWN}), &json!({"AWS": [OWN, named]}));
    assert_eq!(rows, [format!("Right {named} granted")]);
    // Where the other side does not even delegate, both differ, each in its own way.
    let rows = trust_rows(&json!({"Service": "ec2.amazonaws.com"}), &json!({"AWS": [OWN, named]}));
    let service = "Left ec2.amazonaws.com granted".to_owned();
    assert_eq!(rows, [service, format!("Right {named} granted"), format!("Right {OWN} delegated")]);
}

#[test]
fn another_account_named_beside_the_own_gains() {
    let other = "arn:aws:iam::444455556666:root";
    let rows = trust_rows(&json!({"AWS": OWN}), &json!({"AWS": [OWN, other]}));
    assert_eq!(rows, [format!("Right {other} granted")]);
    let member = "arn:aws:iam::444455556666:role/z";
    let rows = trust_rows(&json!({"AWS": OWN}), &json!({"AWS": [OWN, other, member]}));
    assert_eq!(rows, [format!("Right {member} granted"), format!("Right {other} granted")]);
}

#[test]
fn everyone_beside_the_own_account_gains() {
    let rows = trust_rows(&json!({"AWS": OWN}), &json!({"AWS": [OWN, "*"]}));
    assert_eq!(rows, ["Right * granted"]);
}

/// Rows of two identity policies, in a few words.
fn access_rows(left: &[Value], right: &[Value]) -> Vec<String> {
    let catalogue = Catalogue::embedded();
    let engine = Engine::new(&catalogue, Budget::default());
    let role = |statements: &[Value]| RolePolicies {
        identity: vec![attached("own", PolicyType::Inline, &json!({"Version": "2012-10-17", "Statement": statements}))],
        ..RolePolicies::default()
    };
    let comparison = engine.between(&role(left), &role(right)).unwrap();
    let row = |row: &AccessDifference| {
        let except = if row.except.is_empty() { String::new() } else { format!(" except {}", row.except.join(" ")) };
        let resources = row.resources.join(" ");
        let certainty = row.certainty;
        format!("{:?} {}:{} on {resources}{except}, {certainty:?}", row.side, row.service, row.actions.join(","))
    };
    comparison.differences.iter().map(row).collect()
}

fn on(effect: &str, action: &str, element: &str, resources: &[&str]) -> Value {
    json!({"Effect": effect, "Action": action, element: resources})
}

const PAYROLL: &[&str] = &["arn:aws:s3:::payroll", "arn:aws:s3:::payroll/*"];
const ARCHIVE: &str = "arn:aws:s3:::payroll/archive/*";

#[test]
fn what_a_deny_alone_refuses_is_named_by_the_deny() {
    let delete = "s3:DeleteObject";
    let deny = on("Deny", delete, "Resource", &[ARCHIVE]);
    for allowed in [&["*"][..], PAYROLL] {
        let allow = on("Allow", "s3:*", "Resource", allowed);
        let rows = access_rows(&[allow.clone(), deny.clone()], std::slice::from_ref(&allow));
        assert_eq!(rows, [format!("Right s3:DeleteObject on {ARCHIVE}, Always")]);
    }
    // Of the Deny's patterns those that matter: not what is outside, not what the other side denies as well.
    let allow = on("Allow", "s3:*", "Resource", PAYROLL);
    let old = "arn:aws:s3:::payroll/old/*";
    let wide = on("Deny", delete, "Resource", &[ARCHIVE, old, "arn:aws:s3:::other/*"]);
    let rows = access_rows(&[allow.clone(), wide.clone()], &[allow.clone(), on("Deny", delete, "Resource", &[old])]);
    assert_eq!(rows, [format!("Right s3:DeleteObject on {ARCHIVE}, Always")]);
    // A condition of the Deny limits the row as before.
    let mut conditional = deny;
    conditional["Condition"] = json!({"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}});
    let rows = access_rows(&[allow.clone(), conditional], &[allow]);
    assert_eq!(rows, [format!("Right s3:DeleteObject on {ARCHIVE}, Conditional")]);
}

/// Rows tell where something differs, by the patterns of whichever statement says so.
#[test]
fn rows_name_where_something_differs() {
    let delete = "s3:DeleteObject";
    let statement = |effect, element, resources: &[&str]| on(effect, delete, element, resources);
    let (x, y, secret) = ("arn:aws:s3:::x/*", "arn:aws:s3:::y/*", "arn:aws:s3:::x/secret/*");
    let all = || statement("Allow", "Resource", &["*"]);
    for (left, right, expected) in [
        // NotResource of a Deny: on all but its exceptions.
        (vec![all()], vec![all(), statement("Deny", "NotResource", &[x])], vec![format!("Left * except {x}")]),
        (
            vec![statement("Allow", "NotResource", &[x])],
            vec![all(), statement("Deny", "NotResource", &[y])],
            vec![format!("Left * except {x} {y}")],
        ),
        // NotResource of an Allow, or of an own Deny: on its exceptions only.
        (vec![all()], vec![statement("Allow", "NotResource", &[x])], vec![format!("Left {x}")]),
        (
            vec![statement("Allow", "NotResource", &[x])],
            vec![statement("Allow", "NotResource", &[x, y])],
            vec![format!("Left {y}")],
        ),
        (vec![all(), statement("Deny", "NotResource", &[x])], vec![], vec![format!("Left {x}")]),
        (
            vec![statement("Allow", "Resource", &[x])],
            vec![statement("Allow", "NotResource", &[secret])],
            vec![format!("Left {secret}"), format!("Right * except {x}")],
        ),
        // A list with `*` and another pattern is all resources, told once.
        (
            vec![statement("Allow", "Resource", &[x, "*"])],
            vec![all(), statement("Deny", "Resource", &[x])],
            vec![format!("Left {x}")],
        ),
        // What the other side allows is left out, though it denies something else.
        (
            vec![all()],
            vec![statement("Allow", "Resource", &[x]), statement("Deny", "Resource", &[y])],
            vec![format!("Left * except {x}")],
        ),
        (
            vec![all()],
            vec![statement("Allow", "Resource", &[x, y]), statement("Deny", "Resource", &[secret])],
            vec![format!("Left * except {x} {y}"), format!("Left {secret}")],
        ),
        // Of two Denies the wider says it.
        (vec![all()], vec![all(), statement("Deny", "Resource", &[x, secret])], vec![format!("Left {x}")]),
        // A Deny that reaches further than the Allow cannot be named.
        (
            vec![statement("Allow", "Resource", &[x])],
            vec![statement("Allow", "Resource", &[x]), statement("Deny", "Resource", &["arn:aws:s3:::*/secret/*"])],
            vec![format!("Left {x}")],
        ),
    ] {
        let expected: Vec<String> =
            expected.iter().map(|row| row.replacen(' ', " s3:DeleteObject on ", 1) + ", Always").collect();
        assert_eq!(access_rows(&left, &right), expected, "{left:?} {right:?}");
    }
}

const OWN_ACCOUNT: &str = "111122223333";

#[test]
fn a_statement_in_two_parts_means_the_same() {
    // Each action takes the resource of its own type only, though the region or the account ends in `*`.
    for (service, first, second) in [
        ("ec2", ("StartInstances", "instance/*"), ("DeleteVolume", "volume/*")),
        ("rds", ("StartDBCluster", "cluster:*"), ("StartDBInstance", "db:*")),
        ("lambda", ("InvokeFunction", "function:*"), ("DeleteLayerVersion", "layer:x:*")),
        ("logs", ("CreateLogGroup", "log-group:*"), ("DeleteDestination", "destination:*")),
        ("states", ("StartExecution", "stateMachine:*"), ("DeleteActivity", "activity:*")),
        ("dms", ("DeleteEndpoint", "endpoint:*"), ("DeleteReplicationTask", "task:*")),
        ("iam", ("GetRole", "role/*"), ("GetUser", "user/*")),
        ("glue", ("DeleteConnection", "connection/*"), ("GetJob", "job/*")),
    ] {
        let heads: &[&str] = match service {
            "iam" => &[":*"],
            // By the rule that `*` runs on, a `*` for the account names layers that are called `function`.
            "lambda" => &["*:111122223333", "us-*:111122223333"],
            _ => &["*:111122223333", "us-*:111122223333", "*:*"],
        };
        for head in heads {
            let arn = |resource: &str| format!("arn:aws:{service}:{head}:{resource}");
            let (one, two) = (format!("{service}:{}", first.0), format!("{service}:{}", second.0));
            let (first, second) = (arn(first.1), arn(second.1));
            let joined = json!({"Effect": "Allow", "Action": [one, two], "Resource": [first, second]});
            let apart = [on("Allow", &one, "Resource", &[&first]), on("Allow", &two, "Resource", &[&second])];
            assert_eq!(access_rows(&[joined], &apart), Vec::<String>::new(), "{service} {head}");
        }
    }
}

#[test]
fn a_qualifier_of_a_function_is_a_resource_of_its_own() {
    let function = format!("arn:aws:lambda:us-east-1:{OWN_ACCOUNT}:function:f");
    let qualified = format!("{function}:*");
    let allow = |resources: &[&str]| on("Allow", "lambda:InvokeFunction", "Resource", resources);
    let rows = access_rows(&[allow(&[&function])], &[allow(&[&function, &qualified])]);
    assert_eq!(rows, [format!("Right lambda:InvokeFunction on {qualified}, Always")]);
    // Contested: the `*` of the account runs on into `function`, so this is a function that is called `layer`.
    let layer = "arn:aws:lambda:*:*:layer:x";
    let rows = access_rows(&[allow(&[&function])], &[allow(&[&function, layer])]);
    assert_eq!(rows, [format!("Right lambda:InvokeFunction on {layer}, Always")]);
}

#[test]
fn every_arn_of_a_type_is_everything() {
    for (action, resource) in [
        ("sqs:SendMessage", "arn:aws:sqs:*:*:*"),
        ("sqs:SendMessage", "arn:*:sqs:*:????????????:?*"),
        ("s3:PutBucketPolicy", "arn:aws:s3:::*"),
        ("s3:PutBucketPolicy", "arn:aws:s3:::?*"),
        ("iam:PassRole", "arn:aws:iam::*:role/*"),
        ("ec2:DeleteVolume", "arn:aws:ec2:*-*:*:volume/*"),
        ("kms:Decrypt", "arn:aws:kms:*:*:key/*"),
    ] {
        let rows = |pattern: &str| {
            access_rows(&[on("Allow", action, "Resource", &[pattern])], &[on("Allow", action, "Resource", &["*"])])
        };
        let same: Vec<String> = Vec::new();
        // Where an action has further types, the pattern of one is less than everything.
        let expected = if action == "ec2:DeleteVolume" { rows(resource) } else { same };
        assert_eq!(rows(resource), expected, "{action} {resource}");
    }
}

#[test]
fn what_no_request_can_name_is_nothing() {
    let allow = |action: &str, resource: &str| vec![on("Allow", action, "Resource", &[resource])];
    for (action, resource) in [
        ("sqs:SendMessage", "arn:aws-cn:sqs:*:*:*"),
        ("sqs:SendMessage", "arn::sqs:*:*:*"),
        ("sqs:SendMessage", "arn:aws:sqs::111122223333:q"),
        ("sqs:SendMessage", "arn:aws:sqs:us-east-1::q"),
        ("sqs:SendMessage", "arn:aws:sqs:us-east-1:1111:q"),
        ("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:"),
        ("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:a:b"),
        ("s3:GetObject", "arn:aws:s3:::b/"),
        ("s3:ListBucket", "arn:aws:s3:us-east-1:111122223333:b"),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/"),
        ("iam:PassRole", "arn:aws:iam:us-east-1:111122223333:role/x"),
    ] {
        assert_eq!(access_rows(&allow(action, resource), &[]), Vec::<String>::new(), "{action} {resource}");
    }
    for (action, resource) in [
        ("iam:GetPolicy", "arn:aws:iam::aws:policy/*"),
        ("ssm:GetDocument", "arn:aws:ssm:*::document/AWS-*"),
        ("sagemaker:DescribeHub", "arn:aws:sagemaker:*:aws:hub/SageMakerPublicHub"),
        ("s3:GetObject", "arn:aws:s3:::b/a:b"),
        ("bedrock:InvokeModel", "arn:aws:bedrock:*::foundation-model/anthropic.claude-v2:1"),
        ("logs:DescribeLogStreams", "arn:aws:logs:us-east-1:111122223333:log-group:/x:*"),
        ("sqs:SendMessage", "arn:aws:sqs:us-east-1:11112*:q"),
    ] {
        assert_eq!(access_rows(&allow(action, resource), &[]).len(), 1, "{action} {resource}");
    }
}

#[test]
fn roles_act_in_their_own_partition() {
    let catalogue = Catalogue::embedded();
    let role = |resource: &str| RolePolicies {
        identity: vec![attached(
            "own",
            PolicyType::Inline,
            &json!({"Version": "2012-10-17", "Statement": on("Allow", "sqs:SendMessage", "Resource", &[resource])}),
        )],
        ..RolePolicies::default()
    };
    let rows = |partitions: &[&str], left: &str, right: &str| {
        let partitions = partitions.iter().map(|name| (*name).to_owned()).collect();
        let engine = Engine::in_partitions(&catalogue, Budget::default(), partitions);
        engine.between(&role(left), &role(right)).unwrap().differences
    };
    assert!(rows(&["aws-cn"], "*", "arn:aws-cn:sqs:*:*:*").is_empty());
    let all = rows(&["aws-us-gov"], "*", "arn:aws:sqs:*:*:*");
    let own = mark(iamctl::model::equivalency::OWN_ACCOUNT);
    assert_eq!(all[0].witness.as_ref().unwrap().resource, format!("arn:aws-us-gov:sqs:us-gov-west-1:{own}:x"));
    assert_eq!(rows(&["aws", "aws-us-gov"], "arn:aws:sqs:*:*:q", "arn:aws-us-gov:sqs:*:*:q").len(), 2);
    let placeholder = "\u{fdd0}partition\u{fdd1}";
    assert!(rows(&[placeholder], "*", &format!("arn:{placeholder}:sqs:*:*:*")).is_empty());
    assert_eq!(rows(&["aws"], "arn:aws:sqs:*:*:q", &format!("arn:{placeholder}:sqs:*:*:q")).len(), 2);
}

#[test]
fn a_question_mark_of_the_head_is_no_colon() {
    let rows = |left: &str, right: &str| {
        let allow = |resource: &str| [on("Allow", "sqs:SendMessage", "Resource", &[resource])];
        let arn = |region: &str| format!("arn:aws:sqs:{region}:111122223333:q");
        access_rows(&allow(&arn(left)), &allow(&arn(right)))
    };
    assert_eq!(rows("eu-????-1", "eu-*-1").len(), 1);
    assert_eq!(rows("eu-west-?", "eu-west-*").len(), 1);
    assert_eq!(rows("?*", "*").len(), 0);
    assert_eq!(rows("*?", "*").len(), 0);
    assert_eq!(rows("eu-*?", "eu-?*").len(), 0);
    for short in ["arn:aws:sqs:?", "arn:aws:sqs:?*", "arn:aws:sq?*", "arn:aws:sqs:*?", "arn:aws:sqs:eu-????????1*"] {
        let allow = |resource: &str| [on("Allow", "sqs:SendMessage", "Resource", &[resource])];
        let _ = access_rows(&allow(short), &allow("arn:aws:sqs:*"));
    }
}

/// The rows of two identity policies.
fn differences(left: &[Value], right: &[Value]) -> AccessComparison {
    let catalogue = Catalogue::embedded();
    let engine = Engine::new(&catalogue, Budget::default());
    let role = |statements: &[Value]| RolePolicies {
        identity: vec![attached("own", PolicyType::Inline, &json!({"Version": "2012-10-17", "Statement": statements}))],
        ..RolePolicies::default()
    };
    engine.between(&role(left), &role(right)).unwrap()
}

#[test]
fn a_proof_is_what_people_know() {
    let proof = |action: &str| {
        let found = differences(&[], &[on("Allow", action, "Resource", &["*"])]);
        let of_service = |row: &&AccessDifference| row.witness.as_ref().is_some_and(|w| w.action.contains(':'));
        let witness = found.differences.iter().find(of_service).unwrap().witness.clone().unwrap();
        // About the role's own account.
        let resource = witness.resource.replace(&mark(iamctl::model::equivalency::OWN_ACCOUNT), "OWN");
        format!("{} on {resource}", witness.action)
    };
    assert_eq!(proof("iam:*"), "iam:AttachRolePolicy on arn:aws:iam::OWN:role/x");
    assert_eq!(proof("iam:Create*"), "iam:CreatePolicyVersion on arn:aws:iam::OWN:policy/x");
    assert_eq!(proof("*"), "iam:AttachRolePolicy on arn:aws:iam::OWN:role/x");
    assert_eq!(proof("s3:Get*"), "s3:GetObject on arn:aws:s3:::x/x");
    assert_eq!(proof("s3:*Object"), "s3:PutObject on arn:aws:s3:::x/x");
    assert_eq!(proof("lambda:*"), "lambda:UpdateFunctionCode on arn:aws:lambda:us-east-1:OWN:function:x");
    // Without a role to pass nothing that runs code escalates.
    assert_eq!(proof("glue:*"), "glue:BatchGetStageFiles on *");
    let pass = on("Allow", "iam:PassRole", "Resource", &["*"]);
    let found = differences(std::slice::from_ref(&pass), &[pass.clone(), on("Allow", "glue:*", "Resource", &["*"])]);
    let row = found.differences.iter().find(|row| !row.escalations.is_empty()).unwrap();
    assert_eq!(row.escalations, ["pass-role".parse().unwrap()]);
    assert_eq!(row.witness.as_ref().unwrap().action, "glue:CreateDevEndpoint");
}

#[test]
fn a_mark_of_escalation_says_what_is_added() {
    let marks = |left: &[Value], right: &[Value]| {
        let found = differences(left, right);
        let mut marks: Vec<String> = found
            .differences
            .iter()
            .flat_map(|row| row.escalations.iter().map(|id| format!("{:?} {}: {id}", row.side, row.service)))
            .collect();
        marks.sort();
        marks.dedup();
        marks
    };
    let arn = |kind: &str| format!("arn:aws:ec2:*:*:{kind}/*");
    let run = |kinds: &[&str]| {
        let resources: Vec<String> = kinds.iter().map(|kind| arn(kind)).collect();
        json!({"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": resources})
    };
    let pass = on("Allow", "iam:PassRole", "Resource", &["arn:aws:iam::*:role/app-*"]);
    let base = [run(&["instance", "image"]), pass.clone()];
    let none: [&str; 0] = [];
    // One more kind that no call has to name.
    assert_eq!(marks(&base, &[run(&["instance", "image", "key-pair"]), pass.clone()]), none);
    // One that every call names; another partner; the first partner; a wider role to pass.
    assert_eq!(marks(&base, &[run(&["instance", "image", "subnet"]), pass.clone()]), ["Right ec2: pass-role"]);
    let lambda = on("Allow", "lambda:CreateFunction", "Resource", &["*"]);
    assert_eq!(marks(&base, &[base[0].clone(), pass.clone(), lambda]), ["Right lambda: pass-role"]);
    assert_eq!(marks(std::slice::from_ref(&pass), &base), ["Right ec2: pass-role"]);
    let wider = on("Allow", "iam:PassRole", "Resource", &["arn:aws:iam::*:role/*"]);
    assert_eq!(marks(&base, &[base[0].clone(), wider]), ["Right iam: pass-role"]);
    // What the other role has on a condition, or is denied, it does not have for certain.
    let all = on("Allow", "ec2:RunInstances", "Resource", &["*"]);
    let mut conditional = all.clone();
    conditional["Condition"] = json!({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}});
    let deny = on("Deny", "ec2:RunInstances", "Resource", &["*"]);
    for less in [[conditional, pass.clone()].as_slice(), &[all.clone(), pass.clone(), deny]] {
        assert_eq!(marks(less, &[all.clone(), pass.clone()]), ["Right ec2: pass-role"]);
    }
}

#[test]
fn a_foreign_partition_is_warned_of() {
    let queue = |partition: &str| on("Allow", "sqs:SendMessage", "Resource", &[&format!("arn:{partition}:sqs:*:*:*")]);
    let found = differences(&[queue("aws")], &[queue("aws"), queue("aws-cn"), queue("aws*")]);
    assert_eq!(found.differences, []);
    let warnings: Vec<_> = found.warnings.iter().map(|warning| (warning.id, warning.statement.statement)).collect();
    assert_eq!(warnings, [(iamctl::semantics::outcome::StatementWarningKind::ForeignPartition, 1)]);
}

#[test]
fn a_row_says_that_it_is_because_of_a_tag() {
    let catalogue = Catalogue::embedded();
    let engine = Engine::new(&catalogue, Budget::default());
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}},
    }]});
    let role = |team: &str| RolePolicies {
        identity: vec![attached("own", PolicyType::Inline, &policy)],
        role: KnownRole::default().with_tags([("team", team)]),
        ..RolePolicies::default()
    };
    let comparison = engine.between(&role("red"), &role("blue")).unwrap();
    let rows: Vec<_> = comparison.differences.iter().map(|row| (row.side, row.reasons.join(" "))).collect();
    let [(Side::Left, reason)] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(reason, "the role's tag `team` is red in the first account and blue in the second account");
    assert!(engine.between(&role("red"), &role("red")).unwrap().warnings.is_empty(), "the same tag is no news");
}

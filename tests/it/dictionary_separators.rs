//! Texts of the dictionary that hold `/` or `:` never take an ARN out of its form: what is granted is still compared.

use serde_json::{Value, json};

use crate::support::tool::{Tool, role, snapshot};

const DEV: &str = "111122223333";
const QA: &str = "444455556666";

/// A role whose one policy allows actions on a resource each.
fn allowing(id: &str, grants: &[(&str, &str)]) -> Value {
    let statements: Vec<Value> = grants
        .iter()
        .map(|(action, resource)| json!({"Effect": "Allow", "Action": action, "Resource": resource.replace("ID", id)}))
        .collect();
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    role(id, "app", &json!({"inline_policies": [{"name": "p", "document": document}]}))
}

/// The exit code of `diff --fail-on access` with one role in each account, and what it said.
fn compared(dictionary: &Value, dev: &[(&str, &str)], qa: &[(&str, &str)]) -> (i32, String, Tool) {
    let tool = Tool::new();
    tool.write("equivalency_list.json", dictionary.to_string());
    tool.write("dev.json", snapshot(DEV, &[allowing(DEV, dev)], &[]));
    tool.write("qa.json", snapshot(QA, &[allowing(QA, qa)], &[]));
    let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--fail-on", "access"]);
    (run.code, run.stderr + &run.stdout, tool)
}

/// The role's grade, for a run that did not fail.
fn grade(tool: &Tool) -> String {
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    report["roles"][0]["access_grade"].as_str().unwrap_or_default().to_owned()
}

/// With this dictionary, dev's resource and qa's are the same; and something more in qa is found.
fn case(dictionary: &Value, action: &str, dev: &str, qa: &str, more: (&str, &str)) {
    let (code, stderr, tool) = compared(dictionary, &[(action, dev)], &[(action, qa)]);
    assert_eq!(code, 0, "{dictionary}: {stderr}");
    assert!(grade(&tool).starts_with("equal") || grade(&tool) == "identical", "{dictionary}: {}", grade(&tool));
    let report = tool.read("out/report.json");
    assert!(!report.contains("no-applicable-resource"), "{dictionary}: {report}");
    let rows = tool.read("out/qa_to_dev_common_role_difference_items.csv");
    assert_eq!(rows.lines().count(), 1, "{dictionary}: {rows}");
    let (code, stderr, tool) = compared(dictionary, &[(action, dev)], &[(action, qa), more]);
    assert_eq!(code, 1, "{dictionary} with {more:?}: {stderr}");
    let found = tool.read("out/access_differences.csv");
    assert!(
        found.contains(&more.1.replace("ID", QA).replace('*', "")) || found.contains(more.0),
        "{dictionary}: {found}"
    );
}

#[test]
fn between_slashes() {
    let (dev, qa) = ("arn:aws:iam::ID:role/dev/app", "arn:aws:iam::ID:role/qa/app");
    for dictionary in [
        json!({"env": {"dev": ["/dev/"], "qa": ["/qa/"]}}),
        json!({"env": ["/dev/", "/qa/"]}),
        json!({"env": ["role/dev", "role/qa"]}),
        json!({"env": ["dev/app", "qa/app"]}),
        json!({"env": {"pattern": "/(?:dev|qa)/"}}),
        json!({"env": {"pattern": "/(dev|qa)/"}}),
    ] {
        case(&dictionary, "iam:GetRole", dev, qa, ("iam:PassRole", qa));
    }
}

#[test]
fn a_type_and_a_name() {
    let of = |name: &str| format!("arn:aws:dynamodb:eu-west-1:ID:table/orders-{name}");
    let dictionary = json!({"orders": {"dev": ["table/orders-dev"], "qa": ["table/orders-qa"]}});
    case(&dictionary, "dynamodb:GetItem", &of("dev"), &of("qa"), ("dynamodb:DeleteTable", &of("qa")));
    let of = |name: &str| format!("arn:aws:lambda:eu-west-1:ID:function:api-{name}");
    let dictionary = json!({"api": {"dev": ["function:api-dev"], "qa": ["function:api-qa"]}});
    case(&dictionary, "lambda:InvokeFunction", &of("dev"), &of("qa"), ("lambda:UpdateFunctionCode", &of("qa")));
}

#[test]
fn a_bucket_and_its_key() {
    let (dev, qa) = ("arn:aws:s3:::data-dev/in/*", "arn:aws:s3:::data-qa/in/*");
    let dictionary = json!({"data": {"dev": ["data-dev/in"], "qa": ["data-qa/in"]}});
    case(&dictionary, "s3:GetObject", dev, qa, ("s3:GetObject", "arn:aws:s3:::data-qa/*"));
}

#[test]
fn whole_arns() {
    let (dev, qa) = ("arn:aws:s3:::acme-dev-data/in/*", "arn:aws:s3:::other-qa-store/in/*");
    for dictionary in [
        json!({"data": {"dev": ["arn:aws:s3:::acme-dev-data"], "qa": ["arn:aws:s3:::other-qa-store"]}}),
        json!({"data": ["arn:aws:s3:::acme-dev-data", "arn:aws:s3:::other-qa-store"]}),
        // The short form of some, the long form of others.
        json!({"data": {"dev": ["arn:aws:s3:::acme-dev-data", "acme-dev-data"],
            "qa": ["arn:aws:s3:::other-qa-store", "other-qa-store"]}}),
    ] {
        case(&dictionary, "s3:GetObject", dev, qa, ("s3:GetObject", "arn:aws:s3:::other-qa-store/*"));
    }
    // The own account's id in a text of the dictionary is the own account's id.
    let of = |id: &str, name: &str| format!("arn:aws:sqs:eu-west-1:{id}:{name}");
    let dictionary = json!({"jobs": {"dev": [of(DEV, "a-dev")], "qa": [of(QA, "b-qa")]}});
    case(&dictionary, "sqs:SendMessage", &of(DEV, "a-dev"), &of(QA, "b-qa"), ("sqs:PurgeQueue", &of(QA, "b-qa")));
    let (code, stderr, _) = compared(
        &dictionary,
        &[("sqs:SendMessage", &of(DEV, "a-dev")), ("sqs:SendMessage", &of(DEV, "*"))],
        &[("sqs:SendMessage", &of(QA, "*"))],
    );
    assert_eq!(code, 0, "{stderr}");
}

#[test]
fn partitions() {
    let of = |partition: &str| format!("arn:{partition}:s3:::data/*");
    let (dev, qa) = (of("aws"), of("aws-us-gov"));
    for dictionary in [
        json!({"partition": ["arn:aws", "arn:aws-us-gov"]}),
        json!({"partition": {"dev": ["arn:aws:"], "qa": ["arn:aws-us-gov:"]}}),
        json!({"partition": {"dev": ["aws"], "qa": ["aws-us-gov"]}}),
        json!({"partition": {"pattern": "^arn:(aws(?:-us-gov)?):"}}),
    ] {
        case(&dictionary, "s3:GetObject", &dev, &qa, ("s3:PutObject", &qa));
        let home = |bucket: &str| bucket.replace('*', "${aws:PrincipalTag/home}/*");
        case(&dictionary, "s3:GetObject", &home(&dev), &home(&qa), ("s3:GetObject", &qa));
    }
}

#[test]
fn partitions_of_managed_policies() {
    for dictionary in [
        json!({"partition": ["arn:aws", "arn:aws-us-gov"]}),
        json!({"partition": {"dev": ["aws"], "qa": ["aws-us-gov"]}}),
    ] {
        let tool = Tool::new();
        tool.write("equivalency_list.json", dictionary.to_string());
        for (file, id, partition) in [("dev.json", DEV, "aws"), ("qa.json", QA, "aws-us-gov")] {
            let arns =
                [format!("arn:{partition}:iam::{id}:policy/own"), format!("arn:{partition}:iam::aws:policy/Readers")];
            let document = json!({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:{partition}:s3:::data/*")}]});
            let policy = |arn: &String| json!({"arn": arn, "name": arn.split('/').next_back(), "version_id": "v1", "document": document});
            let policies: Vec<Value> = arns.iter().map(policy).collect();
            let roles = [role(id, "app", &json!({"attached_policies": arns}))];
            tool.write(file, snapshot(id, &roles, &policies));
        }
        let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"]);
        assert_eq!(run.code, 0, "{dictionary}: {}{}", run.stderr, tool.read("out/report.json"));
        let found = tool.read("out/cross_references.csv");
        assert_eq!(found.lines().count(), 1, "{dictionary}: {found}");
    }
}

/// A service whose name holds a word of the dictionary is that service.
#[test]
fn services_keep_their_names() {
    let arn = "arn:aws:devops-guru:eu-west-1:ID:insights/x";
    let dictionary = json!({"team": {"dev": ["devops"], "qa": ["secops"]}});
    let (code, stderr, tool) = compared(&dictionary, &[("sns:Publish", arn)], &[("sns:Publish", arn)]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(tool.read("out/cross_references.csv").lines().count(), 1);
    let topic = "arn:aws:sns:eu-west-1:ID:devops-guru";
    let (code, ..) = compared(&dictionary, &[("sns:Publish", topic)], &[("sns:Publish", topic)]);
    assert_eq!(code, 1, "the topic of qa is named for dev");
}

#[test]
fn texts_with_other_separators_are_refused_where_an_arn_holds_them() {
    for (dev, qa, resource) in [
        ("arn:aws:s3:::acme-dev", "acme-qa", "arn:aws:s3:::acme-dev/*"),
        ("/dev", "/qa/", "arn:aws:iam::ID:role/dev/app"),
        ("arn:aws:s3:::a", "arn:aws:sqs:::b", "arn:aws:s3:::a"),
    ] {
        for dictionary in [json!({"thing": {"dev": [dev], "qa": [qa]}}), json!({"thing": [dev, qa]})] {
            let grants = [("s3:GetObject", resource)];
            let (code, stderr, tool) = compared(&dictionary, &grants, &grants);
            assert_eq!(code, 2, "{dictionary}: {stderr}");
            assert!(stderr.contains(&format!("replacing `{dev}` of `thing` would break")), "{stderr}");
            assert!(stderr.contains("list texts without"), "{stderr}");
            assert!(!tool.exists("out"));
            // Where no ARN holds them, they do no harm.
            let grants = [("s3:GetObject", "arn:aws:s3:::other/*")];
            assert_eq!(compared(&dictionary, &grants, &grants).0, 0, "{dictionary}");
        }
    }
}

#[test]
fn a_pattern_that_would_swallow_the_type_is_not_used_there() {
    let of = |name: &str| format!("arn:aws:dynamodb:eu-west-1:ID:table/orders-{name}");
    let dictionary = json!({"orders": {"pattern": "table/orders-(?:dev|qa)"}});
    let (dev, qa) = (of("dev"), of("qa"));
    let (code, stderr, _) = compared(&dictionary, &[("dynamodb:GetItem", &dev)], &[("dynamodb:GetItem", &qa)]);
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("replacing `table/orders-(?:dev|qa)` of `orders` would break 2 ARNs"), "{stderr}");
    assert!(stderr.contains("into a group of the pattern"), "{stderr}");
    assert!(!stderr.contains("was not found"), "{stderr}");
    let dictionary = json!({"orders": {"pattern": "table/(orders-(?:dev|qa))"}});
    case(&dictionary, "dynamodb:GetItem", &dev, &qa, ("dynamodb:DeleteTable", &qa));
}

/// A proof is told in the names of the account it is about.
#[test]
fn witnesses_have_real_names() {
    let dictionary = json!({"env": ["/dev/", "/qa/"]});
    let (dev, qa) = ("arn:aws:iam::ID:role/dev/app", "arn:aws:iam::ID:role/qa/app");
    let (_, _, tool) = compared(&dictionary, &[("iam:GetRole", dev)], &[("iam:GetRole", qa), ("iam:PassRole", qa)]);
    let found = tool.read("out/access_differences.csv");
    assert!(found.contains(&format!("arn:aws:iam::{QA}:role/qa/app")), "{found}");
}

/// A word that is a type of resource hides what an ARN names: what is granted there is not known, never nothing.
#[test]
fn a_type_that_was_replaced_is_not_nothing() {
    let dictionary = json!({"kind": {"dev": ["table"], "qa": ["index"]}});
    let of = |kind: &str| format!("arn:aws:dynamodb:eu-west-1:ID:{kind}/orders");
    let (dev, qa) = (of("table"), of("index"));
    let get = ("dynamodb:GetItem", dev.as_str());
    let (code, said, _) = compared(&dictionary, &[get], &[("dynamodb:GetItem", &qa)]);
    assert_eq!(code, 0, "{said}");
    let more = [("dynamodb:GetItem", qa.as_str()), ("dynamodb:DeleteTable", qa.as_str())];
    let (code, said, tool) = compared(&dictionary, &[get], &more);
    assert_eq!(code, 1, "{said}");
    assert_eq!(grade(&tool), "unknown");
    let report = tool.read("out/report.json");
    assert!(
        report.contains("hides the resource type of `arn:aws:dynamodb:eu-west-1:ownaccountid:kind/orders`"),
        "{report}"
    );
    assert!(report.contains("hidden-form"), "{report}");
}

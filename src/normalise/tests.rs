mod long_tail;

use super::generated_names::{self, Named};
use super::*;
use crate::model::equivalency::{CLOSE, OPEN};
use crate::model::{Account, AccountTag, EquivalencyList, Place, Side, Sides};
use crate::parse::account::AccountReader;
use crate::parse::{equivalency, snapshot};

const DEV: &str = "111122223333";
const QA: &str = "444455556666";

/// A role that is trusted by nobody and says nothing but these texts.
fn role(account: &str, name: &str, path: &str, resources: &[&str]) -> serde_json::Value {
    let resources = if resources.is_empty() { &["*"] } else { resources };
    serde_json::json!({
        "name": name, "path": path, "arn": format!("arn:aws:iam::{account}:role{path}{name}"), "id": "AROA0000000000000001",
        "description": null, "max_session_duration": 3600, "tags": {}, "instance_profiles": [],
        "permissions_boundary": null, "attached_policies": [],
        "trust_policy": {"Version": "2012-10-17", "Statement": []},
        "inline_policies": [{"name": "inline", "document": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resources}]}}],
    })
}

fn account(id: &str, roles: Vec<serde_json::Value>) -> Account {
    let text = serde_json::json!({"format": "iamctl-snapshot", "version": 1, "iamctl": "0", "harvested_at": null,
        "source": "test", "account_id": id, "roles": roles, "policies": []});
    let snapshot = snapshot::read(&text.to_string(), "test", None).unwrap();
    AccountReader::default().account(&snapshot).unwrap()
}

fn rules(dictionary: &EquivalencyList) -> Rules<'_> {
    Rules { dictionary, builtins: Builtins::default(), third: None }
}

fn ready(dictionary: &str, dev: &Account, qa: &Account) -> Sides<Normaliser> {
    let dictionary = equivalency::read(dictionary).unwrap();
    let tags: Sides<AccountTag> = Sides { left: "dev".parse().unwrap(), right: "qa".parse().unwrap() };
    normalisers(Sides { left: dev, right: qa }, tags.as_ref(), rules(&dictionary)).unwrap()
}

fn shown(normaliser: &Normaliser, place: Place, text: &str) -> String {
    normaliser.apply(text, place, |_| {}).shown().into_inner().into_owned()
}

/// What a dictionary makes of a resource of the dev account, where the accounts themselves say nothing.
fn applied(dictionary: &str, text: &str) -> String {
    let (dev, qa) = (account(DEV, Vec::new()), account(QA, Vec::new()));
    shown(&ready(dictionary, &dev, &qa).left, Place::Resource, text)
}

#[test]
fn the_longest_entry_wins_whatever_the_order() {
    for dictionary in [r#"{"env": ["prod"], "stage": ["production"]}"#, r#"{"stage": ["production"], "env": ["prod"]}"#]
    {
        assert_eq!(applied(dictionary, "app-production-prod"), "app-stage-env");
    }
}

#[test]
fn the_result_is_not_read_again() {
    assert_eq!(applied(r#"{"b": ["a"], "c": ["b"]}"#, "ab"), "bc");
}

#[test]
fn the_own_account_id_counts_only_as_an_account_id() {
    for (text, expected) in [
        ("arn:aws:iam::111122223333:role/x", "arn:aws:iam::ownaccountid:role/x"),
        ("assets-111122223333-eu-west-1", "assets-ownaccountid-eu-west-1"),
        ("111122223333", "ownaccountid"),
        ("1111222233334", "1111222233334"),
        ("a111122223333", "a111122223333"),
        ("111122223333111122223333", "111122223333111122223333"),
        ("arn:aws:iam::444455556666:role/x", "arn:aws:iam::444455556666:role/x"),
    ] {
        assert_eq!(applied("{}", text), expected);
    }
}

#[test]
fn a_dictionary_with_both_ids_does_not_hide_whose_id_it_is() {
    let both = r#"{"accountid": ["111122223333", "444455556666"]}"#;
    assert_eq!(applied(both, "111122223333 444455556666"), "ownaccountid 444455556666");
}

#[test]
fn a_placeholder_is_not_the_text_it_is_spelled_like() {
    let (dev, qa) = (account(DEV, Vec::new()), account(QA, Vec::new()));
    let both = ready(r#"{"env": ["dev"]}"#, &dev, &qa);
    let apply = |text| both.left.apply(text, Place::Resource, |_| {}).into_with_marks().into_owned();
    assert_ne!(apply("app-dev"), apply("app-env"));
}

#[test]
fn by_tag_a_text_counts_in_its_own_account_as_a_word() {
    let (dev, qa) = (account(DEV, Vec::new()), account(QA, Vec::new()));
    let both = ready(r#"{"env": {"dev": ["dev", "development"], "qa": ["qa"], "prod": ["prod"]}}"#, &dev, &qa);
    for (text, expected) in [
        ("app-dev-x", "app-env-x"),
        ("AppDevRole", "AppenvRole"),
        ("app_DEV", "app_env"),
        ("development/x", "env/x"),
        ("devices-developer", "devices-developer"),
        ("app-qa", "app-qa"),
        ("app-prod", "app-prod"),
    ] {
        assert_eq!(shown(&both.left, Place::Resource, text), expected);
    }
    let mut found = Vec::new();
    both.right.apply("app-dev-qa", Place::Resource, |one| found.push((one.value.to_owned(), one.what)));
    assert_eq!(found, [("dev".to_owned(), What::Foreign), ("qa".to_owned(), What::Replaced)]);
}

#[test]
fn patterns_replace_their_group_in_their_places() {
    let dictionary =
        r#"{"stack": {"pattern": "-([A-Z0-9]{5})$", "in": ["rolename", "path"]}, "n": {"pattern": "v[0-9]+"}}"#;
    let (dev, qa) = (account(DEV, Vec::new()), account(QA, Vec::new()));
    let both = ready(dictionary, &dev, &qa);
    assert_eq!(shown(&both.left, Place::RoleName, "app-AB12C"), "app-stack");
    assert_eq!(shown(&both.left, Place::Resource, "app-AB12C"), "app-AB12C");
    assert_eq!(shown(&both.left, Place::Resource, "app-v12-v3"), "app-n-n");
}

/// What a normalizer found in a resource: the part, the whole text of the dictionary, and what became of it.
fn found(normaliser: &Normaliser, text: &str) -> Vec<(String, String, What)> {
    let mut found = Vec::new();
    normaliser.apply(text, Place::Resource, |one| {
        found.push((one.value.to_owned(), one.literal.to_owned(), one.what));
    });
    found
}

#[test]
fn texts_are_replaced_between_their_separators() {
    let (dev, qa) = (account(DEV, Vec::new()), account(QA, Vec::new()));
    let both = ready(r#"{"env": {"dev": ["/dev/"], "qa": ["/qa/"]}, "a": {"pattern": "/x[0-9]/y"}}"#, &dev, &qa);
    let arn = "arn:aws:iam::111122223333:role/dev/app";
    assert_eq!(shown(&both.left, Place::Resource, arn), "arn:aws:iam::ownaccountid:role/env/app");
    assert_eq!(shown(&both.left, Place::Path, "/dev/"), "/env/");
    assert_eq!(found(&both.left, "arn:aws:s3:::b/dev/k"), [("dev".into(), "/dev/".into(), What::Replaced)]);
    assert_eq!(found(&both.right, "arn:aws:s3:::b/dev/k"), [("/dev/".into(), "/dev/".into(), What::Foreign)]);
    assert_eq!(shown(&both.left, Place::Resource, "arn:aws:s3:::b/x1/y"), "arn:aws:s3:::b/a/a");
    assert_eq!(both.left.replaced().collect::<Vec<_>>(), [("env", "/dev/")]);
    assert_eq!(both.left.replaced_parts().next(), Some(("env", "dev")));
}

#[test]
fn an_arn_is_left_rather_than_taken_out_of_its_form() {
    let (dev, qa) = (account(DEV, Vec::new()), account(QA, Vec::new()));
    let dictionary = r#"{"b": {"dev": ["b/dev"], "qa": ["qa"]}, "t": {"pattern": "table/x[0-9]"}}"#;
    let both = ready(dictionary, &dev, &qa);
    for (text, value) in [("arn:aws:s3:::b/dev/k", "b/dev"), ("arn:aws:dynamodb:r:1:table/x1", "table/x1")] {
        assert_eq!(shown(&both.left, Place::Resource, text), text);
        let found = found(&both.left, text);
        assert!(matches!(found.as_slice(), [(part, _, What::Unfit)] if part == value), "{found:?}");
    }
    // Where no ARN is expected, there is no form to keep.
    assert_eq!(shown(&both.left, Place::Path, "/b/dev/"), "/b/");
}

#[test]
fn a_pattern_hides_no_wildcard_and_no_variable() {
    let (dev, qa) = (account(DEV, Vec::new()), account(QA, Vec::new()));
    let both = ready(r#"{"app": {"pattern": "app-[^/]*"}}"#, &dev, &qa);
    assert_eq!(shown(&both.left, Place::Resource, "arn:aws:s3:::b/app-x1/k"), "arn:aws:s3:::b/app/k");
    for text in ["arn:aws:s3:::b/app-*/k", "arn:aws:s3:::b/app-?1/k", "arn:aws:s3:::b/app-${aws:userid}/k"] {
        assert_eq!(shown(&both.left, Place::Resource, text), text);
        let found = found(&both.left, text);
        assert!(found.iter().any(|(_, _, what)| *what == What::Wildcard), "{found:?}");
        assert!(found.iter().all(|(_, _, what)| !what.is_replaced()), "{found:?}");
    }
    // A star in a description is not a wildcard.
    assert_eq!(shown(&both.left, Place::Description, "for app-*"), "for app");
}

/// A plain list: the accounts' own role names tell whose a text is.
#[test]
fn in_a_list_the_role_names_tell_whose_a_text_is() {
    let dev = account(DEV, vec![role(DEV, "app-dev", "/", &["arn:aws:s3:::devices", "arn:aws:s3:::acmedevdata"])]);
    let qa_resources =
        ["arn:aws:s3:::data-dev", "arn:aws:s3:::devices", "arn:aws:s3:::acmeqadata", "arn:aws:s3:::acmedevdata"];
    let qa = account(QA, vec![role(QA, "app-qa", "/", &qa_resources)]);
    let both = ready(r#"{"env": ["dev", "qa"]}"#, &dev, &qa);
    let right = super::account(&qa, &both.right);
    let mut foreign: Vec<&str> = right.roles[0].foreign.iter().map(|one| one.text.as_str()).collect();
    foreign.sort_unstable();
    // `acmedevdata` means dev, because qa has an `acmeqadata`; `devices` is a word.
    assert_eq!(foreign, ["arn:aws:s3:::acmedevdata", "arn:aws:s3:::data-dev"]);
    assert_eq!(shown(&both.left, Place::Resource, "devices"), "devices");
    assert_eq!(shown(&both.left, Place::Resource, "acmedevdata"), "acmeenvdata");
    assert_eq!(shown(&both.right, Place::Resource, "acmeqadata"), "acmeenvdata");
    assert!(right.in_words.keys().any(|word| word.what == What::LeftInWord && word.text.ends_with("devices")));
}

#[test]
fn a_text_that_both_accounts_use_is_nobodys() {
    let dev = account(DEV, vec![role(DEV, "red-a", "/", &[]), role(DEV, "blue-b", "/", &[])]);
    let qa = account(QA, vec![role(QA, "red-c", "/", &[]), role(QA, "blue-d", "/", &[])]);
    let both = ready(r#"{"team": ["red", "blue"]}"#, &dev, &qa);
    assert_eq!(both.left.nobodys().count(), 2);
    assert_eq!(shown(&both.right, Place::RoleName, "red-c"), "team-c");
}

/// The names both accounts' roles have after normalizing.
fn names(dictionary: &str, dev: &[(&str, &str)], qa: &[(&str, &str)]) -> Sides<Vec<String>> {
    let roles = |id, names: &[(&str, &str)]| names.iter().map(|(name, path)| role(id, name, path, &[])).collect();
    let (dev, qa) = (account(DEV, roles(DEV, dev)), account(QA, roles(QA, qa)));
    let both = ready(dictionary, &dev, &qa);
    let of = |account: &Account, normaliser: &Normaliser| {
        let mut names: Vec<String> =
            account.roles.iter().map(|r| shown(normaliser, Place::RoleName, &r.name)).collect();
        names.sort();
        names
    };
    Sides { left: of(&dev, &both.left), right: of(&qa, &both.right) }
}

/// Names that are alike, with their path.
const ALIKE: &[(&str, &str, &str)] = &[
    ("AWSReservedSSO_Admin_aad2ada13f3171bf", "AWSReservedSSO_Admin_0123456789abcdef", "/"),
    ("cdk-hnb659fds-deploy-role-111122223333-us-east-1", "cdk-hnb659fds-deploy-role-444455556666-eu-west-1", "/"),
    ("stacksets-exec-899a82a2cb437e970934262f85c7628a", "stacksets-exec-00000000000000000000000000000001", "/"),
    ("AmazonSageMaker-ExecutionRole-20190915T161542", "AmazonSageMaker-ExecutionRole-20210101T000000", "/"),
    ("terraform-20231004215941515800000001", "terraform-20231030142647123400000002", "/"),
    ("form-handler-role-40w71jir", "form-handler-role-abcdefgh", "/service-role/"),
    ("form-handler-role-40w71jir", "form-handler-role-abcdefgh", "/"),
    ("eks-ng-NodeInstanceRole-1HEFSZWHPVCFQ", "eks-ng-NodeInstanceRole-N66AH8H5KP1P", "/"),
    ("eks-ng-NodeInstanceRole-jKrgIeJMpgSK", "eks-ng-NodeInstanceRole-aBcDeFgHiJkL", "/"),
    // Without a digit, but no word.
    ("eks-ng-NodeInstanceRole-KWZXHVCFQPLM", "eks-ng-NodeInstanceRole-TGHVXQJRBNCA", "/"),
    // What a nested stack, and one in that, created.
    ("shop-Api-1NEST3DABCDEF-FnRole-1HEFSZWHPVCFQ", "shop-Api-9XYZ3DKLMNOPQ-FnRole-8KEFSZWHPVAAA", "/"),
    ("s-A-1NEST3DABCDEF-B-2NEST3DABCDEF-Fn-1HEFSZWHPVCFQ", "s-A-3NEST3DABCDEF-B-4NEST3DABCDEF-Fn-8KEFSZWHPVAAA", "/"),
    // The UUID of a StackSet, whole and cut.
    (
        "StackSet-Base-c4c34dcd-45ab-11ee-9a7b-0a1b2c3d4e5f-Node-34F45DD54RSKK",
        "StackSet-Base-0a1b2c3d-46ab-11ee-8a7b-0a1b2c3d4e60-Node-1HEFSZWHPVCFQ",
        "/",
    ),
    ("StackSet-Base-c4c34dcd-45ab-11-Node-34F45DD54RSKK", "StackSet-Base-0a1b2c3d-46ab-11-Node-1HEFSZWHPVCFQ", "/"),
    ("SC-111122223333-pp-u37xbryirghg1-Kubectl", "SC-444455556666-pp-a12xbryirghg2-Kubectl", "/"),
    ("Amazon_EventBridge_Invoke_Sqs_1504746143", "Amazon_EventBridge_Invoke_Sqs_317086871", "/service-role/"),
    (
        "KinesisFirehoseServiceRole-PUT-S3-a-us-east-1-1611177560958",
        "KinesisFirehoseServiceRole-PUT-S3-a-eu-west-1-1689760289788",
        "/service-role/",
    ),
    (
        "AmazonBedrockExecutionRoleForKnowledgeBase_c0q2t",
        "AmazonBedrockExecutionRoleForKnowledgeBase_abcde",
        "/service-role/",
    ),
    ("datazone_usr_role_6gknc254ej3jfr_5251772u38j19j", "datazone_usr_role_apqb1fy6suzx2f_dbwax57m3g5xyf", "/"),
    ("amplify-shop-main-220724-authRole", "amplify-shop-main-47cb2-authRole", "/"),
    ("shop-20181115101929-unauthRole", "shop-20190903125208-unauthRole", "/"),
    ("AWSCodePipelineServiceRole-us-east-1-orders", "AWSCodePipelineServiceRole-eu-central-1-orders", "/service-role/"),
    ("orders-v2-us-east-1-lambdaRole", "orders-v2-ap-southeast-2-lambdaRole", "/"),
    ("worker-role-1a2b3c4", "worker-role-9f8e7d6", "/"),
    ("main-x7k2p-worker-role", "main-bq9zd-worker-role", "/"),
    (
        "eksctl-main-nodegroup-ng-1a2b3c4d-NodeInstanceRole-1HEFSZWHPVCFQ",
        "eksctl-main-nodegroup-ng-5e6f7a8b-NodeInstanceRole-8KEFSZWHPVAAA",
        "/",
    ),
    ("SC-111122223333-pp-u37xbryirghg1-Fn-1HEFSZWHPVCFQ", "SC-444455556666-pp-a12xbryirghg2-Fn-8KEFSZWHPVAAA", "/"),
];

/// Names that are not.
const APART: &[(&str, &str)] = &[
    ("app-role-readonly", "app-role-operator"),
    ("content-distribution", "content-notification"),
    ("api-NodeFunction", "api-EdgeFunction"),
    ("api-getUserTable", "api-putUserTable"),
    ("app-CONFIGURATION", "app-ORGANIZATIONS"),
    ("bucket-777788889999", "bucket-999988887777"),
    ("app-20190915", "app-20200915"),
    // The outer part is words, or the logical name differs.
    ("app-NodeFunction-Role-1HEFSZWHPVCFQ", "app-EdgeFunction-Role-8KEFSZWHPVAAA"),
    ("shop-Api-1NEST3DABCDEF-FnRole-1HEFSZWHPVCFQ", "shop-Web-9XYZ3DKLMNOPQ-FnRole-8KEFSZWHPVAAA"),
    ("SC-777788889999-pp-u37xbryirghg1-Kubectl", "SC-777788889999-pp-a12xbryirghg2-Helm"),
    ("Amazon_EventBridge_Invoke_Sqs_1504746143", "Amazon_EventBridge_Invoke_Sns_317086871"),
    ("AmazonBedrockExecutionRoleForKnowledgeBase_sales", "AmazonBedrockExecutionRoleForKnowledgeBase_legal"),
    ("datazone_usr_role_6gknc254ej3jfr", "datazone_usr_role_apqb1fy6suzx2f"),
    ("amplify-shop-main-authRole", "amplify-shop-test-authRole"),
    ("AWSCodePipelineServiceRole-us-east-1-orders", "AWSCodePipelineServiceRole-eu-west-1-invoices"),
    ("orders-v2-us-east-1-lambdaRole", "orders-v3-us-east-1-lambdaRole"),
    ("release-1234567", "release-7654321"),
    ("team-decade-role", "team-facade-role"),
    ("main-small-worker-role", "main-large-worker-role"),
];

#[test]
fn generated_names_are_alike_where_the_other_account_has_them() {
    for (dev, qa, path) in ALIKE.iter().copied() {
        let names = names("{}", &[(dev, path)], &[(qa, path)]);
        assert_eq!(names.left, names.right, "{dev}");
        assert!(names.left[0].contains('~'), "{names:?}");
    }
    for (dev, qa) in APART.iter().copied() {
        assert_ne!(names("{}", &[(dev, "/")], &[(qa, "/")]).left, [qa], "{dev}");
        let names = names("{}", &[(dev, "/")], &[(qa, "/")]);
        assert_eq!((names.left[0].as_str(), names.right[0].as_str()), (dev, qa));
    }
}

/// The end of a secret's ARN is random even if all of it is letters of one case, unless both ends could be words.
#[test]
fn ends_of_secrets_are_alike_unless_both_could_be_words() {
    let shown_as = |dev_end: &str, qa_end: &str| {
        let arn = |id: &str, end: &str| format!("arn:aws:secretsmanager:eu-west-1:{id}:secret:ledger/db-{end}");
        let (dev_arn, qa_arn) = (arn(DEV, dev_end), arn(QA, qa_end));
        let dev = account(DEV, vec![role(DEV, "reader", "/", &[&dev_arn])]);
        let qa = account(QA, vec![role(QA, "reader", "/", &[&qa_arn])]);
        let both = ready("{}", &dev, &qa);
        (shown(&both.left, Place::Resource, &dev_arn), shown(&both.right, Place::Resource, &qa_arn))
    };
    for (dev, qa) in [("CASSNR", "NERHKB"), ("Zfwcxw", "Czjjep"), ("master", "qbvtrz"), ("a1B2c3", "Access")] {
        let (left, right) = shown_as(dev, qa);
        assert_eq!(left, right, "{dev} and {qa}");
        assert!(left.ends_with("-~secret"), "{left}");
    }
    let words =
        [("master", "config"), ("sqlsrv", "secret"), ("PGPSWD", "DEVAPI"), ("Access", "length"), ("sshkey", "BACKUP")];
    for (dev, qa) in words {
        let (left, right) = shown_as(dev, qa);
        assert!(left.ends_with(dev) && right.ends_with(qa), "{left} and {right}");
    }
}

#[test]
fn names_that_cloudformation_cut_are_alike() {
    // Both 64 characters: the longer environment's stack name lost more.
    let dev = "xcompany-development-payments-ser-NodeInstanceRole-1HEFSZWHPVCFQ";
    let qa = "xcompany-qa-payments-service-produ-NodeInstanceRole-N66AH8H5KP1P";
    assert_eq!((dev.len(), qa.len()), (64, 64));
    let names = names(r#"{"env": {"dev": ["development"], "qa": ["qa"]}}"#, &[(dev, "/")], &[(qa, "/")]);
    assert_eq!(names.left, names.right);
}

/// A text of both accounts in the place of a made-up part is none: two stacks of one account stay two.
#[test]
fn a_stack_of_both_accounts_is_not_made_up() {
    let dev = ["app-BLUE2024XYZQ-Role-1HEFSZWHPVCFQ", "app-RED2024XYZQW-Role-2HEFSZWHPVCFQ"].map(|name| (name, "/"));
    let qa = ["app-BLUE2024XYZQ-Role-3HEFSZWHPVCFQ", "app-RED2024XYZQW-Role-4HEFSZWHPVCFQ"].map(|name| (name, "/"));
    let names = names("{}", &dev, &qa);
    assert_eq!(names.left, names.right);
    assert_eq!(names.left, ["app-BLUE2024XYZQ-Role-~cloudformation", "app-RED2024XYZQW-Role-~cloudformation"]);
}

#[test]
fn names_that_a_tool_cut_at_64_are_alike() {
    let environments = r#"{"env": {"dev": ["development"], "qa": ["production"]}}"#;
    let dev = "batch-workers-development-platform-nightly-import-of-the-orders-";
    let qa = "batch-workers-production-platform-nightly-import-of-the-orders-t";
    assert_eq!((dev.len(), qa.len()), (64, 64));
    let both = names(environments, &[(dev, "/")], &[(qa, "/")]);
    assert_eq!(both.left, both.right);
    assert!(both.left[0].ends_with("~name-cut"), "{both:?}");
    // Shorter by one letter than a name can be, it was not cut.
    let both = names(environments, &[(dev.trim_end_matches('-'), "/")], &[(qa, "/")]);
    assert_ne!(both.left, both.right);
    // Something else fits as well.
    let other = qa.trim_end_matches('t').to_owned() + "x";
    let both = names(environments, &[(dev, "/")], &[(qa, "/"), (&other, "/")]);
    assert!(both.left.iter().chain(&both.right).all(|name| !name.contains('~')), "{both:?}");
}

/// A `name_prefix` cut at 38 characters, and a cut with six characters behind it.
#[test]
fn generated_names_that_a_tool_cut_are_alike() {
    let environments = r#"{"env": {"dev": ["development"], "qa": ["qa"]}}"#;
    let prefix = |environment: &str| format!("batch-workers-{environment}-nightly-import-of-orders-and-more-things");
    for (length, dev_end, qa_end) in
        [(38, "20231004215941515800000001", "20231030142647123400000002"), (57, "-a1b2c3", "-9z8y7x")]
    {
        let of = |environment: &str, end: &str| {
            prefix(environment).chars().take(length).chain(end.chars()).collect::<String>()
        };
        let (dev, qa) = (of("development", dev_end), of("qa", qa_end));
        assert_eq!((dev.len(), qa.len()), (64, 64));
        let both = names(environments, &[(&dev, "/")], &[(&qa, "/")]);
        assert_eq!(both.left, both.right, "{dev} and {qa}");
    }
}

#[test]
fn several_generated_names_are_told_apart_by_what_they_say_or_left() {
    let roles = |id: &str, names: [(&str, &str); 2]| {
        names.into_iter().map(|(name, resource)| role(id, name, "/", &[resource])).collect::<Vec<_>>()
    };
    let stamps = ["S-ExecutionRole-20190915T161542", "S-ExecutionRole-20200101T000000"];
    let others = ["S-ExecutionRole-20210915T161542", "S-ExecutionRole-20220101T000000"];
    let dev = account(DEV, roles(DEV, [(stamps[0], "arn:aws:s3:::a"), (stamps[1], "arn:aws:s3:::b")]));
    // In the other order.
    let qa = account(QA, roles(QA, [(others[0], "arn:aws:s3:::b"), (others[1], "arn:aws:s3:::a")]));
    let both = ready("{}", &dev, &qa);
    assert_eq!(shown(&both.left, Place::RoleName, stamps[0]), shown(&both.right, Place::RoleName, others[1]));
    assert_eq!(shown(&both.left, Place::RoleName, stamps[1]), shown(&both.right, Place::RoleName, others[0]));
    assert_ne!(shown(&both.left, Place::RoleName, stamps[0]), shown(&both.left, Place::RoleName, stamps[1]));
    let strange = account(QA, roles(QA, [(others[0], "arn:aws:s3:::c"), (others[1], "arn:aws:s3:::d")]));
    let both = ready("{}", &dev, &strange);
    assert_eq!(shown(&both.left, Place::RoleName, stamps[0]), stamps[0]);
}

#[test]
fn references_to_a_generated_name_are_alike_and_to_the_other_accounts_are_not() {
    let (own, other) = ("web-Role-1HEFSZWHPVCFQ", "web-Role-N66AH8H5KP1P");
    let dev = account(DEV, vec![role(DEV, own, "/", &[])]);
    let qa = account(QA, vec![role(QA, other, "/", &[])]);
    let both = ready("{}", &dev, &qa);
    let of = |id: &str, name: &str| format!("arn:aws:iam::{id}:role/{name}");
    let alike = "arn:aws:iam::ownaccountid:role/web-Role-~cloudformation";
    assert_eq!(shown(&both.left, Place::Resource, &of(DEV, own)), alike);
    assert_eq!(shown(&both.right, Place::Principal, &of(QA, other)), alike);
    assert_eq!(
        shown(&both.right, Place::Principal, &format!("arn:aws:sts::{QA}:assumed-role/{other}/session")),
        "arn:aws:sts::ownaccountid:assumed-role/web-Role-~cloudformation/session"
    );
    let mut found = Vec::new();
    both.right.apply(&of(QA, own), Place::Resource, |one| found.push((one.value.to_owned(), one.what)));
    assert_eq!(found[1], ("1HEFSZWHPVCFQ".to_owned(), What::Foreign));
    // Somebody else's role of that name.
    assert_eq!(shown(&both.right, Place::Resource, &of("777788889999", other)), of("777788889999", other));
}

const CLUSTERS: [&str; 4] = [
    "1C1C7BCDE7C743BDE3D27F1D009FFD56",
    "2C1C7BCDE7C743BDE3D27F1D009FFD56",
    "3C1C7BCDE7C743BDE3D27F1D009FFD56",
    "4C1C7BCDE7C743BDE3D27F1D009FFD56",
];

fn provider(id: &str) -> String {
    format!("oidc.eks.eu-west-1.amazonaws.com/id/{id}")
}

#[test]
fn clusters_are_told_apart_by_the_roles_that_use_them() {
    let accounts = |id: &str, clusters: [&str; 3]| {
        let roles =
            clusters.iter().zip(["a", "b", "c"]).map(|(cluster, name)| role(id, name, "/", &[&provider(cluster)]));
        account(id, roles.collect())
    };
    let [a, b, x, y] = CLUSTERS;
    let (dev, qa) = (accounts(DEV, [a, a, b]), accounts(QA, [x, x, y]));
    let both = ready("{}", &dev, &qa);
    assert_eq!(shown(&both.left, Place::Principal, &provider(a)), shown(&both.right, Place::Principal, &provider(x)));
    assert_eq!(shown(&both.left, Place::Principal, &provider(b)), shown(&both.right, Place::Principal, &provider(y)));
    assert_ne!(shown(&both.left, Place::Principal, &provider(a)), shown(&both.left, Place::Principal, &provider(b)));
    // One of qa's roles trusts dev's only cluster.
    let (dev, qa) = (accounts(DEV, [a, a, a]), accounts(QA, [x, x, a]));
    let both = ready("{}", &dev, &qa);
    let mut found = Vec::new();
    both.right.apply(&provider(a), Place::Principal, |one| found.push(one.what));
    assert_eq!(found, [What::Foreign]);
    assert_eq!(shown(&both.left, Place::Principal, &provider(a)), shown(&both.right, Place::Principal, &provider(x)));
    // A cluster that both share is nobody's.
    let (dev, qa) = (accounts(DEV, [a, a, a]), accounts(QA, [a, a, a]));
    assert_eq!(shown(&ready("{}", &dev, &qa).left, Place::Principal, &provider(a)), provider(a));
}

/// What a stack created beside roles: found by the ARNs in policies, as it is in no list of the account.
#[test]
fn resources_of_stacks_are_alike_and_the_other_accounts_are_not() {
    let arns = |id: &str, queue: &str, table: &str, bucket: &str| {
        [
            format!("arn:aws:sqs:eu-west-1:{id}:shop-Jobs-{queue}"),
            format!("arn:aws:dynamodb:eu-west-1:{id}:table/shop-Api-{table}-Carts-{queue}/index/*"),
            format!("arn:aws:s3:::shop-uploads-{bucket}/*"),
        ]
    };
    let of_dev = arns(DEV, "1QHKXV2M8T7PD", "1NEST3DABCDEF", "4k9x2m7qw8tz");
    let of_qa = arns(QA, "8J3WZR5N0C6LB", "9XYZ3DKLMNOPQ", "w1t6hb3rj0yd");
    let reads = |id: &str, arns: &[String]| {
        let resources: Vec<&str> = arns.iter().map(String::as_str).collect();
        account(id, vec![role(id, "reader", "/", &resources)])
    };
    let (dev, qa) = (reads(DEV, &of_dev), reads(QA, &of_qa));
    let both = ready("{}", &dev, &qa);
    for (l, r) in of_dev.iter().zip(&of_qa) {
        let (left, right) = (shown(&both.left, Place::Resource, l), shown(&both.right, Place::Resource, r));
        assert_eq!(left, right);
        assert!(left.contains("-~cloudformation"), "{left}");
    }
    // A role of qa that reads dev's queue as well refers to dev.
    let more: Vec<String> = of_qa.iter().chain(of_dev.first()).cloned().collect();
    let both = ready("{}", &dev, &reads(QA, &more));
    let mut found = Vec::new();
    both.right.apply(&of_dev[0], Place::Resource, |one| found.push((one.value.to_owned(), one.what)));
    assert!(found.contains(&("1QHKXV2M8T7PD".to_owned(), What::Foreign)), "{found:?}");
    assert_eq!(shown(&both.left, Place::Resource, &of_dev[0]), shown(&both.right, Place::Resource, &of_qa[0]));
    // Another resource, and one that both share.
    let other = [of_qa[0].replace("Jobs", "Mails")];
    let both = ready("{}", &reads(DEV, &of_dev[..1]), &reads(QA, &other));
    assert_ne!(shown(&both.left, Place::Resource, &of_dev[0]), shown(&both.right, Place::Resource, &other[0]));
    let shared = ["arn:aws:sqs:eu-west-1:777788889999:shop-Jobs-1QHKXV2M8T7PD".to_owned()];
    let both = ready("{}", &reads(DEV, &shared), &reads(QA, &shared));
    assert_eq!(shown(&both.left, Place::Resource, &shared[0]), shared[0]);
}

/// The name of one resource is in the ARNs of others: its part corresponds to one part of the other account, everywhere.
#[test]
fn a_made_up_part_has_one_counterpart_in_all_arns() {
    let function = |id: &str, end: &str| format!("arn:aws:lambda:eu-west-1:{id}:function:shop-Fn-{end}");
    let logs = |id: &str, end: &str| format!("arn:aws:logs:eu-west-1:{id}:log-group:/aws/lambda/shop-Fn-{end}:*");
    let anywhere = |end: &str| format!("arn:aws:lambda:*:*:function:shop-Fn-{end}");
    let uses = |id: &str, resources: &[String]| {
        let resources: Vec<&str> = resources.iter().map(String::as_str).collect();
        account(id, vec![role(id, "worker", "/", &resources)])
    };
    let (of_dev, of_qa, third) = ("aP3kZq8vWm1x", "Hd6rTy2cJs9L", "Kw5bNz7qXv4D");
    let same = |dev: [String; 2], qa: [String; 2]| {
        let both = ready("{}", &uses(DEV, &dev), &uses(QA, &qa));
        let same =
            |at: usize| shown(&both.left, Place::Resource, &dev[at]) == shown(&both.right, Place::Resource, &qa[at]);
        [same(0), same(1)]
    };
    let dev = [function(DEV, of_dev), logs(DEV, of_dev)];
    assert_eq!(same(dev.clone(), [function(QA, of_qa), logs(QA, of_qa)]), [true, true]);
    // The log group of dev's function, though in qa: a function that qa does not have.
    assert_eq!(same(dev.clone(), [function(QA, of_qa), logs(QA, of_dev)]), [true, false]);
    assert_eq!(same(dev, [function(QA, of_qa), logs(QA, third)]), [false, false]);
    let dev = [function(DEV, of_dev), anywhere(of_dev)];
    assert_eq!(same(dev.clone(), [function(QA, of_qa), anywhere(of_qa)]), [true, true]);
    assert_eq!(same(dev.clone(), [function(QA, of_qa), anywhere(third)]), [false, false]);
    // The text is the same in both, and is dev's.
    let both = ready("{}", &uses(DEV, &dev), &uses(QA, &[function(QA, of_qa), anywhere(of_dev)]));
    let mut found = Vec::new();
    both.right.apply(&anywhere(of_dev), Place::Resource, |one| found.push((one.value.to_owned(), one.what)));
    assert_eq!(found, [(of_dev.to_owned(), What::Foreign)]);
    assert!(shown(&both.left, Place::Resource, &anywhere(of_dev)).ends_with("-~cloudformation"));
    // A name that both accounts have was made up for neither.
    let queue = |id: &str| format!("arn:aws:sqs:eu-west-1:{id}:shop-Jobs-1QHKXV2M8T7PD");
    let both = ready("{}", &uses(DEV, &[queue(DEV)]), &uses(QA, &[queue(QA)]));
    assert!(shown(&both.left, Place::Resource, &queue(DEV)).ends_with("-1QHKXV2M8T7PD"));
}

/// In one account and Region a name is taken once, so two of them are two things.
#[test]
fn names_and_secrets_of_a_third_account_are_as_they_are() {
    for (dev_arn, qa_arn) in [
        (
            "arn:aws:sqs:eu-west-1:777788889999:shop-Jobs-1QHKXV2M8T7PD",
            "arn:aws:sqs:eu-west-1:777788889999:shop-Jobs-8J3WZR5N0C6LB",
        ),
        (
            "arn:aws:secretsmanager:eu-west-1:777788889999:secret:db-a1B2c3",
            "arn:aws:secretsmanager:eu-west-1:777788889999:secret:db-x9Y8z7",
        ),
    ] {
        let reads = |id: &str, arn: &str| account(id, vec![role(id, "reader", "/", &[arn])]);
        let both = ready("{}", &reads(DEV, dev_arn), &reads(QA, qa_arn));
        assert_eq!(shown(&both.left, Place::Resource, dev_arn), dev_arn);
        assert_eq!(shown(&both.right, Place::Resource, qa_arn), qa_arn);
    }
    // Where the dictionary says that two accounts correspond, so do what is in them.
    let dictionary = r#"{"shared": {"dev": ["777788889999"], "qa": ["555566667777"]}}"#;
    let arn = |id: &str, end: &str| format!("arn:aws:sqs:eu-west-1:{id}:shop-Jobs-{end}");
    let (l, r) = (arn("777788889999", "1QHKXV2M8T7PD"), arn("555566667777", "8J3WZR5N0C6LB"));
    let reads = |id: &str, arn: &str| account(id, vec![role(id, "reader", "/", &[arn])]);
    let both = ready(dictionary, &reads(DEV, &l), &reads(QA, &r));
    assert_eq!(shown(&both.left, Place::Resource, &l), shown(&both.right, Place::Resource, &r));
}

/// A team's name and number stand where a Region could, and are none.
#[test]
fn teams_are_no_regions() {
    let form =
        |name: &str| generated_names::recognise(Builtins::default(), Named::Role, name, "/").map(|form| form.rule);
    for region in ["eu-west-1", "ap-southeast-5", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1", "me-central-1"] {
        assert_eq!(form(&format!("orders-{region}-lambdaRole")), Some(Builtin::Serverless), "{region}");
        let of_pipeline = format!("AWSCodePipelineServiceRole-{region}-orders");
        assert_eq!(form(&of_pipeline), Some(Builtin::CodePipeline), "{region}");
        assert_eq!(form(&format!("AWS-QuickSetup-Host-{region}-t7c2w")), Some(Builtin::QuickSetup), "{region}");
    }
    for team in ["my-team-1", "us-crew-1", "eu-data-team-2"] {
        assert_eq!(form(&format!("orders-{team}-lambdaRole")), None, "{team}");
        assert_eq!(form(&format!("AWSCodePipelineServiceRole-{team}-orders")), None, "{team}");
    }
}

/// What a person wrote at the end of a name is no made-up part, though it has twelve letters and digits.
#[test]
fn words_with_a_number_are_no_ends_of_stacks() {
    let queue = |id: &str, name: &str| format!("arn:aws:sqs:eu-west-1:{id}:{name}");
    let bucket = |_: &str, name: &str| format!("arn:aws:s3:::{name}/*");
    let alike = |dev_arn: &str, qa_arn: &str| {
        let reads = |id: &str, arn: &str| account(id, vec![role(id, "reader", "/", &[arn])]);
        let both = ready("{}", &reads(DEV, dev_arn), &reads(QA, qa_arn));
        shown(&both.left, Place::Resource, dev_arn) == shown(&both.right, Place::Resource, qa_arn)
    };
    for (l, r) in [
        ("PRODUCTION01", "PRODUCTION02"),
        ("20240101ABCDE", "20240201ABCDE"),
        ("WAREHOUSE2023", "WAREHOUSE2024"),
        ("OrdersSQSDLQ", "OrdersSNSDLQ"),
        ("MYSQLJDBCURL", "MYSQLJDBCUSR"),
        ("WAREHOUSE001-Jobs-1QHKXV2M8T7PD", "WAREHOUSE002-Jobs-8J3WZR5N0C6LB"),
        ("warehouse001-Jobs-1QHKXV2M8T7PD", "warehouse002-Jobs-8J3WZR5N0C6LB"),
    ] {
        assert!(!alike(&queue(DEV, &format!("shop-{l}")), &queue(QA, &format!("shop-{r}"))), "{l}");
    }
    for (l, r) in [("production01", "production02"), ("useast1prod1", "useast1prod2"), ("backupstore1", "backupstore2")]
    {
        assert!(!alike(&bucket(DEV, &format!("data-{l}")), &bucket(QA, &format!("data-{r}"))), "{l}");
    }
    assert!(alike(&bucket(DEV, "data-4k9x2m7qw8tz"), &bucket(QA, "data-backupstore1")));
}

#[test]
fn every_rule_does_what_it_says() {
    for rule in Builtin::ALL {
        let about = rule.about();
        assert!(!about.replaces.is_empty() && about.source.starts_with("https://"), "{rule:?}");
        let random = |text: &str| {
            let kinds = [Named::Role, Named::ManagedPolicy, Named::InlinePolicy, Named::InstanceProfile];
            let forms =
                kinds.iter().filter_map(|named| generated_names::recognise(Builtins::default(), *named, text, "/"));
            let name = forms.filter(|form| form.rule == rule).any(|form| form.looks_random);
            let ids = generated_ids::find_ids(Builtins::default(), text);
            let path = rule == Builtin::SsoPath && generated_names::sso_region(text).is_some();
            let own = rule == Builtin::AccountId && applied("{}", text) != text;
            name || path || own || ids.iter().any(|id| id.rule == rule && id.looks_random)
        };
        assert!(random(about.example), "{}", about.example);
        assert!(!random(about.near_miss), "{}", about.near_miss);
        let without = Builtins::default().without(rule.as_str()).unwrap();
        assert!(!without.has(rule) && without.iter().count() == Builtin::ALL.len() - 1);
    }
    assert_eq!(Builtins::default().without("all").unwrap().iter().count(), 0);
    assert!(Builtins::default().without("nonsense").is_err());
}

/// Never built in: what differs here is a finding.
#[test]
fn other_ids_are_left() {
    for text in ["o-a1b2c3d4e5", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111", "AROADBQP57FF2AEXAMPLE", "777788889999"] {
        assert_eq!(applied("{}", text), text);
        assert_eq!(generated_names::recognise(Builtins::default(), Named::Role, text, "/"), None);
        assert!(generated_ids::find_ids(Builtins::default(), text).is_empty());
    }
}

#[cfg(feature = "testing")]
mod laws {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_is_lost(
            text in "[abAB1-]{0,12}",
            dev in proptest::collection::btree_set("[ab]{1,3}", 0..4),
            qa in proptest::collection::btree_set("[ab]{1,3}", 0..4),
            token in any::<bool>(),
        ) {
            let how = if token { "token" } else { "substring" };
            let dictionary = serde_json::json!({"p": {"dev": dev, "qa": qa, "match": how}}).to_string();
            let (left, right) = (account(DEV, Vec::new()), account(QA, Vec::new()));
            let both = ready(&dictionary, &left, &right);
            for side in Side::BOTH {
                let mut replaced = Vec::new();
                let after = both.get(side).apply(&text, Place::Resource, |one| {
                    if one.is_replaced() {
                        replaced.push(one.value.to_owned());
                    }
                });
                let after = after.into_with_marks();
                let own = if side == Side::Left { &dev } else { &qa };
                prop_assert!(replaced.iter().all(|value| own.contains(&value.to_lowercase())));
                let mut values = replaced.into_iter();
                let parts = after.split([OPEN, CLOSE]).enumerate();
                let restored: String =
                    parts.map(|(i, part)| if i % 2 == 1 { values.next().unwrap() } else { part.to_owned() }).collect();
                prop_assert_eq!(&restored, &text);
            }
        }
    }
}

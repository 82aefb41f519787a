//! What the policies of made-up roles say.

use super::document::{Statement, Target, Test, allow, test, trust};
use super::world::World;

/// Actions on resources. None allows on everything what a drift could add, so that each drift is one.
const GRANTS: [(&[&str], &[&str]); 13] = [
    (
        &["s3:Get*", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"],
        &[
            "arn:aws:s3:::<co>-data-<n>/in/*",
            "arn:aws:s3:::bucket-<n>.<env>.acme/*",
            "arn:aws:s3:::logs-<id>-<env>-<n>/*",
        ],
    ),
    (
        &["s3:List*", "s3:GetBucketLocation", "s3:GetObject"],
        &[
            "arn:aws:s3:::<co>-data-<n>",
            "arn:aws:s3:::<co>-data-<n>/*",
            "arn:aws:s3:::cdk-hnb659fds-assets-<id>-<region>/*",
        ],
    ),
    (
        &["sqs:SendMessage", "sqs:*Message", "sqs:GetQueueUrl"],
        &["arn:aws:sqs:<region>:<id>:<env>-queue-<n>", "arn:aws:sqs:<region>:<id>:Queue<Env>-<n>"],
    ),
    (
        &["dynamodb:GetItem", "dynamodb:*Item", "dynamodb:Query"],
        &[
            "arn:aws:dynamodb:<region>:<id>:table/<env>-table-<n>",
            "arn:aws:dynamodb:<region>:<id>:table/<ENV>_TABLE_<n>/index/*",
        ],
    ),
    (
        &["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
        &[
            "arn:aws:secretsmanager:<region>:<id>:secret:app<n>/db-<secret>",
            "arn:aws:secretsmanager:<region>:<id>:secret:<env>/app<n>-<secret>",
        ],
    ),
    (
        &["logs:CreateLogStream", "logs:PutLogEvents"],
        &[
            "arn:aws:logs:<region>:<id>:log-group:/aws/lambda/<env>-fn-<n>:*",
            "arn:aws:logs:<region>:<id>:log-group:/APP/<ENV>/<n>:*",
        ],
    ),
    (
        &["ssm:GetParameter", "ssm:GetParameters"],
        &["arn:aws:ssm:<region>:<id>:parameter/<env>/app<n>/*", "arn:aws:ssm:<region>:<id>:parameter/App<n>/<Env>"],
    ),
    (
        &["lambda:InvokeFunction"],
        &[
            "arn:aws:lambda:<region>:<id>:function:Func<Env>-<n>",
            "arn:aws:lambda:<region>:<id>:function:<env>-func-<n>",
        ],
    ),
    (&["sns:Publish"], &["arn:aws:sns:<region>:<id>:<co>-topic-<n>", "arn:aws:sns:<region>:<central>:alarms"]),
    (&["kms:Decrypt", "kms:GenerateDataKey"], &["arn:aws:kms:<region>:<id>:key/*"]),
    (&["ec2:Describe*", "cloudwatch:PutMetricData"], &["*"]),
    (
        &["s3:GetObject"],
        &["arn:aws:s3:::${aws:PrincipalTag/team}-home-<env>/*", "arn:aws:s3:::home-<reg>-<n>/${aws:userid}/*"],
    ),
    (
        &["events:PutEvents"],
        &["arn:aws:events:<region>:<central>:event-bus/central", "arn:aws:events:<region>:<id>:event-bus/<env>"],
    ),
];

/// Texts that hold an environment's letters in a word.
const IN_WORDS: [(&[&str], &[&str]); 3] = [
    (&["devicefarm:GetProject"], &["arn:aws:devicefarm:us-west-2:<id>:project:*"]),
    (&["s3:GetObject"], &["arn:aws:s3:::product-service-latest/*", "arn:aws:s3:::developer-tools/device/*"]),
    (
        &["sqs:SendMessage"],
        &["arn:aws:sqs:<region>:<id>:productions-delivery-<n>", "arn:aws:sqs:<region>:<id>:devices-<env>-<n>"],
    ),
];

/// The statements of a role's own policy; the resources have the role's number.
pub(super) fn statements(world: &mut World, number: usize) -> Vec<Statement> {
    // The first names the role in a resource, which is what tells roles of one name apart.
    let own = format!("arn:aws:s3:::<co>-own-{number}/*");
    let mut statements = vec![allow(&["s3:GetObject", "s3:ListMultipartUploadParts"], &[&own])];
    for _ in 0..1 + world.numbers.below(4) {
        let statement = grant(world, number);
        statements.push(statement);
    }
    if world.numbers.chance(20) {
        let bucket = format!("arn:aws:s3:::<co>-data-{number}/*");
        let insecure = test("Bool", "aws:SecureTransport", &["false"]);
        statements.push(allow(&["s3:Delete*", "s3:PutObject"], &[&bucket]).deny().when(insecure));
    }
    if world.numbers.chance(10) {
        let elsewhere = test("StringNotEquals", "aws:RequestedRegion", &["<region>", "ca-central-1"]);
        let mut statement = allow(&["iam:*", "sts:*", "support:*"], &["*"]).deny().when(elsewhere);
        statement.not_action = true;
        statements.push(statement);
    }
    if world.numbers.chance(5) {
        let mut statement = allow(
            &["athena:GetQueryResults", "athena:GetQueryExecution"],
            &["arn:aws:athena:<region>:<id>:workgroup/<env>-secret", "arn:aws:athena:<region>:<id>:workgroup/audit"],
        );
        statement.not_resource = true;
        statements.push(statement);
    }
    statements
}

fn grant(world: &mut World, number: usize) -> Statement {
    let in_words = world.noise.in_words && world.numbers.chance(15);
    let grants: &[_] = if in_words { &IN_WORDS } else { &GRANTS };
    let (actions, resources) = world.numbers.one_of(grants).copied().unwrap_or_default();
    let mut statement = allow(&some(world, actions), &[]);
    for resource in some(world, resources) {
        let resource = spelled(world, resource, number);
        statement.targets.push((Target::Resource, resource));
    }
    if world.numbers.chance(30) {
        for _ in 0..1 + world.numbers.below(2) {
            let condition = condition(world, number);
            if !statement.conditions.iter().any(|known| known.key == condition.key) {
                statement.conditions.push(condition);
            }
        }
    }
    statement
}

/// At least one of them, in their order.
fn some<'t>(world: &mut World, texts: &[&'t str]) -> Vec<&'t str> {
    let mut some: Vec<&str> = texts.iter().copied().filter(|_| world.numbers.chance(60)).collect();
    if some.is_empty() {
        some.push(world.numbers.one_of(texts).copied().unwrap_or("*"));
    }
    some
}

fn spelled(world: &mut World, text: &str, number: usize) -> String {
    let text = text.replace("<n>", &number.to_string());
    if !text.contains("<secret>") {
        return text;
    }
    let end = world.secret(&text);
    text.replace("<secret>", &end)
}

fn condition(world: &mut World, number: usize) -> Test {
    let network = format!("10.{}.0.0/16", number % 200);
    match world.numbers.below(11) {
        0 => test("Bool", "aws:SecureTransport", &["true"]),
        1 => test("StringEquals", "aws:ResourceAccount", &["<id>", "<central>"]),
        2 => test("StringEquals", "aws:PrincipalOrgID", &["<org>"]),
        3 => test("StringEquals", "aws:RequestedRegion", &["<region>", "ca-central-1"]),
        4 => test("ArnLike", "aws:PrincipalArn", &["arn:aws:iam::<id>:role/<env>-*", "arn:aws:iam::<id>:role/*<Env>"]),
        5 => test("StringEquals", "aws:ResourceTag/environment", &["<env>"]),
        6 => test("IpAddress", "aws:SourceIp", &[&network, "192.0.2.7"]),
        7 => test("NumericLessThan", "aws:MultiFactorAuthAge", &["3600"]),
        8 => test("ForAllValues:StringLike", "aws:TagKeys", &["team", "acme:*"]),
        9 => test("Null", "aws:TokenIssueTime", &["false"]),
        _ => test("StringLike", "aws:PrincipalTag/stage", &["<env>-*", "<ENV>", "shared"]),
    }
}

/// The statements of a policy for many roles.
pub(super) fn shared(world: &mut World, number: usize, of_aws: bool) -> Vec<Statement> {
    const OF_AWS: [&str; 6] = [
        "ec2:Describe*",
        "cloudwatch:PutMetricData",
        "logs:Describe*",
        "s3:ListAllMyBuckets",
        "tag:GetResources",
        "xray:Put*",
    ];
    let mut statements = vec![allow(&some(world, &OF_AWS), &["*"])];
    if of_aws {
        // Buckets that AWS names as it likes.
        let buckets =
            ["arn:aws:s3:::aws-samples-prod/*", "arn:aws:s3:::aws-samples-dev/*", "arn:aws:s3:::aws-qa-live/*"];
        statements.push(allow(&["s3:GetObjectTagging"], &buckets));
    } else {
        for _ in 0..1 + world.numbers.below(3) {
            let statement = grant(world, 1000 + number);
            statements.push(statement);
        }
    }
    statements
}

/// A boundary that leaves what a drift may change.
pub(super) fn boundary() -> Vec<Statement> {
    let all =
        ["s3:*", "sqs:*", "sns:*", "dynamodb:*", "logs:*", "secretsmanager:*", "sts:*", "iam:PassRole", "route53:*"];
    vec![allow(&all, &["*"]), allow(&["s3:DeleteBucket", "dynamodb:DeleteBackup"], &["*"]).deny()]
}

/// Who can assume an application's role.
pub(super) fn trusts(world: &mut World, number: usize) -> Vec<Statement> {
    let github = "arn:aws:iam::<id>:oidc-provider/token.actions.githubusercontent.com";
    let repository = format!("repo:acme/app{number}:environment:<env>");
    let external = format!("external-{number}");
    let service = |name| trust("sts:AssumeRole", Target::Service, &[name]);
    let aws = |principals: &[&str]| trust("sts:AssumeRole", Target::Aws, principals);
    match world.numbers.below(9) {
        0 => vec![service("ec2.amazonaws.com")],
        1 => vec![trust("sts:AssumeRole", Target::Service, &["lambda.amazonaws.com", "edgelambda.amazonaws.com"])],
        2 => vec![aws(&["arn:aws:iam::<id>:root"])],
        3 => vec![
            trust("sts:AssumeRoleWithWebIdentity", Target::Federated, &[github])
                .when(test("StringLike", "token.actions.githubusercontent.com:sub", &[&repository]))
                .when(test("StringEquals", "token.actions.githubusercontent.com:aud", &["sts.amazonaws.com"])),
        ],
        4 => vec![aws(&["<central>", "<id>"]).when(test("StringEquals", "sts:ExternalId", &[&external]))],
        5 => vec![aws(&["*"]).when(test("StringEquals", "aws:PrincipalOrgID", &["<org>"])).when(test(
            "ArnLike",
            "aws:PrincipalArn",
            &["arn:aws:iam::*:role/<env>-runner"],
        ))],
        6 => vec![service("ecs-tasks.amazonaws.com"), aws(&["AROA4KZ2EXAMPLE7QWERTY", "arn:aws:iam::<central>:root"])],
        7 => {
            let mut statement = aws(&["arn:aws:iam::<id>:root", "arn:aws:iam::<central>:role/deployer"]);
            statement.actions.push("sts:TagSession".to_owned());
            vec![statement]
        }
        _ => {
            vec![service("states.amazonaws.com").when(test("StringEquals", "aws:SourceAccount", &["<id>"])).when(test(
                "ArnLike",
                "aws:SourceArn",
                &["arn:aws:states:<region>:<id>:stateMachine:<env>-*"],
            ))]
        }
    }
}

//! A small world of policies and requests, the same on every run.

use serde_json::{Map, Value, json};

/// A deterministic source of choices (xorshift64*).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.max(1))
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % sides
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }
}

/// One question to both evaluators.
#[derive(Clone)]
pub struct Question {
    pub documents: Vec<Value>,
    pub boundary: Option<Value>,
    /// With a trust policy the question is whether `principal` can assume the role `resource`.
    pub trust: Option<Value>,
    pub principal: String,
    pub action: String,
    pub resource: String,
    pub context: Map<String, Value>,
    /// Whether the engine found the request, of whatever action the catalog has.
    pub is_witness: bool,
}

impl Question {
    /// Each statement of the question's policies alone, as an Allow: the answers say whether it matches. What
    /// `NotPrincipal` means depends on the effect, so a Deny with it stays one, beside an Allow of everything.
    pub fn single_statements(&self) -> Vec<Self> {
        let with = |document: &Value, statement: &Value| {
            let mut alone = document.clone();
            alone["Statement"] = json!([statement]);
            if statement["NotPrincipal"].is_null() {
                alone["Statement"][0]["Effect"] = json!("Allow");
            } else {
                let all = json!({"Effect": "Allow", "Principal": "*", "Action": "sts:*"});
                alone["Statement"] = json!([statement, all]);
            }
            alone
        };
        let documents: Vec<&Value> = match &self.trust {
            Some(trust) => vec![trust],
            None => self.documents.iter().chain(&self.boundary).collect(),
        };
        let statements = documents.into_iter().flat_map(|d| statements(d).into_iter().map(move |s| with(d, s)));
        let question = |alone| match self.trust {
            Some(_) => Self { trust: Some(alone), ..self.clone() },
            None => Self { documents: vec![alone], boundary: None, ..self.clone() },
        };
        statements.map(question).collect()
    }

    /// The same with policies about few services: a difference in nearly everything has a witness in each of hundreds.
    pub fn of_few_services(&self) -> Self {
        let narrow = |document: &Value| {
            let mut document = document.clone();
            let statements = document["Statement"].as_array().unwrap().iter().map(|statement| {
                let mut statement = statement.clone();
                let fields = statement.as_object_mut().unwrap();
                let actions = fields.remove("NotAction").or_else(|| fields.remove("Action")).unwrap();
                let wide = |action: &Value| action.as_str().unwrap().split(':').next().unwrap().contains(['*', '?']);
                let all = actions.as_array().cloned().unwrap_or_else(|| vec![actions.clone()]);
                let narrow = all.iter().map(|action| if wide(action) { json!("s3:*") } else { action.clone() });
                fields.insert("Action".to_owned(), narrow.collect());
                statement
            });
            document["Statement"] = statements.collect();
            document
        };
        let documents = self.documents.iter().map(narrow).collect();
        Self { documents, boundary: self.boundary.as_ref().map(narrow), ..self.clone() }
    }

    /// The first statement of the question's first policy.
    pub fn statement(&self) -> &Value {
        statements(self.document())[0]
    }

    /// The trust policy, or else the first policy.
    pub fn document(&self) -> &Value {
        self.trust.as_ref().or(self.documents.first()).unwrap()
    }
}

fn statements(document: &Value) -> Vec<&Value> {
    let statements = &document["Statement"];
    statements.as_array().map_or_else(|| vec![statements], |many| many.iter().collect())
}

pub const ACCOUNT: &str = "111122223333";

/// Actions with resources of theirs (none of KMS's, where a key's own policy has a say before the role's); `*` where the action takes none.
const TARGETS: &[(&str, &[&str])] = &[
    ("s3:GetObject", &["arn:aws:s3:::amber/red/a.csv", "arn:aws:s3:::amber/part-1", "arn:aws:s3:::amber-2/x:y:z"]),
    ("s3:PutObject", &["arn:aws:s3:::amber/red/a.csv", "arn:aws:s3:us-east-1:111122223333:accesspoint/p/object/k"]),
    ("s3:ListBucket", &["arn:aws:s3:::amber", "arn:aws:s3:::amber-2"]),
    ("s3:ListAllMyBuckets", &["*"]),
    ("sqs:SendMessage", &["arn:aws:sqs:us-east-1:111122223333:orders", "arn:aws:sqs:eu-west-1:444455556666:orders"]),
    ("sqs:ListQueues", &["*"]),
    ("sns:Publish", &["arn:aws:sns:us-east-1:111122223333:news", "arn:aws-cn:sns:cn-north-1:111122223333:news"]),
    ("logs:PutLogEvents", &["arn:aws:logs:us-east-1:111122223333:log-group:/app/web:log-stream:2026-01"]),
    ("dynamodb:GetItem", &["arn:aws:dynamodb:us-east-1:111122223333:table/red"]),
    ("iam:PassRole", &["arn:aws:iam::111122223333:role/team/deploy"]),
    ("ec2:DescribeInstances", &["*"]),
    ("ec2:TerminateInstances", &["arn:aws:ec2:us-east-1:111122223333:instance/i-0a1b"]),
    ("secretsmanager:GetSecretValue", &["arn:aws:secretsmanager:us-east-1:111122223333:secret:red-AbCdEf"]),
    ("lambda:InvokeFunction", &["arn:aws:lambda:us-east-1:111122223333:function:resize"]),
];

/// Conditions to draw from: operator, key, values.
const TESTS: &[(&str, &str, &str)] = &[
    ("StringEquals", "aws:PrincipalTag/team", r#""red""#),
    ("StringEquals", "aws:principaltag/TEAM", r#"["red", "blue"]"#),
    ("stringequals", "aws:PrincipalTag/team", r#""red""#),
    ("StringEquals", "aws:PrincipalTag/team", r#""r*""#),
    ("StringEquals", "aws:PrincipalTag/team", r#""${aws:PrincipalTag/unit}""#),
    ("StringEquals", "aws:PrincipalTag/team", r#""${aws:PrincipalTag/unit, 'red'}""#),
    ("StringNotEquals", "aws:PrincipalTag/team", r#""${aws:PrincipalTag/unit}""#),
    ("StringNotEquals", "aws:PrincipalTag/team", r#""red""#),
    ("StringNotEquals", "aws:PrincipalTag/team", r#"["red", "blue"]"#),
    ("StringEqualsIfExists", "aws:PrincipalTag/team", r#""red""#),
    ("StringNotEqualsIfExists", "aws:PrincipalTag/team", r#""red""#),
    ("StringEqualsIgnoreCase", "aws:PrincipalTag/team", r#""Red""#),
    ("StringNotEqualsIgnoreCase", "aws:PrincipalTag/team", r#""RED""#),
    ("StringLike", "aws:PrincipalTag/team", r#""r?d*""#),
    ("StringLike", "aws:PrincipalTag/team", r#""re${*}""#),
    ("StringLike", "aws:PrincipalTag/team", r#"["b*", "*d"]"#),
    ("StringLikeIfExists", "aws:PrincipalTag/team", r#""b*""#),
    ("StringNotLike", "aws:PrincipalTag/team", r#""r*""#),
    ("StringLike", "aws:SourceArn", r#""arn:aws:sns:*:news""#),
    ("ArnLike", "aws:SourceArn", r#""arn:aws:sns:*:news""#),
    ("ArnLike", "aws:SourceArn", r#""arn:aws:sns:*:*:new?""#),
    ("ArnEquals", "aws:SourceArn", r#"["arn:aws:sqs:*:*:*", "arn:aws:sns:us-*-1:111122223333:*"]"#),
    ("ArnNotLike", "aws:SourceArn", r#""arn:aws:sns:*:*:news""#),
    ("ArnNotEquals", "aws:SourceArn", r#""arn:*:sqs:*:*:*""#),
    ("ArnLikeIfExists", "aws:SourceArn", r#""arn:aws:sns:us-east-1:111122223333:news""#),
    ("ArnLike", "aws:SourceArn", r#""arn:aws:sns:*""#),
    ("IpAddress", "aws:SourceIp", r#""203.0.113.0/24""#),
    ("IpAddress", "aws:SourceIp", r#"["203.0.113.7", "2001:DB8::/32"]"#),
    ("NotIpAddress", "aws:SourceIp", r#"["203.0.113.0/25", "198.51.100.0/24"]"#),
    ("IpAddressIfExists", "aws:SourceIp", r#""198.51.100.0/24""#),
    ("Bool", "aws:SecureTransport", r#""true""#),
    ("Bool", "aws:SecureTransport", "false"),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", r#""True""#),
    ("NumericLessThan", "aws:MultiFactorAuthAge", r#""3600""#),
    ("NumericLessThanEquals", "aws:MultiFactorAuthAge", "3600"),
    ("NumericGreaterThan", "aws:MultiFactorAuthAge", r#""300""#),
    ("NumericGreaterThanEqualsIfExists", "aws:MultiFactorAuthAge", r#""3600""#),
    ("NumericEquals", "aws:MultiFactorAuthAge", r#"["300", "3600"]"#),
    ("NumericNotEquals", "aws:MultiFactorAuthAge", r#""3600""#),
    ("DateGreaterThan", "aws:CurrentTime", r#""2026-01-01T00:00:00Z""#),
    ("DateLessThan", "aws:CurrentTime", r#""2026-06-01T00:00:00Z""#),
    ("DateLessThanEquals", "aws:CurrentTime", r#""2026-01-01T00:00:00Z""#),
    ("DateEquals", "aws:CurrentTime", r#""2026-01-01T00:00:00Z""#),
    ("DateNotEquals", "aws:CurrentTime", r#""2026-01-01T00:00:00Z""#),
    ("DateGreaterThanEquals", "aws:TokenIssueTime", r#""2026-01-01T00:00:00Z""#),
    ("DateLessThan", "aws:CurrentTime", r#""1767225600""#),
    ("DateGreaterThanEquals", "aws:CurrentTime", r#""2026-01-01""#),
    ("DateEquals", "aws:CurrentTime", r#""2026-01-01T01:00:00+01:00""#),
    ("IpAddress", "aws:SourceIp", r#"["203.0.113.6/31", "2001:db8::/127"]"#),
    ("NotIpAddress", "aws:SourceIp", r#""0.0.0.0/0""#),
    ("StringLike", "aws:userid", r#""*:${aws:PrincipalTag/team}""#),
    ("StringNotLike", "aws:userid", r#""*:${aws:PrincipalTag/team, 'none'}""#),
    ("StringEquals", "aws:userid", r#"["AROADBQP57FF2AEXAMPLE:${aws:PrincipalTag/team}", "${$}"]"#),
    ("Null", "aws:PrincipalTag/team", r#""true""#),
    ("Null", "aws:PrincipalTag/team", r#""false""#),
    ("Null", "aws:TagKeys", "true"),
    ("ForAllValues:StringEquals", "aws:TagKeys", r#"["team", "cost"]"#),
    ("ForAllValues:StringNotEquals", "aws:TagKeys", r#"["team", "cost"]"#),
    ("ForAllValues:StringLike", "aws:TagKeys", r#""t*""#),
    ("ForAnyValue:StringEquals", "aws:TagKeys", r#"["team", "cost"]"#),
    ("ForAnyValue:StringNotEquals", "aws:TagKeys", r#""team""#),
    ("ForAnyValue:StringLike", "aws:TagKeys", r#"["c?st", "x*"]"#),
    ("ForAnyValue:StringEqualsIfExists", "aws:TagKeys", r#""team""#),
    ("StringEquals", "aws:TagKeys", r#""team""#),
];

/// What a request may carry.
const VALUES: &[(&str, &[&[&str]])] = &[
    ("aws:PrincipalTag/team", &[&["red"], &["RED"], &["blue"], &["r*"], &["re*"]]),
    ("aws:PrincipalTag/unit", &[&["red"], &["blue"], &["amber"]]),
    ("aws:SourceArn", &[&["arn:aws:sns:us-east-1:111122223333:news"], &["arn:aws:sqs:eu-west-1:444455556666:news"]]),
    ("aws:SourceIp", &[&["203.0.113.7"], &["203.0.113.200"], &["198.51.100.9"], &["2001:db8::1"]]),
    ("aws:SecureTransport", &[&["true"], &["false"]]),
    ("aws:MultiFactorAuthPresent", &[&["true"], &["false"]]),
    ("aws:MultiFactorAuthAge", &[&["300"], &["3600"], &["3599"], &["86400"]]),
    ("aws:CurrentTime", &[&["2026-01-01T00:00:00Z"], &["2025-12-31T23:59:59Z"], &["2026-07-01T00:00:00Z"]]),
    ("aws:TokenIssueTime", &[&["2026-01-01T00:00:00Z"], &["2025-01-01T00:00:00Z"]]),
    ("aws:TagKeys", &[&["team"], &["team", "cost"], &["cost", "x"], &["x"], &["team", "tier"], &[""]]),
    ("aws:userid", &[&["AROADBQP57FF2AEXAMPLE:red"]]),
];

/// Questions about what a role may do.
pub fn identity_questions(count: usize, dice: &mut Dice) -> Vec<Question> {
    (0..count).map(|_| identity_question(dice)).collect()
}

fn identity_question(dice: &mut Dice) -> Question {
    let (action, resources) = dice.pick(TARGETS);
    let resource = dice.pick(resources);
    let boundary = dice.chance(20).then(|| document(dice, action, resource));
    let documents = (0..=dice.roll(2)).map(|_| document(dice, action, resource)).collect();
    Question {
        documents,
        boundary,
        trust: None,
        principal: format!("arn:aws:iam::{ACCOUNT}:role/tested"),
        action: action.to_owned(),
        resource: resource.to_owned(),
        context: context(dice),
        is_witness: false,
    }
}

pub fn context(dice: &mut Dice) -> Map<String, Value> {
    let mut context = Map::new();
    for (key, choices) in VALUES {
        if dice.chance(65) {
            context.insert((*key).to_owned(), json!(dice.pick(choices)));
        }
    }
    context
}

fn document(dice: &mut Dice, action: &str, resource: &str) -> Value {
    let statements: Vec<Value> = (0..=dice.roll(3)).map(|_| statement(dice, action, resource)).collect();
    with_version(dice, statements)
}

pub fn with_version(dice: &mut Dice, statements: Vec<Value>) -> Value {
    let mut document = json!({"Statement": statements});
    if !dice.chance(10) {
        document["Version"] = json!(if dice.chance(85) { "2012-10-17" } else { "2008-10-17" });
    }
    document
}

fn statement(dice: &mut Dice, action: &str, resource: &str) -> Value {
    let mut statement = json!({"Effect": if dice.chance(72) { "Allow" } else { "Deny" }});
    let element = if dice.chance(82) { "Action" } else { "NotAction" };
    statement[element] = (0..=dice.roll(2)).map(|_| action_pattern(dice, action)).collect();
    let element = if dice.chance(82) { "Resource" } else { "NotResource" };
    statement[element] = (0..=dice.roll(2)).map(|_| resource_pattern(dice, resource)).collect();
    add_condition(dice, &mut statement);
    statement
}

pub fn add_condition(dice: &mut Dice, statement: &mut Value) {
    if dice.chance(55) {
        for _ in 0..=dice.roll(2) {
            let (operator, key, values) = dice.pick(TESTS);
            statement["Condition"][operator][key] = serde_json::from_str(values).unwrap();
        }
    }
}

fn action_pattern(dice: &mut Dice, action: &str) -> String {
    let (service, name) = action.split_once(':').unwrap();
    match dice.roll(9) {
        0 => "*".to_owned(),
        1 => format!("{service}:*"),
        2 => action.to_ascii_uppercase(),
        3 => format!("{service}:{}*", cut(name, ..dice.roll(name.len()))),
        4 => format!("{service}:*{}", cut(name, dice.roll(name.len())..)),
        5 => {
            let at = dice.roll(name.len());
            format!("{service}:{}?{}", cut(name, ..at), cut(name, at + 1..))
        }
        6 => dice
            .pick(&["s3:Get*", "sqs:*", "iam:*", "ec2:Describe*", "secretsmanager:GetSecretValue", "unheard:*"])
            .to_owned(),
        _ => action.to_owned(),
    }
}

fn resource_pattern(dice: &mut Dice, resource: &str) -> String {
    if resource == "*" || dice.chance(20) {
        return dice
            .pick(&["*", "arn:aws:s3:::amber/*", "arn:aws:sqs:*:*:orders", "arn:*:*:*:*:*", "arn:aws:s3:::*", "*"])
            .to_owned();
    }
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    let at = dice.roll(resource.len());
    match dice.roll(11) {
        0 => format!("{}*", cut(resource, ..at)),
        1 => format!("{}?{}", cut(resource, ..at), cut(resource, at + 1..)),
        2 => {
            let to = (at + dice.roll(8)).min(resource.len());
            format!("{}*{}", cut(resource, ..at), cut(resource, to..))
        }
        3 => with_part(&parts, 3, "*"),
        4 => with_part(&parts, 3, "us-*1"),
        5 => with_part(&parts, 4, "*"),
        6 => with_part(&parts, 1, "*"),
        7 => with_part(&parts, 5, "*"),
        8 => dice
            .pick(&[
                "arn:aws:s3:::amber/${aws:PrincipalTag/team}/*",
                "arn:aws:s3:::${aws:PrincipalTag/unit, 'amber'}/*",
                "arn:aws:s3:::amber/${*}",
                "arn:aws:s3:::amber/part-${?}",
                "arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/team}",
                "arn:aws:s3:::${aws:username}/*",
            ])
            .to_owned(),
        9 => resource.to_ascii_uppercase().replacen("ARN:AWS", "arn:aws", 1),
        _ => resource.to_owned(),
    }
}

/// A part of an ASCII text.
fn cut(text: &str, range: impl std::slice::SliceIndex<str, Output = str>) -> &str {
    text.get(range).unwrap()
}

fn with_part(parts: &[&str], index: usize, part: &str) -> String {
    let mut parts = parts.to_vec();
    parts[index] = part;
    parts.join(":")
}

const CALLERS: &[&str] = &[
    "arn:aws:iam::444455556666:role/team/deploy",
    "arn:aws:sts::444455556666:assumed-role/deploy/run-7",
    "arn:aws:iam::111122223333:role/deploy",
    "arn:aws:sts::111122223333:assumed-role/deploy/run-7",
    "arn:aws:iam::444455556666:user/bob",
    "arn:aws:iam::999988887777:role/stranger",
    "ec2.amazonaws.com",
];

const PRINCIPALS: &[&str] = &[
    r#""*""#,
    r#"{"AWS": "*"}"#,
    r#"{"AWS": "444455556666"}"#,
    r#"{"AWS": "arn:aws:iam::444455556666:root"}"#,
    r#"{"AWS": "arn:aws:iam::111122223333:root"}"#,
    r#"{"AWS": ["111122223333", "arn:aws:iam::999988887777:root"]}"#,
    r#"{"AWS": "arn:aws:iam::444455556666:role/team/deploy"}"#,
    r#"{"AWS": ["arn:aws:iam::111122223333:role/deploy", "arn:aws:iam::444455556666:user/bob"]}"#,
    r#"{"AWS": "arn:aws:sts::444455556666:assumed-role/deploy/run-7"}"#,
    r#"{"AWS": "AROADBQP57FF2AEXAMPLE"}"#,
    r#"{"Service": "ec2.amazonaws.com"}"#,
    r#"{"Service": ["ecs.amazonaws.com", "lambda.amazonaws.com"], "AWS": "444455556666"}"#,
    r#"{"Federated": "arn:aws:iam::111122223333:saml-provider/corp"}"#,
];

/// Questions about who can assume a role. The caller's own policies allow everything.
pub fn trust_questions(count: usize, dice: &mut Dice) -> Vec<Question> {
    (0..count).map(|_| trust_question(dice)).collect()
}

fn trust_question(dice: &mut Dice) -> Question {
    let statements = (0..=dice.roll(3)).map(|_| trust_statement(dice)).collect();
    let everything = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
    let principal = dice.pick(CALLERS);
    Question {
        documents: if principal.starts_with("arn:") { vec![everything] } else { vec![] },
        boundary: None,
        trust: Some(with_version(dice, statements)),
        principal: principal.to_owned(),
        action: dice.pick(&["sts:AssumeRole", "sts:AssumeRole", "sts:AssumeRole", "sts:TagSession"]).to_owned(),
        resource: format!("arn:aws:iam::{ACCOUNT}:role/target"),
        context: context(dice),
        is_witness: false,
    }
}

fn trust_statement(dice: &mut Dice) -> Value {
    let is_allow = dice.chance(75);
    let mut statement = json!({"Effect": if is_allow { "Allow" } else { "Deny" }});
    // IAM accepts NotPrincipal beside Allow too, but there it means next to everyone.
    let element = if !is_allow && dice.chance(35) { "NotPrincipal" } else { "Principal" };
    statement[element] = serde_json::from_str(dice.pick(PRINCIPALS)).unwrap();
    statement["Action"] =
        json!(dice.pick(&["sts:AssumeRole", "sts:assume*", "sts:*", "sts:TagSession", "sts:AssumeRoleWithSAML"]));
    if dice.chance(30) {
        add_condition(dice, &mut statement);
    }
    statement
}

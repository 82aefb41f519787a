//! `report.html` as a file: its rules are right, it holds what was found, and what it leaves out it says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::support::page::{every_kind, page};
use crate::support::program::{EXAMPLES, Place};
use crate::support::tool::{DEV, QA, inline, trust};

/// What stands between two texts, the first time.
fn inside<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    page.split_once(start).and_then(|(_, rest)| rest.split_once(end)).unwrap_or_else(|| panic!("{start}")).0
}

fn block(page: &str, id: &str) -> Value {
    let text = inside(page, &format!("<script type=\"application/json\" id=\"{id}\">"), "</script>");
    assert!(!text.contains(['<', '>', '&', '\u{2028}']), "{id}");
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{id}: {error}"))
}

/// Two accounts with one role each of these statements.
fn differing(dev: &Value, qa: &Value) -> [Vec<Value>; 2] {
    [vec![inline(DEV, "r", dev)], vec![inline(QA, "r", qa)]]
}

#[test]
fn the_policy_names_this_style_and_this_script_alone() {
    let place = Place::new();
    place.run(EXAMPLES);
    let page = place.read("reports/report.html");
    let policy = inside(&page, "<meta http-equiv=\"Content-Security-Policy\" content=\"", "\">");
    let hash = |text: &str| STANDARD.encode(digest(&SHA256, text.as_bytes())).replace('+', "&#43;");
    let policy = policy.replace("&#39;", "'").replace("&#x27;", "'");
    for (what, text) in
        [("style-src", inside(&page, "<style>", "</style>")), ("script-src", inside(&page, "<script>", "</script>"))]
    {
        let hash = hash(text).replace("&#43;", "+");
        assert!(policy.contains(&format!("{what} 'sha256-{hash}';")), "{what} {hash}: {policy}");
    }
    for rule in ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'"] {
        assert!(policy.contains(rule), "{rule}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    // Nothing that would be refused, and nothing from elsewhere.
    let frame: String =
        page.split("<script").map(|part| part.split_once("</script>").map_or(part, |(_, rest)| rest)).collect();
    for refused in [" style=", " onclick=", " onload=", "src=", "@import", "url("] {
        assert!(!frame.contains(refused), "{refused}");
    }
    // Links lead to places of the page, to the console and to the documentation; nothing follows them by itself.
    let (own, away): (Vec<&str>, Vec<&str>) =
        frame.split("href=\"").skip(1).partition(|part| part.starts_with('#') || part.starts_with("data:,\""));
    assert!(own.len() > 10 && away.len() > 10);
    for link in away {
        let known = ["https://console.aws.amazon.com/iam/home#/roles/details/", "https://docs.aws.amazon.com/"];
        assert!(known.iter().any(|start| link.starts_with(start)), "{link}");
        let tag = link.split_once('>').unwrap().0;
        assert!(tag.ends_with("\" rel=\"noopener noreferrer\" target=\"_blank\""), "{tag}");
    }
    for id in ["index", "causes", "details", "documents"] {
        assert!(!block(&page, id).is_null());
    }
}

#[test]
fn the_head_says_what_was_compared_and_how() {
    let place = Place::new();
    place.run(&format!("{EXAMPLES} --role *-environment --exclude-service-linked"));
    let page = place.read("reports/report.html");
    let report: Value = serde_json::from_str(&place.read("reports/report.json")).unwrap();
    assert_eq!(report["selection"], json!({"roles": ["*-environment"], "exclude_service_linked": true}));
    // As `jq -cj .dictionary report.json | sha256sum` reckons it.
    let hash = digest(&SHA256, report["dictionary"].to_string().as_bytes());
    let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    for words in [
        hash.as_str(),
        "111111111111",
        "222222222222",
        "example account qa",
        "<time>2026-11-21T08:00:00Z</time> by iamctl",
        "Only roles named <code>*-environment</code>, without service-linked roles: ",
        report["catalogue"]["date"].as_str().unwrap(),
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn every_kind_of_finding_is_in_words_and_in_the_data() {
    let ([dev, qa], change) = every_kind();
    let page = page(&dev, &qa, "{}", change);
    for words in [
        "(privilege escalation: put-role-policy)",
        "qa references dev: <code>111111111111</code> in the resource arn:aws:sqs:eu-west-1:111111111111:orders",
        "does not contain descriptions and session durations",
        "dev explicitly denies s3:DeleteObject",
        "the maximum session duration in seconds is 3600 in dev, 7200 in qa",
        "the role exists only in qa",
    ] {
        assert!(page.contains(words), "{words}");
    }
    let (index, causes, details) = (block(&page, "index"), block(&page, "causes"), block(&page, "details"));
    let rules: std::collections::BTreeSet<&str> =
        index["facets"].as_array().unwrap().iter().map(|facet| facet[1].as_str().unwrap()).collect();
    for rule in ["privilege-escalation", "trust-widened", "cross-reference", "deny-removed", "dangling-principal"] {
        assert!(rules.contains(rule), "{rule}: {rules:?}");
        let text = index["rules"].as_array().unwrap().iter().find(|one| one["id"] == rule).unwrap();
        assert_eq!(text["paragraphs"][1][0], "Why it matters");
    }
    assert_eq!(index["roles"][0]["n"], "shop-orders", "the role with the most severe finding is first");
    let first = &causes[0];
    assert_eq!(
        (&first["v"], &first["u"], &first["r"]),
        (&json!("critical"), &json!("privilege-escalation"), &json!([0]))
    );
    let commands = first["c"].to_string();
    for command in [
        "iamctl can FOLDER --tag qa shop-orders iam:PutRolePolicy",
        &format!("iamctl accept FOLDER --group {} --reason 'WHY'", first["i"].as_str().unwrap()),
        "iamctl remediate FOLDER --make qa --role=shop-orders",
    ] {
        assert!(commands.contains(command), "{command}: {commands}");
    }
    // The cause refers to its finding.
    let (role, number) = (first["f"][0][0].as_u64().unwrap(), first["f"][0][1].as_u64().unwrap());
    let finding = &details[usize::try_from(role).unwrap()]["findings"][usize::try_from(number).unwrap()];
    assert_eq!((&finding["u"], &finding["g"]), (&json!("privilege-escalation"), &json!(0)));
    // The page's limitations are no cause of a difference.
    let limitations = causes.as_array().unwrap().iter().filter(|cause| cause["u"] == "could-not-compare").count();
    assert_eq!(limitations, 0);
    let documents = block(&page, "documents");
    assert_eq!(documents["policies"][0].as_array().unwrap().len(), 2);
    assert_eq!(documents["policies"][2], Value::Null, "equal roles bring no documents");
}

/// Messages name texts between backticks; no page shows these.
#[test]
fn what_stands_between_backticks_is_code_in_the_frame() {
    let place = Place::new();
    place.run(EXAMPLES);
    let page = place.read("reports/report.html");
    let frame = inside(&page, "<body>", "<script");
    assert!(!frame.contains('`'), "{:?}", frame.split('`').nth(1));
    assert!(frame.contains("have the name <code>report-environment</code> after normalization"));
}

#[test]
fn one_cause_is_told_once_with_all_its_roles() {
    let allow = |action: &str| json!([{"Effect": "Allow", "Action": action, "Resource": "*"}]);
    let names = ["a", "b", "c"];
    let dev: Vec<Value> = names.iter().map(|name| inline(DEV, name, &allow("s3:ListAllMyBuckets"))).collect();
    let trusting = |name: &&str| {
        let mut one = inline(QA, name, &allow("s3:ListAllMyBuckets"));
        one["trust_policy"] = trust(&json!({"AWS": "arn:aws:iam::444444444444:root", "Service": "ec2.amazonaws.com"}));
        one
    };
    let qa: Vec<Value> = names.iter().map(trusting).collect();
    let page = page(&dev, &qa, "{}", |_| {});
    let causes = block(&page, "causes");
    assert_eq!(causes.as_array().unwrap().len(), 1, "{causes}");
    assert_eq!(causes[0]["m"], "external account 444444444444 can assume 3 roles in qa, not in dev");
    assert_eq!(causes[0]["r"], json!([0, 1, 2]));
    let brief = inside(&page, "<ol class=\"brief\">", "</ol>");
    assert_eq!(brief.matches("<li>").count(), 1);
    assert!(brief.contains("a, b, c"), "{brief}");
}

#[test]
fn policies_as_written_keep_order_and_sid_and_stand_in_pairs() {
    let statement = |sid: &str, action: &str| json!({"Sid": sid, "Effect": "Allow", "Action": action, "Resource": "*"});
    let dev = json!([statement("Read", "s3:GetObject"), statement("Send", "sqs:SendMessage")]);
    let qa = json!([statement("Send", "sqs:SendMessage"), statement("Read", "s3:GetBucketPolicy")]);
    let [dev, qa] = differing(&dev, &qa);
    let documents = block(&page(&dev, &qa, "{}", |_| {}), "documents");
    let (policy, written) = written(&documents, "inline policy p");
    assert_eq!(policy[0], "inline policy p");
    let pairs = written[2].as_array().unwrap();
    assert_eq!((&pairs[0][0], &pairs[0][1]), (&json!(0), &json!(1)));
    assert_eq!(
        text(&documents, &pairs[0][2]),
        r#"{"Sid": "Read","Effect": "Allow","Action": "s3:GetObject","Resource": "*"}"#
    );
    assert_eq!(
        text(&documents, &pairs[0][3]),
        r#"{"Sid": "Read","Effect": "Allow","Action": "s3:GetBucketPolicy","Resource": "*"}"#
    );
    assert_eq!((&pairs[1][0], &pairs[1][1], &pairs[1][2]), (&json!(1), &json!(0), &pairs[1][3]));
}

/// A policy of the first role with its form as written.
fn written<'d>(documents: &'d Value, title: &str) -> (&'d Value, &'d Value) {
    let policy = documents["policies"][0].as_array().unwrap().iter().find(|one| one[0] == title).unwrap();
    (policy, &documents["written"][usize::try_from(policy[4].as_u64().unwrap()).unwrap()])
}

/// The lines of a document without blanks before them.
fn text(documents: &Value, number: &Value) -> String {
    let lines = documents["documents"][usize::try_from(number.as_u64().unwrap()).unwrap()].as_array().unwrap();
    let line = |at: &Value| documents["lines"][usize::try_from(at.as_u64().unwrap()).unwrap()].as_str().unwrap();
    lines.iter().map(|at| line(at).trim()).collect()
}

/// The canonical form has the placeholders, and a name that the dictionary makes equal is no change.
#[test]
fn policies_as_written_have_the_names_of_their_account() {
    let statement = |id: &str, word: &str| {
        json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": [format!("arn:aws:s3:::app-{word}/*"),
            format!("arn:aws:s3:::app-{id}/*")], "Condition": {"StringEquals": {format!("aws:ResourceTag/{word}"): word}}})
    };
    let more = json!({"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"});
    let mut dev = inline(DEV, "r", &json!([statement(DEV, "development"), more]));
    let mut qa = inline(QA, "r", &json!([statement(QA, "quality")]));
    dev["inline_policies"][0]["name"] = json!("p-development");
    qa["inline_policies"][0]["name"] = json!("p-quality");
    let dictionary = r#"{"word": ["development", "quality"]}"#;
    let documents = block(&page(&[dev], &[qa], dictionary, |_| {}), "documents");
    let (policy, written) = written(&documents, "inline policy p-word");
    assert!(text(&documents, &policy[1]).contains("app-word/*"));
    assert_eq!((&written[3], &written[4]), (&json!("p-development"), &json!("p-quality")));
    let pair = &written[2][0];
    for (number, word, id) in [(&pair[2], "development", DEV), (&pair[3], "quality", QA)] {
        let text = text(&documents, number);
        for name in [format!("app-{word}/*"), format!("app-{id}/*"), format!("aws:ResourceTag/{word}")] {
            assert!(text.contains(&name), "{name}: {text}");
        }
    }
    // Nothing differs in this statement, though no name is the same; the other is in one account only.
    assert_eq!((pair[4].as_array().unwrap().len(), &pair[4][1], &pair[4][2]), (3, &json!(0), &json!(0)), "{pair}");
    assert_eq!((&written[2][1][0], &written[2][1][1]), (&json!(1), &Value::Null));
}

/// A policy that many roles carry is in the page once, as it is written as well.
#[test]
fn shared_policies_are_stored_once() {
    let names = ["a", "b", "c", "d"];
    let of = |id: &str| -> Vec<Value> {
        let statement =
            json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::x-{id}/*")}]);
        let role = |name: &&str| {
            let mut role = inline(id, name, &statement);
            role["tags"] = json!({"team": id, "own": format!("{name}{id}x")});
            role
        };
        names.iter().map(role).collect()
    };
    let page = page(&of(DEV), &of(QA), "{}", |_| {});
    let documents = block(&page, "documents");
    assert_eq!(documents["policies"].as_array().unwrap().iter().filter(|one| !one.is_null()).count(), names.len());
    assert_eq!(
        documents["written"].as_array().unwrap().len(),
        2,
        "the inline policy and the trust policy: {documents}"
    );
}

#[test]
fn accounts_without_roles_make_a_page() {
    let page = page(&[], &[], "{}", |_| {});
    for words in [
        "<strong>No differences</strong> in 0 common roles.",
        "No entries, and nothing was replaced.",
        "no entries</dd>",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("SHA-256"));
    assert_eq!((block(&page, "details"), block(&page, "causes")), (json!([]), json!([])));
}

#[test]
fn what_would_make_it_too_large_is_left_out_and_said() {
    let statement = |action: &str, number: usize| json!({"Effect": "Allow", "Action": action, "Resource": format!("arn:aws:s3:::{number}-{}/*", "x".repeat(60))});
    let many = |action: &str| (0..80).map(|number| statement(action, number)).collect::<Vec<_>>();
    let [dev, qa] = differing(&json!(many("s3:GetObject")), &json!(many("s3:PutObject")));
    let page = page(&dev, &qa, "{}", |comparison| {
        // A hundred times as many rows, and texts without end.
        let rows = comparison.access_differences.clone();
        for (number, row) in (0..100).flat_map(|_| rows.clone()).enumerate() {
            let mut row = row;
            row.difference.resources = (0..200).map(|at| format!("arn:aws:s3:::{number}-{at}")).collect();
            row.difference.condition =
                Some(format!(r#"{{"StringEquals":{{"k":["{}"]}}}}"#, "y".repeat(10_000)).parse().unwrap());
            comparison.access_differences.push(row);
        }
        for role in &mut comparison.roles {
            role.differences.access = comparison.access_differences.len();
        }
        let role = comparison.roles[0].clone();
        // Roles in great number, all of them with these rows.
        for number in 0..3000 {
            let mut role = role.clone();
            role.role = format!("copy-{number}");
            for side in [&mut role.left, &mut role.right].into_iter().flatten() {
                side.arn = format!("{}-{number}", side.arn);
            }
            for row in rows.iter().take(4) {
                let mut row = row.clone();
                row.role_arn = format!("{}-{number}", row.role_arn);
                comparison.access_differences.push(row);
            }
            comparison.roles.push(role);
        }
    });
    assert!(page.len() < 10_000_000, "{}", page.len());
    let details = block(&page, "details");
    let findings = details[0]["findings"].as_array().unwrap();
    assert!(details[0]["more"]["findings"].as_u64().unwrap() > 5000);
    assert!(findings.len() < 60);
    let long = findings.iter().find(|finding| !finding["l"].is_null() && finding["l"][0][0] == "Resources");
    assert!(long.is_none_or(|finding| finding["l"][0][2] == 140), "{long:?}");
    for words in ["Omitted from this page", "findings of each kind per role", "omitted here: "] {
        assert!(page.contains(words), "{words}");
    }
}

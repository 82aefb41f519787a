//! `suggest` pairs the IDs of keys and networks that both accounts' roles use in the same places, and no others.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Tool, inline, snapshot};

const VPCS: [&str; 2] = ["vpc-0a1b2c3d4e5f60718", "vpc-0f9e8d7c6b5a49382"];
const KEYS: [&str; 2] = ["12345678-90ab-cdef-1234-567890abcdef", "fedcba09-8765-4321-fedc-ba0987654321"];

/// A role that reads from within a VPC and decrypts with a key.
fn reader(id: &str, name: &str, vpc: &str, key: &str) -> Value {
    let condition = json!({"StringEquals": {"aws:SourceVpc": vpc}});
    inline(
        id,
        name,
        &json!([
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": condition},
            {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": format!("arn:aws:kms:eu-west-1:{id}:key/{key}")},
        ]),
    )
}

/// What `suggest` prints of two accounts.
fn suggested(dev: &[Value], qa: &[Value]) -> (Tool, Value) {
    let tool = Tool::new();
    tool.write("dev.json", snapshot(DEV, dev, &[]));
    tool.write("qa.json", snapshot(QA, qa, &[]));
    let run = tool.run(&["suggest", "dev.json", "dev", "qa.json", "qa", "--write"]);
    assert_eq!(run.code, 0, "{run:?}");
    let printed = serde_json::from_str(&run.stdout).unwrap();
    (tool, printed)
}

fn texts(printed: &Value) -> Vec<(String, Value, Value)> {
    let entries = printed.as_object().unwrap().iter();
    entries.map(|(name, entry)| (name.clone(), entry["dev"].clone(), entry["qa"].clone())).collect()
}

#[test]
fn ids_in_the_same_places_are_paired() {
    let roles = |id: &str, of: usize| ["a", "b"].map(|name| reader(id, name, VPCS[of], KEYS[of]));
    let (tool, printed) = suggested(&roles(DEV, 0), &roles(QA, 1));
    let of = |name: &str, ids: [&str; 2]| (name.to_owned(), json!([ids[0]]), json!([ids[1]]));
    assert_eq!(texts(&printed), [of("key", KEYS), of("vpc", VPCS)]);
    assert!(printed["vpc"]["comment"].as_str().unwrap().contains("removes 4 differing texts"), "{printed}");
    // The file that was written makes the accounts equal, and hides no use of the other account's key.
    assert_eq!(tool.diff(&[])["totals"]["findings"], json!(0));
    let foreign = [reader(QA, "a", VPCS[1], KEYS[1]), reader(QA, "b", VPCS[1], KEYS[0])];
    tool.write("qa.json", snapshot(QA, &foreign, &[]));
    let report = tool.diff(&[]);
    assert_eq!(report["cross_references"].as_array().unwrap().len(), 1, "{}", report["cross_references"]);
    assert!(report["access_differences"].as_array().unwrap().iter().all(|row| row["role"] == "b"), "{report}");
}

#[test]
fn what_does_not_correspond_throughout_is_not_paired() {
    let both = |id: &str, of: usize| ["a", "b"].map(|name| reader(id, name, VPCS[of], KEYS[of]));
    let named = |printed: &Value| texts(printed).into_iter().map(|(name, ..)| name).collect::<Vec<_>>();
    // In one place any two IDs stand beside each other.
    let one = |id: &str, of: usize| [reader(id, "a", VPCS[of], KEYS[of])];
    assert_eq!(named(&suggested(&one(DEV, 0), &one(QA, 1)).1), Vec::<String>::new());
    // A third key in one role of qa.
    let other = "00000000-1111-2222-3333-444444444444";
    let qa = [reader(QA, "a", VPCS[1], KEYS[1]), reader(QA, "b", VPCS[1], other)];
    assert_eq!(named(&suggested(&both(DEV, 0), &qa).1), ["vpc"]);
    // A role of qa that does without.
    let all_keys = reader(QA, "b", VPCS[1], "*");
    let qa = [reader(QA, "a", VPCS[1], KEYS[1]), reader(QA, "c", VPCS[1], KEYS[1]), all_keys];
    let dev = ["a", "b", "c"].map(|name| reader(DEV, name, VPCS[0], KEYS[0]));
    assert_eq!(named(&suggested(&dev, &qa).1), ["vpc"]);
    // A VPC that both accounts use is nobody's own.
    let qa = [reader(QA, "a", VPCS[1], KEYS[1]), reader(QA, "b", VPCS[1], KEYS[1]), reader(QA, "x", VPCS[0], KEYS[1])];
    assert_eq!(named(&suggested(&both(DEV, 0), &qa).1), ["key"]);
}

/// Two of a kind in every role: which belongs to which is told by the statements that they stand in.
#[test]
fn two_of_a_kind_are_paired_by_their_statements() {
    let others = ["vpc-0aaaaaaaaaaaaaaaa", "vpc-0bbbbbbbbbbbbbbbb"];
    let role = |id: &str, name: &str, of: usize| {
        let statement = |sid: &str, action: &str, vpc: &str| json!({"Sid": sid, "Effect": "Allow", "Action": action, "Resource": "*", "Condition": {"StringEquals": {"aws:SourceVpc": vpc}}});
        let mut all = vec![statement("Read", "s3:GetObject", VPCS[of]), statement("Write", "s3:PutObject", others[of])];
        if of == 1 {
            all.reverse();
        }
        inline(id, name, &json!(all))
    };
    let roles = |id: &str, of: usize| ["a", "b"].map(|name| role(id, name, of));
    let (tool, printed) = suggested(&roles(DEV, 0), &roles(QA, 1));
    let mut pairs: Vec<(Value, Value)> = texts(&printed).into_iter().map(|(_, dev, qa)| (dev, qa)).collect();
    pairs.sort_by_key(|(dev, _)| dev.to_string());
    assert_eq!(pairs, [(json!([VPCS[0]]), json!([VPCS[1]])), (json!([others[0]]), json!([others[1]]))]);
    assert_eq!(tool.diff(&[])["totals"]["findings"], json!(0));
}

/// Without Sids the statements tell themselves apart, in whatever order they stand.
#[test]
fn the_order_of_statements_makes_no_pair() {
    let others = ["vpc-0aaaaaaaaaaaaaaaa", "vpc-0bbbbbbbbbbbbbbbb"];
    let role = |id: &str, name: &str, of: usize| {
        let statement = |bucket: &str, vpc: &str| {
            json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{bucket}/*"),
                "Condition": {"StringEquals": {"aws:SourceVpc": vpc}}})
        };
        let mut all = vec![statement("b", VPCS[of]), statement("c", others[of])];
        if of == 1 {
            all.reverse();
            all.insert(0, json!({"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}));
        }
        inline(id, name, &json!(all))
    };
    let roles = |id: &str, of: usize| ["a", "b"].map(|name| role(id, name, of));
    let (_, printed) = suggested(&roles(DEV, 0), &roles(QA, 1));
    let mut pairs: Vec<(Value, Value)> = texts(&printed).into_iter().map(|(_, dev, qa)| (dev, qa)).collect();
    pairs.sort_by_key(|(dev, _)| dev.to_string());
    assert_eq!(pairs, [(json!([VPCS[0]]), json!([VPCS[1]])), (json!([others[0]]), json!([others[1]]))]);
}

/// What somebody else made up is a finding where it differs: an external ID, an identity pool, a tenant's folder.
#[test]
fn other_uuids_are_no_keys() {
    let role = |id: &str, name: &str, of: usize| {
        let mut role = inline(
            id,
            name,
            &json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::shared/{}/*", KEYS[of])}]),
        );
        role["trust_policy"] = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Condition": {"StringEquals": {"sts:ExternalId": KEYS[of]}}}]});
        role
    };
    let roles = |id: &str, of: usize| ["a", "b"].map(|name| role(id, name, of));
    assert_eq!(texts(&suggested(&roles(DEV, 0), &roles(QA, 1)).1), []);
}

#[test]
fn pairs_beyond_the_limit_are_said() {
    let vpc = |of: &str, at: usize| format!("vpc-0{of}{at:0>15x}");
    let roles =
        |id: &str, of: &str| (0..30).map(|at| reader(id, &format!("r{at}"), &vpc(of, at / 2), "*")).collect::<Vec<_>>();
    let tool = Tool::new();
    tool.write("dev.json", snapshot(DEV, &roles(DEV, "a"), &[]));
    tool.write("qa.json", snapshot(QA, &roles(QA, "b"), &[]));
    let run = tool.run(&["suggest", "dev.json", "dev", "qa.json", "qa"]);
    assert!(run.stderr.contains("patterns and pairs of IDs that are not shown: 3;"), "{}", run.stderr);
}

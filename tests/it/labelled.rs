//! The comparison against the labeled pairs of `tests/fixtures/access/labelled`, both ways round.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use iamctl::catalog::Catalogue;
use iamctl::model::{PolicyType, Side};
use iamctl::parse::policy::{parse_identity, parse_trust};
use iamctl::semantics::evaluate::{AttachedDocument, Context, Request, RolePolicies, Verdict, evaluate};
use iamctl::semantics::outcome::{Certainty, Grade};
use iamctl::semantics::trust::TrustSide;
use iamctl::semantics::{Budget, Engine, KnownRole};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::access_cases;

/// The account of all roles.
const ACCOUNT: &str = "111122223333";

/// A labeled pair.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    expected: String,
    left: Value,
    right: Value,
    left_boundary: Option<Value>,
    right_boundary: Option<Value>,
    left_tags: Option<BTreeMap<String, String>>,
    right_tags: Option<BTreeMap<String, String>>,
    #[serde(default)]
    witnesses: Vec<Labelled>,
    why: String,
    source: String,
}

/// A request that one side allows and the other denies.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labelled {
    side: String,
    action: String,
    resource: String,
    context: BTreeMap<String, Vec<String>>,
}

impl Labelled {
    fn is_allowed(&self, role: &RolePolicies, catalogue: &Catalogue) -> bool {
        let context: Context = self.context.clone().into_iter().collect();
        let request = Request { action: &self.action, resource: &self.resource, context: &context };
        evaluate(role, &request, catalogue).is_allowed()
    }
}

fn cases() -> Vec<(String, Case)> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/access/labelled"));
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let area = file.file_stem().unwrap().to_string_lossy().into_owned();
        let of_area: Vec<Case> = serde_json::from_str(&std::fs::read_to_string(&file).unwrap())
            .unwrap_or_else(|error| panic!("{area}: {error}"));
        cases.extend(of_area.into_iter().map(|case| (area.clone(), case)));
    }
    cases
}

/// The documents of a side: a list of statements, one document, or `{"policies": [statements, …]}`.
fn documents(policy: &Value) -> Vec<Value> {
    let document = |statements: &Value| json!({"Version": "2012-10-17", "Statement": statements});
    match policy.get("policies") {
        Some(policies) => policies.as_array().unwrap().iter().map(document).collect(),
        None if policy.is_array() => vec![document(policy)],
        None => vec![policy.clone()],
    }
}

fn attached(policy_type: PolicyType, document: &Value) -> AttachedDocument {
    let document = Arc::new(parse_identity(&document.to_string()).unwrap());
    AttachedDocument { policy_name: "own".to_owned(), policy_type, document }
}

fn role(policy: &Value, boundary: Option<&Value>, tags: Option<&BTreeMap<String, String>>) -> RolePolicies {
    let identity = documents(policy).iter().map(|document| attached(PolicyType::Inline, document)).collect();
    let boundary = boundary.map(|policy| attached(PolicyType::Boundary, &documents(policy)[0]));
    let known = KnownRole::default().in_account(ACCOUNT).with_arn(&format!("arn:aws:iam::{ACCOUNT}:role/app"));
    // Where no tags are given, sessions may bring any.
    let known = match tags {
        None => known,
        Some(tags) => known.with_tags(tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))),
    };
    RolePolicies { identity, boundary, role: known }
}

/// The label that some rows come to; a row that is not certain makes it none.
fn label(rows: impl Iterator<Item = (Side, Certainty)>, grade: Grade) -> &'static str {
    let rows: Vec<(Side, Certainty)> = rows.collect();
    if grade == Grade::Unknown || rows.iter().any(|(_, certainty)| *certainty == Certainty::Unknown) {
        return "unknown";
    }
    let more = |side| rows.iter().any(|(own, _)| *own == side);
    match (more(Side::Left), more(Side::Right)) {
        (false, false) => "equal",
        (true, false) => "left_grants_more",
        (false, true) => "right_grants_more",
        (true, true) => "both_differ",
    }
}

fn answer(engine: &Engine<'_>, catalogue: &Catalogue, area: &str, case: &Case, swapped: bool) -> (String, String) {
    let sides = [
        (&case.left, case.left_boundary.as_ref(), case.left_tags.as_ref()),
        (&case.right, case.right_boundary.as_ref(), case.right_tags.as_ref()),
    ];
    let [left, right] = if swapped { [sides[1], sides[0]] } else { sides };
    if area.ends_with("trust") {
        let policy = |policy: &Value| parse_trust(&documents(policy)[0].to_string()).unwrap();
        let (left, right) = (policy(left.0), policy(right.0));
        let side = |policy| TrustSide { policy, account: ACCOUNT, account_id: None, partition: "aws" };
        return match engine.trust_between(side(&left), side(&right)) {
            Ok(found) => {
                crate::support::condition_truth::assert_true_of_callers(&found, ACCOUNT);
                let rows = found.differences.iter().map(|row| (row.side, row.certainty));
                (label(rows, found.grade).to_owned(), format!("{:#?}", found.differences))
            }
            Err(error) => ("error".to_owned(), error.to_string()),
        };
    }
    let role = |(policy, boundary, tags): (&Value, Option<&Value>, Option<&BTreeMap<String, String>>)| {
        role(policy, boundary, tags)
    };
    let (left, right) = (role(left), role(right));
    match engine.between(&left, &right) {
        Ok(found) => {
            crate::support::condition_truth::assert_true_of_witnesses(&found, &left, &right, catalogue);
            let rows = found.differences.iter().map(|row| (row.side, row.certainty));
            (label(rows, found.grade).to_owned(), format!("{:#?}", found.differences))
        }
        Err(error) => ("error".to_owned(), error.to_string()),
    }
}

fn swapped(label: &str) -> &str {
    match label {
        "left_grants_more" => "right_grants_more",
        "right_grants_more" => "left_grants_more",
        other => other,
    }
}

#[test]
fn every_labelled_request_is_answered_as_labelled() {
    let catalogue = Catalogue::embedded();
    let mut asked = 0;
    for (_, case) in cases() {
        let left = || role(&case.left, case.left_boundary.as_ref(), case.left_tags.as_ref());
        let right = || role(&case.right, case.right_boundary.as_ref(), case.right_tags.as_ref());
        for labelled in &case.witnesses {
            asked += 1;
            let allowed = [left(), right()].map(|role| labelled.is_allowed(&role, &catalogue));
            let is_left = labelled.side == "left";
            assert_eq!(allowed, [is_left, !is_left], "{}", case.name);
        }
    }
    assert!(asked > 0);
}

#[test]
fn every_labelled_pair_is_answered_as_labelled() {
    let catalogue = Catalogue::embedded();
    let engine = Engine::new(&catalogue, Budget::default());
    let only = std::env::var("LABELLED").unwrap_or_default();
    let mut wrong = Vec::new();
    let mut asked = 0;
    for (area, case) in cases().iter().filter(|(_, case)| case.name.contains(&only)) {
        assert!(!case.why.is_empty() && !case.source.is_empty(), "{}", case.name);
        asked += 1;
        for turned in [false, true] {
            let (found, rows) = answer(&engine, &catalogue, area, case, turned);
            let found = if turned { swapped(&found).to_owned() } else { found };
            if found != case.expected {
                let rows = if only.is_empty() { String::new() } else { format!("\n{rows}") };
                let way = if turned { " (sides swapped)" } else { "" };
                wrong.push(format!("{area}: {}{way}: {found}, not {}{rows}", case.name, case.expected));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked > 0, "no case is called `{only}`");
}

#[test]
fn every_witness_and_sample_is_answered_as_labelled() {
    let catalogue = Catalogue::embedded();
    let mut wrong = Vec::new();
    let mut asked = 0;
    for case in access_cases::cases() {
        for request in case.requests() {
            for side in Side::BOTH {
                asked += 1;
                let verdict = case.verdict(side, request, &catalogue);
                let is_decided = verdict != Verdict::Unknown;
                if !is_decided || (verdict == Verdict::Allowed) != request.allowed(side) {
                    wrong.push(format!("{}: {side:?} {} {:?}: {verdict}", case.name, request.action, request.resource));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(asked, 238, "two sides of every witness and sample");
}

//! Files that are damaged at random: whatever is in them, a run ends soon, in little memory, with a documented exit code.
//!
//! `MUTATIONS` sets how many; a failure names its seed, and the same seed gives the
//! same files again.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use iamctl::testing::Numbers;
use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Tool, document, inline, role, snapshot, trust};

/// How many inputs a test run tries.
const INPUTS: u64 = 500;

/// How long one run may take. It takes a fraction of a second.
const LONGEST: Duration = Duration::from_secs(30);

/// How much memory one run may reserve, in KiB. It uses a fraction of it.
const MEMORY: u64 = 4 << 20;

fn one<'t, T>(numbers: &mut Numbers, of: &'t [T]) -> &'t T {
    &of[numbers.below(of.len())]
}

/// What takes the place of a value, as JSON or what only looks like it.
fn strange(numbers: &mut Numbers) -> String {
    let depth = numbers.below(300);
    match numbers.below(24) {
        0 => "null".to_owned(),
        1 => "true".to_owned(),
        2 => "-1".to_owned(),
        3 => "1e999".to_owned(),
        4 => "9".repeat(numbers.below(400) + 1),
        5 => "\"\"".to_owned(),
        6 => "[]".to_owned(),
        7 => "{}".to_owned(),
        8 => "\"*\"".to_owned(),
        9 => r#""\ud800""#.to_owned(),
        10 => r#""\udc00\ud800""#.to_owned(),
        11 => r#""\u0000\u001b[2J""#.to_owned(),
        12 => r#""\ufdd0environment\ufdd1""#.to_owned(),
        13 => format!("\"{}\"", "x".repeat(numbers.below(12_000))),
        14 => format!("\"{}\"", "*?a".repeat(numbers.below(300))),
        15 => format!("\"{}\"", "${aws:username}".repeat(numbers.below(50))),
        16 => format!("{}{}", "[".repeat(depth), "]".repeat(depth)),
        17 => format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)),
        18 => r#"{"a": 1, "a": 2}"#.to_owned(),
        19 => r#"["dev", "dev", "DEV", "de", "ev", "d"]"#.to_owned(),
        20 => "\"arn:aws:iam::111111111111:role/r\"".to_owned(),
        21 => "\"%7B%22Statement%22%3A%5B%5D%7D\"".to_owned(),
        22 => "0.1e-5".to_owned(),
        _ => format!("\"{}\"", "é🙂\u{202e}".repeat(numbers.below(30))),
    }
}

/// Stands where a strange value is to stand once the file is written.
const HERE: &str = "@here@";

/// The places of all values.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| places(item, &format!("{at}/{index}"), all));
        }
        Value::Object(entries) => {
            let name = |key: &str| key.replace('~', "~0").replace('/', "~1");
            entries.iter().for_each(|(key, item)| places(item, &format!("{at}/{}", name(key)), all));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Damages a value: another one in its place, two swapped, one left out, a key renamed.
fn damaged_value(value: &mut Value, numbers: &mut Numbers) {
    let mut all = Vec::new();
    places(value, "", &mut all);
    let (place, other) = (one(numbers, &all).clone(), one(numbers, &all).clone());
    match numbers.below(5) {
        0 | 1 => *value.pointer_mut(&place).unwrap() = json!(HERE),
        2 => {
            let copy = value.pointer(&other).unwrap().clone();
            *value.pointer_mut(&place).unwrap() = copy;
        }
        change => {
            let (parent, key) = place.rsplit_once('/').unwrap_or(("", ""));
            match value.pointer_mut(parent) {
                Some(Value::Object(entries)) => {
                    let removed = entries.remove(key);
                    if let (3, Some(removed)) = (change, removed) {
                        entries.insert(format!("{key}x"), removed);
                    }
                }
                Some(Value::Array(items)) if change == 3 => {
                    let copy = items.clone();
                    items.extend(copy);
                }
                Some(Value::Array(items)) => drop(items.pop()),
                _ => {}
            }
        }
    }
}

/// Damages the bytes of a file: cut, changed, doubled, in another encoding.
fn damaged_bytes(mut bytes: Vec<u8>, numbers: &mut Numbers) -> Vec<u8> {
    let (first, second) = (numbers.below(bytes.len()), numbers.below(bytes.len()));
    let (from, to) = (first.min(second), first.max(second));
    match numbers.below(9) {
        0 => bytes.truncate(from),
        1 => bytes[from] ^= 1 << numbers.below(8),
        2 => drop(bytes.drain(from..to)),
        3 => {
            bytes.splice(from..from, *one(numbers, &[[0xff, 0xfe], [0, 0], [b'"', b','], [b'}', b'{']])).for_each(drop)
        }
        4 => bytes.extend_from_within(..),
        5 => bytes.extend_from_within(from..to),
        6 => bytes = String::from_utf8_lossy(&bytes).encode_utf16().flat_map(u16::to_le_bytes).collect(),
        7 => drop(bytes.splice(0..0, [0xef, 0xbb, 0xbf])),
        _ => drop(bytes.splice(0..0, [0x1f, 0x8b])),
    }
    bytes
}

/// The files of a run, all of them good.
struct Files {
    dev: Value,
    qa: Value,
    dictionary: Value,
    accepted: Value,
    catalog: Value,
    report: Value,
}

/// Authorization details with what they can have.
fn details() -> Value {
    let statements = json!([
        {"Sid": "A", "Effect": "Allow", "Action": ["sqs:Send*", "s3:GetObject"], "Resource": ["arn:aws:s3:::acme-dev/*", "*"],
         "Condition": {"StringLike": {"aws:PrincipalTag/team": ["a*", "${aws:username}"]}, "Bool": {"aws:SecureTransport": false}}},
        {"Effect": "Deny", "NotAction": "s3:*", "NotResource": "arn:aws:s3:::b-dev"}]);
    let arn = |rest: &str| format!("arn:aws:iam::{DEV}:{rest}");
    json!({
        "UserDetailList": [{"Arn": arn("user/u")}], "IsTruncated": false,
        "RoleDetailList": [{
            "Path": "/team/", "RoleName": "app-dev", "RoleId": "AROAEXAMPLEDEV", "Arn": arn("role/team/app-dev"),
            "AssumeRolePolicyDocument": trust(&json!({"AWS": [arn("root"), arn("role/other-dev")]})),
            "InstanceProfileList": [{"InstanceProfileName": "app-dev"}], "Tags": [{"Key": "stage", "Value": "dev"}],
            "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": document(&statements)}],
            "AttachedManagedPolicies": [{"PolicyName": "m", "PolicyArn": arn("policy/m-dev")}],
            "PermissionsBoundary": {"PermissionsBoundaryArn": arn("policy/m-dev")}
        }],
        "Policies": [{"PolicyName": "m-dev", "Arn": arn("policy/m-dev"), "DefaultVersionId": "v1",
            "PolicyVersionList": [{"VersionId": "v1", "Document": document(&statements)}]}]
    })
}

fn files() -> Files {
    let tool = Tool::new();
    let statements = json!([{"Effect": "Allow", "Action": "sqs:*", "Resource": "arn:aws:sqs:eu-west-1:222222222222:jobs-qa"},
        {"Effect": "Allow", "NotAction": ["iam:*", "s3:Put*"], "Resource": "*"}]);
    let mut app = inline(QA, "app-qa", &statements);
    app["tags"] = json!({"stage": "qa"});
    let qa: Value = serde_json::from_str(&snapshot(QA, &[app, role(QA, "only-qa", &json!({}))], &[])).unwrap();
    let dictionary = json!({"environment": {"dev": ["dev"], "qa": ["qa"]}, "list": ["acme", "example"],
        "cut": {"pattern": "-([a-f0-9]{8})$", "in": ["rolename"]}, "known_accounts": {"444455556666": "audit"}});
    let accepted = json!({"format": "iamctl-accepted", "version": 1, "accepted": [
        {"role": "app-*", "action": ["sqs:Purge*"], "resource": "*", "side": "qa", "reason": "x", "expires": "2099-12-31"},
        {"role": "app-*", "attribute": "path", "values": {"dev": "/team/", "qa": "/"}, "reason": "x", "owner": "me"}]});
    // A small catalog, so that a run takes little.
    assert_eq!(tool.run(&["init"]).code, 0);
    let mut catalog: Value = serde_json::from_str(&tool.read("iam.json")).unwrap();
    let services = catalog["catalogue"].as_array_mut().unwrap();
    services.retain(|service| ["iam", "s3", "sqs", "sts"].contains(&service["prefix"].as_str().unwrap()));
    let actions: usize = services.iter().map(|service| service["actions"].as_array().unwrap().len()).sum();
    let count = services.len();
    catalog["services"] = json!(count);
    catalog["actions"] = json!(actions);
    let dev = details();
    for (name, file) in
        [("dev.json", &dev), ("qa.json", &qa), ("equivalency_list.json", &dictionary), ("iam.json", &catalog)]
    {
        tool.write(name, file.to_string());
    }
    let report = tool.diff(&[]);
    Files { dev, qa, dictionary, accepted, catalog, report }
}

/// Writes the files of a seed, one or two of them damaged; the arguments to run.
fn write(files: &Files, tool: &Tool, numbers: &mut Numbers) -> Vec<&'static str> {
    let all = [
        ("dev.json", &files.dev),
        ("qa.json", &files.qa),
        ("equivalency_list.json", &files.dictionary),
        ("accepted.json", &files.accepted),
        ("iam.json", &files.catalog),
        ("out/report.json", &files.report),
    ];
    let (names, arguments) = run_of(numbers);
    let damaged = *one(numbers, names);
    for (name, value) in all {
        let mut bytes = value.to_string().into_bytes();
        if name == damaged {
            let mut value = value.clone();
            for _ in 0..numbers.below(3) {
                damaged_value(&mut value, numbers);
            }
            let mut text = value.to_string();
            while let Some(place) = text.find(&format!("\"{HERE}\"")) {
                text.replace_range(place..place + HERE.len() + 2, &strange(numbers));
            }
            bytes = text.into_bytes();
            if numbers.below(3) == 0 && !bytes.is_empty() {
                bytes = damaged_bytes(bytes, numbers);
            }
        }
        tool.write(name, bytes);
    }
    tool.write("out/dev_snapshot.json", files.dev.to_string());
    tool.write("out/qa_snapshot.json", files.qa.to_string());
    arguments
}

/// The files that a command reads, and the command.
fn run_of(numbers: &mut Numbers) -> (&'static [&'static str], Vec<&'static str>) {
    const SOURCES: [&str; 5] = ["dev.json", "qa.json", "equivalency_list.json", "accepted.json", "iam.json"];
    let diff = ["diff", "dev.json", "dev", "qa.json", "qa", "--output", "new"];
    match numbers.below(10) {
        0 => (&SOURCES[..3], vec!["suggest", "dev.json", "dev", "qa.json", "qa"]),
        1 => (&SOURCES[..1], vec!["can", "dev.json", "app-dev", "s3:GetObject", "arn:aws:s3:::acme-dev/k"]),
        2 => (&["out/report.json"], vec!["explain", "out", "app-environment"]),
        3 => (&["out/report.json"], vec!["accept", "out", "--all", "--reason", "x", "--expires", "2099-12-31"]),
        4 => (&["out/report.json"], vec!["remediate", "out", "--make", "qa"]),
        5 => (&SOURCES[..1], vec!["harvest", "dev.json", "dev", "--output", "new"]),
        6 => (&SOURCES, [&diff[..], &["--exit-code", "--allow-incomplete"]].concat()),
        _ => (&SOURCES, [&diff[..], &["--fail-on", "access"]].concat()),
    }
}

/// Runs a seed. What is wrong with the run, if something is.
fn fault(files: &Files, seed: u64) -> Option<String> {
    let tool = Tool::new();
    let mut numbers = Numbers::new(seed);
    let arguments = write(files, &tool, &mut numbers);
    let script = format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_iamctl")]).args(&arguments).current_dir(tool.path());
    command.env_clear().env("HOME", tool.path()).env("RAYON_NUM_THREADS", "1");
    let log = std::fs::File::create(tool.path().join("stderr")).unwrap();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
    let start = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if start.elapsed() > LONGEST => {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let stderr = tool.read("stderr");
    let lines = stderr.lines().collect::<Vec<_>>();
    let mut wrong = String::new();
    match status.map(|status| status.code()) {
        None => wrong.push_str("no end in sight; "),
        Some(Some(0 | 1)) => {}
        Some(Some(2)) if arguments[0] == "can" || lines.iter().any(|line| line.starts_with("error: ")) => {}
        Some(code) => write!(wrong, "exit code {code:?}; ").unwrap(),
    }
    if stderr.contains("panicked") || stderr.contains("bug in iamctl") || stderr.contains("memory allocation") {
        wrong.push_str("a bug; ");
    }
    if lines.iter().any(|line| line.chars().count() > 25_000 || line.contains(char::is_control)) {
        wrong.push_str("a line that is not one for people; ");
    }
    (!wrong.is_empty()).then(|| {
        let said: String = stderr.chars().take(2_000).collect();
        format!("seed {seed}: {wrong}{arguments:?}: {said}")
    })
}

#[test]
fn damaged_files_end_a_run_soon_and_in_words() {
    let inputs = std::env::var("MUTATIONS").map_or(INPUTS, |inputs| inputs.parse().unwrap());
    let files = files();
    let next = AtomicU64::new(0);
    let run = || {
        let mut faults = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= inputs {
                return faults;
            }
            faults.extend(fault(&files, seed));
        }
    };
    let faults: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(faults.is_empty(), "{} of {inputs} runs:\n{}", faults.len(), faults.join("\n"));
}

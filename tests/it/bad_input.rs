//! Input that is wrong: one line that says what, a hint, exit code 2, nothing half-written.

use std::io::Write as _;

use flate2::write::GzEncoder;
use serde_json::json;

use crate::support::tool::{DEV, QA, Run, Tool, inline, role, snapshot};

/// A folder with two good snapshots.
fn tool() -> Tool {
    let tool = Tool::new();
    tool.write("dev.json", snapshot(DEV, &[role(DEV, "r", &json!({}))], &[]));
    tool.write("qa.json", snapshot(QA, &[role(QA, "r", &json!({}))], &[]));
    tool
}

const DIFF: [&str; 7] = ["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"];

/// A run that must fail without writing anything.
fn refused(tool: &Tool, arguments: &[&str]) -> Run {
    let before = tool.names(".");
    let run = tool.run(arguments);
    assert_eq!(run.code, 2, "{run:?}");
    assert_eq!(run.stdout, "", "{run:?}");
    assert!(run.stderr.starts_with("error: "), "{run:?}");
    assert_eq!(tool.names("."), before, "nothing is left");
    run
}

fn first_line(run: &Run) -> &str {
    run.stderr.lines().next().unwrap()
}

#[test]
fn a_dictionary_with_a_fault() {
    let tool = tool();
    for (text, expected) in [
        (
            "{\"environment\":\n \"dev\"}",
            "the values of `environment` must be a list of texts, such as [\"dev\", \"qa\"], or an object at line 2 column",
        ),
        ("{\"environment\": [\"\"]}", "a value of `environment` is empty at line 1 column"),
        (
            "{\"environment\": {\"dev\": [\"dev\"],\n \"mtach\": \"token\"}}",
            "`mtach` is not a key of the entry `environment`: use an account tag with a list of texts, or comment, values,",
        ),
        ("{\"environment\": {\"pattern\": \"(\"}}", "`(` is not a regular expression: unclosed group at line 1 column"),
        ("{\"environment\"", "EOF while parsing an object at line 1 column"),
        ("[]", "invalid type: sequence"),
    ] {
        tool.write("equivalency_list.json", text);
        let run = refused(&tool, &DIFF);
        let line = first_line(&run);
        assert!(line.starts_with("error: the dictionary `equivalency_list.json` cannot be used: "), "{line}");
        assert!(line.contains(expected), "{line}");
        assert!(run.stderr.contains("hint: a dictionary looks like"), "{run:?}");
    }
    let run = refused(&tool, &[&DIFF[..], &["--equivalency", "nowhere.json"]].concat());
    assert_eq!(first_line(&run), "error: cannot read `nowhere.json`");
}

#[test]
fn tags_that_cannot_be() {
    let tool = tool();
    let with = |one: &'static str, two: &'static str| ["diff", "dev.json", one, "qa.json", two, "--output", "out"];
    assert_eq!(first_line(&refused(&tool, &with("dev", "dev"))), "error: both accounts have the tag `dev`");
    assert_eq!(first_line(&refused(&tool, &with("dev", "DEV"))), "error: both accounts have the tag `dev`");
    assert!(first_line(&refused(&tool, &with("my dev", "qa"))).contains("`my dev` is not an account tag"));
    assert!(first_line(&refused(&tool, &with("../dev", "qa"))).contains("`../dev` is not an account tag"));
    let run = refused(&tool, &with("common", "qa"));
    assert!(first_line(&run).starts_with("error: with these tags two reports would both be called"), "{run:?}");
}

#[test]
fn files_that_are_no_snapshots() {
    let tool = tool();
    for (text, expected) in [
        ("", "file qa.json is not JSON: EOF"),
        (
            "{}",
            "file qa.json is neither a snapshot of iamctl nor the output of `aws iam get-account-authorization-details`",
        ),
        ("{\"format\": \"iamctl-snapshot\", \"version\": 9}", "file qa.json is a snapshot of version 9"),
        ("{\"RoleDetailList\": [], \"IsTruncated\": true}", "file qa.json contains only a part of the account"),
    ] {
        tool.write("qa.json", text);
        let run = refused(&tool, &DIFF);
        assert!(first_line(&run).contains(expected), "{run:?}");
        assert!(run.stderr.contains("hint: "), "{run:?}");
    }
    let whole = snapshot(QA, &[role(QA, "r", &json!({}))], &[]);
    tool.write("qa.json", &whole.as_bytes()[..whole.len() / 2]);
    refused(&tool, &DIFF);
    let run = refused(&tool, &["diff", "./nowhere", "dev", "dev.json", "qa"]);
    assert_eq!(first_line(&run), "error: cannot read `./nowhere`");
}

#[test]
fn gzip_is_read_and_a_damaged_one_is_not() {
    let tool = tool();
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(tool.read("qa.json").as_bytes()).unwrap();
    let bytes = gzip.finish().unwrap();
    tool.write("packed.json.gz", &bytes);
    let with_gzip = ["diff", "dev.json", "dev", "packed.json.gz", "qa", "--output", "out", "--exit-code"];
    let run = tool.run(&with_gzip);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(tool.exists("out/qa_packed_iam_tuples.csv"));
    tool.write("packed.json.gz", &bytes[..bytes.len() - 12]);
    std::fs::remove_dir_all(tool.path().join("out")).unwrap();
    assert_eq!(first_line(&refused(&tool, &with_gzip)), "error: cannot read `packed.json.gz`");
}

#[test]
fn a_catalogue_of_unknown_shape() {
    let tool = tool();
    tool.write("iam.json", r#"{"services": []}"#);
    let run = refused(&tool, &DIFF);
    assert_eq!(first_line(&run), "error: the catalog `iam.json` cannot be used");
}

#[test]
fn an_output_that_cannot_be_written() {
    let tool = tool();
    tool.write("file", "");
    let run = refused(&tool, &["diff", "dev.json", "dev", "qa.json", "qa", "--output", "file"]);
    assert_eq!(first_line(&run), "error: cannot write to the folder `file`");
    refused(&tool, &["diff", "dev.json", "dev", "qa.json", "qa", "--output", "file/under"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    // A process may be told that no file of its own can grow past a size: the write then fails as on a full disk.
    let tool = tool();
    let roles: Vec<_> = (0..200)
        .map(|n| inline(DEV, &format!("r{n}"), &json!([{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}])))
        .collect();
    tool.write("dev.json", snapshot(DEV, &roles, &[]));
    let script =
        format!("ulimit -f 200; exec {} diff dev.json dev qa.json qa --output out", env!("CARGO_BIN_EXE_iamctl"));
    let before = tool.names(".");
    let output = std::process::Command::new("sh").args(["-c", &script]).current_dir(tool.path()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    // Files are written side by side, and several are too large: any of them may fail first.
    assert!(stderr.starts_with("error: cannot write `") || stderr.contains("\nerror: cannot write `"), "{stderr}");
    assert!(stderr.contains("` for the folder `out`\n"), "{stderr}");
    assert_eq!(tool.names("."), before, "nothing is left");
}

#[test]
fn an_earlier_report_is_replaced_whole_and_nothing_else_is_touched() {
    let tool = tool();
    tool.write("out/notes.txt", "mine");
    assert_eq!(tool.run(&DIFF).code, 0);
    assert!(tool.exists("out/dev_roles.csv"));
    let again = ["diff", "dev.json", "left", "qa.json", "right", "--output", "out"];
    assert_eq!(tool.run(&again).code, 0);
    assert!(tool.exists("out/left_roles.csv") && !tool.exists("out/dev_roles.csv"));
    assert_eq!(tool.read("out/notes.txt"), "mine");
    // A file of another's with one of our names is not overwritten.
    tool.write("other/report.json", "mine");
    let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "other"]);
    assert_eq!(run.code, 2);
    assert_eq!(first_line(&run), "error: iamctl did not write `report.json` in `other`");
    assert_eq!(tool.names("other"), ["report.json"]);
}

#[test]
fn two_runs_in_one_second_have_a_folder_each() {
    let tool = tool();
    let arguments = ["diff", "dev.json", "dev", "qa.json", "qa"];
    let children: Vec<_> =
        (0..4).map(|_| tool.command(&arguments).stdout(std::process::Stdio::piped()).spawn().unwrap()).collect();
    let mut folders: Vec<String> = children
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(0));
            String::from_utf8(output.stdout).unwrap().lines().last().unwrap().to_owned()
        })
        .collect();
    folders.sort();
    folders.dedup();
    assert_eq!(folders.len(), 4, "{folders:?}");
    assert!(folders[0].contains("/aws-idt/output/20"), "{folders:?}");
}

#[cfg(unix)]
#[test]
fn what_is_written_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let tool = tool();
    assert_eq!(tool.run(&DIFF).code, 0);
    let mode = |name: &str| std::fs::metadata(tool.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("out"), mode("out/report.json"), mode("out/dev_roles.csv")), (0o700, 0o600, 0o600));
}

#[test]
fn init_writes_what_the_other_commands_take_and_overwrites_nothing() {
    let tool = tool();
    assert_eq!(tool.run(&["init"]).code, 0);
    let run = tool.run(&[&DIFF[..], &["--exit-code"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stderr.contains("catalog: iam.json") && run.stderr.contains("dictionary: equivalency_list.json"),
        "{run:?}"
    );
    tool.write("equivalency_list.json", r#"{"mine": ["x"]}"#);
    assert_eq!(tool.run(&["init"]).code, 2);
    assert_eq!(tool.read("equivalency_list.json"), r#"{"mine": ["x"]}"#);
    assert_eq!(tool.run(&["init", "--force"]).code, 0);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let tool = tool();
    let roles: Vec<_> = (0..3000).map(|index| role(DEV, &format!("only-{index}"), &json!({}))).collect();
    tool.write("dev.json", snapshot(DEV, &roles, &[]));
    for format in ["table", "csv", "json", "ndjson", "markdown"] {
        let iamctl = env!("CARGO_BIN_EXE_iamctl");
        let diff = format!("{iamctl} --quiet diff dev.json dev qa.json qa --output out --format {format}");
        // The status is that of the program, not of the reader, which has gone before half of it is written.
        let script = format!("( {diff}; echo $? > code ) | head -c 1");
        let output = std::process::Command::new("sh").args(["-c", &script]).current_dir(tool.path()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((stderr.as_str(), tool.read("code").trim()), ("", "0"), "{format}");
    }
}

#[test]
fn json_on_stdout_is_the_report_alone() {
    let tool = tool();
    let run = tool.run(&[&DIFF[..], &["--format", "json"]].concat());
    assert_eq!(run.code, 0);
    assert_eq!(run.stdout, tool.read("out/report.json"));
    assert_eq!(tool.run(&[&DIFF[..], &["--quiet"]].concat()).stderr, "");
}

#[test]
fn a_report_folder_is_not_one_account() {
    let tool = tool();
    assert_eq!(tool.run(&DIFF).code, 0);
    let folder = tool.path().join("out").to_str().unwrap().to_owned();
    for word in ["out", "./out", &folder] {
        for command in
            [&["can", word, "r", "s3:ListAllMyBuckets", "*"][..], &["can-assume", word, "r", "ec2.amazonaws.com"]]
        {
            let run = refused(&tool, command);
            let error = "is a report folder with two accounts: `--tag` must name one of them, `dev` or `qa`";
            assert!(first_line(&run).contains(error), "{run:?}");
            assert!(run.stderr.contains("hint: add `--tag dev` or `--tag qa`"), "{run:?}");
        }
    }
    for command in [
        &["diff", "out", "dev", "qa.json", "qa"][..],
        &["harvest", "out", "dev"],
        &["suggest", "dev.json", "dev", "out", "qa"],
    ] {
        let run = refused(&tool, command);
        assert_eq!(first_line(&run), "error: `out` is a report folder, not a source");
        assert!(
            run.stderr.contains("hint: use a snapshot in it: `out/dev_snapshot.json` or `out/qa_snapshot.json`"),
            "{run:?}"
        );
    }
    // A profile is what it always was.
    tool.write("aws-config", "[profile out]\nregion = eu-west-1\n");
    let run = tool.run(&["can", "out", "r", "s3:ListAllMyBuckets", "*"]);
    assert!(run.code == 2 && !run.stderr.contains("report folder"), "{run:?}");
}

#[test]
fn a_long_value_in_a_message_is_cut_and_its_length_told() {
    let tool = tool();
    let long = format!("{}\u{1b}[2J{}", "a".repeat(30_000), "b".repeat(40_000));
    let pattern = json!({"e": {"pattern": format!("({}", "a".repeat(70_000))}}).to_string();
    tool.write("equivalency_list.json", &pattern);
    let run = refused(&tool, &DIFF);
    let value = format!("`({}…{}` (70001 characters) is not a regular expression", "a".repeat(59), "a".repeat(40));
    assert!(first_line(&run).contains(&value), "{run:?}");
    std::fs::remove_file(tool.path().join("equivalency_list.json")).unwrap();
    let accepted =
        |entry: &serde_json::Value| json!({"format": "iamctl-accepted", "version": 1, "accepted": [entry]}).to_string();
    let with_key = json!({"role": "r", "reason": "x", &long: "y"});
    tool.write("accepted.json", accepted(&with_key));
    let unknown_key = refused(&tool, &DIFF);
    tool.write("accepted.json", accepted(&json!({"role": "r", "reason": "x", "side": long})));
    let side = refused(&tool, &DIFF);
    std::fs::remove_file(tool.path().join("accepted.json")).unwrap();
    let name = refused(&tool, &["can", "dev.json", &long, "s3:GetObject", "arn:aws:s3:::b/k"]);
    let profile = refused(&tool, &[&DIFF[..], &["--no-builtin", &long]].concat());
    let rule = refused(&tool, &["explain", "--rule", &long]);
    let role = refused(&tool, &[&DIFF[..], &["--role", &long]].concat());
    for run in [&unknown_key, &side, &name, &profile, &rule, &role] {
        assert!(run.stderr.lines().count() <= 3 && run.stderr.len() < 3_000, "{}", run.stderr.len());
        assert!(!run.stderr.contains('\u{1b}'), "{run:?}");
        assert!(run.stderr.contains(" characters)"), "{run:?}");
    }
    assert!(first_line(&side).contains(&format!("{}…{}", "a".repeat(60), "b".repeat(40))), "{side:?}");
}

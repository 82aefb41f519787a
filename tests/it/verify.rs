//! `manifest.json`, `iamctl verify`, and what other commands say of a folder that was changed.

use std::path::Path;

use iamctl::evidence::{Manifest, ManifestError, Sha256};
use iamctl::testing::{Plan, generate};
use serde_json::{Value, json};

use crate::support::schema::{Schema, closed, read};
use crate::support::tool::{DEV, QA, Tool, inline, snapshot};

/// Two accounts whose role `app` differs, a dictionary, and an accepted difference.
fn place() -> Tool {
    let tool = Tool::new();
    let allow = |actions: &[&str]| json!([{"Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::logs/*"}]);
    let other = |id: &str, actions: &[&str]| inline(id, "other", &allow(actions));
    let dev = [inline(DEV, "app-dev", &allow(&["s3:GetObject"])), other(DEV, &["s3:GetObject"])];
    let qa = [inline(QA, "app-qa", &allow(&["s3:GetObject", "s3:PutObject"])), other(QA, &["s3:ListBucket"])];
    tool.write("dev.json", snapshot(DEV, &dev, &[]));
    tool.write("qa.json", snapshot(QA, &qa, &[]));
    tool.write("equivalency_list.json", json!({"environment": {"dev": ["dev"], "qa": ["qa"]}}).to_string());
    tool
}

fn diff(tool: &Tool, output: &str, more: &[&str]) {
    let words = ["diff", "dev.json", "dev", "qa.json", "qa", "--output", output];
    let run = tool.run(&[words.as_slice(), more].concat());
    assert_eq!(run.code, 0, "{run:?}");
}

/// The files of a folder, with `/`, sorted.
fn files(folder: &Path, start: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{start}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.extend(files(&entry.path(), &format!("{name}/")));
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

/// Makes the manifest true of the folder again, as somebody would who changes a report and knows how.
fn forge(tool: &Tool, folder: &str) {
    let mut manifest: Value = serde_json::from_str(&tool.read(&format!("{folder}/manifest.json"))).unwrap();
    for report in manifest["reports"].as_array_mut().unwrap() {
        for file in report["files"].as_array_mut().unwrap() {
            let path = tool.path().join(folder).join(file["name"].as_str().unwrap());
            let bytes = std::fs::read(path).unwrap();
            file["size"] = bytes.len().into();
            file["sha256"] = Sha256::of(&bytes).as_str().into();
        }
    }
    // The order of keys is that of the type.
    let manifest: Manifest = serde_json::from_value(manifest).unwrap();
    let text = manifest.text().unwrap();
    tool.write(&format!("{folder}/manifest.json"), &text);
    let checksum = iamctl::evidence::checksum_text(&Sha256::of(text.as_bytes()));
    tool.write(&format!("{folder}/manifest.json.sha256"), checksum);
}

#[test]
fn a_report_is_made_again_on_another_day_with_other_threads_without_its_sources() {
    let tool = place().env("SOURCE_DATE_EPOCH", "1795219200").env("RAYON_NUM_THREADS", "1");
    assert_eq!(tool.run(&["init", "catalog"]).code, 0);
    diff(&tool, "first", &[]);
    let accepted = tool.run(&["accept", "first", "--role", "other", "--reason", "known", "--expires", "2027-01-01"]);
    assert_eq!(accepted.code, 0, "{accepted:?}");
    let more = [
        "--catalogue=catalog/iam.json",
        "--known-account=333333333333=audit",
        "--raw-csv",
        "--no-builtin=secret",
        "--fail-on=severity=critical",
        "--skip=items",
        "--since=first",
    ];
    diff(&tool, "second", &more);
    assert!(tool.read("second/accepted_differences.csv").contains("known"));
    let copies = files(&tool.path().join("second/inputs"), "");
    assert_eq!(copies, ["accepted.json", "equivalency_list.json", "iam.json"]);

    // Another year: the accepted entry has expired by now, and counted then.
    let tool = tool.env("SOURCE_DATE_EPOCH", "1895219200").env("RAYON_NUM_THREADS", "4");
    for gone in ["dev.json", "qa.json", "equivalency_list.json", "accepted.json", "catalog/iam.json"] {
        std::fs::remove_file(tool.path().join(gone)).unwrap();
    }
    let run = tool.run(&["verify", "second"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert!(run.stdout.ends_with("1 report regenerated with the same result.\n"), "{run:?}");
}

#[test]
fn generated_reports_are_made_again() {
    for seed in [1, 2, 3] {
        let tool = Tool::new();
        let generated = generate(&Plan::new(30, 8, seed)).unwrap();
        tool.write("dev.json", serde_json::to_string(&generated.snapshots.left).unwrap());
        tool.write("qa.json", serde_json::to_string(&generated.snapshots.right).unwrap());
        let (left, right) = (generated.tags.left.as_str(), generated.tags.right.as_str());
        tool.write("equivalency_list.json", &generated.dictionary);
        let run = tool.run(&["diff", "dev.json", left, "qa.json", right, "--output", "out"]);
        assert_eq!(run.code, 0, "seed {seed}: {run:?}");
        let run = tool.run(&["verify", "out"]);
        assert_eq!(run.code, 0, "seed {seed}: {run:?}");
    }
}

#[test]
fn a_flipped_byte_in_any_file_is_found() {
    let tool = place();
    diff(&tool, "out", &[]);
    let folder = tool.path().join("out");
    let all = files(&folder, "");
    assert!(all.len() > 30, "{all:?}");
    for (index, name) in all.iter().enumerate() {
        let path = folder.join(name);
        let bytes = std::fs::read(&path).unwrap();
        let mut changed = bytes.clone();
        // Somewhere else in each file.
        let place = index * 7919 % bytes.len();
        changed[place] ^= 1;
        std::fs::write(&path, changed).unwrap();
        let run = tool.run(&["verify", "out", "--files-only"]);
        assert_ne!(run.code, 0, "{name}, byte {place}: {run:?}");
        assert!(format!("{}{}", run.stdout, run.stderr).contains(name), "{name}, byte {place}: {run:?}");
        std::fs::write(&path, bytes).unwrap();
    }
    assert_eq!(tool.run(&["verify", "out", "--files-only"]).code, 0);
}

#[test]
fn no_byte_of_a_manifest_can_be_changed_unnoticed() {
    let tool = place();
    diff(&tool, "out", &[]);
    let text = tool.read("out/manifest.json");
    let manifest = Manifest::read(&text).unwrap();
    // Every blank that is added, and every letter that is changed: it is no manifest, or one that says something else.
    for (place, letter) in text.char_indices() {
        let mut longer = text.clone();
        longer.insert(place, ' ');
        let other = if letter == '1' { "2" } else { "1" };
        let mut changed = text.clone();
        changed.replace_range(place..place + letter.len_utf8(), other);
        for other in [longer, changed] {
            match Manifest::read(&other) {
                Err(_) => {}
                Ok(read) => assert_ne!(read, manifest, "{place}"),
            }
        }
    }
}

#[test]
fn changed_missing_and_additional_files_are_named() {
    let tool = place();
    diff(&tool, "out", &[]);
    std::fs::remove_file(tool.path().join("out/summary.md")).unwrap();
    std::fs::remove_file(tool.path().join("out/qa_roles.csv")).unwrap();
    std::fs::create_dir(tool.path().join("out/qa_roles.csv")).unwrap();
    tool.write("out/deeper/=cmd|' /C calc'!A0\u{1b}.txt", "x");
    let page = tool.read("out/report.html");
    tool.write("out/report.html", page.replace("app", "apq"));
    let run = tool.run(&["verify", "out"]);
    assert_eq!(run.code, 1, "{run:?}");
    let lines = [
        "Changed: qa_roles.csv: it is not a regular file\n",
        "Missing: summary.md\n",
        "Not in the manifest: deeper/=cmd|' /C calc'!A0\\u{1b}.txt\n",
        "Differs when regenerated: report.html: from line ",
        "NOT VERIFIED: the folder does not match its manifest: 2 files changed, 1 file missing, 1 file not in the manifest.\n",
    ];
    for line in lines {
        assert!(run.stdout.contains(line), "{line}: {run:?}");
    }
    // What the report is made of is not as it was.
    tool.write("out/dev_snapshot.json", snapshot(DEV, &[], &[]));
    let run = tool.run(&["verify", "out"]);
    assert!(
        run.stdout.contains("Not regenerated: diff: dev_snapshot.json, which it is made of, has changed or is missing"),
        "{run:?}"
    );
}

#[test]
fn a_report_that_does_not_follow_from_its_snapshots_is_found_whatever_its_manifest_says() {
    for (name, from, to) in [
        ("report.json", "s3:PutObject", "s3:GetObject"),
        ("access_differences.csv", "PutObject", "GetObject"),
        ("qa_snapshot.json", "s3:PutObject", "s3:GetObject"),
    ] {
        let tool = place();
        diff(&tool, "out", &[]);
        let text = tool.read(&format!("out/{name}"));
        assert!(text.contains(from), "{name}");
        tool.write(&format!("out/{name}"), text.replace(from, to));
        forge(&tool, "out");
        let run = tool.run(&["verify", "out", "--files-only"]);
        assert_eq!(run.code, 0, "the files match the forged manifest: {run:?}");
        let run = tool.run(&["verify", "out"]);
        assert_eq!(run.code, 1, "{name}: {run:?}");
        assert!(
            run.stdout
                .contains("NOT VERIFIED: the files match the manifest, but a regenerated report is not the same.")
        );
    }
}

/// A manifest that somebody changed: each change, and the exit code with words of the result.
#[test]
fn a_manifest_that_says_something_else_than_the_snapshots_is_found() {
    let tool = place();
    diff(&tool, "whole", &[]);
    let text = tool.read("whole/manifest.json");
    let dictionary = Sha256::of(tool.read("equivalency_list.json").as_bytes());
    let other = Sha256::of(b"other");
    for (from, to, code, says) in [
        (DEV, "999999999999", 1, "what it says of the accounts is not what the snapshots say"),
        ("\"roles\": 2", "\"roles\": 3", 1, "what it says of the accounts is not what the snapshots say"),
        (dictionary.as_str(), other.as_str(), 1, "the SHA-256 of the input `dictionary` is not that of its copy"),
        ("\"today\": \"2", "\"today\": \"1", 2, "accepted entries had to count on"),
        ("\"account-id\"", "\"account\"", 2, "the settings in the manifest cannot be used"),
    ] {
        assert!(text.contains(from), "{from}");
        let manifest = Manifest::read(&text.replacen(from, to, 1)).unwrap().text().unwrap();
        tool.write("whole/manifest.json", &manifest);
        forge(&tool, "whole");
        let run = tool.run(&["verify", "whole"]);
        assert_eq!(run.code, code, "{to}: {run:?}");
        assert!(format!("{}{}", run.stdout, run.stderr).contains(says), "{to}: {run:?}");
    }
    // Without settings, a comparison cannot be made again, and is not called verified.
    let mut manifest = Manifest::read(&text).unwrap();
    for report in &mut manifest.reports {
        report.provenance.as_mut().unwrap().settings = None;
    }
    tool.write("whole/manifest.json", manifest.text().unwrap());
    forge(&tool, "whole");
    let run = tool.run(&["verify", "whole", "--attest", "statement.json"]);
    assert_eq!((run.code, tool.exists("statement.json")), (2, false), "{run:?}");
    assert!(run.stdout.contains("NOT VERIFIED"), "{run:?}");
}

#[test]
fn what_is_no_file_of_ours_is_never_replaced() {
    let tool = place();
    diff(&tool, "out", &[]);
    let refused = |name: &str| {
        let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(&format!("iamctl did not write `{name}` in `out`")), "{run:?}");
    };
    // A folder that has the name of a file.
    let summary = tool.read("out/summary.md");
    std::fs::remove_file(tool.path().join("out/summary.md")).unwrap();
    tool.write("out/summary.md/notes.txt", "precious");
    refused("summary.md");
    assert_eq!(tool.read("out/summary.md/notes.txt"), "precious");
    std::fs::remove_dir_all(tool.path().join("out/summary.md")).unwrap();
    tool.write("out/summary.md", summary);
    // A link that leads out of the folder.
    #[cfg(unix)]
    {
        std::fs::rename(tool.path().join("out/inputs"), tool.path().join("victim")).unwrap();
        std::os::unix::fs::symlink("../victim", tool.path().join("out/inputs")).unwrap();
        refused("inputs/equivalency_list.json");
        assert_eq!(tool.names("victim"), ["equivalency_list.json"]);
        let run = tool.run(&["verify", "out"]);
        assert!(
            run.code == 1 && run.stdout.contains("inputs/equivalency_list.json: it is not a regular file"),
            "{run:?}"
        );
    }
    // Two names that some file systems take for one.
    assert_eq!(tool.run(&["harvest", "dev.json", "dev", "--output", "both"]).code, 0);
    let run = tool.run(&["harvest", "qa.json", "DEV", "--output", "both"]);
    assert!(run.code == 2 && run.stderr.contains("would differ only in case"), "{run:?}");
    assert_eq!(tool.run(&["verify", "both"]).code, 0);
}

#[cfg(unix)]
#[test]
fn a_manifest_without_an_end_is_not_read() {
    let tool = place();
    diff(&tool, "out", &[]);
    let manifest = tool.path().join("out/manifest.json");
    std::fs::remove_file(&manifest).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &manifest).unwrap();
    for command in [&["verify", "out"][..], &["explain", "out", "other"]] {
        let run = tool.run(command);
        assert!(run.stderr.contains("it is not a regular file"), "{run:?}");
    }
    std::fs::remove_file(&manifest).unwrap();
    std::fs::File::create(&manifest).unwrap().set_len(3 << 30).unwrap();
    let run = tool.run(&["verify", "out"]);
    assert!(run.code == 2 && run.stderr.contains("it has more than 256 MiB"), "{run:?}");
}

#[test]
fn a_report_that_takes_the_place_of_the_earlier_one_is_made_again() {
    let tool = place();
    diff(&tool, "out", &[]);
    diff(&tool, "out", &["--since", "latest"]);
    assert_eq!(files(&tool.path().join("out/inputs/earlier"), "").len(), 3);
    std::fs::rename(tool.path().join("out"), tool.path().join("moved")).unwrap();
    let tool = tool.env("IAMCTL_SINCE", "latest");
    let run = tool.run(&["verify", "moved"]);
    assert_eq!(run.code, 0, "{run:?}");
    // The next one has a copy of this one, and not of the copy.
    std::fs::rename(tool.path().join("moved"), tool.path().join("out")).unwrap();
    diff(&tool, "out", &[]);
    assert_eq!(files(&tool.path().join("out/inputs/earlier"), "").len(), 3);
    assert_eq!(tool.run(&["verify", "out"]).code, 0);
}

#[test]
fn inputs_in_any_form_are_copied_as_they_are() {
    let tool = place().env("IAMCTL_ROLE", "app*");
    let text = tool.read("equivalency_list.json");
    let utf16: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    tool.write("equivalency_list.json", &utf16);
    diff(&tool, "out", &["--mfa-command", "secret-tool"]);
    assert_eq!(std::fs::read(tool.path().join("out/inputs/equivalency_list.json")).unwrap(), utf16);
    let run = tool.run(&["verify", "out"]);
    assert_eq!(run.code, 0, "{run:?}");
    let manifest = tool.read("out/manifest.json");
    assert!(manifest.contains("\"IAMCTL_ROLE\": \"app*\"") && !manifest.contains("secret-tool"), "{manifest}");
    assert!(tool.read("out/summary.md").contains("IAMCTL_ROLE='app*'"));
}

#[test]
fn what_is_new_is_made_again_only_with_the_same_earlier_report() {
    let tool = place();
    diff(&tool, "first", &[]);
    diff(&tool, "second", &["--since", "first"]);
    assert_eq!(tool.run(&["verify", "second"]).code, 0);
    std::fs::rename(tool.path().join("first"), tool.path().join("moved")).unwrap();
    let run = tool.run(&["verify", "second"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stdout.contains("Not regenerated: report.html, since.json, summary.md: "), "{run:?}");
    assert_eq!(tool.run(&["verify", "second", "--files-only"]).code, 0);
    assert_eq!(tool.run(&["verify", "second", "--since", "moved"]).code, 0);
    // Another report of the same accounts is not the one.
    let tool = tool.env("SOURCE_DATE_EPOCH", "1795219200");
    diff(&tool, "other", &[]);
    let run = tool.run(&["verify", "second", "--since", "other"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stdout.contains("is not the earlier report that the manifest names"), "{run:?}");
}

#[test]
fn several_reports_in_one_folder_are_verified() {
    let tool = place();
    for tag in ["dev", "qa"] {
        assert_eq!(tool.run(&["harvest", &format!("{tag}.json"), tag, "--output", "out"]).code, 0);
    }
    let run = tool.run(&["verify", "out"]);
    assert!(run.code == 0 && run.stdout.contains("2 reports regenerated with the same result"), "{run:?}");
    // The comparison replaces what the harvests wrote.
    diff(&tool, "out", &["--skip", "items"]);
    let run = tool.run(&["verify", "out"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stdout.contains("Not regenerated: harvest dev: a later report has replaced some of its files"),
        "{run:?}"
    );
    assert!(run.stdout.contains("Regenerated: diff: "), "{run:?}");
    // The snapshots of a comparison that a later harvest replaces belong to another time.
    assert_eq!(tool.run(&["harvest", "dev.json", "dev", "--output", "out"]).code, 0);
    let run = tool.run(&["verify", "out"]);
    assert!(run.code == 2 && run.stdout.contains("Not regenerated: diff: a later report has replaced"), "{run:?}");
    let run = tool.run(&["explain", "out", "other"]);
    assert!(run.stderr.contains("a later report has replaced files of the report of `diff`"), "{run:?}");
    let fleet = ["fleet", "--baseline", "dev", "dev.json=dev", "qa.json=qa", "--output", "fleet"];
    assert_eq!(tool.run(&fleet).code, 0);
    let run = tool.run(&["verify", "fleet"]);
    assert_eq!(run.code, 0, "{run:?}");
    // A full report is a part of its fleet.
    let report = tool.read("fleet/accounts/qa/report.json");
    tool.write("fleet/accounts/qa/report.json", report.clone() + "\n");
    let explained = tool.run(&["explain", "fleet/accounts/qa", "other"]);
    assert!(explained.stderr.contains("1 file changed or missing: `accounts/qa/report.json`"), "{explained:?}");
    tool.write("fleet/accounts/qa/report.json", report);
    assert!(run.stdout.contains("Not regenerated: fleet: its folder does not contain the snapshots"), "{run:?}");
    let manifest: Value = serde_json::from_str(&tool.read("fleet/manifest.json")).unwrap();
    let inputs = manifest["reports"][0]["provenance"]["inputs"].as_array().unwrap();
    let kinds: Vec<&str> = inputs.iter().map(|input| input["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["dictionary", "account", "account"]);
}

#[test]
fn a_manifest_that_cannot_be_believed_is_an_error() {
    let tool = place();
    diff(&tool, "out", &[]);
    let text = tool.read("out/manifest.json");
    let again = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    let summary = "\"name\": \"summary.md\"";
    for (manifest, message) in [
        (again(summary, "\"name\": \"../dev.json\""), "lists `../dev.json`, which is not a file in its folder"),
        (again(summary, "\"name\": \"/etc/passwd\""), "lists `/etc/passwd`, which is not a file in its folder"),
        (again(summary, "\"name\": \"a\\\\b\""), "lists `a\\\\b`, which is not a file in its folder"),
        (again(summary, "\"name\": \"REPORT.json\""), "lists `REPORT.json` twice"),
        (again(summary, "\"name\": \"manifest.json\""), "it lists itself as `manifest.json`"),
        (again("\"version\": 1", "\"version\": 2"), "it is a manifest of version 2; this iamctl reads version 1"),
        (again("iamctl-manifest", "other"), "its format is `other`"),
        (again("\"started_at\"", "\"begun_at\""), "unknown field `begun_at`"),
        (again("\"report\": \"diff\"", "\"report\": \"zzz\""), "lists the report `zzz`, which iamctl does not write"),
        (again("\"started_at\": \"", "\"started_at\": \"tomorrow "), "where a time in UTC is expected"),
        (again("\n", " \n"), "it is not as iamctl writes it"),
        (text.split_at(text.len() / 2).0.to_owned(), "it is not a manifest of iamctl"),
        (String::new(), "it is not a manifest of iamctl"),
        ("[]".to_owned(), "it is not a manifest of iamctl"),
    ] {
        tool.write("out/manifest.json", &manifest);
        let run = tool.run(&["verify", "out"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{message}: {run:?}");
        assert!(run.stderr.contains(message), "{message}: {run:?}");
        // Nothing is written into such a folder.
        let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"]);
        assert_eq!(run.code, 2, "{message}: {run:?}");
    }
    tool.write("out/manifest.json", "{\n  \"format\": \"iamctl-manifest\",\n  \"version\": 1,\n  \"reports\": []\n}\n");
    let run = tool.run(&["verify", "out"]);
    assert!(run.code == 2 && run.stderr.contains("it lists no report"), "{run:?}");
    std::fs::remove_file(tool.path().join("out/manifest.json")).unwrap();
    for folder in ["out", "missing", "dev.json"] {
        let run = tool.run(&["verify", folder]);
        assert_eq!(run.code, 2, "{run:?}");
    }
    assert!(matches!(Manifest::read("{}"), Err(ManifestError::Form { .. })));
}

#[test]
fn commands_say_that_a_folder_does_not_match_its_manifest() {
    let tool = place();
    diff(&tool, "out", &[]);
    let commands = [
        &["explain", "out", "other"][..],
        &["accept", "out", "--role", "other", "--reason", "x", "--dry-run"],
        &["remediate", "out", "--make", "qa"],
        &["can", "out", "other", "s3:GetObject", "arn:aws:s3:::logs/x", "--tag", "qa"],
        &["since", "out", "out"],
    ];
    for command in commands {
        let run = tool.run(command);
        assert!(!run.stderr.contains("manifest"), "{command:?}: {run:?}");
    }
    let report = tool.read("out/summary.md");
    tool.write("out/summary.md", report + "\n");
    for command in commands {
        let run = tool.run(command);
        let warning = "the folder does not match its manifest: 1 file changed or missing: `summary.md`; `iamctl verify` lists them";
        assert!(run.stderr.contains(warning), "{command:?}: {run:?}");
    }
}

#[test]
fn a_statement_is_about_the_manifest_and_is_written_only_if_everything_matches() {
    let tool = place();
    diff(&tool, "out", &[]);
    let run = tool.run(&["verify", "out", "--attest", "statement.json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("statement written to statement.json; it is not signed"), "{run:?}");
    let statement: Value = serde_json::from_str(&tool.read("statement.json")).unwrap();
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    let sha256 = Sha256::of(tool.read("out/manifest.json").as_bytes());
    assert_eq!(statement["predicate"]["verified"], "files-and-reports");
    let run = tool.run(&["verify", "out", "--files-only", "--attest", "files.json"]);
    let files: Value = serde_json::from_str(&tool.read("files.json")).unwrap();
    assert_eq!((run.code, &files["predicate"]["verified"]), (0, &json!("files")));
    assert_eq!(tool.run(&["verify", "out", "--attest", "-"]).code, 2);
    assert_eq!(statement["subject"], json!([{"name": "manifest.json", "digest": {"sha256": sha256.as_str()}}]));
    let manifest: Value = serde_json::from_str(&tool.read("out/manifest.json")).unwrap();
    let reports = &statement["predicate"]["reports"];
    assert_eq!(reports[0]["provenance"], manifest["reports"][0]["provenance"]);

    let run = tool.run(&["verify", "out", "--attest", "out/statement.json"]);
    assert_eq!((run.code, tool.exists("out/statement.json")), (2, false), "{run:?}");
    tool.write("out/summary.md", "changed");
    let run = tool.run(&["verify", "out", "--attest", "second.json"]);
    assert_eq!((run.code, tool.exists("second.json")), (1, false), "{run:?}");
}

#[test]
fn page_and_summary_say_what_the_report_was_made_of() {
    let tool = place();
    diff(&tool, "out", &["--mfa-code", "123456", "--known-account", "333333333333=audit"]);
    let manifest = tool.read("out/manifest.json");
    let (page, summary) = (tool.read("out/report.html"), tool.read("out/summary.md"));
    for text in [&manifest, &page, &summary] {
        assert!(!text.contains("123456"), "the code of an MFA device is in it");
    }
    let sha256 = Sha256::of(tool.read("dev.json").as_bytes());
    for text in [&page, &summary] {
        for part in ["Evidence", "dev.json", sha256.as_str(), "333333333333=audit", "verify FOLDER"] {
            assert!(text.contains(part), "{part}");
        }
    }
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let schema = Schema::new(closed(read("docs/manifest.schema.json")));
    schema.check(&manifest).unwrap();
    let fleet = ["fleet", "--baseline", "dev", "dev.json=dev", "qa.json=qa", "--output", "fleet"];
    assert_eq!(tool.run(&fleet).code, 0);
    schema.check(&serde_json::from_str(&tool.read("fleet/manifest.json")).unwrap()).unwrap();
    for name in ["fleet/fleet.html", "fleet/fleet.md"] {
        assert!(tool.read(name).contains(sha256.as_str()), "{name}");
    }
}

//! The config file, as users see it: found and named, its precedence, pairs, severities, errors with line and column, and what
//! the manifest says of it.

use std::fs;

use serde_json::{Value, json};

use crate::support::program::{Place, expect, repository};
use crate::support::schema::{Schema, read};
use crate::support::tool::{DEV, QA, Run, Tool, inline, role, snapshot};

/// Two accounts whose roles differ in a tag, in access, and in an account that trusts nobody else.
fn place() -> Tool {
    let tool = Tool::new();
    let tagged = |id: &str, cost: &str| role(id, "tagged", &json!({"tags": {"Cost": cost}}));
    let reader = |id: &str, action: &str| {
        inline(id, "reader", &json!([{"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::data/*"}]))
    };
    tool.write("dev.json", snapshot(DEV, &[tagged(DEV, "1"), reader(DEV, "s3:GetObject")], &[]));
    tool.write("qa.json", snapshot(QA, &[tagged(QA, "2"), reader(QA, "s3:Get*")], &[]));
    tool
}

/// A pair of the two accounts, with more keys.
fn pair(more: &str) -> String {
    format!("[pairs.p]\nleft = \"dev.json\"\nleft-tag = \"dev\"\nright = \"qa.json\"\nright-tag = \"qa\"\n{more}\n")
}

fn run(tool: &Tool, line: &str) -> Run {
    tool.run(&line.split(' ').collect::<Vec<_>>())
}

/// What `iamctl config` says of an option: value and source.
fn setting(tool: &Tool, line: &str, option: &str) -> (Value, Value) {
    let run = run(tool, &format!("{line} --format json"));
    assert_eq!(run.code, 0, "{run:?}");
    let shown: Value = serde_json::from_str(&run.stdout).unwrap();
    let settings = shown["settings"].as_array().unwrap();
    let found = settings.iter().find(|one| one["option"] == option).unwrap_or_else(|| panic!("{option}: {shown:#}"));
    (found["value"].clone(), found["source"].clone())
}

fn json_of(tool: &Tool, name: &str) -> Value {
    serde_json::from_str(&tool.read(name)).unwrap()
}

#[test]
fn an_option_comes_before_its_variable_and_a_variable_before_the_file() {
    let tool = place();
    tool.write("iamctl.toml", pair("fail-on = \"none\"") + "[defaults]\noutput = \"of-file\"\n");
    assert_eq!(run(&tool, "diff @p").code, 0);
    assert!(tool.exists("of-file/report.json"));
    assert_eq!(setting(&tool, "config diff", "output"), (json!("of-file"), json!("file")));
    let tool = tool.env("IAMCTL_OUTPUT", "of-variable");
    assert_eq!(run(&tool, "diff @p").code, 0);
    assert!(tool.exists("of-variable/report.json"));
    assert_eq!(setting(&tool, "config diff", "output"), (json!("of-variable"), json!("variable")));
    assert_eq!(run(&tool, "diff @p --output of-option").code, 0);
    assert!(tool.exists("of-option/report.json"));
}

#[test]
fn a_pair_comes_before_its_command_and_a_command_before_all() {
    let tool = place();
    let defaults = "[defaults]\nfail-on = \"none\"\noutput = \"out\"\n[defaults.diff]\nfail-on = \"any\"\n";
    tool.write("iamctl.toml", format!("{defaults}{}", pair("fail-on = [\"rule=role-added\"]")));
    assert_eq!(run(&tool, "diff dev.json dev qa.json qa").code, 1);
    assert_eq!(run(&tool, "diff @p").code, 0);
    // Values on the command line take the place of those in the file.
    assert_eq!(run(&tool, "diff @p --fail-on rule=tag-changed").code, 1);
    assert_eq!(setting(&tool, "config fleet", "fail-on").0, "none");
    assert_eq!(setting(&tool, "config diff", "fail-on").0, "any");
    assert_eq!(setting(&tool, "config diff @p", "fail-on").0, "rule=role-added");
    assert_eq!(setting(&tool, "config @p", "fail-on").0, "rule=role-added");
}

#[test]
fn a_flag_can_be_turned_off() {
    let tool = place();
    tool.write("iamctl.toml", pair("exit-code = true\noutput = \"out\""));
    assert_eq!(run(&tool, "diff @p").code, 1);
    assert_eq!(run(&tool, "diff @p --exit-code=false").code, 0);
    assert_eq!(run(&tool, "diff @p --exit-code=true").code, 1);
    let wrong = run(&tool, "diff @p --exit-code=maybe");
    assert_eq!(wrong.code, 2, "{wrong:?}");
    let tool = tool.env("IAMCTL_EXIT_CODE", "0");
    assert_eq!(run(&tool, "diff @p").code, 0, "a variable comes before the file");
    let tool = tool.env("IAMCTL_EXIT_CODE", "1");
    assert_eq!(run(&tool, "diff @p --exit-code=false").code, 0, "an option comes before its variable");
}

#[test]
fn an_option_that_was_given_excludes_a_default() {
    let tool = place();
    tool.write("iamctl.toml", "[defaults]\nverbose = true\n");
    let loud = run(&tool, "diff dev.json dev qa.json qa --output out");
    assert!(loud.stderr.contains("config file: iamctl.toml\n") && loud.stderr.contains("comparing"), "{loud:?}");
    let quiet = run(&tool, "diff dev.json dev qa.json qa --output out -q");
    assert_eq!(quiet.stderr, "");
    tool.write("iamctl.toml", "[defaults]\nquiet = true\n");
    let loud = run(&tool, "diff dev.json dev qa.json qa --output out --verbose");
    assert!(loud.stderr.contains("comparing"), "{loud:?}");
}

#[test]
fn a_file_above_is_found_and_its_paths_are_its_own() {
    let tool = place();
    tool.write("iamctl.toml", pair("output = \"out\"\nequivalency = \"list.json\"\nreport = \"sarif=iam.sarif\""));
    tool.write("list.json", "{}");
    tool.write("a/b/.keep", "");
    let inside = |folder: &str, arguments: &[&str]| {
        let output = tool.command(arguments).current_dir(tool.path().join(folder)).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, _, stderr) = inside("a/b", &["diff", "@p"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(tool.exists("out/report.json") && tool.exists("iam.sarif") && !tool.exists("a/b/out"));
    let (_, shown, _) = inside("a/b", &["config"]);
    assert!(shown.starts_with("Config file: ../../iamctl.toml (in a folder above the current one)\n"), "{shown}");
    // A nearer file counts alone, and a repository ends the search.
    tool.write("a/iamctl.toml", "");
    let (code, _, stderr) = inside("a/b", &["diff", "@p"]);
    assert_eq!((code, stderr.contains("`../iamctl.toml` has no pair `@p`")), (Some(2), true), "{stderr}");
    fs::remove_file(tool.path().join("a/iamctl.toml")).unwrap();
    tool.write("a/.git", "");
    let (code, _, stderr) = inside("a/b", &["diff", "@p"]);
    assert_eq!((code, stderr.contains("there is no config file")), (Some(2), true), "{stderr}");
    // In the folder of the repository itself, it is found.
    tool.write("a/iamctl.toml", "[defaults]\ncounts = true\n");
    assert!(inside("a/b", &["config"]).1.starts_with("Config file: ../iamctl.toml"));
}

#[test]
fn a_file_can_be_named_or_left_out() {
    let tool = place();
    tool.write("iamctl.toml", "[defaults]\nformat = 1\n");
    tool.write("other/x.toml", "[defaults.diff]\noutput = \"out\"\n");
    assert_eq!(setting(&tool, "config diff --no-config", "output").1, "not_set");
    assert_eq!(setting(&tool, "--config other/x.toml config diff", "output").0, "other/out");
    let named = run(&tool, "config diff --config=missing.toml");
    assert_eq!(named.code, 2);
    assert!(
        named.stderr.starts_with("error: the config file `missing.toml`, which `--config` names, does not exist\n")
    );
    let both = run(&tool, "config --config other/x.toml --no-config");
    assert_eq!((both.code, both.stderr.contains("cannot be used together")), (2, true), "{both:?}");
    let tool = tool.env("IAMCTL_CONFIG", "other/x.toml");
    assert_eq!(setting(&tool, "config diff", "output").0, "other/out");
    assert_eq!(setting(&tool, "config diff --no-config", "output").1, "not_set");
    let tool = tool.env("IAMCTL_CONFIG", "missing.toml");
    assert!(run(&tool, "config").stderr.contains("`missing.toml`, which `IAMCTL_CONFIG` names, does not exist"));
    let tool = tool.env("IAMCTL_NO_CONFIG", "1");
    assert_eq!(setting(&tool, "config diff", "output").1, "not_set");
    // Help needs no file, and no file hides it.
    assert_eq!(Tool::new().run(&["--config", "missing.toml", "diff", "--help"]).code, 0);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of faults")]
fn every_fault_names_file_line_and_column() {
    let tool = place();
    for (text, told, hint) in [
        ("[defaults]\nequivalancy = 1\n", "2:1: `iamctl` has no option `equivalancy`", "did you mean `equivalency`?"),
        ("[defaults]\n--fail_on = \"any\"\n", "2:1: `iamctl` has no option `--fail_on`", "did you mean `fail-on`?"),
        (
            "[defaults.fleet]\ncounts = true\n",
            "2:1: `iamctl fleet` has no option `counts`",
            "it is an option of diff\n",
        ),
        ("[defaults.dif]\n", "1:11: `dif` is not a command that can have defaults", "did you mean `diff`?"),
        ("[defaults.man]\n", "1:11: `man` is not a command that can have defaults", ""),
        ("[severities]\n", "1:2: there is no table `severities`", "did you mean `severity`?"),
        ("[defaults.diff]\nformat = \"jsn\"\n", "2:10: `format` cannot be `jsn`: it must be one of table, json,", ""),
        ("[defaults]\nformat = \"csv\"\n", "2:10: `format` cannot be `csv` for `iamctl since`: ", "put it under"),
        ("[defaults]\ntimeout = 0\n", "2:11: `timeout` cannot be `0`: 0 is not in", ""),
        ("[defaults]\nfail-on = [\"any\", \"x\"]\n", "2:19: `fail-on` cannot be `x`: `x` is not none, any,", ""),
        ("[defaults]\nno-builtin = \"x\"\n", "2:14: `no-builtin` cannot be `x`: ", ""),
        ("[defaults]\nquiet = \"yes\"\n", "2:9: `quiet` must be true or false", ""),
        ("[defaults]\nequivalency = [\"a\"]\n", "2:15: `equivalency` must be one value, not an array", ""),
        ("[defaults]\nequivalency = true\n", "2:15: `equivalency` must be a string or a number", ""),
        ("[defaults]\nequivalency = \"\"\n", "2:15: `equivalency` cannot be ``: it is empty", ""),
        ("[defaults]\nskip = \"items\"\n", "2:1: `skip` does not mean the same for every command", "`[defaults.diff]`"),
        ("[defaults]\nsince = \"latest\"\n", "2:1: `since` is also the name of a command", "`[defaults.diff]`"),
        ("[defaults]\nreports = \"all\"\n", "2:1: `reports` is also the name of a command", "`[defaults.fleet]`"),
        ("[defaults]\nquiet = true\nverbose = true\n", "3:1: `defaults.quiet` and `defaults.verbose` cannot", ""),
        ("[defaults]\nmfa-command = \"x\"\n", "2:1: `mfa-command` cannot have a default: ", ""),
        ("[defaults]\nmfa-code = \"1\"\n", "2:1: `mfa-code` cannot have a default: ", ""),
        ("[defaults]\nconfig = \"x\"\n", "2:1: `config` cannot have a default: ", ""),
        ("[defaults.suggest]\nwrite = true\n", "2:1: `write` cannot have a default: ", ""),
        ("[defaults.reports]\nkeep = 1\n", "2:1: `keep` cannot have a default: ", ""),
        ("[defaults.init]\nforce = true\n", "2:1: `force` cannot have a default: ", ""),
        ("[defaults.harvest]\naccounts = \"a\"\n", "2:1: `accounts` cannot have a default: only `iamctl fleet`", ""),
        (
            "[defaults.remediate]\nrole = \"a\"\n",
            "2:1: `role` cannot have a default: what `iamctl remediate` changes",
            "",
        ),
        ("[defaults]\noutput = \"../x\"\n", "2:10: `../x` is outside the folder of the config file", "--config"),
        ("[defaults]\nreport = \"html=/x\"\n", "2:10: `html=/x` is outside the folder", ""),
        ("[severity]\ntag-changd = \"low\"\n", "2:1: there is no rule `tag-changd`", "did you mean `tag-changed`?"),
        ("[severity]\ntag-changed = \"hi\"\n", "2:15: `hi` is not a severity", "did you mean `high`?"),
        ("[severity]\naccess-unknown = \"low\"\n", "2:18: the severity of `access-unknown` cannot be less", ""),
        ("[pairs.p]\nleft = \"@x\"\n", "1:8: the pair `p` has no key `right`", ""),
        ("[known-accounts]\n12 = \"x\"\n", "2:1: `12` is not an account ID", ""),
        ("[defaults]\nquiet = true\nquiet = true\n", "3:1: this is not valid TOML: duplicate key", ""),
        ("[defaults]\n\"\\u001b[2J\" = 1\n", "2:1: `iamctl` has no option `\\u{1b}[2J`", ""),
    ] {
        tool.write("iamctl.toml", text);
        let run = run(&tool, "config");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{text}: {run:?}");
        let start = format!("error: iamctl.toml:{told}");
        assert!(run.stderr.starts_with(&start) && run.stderr.contains(hint), "{start} … {hint}\n{}", run.stderr);
        assert!(run.stderr.bytes().all(|byte| byte == b'\n' || byte >= b' '), "{run:?}");
    }
    for (more, told) in [
        ("equivalncy = \"x\"", "6:1: `iamctl diff` has no option `equivalncy`"),
        ("left_tag = \"x\"", "6:1: `iamctl diff` has no option `left_tag`"),
        ("format = \"x\"", "6:10: `format` cannot be `x`"),
    ] {
        tool.write("iamctl.toml", pair(more));
        let run = run(&tool, "config");
        assert!(run.stderr.starts_with(&format!("error: iamctl.toml:{told}")), "{run:?}");
    }
    tool.write("iamctl.toml", [0xff, b'=', 0xfe]);
    assert_eq!(run(&tool, "config").code, 2);
}

#[test]
fn pairs_stand_for_the_accounts_of_every_command_that_takes_two() {
    let tool = place();
    tool.write("iamctl.toml", pair("equivalency = \"list.json\"\nfail-on = \"any\"\noutput = \"out\""));
    tool.write("list.json", "{\"x\": {\"dev\": [\"reader\"], \"qa\": [\"reader\"]}}");
    assert_eq!(run(&tool, "diff @p --counts").code, 1);
    let explained = run(&tool, "explain @p tagged");
    assert_eq!((explained.code, explained.stdout.contains("Cost")), (0, true), "{explained:?}");
    let suggested = run(&tool, "suggest @p");
    assert_eq!((suggested.code, suggested.stderr.contains("dictionary: list.json")), (0, true), "{suggested:?}");
    let unknown = run(&tool, "diff @q");
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.starts_with("error: `iamctl.toml` has no pair `@q`\nhint: its pairs are `@p`\n"),
        "{unknown:?}"
    );
    // Only the first word of the accounts is a pair; elsewhere `@` means nothing.
    assert_eq!(run(&tool, "diff dev.json dev qa.json qa --role @p").code, 2);
    assert!(run(&tool, "diff dev.json dev @p qa").stderr.contains("@p"));
}

#[test]
fn a_fleet_has_its_accounts_from_the_file() {
    let tool = place();
    let text = "[defaults.fleet]\nbaseline = \"dev.json=dev\"\nsnapshots = \"all\"\noutput = \"out\"\n\
        [severity]\ntag-changed = \"critical\"\n";
    tool.write("iamctl.toml", text);
    tool.write("all/qa_snapshot.json", tool.read("qa.json"));
    tool.write("sub/.keep", "");
    let output = tool.command(&["fleet"]).current_dir(tool.path().join("sub")).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stdout.contains("1 severity is set by iamctl.toml: tag-changed is critical."), "{stdout}");
    let fleet = json_of(&tool, "out/fleet.json");
    assert_eq!(fleet["severity_overrides"], json!({"file": "iamctl.toml", "rules": {"tag-changed": "critical"}}));
    let causes = fleet["causes"].as_array().unwrap();
    assert!(causes.iter().any(|cause| cause["rule"] == "tag-changed" && cause["severity"] == "critical"), "{fleet:#}");
    Schema::new(crate::support::schema::closed(read("docs/fleet.schema.json"))).check(&fleet).unwrap();
    let of_qa = json_of(&tool, "out/accounts/qa/report.json");
    assert_eq!(of_qa["severity_overrides"], fleet["severity_overrides"]);
    // Two accounts are not those of the fleet.
    assert_eq!(run(&tool, "suggest dev.json dev qa.json qa").code, 0);
}

#[test]
fn severities_count_everywhere_and_are_told() {
    let tool = place();
    let text = "[severity]\ntag-changed = \"critical\"\naccess-gained = \"info\"\n";
    tool.write("iamctl.toml", pair("output = \"out\"\nreport = [\"sarif=iam.sarif\", \"junit=iam.xml\"]") + text);
    let done = run(&tool, "diff @p --fail-on severity=critical");
    assert_eq!(done.code, 1, "{done:?}");
    let told = "2 severities are set by iamctl.toml: access-gained is info, tag-changed is critical.";
    assert!(done.stdout.contains(told), "{}", done.stdout);
    assert!(done.stdout.contains("critical – resolve first\n"), "{}", done.stdout);
    for page in ["out/summary.md", "out/report.html"] {
        assert!(tool.read(page).contains(told), "{page}");
    }
    let report = json_of(&tool, "out/report.json");
    Schema::new(crate::support::schema::closed(read("docs/report.schema.json"))).check(&report).unwrap();
    let of_rules: Vec<(&str, &str)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["rule"].as_str().unwrap(), finding["severity"].as_str().unwrap()))
        .collect();
    assert_eq!(of_rules.first(), Some(&("tag-changed", "critical")), "the most severe first: {of_rules:?}");
    assert!(of_rules.contains(&("access-gained", "info")), "{of_rules:?}");
    let sarif = json_of(&tool, "iam.sarif");
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "tag-changed").unwrap();
    assert_eq!(
        (&rule["defaultConfiguration"]["level"], &rule["properties"]["security-severity"]),
        (&json!("error"), &json!("9.5"))
    );
    // Whoever reads the report later has its severities, whatever the file says by then.
    tool.write("iamctl.toml", "");
    let explained = run(&tool, "explain out tagged");
    assert!(explained.stdout.contains("critical"), "{explained:?}");
    assert_eq!(run(&tool, "since out out --fail-on severity=critical").code, 1);
    assert_eq!(run(&tool, "verify out").code, 0);
    // Without the file, they are those of the rules.
    assert_eq!(run(&tool, "diff dev.json dev qa.json qa --output plain --fail-on severity=critical").code, 0);
    assert!(json_of(&tool, "plain/report.json").get("severity_overrides").is_none());
    let since = run(&tool, "since out plain");
    assert!(since.stdout.contains("The severities that the config file sets have changed."), "{since:?}");
}

#[test]
fn known_accounts_are_known() {
    let tool = Tool::new();
    let trusts = |id: &str, more: &[&str]| {
        let principals: Vec<String> = more.iter().map(|id| format!("arn:aws:iam::{id}:root")).collect();
        let trust = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}},
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principals}}]});
        role(id, "r", &json!({"trust_policy": trust}))
    };
    tool.write("dev.json", snapshot(DEV, &[trusts(DEV, &["333333333333"])], &[]));
    tool.write("qa.json", snapshot(QA, &[trusts(QA, &["333333333333", "444444444444"])], &[]));
    let severity = |tool: &Tool, more: &[&str]| {
        let report = tool.diff(more);
        report["findings"][0]["severity"].as_str().unwrap().to_owned()
    };
    assert_eq!(severity(&tool, &[]), "critical");
    tool.write("iamctl.toml", "[known-accounts]\n444444444444 = \"audit\"\n");
    assert_eq!(severity(&tool, &[]), "high");
    let known = |report: &Value| report["dictionary"]["known_accounts"].clone();
    assert_eq!(known(&json_of(&tool, "out/report.json")), json!({"444444444444": "audit"}));
    // Options add to them, and name the same account otherwise.
    let report = tool.diff(&["--known-account", "444444444444=other,555555555555=more"]);
    assert_eq!(known(&report), json!({"444444444444": "other", "555555555555": "more"}));
    let manifest = json_of(&tool, "out/manifest.json");
    assert!(manifest["reports"][0]["provenance"].get("config").is_none(), "the file decided nothing");
    assert_eq!(run(&tool, "verify out").code, 0);
}

#[test]
fn the_manifest_says_what_the_file_decided_and_the_report_is_made_again_without_it() {
    let tool = place();
    let text = pair("fail-on = \"any\"\noutput = \"out\"\nexclude-service-linked = true\nraw-csv = true")
        + "[severity]\ntag-changed = \"info\"\n[known-accounts]\n333333333333 = \"audit\"\n";
    tool.write("iamctl.toml", text);
    let done = run(&tool, "diff @p --raw-csv=false --fail-on none");
    assert_eq!(done.code, 0, "{done:?}");
    let manifest = json_of(&tool, "out/manifest.json");
    Schema::new(crate::support::schema::closed(read("docs/manifest.schema.json"))).check(&manifest).unwrap();
    let provenance = &manifest["reports"][0]["provenance"];
    let file = provenance["inputs"].as_array().unwrap().iter().find(|input| input["kind"] == "config").unwrap();
    let sha256 = iamctl::evidence::Sha256::of(tool.read("iamctl.toml").as_bytes());
    assert_eq!((&file["path"], &file["sha256"]), (&json!("iamctl.toml"), &json!(sha256.to_string())));
    let decided: Vec<(&str, &str, u64)> = provenance["config"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["key"].as_str().unwrap(), one["value"].as_str().unwrap(), one["line"].as_u64().unwrap()))
        .collect();
    // What an option took the place of, the file did not decide.
    assert_eq!(
        decided,
        [
            ("pairs.p.left", "dev.json", 2),
            ("pairs.p.left-tag", "dev", 3),
            ("pairs.p.right", "qa.json", 4),
            ("pairs.p.right-tag", "qa", 5),
            ("pairs.p.output", "out", 7),
            ("pairs.p.exclude-service-linked", "true", 8),
            ("severity.tag-changed", "info", 11),
            ("known-accounts.333333333333", "audit", 13),
        ]
    );
    assert!(tool.read("out/report.html").contains("severity.tag-changed = info (line 11)"));
    fs::remove_file(tool.path().join("iamctl.toml")).unwrap();
    let verified = run(&tool, "verify out");
    assert_eq!((verified.code, verified.stderr.as_str()), (0, ""), "{verified:?}");
    // Another file changes nothing either.
    let other = "[defaults.diff]\nrole = \"x\"\n[severity]\ntag-changed = \"critical\"\n[known-accounts]\n444444444444 = \"b\"\n";
    tool.write("iamctl.toml", other);
    assert_eq!(run(&tool, "verify out").code, 0);
    // A severity that no version knows is told, not taken for another.
    let settings = tool.read("out/manifest.json").replace("\"tag-changed\": \"info\"", "\"tag-changed\": \"tiny\"");
    tool.write("out/manifest.json", &settings);
    tool.write(
        "out/manifest.json.sha256",
        iamctl::evidence::checksum_text(&iamctl::evidence::Sha256::of(settings.as_bytes())),
    );
    let run = run(&tool, "verify out");
    assert_eq!((run.code, run.stderr.contains("`tiny` is not a severity")), (2, true), "{run:?}");
}

#[test]
fn what_could_not_be_determined_never_becomes_less_severe() {
    use iamctl::report::{Rule, Severity};

    for rule in [
        Rule::InternalInconsistency,
        Rule::AccessUnknown,
        Rule::TrustUnknown,
        Rule::RoleNotCompared,
        Rule::CouldNotCompare,
    ] {
        assert_eq!(rule.least_severity(), Some(rule.default_severity()), "{rule}");
        let tool = Tool::new();
        for severity in Severity::ALL {
            tool.write("iamctl.toml", format!("[severity]\n{rule} = \"{severity}\"\n"));
            assert_eq!(run(&tool, "config").code == 0, severity >= rule.default_severity(), "{rule} {severity}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_was_found_writes_only_into_its_folder() {
    use std::os::unix::fs::symlink;

    let tool = place();
    tool.write("repository/.git", "");
    tool.write("victim", "mine");
    let folder = tool.path().join("repository");
    symlink("../victim", folder.join("link.html")).unwrap();
    symlink("../new", folder.join("nowhere")).unwrap();
    symlink("..", folder.join("up")).unwrap();
    fs::create_dir(folder.join("real")).unwrap();
    let diff = |more: &[&str]| {
        let (dev, qa) = (tool.path().join("dev.json"), tool.path().join("qa.json"));
        let arguments = [&["diff", dev.to_str().unwrap(), "dev", qa.to_str().unwrap(), "qa"], more].concat();
        tool.command(&arguments).current_dir(&folder).output().unwrap()
    };
    for (table, setting) in [
        ("[defaults.diff]", "report = \"html=link.html\""),
        ("[defaults.diff]", "report = \"html=nowhere\""),
        ("[defaults.diff]", "output = \"up/out\""),
        ("[defaults.diff]", "output = \"real/../../out\""),
        ("[defaults.accept]", "file = \"nowhere\""),
    ] {
        tool.write("repository/iamctl.toml", format!("{table}\n{setting}\n"));
        let refused = diff(&[]);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        let is_told = told.contains("is outside the folder of the config file");
        assert_eq!((refused.status.code(), is_told), (Some(2), true), "{setting}: {told}");
    }
    assert!(tool.read("victim") == "mine" && !tool.exists("new") && !tool.exists("out"));
    tool.write("repository/iamctl.toml", "[defaults.diff]\noutput = \"real/out\"\nreport = \"sarif=./x.sarif\"\n");
    assert_eq!(diff(&[]).status.code(), Some(0));
    assert!(tool.exists("repository/real/out/report.json") && tool.exists("repository/x.sarif"));
    // Who names the file wants it so.
    tool.write("repository/iamctl.toml", "[defaults.diff]\noutput = \"up/out\"\n");
    assert_eq!(diff(&["--config", "iamctl.toml"]).status.code(), Some(0));
    assert!(tool.exists("out/report.json"));
}

#[cfg(unix)]
#[test]
fn a_file_of_somebody_else_above_is_not_read() {
    use std::os::unix::fs::chown;

    let tool = Tool::new();
    tool.write("iamctl.toml", "[defaults]\ncounts = true\n");
    tool.write("sub/.keep", "");
    // Only an administrator can give a file away.
    if chown(tool.path().join("iamctl.toml"), Some(12345), None).is_err() {
        return;
    }
    let inside = |arguments: &[&str]| tool.command(arguments).current_dir(tool.path().join("sub")).output().unwrap();
    let refused = inside(&["config"]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.starts_with("error: the config file `../iamctl.toml` belongs to another user"), "{told}");
    assert_eq!(inside(&["config", "--config", "../iamctl.toml"]).status.code(), Some(0));
    assert_eq!(inside(&["config", "--no-config"]).status.code(), Some(0));
}

#[test]
fn the_schema_takes_what_the_program_takes() {
    let schema = Schema::new(read("docs/config.schema.json"));
    let good = json!({
        "defaults": {"equivalency": "a.json", "quiet": true, "fail-on": ["any"], "timeout": 60,
            "fleet": {"items": true, "baseline": "majority", "skip": "x"}, "diff": {"skip": ["items"], "since": "latest"}},
        "pairs": {"p": {"left": "dev", "left-tag": "dev", "right": "qa.json", "right-tag": "qa", "counts": true}},
        "severity": {"tag-changed": "high", "access-unknown": "critical"},
        "known-accounts": {"111122223333": "audit"},
    });
    schema.check(&good).unwrap();
    let broken: [(&str, Value); 11] = [
        ("/defaults/quiet", json!("yes")),
        ("/defaults/equivalency", json!(["a"])),
        ("/defaults/fleet", json!({"counts": true})),
        ("/defaults/diff", json!({"mfa-command": "x"})),
        ("/defaults/diff/skip", json!("all")),
        ("/pairs/p", json!({"left": "dev"})),
        ("/pairs/p/left", json!("@x")),
        ("/severity/tag-changed", json!("severe")),
        ("/severity/access-unknown", json!("info")),
        ("/known-accounts", json!({"1": "audit"})),
        ("/defaults", json!({"force": true})),
    ];
    for (pointer, value) in broken {
        let mut file = good.clone();
        *file.pointer_mut(pointer).unwrap() = value;
        schema.check(&file).expect_err(pointer);
    }
}

#[test]
fn the_example_of_the_documentation_works() {
    let file = repository().join("docs/config.md");
    let page = fs::read_to_string(&file).unwrap();
    let (before, rest) = page.split_once("```toml\n").unwrap();
    let (example, rest) = rest.split_once("```\n").unwrap();
    let (between, rest) = rest.split_once("```text\n").unwrap();
    let (_, after) = rest.split_once("```\n").unwrap();
    let place = Place::new();
    fs::write(place.path("iamctl.toml"), example).unwrap();
    let shown = place.run("config").stdout;
    expect(&file, &format!("{before}```toml\n{example}```\n{between}```text\n{shown}```\n{after}"));
    let done = place.run("diff @nightly");
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.stdout.contains("1 severity is set by iamctl.toml: tag-changed is high."), "{}", done.stdout);
    assert!(done.stdout.contains("Reports: nightly"), "{}", done.stdout);
}

//! Shell completions: shells accept them, and what they offer is what there is. Shells that are not installed are not
//! asked.

use std::process::{Command, Output, Stdio};

use crate::support::program::{EXAMPLES, Place};

const CONFIG: &str = "[default]\nregion = x\n[profile dev-reader]\nregion=eu-west-1\n[ profile qa-reader ]\n\
                      [sso-session corp]\n[profile 'two words']\n[profile $(touch hacked)]\n[services s]\n";
const CREDENTIALS: &str = "# [not-one]\n[build]\naws_access_key_id = x\n";

fn place() -> Place {
    let place = Place::new();
    std::fs::write(place.path("aws-config"), CONFIG).unwrap();
    std::fs::write(place.path("aws-credentials"), CREDENTIALS).unwrap();
    place
}

fn installed(shell: &str) -> bool {
    Command::new(shell).arg("-c").arg("exit").stdin(Stdio::null()).output().is_ok()
}

/// A shell in the place, which finds the program by its name.
fn shell(place: &Place, shell: &str, arguments: &[&str]) -> Output {
    let bin = std::path::Path::new(env!("CARGO_BIN_EXE_iamctl")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(bin.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    Command::new(shell)
        .args(arguments)
        .current_dir(place.path(""))
        .env("PATH", path.unwrap())
        .env("HOME", place.path(""))
        .env("AWS_CONFIG_FILE", place.path("aws-config"))
        .env("AWS_SHARED_CREDENTIALS_FILE", place.path("aws-credentials"))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// What bash offers for the last of these words.
fn offered(place: &Place, words: &[&str]) -> Vec<String> {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let script = format!(
        "source <(iamctl completions bash); COMP_WORDS=({}); COMP_CWORD={}; COMP_TYPE=9\n\
         $(complete -p iamctl | sed 's/.*-F \\([^ ]*\\).*/\\1/') iamctl '{}' ''\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        quoted.join(" "),
        words.len() - 1,
        words.last().unwrap(),
    );
    let output = shell(place, "bash", &["-c", &script]);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn shells_accept_their_scripts() {
    let place = place();
    for (name, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let run = place.run(&format!("completions {name}"));
        assert!(run.stdout.contains("IAMCTL_COMPLETE") && run.stdout.contains("iamctl"), "{run:?}");
        std::fs::write(place.path("script"), &run.stdout).unwrap();
        if installed(name) {
            let output = shell(&place, name, &[check, "script"]);
            assert!(output.status.success() && output.stderr.is_empty(), "{name}: {output:?}");
        }
    }
    assert!(place.run("completions powershell").stdout.contains("Register-ArgumentCompleter"));
    assert_eq!(place.ask(&["completions", "tcsh"]).code, 2);
}

#[test]
fn bash_offers_profiles_files_commands_and_flags() {
    if !installed("bash") {
        return;
    }
    let place = place();
    let sources = offered(&place, &["iamctl", "diff", ""]);
    for word in ["dev-reader", "qa-reader", "default", "build", "env:", "examples/"] {
        assert!(sources.iter().any(|offered| offered == word), "{word}: {sources:?}");
    }
    for word in sources.iter() {
        assert!(!word.contains(['$', '\'', ' ']) && !word.contains("corp") && !word.contains("not-one"), "{sources:?}");
    }
    assert_eq!(offered(&place, &["iamctl", "diff", "dev"]), ["dev-reader"]);
    assert_eq!(offered(&place, &["iamctl", "diff", "dev-reader", "dev", "qa"]), ["qa-reader"]);
    assert_eq!(offered(&place, &["iamctl", "harvest", "examples/de"]), ["examples/dev.json"]);
    assert_eq!(offered(&place, &["iamctl", "comp"]), ["completions"]);
    assert_eq!(offered(&place, &["iamctl", "completions", "z"]), ["zsh"]);
    assert_eq!(offered(&place, &["iamctl", "man", "li"]), ["listprofiles"]);
    assert_eq!(offered(&place, &["iamctl", "diff", "--fail"]), ["--fail-on"]);
    let words = offered(&place, &["iamctl", "diff", "--fail-on", ""]);
    assert!(words.starts_with(&["none", "any", "access"].map(str::to_owned)), "{words:?}");
    assert!(words.iter().any(|word| word == "severity=high"), "{words:?}");
    assert!(!place.path("hacked").exists());
}

#[test]
fn bash_offers_the_pairs_of_the_config_file() {
    if !installed("bash") {
        return;
    }
    let place = place();
    let pair = |name: &str| {
        format!("[pairs.{name}]\nleft = \"dev\"\nleft-tag = \"dev\"\nright = \"qa\"\nright-tag = \"qa\"\n")
    };
    std::fs::write(place.path("iamctl.toml"), pair("nightly") + &pair("weekly")).unwrap();
    std::fs::write(place.path("other.toml"), pair("other")).unwrap();
    for command in ["diff", "suggest", "explain"] {
        let all = offered(&place, &["iamctl", command, ""]);
        assert!(all.contains(&"@nightly".to_owned()) && all.contains(&"@weekly".to_owned()), "{command}: {all:?}");
    }
    // Bash takes the sign for a word of its own.
    assert_eq!(offered(&place, &["iamctl", "diff", "@"]), ["@nightly", "@weekly"]);
    assert_eq!(offered(&place, &["iamctl", "diff", "@", "@ni"]), ["@nightly"]);
    assert_eq!(offered(&place, &["iamctl", "config", "diff", "@", "@w"]), ["@weekly"]);
    assert_eq!(offered(&place, &["iamctl", "--config", "other.toml", "diff", "@", "@o"]), ["@other"]);
    assert_eq!(offered(&place, &["iamctl", "config", "can-"]), ["can-assume"]);
    std::fs::write(place.path("iamctl.toml"), "[pairs").unwrap();
    assert_eq!(offered(&place, &["iamctl", "diff", "env"]), ["env:"]);
}

#[test]
fn without_a_config_there_is_nothing_wrong() {
    if !installed("bash") {
        return;
    }
    let place = Place::new();
    assert!(offered(&place, &["iamctl", "diff", "env"]).contains(&"env:".to_owned()));
    std::fs::write(place.path("aws-config"), b"[profile \xff\xfe]\n[").unwrap();
    assert!(offered(&place, &["iamctl", "diff", "env"]).contains(&"env:".to_owned()));
}

#[test]
fn bash_offers_what_a_report_folder_has() {
    if !installed("bash") {
        return;
    }
    let place = place();
    place.run(EXAMPLES);
    let offers = |words: &[&str]| offered(&place, &[&["iamctl"], words].concat());
    let roles = ["report-dev", "report-development"].map(str::to_owned);
    for command in [
        &["explain", "reports", "report-d"][..],
        &["explain", "./reports", "report-d"],
        &["can", "reports", "report-d"],
        &["can", "reports", "--tag", "dev", "report-d"],
        &["can-assume", "examples/dev.json", "report-d"],
        &["accept", "reports", "--role", "report-d"],
        &["remediate", "reports", "--make", "qa", "--role", "report-d"],
        &["diff", "examples/dev.json", "dev", "examples/qa.json", "qa", "--role", "report-d"],
        &["explain", "examples/dev.json", "dev", "examples/qa.json", "qa", "report-d"],
    ] {
        assert_eq!(offers(command), roles, "{command:?}");
    }
    // With a tag, only the roles of that account.
    assert_eq!(offers(&["can", "reports", "--tag", "qa", "report-d"]), [""]);
    assert_eq!(offers(&["explain", "repo"]), ["reports/"]);
    for command in [
        &["can", "reports", "--tag", ""][..],
        &["remediate", "reports", "--make", ""],
        &["accept", "reports", "--side", ""],
    ] {
        assert_eq!(offers(command), ["dev", "qa"], "{command:?}");
    }
    // The rules that the report has, or any.
    assert_eq!(offers(&["accept", "reports", "--rule", "access-"]), ["access-gained", "access-lost"]);
    assert_eq!(offers(&["accept", "--rule", "access-u"]), ["access-unknown"]);
    assert_eq!(offers(&["explain", "--rule", "l"]), ["list"]);
    assert_eq!(offers(&["explain", "--rule", "trust-w"]), ["trust-widened"]);
    assert_eq!(
        offers(&["diff", "--fail-on", "rule=access-"]),
        ["rule=access-gained", "rule=access-unknown", "rule=access-lost"]
    );
    let report: serde_json::Value = serde_json::from_str(&place.read("reports/report.json")).unwrap();
    for (option, list) in [("--finding", "findings"), ("--group", "groups")] {
        let id = report[list][0]["id"].as_str().unwrap();
        assert_eq!(offers(&["accept", "reports", option, id.get(..6).unwrap()]), [id]);
    }
    // A name that a shell would run is not offered.
    let name = "\"name\": \"$(touch hacked)\"";
    let changed = place.read("reports/report.json").replace("\"name\": \"report-dev\"", name);
    assert!(changed.contains(name));
    std::fs::write(place.path("reports/report.json"), changed).unwrap();
    assert_eq!(offers(&["explain", "reports", "report-d"]), ["report-development"]);
    assert!(!place.path("hacked").exists());
    std::fs::write(place.path("reports/report.json"), "{").unwrap();
    assert_eq!(offers(&["accept", "reports", "--rule", "access-g"]), ["access-gained"]);
}

#[test]
fn bash_offers_the_formats_of_reports() {
    if !installed("bash") {
        return;
    }
    let place = place();
    let offers = |word: &str| offered(&place, &["iamctl", "diff", "--report", word]);
    assert_eq!(
        offers(""),
        ["html=", "markdown=", "json=", "ndjson=", "sarif=", "junit=", "gitlab=", "ocsf=", "oscal="]
    );
    assert_eq!(offers("sa"), ["sarif="]);
    assert_eq!(offers("sarif=exam"), ["sarif=examples/"]);
    assert_eq!(offers("sarif=a.sarif,ju"), ["sarif=a.sarif,junit="]);
}

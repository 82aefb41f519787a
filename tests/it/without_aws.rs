//! The program built without the AWS side (`--no-default-features --features cli`): it compares files, and says of
//! everything else in one sentence that it cannot.

use crate::support::program::{EXAMPLES, Place};
use crate::support::tool::Tool;

const HINT: &str = "build iamctl with its default features: `cargo build --release`";

/// Runs a command that needs AWS, in a folder where a file of an account is; what it says, and that it does nothing.
fn refused(arguments: &str, asked: &str) {
    let place = Place::new();
    let before = names(&place);
    let run = place.ask(&arguments.split(' ').collect::<Vec<_>>());
    let says =
        format!("error: {asked} needs AWS, but this iamctl was built without AWS support and compares only files");
    assert_eq!(run.code, 2, "{arguments}: {run:?}");
    assert_eq!(run.stdout, "", "{arguments}");
    assert!(run.stderr.starts_with(&says) && run.stderr.contains(HINT), "{arguments}: {}", run.stderr);
    assert_eq!(names(&place), before, "{arguments} leaves files behind");
}

fn names(place: &Place) -> Vec<String> {
    let entries = std::fs::read_dir(place.path(".")).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_live_account_is_refused_in_one_sentence() {
    refused("diff dev-profile dev examples/qa.json qa --output out", "profile dev-profile");
    refused("diff examples/dev.json dev env: qa --output out", "environment");
    refused("harvest dev-profile dev --output out", "profile dev-profile");
    refused("explain dev-profile dev examples/qa.json qa orders", "profile dev-profile");
    refused("suggest dev-profile dev examples/qa.json qa", "profile dev-profile");
    refused("fleet --profiles *-audit --baseline dev --output out", "`--profiles *-audit`");
    refused("listprofiles", "the list of profiles");
}

#[test]
fn files_are_compared_as_ever() {
    let place = Place::new();
    let run = place.run(EXAMPLES);
    assert!(run.stdout.contains("critical"), "{run:?}");
    assert!(place.path("reports/report.json").exists());
}

/// The variables of AWS name nothing that is read.
#[test]
fn the_aws_config_is_not_read() {
    let tool = Tool::new().env("AWS_PROFILE", "nobody").env("AWS_CA_BUNDLE", "/nowhere");
    let account = r#"{"RoleDetailList": [], "Policies": []}"#;
    tool.write("dev.json", account);
    tool.write("qa.json", account);
    tool.write("aws-config", "[profile nobody\n");
    let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--allow-same-account"]);
    assert_eq!(run.code, 0, "{run:?}");
}

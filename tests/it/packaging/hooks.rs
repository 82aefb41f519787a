//! The hooks for pre-commit, and the image: what they run is what the program takes.

use super::{Step, source, yaml};
use crate::support::program::Place;

/// Runs a hook as pre-commit does: its entry, then the arguments of whoever uses it.
fn run(place: &Place, hook: &str, arguments: &[&str]) -> crate::support::tool::Run {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hook = hooks.as_array().unwrap().iter().find(|entry| entry["id"] == hook).unwrap();
    let entry = hook["entry"].as_str().unwrap().strip_prefix("iamctl ").unwrap();
    assert_eq!(hook["pass_filenames"], false);
    place.ask(&entry.split(' ').chain(arguments.iter().copied()).collect::<Vec<_>>())
}

#[test]
fn each_hook_is_there_built_and_installed() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hooks = hooks.as_array().unwrap();
    assert!(hooks.len() >= 4);
    for hook in hooks.iter().filter(|hook| hook["language"] == "rust") {
        let id = format!("{}-system", hook["id"].as_str().unwrap());
        let system = hooks.iter().find(|other| other["id"] == id.as_str()).unwrap();
        assert_eq!((&system["language"], &system["entry"]), (&"system".into(), &hook["entry"]), "{id}");
    }
}

#[test]
fn a_hook_fails_for_differences_and_for_files_that_are_wrong() {
    let place = Place::new();
    let [dev, qa, list] = ["dev.json", "qa_drifted.json", "equivalency_list.json"];
    let [dev, qa, list] = [dev, qa, list].map(|name| format!("examples/walkthrough/{name}"));
    let list = format!("--equivalency={list}");
    let arguments = [dev.as_str(), "dev", &qa, "qa", &list];
    let more = |more: &[&'static str]| [&arguments[..], &["--output=reports"], more].concat();
    assert_eq!(run(&place, "iamctl-diff", &more(&["--fail-on=none"])).code, 0);
    let failed = run(&place, "iamctl-diff", &more(&["--fail-on=access"]));
    assert!(failed.code == 1 && failed.stdout.contains("\nDifferent: "), "{failed:?}");
    std::fs::write(place.path("examples/walkthrough/equivalency_list.json"), "{").unwrap();
    let failed = run(&place, "iamctl-diff", &more(&["--fail-on=none"]));
    assert!(failed.code == 2 && failed.stderr.contains("equivalency_list.json"), "{failed:?}");

    assert_eq!(run(&place, "iamctl-verify", &["reports"]).code, 0);
    std::fs::write(place.path("reports/summary.md"), "nothing differs").unwrap();
    let failed = run(&place, "iamctl-verify", &["reports"]);
    assert!(failed.code == 1 && failed.stdout.contains("summary.md"), "{failed:?}");
}

#[test]
fn the_image_gets_what_a_package_has_for_a_build() {
    let ignored = source(".dockerignore");
    let manifest = source("Cargo.toml");
    let (_, list) = manifest.split_once("\ninclude = [").unwrap();
    let (list, _) = list.split_once(']').unwrap();
    for entry in list.split('"').skip(1).step_by(2) {
        let name = entry.trim_start_matches('/').trim_end_matches("/**");
        let only_read = name.ends_with(".md") || ["LICENSE", "NOTICE", "docs", "examples"].contains(&name);
        assert!(only_read || ignored.lines().any(|line| line == format!("!{name}")), "{name}");
    }
    assert!(ignored.lines().any(|line| line == "*"));
    let image = source("Dockerfile");
    assert!(image.contains("\nFROM scratch\n") && image.contains("\nUSER 65532:65532\n"));
    // Which toolchain a build takes is said in one file, which the image, with its own, does not get.
    assert!(source("rust-toolchain.toml").contains("components = [\"rustfmt\", \"clippy\"]"));
    assert_eq!(Step::new().run("version", &[]).stdout.trim_end(), env!("CARGO_PKG_VERSION"));
}

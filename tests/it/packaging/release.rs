//! The scripts of the release.

use std::fs;
use std::process::Command;

use super::{Step, executable, program, source};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The names in an archive, sorted.
fn contents(archive: &std::path::Path) -> Vec<String> {
    let listed = Command::new("tar").arg("-tzf").arg(archive).output().unwrap();
    assert!(listed.status.success());
    let listed = String::from_utf8(listed.stdout).unwrap();
    let mut names: Vec<String> = listed.lines().filter(|name| !name.ends_with('/')).map(str::to_owned).collect();
    names.sort();
    names
}

#[test]
fn an_archive_has_the_program_and_what_belongs_to_it() {
    let step = Step::new();
    let step = step.env("SOURCE_DATE_EPOCH", "1795248000");
    let step = {
        let folder = step.text("temp/dist");
        step.env("RELEASE_FOLDER", folder)
    };
    let program = program(&step.path("temp"));
    let pack = || {
        let run = step.run("release-archive", &["aarch64-apple-darwin", &program]);
        assert_eq!(run.code, 0, "{run:?}");
        let path = run.stdout.trim_end().to_owned();
        (fs::read(&path).unwrap(), path)
    };
    let (bytes, path) = pack();
    let name = format!("iamctl-{VERSION}-aarch64-apple-darwin");
    assert!(path.ends_with(&format!("/temp/dist/{name}.tar.gz")), "{path}");
    let contents = contents(path.as_ref());
    for file in ["iamctl", "README.md", "CHANGELOG.md", "LICENSE", "NOTICE", "man/iamctl.1", "man/iamctl-diff.1"] {
        assert!(contents.contains(&format!("{name}/{file}")), "{file} is not in {contents:?}");
    }
    for shell in ["bash", "zsh", "fish", "powershell"] {
        assert!(contents.contains(&format!("{name}/completions/iamctl.{shell}")), "{contents:?}");
    }
    assert!(contents.iter().all(|file| file.starts_with(&format!("{name}/"))), "{contents:?}");
    // Nothing else is left, and the same files make the same archive.
    assert_eq!(fs::read_dir(step.path("temp/dist")).unwrap().count(), 1);
    assert!(pack().0 == bytes);

    let other = step.path("temp/other");
    fs::write(&other, "#!/bin/sh\necho iamctl 9.9.9\n").unwrap();
    executable(&other);
    let run = step.run("release-archive", &["aarch64-apple-darwin", &other.display().to_string()]);
    assert!(run.code == 1 && run.stderr.contains("is iamctl 9.9.9, but Cargo.toml has the version"), "{run:?}");
    assert_eq!(step.run("release-archive", &["aarch64-apple-darwin"]).code, 2);
}

#[test]
fn a_program_is_tried_before_it_is_released() {
    let step = Step::new();
    let run = step.run("release-try", &[&program(&step.path("temp"))]);
    assert!(run.code == 0 && run.stdout.contains("\nVerified: "), "{run:?}");
    // One that finds nothing in the examples is not released.
    let other = step.path("temp/other");
    fs::write(&other, "#!/bin/sh\necho No differences\n").unwrap();
    executable(&other);
    let run = step.run("release-try", &[&other.display().to_string()]);
    assert!(run.code == 1 && run.stderr.contains("release-try: the examples differ, but "), "{run:?}");
}

#[test]
fn sha256sum_checks_the_sums() {
    let step = Step::new();
    let folder = step.path("temp/dist");
    fs::create_dir(&folder).unwrap();
    let run = step.run("release-sums", &[&folder.display().to_string()]);
    assert!(run.code == 1 && run.stderr.contains("has no files"), "{run:?}");
    for name in ["b.tar.gz", "a b.json"] {
        fs::write(folder.join(name), name).unwrap();
    }
    // Sums that are there are not summed up.
    for _ in 0..2 {
        let run = step.run("release-sums", &[&folder.display().to_string()]);
        assert!(run.code == 0 && run.stdout.lines().count() == 2, "{run:?}");
    }
    let check = || {
        let checked =
            Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(&folder).output();
        let checked = checked.unwrap();
        (checked.status.success(), String::from_utf8(checked.stdout).unwrap())
    };
    assert_eq!(check(), (true, "a b.json: OK\nb.tar.gz: OK\n".to_owned()));
    fs::write(folder.join("b.tar.gz"), "changed").unwrap();
    assert!(!check().0);
}

#[test]
fn notes_are_one_section_of_the_change_log() {
    let step = Step::new();
    let log = source("CHANGELOG.md");
    // After a release, what is not released yet is nothing.
    let mut sections = log.split("\n## [").skip(1).filter_map(|section| section.split_once('\n'));
    let (heading, section) = sections.find(|(_, section)| !section.trim().is_empty()).unwrap();
    let run = step.run("release-notes", &[heading.split(']').next().unwrap()]);
    assert!(run.code == 0 && run.stdout.trim() == section.trim(), "{run:?}");
    let run = step.run("release-notes", &["9.9.9"]);
    assert!(run.code == 1 && run.stderr.contains("CHANGELOG.md has no section '## [9.9.9]'"), "{run:?}");
}

#[test]
fn what_stands_in_the_way_of_a_release_is_said_all_at_once() {
    let run = Step::new().run("release-check", &["v9.9.9"]);
    assert!(run.code == 1 && run.stdout.is_empty(), "{run:?}");
    let tag = format!("release-check: the tag is v9.9.9, but Cargo.toml has the version {VERSION}");
    assert!(run.stderr.contains(&tag), "{run:?}");
    if source("Cargo.toml").contains("\nrepository = \"https://iamctl.invalid/") {
        assert!(run.stderr.contains("release-check: the repository in Cargo.toml is a placeholder"), "{run:?}");
    } else {
        let run = Step::new().env("GITHUB_REPOSITORY", "somebody/else").run("release-check", &["v9.9.9"]);
        assert!(run.stderr.contains("is not https://github.com/somebody/else"), "{run:?}");
    }
}

#[test]
fn every_machine_with_a_release_finds_its_own() {
    let mut step = Step::new();
    let mut found = Vec::new();
    for (system, machine) in
        [("Linux", "X64"), ("Linux", "ARM64"), ("macOS", "X64"), ("macOS", "ARM64"), ("Windows", "X64")]
    {
        step.set("RUNNER_OS", system);
        step.set("RUNNER_ARCH", machine);
        found.push(step.run("release-target", &[]).stdout.trim_end().to_owned());
    }
    // The same ones are built, and a draft wants all of them.
    let built = super::yaml(".github/workflows/release.yml");
    let built = built["jobs"]["build"]["strategy"]["matrix"]["include"].as_array().unwrap().clone();
    let built: Vec<String> = built.iter().map(|entry| entry["target"].as_str().unwrap().to_owned()).collect();
    assert_eq!(found, built);
    let draft = source("scripts/release-draft");
    assert!(built.iter().all(|target| draft.contains(target.as_str())), "{draft}");
    // uname says what it is where no runner does.
    step.set("RUNNER_OS", "");
    step.set("RUNNER_ARCH", "");
    let run = step.run("release-target", &[]);
    assert!(run.code == 0 && found.contains(&run.stdout.trim_end().to_owned()), "{run:?}");
    step.set("RUNNER_OS", "Plan9");
    let run = step.run("release-target", &[]);
    assert!(run.code == 1 && run.stderr.contains("there is no release for Plan9 on"), "{run:?}");
}

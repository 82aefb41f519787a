//! What SECURITY.md says that the program does is what the sources do.

use std::collections::BTreeSet;
use std::fs;

use super::{repository, source};

/// The words in backquotes that begin like this, in a text.
fn quoted(text: &str, start: &str) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).filter_map(|word| word.strip_prefix(start)).map(str::to_owned).collect()
}

/// `get_role_policy` as AWS writes it.
fn operation(method: &str) -> String {
    let word = |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect();
    method.split('_').map(word).collect::<Vec<String>>().concat()
}

/// The operations of AWS that `src/harvest` calls: a builder of the SDK is a method without arguments, with a name of
/// several words, and its client is asked for it.
fn called() -> BTreeSet<String> {
    let mut files = vec![repository().join("src/harvest.rs")];
    files.extend(fs::read_dir(repository().join("src/harvest")).unwrap().map(|entry| entry.unwrap().path()));
    let mut found = BTreeSet::new();
    for file in files {
        let text: String = fs::read_to_string(&file).unwrap().split_whitespace().collect();
        for part in text.split('.').filter_map(|part| part.split_once("()")).map(|(method, _)| method) {
            let verbs =
                ["get_", "list_", "assume_", "create_", "put_", "update_", "delete_", "attach_", "detach_", "tag_"];
            if verbs.iter().any(|verb| part.starts_with(verb))
                && part.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            {
                found.insert(operation(part));
            }
        }
    }
    found
}

#[test]
fn the_api_calls_are_those_of_the_sources() {
    let page = source("SECURITY.md");
    let named: BTreeSet<String> = quoted(&page, "iam:").union(&quoted(&page, "sts:")).cloned().collect();
    let mut wanted = called();
    assert!(wanted.len() > 10, "{wanted:?}");
    // The SDK makes this one itself, for profiles with a web identity.
    wanted.insert("AssumeRoleWithWebIdentity".to_owned());
    assert_eq!(named, wanted);
    // None of them changes anything.
    for call in &named {
        assert!(["Get", "List", "Assume"].iter().any(|verb| call.starts_with(verb)), "{call}");
    }
}

#[test]
fn no_other_service_of_aws_can_be_called() {
    let manifest = source("Cargo.toml");
    let clients: Vec<&str> = manifest
        .lines()
        .filter_map(|line| line.split_once(" = ").map(|(name, _)| name))
        .filter(|name| name.starts_with("aws-sdk-"))
        .collect();
    assert_eq!(clients, ["aws-sdk-iam", "aws-sdk-sts"]);
    // What speaks HTTP besides the SDK is one file, for the catalog.
    let mut users = Vec::new();
    let mut folders = vec![repository().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs")
                && fs::read_to_string(&path).unwrap().contains("ureq")
            {
                users.push(path.strip_prefix(repository()).unwrap().display().to_string());
            }
        }
    }
    users.sort();
    assert_eq!(users, ["src/store/service_reference.rs", "src/store/trusted.rs"]);
}

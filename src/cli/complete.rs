//! Completers of options: what a shell offers for their values.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _,
};

use super::known_names::KnownNames;
use crate::formats::report_format::ReportFormat;
use crate::report::{FailOn, Rule, Severity};

/// Completes a source: profiles, `env:`, and files that may be snapshots.
pub(super) fn source() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let start = current.to_string_lossy();
        let mut names = profile_names();
        names.insert("env:".to_owned());
        let mut candidates: Vec<CompletionCandidate> =
            names.into_iter().filter(|name| name.starts_with(&*start)).map(CompletionCandidate::new).collect();
        let files = PathCompleter::file().filter(may_be_snapshot).complete(current);
        candidates.extend(files.into_iter().filter(|file| file.get_value() != "."));
        candidates
    })
}

/// Completes what sets the exit code: the words, a severity, and once `rule` stands there, a rule.
pub(super) fn fail_on() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let start = current.to_string_lossy();
        let words = [FailOn::None, FailOn::Any, FailOn::Access, FailOn::New(None)].into_iter();
        let words = words.chain(Severity::ALL.into_iter().map(FailOn::Severity)).map(|word| word.to_string());
        let rules: Vec<String> = if start.starts_with("rule") {
            Rule::ALL.into_iter().map(|rule| FailOn::Rule(rule).to_string()).collect()
        } else {
            vec!["rule=".to_owned()]
        };
        beginning(&start, words.chain(rules))
    })
}

/// Completes `FORMAT=PATH`.
pub(super) fn report() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let start = current.to_string_lossy();
        match start.split_once('=') {
            None => beginning(&start, ReportFormat::ALL.into_iter().map(|format| format!("{}=", format.name()))),
            Some((format, path)) => {
                let paths = PathCompleter::any().complete(OsStr::new(path)).into_iter();
                let paths = paths.filter(|path| path.get_value() != ".");
                paths.map(|path| path.add_prefix(format!("{format}="))).collect()
            }
        }
    })
}

/// Completes a role of a report folder or of a snapshot of the command line.
pub(super) fn role() -> ArgValueCandidates {
    named(|names| names.roles)
}

/// Completes a tag of a report folder.
pub(super) fn tag() -> ArgValueCandidates {
    named(|names| names.tags)
}

/// Completes a rule that a report folder has findings of; without a report folder, any rule.
pub(super) fn rule() -> ArgValueCandidates {
    named(|names| if names.rules.is_empty() { all_rules() } else { names.rules })
}

/// Completes a rule, or the word for all of them.
pub(super) fn rule_or(all: &'static str) -> ArgValueCandidates {
    named(move |_| all_rules().into_iter().chain([all.to_owned()]).collect())
}

/// Completes the id of a finding of a report folder.
pub(super) fn finding() -> ArgValueCandidates {
    ArgValueCandidates::new(|| with_sentences(KnownNames::of(&typed()).findings))
}

/// Completes the id of a cause of a report folder.
pub(super) fn group() -> ArgValueCandidates {
    ArgValueCandidates::new(|| with_sentences(KnownNames::of(&typed()).groups))
}

fn named(of: impl Fn(KnownNames) -> BTreeSet<String> + Send + Sync + 'static) -> ArgValueCandidates {
    ArgValueCandidates::new(move || of(KnownNames::of(&typed())).into_iter().map(CompletionCandidate::new).collect())
}

fn with_sentences(ids: Vec<(String, String)>) -> Vec<CompletionCandidate> {
    ids.into_iter().map(|(id, message)| CompletionCandidate::new(id).help(Some(message.into()))).collect()
}

/// The words that begin with a text.
pub(super) fn beginning(start: &str, words: impl IntoIterator<Item = String>) -> Vec<CompletionCandidate> {
    words.into_iter().filter(|word| word.starts_with(start)).map(CompletionCandidate::new).collect()
}

fn all_rules() -> BTreeSet<String> {
    Rule::ALL.into_iter().map(|rule| rule.id().to_owned()).collect()
}

/// The words of the command line that is being completed: what the shell's function gives after `--`.
pub(super) fn typed() -> Vec<String> {
    std::env::args().skip_while(|word| word != "--").skip(1).collect()
}

fn may_be_snapshot(path: &Path) -> bool {
    path.is_dir() || is_snapshot_name(&path.file_name().unwrap_or_default().to_string_lossy())
}

fn is_snapshot_name(name: &str) -> bool {
    name.ends_with(".json") || name.ends_with(".json.gz")
}

/// The names of the profiles of the AWS config files. A file that is not there or not text has none; whether the rest of
/// it is well formed is for the command that uses it.
fn profile_names() -> BTreeSet<String> {
    all_profile_names().into_iter().filter(|name| is_one_word(name)).collect()
}

/// Whether the AWS config files have a profile of this name.
pub(super) fn is_profile(name: &str) -> bool {
    all_profile_names().contains(name)
}

fn all_profile_names() -> BTreeSet<String> {
    let file = |variable: &str, name: &str| {
        let named = std::env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from);
        let path = named.or_else(|| Some(directories::BaseDirs::new()?.home_dir().join(".aws").join(name)));
        path.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default()
    };
    let config = file("AWS_CONFIG_FILE", "config");
    let credentials = file("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    sections(&config)
        .filter_map(|section| match section.split_once([' ', '\t']) {
            Some(("profile", name)) => Some(name.trim()),
            None if section == "default" => Some(section),
            Some(_) | None => None,
        })
        .chain(sections(&credentials))
        .map(str::to_owned)
        .collect()
}

/// What stands between the brackets of the lines that start a section.
fn sections(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| Some(line.trim().strip_prefix('[')?.split_once(']')?.0.trim()))
}

/// Whether a shell takes the name as it is, and this program as a profile's. The others have to be quoted by hand.
fn is_one_word(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '+' | ',');
    !name.is_empty() && !name.starts_with('-') && name.chars().all(plain) && !is_snapshot_name(name)
}

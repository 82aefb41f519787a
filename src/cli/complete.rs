//! `iamctl completions`: what a shell runs to complete our command line.
//!
//! The shell's function is small and asks this program, which knows its flags and reads the names of the profiles when
//! it is asked. It does so through the variable [`ASKED`] that only that function sets.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter,
};
use clap_complete::env::{CompleteEnv, Shells};

use super::config::{Config, Words};
use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::known_names::{KnownNames, is_report_folder};
use crate::formats::report_format::ReportFormat;
use crate::report::{FailOn, Rule, Severity};

/// The variable by which a shell asks for completions.
const ASKED: &str = "IAMCTL_COMPLETE";

/// The name that is completed, and that is called for it.
const PROGRAM: &str = "iamctl";

/// What `completions` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Shell: bash, zsh, fish, or powershell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    /// Bash
    Bash,
    /// Zsh
    Zsh,
    /// fish
    Fish,
    /// PowerShell
    Powershell,
}

impl Shell {
    const fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
        }
    }
}

/// Prints the shell's function.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    console.print(|out| match Shells::builtins().completer(args.shell.name()) {
        Some(shell) => shell.write_registration(ASKED, PROGRAM, PROGRAM, PROGRAM, out),
        None => Ok(()),
    })?;
    Ok(ExitCode::Done)
}

/// Answers a shell, if one asks.
pub(super) fn asked_by_shell(args: &[OsString]) -> Option<ExitCode> {
    // Without `--` the library would print the function once more, which is what `completions` is for.
    if args.iter().all(|arg| arg != "--") {
        return None;
    }
    let here = std::env::current_dir().ok();
    let args = without_lone_signs(args);
    let answer = CompleteEnv::with_factory(super::command).var(ASKED).bin(PROGRAM).completer(PROGRAM);
    match answer.try_complete(args, here.as_deref()) {
        Ok(false) => None,
        Ok(true) => Some(ExitCode::Done),
        Err(error) => {
            let _ = error.print();
            Some(ExitCode::Failed)
        }
    }
}

/// Completes a source of two, or the pair that stands for both.
pub(super) fn source_or_pair() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let start = current.to_string_lossy();
        let mut candidates = pairs();
        candidates.retain(|pair| pair.get_value().to_string_lossy().starts_with(&*start));
        candidates.extend(source().complete(current));
        candidates
    })
}

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

/// The words, with the name of a pair as one. For bash, `@` is a word of its own, and stands once more in the word that is
/// completed. The number of words must stay, so that an option that changes nothing takes its place.
fn without_lone_signs(args: &[OsString]) -> Vec<OsString> {
    let followed = |place: usize| args.get(place + 1).is_some_and(|next| next.to_string_lossy().starts_with('@'));
    let words = args.iter().enumerate().map(|(place, word)| match word == "@" && followed(place) {
        true => OsString::from("--no-input"),
        false => word.clone(),
    });
    words.collect()
}

/// Completes the name of a pair of accounts.
pub(super) fn pair() -> ArgValueCandidates {
    ArgValueCandidates::new(pairs)
}

/// Completes a command that can have defaults.
pub(super) fn command_with_defaults() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let program = super::command();
        let commands = super::config::commands(&program).map(|command| CompletionCandidate::new(command.get_name()));
        commands.collect::<Vec<_>>().into_iter().chain(pairs()).collect()
    })
}

/// The pairs of the config file, each with its accounts. A file that cannot be read has none; the command will say why.
fn pairs() -> Vec<CompletionCandidate> {
    let program = super::command();
    let typed: Vec<OsString> = typed().into_iter().map(OsString::from).collect();
    let Ok(Some(config)) = Config::load(&Words::new(&typed, &program), &program) else { return Vec::new() };
    let pairs = config.pairs();
    pairs.map(|(name, accounts)| CompletionCandidate::new(format!("@{name}")).help(Some(accounts.into()))).collect()
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
pub(super) fn rule_or_list() -> ArgValueCandidates {
    named(|_| all_rules().into_iter().chain([super::explain::LIST.to_owned()]).collect())
}

/// Completes the id of a finding of a report folder.
pub(super) fn finding() -> ArgValueCandidates {
    ArgValueCandidates::new(|| with_sentences(KnownNames::of(&typed()).findings))
}

/// Completes the id of a cause of a report folder.
pub(super) fn group() -> ArgValueCandidates {
    ArgValueCandidates::new(|| with_sentences(KnownNames::of(&typed()).groups))
}

/// Completes the words of `explain`: a source, a report folder, or the role that follows them.
pub(super) fn explained() -> ArgValueCompleter {
    ArgValueCompleter::new(Explained)
}

struct Explained;

impl ValueCompleter for Explained {
    fn complete(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        let typed = typed();
        // The word at the cursor is one of them.
        let others = typed.iter().filter(|word| word.as_str() != current);
        let roles = KnownNames::of(&typed).roles;
        let mut candidates = beginning(&current.to_string_lossy(), roles);
        if !others.clone().any(|word| is_report_folder(word)) {
            candidates.extend(source_or_pair().complete(current));
        }
        candidates
    }
}

fn named(of: impl Fn(KnownNames) -> BTreeSet<String> + Send + Sync + 'static) -> ArgValueCandidates {
    ArgValueCandidates::new(move || of(KnownNames::of(&typed())).into_iter().map(CompletionCandidate::new).collect())
}

fn with_sentences(ids: Vec<(String, String)>) -> Vec<CompletionCandidate> {
    ids.into_iter().map(|(id, message)| CompletionCandidate::new(id).help(Some(message.into()))).collect()
}

fn beginning(start: &str, words: impl IntoIterator<Item = String>) -> Vec<CompletionCandidate> {
    words.into_iter().filter(|word| word.starts_with(start)).map(CompletionCandidate::new).collect()
}

fn all_rules() -> BTreeSet<String> {
    Rule::ALL.into_iter().map(|rule| rule.id().to_owned()).collect()
}

/// The words of the command line that is being completed: what the shell's function gives after `--`.
fn typed() -> Vec<String> {
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

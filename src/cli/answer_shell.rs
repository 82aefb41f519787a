//! The answer to a shell that asks how the word at the cursor can go on.
//!
//! Most options bring their completers with them (`complete`). Those here have to know the whole program: names of commands,
//! and pairs of the config file, which says something about any command.

use std::ffi::{OsStr, OsString};

use clap::Command;
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate, ValueCompleter};
use clap_complete::env::CompleteEnv;

use super::complete::{beginning, source, typed};
use super::completions::{ASKED, PROGRAM};
use super::config::{Config, Words, commands};
use super::exit_code::ExitCode;
use super::known_names::{KnownNames, is_report_folder};
use super::program::command;

/// Answers a shell, if one asks.
pub(super) fn asked_by_shell(args: &[OsString]) -> Option<ExitCode> {
    // Without `--` the library would print the function once more, which is what `completions` is for.
    if args.iter().all(|arg| arg != "--") {
        return None;
    }
    let here = std::env::current_dir().ok();
    let args = without_lone_signs(args);
    let answer = CompleteEnv::with_factory(completing).var(ASKED).bin(PROGRAM).completer(PROGRAM);
    match answer.try_complete(args, here.as_deref()) {
        Ok(false) => None,
        Ok(true) => Some(ExitCode::Done),
        Err(error) => {
            let _ = error.print();
            Some(ExitCode::Failed)
        }
    }
}

/// The program with all completers.
fn completing() -> Command {
    let program = command();
    let names: Vec<String> = program.get_subcommands().map(|one| one.get_name().to_owned()).collect();
    names.iter().fold(program, |program, name| {
        let completed = |arg: clap::Arg| match (name.as_str(), arg.get_id().as_str()) {
            ("diff", "source_1") | ("suggest", "words") => arg.add(source_or_pair()),
            ("explain", "words") => arg.add(ArgValueCompleter::new(Explained)),
            ("config", "command") => arg.add(command_with_defaults()),
            ("config", "pair") => arg.add(pair()),
            ("man", "command") => arg.add(any_command()),
            _ => arg,
        };
        program.mut_subcommand(name, |one| one.mut_args(completed))
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

/// Completes a source of two, or the pair that stands for both.
fn source_or_pair() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let start = current.to_string_lossy();
        let mut candidates = pairs();
        candidates.retain(|pair| pair.get_value().to_string_lossy().starts_with(&*start));
        candidates.extend(source().complete(current));
        candidates
    })
}

/// Completes the name of a pair of accounts.
fn pair() -> ArgValueCandidates {
    ArgValueCandidates::new(pairs)
}

/// Completes a command that can have defaults.
fn command_with_defaults() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let program = command();
        let commands = commands(&program).map(|command| CompletionCandidate::new(command.get_name()));
        commands.collect::<Vec<_>>().into_iter().chain(pairs()).collect()
    })
}

/// The pairs of the config file, each with its accounts. A file that cannot be read has none; the command will say why.
fn pairs() -> Vec<CompletionCandidate> {
    let program = command();
    let typed: Vec<OsString> = typed().into_iter().map(OsString::from).collect();
    let Ok(Some(config)) = Config::load(&Words::new(&typed, &program), &program) else { return Vec::new() };
    let pairs = config.pairs();
    pairs.map(|(name, accounts)| CompletionCandidate::new(format!("@{name}")).help(Some(accounts.into()))).collect()
}

/// Completes the name of a command.
fn any_command() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        command().get_subcommands().map(|command| CompletionCandidate::new(command.get_name())).collect()
    })
}

/// Completes the words of `explain`: a source, a report folder, or the role that follows them.
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

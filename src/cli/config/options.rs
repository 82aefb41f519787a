//! Which options of which commands a config file can set, and what it can set them to.

use std::any::TypeId;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

use super::super::source::Source;
use crate::normalise::Builtins;
use crate::report::FailOn;

/// Commands that a config file says nothing about.
const WITHOUT: [&str; 2] = ["completions", "man"];

/// Options that name accounts: a default can do so only where no word of the command line does.
const OF_FLEET: [&str; 5] =
    ["IAMCTL_ACCOUNTS", "IAMCTL_PROFILES", "IAMCTL_SNAPSHOTS", "IAMCTL_ONLY_ACCOUNTS", "IAMCTL_SKIP_ACCOUNTS"];

/// Options that say which roles of which account are changed: `iamctl remediate` is told so for each script, in words that
/// whoever reviews it sees.
const OF_REMEDIATE: [&str; 3] = ["IAMCTL_MAKE", "IAMCTL_ROLE", "IAMCTL_INCLUDE_MANAGED"];

/// Variables of options that cannot have a default, and why.
const REFUSED: [(&str, &str); 11] = [
    ("IAMCTL_WRITE", "it says what one run does"),
    ("IAMCTL_KNOWN_ACCOUNT", "put it into the table `[known-accounts]`"),
    ("IAMCTL_CONFIG", "it is needed before the file is read"),
    ("IAMCTL_NO_CONFIG", "it is needed before the file is read"),
    ("IAMCTL_MFA_CODE", "a code is valid only once"),
    (
        "IAMCTL_MFA_COMMAND",
        "a file that is found in a folder must not run a program; use the variable IAMCTL_MFA_COMMAND",
    ),
    ("IAMCTL_KEEP", "a default must not remove reports"),
    ("IAMCTL_DRY_RUN", "it belongs to `--keep`"),
    ("IAMCTL_RESUME", "it says what one run does"),
    ("IAMCTL_MAX_AGE", "it says what one run does"),
    ("IAMCTL_SPLIT", "each account needs a folder of its own"),
];

/// Options that write to the path they name. `--file` is the one of `accept`.
const WRITTEN: [&str; 4] = ["output", "report", "attest", "file"];

/// An option of a command.
#[derive(Clone, Copy)]
pub(in crate::cli) struct CommandOption<'c> {
    /// The command.
    pub command: &'c str,
    pub arg: &'c Arg,
}

/// All commands that a config file can say something about.
pub(in crate::cli) fn commands(program: &Command) -> impl Iterator<Item = &Command> {
    program.get_subcommands().filter(|command| !WITHOUT.contains(&command.get_name()))
}

/// The options of a command, those of all commands among them.
pub(in crate::cli) fn options<'c>(program: &'c Command, command: &'c Command) -> Vec<CommandOption<'c>> {
    let mut seen = BTreeSet::new();
    command
        .get_arguments()
        .chain(program.get_arguments().filter(|arg| arg.is_global_set()))
        .filter(|arg| arg.get_long().is_some_and(|long| !matches!(long, "help" | "version")))
        // A command has a hidden copy of an option that changes nothing about it.
        .filter(|arg| seen.insert(arg.get_id().as_str()))
        .map(|arg| CommandOption { command: command.get_name(), arg })
        .collect()
}

impl<'c> CommandOption<'c> {
    /// The long name.
    pub(in crate::cli) fn name(self) -> &'c str {
        self.arg.get_long().unwrap_or_default()
    }

    /// The variable, which tells two options of one name apart.
    pub(in crate::cli) fn variable(self) -> Option<&'c str> {
        self.arg.get_env().and_then(OsStr::to_str)
    }

    /// Why it cannot have a default; none if it can.
    pub(in crate::cli) fn refused(self) -> Option<&'static str> {
        let Some(variable) = self.variable() else {
            return Some("it has no variable either, because it says what one run does");
        };
        if variable == "IAMCTL_ALLOW_SAME_ACCOUNT" && self.command == "suggest" {
            return Some("`iamctl suggest` takes it for two accounts only; put it into a pair");
        }
        if OF_FLEET.contains(&variable) && self.command != "fleet" {
            return Some("only `iamctl fleet` can have a default for the accounts that it reads");
        }
        if OF_REMEDIATE.contains(&variable) && self.command == "remediate" {
            return Some("what `iamctl remediate` changes is said on its command line");
        }
        REFUSED.iter().find(|(refused, _)| *refused == variable).map(|(_, why)| *why)
    }

    /// Whether it is on or off.
    pub(in crate::cli) fn is_switch(self) -> bool {
        matches!(self.arg.get_action(), ArgAction::SetTrue | ArgAction::SetFalse)
    }

    /// Whether it can be repeated.
    pub(in crate::cli) fn is_list(self) -> bool {
        matches!(self.arg.get_action(), ArgAction::Append)
    }

    /// The path that a value names, as it stands in the value: what is before it, and the path.
    fn path(self, value: &str) -> Option<(&str, &str)> {
        match self.variable() {
            // The newest report has no path.
            Some("IAMCTL_SINCE") if value == "latest" => None,
            Some("IAMCTL_REPORT") => value.find('=').and_then(|place| value.split_at_checked(place + 1)),
            Some("IAMCTL_BASELINE") if value.contains('=') => {
                let source = value.rsplit_once('=').map_or(value, |(source, _)| source);
                is_file(source).then_some(("", value))
            }
            _ => (self.arg.get_value_parser().type_id() == TypeId::of::<PathBuf>()).then_some(("", value)),
        }
    }

    /// The value as the command line has it: a path is not relative to the current folder, but to that of the file.
    pub(in crate::cli) fn in_folder(self, value: &str, folder: &Path) -> OsString {
        let Some((before, path)) = self.path(value).filter(|(_, path)| !path.is_empty()) else {
            return OsString::from(value);
        };
        let mut word = OsString::from(before);
        word.push(folder.join(path));
        word
    }

    /// Whether a value names a path to write to outside the folder of the file.
    pub(in crate::cli) fn writes_outside(self, value: &str, folder: &Path) -> bool {
        let path = self.path(value).filter(|_| WRITTEN.contains(&self.name()));
        path.is_some_and(|(_, path)| is_outside(Path::new(path), folder))
    }

    /// Why the option does not take a value; none if it does.
    pub(in crate::cli) fn why_not(self, value: &OsStr) -> Option<String> {
        let reset = || Resettable::<clap::Id>::Reset;
        let arg = self.arg.clone().required(false).requires(reset()).conflicts_with(reset());
        let arg = arg.env(Resettable::<clap::builder::OsStr>::Reset).default_values(Vec::<String>::new());
        let mut word = OsString::from(format!("--{}=", self.name()));
        word.push(value);
        let command = Command::new("iamctl").no_binary_name(true).disable_help_flag(true).arg(arg);
        match command.try_get_matches_from([word]) {
            Ok(_) => self.why_not_later(&value.to_string_lossy()),
            Err(error) => Some(in_words(&error)),
        }
    }

    /// Why not, for options whose values clap takes as texts.
    fn why_not_later(self, value: &str) -> Option<String> {
        let mut words = value.split(',');
        match self.variable() {
            Some("IAMCTL_FAIL_ON") => {
                words.find_map(|word| word.parse::<FailOn>().err()).map(|error| error.to_string())
            }
            Some("IAMCTL_NO_BUILTIN") => {
                words.find_map(|word| Builtins::default().without(word).err()).map(|error| error.to_string())
            }
            _ => None,
        }
    }
}

/// Whether a path leads out of a folder, by its words or over a link.
fn is_outside(path: &Path, folder: &Path) -> bool {
    let stays = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if !path.components().all(stays) {
        return true;
    }
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let root = here.canonicalize();
    // The first part that is there says where the rest would be made. A link to nothing leads anywhere.
    let whole = here.join(path);
    let there = whole.ancestors().find(|part| part.symlink_metadata().is_ok());
    let real = there.map_or_else(|| here.canonicalize(), Path::canonicalize);
    !matches!((root, real), (Ok(root), Ok(real)) if real.starts_with(&root))
}

/// Whether a word means a file, and neither a profile nor the environment.
pub(in crate::cli) fn is_file(word: &str) -> bool {
    let Ok(source) = word.parse::<Source>();
    source.file().is_some()
}

/// What clap says of a value, without what the user has not typed.
fn in_words(error: &clap::Error) -> String {
    if let (ErrorKind::InvalidValue, Some(ContextValue::Strings(values))) =
        (error.kind(), error.get(ContextKind::ValidValue))
        && !values.is_empty()
    {
        return format!("it must be one of {}", values.join(", "));
    }
    if let Some(source) = std::error::Error::source(error) {
        return source.to_string();
    }
    if error.kind() == ErrorKind::InvalidValue {
        return "it is empty".to_owned();
    }
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

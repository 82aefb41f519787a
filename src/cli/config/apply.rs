//! The command line parsed with what the config file says.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::builder::Resettable;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use super::super::error::CliError;
use super::check::{CheckedPair, Default, EXCLUSIVE, OF_TWO};
use super::words::{Switch, Words};
use super::{Config, ConfigError, FromFile};
use crate::evidence::ConfigValue;
use crate::model::AccountId;
use crate::report::SeverityOverrides;

/// The commands that compare accounts, for which severities and known accounts count.
const COMPARING: [&str; 3] = ["diff", "fleet", "explain"];

/// Options that need another one: it may be there by default, which clap does not count.
const NEEDING: [(&str, &str); 4] =
    [("file", "role_name"), ("file", "external_id"), ("file", "via"), ("role_name", "role_path")];

/// A command line that was parsed.
pub(in crate::cli) struct Parsed {
    pub matches: ArgMatches,
    pub from_file: FromFile,
    pub config: Option<Config>,
}

/// Why a command line was not parsed.
pub(in crate::cli) enum Refused {
    /// What clap says, help and version among it.
    Clap(clap::Error),
    /// The config file cannot be used.
    Config(CliError),
}

impl<E: Into<CliError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Config(error.into())
    }
}

/// Parses a command line with the defaults of the config file.
pub(in crate::cli) fn parse(args: &[OsString], program: &mut Command) -> Result<Parsed, Refused> {
    let words = Words::new(args, program);
    let command = words.command.as_deref().unwrap_or_default();
    let takes_file = !words.asks_for_help && super::options::commands(program).any(|one| one.get_name() == command);
    let config = if takes_file { Config::load(&words, program)? } else { None };
    let pair = pair(args, &words, config.as_ref())?;
    let instead = pair.map(|(place, pair)| (place, pair.words.iter().map(|(word, _, _)| word.clone()).collect()));
    let args = words.rewritten(args, instead);
    let mut defaults =
        config.as_ref().map(|config| config.defaults(command, pair.map(|(_, pair)| pair))).unwrap_or_default();
    defaults.retain(|default| words.switches.iter().all(|switch| switch.on || switch.id != default.id));
    let mut changed = with_defaults(program.clone(), command, &defaults, &words.switches);
    let mut matches = changed.try_get_matches_from_mut(&args).map_err(Refused::Clap)?;
    if let Some(excluded) = excluded(&matches, &defaults) {
        defaults.retain(|default| default.id != excluded);
        changed = with_defaults(program.clone(), command, &defaults, &words.switches);
        matches = changed.try_get_matches_from_mut(&args).map_err(Refused::Clap)?;
    }
    let from_file =
        config.as_ref().map(|config| config.decided(&matches, command, &defaults, pair.map(|(_, pair)| pair)));
    Ok(Parsed { matches, from_file: from_file.unwrap_or_default(), config })
}

/// The pair that stands for the accounts, and the place of its word.
fn pair<'c>(
    args: &[OsString],
    words: &Words,
    config: Option<&'c Config>,
) -> Result<Option<(usize, &'c CheckedPair)>, ConfigError> {
    let is_of_two = !words.asks_for_help && words.command.as_deref().is_some_and(|command| OF_TWO.contains(&command));
    let first = words.positions.first().filter(|_| is_of_two);
    let Some((place, word)) = first.and_then(|place| Some((*place, args.get(*place)?.to_string_lossy()))) else {
        return Ok(None);
    };
    match word.strip_prefix('@') {
        Some(name) => Ok(Some((place, Config::pair(config, name)?))),
        None => Ok(None),
    }
}

/// The default that does not count because the option that excludes it was given, or its variable.
fn excluded(matches: &ArgMatches, defaults: &[Default]) -> Option<&'static str> {
    let (_, matches) = matches.subcommand()?;
    let is_given = |id: &str| {
        matches!(matches.value_source(id), Some(ValueSource::CommandLine | ValueSource::EnvVariable))
            && matches.get_flag(id)
    };
    let [one, other] = EXCLUSIVE;
    [(one, other), (other, one)].into_iter().find_map(|(given, excluded)| {
        let by_default = defaults.iter().any(|default| default.id == excluded);
        (is_given(given) && by_default && !is_given(excluded)).then_some(excluded)
    })
}

/// The program with these defaults. A flag that is off on the command line is off, whatever its variable says.
fn with_defaults(mut program: Command, command: &str, defaults: &[Default], switches: &[Switch]) -> Command {
    for default in defaults {
        let change = |arg: Arg| arg.required(false).default_values(default.values.clone());
        program = changed(program, command, &default.id, &change);
        for (_, needing) in NEEDING.into_iter().filter(|(needed, _)| *needed == default.id) {
            program = changed(program, command, needing, &|arg| arg.requires(Resettable::<clap::Id>::Reset));
        }
    }
    for switch in switches.iter().filter(|switch| !switch.on) {
        let change = |arg: Arg| arg.env(Resettable::<clap::builder::OsStr>::Reset).default_value("false");
        program = changed(program, command, &switch.id, &change);
    }
    program
}

/// The program with another argument in place of one. A command can have a hidden copy of an argument of all commands.
fn changed(mut program: Command, command: &str, id: &str, change: &dyn Fn(Arg) -> Arg) -> Command {
    let has = |command: &Command| command.get_arguments().any(|arg| arg.get_id() == id);
    if has(&program) {
        program = program.mut_arg(id, change);
    }
    if program.find_subcommand(command).is_some_and(has) {
        program = program.mut_subcommand(command, |command| command.mut_arg(id, change));
    }
    program
}

impl Config {
    /// The defaults of a command: those of the pair come before those of the command, and these before those of all.
    pub(super) fn defaults(&self, command: &str, pair: Option<&CheckedPair>) -> Vec<Default> {
        let of_pair = pair.and_then(|pair| pair.defaults.get(command)).into_iter().flatten().rev();
        let of_command = self.checked.defaults.get(command).into_iter().flatten().rev();
        let mut seen = BTreeSet::new();
        of_pair.chain(of_command).filter(|default| seen.insert(default.id.clone())).cloned().collect()
    }

    /// The pair of a name.
    pub(super) fn pair<'c>(config: Option<&'c Self>, name: &str) -> Result<&'c CheckedPair, ConfigError> {
        let Some(config) = config else { return Err(ConfigError::NoFile { name: name.to_owned() }) };
        let pairs = &config.checked.pairs;
        pairs.iter().find(|pair| pair.name == name).ok_or_else(|| ConfigError::UnknownPair {
            path: config.path().to_owned(),
            name: name.to_owned(),
            known: pairs.iter().map(|pair| pair.name.clone()).collect(),
        })
    }

    /// What the file decided of a run.
    fn decided(
        &self,
        matches: &ArgMatches,
        command: &str,
        defaults: &[Default],
        pair: Option<&CheckedPair>,
    ) -> FromFile {
        let Some((_, matches)) = matches.subcommand() else { return FromFile::default() };
        let text = |words: &[OsString]| words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(",");
        let value = |key: String, value: String, line: usize| ConfigValue { key, value, line };
        let in_effect =
            defaults.iter().filter(|default| matches.value_source(&default.id) == Some(ValueSource::DefaultValue));
        let mut values: Vec<ConfigValue> =
            in_effect.map(|default| value(default.key.clone(), text(&default.values), default.line)).collect();
        for (word, key, line) in pair.iter().flat_map(|pair| &pair.words) {
            values.push(value(key.clone(), word.to_string_lossy().into_owned(), *line));
        }
        let (mut known_accounts, mut severities) = (Vec::new(), SeverityOverrides::default());
        if COMPARING.contains(&command) {
            // Not every command has the option.
            let given = matches.try_get_many::<(AccountId, String)>("known_accounts").unwrap_or_default();
            let given: BTreeSet<AccountId> = given.into_iter().flatten().map(|(id, _)| id.clone()).collect();
            for (id, name, line) in self.checked.known_accounts.iter().filter(|(id, ..)| !given.contains(id)) {
                known_accounts.push((id.clone(), name.clone()));
                values.push(value(format!("known-accounts.{id}"), name.clone(), *line));
            }
            severities = self.checked.severities.clone();
            for (rule, severity) in &severities.rules {
                let line = self.checked.severity_lines.get(rule).copied().unwrap_or_default();
                values.push(value(format!("severity.{rule}"), severity.to_string(), line));
            }
        }
        values.sort_by(|a, b| (a.line, &a.key).cmp(&(b.line, &b.key)));
        let input = (!values.is_empty()).then(|| self.file.input());
        FromFile { known_accounts, severities, input, values }
    }
}

//! A config file checked against the options that there are: what each command gets of it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::Path;

use clap::Command;

use super::super::near_names::near_names;
use super::options::{CommandOption, commands, is_file, options};
use crate::model::{AccountId, AccountTag};
use crate::parse::config::{ConfigFile, Located, OF_PAIR, Pair, Place, Setting, Value};
use crate::report::{Rule, Severity, SeverityOverrides};

/// The commands that take a pair; the first one has the options of pairs.
pub(super) const OF_TWO: [&str; 3] = ["diff", "suggest", "explain"];

/// Something that is wrong in the file.
pub(super) struct Fault {
    pub place: Place,
    pub problem: String,
    pub hint: Option<String>,
}

/// A default of an option of a command.
#[derive(Debug, Clone)]
pub(super) struct Default {
    /// The option as clap knows it.
    pub id: String,
    /// The values as on the command line; `true` or `false` for a flag.
    pub values: Vec<OsString>,
    /// Its place in the file, such as `defaults.fleet.items`.
    pub key: String,
    /// Its line.
    pub line: usize,
}

/// A pair as a command takes it.
#[derive(Debug)]
pub(super) struct CheckedPair {
    pub name: String,
    /// The sources and tags, as on the command line, each with its key and its line.
    pub words: [(OsString, String, usize); 4],
    /// Where the pair stands.
    pub line: usize,
    /// By command, its options.
    pub defaults: BTreeMap<String, Vec<Default>>,
}

impl CheckedPair {
    /// The sources with their tags.
    pub(super) fn in_words(&self) -> String {
        let [left, left_tag, right, right_tag] = self.words.each_ref().map(|(word, _, _)| word.to_string_lossy());
        format!("{left} {left_tag} {right} {right_tag}")
    }
}

/// What a config file comes to.
#[derive(Debug)]
pub(super) struct Checked {
    /// By command, its defaults; those of one command after those of all.
    pub defaults: BTreeMap<String, Vec<Default>>,
    pub pairs: Vec<CheckedPair>,
    pub severities: SeverityOverrides,
    /// The line of each.
    pub severity_lines: BTreeMap<Rule, usize>,
    pub known_accounts: Vec<(AccountId, String, usize)>,
}

impl Checked {
    /// With the name of the file, for reports.
    pub(super) fn named(mut self, name: String) -> Self {
        if !self.severities.is_empty() {
            self.severities.file = Some(name);
        }
        self
    }
}

/// Checks a file. Paths in it are relative to its folder; one that was found, and not named, may name paths to write to only
/// inside that folder.
pub(super) fn check(file: &ConfigFile, program: &Command, folder: &Path, named: bool) -> Result<Checked, Fault> {
    let checker = Checker { program, folder, named };
    let mut defaults: BTreeMap<String, Vec<Default>> = BTreeMap::new();
    let mut add = |all: Vec<(String, Default)>| {
        all.into_iter().for_each(|(command, default)| defaults.entry(command).or_default().push(default));
    };
    for setting in &file.defaults {
        add(checker.of_all(setting)?);
    }
    for one in &file.commands {
        let command = checker.command(&one.command)?;
        for setting in &one.settings {
            add(vec![checker.of_command(command, setting, &format!("defaults.{}", command.get_name()))?]);
        }
    }
    let pairs = file.pairs.iter().map(|pair| checker.pair(pair)).collect::<Result<_, _>>()?;
    let mut severity_lines = BTreeMap::new();
    let mut severities = SeverityOverrides::default();
    for (rule, level) in &file.severities {
        let (rule, severity) = (rule_of(rule)?, severity_of(rule, level)?);
        if severities.rules.insert(rule, severity).is_some() {
            return Err(fault(level.place, format!("the severity of `{rule}` is set twice")));
        }
        severity_lines.insert(rule, level.place.line);
    }
    let known_accounts =
        file.known_accounts.iter().map(|(id, name)| (id.value.clone(), name.clone(), id.place.line)).collect();
    let checked = Checked { defaults, pairs, severities, severity_lines, known_accounts };
    exclusive(&checked)?;
    Ok(checked)
}

fn fault(place: Place, problem: String) -> Fault {
    Fault { place, problem, hint: None }
}

/// Two options that exclude each other. `quiet` and `verbose` are the only ones that can have defaults.
pub(super) const EXCLUSIVE: [&str; 2] = ["quiet", "verbose"];

fn exclusive(checked: &Checked) -> Result<(), Fault> {
    for defaults in checked.defaults.values() {
        // Of two values of one option, the last one counts.
        let last = |id: &str| defaults.iter().rev().find(|one| one.id == id).filter(|one| one.values == ["true"]);
        if let [Some(first), Some(second)] = EXCLUSIVE.map(last) {
            let problem = format!("`{}` and `{}` cannot both be true", first.key, second.key);
            return Err(fault(Place { line: first.line.max(second.line), column: 1 }, problem));
        }
    }
    Ok(())
}

fn rule_of(id: &Located<String>) -> Result<Rule, Fault> {
    Rule::ALL.into_iter().find(|rule| rule.id() == id.value).ok_or_else(|| {
        let known: Vec<&str> = Rule::ALL.into_iter().map(Rule::id).collect();
        let hint = near(&id.value, &known, "the rules are");
        Fault { hint: Some(hint), ..fault(id.place, format!("there is no rule `{}`", id.value.escape_debug())) }
    })
}

fn severity_of(rule: &Located<String>, level: &Located<String>) -> Result<Severity, Fault> {
    let found = Severity::ALL.into_iter().find(|severity| severity.as_str() == level.value);
    let known = Severity::MOST_SEVERE_FIRST.map(Severity::as_str);
    let unknown = || Fault {
        hint: Some(near(&level.value, &known, "the severities are")),
        ..fault(level.place, format!("`{}` is not a severity", level.value.escape_debug()))
    };
    let severity = found.ok_or_else(unknown)?;
    let least = rule_of(rule)?.least_severity();
    match least {
        Some(least) if severity < least => Err(fault(
            level.place,
            format!(
                "the severity of `{}` cannot be less than {least}: it is about what iamctl could not determine",
                rule.value
            ),
        )),
        Some(_) | None => Ok(severity),
    }
}

/// What may be meant, or all that there is.
fn near(word: &str, known: &[&str], all: &str) -> String {
    let near = near_names(word, known);
    near.first().map_or_else(|| format!("{all} {}", known.join(", ")), |near| format!("did you mean `{near}`?"))
}

struct Checker<'c> {
    program: &'c Command,
    folder: &'c Path,
    named: bool,
}

impl<'c> Checker<'c> {
    fn command(&self, name: &Located<String>) -> Result<&'c Command, Fault> {
        commands(self.program).find(|command| command.get_name() == name.value).ok_or_else(|| {
            let known: Vec<&str> = commands(self.program).map(Command::get_name).collect();
            let problem = format!("`{}` is not a command that can have defaults", name.value.escape_debug());
            Fault { hint: Some(near(&name.value, &known, "the commands are")), ..fault(name.place, problem) }
        })
    }

    /// An option of every command that has it.
    fn of_all(&self, setting: &Setting) -> Result<Vec<(String, Default)>, Fault> {
        let all = commands(self.program).flat_map(|command| options(self.program, command));
        let all: Vec<CommandOption<'c>> = all.filter(|option| option.name() == setting.name.value).collect();
        if all.is_empty() {
            let known = commands(self.program).flat_map(|command| options(self.program, command));
            return Err(unknown_option(setting, "iamctl", known));
        }
        let can: Vec<CommandOption<'c>> = all.iter().copied().filter(|option| option.refused().is_none()).collect();
        let Some(first) = can.first() else {
            // There is one, and it is refused.
            return Err(refused(setting, all.iter().find_map(|option| option.refused()).unwrap_or_default()));
        };
        let variables: BTreeSet<Option<&str>> = can.iter().map(|option| option.variable()).collect();
        let places = || {
            let tables: Vec<String> = can.iter().map(|option| format!("`[defaults.{}]`", option.command)).collect();
            Some(format!("put it under {}", tables.join(" or ")))
        };
        if commands(self.program).any(|command| command.get_name() == setting.name.value) {
            let problem = format!("`{}` is also the name of a command", setting.name.value);
            return Err(Fault { hint: places(), ..fault(setting.name.place, problem) });
        }
        if variables.len() > 1 {
            let problem = format!("`{}` does not mean the same for every command", setting.name.value);
            return Err(Fault { hint: places(), ..fault(setting.name.place, problem) });
        }
        let first = (first.command.to_owned(), self.default(*first, setting, "defaults")?);
        let rest = can.iter().skip(1).map(|option| {
            let default = self.default(*option, setting, "defaults").map_err(|error| {
                let (what, why) = error.problem.split_once(": ").unwrap_or((&error.problem, ""));
                Fault { problem: format!("{what} for `iamctl {}`: {why}", option.command), hint: places(), ..error }
            })?;
            Ok((option.command.to_owned(), default))
        });
        std::iter::once(Ok(first)).chain(rest).collect()
    }

    fn of_command(&self, command: &'c Command, setting: &Setting, table: &str) -> Result<(String, Default), Fault> {
        let all = options(self.program, command);
        let Some(option) = all.iter().find(|option| option.name() == setting.name.value) else {
            let unknown = unknown_option(setting, &format!("iamctl {}", command.get_name()), all.into_iter());
            let of_others = commands(self.program).filter(|other| {
                let others = options(self.program, other);
                others.iter().any(|option| option.name() == setting.name.value && option.refused().is_none())
            });
            let of_others: Vec<&str> = of_others.map(Command::get_name).collect();
            let hint = format!("it is an option of {}", of_others.join(", "));
            return Err(if of_others.is_empty() { unknown } else { Fault { hint: Some(hint), ..unknown } });
        };
        match option.refused() {
            Some(why) => Err(refused(setting, why)),
            None => Ok((command.get_name().to_owned(), self.default(*option, setting, table)?)),
        }
    }

    fn default(&self, option: CommandOption<'_>, setting: &Setting, table: &str) -> Result<Default, Fault> {
        let value = &setting.value;
        let wrong_type = |wanted: &str| Err(fault(value.place, format!("`{}` must be {wanted}", setting.name.value)));
        let one = |text: &str| vec![Located { value: text.to_owned(), place: value.place }];
        let texts = match (&value.value, option.is_switch()) {
            (Value::Switch(on), true) => one(if *on { "true" } else { "false" }),
            (Value::Text(_) | Value::Number(_) | Value::List(_), true) => return wrong_type("true or false"),
            (Value::Text(text) | Value::Number(text), false) => one(text),
            (Value::List(list), false) if option.is_list() => list.clone(),
            (Value::List(_), false) => return wrong_type("one value, not an array"),
            (Value::Switch(_), false) if option.is_list() => return wrong_type("a string or an array of strings"),
            (Value::Switch(_), false) => return wrong_type("a string or a number"),
        };
        let mut values = Vec::with_capacity(texts.len());
        for text in texts {
            if !self.named && option.writes_outside(&text.value, self.folder) {
                let problem = format!(
                    "`{}` is outside the folder of the config file, which was found and not named",
                    text.value.escape_debug()
                );
                let hint = Some("name the file with `--config` or IAMCTL_CONFIG if it is to write there".to_owned());
                return Err(Fault { hint, ..fault(text.place, problem) });
            }
            let word = option.in_folder(&text.value, self.folder);
            if !option.is_switch()
                && let Some(why) = option.why_not(&word)
            {
                let problem = format!("`{}` cannot be `{}`: {why}", setting.name.value, text.value.escape_debug());
                return Err(fault(text.place, problem));
            }
            values.push(word);
        }
        Ok(Default {
            id: option.arg.get_id().as_str().to_owned(),
            values,
            key: format!("{table}.{}", setting.name.value),
            line: setting.name.place.line,
        })
    }

    fn pair(&self, pair: &Pair) -> Result<CheckedPair, Fault> {
        let name = &pair.name.value;
        let mut defaults: BTreeMap<String, Vec<Default>> = BTreeMap::new();
        let table = format!("pairs.{name}");
        let of_two: Vec<&Command> = commands(self.program).filter(|one| OF_TWO.contains(&one.get_name())).collect();
        for setting in &pair.settings {
            let diff = of_two.iter().find(|command| command.get_name() == "diff");
            let of_diff = diff.map(|diff| options(self.program, diff)).unwrap_or_default();
            let Some(wanted) = of_diff.iter().find(|option| option.name() == setting.name.value) else {
                let known = of_diff.iter().copied();
                let mut unknown = unknown_option(setting, "iamctl diff", known);
                if let Some(near) = near_names(&setting.name.value, &OF_PAIR).first() {
                    unknown.hint = Some(format!("did you mean `{near}`?"));
                }
                return Err(unknown);
            };
            for command in &of_two {
                let has = |option: &CommandOption<'_>| {
                    option.name() == wanted.name() && option.variable() == wanted.variable()
                };
                if options(self.program, command).iter().any(has) {
                    let (command, default) = self.of_command(command, setting, &table)?;
                    defaults.entry(command).or_default().push(default);
                }
            }
        }
        let word = |source: &Located<String>, key: &str| {
            if source.value.starts_with(['-', '@']) {
                let first = source.value.chars().next().unwrap_or_default();
                let problem = format!("`{key}` is a source, which cannot begin with `{first}`");
                return Err(fault(source.place, problem));
            }
            let word = if is_file(&source.value) {
                self.folder.join(&source.value).into_os_string()
            } else {
                OsString::from(&source.value)
            };
            Ok((word, format!("{table}.{key}"), source.place.line))
        };
        let tag = |tag: &Located<AccountTag>, key: &str| {
            (OsString::from(tag.value.as_str()), format!("{table}.{key}"), tag.place.line)
        };
        let words = [
            word(&pair.left, "left")?,
            tag(&pair.left_tag, "left-tag"),
            word(&pair.right, "right")?,
            tag(&pair.right_tag, "right-tag"),
        ];
        Ok(CheckedPair { name: name.clone(), words, line: pair.name.place.line, defaults })
    }
}

fn refused(setting: &Setting, why: &str) -> Fault {
    fault(setting.name.place, format!("`{}` cannot have a default: {why}", setting.name.value))
}

fn unknown_option<'c>(setting: &Setting, of: &str, known: impl Iterator<Item = CommandOption<'c>>) -> Fault {
    let known: BTreeSet<&str> = known.filter(|option| option.refused().is_none()).map(CommandOption::name).collect();
    let known: Vec<&str> = known.into_iter().collect();
    let name = &setting.name.value;
    // Who writes a variable's or a key's name means the option.
    let word = name.trim_start_matches("--").replace('_', "-");
    let hint = Some(near(&word, &known, "the options are"));
    Fault { hint, ..fault(setting.name.place, format!("`{of}` has no option `{}`", name.escape_debug())) }
}

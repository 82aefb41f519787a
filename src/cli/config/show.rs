//! `iamctl config`: what holds for the options, and where it comes from.

use std::io::{self, Write};

use clap::{Command, ValueEnum};
use serde::Serialize;

use super::super::console::Console;
use super::super::error::CliError;
use super::super::exit_code::ExitCode;
use super::super::source::shown;
use super::check::{CheckedPair, OF_TWO};
use super::options::{CommandOption, commands, options};
use super::{Config, ConfigError, is_on};
use crate::formats::escape::terminal;
use crate::formats::files::json;
use crate::report::{Rule, Severity};

/// What `config` takes.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Command to show all options of, such as diff
    ///
    /// Without it, iamctl shows what the config file and the variables set for any command.
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
    /// Pair to show the options for, such as @nightly
    #[arg(value_name = "@PAIR")]
    pair: Option<String>,
    /// What to print: table or json
    #[arg(long, value_enum, env = "IAMCTL_FORMAT", default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each setting
    Table,
    /// The same as JSON
    Json,
}

/// Everything that is shown.
#[derive(Serialize)]
struct Shown<'c> {
    format: &'static str,
    version: u32,
    /// None if what is set for any command is shown.
    command: Option<&'c str>,
    /// None if there is no file.
    file: Option<FileShown>,
    settings: Vec<Setting>,
    pairs: Vec<PairShown<'c>>,
    severities: Vec<SeverityShown>,
    known_accounts: Vec<KnownShown<'c>>,
}

#[derive(Serialize)]
struct FileShown {
    path: String,
    /// Whether it is in a folder above the current one.
    above: bool,
}

/// An option with its value.
#[derive(Serialize)]
struct Setting {
    /// The commands for which it holds.
    commands: Vec<String>,
    /// Whether these are all commands.
    #[serde(skip)]
    is_of_all: bool,
    option: String,
    /// None if the option is not set.
    value: Option<String>,
    source: Source,
    /// The variable, if it is from one.
    variable: Option<String>,
    /// The key in the file, if it is from there.
    key: Option<String>,
    /// The line of the file, if it is from there.
    line: Option<usize>,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Source {
    Variable,
    File,
    BuiltIn,
    NotSet,
}

#[derive(Serialize)]
struct PairShown<'c> {
    name: &'c str,
    left: String,
    left_tag: String,
    right: String,
    right_tag: String,
    line: usize,
}

#[derive(Serialize)]
struct SeverityShown {
    rule: Rule,
    severity: Severity,
    line: usize,
}

#[derive(Serialize)]
struct KnownShown<'c> {
    account_id: &'c str,
    name: &'c str,
    line: usize,
}

/// Shows the settings.
pub(in crate::cli) fn run(
    args: &Args,
    program: &Command,
    config: Option<&Config>,
    console: &Console,
) -> Result<ExitCode, CliError> {
    let (command, pair) = args.meant(program, config)?;
    let settings = match command {
        Some(command) => of_command(program, command, config, pair),
        None => of_all(program, config),
    };
    let shown = Shown { settings, command: command.map(Command::get_name), ..Shown::of_file(config) };
    console.print(|out| match args.format {
        Format::Table => shown.table(out),
        Format::Json => json(out, &shown),
    })?;
    Ok(ExitCode::Done)
}

impl Args {
    /// The command and the pair that are meant. A pair without a command is one of `diff`.
    fn meant<'p>(
        &self,
        program: &'p Command,
        config: Option<&'p Config>,
    ) -> Result<(Option<&'p Command>, Option<&'p CheckedPair>), ConfigError> {
        let of_name = |name: &str| commands(program).find(|command| command.get_name() == name);
        let unknown = |word: &str, known: Vec<String>| ConfigError::UnknownCommand { word: word.to_owned(), known };
        let (command, pair) = match (self.command.as_deref(), self.pair.as_deref()) {
            (Some(word), None) if word.starts_with('@') => (Some("diff"), Some(word)),
            words => words,
        };
        let found = command.map(|word| {
            let known = || commands(program).map(|command| command.get_name().to_owned()).collect();
            of_name(word).ok_or_else(|| unknown(word, known()))
        });
        let found = found.transpose()?;
        let Some(word) = pair else { return Ok((found, None)) };
        let is_of_two = found.is_some_and(|command| OF_TWO.contains(&command.get_name()));
        match word.strip_prefix('@').filter(|_| is_of_two) {
            Some(name) => Ok((found, Some(Config::pair(config, name)?))),
            None => Err(unknown(
                &format!("{} {word}", command.unwrap_or_default()),
                OF_TWO.map(|one| format!("{one} @PAIR")).into(),
            )),
        }
    }
}

/// All options of a command.
fn of_command(
    program: &Command,
    command: &Command,
    config: Option<&Config>,
    pair: Option<&CheckedPair>,
) -> Vec<Setting> {
    let defaults = config.map(|config| config.defaults(command.get_name(), pair)).unwrap_or_default();
    options(program, command)
        .into_iter()
        .filter(|option| !is_about_file(*option))
        .map(|option| {
            let default = defaults.iter().find(|default| default.id == option.arg.get_id().as_str());
            let setting = |value: Option<String>, source| Setting {
                commands: vec![command.get_name().to_owned()],
                is_of_all: false,
                option: option.name().to_owned(),
                value,
                source,
                variable: None,
                key: None,
                line: None,
            };
            if let Some((variable, value)) = from_variable(option) {
                return Setting { variable: Some(variable), ..setting(Some(value), Source::Variable) };
            }
            if let Some(default) = default {
                let values: Vec<_> = default.values.iter().map(|value| value.to_string_lossy()).collect();
                let (key, line) = (Some(default.key.clone()), Some(default.line));
                return Setting { key, line, ..setting(Some(values.join(",")), Source::File) };
            }
            let built_in: Vec<_> =
                option.arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
            match built_in.is_empty() {
                false => setting(Some(built_in.join(",")), Source::BuiltIn),
                true if option.is_switch() => setting(Some("false".to_owned()), Source::BuiltIn),
                true => setting(None, Source::NotSet),
            }
        })
        .collect()
}

/// The file is shown by itself.
fn is_about_file(option: CommandOption<'_>) -> bool {
    matches!(option.name(), "config" | "no-config")
}

/// The variable of an option and its value, if it is set.
fn from_variable(option: CommandOption<'_>) -> Option<(String, String)> {
    let variable = option.variable()?;
    let value = std::env::var_os(variable)?.to_string_lossy().into_owned();
    let value = match variable {
        "IAMCTL_MFA_CODE" | "IAMCTL_MFA_COMMAND" => "…".to_owned(),
        _ if option.is_switch() => is_on(variable).to_string(),
        _ => value,
    };
    Some((variable.to_owned(), value))
}

/// What is set for any command, each once with the commands for which it holds.
fn of_all(program: &Command, config: Option<&Config>) -> Vec<Setting> {
    let mut all: Vec<Setting> = Vec::new();
    for command in commands(program) {
        for setting in of_command(program, command, config, None) {
            if !matches!(setting.source, Source::Variable | Source::File) {
                continue;
            }
            match all.iter_mut().find(|there| there.is_like(&setting)) {
                Some(there) => there.commands.extend(setting.commands),
                None => all.push(setting),
            }
        }
    }
    let every = commands(program).count();
    for setting in all.iter_mut().filter(|setting| setting.commands.len() == every) {
        setting.is_of_all = true;
    }
    all.sort_by(|a, b| (&a.option, &a.key).cmp(&(&b.option, &b.key)));
    all
}

impl Setting {
    /// Whether another one is the same but for its commands.
    fn is_like(&self, other: &Self) -> bool {
        let origin = |one: &Self| (one.variable.clone(), one.key.clone(), one.line);
        self.option == other.option && self.value == other.value && origin(self) == origin(other)
    }
}

impl<'c> Shown<'c> {
    fn of_file(config: Option<&'c Config>) -> Self {
        let checked = config.map(|config| &config.checked);
        let pairs = checked.map(|checked| checked.pairs.as_slice()).unwrap_or_default();
        let pair = |pair: &'c CheckedPair| {
            let [left, left_tag, right, right_tag] =
                pair.words.each_ref().map(|(word, _, _)| word.to_string_lossy().into_owned());
            PairShown { name: &pair.name, left, left_tag, right, right_tag, line: pair.line }
        };
        let severity = |(rule, severity): (&Rule, &Severity)| SeverityShown {
            rule: *rule,
            severity: *severity,
            line: checked.and_then(|checked| checked.severity_lines.get(rule)).copied().unwrap_or_default(),
        };
        let known = checked.map(|checked| checked.known_accounts.as_slice()).unwrap_or_default();
        Self {
            format: "iamctl-config",
            version: 1,
            command: None,
            file: config.map(|config| FileShown { path: shown(config.path()), above: config.is_above }),
            settings: Vec::new(),
            pairs: pairs.iter().map(pair).collect(),
            severities: checked.iter().flat_map(|checked| &checked.severities.rules).map(severity).collect(),
            known_accounts: known
                .iter()
                .map(|(id, name, line)| KnownShown { account_id: id.as_str(), name, line: *line })
                .collect(),
        }
    }

    fn table(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.file {
            None => writeln!(out, "Config file: none")?,
            Some(FileShown { path, above }) => {
                let above = if *above { " (in a folder above the current one)" } else { "" };
                writeln!(out, "Config file: {}{above}", terminal(path))?;
            }
        }
        let from = |line: usize| self.file.as_ref().map_or_else(String::new, |file| format!("{}:{line}", file.path));
        // With a command, all rows are of it.
        let header: &[&str] = if self.command.is_some() {
            &["Option", "Value", "From"]
        } else {
            &["Option", "Value", "From", "Commands"]
        };
        let mut rows = vec![header.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>()];
        for setting in &self.settings {
            let origin = match (setting.source, &setting.variable, setting.line) {
                (Source::Variable, Some(variable), _) => format!("variable {variable}"),
                (Source::File, _, Some(line)) => from(line),
                (Source::BuiltIn | Source::Variable | Source::File, _, _) => "built-in default".to_owned(),
                (Source::NotSet, _, _) => "not set".to_owned(),
            };
            let value = setting.value.clone().unwrap_or_default();
            let of = if setting.is_of_all { "all".to_owned() } else { setting.commands.join(", ") };
            let mut row = vec![format!("--{}", setting.option), value, origin, of];
            row.truncate(header.len());
            rows.push(row);
        }
        columns(out, &rows)?;
        let pair = |pair: &PairShown<'_>| {
            let PairShown { name, left, left_tag, right, right_tag, line } = pair;
            vec![format!("@{name}"), format!("{left} {left_tag} {right} {right_tag}"), from(*line)]
        };
        let severity = |one: &SeverityShown| vec![one.rule.to_string(), one.severity.to_string(), from(one.line)];
        let known = |one: &KnownShown<'_>| vec![one.account_id.to_owned(), one.name.to_owned(), from(one.line)];
        let tables: [(&[&str], Vec<Vec<String>>); 3] = [
            (&["Pair", "Accounts", "From"], self.pairs.iter().map(pair).collect()),
            (&["Rule", "Severity", "From"], self.severities.iter().map(severity).collect()),
            (&["Known account", "Name", "From"], self.known_accounts.iter().map(known).collect()),
        ];
        for (header, rows) in tables {
            let header = std::iter::once(header.iter().map(|word| (*word).to_owned()).collect());
            columns(out, &header.chain(rows).collect::<Vec<_>>())?;
        }
        Ok(())
    }
}

/// A table after an empty line; nothing if there is only its header.
fn columns(out: &mut dyn Write, rows: &[Vec<String>]) -> io::Result<()> {
    if rows.len() < 2 {
        return Ok(());
    }
    writeln!(out)?;
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| terminal(cell).into_owned()).collect()).collect();
    let mut widths: Vec<usize> = Vec::new();
    for row in &rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(unicode_width::UnicodeWidthStr::width(cell.as_str()));
        }
    }
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| {
            let room = width.saturating_sub(unicode_width::UnicodeWidthStr::width(cell.as_str()));
            format!("{cell}{}", " ".repeat(room))
        });
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

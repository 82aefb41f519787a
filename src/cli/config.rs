//! The config file `iamctl.toml`: found, read, checked against the options that there are, and made the defaults of the
//! command line.
//!
//! Defaults are those of clap, so that an option and a variable come first, in this order. A pair takes the place of the
//! words of its accounts before clap sees them.

mod apply;
mod check;
mod error;
mod options;
#[cfg(test)]
mod schema;
mod show;
mod words;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::builder::FalseyValueParser;
use clap::{Arg, ArgAction, Command};

use super::error::CliError;
use super::input_file::InputFile;
use super::near_names::near_names;
use crate::evidence::{ConfigValue, Input, InputKind};
use crate::model::AccountId;
use crate::parse::config::{self as parser, Place};
use crate::report::SeverityOverrides;
pub(super) use apply::{Parsed, Refused, parse};
use check::Checked;
pub use error::ConfigError;
pub(super) use options::commands;
pub(super) use show::{Args, run};
pub(super) use words::Words;

/// The name of the file that is looked for.
pub(super) const CONFIG_FILE: &str = "iamctl.toml";

/// The variable that names the file.
const VARIABLE: &str = "IAMCTL_CONFIG";

/// The variable for no file.
const NO_CONFIG: &str = "IAMCTL_NO_CONFIG";

/// The options that say which file counts. They are looked at before the command line is parsed, so that nothing takes their
/// values afterwards.
pub(super) fn args() -> [Arg; 2] {
    let of_all = |arg: Arg| arg.global(true).help_heading("Config file");
    [
        of_all(
            Arg::new("config")
                .long("config")
                .value_name("FILE")
                .env(VARIABLE)
                .value_parser(clap::value_parser!(PathBuf))
                .value_hint(clap::ValueHint::FilePath)
                .help("Config file [default: iamctl.toml]")
                .long_help(
                    "Config file [default: iamctl.toml]\n\nThe file sets defaults of options, and names pairs of accounts. Without \
                     this option, iamctl looks for iamctl.toml in the current folder and in those above it, up to the first folder with \
                     `.git`. `iamctl config` shows what holds and where it comes from.",
                ),
        ),
        of_all(
            Arg::new("no_config")
                .long("no-config")
                .env(NO_CONFIG)
                .value_parser(FalseyValueParser::new())
                .action(ArgAction::SetTrue)
                .help("Do not read a config file"),
        ),
    ]
}

/// What the config file says that no option of the command line does, and what the manifest says of the file.
#[derive(Debug, Clone, Default)]
pub(super) struct FromFile {
    pub known_accounts: Vec<(AccountId, String)>,
    pub severities: SeverityOverrides,
    /// The file, if it decided something.
    pub input: Option<Input>,
    /// What it decided.
    pub values: Vec<ConfigValue>,
}

/// A config file that was read and checked.
#[derive(Debug)]
pub(super) struct Config {
    file: InputFile,
    checked: Checked,
    /// Whether it is in a folder above the current one.
    is_above: bool,
}

/// Where the file is, and how it came to be that one.
struct Found {
    path: PathBuf,
    /// What named it; none if it was found.
    by: Option<&'static str>,
    is_above: bool,
}

impl Config {
    /// The file that counts, read and checked; none if there is none.
    pub(super) fn load(words: &Words, program: &Command) -> Result<Option<Self>, CliError> {
        let Some(Found { path, by, is_above }) = place(words)? else { return Ok(None) };
        if let (Some(by), false) = (by, path.exists()) {
            return Err(ConfigError::Missing { path, by }.into());
        }
        let file = InputFile::read(InputKind::Config, path)?;
        let wrong = |place: Place, problem: String, hint: Option<String>| ConfigError::Wrong {
            path: file.path.clone(),
            place,
            problem,
            hint,
        };
        let read = parser::read(&file.text).map_err(|error| {
            let hint = error.unknown.map(|(word, known)| {
                let near = near_names(&word, &known);
                let all = format!("the tables are {}", known.join(", "));
                near.first().map_or(all, |near| format!("did you mean `{near}`?"))
            });
            wrong(error.place, error.problem, hint)
        })?;
        let folder = file.path.parent().unwrap_or(Path::new("")).to_owned();
        let checked = check::check(&read, program, &folder, by.is_some())
            .map_err(|error| wrong(error.place, error.problem, error.hint))?;
        let checked = checked.named(shown_name(&file.path));
        Ok(Some(Self { file, checked, is_above }))
    }

    /// The file, as it was named or found.
    pub(super) fn path(&self) -> &Path {
        &self.file.path
    }

    /// The names of its pairs, each with the sources.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, String)> {
        self.checked.pairs.iter().map(|pair| (pair.name.as_str(), pair.in_words()))
    }
}

/// The name by which reports call the file: its own, since its folder is another one on another computer.
fn shown_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The file that is named or found. An option comes before a variable.
fn place(words: &Words) -> Result<Option<Found>, CliError> {
    let named = |path: OsString, by| Ok(Some(Found { path: PathBuf::from(path), by: Some(by), is_above: false }));
    match (&words.config, words.no_config) {
        (Some(_), Some(true)) => return Err(ConfigError::Both.into()),
        (Some(path), None | Some(false)) => return named(path.clone(), "`--config`"),
        (None, Some(true)) => return Ok(None),
        (None, None) if is_on(NO_CONFIG) => return Ok(None),
        (None, None | Some(false)) => {}
    }
    match std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        Some(path) => named(path, "`IAMCTL_CONFIG`"),
        None => find(),
    }
}

/// Whether a variable says yes, as clap reads it.
fn is_on(variable: &str) -> bool {
    let value = std::env::var_os(variable).map(|value| value.to_string_lossy().to_lowercase());
    value.is_some_and(|value| !matches!(value.as_str(), "" | "n" | "no" | "f" | "false" | "off" | "0"))
}

/// Looks for the file in the current folder and those above it, up to the first one with `.git`.
fn find() -> Result<Option<Found>, CliError> {
    // Who cannot say where he is has no folders above him.
    let here = std::env::current_dir().unwrap_or_default();
    let mut folder = PathBuf::new();
    for (above, one) in here.ancestors().enumerate() {
        let path = folder.join(CONFIG_FILE);
        if path.exists() {
            if above > 0 && !is_of_one_user(&path) {
                return Err(ConfigError::Owner { path }.into());
            }
            return Ok(Some(Found { path, by: None, is_above: above > 0 }));
        }
        if one.join(".git").exists() {
            break;
        }
        folder.push("..");
    }
    Ok(None)
}

/// Whether a file belongs to the owner of the current folder or to the administrator: in a folder that many can write to,
/// such as `/tmp`, somebody else could have put it there.
#[cfg(unix)]
fn is_of_one_user(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let owner = |path: &Path| std::fs::metadata(path).map(|metadata| metadata.uid());
    match (owner(path), owner(Path::new("."))) {
        (Ok(0), _) => true,
        (Ok(file), Ok(here)) => file == here,
        (Ok(_) | Err(_), _) => false,
    }
}

#[cfg(not(unix))]
const fn is_of_one_user(_: &Path) -> bool {
    true
}

//! What `diff` and `fleet` share: what is compared, under which entries, and what makes the run fail.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;

use super::clock;
use super::complete;
use super::console::Console;
use super::dictionary::{Dictionary, DictionaryArgs};
use super::error::CliError;
use super::input_file::InputFile;
use super::inputs;
use super::source::shown;
use crate::model::{AccountId, ArnError, Selection};
use crate::pipeline::Accepted;
use crate::report::FailOn;
use crate::report::sentences::quoted;

/// Flags of the commands that compare whole accounts.
#[derive(Debug, clap::Args)]
pub(super) struct ComparisonArgs {
    #[command(flatten)]
    dictionary: DictionaryArgs,
    /// File with accepted differences [default: accepted.json]
    ///
    /// Accepted differences do not make the run fail, and the reports list them separately. Without this option, iamctl
    /// reads `accepted.json` in the current folder if it exists. `iamctl accept` writes the file.
    #[arg(long, value_name = "FILE", env = "IAMCTL_ACCEPTED")]
    accepted: Option<PathBuf>,
    /// Compare only roles with this name; can be repeated
    ///
    /// The name is the real or the normalized one, in any case. `*` and `?` are wildcards. Separate several names with
    /// commas, or repeat the option. It is an error if a pattern matches no role.
    #[arg(long = "role", value_name = "GLOB", env = "IAMCTL_ROLE", value_delimiter = ',', add = complete::role())]
    roles: Vec<String>,
    /// Leave out roles whose policies are not all in the file
    ///
    /// Without this option, a selected role with a policy that the source does not contain is an error. With it, iamctl
    /// compares the other roles, and reports each role that it left out as not compared (rule `role-not-compared`).
    #[arg(long, env = "IAMCTL_ALLOW_INCOMPLETE", value_parser = FalseyValueParser::new())]
    pub allow_incomplete: bool,
    /// Exclude service-linked roles
    ///
    /// AWS services own these roles, and you cannot change what they are permitted to do.
    #[arg(long, env = "IAMCTL_EXCLUDE_SERVICE_LINKED", value_parser = FalseyValueParser::new())]
    exclude_service_linked: bool,
    /// Findings that set exit code 1, such as severity=high
    ///
    /// One of none, any, access, severity=LEVEL (this severity or higher), and rule=ID; with --since also new (findings
    /// that are new or changed) and new:LEVEL; can be repeated. Accepted differences never set the exit code.
    #[arg(long, value_name = "WHAT", env = "IAMCTL_FAIL_ON", value_delimiter = ',', add = complete::fail_on())]
    fail_on: Vec<String>,
    /// Set exit code 1 if anything differs, like `--fail-on any`
    #[arg(long, env = "IAMCTL_EXIT_CODE", value_parser = FalseyValueParser::new())]
    exit_code: bool,
    /// Known account, such as 444455556666=audit; can be repeated
    ///
    /// A principal or resource of an account that is neither compared nor known is external, and its findings are more severe.
    /// If the dictionary lists texts for NAME as a tag, references to the account are cross-references.
    #[arg(long = "known-account", value_name = "ID=NAME", env = "IAMCTL_KNOWN_ACCOUNT", value_delimiter = ',', value_parser = known_account)]
    known_accounts: Vec<(AccountId, String)>,
}

/// An account id with a name.
fn known_account(text: &str) -> Result<(AccountId, String), String> {
    let (id, name) = text.split_once('=').ok_or("`ID=NAME` is expected, such as 444455556666=audit")?;
    let id = id.parse().map_err(|error: ArnError| error.to_string())?;
    if name.trim().is_empty() { Err("the name is empty".to_owned()) } else { Ok((id, name.to_owned())) }
}

impl ComparisonArgs {
    /// Adds accounts that the config file knows and that no option names.
    pub(super) fn know(&mut self, accounts: &[(AccountId, String)]) {
        let is_new = |id: &AccountId| self.known_accounts.iter().all(|(known, _)| known != id);
        let mut known: Vec<_> = accounts.iter().filter(|(id, _)| is_new(id)).cloned().collect();
        known.append(&mut self.known_accounts);
        self.known_accounts = known;
    }

    /// Which findings make the run fail; none by default.
    pub(super) fn fail_on(&self) -> Result<Option<Vec<FailOn>>, CliError> {
        let mut all = self.fail_on.iter().map(|word| word.parse()).collect::<Result<Vec<FailOn>, _>>()?;
        if self.exit_code {
            all.push(FailOn::Any);
        }
        Ok(Some(all).filter(|all| !all.is_empty()))
    }

    /// A value of `--fail-on` that needs an earlier report.
    pub(super) fn fails_on_new(&self) -> Result<Option<FailOn>, CliError> {
        let all = self.fail_on()?.unwrap_or_default();
        Ok(all.into_iter().find(|one| matches!(one, FailOn::New(_))))
    }

    /// Which roles are compared.
    pub(super) fn selection(&self) -> Selection {
        Selection { roles: self.roles.clone(), exclude_service_linked: self.exclude_service_linked }
    }

    /// The dictionary that was named.
    pub(super) fn named_dictionary(&self) -> Option<String> {
        self.dictionary.named().map(shown)
    }

    /// The dictionary with the accounts that are known besides; and the file it is from.
    pub(super) fn dictionary(&self, console: &Console) -> Result<(Dictionary, Option<InputFile>), CliError> {
        let (mut dictionary, from) = self.dictionary.read()?;
        for (id, name) in &self.known_accounts {
            dictionary.list.know_account(id.clone(), name.clone());
        }
        if let Some(file) = &from {
            console.note(&format!("dictionary: {}", file.path.display()));
        }
        Ok((dictionary, from))
    }

    /// The accepted entries, and the file they are from.
    pub(super) fn accepted(&self, console: &Console) -> Result<(Accepted, Option<InputFile>), CliError> {
        let (entries, file) = inputs::accepted(self.accepted.as_deref())?;
        if let Some(file) = &file {
            console.note(&format!("accepted differences: {}, entries: {}", file.path.display(), entries.len()));
        }
        let name = file.as_ref().map(|file| shown(&file.path));
        Ok((Accepted { file: name, entries, today: clock::today() }, file))
    }

    /// The accounts that are known besides those of the dictionary.
    pub(super) fn known_accounts(&self) -> &[(AccountId, String)] {
        &self.known_accounts
    }

    /// The options that a comparison of two of the accounts needs to give the same result, each after a blank.
    pub(super) fn words(&self) -> String {
        let mut words = String::new();
        let mut add = |flag: &str, value: &str| words.push_str(&format!(" {flag} {}", quoted(value)));
        if let Some(path) = self.dictionary.named() {
            add("--equivalency", &shown(path));
        }
        self.dictionary.switched_off().iter().for_each(|name| add("--no-builtin", name));
        if let Some(path) = &self.accepted {
            add("--accepted", &shown(path));
        }
        self.roles.iter().for_each(|pattern| add("--role", pattern));
        self.known_accounts.iter().for_each(|(id, name)| add("--known-account", &format!("{id}={name}")));
        for (given, flag) in
            [(self.allow_incomplete, " --allow-incomplete"), (self.exclude_service_linked, " --exclude-service-linked")]
        {
            words.push_str(if given { flag } else { "" });
        }
        words
    }
}

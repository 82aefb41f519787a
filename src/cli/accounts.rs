//! Accounts that `fleet` and `harvest` read: by name, from a list, by profile; and which of them.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::error::CliError;
use super::fleet::FleetError;
use super::input_file::InputFile;
use super::source::{RoleSource, Source, shown};
use crate::evidence::{Input, InputKind};
use crate::fleet::AccountStatus;
use crate::model::{AccountId, AccountTag, AccountTagError, Arn, Glob};
use crate::parse::accounts::{self, ListedAccount};
use crate::parse::snapshot::Snapshot;

/// An account, and where it is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedSource {
    pub source: Source,
    pub tag: AccountTag,
    /// Tags and organizational units, as a list has them.
    pub labels: Vec<String>,
    /// What a list says of the account.
    pub listed: Option<Listed>,
    /// What became of it, if that is known without reading it.
    pub unread: Option<Unread>,
}

/// An account that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unread {
    pub status: AccountStatus,
    pub why: String,
}

/// What a list says of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// File and line.
    pub place: String,
}

impl NamedSource {
    pub(super) const fn new(source: Source, tag: AccountTag) -> Self {
        Self { source, tag, labels: Vec::new(), listed: None, unread: None }
    }

    /// Where it comes from, in words.
    pub(super) fn in_words(&self) -> String {
        self.listed.as_ref().map_or_else(|| self.source.in_words(), |listed| listed.place.clone())
    }

    /// The ID, if a list tells it.
    pub(super) fn id(&self) -> Option<&AccountId> {
        self.listed.as_ref().map(|listed| &listed.id)
    }

    /// The snapshot, if it is of the account that the list names.
    pub(super) fn checked(&self, snapshot: Snapshot) -> Result<Snapshot, CliError> {
        match (self.id(), &snapshot.account_id) {
            (Some(expected), Some(found)) if expected.as_str() != found => Err(FleetError::OtherAccount {
                expected: expected.clone(),
                found: found.clone(),
                origin: self.source.in_words(),
            }
            .into()),
            (None | Some(_), _) => Ok(snapshot),
        }
    }
}

/// Why a word is not `SOURCE=TAG`.
#[derive(Debug, thiserror::Error)]
pub(super) enum NamedSourceError {
    #[error("the form is SOURCE=TAG, such as `dev-profile=dev` or `qa.json=qa`")]
    Form,
    #[error(transparent)]
    Tag(#[from] AccountTagError),
}

impl FromStr for NamedSource {
    type Err = NamedSourceError;

    fn from_str(word: &str) -> Result<Self, NamedSourceError> {
        // A tag has no `=`, a file or a profile may.
        let (source, tag) =
            word.rsplit_once('=').filter(|(source, _)| !source.is_empty()).ok_or(NamedSourceError::Form)?;
        let Ok(source) = source.parse::<Source>();
        Ok(Self::new(source, tag.parse()?))
    }
}

/// Refuses one tag, ignoring case, for two accounts.
pub(super) fn refuse_same_tags(all: &[NamedSource]) -> Result<(), FleetError> {
    let mut known: BTreeMap<String, &NamedSource> = BTreeMap::new();
    for one in all {
        if let Some(first) = known.insert(one.tag.as_str().to_ascii_lowercase(), one) {
            let (first, second) = (first.in_words(), one.in_words());
            return Err(FleetError::TagTwice { tag: one.tag.clone(), first, second });
        }
    }
    Ok(())
}

/// The heading of the flags of lists of accounts.
pub(super) const LISTS: &str = "Lists of accounts";

/// Flags of the commands that read lists of accounts.
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// File that lists accounts, in YAML or JSON
    ///
    /// The accounts.yml of c7n-org, a map from names to account IDs, or the output of `aws organizations list-accounts`. The
    /// name of an account becomes its tag. Accounts that are not active are not read.
    #[arg(long = "accounts", value_name = "FILE", env = "IAMCTL_ACCOUNTS", help_heading = LISTS)]
    file: Option<PathBuf>,
    /// Name of the role to assume in each listed account
    ///
    /// For accounts whose entry names neither a role nor a profile. There is no default.
    #[arg(long, value_name = "NAME", env = "IAMCTL_ROLE_NAME", requires = "file", help_heading = LISTS)]
    role_name: Option<String>,
    /// Path of that role
    #[arg(long, value_name = "PATH", env = "IAMCTL_ROLE_PATH", requires = "role_name", help_heading = LISTS)]
    role_path: Option<String>,
    /// External ID for the roles
    ///
    /// For accounts whose entry does not have one.
    #[arg(long, value_name = "ID", env = "IAMCTL_EXTERNAL_ID", requires = "file", help_heading = LISTS)]
    external_id: Option<String>,
    /// Profile or role whose credentials assume the roles
    ///
    /// Without this option, the credentials of the environment are used. A role is given by its ARN; it is assumed with the credentials of the environment.
    #[arg(long, value_name = "PROFILE|ROLE_ARN", env = "IAMCTL_VIA", requires = "file", help_heading = LISTS)]
    via: Option<String>,
    /// Read the accounts of these profiles; can be repeated
    ///
    /// `*` and `?` are wildcards, in any case. The name of the profile becomes the tag. It is an error if a pattern matches no profile.
    #[arg(long, value_name = "GLOB", env = "IAMCTL_PROFILES", value_delimiter = ',', help_heading = LISTS)]
    profiles: Vec<String>,
    /// How many live accounts are read at the same time
    #[arg(long, value_name = "NUMBER", env = "IAMCTL_CONCURRENCY", default_value = "8", help_heading = LISTS)]
    concurrency: NonZeroUsize,
    /// Read only these accounts; can be repeated
    ///
    /// The pattern is compared with the tag and the ID, and with the name, the tags, and the OU path in the list.
    /// `*` and `?` are wildcards, in any case. It is an error if a pattern matches no account. For `fleet`, accounts that are left out are still
    /// known accounts.
    #[arg(long, value_name = "GLOB", env = "IAMCTL_ONLY_ACCOUNTS", value_delimiter = ',', help_heading = LISTS)]
    only: Vec<String>,
    /// Leave out these accounts; can be repeated
    ///
    /// The pattern is compared with the tag and the ID, and with the name, the tags, and the OU path in the list.
    /// `*` and `?` are wildcards, in any case. It is an error if a pattern matches no account.
    #[arg(long, value_name = "GLOB", env = "IAMCTL_SKIP_ACCOUNTS", value_delimiter = ',', help_heading = LISTS)]
    skip: Vec<String>,
}

impl ListArgs {
    /// The file that lists accounts.
    pub(super) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The accounts of the list and of the profiles; and the file of the list.
    pub(super) fn accounts(&self) -> Result<(Vec<NamedSource>, Option<Input>), CliError> {
        let (mut all, mut input) = (Vec::new(), None);
        if let Some(path) = &self.file {
            let file = InputFile::read(InputKind::AccountList, path.clone())?;
            input = Some(file.input());
            let listed = accounts::read(&file.text).map_err(|problem| FleetError::List {
                path: path.clone(),
                line: problem.line,
                problem: problem.problem,
            })?;
            for one in listed {
                all.push(self.listed(path, one)?);
            }
        }
        all.extend(self.of_profiles()?);
        Ok((all, input))
    }

    /// A flag that says nothing of a single account, if it was given.
    pub(super) fn of_many(&self) -> Option<&'static str> {
        [("--only", &self.only), ("--skip", &self.skip)]
            .into_iter()
            .find_map(|(flag, all)| (!all.is_empty()).then_some(flag))
    }

    /// A flag that names accounts, if it was given.
    pub(super) fn of_accounts(&self) -> Option<&'static str> {
        let profiles = (!self.profiles.is_empty()).then_some("--profiles");
        self.file.as_ref().map(|_| "--accounts").or(profiles)
    }

    /// Which of the accounts are meant.
    pub(super) fn filter(&self) -> Filter {
        Filter::new(&self.only, &self.skip)
    }

    /// How many live accounts are read at the same time.
    pub(super) const fn concurrency(&self) -> usize {
        self.concurrency.get()
    }

    fn listed(&self, path: &Path, one: ListedAccount) -> Result<NamedSource, CliError> {
        let line = one.line;
        let error = |problem: String| FleetError::List { path: path.to_owned(), line: Some(line), problem };
        let source = match &one.profile {
            Some(profile) => Source::Profile(profile.clone()),
            None => Source::Role(self.role(&one).map_err(error)?),
        };
        let place = format!("account {} in line {line} of {}", one.id, shown(path));
        let unread = one.inactive.map(|state| Unread {
            status: AccountStatus::Suspended,
            why: format!("AWS Organizations lists it as {}", state.escape_debug()),
        });
        let listed = Listed { id: one.id, name: one.name, place };
        Ok(NamedSource { source, tag: one.tag, labels: one.labels, listed: Some(listed), unread })
    }

    /// The roles to assume for an account, or what is wrong.
    fn role(&self, one: &ListedAccount) -> Result<RoleSource, String> {
        let (hub, profile) = match &self.via {
            Some(via) if via.starts_with("arn:") => (Some(role_arn(via)?), None),
            via => (None, via.clone()),
        };
        let of_hub = || hub.as_ref().map(|arn| arn.partition().to_owned());
        let partition = one.partition.clone().or_else(of_hub).unwrap_or_else(|| "aws".to_owned());
        let in_account = |name: &str, path: &str| {
            let path = path.trim_matches('/');
            let path = if path.is_empty() { "/".to_owned() } else { format!("/{path}/") };
            role_arn(&format!("arn:{partition}:iam::{}:role{path}{}", one.id, name.trim_start_matches('/')))
        };
        let mut roles: Vec<Arn> = hub.iter().cloned().collect();
        for role in &one.roles {
            roles.push(if role.starts_with("arn:") { role_arn(role)? } else { in_account(role, "")? });
        }
        match &self.role_name {
            _ if !one.roles.is_empty() => {}
            Some(name) => roles.push(in_account(name, self.role_path.as_deref().unwrap_or_default())?),
            None => {
                return Err(format!(
                    "account {} has no role and no profile, and `--role-name` does not name a role to assume",
                    one.id
                ));
            }
        }
        let is_of_account = roles.last().is_some_and(|role| role.account() == one.id.as_str());
        if !is_of_account {
            return Err(format!("the role for account {} is a role of another account", one.id));
        }
        let external_id = one.external_id.clone().or_else(|| self.external_id.clone());
        Ok(RoleSource { profile, roles, external_id })
    }

    #[cfg(feature = "harvest")]
    fn of_profiles(&self) -> Result<Vec<NamedSource>, CliError> {
        if self.profiles.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<String> = crate::harvest::profiles()?.into_iter().map(|profile| profile.name).collect();
        let globs: Vec<Glob> = self.profiles.iter().map(|pattern| Glob::new_folded(pattern)).collect();
        let matches = |glob: &Glob, name: &str| glob.matches(&name.to_ascii_lowercase());
        for (pattern, glob) in self.profiles.iter().zip(&globs) {
            if !names.iter().any(|name| matches(glob, name)) {
                return Err(FleetError::NoProfile { pattern: pattern.clone() }.into());
            }
        }
        let meant = names.into_iter().filter(|name| globs.iter().any(|glob| matches(glob, name)));
        let named = |name: String| match tag_of(&name) {
            Some(tag) => Ok(NamedSource::new(Source::Profile(name), tag)),
            None => Err(FleetError::ProfileName { profile: name }.into()),
        };
        meant.map(named).collect()
    }

    #[cfg(not(feature = "harvest"))]
    fn of_profiles(&self) -> Result<Vec<NamedSource>, CliError> {
        match self.profiles.first() {
            None => Ok(Vec::new()),
            Some(pattern) => Err(CliError::NoAws { asked: format!("`--profiles {pattern}`") }),
        }
    }
}

/// The name of a profile as a tag.
#[cfg(feature = "harvest")]
fn tag_of(name: &str) -> Option<AccountTag> {
    accounts::tag(name)
}

fn role_arn(text: &str) -> Result<Arn, String> {
    let wrong = || format!("`{}` is not the ARN of a role", text.escape_debug());
    let arn: Arn = text.parse().map_err(|_| wrong())?;
    if text.split(':').nth(5).is_some_and(|resource| resource.starts_with("role/")) { Ok(arn) } else { Err(wrong()) }
}

/// `--only` and `--skip`.
#[derive(Debug)]
pub(super) struct Filter {
    only: Vec<(String, Glob)>,
    skip: Vec<(String, Glob)>,
}

impl Filter {
    fn new(only: &[String], skip: &[String]) -> Self {
        let globs = |patterns: &[String]| {
            patterns.iter().map(|pattern| (pattern.clone(), Glob::new_folded(pattern))).collect::<Vec<_>>()
        };
        Self { only: globs(only), skip: globs(skip) }
    }

    /// Why an account is left out; none if it is compared. What is not known yet matches no pattern.
    pub(super) fn why_skipped(&self, named: &NamedSource, id: Option<&AccountId>) -> Option<String> {
        let skipped = self.skip.iter().find(|(_, glob)| matches(glob, named, id));
        if let Some((pattern, _)) = skipped {
            return Some(format!("matches `--skip {pattern}`"));
        }
        let is_wanted = self.only.is_empty() || self.only.iter().any(|(_, glob)| matches(glob, named, id));
        (!is_wanted).then(|| "does not match `--only`".to_owned())
    }

    /// Whether it is known without reading it that an account is left out.
    pub(super) fn is_left_out_unread(&self, named: &NamedSource) -> bool {
        let meant = |(_, glob): &(String, Glob)| matches(glob, named, None);
        let may_be_id = |(pattern, _): &(String, Glob)| {
            named.listed.is_none() && pattern.chars().all(|c| c.is_ascii_digit() || c == '*' || c == '?')
        };
        let is_wanted = self.only.is_empty() || self.only.iter().any(|one| meant(one) || may_be_id(one));
        self.skip.iter().any(meant) || !is_wanted
    }

    /// Refuses a pattern that matches none of these accounts.
    pub(super) fn check(&self, accounts: &[(&NamedSource, Option<&AccountId>)]) -> Result<(), FleetError> {
        for (flag, patterns) in [("--only", &self.only), ("--skip", &self.skip)] {
            let no_match = |(_, glob): &&(String, Glob)| !accounts.iter().any(|(named, id)| matches(glob, named, *id));
            if let Some((pattern, _)) = patterns.iter().find(no_match) {
                return Err(FleetError::NoMatch { flag, pattern: pattern.clone() });
            }
        }
        Ok(())
    }
}

fn matches(glob: &Glob, named: &NamedSource, id: Option<&AccountId>) -> bool {
    let is_text = |text: &str| glob.matches(&text.to_ascii_lowercase());
    is_text(named.tag.as_str())
        || id.or_else(|| named.id()).is_some_and(|id| glob.matches(id.as_str()))
        || named.listed.as_ref().is_some_and(|listed| is_text(&listed.name))
        || named.labels.iter().any(|label| is_text(label))
}

//! A snapshot as a folder with a file for each role and managed policy, for a git repository.
//!
//! The same account gives the same bytes: keys and lists without an order are sorted, and nothing in a file changes with
//! the time alone. So there is neither the time of the reading nor the time at which a role was last used. Statements keep
//! their order: AWS returns them as they were saved, reports tell them by their number, and a statement that changed
//! stays in its place, so that git shows what changed in it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::JsonError;
use super::json::Node;
use super::snapshot::{self, Snapshot, SnapshotError, SnapshotPolicy, SnapshotRole};
use crate::model::AccountId;

mod names;

use names::names;

/// `format` of `account.json`.
pub const FORMAT: &str = "iamctl-split";

/// The version of the format this program writes and reads.
pub const VERSION: u32 = 1;

/// The file that says whose account it is and lists the others.
pub const ACCOUNT_FILE: &str = "account.json";

/// The folder of the roles.
pub const ROLES: &str = "roles";

/// The folder of the managed policies.
pub const POLICIES: &str = "policies";

/// What `account.json` says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    format: String,
    version: u32,
    #[serde(default)]
    account_id: Option<String>,
    roles: Vec<String>,
    policies: Vec<String>,
}

/// Whose account the file of this text describes; none if it does not say it, such as a file that is damaged.
#[must_use]
pub fn account_id(text: &str) -> Option<String> {
    serde_json::from_str::<Account>(text).ok()?.account_id
}

/// A file of the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitFile {
    /// Its name in the folder, with `/`.
    pub name: String,
    /// What it contains.
    pub text: String,
}

/// Why a folder is not a snapshot, or cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// The file that tells what the folder is.
    #[error("the folder `{folder}` does not contain `{ACCOUNT_FILE}`, so it is not one of `iamctl harvest --split`")]
    NoAccount {
        /// The folder.
        folder: String,
    },
    /// A file that is not what it should be.
    #[error("`{folder}/{name}` cannot be read: {problem}")]
    File {
        /// The folder.
        folder: String,
        /// The file.
        name: String,
        /// What is wrong, with line and column.
        problem: JsonError,
    },
    /// Another format than this program reads.
    #[error("`{folder}/{ACCOUNT_FILE}` has the format `{}`, version {version}; this iamctl reads `{FORMAT}`, version {VERSION}",
        .format.escape_debug())]
    Version {
        /// The folder.
        folder: String,
        /// The format.
        format: String,
        /// Its version.
        version: u32,
    },
    /// A file that is listed is missing.
    #[error("`{folder}/{}` is missing, and `{ACCOUNT_FILE}` lists it", .name.escape_debug())]
    Missing {
        /// The folder.
        folder: String,
        /// The file.
        name: String,
    },
    /// A file that is not listed.
    #[error("`{folder}/{}` is not in the list of `{ACCOUNT_FILE}`", .name.escape_debug())]
    Unlisted {
        /// The folder.
        folder: String,
        /// The file.
        name: String,
    },
    /// A file under a name that is not that of its role or policy; so is one of two files with the same one.
    #[error("`{folder}/{}` contains the {what} `{}`, whose file is `{wanted}`", .name.escape_debug(),
        .contained.escape_debug())]
    Misnamed {
        /// The folder.
        folder: String,
        /// The file.
        name: String,
        /// `role` or `policy`.
        what: &'static str,
        /// The role's name, or the policy's ARN.
        contained: String,
        /// The name that it would have.
        wanted: String,
    },
    /// A document that is no JSON, or has a key twice.
    #[error("the policy document of `{}` cannot be written in canonical form: {problem}", .of.escape_debug())]
    Document {
        /// The role or policy.
        of: String,
        /// What is wrong.
        problem: JsonError,
    },
    /// The folder is of another account than the one that was chosen.
    #[error(transparent)]
    Account(#[from] SnapshotError),
}

impl SplitError {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoAccount { .. } => Some("give such a folder, a snapshot, or a profile".to_owned()),
            Self::File { .. } | Self::Missing { .. } | Self::Unlisted { .. } | Self::Misnamed { .. } => {
                Some("restore the folder with git, or write it again with `iamctl harvest --split`".to_owned())
            }
            Self::Version { .. } => Some("write the folder again with this version of iamctl".to_owned()),
            Self::Document { .. } => None,
            Self::Account(error) => error.hint(),
        }
    }
}

/// The files of a snapshot, sorted by name.
///
/// # Errors
/// If a policy document is no JSON or has a key twice.
pub fn files(snapshot: &Snapshot) -> Result<Vec<SplitFile>, SplitError> {
    let roles = names(ROLES, snapshot.roles.iter().map(role_key));
    let policies = names(POLICIES, snapshot.policies.iter().map(policy_key));
    let account = Account {
        format: FORMAT.to_owned(),
        version: VERSION,
        account_id: snapshot.account_id.clone(),
        roles: roles.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect(),
        policies: policies.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect(),
    };
    let mut files = vec![SplitFile { name: ACCOUNT_FILE.to_owned(), text: text(&value(&account, ACCOUNT_FILE)?) }];
    for (role, name) in snapshot.roles.iter().zip(roles) {
        files.push(SplitFile { name, text: text(&role_value(role)?) });
    }
    for (policy, name) in snapshot.policies.iter().zip(policies) {
        let mut own = value(policy, &policy.arn)?;
        if let Some(place) = own.get_mut("document") {
            *place = document(policy.document.get(), &policy.arn)?;
        }
        files.push(SplitFile { name, text: text(&own) });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// What a file is named for: the name of what it contains, and its ARN.
fn role_key(role: &SnapshotRole) -> (&str, &str) {
    (&role.name, &role.arn)
}

fn policy_key(policy: &SnapshotPolicy) -> (&str, &str) {
    (&policy.name, &policy.arn)
}

fn role_value(role: &SnapshotRole) -> Result<Value, SplitError> {
    let mut role = role.clone();
    (role.last_used_at, role.last_used_region) = (None, None);
    role.inline_policies.sort_by(|a, b| a.name.cmp(&b.name));
    role.attached_policies.sort();
    role.instance_profiles.sort();
    let mut own = value(&role, &role.name)?;
    if let Some(place) = own.get_mut("trust_policy") {
        *place = document(role.trust_policy.get(), &role.name)?;
    }
    let places = own.get_mut("inline_policies").and_then(Value::as_array_mut).into_iter().flatten();
    for (policy, place) in role.inline_policies.iter().zip(places) {
        if let Some(place) = place.get_mut("document") {
            *place = document(policy.document.get(), &role.name)?;
        }
    }
    Ok(own)
}

fn value(of: &impl Serialize, name: &str) -> Result<Value, SplitError> {
    serde_json::to_value(of).map_err(|error| document_error(name, &error))
}

fn document_error(of: &str, error: &serde_json::Error) -> SplitError {
    SplitError::Document { of: of.to_owned(), problem: JsonError::new(error) }
}

/// A policy document with its lists sorted. What has a key twice is refused, since a value keeps the last one only.
fn document(text: &str, of: &str) -> Result<Value, SplitError> {
    Node::read(text).map_err(|problem| SplitError::Document { of: of.to_owned(), problem })?;
    let document = serde_json::from_str(text).map_err(|error| document_error(of, &error))?;
    Ok(sorted_lists(document))
}

/// A value in which each list of texts, numbers, and booleans is sorted: in a policy, none of them has an order.
fn sorted_lists(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let is_plain = !items.iter().any(|item| item.is_array() || item.is_object());
            let mut items: Vec<Value> = items.into_iter().map(sorted_lists).collect();
            if is_plain {
                items.sort_by_cached_key(Value::to_string);
            }
            Value::Array(items)
        }
        Value::Object(entries) => entries.into_iter().map(|(key, value)| (key, sorted_lists(value))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// The value as text, with sorted keys, whatever order the value keeps them in.
fn text(value: &Value) -> String {
    fn sorted_keys(value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(sorted_keys).collect(),
            Value::Object(entries) => {
                let sorted: BTreeMap<&String, &Value> = entries.iter().collect();
                sorted.into_iter().map(|(key, value)| (key.clone(), sorted_keys(value))).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }
    format!("{:#}\n", sorted_keys(value))
}

/// Reads a folder: its files by their names in it, those of the two folders in it among them. `words` says where they are
/// from, for people, and `folder` is its path.
///
/// # Errors
/// If a file is missing, not listed, under another name than its own, or not of the form that [`files`] writes.
pub fn read(
    files: &BTreeMap<String, String>,
    folder: &str,
    words: &str,
    chosen: Option<&AccountId>,
) -> Result<Snapshot, SplitError> {
    let own = || folder.to_owned();
    let Some(text) = files.get(ACCOUNT_FILE) else { return Err(SplitError::NoAccount { folder: own() }) };
    let account: Account = parsed(text, folder, ACCOUNT_FILE)?;
    if account.format != FORMAT || account.version != VERSION {
        let Account { format, version, .. } = account;
        return Err(SplitError::Version { folder: own(), format, version });
    }
    let listed: BTreeSet<&String> = account.roles.iter().chain(&account.policies).collect();
    let there: BTreeSet<&String> = files.keys().filter(|name| *name != ACCOUNT_FILE).collect();
    if let Some(name) = listed.difference(&there).next() {
        return Err(SplitError::Missing { folder: own(), name: (*name).clone() });
    }
    if let Some(name) = there.difference(&listed).next() {
        return Err(SplitError::Unlisted { folder: own(), name: (*name).clone() });
    }
    let mut roles: Vec<(&String, SnapshotRole)> = Vec::new();
    let mut policies: Vec<(&String, SnapshotPolicy)> = Vec::new();
    for (name, text) in files {
        if name.starts_with(&format!("{ROLES}/")) {
            roles.push((name, parsed(text, folder, name)?));
        } else if name != ACCOUNT_FILE {
            policies.push((name, parsed(text, folder, name)?));
        }
    }
    check_names(&roles, (ROLES, "role"), folder, role_key, |role| &role.name)?;
    check_names(&policies, (POLICIES, "policy"), folder, policy_key, |policy| &policy.arn)?;
    let mut roles: Vec<SnapshotRole> = roles.into_iter().map(|(_, role)| role).collect();
    let mut policies: Vec<SnapshotPolicy> = policies.into_iter().map(|(_, policy)| policy).collect();
    roles.sort_by(|a, b| a.name.cmp(&b.name));
    policies.sort_by(|a, b| a.arn.cmp(&b.arn));
    let snapshot = Snapshot {
        format: snapshot::FORMAT.to_owned(),
        version: snapshot::VERSION,
        iamctl: env!("CARGO_PKG_VERSION").to_owned(),
        harvested_at: None,
        source: words.to_owned(),
        account_id: account.account_id,
        // Who read it, and when, would change every night.
        origin: None,
        roles,
        policies,
    };
    Ok(snapshot::of_account(snapshot, words, chosen)?)
}

fn parsed<'t, T: Deserialize<'t>>(text: &'t str, folder: &str, name: &str) -> Result<T, SplitError> {
    serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).map_err(|error| SplitError::File {
        folder: folder.to_owned(),
        name: name.to_owned(),
        problem: JsonError::of_known_form(&error),
    })
}

/// Refuses a file that is not under the name of what it contains.
fn check_names<T>(
    found: &[(&String, T)],
    (inside, what): (&str, &'static str),
    folder: &str,
    key: fn(&T) -> (&str, &str),
    contained: fn(&T) -> &str,
) -> Result<(), SplitError> {
    let wanted = names(inside, found.iter().map(|(_, one)| key(one)));
    match found.iter().zip(wanted).find(|((name, _), wanted)| *name != wanted) {
        None => Ok(()),
        Some(((name, one), wanted)) => Err(SplitError::Misnamed {
            folder: folder.to_owned(),
            name: (*name).clone(),
            what,
            contained: contained(one).to_owned(),
            wanted,
        }),
    }
}

//! What `can` and `can-assume` share: what is asked, and whether it is a question that can be decided.

mod error;

use std::path::PathBuf;

use crate::catalog::{Action, Catalogue, Service};
use crate::model::{AccountTag, ActionClause, ConditionKey, Glob, Role};
use crate::report::RoleResult;
use crate::semantics::KnownRole;
use crate::semantics::evaluate::Context;

use super::console::Console;
use super::error::CliError;
use super::near_names::near_names;
use super::saved_report::{self, SavedReport};
use super::source::Source;
pub use error::AskError;

/// How many names or forms a hint lists.
const NAMED: usize = 5;

/// Refuses values that `AssumeRole` does not take: external IDs and session names have two characters or more.
///
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
pub(super) fn check_lengths(context: &Context) -> Result<(), AskError> {
    for key in ["sts:ExternalId", "sts:RoleSessionName"] {
        let values = context.values(key).unwrap_or_default();
        if let Some(value) = values.iter().find(|value| value.chars().count() < 2) {
            return Err(AskError::TooShort { key, value: value.clone() });
        }
    }
    Ok(())
}

/// Where a role is looked for.
pub(super) struct Asked {
    /// The account.
    pub(super) source: Source,
    /// The normalized names of a report's roles, by which it shows them, with their ARNs in the account.
    normalized: Vec<(String, String)>,
}

/// The source that is meant: with a tag, the snapshot of that account in a report folder.
pub(super) fn source(word: &Source, tag: Option<&AccountTag>, console: &Console) -> Result<Asked, CliError> {
    let Some(tag) = tag else {
        return match saved_report::at(word) {
            None => Ok(Asked { source: word.clone(), normalized: Vec::new() }),
            Some(path) => {
                let tags = SavedReport::read(&path)?.tags().map(Clone::clone);
                Err(CliError::NeedsTag { path, tags })
            }
        };
    };
    let folder = match word {
        Source::File(folder, _) => folder.clone(),
        // A folder right here looks like the name of a profile.
        Source::Profile(name) => PathBuf::from(name),
        Source::Environment | Source::Role(_) => return Err(CliError::NoReport { path: PathBuf::from("env:") }),
    };
    let saved = SavedReport::read_checked(&folder, console)?;
    let side = saved.side(tag)?;
    let real = |role: &RoleResult| role.side(side).map(|real| (role.role.clone(), real.arn.clone()));
    // A role that only the other account has cannot be asked about.
    let normalized = saved.report.roles.iter().filter_map(real).collect();
    Ok(Asked { source: saved.snapshot(saved.tags().get(side)), normalized })
}

/// Reads `KEY=VALUE`.
pub(super) fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("the form is `KEY=VALUE`".to_owned()),
    }
}

impl Asked {
    /// The role of this name, ignoring case, or of this ARN; or else the one that a report shows by this name alone.
    pub(super) fn find<'a>(&self, roles: &'a [Role], name: &str) -> Result<&'a Role, CliError> {
        let of_arn = |arn: &str| roles.iter().find(|role| role.arn.as_str() == arn);
        let own = roles.iter().find(|role| role.name.eq_ignore_ascii_case(name)).or_else(|| of_arn(name));
        let mut shown = self.normalized.iter().filter(|(shown, _)| shown.eq_ignore_ascii_case(name));
        let shown = match (shown.next(), shown.next()) {
            (Some((_, arn)), None) => of_arn(arn),
            _ => None,
        };
        own.or(shown).ok_or_else(|| {
            let names: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
            CliError::unknown_role(name, &names)
        })
    }
}

/// The keys with their values; a key that comes several times has several values.
pub(super) fn context(pairs: &[(String, String)]) -> Context {
    let mut keys: Vec<(String, Vec<String>)> = Vec::new();
    for (key, value) in pairs {
        match keys.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(key)) {
            Some((_, values)) => values.push(value.clone()),
            None => keys.push((key.clone(), vec![value.clone()])),
        }
    }
    keys.into_iter().collect()
}

/// Prefixes of condition keys that are not those of services. A web identity provider's is its host, which has a `.`.
const KEY_PREFIXES: [&str; 3] = ["aws", "saml", "sts"];

/// What is wrong with the names of the condition keys: a prefix that no key has.
pub(super) fn misspelt_keys(pairs: &[(String, String)], catalogue: &Catalogue) -> Vec<String> {
    let known: Vec<&str> = KEY_PREFIXES.into_iter().chain(catalogue.prefixes()).collect();
    let mut warnings: Vec<String> = Vec::new();
    for (key, _) in pairs {
        let warning = match key.split_once(':') {
            None => format!("`{key}` is not a condition key: the form is `prefix:name`, such as `aws:SourceIp`"),
            Some((prefix, _)) if prefix.contains('.') || known.iter().any(|one| one.eq_ignore_ascii_case(prefix)) => {
                continue;
            }
            Some((prefix, name)) => {
                let near = near_names(prefix, &known);
                let near: Vec<String> = near.iter().take(3).map(|near| format!("`{near}:{name}`")).collect();
                let near = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) };
                format!("no condition key has the prefix `{prefix}`, as in `{key}`{near}")
            }
        };
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    warnings
}

/// The values that do not count, because the role decides them.
pub(super) fn ignored(pairs: &[(String, String)], context: &Context, role: &KnownRole) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for (key, _) in pairs {
        let condition_key = ConditionKey::new(key);
        let own = match condition_key.folded() {
            "aws:username" => Some(None),
            folded => role.says(folded),
        };
        let note = match own {
            None => continue,
            Some(own) if own == context.values(key) => continue,
            Some(Some(own)) => {
                format!("the given value of `{key}` was ignored: the role has the value `{}`", own.join("`, `"))
            }
            Some(None) if condition_key.folded() == "aws:username" => {
                format!("the given value of `{key}` was ignored: a role session does not have this key")
            }
            Some(None) => format!("the given value of `{key}` was ignored: the role does not have this tag"),
        };
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

/// The action of the catalog that is asked about; `None` for one that it does not have, where that is allowed.
pub(super) fn action<'c>(
    catalogue: &'c Catalogue,
    asked: &str,
    allow_unknown: bool,
) -> Result<Option<(&'c Service, &'c Action)>, AskError> {
    let action = asked.to_owned();
    if asked.contains(['*', '?']) {
        let glob = Glob::new_folded(asked);
        let matched = all(catalogue).filter(|name| glob.matches(&name.to_ascii_lowercase())).take(NAMED).collect();
        return Err(AskError::ActionPattern { action, matched });
    }
    let Some((service, name)) = asked.split_once(':').filter(|(service, name)| !service.is_empty() && !name.is_empty())
    else {
        return Err(AskError::NoAction { action, near: called(catalogue, asked) });
    };
    match catalogue.action(service, name) {
        Some(found) => Ok(Some(found)),
        None if allow_unknown => Ok(None),
        None => Err(AskError::UnknownAction { action, near: near(catalogue, service, name) }),
    }
}

fn all(catalogue: &Catalogue) -> impl Iterator<Item = String> {
    catalogue.services().flat_map(|service| {
        let prefix = service.prefix.as_str();
        service.actions.iter().map(move |action| format!("{prefix}:{}", action.name))
    })
}

/// The actions of this name, whatever their service.
fn called(catalogue: &Catalogue, name: &str) -> Vec<String> {
    let name = name.trim_matches(':');
    let found = catalogue.services().filter_map(|service| {
        // A service without such an action has nothing to offer.
        service.action(name).map(|action| format!("{}:{}", service.prefix, action.name))
    });
    found.take(NAMED).collect()
}

/// Actions whose names are like one that is not there.
fn near(catalogue: &Catalogue, service: &str, name: &str) -> Vec<String> {
    let Some(known) = catalogue.service(service) else {
        let prefixes: Vec<&str> = catalogue.prefixes().collect();
        let like = near_names(service, &prefixes);
        // Of a service that is like it, the action of the same name; without one the service says enough.
        let there = like.iter().filter_map(|prefix| catalogue.action(prefix, name));
        let mut near: Vec<String> =
            there.map(|(service, action)| format!("{}:{}", service.prefix, action.name)).collect();
        for action in called(catalogue, name) {
            if !near.contains(&action) {
                near.push(action);
            }
        }
        near.truncate(NAMED);
        return near;
    };
    let names: Vec<&str> = known.actions.iter().map(|action| action.name.as_str()).collect();
    let like = near_names(name, &names);
    like.into_iter().map(|name| format!("{}:{name}", known.prefix)).collect()
}

/// Whether the action acts on such a resource, so that an answer is one.
pub(super) fn resource(
    (service, found): (&Service, &Action),
    action: &str,
    resource: &str,
    role: &Role,
) -> Result<(), AskError> {
    let fail = |why, forms| {
        let (action, resource) = (action.to_owned(), resource.to_owned());
        Err(AskError::Resource { named: named(role, &action), action, resource, why, forms })
    };
    if found.resources.is_empty() {
        let why = ": the action does not support resource-level permissions";
        return if resource == "*" { Ok(()) } else { fail(why, vec!["*".to_owned()]) };
    }
    let templates = || service.resource_types_of(found).flat_map(|resource_type| &resource_type.arns);
    let forms = || templates().take(NAMED).map(|template| form(template.as_str(), role)).collect();
    if resource.contains(['*', '?']) {
        return fail(", which is a pattern: give one ARN", forms());
    }
    let is_its = templates().any(|template| template.matches(resource));
    if is_its { Ok(()) } else { fail("", forms()) }
}

/// Whether an action that the catalog does not have can be asked about a resource: any but a pattern.
pub(super) fn resource_of_unknown(action: &str, resource: &str, role: &Role) -> Result<(), AskError> {
    if resource == "*" || !resource.contains(['*', '?']) {
        return Ok(());
    }
    let (action, resource) = (action.to_owned(), resource.to_owned());
    let why = ", which is a pattern: give one ARN, or `*`";
    let forms = vec!["*".to_owned(), "an ARN".to_owned()];
    Err(AskError::Resource { named: named(role, &action), action, resource, why, forms })
}

/// A template with the role's partition and account.
fn form(template: &str, role: &Role) -> String {
    let of_role = [("${Partition}", role.arn.partition()), ("${Account}", role.arn.account())];
    of_role.into_iter().fold(template.to_owned(), |text, (placeholder, value)| text.replace(placeholder, value))
}

/// What the role's statements that name an action say of resources.
fn named(role: &Role, action: &str) -> Vec<String> {
    let action = action.to_ascii_lowercase();
    let documents = role.inline.iter().map(|policy| &policy.document);
    let documents = documents.chain(role.attached.iter().map(|policy| &policy.document));
    let statements = documents.flat_map(|document| &document.statements).filter(|statement| match &statement.action {
        ActionClause::Action(patterns) => patterns
            .iter()
            .any(|pattern| pattern.is_everything() || Glob::new_folded(pattern.as_str()).matches(&action)),
        ActionClause::NotAction(_) => false,
    });
    let mut named: Vec<String> = statements.flat_map(|statement| statement.target.patterns()).cloned().collect();
    named.sort();
    named.dedup();
    named.truncate(NAMED);
    named
}

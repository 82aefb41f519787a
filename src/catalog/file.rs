//! Our own format: one JSON file, sorted, an action on each line.
//!
//! In an action, `resources` names the service's resource types; one that ends in `*` is required, as in AWS's
//! reference. Keys that would be empty are left out; unknown keys are refused.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::draft::{ActionDraft, ServiceDraft};
use super::{AccessLevel, Action, ArnTemplate, CatalogueError, Header, ResourceType, Service};

pub(super) const FORMAT: &str = "iamctl-catalogue";
pub(super) const VERSION: u64 = 1;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, expecting = "the header of a catalog")]
struct FileHeader {
    format: String,
    version: u64,
    source: String,
    data_version: String,
    date: String,
    services: usize,
    actions: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a catalog")]
struct File {
    #[expect(dead_code, reason = "checked before, by the caller; named so that no other key is allowed")]
    format: String,
    #[expect(dead_code, reason = "as `format`")]
    version: u64,
    source: String,
    data_version: String,
    date: String,
    services: usize,
    actions: usize,
    catalogue: Vec<FileService>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a service")]
struct FileService {
    prefix: String,
    name: String,
    #[serde(default)]
    condition_keys: Vec<String>,
    resource_types: Vec<FileResourceType>,
    actions: Vec<FileAction>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, expecting = "a resource type")]
struct FileResourceType {
    name: String,
    arns: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    condition_keys: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, expecting = "an action")]
struct FileAction {
    name: String,
    level: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    retired: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    resources: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    condition_keys: Vec<String>,
}

/// The head of a service, as far as `resource_types`.
#[derive(Serialize)]
struct FileServiceHead<'a> {
    prefix: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    condition_keys: &'a [String],
}

/// Reads a whole file whose `format` and `version` are known to be ours.
pub(super) fn read(text: &str) -> Result<(Header, Vec<Service>), CatalogueError> {
    let file: File = serde_json::from_str(text).map_err(CatalogueError::json)?;
    let services = file.catalogue.into_iter().map(FileService::finish).collect::<Result<Vec<_>, _>>()?;
    let actions = services.iter().map(|service| service.actions.len()).sum();
    for (what, expected, found) in [("services", file.services, services.len()), ("actions", file.actions, actions)] {
        if expected != found {
            return Err(CatalogueError::Count { what, expected, found });
        }
    }
    let header =
        Header { source: file.source, version: file.data_version, date: file.date, services: file.services, actions };
    Ok((header, services))
}

/// Reads the header alone, as the build cut it off.
pub(super) fn read_header(text: &str) -> Result<Header, CatalogueError> {
    let header: FileHeader = serde_json::from_str(text).map_err(CatalogueError::json)?;
    Ok(Header {
        source: header.source,
        version: header.data_version,
        date: header.date,
        services: header.services,
        actions: header.actions,
    })
}

/// Reads one service, as the build cut it off.
pub(super) fn read_service(text: &str) -> Result<Service, CatalogueError> {
    serde_json::from_str::<FileService>(text).map_err(CatalogueError::json)?.finish()
}

impl FileService {
    fn finish(self) -> Result<Service, CatalogueError> {
        let mut draft = ServiceDraft {
            prefix: self.prefix,
            name: self.name,
            resource_types: self.resource_types.into_iter().map(FileResourceType::finish).collect(),
            condition_keys: self.condition_keys,
            actions: Vec::with_capacity(self.actions.len()),
        };
        for action in self.actions {
            draft.actions.push(action.finish(&draft.prefix)?);
        }
        draft.finish()
    }
}

impl FileResourceType {
    fn finish(self) -> ResourceType {
        ResourceType {
            name: self.name,
            arns: self.arns.iter().map(|arn| ArnTemplate::new(arn)).collect(),
            condition_keys: self.condition_keys,
        }
    }

    fn from_resource_type(kind: &ResourceType) -> Self {
        Self {
            name: kind.name.clone(),
            arns: kind.arns.iter().map(|arn| arn.as_str().to_owned()).collect(),
            condition_keys: kind.condition_keys.clone(),
        }
    }
}

impl FileAction {
    fn finish(self, service: &str) -> Result<ActionDraft, CatalogueError> {
        let Some(access_level) = AccessLevel::from_words(&self.level) else {
            return Err(CatalogueError::AccessLevel {
                service: service.escape_debug().to_string(),
                action: self.name.escape_debug().to_string(),
                found: self.level,
            });
        };
        let resources = self.resources.into_iter().map(|name| match name.strip_suffix('*') {
            Some(required) => (required.to_owned(), true),
            None => (name, false),
        });
        Ok(ActionDraft {
            name: self.name,
            access_level,
            retired: self.retired,
            resources: resources.collect(),
            condition_keys: self.condition_keys,
        })
    }

    fn from_action(service: &Service, action: &Action) -> Self {
        let draft = ActionDraft::from_action(service, action);
        let written = |(name, required)| if required { format!("{name}*") } else { name };
        Self {
            name: draft.name,
            level: draft.access_level.as_str().to_owned(),
            retired: draft.retired,
            resources: draft.resources.into_iter().map(written).collect(),
            condition_keys: draft.condition_keys,
        }
    }
}

/// The text of a catalog; reading it gives the same catalog.
pub(super) fn write<'a>(header: &Header, services: impl Iterator<Item = &'a Service>) -> String {
    let head = FileHeader {
        format: FORMAT.to_owned(),
        version: VERSION,
        source: header.source.clone(),
        data_version: header.version.clone(),
        date: header.date.clone(),
        services: header.services,
        actions: header.actions,
    };
    let mut text = open(&head, "catalogue");
    join(&mut text, services.map(service_text));
    text.push_str("}\n");
    text
}

fn service_text(service: &Service) -> String {
    let head =
        FileServiceHead { prefix: &service.prefix, name: &service.name, condition_keys: &service.condition_keys };
    let mut text = open(&head, "resource_types");
    join(&mut text, service.resource_types.iter().map(|kind| json(&FileResourceType::from_resource_type(kind))));
    text.push_str(",\"actions\":");
    join(&mut text, service.actions.iter().map(|action| json(&FileAction::from_action(service, action))));
    text.push('}');
    text
}

/// An object that goes on with the value of one more key.
fn open(head: &impl Serialize, key: &str) -> String {
    let mut text = json(head);
    text.pop();
    // Writing to a text cannot fail.
    let _ = write!(text, ",\"{key}\":");
    text
}

/// A list with an item on each line.
fn join(text: &mut String, items: impl Iterator<Item = String>) {
    text.push('[');
    let mut is_empty = true;
    for item in items {
        text.push_str(if is_empty { "\n" } else { ",\n" });
        text.push_str(&item);
        is_empty = false;
    }
    text.push_str(if is_empty { "]" } else { "\n]" });
}

fn json(value: &impl Serialize) -> String {
    // These types hold texts, numbers and lists of texts only, which are always JSON.
    serde_json::to_string(value).unwrap_or_default()
}

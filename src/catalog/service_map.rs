//! The original tool's `iam.json`: the `serviceMap` of AWS's policy generator.
//!
//! It knows services, actions and one form of ARN per service, but neither access levels nor which action acts on
//! what. What is made of it says no more than that: every action of a service that has resources may act on every ARN
//! of the service its ARN form names (region, account and resource left open, because the form is only an example of
//! them), and the access level is unknown. Keys it holds besides those are AWS's business and passed over.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::draft::{ANY, ActionDraft, ServiceDraft, is_prefix};
use super::{AccessLevel, ArnTemplate, CatalogueError, Header, ResourceType, Service};

/// What stands before the JSON when AWS's script was saved as it is.
const ASSIGNMENT: &str = "app.PolicyEditorConfig";

#[derive(Deserialize)]
#[serde(expecting = "the policy generator's data")]
struct ServiceMapFile {
    #[serde(rename = "serviceMap")]
    service_map: Entries,
}

/// The entries in the order of the file: a name that is there twice is not lost.
struct Entries(Vec<(String, Entry)>);

#[derive(Deserialize)]
#[serde(expecting = "a service")]
struct Entry {
    #[serde(rename = "StringPrefix")]
    prefix: String,
    #[serde(rename = "Actions")]
    actions: Vec<String>,
    #[serde(rename = "ARNFormat")]
    arn_format: Option<String>,
    #[serde(rename = "HasResource")]
    has_resource: Option<bool>,
    #[serde(rename = "conditionKeys", default)]
    condition_keys: Vec<String>,
}

/// The JSON of the file, without the assignment it may be saved with.
pub(super) fn without_assignment(text: &str) -> &str {
    let Some(rest) = text.trim_start().strip_prefix(ASSIGNMENT) else { return text };
    let Some(json) = rest.trim_start().strip_prefix('=') else { return text };
    let json = json.trim_end();
    json.strip_suffix(';').unwrap_or(json)
}

/// Reads the data; entries of one prefix become one service.
pub(super) fn read(text: &str) -> Result<(Header, Vec<Service>), CatalogueError> {
    let file: ServiceMapFile = serde_json::from_str(text).map_err(CatalogueError::json)?;
    let mut drafts: BTreeMap<String, ServiceDraft> = BTreeMap::new();
    for (name, entry) in file.service_map.0 {
        let prefix = entry.prefix.to_ascii_lowercase();
        if !is_prefix(&prefix) {
            return Err(CatalogueError::Prefix { service: entry.prefix });
        }
        entry.add_to(drafts.entry(prefix).or_default(), &name);
    }
    let services = drafts.into_values().map(ServiceDraft::finish_forgiving).collect::<Result<Vec<_>, _>>()?;
    let header = Header {
        source: "serviceMap of AWS's policy generator".to_owned(),
        version: String::new(),
        date: String::new(),
        services: services.len(),
        actions: services.iter().map(|service| service.actions.len()).sum(),
    };
    Ok((header, services))
}

impl Entry {
    fn add_to(self, draft: &mut ServiceDraft, name: &str) {
        let prefix = self.prefix.to_ascii_lowercase();
        if !draft.name.is_empty() {
            draft.name.push_str(", ");
        }
        draft.name.push_str(name);
        let takes_resources = self.has_resource.unwrap_or(self.arn_format.is_some());
        if takes_resources {
            let owner = self.arn_format.as_deref().and_then(owner).unwrap_or(&prefix);
            draft.resource_types.push(ResourceType {
                name: ANY.to_owned(),
                arns: vec![ArnTemplate::any_of(owner)],
                condition_keys: Vec::new(),
            });
        }
        draft.condition_keys.extend(self.condition_keys);
        draft.actions.extend(self.actions.into_iter().map(|name| ActionDraft {
            name,
            access_level: AccessLevel::Unknown,
            retired: false,
            resources: takes_resources.then(|| (ANY.to_owned(), false)).into_iter().collect(),
            condition_keys: Vec::new(),
        }));
        draft.prefix = prefix;
    }
}

/// The service in an ARN form such as `arn:aws:s3:::<bucket_name>/<key_name>`.
fn owner(arn_format: &str) -> Option<&str> {
    arn_format.split(':').nth(2).filter(|service| is_prefix(service))
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;

        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of services")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor)
    }
}

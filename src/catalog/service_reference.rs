//! AWS's Service Reference, the JSON documents AWS publishes for programs, made into a catalog.
//!
//! Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/service-reference.html>. It has no
//! service names, does not say which resources an action requires, and drops actions AWS has retired. So names are
//! taken from the catalog known before, nothing is marked required, and what that catalog has and the reference
//! does not is kept, marked retired. Keys AWS adds to the documents are passed over.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::draft::{ActionDraft, ServiceDraft};
use super::{AccessLevel, ArnTemplate, Catalogue, CatalogueError, Header, ResourceType, Service};

/// A line of the reference's index: a service and where its document is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(expecting = "a service and its url")]
pub struct IndexEntry {
    /// The service's prefix.
    pub service: String,
    /// The document's address.
    pub url: String,
}

/// The documents read so far.
#[derive(Debug, Default)]
pub struct ServiceReference {
    services: BTreeMap<String, Service>,
    versions: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a document of the service reference")]
struct Document {
    name: String,
    version: Option<String>,
    actions: Vec<DocumentAction>,
    #[serde(default)]
    condition_keys: Vec<Named>,
    #[serde(default)]
    resources: Vec<DocumentResource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an action")]
struct DocumentAction {
    name: String,
    #[serde(default)]
    action_condition_keys: Vec<String>,
    annotations: Option<Annotations>,
    #[serde(default)]
    resources: Vec<Named>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "annotations")]
struct Annotations {
    properties: Option<Properties>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default, expecting = "properties")]
struct Properties {
    is_list: bool,
    is_permission_management: bool,
    is_tagging_only: bool,
    is_write: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "something with a name")]
struct Named {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a resource type")]
struct DocumentResource {
    name: String,
    #[serde(rename = "ARNFormats", default)]
    arn_formats: Vec<String>,
    #[serde(default)]
    condition_keys: Vec<String>,
}

impl ServiceReference {
    /// Reads the reference's index: which services there are, in its order.
    ///
    /// # Errors
    ///
    /// When it is not a list of services and addresses, or empty.
    pub fn index(text: &str) -> Result<Vec<IndexEntry>, CatalogueError> {
        let entries: Vec<IndexEntry> =
            serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(CatalogueError::json)?;
        if entries.is_empty() { Err(CatalogueError::Empty) } else { Ok(entries) }
    }

    /// Adds the document of one service.
    ///
    /// # Errors
    ///
    /// When it is not such a document, or the service is already listed.
    pub fn add(&mut self, text: &str) -> Result<(), CatalogueError> {
        let document: Document =
            serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(CatalogueError::json)?;
        let version = document.version.clone();
        let service = document.draft().finish_forgiving()?;
        if self.services.contains_key(&service.prefix) {
            return Err(CatalogueError::ServiceTwice { service: service.prefix });
        }
        self.services.insert(service.prefix.clone(), service);
        self.versions.extend(version);
        Ok(())
    }

    /// Makes the catalog: all documents, and what only `known` has, marked retired.
    ///
    /// `origin` says where the documents are from and `date` of which day they are (`YYYY-MM-DD`); both end up in the
    /// header.
    ///
    /// # Errors
    ///
    /// When no document was added.
    pub fn finish(self, origin: &str, date: &str, known: &Catalogue) -> Result<Catalogue, CatalogueError> {
        if self.services.is_empty() {
            return Err(CatalogueError::Empty);
        }
        let mut fresh = self.services;
        let mut services = Vec::new();
        let mut kept = 0;
        for earlier in known.services() {
            let mut draft = fresh.remove(&earlier.prefix).as_ref().map(ServiceDraft::from).unwrap_or_default();
            kept += keep_retired(&mut draft, earlier);
            services.push(draft.finish_forgiving()?);
        }
        services.extend(fresh.into_values());
        services.sort_by(|a, b| a.prefix.cmp(&b.prefix));
        let header = Header {
            source: format!("AWS Service Reference, {origin}; {kept} retired actions from {}", known.header().source),
            version: self.versions.into_iter().collect::<Vec<_>>().join(", "),
            date: date.to_owned(),
            services: services.len(),
            actions: services.iter().map(|service| service.actions.len()).sum(),
        };
        Ok(Catalogue::new(header, services))
    }
}

/// Adds what only the earlier catalog has: the service's name, actions with their resource types. How many actions.
fn keep_retired(draft: &mut ServiceDraft, earlier: &Service) -> usize {
    draft.prefix.clone_from(&earlier.prefix);
    draft.name.clone_from(&earlier.name);
    let present: BTreeSet<String> = draft.actions.iter().map(|action| action.name.to_ascii_lowercase()).collect();
    let mut kinds: BTreeSet<String> = draft.resource_types.iter().map(|kind| kind.name.to_ascii_lowercase()).collect();
    let mut kept = 0;
    for action in earlier.actions.iter().filter(|action| !present.contains(&action.folded)) {
        draft.actions.push(ActionDraft { retired: true, ..ActionDraft::from_action(earlier, action) });
        for kind in earlier.resource_types_of(action) {
            if kinds.insert(kind.name.to_ascii_lowercase()) {
                draft.resource_types.push(kind.clone());
            }
        }
        kept += 1;
    }
    kept
}

impl Document {
    fn draft(self) -> ServiceDraft {
        ServiceDraft {
            name: self.name.clone(),
            prefix: self.name,
            resource_types: self.resources.into_iter().map(DocumentResource::resource_type).collect(),
            condition_keys: self.condition_keys.into_iter().map(|key| key.name).collect(),
            actions: self.actions.into_iter().map(DocumentAction::draft).collect(),
        }
    }
}

impl DocumentAction {
    fn draft(self) -> ActionDraft {
        ActionDraft {
            name: self.name,
            access_level: access_level(self.annotations.and_then(|annotations| annotations.properties)),
            retired: false,
            resources: self.resources.into_iter().map(|resource| (resource.name, false)).collect(),
            condition_keys: self.action_condition_keys,
        }
    }
}

impl DocumentResource {
    /// A resource type without an ARN takes every ARN: a report gets a row too many rather than one too few.
    fn resource_type(self) -> ResourceType {
        let mut arns: Vec<_> = self.arn_formats.iter().map(|arn| ArnTemplate::new(arn)).collect();
        if arns.is_empty() {
            arns.push(ArnTemplate::new("*"));
        }
        ResourceType { name: self.name, arns, condition_keys: self.condition_keys }
    }
}

/// The narrowest level the flags name; an action with none of them set reads.
fn access_level(properties: Option<Properties>) -> AccessLevel {
    match properties {
        None => AccessLevel::Unknown,
        Some(Properties { is_permission_management: true, .. }) => AccessLevel::PermissionsManagement,
        Some(Properties { is_tagging_only: true, .. }) => AccessLevel::Tagging,
        Some(Properties { is_write: true, .. }) => AccessLevel::Write,
        Some(Properties { is_list: true, .. }) => AccessLevel::List,
        Some(_) => AccessLevel::Read,
    }
}

//! A service as a source writes it, before it is checked and put in order.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccessLevel, Action, ActionResource, ArnTemplate, CatalogueError, ResourceType, Service};

/// The name of the resource type of actions whose source knows the service's ARNs, but not which of them it takes.
pub(super) const ANY: &str = "any";

/// A service whose parts may be in any order.
#[derive(Debug, Default)]
pub(super) struct ServiceDraft {
    pub(super) prefix: String,
    pub(super) name: String,
    pub(super) resource_types: Vec<ResourceType>,
    pub(super) condition_keys: Vec<String>,
    pub(super) actions: Vec<ActionDraft>,
}

/// An action that names its resource types.
#[derive(Debug)]
pub(super) struct ActionDraft {
    pub(super) name: String,
    pub(super) access_level: AccessLevel,
    pub(super) retired: bool,
    /// Names of resource types, and whether they are required.
    pub(super) resources: Vec<(String, bool)>,
    pub(super) condition_keys: Vec<String>,
}

impl ServiceDraft {
    /// Checks all names and puts everything in order.
    pub(super) fn finish(self) -> Result<Service, CatalogueError> {
        let prefix = self.prefix.to_ascii_lowercase();
        if !is_prefix(&prefix) {
            return Err(CatalogueError::Prefix { service: self.prefix });
        }
        let resource_types = finish_resource_types(&prefix, self.resource_types)?;
        let mut actions = Vec::with_capacity(self.actions.len());
        for action in self.actions {
            actions.push(action.finish(&prefix, &resource_types)?);
        }
        actions.sort_by(|a, b| a.folded.cmp(&b.folded));
        if let Some([_, twice]) = actions.array_windows().find(|[a, b]| a.folded == b.folded) {
            return Err(CatalogueError::ActionTwice { service: prefix, action: twice.name.clone() });
        }
        Ok(Service { prefix, name: self.name, actions, resource_types, condition_keys: sorted(self.condition_keys) })
    }

    /// The same, but what is there twice becomes one, and a resource type an action names without it being there
    /// takes every ARN: for sources that are not ours to correct.
    pub(super) fn finish_forgiving(mut self) -> Result<Service, CatalogueError> {
        self.resource_types = merge_resource_types(std::mem::take(&mut self.resource_types));
        let known: BTreeMap<String, String> =
            self.resource_types.iter().map(|kind| (kind.name.to_ascii_lowercase(), kind.name.clone())).collect();
        let mut unknown = BTreeSet::new();
        for (name, _) in self.actions.iter_mut().flat_map(|action| &mut action.resources) {
            match known.get(&name.to_ascii_lowercase()) {
                Some(written) => name.clone_from(written),
                None => {
                    unknown.insert(name.clone());
                }
            }
        }
        self.resource_types.extend(unknown.into_iter().map(|name| ResourceType {
            name,
            arns: vec![ArnTemplate::new("*")],
            condition_keys: Vec::new(),
        }));
        self.actions = merge_actions(std::mem::take(&mut self.actions));
        self.finish()
    }
}

impl ActionDraft {
    fn finish(self, service: &str, resource_types: &[ResourceType]) -> Result<Action, CatalogueError> {
        if !is_action_name(&self.name) {
            return Err(CatalogueError::ActionName { service: service.to_owned(), action: self.name });
        }
        let mut required_by_type: BTreeMap<usize, bool> = BTreeMap::new();
        for (name, required) in self.resources {
            let Ok(index) = resource_types.binary_search_by(|kind| kind.name.cmp(&name)) else {
                let (service, action) = (service.to_owned(), self.name);
                return Err(CatalogueError::NoSuchResourceType { service, action, resource_type: name });
            };
            *required_by_type.entry(index).or_default() |= required;
        }
        let resources = required_by_type
            .into_iter()
            .map(|(resource_type, required)| ActionResource { resource_type, required })
            .collect();
        Ok(Action {
            folded: self.name.to_ascii_lowercase(),
            name: self.name,
            access_level: self.access_level,
            retired: self.retired,
            resources,
            condition_keys: sorted(self.condition_keys),
        })
    }

    /// The draft of an action of a service, naming its resource types.
    pub(super) fn from_action(service: &Service, action: &Action) -> Self {
        let name_of = |index: usize| service.resource_types.get(index).map(|kind| kind.name.clone());
        Self {
            name: action.name.clone(),
            access_level: action.access_level,
            retired: action.retired,
            resources: action
                .resources
                .iter()
                .filter_map(|resource| Some((name_of(resource.resource_type)?, resource.required)))
                .collect(),
            condition_keys: action.condition_keys.clone(),
        }
    }
}

impl From<&Service> for ServiceDraft {
    fn from(service: &Service) -> Self {
        Self {
            prefix: service.prefix.clone(),
            name: service.name.clone(),
            resource_types: service.resource_types.clone(),
            condition_keys: service.condition_keys.clone(),
            actions: service.actions.iter().map(|action| ActionDraft::from_action(service, action)).collect(),
        }
    }
}

fn finish_resource_types(service: &str, mut kinds: Vec<ResourceType>) -> Result<Vec<ResourceType>, CatalogueError> {
    kinds.sort_by(|a, b| a.name.cmp(&b.name));
    if let Some([_, twice]) = kinds.array_windows().find(|[a, b]| a.name == b.name) {
        let (service, resource_type) = (service.to_owned(), twice.name.clone());
        return Err(CatalogueError::ResourceTypeTwice { service, resource_type });
    }
    for kind in &mut kinds {
        let (service, resource_type) = (service.to_owned(), kind.name.clone());
        if !is_resource_type_name(&kind.name) {
            return Err(CatalogueError::ResourceTypeName { service, resource_type });
        }
        if kind.arns.is_empty() {
            return Err(CatalogueError::NoArn { service, resource_type });
        }
        kind.condition_keys = sorted(std::mem::take(&mut kind.condition_keys));
    }
    Ok(kinds)
}

fn merge_resource_types(kinds: Vec<ResourceType>) -> Vec<ResourceType> {
    let mut merged: BTreeMap<String, ResourceType> = BTreeMap::new();
    for kind in kinds {
        match merged.get_mut(&kind.name.to_ascii_lowercase()) {
            None => {
                merged.insert(kind.name.to_ascii_lowercase(), kind);
            }
            Some(earlier) => {
                earlier.arns.extend(kind.arns);
                earlier.condition_keys.extend(kind.condition_keys);
            }
        }
    }
    for kind in merged.values_mut() {
        kind.arns.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        kind.arns.dedup();
    }
    merged.into_values().collect()
}

fn merge_actions(actions: Vec<ActionDraft>) -> Vec<ActionDraft> {
    let mut merged: BTreeMap<String, ActionDraft> = BTreeMap::new();
    for action in actions {
        match merged.get_mut(&action.name.to_ascii_lowercase()) {
            None => {
                merged.insert(action.name.to_ascii_lowercase(), action);
            }
            Some(earlier) => {
                earlier.resources.extend(action.resources);
                earlier.condition_keys.extend(action.condition_keys);
                earlier.retired &= action.retired;
            }
        }
    }
    merged.into_values().collect()
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts.dedup();
    texts
}

pub(super) fn is_prefix(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn is_action_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// Names hold spaces and slashes; a `*` at the end would read as "required".
fn is_resource_type_name(text: &str) -> bool {
    !text.is_empty() && !text.ends_with('*') && !text.chars().any(char::is_control)
}

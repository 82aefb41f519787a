//! Which actions exist, what each acts on, and how AWS classifies it.
//!
//! A catalog is embedded in the program; a file can take its place whole (ours, or the original tool's
//! `iam.json`), and AWS's Service Reference can be turned into one. They are never mixed in silence: a header says
//! what a catalog was made of. See `docs/catalogue.md`.

mod arn_names;
mod arn_template;
mod condition_keys;
mod draft;
mod embedded;
mod error;
mod file;
mod header;
mod near;
mod service;
mod service_map;
pub mod service_reference;
mod trust_actions;

use std::sync::{Arc, LazyLock};

use rayon::prelude::*;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

pub use arn_template::{ArnTemplate, Piece};
pub use condition_keys::{Arity, arity, holds_many, is_of_service, key_pattern, takes};
pub use error::CatalogueError;
pub use header::Header;
pub use service::{AccessLevel, Action, ActionResource, ResourceType, Service};
pub use trust_actions::TRUST_ACTIONS;

/// All actions that are known. Clones share what they hold.
///
/// ```
/// use iamctl::catalog::Catalogue;
/// let catalogue = Catalogue::embedded();
/// let (service, action) = catalogue.action("STS", "assumerole").unwrap();
/// assert_eq!(action.name, "AssumeRole");
/// let role = service.resource_types_of(action).next().unwrap();
/// assert!(role.arns[0].matches("arn:aws:iam::111122223333:role/app"));
/// ```
#[derive(Debug, Clone)]
pub struct Catalogue(Arc<Shelves>);

#[derive(Debug)]
struct Shelves {
    header: Header,
    /// INVARIANT: sorted by prefix, each prefix once.
    services: Vec<Shelf>,
}

#[derive(Debug)]
enum Shelf {
    Read(Service),
    Packed(embedded::Packed),
}

impl Shelf {
    fn prefix(&self) -> &str {
        match self {
            Self::Read(service) => &service.prefix,
            Self::Packed(packed) => packed.prefix,
        }
    }

    fn service(&self) -> &Service {
        match self {
            Self::Read(service) => service,
            Self::Packed(packed) => packed.service(),
        }
    }
}

/// What tells the formats apart.
#[derive(Deserialize)]
#[serde(expecting = "a catalog")]
struct Probe {
    format: Option<Value>,
    version: Option<Value>,
    #[serde(rename = "serviceMap")]
    service_map: Option<IgnoredAny>,
}

impl Catalogue {
    /// Whether the two are one catalog, not only alike.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The catalog in the program itself. Services are unpacked when they are first asked for, each once.
    #[must_use]
    pub fn embedded() -> Self {
        static EMBEDDED: LazyLock<Catalogue> = LazyLock::new(|| {
            let services = embedded::services().map(Shelf::Packed).collect();
            Catalogue(Arc::new(Shelves { header: embedded::header(), services }))
        });
        EMBEDDED.clone()
    }

    /// Reads a catalog: our own format, or the original tool's `iam.json` (the policy generator's `serviceMap`).
    ///
    /// # Errors
    ///
    /// When the text is neither, is of another version, holds keys we do not know, or says two things at once.
    pub fn read(text: &str) -> Result<Self, CatalogueError> {
        let text = service_map::without_assignment(text.trim_start_matches('\u{feff}'));
        let probe: Probe = serde_json::from_str(text).map_err(CatalogueError::json)?;
        let (header, services) = match (probe.format, probe.service_map) {
            (Some(format), _) if format != file::FORMAT => {
                return Err(CatalogueError::Format { found: in_words(&format) });
            }
            (Some(_), _) => match probe.version {
                Some(version) if version == file::VERSION => file::read(text)?,
                version => return Err(CatalogueError::Version { found: in_words(&version.unwrap_or_default()) }),
            },
            (None, Some(_)) => service_map::read(text)?,
            (None, None) => return Err(CatalogueError::Unrecognised),
        };
        Self::checked(header, services)
    }

    /// Where it comes from and how much it holds.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// The service of this prefix, in any case.
    #[must_use]
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        let folded = prefix.to_ascii_lowercase();
        let index = self.0.services.binary_search_by(|shelf| shelf.prefix().cmp(&folded)).ok()?;
        self.0.services.get(index).map(Shelf::service)
    }

    /// The prefixes in lower case, sorted. Unpacks nothing.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> {
        self.0.services.iter().map(Shelf::prefix)
    }

    /// The services, sorted by prefix.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.0.services.iter().map(Shelf::service)
    }

    /// Unpacks all services that nobody has asked for yet, on all cores: for whoever asks for all of them.
    pub(crate) fn unpack(&self) {
        self.0.services.par_iter().for_each(|shelf| {
            shelf.service();
        });
    }

    /// The action of this service and name, both in any case, and its service.
    #[must_use]
    pub fn action(&self, service: &str, name: &str) -> Option<(&Service, &Action)> {
        let service = self.service(service)?;
        service.action(name).map(|action| (service, action))
    }

    /// The catalog in our own format, which [`Catalogue::read`] reads. What `iamctl init` writes.
    #[must_use]
    pub fn to_text(&self) -> String {
        file::write(self.header(), self.services())
    }

    fn checked(header: Header, mut services: Vec<Service>) -> Result<Self, CatalogueError> {
        services.sort_by(|a, b| a.prefix.cmp(&b.prefix));
        if let Some([_, twice]) = services.array_windows().find(|[a, b]| a.prefix == b.prefix) {
            return Err(CatalogueError::ServiceTwice { service: twice.prefix.clone() });
        }
        if services.is_empty() { Err(CatalogueError::Empty) } else { Ok(Self::new(header, services)) }
    }

    /// INVARIANT: the services are sorted, each is there once.
    fn new(header: Header, services: Vec<Service>) -> Self {
        Self(Arc::new(Shelves { header, services: services.into_iter().map(Shelf::Read).collect() }))
    }
}

/// A JSON value for a message: no control character is left in it.
fn in_words(value: &Value) -> String {
    match value {
        Value::Null => "missing".to_owned(),
        Value::String(text) => format!("`{}`", text.escape_debug()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            format!("`{}`", value.to_string().escape_debug())
        }
    }
}

#[cfg(test)]
mod tests;

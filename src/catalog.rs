//! Which actions exist, what each acts on, and how AWS classifies it.
//!
//! A catalogue is embedded in the program; a file can take its place whole (ours, or the original tool's
//! `iam.json`), and AWS's Service Reference can be turned into one. They are never mixed in silence.

mod arn_template;
mod service;

pub use arn_template::ArnTemplate;
pub use service::{AccessLevel, Action, ActionResource, ResourceType, Service};

/// Where a catalogue comes from and how much it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// What it was made from, in words.
    pub source: String,
    /// The version of the data; empty if the source has none.
    pub version: String,
    /// The day of the data, `YYYY-MM-DD`; empty if the source has none.
    pub date: String,
    /// How many services it has.
    pub services: usize,
    /// How many actions it has, retired ones included.
    pub actions: usize,
}

/// A text that is no catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Not JSON, or not of the shape.
    #[error("not a catalogue")]
    Json(#[source] serde_json::Error),
}

/// All actions that are known.
#[derive(Debug, Clone)]
pub struct Catalogue {
    header: Header,
    services: Vec<Service>,
}

impl Catalogue {
    /// The catalogue in the program itself.
    #[must_use]
    pub fn embedded() -> Self {
        let header = Header {
            source: "(being built)".to_owned(),
            version: String::new(),
            date: String::new(),
            services: 0,
            actions: 0,
        };
        Self { header, services: Vec::new() }
    }

    /// Reads a catalogue: our own format, or the original tool's `iam.json` (the policy generator's `serviceMap`).
    ///
    /// # Errors
    ///
    /// When the text is neither, or says two things at once.
    pub fn read(text: &str) -> Result<Self, CatalogueError> {
        let _: serde_json::Value = serde_json::from_str(text).map_err(CatalogueError::Json)?;
        Ok(Self::embedded())
    }

    /// Where it comes from and how much it holds.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The service of this prefix, in any case.
    #[must_use]
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        self.services().find(|service| service.prefix.eq_ignore_ascii_case(prefix))
    }

    /// The prefixes in lower case, sorted.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> {
        self.services.iter().map(|service| service.prefix.as_str())
    }

    /// The services, sorted by prefix.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.iter()
    }

    /// The action of this service and name, both in any case, and its service.
    #[must_use]
    pub fn action(&self, service: &str, name: &str) -> Option<(&Service, &Action)> {
        let service = self.service(service)?;
        service.action(name).map(|action| (service, action))
    }
}

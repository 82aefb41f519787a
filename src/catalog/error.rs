//! What can be wrong with a catalog.

/// A text that is not a catalog.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// Not JSON, or not of the shape.
    #[error("not readable at line {line}, column {column}: {reason}")]
    Json {
        /// Counted from 1.
        line: usize,
        /// Counted from 1, in bytes.
        column: usize,
        /// What was found and expected; control characters are escaped.
        reason: String,
    },
    /// JSON, but neither of the two formats.
    #[error("neither a catalog of iamctl (`format`) nor an `iam.json` of the original tool (`serviceMap`)")]
    Unrecognised,
    /// Another file of ours, or someone else's.
    #[error("the format of the file is {found}, but `iamctl-catalogue` is expected")]
    Format {
        /// The `format` as JSON.
        found: String,
    },
    /// From another iamctl.
    #[error("the version of the catalog is {found}, but 1 is expected")]
    Version {
        /// The `version` as JSON.
        found: String,
    },
    /// The header does not say what the file holds.
    #[error("the header of the catalog says {expected} {what}, but the file contains {found}")]
    Count {
        /// `services` or `actions`.
        what: &'static str,
        /// As the header says.
        expected: usize,
        /// As counted.
        found: usize,
    },
    /// No services at all.
    #[error("the catalog contains no services")]
    Empty,
    /// Not a service prefix.
    #[error("`{}` is not a service prefix: use letters, digits, and `-`", .service.escape_debug())]
    Prefix {
        /// The text that was given.
        service: String,
    },
    /// One prefix, two services.
    #[error("service `{service}` is listed twice")]
    ServiceTwice {
        /// Its prefix.
        service: String,
    },
    /// Not an action's name.
    #[error("service `{service}`: `{}` is not an action name: use letters, digits, `-`, `_`, and `.`",
        .action.escape_debug())]
    ActionName {
        /// The service's prefix.
        service: String,
        /// The text that was given.
        action: String,
    },
    /// One name, two actions (in any case).
    #[error("action `{service}:{action}` is listed twice")]
    ActionTwice {
        /// The service's prefix.
        service: String,
        /// The second one's name.
        action: String,
    },
    /// Words that are no access level.
    #[error("action `{service}:{action}`: `{}` is not an access level", .found.escape_debug())]
    AccessLevel {
        /// The service's prefix.
        service: String,
        /// The action's name.
        action: String,
        /// The words that were given.
        found: String,
    },
    /// An action acts on something its service does not have.
    #[error("action `{service}:{action}`: the service has no resource type `{}`", .resource_type.escape_debug())]
    NoSuchResourceType {
        /// The service's prefix.
        service: String,
        /// The action's name.
        action: String,
        /// The resource type it names.
        resource_type: String,
    },
    /// Not a resource type's name.
    #[error("service `{service}`: `{}` is not the name of a resource type", .resource_type.escape_debug())]
    ResourceTypeName {
        /// The service's prefix.
        service: String,
        /// The text that was given.
        resource_type: String,
    },
    /// One name, two resource types.
    #[error("service `{service}`: resource type `{resource_type}` is listed twice")]
    ResourceTypeTwice {
        /// The service's prefix.
        service: String,
        /// The name.
        resource_type: String,
    },
    /// A resource type whose ARNs nobody knows.
    #[error("service `{service}`: resource type `{resource_type}` has no ARN")]
    NoArn {
        /// The service's prefix.
        service: String,
        /// The resource type's name.
        resource_type: String,
    },
}

impl CatalogueError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Json { .. } | Self::Empty => {
                "the file might be truncated or edited: write a new one with `iamctl init --force`"
            }
            Self::Unrecognised | Self::Format { .. } => "`iamctl init` writes a catalog",
            Self::Version { .. } => {
                "another version of iamctl wrote the file: write a new one with `iamctl init --force`, or use that \
                    version"
            }
            Self::Count { .. } => "the file was edited or merged: correct the header, or write a new one",
            Self::Prefix { .. }
            | Self::ServiceTwice { .. }
            | Self::ActionName { .. }
            | Self::ActionTwice { .. }
            | Self::AccessLevel { .. }
            | Self::NoSuchResourceType { .. }
            | Self::ResourceTypeName { .. }
            | Self::ResourceTypeTwice { .. }
            | Self::NoArn { .. } => "correct the file, or write a new one with `iamctl init --force`",
        };
        Some(hint.to_owned())
    }
}

impl CatalogueError {
    /// Not JSON, or not of the form of a catalog.
    pub(super) fn json(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        // The place is said already.
        let reason = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
        Self::Json { line, column, reason: escape_control(reason) }
    }
}

/// Text from a file, safe to print: what a terminal would obey is escaped.
fn escape_control(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_debug().collect() } else { vec![c] }).collect()
}

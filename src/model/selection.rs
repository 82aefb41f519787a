//! Which roles are compared.

use serde::{Deserialize, Serialize};

/// Which roles are compared. The default is all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Patterns (`*`, `?`) of role names, real or normalized, ignoring case; empty for all.
    pub roles: Vec<String>,
    /// Whether roles that AWS services own are left out.
    pub exclude_service_linked: bool,
}

impl Selection {
    /// Whether all roles are compared.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        self.roles.is_empty() && !self.exclude_service_linked
    }
}

//! The thirteen counts of the original tool, as people know them.

use serde::{Deserialize, Serialize};

use crate::model::words;

words! {
    /// What is counted.
    pub enum MetricName {
        /// Items of the roles as harvested.
        HarvestedItems = "Harvested Items",
        /// Items of the roles as normalized.
        SanitizedItems = "Sanitized Items",
        /// Roles.
        Roles = "Roles",
        /// Roles that an AWS service owns.
        ServiceLinkedRoles = "Service Linked Roles",
        /// All other roles.
        NonServiceLinkedRoles = "Non-Service Linked Roles",
        /// Roles of both accounts.
        CommonRoles = "Common Roles",
        /// Those that an AWS service owns.
        CommonServiceLinkedRoles = "Common Service Linked Roles",
        /// All other roles of both accounts.
        CommonNonServiceLinkedRoles = "Common Non-Service Linked Roles",
        /// Roles of one account only.
        UniqueRoles = "Unique Roles",
        /// Those that an AWS service owns.
        UniqueServiceLinkedRoles = "Unique Service Linked Roles",
        /// All other roles of one account only.
        UniqueNonServiceLinkedRoles = "Unique Non-Service Linked Roles",
        /// Common roles with items that only this account has.
        CommonRolesWithDifferences = "Common Roles with Differences",
        /// These items.
        DifferencesAmongCommonRoles = "Differences among Common Roles",
    }
}

/// One count of both accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    /// What is counted.
    pub metric: MetricName,
    /// The count of the first account.
    pub left: usize,
    /// The count of the second account.
    pub right: usize,
}

//! Roles and the policies they carry.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::arn::Arn;
use super::policy::{IdentityPolicy, TrustPolicy};

/// The path under which AWS services keep the roles that are theirs.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html>
const SERVICE_LINKED_PATH: &str = "/aws-service-role/";

/// A policy embedded in a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlinePolicy {
    /// Its name, unique within the role.
    pub name: String,
    /// What it says.
    pub document: Arc<IdentityPolicy>,
}

/// A managed policy, the customer's or AWS's own, in its default version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedPolicy {
    /// Its name, without path.
    pub name: String,
    /// Its ARN; the account field is `aws` for AWS's own.
    pub arn: Arn,
    /// The default version's id, such as `v3`.
    pub version_id: String,
    /// What the default version says.
    pub document: Arc<IdentityPolicy>,
}

impl ManagedPolicy {
    /// A policy that is new, in its first version.
    #[must_use]
    pub fn new(arn: Arn, document: Arc<IdentityPolicy>) -> Self {
        Self { name: arn.last_name().to_owned(), arn, version_id: "v1".to_owned(), document }
    }

    /// Whether it is AWS's own: of one ARN and version it says the same in every account.
    #[must_use]
    pub fn is_owned_by_aws(&self) -> bool {
        self.arn.account() == "aws"
    }
}

/// What only `ListRoles` tells about a role, and `aws iam get-account-authorization-details` does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleDetails {
    /// The description, if the role has one.
    pub description: Option<String>,
    /// How long a session may last at most, in seconds.
    pub max_session_duration: u32,
}

/// When a role was created and last used, as far as the source says so. It explains findings and is never one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleDates {
    /// When it was created, RFC 3339 in UTC.
    pub created_at: Option<String>,
    /// When it was last used, RFC 3339 in UTC.
    pub last_used_at: Option<String>,
    /// The Region in which it was last used.
    pub last_used_region: Option<String>,
}

/// A role with all that IAM knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name, without path; unique in its account ignoring case.
    pub name: String,
    /// Its path, starting and ending with `/`.
    pub path: String,
    /// Its ARN.
    pub arn: Arn,
    /// Its unique id (`AROA…`).
    pub unique_id: String,
    /// When it was created and last used.
    pub dates: RoleDates,
    /// Description and session duration; `None` where the source does not hold them.
    pub details: Option<RoleDetails>,
    /// Who can assume the role.
    pub trust: Arc<TrustPolicy>,
    /// The embedded policies, sorted by name.
    pub inline: Vec<InlinePolicy>,
    /// The attached managed policies, sorted by ARN. Shared with the other roles that carry them.
    pub attached: Vec<Arc<ManagedPolicy>>,
    /// The permissions boundary, if the role has one.
    pub boundary: Option<Arc<ManagedPolicy>>,
    /// The tags.
    pub tags: BTreeMap<String, String>,
    /// The names of the instance profiles that hold the role, sorted.
    pub instance_profiles: Vec<String>,
}

impl Role {
    /// The managed policies that are attached, and the permissions boundary.
    pub fn managed(&self) -> impl Iterator<Item = &Arc<ManagedPolicy>> {
        self.attached.iter().chain(&self.boundary)
    }

    /// The documents of the inline policies, the attached policies and the permissions boundary, in this order.
    pub fn documents(&self) -> impl Iterator<Item = &Arc<IdentityPolicy>> {
        self.inline.iter().map(|policy| &policy.document).chain(self.managed().map(|policy| &policy.document))
    }

    /// The same role with each of these documents changed.
    #[must_use]
    pub fn with_documents(&self, change: impl Fn(&IdentityPolicy) -> IdentityPolicy) -> Self {
        let managed = |policy: &Arc<ManagedPolicy>| {
            Arc::new(ManagedPolicy { document: Arc::new(change(&policy.document)), ..(**policy).clone() })
        };
        let inline =
            |policy: &InlinePolicy| InlinePolicy { document: Arc::new(change(&policy.document)), ..policy.clone() };
        Self {
            inline: self.inline.iter().map(inline).collect(),
            attached: self.attached.iter().map(managed).collect(),
            boundary: self.boundary.as_ref().map(managed),
            ..self.clone()
        }
    }

    /// Whether an AWS service owns this role: it and its permissions are AWS's, not the user's.
    #[must_use]
    pub fn is_service_linked(&self) -> bool {
        self.path.starts_with(SERVICE_LINKED_PATH)
    }
}

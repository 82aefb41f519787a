//! Roles and managed policies as AWS tells them, documents undecoded.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::RoleLastUsed;
use aws_smithy_types::DateTime;

use crate::model::RoleDates;

/// A role as AWS tells it, documents undecoded.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RoleRead {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) arn: String,
    pub(super) id: String,
    pub(super) dates: RoleDates,
    pub(super) listed: Option<Listed>,
    pub(super) trust: String,
    pub(super) inline: BTreeMap<String, String>,
    pub(super) attached: BTreeSet<String>,
    pub(super) boundary: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) instance_profiles: BTreeSet<String>,
}

/// When a role was created and last used.
pub(super) fn dates(created: Option<&DateTime>, last_used: Option<&RoleLastUsed>) -> RoleDates {
    // AWS's dates are within what jiff knows.
    let text = |time: &DateTime| jiff::Timestamp::from_second(time.secs()).map(|time| time.to_string()).ok();
    RoleDates {
        created_at: created.and_then(text),
        last_used_at: last_used.and_then(RoleLastUsed::last_used_date).and_then(text),
        last_used_region: last_used.and_then(RoleLastUsed::region).map(str::to_owned),
    }
}

/// What ListRoles alone tells of a role.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) description: Option<String>,
    pub(super) max_session_duration: Option<i32>,
}

/// A managed policy in its default version, the document undecoded.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PolicyRead {
    pub(super) version_id: String,
    pub(super) document: String,
}

/// Roles by name, policies by ARN.
pub(super) type Roles = BTreeMap<String, RoleRead>;

pub(super) type Policies = BTreeMap<String, PolicyRead>;

//! A plan: the changes of roles and managed policies, and what is left as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::owner::{self, Owner};
use crate::model::{Arn, IdentityPolicy, ManagedPolicy, Role, RoleDetails, Side, TrustPolicy};

/// The changes that make one account's roles mean what the other's do. Ordered as the comparison is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Managed policies to write, by ARN; before any role.
    pub policies: BTreeMap<Arn, PolicyChange>,
    /// The roles that differ and were asked for.
    pub roles: Vec<RolePlan>,
}

/// A customer managed policy to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyChange {
    /// How it is written.
    pub write: PolicyWrite,
    /// What it is to say.
    pub document: Arc<IdentityPolicy>,
    /// The real names of the roles that carry it now, sorted.
    pub carriers: BTreeSet<String>,
}

/// How a customer managed policy is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyWrite {
    /// It is made: no role of the account carries a policy of this name yet.
    Create,
    /// It gets a new default version.
    Version,
    /// It gets back the default version that it had, with this ID.
    Restore(String),
    /// It is deleted again, if the script made it and nobody uses it.
    Delete,
}

/// What is to be done to one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolePlan {
    /// Its place in [`crate::report::Report::roles`].
    pub index: usize,
    /// Its ARN in the account that is changed; in the other account if only that has it.
    pub arn: Arn,
    /// Its real name there.
    pub name: String,
    /// The account that has it, if only one does. Nothing is changed then.
    pub only_in: Option<Side>,
    /// Who manages it, if anything says so.
    pub owner: Option<Owner>,
    /// Whether somebody can no longer assume it afterwards. Its trust policy is then written before anything else, so that
    /// nobody who loses the role can do what its policies allow from now on.
    pub narrows_trust: bool,
    /// What is done, in this order.
    pub changes: Vec<Change>,
    /// What is not, and why.
    pub left: Vec<Left>,
}

/// One change of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Sets its permissions boundary.
    PutBoundary(Arc<ManagedPolicy>),
    /// Writes an inline policy.
    PutInline(String, Arc<IdentityPolicy>),
    /// Attaches a managed policy.
    Attach(Arc<ManagedPolicy>),
    /// Takes an inline policy away.
    DeleteInline(String),
    /// Takes a managed policy away.
    Detach(Arn),
    /// Takes its permissions boundary away.
    DeleteBoundary,
    /// Writes its trust policy.
    Trust(Arc<TrustPolicy>),
    /// Sets description and session duration.
    Details(RoleDetails),
    /// Sets a tag.
    Tag(String, String),
    /// Takes a tag away.
    Untag(String),
    /// Puts it into an instance profile, which may have to be made.
    AddToProfile(String),
    /// Takes it out of an instance profile.
    RemoveFromProfile(String),
}

/// A difference that is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What would have to be changed.
    pub part: Part,
    /// Why it is not.
    pub why: String,
}

/// What is changed of a role as a whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Its policies and its boundary: a grant without the Deny that belongs to it would be more than either account
    /// allows.
    Permissions,
    /// Its trust policy.
    Trust,
    /// An attribute, by its name in [`crate::report::AttributeDifference`].
    Attribute(String),
    /// References to a third account that both accounts contain: never changed.
    References,
    /// Everything.
    Role,
}

impl Part {
    /// The part in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Permissions => "policies and boundary".to_owned(),
            Self::Trust => "trust policy".to_owned(),
            Self::Attribute(name) => name.replace('_', " "),
            Self::References => "references to a third account".to_owned(),
            Self::Role => "role".to_owned(),
        }
    }
}

impl RolePlan {
    pub(super) fn new(index: usize, role: &Role) -> Self {
        let (arn, name, owner) = (role.arn.clone(), role.name.clone(), owner::of_role(role));
        Self { index, arn, name, only_in: None, owner, narrows_trust: false, changes: Vec::new(), left: Vec::new() }
    }
}

impl Plan {
    /// How many differences are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.roles.iter().map(|role| role.left.len()).sum()
    }

    /// How many changes are written.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.policies.len() + self.roles.iter().map(|role| role.changes.len()).sum::<usize>()
    }
}

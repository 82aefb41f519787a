//! What it takes to make the roles of one account mean what the other account's mean.
//!
//! The account that is followed gives its documents, the other its words for them. Where the way back from a
//! placeholder is not certain nothing is changed, and it is said why. A plan is proved before it is handed out: it is
//! carried out in memory, both accounts are compared again from the start, and what still differs is taken out of it.

mod alone;
mod apply;
mod check;
mod commands;
mod denormalise;
mod document;
mod functions;
pub mod owner;
mod parts;
mod references;
mod role;
mod script;
mod undo;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::equivalency::display;
use crate::model::{Arn, Glob, IdentityPolicy, ManagedPolicy, Role, RoleDetails, Side, TrustPolicy};
use crate::pipeline::{Error, Prepared};
use crate::report::{Report, RoleResult};

pub use apply::applied;
pub use owner::Owner;
pub use script::{Script, write, write_undo};
pub use undo::undo;

/// What a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The two accounts, with all their roles.
    pub prepared: &'a Prepared<'a>,
    /// Their comparison, without what was accepted.
    pub comparison: &'a Report,
    /// The account that is changed.
    pub make: Side,
    /// Patterns of role names, real or normalized, ignoring case; a role has to match one of each list that is not
    /// empty.
    pub roles: [&'a [String]; 2],
    /// Whether roles that AWS services own are left out.
    pub exclude_service_linked: bool,
    /// Whether roles and policies that somebody else deploys are changed as well.
    pub include_managed: bool,
}

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
    /// Its place in [`Report::roles`].
    pub index: usize,
    /// Its ARN in the account that is changed; in the other account if only that has it.
    pub arn: Arn,
    /// Its real name there.
    pub name: String,
    /// The account that has it, if only one does. Nothing is changed then.
    pub only_in: Option<Side>,
    /// Who manages it, if anything says so.
    pub owner: Option<Owner>,
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
    fn new(index: usize, role: &Role) -> Self {
        let (arn, name, owner) = (role.arn.clone(), role.name.clone(), owner::of_role(role));
        Self { index, arn, name, only_in: None, owner, changes: Vec::new(), left: Vec::new() }
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

/// Finds the changes, and proves them.
///
/// # Errors
/// If the accounts, changed in memory, cannot be compared.
pub fn plan(input: Input<'_>) -> Result<Plan, Error> {
    check::proved(&role::Planner::new(input))
}

/// Whether a role was asked for.
fn is_wanted(input: &Input<'_>, role: &RoleResult) -> bool {
    if input.exclude_service_linked && role.service_linked {
        return false;
    }
    let names: Vec<String> = [Some(role.role.as_str()), name(role, Side::Left), name(role, Side::Right)]
        .into_iter()
        .flatten()
        .map(|name| display(name).to_ascii_lowercase())
        .collect();
    input.roles.iter().all(|patterns| {
        let mut globs = patterns.iter().map(|pattern| Glob::new_folded(pattern));
        patterns.is_empty() || globs.any(|glob| names.iter().any(|name| glob.matches(name)))
    })
}

fn name(role: &RoleResult, side: Side) -> Option<&str> {
    role.side(side).map(|real| real.name.as_str())
}

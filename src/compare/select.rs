//! Which roles are compared.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::model::equivalency::display;
use crate::model::{Account, Glob, Role, Selection};
use crate::normalise::{Hits, Normalised, NormalisedRole};

/// A pattern for a role that no account has: comparing nothing must not look like finding nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no role of either account matches `{}`", .pattern.escape_debug())]
pub struct SelectError {
    /// The pattern.
    pub pattern: String,
}

impl Selection {
    /// Checks that every pattern names a role of one of these accounts.
    ///
    /// # Errors
    /// With the first pattern that names none.
    pub fn check<'a>(&self, accounts: impl IntoIterator<Item = &'a Normalised>) -> Result<(), SelectError> {
        let roles: Vec<&NormalisedRole> = accounts.into_iter().flat_map(|account| &account.roles).collect();
        let lacks_role = |pattern: &&String| {
            let glob = Glob::new_folded(pattern);
            !roles.iter().any(|role| names(&glob, role))
        };
        match self.roles.iter().find(lacks_role) {
            Some(pattern) => Err(SelectError { pattern: pattern.clone() }),
            None => Ok(()),
        }
    }

    /// The account with the selected roles only, as read and as normalised.
    #[must_use]
    pub fn apply<'a>(&self, account: Cow<'a, Account>, normalised: Normalised) -> (Cow<'a, Account>, Normalised) {
        if self.is_all() {
            return (account, normalised);
        }
        let globs: Vec<Glob> = self.roles.iter().map(|pattern| Glob::new_folded(pattern)).collect();
        let selected = |role: &NormalisedRole| {
            let named = globs.is_empty() || globs.iter().any(|glob| names(glob, role));
            named && !(self.exclude_service_linked && role.service_linked)
        };
        keep(account, normalised, selected)
    }
}

/// The account with these roles only, as read and as normalised.
pub(super) fn keep<'a>(
    account: Cow<'a, Account>,
    mut normalised: Normalised,
    wanted: impl Fn(&NormalisedRole) -> bool,
) -> (Cow<'a, Account>, Normalised) {
    let account = account.into_owned();
    let pairs = account.roles.into_iter().zip(std::mem::take(&mut normalised.roles));
    let (roles, normalised_roles): (Vec<Role>, Vec<_>) = pairs.filter(|(_, role)| wanted(role)).unzip();
    let hits = hits_of(std::mem::take(&mut normalised.hits), &normalised_roles);
    let kept: BTreeSet<&str> = roles.iter().map(|role| role.name.as_str()).collect();
    // What belongs to a role goes with it.
    let absent_policies = account.absent_policies.into_iter().filter(|(role, _)| kept.contains(role.as_str()));
    let absent_policies = absent_policies.collect();
    let account = Account { absent_policies, roles, ..account };
    (Cow::Owned(account), Normalised { roles: normalised_roles, hits, partial: true, ..normalised })
}

fn names(glob: &Glob, role: &NormalisedRole) -> bool {
    let normalised = display(&role.role.name).to_ascii_lowercase();
    glob.matches(&role.real_name.to_ascii_lowercase()) || glob.matches(&normalised)
}

/// The hits in the selected roles; those in managed policies are kept, since any role may carry them.
fn hits_of(hits: Hits, roles: &[NormalisedRole]) -> Hits {
    let names: BTreeSet<&str> = roles.iter().map(|role| role.real_name.as_str()).collect();
    hits.filter(|hit| hit.role.is_empty() || names.contains(hit.role.as_str()))
}

//! What a plan is made from, and which roles were asked for.

use crate::model::equivalency::display;
use crate::model::{Glob, Side};
use crate::pipeline::Prepared;
use crate::report::{Report, RoleResult};

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

/// Whether a role was asked for.
pub(super) fn is_wanted(input: &Input<'_>, role: &RoleResult) -> bool {
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

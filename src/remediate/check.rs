//! The proof of a plan: what the next `diff` would say.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::parts::open_parts;
use super::role::{Blocked, Planner};
use super::{Part, Plan, RolePlan, applied};
use crate::model::Side;
use crate::pipeline::{Error, Prepared};
use crate::report::{Report, RoleResult};

/// A plan of which nothing that it writes still differs, and that makes no other role differ.
pub(super) fn proved(planner: &Planner<'_>) -> Result<Plan, Error> {
    let mut blocked = Blocked::default();
    loop {
        let plan = planner.plan(&blocked);
        if exposes(planner, &plan, &mut blocked) {
            continue;
        }
        if plan.changes() == 0 || !block(planner, &plan, &after(planner, &plan)?, &mut blocked) {
            return Ok(plan);
        }
    }
}

/// Compares the accounts as they are after a plan, from the start.
fn after(planner: &Planner<'_>, plan: &Plan) -> Result<Report, Error> {
    let input = &planner.input;
    let mut accounts = input.prepared.accounts().map(Cow::Borrowed);
    let changed = applied(accounts.get(input.make), plan);
    *accounts.get_mut(input.make) = Cow::Owned(changed);
    Prepared::new(accounts, input.prepared.options())?.compare()
}

/// Why something is taken out of a plan.
const STILL_DIFFERS: &str = "the change would not make the two accounts equal";
const ELSEWHERE: &str = "the change would make another role differ that is equal now";

const OPEN_TRUST: &str =
    "its trust policy is NOT DONE, so principals that only this account trusts could do what the policies add";
const OPEN_ACCESS: &str =
    "its policies are NOT DONE, so the principals that are added could do what only this account's role can do";

/// Blocks what would grant more than either account grants, because its counterpart is left: more access for principals
/// that should not be trusted, or more principals for access that should not be there. Whether there was anything.
fn exposes(planner: &Planner<'_>, plan: &Plan, blocked: &mut Blocked) -> bool {
    let (report, make) = (planner.input.comparison, planner.input.make);
    let mut any = false;
    for of_role in &plan.roles {
        let Some(role) = report.roles.get(of_role.index).filter(|role| role.is_paired()) else { continue };
        let more_access =
            |side: Side| report.access_differences.iter().any(|row| arn(role, side) == Some(row.role_arn.as_str()));
        let more_trust =
            |side: Side| report.trust_differences.iter().any(|row| arn(role, side) == Some(row.role_arn.as_str()));
        let is_left = |part: &Part| of_role.left.iter().any(|left| left.part == *part || left.part == Part::Role);
        if is_left(&Part::Trust) && more_trust(make) && more_access(make.other()) {
            any |= blocked.parts.insert((of_role.index, Part::Permissions), OPEN_TRUST.to_owned()).is_none();
            // Another role can need a policy that this one carries.
            for (arn, _) in plan.policies.iter().filter(|(_, change)| change.carriers.contains(&of_role.name)) {
                any |= blocked.policies.insert(arn.to_string(), OPEN_TRUST.to_owned()).is_none();
            }
        }
        if is_left(&Part::Permissions) && more_access(make) && more_trust(make.other()) {
            any |= blocked.parts.insert((of_role.index, Part::Trust), OPEN_ACCESS.to_owned()).is_none();
        }
    }
    any
}

/// Blocks what did not do what it was to do; whether there was anything.
fn block(planner: &Planner<'_>, plan: &Plan, after: &Report, blocked: &mut Blocked) -> bool {
    let before = planner.input.comparison;
    let mut any = false;
    for (index, role) in before.roles.iter().enumerate().filter(|(_, role)| role.is_paired()) {
        let of_role = plan.roles.iter().find(|plan| plan.index == index);
        let same = |other: &&RoleResult| Side::BOTH.into_iter().all(|side| arn(other, side) == arn(role, side));
        let Some(now) = after.roles.iter().find(same) else {
            any |= whole(of_role, plan, index, blocked);
            continue;
        };
        let (was, is) = (open_parts(before, role), open_parts(after, now));
        let left: BTreeSet<&Part> =
            of_role.into_iter().flat_map(|plan| plan.left.iter().map(|left| &left.part)).collect();
        let done = |part: &Part| of_role.is_some() && !left.contains(part) && !left.contains(&Part::Role);
        let unexpected: Vec<&Part> = is.iter().filter(|part| !was.contains(*part) || done(part)).collect();
        if unexpected.is_empty() {
            continue;
        }
        let written: Vec<&Part> =
            unexpected.iter().copied().filter(|part| of_role.is_some() && was.contains(*part)).collect();
        if written.len() == unexpected.len() {
            for part in written {
                any |= blocked.parts.insert((index, part.clone()), STILL_DIFFERS.to_owned()).is_none();
            }
        } else {
            any |= whole(of_role, plan, index, blocked);
        }
    }
    any
}

/// Blocks all that can have changed a role: itself, or the managed policies written, or everything.
fn whole(of_role: Option<&RolePlan>, plan: &Plan, index: usize, blocked: &mut Blocked) -> bool {
    if of_role.is_some_and(|plan| !plan.changes.is_empty()) {
        return blocked.parts.insert((index, Part::Role), STILL_DIFFERS.to_owned()).is_none();
    }
    let mut any = false;
    for arn in plan.policies.keys() {
        any |= blocked.policies.insert(arn.to_string(), ELSEWHERE.to_owned()).is_none();
    }
    if !any {
        for role in plan.roles.iter().filter(|role| !role.changes.is_empty()) {
            any |= blocked.parts.insert((role.index, Part::Role), ELSEWHERE.to_owned()).is_none();
        }
    }
    any
}

fn arn(role: &RoleResult, side: Side) -> Option<&str> {
    role.side(side).map(|real| real.arn.as_str())
}

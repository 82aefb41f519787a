//! The proof of a plan: what the next `diff` would say.

use std::collections::BTreeSet;

use super::role::{Blocked, Planner, open_parts};
use super::{Part, Plan, PlanError, RolePlan, applied};
use crate::compare::{self, Input, Settings};
use crate::model::Selection;
use crate::model::{Account, Side, Sides};
use crate::normalise;
use crate::report::{Report, RoleResult};

/// A plan of which nothing that it writes still differs, and that makes no other role differ.
pub(super) fn proved(planner: &Planner<'_>) -> Result<Plan, PlanError> {
    let mut blocked = Blocked::default();
    loop {
        let plan = planner.plan(&blocked);
        if plan.changes() == 0 || !block(planner, &plan, &after(planner, &plan)?, &mut blocked) {
            return Ok(plan);
        }
    }
}

/// Compares the accounts as they are after a plan, from the start.
fn after(planner: &Planner<'_>, plan: &Plan) -> Result<Report, PlanError> {
    let input = &planner.input;
    let changed = applied(input.accounts.get(input.make), plan);
    let mut accounts = input.accounts;
    *accounts.get_mut(input.make) = &changed;
    let normalisers = normalise::normalisers(accounts, input.tags, input.rules)?;
    let of = |side: Side| normalise::account(accounts.get(side), normalisers.get(side));
    let normalised = Sides { left: of(Side::Left), right: of(Side::Right) };
    let one = |side: Side| -> Input<'_> {
        let account: &Account = accounts.get(side);
        Input {
            tag: input.tags.get(side),
            source: "",
            harvested_at: None,
            all_roles: account.roles.len(),
            account,
            normalised: normalised.get(side),
            normaliser: normalisers.get(side),
        }
    };
    let selection = &Selection::default();
    let settings = Settings { catalogue: input.catalogue, rules: input.rules, generated_at: "", selection };
    let mut comparison = compare::between(Sides { left: one(Side::Left), right: one(Side::Right) }, settings)?;
    compare::accept(&mut comparison, input.acceptance);
    Ok(comparison)
}

/// Why something is taken out of a plan.
const STILL_DIFFERS: &str = "the change would not make the two accounts equal";
const ELSEWHERE: &str = "the change would make another role differ that is equal now";

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

//! Roles that only one account has.

use super::{Input, Left, Part, RolePlan};
use crate::model::{Role, Side};
use crate::report::{RoleResult, RoleStatus};

/// A role that one account has and the other does not: nothing is written for it, and it is said what to do. None for a
/// role of both.
pub(super) fn plan<'r>(input: &Input<'_>, index: usize, real: impl Fn(Side) -> Option<&'r Role>) -> Option<RolePlan> {
    let result = input.comparison.roles.get(index)?;
    let side = result.only_side()?;
    let mut plan = RolePlan::new(index, real(side)?);
    plan.only_in = Some(side);
    plan.left.push(Left { part: Part::Role, why: why(input, result, side, &plan) });
    Some(plan)
}

fn why(input: &Input<'_>, result: &RoleResult, side: Side, plan: &RolePlan) -> String {
    let tag = |side: Side| input.comparison.accounts.get(side).tag.as_str();
    let (has, make) = (tag(side), tag(input.make));
    if result.status == RoleStatus::Ambiguous {
        return format!(
            "several roles of one account have this name, and none is left in {} that could correspond to `{}`",
            tag(side.other()),
            plan.arn.as_str()
        );
    }
    let known = result.side(side).and_then(crate::report::RoleSide::dates);
    let known = known.map(|dates| format!(" ({dates})")).unwrap_or_default();
    let owner = plan.owner.as_ref();
    let is_aws = owner.is_some_and(super::Owner::is_aws);
    let owner = owner.map(|owner| format!(" In {has}, it is {}: {}.", owner.in_words(), owner.instead()));
    let owner = owner.unwrap_or_default();
    let accept = "or accept the difference";
    match (side == input.make, is_aws) {
        (_, true) => format!("only {has} has this role{known}.{owner}"),
        (true, false) => {
            format!(
                "only {has} has this role{known}, and iamctl deletes no roles: delete it if nobody uses it, {accept}.{owner}"
            )
        }
        (false, false) => {
            let arn = plan.arn.as_str();
            format!(
                "only {has} has this role (`{arn}`), and iamctl creates no roles: create it in {make}, {accept}.{owner}"
            )
        }
    }
}

//! What to remark on a statement.

use std::collections::BTreeSet;

use super::universe::ActionUniverse;
use crate::model::equivalency::OPEN;
use crate::model::{ActionClause, Effect, ResourceClause, Statement, Version};
use crate::semantics::outcome::StatementWarningKind;
use crate::semantics::solver::conditions::{Family, TestPool};
use crate::semantics::solver::texts::Texts;

/// What to say of a statement's condition.
pub fn remarks_on_conditions(statement: &Statement<ResourceClause>, version: Version, pool: &TestPool) -> Remarks {
    let mut remarks = Remarks::new();
    for test in pool.tests(statement.conditions.tests(), version) {
        match &test.family {
            Family::Never => {
                remarks.push((StatementWarningKind::NoValues, format!("`{}` has no values to match", test.spelled)))
            }
            Family::Opaque(reason) => remarks.push((StatementWarningKind::ConditionUnknown, reason.clone())),
            Family::Text(..)
            | Family::Number(..)
            | Family::Date(..)
            | Family::Network(_)
            | Family::Bool(_)
            | Family::Null(_) => {}
        }
    }
    remarks
}

/// Resources that are spelled out in a partition that the role does not act in: they match nothing.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>: "Each AWS account is scoped to one
/// partition."
pub fn foreign_partitions(resources: &ResourceClause, own: &[String]) -> Remarks {
    let partition_of = |written: &'_ str| {
        let partition = written.strip_prefix("arn:")?.split(':').next()?.to_owned();
        (!partition.contains(['*', '?', '$', OPEN])).then_some(partition)
    };
    let named = resources.patterns().iter().filter_map(|written| partition_of(written));
    let foreign: BTreeSet<String> = named.filter(|partition| !own.contains(partition)).collect();
    let remark = |partition: String| {
        let own = own.join("`, `");
        (
            StatementWarningKind::ForeignPartition,
            format!("`arn:{partition}:…` matches nothing, because the role is in the partition `{own}`"),
        )
    };
    foreign.into_iter().map(remark).collect()
}

/// Actions spelled out that take no resource, next to resources that are not `*`.
pub fn probably_no_grant(
    statement: &Statement<ResourceClause>,
    universe: &ActionUniverse,
    texts: &Texts,
    version: Version,
) -> Remarks {
    let (ActionClause::Action(patterns), ResourceClause::Resource(resources)) = (&statement.action, &statement.target)
    else {
        return Remarks::new();
    };
    let is_star = |written: &String| texts.text(written, version).is_everything();
    if statement.effect == Effect::Deny || resources.iter().any(is_star) {
        return Remarks::new();
    }
    let bare = patterns.iter().filter(|pattern| !pattern.has_wildcard()).filter_map(|pattern| {
        let number = universe.find(pattern.service(), pattern.folded_name())?;
        universe.action(number).filter(|action| action.wildcard_only)
    });
    let names: Vec<String> = bare.map(|action| format!("`{}:{}`", action.service, action.name)).collect();
    if names.is_empty() {
        return Remarks::new();
    }
    let text = format!(
        "{} can be granted only on `*`; on other resources, the statement probably grants nothing",
        names.join(", ")
    );
    vec![(StatementWarningKind::ProbablyNoGrant, text)]
}

/// Remarks on a statement, each with its kind.
pub type Remarks = Vec<(StatementWarningKind, String)>;

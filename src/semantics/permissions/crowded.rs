//! Services that the catalogue does not have and of which the policies' patterns tell more names apart than can be
//! listed.
//!
//! Some of the names are asked nevertheless: one that is as little as possible besides what its service is, and one for
//! each pattern and each two of them. A difference that they show is one. Where they show none, there may be one yet.

use std::collections::BTreeSet;

use super::classes::possible_names;
use super::pair::{Pair, RoleRules};
use super::universe::ActionUniverse;
use crate::model::Side;
use crate::semantics::error::EngineError;
use crate::semantics::outcome::{AccessDifference, Certainty, DenyDifference, Refusal, StatementRef};
use crate::semantics::solver::signatures::signatures;
use crate::semantics::solver::steps::{Letter, Step, flat};
use crate::semantics::solver::walk::{Group, Walked, walk};

/// Why a row about such a service is unknown.
const REASON: &str = "it has too many action patterns to tell apart";

/// The most patterns of which any two are asked about together.
const MOST_PAIRED: usize = 64;

/// The most patterns of which each is asked about.
const MOST_ALONE: usize = 2_000;

/// Some of the names that patterns tell apart.
pub fn some_names(patterns: &[&[Step]], budget: usize) -> Vec<String> {
    let everything = |steps: &&&[Step]| **steps == [Step::Any];
    let inner: Vec<&[Step]> = patterns.iter().filter(|steps| !everything(steps)).copied().collect();
    let mut names: BTreeSet<String> = alone(&flat("?*"), &inner, budget).into_iter().collect();
    for (at, pattern) in inner.iter().enumerate().take(MOST_ALONE) {
        let others: Vec<&[Step]> =
            inner.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, steps)| *steps).collect();
        names.extend(alone(pattern, &others, budget));
        names.extend(told_apart(&[pattern], budget));
    }
    if inner.len() <= MOST_PAIRED {
        for (at, a) in inner.iter().enumerate() {
            names.extend(inner.iter().skip(at + 1).flat_map(|b| told_apart(&[a, b], budget)));
        }
    }
    names.into_iter().collect()
}

/// A name that one pattern matches and none of the others.
fn alone(pattern: &[Step], others: &[&[Step]], budget: usize) -> Option<String> {
    match walk(&[Group(&[pattern]), Group(&[&flat("?*")])], Group(others), &mut budget.clone()) {
        Walked::Found(letters) => letters.into_iter().map(Letter::as_char).collect(),
        Walked::Nothing | Walked::OutOfBudget => None,
    }
}

fn told_apart(patterns: &[&[Step]], budget: usize) -> Vec<String> {
    // Where even these are too many, the other names have to do; the row that says so is made all the same.
    signatures(patterns, 1, Some(':'), budget).map(|found| found.into_values().collect()).unwrap_or_default()
}

/// A side that may do more in such a service, for all that is known.
pub struct Open {
    side: Side,
    service: String,
    statements: Vec<StatementRef>,
}

/// The sides that may do more in such services than the other, for all that is known.
///
/// # Errors
/// If a statement is lost on the way.
pub fn open(pair: &Pair, universe: &ActionUniverse, budget: usize) -> Result<Vec<Open>, EngineError> {
    let mut open = Vec::new();
    for service in super::classes::unlisted_services(pair, universe) {
        if possible_names(pair, &service, budget).is_some() {
            continue;
        }
        for side in Side::BOTH {
            let (own, other) = (pair.roles.get(side), pair.roles.get(side.other()));
            let statements = more(&service, side, (own, other), pair)?;
            if !statements.is_empty() {
                open.push(Open { side, service: service.clone(), statements });
            }
        }
    }
    Ok(open)
}

/// The statements by which a side may do something in a service that the other may not. What both sides' statements
/// share is shared for each name.
fn more(
    service: &str,
    side: Side,
    (own, other): (&RoleRules, &RoleRules),
    pair: &Pair,
) -> Result<Vec<StatementRef>, EngineError> {
    let mut statements = Vec::new();
    for rule in own.allows.iter().filter(|rule| !own.shares(*rule, other)) {
        if pair.rule(rule)?.actions.may_be_of(service) {
            statements.extend_from_slice(pair.places(side, rule)?);
        }
    }
    statements.sort();
    statements.dedup();
    Ok(statements)
}

impl Open {
    /// A row that says so, unless there is a certain difference in the service on this side already.
    pub fn row(self, rows: &[AccessDifference]) -> Option<AccessDifference> {
        let settles = |row: &AccessDifference| {
            (row.side, &row.service) == (self.side, &self.service) && row.certainty != Certainty::Unknown
        };
        (!rows.iter().any(settles)).then(|| AccessDifference {
            side: self.side,
            service: self.service,
            actions: vec!["*".to_owned()],
            not_actions: Vec::new(),
            access_level: crate::catalog::AccessLevel::Unknown,
            wildcard_only: false,
            resources: vec!["*".to_owned()],
            except: Vec::new(),
            condition: None,
            certainty: Certainty::Unknown,
            witness: None,
            granted_by: self.statements,
            refused_by: Refusal::NoAllow,
            escalations: Vec::new(),
            reasons: vec![REASON.to_owned()],
        })
    }

    /// As [`Open::row`], where the statements deny.
    pub fn deny_row(self, rows: &[DenyDifference]) -> Option<DenyDifference> {
        let settles = |row: &DenyDifference| {
            (row.side, &row.service) == (self.side, &self.service) && row.certainty != Certainty::Unknown
        };
        (!rows.iter().any(settles)).then(|| DenyDifference {
            side: self.side,
            service: self.service,
            actions: vec!["*".to_owned()],
            not_actions: Vec::new(),
            resources: vec!["*".to_owned()],
            except: Vec::new(),
            condition: None,
            certainty: Certainty::Unknown,
            witness: None,
            denied_by: self.statements,
            reasons: vec![REASON.to_owned()],
        })
    }
}

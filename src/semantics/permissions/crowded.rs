//! Services that the catalogue does not have and of which the policies' patterns tell more names apart than can be
//! listed.
//!
//! Some of the names are asked nevertheless: one that is as little as possible besides what its service is, and one for
//! each pattern and each two of them. A difference that they show is one. Where they show none, there may be one yet.

use super::pair::{Pair, RoleRules};
use super::possible_names::possible_names;
use super::universe::ActionUniverse;
use crate::model::Side;
use crate::semantics::error::EngineError;
use crate::semantics::outcome::{AccessDifference, Certainty, DenyDifference, Refusal, StatementRef};

/// Why a row about such a service is unknown.
const REASON: &str = "it has too many action patterns to tell apart";

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

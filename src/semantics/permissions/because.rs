//! Rows that differ because the role itself decides a condition or a variable, and decides it otherwise in the two
//! accounts: by its tags, its account or its ARN.

use std::collections::{BTreeMap, BTreeSet};

use super::known::{self, Decided, TAG};
use super::setup::Setup;
use crate::model::key_spelling::documented;
use crate::model::{PolicyType, ResourceClause, Side, Sides, Statement, Version};
use crate::semantics::KnownRole;
use crate::semantics::evaluate::RolePolicies;
use crate::semantics::outcome::{AccessComparison, Refusal, StatementRef};
use crate::semantics::solver::conditions::TestPool;
use crate::semantics::solver::steps::{self, Piece};

/// Adds to the rows why the role makes the difference.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principal-properties>
pub fn explain(comparison: &mut AccessComparison, roles: Sides<&RolePolicies>, setup: Setup<'_>) {
    let because = Because { roles, names: setup.names, pool: &setup.shared.solver.tests };
    for row in &mut comparison.differences {
        let refusing: &[StatementRef] = match &row.refused_by {
            Refusal::Deny(statements) => statements,
            Refusal::NoAllow | Refusal::Boundary => &[],
        };
        let statements = row.granted_by.iter().map(|place| (row.side, place));
        let statements = statements.chain(refusing.iter().map(|place| (row.side.other(), place)));
        add(&mut row.reasons, because.reasons(statements));
    }
    for row in &mut comparison.deny_differences {
        add(&mut row.reasons, because.reasons(row.denied_by.iter().map(|place| (row.side, place))));
    }
}

fn add(reasons: &mut Vec<String>, more: BTreeSet<String>) {
    reasons.extend(more);
    reasons.sort();
    reasons.dedup();
}

struct Because<'a> {
    roles: Sides<&'a RolePolicies>,
    names: &'a Sides<String>,
    pool: &'a TestPool,
}

impl Because<'_> {
    fn reasons<'p>(&self, places: impl Iterator<Item = (Side, &'p StatementRef)>) -> BTreeSet<String> {
        let mut reasons = BTreeSet::new();
        for (side, place) in places {
            if let Some((statement, version)) = statement(self.roles.get(side), place) {
                reasons.extend(keys(statement, version).iter().filter_map(|(key, written)| self.of_key(key, written)));
                reasons.extend(self.of_digits(statement, version));
            }
        }
        reasons
    }

    fn known(&self) -> Sides<&KnownRole> {
        self.roles.map(|role| &role.role)
    }

    /// That the two roles have different values of a key.
    fn of_key(&self, key: &str, written: &str) -> Option<String> {
        let Sides { left, right } = self.known().map(|role| role.says(key));
        if left == right {
            return None;
        }
        let what = match written.split_once('/') {
            Some((_, tag)) if key.starts_with(TAG) => format!("the role's tag `{tag}`"),
            _ => format!("`{}`", documented(written)),
        };
        let is = |says: Option<Option<&[String]>>| match says {
            Some(Some(values)) => Some(values.join(", ")),
            Some(None) => Some("missing".to_owned()),
            None => None,
        };
        let Sides { left: first, right: second } = self.names;
        let any = "may have any value";
        Some(match (is(left), is(right)) {
            (Some(left), Some(right)) => format!("{what} is {left} in {first} and {right} in {second}"),
            (Some(left), None) => format!("{what} is {left} in {first} and {any} in {second}"),
            (None, Some(right)) => format!("{what} {any} in {first} and is {right} in {second}"),
            (None, None) => return None,
        })
    }

    /// That a pattern matches the digits of one account's id and not of the other's, though both read alike.
    fn of_digits(&self, statement: &Statement<ResourceClause>, version: Version) -> Vec<String> {
        let roles = self.known();
        let holds = |test: &_, role: &KnownRole| match known::decided_for(test, version, role, self.pool) {
            Decided::Is(holds) => Some(holds),
            Decided::ByAnotherKey | Decided::NotByRole => None,
        };
        let mut reasons = Vec::new();
        for test in statement.conditions.tests() {
            let key = test.key.folded();
            if key.starts_with(TAG) || roles.left.says(key) != roles.right.says(key) {
                continue;
            }
            let only = match (holds(test, roles.left), holds(test, roles.right)) {
                (Some(true), Some(false)) => &self.names.left,
                (Some(false), Some(true)) => &self.names.right,
                _ => continue,
            };
            let key = documented(test.key.as_str());
            reasons.push(format!("the role's own `{key}` meets the condition on it in {only} only"));
        }
        reasons
    }
}

/// A statement of a role, by where it stands.
fn statement<'r>(role: &'r RolePolicies, place: &StatementRef) -> Option<(&'r Statement<ResourceClause>, Version)> {
    let mut documents = role.identity.iter().chain(&role.boundary);
    let attached = documents.find(|attached| {
        let kind = |policy_type: PolicyType| policy_type == place.policy_type;
        attached.policy_name == place.policy_name && kind(attached.policy_type)
    })?;
    let statement = attached.document.statements.get(place.statement)?;
    Some((statement, attached.document.effective_version()))
}

/// The keys that a statement asks for in tests and variables, in lower case, each as it is written.
fn keys(statement: &Statement<ResourceClause>, version: Version) -> BTreeMap<String, String> {
    let tests = statement.conditions.tests();
    let mut keys = BTreeMap::new();
    if version != Version::V2008 {
        let texts = tests.iter().flat_map(|test| &test.values).chain(statement.target.patterns());
        for text in texts {
            for piece in steps::pieces(text) {
                match piece {
                    Piece::Variable(variable) => {
                        let written = as_written(text, &variable.key).unwrap_or(&variable.key).to_owned();
                        keys.insert(variable.key, written);
                    }
                    Piece::Text(_) | Piece::Literal(_) => {}
                }
            }
        }
    }
    keys.extend(tests.iter().map(|test| (test.key.folded().to_owned(), test.key.as_str().to_owned())));
    keys
}

/// A key in lower case as a text has it.
fn as_written<'t>(text: &'t str, folded: &str) -> Option<&'t str> {
    let starts = text.char_indices().map(|(at, _)| at);
    let mut found = starts.filter_map(|at| text.get(at..at.checked_add(folded.len())?));
    found.find(|part| part.to_lowercase() == folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_as_it_is_written() {
        assert_eq!(as_written("b/${aws:PrincipalTag/Team}/*", "aws:principaltag/team"), Some("aws:PrincipalTag/Team"));
        assert_eq!(as_written("ü/${k}", "aws:userid"), None);
    }
}

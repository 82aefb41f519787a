//! Rows in the making to the rows of the report.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::Shared;
use super::action_patterns::{Spelled, spell};
use super::pair::{Pair, RoleRules};
use super::proof::{self, Proofs, about};
use super::rows::{RowKey, Rows, resources};
use super::rules::Rule;
use super::setup::Setup;
use super::uncatalogued_rows::{self, AlikeActions};
use super::witness::{Refused, matching};
use crate::model::Side;
use crate::semantics::error::EngineError;
use crate::semantics::escalation;
use crate::semantics::outcome::{AccessDifference, Refusal, StatementRef, StatementWarningKind, Warning, Witness};
use crate::semantics::solver::bits::Bits;
use crate::semantics::solver::question::Resources;
use crate::semantics::solver::texts::{Fold, Template};

/// The rows of the report; sorted. Their witnesses are not confirmed yet.
///
/// # Errors
/// If something of a row is lost.
pub fn differences(pair: &Pair, rows: Rows, setup: Setup<'_>) -> Result<Vec<AccessDifference>, EngineError> {
    let mut differences = Vec::new();
    for (key, parts) in rows {
        for part in uncatalogued_rows::parts(&key, &parts, setup.catalogue) {
            differences.extend(differences_of(&key, &part, &parts.proofs, pair, setup.shared)?);
        }
    }
    mark_escalations(&mut differences, pair, setup.shared);
    differences.sort();
    differences.dedup();
    Ok(differences)
}

fn differences_of(
    key: &RowKey,
    part: &AlikeActions,
    proofs: &Proofs,
    pair: &Pair,
    shared: &Shared,
) -> Result<Vec<AccessDifference>, EngineError> {
    let resources = resources(key, pair);
    let spelled = spell(&part.known, &part.named, pair.rule(key.rule)?, &shared.universe)?;
    let of_service = |spelled: Spelled| {
        let proof = part.proof(&spelled.service);
        let witness = proof.and_then(|proof| proof::witness(&proof, proofs, shared));
        Ok(AccessDifference {
            side: key.side,
            granted_by: granted_by(key, witness.as_ref(), pair, shared)?,
            refused_by: refusal(&key.refused, key.side.other(), pair)?,
            service: spelled.service,
            actions: spelled.actions,
            not_actions: Vec::new(),
            access_level: spelled.level,
            wildcard_only: spelled.wildcard_only,
            resources: resources.clone(),
            except: key.except.clone(),
            condition: key.condition.clone(),
            certainty: part.certainty,
            witness,
            escalations: Vec::new(),
            reasons: part.reasons.clone(),
        })
    };
    spelled.into_iter().map(of_service).collect()
}

/// The statements of the row's rule and all others that allow the witness.
fn granted_by(
    key: &RowKey,
    witness: Option<&Witness>,
    pair: &Pair,
    shared: &Shared,
) -> Result<Vec<StatementRef>, EngineError> {
    let mut rules = vec![key.rule];
    if let Some(witness) = witness {
        let live = pair.roles.get(key.side).live(&about(&witness.action, pair, shared));
        rules.extend(matching(live.allows.iter(), pair, &witness.resource, &witness.context, &shared.solver.texts));
    }
    statements(&rules, key.side, pair)
}

fn statements(rules: &[usize], side: Side, pair: &Pair) -> Result<Vec<StatementRef>, EngineError> {
    let mut refs: Vec<StatementRef> = Vec::new();
    for rule in rules {
        refs.extend_from_slice(pair.places(side, *rule)?);
    }
    refs.sort();
    refs.dedup();
    Ok(refs)
}

fn refusal(refused: &Refused, side: Side, pair: &Pair) -> Result<Refusal, EngineError> {
    Ok(match refused {
        Refused::NoAllow => Refusal::NoAllow,
        Refused::Boundary => Refusal::Boundary,
        Refused::Deny(rules) => Refusal::Deny(statements(rules, side, pair)?),
    })
}

/// Marks the rows by which a role gains a known way to escalate its privileges.
fn mark_escalations(differences: &mut [AccessDifference], pair: &Pair, shared: &Shared) {
    // Every row asks about the same few actions.
    let (allowed, as_much) = (ActionAnswers::default(), ActionAnswers::default());
    for row in differences {
        let own = pair.roles.get(row.side);
        let other = pair.roles.get(row.side.other());
        let may = |service: &str, name: &str| {
            allowed.get((row.side, service, name), || {
                let name = name.to_lowercase();
                let mut rules = own.allows.iter().filter_map(|rule| pair.rules.get(rule));
                rules.any(|rule| rule.actions.matches(service, &name))
            })
        };
        let other_may_too = |service: &str, name: &str| {
            as_much.get((row.side, service, name), || may_as_much(own, other, service, name, pair, shared))
        };
        row.escalations = escalation::gained(row, &may, &other_may_too);
    }
}

/// Answers about a side's actions, each worked out once.
#[derive(Default)]
struct ActionAnswers(RefCell<BTreeMap<(Side, String, String), bool>>);

impl ActionAnswers {
    fn get(&self, (side, service, name): (Side, &str, &str), answer: impl FnOnce() -> bool) -> bool {
        let key = (side, service.to_owned(), name.to_owned());
        if let Some(known) = self.0.borrow().get(&key) {
            return *known;
        }
        let answer = answer();
        self.0.borrow_mut().insert(key, answer);
        answer
    }
}

/// Whether a role may do something for certain on resources of all kinds that another role may do it on, of those
/// that every call names.
fn may_as_much(own: &RoleRules, other: &RoleRules, service: &str, name: &str, pair: &Pair, shared: &Shared) -> bool {
    let name = name.to_lowercase();
    let number = shared.universe.find(service, &name);
    let Some(action) = number.and_then(|number| shared.universe.action(number)) else { return false };
    let about = |rules: &Bits| -> Vec<&Rule> {
        let rules = rules.iter().filter_map(|rule| pair.rules.get(rule)).map(AsRef::as_ref);
        rules.filter(|rule| rule.actions.matches(service, &name)).collect()
    };
    if !about(&other.denies).is_empty() {
        return false;
    }
    let reaches = |rule: &&Rule, template: &Template| match &rule.resources {
        Resources::Matching(texts) => texts.iter().any(|text| shared.solver.texts.fold(text, template) != Fold::Misses),
        Resources::Except(texts) => texts.iter().all(|text| shared.solver.texts.fold(text, template) == Fold::Misses),
    };
    let certain = |rules: &Bits, template: &Template| {
        about(rules).iter().any(|rule| rule.tests.is_empty() && reaches(rule, template))
    };
    let reached_by_own = |template: &&std::sync::Arc<Template>| {
        let mut rules = about(&own.allows).into_iter();
        rules.any(|rule| matches!(rule.resources, Resources::Except(_)) || reaches(&rule, template))
    };
    action.required.iter().filter(reached_by_own).all(|template| {
        certain(&other.allows, template) && other.boundary.as_ref().is_none_or(|boundary| certain(boundary, template))
    })
}

/// The warnings that a `*` inside a part of an ARN's head changes the answer when read as plain text.
pub fn flat_warnings(pair: &Pair, rules: &[usize]) -> Vec<Warning> {
    let text = "a `*` inside a part of an ARN does not match `:`; if it did, the result would change";
    let mut warnings = Vec::new();
    for side in Side::BOTH {
        // Of these statements, each is a rule of one side or of both.
        let places = rules.iter().filter_map(|rule| pair.places.get(side).get(rule)).flatten();
        warnings.extend(places.map(|place| Warning {
            side,
            statement: place.clone(),
            id: StatementWarningKind::FlatReading,
            text: text.to_owned(),
        }));
    }
    warnings
}

//! Rows in the making to the rows of the report.

use super::bits::Bits;
use super::outcome::{AccessComparison, AccessDifference, Grade, Refusal, StatementRef, Warning, Witness};
use super::pair::Pair;
use super::rows::{RowKey, RowParts, Rows, resources};
use super::spelling::{Spelled, spell};
use super::witness::{Refused, matching, tells_apart};
use super::{Budget, Shared, denies};
use crate::model::{Side, Sides};
use crate::semantics::escalation;

impl AccessComparison {
    /// Two roles with the same statements.
    pub(super) const fn identical(warnings: Vec<Warning>) -> Self {
        Self { grade: Grade::Identical, differences: Vec::new(), deny_differences: Vec::new(), warnings }
    }
}

/// The comparison, its witnesses not confirmed yet.
pub fn comparison(pair: &Pair, rows: Rows, shared: &Shared, budget: Budget) -> AccessComparison {
    let mut differences = Vec::new();
    for (key, parts) in rows {
        differences.extend(differences_of(&key, &parts, pair, shared));
    }
    mark_escalations(&mut differences, pair);
    differences.sort();
    differences.dedup();
    let grade = Grade::of(differences.iter().map(|row| row.certainty), false);
    AccessComparison {
        grade,
        differences,
        deny_differences: denies::differences(pair, shared, budget),
        warnings: pair.warnings.clone(),
    }
}

fn differences_of(key: &RowKey, parts: &RowParts, pair: &Pair, shared: &Shared) -> Vec<AccessDifference> {
    let Some(rule) = pair.rules.get(key.rule) else { return Vec::new() };
    let resources = resources(key, pair);
    let spelled = spell(&parts.known, &parts.named, rule, &shared.universe);
    let of_service = |spelled: Spelled| {
        let witness = witness(&spelled, key, parts, pair, shared);
        AccessDifference {
            side: key.side,
            granted_by: granted_by(key, witness.as_ref(), pair, shared),
            refused_by: refusal(&key.refused, key.side.other(), pair),
            service: spelled.service,
            actions: spelled.actions,
            access_level: spelled.level,
            resources: resources.clone(),
            except: key.except.clone(),
            condition: key.condition.clone(),
            certainty: key.certainty,
            witness,
            escalations: Vec::new(),
            reasons: key.reasons.clone(),
        }
    };
    spelled.into_iter().map(of_service).collect()
}

/// The witness of a row for one of its services: the readable one, unless values of variables spoil it.
pub fn witness(spelled: &Spelled, key: &RowKey, parts: &RowParts, pair: &Pair, shared: &Shared) -> Option<Witness> {
    let (action, proof, template) = parts.proofs.get(&spelled.service).or_else(|| {
        // A row for all services is proved by any.
        parts.proofs.values().next().filter(|_| spelled.service == "*")
    })?;
    let mut request = proof.request(&proof.found.readable(template, &shared.readable), shared);
    if !proof.variables.is_empty() {
        let live = |side| pair.roles.get(side).live(&about(action, pair, shared));
        if !tells_apart(&live(key.side), &live(key.side.other()), pair, &request, &shared.texts) {
            request = proof.request(&proof.found.on(template), shared);
        }
    }
    let (resource, context) = request;
    Some(Witness { action: action.clone(), resource, context })
}

/// The rules that are about an action, `service:name`.
fn about(action: &str, pair: &Pair, shared: &Shared) -> Bits {
    let (service, name) = action.split_once(':').unwrap_or_default();
    let name = name.to_lowercase();
    let known = shared.universe.find(service, &name);
    let mut rules = Bits::new(pair.rules.len());
    for (at, rule) in pair.rules.iter().enumerate() {
        if known.map_or_else(|| rule.actions.matches(service, &name), |number| rule.actions.known.contains(number)) {
            rules.insert(at);
        }
    }
    rules
}

/// The statements of the row's rule and all others that allow the witness.
fn granted_by(key: &RowKey, witness: Option<&Witness>, pair: &Pair, shared: &Shared) -> Vec<StatementRef> {
    let places = pair.places.get(key.side);
    let mut rules = vec![key.rule];
    if let Some(witness) = witness {
        let live = pair.roles.get(key.side).live(&about(&witness.action, pair, shared));
        rules.extend(matching(live.allows.iter(), pair, &witness.resource, &witness.context, &shared.texts));
    }
    statements(&rules, places)
}

fn statements(rules: &[usize], places: &std::collections::BTreeMap<usize, Vec<StatementRef>>) -> Vec<StatementRef> {
    let mut refs: Vec<StatementRef> = rules.iter().filter_map(|rule| places.get(rule)).flatten().cloned().collect();
    refs.sort();
    refs.dedup();
    refs
}

fn refusal(refused: &Refused, side: Side, pair: &Pair) -> Refusal {
    match refused {
        Refused::NoAllow => Refusal::NoAllow,
        Refused::Boundary => Refusal::Boundary,
        Refused::Deny(rules) => Refusal::Deny(statements(rules, pair.places.get(side))),
    }
}

/// Marks the rows by which a role gains a known way to raise itself.
fn mark_escalations(differences: &mut [AccessDifference], pair: &Pair) {
    let may = Sides { left: Side::Left, right: Side::Right }.map(|side| {
        move |service: &str, name: &str| {
            let role = pair.roles.get(side);
            let name = name.to_lowercase();
            role.allows.iter().filter_map(|rule| pair.rules.get(rule)).any(|rule| rule.actions.matches(service, &name))
        }
    });
    for row in differences {
        let side = row.side;
        row.escalations = escalation::gained(row, &|service, name| may.get(side)(service, name));
    }
}

/// The warnings that a `*` inside a part of an ARN's head changes the answer when read as plain text.
pub fn flat_warnings(pair: &Pair, rules: &[usize]) -> Vec<Warning> {
    let text = "a `*` inside a part of an ARN does not run over `:`; read as plain text it would change the answer";
    let mut warnings = Vec::new();
    for side in Side::BOTH {
        let places = rules.iter().filter_map(|rule| pair.places.get(side).get(rule)).flatten();
        warnings.extend(places.map(|place| Warning {
            side,
            statement: place.clone(),
            id: "flat-reading",
            text: text.to_owned(),
        }));
    }
    warnings
}

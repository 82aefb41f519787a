//! A fleet: accounts that mean the same but for planted drifts, each in a role of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::numbers::Numbers;
use super::synthetic::{Shape, account, raw};
use crate::parse::JsonError;
use crate::parse::snapshot::{Snapshot, SnapshotRole};

/// What a fleet looks like. The same plan gives the same bytes.
#[derive(Debug, Clone, Copy)]
pub struct FleetPlan {
    /// How many accounts it has; the first is the baseline.
    pub accounts: usize,
    /// Roles in each account; at least [`FleetDriftKind::ALL`] of them.
    pub roles: usize,
    /// Makes one fleet differ from another.
    pub seed: u64,
}

/// A kind of drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum FleetDriftKind {
    ActionAdded,
    DenyRemoved,
    SessionDurationChanged,
    TagChanged,
    TrustAdded,
    PolicyDetached,
    RoleMissing,
    /// The role references a stream of a third account.
    ThirdAccountsResource,
    /// The role references a bucket of a third account, in the baseline as well: in every account.
    ThirdAccountsResourceInAll,
}

impl FleetDriftKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::ActionAdded,
        Self::DenyRemoved,
        Self::SessionDurationChanged,
        Self::TagChanged,
        Self::TrustAdded,
        Self::PolicyDetached,
        Self::RoleMissing,
        Self::ThirdAccountsResource,
        Self::ThirdAccountsResourceInAll,
    ];
}

impl FleetDriftKind {
    /// Whether the baseline has it as well, so that it is in every account.
    const fn is_in_all(self) -> bool {
        matches!(self, Self::ThirdAccountsResourceInAll)
    }
}

/// A drift that was planted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FleetDrift {
    /// Its kind.
    pub kind: FleetDriftKind,
    /// The number of the role, which is in its name.
    pub role: usize,
    /// The places of the accounts that differ from the baseline.
    pub accounts: BTreeSet<usize>,
}

/// A fleet with its drifts.
#[derive(Debug, Clone)]
pub struct GeneratedFleet {
    /// The accounts by tag, the baseline first.
    pub accounts: Vec<(String, Snapshot)>,
    /// The dictionary under which they differ only where they drifted.
    pub dictionary: String,
    /// The drifts.
    pub drifts: Vec<FleetDrift>,
}

/// Makes a fleet.
///
/// # Errors
/// Never for plans that fit into memory; the documents are made by `serde_json`.
pub fn fleet(plan: &FleetPlan) -> Result<GeneratedFleet, JsonError> {
    make(plan).map_err(|error| JsonError::new(&error))
}

/// The environment of an account, which is in its names.
fn environment(place: usize) -> String {
    format!("env{place:04}")
}

/// The ID of an account.
fn id(place: usize) -> String {
    (500_000_000_000_usize + place).to_string()
}

fn make(plan: &FleetPlan) -> Result<GeneratedFleet, serde_json::Error> {
    let shape = Shape { drift_every: 0, seed: plan.seed, ..Shape::of(plan.roles) };
    let mut numbers = Numbers::new(plan.seed.wrapping_mul(17).wrapping_add(3));
    let drifts = drifts(plan, &mut numbers);
    let mut accounts = Vec::with_capacity(plan.accounts);
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for place in 0..plan.accounts {
        let (tag, environment) = (format!("a{place:04}"), environment(place));
        let mut snapshot = account(shape, &environment, &id(place), false)?;
        let is_here = |drift: &&FleetDrift| drift.accounts.contains(&place) || drift.kind.is_in_all();
        for drift in drifts.iter().filter(is_here) {
            plant(drift, place, plan, &mut snapshot)?;
        }
        numbers.shuffle(&mut snapshot.roles);
        texts.insert(tag.clone(), vec![environment]);
        accounts.push((tag, snapshot));
    }
    Ok(GeneratedFleet { accounts, dictionary: json!({"environment": texts}).to_string(), drifts })
}

/// Each kind once, in a role of its own: in one account, in a third of them, or in all but the baseline.
fn drifts(plan: &FleetPlan, numbers: &mut Numbers) -> Vec<FleetDrift> {
    let mut roles: Vec<usize> = (0..plan.roles).collect();
    numbers.shuffle(&mut roles);
    let mut others: Vec<usize> = (1..plan.accounts).collect();
    let one = |(kind, role): (FleetDriftKind, usize)| {
        numbers.shuffle(&mut others);
        let count = match numbers.below(3) {
            _ if kind.is_in_all() => others.len(),
            0 => 1,
            1 => plan.accounts.div_ceil(3),
            _ => others.len(),
        };
        FleetDrift { kind, role, accounts: others.iter().take(count).copied().collect() }
    };
    FleetDriftKind::ALL.into_iter().zip(roles).map(one).collect()
}

fn plant(drift: &FleetDrift, place: usize, plan: &FleetPlan, snapshot: &mut Snapshot) -> Result<(), serde_json::Error> {
    let end = format!("-{:05}", drift.role);
    if drift.kind == FleetDriftKind::RoleMissing {
        snapshot.roles.retain(|role| !role.name.ends_with(&end));
        return Ok(());
    }
    let Some(role) = snapshot.roles.iter_mut().find(|role| role.name.ends_with(&end)) else { return Ok(()) };
    match drift.kind {
        FleetDriftKind::ActionAdded => {
            let added = json!({"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"});
            statements(role, |all| all.push(added))?;
        }
        FleetDriftKind::DenyRemoved => statements(role, |all| drop(all.pop()))?,
        FleetDriftKind::SessionDurationChanged => role.max_session_duration = Some(7200),
        FleetDriftKind::TagChanged => drop(role.tags.insert("team".to_owned(), "other".to_owned())),
        FleetDriftKind::TrustAdded => {
            let trust = json!({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": [
                    role.arn.replace(&format!("role/{}", role.name), "root"), "arn:aws:iam::999999999999:root"]}}
            ]});
            role.trust_policy = raw(&trust)?;
        }
        FleetDriftKind::PolicyDetached => role.attached_policies.clear(),
        FleetDriftKind::RoleMissing => {}
        FleetDriftKind::ThirdAccountsResource => {
            let third = third(place, plan);
            let stream = format!("arn:aws:kinesis:eu-west-1:{}:stream/{}", id(third), environment(third));
            let added = json!({"Effect": "Allow", "Action": "kinesis:PutRecord", "Resource": stream});
            statements(role, |all| all.push(added))?;
        }
        FleetDriftKind::ThirdAccountsResourceInAll => {
            let objects = format!("arn:aws:s3:::results-{}/*", environment(third(place, plan)));
            let added = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": objects});
            statements(role, |all| all.push(added))?;
        }
    }
    Ok(())
}

/// The third account that an account references: the same for all, but for itself.
fn third(place: usize, plan: &FleetPlan) -> usize {
    if place + 1 == plan.accounts { 1 } else { plan.accounts - 1 }
}

/// Changes the statements of the role's inline policy.
fn statements(role: &mut SnapshotRole, change: impl FnOnce(&mut Vec<Value>)) -> Result<(), serde_json::Error> {
    if let Some(policy) = role.inline_policies.first_mut() {
        let mut document: Value = serde_json::from_str(policy.document.get())?;
        if let Some(Value::Array(all)) = document.get_mut("Statement") {
            change(all);
        }
        policy.document = raw(&document)?;
    }
    Ok(())
}

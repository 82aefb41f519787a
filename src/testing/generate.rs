//! From a plan to two snapshots.

use std::collections::{BTreeMap, BTreeSet};

use super::document::Document;
use super::model::{Model, PolicyModel, RoleModel};
use super::numbers::Numbers;
use super::plan::{Generated, Plan};
use super::world::World;
use super::{drifts, families, rewriting};
use crate::model::{AccountTag, Side, Sides};
use crate::parse::JsonError;
use crate::parse::snapshot::{FORMAT, Snapshot, SnapshotInlinePolicy, SnapshotPolicy, SnapshotRole, VERSION};

/// The characters of unique IDs.
const UNIQUE_ID: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What is wrong with a plan; never with one whose accounts fit into memory.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// A document of ours is not JSON.
    #[error("a document is not JSON: {0}")]
    Json(JsonError),
    /// An environment's name is not a tag.
    #[error(transparent)]
    Tag(#[from] crate::model::AccountTagError),
}

/// Two accounts that mean the same but for the plan's drifts.
///
/// # Errors
/// Never for plans whose accounts fit into memory.
pub fn generate(plan: &Plan) -> Result<Generated, GenerateError> {
    let mut world = World::new(plan.seed, plan.noise);
    let model = families::model(plan, &mut world);
    let (models, drifts) = drifts::apply(plan, &mut world, model);
    let environments = world.environments();
    let tags =
        Sides { left: environments.left.parse::<AccountTag>()?, right: environments.right.parse::<AccountTag>()? };
    let snapshot = |side: Side| Speller::new(plan, &world, side).snapshot(models.get(side));
    let json = |error: serde_json::Error| GenerateError::Json(JsonError::new(&error));
    let (dictionary, complete_dictionary) = world.dictionaries();
    Ok(Generated {
        snapshots: Sides { left: snapshot(Side::Left).map_err(json)?, right: snapshot(Side::Right).map_err(json)? },
        tags,
        drifts,
        dictionary,
        complete_dictionary,
    })
}

/// Writes one account down.
struct Speller<'a> {
    world: &'a World,
    side: Side,
    /// Chooses other words for policies, where that is asked for.
    words: Option<Numbers>,
    /// Chooses ids, times and orders.
    incidental: Numbers,
}

impl<'a> Speller<'a> {
    fn new(plan: &Plan, world: &'a World, side: Side) -> Self {
        let own = match side {
            Side::Left => 1,
            Side::Right => 2,
        };
        let differs = if plan.noise.incidental { own } else { 0 };
        let seed = |salt: u64, own: u64| Numbers::new(plan.seed.wrapping_mul(31).wrapping_add(salt + own));
        Self { world, side, words: plan.rewriting.then(|| seed(1000, own)), incidental: seed(2000, differs) }
    }

    fn snapshot(mut self, model: &Model) -> Result<Snapshot, serde_json::Error> {
        let used: BTreeSet<usize> =
            model.roles.iter().flat_map(|role| role.attached.iter().copied().chain(role.boundary)).collect();
        let mut policies = Vec::with_capacity(used.len());
        for policy in used.iter().filter_map(|&index| model.policies.get(index)) {
            policies.push(self.policy(policy)?);
        }
        let mut roles = model.roles.iter().map(|role| self.role(role, model)).collect::<Result<Vec<_>, _>>()?;
        self.incidental.shuffle(&mut roles);
        self.incidental.shuffle(&mut policies);
        let day = 1 + self.incidental.below(28);
        Ok(Snapshot {
            format: FORMAT.to_owned(),
            version: VERSION,
            iamctl: env!("CARGO_PKG_VERSION").to_owned(),
            harvested_at: Some(format!("2026-01-{day:02}T00:00:00Z")),
            source: "generated".to_owned(),
            account_id: Some(self.text("<id>")),
            origin: None,
            roles,
            policies,
        })
    }

    fn text(&self, text: &str) -> String {
        self.world.render(self.side, text)
    }

    fn document(&mut self, document: &Document) -> Result<Box<serde_json::value::RawValue>, serde_json::Error> {
        let Some(numbers) = &mut self.words else { return document.json(self.world, self.side, None) };
        let mut document = document.clone();
        rewriting::rewrite(&mut document, numbers);
        document.json(self.world, self.side, Some(numbers))
    }

    fn policy(&mut self, policy: &PolicyModel) -> Result<SnapshotPolicy, serde_json::Error> {
        // AWS's own policies have one text in all accounts.
        let (version, document) = if policy.of_aws {
            (3, policy.document.json(self.world, self.side, None)?)
        } else {
            (1 + self.incidental.below(9), self.document(&policy.document)?)
        };
        let (name, arn) = (self.text(&policy.name), self.text(&policy.arn()));
        Ok(SnapshotPolicy { name, arn, version_id: format!("v{version}"), document })
    }

    fn role(&mut self, role: &RoleModel, model: &Model) -> Result<SnapshotRole, serde_json::Error> {
        let mut inline_policies = Vec::with_capacity(role.inline.len());
        for (name, document) in &role.inline {
            inline_policies.push(SnapshotInlinePolicy { name: self.text(name), document: self.document(document)? });
        }
        let policies = |index: &usize| model.policies.get(*index).map(|policy| self.text(&policy.arn()));
        let mut attached_policies: Vec<String> = role.attached.iter().filter_map(policies).collect();
        let permissions_boundary = role.boundary.as_ref().and_then(policies);
        let mut instance_profiles: Vec<String> = role.instance_profiles.iter().map(|name| self.text(name)).collect();
        let tags = role.tags.iter().map(|(key, value)| (self.text(key), self.text(value)));
        let tags = tags.collect::<BTreeMap<String, String>>();
        self.incidental.shuffle(&mut inline_policies);
        self.incidental.shuffle(&mut attached_policies);
        self.incidental.shuffle(&mut instance_profiles);
        let (name, path) = (self.text(&role.name), self.text(&role.path));
        let incidental = self.incidental.text(UNIQUE_ID, 17);
        // Dates never say the same in two accounts.
        let day = incidental.bytes().map(u32::from).sum::<u32>() % 28 + 1;
        // In one account, the role of a name is the same role.
        let of_name = || role.name.bytes().fold(7, |hash: u64, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        let own = if self.world.noise.account_ids { incidental } else { Numbers::new(of_name()).text(UNIQUE_ID, 17) };
        Ok(SnapshotRole {
            arn: format!("arn:aws:iam::{}:role{path}{name}", self.text("<id>")),
            id: format!("AROA{own}"),
            created_at: Some(format!("2025-02-{day:02}T00:00:00Z")),
            last_used_at: Some(format!("2026-02-{day:02}T00:00:00Z")),
            last_used_region: Some("eu-west-1".to_owned()),
            description: role.description.as_ref().map(|text| self.text(text)),
            max_session_duration: Some(role.max_session_duration),
            trust_policy: self.document(&role.trust)?,
            inline_policies,
            attached_policies,
            permissions_boundary,
            tags,
            instance_profiles,
            name,
            path,
        })
    }
}

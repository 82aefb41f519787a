//! Every difference as one [`Finding`] under its [`Rule`]: what Markdown, SARIF, JUnit, GitLab, ndjson and the CSV on
//! stdout show.
//!
//! Messages are sentences, safe for one line of a terminal. Fingerprints depend on the two tags, the rule, the role and
//! what differs; not on times, machines, proofs, statement numbers or other findings.

mod draft;
mod group;

pub use group::{Group, grouped};

use std::collections::BTreeMap;

use ring::digest::{Context, SHA256};
use serde::Serialize;

use super::rules::Rule;
use crate::compare::{
    AttributeDifference, Comparison, CrossReference, ItemDifference, RoleAccessDifference, RoleDenyDifference,
    RoleResult, RoleStatus, RoleTrustDifference, StatementWarning,
};
use crate::model::{AccountTag, Side};
use draft::{Draft, Drafts};

/// One difference, or one thing to know.
#[derive(Debug, Clone)]
pub struct Finding<'a> {
    /// Its kind.
    pub rule: Rule,
    /// The role's normalised name, as harvested from the account; none if it is about no role.
    pub role: Option<&'a str>,
    /// The place of the role in [`Comparison::roles`].
    pub index: Option<usize>,
    /// The account that has it, permits it or denies it; none if it is about both.
    pub side: Option<Side>,
    /// What differs, in a sentence.
    pub message: String,
    /// Proof, cause, rows: a line each.
    pub details: Vec<String>,
    /// 32 hexadecimal digits, the same for the same difference in every run; unique in a comparison.
    pub fingerprint: String,
    /// What it is made of, as in `report.json`.
    pub row: Row<'a>,
}

impl<'a> Finding<'a> {
    /// The tag of the account it is about, if it is about one.
    #[must_use]
    pub fn tag<'c>(&self, comparison: &'c Comparison) -> Option<&'c AccountTag> {
        self.side.map(|side| &comparison.accounts.get(side).tag)
    }
}

/// What a finding is made of.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Row<'a> {
    /// What a role may do.
    Access(&'a RoleAccessDifference),
    /// Who may take it.
    Trust(&'a RoleTrustDifference),
    /// What it is denied.
    Deny(&'a RoleDenyDifference),
    /// Rows of policies.
    Items(Vec<&'a ItemDifference>),
    /// An attribute.
    Attribute(&'a AttributeDifference),
    /// A text of the other account.
    CrossReference(&'a CrossReference),
    /// A role that stands alone.
    Role(&'a RoleResult),
    /// A statement to look at.
    Statement(&'a StatementWarning),
    /// What could not be compared, in words.
    Warning(&'a str),
}

/// All findings of a comparison, sorted by rule (weightiest first), role, account, and then as in `report.json`.
#[must_use]
pub fn all(comparison: &Comparison) -> Vec<Finding<'_>> {
    let mut drafts = Drafts::new(comparison);
    drafts.collect();
    let mut drafts = drafts.made;
    drafts.sort_by_key(|draft| (draft.rule, draft.index.unwrap_or(usize::MAX), draft.side));
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    drafts.into_iter().map(|draft| finished(comparison, draft, &mut seen)).collect()
}

fn finished<'a>(comparison: &'a Comparison, draft: Draft<'a>, seen: &mut BTreeMap<String, usize>) -> Finding<'a> {
    let Draft { rule, role, index, side, message, details, key, row } = draft;
    let fingerprint = |times: usize| {
        let mut hash = Fingerprint::new(comparison, rule, side);
        hash.role(role, index.and_then(|index| comparison.roles.get(index)));
        key.iter().for_each(|part| hash.part(part));
        if times > 0 {
            hash.part(&times.to_string());
        }
        hash.finish()
    };
    // Two rows that differ only in what does not count here, such as the proof, are told apart by their order.
    let first = fingerprint(0);
    let times = seen.entry(first.clone()).or_default();
    let fingerprint = if *times == 0 { first } else { fingerprint(*times) };
    *times += 1;
    Finding { rule, role, index, side, message, details, fingerprint, row }
}

/// A hash of texts, each with its length, so that no two lists of texts run into each other.
struct Fingerprint(Context);

impl Fingerprint {
    fn new(comparison: &Comparison, rule: Rule, side: Option<Side>) -> Self {
        let mut hash = Self(Context::new(&SHA256));
        hash.part("iamctl/1");
        for side in Side::BOTH {
            hash.part(comparison.accounts.get(side).tag.as_str());
        }
        hash.part(rule.id());
        hash.part(match side {
            None => "",
            Some(Side::Left) => "left",
            Some(Side::Right) => "right",
        });
        hash
    }

    fn part(&mut self, text: &str) {
        // A length of more than 64 bits cannot be.
        self.0.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    /// The normalised name. Ambiguous roles share it, so that their real names are needed as well.
    fn role(&mut self, role: Option<&str>, pair: Option<&RoleResult>) {
        self.part(role.unwrap_or_default());
        if let Some(pair) = pair.filter(|pair| pair.status == RoleStatus::Ambiguous) {
            for side in Side::BOTH {
                self.part(pair.side(side).map_or("", |real| &real.name));
            }
        }
    }

    fn finish(self) -> String {
        let digest = self.0.finish();
        digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

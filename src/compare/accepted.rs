//! Accepted differences leave the lists of a comparison and stand in one of their own, each with its reason.
//!
//! Runs after the comparison and knows nothing of how it was made, so that what is accepted can never change what is
//! found. A difference is accepted as a whole or not at all: [`matching`] has the rules.

mod entries;
mod facts;
pub mod matching;

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

pub use entries::{Filter, Label, accepted, entries};
pub use facts::open;

use super::between::item_metrics;
use super::result::{Comparison, DifferenceCounts, RoleResult};
use crate::model::facts::{RolePlaces, places};
use crate::model::{AcceptedEntry, DifferenceFacts, DifferenceKind, Effect, RoleFacts, Side};
use facts::{Listed, More};
use matching::{Matcher, Verdict};

/// The entries a comparison is looked at with.
#[derive(Debug, Clone, Copy)]
pub struct Acceptance<'a> {
    /// The file they are from, as reports name it; none if there is none.
    pub file: Option<&'a str>,
    /// The entries, in the order of the file.
    pub entries: &'a [AcceptedEntry],
    /// The day on which they have to count.
    pub today: Date,
    /// Whether all roles of both accounts were compared. If not, an entry for a role that was left out is not called
    /// unused.
    pub all_roles: bool,
}

/// A difference that somebody has accepted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AcceptedDifference {
    /// The list it would stand in.
    pub kind: DifferenceKind,
    /// The account that has it; none for an attribute.
    pub side: Option<Side>,
    /// The role's normalised name.
    pub role: String,
    /// The real role, in the account that has the difference; for an attribute, in the first account.
    pub role_arn: String,
    /// The real role in the other account, if there is one.
    pub other_role_arn: Option<String>,
    /// The policies it is from, sorted.
    pub policies: Vec<String>,
    /// Allow or Deny.
    pub effect: Option<Effect>,
    /// The prefix of the actions; `*` for all.
    pub service: Option<String>,
    /// The actions with their service, as entries spell them.
    pub actions: Vec<String>,
    /// The resources, as entries spell them.
    pub resources: Vec<String>,
    /// The principal, as entries spell it.
    pub principal: Option<String>,
    /// The condition under which it holds.
    pub condition: Option<String>,
    /// The attribute.
    pub attribute: Option<String>,
    /// The attribute's value in the first account.
    pub left: Value,
    /// The attribute's value in the second account.
    pub right: Value,
    /// The whole text of a cross reference.
    pub text: Option<String>,
    /// Why: the reason of the entry; of several entries, each reason once, one a line.
    pub reason: String,
    /// Who answers for it; of several, each once, one a line.
    pub owner: Option<String>,
    /// The last day on which it is accepted, `YYYY-MM-DD`; of several entries, the first of their days.
    pub expires: Option<String>,
    /// The numbers of the entries that it takes to accept it; the first entry of the file is 1.
    pub entries: Vec<usize>,
}

/// Takes what the entries accept out of the lists, and warns of entries that have expired or accept nothing.
pub fn accept(comparison: &mut Comparison, acceptance: Acceptance<'_>) {
    comparison.accepted_file = acceptance.file.map(str::to_owned);
    comparison.accepted_entries = acceptance.entries.to_vec();
    if acceptance.entries.is_empty() {
        return;
    }
    let roles = facts::roles(comparison);
    let tags = comparison.accounts.as_ref().map(|account| &account.tag);
    let mut work = Work {
        matcher: Matcher::new(acceptance.entries, tags, acceptance.today, &roles),
        places: places(&roles),
        acceptance,
        roles,
        accepted: Vec::new(),
        used: BTreeSet::new(),
        partly: BTreeSet::new(),
    };
    work.unpaired(&mut comparison.roles);
    work.list(&mut comparison.item_differences, &mut comparison.roles);
    work.list(&mut comparison.access_differences, &mut comparison.roles);
    work.list(&mut comparison.trust_differences, &mut comparison.roles);
    work.list(&mut comparison.deny_differences, &mut comparison.roles);
    work.list(&mut comparison.attribute_differences, &mut comparison.roles);
    work.list(&mut comparison.cross_references, &mut comparison.roles);
    for metric in item_metrics(&comparison.item_differences) {
        if let Some(known) = comparison.summary.iter_mut().find(|known| known.metric == metric.metric) {
            *known = metric;
        }
    }
    comparison.warnings.extend(work.warnings());
    comparison.accepted_differences = work.sorted();
}

struct Work<'a> {
    acceptance: Acceptance<'a>,
    roles: Vec<RoleFacts>,
    places: RolePlaces,
    matcher: Matcher,
    accepted: Vec<AcceptedDifference>,
    /// Entries that accept something.
    used: BTreeSet<usize>,
    /// Entries that cover a part of what stays open.
    partly: BTreeSet<usize>,
}

impl Work<'_> {
    fn unpaired(&mut self, roles: &mut [RoleResult]) {
        for (place, role) in roles.iter_mut().enumerate() {
            let Some(side) = role.only_side() else { continue };
            let facts = DifferenceFacts::new(DifferenceKind::Role, place, Some(side));
            if let Some(by) = self.by(&facts) {
                role.accepted = true;
                role.differences.accepted += 1;
                self.push(facts, More::default(), &by);
            }
        }
    }

    fn list<T: Listed>(&mut self, list: &mut Vec<T>, roles: &mut [RoleResult]) {
        let mut kept = Vec::with_capacity(list.len());
        for row in std::mem::take(list) {
            let (side, arn) = row.real();
            let place = self.places.get(&(side, arn.to_owned())).copied();
            let facts = place.map(|place| row.facts(place));
            let by = facts.as_ref().and_then(|facts| self.by(facts));
            let role = facts.as_ref().and_then(|facts| roles.get_mut(facts.role));
            // A difference whose role is not found is accepted by nobody.
            let (Some(facts), Some(by), Some(role)) = (facts, by, role) else {
                kept.push(row);
                continue;
            };
            let counts = &mut role.differences;
            counts.accepted += 1;
            if let Some(count) = count(counts, facts.kind) {
                *count = count.saturating_sub(1);
            }
            self.push(facts, row.more(), &by);
        }
        *list = kept;
    }

    /// The entries that accept a difference, if they do.
    fn by(&mut self, facts: &DifferenceFacts) -> Option<Vec<usize>> {
        match self.matcher.verdict(facts) {
            Verdict::Accepted { by, also } => {
                self.used.extend(by.iter().chain(&also));
                Some(by)
            }
            Verdict::Partly(entries) => {
                self.partly.extend(entries);
                None
            }
            Verdict::Open => None,
        }
    }

    fn push(&mut self, facts: DifferenceFacts, more: More, by: &[usize]) {
        // The roles' facts stand in the order of the roles, and the role was found.
        let Some(role) = self.roles.get(facts.role) else { return };
        let side = facts.side.unwrap_or(Side::Left);
        let entries: Vec<&AcceptedEntry> = by.iter().filter_map(|index| self.acceptance.entries.get(*index)).collect();
        let owners = each_once(entries.iter().filter_map(|entry| entry.owner.as_deref()));
        self.accepted.push(AcceptedDifference {
            kind: facts.kind,
            side: facts.side,
            role: role.role.clone(),
            role_arn: role.arn(side).unwrap_or_default().to_owned(),
            other_role_arn: role.arn(side.other()).map(str::to_owned),
            policies: facts.policies,
            effect: facts.effect,
            service: more.service,
            actions: facts.actions,
            resources: facts.resources,
            principal: facts.principal,
            condition: facts.condition,
            attribute: facts.attribute,
            left: more.left,
            right: more.right,
            text: facts.text,
            reason: each_once(entries.iter().map(|entry| entry.reason.as_str())),
            owner: Some(owners).filter(|owners| !owners.is_empty()),
            expires: entries.iter().filter_map(|entry| entry.expires).min().map(|day| day.to_string()),
            entries: by.iter().map(|index| index + 1).collect(),
        });
    }

    fn warnings(&self) -> Vec<String> {
        let Acceptance { file, entries, today, all_roles } = self.acceptance;
        let file = file.unwrap_or("the accepted entries");
        let mut warnings = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let which = format!("entry {} of {file} (role `{}`)", index + 1, entry.role.escape_debug());
            if !self.matcher.is_for_these_accounts(index) || self.used.contains(&index) {
                continue;
            }
            if let (Some(last), false) = (entry.expires, entry.counts_on(today)) {
                warnings
                    .push(format!("{which} expired on {last} and no longer applies; its reason was: {}", entry.reason));
            } else if self.partly.contains(&index) {
                warnings
                    .push(format!("{which} accepts nothing: it covers differences only in part, so they stay open"));
            } else if all_roles || self.matcher.names_a_role(index) {
                warnings.push(format!("{which} accepts nothing: no difference matches it"));
            }
        }
        warnings
    }

    fn sorted(self) -> Vec<AcceptedDifference> {
        let mut accepted = self.accepted;
        // By role; within one, list by list as they were.
        accepted.sort_by(|a, b| {
            let arns = |one: &AcceptedDifference| match one.side {
                Some(Side::Right) => (one.other_role_arn.clone(), Some(one.role_arn.clone())),
                Some(Side::Left) | None => (Some(one.role_arn.clone()), one.other_role_arn.clone()),
            };
            (&a.role, arns(a), a.kind, a.side).cmp(&(&b.role, arns(b), b.kind, b.side))
        });
        accepted
    }
}

fn count(counts: &mut DifferenceCounts, kind: DifferenceKind) -> Option<&mut usize> {
    match kind {
        DifferenceKind::Role => None,
        DifferenceKind::Item => Some(&mut counts.items),
        DifferenceKind::Access => Some(&mut counts.access),
        DifferenceKind::Trust => Some(&mut counts.trust),
        DifferenceKind::Deny => Some(&mut counts.denies),
        DifferenceKind::Attribute => Some(&mut counts.attributes),
        DifferenceKind::CrossReference => Some(&mut counts.cross_references),
    }
}

fn each_once<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut once: Vec<&str> = Vec::new();
    for text in texts {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    once.join("\n")
}

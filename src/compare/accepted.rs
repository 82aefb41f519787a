//! Accepted differences leave the lists of a comparison and stand in one of their own, each with its reason.
//!
//! Runs after the comparison and knows nothing of how it was made, so that what is accepted can never change what is
//! found. A difference is accepted as a whole or not at all: [`matching`] has the rules.

mod entries;
mod facts;
pub mod matching;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::Value;

pub use entries::{Filter, Label, accepted, entries};
pub use facts::{Open, open};

use super::between::item_metrics;
use crate::model::{AcceptedEntry, DifferenceFacts, RoleFacts, Side};
use crate::report::{
    AcceptedDifference, AcceptedEntryOfList, Difference, DifferenceCounts, EntryName, Limitation, List, Report, Rule,
    Severity,
};
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

/// Takes what the entries accept out of the lists, notes entries that have expired or accept nothing, and draws the
/// report's conclusions again.
pub fn accept(report: &mut Report, acceptance: Acceptance<'_>) {
    report.accepted_file = acceptance.file.map(str::to_owned);
    report.accepted_entries = acceptance.entries.to_vec();
    if acceptance.entries.is_empty() {
        return;
    }
    let mut work = Work::new(report, acceptance);
    work.look(report);
    let limitations = work.limitations();
    let accepted = work.accepted(report);
    let Work { of_roles, taken, in_lists, .. } = work;
    for (place, count) in of_roles {
        if let Some(role) = report.roles.get_mut(place) {
            role.differences.accepted += count;
        }
    }
    mark(report, in_lists);
    remove(report, &taken);
    report.limitations.extend(limitations);
    report.accepted_differences = sorted(accepted);
    report.conclude();
}

/// What of a row is accepted: its list and place; of an attribute that is a list, an entry that only one account has.
type PartOfRow = (List, usize, Option<(Side, String)>);

/// What is found while the entries are compared with the differences.
struct Work<'a> {
    acceptance: Acceptance<'a>,
    roles: Vec<RoleFacts>,
    matcher: Matcher,
    accepted: Vec<(PartOfRow, AcceptedDifference)>,
    /// The number of those of each role, by the role's place.
    of_roles: BTreeMap<usize, usize>,
    /// The accepted rows, with the place of the role of each.
    taken: BTreeMap<List, BTreeMap<usize, usize>>,
    /// The accepted entries of attributes that are lists and have open entries as well, by row.
    in_lists: BTreeMap<usize, Vec<AcceptedEntryOfList>>,
    /// Entries that accept something.
    used: BTreeSet<usize>,
    /// Entries that cover a part of what stays open.
    partly: BTreeSet<usize>,
}

impl<'a> Work<'a> {
    fn new(report: &Report, acceptance: Acceptance<'a>) -> Self {
        let roles = facts::roles(report);
        let tags = report.accounts.as_ref().map(|account| &account.tag);
        Self {
            matcher: Matcher::new(acceptance.entries, tags, acceptance.today, &roles),
            acceptance,
            roles,
            accepted: Vec::new(),
            of_roles: BTreeMap::new(),
            taken: BTreeMap::new(),
            in_lists: BTreeMap::new(),
            used: BTreeSet::new(),
            partly: BTreeSet::new(),
        }
    }

    /// Compares the entries with every difference.
    fn look(&mut self, report: &Report) {
        let (places, kinds) = (report.places(), Kinds::new(report));
        for list in List::ALL {
            for row in 0..report.len_of(list) {
                // A difference whose role is not found is accepted by nobody.
                let Some(difference) = report.difference(list, row) else { continue };
                let Some(role) = difference.real_role().and_then(|real| places.get(&real).copied()) else { continue };
                let all = difference.facts(role);
                // What cannot be accepted, such as a role of both accounts, stays.
                let mut is_taken = !all.is_empty();
                let mut entries = Vec::new();
                for facts in all {
                    let Some(by) = self.by(&facts) else {
                        is_taken = false;
                        continue;
                    };
                    let part = (list, row, facts.side.zip(facts.entry.clone()));
                    let entry = part.2.clone();
                    entries.extend(entry.map(|(side, entry)| AcceptedEntryOfList { side, entry }));
                    self.push(&difference, facts, &by, (part, kinds.of(list, row)));
                }
                if is_taken {
                    self.taken.entry(list).or_default().insert(row, role);
                } else if !entries.is_empty() {
                    self.in_lists.insert(row, entries);
                }
            }
        }
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

    fn push(
        &mut self,
        difference: &Difference<'_>,
        facts: DifferenceFacts,
        by: &[usize],
        (part, (rule, severity)): (PartOfRow, (Rule, Severity)),
    ) {
        // The roles' facts stand in the order of the roles, and the role was found.
        let Some(role) = self.roles.get(facts.role) else { return };
        let side = facts.side.unwrap_or(Side::Left);
        let entries: Vec<&AcceptedEntry> = by.iter().filter_map(|index| self.acceptance.entries.get(*index)).collect();
        let owners = each_once(entries.iter().filter_map(|entry| entry.owner.as_deref()));
        let (left, right) = values(difference, &facts);
        *self.of_roles.entry(facts.role).or_default() += 1;
        let accepted = AcceptedDifference {
            kind: facts.kind,
            side: facts.side,
            role: role.role.clone(),
            role_arn: role.arn(side).unwrap_or_default().to_owned(),
            other_role_arn: role.arn(side.other()).map(str::to_owned),
            policies: facts.policies,
            effect: facts.effect,
            service: difference.service().map(str::to_owned),
            actions: facts.actions,
            resources: facts.resources,
            principal: facts.principal,
            except: facts.except,
            condition: facts.condition,
            attribute: facts.attribute,
            left,
            right,
            text: facts.text,
            reason: each_once(entries.iter().map(|entry| entry.reason.as_str())),
            owner: Some(owners).filter(|owners| !owners.is_empty()),
            expires: entries.iter().filter_map(|entry| entry.expires).min().map(|day| day.to_string()),
            entries: by.iter().map(|index| index + 1).collect(),
            grants: facts.grants,
            rule,
            severity,
            // Known once every difference has been looked at.
            finding: None,
        };
        self.accepted.push((part, accepted));
    }

    /// What is accepted, each with its finding if that is accepted as a whole.
    fn accepted(&mut self, report: &Report) -> Vec<AcceptedDifference> {
        let accepted = std::mem::take(&mut self.accepted);
        let there: BTreeSet<&PartOfRow> = accepted.iter().map(|(part, _)| part).collect();
        let mut findings: BTreeMap<PartOfRow, &str> = BTreeMap::new();
        for finding in &report.findings {
            let entry = finding.side.zip(finding.entry.clone());
            let parts: Vec<PartOfRow> = finding.rows.iter().map(|row| (finding.list, *row, entry.clone())).collect();
            if parts.iter().all(|part| there.contains(part)) {
                findings.extend(parts.into_iter().map(|part| (part, finding.id.as_str())));
            }
        }
        let with_finding = |(part, mut one): (PartOfRow, AcceptedDifference)| {
            one.finding = findings.get(&part).map(|id| (*id).to_owned());
            one
        };
        accepted.into_iter().map(with_finding).collect()
    }

    fn limitations(&self) -> Vec<Limitation> {
        let Acceptance { file, entries, today, all_roles } = self.acceptance;
        let mut limitations = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let name = EntryName { file: file.map(str::to_owned), number: index + 1, role: entry.role.clone() };
            if !self.matcher.is_for_these_accounts(index) || self.used.contains(&index) {
                continue;
            }
            if let (Some(last), false) = (entry.expires, entry.counts_on(today)) {
                let (last, reason) = (last.to_string(), entry.reason.clone());
                limitations.push(Limitation::AcceptedExpired { entry: name, last, reason });
            } else if self.partly.contains(&index) {
                limitations.push(Limitation::AcceptedInPart { entry: name });
            } else if all_roles || self.matcher.names_a_role(index) {
                limitations.push(Limitation::AcceptedNothing { entry: name });
            }
        }
        limitations
    }
}

/// The rule and the severity of each row as long as nobody has accepted anything: those of its most severe finding.
struct Kinds {
    of_rows: BTreeMap<(List, usize), (Rule, Severity)>,
    of_items: Severity,
}

impl Kinds {
    fn new(report: &Report) -> Self {
        let mut kinds = BTreeMap::new();
        // The most severe finding stands first.
        for finding in &report.findings {
            for row in &finding.rows {
                kinds.entry((finding.list, *row)).or_insert((finding.rule, finding.severity));
            }
        }
        Self { of_rows: kinds, of_items: report.severity_overrides.of(Rule::ItemsDiffer) }
    }

    fn of(&self, list: List, row: usize) -> (Rule, Severity) {
        let found = self.of_rows.get(&(list, row)).copied();
        // Only items have rows without a finding: those that a finding of access, trust or denies explains.
        found.unwrap_or((Rule::ItemsDiffer, self.of_items))
    }
}

/// The value of an attribute in each account: of a list, the one entry that only one account has.
fn values(difference: &Difference<'_>, facts: &DifferenceFacts) -> (Value, Value) {
    let entry = || facts.entry.clone().map_or(Value::Null, Value::String);
    match facts.side {
        Some(Side::Left) => (entry(), Value::Null),
        Some(Side::Right) => (Value::Null, entry()),
        None => difference.values(),
    }
}

/// Marks the accepted entries of lists that have open entries as well.
fn mark(report: &mut Report, in_lists: BTreeMap<usize, Vec<AcceptedEntryOfList>>) {
    for (row, mut entries) in in_lists {
        if let Some(difference) = report.attribute_differences.get_mut(row) {
            entries.sort();
            entries.dedup();
            difference.accepted = entries;
        }
    }
}

/// Takes rows out of the lists, and out of what is counted of their roles.
fn remove(report: &mut Report, taken: &BTreeMap<List, BTreeMap<usize, usize>>) {
    for (list, rows) in taken {
        for place in rows.values() {
            if let Some(role) = report.roles.get_mut(*place) {
                role.accepted |= *list == List::Roles;
                if let Some(count) = count(&mut role.differences, *list) {
                    *count = count.saturating_sub(1);
                }
            }
        }
        match list {
            List::Items => keep(&mut report.item_differences, rows),
            List::Access => keep(&mut report.access_differences, rows),
            List::Trust => keep(&mut report.trust_differences, rows),
            List::Denies => keep(&mut report.deny_differences, rows),
            List::Attributes => keep(&mut report.attribute_differences, rows),
            List::CrossReferences => keep(&mut report.cross_references, rows),
            // A role stays listed and is marked; remarks and limitations are never accepted.
            List::Roles | List::StatementWarnings | List::Limitations => {}
        }
    }
    for metric in item_metrics(&report.item_differences) {
        if let Some(known) = report.summary.iter_mut().find(|known| known.metric == metric.metric) {
            *known = metric;
        }
    }
}

/// Keeps the rows that are not taken.
fn keep<T>(list: &mut Vec<T>, taken: &BTreeMap<usize, usize>) {
    let mut row = 0;
    list.retain(|_| {
        let keep = !taken.contains_key(&row);
        row += 1;
        keep
    });
}

/// By role; within one, list by list as they were.
fn sorted(mut accepted: Vec<AcceptedDifference>) -> Vec<AcceptedDifference> {
    accepted.sort_by(|a, b| {
        let arns = |one: &AcceptedDifference| match one.side {
            Some(Side::Right) => (one.other_role_arn.clone(), Some(one.role_arn.clone())),
            Some(Side::Left) | None => (Some(one.role_arn.clone()), one.other_role_arn.clone()),
        };
        (&a.role, arns(a), a.kind, a.side).cmp(&(&b.role, arns(b), b.kind, b.side))
    });
    accepted
}

const fn count(counts: &mut DifferenceCounts, list: List) -> Option<&mut usize> {
    match list {
        List::Items => Some(&mut counts.items),
        List::Access => Some(&mut counts.access),
        List::Trust => Some(&mut counts.trust),
        List::Denies => Some(&mut counts.denies),
        List::Attributes => Some(&mut counts.attributes),
        List::CrossReferences => Some(&mut counts.cross_references),
        List::Roles | List::StatementWarnings | List::Limitations => None,
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

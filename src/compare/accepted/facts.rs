//! The rows of a report as the facts that entries are compared with.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::facts::{action, names_action};
use crate::model::{ActionElement, DifferenceFacts, PolicyType, RoleFacts, Side};
use crate::report::{Difference, Finding, ItemDifference, List, Report};
use crate::semantics::outcome::{Refusal, StatementRef};

/// The roles of a report, in its order.
#[must_use]
pub fn roles(report: &Report) -> Vec<RoleFacts> {
    let facts = report.roles.iter().map(|role| {
        let sides = [role.left.as_ref(), role.right.as_ref()];
        RoleFacts {
            role: role.role.clone(),
            names: sides.iter().flatten().map(|side| side.name.clone()).collect(),
            arns: sides.map(|side| side.map(|side| side.arn.clone())),
        }
    });
    facts.collect()
}

/// What is open in a report.
#[derive(Debug)]
pub struct Open {
    /// Its roles, in its order.
    pub roles: Vec<RoleFacts>,
    /// Its differences that nobody has accepted, list by list in the order of the report; roles first.
    pub differences: Vec<DifferenceFacts>,
    /// The list and the row of each difference, and the entry of an attribute that is a list.
    rows: Vec<(List, usize, Option<Entry>)>,
}

/// An entry of an attribute that is a list: the account that alone has it, and its normalized text.
type Entry = (Side, String);

/// What is open in a report.
#[must_use]
pub fn open(report: &Report) -> Open {
    let places = report.places();
    let is_open = |difference: &Difference<'_>| match difference {
        Difference::Role(role) => role.is_open_alone(),
        Difference::Item(_)
        | Difference::Access(_)
        | Difference::Trust(_)
        | Difference::Deny(_)
        | Difference::Attribute(_)
        | Difference::CrossReference(_) => true,
        Difference::Statement(_) | Difference::Limitation(_) => false,
    };
    let mut open = Open { roles: roles(report), differences: Vec::new(), rows: Vec::new() };
    for list in List::ALL {
        for row in 0..report.len_of(list) {
            let Some(difference) = report.difference(list, row).filter(is_open) else { continue };
            // Every row is about a role of the report: `report::read` looks, and the comparison makes no other.
            let place = difference.real_role().and_then(|real| places.get(&real).copied());
            for facts in place.map(|place| difference.facts(place)).unwrap_or_default() {
                open.rows.push((list, row, facts.side.zip(facts.entry.clone())));
                open.differences.push(facts);
            }
        }
    }
    open
}

impl Open {
    /// The places of the findings that some differences make up as a whole. Notes are not among them.
    #[must_use]
    pub fn findings_of(&self, report: &Report, differences: &BTreeSet<usize>) -> BTreeSet<usize> {
        // Every place of a difference has its row.
        let rows: BTreeSet<&(List, usize, Option<Entry>)> =
            differences.iter().filter_map(|place| self.rows.get(*place)).collect();
        let is_whole = |finding: &Finding| {
            let entry = finding.side.zip(finding.entry.clone());
            finding.rows.iter().all(|row| rows.contains(&(finding.list, *row, entry.clone())))
        };
        let all = report.findings.iter().enumerate().filter(|(_, finding)| !finding.is_note() && is_whole(finding));
        all.map(|(place, _)| place).collect()
    }

    /// The places of the differences that some findings are made of, of the items that say the same, and of those that
    /// nothing else explains: one left open would be a finding as soon as no other explains it.
    #[must_use]
    pub fn rows_of(&self, report: &Report, findings: &BTreeSet<usize>) -> BTreeSet<usize> {
        let explaining = |finding: &Finding| match finding.list {
            List::Access | List::Denies => Some((finding.role_index, false)),
            List::Trust => Some((finding.role_index, true)),
            List::Roles
            | List::Items
            | List::Attributes
            | List::CrossReferences
            | List::StatementWarnings
            | List::Limitations => None,
        };
        let (selected, others): (Vec<_>, Vec<_>) =
            report.findings.iter().enumerate().partition(|(place, _)| findings.contains(place));
        // Items that only selected findings explain, by role, and whether they are of the trust policy.
        let mut alone: BTreeSet<(Option<usize>, bool)> =
            selected.iter().filter_map(|(_, finding)| explaining(finding)).collect();
        for (_, finding) in others {
            if let Some(explained) = explaining(finding) {
                alone.remove(&explained);
            }
        }
        let mut rows: BTreeSet<(List, usize, Option<Entry>)> = BTreeSet::new();
        let mut covers: BTreeMap<usize, Vec<Difference<'_>>> = BTreeMap::new();
        for (_, finding) in selected {
            let entry = finding.side.zip(finding.entry.clone());
            rows.extend(finding.rows.iter().map(|row| (finding.list, *row, entry.clone())));
            if let Some(role) = finding.role_index {
                covers.entry(role).or_default().extend(report.rows_of(finding));
            }
        }
        let places = report.places();
        for (row, item) in report.item_differences.iter().enumerate() {
            let role = places.get(&(item.side, item.role_arn.as_str()));
            let of_role = role.and_then(|role| covers.get(role));
            if alone.contains(&(role.copied(), item.policy_type == PolicyType::Trust))
                || of_role.into_iter().flatten().any(|difference| says(difference, item))
            {
                rows.insert((List::Items, row, None));
            }
        }
        self.rows.iter().enumerate().filter(|(_, row)| rows.contains(row)).map(|(place, _)| place).collect()
    }
}

/// Whether an item says what a difference says: it is of a policy that the difference is from, and about its actions.
fn says(difference: &Difference<'_>, item: &ItemDifference) -> bool {
    let of_policy = |side: Side, statements: &[StatementRef]| {
        side == item.side && statements.iter().any(|statement| statement.policy_name == item.policy_name)
    };
    match difference {
        Difference::Access(row) => {
            let d = &row.difference;
            let denied = match &d.refused_by {
                Refusal::Deny(by) => by.as_slice(),
                Refusal::NoAllow | Refusal::Boundary => &[],
            };
            (of_policy(d.side, &d.granted_by) || of_policy(d.side.other(), denied))
                && is_about(&d.service, &d.actions, &d.not_actions, item)
        }
        Difference::Deny(row) => {
            let d = &row.difference;
            of_policy(d.side, &d.denied_by) && is_about(&d.service, &d.actions, &d.not_actions, item)
        }
        Difference::Trust(row) => {
            let d = &row.difference;
            item.policy_type == PolicyType::Trust
                && item.side == d.side
                && item.principal.as_deref() == Some(d.principal.as_str())
        }
        Difference::Role(_)
        | Difference::Item(_)
        | Difference::Attribute(_)
        | Difference::CrossReference(_)
        | Difference::Statement(_)
        | Difference::Limitation(_) => false,
    }
}

/// Whether an item's action is one of those of a row. What is written as `NotAction` is about none that can be told
/// from it alone, and belongs to a row that is about all actions.
fn is_about(service: &str, actions: &[String], not_actions: &[String], item: &ItemDifference) -> bool {
    if item.action_element == ActionElement::NotAction {
        return service == "*";
    }
    names_action((service, actions, not_actions), &action(&item.service, &item.action))
}

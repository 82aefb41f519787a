//! The rows of a report as the facts that entries are compared with.

use std::collections::BTreeSet;

use crate::model::{DifferenceFacts, RoleFacts, Side};
use crate::report::{Difference, Finding, List, Report};
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
    /// The list and the row of each difference.
    rows: Vec<(List, usize)>,
}

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
            if let Some(facts) = place.and_then(|place| difference.facts(place)) {
                open.differences.push(facts);
                open.rows.push((list, row));
            }
        }
    }
    open
}

impl Open {
    /// The places of the differences that some findings are made of, and of the items of the policies they come from:
    /// an item left open would be reported as soon as no finding explains it.
    #[must_use]
    pub fn rows_of(&self, report: &Report, findings: &BTreeSet<usize>) -> BTreeSet<usize> {
        let findings: Vec<&Finding> = findings.iter().filter_map(|place| report.findings.get(*place)).collect();
        let mut rows: BTreeSet<(List, usize)> = BTreeSet::new();
        /// Role, account, name of a policy.
        type OfPolicy<'r> = (usize, Side, &'r str);
        let mut policies: BTreeSet<OfPolicy<'_>> = BTreeSet::new();
        for finding in findings {
            rows.extend(finding.rows.iter().map(|row| (finding.list, *row)));
            let Some(role) = finding.role_index else { continue };
            for difference in report.rows_of(finding) {
                policies.extend(policies_of(&difference).into_iter().map(|(side, name)| (role, side, name)));
            }
        }
        let places = report.places();
        for (row, item) in report.item_differences.iter().enumerate() {
            let role = places.get(&(item.side, item.role_arn.as_str()));
            if role.is_some_and(|role| policies.contains(&(*role, item.side, item.policy_name.as_str()))) {
                rows.insert((List::Items, row));
            }
        }
        self.rows.iter().enumerate().filter(|(_, row)| rows.contains(row)).map(|(place, _)| place).collect()
    }
}

/// The policies whose items say what a difference says, by account and name.
fn policies_of<'r>(difference: &Difference<'r>) -> Vec<(Side, &'r str)> {
    let named = |side: Side, statements: &'r [StatementRef]| {
        statements.iter().map(move |statement| (side, statement.policy_name.as_str()))
    };
    match difference {
        Difference::Access(row) => {
            let d = &row.difference;
            let denied = match &d.refused_by {
                Refusal::Deny(by) => by.as_slice(),
                Refusal::NoAllow | Refusal::Boundary => &[],
            };
            named(d.side, &d.granted_by).chain(named(d.side.other(), denied)).collect()
        }
        Difference::Deny(row) => named(row.difference.side, &row.difference.denied_by).collect(),
        Difference::Trust(row) => vec![(row.difference.side, TRUST)],
        Difference::Role(_)
        | Difference::Item(_)
        | Difference::Attribute(_)
        | Difference::CrossReference(_)
        | Difference::Statement(_)
        | Difference::Limitation(_) => Vec::new(),
    }
}

/// What items of a trust policy have as the name of their policy.
const TRUST: &str = "trust";

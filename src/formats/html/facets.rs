//! What findings can be filtered by.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::words::shown;
use crate::model::Side;
use crate::report::{Difference, Finding, Report};

/// What one finding can be filtered by: severity, rule, side, access level, service, certainty; empty for none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Facet(&'static str, &'static str, Option<Side>, &'static str, String, &'static str);

/// The distinct facets of a report, each with its number.
pub(super) struct Facets {
    pub(super) all: Vec<Facet>,
    /// The numbers of each finding, in the order of the report.
    of_findings: Vec<BTreeSet<usize>>,
}

impl Facets {
    pub(super) fn new(report: &Report) -> Self {
        let found: Vec<BTreeSet<Facet>> = report.findings.iter().map(|finding| facets(report, finding)).collect();
        let all: BTreeSet<Facet> = found.iter().flatten().cloned().collect();
        let all: Vec<Facet> = all.into_iter().collect();
        let numbers: BTreeMap<&Facet, usize> = all.iter().enumerate().map(|(number, facet)| (facet, number)).collect();
        let own = |facets: &BTreeSet<Facet>| facets.iter().filter_map(|facet| numbers.get(facet).copied()).collect();
        let of_findings = found.iter().map(own).collect();
        Self { all, of_findings }
    }

    /// The numbers of the facets of findings, by their places in the report.
    pub(super) fn of(&self, findings: impl Iterator<Item = usize>) -> BTreeSet<usize> {
        findings.filter_map(|place| self.of_findings.get(place)).flatten().copied().collect()
    }
}

fn facets(report: &Report, finding: &Finding) -> BTreeSet<Facet> {
    let mut all = BTreeSet::new();
    for difference in report.rows_of(finding) {
        let (level, services, certainty) = match difference {
            Difference::Access(row) => {
                let d = &row.difference;
                (d.access_level.as_str(), services(&d.service, &d.actions), d.certainty.as_str())
            }
            Difference::Trust(row) => ("", services("*", &row.difference.actions), row.difference.certainty.as_str()),
            Difference::Deny(row) => {
                let d = &row.difference;
                ("", services(&d.service, &d.actions), d.certainty.as_str())
            }
            Difference::Item(row) => ("", BTreeSet::from([shown(&row.service)]), ""),
            Difference::Role(_)
            | Difference::Attribute(_)
            | Difference::CrossReference(_)
            | Difference::Statement(_)
            | Difference::Limitation(_) => ("", BTreeSet::from([String::new()]), ""),
        };
        let (severity, rule) = (finding.severity.as_str(), finding.rule.id());
        let of = |service| Facet(severity, rule, finding.side, level, service, certainty);
        all.extend(services.into_iter().map(of));
    }
    all
}

/// The services of a finding; those of a row of many services stand before its actions.
pub(super) fn services(service: &str, actions: &[String]) -> BTreeSet<String> {
    if service != "*" {
        return BTreeSet::from([shown(service)]);
    }
    actions.iter().map(|action| shown(action.split_once(':').map_or("*", |(service, _)| service))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_of_a_row_of_many_stand_before_its_actions() {
        let actions = ["iam:*".to_owned(), "s3:Get*".to_owned(), "*".to_owned()];
        assert_eq!(services("*", &actions).into_iter().collect::<Vec<_>>(), ["*", "iam", "s3"]);
        assert_eq!(services("sqs", &actions).into_iter().collect::<Vec<_>>(), ["sqs"]);
    }
}

//! Rows of many services merged to one, where they say the same.
//!
//! A grant of nearly everything differs in hundreds of services at once. One row a service would bury what matters.

use std::collections::BTreeMap;

use crate::catalog::{AccessLevel, Action, Catalogue};
use crate::semantics::outcome::AccessDifference;

/// From how many services on one row is easier to read than a row for each.
const MANY: usize = 5;

/// Merges the rows that grant all actions of many services on the same resources, by the same statements and under
/// the same condition. The service of such a row is `*`, and its actions have their service with them.
pub(super) fn merge_services(rows: Vec<AccessDifference>, catalogue: &Catalogue) -> Vec<AccessDifference> {
    let mut merged = Vec::new();
    let mut whole: BTreeMap<AccessDifference, Vec<AccessDifference>> = BTreeMap::new();
    for row in rows {
        if is_whole(&row, catalogue) {
            whole.entry(apart_from_service(&row)).or_default().push(row);
        } else {
            merged.push(row);
        }
    }
    for (common, rows) in whole {
        if rows.len() < MANY {
            merged.extend(rows);
        } else {
            merged.push(merge(common, rows));
        }
    }
    merged.sort();
    merged
}

/// Whether a row is about every action of its service; one that has few is spelled out.
fn is_whole(row: &AccessDifference, catalogue: &Catalogue) -> bool {
    let named = |action: &Action| row.actions.iter().any(|name| name.eq_ignore_ascii_case(&action.name));
    let all_named = || catalogue.service(&row.service).is_some_and(|service| service.actions.iter().all(named));
    row.actions == ["*"] || (row.actions.iter().all(|action| !action.contains(['*', '?'])) && all_named())
}

/// A row without what may differ from service to service.
fn apart_from_service(row: &AccessDifference) -> AccessDifference {
    AccessDifference {
        service: "*".to_owned(),
        actions: Vec::new(),
        access_level: AccessLevel::Unknown,
        witness: None,
        escalations: Vec::new(),
        ..row.clone()
    }
}

fn merge(mut common: AccessDifference, rows: Vec<AccessDifference>) -> AccessDifference {
    common.access_level = highest(&rows);
    // What escalates is proved by a request that escalates.
    common.witness = rows.iter().filter(|row| !row.escalations.is_empty()).find_map(|row| row.witness.clone());
    for row in rows {
        common.actions.push(format!("{}:*", row.service));
        common.escalations.extend(row.escalations);
        common.witness = common.witness.or(row.witness);
    }
    common.actions.sort();
    common.escalations.sort_unstable();
    common.escalations.dedup();
    common
}

/// The highest level, as in a row of one service; unknown only where all are.
fn highest(rows: &[AccessDifference]) -> AccessLevel {
    let unknown = AccessLevel::Unknown;
    rows.iter().map(|row| row.access_level).filter(|level| *level != unknown).max().unwrap_or(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Side;
    use crate::semantics::outcome::{Certainty, Refusal};

    fn row(service: &str, actions: &[&str]) -> AccessDifference {
        AccessDifference {
            side: Side::Left,
            service: service.to_owned(),
            actions: actions.iter().map(|action| (*action).to_owned()).collect(),
            access_level: AccessLevel::Write,
            resources: vec!["*".to_owned()],
            except: Vec::new(),
            condition: None,
            certainty: Certainty::Always,
            witness: None,
            granted_by: Vec::new(),
            refused_by: Refusal::NoAllow,
            escalations: if service == "iam" { vec!["attach-role-policy"] } else { Vec::new() },
            reasons: Vec::new(),
        }
    }

    #[test]
    fn many_whole_services_are_one_row() {
        let mut rows: Vec<AccessDifference> = ["a", "b", "iam", "d", "e"].map(|service| row(service, &["*"])).into();
        rows.push(row("s3", &["GetObject"]));
        let merged = merge_services(rows, &Catalogue::embedded());
        assert_eq!(merged.len(), 2);
        let whole = merged.iter().find(|row| row.service == "*").unwrap();
        assert_eq!(whole.actions, ["a:*", "b:*", "d:*", "e:*", "iam:*"]);
        assert_eq!(
            (whole.access_level, whole.escalations.as_slice()),
            (AccessLevel::Write, ["attach-role-policy"].as_slice())
        );
    }

    #[test]
    fn a_service_of_one_action_is_whole_with_it() {
        let catalogue = Catalogue::embedded();
        assert!(is_whole(&row("arsenal", &["RegisterOnPremisesAgent"]), &catalogue));
        assert!(!is_whole(&row("s3", &["GetObject"]), &catalogue));
        assert!(!is_whole(&row("nosuchservice", &["Do"]), &catalogue));
    }

    #[test]
    fn a_few_services_stay_apart() {
        let rows = vec![row("a", &["*"]), row("b", &["*"])];
        assert_eq!(merge_services(rows, &Catalogue::embedded()).len(), 2);
    }
}

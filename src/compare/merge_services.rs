//! Rows of many services merged to one, where they say the same.
//!
//! A statement about nearly everything differs in hundreds of services at once. One row a service would bury what
//! matters: one statement is one row, if need be "every action except those of these services".

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{AccessLevel, Action, Catalogue, Service};
use crate::model::{Glob, Side};
use crate::semantics::outcome::{AccessDifference, DenyDifference, StatementRef};

/// From how many services on one row is easier to read than a row for each.
const MANY: usize = 5;

/// How many exceptions a row names at most; with more, the services are listed.
const EXCEPTIONS: usize = 20;

/// Says of a statement whether it names its actions by what it leaves out, or names all: then it is about actions that
/// the catalogue does not have as well.
pub(super) type IsOpenEnded<'f> = dyn Fn(Side, &StatementRef) -> bool + 'f;

/// A row about actions of one service.
pub(super) trait ServiceRow: Clone + Ord {
    /// The service.
    fn service(&self) -> &str;

    /// The actions without prefix.
    fn actions(&self) -> &[String];

    /// Whether the row is about all resources and nothing else.
    fn is_everywhere(&self) -> bool;

    /// The account, and the statements that the row is from.
    fn from(&self) -> (Side, &[StatementRef]);

    /// The row without what may differ from service to service.
    fn apart_from_service(&self) -> Self;

    /// One row for several that are the same apart from their service.
    fn merge(self, rows: Vec<Self>, actions: Vec<String>, not_actions: Vec<String>) -> Self;
}

/// Merges the rows that are about many services on the same resources, by the same statements and under the same
/// condition. The service of such a row is `*`, and its actions have their service with them; or it has the action `*`
/// and names the actions that are left out.
pub(super) fn merge_services<R: ServiceRow>(
    rows: Vec<R>,
    catalogue: &Catalogue,
    is_open_ended: &IsOpenEnded<'_>,
) -> Vec<R> {
    let mut groups: BTreeMap<R, Vec<R>> = BTreeMap::new();
    for row in rows {
        groups.entry(row.apart_from_service()).or_default().push(row);
    }
    let mut merged = Vec::new();
    for (common, rows) in groups {
        let by_exception = Some(&rows)
            .filter(|rows| rows.len() >= MANY && common.is_everywhere())
            .filter(|_| {
                let (side, statements) = common.from();
                statements.iter().any(|statement| is_open_ended(side, statement))
            })
            .and_then(|rows| exceptions(rows, catalogue));
        match by_exception {
            Some(not_actions) => merged.push(common.merge(rows, vec!["*".to_owned()], not_actions)),
            None => merged.extend(merge_whole(common, rows, catalogue)),
        }
    }
    merged.sort();
    merged
}

/// Merges the rows that are about every action of their service; the others stay.
fn merge_whole<R: ServiceRow>(common: R, rows: Vec<R>, catalogue: &Catalogue) -> Vec<R> {
    let (whole, mut merged): (Vec<R>, Vec<R>) = rows.into_iter().partition(|row| is_whole(row, catalogue));
    if whole.len() < MANY {
        merged.extend(whole);
    } else {
        let mut actions: Vec<String> = whole.iter().map(|row| format!("{}:*", row.service())).collect();
        actions.sort();
        merged.push(common.merge(whole, actions, Vec::new()));
    }
    merged
}

/// The actions of the catalogue that no row is about, with their service, if they are few beside the others.
fn exceptions<R: ServiceRow>(rows: &[R], catalogue: &Catalogue) -> Option<Vec<String>> {
    let mut of_service: BTreeMap<&str, Vec<&R>> = BTreeMap::new();
    for row in rows {
        // What the catalogue does not have, it cannot count.
        catalogue.service(row.service())?;
        of_service.entry(row.service()).or_default().push(row);
    }
    if of_service.len() * 2 < catalogue.prefixes().count() {
        return None;
    }
    let mut left_out = Vec::new();
    for service in catalogue.services() {
        let rows = of_service.get(service.prefix.as_str()).map(Vec::as_slice).unwrap_or_default();
        left_out.extend(not_covered(service, rows));
        if left_out.len() > EXCEPTIONS {
            return None;
        }
    }
    Some(left_out)
}

/// The actions of a service that no row is about: `service:*` if that is all of them.
fn not_covered<R: ServiceRow>(service: &Service, rows: &[&R]) -> Vec<String> {
    let patterns: Vec<Glob> =
        rows.iter().flat_map(|row| row.actions()).map(|action| Glob::new(&action.to_ascii_lowercase())).collect();
    let is_covered = |action: &&Action| patterns.iter().any(|pattern| pattern.matches(&action.folded));
    let left: BTreeSet<&str> =
        service.actions.iter().filter(|action| !is_covered(action)).map(|action| action.name.as_str()).collect();
    if left.len() == service.actions.len() && !left.is_empty() {
        return vec![format!("{}:*", service.prefix)];
    }
    left.into_iter().map(|name| format!("{}:{name}", service.prefix)).collect()
}

/// Whether a row is about every action of its service; one that has few is spelled out.
fn is_whole<R: ServiceRow>(row: &R, catalogue: &Catalogue) -> bool {
    let named = |action: &Action| row.actions().iter().any(|name| name.eq_ignore_ascii_case(&action.name));
    let all_named = || catalogue.service(row.service()).is_some_and(|service| service.actions.iter().all(named));
    row.actions() == ["*"] || (row.actions().iter().all(|action| !action.contains(['*', '?'])) && all_named())
}

impl ServiceRow for AccessDifference {
    fn service(&self) -> &str {
        &self.service
    }

    fn actions(&self) -> &[String] {
        &self.actions
    }

    fn is_everywhere(&self) -> bool {
        self.resources == ["*"] && self.except.is_empty()
    }

    fn from(&self) -> (Side, &[StatementRef]) {
        (self.side, &self.granted_by)
    }

    fn apart_from_service(&self) -> Self {
        Self {
            service: "*".to_owned(),
            actions: Vec::new(),
            access_level: AccessLevel::Unknown,
            witness: None,
            escalations: Vec::new(),
            ..self.clone()
        }
    }

    fn merge(mut self, rows: Vec<Self>, actions: Vec<String>, not_actions: Vec<String>) -> Self {
        (self.actions, self.not_actions) = (actions, not_actions);
        self.access_level = highest(&rows);
        // What escalates is proved by a request that escalates.
        self.witness = rows.iter().filter(|row| !row.escalations.is_empty()).find_map(|row| row.witness.clone());
        for row in rows {
            self.escalations.extend(row.escalations);
            self.witness = self.witness.or(row.witness);
        }
        self.escalations.sort_unstable();
        self.escalations.dedup();
        self
    }
}

impl ServiceRow for DenyDifference {
    fn service(&self) -> &str {
        &self.service
    }

    fn actions(&self) -> &[String] {
        &self.actions
    }

    fn is_everywhere(&self) -> bool {
        self.resources == ["*"] && self.except.is_empty()
    }

    fn from(&self) -> (Side, &[StatementRef]) {
        (self.side, &self.denied_by)
    }

    fn apart_from_service(&self) -> Self {
        Self { service: "*".to_owned(), actions: Vec::new(), witness: None, ..self.clone() }
    }

    fn merge(mut self, rows: Vec<Self>, actions: Vec<String>, not_actions: Vec<String>) -> Self {
        (self.actions, self.not_actions) = (actions, not_actions);
        self.witness = rows.into_iter().find_map(|row| row.witness);
        self
    }
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
            not_actions: Vec::new(),
            access_level: AccessLevel::Write,
            resources: vec!["*".to_owned()],
            except: Vec::new(),
            condition: None,
            certainty: Certainty::Always,
            witness: None,
            granted_by: Vec::new(),
            refused_by: Refusal::NoAllow,
            escalations: if service == "iam" { vec!["attach-role-policy".parse().unwrap()] } else { Vec::new() },
            reasons: Vec::new(),
        }
    }

    #[test]
    fn many_whole_services_are_one_row() {
        let mut rows: Vec<AccessDifference> = ["a", "b", "iam", "d", "e"].map(|service| row(service, &["*"])).into();
        rows.push(row("s3", &["GetObject"]));
        let merged = merge_services(rows, &Catalogue::embedded(), &|_, _| false);
        assert_eq!(merged.len(), 2);
        let whole = merged.iter().find(|row| row.service == "*").unwrap();
        assert_eq!(whole.actions, ["a:*", "b:*", "d:*", "e:*", "iam:*"]);
        assert_eq!(
            (whole.access_level, whole.escalations.as_slice()),
            (AccessLevel::Write, ["attach-role-policy".parse().unwrap()].as_slice())
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
        assert_eq!(merge_services(rows, &Catalogue::embedded(), &|_, _| false).len(), 2);
    }

    #[test]
    fn what_nearly_all_services_have_is_told_by_what_is_left_out() {
        let catalogue = Catalogue::embedded();
        let mut rows: Vec<AccessDifference> = catalogue
            .prefixes()
            .filter(|prefix| !["iam", "sts"].contains(prefix))
            .map(|prefix| row(prefix, &["*"]))
            .collect();
        for row in &mut rows {
            let statement = StatementRef {
                policy_name: "p".to_owned(),
                policy_type: crate::model::PolicyType::Inline,
                statement: 0,
                sid: None,
            };
            row.granted_by = vec![statement];
        }
        let open = merge_services(rows.clone(), &catalogue, &|_, _| true);
        let [one] = open.as_slice() else { panic!("{}", open.len()) };
        assert_eq!(
            (one.actions.as_slice(), one.not_actions.as_slice()),
            (["*".to_owned()].as_slice(), ["iam:*".to_owned(), "sts:*".to_owned()].as_slice())
        );
        // A statement that lists its actions says nothing of those that the catalogue does not have.
        let listed = merge_services(rows, &catalogue, &|_, _| false);
        assert!(listed.len() == 1 && listed[0].not_actions.is_empty() && listed[0].actions.len() > 400);
    }
}

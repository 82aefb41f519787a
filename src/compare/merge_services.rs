//! Rows of many services merged to one, where they say the same.
//!
//! A statement about nearly everything differs in hundreds of services at once. One row a service would bury what
//! matters: one statement is one row, if need be "every action except those of these services".

use std::collections::{BTreeMap, BTreeSet};

use super::left_out::{MOST, covered_by, left_out, of_service, unlisted};
use super::service_row::{LimitingActions, ServiceRow};
use crate::catalog::{AccessLevel, Action, Catalogue};
use crate::model::{ActionPattern, Side};
use crate::semantics::outcome::{AccessDifference, DenyDifference, StatementRef};

/// From how many services on one row is easier to read than a row for each.
const MANY: usize = 5;

/// Says of a statement whether it names its actions by what it leaves out, or names all: then it is about actions that
/// the catalogue does not have as well.
pub(super) type IsOpenEnded<'f> = dyn Fn(Side, &StatementRef) -> bool + 'f;

/// Merges the rows that are about many services on the same resources, by the same statements and under the same
/// condition. The service of such a row is `*`, and its actions have their service with them; or it has the action `*`
/// and names the actions that are left out: with more than [`MOST`], the services that differ in part have rows of their
/// own, and with more even then, the services are listed. Where patterns that are written in the roles' policies name these, they are
/// named so: what such a pattern matches beyond the catalogue is no more certain to differ than what it matches in it.
pub(super) fn merge_services<R: ServiceRow>(
    rows: Vec<R>,
    catalogue: &Catalogue,
    is_open_ended: &IsOpenEnded<'_>,
    limiting: &LimitingActions<'_, '_>,
) -> Vec<R> {
    let mut groups: BTreeMap<R, Vec<R>> = BTreeMap::new();
    for row in rows {
        groups.entry(row.apart_from_service()).or_default().push(row);
    }
    let mut merged = Vec::new();
    for (common, rows) in groups {
        let (side, statements) = common.from();
        let is_open_ended = statements.iter().any(|statement| is_open_ended(side, statement));
        let written = limiting(side);
        if let [row] = rows.as_slice()
            && row.service() == "*"
            && row.actions() == ["*"]
        {
            merged.push(common.merge(rows, all(), texts(&unlisted(catalogue, &written))));
            continue;
        }
        if rows.len() < MANY || common.resources() != ["*"] || !is_open_ended {
            merged.extend(merge_whole(common, rows, catalogue, &written));
            continue;
        }
        if let Some(not_actions) = exceptions(&rows, catalogue, &written) {
            merged.push(common.merge(rows, all(), not_actions));
            continue;
        }
        let (whole, others): (Vec<R>, Vec<R>) = rows.into_iter().partition(|row| is_whole(row, catalogue));
        match exceptions(&whole, catalogue, &written) {
            Some(not_actions) => {
                merged.extend(others);
                merged.push(common.merge(whole, all(), not_actions));
            }
            None => {
                merged.extend(merge_whole(common, whole.into_iter().chain(others).collect(), catalogue, &written));
            }
        }
    }
    merged.sort();
    merged
}

/// Patterns as they are written.
fn texts(patterns: &[&ActionPattern]) -> Vec<String> {
    patterns.iter().map(|pattern| pattern.as_str().to_owned()).collect()
}

/// Every action of every service.
fn all() -> Vec<String> {
    vec!["*".to_owned()]
}

/// Merges the rows that are about every action of their service; the others stay, and those of which actions beyond the
/// catalogue are left out.
fn merge_whole<R: ServiceRow>(
    common: R,
    rows: Vec<R>,
    catalogue: &Catalogue,
    written: &BTreeSet<&ActionPattern>,
) -> Vec<R> {
    let unlisted = unlisted(catalogue, written);
    let has_exceptions = |row: &R| unlisted.iter().any(|pattern| pattern.service() == row.service());
    let (whole, mut merged): (Vec<R>, Vec<R>) =
        rows.into_iter().partition(|row| is_whole(row, catalogue) && !has_exceptions(row));
    if whole.len() < MANY {
        merged.extend(whole);
    } else {
        let mut actions: Vec<String> = whole.iter().map(|row| format!("{}:*", row.service())).collect();
        actions.sort();
        merged.push(common.merge(whole, actions, Vec::new()));
    }
    merged
}

/// The actions that no row is about, with their service, if they are few beside the others: those of the catalogue, and
/// patterns for others that the catalogue does not have.
fn exceptions<R: ServiceRow>(
    rows: &[R],
    catalogue: &Catalogue,
    written: &BTreeSet<&ActionPattern>,
) -> Option<Vec<String>> {
    let mut of_service_rows: BTreeMap<&str, Vec<&R>> = BTreeMap::new();
    for row in rows {
        // What the catalogue does not have, it cannot count.
        catalogue.service(row.service())?;
        of_service_rows.entry(row.service()).or_default().push(row);
    }
    if of_service_rows.len() * 2 < catalogue.prefixes().count() {
        return None;
    }
    let patterns = of_service(written);
    let mut exceptions = texts(&unlisted(catalogue, written));
    for service in catalogue.services() {
        let rows = of_service_rows.get(service.prefix.as_str()).map(Vec::as_slice).unwrap_or_default();
        let patterns = patterns.get(service.prefix.as_str()).map(Vec::as_slice).unwrap_or_default();
        let covered = covered_by(rows.iter().flat_map(|row| row.actions()));
        exceptions.extend(left_out(&service.prefix, service.actions.iter(), &covered, patterns));
        if exceptions.len() > MOST {
            return None;
        }
    }
    exceptions.sort();
    exceptions.dedup();
    Some(exceptions)
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

    fn resources(&self) -> &[String] {
        &self.resources
    }

    fn from(&self) -> (Side, &[StatementRef]) {
        (self.side, &self.granted_by)
    }

    fn apart_from_service(&self) -> Self {
        Self {
            service: "*".to_owned(),
            actions: Vec::new(),
            access_level: AccessLevel::Unknown,
            wildcard_only: false,
            witness: None,
            escalations: Vec::new(),
            ..self.clone()
        }
    }

    fn merge(mut self, rows: Vec<Self>, actions: Vec<String>, not_actions: Vec<String>) -> Self {
        (self.actions, self.not_actions) = (actions, not_actions);
        self.access_level = highest(&rows);
        let mut of_level = rows.iter().filter(|row| row.access_level == self.access_level);
        self.wildcard_only = of_level.all(|row| row.wildcard_only);
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

    fn resources(&self) -> &[String] {
        &self.resources
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
pub(super) mod tests {
    use super::*;
    use crate::model::Side;
    use crate::semantics::outcome::{Certainty, Refusal};

    /// A row of a service on all resources.
    pub(in super::super) fn row(service: &str, actions: &[&str]) -> AccessDifference {
        AccessDifference {
            side: Side::Left,
            service: service.to_owned(),
            actions: actions.iter().map(|action| (*action).to_owned()).collect(),
            not_actions: Vec::new(),
            access_level: AccessLevel::Write,
            wildcard_only: false,
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

    /// The row as from one statement.
    pub(in super::super) fn of_statement(row: AccessDifference) -> AccessDifference {
        let statement = StatementRef {
            policy_name: "p".to_owned(),
            real_policy_name: None,
            policy_type: crate::model::PolicyType::Inline,
            statement: 0,
            sid: None,
        };
        AccessDifference { granted_by: vec![statement], ..row }
    }

    #[test]
    fn many_whole_services_are_one_row() {
        let mut rows: Vec<AccessDifference> = ["a", "b", "iam", "d", "e"].map(|service| row(service, &["*"])).into();
        rows.push(row("s3", &["GetObject"]));
        let merged = merge_services(rows, &Catalogue::embedded(), &|_, _| false, &|_| BTreeSet::new());
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
        assert_eq!(merge_services(rows, &Catalogue::embedded(), &|_, _| false, &|_| BTreeSet::new()).len(), 2);
    }

    #[test]
    fn what_nearly_all_services_have_is_told_by_what_is_left_out() {
        let catalogue = Catalogue::embedded();
        let mut rows: Vec<AccessDifference> = catalogue
            .prefixes()
            .filter(|prefix| !["iam", "sts"].contains(prefix))
            .map(|prefix| row(prefix, &["*"]))
            .collect();
        rows = rows.into_iter().map(of_statement).collect();
        let open = merge_services(rows.clone(), &catalogue, &|_, _| true, &|_| BTreeSet::new());
        let [one] = open.as_slice() else { panic!("{}", open.len()) };
        assert_eq!(
            (one.actions.as_slice(), one.not_actions.as_slice()),
            (["*".to_owned()].as_slice(), ["iam:*".to_owned(), "sts:*".to_owned()].as_slice())
        );
        // A statement that lists its actions says nothing of those that the catalogue does not have.
        let listed = merge_services(rows, &catalogue, &|_, _| false, &|_| BTreeSet::new());
        assert!(listed.len() == 1 && listed[0].not_actions.is_empty() && listed[0].actions.len() > 400);
    }

    #[test]
    fn exceptions_are_named_as_they_are_written() {
        let catalogue = Catalogue::embedded();
        // Of SQS all but the actions that list; of S3 nothing.
        let lists = ["ListDeadLetterSourceQueues", "ListMessageMoveTasks", "ListQueueTags", "ListQueues"];
        let rows = catalogue.services().filter(|service| service.prefix != "s3").map(|service| {
            let names = service.actions.iter().map(|action| action.name.as_str());
            let names: Vec<&str> = names.filter(|name| service.prefix != "sqs" || !lists.contains(name)).collect();
            row(&service.prefix, if service.prefix == "sqs" { &names } else { &["*"] })
        });
        let rows: Vec<AccessDifference> = rows.map(of_statement).collect();
        let told = |written: &[&str]| {
            let patterns: Vec<ActionPattern> = written.iter().map(|text| ActionPattern::new(text).unwrap()).collect();
            let merged = merge_services(rows.clone(), &catalogue, &|_, _| true, &|_| patterns.iter().collect());
            let [one] = merged.as_slice() else { panic!("{}", merged.len()) };
            one.not_actions.clone()
        };
        // Its own `*` and a pattern of both kinds of actions say nothing of what is left out.
        assert_eq!(told(&["*", "sqs:*", "sqs:List*", "sqs:ListQueues"]), ["s3:*", "sqs:List*"]);
        assert_eq!(told(&["newservice:Do*", "s3:Get*"]).first().map(String::as_str), Some("newservice:Do*"));
        assert_eq!(told(&[]).len(), 1 + lists.len());
    }

    #[test]
    fn services_that_differ_in_part_have_rows_of_their_own() {
        let catalogue = Catalogue::embedded();
        let mut rows: Vec<AccessDifference> = Vec::new();
        for service in catalogue.services() {
            // All but the first action of EC2 and S3 is too much to name by what is left out of it.
            let names: Vec<&str> = service.actions.iter().map(|action| action.name.as_str()).take(30).collect();
            let is_partial = ["ec2", "s3"].contains(&service.prefix.as_str());
            rows.push(row(&service.prefix, if is_partial { &names } else { &["*"] }));
        }
        let rows = rows.into_iter().map(of_statement).collect();
        let merged = merge_services(rows, &catalogue, &|_, _| true, &|_| BTreeSet::new());
        let told: Vec<(&str, &[String])> =
            merged.iter().map(|row| (row.service.as_str(), row.not_actions.as_slice())).collect();
        let exceptions = ["ec2:*".to_owned(), "s3:*".to_owned()];
        assert_eq!(told, [("*", exceptions.as_slice()), ("ec2", &[]), ("s3", &[])]);
    }
}

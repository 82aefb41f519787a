//! The actions that a row leaves out, as the policies write them.
//!
//! "Every action except `iam:*`" and "`kms:*` except `kms:Decrypt`" say in a line what a list of all others would bury.

use std::collections::{BTreeMap, BTreeSet};

use super::service_row::{LimitingActions, ServiceRow};
use crate::catalog::{Action, Catalogue, Service};
use crate::model::{ActionPattern, Glob, Side};
use crate::semantics::outcome::StatementRef;

/// How many exceptions a row names at most.
pub(super) const MOST: usize = 20;

/// Up to so many actions are listed.
const FEW: usize = 3;

/// The patterns with a wildcard by which a statement names actions of a service; `*` where it names all, or all but some.
pub(super) type WidePatterns<'f> = dyn Fn(Side, &StatementRef, &str) -> Vec<ActionPattern> + 'f;

/// Tells rows about nearly all that a pattern of their statements matches in one service as that pattern, and what they
/// leave out of it. The other rows stay as they are.
pub(super) fn name_exceptions<R: ServiceRow>(
    rows: Vec<R>,
    catalogue: &Catalogue,
    wide: &WidePatterns<'_>,
    limiting: &LimitingActions<'_, '_>,
) -> Vec<R> {
    let mut all: Vec<R> = rows.into_iter().map(|row| with_exceptions(row, catalogue, wide, limiting)).collect();
    all.sort();
    all
}

fn with_exceptions<R: ServiceRow>(
    row: R,
    catalogue: &Catalogue,
    wide: &WidePatterns<'_>,
    limiting: &LimitingActions<'_, '_>,
) -> R {
    // What the catalogue does not have, it cannot count; and a row of many services has been told already.
    let Some(service) = catalogue.service(row.service()) else { return row };
    let (side, statements) = row.from();
    let written = limiting(side);
    let written = of_service(&written).remove(service.prefix.as_str()).unwrap_or_default();
    let told = Told { service, covered: covered_by(row.actions()), written: &written };
    if row.actions().len() > FEW {
        for pattern in common(side, statements, &service.prefix, wide) {
            let (listed, actions, exceptions) = told.by_pattern(&row, &pattern);
            // It has to be shorter than the list.
            if exceptions.len() <= MOST && exceptions.len() + 1 < listed {
                return row.clone().merge(vec![row], actions, exceptions);
            }
        }
    }
    let actions = told.by_written_patterns(&row, &common(side, statements, &service.prefix, wide));
    // A pattern of the row stands for actions beyond the catalogue, too.
    let exceptions = told.exceptions(std::iter::empty(), &actions);
    if exceptions.is_empty() && actions == row.actions() {
        return row;
    }
    row.clone().merge(vec![row], actions, exceptions)
}

/// What a row of one service says.
struct Told<'a> {
    service: &'a Service,
    /// The row's actions.
    covered: Vec<Glob>,
    /// Patterns of the service that may keep the row from being about an action.
    written: &'a [&'a ActionPattern],
}

impl Told<'_> {
    fn is_covered(&self, action: &Action) -> bool {
        self.covered.iter().any(|glob| glob.matches(&action.folded))
    }

    /// The row's actions told by a pattern: how many of them it stands for, then the actions and the exceptions.
    fn by_pattern(&self, row: &impl ServiceRow, pattern: &ActionPattern) -> (usize, Vec<String>, Vec<String>) {
        let glob = Glob::new(pattern.folded_name());
        let matched = self.service.actions.iter().filter(|action| glob.matches(&action.folded));
        let (within, mut others): (Vec<&Action>, Vec<&Action>) = matched.partition(|action| self.is_covered(action));
        // What cannot act on these resources differs in nothing, and needs no mention.
        if within.iter().all(|action| applies(self.service, action, row.resources())) {
            others.retain(|action| applies(self.service, action, row.resources()));
        }
        let rest = row.actions().iter().filter(|action| !glob.covers(&action.to_ascii_lowercase()));
        let mut actions: Vec<String> = rest.cloned().collect();
        actions.push(pattern.name().to_owned());
        actions.sort();
        let exceptions = self.exceptions(within.iter().copied().chain(others), &actions);
        (within.len(), actions, exceptions)
    }

    /// The row's actions, with patterns in place of those that they match: patterns that the other role or another
    /// statement uses, that match nothing else of the service, and that are within what the row's own statements allow.
    fn by_written_patterns(&self, row: &impl ServiceRow, own: &[ActionPattern]) -> Vec<String> {
        let is_within = |pattern: &ActionPattern| {
            own.iter().any(|wide| Glob::new(wide.folded_name()).covers(pattern.folded_name()))
        };
        let mut actions = row.actions().to_vec();
        for pattern in self.written.iter().filter(|pattern| pattern.has_wildcard() && is_within(pattern)) {
            let glob = Glob::new(pattern.folded_name());
            let matches = |action: &String| glob.covers(&action.to_ascii_lowercase());
            let all = self.service.actions.iter().filter(|action| glob.matches(&action.folded));
            let is_whole = all.clone().nth(1).is_some() && all.clone().all(|action| self.is_covered(action));
            // It has to be shorter than the list.
            if is_whole && actions.iter().filter(|action| matches(action)).count() > 1 {
                actions.retain(|action| !matches(action));
                actions.push(pattern.name().to_owned());
            }
        }
        actions.sort();
        actions
    }

    /// Those of some actions of the service that the row is not about, and the written patterns for others that are
    /// within the row's own patterns.
    fn exceptions<'s>(&self, some: impl Iterator<Item = &'s Action>, actions: &[String]) -> Vec<String> {
        let own = covered_by(actions.iter().filter(|action| action.contains(['*', '?'])));
        let is_left_out = |pattern: &&&ActionPattern| {
            let pattern = Glob::new(pattern.folded_name());
            let of_row = || self.service.actions.iter().filter(|action| self.is_covered(action));
            own.iter().any(|glob| glob.overlaps(&pattern))
                && !of_row().any(|action| pattern.matches(&action.folded))
                && !actions.iter().any(|action| pattern.matches(&action.to_ascii_lowercase()))
        };
        let written: Vec<&ActionPattern> = self.written.iter().filter(is_left_out).copied().collect();
        left_out(&self.service.prefix, some, &self.covered, &written)
    }
}

/// Whether an action can act on one of these resources.
fn applies(service: &Service, action: &Action, resources: &[String]) -> bool {
    let is_of_some_type = |resource: &String| {
        let glob = Glob::new(resource);
        service.resource_types_of(action).any(|kind| kind.arns.iter().any(|template| template.overlaps(&glob)))
    };
    // A resource that is no ARN is `*`, or all but some.
    resources.iter().any(|resource| !resource.starts_with("arn:") || is_of_some_type(resource))
}

/// The patterns by which each of some statements names actions of a service, the widest first. What the catalogue does
/// not have is only meant where all statements mean it.
fn common(side: Side, statements: &[StatementRef], service: &str, wide: &WidePatterns<'_>) -> Vec<ActionPattern> {
    let mut all: Vec<Vec<ActionPattern>> = statements.iter().map(|statement| wide(side, statement, service)).collect();
    let Some(first) = all.pop() else { return Vec::new() };
    let mut common: Vec<ActionPattern> = first
        .into_iter()
        .filter(|own| {
            let covers = |other: &ActionPattern| Glob::new(other.folded_name()).covers(own.folded_name());
            all.iter().all(|others| others.iter().any(covers))
        })
        .collect();
    common.sort_by_key(|pattern| pattern.folded_name().len());
    common
}

/// Actions of a row, to be compared with names in lower case.
pub(super) fn covered_by<'a>(actions: impl IntoIterator<Item = &'a String>) -> Vec<Glob> {
    actions.into_iter().map(|action| Glob::new(&action.to_ascii_lowercase())).collect()
}

/// Patterns by their service. One without a service, or with a wildcard there, is about all that rows and exceptions are
/// about together, and stays away.
pub(super) fn of_service<'a>(patterns: &BTreeSet<&'a ActionPattern>) -> BTreeMap<&'a str, Vec<&'a ActionPattern>> {
    let mut all: BTreeMap<&str, Vec<&ActionPattern>> = BTreeMap::new();
    for pattern in patterns {
        if !pattern.service().contains(['*', '?']) {
            all.entry(pattern.service()).or_default().push(pattern);
        }
    }
    all
}

/// The patterns that match no action of the catalogue.
pub(super) fn unlisted<'a>(catalogue: &Catalogue, written: &BTreeSet<&'a ActionPattern>) -> Vec<&'a ActionPattern> {
    let is_unlisted = |pattern: &&ActionPattern| {
        let glob = Glob::new(pattern.folded_name());
        let matches = |service: &Service| service.actions.iter().any(|action| glob.matches(&action.folded));
        !pattern.service().contains(['*', '?']) && !catalogue.service(pattern.service()).is_some_and(matches)
    };
    written.iter().copied().filter(is_unlisted).collect()
}

/// Those of some actions of a service that are not covered, with the service: `service:*` if none is, else the written
/// patterns that match none that is covered, and the names of the others.
pub(super) fn left_out<'a>(
    service: &str,
    actions: impl Iterator<Item = &'a Action>,
    covered: &[Glob],
    written: &[&ActionPattern],
) -> Vec<String> {
    let is_covered = |action: &&Action| covered.iter().any(|pattern| pattern.matches(&action.folded));
    let (covered, mut left): (Vec<&Action>, Vec<&Action>) = actions.partition(is_covered);
    if covered.is_empty() && !left.is_empty() {
        return vec![format!("{service}:*")];
    }
    let mut globs: Vec<(Glob, &ActionPattern)> =
        written.iter().map(|pattern| (Glob::new(pattern.folded_name()), *pattern)).collect();
    globs.retain(|(glob, _)| !covered.iter().any(|action| glob.matches(&action.folded)));
    left.retain(|action| !globs.iter().any(|(glob, _)| glob.matches(&action.folded)));
    // What a wider one of them matches as well needs no mention.
    let is_within =
        |own: &ActionPattern| globs.iter().any(|(glob, other)| *other != own && glob.covers(own.folded_name()));
    let widest = globs.iter().map(|(_, pattern)| *pattern).filter(|pattern| !is_within(pattern));
    let mut named: Vec<String> = widest.map(|pattern| pattern.as_str().to_owned()).collect();
    named.extend(left.into_iter().map(|action| format!("{service}:{}", action.name)));
    named.sort();
    named
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::compare::merge_services::tests::{of_statement, row};

    proptest! {
        /// A row with exceptions is about the same actions of the catalogue as its list was, and shorter.
        #[test]
        fn a_row_stays_about_the_same_actions(
            chosen in any::<u64>(),
            wide in proptest::sample::subsequence(vec!["sqs:*", "sqs:*Message*", "sqs:List*", "sqs:?e*"], 0..4),
            other in proptest::sample::subsequence(vec!["sqs:List*", "sqs:Send*", "sqs:GetTomorrow", "s3:*", "*"], 0..5),
        ) {
            let catalogue = Catalogue::embedded();
            let service = catalogue.service("sqs").unwrap();
            let (of_row, others): (Vec<_>, Vec<_>) =
                service.actions.iter().enumerate().partition(|(place, _)| chosen >> (place % 64) & 1 == 1);
            let names: Vec<&str> = of_row.iter().map(|(_, action)| action.name.as_str()).collect();
            let listed = of_statement(row("sqs", &names));
            let patterns = |texts: &[&str]| -> Vec<ActionPattern> {
                texts.iter().map(|text| ActionPattern::new(text).unwrap()).collect()
            };
            let (wide, other) = (patterns(&wide), patterns(&other));
            let told = name_exceptions(vec![listed], &catalogue, &|_, _, _| wide.clone(), &|_| {
                other.iter().collect()
            });
            let [told] = told.as_slice() else { panic!("{told:?}") };
            prop_assert!(told.actions.len() + told.not_actions.len() <= names.len());
            let (positive, negative) = (covered_by(&told.actions), covered_by(&told.not_actions));
            let is_about = |action: &Action| {
                positive.iter().any(|glob| glob.matches(&action.folded))
                    && !negative.iter().any(|glob| glob.matches(&format!("sqs:{}", action.folded)))
            };
            prop_assert!(of_row.iter().all(|(_, action)| is_about(action)), "{told:?}");
            prop_assert!(!others.iter().any(|(_, action)| is_about(action)), "{told:?}");
        }
    }
}

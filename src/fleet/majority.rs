//! The majority as the baseline: each role is compared with that of the most accounts.
//!
//! First, all accounts are compared with one of them, the pivot. That tells for each role which accounts are the same, and so
//! one account of the majority. Then each role is compared with the role of that account, in a comparison of its own.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::accepted_counts::AcceptedCounts;
use super::compared::Compared;
use super::role::{ComparedRole, RoleKey};
use crate::model::{AccountTag, Selection};
use crate::report::Totals;

/// Which account's role each role is compared with.
#[derive(Debug)]
pub struct Majority {
    rows: Vec<Row>,
    tags: BTreeSet<AccountTag>,
}

/// A role of the fleet.
#[derive(Debug)]
struct Row {
    /// The account whose role is that of the majority; one that does not have the role, if the majority does not.
    with: AccountTag,
    /// The normalized name.
    role: String,
    /// The real name in each account that has it.
    names: BTreeMap<AccountTag, String>,
}

/// A comparison that is needed: of these roles of two accounts.
#[derive(Debug, Clone)]
pub struct Round {
    /// The account of the majority.
    pub with: AccountTag,
    /// The account that is compared with it.
    pub account: AccountTag,
    /// The roles.
    pub selection: Selection,
}

impl Majority {
    /// Finds the majorities. `compared` are all accounts but the pivot, compared with it.
    #[must_use]
    pub fn new(pivot: &AccountTag, compared: &[Compared]) -> Self {
        let tags: BTreeSet<AccountTag> = compared.iter().map(|one| one.tag.clone()).chain([pivot.clone()]).collect();
        let mut rows: BTreeMap<&RoleKey, BTreeMap<&AccountTag, &ComparedRole>> = BTreeMap::new();
        let mut left_out: BTreeSet<(&RoleKey, &AccountTag)> = BTreeSet::new();
        for account in compared {
            for role in &account.roles {
                rows.entry(&role.key).or_default().insert(&account.tag, role);
            }
            for role in &account.not_compared {
                rows.entry(&role.key).or_default().insert(&account.tag, role);
                left_out.insert((&role.key, &account.tag));
            }
        }
        let row = |(key, roles): (&RoleKey, BTreeMap<&AccountTag, &ComparedRole>)| {
            let counts = |tag: &&AccountTag| !left_out.contains(&(key, *tag));
            let with = largest(pivot, key, &roles, tags.iter().filter(counts));
            let mut names: BTreeMap<AccountTag, String> =
                roles.iter().filter_map(|(tag, role)| Some(((*tag).clone(), role.account_role.clone()?))).collect();
            if let RoleKey::OfBaseline(name) = key {
                names.insert(pivot.clone(), name.clone());
            }
            let role = roles.values().next().map_or_else(String::new, |role| role.role.clone());
            Row { with: with.clone(), role, names }
        };
        let rows = rows.into_iter().map(row).collect();
        Self { rows, tags }
    }

    /// The comparisons that are needed, sorted.
    #[must_use]
    pub fn rounds(&self) -> Vec<Round> {
        let mut rounds: BTreeMap<(&AccountTag, &AccountTag), BTreeSet<&String>> = BTreeMap::new();
        for row in &self.rows {
            for account in self.tags.iter().filter(|tag| **tag != row.with) {
                let names = [&row.with, account].into_iter().filter_map(|tag| row.names.get(tag));
                rounds.entry((&row.with, account)).or_default().extend(names);
            }
        }
        // Where neither of the two has any of the roles, there is nothing to compare.
        let some = rounds.into_iter().filter(|(_, names)| !names.is_empty());
        some.map(|((with, account), names)| {
            let roles = names.into_iter().cloned().collect();
            let selection = Selection { roles, exclude_service_linked: false };
            Round { with: with.clone(), account: account.clone(), selection }
        })
        .collect()
    }

    /// Puts the comparisons together: for each account, its roles as compared with those of the majority. `first` are the
    /// comparisons with the pivot.
    #[must_use]
    pub fn merge(&self, first: &[Compared], rounds: &[(AccountTag, Compared)]) -> Vec<Compared> {
        let rounds: BTreeMap<(&AccountTag, &AccountTag), &Compared> =
            rounds.iter().map(|(with, compared)| ((with, &compared.tag), compared)).collect();
        self.tags.iter().map(|tag| self.merged(tag, first, &rounds)).collect()
    }

    fn merged(
        &self,
        tag: &AccountTag,
        first: &[Compared],
        rounds: &BTreeMap<(&AccountTag, &AccountTag), &Compared>,
    ) -> Compared {
        let mut merged = Compared::nothing(tag.clone());
        let mut used: BTreeMap<&AccountTag, BTreeMap<RoleKey, RoleKey>> = BTreeMap::new();
        for row in &self.rows {
            if row.with == *tag {
                merged.roles.extend(row.names.get(tag).map(|name| row.same(name)));
                continue;
            }
            let Some(round) = rounds.get(&(&row.with, tag)) else { continue };
            let is_row = |role: &&ComparedRole| match row.names.get(tag) {
                Some(name) => role.account_role.as_ref() == Some(name),
                None => role.baseline_role.is_some() && role.baseline_role.as_ref() == row.names.get(&row.with),
            };
            let found = round.roles.iter().find(is_row);
            let keyed = |role: &ComparedRole| ComparedRole { key: row.key(), ..role.clone() };
            merged.roles.extend(found.map(keyed));
            if found.is_none() {
                merged.not_compared.extend(round.not_compared.iter().find(is_row).map(keyed));
            }
            used.entry(&row.with).or_default().extend(found.map(|role| (role.key.clone(), row.key())));
        }
        for (with, rows) in used {
            let causes = rounds.get(&(with, tag)).into_iter().flat_map(|round| &round.causes);
            merged.causes.extend(causes.filter_map(|cause| cause.of_rows(&rows)));
        }
        let open = merged.roles.iter().filter_map(|role| role.open.as_ref());
        let findings = open.clone().map(|open| open.findings.len()).sum();
        merged.fails = open.clone().any(|open| open.fails);
        merged.failing = open.clone().map(|open| open.failing).sum();
        merged.accepted = AcceptedCounts::sum(merged.roles.iter().map(|role| role.accepted));
        merged.totals = Totals { findings, ..Totals::default() };
        if let Some(one) = first.iter().find(|one| one.tag == *tag) {
            merged.limitations.clone_from(&one.limitations);
            merged.used.clone_from(&one.used);
            merged.referenced_by_both.clone_from(&one.referenced_by_both);
            merged.patterns.clone_from(&one.patterns);
        }
        merged
    }
}

impl Row {
    fn key(&self) -> RoleKey {
        match self.names.get(&self.with) {
            Some(name) => RoleKey::OfMajority(self.with.clone(), name.clone()),
            None => {
                let mut names = self.names.iter().map(|(tag, name)| format!("{tag} {name}"));
                RoleKey::Added(self.role.to_lowercase(), names.next())
            }
        }
    }

    /// The role of the account with which the others are compared.
    fn same(&self, name: &str) -> ComparedRole {
        ComparedRole {
            key: self.key(),
            role: self.role.clone(),
            baseline_role: Some(name.to_owned()),
            account_role: Some(name.to_owned()),
            service_linked: false,
            accepted: AcceptedCounts::default(),
            open: None,
        }
    }
}

/// What a role is like in an account, as against the pivot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State<'c> {
    Same,
    Differs(&'c str),
    Absent,
}

/// The first account of those in which the role is the same, where these are the most; of several as many, the one that is
/// first by tag.
fn largest<'t>(
    pivot: &'t AccountTag,
    key: &RoleKey,
    roles: &BTreeMap<&AccountTag, &ComparedRole>,
    tags: impl Iterator<Item = &'t AccountTag>,
) -> &'t AccountTag {
    let has = matches!(key, RoleKey::OfBaseline(_));
    let mut groups: BTreeMap<State<'_>, Vec<&'t AccountTag>> = BTreeMap::new();
    for tag in tags {
        let state = match roles.get(tag) {
            None if tag == pivot && has => State::Same,
            None => State::Absent,
            Some(role) if role.account_role.is_none() => State::Absent,
            Some(role) => match &role.open {
                Some(open) if !open.is_alike() => State::Differs(&open.key),
                Some(_) | None => State::Same,
            },
        };
        groups.entry(state).or_default().push(tag);
    }
    let best = groups.into_values().min_by_key(|tags| (Reverse(tags.len()), tags.first().copied()));
    best.and_then(|tags| tags.first().copied()).unwrap_or(pivot)
}

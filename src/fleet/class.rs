//! The rows of the matrix: per role, the accounts in classes that are the same.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use super::compared::Compared;
use super::deviation::Deviation;
use super::role::{ComparedRole, Open, RoleKey};
use super::sentence;
use crate::model::{AccountTag, Side};
use crate::report::{Rule, Severity};

/// What a role is like in an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// The number of its class. Class 1 is that of the baseline: nothing differs but what somebody has accepted.
    Class(usize),
    /// The account does not have the role.
    Absent,
    /// The role was not compared.
    NotCompared,
    /// The account was not read.
    NotRead,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Class(number) => write!(f, "{number}"),
            Self::Absent => f.write_str("-"),
            Self::NotCompared => f.write_str("not compared"),
            Self::NotRead => f.write_str("not read"),
        }
    }
}

/// The number of a class, or what the matrix has in its place.
impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Class(number) => number.serialize(serializer),
            Self::Absent | Self::NotCompared | Self::NotRead => serializer.collect_str(self),
        }
    }
}

/// What differs between a class and the baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClassFinding {
    /// Its kind.
    pub rule: Rule,
    /// How severe it is.
    pub severity: Severity,
    /// What differs, in a sentence of the report of the first account of the class.
    pub message: String,
}

/// Accounts in which a role is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Class {
    /// Its number, or `-` for the accounts that do not have the role.
    pub class: Cell,
    /// The accounts, sorted.
    pub accounts: Vec<AccountTag>,
    /// The severity of its most severe finding; none if it has none.
    pub severity: Option<Severity>,
    /// What differs from the baseline, most severe first.
    pub findings: Vec<ClassFinding>,
    /// What else there is to know.
    pub note: Option<String>,
}

/// A role of the fleet: a row of the matrix.
#[derive(Debug, Clone, Serialize)]
pub struct FleetRole {
    /// The normalized name; that of the most accounts where they differ.
    pub role: String,
    /// The account with whose role the others are compared: the baseline, or one of the majority. None if the baseline, or
    /// the majority, does not have the role.
    pub compared_with: Option<AccountTag>,
    /// The real name in that account.
    pub baseline_role: Option<String>,
    /// The real name, if other rows have the same normalized name because several roles of one account have it.
    pub real_role: Option<String>,
    /// Whether an AWS service owns it.
    pub service_linked: bool,
    /// How many of the accounts that were read have it, the baseline among them.
    pub accounts: usize,
    /// The classes, by number; the accounts that do not have the role come last.
    pub classes: Vec<Class>,
    /// What it is like in each account.
    pub cells: BTreeMap<AccountTag, Cell>,
    /// What it is like in each account in which it differs or was not compared.
    #[serde(skip)]
    pub open: BTreeMap<AccountTag, OpenRole>,
    /// How many of its differences somebody has accepted, by account.
    #[serde(skip)]
    pub accepted: BTreeMap<AccountTag, usize>,
}

/// A role that differs in an account, or was not compared there.
#[derive(Debug, Clone)]
pub struct OpenRole {
    /// Its real name there; none if the account does not have it.
    pub account_role: Option<String>,
    /// Whether it makes the run fail.
    pub fails: bool,
    /// The findings, most severe first.
    pub findings: Vec<Deviation>,
}

impl FleetRole {
    /// The name as a table shows it: with the real name, if another row has the same normalized name.
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.real_role {
            Some(real) => format!("{} ({real})", self.role),
            None => self.role.clone(),
        }
    }

    /// Whether it differs in some account; that it was not compared is none of that.
    pub(super) fn differs(&self) -> bool {
        self.open.keys().any(|tag| self.cells.get(tag) != Some(&Cell::NotCompared))
    }

    /// Whether it was not compared in some account although it was asked for.
    pub(super) fn is_left_out(&self) -> bool {
        self.classes.iter().any(|class| class.class == Cell::NotCompared && class.severity.is_some())
    }
}

/// A row in the making.
#[derive(Debug, Default)]
struct Row<'c> {
    /// How many accounts have the role under this name.
    names: BTreeMap<&'c str, usize>,
    compared: BTreeMap<&'c AccountTag, &'c ComparedRole>,
    not_compared: BTreeMap<&'c AccountTag, &'c ComparedRole>,
}

/// The rows of accounts that were compared with the baseline, sorted by name; without one, with the majority. `others` are
/// accounts that were not read.
pub(super) fn rows(baseline: Option<&AccountTag>, compared: &[Compared], others: &[&AccountTag]) -> Vec<FleetRole> {
    let mut rows: BTreeMap<&RoleKey, Row<'_>> = BTreeMap::new();
    for account in compared {
        for role in &account.roles {
            let row = rows.entry(&role.key).or_default();
            *row.names.entry(&role.role).or_default() += 1;
            row.compared.insert(&account.tag, role);
        }
        for role in &account.not_compared {
            let row = rows.entry(&role.key).or_default();
            *row.names.entry(&role.role).or_default() += 1;
            row.not_compared.insert(&account.tag, role);
        }
    }
    let tags: Vec<&AccountTag> = compared.iter().map(|account| &account.tag).collect();
    let mut rows: Vec<(&RoleKey, FleetRole)> =
        rows.into_iter().map(|(key, row)| (key, row.finished(key, baseline, &tags, others))).collect();
    rows.sort_by(|(a_key, a), (b_key, b)| {
        let order = |role: &FleetRole| (role.role.to_lowercase(), role.role.clone());
        order(a).cmp(&order(b)).then_with(|| a_key.cmp(b_key))
    });
    let mut rows: Vec<FleetRole> = rows.into_iter().map(|(_, row)| row).collect();
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for row in &rows {
        *names.entry(row.role.clone()).or_default() += 1;
    }
    for row in rows.iter_mut().filter(|row| names.get(&row.role) == Some(&1)) {
        row.real_role = None;
    }
    rows
}

impl Row<'_> {
    fn finished(
        self,
        key: &RoleKey,
        baseline: Option<&AccountTag>,
        tags: &[&AccountTag],
        others: &[&AccountTag],
    ) -> FleetRole {
        let (compared_with, baseline_role) = match key {
            RoleKey::OfBaseline(name) => (baseline.cloned(), Some(name.clone())),
            RoleKey::OfMajority(tag, name) => (Some(tag.clone()), Some(name.clone())),
            RoleKey::Added(..) => (None, None),
        };
        let mut name: Vec<(&str, usize)> = self.names.iter().map(|(name, count)| (*name, *count)).collect();
        name.sort_by_key(|(name, count)| (Reverse(*count), *name));
        let mut groups = Groups { baseline, all: tags.len(), ..Groups::default() };
        for tag in tags {
            match self.not_compared.get(tag) {
                Some(role) => groups.not_compared.push(((*tag).clone(), role.open.as_ref())),
                None => groups.add(tag, self.compared.get(tag).copied(), baseline_role.is_some()),
            }
        }
        match (baseline, &baseline_role) {
            (Some(baseline), Some(_)) => groups.same.push(baseline.clone()),
            (Some(baseline), None) => groups.absent.push((baseline.clone(), None)),
            (None, _) => {}
        }
        let mut role = groups.finished();
        role.cells.extend(others.iter().map(|tag| ((*tag).clone(), Cell::NotRead)));
        FleetRole {
            role: name.first().map_or_else(String::new, |(name, _)| (*name).to_owned()),
            compared_with,
            baseline_role,
            real_role: match key {
                RoleKey::OfBaseline(name) | RoleKey::OfMajority(_, name) => Some(name.clone()),
                RoleKey::Added(_, real) => real.clone(),
            },
            service_linked: self.compared.values().any(|role| role.service_linked),
            ..role
        }
    }
}

/// The accounts of a row by what the role is like in them.
#[derive(Debug, Default)]
struct Groups<'c> {
    /// The baseline; none for the majority.
    baseline: Option<&'c AccountTag>,
    /// How many accounts were compared.
    all: usize,
    same: Vec<AccountTag>,
    /// Whether the same is so because somebody has accepted what differs.
    accepted: usize,
    differing: BTreeMap<&'c str, Vec<(AccountTag, &'c Open)>>,
    absent: Vec<(AccountTag, Option<&'c Open>)>,
    /// With the reason, if a policy is missing or a name is ambiguous.
    not_compared: Vec<(AccountTag, Option<&'c Open>)>,
    open: BTreeMap<AccountTag, OpenRole>,
    accepted_in: BTreeMap<AccountTag, usize>,
}

impl<'c> Groups<'c> {
    fn add(&mut self, tag: &AccountTag, role: Option<&'c ComparedRole>, in_baseline: bool) {
        let tag = tag.clone();
        if let Some(open) = role.and_then(|role| role.open.as_ref()) {
            let account_role = role.and_then(|role| role.account_role.clone());
            let Open { fails, findings, .. } = open;
            self.open.insert(tag.clone(), OpenRole { account_role, fails: *fails, findings: findings.clone() });
        }
        if let Some(accepted) = role.map(|role| role.accepted.differences).filter(|count| *count > 0) {
            self.accepted_in.insert(tag.clone(), accepted);
        }
        match role {
            // The baseline has it, and the comparison did not: its names were not selected there.
            None if in_baseline => self.not_compared.push((tag, None)),
            None => self.absent.push((tag, None)),
            // Which role is its counterpart cannot be told.
            Some(ComparedRole { open: Some(open), .. }) if open.is_ambiguous() => {
                self.not_compared.push((tag, Some(open)));
            }
            Some(role) if role.account_role.is_none() => self.absent.push((tag, role.open.as_ref())),
            Some(ComparedRole { open: Some(open), .. }) => {
                self.differing.entry(&open.key).or_default().push((tag, open));
            }
            Some(role) => {
                self.accepted += usize::from(role.accepted.differences > 0);
                self.same.push(tag);
            }
        }
    }

    fn finished(mut self) -> FleetRole {
        let mut cells = BTreeMap::new();
        let mut classes = Vec::new();
        let (baseline, all) = (self.baseline, self.all);
        let mut add = |cell: Cell, mut accounts: Vec<AccountTag>, open: Option<&Open>, note: Option<String>| {
            if accounts.is_empty() {
                return;
            }
            accounts.sort();
            cells.extend(accounts.iter().map(|tag| (tag.clone(), cell)));
            let of_class = |finding: &Deviation| of_class(finding, baseline, &accounts, all);
            let findings = open.map(|open| open.findings.iter().map(of_class).collect()).unwrap_or_default();
            classes.push(class(cell, accounts, findings, note));
        };
        let has = self.same.len() + self.differing.values().map(Vec::len).sum::<usize>() + self.not_compared.len();
        let accepted = (self.accepted > 0).then(|| accepted_note(self.accepted));
        add(Cell::Class(1), std::mem::take(&mut self.same), None, accepted);
        for (number, accounts, open, note) in numbered(std::mem::take(&mut self.differing), baseline.is_none()) {
            add(Cell::Class(number), accounts, open, note);
        }
        self.absent.sort_by(|a, b| a.0.cmp(&b.0));
        let open = self.absent.iter().find_map(|(_, open)| *open);
        let note = open.filter(|_| baseline.is_none()).and_then(more_note);
        add(Cell::Absent, self.absent.iter().map(|(tag, _)| tag.clone()).collect(), open, note);
        self.not_compared.sort_by(|a, b| a.0.cmp(&b.0));
        let open = self.not_compared.iter().find_map(|(_, open)| *open);
        let unselected = self.not_compared.iter().filter(|(_, open)| open.is_none()).count();
        let note = (unselected > 0).then(|| unselected_note(unselected));
        add(Cell::NotCompared, self.not_compared.iter().map(|(tag, _)| tag.clone()).collect(), open, note);
        FleetRole {
            role: String::new(),
            compared_with: None,
            baseline_role: None,
            real_role: None,
            service_linked: false,
            accounts: has,
            classes,
            cells,
            open: self.open,
            accepted: self.accepted_in,
        }
    }
}

/// A class in the making: its number, its accounts, what differs, and the note.
type Numbered<'c> = (usize, Vec<AccountTag>, Option<&'c Open>, Option<String>);

/// The classes that differ from the baseline's, by number of accounts, then by the first one.
fn numbered<'c>(differing: BTreeMap<&'c str, Vec<(AccountTag, &'c Open)>>, majority: bool) -> Vec<Numbered<'c>> {
    let mut differing: Vec<Vec<(AccountTag, &Open)>> = differing.into_values().collect();
    differing.iter_mut().for_each(|accounts| accounts.sort_by(|a, b| a.0.cmp(&b.0)));
    differing.sort_by_key(|accounts| (Reverse(accounts.len()), accounts.first().map(|(tag, _)| tag.clone())));
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let one = |(accounts, number): (Vec<(AccountTag, &'c Open)>, usize)| {
        let open = accounts.first().map(|(_, open)| *open);
        let mut notes: Vec<String> = open.and_then(|open| note(open, number, &mut known)).into_iter().collect();
        notes.extend(open.filter(|_| majority).and_then(more_note));
        let note = (!notes.is_empty()).then(|| notes.join("; "));
        (number, accounts.into_iter().map(|(tag, _)| tag).collect(), open, note)
    };
    differing.into_iter().zip(2..).map(one).collect()
}

fn class(class: Cell, accounts: Vec<AccountTag>, findings: Vec<ClassFinding>, note: Option<String>) -> Class {
    Class { class, accounts, severity: findings.iter().map(|finding| finding.severity).max(), findings, note }
}

fn of_class(finding: &Deviation, baseline: Option<&AccountTag>, accounts: &[AccountTag], all: usize) -> ClassFinding {
    let message = match &finding.alone {
        Some(alone) => sentence::alone(alone, finding.rule, baseline, &accounts.iter().collect::<Vec<_>>(), all),
        None => finding.message.clone(),
    };
    ClassFinding { rule: finding.rule, severity: finding.severity, message }
}

fn unselected_note(accounts: usize) -> String {
    let accounts = crate::report::sentences::counted(accounts, "account");
    format!("`--role` does not select the role in {accounts}")
}

fn accepted_note(accounts: usize) -> String {
    let accounts = crate::report::sentences::counted(accounts, "account");
    format!("differences of {accounts} are accepted")
}

/// That the majority has more than a class: nobody says that the majority is right.
fn more_note(open: &Open) -> Option<String> {
    let is_less = |finding: &&Deviation| finding.side == Some(Side::Left) && finding.rule.is_about_access();
    let note = "the majority allows what these accounts do not; check whether that is intended";
    open.findings.iter().find(is_less).map(|_| note.to_owned())
}

/// What there is to know of a class beside its findings. `known` are the classes so far by their findings.
fn note<'c>(open: &'c Open, number: usize, known: &mut BTreeMap<&'c str, usize>) -> Option<String> {
    if open.findings.is_empty() {
        return Some("iamctl could not determine whether access differs".to_owned());
    }
    match known.get(open.findings_key.as_str()) {
        Some(first) => Some(format!(
            "the findings are those of class {first}, but the policies or values are not written the same, and the roles \
             might differ from each other"
        )),
        None => {
            known.insert(&open.findings_key, number);
            None
        }
    }
}

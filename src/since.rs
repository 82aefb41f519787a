//! What is new in a report as against an earlier one of the same two accounts.
//!
//! A finding is looked for in the other report by what it says: the role, the account that has it, and the actions on
//! resources, principals, or values. Therefore, rows that are split in another way, statements in another order, policies
//! with other names, and other proofs make nothing new. The question is asked of both reports alike, so that what is
//! new from one to the other is what is resolved from the other to the one.

mod coverage;
mod growth;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::{AccountTag, DifferenceKind, Side, Sides, words};
use crate::report::{
    Difference, FailOn, Finding, Group, Limitation, List, Report, RoleResult, RoleStatus, Rule, Severity,
};
use coverage::{Coverage, coverage};
pub use growth::Growth;
use growth::{Change, Direction, GrowthIndex, is_about};

/// `format` of `since.json`.
pub const FORMAT: &str = "iamctl-since";

/// The version of `since.json`.
pub const VERSION: u32 = 1;

words! {
    /// What became of a finding or a cause from one report to the next.
    pub enum Status {
        /// The earlier report has nothing like it.
        New = "new",
        /// The earlier report has a part of it, or says that it is less severe.
        Changed = "changed",
        /// The earlier report has all of it.
        StillThere = "still-there",
        /// The later report has nothing like it.
        Resolved = "resolved",
        /// Somebody has accepted it since.
        Accepted = "accepted",
        /// The later report does not compare its role.
        NotCompared = "not-compared",
    }
}

impl Status {
    /// Whether people have to look at it: it was not there before, or not to this extent.
    #[must_use]
    pub const fn is_new(self) -> bool {
        match self {
            Self::New | Self::Changed => true,
            Self::StillThere | Self::Resolved | Self::Accepted | Self::NotCompared => false,
        }
    }

    /// The word for people.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::StillThere => "still there",
            Self::Resolved => "resolved",
            Self::Accepted => "accepted since",
            Self::NotCompared => "not compared any more",
        }
    }
}

/// Two reports that cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SinceError {
    /// They are of other accounts.
    #[error("the reports are of different accounts: {earlier}, and {later}")]
    Accounts {
        /// The two of the earlier report.
        earlier: String,
        /// The two of the later one.
        later: String,
    },
    /// They are of other roles.
    #[error("the reports are of different roles: {earlier} before, {later} now")]
    Roles {
        /// What the earlier report selects.
        earlier: String,
        /// What the later one selects.
        later: String,
    },
    /// The first one is the later one.
    #[error("the first report was made at {earlier}, which is after the second one, made at {later}")]
    Order {
        /// When the first report was made.
        earlier: String,
        /// When the second one was made.
        later: String,
    },
}

/// What is new in the later of two reports, and what is no longer there. Serialized, it is `since.json`.
#[derive(Debug, Clone, Serialize)]
pub struct Since {
    /// Always [`FORMAT`].
    pub format: &'static str,
    /// Always [`VERSION`].
    pub version: u32,
    /// When the two reports were made, RFC 3339; none if there is no earlier one, so that everything is new.
    pub earlier: Option<String>,
    /// When the later one was made.
    pub later: String,
    /// The two accounts.
    pub accounts: Sides<AccountTag>,
    /// The result in numbers.
    pub totals: SinceTotals,
    /// What the reader must know to trust the result.
    pub remarks: Vec<String>,
    /// The causes of the later report, in its order.
    pub causes: Vec<CauseSince>,
    /// The findings of the later report, in its order.
    pub findings: Vec<FindingSince>,
    /// The findings of the earlier report that the later one does not have any more, in the order of the earlier one.
    pub gone: Vec<Gone>,
    /// What became of each finding of the later report, by ID.
    #[serde(skip)]
    statuses: BTreeMap<String, Status>,
}

/// The result in numbers. What is only for information does not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct SinceTotals {
    /// Causes that are new.
    pub new_causes: usize,
    /// Causes of which some finding is new or changed.
    pub changed_causes: usize,
    /// Causes that are as they were.
    pub causes_still_there: usize,
    /// Findings that are new.
    pub new: usize,
    /// Findings that are wider, or more severe.
    pub changed: usize,
    /// Findings that are as they were, or narrower.
    pub still_there: usize,
    /// Findings that are resolved.
    pub resolved: usize,
    /// Findings that were accepted since.
    pub accepted: usize,
    /// Findings whose roles are not compared any more.
    pub not_compared: usize,
}

/// A cause of the later report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CauseSince {
    /// Its ID in the later report.
    pub id: String,
    /// What became of it.
    pub status: Status,
    /// How many of its findings are new or changed.
    pub new_findings: usize,
}

/// A finding of the later report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingSince {
    /// Its ID in the later report.
    pub id: String,
    /// What became of it.
    pub status: Status,
    /// Whether it is for information and does not count.
    pub note: bool,
    /// Why it is new or changed, where that is not what it says itself.
    pub why: Option<String>,
}

/// A finding of the earlier report that the later one does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gone {
    /// Its ID in the earlier report.
    pub id: String,
    /// What became of it.
    pub status: Status,
    /// Its kind.
    pub rule: Rule,
    /// How severe it was.
    pub severity: Severity,
    /// The role's normalized name.
    pub role: Option<String>,
    /// What it said.
    pub message: String,
}

impl Since {
    /// Compares two reports of the same accounts and the same roles. `growth` is what the roles can do more and less;
    /// without it, a finding that became wider within the same rows is not told from one that did not.
    ///
    /// # Errors
    /// If they are of other accounts or other roles, or the first one is the later one.
    pub fn new(earlier: &Report, later: &Report, growth: Option<&Growth>) -> Result<Self, SinceError> {
        check(earlier, later)?;
        let (before, after) = (Index::new(earlier), Index::new(later));
        // Under another dictionary, roles can differ in other ways though they are what they were.
        let decisive = growth.filter(|_| is_same_dictionary(earlier, later));
        let forward = decisive.map(|growth| growth.index(Direction::Forward));
        let back = decisive.map(|growth| growth.index(Direction::Back));
        let accepted_before = earlier.accepted_findings();
        let accepted_after = later.accepted_findings();
        let finding = |finding: &Finding| {
            let was_accepted = accepted_before.contains(finding.id.as_str());
            let status = before.look_up(later, finding, forward.as_ref());
            let why = (status == Status::New && was_accepted).then(|| "it is no longer accepted".to_owned());
            FindingSince { id: finding.id.clone(), status, note: finding.is_note(), why }
        };
        let findings: Vec<FindingSince> = later.findings.iter().map(finding).collect();
        let left_out = not_compared(later);
        let gone = earlier.findings.iter().filter(|finding| !finding.is_note()).filter_map(|finding| {
            let status = match after.look_up(earlier, finding, back.as_ref()) {
                Status::New if accepted_after.contains(finding.id.as_str()) => Status::Accepted,
                Status::New if is_accepted(finding, earlier, later) => Status::Accepted,
                Status::New if is_left_out(finding, earlier, &left_out) => Status::NotCompared,
                Status::New => Status::Resolved,
                // The later report has it, or a part of it.
                Status::Changed | Status::StillThere | Status::Resolved | Status::Accepted | Status::NotCompared => {
                    return None;
                }
            };
            let Finding { id, rule, severity, role, message, .. } = finding.clone();
            Some(Gone { id, status, rule, severity, role, message })
        });
        let gone: Vec<Gone> = gone.collect();
        let causes: Vec<CauseSince> = later.causes().map(|group| cause(later, group, &findings)).collect();
        Ok(Self {
            format: FORMAT,
            version: VERSION,
            earlier: Some(earlier.generated_at.clone()),
            later: later.generated_at.clone(),
            accounts: later.accounts.as_ref().map(|account| account.tag.clone()),
            totals: totals(&causes, &findings, &gone),
            remarks: remarks(earlier, later, growth.is_some()),
            causes,
            statuses: findings.iter().map(|finding| (finding.id.clone(), finding.status)).collect(),
            findings,
            gone,
        })
    }

    /// What is new in the first report: all of it.
    #[must_use]
    pub fn without_earlier(later: &Report) -> Self {
        let finding = |finding: &Finding| {
            let (id, note) = (finding.id.clone(), finding.is_note());
            FindingSince { id, status: Status::New, note, why: None }
        };
        let findings: Vec<FindingSince> = later.findings.iter().map(finding).collect();
        let causes: Vec<CauseSince> = later.causes().map(|group| cause(later, group, &findings)).collect();
        Self {
            format: FORMAT,
            version: VERSION,
            earlier: None,
            later: later.generated_at.clone(),
            accounts: later.accounts.as_ref().map(|account| account.tag.clone()),
            totals: totals(&causes, &findings, &[]),
            remarks: Vec::new(),
            causes,
            statuses: findings.iter().map(|finding| (finding.id.clone(), finding.status)).collect(),
            findings,
            gone: Vec::new(),
        }
    }

    /// Whether a finding of the later report makes a run fail that was asked to fail on what is new.
    #[must_use]
    pub fn fails(&self, finding: &Finding, fail_on: &[FailOn]) -> bool {
        let is_new = self.statuses.get(&finding.id).is_some_and(|status| status.is_new());
        let is_asked = |one: &FailOn| match one {
            FailOn::New(least) => least.is_none_or(|least| finding.severity >= least),
            FailOn::None | FailOn::Any | FailOn::Access | FailOn::Severity(_) | FailOn::Rule(_) => false,
        };
        is_new && !finding.is_note() && fail_on.iter().any(is_asked)
    }

    /// What became of a finding of the later report.
    #[must_use]
    pub fn status(&self, finding: &Finding) -> Option<Status> {
        self.statuses.get(&finding.id).copied()
    }

    /// What became of a cause of the later report; none for a group that is for information.
    #[must_use]
    pub fn cause(&self, group: &Group) -> Option<&CauseSince> {
        self.causes.iter().find(|cause| cause.id == group.id)
    }
}

/// The findings of a report by role, account and list.
struct Index<'r> {
    report: &'r Report,
    by_place: BTreeMap<Place, Vec<&'r Finding>>,
    /// The real names of the roles that were compared with each other, or have no counterpart.
    pairs: BTreeSet<(Option<&'r str>, Option<&'r str>)>,
}

/// Findings in different places say nothing of each other. Roles that share a normalized name are told apart by their real
/// names.
type Place = (String, Sides<Option<String>>, Option<Side>, List);

fn place(report: &Report, finding: &Finding) -> Place {
    let role = finding.role_index.and_then(|index| report.roles.get(index));
    let is_shared = role.is_some_and(|role| role.status == RoleStatus::Ambiguous);
    let names = if is_shared { names(role).map(|name| name.map(str::to_owned)) } else { Sides::default() };
    (finding.role.as_deref().unwrap_or_default().to_lowercase(), names, finding.side, finding.list)
}

/// The real names of a role.
fn names(role: Option<&RoleResult>) -> Sides<Option<&str>> {
    let name = |side: Side| role.and_then(|role| role.side(side)).map(|real| real.name.as_str());
    Sides { left: name(Side::Left), right: name(Side::Right) }
}

impl<'r> Index<'r> {
    fn new(report: &'r Report) -> Self {
        let mut by_place: BTreeMap<Place, Vec<&Finding>> = BTreeMap::new();
        for finding in &report.findings {
            by_place.entry(place(report, finding)).or_default().push(finding);
        }
        let pair = |role: &'r RoleResult| {
            let Sides { left, right } = names(Some(role));
            (left, right)
        };
        Self { report, by_place, pairs: report.roles.iter().map(pair).collect() }
    }

    /// Whether some of the candidates let principals in as a finding about trust does.
    fn has_relation(&self, other: &Report, finding: &Finding, candidates: &[&Finding]) -> bool {
        let wanted: BTreeSet<&str> = other.rows_of(finding).filter_map(|row| relation(row)).collect();
        let there = candidates.iter().flat_map(|one| self.report.rows_of(one)).filter_map(|row| relation(row));
        wanted.is_subset(&there.collect())
    }

    /// Whether this report has a finding of the other report: `StillThere`, `Changed` or `New`.
    fn look_up(&self, other: &Report, finding: &Finding, growth: Option<&GrowthIndex<'_>>) -> Status {
        let Some(candidates) = self.by_place.get(&place(other, finding)) else { return Status::New };
        let same = candidates.iter().find(|one| one.id == finding.id);
        let is_severe = |before: Option<Severity>| before >= Some(finding.severity);
        let role = finding.role_index.and_then(|index| other.roles.get(index));
        let Sides { left, right } = names(role);
        // Where other roles were compared, the difference may be another without any growth.
        let growth = growth.filter(|_| self.pairs.contains(&(left, right)));
        match (has_grown(other, finding, growth), same) {
            // Who could be let in by the policies of an account is let in by the role now.
            (Some(false), None) if !self.has_relation(other, finding, candidates) => Status::Changed,
            // All that it says was a difference before, and this report says so, in these rows or in others.
            (Some(false), _) => {
                let before = same.map(|one| one.severity).or_else(|| candidates.iter().map(|one| one.severity).max());
                if is_severe(before) { Status::StillThere } else { Status::Changed }
            }
            (None, Some(same)) if is_severe(Some(same.severity)) => Status::StillThere,
            (_, Some(_)) => Status::Changed,
            (grown, None) => {
                let found = coverage((other, finding), (self.report, candidates));
                match found.coverage {
                    Coverage::Whole if grown.is_none() && is_severe(found.severity) => Status::StillThere,
                    Coverage::Whole | Coverage::Part => Status::Changed,
                    Coverage::Nothing => Status::New,
                }
            }
        }
    }
}

/// How a row of a trust policy lets its principal in; none for other rows.
fn relation(row: Difference<'_>) -> Option<&str> {
    match row {
        Difference::Trust(row) => Some(row.difference.relation.as_str()),
        Difference::Role(_)
        | Difference::Item(_)
        | Difference::Access(_)
        | Difference::Deny(_)
        | Difference::Attribute(_)
        | Difference::CrossReference(_)
        | Difference::Statement(_)
        | Difference::Limitation(_) => None,
    }
}

/// Whether what a finding says has grown; none if that is not known, or is no matter of what roles can do.
fn has_grown(report: &Report, finding: &Finding, growth: Option<&GrowthIndex<'_>>) -> Option<bool> {
    match finding.list {
        List::Access | List::Trust | List::Roles => {}
        List::Items
        | List::Denies
        | List::Attributes
        | List::CrossReferences
        | List::StatementWarnings
        | List::Limitations => return None,
    }
    let role = finding.role_index.and_then(|index| report.roles.get(index));
    match growth?.of(finding.side?, names(role), finding.list) {
        Change::Unknown => None,
        Change::Grown(gained, lost) => {
            let rows: Vec<Difference<'_>> = report.rows_of(finding).collect();
            Some(is_about(&rows, &gained, &lost))
        }
    }
}

fn cause(later: &Report, group: &Group, findings: &[FindingSince]) -> CauseSince {
    let counts = |place: &&usize| later.findings.get(**place).is_some_and(|finding| !finding.is_note());
    let statuses = group.findings.iter().filter(counts).filter_map(|place| findings.get(*place));
    let statuses: Vec<Status> = statuses.map(|finding| finding.status).collect();
    let status = if statuses.iter().all(|status| *status == Status::New) {
        Status::New
    } else if statuses.iter().any(|status| status.is_new()) {
        Status::Changed
    } else {
        Status::StillThere
    };
    let new_findings = statuses.into_iter().filter(|status| status.is_new()).count();
    CauseSince { id: group.id.clone(), status, new_findings }
}

fn totals(causes: &[CauseSince], findings: &[FindingSince], gone: &[Gone]) -> SinceTotals {
    let of_causes = |status: Status| causes.iter().filter(|cause| cause.status == status).count();
    let of_findings =
        |status: Status| findings.iter().filter(|finding| !finding.note && finding.status == status).count();
    let of_gone = |status: Status| gone.iter().filter(|one| one.status == status).count();
    SinceTotals {
        new_causes: of_causes(Status::New),
        changed_causes: of_causes(Status::Changed),
        causes_still_there: of_causes(Status::StillThere),
        new: of_findings(Status::New),
        changed: of_findings(Status::Changed),
        still_there: of_findings(Status::StillThere),
        resolved: of_gone(Status::Resolved),
        accepted: of_gone(Status::Accepted),
        not_compared: of_gone(Status::NotCompared),
    }
}

/// Refuses reports of which one says nothing about what the other says.
fn check(earlier: &Report, later: &Report) -> Result<(), SinceError> {
    let same = |side: Side| {
        let (a, b) = (earlier.accounts.get(side), later.accounts.get(side));
        let is_same_id = a.account_id.is_none() || b.account_id.is_none() || a.account_id == b.account_id;
        is_same_id && a.tag.as_str().eq_ignore_ascii_case(b.tag.as_str())
    };
    if !Side::BOTH.into_iter().all(same) {
        return Err(SinceError::Accounts { earlier: accounts(earlier), later: accounts(later) });
    }
    if earlier.selection != later.selection {
        return Err(SinceError::Roles { earlier: selection(earlier), later: selection(later) });
    }
    let times = (earlier.generated_at.parse::<jiff::Timestamp>(), later.generated_at.parse::<jiff::Timestamp>());
    if let (Ok(first), Ok(second)) = times
        && first > second
    {
        let (earlier, later) = (earlier.generated_at.clone(), later.generated_at.clone());
        return Err(SinceError::Order { earlier, later });
    }
    Ok(())
}

fn accounts(report: &Report) -> String {
    let Sides { left, right } = report.accounts.as_ref().map(|account| {
        let id = account.account_id.as_ref().map_or("of unknown ID", |id| id.as_str());
        format!("{} ({id})", account.tag)
    });
    format!("{left} and {right}")
}

fn selection(report: &Report) -> String {
    let selection = &report.selection;
    let patterns = selection.roles.iter().map(|pattern| format!("`{pattern}`")).collect::<Vec<_>>();
    let roles = if patterns.is_empty() { "all roles".to_owned() } else { patterns.join(" and ") };
    let without = if selection.exclude_service_linked { " without service-linked roles" } else { "" };
    format!("{roles}{without}")
}

/// What else has changed, so that findings can be new or resolved though no account has changed.
fn remarks(earlier: &Report, later: &Report, is_growth_known: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    if !is_growth_known {
        let start = "The snapshots of the reports could not be compared, so only the rows of the reports were";
        remarks.push(format!("{start}: a finding can have become wider although it is called still there."));
    }
    let effect = "findings can be new or resolved because of that";
    if !is_same_dictionary(earlier, later) {
        remarks.push(format!("The dictionary or the built-in rules have changed; {effect}."));
    }
    if earlier.iamctl != later.iamctl {
        let (before, after) = (&earlier.iamctl, &later.iamctl);
        remarks.push(format!("The reports were made by iamctl {before} and {after}; {effect}."));
    }
    if earlier.catalogue != later.catalogue {
        remarks.push("The reports were made with different action catalogs.".to_owned());
    }
    remarks
}

/// Whether the same is meant to differ in both reports.
fn is_same_dictionary(earlier: &Report, later: &Report) -> bool {
    // The dictionary is written to `report.json`, so it can be written here.
    let dictionary = |report: &Report| serde_json::to_string(&report.dictionary).ok();
    dictionary(earlier) == dictionary(later) && earlier.builtin_rules == later.builtin_rules
}

/// The roles that a report does not compare, by account and real name.
fn not_compared(report: &Report) -> Vec<(&AccountTag, &str)> {
    let mut left_out = Vec::new();
    for limitation in &report.limitations {
        if let Limitation::RoleNotCompared { tag, role, counterparts, .. } = limitation {
            left_out.push((tag, role.as_str()));
            let others =
                counterparts.iter().flat_map(|(tag, roles)| roles.iter().map(move |role| (tag, role.as_str())));
            left_out.extend(others);
        }
    }
    left_out
}

/// Whether somebody has accepted differences of the same kind of the same role and account, in a report that has no such
/// finding: the rows of what is accepted can be others than those of the finding.
fn is_accepted(finding: &Finding, earlier: &Report, later: &Report) -> bool {
    let role = finding.role_index.and_then(|index| earlier.roles.get(index));
    let kinds: BTreeSet<DifferenceKind> =
        earlier.rows_of(finding).flat_map(|row| row.facts(0)).map(|facts| facts.kind).collect();
    later.accepted_differences.iter().any(|one| {
        let side = one.side.unwrap_or(Side::Left);
        let is_role = role.and_then(|role| role.side(side)).is_some_and(|real| real.arn == one.role_arn);
        is_role && one.side == finding.side && kinds.contains(&one.kind)
    })
}

fn is_left_out(finding: &Finding, report: &Report, left_out: &[(&AccountTag, &str)]) -> bool {
    let role = finding.role_index.and_then(|index| report.roles.get(index));
    let is_it = |side: Side| {
        let real = role.and_then(|role| role.side(side))?;
        let tag = &report.accounts.get(side).tag;
        Some(left_out.iter().any(|(of, name)| of.as_str().eq_ignore_ascii_case(tag.as_str()) && *name == real.name))
    };
    Side::BOTH.into_iter().any(|side| is_it(side) == Some(true))
}

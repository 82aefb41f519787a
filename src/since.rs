//! What is new in a report as against an earlier one of the same two accounts.
//!
//! A finding is looked for in the other report by what it says: the role, the account that has it, and the actions on
//! resources, principals, or values. Therefore, rows that are split in another way, statements in another order, policies
//! with other names, and other proofs make nothing new. The question is asked of both reports alike, so that what is
//! new from one to the other is what is resolved in the opposite direction.

mod comparable;
mod coverage;
mod gone;
mod growth;
mod ids;
mod index;
mod principals;
mod status;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::{AccountTag, DifferenceKind, Side, Sides};
use crate::report::{FailOn, Finding, Group, Limitation, Report};
pub use comparable::SinceError;
use comparable::{is_same_dictionary, remarks};
pub use gone::Gone;
use growth::Direction;
pub use growth::Growth;
pub use ids::Ended;
use index::Index;
pub use status::Status;

/// `format` of `since.json`.
pub const FORMAT: &str = "iamctl-since";

/// The version of `since.json`.
pub const VERSION: u32 = 1;

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
    /// What the earlier report has under IDs that the later one does not have, besides those.
    #[serde(skip)]
    pub ended: Vec<Ended>,
    /// The IDs of the earlier report.
    #[serde(skip)]
    earlier_ids: BTreeSet<String>,
    /// What became of each finding of the later report, by ID.
    #[serde(skip)]
    of_findings: BTreeMap<String, Status>,
    /// The same of each cause.
    #[serde(skip)]
    of_causes: BTreeMap<String, Status>,
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

impl Since {
    /// Whether two reports are of the same accounts and the same roles, which [`Since::new`] asks as well: before what takes
    /// long is worked out for it.
    ///
    /// # Errors
    /// As [`Since::new`].
    pub fn check(earlier: &Report, later: &Report) -> Result<(), SinceError> {
        comparable::check(earlier, later)
    }

    /// Compares two reports of the same accounts and the same roles. `growth` is what the roles can do more and less;
    /// without it, a finding that became wider within the same rows is not told from one that did not.
    ///
    /// # Errors
    /// If they are of other accounts or other roles, or the first one is the later one.
    pub fn new(earlier: &Report, later: &Report, growth: Option<&Growth>) -> Result<Self, SinceError> {
        comparable::check(earlier, later)?;
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
        let remarks = remarks(earlier, later, growth.is_some());
        Ok(Self::of(Some(earlier), later, findings, gone, remarks))
    }

    fn of(
        earlier: Option<&Report>,
        later: &Report,
        findings: Vec<FindingSince>,
        gone: Vec<Gone>,
        remarks: Vec<String>,
    ) -> Self {
        let causes: Vec<CauseSince> = later.causes().map(|group| cause(later, group, &findings)).collect();
        let of_findings = findings.iter().map(|finding| (finding.id.clone(), finding.status));
        let of_causes = causes.iter().map(|cause| (cause.id.clone(), cause.status));
        Self {
            format: FORMAT,
            version: VERSION,
            earlier: earlier.map(|report| report.generated_at.clone()),
            later: later.generated_at.clone(),
            accounts: later.accounts.as_ref().map(|account| account.tag.clone()),
            totals: totals(&causes, &findings, &gone),
            remarks,
            ended: earlier.map(|earlier| ids::ended(earlier, later, &gone)).unwrap_or_default(),
            earlier_ids: earlier.iter().flat_map(|report| ids::of(report)).map(str::to_owned).collect(),
            of_findings: of_findings.collect(),
            of_causes: of_causes.collect(),
            causes,
            findings,
            gone,
        }
    }

    /// What is new in the first report: all of it.
    #[must_use]
    pub fn without_earlier(later: &Report) -> Self {
        let finding = |finding: &Finding| {
            let (id, note) = (finding.id.clone(), finding.is_note());
            FindingSince { id, status: Status::New, note, why: None }
        };
        Self::of(None, later, later.findings.iter().map(finding).collect(), Vec::new(), Vec::new())
    }

    /// Whether a finding of the later report makes a run fail that was asked to fail on what is new.
    #[must_use]
    pub fn fails(&self, finding: &Finding, fail_on: &[FailOn]) -> bool {
        let is_new = self.of_findings.get(&finding.id).is_some_and(|status| status.is_new());
        let is_asked = |one: &FailOn| match one {
            FailOn::New(least) => least.is_none_or(|least| finding.severity >= least),
            FailOn::None | FailOn::Any | FailOn::Access | FailOn::Severity(_) | FailOn::Rule(_) => false,
        };
        is_new && !finding.is_note() && fail_on.iter().any(is_asked)
    }

    /// What became of a finding of the later report.
    #[must_use]
    pub fn status(&self, finding: &Finding) -> Option<Status> {
        self.of_findings.get(&finding.id).copied()
    }

    /// Whether the earlier report has something under this ID, accepted or not.
    #[must_use]
    pub fn has_id(&self, id: &str) -> bool {
        self.earlier_ids.contains(id)
    }

    /// What became of a cause of the later report; none for a group that is for information.
    #[must_use]
    pub fn cause(&self, group: &Group) -> Option<Status> {
        self.of_causes.get(&group.id).copied()
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

//! Open Cybersecurity Schema Framework: a Compliance Finding for each finding, as a JSON object a line.
//!
//! Only what the report says: no control and no standard is named, because iamctl compares accounts with each other, not
//! with a catalog of controls.
//!
//! Source: <https://schema.ocsf.io/1.5.0/classes/compliance_finding?profiles=cloud>

pub(super) mod event;

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::accepted::{self, AcceptedFinding};
use super::details;
use super::escape::terminal;
use super::grouped::GroupOf;
use super::view::View;
use crate::model::Side;
use crate::report::{Finding, Group, Rule, Severity};
use crate::since::{Ended, Gone, Status};
use event::{Comparison, Event, Extra, Facts, Outcome, State};

pub use event::VERSION;

/// How many rows of an accepted finding are named; the rest is counted.
const NAMED: usize = 40;

/// Writes the findings: first those that are open, in the order of the report, then those that somebody has accepted, then
/// those that are not there any more, or not under their ID.
///
/// # Errors
/// If `out` cannot be written, or the time of the report is none.
pub fn write(out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
    let (report, of_group) = (view.report, GroupOf::new(view.report));
    let frame = Frame::new(view)?;
    for (place, finding) in report.findings.iter().enumerate() {
        line(out, &frame.open(finding, of_group.finding(place)))?;
    }
    let accepted = accepted::findings(report);
    let gone = view.since.iter().flat_map(|since| &since.gone);
    let since: BTreeSet<&str> =
        gone.clone().filter(|one| one.status == Status::Accepted).map(|one| one.id.as_str()).collect();
    for finding in &accepted {
        line(out, &frame.accepted(finding, since.contains(finding.fingerprint)))?;
    }
    let said: BTreeSet<&str> = accepted.iter().map(|finding| finding.fingerprint).collect();
    for one in gone.filter(|one| !said.contains(one.id.as_str())) {
        line(out, &frame.gone(one))?;
    }
    view.since.iter().flat_map(|since| &since.ended).try_for_each(|one| line(out, &frame.ended(one)))
}

/// Writes one.
///
/// # Errors
/// If `out` cannot be written.
pub(super) fn line(out: &mut dyn Write, event: &Event<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, event)?;
    out.write_all(b"\n")
}

/// What all events of a report have in common.
struct Frame<'a> {
    view: &'a View<'a>,
    comparison: Comparison<'a>,
}

impl<'a> Frame<'a> {
    fn new(view: &'a View<'a>) -> io::Result<Self> {
        let (report, account) = (view.report, &view.report.accounts.right);
        let comparison = Comparison {
            time: event::milliseconds(&report.generated_at)?,
            version: &report.iamctl,
            sources: Side::BOTH.map(|side| view.snapshot(side)).into(),
            account: &account.tag,
            account_id: account.account_id.as_ref(),
        };
        Ok(Self { view, comparison })
    }

    /// A finding of the report.
    fn open(&self, finding: &'a Finding, group: Option<&'a Group>) -> Event<'a> {
        let (view, report) = (self.view, self.view.report);
        let since = view.since.and_then(|since| since.status(finding));
        let role = finding.role_index.and_then(|index| report.roles.get(index));
        let arn = |side: Side| role.and_then(|role| role.side(side)).map(|real| real.arn.as_str());
        self.event(Facts {
            rule: finding.rule,
            severity: finding.severity,
            id: &finding.id,
            cause: group.map(|group| group.id.as_str()),
            message: finding.message.clone(),
            details: details::of_finding(report, finding),
            roles: [Side::Right, Side::Left].into_iter().filter_map(arn).collect(),
            comment: None,
            state: State::open(since, self.is_known(&finding.id)),
            outcome: Some(if finding.is_note() { Outcome::Note } else { Outcome::Fail }),
            extra: Extra {
                role: finding.role.as_deref(),
                tag: finding.tag(report),
                note: finding.is_note(),
                failed: view.fails(finding),
                since,
                ..self.extra()
            },
        })
    }

    /// A finding that somebody has accepted; since the earlier report, or before, or nobody knows.
    fn accepted(&self, finding: &AcceptedFinding<'a>, is_since: bool) -> Event<'a> {
        let (report, one) = (self.view.report, finding.first);
        let line = |row| terminal(&accepted::line(report, row)).into_owned();
        let mut rows: Vec<String> = finding.rows().take(NAMED).map(line).collect();
        let more = finding.rows().count().saturating_sub(NAMED);
        let message = rows.first().cloned().unwrap_or_default();
        rows.extend((more > 0).then(|| format!("and {more} more")));
        let mut roles: Vec<&str> =
            std::iter::once(one.role_arn.as_str()).chain(one.other_role_arn.as_deref()).collect();
        if one.side.unwrap_or(Side::Left) == Side::Left {
            roles.reverse();
        }
        self.event(Facts {
            rule: one.rule,
            severity: finding.severity(),
            id: finding.fingerprint,
            cause: None,
            message,
            details: rows,
            roles,
            comment: Some(&one.reason),
            state: State::accepted(self.is_known(finding.fingerprint)),
            outcome: Some(Outcome::Fail),
            extra: Extra {
                role: Some(&one.role),
                tag: one.side.map(|side| &report.accounts.get(side).tag),
                entries: &one.entries,
                owner: one.owner.as_deref(),
                expires: one.expires.as_deref(),
                since: is_since.then_some(Status::Accepted),
                ..self.extra()
            },
        })
    }

    /// A finding of the earlier report.
    fn gone(&self, one: &'a Gone) -> Event<'a> {
        let extra = Extra { role: one.role.as_deref(), since: Some(one.status), ..self.extra() };
        self.earlier(one.rule, one.severity, (&one.id, &one.message), State::gone(one.status), extra)
    }

    /// An ID of the earlier report.
    fn ended(&self, one: &'a Ended) -> Event<'a> {
        let since = one.is_there.then_some(Status::StillThere);
        let extra = Extra { role: one.role.as_deref(), since, ..self.extra() };
        self.earlier(one.rule, one.severity, (&one.id, &one.message), State::ENDED, extra)
    }

    /// What only the earlier report has: its ID and its sentence. It is not in this report, so that nothing was checked that could
    /// have passed.
    fn earlier(
        &self,
        rule: Rule,
        severity: Severity,
        (id, message): (&'a str, &str),
        state: State,
        extra: Extra<'a>,
    ) -> Event<'a> {
        self.event(Facts {
            rule,
            severity,
            id,
            cause: None,
            message: message.to_owned(),
            details: Vec::new(),
            roles: Vec::new(),
            comment: None,
            state,
            outcome: None,
            extra,
        })
    }

    /// Whether the earlier report has this ID.
    fn is_known(&self, id: &str) -> bool {
        self.view.since.is_some_and(|since| since.has_id(id))
    }

    fn event(&self, facts: Facts<'a>) -> Event<'a> {
        Event::new(facts, &self.comparison)
    }

    fn extra(&self) -> Extra<'a> {
        Extra::new(Some(&self.view.report.accounts.left.tag))
    }
}

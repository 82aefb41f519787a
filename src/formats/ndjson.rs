//! A JSON object a line: a header, every finding, a summary. And the findings as CSV.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::value::RawValue;

use super::details;
use super::escape::terminal;
use super::grouped::GroupOf;
use super::sarif;
use super::table::{self, Column, Options, optional};
use super::view::View;
use crate::model::{AccountId, AccountTag, Side, Sides};
use crate::report::{
    AccountInfo, CatalogueInfo, Difference, FailOn, Finding, Group, List, Metric, Report, Rule, Severity, Totals,
};
use crate::since::{Gone, Status};

/// `format` of the header.
pub const FORMAT: &str = "iamctl-findings";

/// `version` of the header.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line<'a> {
    Header {
        format: &'static str,
        version: u32,
        generated_at: &'a str,
        iamctl: &'a str,
        catalogue: &'a CatalogueInfo,
        accounts: &'a Sides<AccountInfo>,
    },
    Finding(FindingLine<'a>),
    Group {
        #[serde(flatten)]
        pair: Pair<'a>,
        #[serde(flatten)]
        group: &'a Group,
        /// The ids of its findings.
        fingerprints: Vec<&'a str>,
        /// Whether it is only to know and does not count as a cause.
        note: bool,
    },
    /// A finding of the earlier report that this one does not have.
    Gone {
        #[serde(flatten)]
        pair: Pair<'a>,
        since: Status,
        fingerprint: &'a str,
        rule: Rule,
        severity: Severity,
        role: Option<&'a str>,
        message: &'a str,
    },
    Summary {
        #[serde(flatten)]
        pair: Pair<'a>,
        different: bool,
        findings: usize,
        /// How many of them there are of each rule.
        rules: BTreeMap<&'static str, usize>,
        /// How many of each rule are only to know.
        notes: BTreeMap<&'static str, usize>,
        /// How many findings somebody has accepted.
        accepted: usize,
        totals: Totals,
        metrics: &'a [Metric],
    },
}

/// When which accounts were compared: in every line, so that a line can be read without the others.
#[derive(Clone, Copy, Serialize)]
struct Pair<'a> {
    generated_at: &'a str,
    baseline: &'a AccountTag,
    account: &'a AccountTag,
    account_id: Option<&'a AccountId>,
}

/// A finding.
#[derive(Serialize)]
pub(super) struct FindingLine<'a> {
    pub generated_at: &'a str,
    pub baseline: Option<&'a AccountTag>,
    pub account: &'a AccountTag,
    pub account_id: Option<&'a AccountId>,
    pub rule: Rule,
    pub severity: Severity,
    pub level: &'static str,
    pub role: Option<&'a str>,
    pub side: Option<Side>,
    pub tag: Option<&'a AccountTag>,
    pub message: &'a str,
    pub details: Cow<'a, [String]>,
    pub fingerprint: &'a str,
    pub group: Option<&'a str>,
    /// Whether it is only to know and does not count.
    pub note: bool,
    /// What became of it since an earlier report, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Status>,
    pub difference: Rows<'a>,
}

/// The rows of a finding: one, or the list of items of a policy.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Rows<'a> {
    One(Difference<'a>),
    Items(Vec<Difference<'a>>),
    /// Either, as JSON.
    Raw(&'a RawValue),
}

impl<'a> Rows<'a> {
    pub fn new(report: &'a Report, finding: &'a Finding) -> Self {
        let mut rows = report.rows_of(finding);
        match (finding.list, rows.next()) {
            (List::Items, first) => Self::Items(first.into_iter().chain(rows).collect()),
            (_, Some(one)) => Self::One(one),
            (_, None) => Self::Items(Vec::new()),
        }
    }
}

/// Writes the lines.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
    let report = view.report;
    let Sides { left, right } = &report.accounts;
    let pair = Pair {
        generated_at: &report.generated_at,
        baseline: &left.tag,
        account: &right.tag,
        account_id: right.account_id.as_ref(),
    };
    line(
        out,
        &Line::Header {
            format: FORMAT,
            version: VERSION,
            generated_at: &report.generated_at,
            iamctl: &report.iamctl,
            catalogue: &report.catalogue,
            accounts: &report.accounts,
        },
    )?;
    let of_group = GroupOf::new(report);
    let mut rules: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut notes: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (place, finding) in report.findings.iter().enumerate() {
        let counts = if finding.is_note() { &mut notes } else { &mut rules };
        *counts.entry(finding.rule.id()).or_default() += 1;
        line(out, &Line::Finding(of_finding(view, pair, finding, of_group.finding(place))))?;
    }
    for group in &report.groups {
        let fingerprints = report.findings_of(group).map(|finding| finding.id.as_str()).collect();
        line(out, &Line::Group { pair, group, fingerprints, note: report.is_note(group) })?;
    }
    for Gone { id, status, rule, severity, role, message } in view.since.iter().flat_map(|since| &since.gone) {
        let (since, rule, severity, role) = (*status, *rule, *severity, role.as_deref());
        line(out, &Line::Gone { pair, since, fingerprint: id, rule, severity, role, message })?;
    }
    line(
        out,
        &Line::Summary {
            pair,
            different: report.fails(&[FailOn::Any]),
            findings: report.totals.findings,
            rules,
            notes,
            accepted: report.accepted_findings().len(),
            totals: report.totals,
            metrics: &report.summary,
        },
    )
}

fn of_finding<'a>(view: &View<'a>, pair: Pair<'a>, finding: &'a Finding, group: Option<&'a Group>) -> FindingLine<'a> {
    let report = view.report;
    FindingLine {
        generated_at: pair.generated_at,
        baseline: Some(pair.baseline),
        account: pair.account,
        account_id: pair.account_id,
        rule: finding.rule,
        severity: finding.severity,
        level: sarif::level(finding.severity),
        role: finding.role.as_deref(),
        side: finding.side,
        tag: finding.tag(report),
        message: &finding.message,
        details: details::of_finding(report, finding).into(),
        fingerprint: &finding.id,
        group: group.map(|group| group.id.as_str()),
        note: finding.is_note(),
        since: view.since.and_then(|since| since.status(finding)),
        difference: Rows::new(report, finding),
    }
}

fn line(out: &mut dyn Write, line: &Line<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

/// A finding with its group.
type Row<'r> = (&'r Finding, Option<&'r Group>);

/// A finding. It goes to a terminal as well, so that no cell holds a control character but the line ends between details.
const fn columns<'a>() -> [Column<Report, Row<'a>>; 10] {
    [
        Column::new("rule", |_, (finding, _)| finding.rule.id().into()),
        Column::new("severity", |_, (finding, _)| finding.severity.as_str().into()),
        Column::new("rolename", |_, (finding, _)| terminal(finding.role.as_deref().unwrap_or_default())),
        Column::new("tag", |report, (finding, _)| optional(finding.tag(report).map(AccountTag::as_str))),
        Column::new("message", |_, (finding, _)| (&finding.message).into()),
        Column::new("details", |report, (finding, _)| details::of_finding(report, finding).join("\n").into()),
        Column::new("fingerprint", |_, (finding, _)| (&finding.id).into()),
        Column::new("rolearn", |report, (finding, _)| terminal(arn(report, finding, own_side(finding)))),
        Column::new("otherrolearn", |report, (finding, _)| terminal(arn(report, finding, own_side(finding).other()))),
        Column::new("group", |_, (_, group)| optional(group.map(|group| group.id.as_str()))),
    ]
}

/// The findings as CSV.
///
/// # Errors
/// If `out` cannot be written.
pub fn csv(out: impl Write, options: Options, view: &View<'_>) -> io::Result<()> {
    let of_group = GroupOf::new(view.report);
    let findings = view.report.findings.iter().enumerate();
    let rows = findings.map(|(place, finding)| (finding, of_group.finding(place)));
    table::write(out, options, &columns(), view.report, rows)
}

/// The account that the finding is about; the first if it is about both.
fn own_side(finding: &Finding) -> Side {
    finding.side.unwrap_or(Side::Left)
}

/// The real role on a side.
pub(super) fn arn<'r>(report: &'r Report, finding: &Finding, side: Side) -> &'r str {
    let pair = finding.role_index.and_then(|index| report.roles.get(index));
    pair.and_then(|pair| pair.side(side)).map_or("", |real| real.arn.as_str())
}

//! The findings of a fleet's accounts: a JSON object per line, and as CSV.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::super::escape::terminal;
use super::super::ndjson::{FORMAT, FindingLine, Rows, VERSION};
use super::super::sarif;
use super::super::table::{self, Column, Options, optional};
use super::finding_rows::FindingRow;
use super::view::FleetView;
use crate::fleet::{AccountStatus, Deviation, Fleet, FleetAccount, FleetCause, FleetLimitation, FleetTotals};
use crate::model::{AccountId, AccountTag, Side};
use crate::report::{CatalogueInfo, Rule, Severity};

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line<'a> {
    Header {
        format: &'static str,
        version: u32,
        /// Accounts that were not read, about which nothing is said.
        unread: &'a [AccountTag],
        generated_at: &'a str,
        iamctl: &'a str,
        catalogue: &'a CatalogueInfo,
        baseline: Option<&'a AccountTag>,
    },
    Account {
        generated_at: &'a str,
        baseline: Option<&'a AccountTag>,
        account: &'a AccountTag,
        account_id: Option<&'a AccountId>,
        status: AccountStatus,
        why: Option<&'a str>,
        is_baseline: bool,
        roles: Option<usize>,
        harvested_at: Option<&'a str>,
        findings: usize,
    },
    Finding(FindingLine<'a>),
    Cause {
        generated_at: &'a str,
        baseline: Option<&'a AccountTag>,
        id: &'a str,
        rule: Rule,
        severity: Severity,
        message: &'a str,
        roles: &'a [String],
        in_accounts: Vec<&'a AccountTag>,
        findings: usize,
    },
    Limitation {
        generated_at: &'a str,
        baseline: Option<&'a AccountTag>,
        message: &'a str,
        in_accounts: &'a [AccountTag],
    },
    Summary {
        generated_at: &'a str,
        baseline: Option<&'a AccountTag>,
        different: bool,
        findings: usize,
        totals: FleetTotals,
    },
}

/// A finding, with its account and the account it is compared with.
pub(super) struct Found<'f> {
    pub account: &'f FleetAccount,
    /// None for a finding that is about no role of the matrix.
    pub role: Option<&'f str>,
    pub with: Option<&'f AccountTag>,
    pub finding: &'f Deviation,
    pub row: Option<&'f FindingRow>,
}

impl<'f> Found<'f> {
    /// The account that the finding is about; none if it is about both.
    pub fn tag(&self) -> Option<&'f AccountTag> {
        match self.finding.side? {
            Side::Left => self.with,
            Side::Right => Some(&self.account.tag),
        }
    }

    /// The account that the finding is about; the baseline if it is about both.
    fn own_side(&self) -> Side {
        self.finding.side.unwrap_or(Side::Left)
    }

    fn arn(&self, side: Side) -> Cow<'f, str> {
        terminal(self.row.map_or("", |row| row.role_arns.get(side).as_str()))
    }
}

/// The findings of all accounts: by account, those about no role first.
pub(super) fn all<'f>(view: &FleetView<'f>) -> impl Iterator<Item = Found<'f>> {
    let FleetView { fleet, run, .. } = *view;
    let compared_with: BTreeMap<(&str, Option<&str>), &AccountTag> = fleet
        .roles
        .iter()
        .filter_map(|role| {
            // Without such an account, the role has no counterpart.
            Some(((role.role.as_str(), role.baseline_role.as_deref()), role.compared_with.as_ref()?))
        })
        .collect();
    fleet.accounts.iter().flat_map(move |account| {
        let found = |role: Option<&'f str>, with: Option<&'f AccountTag>, finding: &'f Deviation| {
            let with = with.or(fleet.baseline.as_ref());
            Found { account, role, with, finding, row: run.rows.get(&account.tag, with, finding) }
        };
        let mut of_account: Vec<Found<'f>> =
            account.other_findings.iter().map(|finding| found(None, None, finding)).collect();
        for deviation in &account.deviations {
            let with = compared_with.get(&(deviation.role.as_str(), deviation.baseline_role.as_deref())).copied();
            of_account.extend(deviation.findings.iter().map(|finding| found(Some(&deviation.role), with, finding)));
        }
        of_account
    })
}

/// Writes the findings as JSON lines.
///
/// # Errors
/// If `out` cannot be written.
pub(super) fn write(out: &mut dyn Write, view: &FleetView<'_>) -> io::Result<()> {
    let fleet = view.fleet;
    let (generated_at, baseline) = (fleet.generated_at.as_str(), fleet.baseline.as_ref());
    let mut line = |line: &Line<'_>| {
        serde_json::to_writer(&mut *out, line)?;
        out.write_all(b"\n")
    };
    line(&Line::Header {
        format: FORMAT,
        version: VERSION,
        unread: &fleet.unread,
        generated_at,
        iamctl: fleet.iamctl,
        catalogue: &fleet.catalogue,
        baseline,
    })?;
    for account in &fleet.accounts {
        line(&of_account(fleet, account))?;
    }
    for found in all(view) {
        line(&Line::Finding(of_finding(fleet, &found)))?;
    }
    for FleetCause { id, rule, severity, message, roles, findings, accounts, .. } in &fleet.causes {
        let (rule, severity, findings) = (*rule, *severity, *findings);
        let in_accounts = accounts.keys().collect();
        line(&Line::Cause { generated_at, baseline, id, rule, severity, message, roles, in_accounts, findings })?;
    }
    for FleetLimitation { message, accounts } in &fleet.limitations {
        line(&Line::Limitation { generated_at, baseline, message, in_accounts: accounts })?;
    }
    let totals = fleet.totals;
    let different = totals.deviating > 0;
    line(&Line::Summary { generated_at, baseline, different, findings: totals.findings, totals })
}

fn of_account<'f>(fleet: &'f Fleet, account: &'f FleetAccount) -> Line<'f> {
    let of_roles = account.deviations.iter().map(|deviation| deviation.findings.len()).sum::<usize>();
    Line::Account {
        generated_at: &fleet.generated_at,
        baseline: fleet.baseline.as_ref(),
        account: &account.tag,
        account_id: account.account_id.as_ref(),
        status: account.status,
        why: account.why.as_deref(),
        is_baseline: account.baseline,
        roles: account.roles,
        harvested_at: account.harvested_at.as_deref(),
        findings: of_roles + account.other_findings.len(),
    }
}

fn of_finding<'f>(fleet: &'f Fleet, found: &Found<'f>) -> FindingLine<'f> {
    let (finding, row) = (found.finding, found.row);
    FindingLine {
        generated_at: &fleet.generated_at,
        baseline: found.with,
        account: &found.account.tag,
        account_id: found.account.account_id.as_ref(),
        rule: finding.rule,
        severity: finding.severity,
        level: sarif::level(finding.severity),
        role: found.role,
        side: finding.side,
        tag: found.tag(),
        message: &finding.message,
        details: Cow::Borrowed(row.map_or(&[], |row| row.details.as_slice())),
        fingerprint: &finding.id,
        group: row.and_then(|row| row.group.as_deref()),
        note: false,
        since: None,
        difference: row.map_or(Rows::Items(Vec::new()), |row| Rows::Raw(&row.difference)),
    }
}

/// The columns of `diff`, after the account.
const fn columns<'a>() -> [Column<Fleet, Found<'a>>; 12] {
    [
        Column::new("account", |_, found| found.account.tag.as_str().into()),
        Column::new("account_id", |_, found| optional(found.account.account_id.as_ref().map(AccountId::as_str))),
        Column::new("rule", |_, found| found.finding.rule.id().into()),
        Column::new("severity", |_, found| found.finding.severity.as_str().into()),
        Column::new("rolename", |_, found| terminal(found.role.unwrap_or_default())),
        Column::new("tag", |_, found| optional(found.tag().map(AccountTag::as_str))),
        Column::new("message", |_, found| (&found.finding.message).into()),
        Column::new("details", |_, found| found.row.map_or_else(String::new, |row| row.details.join("\n")).into()),
        Column::new("fingerprint", |_, found| (&found.finding.id).into()),
        Column::new("rolearn", |_, found| found.arn(found.own_side())),
        Column::new("otherrolearn", |_, found| found.arn(found.own_side().other())),
        Column::new("group", |_, found| optional(found.row.and_then(|row| row.group.as_deref()))),
    ]
}

/// Writes the findings as CSV.
///
/// # Errors
/// If `out` cannot be written.
pub fn csv(out: impl Write, options: Options, view: &FleetView<'_>) -> io::Result<()> {
    table::write(out, options, &columns(), view.fleet, all(view))
}

//! The findings of a fleet's accounts as `diff` writes them: a Compliance Finding a line.

use std::io::{self, Write};

use super::super::ocsf::event::{Comparison, Event, Extra, Facts, Outcome, State, milliseconds};
use super::super::ocsf::line;
use super::findings::{self, Found};
use super::view::FleetView;
use crate::fleet::FleetAccount;
use crate::model::{AccountTag, Side};
use crate::report::Rule;

/// Writes the accounts that were not read, then the findings by account.
///
/// # Errors
/// If `out` cannot be written, or the time of the report is none.
pub(super) fn write(out: &mut dyn Write, view: &FleetView<'_>) -> io::Result<()> {
    let time = milliseconds(&view.fleet.generated_at)?;
    for account in view.fleet.accounts.iter().filter(|account| account.is_unread()) {
        let id = format!("not-read-{}", account.tag);
        line(out, &not_read(view, account, &id, time))?;
    }
    findings::all(view).try_for_each(|found| line(out, &event(view, &found, time)))
}

/// An account about which nothing is said.
fn not_read<'f>(view: &FleetView<'f>, account: &'f FleetAccount, id: &'f str, time: i64) -> Event<'f> {
    let rule = Rule::CouldNotCompare;
    let comparison = Comparison {
        time,
        version: view.fleet.iamctl,
        sources: view.run.files.get(&account.tag).cloned().into_iter().collect(),
        account: &account.tag,
        account_id: account.account_id.as_ref(),
    };
    let why = account.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    let facts = Facts {
        rule,
        severity: view.fleet.severity_overrides.of(rule),
        id,
        cause: None,
        message: format!("{} was not read, and this report says nothing about it{why}", account.tag),
        details: Vec::new(),
        roles: Vec::new(),
        comment: None,
        state: State::open(None, false),
        outcome: Some(Outcome::NotCompared),
        extra: Extra { tag: Some(&account.tag), note: true, ..Extra::new(view.fleet.baseline.as_ref()) },
    };
    Event::new(facts, &comparison)
}

fn event<'f>(view: &FleetView<'f>, found: &Found<'f>, time: i64) -> Event<'f> {
    let (finding, row) = (found.finding, found.row);
    let tag = &found.account.tag;
    let file = |tag: &AccountTag| view.run.files.get(tag).cloned();
    let comparison = Comparison {
        time,
        version: view.fleet.iamctl,
        sources: found.with.into_iter().chain([tag]).filter_map(file).collect(),
        account: tag,
        account_id: found.account.account_id.as_ref(),
    };
    let arn = |side: Side| row.map(|row| row.role_arns.get(side).as_str()).filter(|arn| !arn.is_empty());
    let facts = Facts {
        rule: finding.rule,
        severity: finding.severity,
        id: &finding.id,
        cause: row.and_then(|row| row.group.as_deref()),
        message: finding.message.clone(),
        details: row.map(|row| row.details.clone()).unwrap_or_default(),
        roles: [Side::Right, Side::Left].into_iter().filter_map(arn).collect(),
        comment: None,
        // A fleet has no earlier report.
        state: State::open(None, false),
        outcome: Some(Outcome::Fail),
        extra: Extra {
            role: found.role,
            tag: found.tag(),
            failed: finding.fails(&view.fleet.decision.fail_on),
            ..Extra::new(found.with)
        },
    };
    Event::new(facts, &comparison)
}

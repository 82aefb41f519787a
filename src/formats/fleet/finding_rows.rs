//! What the reports of a fleet's accounts say of their findings besides the sentence.

use std::collections::BTreeMap;
use std::io;

use serde_json::value::RawValue;

use super::super::details;
use super::super::grouped::GroupOf;
use super::super::junit::suite::of_cause;
use super::super::ndjson::{self, Rows};
use crate::fleet::Deviation;
use crate::model::{AccountTag, Sides};
use crate::report::Report;

/// What reports say of findings besides the sentence, by account, ID, and the account that it is compared with. A
/// [`Fleet`](crate::fleet::Fleet) does not keep it, because few formats need it, and it is large.
#[derive(Debug, Default)]
pub struct FindingRows(BTreeMap<AccountTag, BTreeMap<String, BTreeMap<AccountTag, FindingRow>>>);

/// What a report says of a finding.
#[derive(Debug)]
pub(super) struct FindingRow {
    /// The lines below the sentence.
    pub details: Vec<String>,
    /// The difference, as the report has it.
    pub difference: Box<RawValue>,
    /// The ID of its cause in that report.
    pub group: Option<String>,
    /// The cause, as a test case says it.
    pub cause: String,
    /// The real roles; an account without the role has none.
    pub role_arns: Sides<String>,
}

impl FindingRows {
    /// Keeps what the report of an account says of its findings.
    ///
    /// # Errors
    /// If a finding cannot be written as JSON.
    pub fn add(&mut self, report: &Report) -> io::Result<()> {
        let of_group = GroupOf::new(report);
        let of_account = self.0.entry(report.accounts.right.tag.clone()).or_default();
        for (place, finding) in report.findings.iter().enumerate().filter(|(_, finding)| !finding.is_note()) {
            let group = of_group.finding(place);
            let arn = |side| ndjson::arn(report, finding, side).to_owned();
            let row = FindingRow {
                details: details::of_finding(report, finding),
                difference: serde_json::value::to_raw_value(&Rows::new(report, finding))?,
                group: group.map(|group| group.id.clone()),
                cause: of_cause(group),
                role_arns: Sides::SIDES.map(arn),
            };
            of_account.entry(finding.id.clone()).or_default().insert(report.accounts.left.tag.clone(), row);
        }
        Ok(())
    }

    /// What was kept of a finding. `with` is the account that the role is compared with; none where the majority does not
    /// have it, so that each account without it says the same.
    pub(super) fn get(
        &self,
        account: &AccountTag,
        with: Option<&AccountTag>,
        finding: &Deviation,
    ) -> Option<&FindingRow> {
        let compared = self.0.get(account)?.get(&finding.id)?;
        with.and_then(|with| compared.get(with)).or_else(|| compared.values().next())
    }
}

//! Whether two reports can be compared, and what else has changed between them.

use crate::model::{Side, Sides};
use crate::report::Report;

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
    /// They are of the same accounts, but in another order.
    #[error("the order of the accounts is reversed: {earlier}, and {later}")]
    Reversed {
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

/// Refuses reports of which one says nothing about what the other says.
pub(super) fn check(earlier: &Report, later: &Report) -> Result<(), SinceError> {
    let same_as = |side: Side, other: Side| {
        let (a, b) = (earlier.accounts.get(side), later.accounts.get(other));
        let is_same_id = a.account_id.is_none() || b.account_id.is_none() || a.account_id == b.account_id;
        is_same_id && a.tag.as_str().eq_ignore_ascii_case(b.tag.as_str())
    };
    if !Side::BOTH.into_iter().all(|side| same_as(side, side)) {
        let (earlier_two, later_two) = (accounts(earlier), accounts(later));
        if Side::BOTH.into_iter().all(|side| same_as(side, side.other())) {
            return Err(SinceError::Reversed { earlier: earlier_two, later: later_two });
        }
        return Err(SinceError::Accounts { earlier: earlier_two, later: later_two });
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
pub(super) fn remarks(earlier: &Report, later: &Report, is_growth_known: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    if !is_growth_known {
        let start = "The snapshots of the reports could not be compared, so only the rows of the reports were";
        remarks.push(format!("{start}: a finding listed as still there may have become wider."));
    }
    let effect = "findings can be new or resolved because of that";
    if !is_same_dictionary(earlier, later) {
        remarks.push(format!("The dictionary or the built-in rules have changed; {effect}."));
    }
    if earlier.severity_overrides.rules != later.severity_overrides.rules {
        remarks.push("The severities that the config file sets have changed.".to_owned());
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
pub(super) fn is_same_dictionary(earlier: &Report, later: &Report) -> bool {
    // The dictionary is written to `report.json`, so it can be written here.
    let dictionary = |report: &Report| serde_json::to_string(&report.dictionary).ok();
    dictionary(earlier) == dictionary(later) && earlier.builtin_rules == later.builtin_rules
}

//! One account at two times: which side is before, and which after.

use crate::model::Side;
use crate::report::Report;

/// `before`, `after`, or nothing for two accounts.
#[must_use]
pub fn word(report: &Report, side: Side) -> Option<&'static str> {
    report.before().map(|before| if side == before { "before" } else { "after" })
}

/// The tag of a side, with the word behind it: `old (before)`.
#[must_use]
pub fn tag(report: &Report, side: Side) -> String {
    let tag = report.accounts.get(side).tag.as_str();
    match word(report, side) {
        Some(word) if tag != word => format!("{tag} ({word})"),
        Some(_) | None => tag.to_owned(),
    }
}

/// When a side was read, in UTC; nothing for two accounts.
#[must_use]
pub fn time(report: &Report, side: Side) -> Option<String> {
    report.before()?;
    let time = report.accounts.get(side).harvested_at.as_deref()?;
    // Of one account at two times, both are known.
    Some(time.parse::<jiff::Timestamp>().map_or_else(|_| time.to_owned(), |time| time.to_string()))
}

/// Which time each side is, in a sentence.
#[must_use]
pub fn sentence(report: &Report) -> Option<String> {
    let before = report.before()?;
    let id = report.accounts.left.account_id.as_ref()?;
    let tag = |side: Side| &report.accounts.get(side).tag;
    let (earlier, later) = (time(report, before)?, time(report, before.other())?);
    let (old, new) = (tag(before), tag(before.other()));
    Some(format!("Account {id}: {old} is the earlier state (read {earlier}), {new} the later one (read {later})."))
}

/// What the order of the sides means for the words of a report, if the account after was given first.
#[must_use]
pub fn order(report: &Report) -> Option<String> {
    let said = "The later state was given first, so gained, widened, and added describe what has since been removed.";
    (report.before() == Some(Side::Right)).then(|| said.to_owned())
}

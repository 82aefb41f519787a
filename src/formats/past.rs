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
    let of = |side: Side| -> Option<String> {
        let (tag, word) = (&report.accounts.get(side).tag, word(report, side)?);
        Some(format!("{tag} is {word} ({})", time(report, side)?))
    };
    Some(format!("Account {id} at two times: {}, {}.", of(before)?, of(before.other())?))
}

/// What the order of the sides means for the words of a report, if the account after was given first.
#[must_use]
pub fn order(report: &Report) -> Option<String> {
    let (before, after) = (&report.accounts.right.tag, &report.accounts.left.tag);
    let is_reversed = report.before() == Some(Side::Right);
    is_reversed.then(|| {
        format!(
            "{after}, the account after, was given first: what is gained, widened, or added in {before} was there before \
             and is gone now."
        )
    })
}

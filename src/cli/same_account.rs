//! Whether two sources that are one account can be compared: the account with its own past can, the account with itself
//! cannot.

use std::path::PathBuf;

use jiff::Timestamp;

use super::error::CliError;

/// A source as far as it is known before accounts are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// The ID of its account; none if nothing in the source tells.
    pub account_id: Option<String>,
    /// When the account was read.
    pub time: Time,
    /// The folder with a file for each role, if it is one.
    pub folder: Option<PathBuf>,
}

/// When an account was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    /// At this time.
    At(Timestamp),
    /// It is being read.
    #[cfg_attr(not(any(feature = "harvest", test)), expect(dead_code, reason = "only AWS is read now"))]
    Now,
    /// The source does not say.
    Unknown,
}

impl Time {
    /// The time of a snapshot.
    pub(super) fn of(harvested_at: Option<&str>) -> Self {
        harvested_at.and_then(|time| time.parse().ok()).map_or(Self::Unknown, Self::At)
    }
}

/// Refuses two sources that are one account, unless they are two states of it.
pub(super) fn refuse(readings: &[Reading]) -> Result<(), CliError> {
    match readings {
        [first, second] if first.account_id == second.account_id && !are_two_states(first, second) => {
            first.account_id.clone().map_or(Ok(()), |account_id| Err(CliError::SameAccount { account_id }))
        }
        _ => Ok(()),
    }
}

/// Whether one is the account at another time. Of folders that git keeps, nobody needs to know the time.
fn are_two_states(first: &Reading, second: &Reading) -> bool {
    let are_two_times = match (first.time, second.time) {
        (Time::At(first), Time::At(second)) => first != second,
        (Time::At(_), Time::Now) | (Time::Now, Time::At(_)) => true,
        (Time::Now, Time::Now) | (Time::Unknown, _) | (_, Time::Unknown) => false,
    };
    let are_two_folders = matches!((&first.folder, &second.folder), (Some(one), Some(other)) if one != other);
    are_two_times || are_two_folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_states_of_an_account_can_be_compared() {
        let reading = |time: Time, folder: Option<&str>| Reading {
            account_id: Some("111122223333".to_owned()),
            time,
            folder: folder.map(PathBuf::from),
        };
        let (early, late) = (Time::of(Some("2026-11-20T00:00:00Z")), Time::of(Some("2026-11-21T00:00:00Z")));
        let can = |first: Reading, second: Reading| refuse(&[first, second]).is_ok();
        assert!(can(reading(early, None), reading(late, None)));
        assert!(can(reading(late, None), reading(Time::Now, None)));
        assert!(!can(reading(Time::Now, None), reading(Time::Now, None)));
        assert!(!can(reading(early, None), reading(Time::of(Some("2026-11-20T01:00:00+01:00")), None)));
        assert!(!can(reading(early, None), reading(Time::of(None), None)));
        assert!(can(reading(Time::Unknown, Some("a")), reading(Time::Unknown, Some("b"))));
        assert!(!can(reading(Time::Unknown, Some("a")), reading(Time::Unknown, Some("a"))));
        assert!(!can(reading(Time::Unknown, Some("a")), reading(early, None)));
        let other = Reading { account_id: Some("444455556666".to_owned()), ..reading(early, None) };
        assert!(can(reading(early, None), other));
        let unknown = Reading { account_id: None, ..reading(early, None) };
        assert!(can(unknown.clone(), unknown));
    }
}

//! One account at two times.

use jiff::Timestamp;

use super::{AccountId, Side, Sides};

/// Which of two readings of one account is the earlier one, by its ID and the time it was read (RFC 3339); none if they
/// are of two accounts, of one time, or of a time that is not known.
///
/// ```
/// use iamctl::model::{Side, Sides, earlier_side};
/// let id = "111122223333".parse().unwrap();
/// let at = |time| (Some(&id), Some(time));
/// let of = |left, right| earlier_side(Sides { left: at(left), right: at(right) });
/// assert_eq!(of("2026-11-21T00:00:00Z", "2026-11-20T00:00:00Z"), Some(Side::Right));
/// // One time in two zones.
/// assert_eq!(of("2026-11-21T00:00:00Z", "2026-11-21T01:00:00+01:00"), None);
/// ```
#[must_use]
pub fn earlier_side(readings: Sides<(Option<&AccountId>, Option<&str>)>) -> Option<Side> {
    let Sides { left: (left_id, left), right: (right_id, right) } = readings;
    let time = |text: Option<&str>| text.and_then(|text| text.parse::<Timestamp>().ok());
    let (left, right) = (time(left)?, time(right)?);
    let is_one = left_id.is_some() && left_id == right_id && left != right;
    is_one.then_some(if left < right { Side::Left } else { Side::Right })
}

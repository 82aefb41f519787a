//! Points in time of any year, to the nanosecond.

use jiff::civil::{Date, DateTime, date};

/// Nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(i128);

const SECOND: i128 = 1_000_000_000;

impl Instant {
    /// Reads ISO 8601, a day or month alone, or seconds since 1970; four digits could be a year or seconds and are not
    /// read.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
    /// ("one of the W3C implementations of the ISO 8601 date formats or in epoch (UNIX) time") and
    /// <https://www.w3.org/TR/NOTE-datetime>.
    pub fn read(text: &str) -> Option<Self> {
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            // The limit is beyond every year that can be written, and far from where the arithmetic ends.
            return if text.len() == 4 || text.len() > 25 {
                None
            } else {
                Some(Self(text.parse::<i128>().ok()? * SECOND))
            };
        }
        let Some(at) = text.find(['T', 't']) else {
            let day = if text.len() == "2026-01".len() { format!("{text}-01") } else { text.to_owned() };
            return Some(Self::from_utc(day.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight())));
        };
        let (_, time) = text.split_at(at);
        let zone = time.rfind(['Z', 'z', '+', '-'])?;
        let (local, zone) = text.split_at(at + zone);
        let local = Self::from_utc(local.parse().ok()?);
        Some(Self(local.0 - offset(zone)? * SECOND))
    }

    fn from_utc(at: DateTime) -> Self {
        let days = i128::from(days_since_1970(at.date()));
        let time = at.time();
        let seconds = (i128::from(time.hour()) * 60 + i128::from(time.minute())) * 60 + i128::from(time.second());
        Self((days * 86_400 + seconds) * SECOND + i128::from(time.subsec_nanosecond()))
    }

    /// A second earlier or later.
    pub const fn step(self, up: bool) -> Self {
        Self(if up { self.0 + SECOND } else { self.0 - SECOND })
    }

    /// The point some seconds later, or earlier if they are negative.
    pub fn after(self, seconds: i64) -> Self {
        Self(self.0 + i128::from(seconds) * SECOND)
    }

    /// The seconds since 1970 as a request would write them: of a point between two, both.
    pub fn whole_seconds(self) -> Option<Vec<String>> {
        let floor = self.0.div_euclid(SECOND);
        let all = if self.0.rem_euclid(SECOND) == 0 { vec![floor] } else { vec![floor, floor + 1] };
        (floor >= 0).then(|| all.iter().map(i128::to_string).collect())
    }

    /// The seconds since 1970, with their fraction; `None` before.
    pub fn seconds(self) -> Option<String> {
        let (whole, rest) = (self.0.div_euclid(SECOND), self.0.rem_euclid(SECOND));
        (whole >= 0).then(|| format!("{whole}.{rest:09}"))
    }

    /// A point between this one and a later one, on a whole second where there is one.
    pub fn between(self, later: Self) -> Option<Self> {
        let second = Self((self.0.div_euclid(SECOND) + 1) * SECOND);
        let middle = Self(i128::midpoint(self.0, later.0));
        [second, middle].into_iter().find(|found| self < *found && *found < later)
    }

    /// The point as a policy or request would write it: ISO 8601, or seconds since 1970 in years that have no four
    /// digits. `None` for a fraction of a second in such a year.
    pub fn written(self) -> Option<String> {
        let nanosecond = i32::try_from(self.0.rem_euclid(SECOND)).ok()?;
        let seconds = self.0.div_euclid(SECOND);
        let timestamp = i64::try_from(seconds).ok().and_then(|second| jiff::Timestamp::new(second, nanosecond).ok());
        match timestamp {
            Some(at) if (0..=9999).contains(&at.to_zoned(jiff::tz::TimeZone::UTC).year()) => Some(at.to_string()),
            _ if nanosecond == 0 && seconds >= 10_000 => Some(seconds.to_string()),
            _ => None,
        }
    }
}

/// Seconds east of Greenwich, of `Z`, `+hh:mm` or `-hh:mm`.
fn offset(zone: &str) -> Option<i128> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, rest) = zone.split_at_checked(1)?;
    let (hours, minutes) = rest.split_once(':')?;
    let number = |text: &str, most: i128| text.parse::<i128>().ok().filter(|n| text.len() == 2 && *n <= most);
    let seconds = number(hours, 23)? * 3_600 + number(minutes, 59)? * 60;
    match sign {
        "+" => Some(seconds),
        "-" => Some(-seconds),
        _ => None,
    }
}

fn days_since_1970(day: Date) -> i32 {
    // Both are days of the calendar that jiff knows, so that their distance is one as well.
    day.duration_since(date(1970, 1, 1)).as_hours().div_euclid(24).try_into().unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Instant {
        Instant::read(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn one_point_in_several_words() {
        let midnight = read("1585699200");
        for text in [
            "2020-04-01",
            "2020-04",
            "2020-04-01T00:00Z",
            "2020-04-01T00:00:00Z",
            "2020-04-01T00:00:00.0Z",
            "2020-04-01T02:00:00+02:00",
            "2020-03-31T19:30:00-04:30",
        ] {
            assert_eq!(read(text), midnight, "{text}");
        }
        for text in ["", "2020", "yesterday", "2020-13-01", "2020-04-01T00:00:00", "01/04/2020", "2020-04-01T00:00+2"] {
            assert!(Instant::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn points_in_their_order_and_between_them() {
        let sorted = [
            "0000-01-01",
            "1969-12-31T23:59:59.9999Z",
            "00000",
            "2020-04-01T00:00:00.0001Z",
            "2020-04-01T00:00:00.0005Z",
            "9999-12-31T23:59:59Z",
            "999999999999",
            "99999999999999999999",
        ];
        let points: Vec<Instant> = sorted.iter().map(|text| read(text)).collect();
        assert!(points.is_sorted());
        for pair in points.windows(2) {
            let between = pair[0].between(pair[1]).unwrap();
            assert!(pair[0] < between && between < pair[1]);
            assert_eq!(Instant::read(&between.written().unwrap()), Some(between));
        }
        let last = read("9999-12-31T23:59:59Z");
        assert_eq!(Instant::read(&last.step(true).written().unwrap()), Some(last.step(true)));
    }
}

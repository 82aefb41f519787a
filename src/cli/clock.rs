//! What time it is, for everything that a run records.

/// Now, RFC 3339 in UTC.
pub(super) fn now() -> String {
    instant().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Today in UTC: the day on which accepted entries have to count.
pub(super) fn today() -> jiff::civil::Date {
    instant().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Now; `SOURCE_DATE_EPOCH` (seconds) takes its place for reports that can be reproduced.
pub(super) fn instant() -> jiff::Timestamp {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    let fixed = fixed.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    fixed.unwrap_or_else(jiff::Timestamp::now)
}

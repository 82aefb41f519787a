//! Where a catalog comes from.

/// Where a catalog comes from and how much it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// What it was made from, in words.
    pub source: String,
    /// The version of the data; empty if the source has none.
    pub version: String,
    /// The day of the data, `YYYY-MM-DD`; empty if the source has none.
    pub date: String,
    /// How many services it has.
    pub services: usize,
    /// How many actions it has, retired ones included.
    pub actions: usize,
}

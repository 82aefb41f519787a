//! A finding before its ID and its severity are known.

use super::difference::List;
use super::rule::Rule;
use crate::model::Side;

/// A finding without id.
pub(super) struct Draft {
    pub rule: Rule,
    pub role: Option<String>,
    pub role_index: Option<usize>,
    pub side: Option<Side>,
    pub message: String,
    pub list: List,
    pub rows: Vec<usize>,
    pub entry: Option<String>,
    /// What differs, as texts; the part of the id that is the finding's own.
    pub key: Vec<String>,
}

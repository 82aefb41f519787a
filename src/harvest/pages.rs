//! Paged calls: follow the marker until AWS says that it ends, and never in a circle.

use std::collections::BTreeSet;
use std::future::Future;

use super::call::Caller;
use super::error::HarvestError;

/// As many as AWS gives at once.
pub(super) const MAX_ITEMS: i32 = 1000;

/// One page of a call.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) is_truncated: bool,
    pub(super) marker: Option<String>,
}

/// All items of a call. A short or empty page is not the end: only `IsTruncated` says so.
pub(super) async fn all<T, F, Fut>(caller: &Caller, call: &'static str, mut page: F) -> Result<Vec<T>, HarvestError>
where
    F: FnMut(Option<String>) -> Fut,
    Fut: Future<Output = Result<Page<T>, HarvestError>>,
{
    let mut items = Vec::new();
    let mut seen = BTreeSet::new();
    let mut marker = None;
    loop {
        let page = page(marker).await?;
        items.extend(page.items);
        if !page.is_truncated {
            return Ok(items);
        }
        let next = page.marker.filter(|marker| !marker.is_empty());
        let next = caller.field(call, "Marker, though there is more to come,", next)?;
        if !seen.insert(next.clone()) {
            return Err(caller.reply(call, "its marker repeats"));
        }
        marker = Some(next);
    }
}

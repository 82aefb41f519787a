//! Paged calls: follow the marker until AWS says that it ends, never in a circle and never for ever.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use super::call::Caller;
use super::error::HarvestError;

/// As many as AWS gives at once.
pub(super) const MAX_ITEMS: i32 = 1000;

/// How many pages a call can have. The quotas of an account are far below: 5,000 roles and 10,000 managed policies at
/// most, of which a page holds hundreds.
const MOST_PAGES: usize = 10_000;

/// How many pages in a row can be empty. A filter can empty a page, and an account has few pages to be emptied.
const MOST_EMPTY: usize = 500;

/// One page of a call.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// How many entries of an account the page holds.
    pub(super) entries: usize,
    pub(super) is_truncated: bool,
    pub(super) marker: Option<String>,
}

impl<T> Page<T> {
    /// A page whose items are its entries.
    pub(super) fn of(items: Vec<T>, is_truncated: bool, marker: Option<String>) -> Self {
        Self { entries: items.len(), items, is_truncated, marker }
    }
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
    let mut empty = 0;
    loop {
        let page = page(marker).await?;
        empty = if page.entries == 0 { empty + 1 } else { 0 };
        items.extend(page.items);
        if !page.is_truncated {
            return Ok(items);
        }
        let next = page.marker.filter(|marker| !marker.is_empty());
        let next = caller.field(call, "Marker, though there is more to come,", next)?;
        if !seen.insert(next.clone()) {
            return Err(caller.reply(call, "its marker repeats"));
        }
        if empty == MOST_EMPTY {
            return Err(caller.reply(call, format!("{MOST_EMPTY} pages in a row are empty")));
        }
        if seen.len() == MOST_PAGES {
            return Err(caller.reply(call, format!("it does not end after {MOST_PAGES} pages")));
        }
        marker = Some(next);
    }
}

/// What the pages of a call tell, by name or ARN; `None` for what two pages tell differently.
pub(super) type Told<T> = BTreeMap<String, Option<T>>;

/// Puts the pages of a call together. What two of them tell alike counts once; what they tell differently changed
/// between them, so that neither is the truth.
pub(super) fn told<T: PartialEq>(entries: impl IntoIterator<Item = (String, T)>) -> Told<T> {
    let mut told = Told::new();
    for (name, entry) in entries {
        match told.entry(name) {
            Entry::Vacant(place) => drop(place.insert(Some(entry))),
            Entry::Occupied(mut place) if place.get().as_ref() != Some(&entry) => drop(place.insert(None)),
            Entry::Occupied(_) => {}
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Follows pages of so many entries, each with a new marker, and never an end.
    fn endless(entries: usize) -> (usize, String) {
        let caller = Caller::new("profile `dev`".to_owned(), Arc::default());
        let mut asked = 0;
        let pages = all(&caller, "ListRoles", |_| {
            asked += 1;
            let marker = Some(format!("page-{asked}"));
            async move { Ok(Page::of(vec![(); entries], true, marker)) }
        });
        let result = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(pages);
        (asked, result.unwrap_err().to_string())
    }

    #[test]
    fn pages_without_an_end_are_an_error() {
        let said = |problem: &str| format!("the reply to ListRoles for profile `dev` cannot be used: {problem}");
        assert_eq!(endless(1), (10_000, said("it does not end after 10000 pages")));
        assert_eq!(endless(0), (500, said("500 pages in a row are empty")));
    }
}

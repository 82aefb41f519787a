//! `report.html`: the whole report as one page that needs nothing else.
//!
//! The frame, with the verdict and the causes in words, is a template that escapes every text by itself: that is
//! what is printed, and what a browser without scripts shows. What the page's script works on are three blocks of
//! JSON; the script makes text nodes of them and nothing else. The page's Content-Security-Policy allows this one
//! script and this one style, by their hashes, and no request at all.

mod budget;
mod causes;
mod charts;
mod console;
mod data;
mod dictionary;
mod documents;
mod facets;
mod findings;
pub(super) mod page;
mod paper;
mod roles;
mod rows;
pub(super) mod security_policy;
pub(super) mod severities;
pub(super) mod words;

pub use roles::{NormalisedRoles, RolesAsRead};

use std::io::{self, Write};

use super::view::View;
use askama::Template as _;

/// Writes the page. The same report gives the same bytes.
///
/// What would make it larger than a browser likes is left out, and the page says what and where it is.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
    // Without a folder the page is in the folder that its commands name; where that is, its script sees.
    let sources = view.sources.map(|file| file.filter(|_| view.folder.is_some()));
    let view = &View { sources, ..*view };
    let ordered = rows::by_severity(view.report);
    let data = data::Data::new(view, &ordered)?;
    page::Page::new(view, &ordered, &data).write_into(out)
}

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
mod rows;
pub(super) mod security_policy;
pub(super) mod severities;
pub(super) mod words;

use std::collections::BTreeMap;
use std::io::{self, Write};

use askama::Template as _;

use super::report_format::View;
use crate::model::{Account, Role, Side, Sides};
use crate::report::RoleResult;

/// The normalized roles of both accounts, found by what a comparison says of them.
#[derive(Debug, Clone, Default)]
pub struct NormalisedRoles<'a>(Sides<BTreeMap<&'a str, &'a Role>>);

impl<'a> NormalisedRoles<'a> {
    /// The roles of both accounts, in any order.
    pub fn new(roles: Sides<impl IntoIterator<Item = &'a Role>>) -> Self {
        Self(roles.map(|roles| roles.into_iter().map(|role| (role.arn.as_str(), role)).collect()))
    }

    /// The two roles of a pair; none for a role of one account.
    #[must_use]
    pub fn of(&self, pair: &RoleResult) -> Option<Sides<&'a Role>> {
        let find = |side: Side| self.0.get(side).get(pair.side(side)?.arn.as_str()).copied();
        Some(Sides { left: find(Side::Left)?, right: find(Side::Right)? })
    }
}

/// The roles of both accounts as they were read, found by their ARN.
#[derive(Debug, Clone, Default)]
pub struct RolesAsRead<'a>(Sides<BTreeMap<&'a str, &'a Role>>);

impl<'a> RolesAsRead<'a> {
    /// The roles of both accounts.
    pub fn new(accounts: Sides<&'a Account>) -> Self {
        Self(accounts.map(|account| account.roles.iter().map(|role| (role.arn.as_str(), role)).collect()))
    }

    /// What the account has for each of two normalized roles, which keep their ARN.
    fn of(&self, roles: Sides<&Role>) -> Sides<Option<&'a Role>> {
        let find = |side: Side| self.0.get(side).get(roles.get(side).arn.as_str()).copied();
        Sides { left: find(Side::Left), right: find(Side::Right) }
    }
}

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

//! What a comparison takes besides the accounts.

use jiff::civil::Date;

use super::Error;
use crate::catalog::Catalogue;
use crate::compare::Acceptance;
use crate::model::{AcceptedEntry, AccountTag, EquivalencyList, Selection, Sides};
use crate::normalise::{Builtins, Rules, ThirdAccounts};
use crate::report::SeverityOverrides;
use crate::semantics::Engines;

/// What [`compare`](super::compare) takes besides the accounts. Nothing is read from the system: no clock, no file.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Short names of the accounts, such as `dev` and `qa`, by which reports and the dictionary tell them apart.
    pub tags: Sides<AccountTag>,
    /// What is meant to differ. Nothing, unless said.
    pub dictionary: EquivalencyList,
    /// The built-in rules that are on. All, unless said.
    pub builtins: Builtins,
    /// Which roles are compared. All, unless said.
    pub selection: Selection,
    /// Whether roles are left out, and named in the report, where the source does not contain all their policies. No,
    /// unless said: then they are an error.
    pub allow_incomplete: bool,
    /// Severities in place of those of the rules. None, unless said.
    pub severities: SeverityOverrides,
    /// Differences that somebody has accepted. None, unless said.
    pub accepted: Option<Accepted>,
    /// When the report is made, RFC 3339; the library has no clock. The start of 1970, unless said.
    pub generated_at: String,
    /// The actions there are. The embedded catalog, unless said.
    pub catalogue: Catalogue,
    /// What comparisons have worked out: with one value for many comparisons, they take less time, and give the same.
    pub engines: Engines,
    /// The accounts that the dictionary knows and has texts for, made ready for many comparisons: with one value for all
    /// of them, they take less time, and give the same.
    pub third: Option<ThirdAccounts>,
}

/// Differences that somebody has accepted.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The file they are from, as reports name it; none if there is none.
    pub file: Option<String>,
    /// The entries, in the order of the file.
    pub entries: Vec<AcceptedEntry>,
    /// The day on which they have to count.
    pub today: Date,
}

impl Options {
    /// With these names for the accounts, and everything else as it is unless said.
    #[must_use]
    pub fn new(left: AccountTag, right: AccountTag) -> Self {
        Self {
            tags: Sides { left, right },
            dictionary: EquivalencyList::default(),
            builtins: Builtins::default(),
            selection: Selection::default(),
            allow_incomplete: false,
            severities: SeverityOverrides::default(),
            accepted: None,
            generated_at: "1970-01-01T00:00:00Z".to_owned(),
            catalogue: Catalogue::embedded(),
            engines: Engines::default(),
            third: None,
        }
    }

    /// What is replaced before the accounts are compared.
    #[must_use]
    pub const fn rules(&self) -> Rules<'_> {
        Rules { dictionary: &self.dictionary, builtins: self.builtins, third: self.third.as_ref() }
    }

    /// The accepted entries as [`accept`](crate::compare::accept) takes them. `all_roles` says whether all roles of both
    /// accounts are compared.
    pub(super) fn acceptance(&self, all_roles: bool) -> Option<Acceptance<'_>> {
        let Accepted { file, entries, today } = self.accepted.as_ref()?;
        Some(Acceptance { file: file.as_deref(), entries, today: *today, all_roles })
    }
}

/// Refuses one tag for both accounts; file systems that ignore case could not keep their files apart.
///
/// # Errors
/// If the tags are the same but for case.
pub fn different_tags(tags: Sides<&AccountTag>) -> Result<(), Error> {
    if tags.left.as_str().eq_ignore_ascii_case(tags.right.as_str()) {
        return Err(Error::SameTag { tag: tags.left.clone() });
    }
    Ok(())
}

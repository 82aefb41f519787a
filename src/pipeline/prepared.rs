//! Two accounts, normalized, ready to be compared.

use std::borrow::Cow;

use super::{Error, Options, different_tags};
use crate::compare::{Input, Settings, accept, between_told, unfit_texts};
use crate::model::equivalency::{CLOSE, OPEN};
use crate::model::{Account, AccountTag, Role, Selection, Side, Sides};
use crate::normalise::{self, Normalised, Normaliser, texts_of_roles};
use crate::report::Report;

/// Two accounts, normalized, ready to be compared.
#[derive(Debug)]
pub struct Prepared<'a> {
    options: &'a Options,
    /// Which roles are left.
    selection: Selection,
    accounts: Sides<One<'a>>,
}

/// One of the two.
#[derive(Debug)]
struct One<'a> {
    /// How many roles the account has, before any were chosen.
    all_roles: usize,
    account: Cow<'a, Account>,
    normalised: Normalised,
    normaliser: Normaliser,
}

impl<'a> Prepared<'a> {
    /// Normalizes both accounts with all their roles, whatever the options select: what is replaced in a role may
    /// depend on another.
    ///
    /// # Errors
    /// If both have one tag, an account holds a text that could be mistaken for a placeholder, the dictionary is too
    /// large, or a text of it cannot be replaced in the accounts' ARNs.
    pub fn new(accounts: Sides<Cow<'a, Account>>, options: &'a Options) -> Result<Self, Error> {
        let tags = options.tags.as_ref();
        different_tags(tags)?;
        let rules = options.rules();
        let of = Sides { left: &*accounts.left, right: &*accounts.right };
        for side in Side::BOTH {
            without_marks(of.get(side), tags.get(side))?;
        }
        let normalisers = normalise::normalisers(of, tags, rules)?;
        let Sides { left, right } = accounts;
        let of_left = || One::new(left, normalisers.left);
        let (left, right) = rayon::join(of_left, || One::new(right, normalisers.right));
        let accounts = Sides { left, right };
        let prepared = Self { options, selection: Selection::default(), accounts };
        let normalised = prepared.normalised();
        let unfit = unfit_texts([normalised.left, normalised.right]);
        // What a pattern finds is a limitation of the report.
        match unfit.iter().find(|text| !text.literal.is_empty()) {
            Some(text) => Err(Error::Unfit { limitation: Box::new(text.limitation(rules)) }),
            None => Ok(prepared),
        }
    }

    /// Checks that every pattern of a selection names a role of either account.
    ///
    /// # Errors
    /// With the first pattern that names none: comparing nothing must not look like finding nothing.
    pub fn check(&self, selection: &Selection) -> Result<(), Error> {
        let normalised = self.normalised();
        Ok(selection.check([normalised.left, normalised.right])?)
    }

    /// Keeps the selected roles alone.
    ///
    /// # Errors
    /// As [`Prepared::check`].
    pub fn only(self, selection: &Selection) -> Result<Self, Error> {
        self.check(selection)?;
        let accounts = self.accounts.map(|one| one.only(selection));
        Ok(Self { selection: selection.clone(), accounts, ..self })
    }

    /// Compares the accounts, and takes out what the options' entries accept.
    ///
    /// # Errors
    /// If the program contradicts itself in what is not about one pair of roles, or in a build for tests.
    pub fn compare(&self) -> Result<Report, Error> {
        self.compare_told(&|_, _| {})
    }

    /// The same, and tells how many roles are done, of how many. `tell` is called from several threads, in no strict
    /// order; the result does not depend on it.
    ///
    /// # Errors
    /// As [`Prepared::compare`].
    pub fn compare_told(&self, tell: &(dyn Fn(usize, usize) + Sync)) -> Result<Report, Error> {
        let options = self.options;
        let settings = Settings {
            catalogue: &options.catalogue,
            rules: options.rules(),
            generated_at: &options.generated_at,
            selection: &self.selection,
        };
        let inputs = Sides { left: self.input(Side::Left), right: self.input(Side::Right) };
        let mut report = between_told(inputs, settings, tell)?;
        if let Some(acceptance) = options.acceptance(self.selection.is_all()) {
            accept(&mut report, acceptance);
        }
        Ok(report)
    }

    /// What the accounts are compared under.
    #[must_use]
    pub const fn options(&self) -> &'a Options {
        self.options
    }

    /// The accounts as read, with the roles that are compared.
    #[must_use]
    pub fn accounts(&self) -> Sides<&Account> {
        self.accounts.as_ref().map(|one| &*one.account)
    }

    /// The accounts as normalized; their roles stand in the same order.
    #[must_use]
    pub fn normalised(&self) -> Sides<&Normalised> {
        self.accounts.as_ref().map(|one| &one.normalised)
    }

    /// What normalized them.
    #[must_use]
    pub fn normalisers(&self) -> Sides<&Normaliser> {
        self.accounts.as_ref().map(|one| &one.normaliser)
    }

    /// The normalized roles.
    #[must_use]
    pub fn roles(&self) -> Sides<impl Iterator<Item = &Role>> {
        self.accounts.as_ref().map(|one| one.normalised.roles.iter().map(|role| &role.role))
    }

    fn input(&self, side: Side) -> Input<'_> {
        let One { all_roles, account, normalised, normaliser } = self.accounts.get(side);
        Input {
            tag: self.options.tags.get(side),
            source: &account.source,
            harvested_at: account.harvested_at.as_deref(),
            all_roles: *all_roles,
            account,
            normalised,
            normaliser,
        }
    }
}

/// Refuses what could be mistaken for a placeholder.
fn without_marks(account: &Account, tag: &AccountTag) -> Result<(), Error> {
    let mut marked = None;
    texts_of_roles(&account.roles, &mut |_, text| {
        if text.contains([OPEN, CLOSE]) {
            marked = Some(text.to_owned());
        }
    });
    marked.map_or(Ok(()), |text| Err(Error::Mark { tag: tag.clone(), text }))
}

impl<'a> One<'a> {
    fn new(account: Cow<'a, Account>, normaliser: Normaliser) -> Self {
        let normalised = normalise::account(&account, &normaliser);
        Self { all_roles: account.roles.len(), account, normalised, normaliser }
    }

    fn only(self, selection: &Selection) -> Self {
        let Self { all_roles, account, normalised, normaliser } = self;
        let (account, normalised) = selection.apply(account, normalised);
        Self { all_roles, account, normalised, normaliser }
    }
}

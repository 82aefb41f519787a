//! Two accounts, normalized, ready to be compared.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Error, Options, different_tags};
use crate::compare::{Both, Input, Settings, accept, between_told, leave_out, unfit_texts};
use crate::model::equivalency::{CLOSE, OPEN, display};
use crate::model::{Account, AccountTag, Role, Selection, Side, Sides};
use crate::normalise::{self, Normalised, Normaliser, Rules, texts_of_roles};
use crate::report::{Limitation, Report};

/// How many roles of one account can have one name after normalizing.
const MOST_OF_ONE_NAME: usize = 500;

/// Two accounts, normalized, ready to be compared.
#[derive(Debug)]
pub struct Prepared<'a> {
    options: &'a Options,
    /// What is replaced.
    rules: Rules<'a>,
    /// Which roles are left.
    selection: Selection,
    /// Which of these were left out, and why.
    left_out: Vec<Limitation>,
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
    /// depend on another. In one account, no built-in rule but that of its ID applies: a generated name that has changed is
    /// another resource, and nothing is meant to differ from one day to the next but what the dictionary says.
    ///
    /// # Errors
    /// If both have one tag, an account holds a text that could be mistaken for a placeholder, the dictionary is too
    /// large, or a text of it cannot be replaced in the accounts' ARNs.
    pub fn new(accounts: Sides<Cow<'a, Account>>, options: &'a Options) -> Result<Self, Error> {
        let tags = options.tags.as_ref();
        different_tags(tags)?;
        let mut rules = options.rules();
        if accounts.left.id.is_some() && accounts.left.id == accounts.right.id {
            rules.builtins = rules.builtins.of_one_account();
        }
        let of = Sides { left: &*accounts.left, right: &*accounts.right };
        for side in Side::BOTH {
            without_marks(of.get(side), tags.get(side))?;
        }
        let normalisers = normalise::normalisers(of, tags, rules)?;
        let both = Sides { left: (accounts.left, normalisers.left), right: (accounts.right, normalisers.right) };
        let mut accounts = both.par_map(|(account, normaliser)| One::new(account, normaliser));
        normalise::share_documents(&accounts.left.normalised, &mut accounts.right.normalised);
        let prepared = Self { options, rules, selection: Selection::default(), left_out: Vec::new(), accounts };
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

    /// Keeps the selected roles alone. Of these, it leaves out what lacks a policy, if the options allow that.
    ///
    /// # Errors
    /// As [`Prepared::check`], or if a selected role has a policy that the source does not contain.
    pub fn only(self, selection: &Selection) -> Result<Self, Error> {
        self.check(selection)?;
        let accounts = self.accounts.map(|one| one.only(selection));
        let selected = Self { selection: selection.clone(), accounts, ..self };
        if selected.options.allow_incomplete {
            return Ok(selected.without_incomplete());
        }
        selected.check_absent()?;
        Ok(selected)
    }

    /// Each role of a name is compared with each of the other account, so that their number is limited.
    fn check_names(&self) -> Result<(), Error> {
        for side in Side::BOTH {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for role in &self.accounts.get(side).normalised.roles {
                *counts.entry(role.role.name.to_lowercase()).or_default() += 1;
            }
            if let Some((name, count)) = counts.into_iter().find(|(_, count)| *count > MOST_OF_ONE_NAME) {
                let (tag, name) = (self.options.tags.get(side).clone(), display(&name).into_owned());
                return Err(Error::OneName { tag, name, count, most: MOST_OF_ONE_NAME });
            }
        }
        Ok(())
    }

    fn check_absent(&self) -> Result<(), Error> {
        let Sides { left, right } = self.accounts.as_ref().map(|one| one.account.check_absent());
        match (left, right) {
            (Ok(()), Ok(())) => Ok(()),
            (Err(only), Ok(())) | (Ok(()), Err(only)) => Err(only.into()),
            (Err(left), Err(right)) => Err(Error::BothIncomplete(Box::new(Sides { left, right }))),
        }
    }

    fn without_incomplete(self) -> Self {
        let Sides { left, right } = self.accounts;
        let (left, of_left) = left.apart();
        let (right, of_right) = right.apart();
        let (both, left_out) = leave_out(Sides { left, right }, self.options.tags.as_ref());
        let accounts = Sides { left: of_left.whole(both.left), right: of_right.whole(both.right) };
        Self { accounts, left_out, ..self }
    }

    /// Compares the accounts, and takes out what the options' entries accept.
    ///
    /// # Errors
    /// If a role has a policy that the source does not contain, very many roles have one name, or the program contradicts itself in what is not about one
    /// pair of roles, or in a build for tests.
    pub fn compare(&self) -> Result<Report, Error> {
        self.compare_told(&|_, _| {})
    }

    /// The same, and tells how many roles are done, of how many. `tell` is called from several threads, in no strict
    /// order; the result does not depend on it.
    ///
    /// # Errors
    /// As [`Prepared::compare`].
    pub fn compare_told(&self, tell: &(dyn Fn(usize, usize) + Sync)) -> Result<Report, Error> {
        self.check_absent()?;
        self.check_names()?;
        let options = self.options;
        let settings = Settings {
            catalogue: &options.catalogue,
            engines: &options.engines,
            rules: self.rules,
            generated_at: &options.generated_at,
            selection: &self.selection,
            left_out: &self.left_out,
            severities: &options.severities,
        };
        let inputs = Sides { left: self.input(Side::Left), right: self.input(Side::Right) };
        let mut report = between_told(inputs, settings, tell)?;
        let all_roles = self.selection.is_all() && self.left_out.is_empty();
        if let Some(acceptance) = options.acceptance(all_roles) {
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

/// What stays of an account when roles are left out.
struct Rest {
    all_roles: usize,
    normaliser: Normaliser,
}

impl Rest {
    fn whole<'a>(self, (account, normalised): Both<'a>) -> One<'a> {
        let Self { all_roles, normaliser } = self;
        One { all_roles, account, normalised, normaliser }
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

    /// The account apart from what stays when roles are left out.
    fn apart(self) -> (Both<'a>, Rest) {
        let Self { all_roles, account, normalised, normaliser } = self;
        ((account, normalised), Rest { all_roles, normaliser })
    }

    fn only(self, selection: &Selection) -> Self {
        let Self { all_roles, account, normalised, normaliser } = self;
        let (account, normalised) = selection.apply(account, normalised);
        Self { all_roles, account, normalised, normaliser }
    }
}

//! How far two accounts are alike, without saying what they may do: enough to try out a dictionary.

use rayon::prelude::*;

use super::{attributes, cross_references, items, pair};
use crate::catalog::Catalogue;
use crate::expand::{Expander, Universe};
use crate::model::{Account, Role, Side, Sides};
use crate::normalise::{Normalised, NormalisedRole};

/// Which roles are each other's by name, as indices into the roles of both accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alignment {
    /// Roles of both accounts.
    pub pairs: Vec<Sides<usize>>,
    /// Roles of one account only.
    pub alone: Sides<Vec<usize>>,
    /// How many roles share their name with another of their account.
    pub ambiguous: usize,
}

/// Pairs the roles of two accounts by name.
#[must_use]
pub fn align(accounts: Sides<&Normalised>) -> Alignment {
    let mut alignment = Alignment::default();
    for one in pair::pair(accounts, |_, _| 0) {
        alignment.ambiguous += usize::from(one.ambiguous);
        match (one.left, one.right) {
            (Some(left), Some(right)) => alignment.pairs.push(Sides { left, right }),
            (Some(left), None) => alignment.alone.left.push(left),
            (None, Some(right)) => alignment.alone.right.push(right),
            (None, None) => {}
        }
    }
    alignment
}

/// How many rows, attributes and cross-references differ in each of these pairs of roles.
#[must_use]
pub fn differences(
    real: Sides<&Account>,
    normalised: Sides<&Normalised>,
    catalogue: &Catalogue,
    pairs: &[Sides<usize>],
) -> Vec<usize> {
    let expander = Expander::new(Universe::new(catalogue, [real.left, real.right]));
    let of_pair = |pair: &Sides<usize>| {
        let role = |side: Side| normalised.get(side).roles.get(*pair.get(side));
        let harvested = |side: Side| real.get(side).roles.get(*pair.get(side));
        // An index without a role cannot be; if it were, the pair would count as one that differs.
        let (Some(left), Some(right)) = (role(Side::Left), role(Side::Right)) else { return 1 };
        let (Some(real_left), Some(real_right)) = (harvested(Side::Left), harvested(Side::Right)) else { return 1 };
        let roles: Sides<&NormalisedRole> = Sides { left, right };
        let real: Sides<&Role> = Sides { left: real_left, right: real_right };
        items::only_in(roles, &expander).len()
            + attributes::differences("", roles.map(|role| &role.role), real, false).len()
            + cross_references::find("", roles, real, normalised).len()
    };
    pairs.par_iter().map(of_pair).collect()
}

/// Tells whether two policies say the same, whatever their words.
#[derive(Debug)]
pub struct Alike<'a> {
    expander: Expander<'a>,
}

impl<'a> Alike<'a> {
    /// For the policies of these accounts.
    #[must_use]
    pub fn new(real: Sides<&Account>, catalogue: &'a Catalogue) -> Self {
        Self { expander: Expander::new(Universe::new(catalogue, [real.left, real.right])) }
    }

    /// Whether two roles say the same: their trust policies and, each on its own kind, their other policies.
    #[must_use]
    pub fn roles(&self, left: &NormalisedRole, right: &NormalisedRole) -> bool {
        items::only_in(Sides { left, right }, &self.expander).is_empty()
    }
}

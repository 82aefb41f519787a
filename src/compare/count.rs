//! How many rows an account has, without keeping them.

use rayon::prelude::*;

use crate::expand::{self, Expander, PolicyRows};
use crate::model::Role;

/// The number of distinct rows of all these roles, each row with the name and kind of its policy.
pub(super) fn items(roles: &[&Role], expander: &Expander<'_>) -> usize {
    let of_role = |role: &&Role| expand::role(role, expander).iter().map(PolicyRows::count).sum::<usize>();
    roles.par_iter().map(of_role).sum()
}

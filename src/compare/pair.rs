//! Which role of one account is which role of the other.
//!
//! A role's name is unique in its account ignoring case, whatever its path, so the normalised name decides and the
//! path is an attribute. Where several roles of one account normalise to one name, the path, then what the roles say,
//! tells which counterpart fits best; nothing is merged.

use std::collections::BTreeMap;

use crate::model::{Side, Sides};
use crate::normalise::{Normalised, NormalisedRole};

/// A role of one or both accounts, by index into the normalised roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RolePair {
    pub left: Option<usize>,
    pub right: Option<usize>,
    /// Whether several roles of one account have this name.
    pub ambiguous: bool,
}

/// Pairs the roles; `likeness` says how much two roles have in common and is asked only where names do not decide.
pub(super) fn pair(
    accounts: Sides<&Normalised>,
    likeness: impl Fn(&NormalisedRole, &NormalisedRole) -> usize,
) -> Vec<RolePair> {
    let mut groups: BTreeMap<String, Group<'_>> = BTreeMap::new();
    for side in Side::BOTH {
        for numbered in accounts.get(side).roles.iter().enumerate() {
            groups.entry(numbered.1.role.name.to_lowercase()).or_default().get_mut(side).push(numbered);
        }
    }
    groups.into_values().flat_map(|group| pair_group(&group, &likeness)).collect()
}

/// The roles of one name, with their indices.
type Group<'a> = Sides<Vec<(usize, &'a NormalisedRole)>>;

fn pair_group(group: &Group<'_>, likeness: &impl Fn(&NormalisedRole, &NormalisedRole) -> usize) -> Vec<RolePair> {
    if let (&[(left, _)], &[(right, _)]) = (group.left.as_slice(), group.right.as_slice()) {
        return vec![RolePair { left: Some(left), right: Some(right), ambiguous: false }];
    }
    let ambiguous = group.left.len() > 1 || group.right.len() > 1;
    let mut scored: Vec<(bool, bool, usize, usize, usize)> = Vec::new();
    for &(l, left) in &group.left {
        for &(r, right) in &group.right {
            let same_path = left.role.path == right.role.path;
            let same_name = left.real_name.eq_ignore_ascii_case(&right.real_name);
            scored.push((same_path, same_name, likeness(left, right), l, r));
        }
    }
    // Best first; of equals the first in the order of the accounts, so that the result never depends on chance.
    scored.sort_by(|a, b| (b.0, b.1, b.2).cmp(&(a.0, a.1, a.2)).then((a.3, a.4).cmp(&(b.3, b.4))));
    let mut left_free: Vec<usize> = group.left.iter().map(|(index, _)| *index).collect();
    let mut right_free: Vec<usize> = group.right.iter().map(|(index, _)| *index).collect();
    let mut pairs = Vec::new();
    for (_, _, _, l, r) in scored {
        if left_free.contains(&l) && right_free.contains(&r) {
            left_free.retain(|&index| index != l);
            right_free.retain(|&index| index != r);
            pairs.push(RolePair { left: Some(l), right: Some(r), ambiguous });
        }
    }
    pairs.extend(left_free.into_iter().map(|l| RolePair { left: Some(l), right: None, ambiguous }));
    pairs.extend(right_free.into_iter().map(|r| RolePair { left: None, right: Some(r), ambiguous }));
    pairs
}

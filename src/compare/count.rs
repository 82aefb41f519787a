//! How many rows accounts have, without making them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::expand::{self, Expander, PolicyRows};
use crate::model::{IdentityPolicy, PolicyType, Role, TrustPolicy};

/// How many rows the documents of some roles have, each looked at once, however many roles have it.
pub(super) struct ItemCounts<'a, 'c> {
    expander: &'a Expander<'c>,
    /// By the document's address; the roles keep their documents.
    documents: BTreeMap<usize, usize>,
    /// By the document's address and the role's partition.
    trust: BTreeMap<(usize, &'a str), usize>,
}

impl<'a, 'c> ItemCounts<'a, 'c> {
    /// Counts the rows of the documents of these roles.
    pub(super) fn new(roles: &[&'a Role], expander: &'a Expander<'c>) -> Self {
        let documents = roles.iter().flat_map(|role| role.documents());
        let documents: BTreeMap<usize, &IdentityPolicy> =
            documents.map(|document| (Arc::as_ptr(document).addr(), &**document)).collect();
        let trust = roles.iter().map(|role| ((Arc::as_ptr(&role.trust).addr(), role.arn.partition()), &*role.trust));
        let trust: BTreeMap<(usize, &str), &TrustPolicy> = trust.collect();
        Self {
            expander,
            documents: documents.into_par_iter().map(|(at, document)| (at, expander.count(document))).collect(),
            trust: trust.into_par_iter().map(|(at, document)| (at, expand::trust(document, at.1).len())).collect(),
        }
    }

    /// The number of distinct rows of all these roles, each row with the name and kind of its policy.
    pub(super) fn of(&self, roles: &[&Role]) -> usize {
        roles.par_iter().map(|role| self.of_role(role)).sum()
    }

    fn of_role(&self, role: &Role) -> usize {
        let inline = role.inline.iter().map(|policy| (&*policy.name, PolicyType::Inline));
        let attached = role.attached.iter().map(|policy| (&*policy.name, PolicyType::Managed));
        let mut names = BTreeSet::new();
        if !inline.chain(attached).all(|name| names.insert(name)) {
            // Two policies of one name count as one, which has the rows of both.
            return expand::role(role, self.expander).iter().map(PolicyRows::count).sum();
        }
        let known = |document: &Arc<IdentityPolicy>| self.documents.get(&Arc::as_ptr(document).addr()).copied();
        let identity =
            role.documents().map(|document| known(document).unwrap_or_else(|| self.expander.count(document)));
        let partition = role.arn.partition();
        let trust = self.trust.get(&(Arc::as_ptr(&role.trust).addr(), partition)).copied();
        identity.sum::<usize>() + trust.unwrap_or_else(|| expand::trust(&role.trust, partition).len())
    }
}

#[cfg(test)]
mod tests {
    #[cfg(feature = "testing")]
    mod generated {
        use super::super::*;
        use crate::catalog::Catalogue;
        use crate::expand::Universe;
        use crate::model::{InlinePolicy, Side};
        use crate::parse::account::account;
        use crate::testing::{Plan, generate};

        #[test]
        fn as_many_rows_are_counted_as_the_roles_have() {
            let catalogue = Catalogue::embedded();
            for seed in 0..4 {
                let snapshots = generate(&Plan { rewriting: true, ..Plan::new(40, 10, seed) }).unwrap().snapshots;
                let mut accounts = snapshots.as_ref().map(|snapshot| account(snapshot).unwrap());
                // As after normalizing, some roles have two policies of one name.
                for role in accounts.left.roles.iter_mut().step_by(3) {
                    let others = role.documents().cloned().collect::<Vec<_>>();
                    role.inline
                        .extend(others.into_iter().map(|document| InlinePolicy { name: "one".to_owned(), document }));
                }
                let both = Expander::new(Universe::new(&catalogue, [&accounts.left, &accounts.right]));
                for side in Side::BOTH {
                    let account = accounts.get(side);
                    let roles: Vec<&Role> = account.roles.iter().collect();
                    for expander in [&both, &Expander::new(Universe::new(&catalogue, [account]))] {
                        let of_role =
                            |role: &&Role| expand::role(role, expander).iter().map(PolicyRows::count).sum::<usize>();
                        let expected = roles.iter().map(of_role).sum::<usize>();
                        assert_eq!(ItemCounts::new(&roles, expander).of(&roles), expected, "seed {seed}");
                        assert!(expected > 100);
                        if expander.counts_like(&both) {
                            assert_eq!(ItemCounts::new(&roles, &both).of(&roles), expected, "seed {seed}");
                        }
                    }
                }
            }
        }
    }
}

//! Accounts of the fleet that others reference, and that the dictionary does not say to be like them.

use std::collections::{BTreeMap, BTreeSet};

use super::account::FleetAccount;
use super::compared::Compared;
use super::limitation::FleetLimitation;
use super::options::FleetOptions;
use crate::model::{Account, AccountId, AccountTag, Place, Side};
use crate::normalise::texts_of_roles;
use crate::pipeline::Prepared;

/// The known accounts whose IDs are in references of both accounts, and which the dictionary has no texts for: such
/// references are no findings.
pub(super) fn referenced_by_both(prepared: &Prepared<'_>) -> BTreeSet<AccountId> {
    let dictionary = &prepared.options().dictionary;
    let known: BTreeMap<&AccountId, &str> = dictionary.known_accounts().collect();
    if known.is_empty() {
        return BTreeSet::new();
    }
    let mentioned = |account: &Account| {
        let mut mentioned = BTreeSet::new();
        texts_of_roles(&account.roles, &mut |place, text| {
            if matches!(place, Place::Resource | Place::Principal | Place::Condition) {
                mentioned.extend(account_ids(text).filter(|id| known.contains_key(id)));
            }
        });
        mentioned
    };
    let accounts = prepared.accounts();
    let left = mentioned(accounts.get(Side::Left));
    if left.is_empty() {
        return left;
    }
    let is_listed = |id: &AccountId| {
        let tag = known.get(id).and_then(|name| name.parse::<AccountTag>().ok());
        tag.is_some_and(|tag| dictionary.has_texts_of(&tag))
    };
    let right = mentioned(accounts.get(Side::Right));
    left.intersection(&right).filter(|id| !is_listed(id)).cloned().collect()
}

/// What is to be said of such accounts, each once with the accounts that reference it. Nothing of an account that was left
/// out, or that the user named.
pub(super) fn limitations(
    options: &FleetOptions,
    accounts: &[FleetAccount],
    compared: &[Compared],
) -> Vec<FleetLimitation> {
    let named: BTreeSet<&AccountId> = options.pair.dictionary.known_accounts().map(|(id, _)| id).collect();
    let of_fleet = accounts.iter().filter(|account| !account.is_left_out());
    // A reference contains an ID.
    let of_fleet = of_fleet.filter_map(|account| Some((account.account_id.as_ref()?, &account.tag)));
    let mut all = Vec::new();
    for (id, tag) in of_fleet.filter(|(id, _)| !named.contains(id)) {
        let by: Vec<AccountTag> =
            compared.iter().filter(|one| one.referenced_by_both.contains(id)).map(|one| one.tag.clone()).collect();
        if !by.is_empty() {
            let message = format!(
                "roles of the baseline and of other accounts reference {tag} ({id}), for which the dictionary lists no \
                 texts: iamctl takes it for a shared account, and does not report references that both accounts have"
            );
            all.push(FleetLimitation { message, accounts: by });
        }
    }
    all
}

/// The sequences of twelve digits in a text.
pub fn account_ids(text: &str) -> impl Iterator<Item = AccountId> {
    let words = text.split(|c: char| !c.is_ascii_digit()).filter(|word| word.len() == 12);
    // Twelve digits are an ID.
    words.filter_map(|word| word.parse().ok())
}

//! Finds what both accounts have, letter by letter.

use std::collections::BTreeSet;

use super::Builtins;
use super::common::{Common, Kind, Name, Neighbor, beside, compound, means_an_account, without_generated};
use super::generated_names::Named;
use super::literal::Owner;
use super::text::Normaliser;
use super::{texts, word_boundaries};
use crate::model::equivalency::{CLOSE, OPEN};
use crate::model::{Account, Role, Side, Sides};

/// Finds what is common to both accounts; as each of them sees it.
pub(super) fn find(accounts: Sides<&Account>, base: Sides<&Normaliser>, builtins: Builtins) -> Sides<Common> {
    if !base.left.tells_accounts_apart() && !base.right.tells_accounts_apart() {
        return Sides::default();
    }
    let names = accounts.par_map(|account| own_names(account, builtins));
    let shape = |side: Side, (kind, name): &Name| base.get(side).shape(name, kind.place(), &[]).to_lowercase();
    let shapes = |side: Side| names.get(side).iter().map(|name| shape(side, name)).collect::<BTreeSet<String>>();
    let shapes = Sides::SIDES.par_map(shapes);
    let is_common = |name: &&Name| {
        let (left, right) = (shape(Side::Left, name), shape(Side::Right, name));
        let has_counterpart = shapes.right.contains(&left) || shapes.left.contains(&right);
        left != right && !has_counterpart && !is_all_placeholder(&left) && !is_all_placeholder(&right)
    };
    let common: BTreeSet<Name> = names.left.intersection(&names.right).filter(is_common).cloned().collect();
    let Sides { left, right } = Sides::SIDES.par_map(|side| words(accounts.get(side), base.get(side)));
    let words: BTreeSet<String> = &left.0 & &right.0;
    let neighbors = if words.is_empty() { BTreeSet::new() } else { &left.1 & &right.1 };
    accounts.map(|account| Common {
        own: account.id.clone(),
        builtins,
        names: common.clone(),
        words: words.clone(),
        neighbors: neighbors.clone(),
    })
}

/// Whether a name is nothing but a text of the dictionary: then it means the account, whoever has it.
fn is_all_placeholder(shape: &str) -> bool {
    // A path stands between separators.
    let shape = shape.trim_matches('/');
    shape.starts_with(OPEN) && shape.find(CLOSE).is_some_and(|end| end + CLOSE.len_utf8() == shape.len())
}

/// What an account has names for. What AWS owns is left out: nothing is replaced in it anyway.
fn own_names(account: &Account, builtins: Builtins) -> BTreeSet<Name> {
    let mut names = BTreeSet::new();
    for role in &account.roles {
        names.insert((Kind::Role, without_generated(builtins, Named::Role, &role.name, &role.path).to_owned()));
        names.insert((Kind::Path, role.path.clone()));
        names.extend(policies(role, builtins));
        let profiles = role.instance_profiles.iter();
        names.extend(profiles.map(|name| {
            let name = without_generated(builtins, Named::InstanceProfile, name, "");
            (Kind::InstanceProfile, name.to_owned())
        }));
        names.extend(role.tags.iter().flat_map(|(key, value)| [key, value]).map(|text| (Kind::Tag, text.clone())));
    }
    names
}

fn policies(role: &Role, builtins: Builtins) -> impl Iterator<Item = Name> {
    let name = move |named, name: &str| (Kind::Policy, without_generated(builtins, named, name, "").to_owned());
    let inline = role.inline.iter().map(move |policy| name(Named::InlinePolicy, &policy.name));
    let managed = role.managed().filter(|policy| !policy.is_owned_by_aws());
    inline.chain(managed.map(move |policy| name(Named::ManagedPolicy, &policy.name)))
}

/// The words with a change of case beside a text of an entry, and the words beside texts that are the account's own.
fn words(account: &Account, base: &Normaliser) -> (BTreeSet<String>, BTreeSet<Neighbor>) {
    let (mut words, mut neighbors) = (BTreeSet::new(), BTreeSet::new());
    texts::each(account, &mut |place, text| {
        for (literal, start, end) in base.literals_in(text, place).filter(|(literal, ..)| means_an_account(literal)) {
            if !word_boundaries::is_token(text, start, end) {
                continue;
            }
            words.extend(compound(text, start, end).map(|range| text.get(range).unwrap_or_default().to_owned()));
            if literal.owner == Owner::Own {
                neighbors.extend(beside(literal, text, start, end));
            }
        }
    });
    (words, neighbors)
}

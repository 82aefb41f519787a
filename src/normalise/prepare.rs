//! Dictionary and built-in rules made ready for a pair of accounts: what is replaced in one depends on the other.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::builtin::{Builtin, Builtins};
use super::counterparts::Counterparts;
use super::generated_names::{self, GeneratedForm, Named};
use super::literal::DictionaryTooLarge;
use super::names::{self, NameParts, Names};
use super::rules::Rules;
use super::span::ReplacedPart;
use super::text::{Normaliser, Stem};
use super::third::{Third, ThirdAccounts};
use super::{find_absent, find_common, generated_ids, ids, ownership, pattern_owners, texts};
use crate::model::{Account, AccountTag, Place, Role, Side, Sides};

/// Makes the rules ready for both accounts.
///
/// # Errors
/// If the dictionary has too many texts to be looked for at once.
///
/// ```
/// use iamctl::model::{Account, Place, Sides};
/// use iamctl::normalise::{Builtins, Rules, normalisers};
/// let account = |id: &str| {
///     let (source, harvested_at) = (String::new(), None);
///     Account { id: Some(id.parse().unwrap()), source, harvested_at, roles: Vec::new(), absent_policies: Default::default() }
/// };
/// let (dev, qa) = (account("111122223333"), account("444455556666"));
/// let dictionary = iamctl::parse::equivalency::read(r#"{"environment": {"dev": ["dev"], "qa": ["qa"]}}"#).unwrap();
/// let rules = Rules { dictionary: &dictionary, builtins: Builtins::default(), third: None };
/// let (left, right) = ("dev".parse().unwrap(), "qa".parse().unwrap());
/// let both = normalisers(Sides { left: &dev, right: &qa }, Sides { left: &left, right: &right }, rules).unwrap();
/// let in_qa = |text| both.right.apply(text, Place::Resource, |_| {}).shown().into_inner();
/// assert_eq!(in_qa("arn:aws:sqs:eu-west-1:444455556666:app-qa"), "arn:aws:sqs:eu-west-1:ownaccountid:app-environment");
/// // What belongs to the other account stays.
/// assert_eq!(in_qa("arn:aws:sqs:eu-west-1:111122223333:app-dev"), "arn:aws:sqs:eu-west-1:111122223333:app-dev");
/// ```
pub fn normalisers(
    accounts: Sides<&Account>,
    tags: Sides<&AccountTag>,
    rules: Rules<'_>,
) -> Result<Sides<Normaliser>, DictionaryTooLarge> {
    let owners = ownership::owners(accounts, rules)?;
    let of_patterns = pattern_owners::owners(accounts, rules)?;
    let third = rules.third.map_or_else(|| ThirdAccounts::new(rules.dictionary), |third| Ok(third.clone()))?;
    let found = third.found_in(accounts, tags);
    let of_side = |side: Side| {
        let (mut literals, patterns) =
            ownership::literals_and_patterns(side, accounts, tags, rules, &owners, &of_patterns);
        let third = Third::add(accounts.get(side).id.as_ref(), &found, &mut literals);
        Ok(Normaliser::new(literals, patterns)?.with_third(third))
    };
    let base = Sides { left: of_side(Side::Left)?, right: of_side(Side::Right)? };
    let stems = stems(accounts, base.as_ref());
    let base = base.map(|normaliser| normaliser.with_stems(stems.clone()));
    let absent = find_absent::find(accounts, tags, rules.dictionary, base.as_ref());
    let base = Sides { left: base.left.with_absent(absent.left), right: base.right.with_absent(absent.right) };
    let common = find_common::find(accounts, base.as_ref(), rules.builtins);
    let base = Sides { left: base.left.with_common(common.left), right: base.right.with_common(common.right) };
    let counterparts = counterparts(accounts, base.as_ref(), rules.builtins);
    let Sides { left, right } = base;
    Ok(Sides { left: left.with_counterparts(counterparts.left), right: right.with_counterparts(counterparts.right) })
}

/// The longer words that hold the own text in each of the accounts.
fn stems(accounts: Sides<&Account>, base: Sides<&Normaliser>) -> BTreeSet<Stem> {
    if !base.left.may_stand_in_words() {
        return BTreeSet::new();
    }
    let of_side = |side: Side| {
        let mut stems: BTreeSet<Stem> = BTreeSet::new();
        texts::each(accounts.get(side), &mut |place, text| {
            base.get(side).own_words(text, place, |stem| {
                stems.insert(stem);
            });
        });
        stems
    };
    let left = of_side(Side::Left);
    if left.is_empty() { left } else { &left & &of_side(Side::Right) }
}

/// A name to look for a counterpart of: what it names, its path, what it is within, what it names in words.
struct Candidate<'a> {
    name: &'a str,
    path: String,
    within: String,
    content: Box<dyn Fn() -> BTreeSet<String> + Send + Sync + 'a>,
}

fn counterparts(accounts: Sides<&Account>, base: Sides<&Normaliser>, builtins: Builtins) -> Sides<Counterparts> {
    let mentions = Sides::SIDES.par_map(|side| mentions(accounts.get(side), base.get(side), builtins));
    let roles = pair_names(base, builtins, Named::Role, |side| {
        let (normaliser, mentions): (&Normaliser, &Mentions) = (base.get(side), mentions.get(side));
        let candidate = |role| Candidate::role(role, normaliser, builtins, mentions);
        accounts.get(side).roles.iter().map(candidate).collect()
    });
    let roles = with_cut_names(accounts, base, builtins, roles);
    let names = roles.map(|roles| Names { roles });
    let role_name = |side: Side, role: &Role| names.get(side).role(base.get(side), &role.name).to_lowercase();
    let managed = pair_names(base, builtins, Named::ManagedPolicy, |side| {
        managed_policies(accounts.get(side), &|role| role_name(side, role))
    });
    let inline = pair_names(base, builtins, Named::InlinePolicy, |side| {
        let roles = accounts.get(side).roles.iter();
        let names = roles.flat_map(|role| role.inline.iter().map(move |policy| (role, policy.name.as_str())));
        names.map(|(role, name)| Candidate::within(name, role_name(side, role))).collect()
    });
    let profiles = pair_names(base, builtins, Named::InstanceProfile, |side| {
        let roles = accounts.get(side).roles.iter();
        let names = roles.flat_map(|role| role.instance_profiles.iter().map(move |name| (role, name.as_str())));
        names.map(|(role, name)| Candidate::within(name, role_name(side, role))).collect()
    });
    let ids = ids::pair(accounts, base, builtins, &names);
    let by_name = |parts: &NameParts| -> BTreeMap<String, Vec<ReplacedPart>> {
        parts.iter().map(|((_, name), parts)| (name.clone(), parts.clone())).collect()
    };
    let tables = |side: Side| {
        BTreeMap::from([
            (Named::Role, by_name(&names.get(side).roles)),
            (Named::ManagedPolicy, by_name(managed.get(side))),
            (Named::InstanceProfile, by_name(profiles.get(side))),
        ])
    };
    let of_side = |side: Side| {
        // The parts of embedded policies are found by the role's harvested name.
        let mut embedded = BTreeMap::new();
        for role in &accounts.get(side).roles {
            let within = role_name(side, role);
            for policy in &role.inline {
                if let Some(parts) = inline.get(side).get(&(within.clone(), policy.name.clone())) {
                    embedded.insert((role.name.clone(), policy.name.clone()), parts.clone());
                }
            }
        }
        Counterparts {
            builtins,
            own: accounts.get(side).id.clone(),
            names: tables(side),
            others: tables(side.other()),
            inline: embedded,
            ids: ids.get(side).clone(),
        }
    };
    Sides::SIDES.par_map(of_side)
}

impl<'a> Candidate<'a> {
    fn role(role: &'a Role, base: &'a Normaliser, builtins: Builtins, mentions: &'a Mentions) -> Self {
        let content = Box::new(move || {
            let mut said = content(role, base, builtins);
            said.extend(mentions.get(&role.name).into_iter().flatten().cloned());
            said
        });
        Self { name: &role.name, path: role.path.clone(), within: String::new(), content }
    }

    fn within(name: &'a str, within: String) -> Self {
        Self { name, path: String::new(), within, content: Box::new(BTreeSet::new) }
    }
}

/// The customer's managed policies that roles of an account carry, each told apart by the roles that carry it.
fn managed_policies<'a>(account: &'a Account, role_name: &dyn Fn(&Role) -> String) -> Vec<Candidate<'a>> {
    let mut carried: BTreeMap<&str, (&str, String, BTreeSet<String>)> = BTreeMap::new();
    for role in &account.roles {
        for policy in role.managed().filter(|policy| !policy.is_owned_by_aws()) {
            let resource = policy.arn.resource().strip_prefix("policy").unwrap_or_default();
            let path = resource.strip_suffix(policy.name.as_str()).unwrap_or_default();
            let entry = carried.entry(policy.arn.as_str()).or_insert((&policy.name, path.to_owned(), BTreeSet::new()));
            entry.2.insert(role_name(role));
        }
    }
    let candidate = |(name, path, roles): (&'a str, String, BTreeSet<String>)| Candidate {
        name,
        path,
        within: String::new(),
        content: Box::new(move || roles.clone()),
    };
    carried.into_values().map(candidate).collect()
}

/// Finds counterparts among the names that have none as they are.
fn pair_names<'a>(
    base: Sides<&Normaliser>,
    builtins: Builtins,
    named: Named,
    candidates: impl Fn(Side) -> Vec<Candidate<'a>> + Sync,
) -> Sides<NameParts> {
    let place = match named {
        Named::Role => Place::RoleName,
        Named::ManagedPolicy | Named::InlinePolicy => Place::PolicyName,
        Named::InstanceProfile => Place::InstanceProfile,
    };
    let all = Sides::SIDES.par_map(&candidates);
    let plain = |side: Side| -> Vec<(String, String)> {
        let normalised = |one: &Candidate<'_>| base.get(side).shape(one.name, place, &[]).to_lowercase();
        all.get(side).iter().map(|one| (one.within.clone(), normalised(one))).collect()
    };
    let plain = Sides::SIDES.par_map(plain);
    let known: Sides<BTreeSet<&(String, String)>> = plain.as_ref().map(|names| names.iter().collect());
    let alone = |side: Side| {
        let without =
            all.get(side).iter().zip(plain.get(side)).filter(|(_, name)| !known.get(side.other()).contains(name));
        // A name that nobody made up has no form.
        let generated = without
            .filter_map(|(one, _)| Some((one, generated_names::recognise(builtins, named, one.name, &one.path)?)));
        generated.collect::<Vec<_>>()
    };
    let alone = Sides::SIDES.par_map(alone);
    let others: Sides<BTreeSet<&str>> =
        alone.as_ref().map(|names| names.iter().flat_map(|(one, form)| form.texts_of_others(one.name)).collect());
    let of_both = &others.left & &others.right;
    let alone = |side: Side| -> Vec<(&Candidate<'_>, names::GeneratedName)> {
        let names = alone.get(side).iter().map(|(one, form)| (*one, form.clone().without_others(one.name, &of_both)));
        names.map(|(one, form)| (one, generated_name(one, form, base.get(side), place))).collect()
    };
    let mut found = Sides { left: alone(Side::Left), right: alone(Side::Right) };
    // What they name is looked at only where the names leave a choice: that is most of the work.
    let mut alike: BTreeMap<names::NameGroup, usize> = BTreeMap::new();
    for side in Side::BOTH {
        let of_side: Vec<names::NameGroup> = found.get(side).iter().map(|(_, name)| name.group()).collect();
        for group in of_side {
            *alike.entry(group).or_default() += 1;
        }
    }
    for side in Side::BOTH {
        for (one, name) in found.get_mut(side) {
            if alike.get(&name.group()).is_some_and(|count| *count > 2) {
                name.content = (one.content)();
            }
        }
    }
    let names = found.map(|found| found.into_iter().map(|(_, name)| name).collect());
    names::pair(names)
}

fn generated_name(one: &Candidate<'_>, form: GeneratedForm, base: &Normaliser, place: Place) -> names::GeneratedName {
    let shape = |range: Range<usize>| {
        let given = form.others.iter().filter(|other| range.start <= other.start && other.end <= range.end);
        let given: Vec<(usize, usize, &str)> =
            given.map(|other| (other.start - range.start, other.end - range.start, "")).collect();
        base.shape(one.name.get(range).unwrap_or_default(), place, &given)
    };
    let (before, after) = (shape(0..form.part.start), shape(form.part.end..one.name.len()));
    let (name, within) = (one.name.to_owned(), one.within.clone());
    names::GeneratedName { name, form, before, after, within, content: BTreeSet::new() }
}

/// With the names of roles of which a tool cut more in one account than in the other.
fn with_cut_names(
    accounts: Sides<&Account>,
    base: Sides<&Normaliser>,
    builtins: Builtins,
    roles: Sides<NameParts>,
) -> Sides<NameParts> {
    if !builtins.has(Builtin::NameCut) {
        return roles;
    }
    let shapes = |side: Side| -> Vec<names::PlainName> {
        let names = accounts.get(side).roles.iter().map(|role| &role.name);
        let unpaired = names.filter(|name| !roles.get(side).contains_key(&(String::new(), (*name).clone())));
        let shape = |name: &String| base.get(side).shape(name, Place::RoleName, &[]).to_lowercase();
        unpaired.map(|name| names::PlainName { name: name.clone(), shape: shape(name) }).collect()
    };
    let all = Sides::SIDES.par_map(shapes);
    let known: Sides<BTreeSet<&str>> = all.as_ref().map(|names| names.iter().map(|name| &*name.shape).collect());
    let alone = |side: Side| {
        let names = all.get(side).iter().filter(|name| !known.get(side.other()).contains(&*name.shape));
        names.cloned().collect::<Vec<_>>()
    };
    let cut = names::cut_at_limit(&Sides { left: alone(Side::Left), right: alone(Side::Right) });
    let Sides { mut left, mut right } = roles;
    left.extend(cut.left);
    right.extend(cut.right);
    Sides { left, right }
}

/// Which roles' policies name a role, by its name: two roles that say the same may be for different ones.
type Mentions = BTreeMap<String, BTreeSet<String>>;

fn mentions(account: &Account, base: &Normaliser, builtins: Builtins) -> Mentions {
    let of_name = |role: &Role| generated_names::recognise(builtins, Named::Role, &role.name, &role.path);
    let made_up = account.roles.iter().filter(|role| of_name(role).is_some());
    let mut mentions: Mentions = made_up.map(|role| (role.name.clone(), BTreeSet::new())).collect();
    if mentions.is_empty() {
        return mentions;
    }
    for role in &account.roles {
        let mut by: Option<String> = None;
        texts::of_role(role, &mut |place, text| {
            if !matches!(place, Place::Resource | Place::Principal | Place::Condition) || !text.contains("role/") {
                return;
            }
            for named in text.split(['/', ':']).filter(|part| *part != role.name) {
                if let Some(of) = mentions.get_mut(named) {
                    let by = by.get_or_insert_with(|| {
                        let name = without_generated(&role.name, builtins);
                        format!("named by {}", base.shape(&name, Place::RoleName, &[]))
                    });
                    of.insert(by.clone());
                }
            }
        });
    }
    mentions
}

/// What a role says, in texts that are the same for roles that say the same: to tell apart roles whose names do not.
fn content(role: &Role, base: &Normaliser, builtins: Builtins) -> BTreeSet<String> {
    let mut said: BTreeSet<String> = BTreeSet::new();
    texts::of_role(role, &mut |place, text| {
        if matches!(place, Place::RoleName | Place::InstanceProfile | Place::Path) {
            return;
        }
        let text = without_generated(&text.replace(role.name.as_str(), ""), builtins);
        let ids = generated_ids::find_ids(builtins, &text);
        let given: Vec<(usize, usize, &str)> = ids.iter().map(|id| (id.part.start, id.part.end, "")).collect();
        said.insert(format!("{} {}", place.as_str(), base.shape(&text, place, &given)));
    });
    for statement in role.documents().flat_map(|document| &document.statements) {
        let patterns = statement.action.patterns().iter();
        said.extend(patterns.map(|pattern| format!("{} {pattern}", statement.effect).to_lowercase()));
    }
    said
}

/// A text without what was made up of the name it ends in.
fn without_generated(text: &str, builtins: Builtins) -> String {
    let start = text.rfind(['/', ':']).map_or(0, |at| at + 1);
    let name = text.get(start..).unwrap_or_default();
    let kinds = [Named::Role, Named::ManagedPolicy];
    let form = kinds.into_iter().find_map(|named| generated_names::recognise(builtins, named, name, "/service-role/"));
    let first = |form: &GeneratedForm| form.others.iter().map(|other| other.start).min().unwrap_or(form.part.start);
    let end = form.map_or(text.len(), |form| start + first(&form).min(form.part.start));
    text.get(..end).unwrap_or(text).to_owned()
}

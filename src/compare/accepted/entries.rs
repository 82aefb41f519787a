//! Entries for differences that somebody has selected in a report: as narrow as the differences, and few.
//!
//! Each entry names the role exactly, the account, the policy, the effect, actions, resources, principal, what is
//! left out, the condition, the values of an attribute or the entry of a list, and what a role of one account grants.
//! Entries that differ only in their actions, or only in their resources or list entries, become one with a list: it
//! accepts the same combinations and nothing besides. Nothing is widened to a pattern, but that all actions of a service
//! are written as `service:*`, and all that begin with the same word as `service:Get*`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::Value;

use super::facts::Open;
use super::matching::{Matcher, Verdict};
use crate::catalog::Catalogue;
use crate::model::accepted::EffectGlob;
use crate::model::pattern::{bracketed, escaped};
use crate::model::{
    AcceptedEntry, AccountTag, DifferenceFacts, DifferenceKind, Effect, RoleFacts, Side, Sides, TagPattern,
};

/// Which differences of a report are meant; what is not given may be anything.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Patterns of roles, as in an entry; any of them.
    pub roles: Vec<String>,
    /// As in an entry.
    pub side: Option<AccountTag>,
    /// As in an entry.
    pub policy: Option<String>,
    /// Patterns of actions; each action of a difference has to be covered by one.
    pub actions: Vec<String>,
    /// As in an entry.
    pub resource: Option<String>,
    /// As in an entry.
    pub principal: Option<String>,
    /// As in an entry.
    pub attribute: Option<String>,
}

impl Filter {
    /// Which differences are selected, by their place: those that an entry of this form would accept.
    #[must_use]
    pub fn select(
        &self,
        roles: &[RoleFacts],
        differences: &[DifferenceFacts],
        tags: Sides<&AccountTag>,
    ) -> BTreeSet<usize> {
        let any = ["*".to_owned()];
        let names = if self.roles.is_empty() { &any[..] } else { &self.roles };
        let entries: Vec<AcceptedEntry> = names.iter().map(|role| self.entry(role)).collect();
        accepted(&Matcher::new(&entries, tags, Date::MIN, roles), differences)
    }

    fn entry(&self, role: &str) -> AcceptedEntry {
        AcceptedEntry {
            side: self.side.clone(),
            policy: self.policy.clone(),
            action: self.actions.clone(),
            resource: self.resource.clone().into_iter().collect(),
            principal: self.principal.clone(),
            attribute: self.attribute.clone(),
            ..AcceptedEntry::new(role.to_owned(), String::new())
        }
    }
}

/// The places of the differences that are accepted.
#[must_use]
pub fn accepted(matcher: &Matcher, differences: &[DifferenceFacts]) -> BTreeSet<usize> {
    let is_accepted = |facts: &DifferenceFacts| matches!(matcher.verdict(facts), Verdict::Accepted { .. });
    differences.iter().enumerate().filter(|(_, facts)| is_accepted(facts)).map(|(place, _)| place).collect()
}

/// What people say of the entries they write.
#[derive(Debug, Clone)]
pub struct Label {
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it counts.
    pub expires: Option<Date>,
    /// For which accounts the entries are; empty for the two of the report.
    pub accounts: Vec<TagPattern>,
}

impl Label {
    /// How entries name an account: by its tag; by its place, if they are for several second accounts.
    fn account(&self, side: Side, tags: Sides<&AccountTag>) -> AccountTag {
        let place = match side {
            Side::Left => "left",
            Side::Right => "right",
        };
        let tag = (*tags.get(side)).clone();
        // Both words are tags, so that the other one is never taken.
        if self.accounts.is_empty() { tag } else { place.parse().unwrap_or(tag) }
    }
}

/// All that an entry says but for its actions and resources.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Frame {
    role: String,
    kind: Option<DifferenceKind>,
    side: Option<Side>,
    policy: Option<String>,
    effect: Option<Effect>,
    principal: Option<String>,
    except: Vec<String>,
    condition: Option<String>,
    attribute: Option<String>,
    /// As JSON, which has an order.
    values: Option<[String; 2]>,
    grants: Option<String>,
    text: Option<String>,
}

/// Entries that accept the selected differences and no others of the report, sorted. A difference with a text that
/// entries cannot hold, such as an empty one, gets none.
#[must_use]
pub fn entries(
    open: &Open,
    selected: &BTreeSet<usize>,
    tags: Sides<&AccountTag>,
    label: &Label,
    catalogue: &Catalogue,
) -> Vec<AcceptedEntry> {
    let is_item = |place: &usize| open.differences.get(*place).is_some_and(|one| one.kind == DifferenceKind::Item);
    let (items, others): (BTreeSet<usize>, BTreeSet<usize>) = selected.iter().copied().partition(is_item);
    let covered = |all: &[AcceptedEntry]| accepted(&Matcher::new(all, tags, Date::MIN, &open.roles), &open.differences);
    let of_all = |catalogue: Option<&Catalogue>| {
        let mut all = as_they_are(open, &others, tags, label, catalogue);
        // An item that says what an accepted access difference says needs no entry of its own.
        let items = items.difference(&covered(&all)).copied().collect();
        all.extend(as_they_are(open, &items, tags, label, catalogue));
        all
    };
    let in_patterns = of_all(Some(catalogue));
    // A pattern may match an action that the catalog does not have and that is a difference of its own.
    if covered(&in_patterns).is_subset(selected) { in_patterns } else { of_all(None) }
}

fn as_they_are(
    open: &Open,
    selected: &BTreeSet<usize>,
    tags: Sides<&AccountTag>,
    label: &Label,
    catalogue: Option<&Catalogue>,
) -> Vec<AcceptedEntry> {
    let Open { roles, differences, .. } = open;
    let names = Names::new(roles);
    // Each resource with its actions; none where there is no resource.
    let mut actions: BTreeMap<(Frame, Option<String>), BTreeSet<String>> = BTreeMap::new();
    for facts in selected.iter().filter_map(|place| differences.get(*place)) {
        let Some(role) = names.exact(facts, roles) else { continue };
        // A `*` or `?` of an action, resource or principal is a wildcard in the policy as well, so what the entry accepts
        // is within what the difference says.
        for policy in some_or_none(&facts.policies) {
            for resource in some_or_none(&facts.resources) {
                let (role, policy) = (role.clone(), policy.map(|name| escaped(name)));
                // What a cross reference says is in its text. An attribute has no resource, but may have an entry.
                let resource = resource.filter(|_| facts.text.is_none()).map(|text| bracketed(text));
                let resource = resource.or_else(|| facts.entry.as_deref().map(escaped));
                let own = actions.entry((frame(facts, role, policy), resource)).or_default();
                own.extend(facts.actions.iter().map(|text| bracketed(text)));
            }
        }
    }
    if let Some(catalogue) = catalogue {
        for own in actions.values_mut() {
            *own = in_patterns(own, catalogue);
        }
    }
    // Without a resource an entry is about any, so it stays apart from those that name some.
    let mut resources: BTreeMap<(Frame, BTreeSet<String>, bool), Vec<String>> = BTreeMap::new();
    for ((frame, resource), actions) in actions {
        resources.entry((frame, actions, resource.is_some())).or_default().extend(resource);
    }
    let all = resources.into_iter().map(|((frame, actions, _), list)| entry(frame, actions, list, tags, label));
    all.filter(|entry| entry.check().is_ok()).collect()
}

/// Some actions, with `service:*` in place of all that the catalogue has of a service, and `service:Get*` in place of all
/// that begin with `Get`.
fn in_patterns(actions: &BTreeSet<String>, catalogue: &Catalogue) -> BTreeSet<String> {
    let mut services: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for action in actions {
        if let Some((service, name)) = action.split_once(':').filter(|(_, name)| !name.contains(['*', '?', '[', ' '])) {
            services.entry(service).or_default().insert(name.to_ascii_lowercase());
        }
    }
    let mut written = actions.clone();
    for (prefix, named) in services {
        let Some(service) = catalogue.service(prefix) else { continue };
        let words = service.actions.iter().map(|action| first_word(&action.name)).collect::<BTreeSet<_>>();
        // The widest first, which leaves nothing for the others.
        for word in std::iter::once("").chain(words) {
            let start = word.to_ascii_lowercase();
            let all: Vec<&str> = service
                .actions
                .iter()
                .map(|action| action.folded.as_str())
                .filter(|name| name.starts_with(&start))
                .collect();
            if all.len() >= FEW && all.iter().all(|name| named.contains(*name)) {
                let is_among = |action: &String| {
                    let name = action.split_once(':').filter(|(own, _)| *own == prefix).map(|(_, name)| name);
                    name.is_some_and(|name| all.contains(&name.to_ascii_lowercase().as_str()))
                };
                let before = written.len();
                written.retain(|action| !is_among(action));
                if written.len() < before {
                    written.insert(format!("{prefix}:{word}*"));
                }
            }
        }
    }
    written
}

/// The word that an action's name begins with, such as `Get`.
fn first_word(name: &str) -> &str {
    let end = name.char_indices().skip(1).find(|(_, c)| c.is_ascii_uppercase()).map_or(name.len(), |(at, _)| at);
    name.get(..end).unwrap_or(name)
}

/// Fewer actions than this are spelled out, though they are all that a pattern would match.
const FEW: usize = 3;

fn some_or_none(texts: &[String]) -> impl Iterator<Item = Option<&String>> {
    texts.iter().map(Some).chain(texts.is_empty().then_some(None))
}

fn frame(facts: &DifferenceFacts, role: String, policy: Option<String>) -> Frame {
    let kind = match facts.kind {
        // A role of one account has few facts; without its kind the entry would accept all that it ever differs in.
        // What an item says may be denied elsewhere: it is less than the access of that name.
        DifferenceKind::Role | DifferenceKind::Item => Some(facts.kind),
        DifferenceKind::Access
        | DifferenceKind::Trust
        | DifferenceKind::Deny
        | DifferenceKind::Attribute
        | DifferenceKind::CrossReference => None,
    };
    Frame {
        role,
        kind,
        side: facts.side,
        policy,
        effect: facts.effect,
        principal: facts.principal.as_deref().filter(|_| facts.text.is_none()).map(bracketed),
        except: facts.except.iter().map(|text| bracketed(text)).collect(),
        condition: facts.condition.as_deref().map(escaped),
        attribute: facts.attribute.as_deref().map(escaped),
        // Of a list, the entry says it: it stays accepted whatever else the list gains.
        values: facts
            .values
            .as_ref()
            .filter(|_| facts.entry.is_none())
            .map(|values| values.each_ref().map(Value::to_string)),
        grants: facts.grants.clone(),
        text: facts.text.as_deref().map(escaped),
    }
}

fn entry(
    frame: Frame,
    actions: BTreeSet<String>,
    resources: Vec<String>,
    tags: Sides<&AccountTag>,
    label: &Label,
) -> AcceptedEntry {
    let (entry, resource) = if frame.attribute.is_some() { (resources, Vec::new()) } else { (Vec::new(), resources) };
    AcceptedEntry {
        role: frame.role,
        kind: frame.kind,
        account: label.accounts.clone(),
        policy: frame.policy,
        side: frame.side.map(|side| label.account(side, tags)),
        effect: frame.effect.map(EffectGlob::Only),
        action: actions.into_iter().collect(),
        resource,
        principal: frame.principal,
        except: frame.except,
        condition: frame.condition,
        attribute: frame.attribute,
        entry,
        values: frame.values.map(|values| by_account(&values, tags, label)).unwrap_or_default(),
        grants: frame.grants,
        text: frame.text,
        reason: label.reason.clone(),
        owner: label.owner.clone(),
        expires: label.expires,
    }
}

/// The values of an attribute in each account.
fn by_account([left, right]: &[String; 2], tags: Sides<&AccountTag>, label: &Label) -> BTreeMap<AccountTag, Value> {
    // They were written from a value, and are one again; a text would only make the entry accept nothing.
    let read = |text: &String| serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()));
    BTreeMap::from([(label.account(Side::Left, tags), read(left)), (label.account(Side::Right, tags), read(right))])
}

/// Which roles of the report a name means.
struct Names(BTreeMap<String, BTreeSet<usize>>);

impl Names {
    fn new(roles: &[RoleFacts]) -> Self {
        let mut names: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (place, role) in roles.iter().enumerate() {
            for name in std::iter::once(&role.role).chain(&role.names) {
                names.entry(name.to_ascii_lowercase()).or_default().insert(place);
            }
        }
        Self(names)
    }

    /// The role of a difference as an entry names it: by its normalised name if no other role is called so, else by
    /// its ARN.
    fn exact(&self, facts: &DifferenceFacts, roles: &[RoleFacts]) -> Option<String> {
        let role = roles.get(facts.role)?;
        let alone = self.0.get(&role.role.to_ascii_lowercase()).is_some_and(|places| places.len() == 1);
        if alone && !role.role.starts_with("arn:") {
            return Some(escaped(&role.role));
        }
        role.arn(facts.side.unwrap_or(Side::Left)).map(escaped)
    }
}

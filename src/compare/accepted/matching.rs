//! Whether entries accept a difference.
//!
//! An access difference lists several actions and resources, and the policies that grant it. It is accepted if every
//! combination of policy, action and resource is covered by some entry: one entry for all, or several together. A text
//! of a difference is a pattern itself, and counts as covered only if an entry's pattern covers all of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::Value;

use crate::model::accepted::EffectGlob;
use crate::model::facts::{is_of_opposite, split_exceptions};
use crate::model::pattern::without_escapes;
use crate::model::{AcceptedEntry, AccountTag, DifferenceFacts, DifferenceKind, Glob, RoleFacts, Side, Sides, Token};

/// Entries, ready to be compared with the differences of one pair of accounts.
#[derive(Debug)]
pub struct Matcher {
    rules: Vec<Rule>,
    /// The rules that count and name the role, by the role's place.
    of_role: Vec<Vec<usize>>,
    named: BTreeSet<usize>,
}

/// What entries say of a difference. Entries are named by their place, the first is 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All of it is accepted.
    Accepted {
        /// By these entries: the first that does so alone, or those that do so together.
        by: Vec<usize>,
        /// These cover it as well, or a part of it.
        also: Vec<usize>,
    },
    /// These entries cover some of it, which does not count.
    Partly(Vec<usize>),
    /// Nothing of it is accepted.
    Open,
}

impl Matcher {
    /// Takes the entries that count on a day. Roles are those of the report whose differences will be asked about.
    #[must_use]
    pub fn new(entries: &[AcceptedEntry], tags: Sides<&AccountTag>, today: Date, roles: &[RoleFacts]) -> Self {
        let rules: Vec<Rule> = entries.iter().map(|entry| Rule::new(entry, tags)).collect();
        let names = RoleNames::new(&rules);
        let (mut of_role, mut named) = (Vec::with_capacity(roles.len()), BTreeSet::new());
        for role in roles {
            let own = names.of(role, &rules);
            let counts = |index: &usize| entries.get(*index).is_some_and(|entry| entry.counts_on(today));
            of_role.push(own.iter().copied().filter(counts).collect());
            named.extend(own);
        }
        Self { rules, of_role, named }
    }

    /// Whether an entry is about these two accounts: its side, if it has one, is one of them, and its account the second.
    #[must_use]
    pub fn is_for_these_accounts(&self, entry: usize) -> bool {
        self.rules.get(entry).is_some_and(|rule| rule.side != RuleSide::OtherAccounts)
    }

    /// Whether an entry names a role of the report.
    #[must_use]
    pub fn names_a_role(&self, entry: usize) -> bool {
        self.named.contains(&entry)
    }

    /// What the entries say of a difference.
    #[must_use]
    pub fn verdict(&self, facts: &DifferenceFacts) -> Verdict {
        let own = self.of_role.get(facts.role).into_iter().flatten();
        let covers: Vec<Covers> = own
            .filter_map(|index| Some((*index, self.rules.get(*index)?)))
            .filter(|(_, rule)| rule.fits(facts))
            .map(|(index, rule)| rule.covers(index, facts))
            .collect();
        let some: Vec<usize> = covers.iter().filter(|covers| covers.is_some()).map(|covers| covers.entry).collect();
        if some.is_empty() {
            return Verdict::Open;
        }
        let alone = covers.iter().find(|covers| covers.is_all()).map(|covers| vec![covers.entry]);
        match alone.or_else(|| together(&covers, facts)) {
            Some(by) => {
                let also = some.into_iter().filter(|entry| !by.contains(entry)).collect();
                Verdict::Accepted { by, also }
            }
            None => Verdict::Partly(some),
        }
    }
}

/// The entries that cover every combination together, if they do; of those that cover one, the first is taken.
fn together(covers: &[Covers], facts: &DifferenceFacts) -> Option<Vec<usize>> {
    let mut by = BTreeSet::new();
    for policy in 0..facts.policies.len().max(1) {
        for action in 0..facts.actions.len().max(1) {
            for resource in 0..facts.resources.len().max(1) {
                let first = covers.iter().find(|covers| {
                    let has = |list: &[bool], at: usize| list.get(at).copied().unwrap_or_default();
                    has(&covers.policies, policy) && has(&covers.actions, action) && has(&covers.resources, resource)
                });
                by.insert(first?.entry);
            }
        }
    }
    Some(by.into_iter().collect())
}

/// Which policies, actions and resources of a difference an entry covers.
struct Covers {
    entry: usize,
    policies: Vec<bool>,
    actions: Vec<bool>,
    resources: Vec<bool>,
}

impl Covers {
    fn is_all(&self) -> bool {
        [&self.policies, &self.actions, &self.resources].into_iter().all(|list| list.iter().all(|covered| *covered))
    }

    fn is_some(&self) -> bool {
        [&self.policies, &self.actions, &self.resources].into_iter().all(|list| list.contains(&true))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RuleSide {
    Both,
    One(Side),
    OtherAccounts,
}

/// An entry with its patterns read.
#[derive(Debug)]
struct Rule {
    role: RoleName,
    kind: Option<DifferenceKind>,
    side: RuleSide,
    policy: Option<Glob>,
    effect: Option<EffectGlob>,
    action: Vec<ActionSet>,
    resource: Vec<Pattern>,
    principal: Option<Pattern>,
    except: Vec<Pattern>,
    condition: Option<Glob>,
    attribute: Option<Glob>,
    entry: Vec<Glob>,
    values: Vec<(RuleSide, Value)>,
    grants: Option<String>,
    text: Option<Glob>,
}

impl Rule {
    fn new(entry: &AcceptedEntry, tags: Sides<&AccountTag>) -> Self {
        let glob = |text: &Option<String>| text.as_deref().map(Glob::with_escapes);
        Self {
            role: RoleName::new(&entry.role),
            kind: entry.kind,
            side: if entry.is_for(tags.right) { side(entry.side.as_ref(), tags) } else { RuleSide::OtherAccounts },
            policy: glob(&entry.policy),
            effect: entry.effect,
            action: entry.action.iter().map(|text| ActionSet::new(text)).collect(),
            resource: entry.resource.iter().map(|text| Pattern::new(text)).collect(),
            principal: entry.principal.as_deref().map(Pattern::new),
            except: entry.except.iter().map(|text| Pattern::new(text)).collect(),
            condition: glob(&entry.condition),
            attribute: glob(&entry.attribute),
            entry: entry.entry.iter().map(|text| Glob::with_escapes(text)).collect(),
            values: entry.values.iter().map(|(tag, value)| (side(Some(tag), tags), value.clone())).collect(),
            grants: entry.grants.clone(),
            text: glob(&entry.text),
        }
    }

    /// Whether it fits a difference in all but policy, action and resource. What it asks for, the difference must have.
    fn fits(&self, facts: &DifferenceFacts) -> bool {
        let exactly = |glob: &Option<Glob>, text: &Option<String>| {
            glob.as_ref().is_none_or(|glob| text.as_ref().is_some_and(|text| glob.matches(text)))
        };
        let side = match self.side {
            RuleSide::Both => true,
            // An entry that is about one account is about entries of lists only if it names them.
            RuleSide::One(side) => facts.side == Some(side) && (facts.entry.is_none() || !self.entry.is_empty()),
            RuleSide::OtherAccounts => false,
        };
        let principal = |pattern: &Pattern| facts.principal.as_ref().is_some_and(|text| pattern.covers(text));
        // Fewer exceptions are more access: each that the entry names must be there.
        let except = |pattern: &Pattern| facts.except.iter().any(|text| pattern.covers(text));
        let entry = |glob: &Glob| facts.entry.as_ref().is_some_and(|text| glob.matches(text));
        let value = |(side, value): &(RuleSide, Value)| match (side, &facts.values) {
            (RuleSide::One(Side::Left), Some([left, _])) => left == value,
            (RuleSide::One(Side::Right), Some([_, right])) => right == value,
            _ => false,
        };
        side && self.except.iter().all(except)
            && self.values.iter().all(value)
            && self.grants.as_ref().is_none_or(|grants| facts.grants.as_ref() == Some(grants))
            && self.kind.is_none_or(|kind| kind == facts.kind)
            && self.effect.is_none_or(|effect| facts.effect.is_some_and(|own| effect.matches(own)))
            && self.principal.as_ref().is_none_or(principal)
            && exactly(&self.condition, &facts.condition)
            && exactly(&self.attribute, &facts.attribute)
            && (self.entry.is_empty() || self.entry.iter().any(entry))
            && exactly(&self.text, &facts.text)
    }

    fn covers(&self, entry: usize, facts: &DifferenceFacts) -> Covers {
        let policy = |name: &String| self.policy.as_ref().is_none_or(|glob| glob.matches(name));
        let action = |text: &String| {
            let text = text.to_ascii_lowercase();
            self.action.is_empty() || self.action.iter().any(|actions| actions.covers(&text))
        };
        let resource = |text: &String| self.resource.is_empty() || self.resource.iter().any(|own| own.covers(text));
        Covers {
            entry,
            policies: each(&facts.policies, self.policy.is_none(), policy),
            actions: each(&facts.actions, self.action.is_empty(), action),
            resources: each(&facts.resources, self.resource.is_empty(), resource),
        }
    }
}

/// Which texts are covered. A difference that has none is covered by an entry that asks for none.
fn each(texts: &[String], asks_none: bool, covered: impl Fn(&String) -> bool) -> Vec<bool> {
    if texts.is_empty() { vec![asks_none] } else { texts.iter().map(covered).collect() }
}

fn side(tag: Option<&AccountTag>, tags: Sides<&AccountTag>) -> RuleSide {
    let Some(tag) = tag else { return RuleSide::Both };
    let is = |text: &str| tag.as_str().eq_ignore_ascii_case(text);
    match () {
        () if is(tags.left.as_str()) => RuleSide::One(Side::Left),
        () if is(tags.right.as_str()) => RuleSide::One(Side::Right),
        () if is("left") => RuleSide::One(Side::Left),
        () if is("right") => RuleSide::One(Side::Right),
        () => RuleSide::OtherAccounts,
    }
}

/// A pattern for role names, or for ARNs of roles if it starts as one.
#[derive(Debug)]
enum RoleName {
    Name(Glob),
    Arn(Glob),
}

impl RoleName {
    fn new(text: &str) -> Self {
        if text.starts_with("arn:") {
            Self::Arn(Glob::with_escapes(text))
        } else {
            Self::Name(Glob::with_escapes(&text.to_ascii_lowercase()))
        }
    }

    /// The one name or ARN it matches, if it is not a pattern.
    fn literal(&self) -> Option<String> {
        let (Self::Name(glob) | Self::Arn(glob)) = self;
        let chars = glob.tokens().iter().map(|token| match token {
            Token::Char(c) => Some(*c),
            Token::AnyChar | Token::AnyText | Token::AnyCharOf(_) | Token::AnyTextOf(_) => None,
        });
        chars.collect()
    }

    fn names(&self, names: &[String], arns: &[&String]) -> bool {
        match self {
            Self::Name(glob) => names.iter().any(|name| glob.matches(name)),
            Self::Arn(glob) => arns.iter().any(|arn| glob.matches(arn)),
        }
    }
}

/// Rules by the roles they name. A baseline names thousands of roles, nearly all of them without a wildcard.
struct RoleNames {
    literal: BTreeMap<String, Vec<usize>>,
    patterns: Vec<usize>,
}

impl RoleNames {
    fn new(rules: &[Rule]) -> Self {
        let mut all = Self { literal: BTreeMap::new(), patterns: Vec::new() };
        for (index, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.side != RuleSide::OtherAccounts) {
            match rule.role.literal() {
                Some(name) => all.literal.entry(name).or_default().push(index),
                None => all.patterns.push(index),
            }
        }
        all
    }

    /// The rules that name a role, in the order of the entries.
    fn of(&self, role: &RoleFacts, rules: &[Rule]) -> BTreeSet<usize> {
        let names: Vec<String> =
            std::iter::once(&role.role).chain(&role.names).map(|name| name.to_ascii_lowercase()).collect();
        let arns: Vec<&String> = role.arns.iter().flatten().collect();
        let literal = names.iter().chain(arns.iter().copied()).filter_map(|name| self.literal.get(name)).flatten();
        // A name could be spelled as an ARN, so what is found is asked again.
        let found = literal.chain(&self.patterns).copied();
        found.filter(|index| rules.get(*index).is_some_and(|rule| rule.role.names(&names, &arns))).collect()
    }
}

/// Actions of an entry: those that a pattern matches, but for those that it leaves out.
#[derive(Debug)]
struct ActionSet {
    pattern: Pattern,
    except: Vec<Pattern>,
}

impl ActionSet {
    fn new(text: &str) -> Self {
        let (action, except) = split_exceptions(text);
        // Every action of every service; differences say `*`.
        let pattern = Pattern::new(if action == "*:*" { "*" } else { action }).folded();
        Self { pattern, except: except.map(|text| Pattern::new(text).folded()).collect() }
    }

    /// Whether it covers the actions of a difference, in lower case. What it leaves out must be left out there as well,
    /// or be no part of it.
    fn covers(&self, text: &str) -> bool {
        let (action, except) = split_exceptions(text);
        let own = Glob::new(action);
        let is_left_out = |pattern: &Pattern| {
            except.clone().any(|left_out| Glob::new(left_out).covers(&pattern.literal)) || !own.overlaps(&pattern.glob)
        };
        // An item of a `NotAction` list: this leaves out what it leaves out.
        let is_in_list =
            || self.except.is_empty() || self.except.iter().any(|own| text.ends_with(&format!(" {}", own.literal)));
        self.pattern.covers(action)
            && if is_of_opposite(text) { is_in_list() } else { self.except.iter().all(is_left_out) }
    }
}

/// A pattern for texts that are patterns themselves.
#[derive(Debug)]
struct Pattern {
    glob: Glob,
    /// The pattern with its escapes resolved.
    literal: String,
}

impl Pattern {
    fn new(text: &str) -> Self {
        Self { glob: Glob::with_escapes(text), literal: without_escapes(text) }
    }

    fn folded(self) -> Self {
        let Self { glob, literal } = self;
        let tokens = glob.tokens().iter().map(|token| match token {
            Token::Char(c) => Token::Char(c.to_ascii_lowercase()),
            Token::AnyChar | Token::AnyText | Token::AnyCharOf(_) | Token::AnyTextOf(_) => *token,
        });
        Self { glob: Glob::from_tokens(tokens), literal: literal.to_ascii_lowercase() }
    }

    /// Whether it covers all that a text of a difference stands for. A wider entry of a list of exceptions means less,
    /// not more, so such a text is only covered by itself or by `*`.
    fn covers(&self, text: &str) -> bool {
        if is_of_opposite(text) {
            self.literal == text || self.glob.tokens() == [Token::AnyText]
        } else {
            self.glob.covers(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_exceptions_are_more_actions() {
        let covers = |entry: &str, text: &str| ActionSet::new(entry).covers(text);
        for (entry, text) in [
            ("kms:*", "kms:* except kms:decrypt"),
            ("kms:* except kms:Decrypt", "kms:* except kms:decrypt"),
            ("kms:* except kms:Decrypt", "kms:* except kms:decrypt, kms:encrypt"),
            ("kms:* except kms:Decrypt", "kms:* except kms:de*"),
            ("kms:* except kms:Decrypt", "kms:sign"),
            ("kms:* except kms:Decrypt", "kms:get*"),
            ("* except iam:*, s3:Get*", "* except iam:*, s3:get*"),
            ("* except iam:*, s3:Get*", "notaction iam:*"),
            ("*:*", "notaction iam:*"),
        ] {
            assert!(covers(entry, text), "{entry} covers {text}");
        }
        for (entry, text) in [
            ("kms:* except kms:Decrypt", "kms:*"),
            ("kms:* except kms:Decrypt", "kms:decrypt"),
            ("kms:* except kms:Decrypt", "kms:de*"),
            ("kms:* except kms:De*", "kms:* except kms:decrypt"),
            ("kms:* except kms:Decrypt, kms:Encrypt", "kms:* except kms:decrypt"),
            ("* except iam:*", "*"),
            ("* except iam:*", "iam:getrole"),
            ("* except iam:*", "notaction s3:*"),
            ("kms:Decrypt", "kms:* except kms:encrypt"),
        ] {
            assert!(!covers(entry, text), "{entry} does not cover {text}");
        }
    }
}

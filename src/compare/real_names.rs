//! From placeholders back to the names of one account, so that a witness can be tried there.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::equivalency::{CLOSE, OPEN, OWN_ACCOUNT};
use crate::model::{AccountId, IdentityPolicy, Place, PolicyType, Role};
use crate::normalise::{Normalised, Normaliser};
use crate::semantics::outcome::StatementRef;

/// How many ways to spell one text are tried at most.
const TRIES: usize = 16;

/// What each placeholder stood for in one account.
#[derive(Debug, Clone)]
pub(super) struct RealNames<'a> {
    normaliser: &'a Normaliser,
    /// The texts of each placeholder, the most frequent first.
    frequent: BTreeMap<String, Vec<String>>,
}

/// The placeholders of a text that a role's policies hold, in their order, with what they stand for there.
type Sequence = Vec<(String, String)>;

/// The texts of one role's policies in which something was replaced.
#[derive(Debug, Default)]
struct OwnTexts {
    sequences: Vec<Sequence>,
    /// By the normalized text.
    texts: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> RealNames<'a> {
    /// The texts that were replaced in an account.
    pub(super) fn new(normalised: &Normalised, normaliser: &'a Normaliser, own: Option<&AccountId>) -> Self {
        let mut counts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for (hit, count) in normalised.hits.iter() {
            *counts.entry(&hit.placeholder).or_default().entry(&hit.value).or_default() += count;
        }
        let mut frequent: BTreeMap<String, Vec<String>> = counts
            .into_iter()
            .map(|(placeholder, values)| {
                let mut values: Vec<(&str, usize)> = values.into_iter().collect();
                values.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
                (placeholder.to_owned(), values.into_iter().map(|(value, _)| value.to_owned()).collect())
            })
            .collect();
        // What the account's policies do not hold they may still match: `app-*` does the dictionary's `app-dev`.
        for (placeholder, text) in normaliser.replaced_parts() {
            let texts = frequent.entry(placeholder.to_owned()).or_default();
            if !texts.iter().any(|known| known == text) {
                texts.push(text.to_owned());
            }
        }
        if let Some(own) = own {
            frequent.insert(OWN_ACCOUNT.to_owned(), vec![own.to_string()]);
        }
        Self { normaliser, frequent }
    }

    /// The names of one role, which is given as normalized and as it is.
    pub(super) const fn of_role<'r>(&'r self, normalised: &'r Role, role: &'r Role) -> RoleSpellings<'r> {
        RoleSpellings { names: self, normalised, role, own: OnceCell::new(), policies: OnceCell::new() }
    }

    /// How placeholders are spelled in the texts of one role's own policies.
    fn own_texts(&self, role: &Role) -> OwnTexts {
        let mut own = OwnTexts::default();
        let mut add = |place: Place, text: &str| {
            let mut sequence = Vec::new();
            let normalized = self.normaliser.apply(text, place, |one| {
                if one.is_replaced() {
                    sequence.push((one.placeholder.to_owned(), one.value.to_owned()));
                }
            });
            if !sequence.is_empty() {
                own.texts.entry(normalized.into_with_marks().into_owned()).or_default().insert(text.to_owned());
                if !own.sequences.contains(&sequence) {
                    own.sequences.push(sequence);
                }
            }
        };
        role.documents().for_each(|document| texts(document, &mut add));
        for statement in &role.trust.statements {
            statement.target.principals().iter().for_each(|one| add(Place::Principal, one.as_str()));
            let tests = statement.conditions.tests().iter();
            tests.flat_map(|test| &test.values).for_each(|value| add(Place::Condition, value));
        }
        own
    }

    /// The ways in which a text may be spelled in the account, likeliest first: as a text of the role with the same
    /// placeholders, then by what the placeholders stand for most often, then by the dictionary's texts. A placeholder of
    /// which nothing is known in this account stays, without its marks.
    fn spellings(&self, text: &str, role: &[Sequence]) -> Vec<String> {
        let used: Vec<&str> = placeholders(text).collect();
        let same = |sequence: &&Sequence| {
            sequence.iter().map(|(placeholder, _)| placeholder.as_str()).eq(used.iter().copied())
        };
        let mut choices: Vec<Vec<String>> = role
            .iter()
            .filter(same)
            .map(|sequence| sequence.iter().map(|(_, value)| value.clone()).collect())
            .collect();
        choices.extend(self.by_frequency(&used));
        let mut spelled: Vec<String> = Vec::new();
        for choice in choices {
            let one = spell(text, &choice);
            if !spelled.contains(&one) {
                spelled.push(one);
            }
        }
        spelled
    }

    fn by_frequency(&self, used: &[&str]) -> Vec<Vec<String>> {
        let mut choices: Vec<Vec<String>> = vec![Vec::new()];
        for placeholder in used {
            let unknown = [(*placeholder).to_owned()];
            let values = self.frequent.get(*placeholder).map_or(&unknown[..], Vec::as_slice);
            let longer = choices.iter().flat_map(|choice: &Vec<String>| {
                values.iter().map(move |value| choice.iter().chain([value]).cloned().collect())
            });
            choices = longer.take(TRIES).collect();
        }
        choices
    }
}

/// The names of one account as one role spells them.
#[derive(Debug)]
pub(super) struct RoleSpellings<'r> {
    names: &'r RealNames<'r>,
    normalised: &'r Role,
    role: &'r Role,
    /// Looked up when the first text with a placeholder is met: most roles have none to show.
    own: OnceCell<OwnTexts>,
    /// The real names of policies, by how the role has them and their normalized names.
    policies: OnceCell<BTreeMap<(PolicyType, &'r str), BTreeSet<&'r str>>>,
}

impl<'r> RoleSpellings<'r> {
    /// The name of a policy of the role in its account. Where several have this name after normalization, the
    /// normalized name stays.
    pub(super) fn policy<'t>(&'t self, policy_type: PolicyType, normalised: &'t str) -> &'t str {
        let names = self.policies.get_or_init(|| self.policies()).get(&(policy_type, normalised));
        match names.map(|names| names.iter().copied().collect::<Vec<_>>()).as_deref() {
            Some(&[only]) => only,
            Some(_) | None => normalised,
        }
    }

    /// Says what the policy of each statement is called in the account.
    pub(super) fn name_policies(&self, statements: &mut [StatementRef]) {
        for statement in statements {
            let real = self.policy(statement.policy_type, &statement.policy_name);
            statement.real_policy_name = (real != statement.policy_name).then(|| real.to_owned());
        }
    }

    /// Policies stand in one order in a role and in the same role normalized.
    fn policies(&self) -> BTreeMap<(PolicyType, &'r str), BTreeSet<&'r str>> {
        let names = |role: &'r Role| {
            let inline = role.inline.iter().map(|policy| (PolicyType::Inline, policy.name.as_str()));
            let managed = role.attached.iter().map(|policy| (PolicyType::Managed, policy.name.as_str()));
            let boundary = role.boundary.iter().map(|policy| (PolicyType::Boundary, policy.name.as_str()));
            inline.chain(managed).chain(boundary)
        };
        let mut policies: BTreeMap<(PolicyType, &str), BTreeSet<&str>> = BTreeMap::new();
        for (normalised, (_, real)) in names(self.normalised).zip(names(self.role)) {
            policies.entry(normalised).or_default().insert(real);
        }
        policies
    }

    /// The ways in which a text may be spelled, likeliest first; never none.
    pub(super) fn spellings(&self, text: &str) -> Vec<String> {
        if placeholders(text).next().is_none() {
            return vec![text.to_owned()];
        }
        self.names.spellings(text, &self.own().sequences)
    }

    /// The text of the role's policies that a normalized text stands for, or else the only way to spell it. Where there
    /// are several, the normalized text stays: which of them a statement has cannot be told from it.
    pub(super) fn as_written(&self, text: &str) -> String {
        if placeholders(text).next().is_none() {
            return text.to_owned();
        }
        let written = match self.own().texts.get(text) {
            Some(written) => written.iter().cloned().collect(),
            None => self.spellings(text),
        };
        match <[String; 1]>::try_from(written) {
            Ok([only]) => only,
            Err(_) => text.to_owned(),
        }
    }

    fn own(&self) -> &OwnTexts {
        self.own.get_or_init(|| self.names.own_texts(self.role))
    }

    /// The likeliest spelling of a text.
    pub(super) fn likeliest(&self, text: &str) -> String {
        self.spellings(text).into_iter().next().unwrap_or_else(|| text.to_owned())
    }
}

fn texts(document: &IdentityPolicy, add: &mut impl FnMut(Place, &str)) {
    for statement in &document.statements {
        statement.target.patterns().iter().for_each(|pattern| add(Place::Resource, pattern));
        let tests = statement.conditions.tests().iter();
        tests.flat_map(|test| &test.values).for_each(|value| add(Place::Condition, value));
    }
}

/// The placeholders in a text, in their order.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split(OPEN).skip(1).filter_map(|part| part.split_once(CLOSE).map(|(placeholder, _)| placeholder))
}

/// A text with its placeholders replaced, one after the other.
fn spell(text: &str, values: &[String]) -> String {
    let mut parts = text.split(OPEN);
    let mut result = parts.next().unwrap_or_default().to_owned();
    let mut values = values.iter();
    for part in parts {
        match part.split_once(CLOSE) {
            Some((placeholder, rest)) => {
                result.push_str(values.next().map_or(placeholder, String::as_str));
                result.push_str(rest);
            }
            None => result.push_str(part),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::equivalency::mark;

    #[test]
    fn placeholders_become_the_accounts_own_texts() {
        let normaliser = Normaliser::default();
        let frequent = BTreeMap::from([
            ("env".to_owned(), vec!["dev".to_owned(), "development".to_owned()]),
            (OWN_ACCOUNT.to_owned(), vec!["111122223333".to_owned()]),
        ]);
        let names = RealNames { normaliser: &normaliser, frequent };
        let text = format!("arn:aws:sqs:eu-west-1:{}:{}-q", mark(OWN_ACCOUNT), mark("env"));
        let expected = ["arn:aws:sqs:eu-west-1:111122223333:dev-q", "arn:aws:sqs:eu-west-1:111122223333:development-q"];
        assert_eq!(names.spellings(&text, &[]), expected);
        assert_eq!(names.spellings(&mark("other"), &[]), ["other"]);
        // A text of the role itself says which of several a placeholder stands for, each time it stands there.
        let own = vec![("env".to_owned(), "development".to_owned()), ("env".to_owned(), "dev".to_owned())];
        let twice = format!("{}-app-{}", mark("env"), mark("env"));
        assert_eq!(names.spellings(&twice, &[own])[0], "development-app-dev");
    }
}

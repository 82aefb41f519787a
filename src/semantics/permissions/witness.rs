//! From a found text to a request: variables get values, and the request is decided by the plain reading of rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::pair::{Pair, RoleRules};
use super::rules::Rule;
use crate::semantics::solver::bits::Bits;
use crate::semantics::solver::question::Resources;
use crate::semantics::solver::steps::{Letter, Step};
use crate::semantics::solver::texts::{Text, Texts};
use crate::semantics::solver::walk::{Group, rest_of, step_over};

/// Values of condition keys.
pub type Context = BTreeMap<String, Vec<String>>;

/// The text with values for its variables; those that the context does not have yet are added to it.
fn spell(letters: &[Letter], texts: &Texts, context: &mut Context) -> String {
    let mut text = String::new();
    for letter in letters {
        if let Some(c) = letter.as_char() {
            text.push(c);
            continue;
        }
        let key = texts.key_of(*letter);
        if value_of(&key, context).is_none() {
            context.insert(key.clone(), vec!["any".to_owned()]);
        }
        text.push_str(value_of(&key, context).unwrap_or_default());
    }
    text
}

/// Resource and context of a request, with a value for each of these keys of variables.
pub fn request(letters: &[Letter], context: &Context, variables: &[String], texts: &Texts) -> (String, Context) {
    let mut context = context.clone();
    for key in variables {
        if value_of(key, &context).is_none() {
            context.insert(key.clone(), vec!["any".to_owned()]);
        }
    }
    let resource = spell(letters, texts, &mut context);
    (resource, context)
}

/// Whether one role is allowed a request and the other refused, by the plain reading of their rules.
pub fn tells_apart(
    granting: &RoleRules,
    refusing: &RoleRules,
    pair: &Pair,
    (resource, context): &(String, Context),
    texts: &Texts,
) -> bool {
    let allows = |role: &RoleRules| {
        let any = |bits: &Bits| !matching(bits.iter(), pair, resource, context, texts).is_empty();
        any(&role.allows) && !any(&role.denies) && role.boundary.as_ref().is_none_or(any)
    };
    allows(granting) && !allows(refusing)
}

fn value_of<'a>(key: &str, context: &'a Context) -> Option<&'a str> {
    let (_, values) = context.iter().find(|(other, _)| other.eq_ignore_ascii_case(key))?;
    values.first().map(String::as_str)
}

/// Whether a rule matches a resource in a context; what cannot be decided does not match.
pub fn matches(rule: &Rule, resource: &str, context: &Context, texts: &Texts) -> bool {
    let any = |patterns: &[Arc<Text>]| patterns.iter().any(|text| reads(text, resource, context, texts));
    let about = match &rule.resources {
        Resources::Matching(patterns) => any(patterns),
        Resources::Except(patterns) => !any(patterns),
    };
    about
        && rule.tests.iter().all(|test| {
            let values = context.iter().find(|(key, _)| key.eq_ignore_ascii_case(&test.key)).map(|(_, values)| values);
            let matched: Option<Vec<bool>> =
                values.map(|values| values.iter().map(|value| test.matches(value)).collect());
            test.opaque().is_none() && test.holds(matched.as_deref())
        })
}

fn reads(text: &Text, resource: &str, context: &Context, texts: &Texts) -> bool {
    let mut steps = Vec::with_capacity(text.steps.len());
    for step in &text.steps {
        let Some(letter) = step.variable() else {
            steps.push(*step);
            continue;
        };
        let Some(value) = value_of(&texts.key_of(letter), context) else { return false };
        steps.extend(value.chars().map(|c| Step::One(Letter::new(c))));
    }
    let group = [steps.as_slice()];
    let places = resource.chars().fold(vec![(0, 0)], |places, c| step_over(Group(&group), &places, Letter::new(c)));
    places.iter().any(|place| rest_of(Group(&group), *place).iter().all(|step| step.repeats()))
}

/// Which of some rules match.
pub fn matching(
    rules: impl Iterator<Item = usize>,
    pair: &Pair,
    resource: &str,
    context: &Context,
    texts: &Texts,
) -> Vec<usize> {
    rules.filter(|rule| pair.rules.get(*rule).is_some_and(|rule| matches(rule, resource, context, texts))).collect()
}

/// Why a role refuses a request, as rules of the pair.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refused {
    /// No statement allows it.
    NoAllow,
    /// These deny it.
    Deny(Vec<usize>),
    /// The boundary does not allow it.
    Boundary,
}

/// Why a role with these live rules refuses a request.
pub fn refused(live: &RoleRules, pair: &Pair, resource: &str, context: &Context, texts: &Texts) -> Refused {
    let denies = matching(live.denies.iter(), pair, resource, context, texts);
    if !denies.is_empty() {
        return Refused::Deny(denies);
    }
    let allowed = !matching(live.allows.iter(), pair, resource, context, texts).is_empty();
    if allowed && live.boundary.is_some() { Refused::Boundary } else { Refused::NoAllow }
}

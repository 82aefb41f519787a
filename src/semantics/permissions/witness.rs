//! A request decided by the plain reading of rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::pair::{Pair, RoleRules};
use super::rules::Rule;
use crate::semantics::remaining::holds_in;
use crate::semantics::solver::patterns::reads;
use crate::semantics::solver::question::Resources;
use crate::semantics::solver::texts::{Binding, Text, Texts, VariableValue};

/// Values of condition keys.
pub type KeyValues = BTreeMap<String, Vec<String>>;

/// The values of a key, in whatever case.
fn values_of<'a>(key: &str, context: &'a KeyValues) -> Option<&'a [String]> {
    context.iter().find(|(other, _)| other.eq_ignore_ascii_case(key)).map(|(_, values)| values.as_slice())
}

/// Whether a rule matches a resource in a context; what cannot be decided does not match.
pub fn matches(rule: &Rule, resource: &str, context: &KeyValues, texts: &Texts) -> bool {
    let any = |patterns: &[Arc<Text>]| patterns.iter().any(|text| matches_text(text, resource, context, texts));
    let about = match &rule.resources {
        Resources::Matching(patterns) => any(patterns),
        Resources::Except(patterns) => !any(patterns),
    };
    about && holds_in(&rule.tests, context)
}

fn matches_text(text: &Arc<Text>, resource: &str, context: &KeyValues, texts: &Texts) -> bool {
    let mut binding = Binding::default();
    for variable in &text.variables {
        let bound = match values_of(&variable.key, context) {
            Some([value]) => VariableValue::Value(value.clone()),
            Some(_) | None => VariableValue::Missing,
        };
        binding.insert(&variable.key, bound);
    }
    texts.bind(text, &binding).is_some_and(|text| reads(&text.steps, resource))
}

/// Which of some rules match.
pub fn matching(
    rules: impl Iterator<Item = usize>,
    pair: &Pair,
    resource: &str,
    context: &KeyValues,
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
pub fn refused(live: &RoleRules, pair: &Pair, resource: &str, context: &KeyValues, texts: &Texts) -> Refused {
    let denies = matching(live.denies.iter(), pair, resource, context, texts);
    if !denies.is_empty() {
        return Refused::Deny(denies);
    }
    let allowed = !matching(live.allows.iter(), pair, resource, context, texts).is_empty();
    if allowed && live.boundary.is_some() { Refused::Boundary } else { Refused::NoAllow }
}

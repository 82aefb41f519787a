//! The `Condition` element.
//!
//! - Operators, missing keys, `IfExists`, `Null`:
//!   <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
//! - Many keys and values (and, or, nor):
//!   <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html>
//! - `ForAllValues`, `ForAnyValue`:
//!   <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>

use super::context::ContextView;
use super::decision::{Doubt, Hint};
use super::operator::{ComparisonKind, ComparisonResult, OperatorRule, TextComparison, read_bool};
use super::truth::Truth;
use super::variable::{self, Unresolved};
use crate::catalog::holds_many;
use crate::model::{ConditionTest, Conditions, SetQualifier, Version};
use crate::semantics::own_account::OwnAccount;

/// Whether all tests hold: operators and keys are joined by "and".
pub(super) fn hold(conditions: &Conditions, version: Version, view: ContextView<'_>, hints: &mut Vec<Hint>) -> Truth {
    let mut answers = Vec::new();
    for test in conditions.tests() {
        if test.values.is_empty() {
            hints.push(Hint::NoValues { key: test.key.as_str().to_owned() });
        }
        answers.push(holds(test, version, view));
    }
    Truth::all(answers)
}

fn holds(test: &ConditionTest, version: Version, view: ContextView<'_>) -> Truth {
    if !test.operator.is_known() {
        return Truth::unknown(Doubt::UnknownOperator { operator: test.operator.to_string() });
    }
    // No value can match. (AWS does not document an empty list, and IAM may refuse it.)
    if test.values.is_empty() {
        return Truth::No;
    }
    let values = view.values(test.key.folded());
    let Some(rule) = OperatorRule::from_operator(&test.operator.base) else {
        return presence(test, values.unwrap_or_default());
    };
    let Some(values) = values else {
        return without_key(test, rule).into();
    };
    let one = |value: &String| compare(test, rule, value, version, view);
    match (test.operator.qualifier, values) {
        // AWS asks for a set operator on a key that can hold several values, however many a request has.
        (None, [value]) if !holds_many(test.key.folded()) => one(value),
        (None, _) => Truth::unknown(Doubt::PlainOperatorOnManyValues {
            operator: test.operator.to_string(),
            key: test.key.as_str().to_owned(),
        }),
        // "Every value in the request"; "context keys with empty values" evaluate to true as missing ones do.
        (Some(SetQualifier::ForAllValues), _) => Truth::all(values.iter().filter(|value| !value.is_empty()).map(one)),
        (Some(SetQualifier::ForAnyValue), _) => Truth::any(values.iter().map(one)),
    }
}

/// Whether a test other than `Null` holds when the request does not carry the key.
fn without_key(test: &ConditionTest, rule: OperatorRule) -> bool {
    test.operator.if_exists
        || match test.operator.qualifier {
            None => rule.negated,
            Some(SetQualifier::ForAllValues) => true,
            Some(SetQualifier::ForAnyValue) => false,
        }
}

/// `Null`: `true` asks that the key be missing, `false` that it "exists and its value is not null".
fn presence(test: &ConditionTest, values: &[String]) -> Truth {
    let operator = test.operator.to_string();
    if test.operator.if_exists || test.operator.qualifier.is_some() {
        // "You can add IfExists to the end of any condition operator name except the Null condition."
        return Truth::unknown(Doubt::UnknownOperator { operator });
    }
    if !values.is_empty() && values.iter().all(String::is_empty) {
        return Truth::unknown(Doubt::EmptyValue { key: test.key.as_str().to_owned() });
    }
    Truth::any(test.values.iter().map(|value| match read_bool(value) {
        Some(wants_missing) => (wants_missing == values.is_empty()).into(),
        None => Truth::unknown(Doubt::UnreadableValue { operator: operator.clone(), value: value.clone() }),
    }))
}

/// A value of the policy against one of the request. Wildcards match the digits of the account that the policies are
/// of, also where something else stands in their place.
fn compare_text(
    wanted: &str,
    given: &str,
    version: Version,
    view: ContextView<'_>,
    how: TextComparison,
) -> Result<ComparisonResult, Unresolved> {
    match view.own_account().filter(|own| how.takes_wildcards() && given.contains(own.spelled)) {
        Some(OwnAccount { spelled, id }) => {
            let wanted = variable::resolve(&wanted.replace(spelled, id), version, view)?;
            Ok(how.matches(&wanted, &given.replace(spelled, id)))
        }
        None => Ok(how.matches(&variable::resolve(wanted, version, view)?, given)),
    }
}

/// One value of the request against all values of the policy: any of them, or for a negated operator none.
fn compare(test: &ConditionTest, rule: OperatorRule, given: &str, version: Version, view: ContextView<'_>) -> Truth {
    let any = Truth::any(test.values.iter().map(|wanted| {
        let answer = match rule.comparison {
            ComparisonKind::Text(how) => compare_text(wanted, given, version, view, how),
            ComparisonKind::Value(how) => {
                let digits = |text| view.own_account().map_or(text, |own| own.as_number(text));
                Ok(how.matches(digits(wanted), digits(given)))
            }
        };
        match answer {
            Ok(ComparisonResult::Yes) => Truth::Yes,
            // A variable without a value: "There is no equal or like value."
            Ok(ComparisonResult::No) | Err(Unresolved::NoValue { .. }) => Truth::No,
            Err(Unresolved::ManyValues { key }) => Truth::unknown(Doubt::VariableOfManyValues { key }),
            Ok(ComparisonResult::ShortArn) => Truth::unknown(Doubt::ShortArn { pattern: wanted.clone() }),
            Ok(ComparisonResult::Unreadable(value)) => {
                Truth::unknown(Doubt::UnreadableValue { operator: test.operator.to_string(), value })
            }
        }
    }));
    if rule.negated { any.not() } else { any }
}

#[cfg(test)]
mod tests;

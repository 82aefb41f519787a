//! Conditions on networks, numbers, and points in time that the dictionary replaced in.
//!
//! A placeholder is a text, and no network: nothing could be told of `⟨office⟩` in an `IpAddress`. The real value of each
//! account is known, though. Where the values of both accounts lie in the same way to all other values that the two
//! roles compare the key with, one can stand for the other, and the question is decided with real values: once with
//! those of the first account in both roles, for what the first may do and the second may not, and once with those of
//! the second. Where they lie differently, such as a network of the first account that only the second role names as
//! well, nothing is decided: that would hide a reference to the other account.
//!
//! Networks need not be of one size. Of two that are written as address and prefix, one lies in the other or they lie
//! apart, so what a condition can tell of an address is which of them hold it. There are addresses in a network that are
//! in none within it unless those fill it, so that must be the same in both accounts too.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::model::equivalency::OPEN;
use crate::model::{ConditionTest, Conditions, IdentityPolicy, Role, Side, Sides, Statement, TrustPolicy};
use crate::semantics::typed_value::{TypedValue, ValueType};

/// The real values of an account, by the normalized value and the key that is compared with it.
type OfKey = BTreeMap<(String, String), String>;

/// The real values that stand for the normalized ones, those of each account.
#[derive(Debug)]
pub(super) struct RealValues(Sides<OfKey>);

/// Why the values of a key in one account cannot stand for those in the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotComparable {
    key: String,
    why: Why,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Why {
    /// A policy variable can have the values as well.
    InVariable,
    /// Another operator reads the key's values as something else.
    TwoTypes,
    /// It is not known which of several texts an account has there.
    SeveralTexts,
    /// Its operator cannot read what an account has there.
    NotRead { text: String },
    /// A network holds another in one account only, say.
    LieDifferently,
}

impl fmt::Display for NotComparable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.key;
        match &self.why {
            Why::InVariable => write!(f, "a policy variable or the tags of a role can have the value of `{key}`"),
            Why::TwoTypes => write!(f, "operators of several types read the values of `{key}`"),
            Why::SeveralTexts => write!(f, "an account has several texts for one of the values of `{key}`"),
            Why::NotRead { text } => write!(f, "the operator cannot read `{text}` of `{key}`"),
            Why::LieDifferently => {
                write!(f, "the values of `{key}` lie differently to each other in the two accounts")
            }
        }
    }
}

/// A value of a test, as each account has it.
struct Value<'t> {
    normalised: &'t str,
    real: Sides<(String, TypedValue)>,
}

impl RealValues {
    /// The real values with which two normalised roles can be compared; none where there are no such values. `spelled`
    /// spells a text of an account; with a mark in it, it is not known.
    ///
    /// # Errors
    /// Why the values of one account cannot stand for those of the other.
    pub(super) fn new(
        roles: Sides<&Role>,
        spelled: impl Fn(Side, &str) -> String,
    ) -> Result<Option<Self>, NotComparable> {
        let mut keys: BTreeMap<&str, Vec<&ConditionTest>> = BTreeMap::new();
        let mut texts: Vec<&str> = Vec::new();
        for side in Side::BOTH {
            each_test(roles.get(side), &mut |test| keys.entry(test.key.folded()).or_default().push(test));
            each_text(roles.get(side), &mut |text| texts.push(text));
        }
        let mut found = Sides { left: OfKey::new(), right: OfKey::new() };
        for (key, tests) in keys {
            let replaced =
                tests.iter().any(|test| is_typed(test) && test.values.iter().any(|value| value.contains(OPEN)));
            if !replaced {
                continue;
            }
            // Whatever else asks for the key could tell the two values apart.
            let variable = format!("${{{key}");
            let is_variable = texts.iter().any(|text| text.to_lowercase().contains(&variable));
            let comparable = if is_variable || key.starts_with("aws:principaltag/") {
                Err(Why::InVariable)
            } else {
                values(&tests, &spelled)
            };
            let values = comparable.map_err(|why| {
                let key = tests.first().map_or(key, |test| test.key.as_str()).to_owned();
                NotComparable { key, why }
            })?;
            for value in values.iter().filter(|value| value.normalised.contains(OPEN)) {
                for side in Side::BOTH {
                    let (real, _) = value.real.get(side);
                    found.get_mut(side).insert((key.to_owned(), value.normalised.to_owned()), real.clone());
                }
            }
        }
        Ok((!found.left.is_empty()).then_some(Self(found)))
    }

    /// A role with the real values of an account, whichever account the role is of.
    pub(super) fn in_role(&self, of: Side, role: &Role) -> Role {
        let values = self.0.get(of);
        let identity = |document: &IdentityPolicy| {
            let statements = document.statements.iter().map(|statement| in_statement(statement, values)).collect();
            IdentityPolicy { statements, ..document.clone() }
        };
        let trust = role.trust.statements.iter().map(|statement| in_statement(statement, values)).collect();
        let trust = Arc::new(TrustPolicy { statements: trust, ..(*role.trust).clone() });
        Role { trust, ..role.with_documents(identity) }
    }

    /// The normalized text that a real value of an account stood for.
    pub(super) fn normalised<'t>(&'t self, of: Side, text: &'t str) -> &'t str {
        let is_it = |(_, real): &(&(String, String), &String)| real.as_str() == text;
        self.0.get(of).iter().find(is_it).map_or(text, |((_, normalised), _)| normalised)
    }
}

fn is_typed(test: &ConditionTest) -> bool {
    ValueType::of(&test.operator.base).is_some()
}

/// All values that are compared with one key, or why they cannot stand for each other.
fn values<'t>(tests: &[&'t ConditionTest], spelled: &impl Fn(Side, &str) -> String) -> Result<Vec<Value<'t>>, Why> {
    let mut types: Vec<ValueType> = Vec::new();
    let mut values: Vec<Value<'t>> = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for test in tests.iter().filter(|test| test.operator.base != crate::model::BaseOperator::Null) {
        let value_type = ValueType::of(&test.operator.base).ok_or(Why::TwoTypes)?;
        types.push(value_type);
        for normalised in test.values.iter().filter(|value| seen.insert(value)) {
            let real = |side: Side| {
                let text = spelled(side, normalised);
                if text.contains(OPEN) {
                    return Err(Why::SeveralTexts);
                }
                let value = value_type.read(&text).ok_or_else(|| Why::NotRead { text: text.clone() })?;
                Ok((text, value))
            };
            values.push(Value { normalised, real: Sides { left: real(Side::Left)?, right: real(Side::Right)? } });
        }
    }
    types.dedup();
    if types.len() != 1 {
        return Err(Why::TwoTypes);
    }
    if lie_alike(&values) { Ok(values) } else { Err(Why::LieDifferently) }
}

/// Whether the values of one account lie to each other as those of the other do, as far as any condition can tell.
fn lie_alike(values: &[Value<'_>]) -> bool {
    let typed = |side: Side| values.iter().map(move |value| &value.real.get(side).1);
    let position = |side: Side, a: &Value<'_>, b: &Value<'_>| a.real.get(side).1.position(&b.real.get(side).1);
    let of_two = |a: &Value<'_>, b: &Value<'_>| {
        let left = position(Side::Left, a, b);
        left.is_some() && left == position(Side::Right, a, b)
    };
    let filled = |side: Side, whole: &TypedValue| whole.is_filled_by(typed(side));
    let of_one = |value: &Value<'_>| filled(Side::Left, &value.real.left.1) == filled(Side::Right, &value.real.right.1);
    let all = |side: Side| {
        TypedValue::every_address().iter().all(|every| typed(side).any(|one| one == every) || filled(side, every))
    };
    values.iter().all(|a| of_one(a) && values.iter().all(|b| of_two(a, b))) && all(Side::Left) == all(Side::Right)
}

fn in_statement<T: Clone>(statement: &Statement<T>, values: &OfKey) -> Statement<T> {
    let in_test = |test: &ConditionTest| {
        if !is_typed(test) {
            return test.clone();
        }
        let real = |value: &String| {
            let key = (test.key.folded().to_owned(), value.clone());
            values.get(&key).unwrap_or(value).clone()
        };
        ConditionTest { values: test.values.iter().map(real).collect(), ..test.clone() }
    };
    let conditions = Conditions::new(statement.conditions.tests().iter().map(in_test).collect());
    Statement { conditions, ..statement.clone() }
}

fn each_test<'r>(role: &'r Role, each: &mut impl FnMut(&'r ConditionTest)) {
    role.documents().flat_map(|document| &document.statements).for_each(|statement| {
        statement.conditions.tests().iter().for_each(&mut *each);
    });
    role.trust.statements.iter().for_each(|statement| statement.conditions.tests().iter().for_each(&mut *each));
}

/// The texts that can hold policy variables.
fn each_text<'r>(role: &'r Role, each: &mut impl FnMut(&'r str)) {
    role.documents().flat_map(|document| &document.statements).for_each(|statement| {
        statement.target.patterns().iter().for_each(|pattern| each(pattern));
    });
    each_test(role, &mut |test| test.values.iter().for_each(|value| each(value)));
}

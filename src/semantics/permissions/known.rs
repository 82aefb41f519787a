//! A statement as it reads for a role of which something is known: its tags, its ARN, its account.
//!
//! What the role decides is decided here, before two roles are compared: each role has its own tags, so the same
//! statement may mean another thing for the other.

use crate::semantics::outcome::StatementWarningKind;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::key_spelling::documented;
use crate::model::{ConditionTest, Conditions, IdentityPolicy, ResourceClause, Statement, Version};
use crate::semantics::KnownRole;
use crate::semantics::remaining::Stated;
use crate::semantics::solver::conditions::{Family, TestPool};
use crate::semantics::solver::steps::{self, Piece, written_literally};
use crate::semantics::solver::texts::join_stars;

/// What is known of a role of the keys that a document asks for, to tell roles apart for which it reads alike.
pub type KnownKeys = Vec<(String, Option<Vec<String>>)>;

/// The facts of a role that a document asks for, sorted by key.
pub fn facts(document: &IdentityPolicy, role: &KnownRole) -> KnownKeys {
    let mut keys = BTreeSet::new();
    for statement in &document.statements {
        let tests = statement.conditions.tests();
        keys.extend(tests.iter().map(|test| test.key.folded().to_owned()));
        let texts = tests.iter().flat_map(|test| &test.values).chain(statement.target.patterns());
        keys.extend(texts.flat_map(|text| steps::pieces(text)).filter_map(|piece| match piece {
            Piece::Variable(variable) => Some(variable.key),
            Piece::Text(_) | Piece::Literal(_) => None,
        }));
    }
    let known = |key: String| role.says(&key).map(|values| (key, values.map(<[String]>::to_vec)));
    let session_tags = role.takes_session_tags() && keys.iter().any(|key| key.starts_with(TAG));
    // Of a key of which nothing is known nothing has to be kept.
    let mut facts: KnownKeys = keys.into_iter().filter_map(known).collect();
    facts.extend(session_tags.then(|| (SESSION_TAGS.as_str().to_owned(), None)));
    let own = role.own_account().filter(|own| {
        document.statements.iter().any(|statement| {
            let values = statement.conditions.tests().iter().flat_map(|test| &test.values);
            // By number its digits count whatever the pattern is.
            statement.conditions.tests().iter().any(|test| test.key.folded() == "aws:principalaccount")
                || statement.target.patterns().iter().chain(values).any(|text| own.patterns(text) != Ok(Vec::new()))
        })
    });
    facts.extend(own.map(|own| (String::new(), Some(vec![own.id.to_owned()]))));
    facts
}

/// A statement as it reads for a role.
#[derive(Debug)]
pub struct Known<'s> {
    /// The statement, without the tests that the role decides.
    pub statement: Cow<'s, Statement<ResourceClause>>,
    /// The tests that the role does not decide.
    pub tests: Vec<Stated>,
    /// Why it may not apply.
    pub open: Vec<String>,
    /// The statement's own pattern for each resource that was added because of the account's digits.
    pub spelled: BTreeMap<String, String>,
    /// The statement's own pattern for each in which a variable has no value for the role.
    pub without_value: BTreeMap<String, String>,
}

/// A statement for a role, and what to remark on it; `None` where it can never apply.
pub fn statement<'s>(
    statement: &'s Statement<ResourceClause>,
    version: Version,
    role: &KnownRole,
    pool: &TestPool,
    remarks: &mut Vec<(StatementWarningKind, String)>,
) -> Option<Known<'s>> {
    let (mut tests, mut stated, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for test in statement.conditions.tests() {
        let said = with_values(test, version, role);
        let bound = in_account(&said, version, role, &mut open);
        match decided(&bound, version, role, pool) {
            Decided::Is(holds) => {
                remark(&bound, role, remarks);
                if !holds {
                    return None;
                }
            }
            Decided::ByAnotherKey => {
                open.push(format!("`{}`, which the role determines, is compared with another key", bound.key.as_str()));
            }
            Decided::NotByRole => {
                stated.extend(pool.tests(std::slice::from_ref(&bound), version).into_iter().map(|ready| Stated {
                    written: test.clone(),
                    bound: said.clone(),
                    ready,
                }));
                tests.push(bound);
            }
        }
    }
    session_tags(statement, version, role, remarks);
    let (mut spelled, mut without_value) = (BTreeMap::new(), BTreeMap::new());
    let target = target(&statement.target, version, role, remarks, (&mut spelled, &mut without_value, &mut open));
    let conditions = Conditions::new(tests);
    let read = if target == statement.target && conditions == statement.conditions {
        Cow::Borrowed(statement)
    } else {
        Cow::Owned(Statement { target, conditions, ..statement.clone() })
    };
    Some(Known { statement: read, tests: stated, open, spelled, without_value })
}

/// What is known of the role says of a test.
pub enum Decided {
    /// Whether it holds.
    Is(bool),
    /// Nothing: nothing is known of its key.
    NotByRole,
    /// Its key is known, and the key that it is compared with is not.
    ByAnotherKey,
}

/// What a role says of a test as its statement writes it.
pub fn decided_for(test: &ConditionTest, version: Version, role: &KnownRole, pool: &TestPool) -> Decided {
    let mut open = Vec::new();
    let test = in_account(&with_values(test, version, role), version, role, &mut open);
    // What is open because of the account's digits is not decided.
    if open.is_empty() { decided(&test, version, role, pool) } else { Decided::NotByRole }
}

fn decided(test: &ConditionTest, version: Version, role: &KnownRole, pool: &TestPool) -> Decided {
    let Some(values) = role.says(test.key.folded()) else { return Decided::NotByRole };
    let ready = pool.tests(std::slice::from_ref(test), version);
    // What is open in itself stays so.
    let Some(test) = ready.first().filter(|test| test.opaque().is_none()) else { return Decided::NotByRole };
    if values.is_some() && test.variables().any(|key| role.says(key).is_none()) {
        return Decided::ByAnotherKey;
    }
    let lookup = |key: &str| match role.says(key)? {
        Some([value]) => Some(value.clone()),
        Some(_) | None => None,
    };
    let digits = |value: &String| role.own_account().map_or(value.clone(), |own| own.as_number(value).to_owned());
    match (&test.family, values) {
        (Family::Number(..), Some(values)) => {
            let values: Vec<String> = values.iter().map(digits).collect();
            Decided::Is(test.under(&lookup).holds(Some(&values)))
        }
        _ => Decided::Is(test.under(&lookup).holds(values)),
    }
}

/// Says that the role's own tags were taken.
fn remark(test: &ConditionTest, role: &KnownRole, remarks: &mut Vec<(StatementWarningKind, String)>) {
    let key = test.key.as_str();
    if !test.key.folded().starts_with(TAG) {
        return;
    }
    let says = match role.says(test.key.folded()) {
        Some(Some(values)) => format!("is `{}`, the role's own tag", values.join(", ")),
        Some(None) | None => "is missing, because the role does not have this tag".to_owned(),
    };
    remarks.push((ROLE_TAG, format!("`{key}` {says}; the trust policy does not allow `sts:TagSession`")));
}

/// Says of the tags that a statement asks for that a session may bring them.
fn session_tags(
    statement: &Statement<ResourceClause>,
    version: Version,
    role: &KnownRole,
    remarks: &mut Vec<(StatementWarningKind, String)>,
) {
    if !role.takes_session_tags() {
        return;
    }
    let tests = statement.conditions.tests();
    let texts = tests.iter().flat_map(|test| &test.values).chain(statement.target.patterns());
    let in_texts = texts.filter(|_| version != Version::V2008).flat_map(|text| steps::pieces(text));
    let variables = in_texts.filter_map(|piece| match piece {
        Piece::Variable(variable) => Some(variable.key),
        Piece::Text(_) | Piece::Literal(_) => None,
    });
    let mut keys: BTreeSet<String> = variables.collect();
    keys.extend(tests.iter().map(|test| test.key.folded().to_owned()));
    for key in keys.iter().filter(|key| key.starts_with(TAG)).map(|key| documented(key)) {
        let text = format!(
            "`{key}` can have any value: the trust policy allows `sts:TagSession`, and session tags override the tags \
                of the role"
        );
        remarks.push((SESSION_TAGS, text));
    }
}

/// Begins the keys of the principal's tags.
pub const TAG: &str = "aws:principaltag/";

/// The id of remarks on a role's tags.
pub const ROLE_TAG: StatementWarningKind = StatementWarningKind::RoleTag;

/// The id of remarks on tags that sessions may bring.
const SESSION_TAGS: StatementWarningKind = StatementWarningKind::SessionTags;

/// A test whose variables have the values that the role decides.
fn with_values(test: &ConditionTest, version: Version, role: &KnownRole) -> ConditionTest {
    if version == Version::V2008 {
        return test.clone();
    }
    let values = test.values.iter().map(|value| substituted(value, role).text).collect();
    ConditionTest { values, ..test.clone() }
}

/// The same with the values that it has for the role's account.
fn in_account(test: &ConditionTest, version: Version, role: &KnownRole, open: &mut Vec<String>) -> ConditionTest {
    let Some(own) = role.own_account().filter(|_| version != Version::V2008) else { return test.clone() };
    own.in_test(test).unwrap_or_else(|why| {
        open.push(why);
        test.clone()
    })
}

fn target(
    target: &ResourceClause,
    version: Version,
    role: &KnownRole,
    remarks: &mut Vec<(StatementWarningKind, String)>,
    (spelled, without_value, open): (&mut BTreeMap<String, String>, &mut BTreeMap<String, String>, &mut Vec<String>),
) -> ResourceClause {
    let mut all = |patterns: &[String], remarks: &mut Vec<(StatementWarningKind, String)>| {
        let mut texts = Vec::with_capacity(patterns.len());
        for pattern in patterns {
            let read = if version == Version::V2008 { Substituted::plain(pattern) } else { substituted(pattern, role) };
            for key in read.tags.iter().map(|key| documented(key)) {
                let text = format!("`{key}` is a tag of the role; the trust policy does not allow `sts:TagSession`");
                remarks.push((ROLE_TAG, text));
            }
            let own = role.own_account().map_or(Ok(Vec::new()), |own| own.patterns(&read.text));
            for added in own.unwrap_or_else(|why| {
                open.push(why);
                Vec::new()
            }) {
                spelled.insert(join_stars(&added), pattern.clone());
                texts.push(added);
            }
            if read.text != *pattern && read.text.contains(WITHOUT_VALUE) {
                without_value.insert(read.text.clone(), pattern.clone());
            }
            texts.push(read.text);
        }
        texts
    };
    match target {
        ResourceClause::Resource(patterns) => ResourceClause::Resource(all(patterns, remarks)),
        ResourceClause::NotResource(patterns) => ResourceClause::NotResource(all(patterns, remarks)),
    }
}

/// A text whose variables have values.
struct Substituted {
    text: String,
    /// The keys of the role's tags in it.
    tags: Vec<String>,
}

impl Substituted {
    fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), tags: Vec::new() }
    }
}

/// A variable that no request of a role's session has a value for stands for one of which the role has none.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-infotouse>
const WITHOUT_VALUE: &str = "${aws:username}";

fn substituted(text: &str, role: &KnownRole) -> Substituted {
    let pieces = steps::pieces(text);
    let decided = |piece: &Piece| matches!(piece, Piece::Variable(variable) if role.says(&variable.key).is_some());
    if !pieces.iter().any(decided) {
        return Substituted::plain(text);
    }
    let mut read = Substituted::plain("");
    for piece in pieces {
        match piece {
            Piece::Text(plain) => read.text.push_str(&plain),
            Piece::Literal(c) => read.text.extend(["${", &c.to_string(), "}"]),
            Piece::Variable(variable) => {
                let says = role.says(&variable.key);
                if says.is_some() && variable.key.starts_with(TAG) {
                    read.tags.push(variable.key.clone());
                }
                match (says, variable.default) {
                    (Some(Some([value])), _) => read.text.push_str(&written_literally(value)),
                    (Some(None), Some(default)) => read.text.push_str(&written_literally(&default)),
                    (Some(_), None) => read.text.push_str(WITHOUT_VALUE),
                    (None, None) => read.text.extend(["${", &variable.key, "}"]),
                    (None | Some(Some(_)), Some(default)) => {
                        read.text.extend(["${", &variable.key, ", '", &default, "'}"]);
                    }
                }
            }
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_the_role_decides() {
        let role = KnownRole::default().with_tags([("team", "r*d")]);
        assert_eq!(substituted("b/${aws:PrincipalTag/Team}/*", &role).text, "b/r${*}d/*");
        assert_eq!(substituted("b/${aws:PrincipalTag/cost, 'none'}", &role).text, "b/none");
        assert_eq!(substituted("b/${aws:PrincipalTag/cost}", &role).text, "b/${aws:username}");
        assert_eq!(substituted("b/${aws:userid}${*}", &role).text, "b/${aws:userid}${*}");
    }
}

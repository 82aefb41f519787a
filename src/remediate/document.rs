//! Policy documents in the words of the other account, and as JSON.

use serde_json::{Map, Value, json};

use crate::model::{
    ActionClause, ConditionKey, ConditionTest, Conditions, IdentityPolicy, Place, PolicyDocument, Principal,
    PrincipalClause, ResourceClause, Statement, TrustPolicy,
};
use crate::parse::policy;

/// Translates one text.
pub(super) type Translate<'a> = dyn Fn(&str, Place) -> Result<String, String> + 'a;

/// A document with every text translated, and proved to be written as JSON without loss.
pub(super) fn identity(document: &IdentityPolicy, translate: &Translate<'_>) -> Result<IdentityPolicy, String> {
    let new = translated(document, translate, |clause, translate| {
        let texts =
            |texts: &[String]| texts.iter().map(|text| translate(text, Place::Resource)).collect::<Result<Vec<_>, _>>();
        Ok(match clause {
            ResourceClause::Resource(all) => ResourceClause::Resource(texts(all)?),
            ResourceClause::NotResource(all) => ResourceClause::NotResource(texts(all)?),
        })
    })?;
    match policy::parse_identity(&identity_json(&new)) {
        Ok(read) if read == new => Ok(new),
        _ => Err(UNWRITABLE.to_owned()),
    }
}

/// As [`identity`], for a trust policy.
pub(super) fn trust(document: &TrustPolicy, translate: &Translate<'_>) -> Result<TrustPolicy, String> {
    let new = translated(document, translate, |clause, translate| {
        let all = |all: &[Principal]| all.iter().map(|one| principal(one, translate)).collect::<Result<Vec<_>, _>>();
        Ok(match clause {
            PrincipalClause::Principal(principals) => PrincipalClause::Principal(all(principals)?),
            PrincipalClause::NotPrincipal(principals) => PrincipalClause::NotPrincipal(all(principals)?),
        })
    })?;
    match policy::parse_trust(&trust_json(&new)) {
        Ok(read) if in_order(&read) == in_order(&new) => Ok(new),
        _ => Err(UNWRITABLE.to_owned()),
    }
}

/// One operator tests one key twice, in two spellings: rare, and not worth a form of its own.
const UNWRITABLE: &str = "the document cannot be written without a change of its meaning";

fn principal(principal: &Principal, translate: &Translate<'_>) -> Result<Principal, String> {
    if principal.is_nobody() {
        return Err(format!("`{}` {}, which IAM does not accept", principal.as_str(), principal.why_nobody()));
    }
    let text = |text: &str| translate(text, Place::Principal);
    Ok(match principal {
        Principal::Everyone => Principal::Everyone,
        Principal::Aws(one) => Principal::Aws(text(one)?),
        Principal::Service(one) => Principal::Service(text(one)?),
        Principal::Federated(one) => Principal::Federated(text(one)?),
        Principal::CanonicalUser(one) => Principal::CanonicalUser(text(one)?),
    })
}

/// The principals of each statement sorted; their order has no meaning, and JSON groups them.
fn in_order(document: &TrustPolicy) -> TrustPolicy {
    let mut document = document.clone();
    for statement in &mut document.statements {
        let (PrincipalClause::Principal(all) | PrincipalClause::NotPrincipal(all)) = &mut statement.target;
        all.sort();
    }
    document
}

fn translated<T>(
    document: &PolicyDocument<T>,
    translate: &Translate<'_>,
    target: impl Fn(&T, &Translate<'_>) -> Result<T, String>,
) -> Result<PolicyDocument<T>, String> {
    let statement = |one: &Statement<T>| {
        Ok(Statement {
            sid: one.sid.clone(),
            effect: one.effect,
            action: one.action.clone(),
            target: target(&one.target, translate)?,
            conditions: conditions(&one.conditions, translate)?,
        })
    };
    let statements = document.statements.iter().map(statement).collect::<Result<_, String>>()?;
    Ok(PolicyDocument { version: document.version, id: document.id.clone(), statements })
}

fn conditions(conditions: &Conditions, translate: &Translate<'_>) -> Result<Conditions, String> {
    let test = |one: &ConditionTest| {
        Ok(ConditionTest {
            operator: one.operator.clone(),
            key: ConditionKey::new(&translate(one.key.as_str(), Place::Condition)?),
            values: one.values.iter().map(|value| translate(value, Place::Condition)).collect::<Result<_, String>>()?,
        })
    };
    Ok(Conditions::new(conditions.tests().iter().map(test).collect::<Result<_, String>>()?))
}

/// The document of a policy as JSON.
pub(super) fn identity_json(document: &IdentityPolicy) -> String {
    json_of(document, |clause| (clause.element().as_str(), list(clause.patterns().iter().map(String::as_str))))
}

/// A trust policy as JSON.
pub(super) fn trust_json(document: &TrustPolicy) -> String {
    json_of(document, |clause| (clause.element().as_str(), principals(clause.principals())))
}

fn json_of<T>(document: &PolicyDocument<T>, target: impl Fn(&T) -> (&'static str, Value)) -> String {
    let statement = |one: &Statement<T>| {
        let mut object = Map::new();
        if let Some(sid) = &one.sid {
            object.insert("Sid".to_owned(), json!(sid));
        }
        object.insert("Effect".to_owned(), json!(one.effect.to_string()));
        let (ActionClause::Action(actions) | ActionClause::NotAction(actions)) = &one.action;
        object.insert(one.action.element().to_string(), list(actions.iter().map(crate::model::ActionPattern::as_str)));
        let (element, value) = target(&one.target);
        object.insert(element.to_owned(), value);
        if !one.conditions.is_empty() {
            object.insert("Condition".to_owned(), condition(&one.conditions));
        }
        Value::Object(object)
    };
    let mut object = Map::new();
    if let Some(version) = document.version {
        object.insert("Version".to_owned(), json!(version.as_str()));
    }
    if let Some(id) = &document.id {
        object.insert("Id".to_owned(), json!(id));
    }
    object.insert("Statement".to_owned(), document.statements.iter().map(statement).collect());
    // A JSON value without maps of other keys than texts is always written.
    serde_json::to_string_pretty(&Value::Object(object)).unwrap_or_default()
}

fn condition(conditions: &Conditions) -> Value {
    let mut object = Map::new();
    for test in conditions.tests() {
        let keys = object.entry(test.operator.to_string()).or_insert_with(|| json!({}));
        if let Value::Object(keys) = keys {
            keys.insert(test.key.as_str().to_owned(), list(test.values.iter().map(String::as_str)));
        }
    }
    Value::Object(object)
}

fn principals(principals: &[Principal]) -> Value {
    if principals == [Principal::Everyone] {
        return json!("*");
    }
    let mut kinds: Map<String, Value> = Map::new();
    for principal in principals {
        let kind = if *principal == Principal::Everyone { "AWS" } else { principal.principal_type().as_str() };
        let texts = kinds.entry(kind.to_owned()).or_insert_with(|| json!([]));
        if let Value::Array(texts) = texts {
            texts.push(json!(principal.as_str()));
        }
    }
    Value::Object(kinds)
}

/// One text as a text, more as a list.
fn list<'a>(texts: impl Iterator<Item = &'a str>) -> Value {
    let texts: Vec<&str> = texts.collect();
    if let [one] = texts.as_slice() { json!(one) } else { json!(texts) }
}

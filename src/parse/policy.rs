//! Policy documents from their JSON text, by IAM's grammar and nothing beyond it.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use super::JsonError;
use super::json::Node;
use crate::model::{
    ActionClause, ActionPattern, ConditionKey, ConditionOperator, ConditionTest, Conditions, Effect, IdentityPolicy,
    PolicyDocument, Principal, PrincipalClause, ResourceClause, Statement, TrustPolicy, Version,
};

/// Why a text is not a policy document.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// Not JSON, or a key twice in one object.
    #[error("the policy document is not JSON: {problem}")]
    Json {
        /// What the JSON reader says, with line and column.
        problem: JsonError,
    },
    /// JSON, but not IAM's grammar.
    #[error("at `{path}`: {problem}")]
    Grammar {
        /// The JSON path, such as `$.Statement[2].Action`.
        path: String,
        /// What is wrong there.
        problem: String,
    },
}

type Result<T> = std::result::Result<T, PolicyError>;

/// Reads the document of an inline or managed policy or a permissions boundary.
///
/// # Errors
/// If the text is not JSON or breaks IAM's grammar, also by an element IAM does not know.
///
/// ```
/// use iamctl::parse::policy::parse_identity;
/// let policy = parse_identity(r#"{"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}"#).unwrap();
/// assert_eq!(policy.statements.len(), 1);
/// let error = parse_identity(r#"{"Statement": [{"Effect": "Allow", "Actoin": "*"}]}"#).unwrap_err();
/// assert_eq!(error.to_string(), "at `$.Statement[0]`: `Actoin` is not an element of a statement");
/// ```
pub fn parse_identity(text: &str) -> Result<IdentityPolicy> {
    document(text, |place, parts| {
        if parts.principal.is_some() || parts.not_principal.is_some() {
            return Err(place.error("a policy of a role cannot have a Principal; only its trust policy can"));
        }
        let clause = one_of(place, ("Resource", parts.resource), ("NotResource", parts.not_resource))?;
        Ok(match clause {
            (place, node, false) => ResourceClause::Resource(resources(&place, node)?),
            (place, node, true) => ResourceClause::NotResource(resources(&place, node)?),
        })
    })
}

/// Reads a trust policy (`AssumeRolePolicyDocument`).
///
/// # Errors
/// As [`parse_identity`].
pub fn parse_trust(text: &str) -> Result<TrustPolicy> {
    document(text, |place, parts| {
        if parts.resource.is_some() || parts.not_resource.is_some() {
            return Err(place.error("a trust policy cannot have a Resource"));
        }
        let clause = one_of(place, ("Principal", parts.principal), ("NotPrincipal", parts.not_principal))?;
        Ok(match clause {
            (place, node, false) => PrincipalClause::Principal(principals(&place, node)?),
            (place, node, true) => PrincipalClause::NotPrincipal(principals(&place, node)?),
        })
    })
}

/// A document as IAM's API sends it, in plain JSON: percent-decoded unless it is plain already.
///
/// AWS encodes by RFC 3986, in which `+` is a plus; some emulators send plain JSON.
///
/// ```
/// use iamctl::parse::policy::decode;
/// assert_eq!(decode("%7B%22a%22%3A%20%22b+c%22%7D"), r#"{"a": "b+c"}"#);
/// assert_eq!(decode(r#"{"a": "100%25"}"#), r#"{"a": "100%25"}"#);
/// ```
#[must_use]
pub fn decode(text: &str) -> String {
    if text.trim_start().starts_with('{') {
        return text.to_owned();
    }
    // Bytes that are not UTF-8 are left encoded: the JSON reader then refuses them, where a replacement would pass.
    percent_encoding::percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Into::into)
}

/// A place in the document, for errors.
#[derive(Debug, Clone)]
struct Place(String);

impl Place {
    fn key(&self, key: &str) -> Self {
        let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric());
        Self(if plain { format!("{}.{key}", self.0) } else { format!("{}[\"{}\"]", self.0, key.escape_debug()) })
    }

    fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    fn error(&self, problem: impl Into<String>) -> PolicyError {
        PolicyError::Grammar { path: self.0.clone(), problem: problem.into() }
    }

    fn expected(&self, what: &str, found: &Node) -> PolicyError {
        self.error(format!("expected {what}, not {}", found.kind()))
    }
}

/// The elements of one statement, each at most once.
#[derive(Debug, Default)]
struct Parts<'a> {
    sid: Option<&'a Node>,
    effect: Option<&'a Node>,
    principal: Option<&'a Node>,
    not_principal: Option<&'a Node>,
    action: Option<&'a Node>,
    not_action: Option<&'a Node>,
    resource: Option<&'a Node>,
    not_resource: Option<&'a Node>,
    condition: Option<&'a Node>,
}

fn document<T>(text: &str, target: fn(&Place, &Parts<'_>) -> Result<T>) -> Result<PolicyDocument<T>> {
    let root = Node::read(text).map_err(|problem| PolicyError::Json { problem })?;
    let place = Place("$".to_owned());
    let (mut version, mut id, mut statements) = (None, None, None);
    for (key, node) in object(&place, &root)? {
        let here = place.key(key);
        match key.as_str() {
            "Version" => version = Some(read_version(&here, node)?),
            "Id" => id = Some(text_of(&here, node)?.to_owned()),
            "Statement" => statements = Some(read_statements(&here, node, target)?),
            _ => return Err(place.error(format!("`{}` is not an element of a policy document", key.escape_debug()))),
        }
    }
    let statements = statements.ok_or_else(|| place.error("the Statement element is missing"))?;
    Ok(PolicyDocument { version, id, statements })
}

fn read_version(place: &Place, node: &Node) -> Result<Version> {
    match text_of(place, node)? {
        "2012-10-17" => Ok(Version::V2012),
        "2008-10-17" => Ok(Version::V2008),
        other => Err(place.error(format!(
            "`{}` is not a version of the policy language; use `2012-10-17` or `2008-10-17`",
            other.escape_debug()
        ))),
    }
}

fn read_statements<T>(
    place: &Place,
    node: &Node,
    target: fn(&Place, &Parts<'_>) -> Result<T>,
) -> Result<Vec<Statement<T>>> {
    match node {
        Node::List(items) => {
            items.iter().enumerate().map(|(index, item)| statement(&place.index(index), item, target)).collect()
        }
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::Object(_) => {
            Ok(vec![statement(place, node, target)?])
        }
    }
}

fn statement<T>(place: &Place, node: &Node, target: fn(&Place, &Parts<'_>) -> Result<T>) -> Result<Statement<T>> {
    let parts = parts(place, node)?;
    let sid = parts.sid.map(|node| text_of(&place.key("Sid"), node).map(str::to_owned)).transpose()?;
    let effect = parts.effect.ok_or_else(|| place.error("the Effect element is missing"))?;
    let (action_place, action, negated) = one_of(place, ("Action", parts.action), ("NotAction", parts.not_action))?;
    let patterns = actions(&action_place, action)?;
    Ok(Statement {
        sid,
        effect: read_effect(&place.key("Effect"), effect)?,
        action: if negated { ActionClause::NotAction(patterns) } else { ActionClause::Action(patterns) },
        target: target(place, &parts)?,
        conditions: match parts.condition {
            Some(node) => conditions(&place.key("Condition"), node)?,
            None => Conditions::default(),
        },
    })
}

fn parts<'a>(place: &Place, node: &'a Node) -> Result<Parts<'a>> {
    let mut parts = Parts::default();
    for (key, node) in object(place, node)? {
        let slot = match key.as_str() {
            "Sid" => &mut parts.sid,
            "Effect" => &mut parts.effect,
            "Principal" => &mut parts.principal,
            "NotPrincipal" => &mut parts.not_principal,
            "Action" => &mut parts.action,
            "NotAction" => &mut parts.not_action,
            "Resource" => &mut parts.resource,
            "NotResource" => &mut parts.not_resource,
            "Condition" => &mut parts.condition,
            _ => return Err(place.error(format!("`{}` is not an element of a statement", key.escape_debug()))),
        };
        *slot = Some(node);
    }
    Ok(parts)
}

/// The one of two elements that is there, and whether it is the second (the negated one).
fn one_of<'a>(
    place: &Place,
    plain: (&str, Option<&'a Node>),
    negated: (&str, Option<&'a Node>),
) -> Result<(Place, &'a Node, bool)> {
    match (plain.1, negated.1) {
        (Some(node), None) => Ok((place.key(plain.0), node, false)),
        (None, Some(node)) => Ok((place.key(negated.0), node, true)),
        (Some(_), Some(_)) => Err(place.error(format!("{} and {} cannot be used together", plain.0, negated.0))),
        (None, None) => Err(place.error(format!("{} or {} is missing", plain.0, negated.0))),
    }
}

fn read_effect(place: &Place, node: &Node) -> Result<Effect> {
    match text_of(place, node)? {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        other => Err(place.error(format!("`{}` is not an effect; use `Allow` or `Deny`", other.escape_debug()))),
    }
}

fn actions(place: &Place, node: &Node) -> Result<Vec<ActionPattern>> {
    texts(place, node)?
        .into_iter()
        .map(|(place, text)| {
            ActionPattern::new(text).ok_or_else(|| {
                place.error(format!("`{}` is not an action; use `service:Action` or `*`", text.escape_debug()))
            })
        })
        .collect()
}

fn resources(place: &Place, node: &Node) -> Result<Vec<String>> {
    texts(place, node)?
        .into_iter()
        .map(
            |(place, text)| {
                if text.is_empty() { Err(place.error("the resource is empty")) } else { Ok(text.to_owned()) }
            },
        )
        .collect()
}

fn principals(place: &Place, node: &Node) -> Result<Vec<Principal>> {
    let entries = match node {
        Node::Text(text) if text == "*" => return Ok(vec![Principal::Everyone]),
        Node::Text(text) => {
            return Err(place.error(format!(
                "`{}` is not a principal; use `*` or an object such as {{\"AWS\": …}}",
                text.escape_debug()
            )));
        }
        Node::Object(entries) => entries,
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::List(_) => {
            return Err(place.expected("`*` or an object", node));
        }
    };
    let mut all = Vec::new();
    for (kind, node) in entries {
        for (here, text) in texts(&place.key(kind), node)? {
            all.push(principal(&here, kind, text)?);
        }
    }
    if all.is_empty() { Err(place.error("the principal is missing")) } else { Ok(all) }
}

fn principal(place: &Place, kind: &str, text: &str) -> Result<Principal> {
    if text.is_empty() {
        return Err(place.error("the principal is empty"));
    }
    let text = text.to_owned();
    match kind {
        "AWS" if text == "*" => Ok(Principal::Everyone),
        "AWS" => Ok(Principal::Aws(text)),
        "Service" => Ok(Principal::Service(text)),
        "Federated" => Ok(Principal::Federated(text)),
        "CanonicalUser" => Ok(Principal::CanonicalUser(text)),
        _ => Err(place.error(format!(
            "`{}` is not a type of principal; use `AWS`, `Service`, `Federated`, or `CanonicalUser`",
            kind.escape_debug()
        ))),
    }
}

fn conditions(place: &Place, node: &Node) -> Result<Conditions> {
    let mut tests = Vec::new();
    for (operator, keys) in object(place, node)? {
        let place = place.key(operator);
        for (key, values) in object(&place, keys)? {
            tests.push(ConditionTest {
                operator: ConditionOperator::new(operator),
                key: ConditionKey::new(key),
                values: condition_values(&place.key(key), values)?,
            });
        }
    }
    Ok(Conditions::new(tests))
}

/// One value or a list of them; numbers and booleans count as their text. An empty list is kept: what it means is
/// for [`crate::semantics`] to say.
fn condition_values(place: &Place, node: &Node) -> Result<Vec<String>> {
    match node {
        Node::List(items) => {
            items.iter().enumerate().map(|(index, item)| condition_value(&place.index(index), item)).collect()
        }
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::Object(_) => {
            Ok(vec![condition_value(place, node)?])
        }
    }
}

fn condition_value(place: &Place, node: &Node) -> Result<String> {
    match node {
        Node::Text(text) | Node::Number(text) => Ok(text.clone()),
        Node::Bool(value) => Ok(value.to_string()),
        Node::Null | Node::List(_) | Node::Object(_) => Err(place.expected("a string, number or boolean", node)),
    }
}

fn object<'a>(place: &Place, node: &'a Node) -> Result<&'a [(String, Node)]> {
    match node {
        Node::Object(entries) => Ok(entries),
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::List(_) => {
            Err(place.expected("an object", node))
        }
    }
}

fn text_of<'a>(place: &Place, node: &'a Node) -> Result<&'a str> {
    match node {
        Node::Text(text) => Ok(text),
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::List(_) | Node::Object(_) => {
            Err(place.expected("a string", node))
        }
    }
}

/// One string or a list of them, never none.
fn texts<'a>(place: &Place, node: &'a Node) -> Result<Vec<(Place, &'a str)>> {
    match node {
        Node::List(items) if items.is_empty() => Err(place.error("the list is empty")),
        Node::List(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let place = place.index(index);
                text_of(&place, item).map(|text| (place.clone(), text))
            })
            .collect(),
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::Object(_) => {
            Ok(vec![(place.clone(), text_of(place, node)?)])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity_error(text: &str) -> String {
        parse_identity(text).unwrap_err().to_string()
    }

    #[test]
    fn one_and_many_are_the_same() {
        let one = r#"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#;
        let many = r#"{"Statement": [{"Effect": "Allow", "Action": ["S3:*"], "Resource": ["*"]}]}"#;
        assert_eq!(parse_identity(one).unwrap(), parse_identity(many).unwrap());
    }

    #[test]
    fn every_form_of_principal() {
        let everyone = r#"{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}}"#;
        let aws = r#"{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ["*"]}}}"#;
        assert_eq!(parse_trust(everyone).unwrap(), parse_trust(aws).unwrap());
        let policy = parse_trust(
            r#"{"Statement": {"Effect": "Deny", "Action": "sts:*", "NotPrincipal":
                {"AWS": ["111122223333", "AROAEXAMPLE"], "Service": "ec2.amazonaws.com", "Federated": "x", "CanonicalUser": "y"}}}"#,
        )
        .unwrap();
        let PrincipalClause::NotPrincipal(principals) = &policy.statements[0].target else { panic!() };
        let kinds: Vec<&str> = principals.iter().map(|one| one.principal_type().as_str()).collect();
        assert_eq!(kinds, ["AWS", "AWS", "Service", "Federated", "CanonicalUser"]);
    }

    #[test]
    fn condition_values_of_every_type() {
        let policy = parse_identity(
            r#"{"Version": "2012-10-17", "Id": "x", "Statement": [{"Sid": "", "Effect": "Deny", "NotAction": "iam:*",
                "NotResource": "arn:aws:s3:::b", "Condition": {"Bool": {"aws:SecureTransport": false},
                "NumericLessThan": {"aws:MultiFactorAuthAge": [3600, "60", 1.5]}, "Mystery": {"k": []}}}]}"#,
        )
        .unwrap();
        let tests = policy.statements[0].conditions.tests();
        let values: Vec<_> = tests.iter().map(|t| (t.operator.to_string(), t.values.join(","))).collect();
        let expected = [("NumericLessThan", "3600,60,1.5"), ("Bool", "false"), ("Mystery", "")];
        assert_eq!(values, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn what_the_grammar_does_not_know_is_refused_with_its_place() {
        let cases = [
            ("[]", "at `$`: expected an object, not a list"),
            ("{}", "at `$`: the Statement element is missing"),
            (r#"{"statement": []}"#, "at `$`: `statement` is not an element of a policy document"),
            (
                r#"{"Version": "2013", "Statement": []}"#,
                "at `$.Version`: `2013` is not a version of the policy language; use `2012-10-17` or `2008-10-17`",
            ),
            (r#"{"Statement": [1]}"#, "at `$.Statement[0]`: expected an object, not a number"),
            (
                r#"{"Statement": [{"Effect": "allow", "Action": "*", "Resource": "*"}]}"#,
                "at `$.Statement[0].Effect`: `allow` is not an effect; use `Allow` or `Deny`",
            ),
            (
                r#"{"Statement": [{"Effect": "Allow", "Action": ["s3"], "Resource": "*"}]}"#,
                "at `$.Statement[0].Action[0]`: `s3` is not an action; use `service:Action` or `*`",
            ),
            (
                r#"{"Statement": [{"Effect": "Allow", "Action": [], "Resource": "*"}]}"#,
                "at `$.Statement[0].Action`: the list is empty",
            ),
            (
                r#"{"Statement": [{"Effect": "Allow", "Action": "*"}]}"#,
                "at `$.Statement[0]`: Resource or NotResource is missing",
            ),
            (
                r#"{"Statement": [{"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}]}"#,
                "at `$.Statement[0]`: Action and NotAction cannot be used together",
            ),
            (
                r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}]}"#,
                "at `$.Statement[0]`: a policy of a role cannot have a Principal; only its trust policy can",
            ),
            (
                r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"a:b": {}}}}]}"#,
                "at `$.Statement[0].Condition.StringLike[\"a:b\"]`: expected a string, number or boolean, not an \
                    object",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(identity_error(text), expected, "{text}");
        }
        let twice = r#"{"Statement": {"Effect": "Allow", "Action": "a:b", "Action": "c:d", "Resource": "*"}}"#;
        assert!(identity_error(twice).contains("key `Action` appears twice at line 1"));
        assert!(identity_error("{").starts_with("the policy document is not JSON: EOF"));
        let trust = parse_trust(r#"{"Statement": {"Effect": "Allow", "Action": "*", "Principal": {"aws": "*"}}}"#);
        assert!(trust.unwrap_err().to_string().contains("`aws` is not a type of principal"));
    }
}

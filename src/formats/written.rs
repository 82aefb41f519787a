//! Policy documents as they are written: statements in their order, with their `Sid`, and each beside the statement of
//! the other account that it belongs to.
//!
//! Names are those of the account. What is compared of a statement is its normalized text, which has the same lines, so
//! that a name that the dictionary replaces is no difference. A list of one entry and a lone text mean the same and are
//! both shown as a text.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use crate::model::equivalency::display;
use crate::model::{
    ConditionKey, Conditions, PolicyDocument, Principal, PrincipalClause, PrincipalType, ResourceClause, Statement,
};

/// How deep a statement stands in its document.
const INDENT: &str = "    ";

/// How a text of a document is spelled: with the marks of its placeholders, or as people see it.
type Spell = fn(&str) -> Cow<'_, str>;

/// What a statement is about besides actions, as its document has it.
pub(super) trait Written {
    /// The element's name and its value.
    fn written(&self, spell: Spell) -> (&'static str, Value);
}

impl Written for ResourceClause {
    fn written(&self, spell: Spell) -> (&'static str, Value) {
        (self.element().as_str(), list(self.patterns().iter().map(String::as_str), spell))
    }
}

impl Written for PrincipalClause {
    fn written(&self, spell: Spell) -> (&'static str, Value) {
        let principals = self.principals();
        let value = if let [Principal::Everyone] = principals {
            json!("*")
        } else {
            let mut by_type: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for principal in principals {
                let kind = match principal.principal_type() {
                    PrincipalType::Everyone => PrincipalType::Aws,
                    kind @ (PrincipalType::Aws
                    | PrincipalType::Service
                    | PrincipalType::Federated
                    | PrincipalType::CanonicalUser) => kind,
                };
                by_type.entry(kind.as_str()).or_default().push(principal.as_str());
            }
            by_type.into_iter().map(|(kind, texts)| (kind.to_owned(), list(texts.into_iter(), spell))).collect()
        };
        (self.element().as_str(), value)
    }
}

/// One statement of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WrittenStatement {
    /// Its name.
    pub sid: Option<String>,
    /// Its text, lines that end in a line feed.
    pub text: String,
    /// What it is compared by: as many lines, normalized, with the marks of placeholders.
    pub compared: String,
}

/// The places of two statements that belong together; none where the other account has no such statement.
pub(super) type StatementPair = (Option<usize>, Option<usize>);

/// The statements of a document in their order: as the account has them, if it is known, else normalized.
pub(super) fn statements<T: Written>(
    normalised: &PolicyDocument<T>,
    as_read: Option<&PolicyDocument<T>>,
) -> Vec<WrittenStatement> {
    let of_place = |place: usize| as_read.and_then(|document| document.statements.get(place));
    let all = normalised.statements.iter().enumerate();
    all.map(|(place, statement)| written(statement, of_place(place))).collect()
}

fn written<T: Written>(normalised: &Statement<T>, as_read: Option<&Statement<T>>) -> WrittenStatement {
    let sid = normalised.sid.as_deref().map(|sid| display(sid).into_owned());
    let text = text(as_read.unwrap_or(normalised), display);
    let of_lines = |statement| self::text(statement, |text| text.into());
    // Conditions stand sorted, so that a key with another name can have another place.
    let in_line = as_read.is_none_or(|as_read| in_line(&normalised.conditions, &as_read.conditions));
    let compared = of_lines(if in_line { normalised } else { as_read.unwrap_or(normalised) });
    WrittenStatement { sid, text, compared }
}

/// Whether the tests of two forms of one condition stand in the same lines.
fn in_line(normalised: &Conditions, as_read: &Conditions) -> bool {
    fn keys(conditions: &Conditions) -> Vec<(String, String)> {
        let tests = conditions.tests().iter();
        tests.map(|test| (test.operator.to_string(), test.key.as_str().to_owned())).collect()
    }
    if as_read.tests().len() < 2 {
        return true;
    }
    let (one, other) = (keys(normalised), keys(as_read));
    // One that is there twice is sorted by its values.
    one == other && one.iter().collect::<BTreeSet<_>>().len() == one.len()
}

fn text<T: Written>(statement: &Statement<T>, spell: Spell) -> String {
    let mut elements: Vec<(&str, Value)> = Vec::new();
    elements.extend(statement.sid.as_deref().map(|sid| ("Sid", json!(spell(sid)))));
    elements.push(("Effect", json!(statement.effect.to_string())));
    let (element, target) = statement.target.written(spell);
    let actions = list(statement.action.patterns().iter().map(|pattern| pattern.as_str()), spell);
    let action = (statement.action.element().as_str(), actions);
    // As policies are mostly written: principals before actions, resources after them.
    if element.ends_with("Principal") {
        elements.extend([(element, target), action]);
    } else {
        elements.extend([action, (element, target)]);
    }
    if !statement.conditions.is_empty() {
        elements.push(("Condition", conditions(&statement.conditions, spell)));
    }
    object(&elements)
}

/// An object with its elements in this order; `serde_json` would sort them.
fn object(elements: &[(&str, Value)]) -> String {
    let mut text = format!("{INDENT}{{\n");
    for (place, (name, value)) in elements.iter().enumerate() {
        // A JSON value without maps of other keys than texts is always written.
        let pretty = serde_json::to_string_pretty(value).unwrap_or_default();
        let comma = if place + 1 == elements.len() { "" } else { "," };
        let lines: Vec<&str> = pretty.lines().collect();
        text += &format!("{INDENT}  \"{name}\": {}{comma}\n", lines.join(&format!("\n{INDENT}  ")));
    }
    text + INDENT + "}\n"
}

/// Texts in their order; a lone one without brackets.
fn list<'t>(texts: impl Iterator<Item = &'t str>, spell: Spell) -> Value {
    let texts: Vec<Cow<'_, str>> = texts.map(spell).collect();
    match texts.as_slice() {
        [one] => json!(one),
        _ => json!(texts),
    }
}

/// Operators and keys sorted, values as written.
fn conditions(conditions: &Conditions, spell: Spell) -> Value {
    let mut operators: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for test in conditions.tests() {
        let keys = operators.entry(test.operator.to_string()).or_default();
        let values = list(test.values.iter().map(String::as_str), spell);
        if keys.insert(spell(test.key.as_str()).into_owned(), values).is_some() {
            // One operator tests one key twice, which no object can hold.
            let json = conditions.canonical_json(ConditionKey::as_str);
            return serde_json::from_str(&spell(&json)).unwrap_or_default();
        }
    }
    json!(operators)
}

/// What makes two statements belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Alike<'s> {
    Sid(&'s str),
    Text(&'s str),
    Place(usize),
}

/// Which statement of the one account stands beside which of the other: the places of both, in the order of the first
/// account, with those of the second account alone after the one they follow there.
///
/// Statements belong together that have the same `Sid`; of the rest, those that say the same; of the rest, those in the
/// same place.
pub(super) fn paired(left: &[WrittenStatement], right: &[WrittenStatement]) -> Vec<StatementPair> {
    let mut partners: Vec<Option<usize>> = vec![None; left.len()];
    let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
    let ways: [fn(usize, &WrittenStatement) -> Option<Alike<'_>>; 3] = [
        |_, one| one.sid.as_deref().filter(|sid| !sid.is_empty()).map(Alike::Sid),
        |_, one| Some(Alike::Text(&one.compared)),
        |place, _| Some(Alike::Place(place)),
    ];
    for alike in ways {
        // What is free by what makes it alike: looking through all of them for each would cost the square of their number.
        let mut free: BTreeMap<Alike<'_>, VecDeque<usize>> = BTreeMap::new();
        for (at, other) in right.iter().enumerate().filter(|(at, _)| !taken.contains_key(at)) {
            if let Some(key) = alike(at, other) {
                free.entry(key).or_default().push_back(at);
            }
        }
        for ((place, one), partner) in left.iter().enumerate().zip(&mut partners) {
            if partner.is_none() {
                *partner = alike(place, one).and_then(|key| free.get_mut(&key)?.pop_front());
                taken.extend(partner.map(|at| (at, place)));
            }
        }
    }
    let mut pairs: Vec<((usize, usize), StatementPair)> = Vec::new();
    for (place, partner) in partners.iter().enumerate() {
        pairs.push(((place + 1, 0), (Some(place), *partner)));
    }
    let mut after = 0;
    for at in 0..right.len() {
        match taken.get(&at) {
            Some(place) => after = *place + 1,
            None => pairs.push(((after, at + 1), (None, Some(at)))),
        }
    }
    pairs.sort_by_key(|(order, _)| *order);
    pairs.into_iter().map(|(_, pair)| pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::policy;

    fn written(statements_of: &Value) -> Vec<WrittenStatement> {
        let text = json!({"Version": "2012-10-17", "Statement": statements_of}).to_string();
        statements(&policy::parse_identity(&text).unwrap(), None)
    }

    fn allow(sid: &str, action: &str) -> Value {
        json!({"Sid": sid, "Effect": "Allow", "Action": action, "Resource": ["b", "a"]})
    }

    #[test]
    fn sid_order_and_spelling_stay() {
        let one = written(&json!([allow("Zed", "S3:GetObject"), {"Effect": "Deny", "NotAction": ["b:C", "a:B"],
            "NotResource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]));
        assert_eq!(
            one[0].text,
            "    {\n      \"Sid\": \"Zed\",\n      \"Effect\": \"Allow\",\n      \"Action\": \"S3:GetObject\",\n      \
             \"Resource\": [\n        \"b\",\n        \"a\"\n      ]\n    }\n"
        );
        let order = ["Effect", "NotAction", "b:C", "a:B", "NotResource", "Condition", "aws:SecureTransport"];
        let places: Vec<usize> = order.iter().map(|word| one[1].text.find(word).unwrap()).collect();
        assert!(places.is_sorted(), "{}", one[1].text);
    }

    #[test]
    fn statements_stand_beside_their_namesake_then_their_like_then_their_place() {
        let left = written(&json!([allow("A", "s3:a"), allow("B", "s3:b"), allow("", "s3:c")]));
        let right = written(&json!([allow("New", "s3:n"), allow("B", "s3:x"), allow("A", "s3:a"), allow("", "s3:c")]));
        let pairs = paired(&left, &right);
        assert_eq!(pairs, [(None, Some(0)), (Some(0), Some(2)), (Some(1), Some(1)), (Some(2), Some(3))]);
        assert_eq!(paired(&left, &[]), [(Some(0), None), (Some(1), None), (Some(2), None)]);
        assert_eq!(paired(&[], &right[..1]), [(None, Some(0))]);
    }

    /// Looking through all statements for each would take minutes.
    #[test]
    fn thousands_of_statements_are_paired() {
        let many = |start: usize| -> Vec<WrittenStatement> {
            let statement = |n: usize| allow("", &format!("s3:Get{n}"));
            written(&(start..start + 20_000).map(statement).collect())
        };
        let (left, right) = (many(0), many(1));
        let pairs = paired(&left, &right);
        assert_eq!((pairs.len(), pairs[0], pairs[1]), (20_001, (Some(0), None), (Some(1), Some(0))));
        assert_eq!(pairs.last(), Some(&(None, Some(19_999))));
    }
}

//! Policy documents in one canonical form, and shown against each other.

use serde_json::{Map, Value, json};
use similar::TextDiff;

use super::written::{self, WrittenStatement};
use crate::model::equivalency::display;
use crate::model::{
    ActionClause, ConditionKey, Conditions, IdentityPolicy, PolicyDocument, PrincipalClause, ResourceClause, Role,
    Statement, TrustPolicy,
};

/// A part of a statement besides its actions, as JSON.
trait Target {
    fn json(&self) -> (&'static str, Value);
}

impl Target for ResourceClause {
    fn json(&self) -> (&'static str, Value) {
        (self.element().as_str(), sorted(self.patterns().iter().map(|pattern| display(pattern).into_owned())))
    }
}

impl Target for PrincipalClause {
    fn json(&self) -> (&'static str, Value) {
        let principals = self.principals().iter();
        let texts = principals.map(|p| format!("{} {}", p.principal_type(), display(p.as_str())));
        (self.element().as_str(), sorted(texts))
    }
}

/// A policy of a role, with the title it goes by.
pub(super) struct Titled<'a> {
    pub(super) title: String,
    document: Document<'a>,
    as_read: Option<AsRead<'a>>,
}

/// The same policy in its account.
#[derive(Clone, Copy)]
struct AsRead<'a> {
    /// Its name, or its ARN if it is a managed one.
    name: &'a str,
    document: Document<'a>,
}

#[derive(Clone, Copy)]
enum Document<'a> {
    Trust(&'a TrustPolicy),
    Identity(&'a IdentityPolicy),
}

impl Titled<'_> {
    /// The same for documents that are one value in memory, however many roles carry it.
    pub(super) fn address(&self) -> usize {
        match self.document {
            Document::Trust(policy) => std::ptr::from_ref(policy).addr(),
            Document::Identity(policy) => std::ptr::from_ref(policy).addr(),
        }
    }

    /// The name or ARN in its account, if it is known. A trust policy has none.
    pub(super) fn real_name(&self) -> Option<&str> {
        self.as_read.map(|as_read| as_read.name).filter(|name| !name.is_empty())
    }

    /// The statements as written.
    pub(super) fn statements(&self) -> Vec<WrittenStatement> {
        match (self.document, self.as_read.map(|as_read| as_read.document)) {
            (Document::Trust(policy), Some(Document::Trust(as_read))) => written::statements(policy, Some(as_read)),
            (Document::Identity(policy), Some(Document::Identity(as_read))) => {
                written::statements(policy, Some(as_read))
            }
            (Document::Trust(policy), Some(Document::Identity(_)) | None) => written::statements(policy, None),
            (Document::Identity(policy), Some(Document::Trust(_)) | None) => written::statements(policy, None),
        }
    }

    /// The version of the policy language that it follows.
    pub(super) fn version(&self) -> &'static str {
        match self.document {
            Document::Trust(policy) => policy.effective_version().as_str(),
            Document::Identity(policy) => policy.effective_version().as_str(),
        }
    }

    /// The canonical form.
    pub(super) fn text(&self) -> String {
        match self.document {
            Document::Trust(policy) => text(policy),
            Document::Identity(policy) => text(policy),
        }
    }
}

/// The policies of a role, sorted by title, each with what it is in the account if that is known: normalizing keeps the
/// order of policies.
pub(super) fn titled<'a>(role: &'a Role, as_read: Option<&'a Role>) -> Vec<Titled<'a>> {
    let trust = as_read.map(|role| AsRead { name: "", document: Document::Trust(&role.trust) });
    let mut all =
        vec![Titled { title: "trust policy".to_owned(), document: Document::Trust(&role.trust), as_read: trust }];
    let mut push = |title: String, policy, as_read: Option<(&'a str, &'a IdentityPolicy)>| {
        let as_read = as_read.map(|(name, policy)| AsRead { name, document: Document::Identity(policy) });
        all.push(Titled { title, document: Document::Identity(policy), as_read });
    };
    for (place, policy) in role.inline.iter().enumerate() {
        let real = as_read.and_then(|role| role.inline.get(place));
        let real = real.map(|real| (real.name.as_str(), &*real.document));
        push(format!("inline policy {}", display(&policy.name)), &policy.document, real);
    }
    for (place, policy) in role.attached.iter().enumerate() {
        let real = as_read.and_then(|role| role.attached.get(place));
        let real = real.map(|real| (real.arn.as_str(), &*real.document));
        push(format!("managed policy {}", display(policy.arn.as_str())), &policy.document, real);
    }
    if let Some(policy) = &role.boundary {
        let real = as_read.and_then(|role| role.boundary.as_ref());
        let real = real.map(|real| (real.arn.as_str(), &*real.document));
        push(format!("permissions boundary {}", display(policy.arn.as_str())), &policy.document, real);
    }
    all.sort_by(|a, b| a.title.cmp(&b.title));
    all
}

/// The policies of a role in canonical form: name and lines, sorted by name.
///
/// Statements are sorted and have no `Sid`, lists are sorted and hold each entry once, actions and condition keys are
/// in lower case, placeholders stand for what the dictionary replaced. Two policies with the same canonical form mean
/// the same.
#[must_use]
pub fn canonical(role: &Role) -> Vec<(String, String)> {
    let with_text = |policy: Titled<'_>| {
        let text = policy.text();
        (policy.title, text)
    };
    titled(role, None).into_iter().map(with_text).collect()
}

/// The policies of two roles against each other, as unified diffs; equal ones are left out. `names` are the two
/// accounts' tags.
#[must_use]
pub fn differences(left: &Role, right: &Role, names: (&str, &str)) -> Vec<String> {
    let (left, right) = (canonical(left), canonical(right));
    let titles: std::collections::BTreeSet<&String> = left.iter().chain(&right).map(|(title, _)| title).collect();
    let text = |policies: &[(String, String)], title: &String| {
        policies.iter().find(|(name, _)| name == title).map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let mut diffs = Vec::new();
    for title in titles {
        let (one, other) = (text(&left, title), text(&right, title));
        if one != other {
            let diff = TextDiff::from_lines(&one, &other);
            let header = (format!("{}: {title}", names.0), format!("{}: {title}", names.1));
            diffs.push(diff.unified_diff().context_radius(3).header(&header.0, &header.1).to_string());
        }
    }
    diffs
}

fn text<T: Target>(document: &PolicyDocument<T>) -> String {
    let mut statements: Vec<Value> = document.statements.iter().map(statement).collect();
    statements.sort_by_key(ToString::to_string);
    statements.dedup();
    let value = json!({"Version": document.effective_version().as_str(), "Statement": statements});
    // A JSON value without maps of other keys than texts is always written.
    serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
}

fn statement<T: Target>(statement: &Statement<T>) -> Value {
    let mut object = Map::new();
    object.insert("Effect".to_owned(), json!(statement.effect.to_string()));
    let actions = match &statement.action {
        ActionClause::Action(patterns) | ActionClause::NotAction(patterns) => patterns,
    };
    let folded = actions.iter().map(|pattern| pattern.folded().to_owned());
    object.insert(statement.action.element().to_string(), sorted(folded));
    let (element, target) = statement.target.json();
    object.insert(element.to_owned(), target);
    if let Some(condition) = condition(&statement.conditions) {
        object.insert("Condition".to_owned(), condition);
    }
    Value::Object(object)
}

fn condition(conditions: &Conditions) -> Option<Value> {
    let json = conditions.canonical_json(ConditionKey::folded);
    serde_json::from_str(&display(&json)).ok()
}

fn sorted(texts: impl Iterator<Item = String>) -> Value {
    let texts: std::collections::BTreeSet<String> = texts.collect();
    json!(texts)
}

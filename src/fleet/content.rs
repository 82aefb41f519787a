//! What a normalized role says, as texts that are the same for two roles only if the roles say the same.
//!
//! Placeholders keep their marks, so that a placeholder and a real name that is spelled alike are two texts. A statement
//! stands for each of its actions on each of its resources, so that splitting, joining or sorting statements changes
//! nothing. Two roles that say the same in another way may have different texts: then they are not called the same.

use std::collections::BTreeSet;

use crate::model::equivalency::display;
use crate::model::{
    ActionClause, ActionPattern, Effect, IdentityPolicy, ManagedPolicy, Principal, PrincipalClause, ResourceClause,
    Role, Statement, TrustPolicy, Version,
};
use crate::report::Attribute;

/// Separates the parts of a text; no text of IAM holds it.
const SEPARATOR: char = '\u{0}';

/// What the role's policies and its permissions boundary permit and deny.
pub(super) fn identity(role: &Role) -> BTreeSet<String> {
    let inline = role.inline.iter().flat_map(|policy| of_document("policy", &policy.document));
    let attached = role.attached.iter().flat_map(|policy| managed("policy", policy));
    let boundary = role.boundary.iter().flat_map(|policy| managed("boundary", policy));
    // A boundary that says nothing permits nothing, and is not the same as none.
    let has_boundary = role.boundary.iter().map(|_| "boundary".to_owned());
    inline.chain(attached).chain(boundary).chain(has_boundary).collect()
}

/// Who can assume the role.
pub(super) fn trust(role: &Role) -> BTreeSet<String> {
    of_trust(&role.trust).collect()
}

/// Everything else that is known of the role, for a role that the baseline does not have.
pub(super) fn attributes(role: &Role) -> BTreeSet<String> {
    let all = [
        Attribute::Path,
        Attribute::Description,
        Attribute::MaxSessionDuration,
        Attribute::PermissionsBoundary,
        Attribute::InstanceProfiles,
        Attribute::InlinePolicies,
        Attribute::AttachedPolicies,
    ];
    let named = all.iter().flat_map(|attribute| {
        let values = attribute_values(role, attribute).into_iter();
        values.map(move |value| joined([&attribute.to_string(), &value]))
    });
    let tags = role.tags.iter().map(|(key, value)| joined(["tag", key, value]));
    named.chain(tags).collect()
}

/// The values of an attribute.
pub(super) fn attribute_values(role: &Role, attribute: &Attribute) -> Vec<String> {
    match attribute {
        Attribute::Path => vec![role.path.clone()],
        Attribute::Description => {
            role.details.iter().map(|details| details.description.clone().unwrap_or_default()).collect()
        }
        Attribute::MaxSessionDuration => {
            role.details.iter().map(|details| details.max_session_duration.to_string()).collect()
        }
        Attribute::PermissionsBoundary => role.boundary.iter().map(|policy| policy.arn.to_string()).collect(),
        Attribute::Tag(wanted) => {
            let tags = role.tags.iter().filter(|(key, _)| display(key) == wanted.as_str());
            tags.map(|(key, value)| joined([key, value])).collect()
        }
        Attribute::InstanceProfiles => role.instance_profiles.clone(),
        Attribute::InlinePolicies => role.inline.iter().map(|policy| policy.name.clone()).collect(),
        Attribute::AttachedPolicies => role.attached.iter().map(|policy| policy.arn.to_string()).collect(),
        Attribute::UniqueId => vec![role.unique_id.clone()],
    }
}

/// A managed policy. One of AWS's own is told by its ARN: accounts that were read on different days may have it in two
/// versions, which the comparison takes for one.
fn managed(kind: &'static str, policy: &ManagedPolicy) -> Vec<String> {
    if policy.is_owned_by_aws() {
        return vec![joined([kind, policy.arn.as_str()])];
    }
    of_document(kind, &policy.document).collect()
}

fn of_document<'p>(kind: &'static str, document: &'p IdentityPolicy) -> impl Iterator<Item = String> + use<'p> {
    let version = document.effective_version();
    document.statements.iter().flat_map(move |statement| {
        let targets = match &statement.target {
            ResourceClause::Resource(patterns) => patterns.iter().map(|one| joined(["Resource", one])).collect(),
            ResourceClause::NotResource(patterns) => vec![list("NotResource", patterns.iter().map(String::as_str))],
        };
        of_statement(kind, version, statement, targets)
    })
}

fn of_trust(document: &TrustPolicy) -> impl Iterator<Item = String> + use<'_> {
    let version = document.effective_version();
    let text = |principal: &Principal| joined([&principal.principal_type().to_string(), principal.as_str()]);
    document.statements.iter().flat_map(move |statement| {
        let targets = match &statement.target {
            PrincipalClause::Principal(principals) => principals.iter().map(text).collect(),
            PrincipalClause::NotPrincipal(principals) => {
                let all: Vec<String> = principals.iter().map(text).collect();
                vec![list("NotPrincipal", all.iter().map(String::as_str))]
            }
        };
        of_statement("trust", version, statement, targets)
    })
}

/// A statement as a text for each of its actions on each of its targets.
fn of_statement<T>(kind: &str, version: Version, statement: &Statement<T>, targets: Vec<String>) -> Vec<String> {
    let effect = match statement.effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
    };
    let actions: Vec<String> = match &statement.action {
        ActionClause::Action(patterns) => patterns.iter().map(|one| joined(["Action", one.folded()])).collect(),
        ActionClause::NotAction(patterns) => vec![list("NotAction", patterns.iter().map(ActionPattern::folded))],
    };
    let condition = statement.conditions.canonical_json(|key| key.folded());
    let text = |action: &String, target: &String| joined([kind, version.as_str(), effect, action, target, &condition]);
    actions.iter().flat_map(|action| targets.iter().map(move |target| text(action, target))).collect()
}

/// A list whose order and repetitions mean nothing.
fn list<'t>(name: &str, texts: impl Iterator<Item = &'t str>) -> String {
    let texts: BTreeSet<&str> = texts.collect();
    joined(std::iter::once(name).chain(texts))
}

fn joined<'t>(texts: impl IntoIterator<Item = &'t (impl AsRef<str> + ?Sized + 't)>) -> String {
    let mut all = String::new();
    for text in texts {
        all.push_str(text.as_ref());
        all.push(SEPARATOR);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::equivalency::mark;
    use crate::parse::policy::parse_identity;

    fn texts(statements: &str) -> BTreeSet<String> {
        let document = parse_identity(&format!(r#"{{"Version": "2012-10-17", "Statement": {statements}}}"#)).unwrap();
        of_document("policy", &document).collect()
    }

    #[test]
    fn splitting_and_sorting_statements_changes_nothing() {
        let one = texts(r#"[{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["a", "b"]}]"#);
        let two = texts(
            r#"[{"Effect": "Allow", "Action": "s3:putobject", "Resource": ["b", "a"]},
                {"Sid": "x", "Effect": "Allow", "Action": "s3:GetObject", "Resource": ["a", "b", "b"]}]"#,
        );
        assert_eq!(one, two);
    }

    #[test]
    fn what_says_something_else_is_another_text() {
        let base = r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "a"}"#;
        let all = [
            base.to_owned(),
            base.replace("Allow", "Deny"),
            base.replace("\"Action", "\"NotAction"),
            base.replace("\"Resource", "\"NotResource"),
            base.replace("\"a\"", "\"A\""),
            base.replace("\"a\"", &format!("\"{}\"", mark("a"))),
            base.replace('}', r#", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}"#),
        ];
        let distinct: BTreeSet<BTreeSet<String>> = all.iter().map(|statement| texts(statement)).collect();
        assert_eq!(distinct.len(), all.len());
    }
}

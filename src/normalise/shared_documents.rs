//! One value for what both accounts say alike.
//!
//! Documents that differ before normalizing are often the same afterwards. Whatever looks at a document once for its
//! address then looks at it once for both accounts.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Normalised;
use crate::model::{ActionPattern, ManagedPolicy, PolicyDocument, Statement};

/// Gives the roles of the second account the documents of those of the same name in the first, where they are the same
/// letter by letter.
pub fn share_documents(left: &Normalised, right: &mut Normalised) {
    let roles: BTreeMap<&str, usize> =
        left.roles.iter().enumerate().map(|(at, role)| (role.role.name.as_str(), at)).collect();
    let managed = left.roles.iter().flat_map(|role| role.role.managed());
    let managed: BTreeMap<&str, &Arc<ManagedPolicy>> = managed.map(|policy| (policy.arn.as_str(), policy)).collect();
    // By the address of the second account's policy, which stays alive with the map's value.
    let mut replaced: BTreeMap<*const ManagedPolicy, (Arc<ManagedPolicy>, Arc<ManagedPolicy>)> = BTreeMap::new();
    for role in right.roles.iter_mut().map(|role| &mut role.role) {
        for policy in role.attached.iter_mut().chain(&mut role.boundary) {
            let (_, shared) = replaced.entry(Arc::as_ptr(policy)).or_insert_with(|| {
                let other = managed.get(policy.arn.as_str());
                (Arc::clone(policy), other.map_or_else(|| Arc::clone(policy), |other| with_shared(policy, other)))
            });
            *policy = Arc::clone(shared);
        }
        let Some(other) = roles.get(role.name.as_str()).and_then(|at| left.roles.get(*at)).map(|role| &role.role)
        else {
            // There is nothing to share.
            continue;
        };
        for (own, other) in role.inline.iter_mut().zip(&other.inline) {
            share(&mut own.document, &other.document);
        }
        share(&mut role.trust, &other.trust);
    }
}

/// A managed policy with the other's document, where that is the same.
fn with_shared(policy: &Arc<ManagedPolicy>, other: &ManagedPolicy) -> Arc<ManagedPolicy> {
    let mut document = Arc::clone(&policy.document);
    share(&mut document, &other.document);
    if Arc::ptr_eq(&document, &policy.document) {
        return Arc::clone(policy);
    }
    Arc::new(ManagedPolicy { document, ..(**policy).clone() })
}

fn share<T: Eq>(own: &mut Arc<PolicyDocument<T>>, other: &Arc<PolicyDocument<T>>) {
    if !Arc::ptr_eq(own, other) && is_same_text(own, other) {
        *own = Arc::clone(other);
    }
}

/// Whether two documents are the same letter by letter: actions and condition keys are equal in any case.
fn is_same_text<T: Eq>(a: &PolicyDocument<T>, b: &PolicyDocument<T>) -> bool {
    a == b && a.statements.iter().zip(&b.statements).all(|(a, b)| is_spelled_alike(a, b))
}

fn is_spelled_alike<T>(a: &Statement<T>, b: &Statement<T>) -> bool {
    let (actions, keys) = ((a.action.patterns(), b.action.patterns()), (a.conditions.tests(), b.conditions.tests()));
    actions.0.iter().map(ActionPattern::as_str).eq(actions.1.iter().map(ActionPattern::as_str))
        && keys.0.iter().map(|test| test.key.as_str()).eq(keys.1.iter().map(|test| test.key.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::policy::parse_identity;

    #[test]
    fn only_what_is_the_same_letter_by_letter_becomes_one_value() {
        let read = |action: &str, key: &str| {
            let text = format!(
                r#"{{"Statement": {{"Effect": "Allow", "Action": "{action}", "Resource": "*",
                    "Condition": {{"Bool": {{"{key}": "true"}}}}}}}}"#
            );
            Arc::new(parse_identity(&text).unwrap())
        };
        let one = read("s3:GetObject", "aws:SecureTransport");
        for (action, key, is_same) in [
            ("s3:GetObject", "aws:SecureTransport", true),
            ("s3:getObject", "aws:SecureTransport", false),
            ("s3:GetObject", "aws:securetransport", false),
            ("s3:PutObject", "aws:SecureTransport", false),
        ] {
            let mut other = read(action, key);
            share(&mut other, &one);
            assert_eq!(Arc::ptr_eq(&other, &one), is_same, "{action} {key}");
        }
    }
}

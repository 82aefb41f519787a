//! The `Action` and `NotAction` elements.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>: prefix and name ignore
//! case; `*` and `?` stand for any text and any one character in the name.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html>: everything except
//! the listed actions.

use super::decision::Doubt;
use super::truth::Truth;
use crate::model::{ActionClause, ActionPattern, Glob};

/// Whether a statement's action element is about an action, such as `s3:GetObject`.
pub(super) fn covers(clause: &ActionClause, action: &str) -> Truth {
    let action = action.to_ascii_lowercase();
    let listed = Truth::any(clause.patterns().iter().map(|pattern| matches(pattern, &action)));
    match clause {
        ActionClause::Action(_) => listed,
        ActionClause::NotAction(_) => listed.not(),
    }
}

fn matches(pattern: &ActionPattern, folded_action: &str) -> Truth {
    if pattern.is_everything() {
        return Truth::Yes;
    }
    let (service, name) = folded_action.split_once(':').unwrap_or((folded_action, ""));
    if !reads(pattern.service(), service) || !reads(pattern.folded_name(), name) {
        return Truth::No;
    }
    if pattern.service().contains(['*', '?']) {
        // AWS documents wildcards in the name only: this pattern may be invalid, or match as it reads.
        return Truth::unknown(Doubt::ServiceWildcard { pattern: pattern.as_str().to_owned() });
    }
    Truth::Yes
}

/// Whether a part of a pattern stands for a text; without a wildcard it stands for itself.
fn reads(pattern: &str, text: &str) -> bool {
    if pattern.contains(['*', '?']) { Glob::new(pattern).matches(text) } else { pattern == text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(texts: &[&str]) -> Vec<ActionPattern> {
        texts.iter().map(|text| ActionPattern::new(text).unwrap()).collect()
    }

    fn listed(pattern: &str, action: &str) -> Truth {
        covers(&ActionClause::Action(patterns(&[pattern])), action)
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>
    #[test]
    fn action_patterns_ignore_case_and_take_wildcards() {
        for (pattern, action) in [
            ("*", "s3:GetObject"),
            ("s3:*", "s3:GetObject"),
            ("S3:getobject", "s3:GetObject"),
            ("iam:*AccessKey*", "iam:CreateAccessKey"),
            ("s3:Get?bject", "S3:GETOBJECT"),
            ("s3:Get**", "s3:Get"),
        ] {
            assert_eq!(listed(pattern, action), Truth::Yes, "{pattern} {action}");
        }
        for (pattern, action) in [
            ("s3:Get*", "s3:PutObject"),
            ("s3:GetObject?", "s3:GetObject"),
            ("s3:GetObject", "s3:GetObjectAcl"),
            ("s3:*", "s3express:CreateSession"),
        ] {
            assert_eq!(listed(pattern, action), Truth::No, "{pattern} {action}");
        }
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html>
    #[test]
    fn not_action_is_everything_else() {
        let all_but = ActionClause::NotAction(patterns(&["iam:*", "kms:Decrypt"]));
        assert_eq!(covers(&all_but, "iam:GetRole"), Truth::No);
        assert_eq!(covers(&all_but, "kms:decrypt"), Truth::No);
        assert_eq!(covers(&all_but, "kms:Encrypt"), Truth::Yes);
        assert_eq!(covers(&all_but, "unheard:Of"), Truth::Yes);
    }

    #[test]
    fn a_wildcard_in_the_service_is_not_documented() {
        assert!(matches!(listed("s*:Get*", "s3:GetObject"), Truth::Unknown(_)));
        assert_eq!(listed("s*:Get*", "s3:PutObject"), Truth::No, "no under either reading");
        assert_eq!(listed("*:*", "s3:PutObject"), Truth::Yes, "the same as `*`");
    }
}

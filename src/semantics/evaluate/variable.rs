//! Policy variables: `${key}`, `${key, 'default'}`, and `${*}`, `${?}`, `${$}` for the characters themselves.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>

use super::context::ContextView;
use crate::model::{Token, Version};

/// One character of a text whose variables have been replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SubstitutedChar {
    /// Written in the policy: `*` and `?` are wildcards where the element takes any.
    Written(char),
    /// From a variable's value or default, or from `${*}` and its like: stands for itself.
    Literal(char),
}

/// A text of a policy with its variables replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resolved(Vec<SubstitutedChar>);

/// Why a variable could not be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unresolved {
    /// The request does not carry the key, and there is no default: nothing equals it and nothing is like it.
    NoValue { key: String },
    /// The key holds several values; AWS: "you cannot use multivalued context keys as policy variables"
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
    ManyValues { key: String },
}

impl Resolved {
    /// The text as a pattern: `*` and `?` are wildcards where the policy wrote them, and nowhere else.
    pub(super) fn pattern(&self) -> Vec<Token> {
        let token = |letter: &SubstitutedChar| match *letter {
            SubstitutedChar::Written('*') => Token::AnyText,
            SubstitutedChar::Written('?') => Token::AnyChar,
            SubstitutedChar::Written(c) | SubstitutedChar::Literal(c) => Token::Char(c),
        };
        self.0.iter().map(token).collect()
    }

    /// The text as it is, for elements that take no wildcards.
    pub(super) fn text(&self) -> String {
        let character = |letter: &SubstitutedChar| match *letter {
            SubstitutedChar::Written(c) | SubstitutedChar::Literal(c) => c,
        };
        self.0.iter().map(character).collect()
    }
}

/// Replaces the variables of a text. In the version `2008-10-17` there are none: `${…}` is plain text
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>).
pub(super) fn resolve(text: &str, version: Version, view: ContextView<'_>) -> Result<Resolved, Unresolved> {
    let mut letters = Vec::new();
    let mut rest = text;
    while let Some((before, inside, after)) = next_variable(rest, version) {
        letters.extend(before.chars().map(SubstitutedChar::Written));
        letters.extend(value_of(inside, view)?.chars().map(SubstitutedChar::Literal));
        rest = after;
    }
    letters.extend(rest.chars().map(SubstitutedChar::Written));
    Ok(Resolved(letters))
}

/// Whether a pattern holds a variable before its fifth `:`, where AWS's page allows none.
pub(super) fn stands_before_resource_part(text: &str, version: Version) -> bool {
    next_variable(text, version).is_some_and(|(before, _, _)| before.matches(':').count() < 5)
}

/// The text before the first `${…}`, what is inside, the text after. A `${` that is never closed is plain text.
fn next_variable(text: &str, version: Version) -> Option<(&str, &str, &str)> {
    if version == Version::V2008 {
        return None;
    }
    let (before, rest) = text.split_once("${")?;
    let (inside, after) = rest.split_once('}')?;
    Some((before, inside, after))
}

fn value_of(inside: &str, view: ContextView<'_>) -> Result<String, Unresolved> {
    if matches!(inside, "*" | "?" | "$") {
        return Ok(inside.to_owned());
    }
    let (key, default) = key_and_default(inside);
    match (view.values(key), default) {
        (Some([value]), _) => Ok(value.clone()),
        (Some(_), _) => Err(Unresolved::ManyValues { key: key.to_owned() }),
        (None, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err(Unresolved::NoValue { key: key.to_owned() }),
    }
}

/// `aws:PrincipalTag/team, 'company-wide'` in its two halves; without a quoted default it is all key.
fn key_and_default(inside: &str) -> (&str, Option<&str>) {
    let quoted = |text: &'_ str| -> Option<(usize, usize)> {
        let start = text.find('\'')?;
        let end = text.rfind('\'')?;
        (start < end).then_some((start, end))
    };
    let halves = inside.split_once(',').and_then(|(key, default)| {
        let (start, end) = quoted(default)?;
        Some((key.trim(), default.get(start + 1..end)?))
    });
    halves.map_or((inside.trim(), None), |(key, default)| (key, Some(default)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantics::evaluate::Context;

    fn text(pattern: &str, version: Version, entries: &[(&str, &[&str])]) -> Result<String, Unresolved> {
        let context: Context = entries.iter().map(|(key, values)| (*key, values.to_vec())).collect();
        resolve(pattern, version, ContextView::of_some_session(&context)).map(|resolved| resolved.text())
    }

    #[test]
    fn a_variable_takes_the_value_of_the_request() {
        let team: &[(&str, &[&str])] = &[("AWS:principaltag/Team", &["red"])];
        let v2012 = |pattern| text(pattern, Version::V2012, team);
        assert_eq!(v2012("a/${aws:PrincipalTag/team}/b").unwrap(), "a/red/b");
        assert_eq!(v2012("${aws:PrincipalTag/team, 'none'}").unwrap(), "red");
        assert_eq!(v2012("${aws:PrincipalTag/unit, 'company-wide'}").unwrap(), "company-wide");
        assert_eq!(v2012("${*}${?}${$}").unwrap(), "*?$");
        assert_eq!(v2012("${aws:userid").unwrap(), "${aws:userid");
        assert_eq!(v2012("x/${aws:userid}"), Err(Unresolved::NoValue { key: "aws:userid".to_owned() }));
        assert_eq!(
            text("${aws:TagKeys}", Version::V2012, &[("aws:tagkeys", &["a", "b"])]),
            Err(Unresolved::ManyValues { key: "aws:TagKeys".to_owned() })
        );
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>
    #[test]
    fn the_older_version_has_no_variables() {
        let written = "a/${aws:userid}/${*}";
        assert_eq!(text(written, Version::V2008, &[]).unwrap(), written);
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-infotouse>
    #[test]
    fn a_role_has_no_user_name() {
        let claimed: &[(&str, &[&str])] = &[("aws:username", &["bob"])];
        assert!(text("${aws:username}", Version::V2012, claimed).is_err());
        assert_eq!(text("${aws:UserName, 'nobody'}", Version::V2012, claimed).unwrap(), "nobody");
    }

    #[test]
    fn only_written_characters_are_wildcards() {
        let context = Context::from_iter([("k", vec!["*"])]);
        let resolved = resolve("*${k}${?}?", Version::V2012, ContextView::of_some_session(&context)).unwrap();
        assert_eq!(resolved.pattern(), [Token::AnyText, Token::Char('*'), Token::Char('?'), Token::AnyChar]);
    }
}

//! The sentences of limitations.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::limitation::{InLongerWords, Limitation, Treatment};
use super::sentences;
use crate::model::AccountTag;

/// How many roles a sentence names.
const NAMED: usize = 10;

impl fmt::Display for Limitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRoles { tag } => write!(f, "{tag} has no roles"),
            Self::NoRolesSelected { tag, roles, patterns } => {
                write!(f, "0 of {} in {tag} match {}", sentences::counted(*roles, "role"), quoted(patterns))
            }
            Self::NoAccountId { tag, source } => {
                write!(f, "{tag}: {source} does not contain the account ID, so the ID is not replaced")
            }
            Self::NoDetails { tag, source } => {
                write!(
                    f,
                    "{tag}: {source} does not contain descriptions and session durations, so they were not compared"
                )
            }
            Self::RoleNotCompared { tag, source, role, policies, counterparts } => {
                not_compared(f, (tag, source), role, policies, counterparts)
            }
            Self::AwsPolicyVersions { policy, versions, compared, roles } => {
                policy_versions(f, policy, versions, compared, roles)
            }
            Self::AmbiguousName { role, merged_by } => ambiguous(f, role, merged_by),
            Self::AcceptedExpired { entry, last, reason } => {
                write!(f, "{entry} expired on {last} and no longer applies; its reason was: {reason}")
            }
            Self::AcceptedInPart { entry } => {
                write!(f, "{entry} accepts nothing: it covers differences only in part, so they stay open")
            }
            Self::AcceptedNothing { entry } => write!(f, "{entry} accepts nothing: no difference matches it"),
            Self::NamesCut { left, right, more } => names_cut(f, left, right, *more),
            Self::TextNotFound { placeholder, text } => {
                write!(f, "dictionary: {} of {} was not found in either account", quoted([text]), quoted([placeholder]))
            }
            Self::TextInLongerWords { placeholder, text, done } => in_longer_words(f, placeholder, text, done),
            Self::TextInCommonWord { placeholder, text, texts, example } => {
                in_common_word(f, placeholder, text, *texts, example)
            }
            Self::PatternMatchesWildcard { placeholder, pattern, texts, example } => {
                matches_wildcard(f, placeholder, pattern, *texts, example)
            }
            Self::TextBreaksArn { placeholder, text, is_pattern, arns, example } => breaks_arn(
                f,
                placeholder,
                text,
                *is_pattern,
                &format!("{}, such as {}", some(*arns, "ARN"), quoted([example])),
            ),
            Self::TextOfBothAccounts { placeholder, text } => of_both(f, placeholder, text),
            Self::PatternOfBothAccounts { placeholder, pattern, texts, example } => {
                of_both_accounts(f, placeholder, pattern, *texts, example)
            }
            Self::TextsOfOneAccount { placeholder, with, without } => write!(
                f,
                "dictionary: {} has texts for {with} but not for {without}, so it makes nothing equal",
                quoted([placeholder])
            ),
            Self::OnePair { placeholder, left, right } => one_pair(f, placeholder, left, right),
        }
    }
}

/// A role that was left out, with the policies that its source lacks.
fn not_compared(
    f: &mut fmt::Formatter<'_>,
    (tag, source): (&AccountTag, &str),
    role: &str,
    policies: &BTreeSet<String>,
    counterparts: &BTreeMap<AccountTag, Vec<String>>,
) -> fmt::Result {
    write!(f, "{tag}: the role {} was not compared", quoted([role]))?;
    for (place, (tag, roles)) in counterparts.iter().enumerate() {
        let and = if place == 0 { "with" } else { "and" };
        write!(f, " {and} {} of {tag}", quoted(roles))?;
    }
    let noun = if policies.len() == 1 { "policy" } else { "policies" };
    write!(f, ", because {source} does not contain its {noun} {}", quoted(policies))
}

fn policy_versions(
    f: &mut fmt::Formatter<'_>,
    policy: &str,
    versions: &BTreeMap<AccountTag, String>,
    compared: &str,
    roles: &BTreeSet<String>,
) -> fmt::Result {
    let versions: Vec<String> = versions.iter().map(|(tag, version)| format!("{version} in {tag}")).collect();
    let first = roles.iter().take(NAMED);
    let more = roles.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {}", some(more, "more role")) };
    write!(
        f,
        "the accounts were read with different versions of the AWS managed policy {}: {}; iamctl compared {compared} in \
         both for {}{more}",
        quoted([policy]),
        versions.join(", "),
        quoted(first),
    )
}

fn ambiguous(f: &mut fmt::Formatter<'_>, role: &str, merged_by: &BTreeSet<String>) -> fmt::Result {
    let merged = if merged_by.is_empty() { String::new() } else { format!(" (merged by {})", quoted(merged_by)) };
    let role = role.escape_debug();
    write!(
        f,
        "several roles of one account have the name `{role}` after normalization; see ambiguous_roles.csv{merged}"
    )
}

fn in_longer_words(f: &mut fmt::Formatter<'_>, placeholder: &str, text: &str, done: &[InLongerWords]) -> fmt::Result {
    let done: Vec<String> = done.iter().map(ToString::to_string).collect();
    write!(
        f,
        "dictionary: {} of {} occurs inside longer words: {}; use `\"match\": \"token\"` to match whole words only",
        quoted([text]),
        quoted([placeholder]),
        done.join("; "),
    )
}

fn names_cut(f: &mut fmt::Formatter<'_>, left: &str, right: &str, more: usize) -> fmt::Result {
    let more = if more == 0 { String::new() } else { format!(", and {}", some(more, "more pair")) };
    let (left, right) = (quoted([left]), quoted([right]));
    write!(
        f,
        "the roles {left} and {right}{more} are paired although their names were cut at 64 characters in different places"
    )
}

fn in_common_word(
    f: &mut fmt::Formatter<'_>,
    placeholder: &str,
    text: &str,
    texts: usize,
    example: &str,
) -> fmt::Result {
    write!(
        f,
        "dictionary: {} of {} was not replaced in {}, such as {}, and is not treated as a reference there: both accounts \
         use this word, and neither uses it with its own text",
        quoted([text]),
        quoted([placeholder]),
        some(texts, "text"),
        quoted([example]),
    )
}

fn of_both(f: &mut fmt::Formatter<'_>, placeholder: &str, text: &str) -> fmt::Result {
    write!(
        f,
        "dictionary: both accounts use {} of {}, so iamctl cannot tell which account it belongs to and does not find \
         references to the other account through it; list it by account tag",
        quoted([text]),
        quoted([placeholder])
    )
}

fn of_both_accounts(
    f: &mut fmt::Formatter<'_>,
    placeholder: &str,
    pattern: &str,
    texts: usize,
    example: &str,
) -> fmt::Result {
    let (belong, them) = if texts == 1 { ("it belongs", "it") } else { ("they belong", "them") };
    write!(
        f,
        "dictionary: both accounts use {} that the pattern {} of {} matches, such as {}, so iamctl cannot tell which \
         account {belong} to and does not find references to the other account through {them}",
        some(texts, "text"),
        quoted([pattern]),
        quoted([placeholder]),
        quoted([example]),
    )
}

fn matches_wildcard(
    f: &mut fmt::Formatter<'_>,
    placeholder: &str,
    pattern: &str,
    texts: usize,
    example: &str,
) -> fmt::Result {
    write!(
        f,
        "dictionary: the pattern {} of {} matches a wildcard or a variable in {}, such as {}, and was not replaced there, \
         because that would hide that the policy allows more; match the characters that differ, for example \
         `[a-z0-9-]+`",
        quoted([pattern]),
        quoted([placeholder]),
        some(texts, "text"),
        quoted([example]),
    )
}

fn breaks_arn(
    f: &mut fmt::Formatter<'_>,
    placeholder: &str,
    text: &str,
    is_pattern: bool,
    where_from: &str,
) -> fmt::Result {
    let advice = if is_pattern {
        "put the part that differs, without `/` and `:`, into a group of the pattern"
    } else {
        "list texts without `/` and `:`, or texts that have the same `/` and `:` in the same order for both accounts"
    };
    write!(
        f,
        "dictionary: replacing {} of {} would break {where_from}, so it was not replaced there; {advice}",
        quoted([text]),
        quoted([placeholder]),
    )
}

fn one_pair(f: &mut fmt::Formatter<'_>, placeholder: &str, left: &str, right: &str) -> fmt::Result {
    write!(
        f,
        "dictionary: {} makes only one text equal, {} and {}; if this is an approved difference, accept it with a \
         reason instead",
        quoted([placeholder]),
        quoted([left]),
        quoted([right])
    )
}

impl fmt::Display for InLongerWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = match self.treatment {
            Treatment::Replaced => "replaced",
            Treatment::Left => "left unchanged and not treated as a reference to an account",
            Treatment::Foreign => "treated as the other account's",
        };
        let times = if self.count == 1 { "once".to_owned() } else { format!("{} times", self.count) };
        write!(f, "{done} {times}, as in {}", quoted([&self.example]))
    }
}

fn some(count: usize, noun: &str) -> String {
    if count == 1 { format!("one {noun}") } else { format!("{count} {noun}s") }
}

fn quoted<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    texts.into_iter().map(|text| format!("`{}`", text.as_ref().escape_debug())).collect::<Vec<_>>().join(", ")
}

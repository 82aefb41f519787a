//! Finds generated ids: which part of a text somebody's program made up.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::builtin::{Builtin, Builtins};
use super::generated_names::Id;
use super::resource_names;
use super::spelling::{is_no_word, mixed};

static EKS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/id/([0-9a-f]{32})").ok());

static PROVIDER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"AWSSSO_([0-9a-f]{16})_DO_NOT_DELETE").ok());

static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r":secret:[^*?]+-([A-Za-z0-9]{6})$").ok());

/// What every text holds in which a built-in rule could find something within.
static HINTS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new([":iam:", ":sts:", "oidc.eks.", "AWSSSO_", ":secret:", "aws-reserved/"]).ok());

/// Whether a text may hold a generated id, or the name of a role or policy at the end of an ARN.
pub(super) fn may_hold_any(text: &str) -> bool {
    has_hint(text) || !resource_names::find(text).is_empty()
}

fn has_hint(text: &str) -> bool {
    HINTS.as_ref().is_none_or(|hints| hints.is_match(text))
}

/// The generated ids in a text.
pub(super) fn find_ids(builtins: Builtins, text: &str) -> Vec<Id> {
    // Looking for a plain text first is many times faster than trying the expression.
    let kinds: [(Builtin, &str, &LazyLock<Option<Regex>>); 3] = [
        (Builtin::EksOidc, "oidc.eks.", &EKS),
        (Builtin::SsoProvider, "AWSSSO_", &PROVIDER),
        (Builtin::Secret, ":secret:", &SECRET),
    ];
    let mut found = if builtins.has(Builtin::CloudFormation) { resource_names::find(text) } else { Vec::new() };
    if !has_hint(text) {
        return found;
    }
    for (rule, hint, regex) in kinds {
        let Some(regex) = regex.as_ref().filter(|_| builtins.has(rule) && text.contains(hint)) else { continue };
        for captures in regex.captures_iter(text) {
            let (Some(whole), Some(part)) = (captures.get(0), captures.get(1)) else { continue };
            let looks_random = rule != Builtin::Secret || mixed(part.as_str()) || is_no_word(part.as_str());
            let others = Vec::new();
            found.push(Id { rule, whole: whole.range(), part: part.range(), others, looks_random });
        }
    }
    found
}

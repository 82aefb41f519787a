//! The condition of a difference in words: a phrase that follows what one account allows.
//!
//! "qa allows s3:GetObject on X, **only from VPC vpc-0aaa1111 or vpc-0bbb2222**". Each phrase is exact: it says of the
//! request no more and no less than the condition does, a missing key included. What has no short phrase that is exact
//! stands as policy JSON.
//!
//! Sources: operators, missing keys and `IfExists`
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>, many values
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>,
//! keys <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.

use crate::model::key_spelling::documented;
use crate::model::{BaseOperator, ConditionTest, SetQualifier};
use crate::semantics::condition_block::ConditionBlock;
use crate::semantics::difference_condition::{DifferenceCondition, Exclusion, Extent};

/// A condition as a phrase that follows "qa allows s3:GetObject on X, ".
///
/// Texts of an account stand in it as they are; whoever writes the phrase escapes it for where it goes.
///
/// ```
/// use iamctl::report::condition_words::phrase;
/// let condition = r#"{"StringEquals":{"aws:sourcevpc":["vpc-1","vpc-2"]}} unless {"Bool":{"aws:multifactorauthpresent":["true"]}}"#;
/// assert_eq!(phrase(&condition.parse().unwrap()), "only from VPC vpc-1 or vpc-2, and without MFA");
/// ```
///
/// What lifts the difference is no limit of what the account allows, which may allow that too: where no opposite says it,
/// the phrase says that nothing differs there.
#[must_use]
pub fn phrase(condition: &DifferenceCondition) -> String {
    let mut parts = Vec::new();
    let mut alike = Vec::new();
    parts.extend(condition.own().into_iter().flat_map(holding));
    let any = |several: &[ConditionBlock]| {
        let each: Vec<String> = several.iter().map(all_of).collect();
        format!("where at least one of these holds: {}", each.join("; "))
    };
    match condition.within() {
        [] => {}
        [only] => parts.extend(holding(only)),
        several => parts.push(format!("{ONLY}{}", any(several))),
    }
    // What the other account denies is no limit of what this one allows.
    match condition.when() {
        [] => {}
        [only] => parts.extend(only.tests().iter().map(|test| said(test).as_item())),
        several => parts.push(any(several)),
    }
    for exclusion in condition.unless() {
        match excluding(exclusion) {
            Excluding::Leaves(part) => parts.push(part),
            Excluding::Alike(part) => alike.push(format!("{ALIKE}{part}")),
        }
    }
    let limits = joined(parts);
    let alike = alike.join("; ");
    match (limits.is_empty(), alike.is_empty()) {
        (_, true) => limits,
        (true, false) => alike,
        (false, false) => format!("{limits}; {alike}"),
    }
}

/// Where a difference is lifted.
const ALIKE: &str = "with no difference ";

/// What an exclusion comes to.
enum Excluding {
    /// What it leaves, such as "without MFA".
    Leaves(String),
    /// What it takes out, for which there is no opposite.
    Alike(String),
}

/// What a test says.
struct Said {
    /// When a request is so, such as "from VPC vpc-1" or "when aws:ResourceTag/team is payments".
    adverb: String,
    /// Whether the test holds where a request is so, or where it is not.
    holds: bool,
}

impl Said {
    const fn holding(adverb: String) -> Self {
        Self { adverb, holds: true }
    }

    /// That the test holds, or that it does not.
    fn as_limit(&self, wanted: bool) -> String {
        match (self.holds == wanted, self.adverb.as_str()) {
            (true, adverb) => format!("only {adverb}"),
            (false, adverb) => opposite(adverb).unwrap_or_else(|| format!("except {adverb}")),
        }
    }

    /// What is left where the test must not hold.
    fn excluded(&self) -> Excluding {
        match (self.holds, opposite(&self.adverb)) {
            (false, _) => Excluding::Leaves(self.adverb.clone()),
            (true, Some(opposite)) => Excluding::Leaves(opposite),
            (true, None) => Excluding::Alike(self.adverb.clone()),
        }
    }

    /// That the test holds, in a list of what holds.
    fn as_item(&self) -> String {
        match (self.holds, self.adverb.as_str()) {
            (true, adverb) => adverb.to_owned(),
            (false, adverb) => opposite(adverb).unwrap_or_else(|| format!("not {adverb}")),
        }
    }
}

const WITH_MFA: &str = "with MFA";
const HTTPS: &str = "over HTTPS";
const PLAIN_HTTP: &str = "over plain HTTP";
const OR: &str = " or ";
/// How a phrase ends that also holds for a request without the key.
const ABSENT: &str = " is absent";
const ONLY: &str = "only ";
const EXCEPT: &str = "except ";

/// The opposite of `with …`, `in region …`, and of HTTPS. It is about the request, where `except …` could be taken for a
/// rule of the policy. What holds without the key as well has none: without it, the opposite does not hold either.
fn opposite(adverb: &str) -> Option<String> {
    match adverb {
        // Every request has the key `aws:SecureTransport`.
        PLAIN_HTTP => return Some(HTTPS.to_owned()),
        HTTPS => return Some(PLAIN_HTTP.to_owned()),
        _ if adverb.ends_with(ABSENT) => return None,
        _ => {}
    }
    let without = adverb.strip_prefix("with ").map(|what| format!("without {what}"));
    without.or_else(|| adverb.strip_prefix("in region ").map(|regions| format!("outside region {regions}")))
}

/// That all tests of a condition hold.
fn holding(block: &ConditionBlock) -> Vec<String> {
    block.tests().iter().map(|test| said(test).as_limit(true)).collect()
}

/// All tests of a condition as one of several alternatives.
fn all_of(block: &ConditionBlock) -> String {
    let items: Vec<String> = block.tests().iter().map(|test| said(test).as_item()).collect();
    items.join(if items.iter().any(|item| item.contains(OR)) { ", and " } else { " and " })
}

/// That a condition does not hold.
fn excluding(exclusion: &Exclusion) -> Excluding {
    let place = match &exclusion.extent {
        Extent::Everywhere => None,
        Extent::On(resources) => Some(format!("on {}", any_of(resources))),
        Extent::ExceptOn(resources) => Some(format!("on all but {}", any_of(resources))),
    };
    match (exclusion.block.tests(), place) {
        ([only], None) => said(only).excluded(),
        ([only], Some(place)) => match said(only).excluded() {
            Excluding::Leaves(rest) => Excluding::Leaves(format!("{place} only {rest}")),
            Excluding::Alike(adverb) => Excluding::Alike(format!("{place} {adverb}")),
        },
        (several, place) => {
            let items: Vec<String> = several.iter().map(|test| said(test).as_item()).collect();
            let place = place.map(|place| format!("{place} ")).unwrap_or_default();
            Excluding::Alike(format!("{place}where all of this holds: {}", items.join("; ")))
        }
    }
}

/// Phrases all of which are so. What is not so comes last, behind "but not": behind "except" it could be taken for an
/// exception to the others.
fn joined(parts: Vec<String>) -> String {
    let (excepts, limits): (Vec<String>, Vec<String>) = parts.into_iter().partition(|part| part.starts_with(EXCEPT));
    if limits.is_empty() {
        return all_so(excepts);
    }
    let is_long = is_long(limits.iter().chain(&excepts));
    let mut text = all_so(limits);
    for (index, except) in excepts.iter().enumerate() {
        let what = except.strip_prefix(EXCEPT).unwrap_or(except);
        let (mark, but) = (if is_long { ";" } else { "," }, if index == 0 { "but" } else { "and" });
        text.push_str(&format!("{mark} {but} not {what}"));
    }
    text
}

fn is_long<'p>(mut parts: impl Iterator<Item = &'p String>) -> bool {
    parts.any(|part| part.contains(OR) || part.contains([',', ';', ':']))
}

/// Phrases of one kind, all of which are so.
fn all_so(parts: Vec<String>) -> String {
    let is_long = is_long(parts.iter());
    let mut short: Vec<String> = Vec::new();
    for part in parts {
        let begun = !is_long && short.first().is_some_and(|first| first.starts_with(ONLY));
        match part.strip_prefix(ONLY).filter(|_| begun) {
            Some(rest) => short.push(rest.to_owned()),
            None => short.push(part),
        }
    }
    match (short.pop(), short.len()) {
        (None, _) => String::new(),
        (Some(last), 0) => last,
        (Some(last), 1) if !is_long => format!("{} and {last}", short.concat()),
        (Some(last), 1) => format!("{}, and {last}", short.concat()),
        (Some(last), _) => format!("{}; and {last}", short.join("; ")),
    }
}

/// What a test says, as policy JSON where nothing shorter is exact.
fn said(test: &ConditionTest) -> Said {
    let key = documented(test.key.as_str());
    let sayable = !test.values.is_empty() && test.operator.is_known();
    let words = if sayable { said_in_words(test, &key) } else { None };
    words.unwrap_or_else(|| {
        let json = serde_json::json!({ test.operator.to_string(): { key.as_ref(): test.values } });
        Said::holding(format!("under the condition {json}"))
    })
}

fn said_in_words(test: &ConditionTest, key: &str) -> Option<Said> {
    if test.operator.base == BaseOperator::Null {
        return presence(test, key);
    }
    let (relation, negated) = relation(test)?;
    let values = any_of(&test.values);
    match test.operator.qualifier {
        Some(qualifier) => {
            // Each value of the request passes the test of a negated operator if none of the policy's is like it.
            let is = match relation.strip_prefix("is") {
                _ if !negated => relation,
                Some(" in") => "is not in".to_owned(),
                Some(rest) => format!("is other than{rest}"),
                None => format!("does not {}", relation.replacen("matches", "match", 1)),
            };
            Some(Said::holding(match (qualifier, test.operator.if_exists) {
                (SetQualifier::ForAllValues, _) => format!("when every {key}, if any, {is} {values}"),
                (SetQualifier::ForAnyValue, false) => format!("when at least one {key} {is} {values}"),
                (SetQualifier::ForAnyValue, true) => {
                    format!("when at least one {key} {is} {values} or when {key} is absent")
                }
            }))
        }
        // "without the key" a negated operator holds, with `IfExists` or without.
        None if negated => Some(Said { adverb: adverb(test, key, &relation, &values), holds: false }),
        None if test.operator.if_exists && is_bool(test, "false") && is_mfa(key) => {
            Some(Said { adverb: WITH_MFA.to_owned(), holds: false })
        }
        None => {
            let adverb = adverb(test, key, &relation, &values);
            let absent = if test.operator.if_exists { format!(" or when {key} is absent") } else { String::new() };
            Some(Said::holding(format!("{adverb}{absent}")))
        }
    }
}

/// What `Null` says; IAM has no such operator with a qualifier or `IfExists`.
fn presence(test: &ConditionTest, key: &str) -> Option<Said> {
    if test.operator.qualifier.is_some() || test.operator.if_exists {
        return None;
    }
    let is = match test.values.as_slice() {
        [value] if value == "true" => "absent",
        [value] if value == "false" => "present",
        _ => return None,
    };
    Some(Said::holding(format!("when {key} is {is}")))
}

/// How an operator, its negation aside, compares a key with values, and whether it is negated.
fn relation(test: &ConditionTest) -> Option<(String, bool)> {
    use BaseOperator as Op;
    // A pattern without wildcards matches itself.
    let like = if test.values.iter().any(|value| value.contains(['*', '?'])) { "matches" } else { "is" };
    let in_any_case = "is, in upper or lower case,";
    let (relation, negated) = match &test.operator.base {
        Op::StringEquals | Op::NumericEquals | Op::DateEquals | Op::Bool | Op::BinaryEquals => ("is", false),
        Op::StringNotEquals | Op::NumericNotEquals | Op::DateNotEquals => ("is", true),
        Op::StringEqualsIgnoreCase => (in_any_case, false),
        Op::StringNotEqualsIgnoreCase => (in_any_case, true),
        Op::StringLike | Op::ArnLike | Op::ArnEquals => (like, false),
        Op::StringNotLike | Op::ArnNotLike | Op::ArnNotEquals => (like, true),
        Op::NumericLessThan => ("is less than", false),
        Op::NumericLessThanEquals => ("is at most", false),
        Op::NumericGreaterThan => ("is greater than", false),
        Op::NumericGreaterThanEquals => ("is at least", false),
        Op::DateLessThan => ("is before", false),
        Op::DateLessThanEquals => ("is at or before", false),
        Op::DateGreaterThan => ("is after", false),
        Op::DateGreaterThanEquals => ("is at or after", false),
        Op::IpAddress => ("is in", false),
        Op::NotIpAddress => ("is in", true),
        Op::Null | Op::Unknown(_) => return None,
    };
    Some((relation.to_owned(), negated))
}

/// When a request has the key with such a value.
fn adverb(test: &ConditionTest, key: &str, relation: &str, values: &str) -> String {
    let short = match (relation, key) {
        ("is", "aws:MultiFactorAuthPresent") if is_bool(test, "true") => return WITH_MFA.to_owned(),
        ("is", "aws:SecureTransport") if is_bool(test, "true") => return HTTPS.to_owned(),
        ("is", "aws:SecureTransport") if is_bool(test, "false") => return PLAIN_HTTP.to_owned(),
        ("is", "aws:SourceVpc") => "from VPC",
        ("is", "aws:SourceVpce") => "through VPC endpoint",
        ("is in", "aws:SourceIp") => "from",
        ("is", "aws:RequestedRegion") => "in region",
        ("is", "aws:PrincipalOrgID") => "for principals in organization",
        ("is", "aws:PrincipalAccount") => "for principals in account",
        ("is", "aws:ResourceOrgID") => "on resources in organization",
        ("is", "aws:ResourceAccount") => "on resources in account",
        ("is", "sts:ExternalId") => "with sts:ExternalId",
        ("is before", "aws:CurrentTime") => "before",
        ("is at or before", "aws:CurrentTime") => "until",
        ("is after", "aws:CurrentTime") => "after",
        ("is at or after", "aws:CurrentTime") => "from",
        _ => return format!("when {key} {relation} {values}"),
    };
    let on = if relation == "is at or after" { " on" } else { "" };
    format!("{short} {values}{on}")
}

fn is_mfa(key: &str) -> bool {
    key == "aws:MultiFactorAuthPresent"
}

fn is_bool(test: &ConditionTest, value: &str) -> bool {
    test.operator.base == BaseOperator::Bool && test.values == [value]
}

/// Values of which one is meant.
fn any_of(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| spelled(value)).collect();
    match values.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{}{OR}{last}", first.join(", ")),
    }
}

/// A value as it is, in quotes where it would not be told from the words around it.
fn spelled(value: &str) -> String {
    let is_word =
        !value.is_empty() && !value.contains(|c: char| c.is_whitespace() || c.is_control() || ",;\"".contains(c));
    // What the phrases say themselves is in quotes where it is a value.
    let is_word = is_word && !matches!(value, "absent" | "present" | "or" | "and" | "not" | "other" | "only");
    if is_word { value.to_owned() } else { serde_json::json!(value).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        phrase(&text.parse().unwrap())
    }

    /// Operator, key, values, and the phrase.
    const TESTS: &[(&str, &str, &[&str], &str)] = &[
        (
            "StringEquals",
            "aws:sourcevpc",
            &["vpc-0aaa1111", "vpc-0bbb2222"],
            "only from VPC vpc-0aaa1111 or vpc-0bbb2222",
        ),
        ("StringEquals", "aws:sourcevpc", &["a", "b", "c"], "only from VPC a, b or c"),
        ("StringNotEquals", "aws:sourcevpc", &["vpc-1"], "except from VPC vpc-1"),
        ("StringEqualsIfExists", "aws:sourcevpc", &["vpc-1"], "only from VPC vpc-1 or when aws:SourceVpc is absent"),
        ("StringEquals", "aws:sourcevpce", &["vpce-1"], "only through VPC endpoint vpce-1"),
        ("IpAddress", "aws:sourceip", &["10.0.0.0/8"], "only from 10.0.0.0/8"),
        ("NotIpAddress", "aws:sourceip", &["10.0.0.0/8"], "except from 10.0.0.0/8"),
        ("IpAddress", "aws:vpcsourceip", &["10.0.0.0/8"], "only when aws:VpcSourceIp is in 10.0.0.0/8"),
        ("Bool", "aws:multifactorauthpresent", &["true"], "only with MFA"),
        ("BoolIfExists", "aws:multifactorauthpresent", &["false"], "without MFA"),
        ("Bool", "aws:multifactorauthpresent", &["false"], "only when aws:MultiFactorAuthPresent is false"),
        (
            "BoolIfExists",
            "aws:multifactorauthpresent",
            &["true"],
            "only with MFA or when aws:MultiFactorAuthPresent is absent",
        ),
        ("Bool", "aws:securetransport", &["true"], "only over HTTPS"),
        ("Bool", "aws:securetransport", &["false"], "only over plain HTTP"),
        ("StringEquals", "sts:externalid", &["acme-4711"], "only with sts:ExternalId acme-4711"),
        ("StringEquals", "aws:requestedregion", &["eu-west-1"], "only in region eu-west-1"),
        (
            "StringNotEquals",
            "aws:requestedregion",
            &["eu-west-1", "eu-west-2"],
            "outside region eu-west-1 or eu-west-2",
        ),
        ("StringEquals", "aws:principalorgid", &["o-1"], "only for principals in organization o-1"),
        ("StringEquals", "aws:principalaccount", &["111122223333"], "only for principals in account 111122223333"),
        ("StringEquals", "aws:resourceaccount", &["111122223333"], "only on resources in account 111122223333"),
        ("StringEquals", "aws:resourceorgid", &["o-1"], "only on resources in organization o-1"),
        ("DateLessThan", "aws:currenttime", &["2026-01-01T00:00:00Z"], "only before 2026-01-01T00:00:00Z"),
        ("DateLessThanEquals", "aws:currenttime", &["2026-01-01T00:00:00Z"], "only until 2026-01-01T00:00:00Z"),
        ("DateGreaterThan", "aws:currenttime", &["2026-01-01T00:00:00Z"], "only after 2026-01-01T00:00:00Z"),
        ("DateGreaterThanEquals", "aws:currenttime", &["2026-01-01T00:00:00Z"], "only from 2026-01-01T00:00:00Z on"),
        ("DateLessThan", "aws:tokenissuetime", &["2026-01-01"], "only when aws:TokenIssueTime is before 2026-01-01"),
        ("StringEquals", "aws:resourcetag/team", &["payments"], "only when aws:ResourceTag/team is payments"),
        (
            "StringEquals",
            "iam:passedtoservice",
            &["lambda.amazonaws.com"],
            "only when iam:PassedToService is lambda.amazonaws.com",
        ),
        ("Null", "aws:tokenissuetime", &["true"], "only when aws:TokenIssueTime is absent"),
        ("Null", "aws:tokenissuetime", &["false"], "only when aws:TokenIssueTime is present"),
        ("ForAllValues:StringEquals", "aws:tagkeys", &["a", "b"], "only when every aws:TagKeys, if any, is a or b"),
        ("ForAnyValue:StringEquals", "aws:tagkeys", &["a"], "only when at least one aws:TagKeys is a"),
        (
            "ForAnyValue:StringNotEquals",
            "aws:tagkeys",
            &["a", "b"],
            "only when at least one aws:TagKeys is other than a or b",
        ),
        (
            "ForAnyValue:StringLikeIfExists",
            "aws:tagkeys",
            &["a*"],
            "only when at least one aws:TagKeys matches a* or when aws:TagKeys is absent",
        ),
        (
            "ForAllValues:StringNotLike",
            "aws:tagkeys",
            &["a*"],
            "only when every aws:TagKeys, if any, does not match a*",
        ),
        ("StringLike", "s3:prefix", &["home/*", "b"], "only when s3:prefix matches home/* or b"),
        ("StringLike", "s3:prefix", &["home/"], "only when s3:prefix is home/"),
        ("StringNotLike", "s3:prefix", &["home/*"], "except when s3:prefix matches home/*"),
        ("StringEqualsIgnoreCase", "s3:prefix", &["a"], "only when s3:prefix is, in upper or lower case, a"),
        (
            "ArnLike",
            "aws:principalarn",
            &["arn:aws:iam::*:role/app-*"],
            "only when aws:PrincipalArn matches arn:aws:iam::*:role/app-*",
        ),
        (
            "ArnNotEquals",
            "aws:principalarn",
            &["arn:aws:iam::1:role/a"],
            "except when aws:PrincipalArn is arn:aws:iam::1:role/a",
        ),
        ("NumericLessThan", "aws:multifactorauthage", &["3600"], "only when aws:MultiFactorAuthAge is less than 3600"),
        (
            "NumericGreaterThanEqualsIfExists",
            "s3:max-keys",
            &["5"],
            "only when s3:max-keys is at least 5 or when s3:max-keys is absent",
        ),
        ("StringEquals", "s3:prefix", &["", "a b"], "only when s3:prefix is \"\" or \"a b\""),
        ("StringEquals", "aws:sourcevpc", &[], r#"only under the condition {"StringEquals":{"aws:SourceVpc":[]}}"#),
        ("StringSoundsLike", "k", &["a"], r#"only under the condition {"StringSoundsLike":{"k":["a"]}}"#),
        ("NullIfExists", "k", &["true"], r#"only under the condition {"NullIfExists":{"k":["true"]}}"#),
    ];

    #[test]
    fn one_test() {
        for (operator, key, values, expected) in TESTS {
            let text = serde_json::json!({*operator: {*key: values}}).to_string();
            assert_eq!(words(&text), *expected, "{text}");
        }
    }

    #[test]
    fn one_test_that_must_not_hold() {
        for (block, expected) in [
            (r#"{"StringEquals":{"aws:sourcevpc":["a","b"]}}"#, "with no difference from VPC a or b"),
            (r#"{"StringNotEquals":{"aws:sourcevpc":["a"]}}"#, "from VPC a"),
            (r#"{"Bool":{"aws:multifactorauthpresent":["true"]}}"#, "without MFA"),
            (r#"{"BoolIfExists":{"aws:multifactorauthpresent":["false"]}}"#, "with MFA"),
            (
                r#"{"StringEqualsIfExists":{"sts:externalid":["acme"]}}"#,
                "with no difference with sts:ExternalId acme or when sts:ExternalId is absent",
            ),
            (
                r#"{"Bool":{"aws:multifactorauthpresent":["false"]}}"#,
                "with no difference when aws:MultiFactorAuthPresent is false",
            ),
            (r#"{"Bool":{"aws:securetransport":["false"]}}"#, "over HTTPS"),
            (r#"{"Bool":{"aws:securetransport":["true"]}}"#, "over plain HTTP"),
            (r#"{"StringEquals":{"sts:externalid":["acme-4711"]}}"#, "without sts:ExternalId acme-4711"),
            (r#"{"Null":{"aws:sourcevpc":["true"]}}"#, "with no difference when aws:SourceVpc is absent"),
            (
                r#"{"Bool":{"aws:multifactorauthpresent":["true"]},"StringNotEquals":{"aws:requestedregion":["r"]}}"#,
                "with no difference where all of this holds: with MFA; outside region r",
            ),
            (
                r#"{"StringLike":{"k":["a*"]}} on ["arn:1","arn:2"]"#,
                "with no difference on arn:1 or arn:2 when k matches a*",
            ),
            (
                r#"{"StringLike":{"k":["a*"]}} except on ["arn:1"]"#,
                "with no difference on all but arn:1 when k matches a*",
            ),
        ] {
            assert_eq!(words(&format!("unless {block}")), expected, "{block}");
        }
    }

    #[test]
    fn several_parts() {
        let (mfa, vpc) =
            (r#"{"Bool":{"aws:multifactorauthpresent":["true"]}}"#, r#"{"StringEquals":{"aws:sourcevpc":["a"]}}"#);
        let two = r#"{"Bool":{"aws:multifactorauthpresent":["true"]},"StringEquals":{"aws:requestedregion":["r"]}}"#;
        let wide = r#"{"StringEquals":{"aws:sourcevpc":["a","b"]}}"#;
        for (text, expected) in [
            (two.to_owned(), "only with MFA and in region r"),
            (format!("{mfa} unless {vpc}"), "only with MFA; with no difference from VPC a"),
            (format!("{wide} unless {mfa}"), "only from VPC a or b, and without MFA"),
            (format!("{vpc} when {mfa}"), "only from VPC a and with MFA"),
            (format!("{vpc} within {mfa}"), "only from VPC a and with MFA"),
            (format!("when {vpc} or {two}"), "where at least one of these holds: from VPC a; with MFA and in region r"),
            (
                format!("{mfa} when {wide} unless {vpc}"),
                "only with MFA, and from VPC a or b; with no difference from VPC a",
            ),
            (format!("unless {mfa} or {vpc}"), "without MFA; with no difference from VPC a"),
        ] {
            assert_eq!(words(&text), expected, "{text}");
        }
    }
}

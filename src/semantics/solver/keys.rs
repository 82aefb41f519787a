//! What AWS says of condition keys: which a request always has, which never, which values they hold, and which of them
//! depend on each other.
//!
//! Source: "Availability" and "Value type" on
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>; for what a role's session
//! has, <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-infotouse>.
//! Where a page does not say, a key may be there or be missing.

use std::collections::BTreeMap;

/// Whose requests are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// Those of a role's session.
    RoleSession,
    /// Those of anybody, such as the one to assume a role.
    Anybody,
}

/// Whether a request has a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Every request has it.
    Always,
    /// No request has it.
    Never,
    /// Some have it.
    Sometimes,
}

/// The values that a key can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Any text.
    Any,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// What this pattern matches.
    Like(&'static str),
}

/// Keys that stand in variables, in AWS's spelling; what ends in `/` goes on with a name.
const DOCUMENTED: &[&str] = &[
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:FederatedProvider",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalTag/",
    "aws:PrincipalType",
    "aws:RequestTag/",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceTag/",
    "aws:SourceAccount",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:SourceVpce",
];

/// A key in AWS's spelling, as far as it is known here.
pub fn documented(folded: &str) -> String {
    let spelled = DOCUMENTED.iter().find_map(|key| {
        let is_whole = key.eq_ignore_ascii_case(folded);
        let (start, rest) = folded.split_at_checked(key.len())?;
        let begins = key.ends_with('/') && start.eq_ignore_ascii_case(key);
        (is_whole || begins).then(|| format!("{key}{rest}"))
    });
    spelled.unwrap_or_else(|| folded.to_owned())
}

/// What is known of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRule {
    /// Whether a request has it.
    pub presence: Presence,
    /// What it can hold.
    pub values: Values,
}

const BOTH: Values = Values::OneOf(&["true", "false"]);

/// Keys of every request, whoever makes it.
const ALWAYS: &[(&str, Values)] = &[
    ("aws:currenttime", Values::Any),
    ("aws:epochtime", Values::Any),
    ("aws:requestedregion", Values::Like("?*")),
    ("aws:securetransport", BOTH),
    ("aws:viaawsservice", BOTH),
];

/// Keys of every request of a role's session.
const ALWAYS_OF_ROLES: &[(&str, Values)] = &[
    ("aws:principalaccount", Values::Like("?*")),
    ("aws:principalarn", Values::Like("arn:*:*:*:*:?*")),
    // "False when a role's credentials make the request", also those of a service role.
    ("aws:principalisawsservice", Values::OneOf(&["false"])),
    ("aws:principaltype", Values::OneOf(&["AssumedRole"])),
    ("aws:tokenissuetime", Values::Any),
    // `role-id:caller-specified-role-name`, where a user has the user's id alone.
    ("aws:userid", Values::Like("AROA*:?*")),
];

/// Keys that no request of a role's session has.
const NEVER_OF_ROLES: &[&str] = &["aws:principalservicename", "aws:principalservicenameslist", "aws:username"];

/// Keys that hold a text of this form where a request has them.
const FORMS: &[(&str, Values)] = &[
    ("aws:multifactorauthpresent", BOTH),
    ("aws:principalisawsservice", BOTH),
    ("aws:sourcearn", Values::Like("arn:*:*:*:*:?*")),
];

/// Whether a key, in lower case, holds an IP address.
pub fn holds_address(key: &str) -> bool {
    matches!(key, "aws:sourceip" | "aws:vpcsourceip")
}

/// What is known of a key, given in lower case.
pub fn rule(key: &str, whose: Whose) -> KeyRule {
    let of_role = whose == Whose::RoleSession;
    let in_table = |table: &[(&str, Values)]| table.iter().find(|(own, _)| *own == key).map(|(_, values)| *values);
    if of_role && NEVER_OF_ROLES.contains(&key) {
        return KeyRule { presence: Presence::Never, values: Values::Any };
    }
    let always = in_table(ALWAYS).or_else(|| in_table(ALWAYS_OF_ROLES).filter(|_| of_role));
    match always {
        Some(values) => KeyRule { presence: Presence::Always, values },
        None => KeyRule { presence: Presence::Sometimes, values: in_table(FORMS).unwrap_or(Values::Any) },
    }
}

/// What a request says of some keys: the values of each, or `None` for one that it does not have.
pub type Assignment = BTreeMap<String, Option<Vec<String>>>;

/// Keys of which one says something about another.
const TIED: &[(&str, &str)] = &[
    ("aws:multifactorauthage", "aws:multifactorauthpresent"),
    ("aws:calledviafirst", "aws:calledvia"),
    ("aws:calledvialast", "aws:calledvia"),
    ("aws:calledvia", "aws:viaawsservice"),
    ("aws:calledviafirst", "aws:viaawsservice"),
    ("aws:calledvialast", "aws:viaawsservice"),
    ("aws:calledviafirst", "aws:calledvialast"),
    ("aws:sourceip", "aws:vpcsourceip"),
    ("aws:sourceip", "aws:sourcevpc"),
    ("aws:sourceip", "aws:sourcevpce"),
];

/// Begins the keys of the tags that a request gives.
pub const REQUEST_TAG: &str = "aws:requesttag/";
/// The keys of all tags that a request gives.
pub const TAG_KEYS: &str = "aws:tagkeys";

/// Whether one of two keys says something about the other.
pub fn tied(a: &str, b: &str) -> bool {
    let pair = |(x, y): &(&str, &str)| (*x == a && *y == b) || (*x == b && *y == a);
    let tags = |a: &str, b: &str| a.starts_with(REQUEST_TAG) && b == TAG_KEYS;
    TIED.iter().any(pair) || tags(a, b) || tags(b, a)
}

/// Values of other keys worth trying for a key, for what ties them.
pub fn suggested<'a>(key: &str, others: impl Iterator<Item = &'a str>) -> Vec<String> {
    if key != TAG_KEYS {
        return Vec::new();
    }
    others.filter_map(|other| other.strip_prefix(REQUEST_TAG)).map(str::to_owned).collect()
}

/// Whether a request can say this of these keys. Keys that are not named may say whatever fits.
pub fn possible(assigned: &Assignment) -> bool {
    let of = |key: &str| assigned.get(key).map(Option::as_deref);
    multi_factor(of("aws:multifactorauthage"), of("aws:multifactorauthpresent"))
        && chain(of)
        && address(of)
        && request_tags(assigned, of(TAG_KEYS))
}

/// Nothing where the key is not asked for, else its values if the request has it.
type Asked<'a> = Option<Option<&'a [String]>>;

/// "The age is there only if MFA was used", and then `aws:MultiFactorAuthPresent` is true.
fn multi_factor(age: Asked<'_>, present: Asked<'_>) -> bool {
    let is_true = |values: &[String]| values.iter().any(|value| value.eq_ignore_ascii_case("true"));
    match (age, present) {
        (Some(Some(_)), Some(values)) => values.is_some_and(is_true),
        _ => true,
    }
}

/// `aws:CalledVia` is the list of the services that made requests on behalf of the principal; the first and the last
/// of them have keys of their own, and `aws:ViaAWSService` is true where there is one.
fn chain<'a>(of: impl Fn(&str) -> Asked<'a>) -> bool {
    let all = of("aws:calledvia");
    let ends = [("aws:calledviafirst", true), ("aws:calledvialast", false)];
    let fits = |(key, first): (&str, bool)| match (of(key), all) {
        (Some(end), Some(all)) => {
            let expected = all.and_then(|all| if first { all.first() } else { all.last() });
            end.map(|end| end.first()) == expected.map(Some)
        }
        _ => true,
    };
    let both_ends = match (of("aws:calledviafirst"), of("aws:calledvialast")) {
        (Some(first), Some(last)) => first.is_some() == last.is_some(),
        _ => true,
    };
    let has_chain =
        [all, of("aws:calledviafirst"), of("aws:calledvialast")].iter().any(|key| matches!(key, Some(Some(_))));
    let via = match of("aws:viaawsservice") {
        Some(Some(via)) => !has_chain || via.iter().any(|value| value.eq_ignore_ascii_case("true")),
        _ => true,
    };
    ends.into_iter().all(fits) && both_ends && via
}

/// `aws:SourceIp` is not there in a request through a VPC endpoint, which the other keys tell of.
fn address<'a>(of: impl Fn(&str) -> Asked<'a>) -> bool {
    let has = |key: &str| matches!(of(key), Some(Some(_)));
    !has("aws:sourceip") || !["aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpce"].iter().any(|key| has(key))
}

/// `aws:TagKeys` lists the keys of the tags that `aws:RequestTag/…` give.
fn request_tags(assigned: &Assignment, keys: Asked<'_>) -> bool {
    let Some(keys) = keys else { return true };
    let listed = |tag: &str| keys.is_some_and(|keys| keys.iter().any(|key| key.eq_ignore_ascii_case(tag)));
    let tags = assigned.iter().filter_map(|(key, values)| Some((key.strip_prefix(REQUEST_TAG)?, values)));
    tags.into_iter().all(|(tag, values)| values.is_some() == listed(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn can(entries: &[(&str, Option<&[&str]>)]) -> bool {
        let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        possible(&entries.iter().map(|(key, given)| ((*key).to_owned(), given.map(values))).collect())
    }

    #[test]
    fn keys_that_depend_on_each_other() {
        let (age, present) = ("aws:multifactorauthage", "aws:multifactorauthpresent");
        assert!(can(&[(age, Some(&["10"])), (present, Some(&["true"]))]) && can(&[(age, Some(&["10"]))]));
        assert!(
            !can(&[(age, Some(&["10"])), (present, None)])
                && !can(&[(age, Some(&["10"])), (present, Some(&["false"]))])
        );
        let (first, all) = ("aws:calledviafirst", "aws:calledvia");
        assert!(can(&[(first, Some(&["a"])), (all, Some(&["a", "b"]))]) && can(&[(first, None), (all, None)]));
        assert!(
            !can(&[(first, Some(&["b"])), (all, Some(&["a", "b"]))]) && !can(&[(first, None), (all, Some(&["a"]))])
        );
        assert!(!can(&[("aws:sourceip", Some(&["10.0.0.1"])), ("aws:sourcevpce", Some(&["vpce-1"]))]));
        let (tag, keys) = ("aws:requesttag/team", "aws:tagkeys");
        assert!(can(&[(tag, Some(&["red"])), (keys, Some(&["Team"]))]) && can(&[(tag, None), (keys, Some(&["cost"]))]));
        assert!(!can(&[(tag, Some(&["red"])), (keys, None)]) && !can(&[(tag, None), (keys, Some(&["team"]))]));
    }

    #[test]
    fn a_role_has_no_user_name_and_always_an_arn() {
        assert_eq!(rule("aws:username", Whose::RoleSession).presence, Presence::Never);
        assert_eq!(rule("aws:username", Whose::Anybody).presence, Presence::Sometimes);
        assert_eq!(rule("aws:principalarn", Whose::RoleSession).presence, Presence::Always);
        assert_eq!(rule("aws:securetransport", Whose::Anybody).presence, Presence::Always);
        assert_eq!(
            (documented("aws:principaltag/team"), documented("k")),
            ("aws:PrincipalTag/team".into(), "k".into())
        );
    }
}

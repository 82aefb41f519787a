//! What AWS says of condition keys: which a request always has, which never, which values they hold, and which of them
//! depend on each other.
//!
//! Source: "Availability" and "Value type" on
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>; for what a role's session
//! has, <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-infotouse>.
//! Where a page does not say, a key may be there or be missing.

use std::collections::{BTreeMap, BTreeSet};

use super::instant::Instant;

/// Whose requests are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Requester {
    /// Those of a role's session.
    RoleSession,
    /// Those of a user.
    User,
    /// Those that a service makes by itself.
    Service,
    /// Those that carry a SAML assertion in the place of credentials.
    SamlAssertion,
    /// Those that carry a token of a web identity provider in the place of credentials.
    WebIdentity,
    /// It is not known whose.
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// Any text.
    Any,
    /// One of these.
    OneOf(Vec<String>),
    /// What one of these patterns matches.
    Like(Vec<String>),
    /// A whole number, not negative.
    WholeNumber,
    /// This text in any case.
    AnyCaseOf(String),
}

/// The values that a key can hold in every request.
#[derive(Debug, Clone, Copy)]
enum ValueForm {
    Any,
    WholeNumber,
    OneOf(&'static [&'static str]),
    Like(&'static str),
}

impl From<ValueForm> for Values {
    fn from(form: ValueForm) -> Self {
        match form {
            ValueForm::Any => Self::Any,
            ValueForm::WholeNumber => Self::WholeNumber,
            ValueForm::OneOf(values) => Self::OneOf(values.iter().map(|value| (*value).to_owned()).collect()),
            ValueForm::Like(pattern) => Self::Like(vec![pattern.to_owned()]),
        }
    }
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRule {
    /// Whether a request has it.
    pub presence: Presence,
    /// What it can hold.
    pub values: Values,
}

const BOTH: ValueForm = ValueForm::OneOf(&["true", "false"]);

/// Seconds since 1970.
pub const EPOCH_TIME: &str = "aws:epochtime";

/// Keys of every request, whoever makes it.
const ALWAYS: &[(&str, ValueForm)] = &[
    ("aws:currenttime", ValueForm::Any),
    (EPOCH_TIME, ValueForm::WholeNumber),
    ("aws:requestedregion", ValueForm::Like("?*")),
    ("aws:securetransport", BOTH),
    ("aws:viaawsservice", BOTH),
];

/// Keys of every request of a role's session.
const ALWAYS_OF_ROLES: &[(&str, ValueForm)] = &[
    ("aws:principalaccount", ValueForm::Like("?*")),
    ("aws:principalarn", ValueForm::Like("arn:*:*:*:*:?*")),
    // "False when a role's credentials make the request", also those of a service role.
    ("aws:principalisawsservice", ValueForm::OneOf(&["false"])),
    ("aws:principaltype", ValueForm::OneOf(&["AssumedRole"])),
    ("aws:tokenissuetime", ValueForm::Any),
    // `role-id:caller-specified-role-name`, where a user has the user's id alone.
    ("aws:userid", ValueForm::Like("AROA*:?*")),
];

/// Keys of every request of a user. Ids: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>
const ALWAYS_OF_USERS: &[(&str, ValueForm)] = &[
    ("aws:principalisawsservice", ValueForm::OneOf(&["false"])),
    ("aws:principaltype", ValueForm::OneOf(&["User"])),
    ("aws:userid", ValueForm::Like("AIDA?*")),
    ("aws:username", ValueForm::Like("?*")),
];

/// Keys of every request that a service makes by itself.
const ALWAYS_OF_SERVICES: &[(&str, ValueForm)] = &[("aws:principalisawsservice", ValueForm::OneOf(&["true"]))];

/// Keys that are there only where a service makes the request by itself.
const OF_SERVICES: &[&str] = &[
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
];

/// Keys of SAML that the session keeps for later requests:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-saml>.
const KEPT_OF_SAML: &[&str] = &["saml:namequalifier", "saml:sub", "saml:sub_type"];

/// Keys that hold a text of this form where a request has them.
const FORMS: &[(&str, ValueForm)] = &[
    ("aws:calledviafirst", ValueForm::Like("?*")),
    ("aws:calledvialast", ValueForm::Like("?*")),
    ("aws:multifactorauthpresent", BOTH),
    ("aws:principalisawsservice", BOTH),
    ("aws:sourcearn", ValueForm::Like("arn:*:*:*:*:?*")),
    // https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: two characters at least.
    ("sts:externalid", ValueForm::Like("??*")),
    (SESSION_NAME, ValueForm::Like("??*")),
];

/// Whoever assumes a role names the session.
const SESSION_NAME: &str = "sts:rolesessionname";

/// Whether a key, in lower case, holds an IP address.
pub fn holds_address(key: &str) -> bool {
    matches!(key, "aws:sourceip" | "aws:vpcsourceip")
}

/// The name of the web identity provider whose token a key, in lower case, tells of, such as
/// `token.actions.githubusercontent.com`; no other key has a prefix with a dot.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif>
pub fn web_identity_provider(key: &str) -> Option<&str> {
    key.rsplit_once(':').map(|(provider, _)| provider).filter(|provider| provider.contains('.'))
}

fn is_never(key: &str, requester: Requester) -> bool {
    let of_saml = key.starts_with("saml:");
    let of_user = key == "aws:username";
    let of_organization = matches!(key, "aws:principalorgid" | "aws:principalorgpaths");
    match requester {
        Requester::RoleSession => OF_SERVICES.contains(&key) || of_user || (of_saml && !KEPT_OF_SAML.contains(&key)),
        Requester::User => OF_SERVICES.contains(&key) || of_saml || web_identity_provider(key).is_some(),
        Requester::Service => of_user || of_organization || of_saml || web_identity_provider(key).is_some(),
        Requester::SamlAssertion => {
            OF_SERVICES.contains(&key) || of_user || key == "sts:externalid" || web_identity_provider(key).is_some()
        }
        Requester::WebIdentity => OF_SERVICES.contains(&key) || of_user || key == "sts:externalid" || of_saml,
        Requester::Anybody => false,
    }
}

/// What is known of a key, given in lower case.
pub fn rule(key: &str, requester: Requester) -> KeyRule {
    if is_never(key, requester) {
        return KeyRule { presence: Presence::Never, values: Values::Any };
    }
    let in_table = |table: &[(&str, ValueForm)]| table.iter().find(|(own, _)| *own == key).map(|(_, values)| *values);
    let of_requester = match requester {
        Requester::RoleSession => in_table(ALWAYS_OF_ROLES),
        Requester::User => in_table(ALWAYS_OF_USERS),
        Requester::Service => in_table(ALWAYS_OF_SERVICES),
        Requester::SamlAssertion | Requester::WebIdentity | Requester::Anybody => None,
    };
    match in_table(ALWAYS).or(of_requester) {
        Some(form) => KeyRule { presence: Presence::Always, values: form.into() },
        None => {
            let presence = if key == SESSION_NAME { Presence::Always } else { Presence::Sometimes };
            KeyRule { presence, values: in_table(FORMS).unwrap_or(ValueForm::Any).into() }
        }
    }
}

/// What is known of a key in a request that says this of keys before it; those in `absent` it cannot have at all.
pub fn rule_beside(key: &str, requester: Requester, assigned: &Assignment, absent: &BTreeSet<String>) -> KeyRule {
    let mut rule = rule(key, requester);
    if rule.presence == Presence::Never {
        return rule;
    }
    let one = |key: &str| match assigned.get(key) {
        Some(Some(values)) => values.first().map(String::as_str),
        Some(None) | None => None,
    };
    let is_same = |other: &str| other_name(key).as_deref() == Some(other) || other_name(other).as_deref() == Some(key);
    if let Some((_, given)) = assigned.iter().find(|(other, _)| is_same(other) && !absent.contains(*other)) {
        match given {
            None => rule.presence = Presence::Never,
            Some(values) => (rule.presence, rule.values) = (Presence::Always, Values::OneOf(values.clone())),
        }
    }
    if let Some((id, _)) = ORGANIZATIONS.iter().find(|(_, paths)| *paths == key)
        && let Some(given) = assigned.get(*id)
    {
        // Both are there if the account is in an organization, and each path begins with its id.
        rule.presence = if given.is_some() { Presence::Always } else { Presence::Never };
        rule.values = one(id).map_or(Values::Any, |id| Values::Like(vec![format!("{id}/*")]));
    }
    if key == "aws:sourcearn"
        && let Some(account) = one("aws:sourceaccount")
    {
        // Some ARNs, such as those of buckets, hold no account.
        rule.values = Values::Like(vec![format!("arn:*:*:*:{account}:?*"), "arn:*:*:*::?*".to_owned()]);
    }
    if key == EPOCH_TIME
        && let Some(seconds) = one("aws:currenttime").and_then(Instant::read).and_then(Instant::whole_seconds)
    {
        rule.values = Values::OneOf(seconds);
    }
    rule
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
    ("aws:currenttime", EPOCH_TIME),
    ("aws:sourceaccount", "aws:sourcearn"),
];

/// The id of an organization, and the paths in it.
pub const ORGANIZATIONS: &[(&str, &str)] = &[
    ("aws:principalorgid", "aws:principalorgpaths"),
    ("aws:resourceorgid", "aws:resourceorgpaths"),
    ("aws:sourceorgid", "aws:sourceorgpaths"),
    ("aws:vpceorgid", "aws:vpceorgpaths"),
];

/// Keys of requests through a VPC endpoint, which all of these have, unlike `aws:SourceIp`.
const OF_ENDPOINT: &[&str] = &["aws:sourcevpc", "aws:sourcevpce"];

/// Keys that only requests through a VPC endpoint have.
const ONLY_WITH_ENDPOINT: &[&str] = &["aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "aws:vpcsourceip"];

/// Begins the keys of the tags, or other named texts, that a request gives; and the key that lists all their names.
pub const LISTED: &[(&str, &str)] = &[
    ("aws:requesttag/", "aws:tagkeys"),
    // https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    ("kms:encryptioncontext:", "kms:encryptioncontextkeys"),
    ("s3:requestobjecttag/", "s3:requestobjecttagkeys"),
];

/// The name that a key of [`LISTED`] tells of.
pub fn name_in(key: &str) -> Option<&str> {
    LISTED.iter().find_map(|(begin, _)| key.strip_prefix(begin))
}

/// The key that holds the same under another name.
pub fn other_name(key: &str) -> Option<String> {
    if key == "s3:resourceaccount" {
        return Some("aws:resourceaccount".to_owned());
    }
    let (service, tag) = key.split_once(":resourcetag/")?;
    (service != "aws").then(|| format!("aws:resourcetag/{tag}"))
}

/// Whether what a key can hold is decided by another one, which has to be given a value first.
pub fn comes_after(key: &str, other: &str) -> bool {
    ORGANIZATIONS.contains(&(other, key))
        || LISTED.iter().any(|(begin, list)| *list == key && other.starts_with(begin))
        || (key, other) == ("aws:sourcearn", "aws:sourceaccount")
        || (key, other) == (EPOCH_TIME, "aws:currenttime")
}

/// Whether one of two keys says something about the other.
pub fn tied(a: &str, b: &str) -> bool {
    let one_way = |a: &str, b: &str| {
        let is_of_endpoint = |key: &str| OF_ENDPOINT.contains(&key) || ONLY_WITH_ENDPOINT.contains(&key);
        TIED.contains(&(a, b))
            || ORGANIZATIONS.contains(&(a, b))
            || LISTED.iter().any(|(begin, list)| a.starts_with(begin) && b == *list)
            || (is_of_endpoint(a) && (b == "aws:sourceip" || is_of_endpoint(b)))
            || other_name(a).is_some_and(|other| other == b)
    };
    one_way(a, b) || one_way(b, a)
}

/// Whether a request can say this of these keys. Keys that are not named may say whatever fits.
pub fn possible(assigned: &Assignment) -> bool {
    let of = |key: &str| assigned.get(key).map(Option::as_deref);
    multi_factor(of("aws:multifactorauthage"), of("aws:multifactorauthpresent"))
        && chain(of)
        && endpoint(of)
        && LISTED.iter().all(|(begin, list)| names_are_listed(assigned, begin, of(list)))
}

/// Nothing where the key is not asked for, else its values if the request has it.
type AskedValues<'a> = Option<Option<&'a [String]>>;

/// "The age is there only if MFA was used", and then `aws:MultiFactorAuthPresent` is true.
fn multi_factor(age: AskedValues<'_>, present: AskedValues<'_>) -> bool {
    let is_true = |values: &[String]| values.iter().any(|value| value.eq_ignore_ascii_case("true"));
    match (age, present) {
        (Some(Some(_)), Some(values)) => values.is_some_and(is_true),
        _ => true,
    }
}

/// `aws:CalledVia` is the list of the services that made requests on behalf of the principal; the first and the last
/// of them have keys of their own, and `aws:ViaAWSService` is true where there is one.
fn chain<'a>(of: impl Fn(&str) -> AskedValues<'a>) -> bool {
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

/// A request through a VPC endpoint has all keys that tell of it, another one none; `aws:SourceIp` is the other way round.
fn endpoint<'a>(of: impl Fn(&str) -> AskedValues<'a>) -> bool {
    let has = |key: &str| matches!(of(key), Some(Some(_)));
    let lacks = |key: &str| matches!(of(key), Some(None));
    let through_endpoint = OF_ENDPOINT.iter().chain(ONLY_WITH_ENDPOINT).any(|key| has(key));
    !through_endpoint || !(has("aws:sourceip") || OF_ENDPOINT.iter().any(|key| lacks(key)))
}

/// The key that lists the names of tags holds those that other keys tell of.
fn names_are_listed(assigned: &Assignment, begin: &str, list: AskedValues<'_>) -> bool {
    let Some(list) = list else { return true };
    let listed = |tag: &str| list.is_some_and(|names| names.iter().any(|name| name.eq_ignore_ascii_case(tag)));
    let tags = assigned.iter().filter_map(|(key, values)| Some((key.strip_prefix(begin)?, values)));
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
    fn what_is_known_beside_other_keys() {
        let beside = |key: &str, (other, value): (&str, &str)| {
            let assigned = Assignment::from([(other.to_owned(), Some(vec![value.to_owned()]))]);
            rule_beside(key, Requester::Service, &assigned, &BTreeSet::new())
        };
        let one_of = |values: &[&str]| Values::OneOf(values.iter().map(|value| (*value).to_owned()).collect());
        // Whichever of two names comes first.
        for (key, other) in [
            ("ec2:resourcetag/x", "aws:resourcetag/x"),
            ("aws:resourcetag/x", "autoscaling:resourcetag/x"),
            ("s3:resourceaccount", "aws:resourceaccount"),
        ] {
            assert_eq!(beside(key, (other, "a")).values, one_of(&["a"]), "{key} {other}");
        }
        assert_eq!(beside("ec2:resourcetag/y", ("aws:resourcetag/x", "a")).values, Values::Any);
        let paths = beside("aws:sourceorgpaths", ("aws:sourceorgid", "o-1"));
        assert_eq!((paths.presence, paths.values), (Presence::Always, Values::Like(vec!["o-1/*".to_owned()])));
        let seconds = beside("aws:epochtime", ("aws:currenttime", "1970-01-01T00:00:01.5Z"));
        assert_eq!(seconds.values, one_of(&["1", "2"]));
    }

    #[test]
    fn a_role_has_no_user_name_and_always_an_arn() {
        assert_eq!(rule("aws:username", Requester::RoleSession).presence, Presence::Never);
        assert_eq!(rule("aws:username", Requester::Anybody).presence, Presence::Sometimes);
        assert_eq!(rule("aws:username", Requester::User).presence, Presence::Always);
        assert_eq!(rule("aws:principalarn", Requester::RoleSession).presence, Presence::Always);
        assert_eq!(rule("aws:securetransport", Requester::Anybody).presence, Presence::Always);
        assert_eq!(
            (documented("aws:principaltag/team"), documented("k")),
            ("aws:PrincipalTag/team".into(), "k".into())
        );
    }
}

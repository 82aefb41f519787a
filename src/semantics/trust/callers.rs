//! The condition keys that follow from who calls, and the callers that tests on them tell apart.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html> (properties of the
//! principal)

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::arns::{AccountOf, account_of, is_user, role_parts, session_parts};
use super::principals::Point;
use crate::model::equivalency::OPEN;
use crate::semantics::own_account::OwnAccount;
use crate::semantics::solver::bits::Bits;
use crate::semantics::solver::conditions::{Family, Test};
use crate::semantics::solver::keys::{self, Assignment};
use crate::semantics::solver::steps::{self, Letter, Step};
use crate::semantics::solver::walk::{Group, Place, named_letters, other_letter, rest_of, starts, step_over};

const ACCOUNT: &str = "aws:principalaccount";
const ARN: &str = "aws:principalarn";
const TYPE: &str = "aws:principaltype";
const USER_NAME: &str = "aws:username";
const SERVICE_NAME: &str = "aws:principalservicename";

/// How many callers the tests on their keys may tell apart.
const MOST: usize = 2_000;

/// What a key holds in a request of one caller.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fact {
    /// This value.
    Value(String),
    /// The request does not have it.
    Missing,
    /// The caller does not decide it.
    Open,
}

fn fact(point: &Point, key: &str) -> Fact {
    match (point, key) {
        (Point::Aws { entity, .. }, ARN) => Fact::Value(entity.clone()),
        (Point::Aws { entity, .. }, ACCOUNT) => {
            account_of(entity).map_or(Fact::Open, |(_, account)| Fact::Value(account.to_owned()))
        }
        (Point::Aws { entity, .. }, TYPE) => {
            Fact::Value(if is_user(entity) { "User" } else { "AssumedRole" }.to_owned())
        }
        (Point::Aws { entity, .. }, USER_NAME) if is_user(entity) => {
            Fact::Value(entity.rsplit_once('/').map_or(entity.as_str(), |(_, name)| name).to_owned())
        }
        (Point::Aws { .. } | Point::Service(_) | Point::Federated(_), USER_NAME) => Fact::Missing,
        (Point::Service(name), SERVICE_NAME) => Fact::Value(name.clone()),
        (Point::Aws { .. } | Point::Federated(_), SERVICE_NAME) => Fact::Missing,
        // A service and whoever brings a token or an assertion sign with no account's credentials.
        (Point::Service(_) | Point::Federated(_), ARN | ACCOUNT) => Fact::Missing,
        (Point::Aws { .. } | Point::Service(_) | Point::Federated(_) | Point::CanonicalUser(_), _) => Fact::Open,
    }
}

/// What is known of keys of some tests and their variables: what follows from the caller, and that a token of another web
/// identity provider than the caller's is not there.
pub fn given<'t>(tests: impl Iterator<Item = &'t Arc<Test>>, point: &Point) -> Assignment {
    let provider = match point {
        Point::Federated(text) => Some(text.split_once(":oidc-provider/").map_or(text.as_str(), |(_, name)| name)),
        Point::Aws { .. } | Point::Service(_) | Point::CanonicalUser(_) => None,
    };
    let mut given = Assignment::new();
    for key in tests.flat_map(|test| std::iter::once(test.key.as_str()).chain(test.variables())) {
        match fact(point, key) {
            Fact::Value(value) => given.insert(key.to_owned(), Some(vec![value])),
            Fact::Missing => given.insert(key.to_owned(), None),
            Fact::Open => match (provider, keys::web_identity_provider(key)) {
                (Some(own), Some(other)) if !own.eq_ignore_ascii_case(other) => given.insert(key.to_owned(), None),
                _ => None,
            },
        };
    }
    given
}

/// Whether a key, in lower case, follows from the caller.
pub fn is_key_of_caller(key: &str) -> bool {
    matches!(key, ACCOUNT | ARN | TYPE | USER_NAME | SERVICE_NAME)
}

/// Whether a test is one on a key that follows from the caller, or compares with one.
pub fn is_about_caller(test: &Test) -> bool {
    is_key_of_caller(&test.key) || test.variables().any(is_key_of_caller)
}

/// Whether a test compares the caller's account as a number.
pub fn compares_account_by_number(test: &Test) -> bool {
    test.key == ACCOUNT && matches!(test.family, Family::Number(..))
}

/// Whether a test of a policy in an account holds for a caller; `None` where the caller does not decide it.
pub fn holds(test: &Test, point: &Point, own: Option<OwnAccount<'_>>) -> Option<bool> {
    let readable = match test.family {
        Family::Text(..) | Family::Null(_) | Family::Never => true,
        Family::Number(..) => compares_account_by_number(test),
        Family::Date(..) | Family::Network(_) | Family::Bool(_) | Family::Opaque(_) => false,
    };
    if test.variables().next().is_some() {
        return None;
    }
    let ready = test.under(&|_| None);
    match fact(point, &test.key) {
        Fact::Value(value) if readable && matches!(test.family, Family::Number(..)) => {
            let value = own.map_or(value.as_str(), |own| own.as_number(&value)).to_owned();
            is_digits(&value).then(|| ready.holds(Some(&[value])))
        }
        Fact::Value(value) if readable => Some(ready.holds(Some(&[value]))),
        Fact::Missing if test.opaque().is_none() => Some(ready.holds(None)),
        Fact::Value(_) | Fact::Missing | Fact::Open => None,
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What the context of a witness must say of the caller besides its ARN: the role's own ARN, where that of a session
/// leaves out its path.
pub fn said_besides(point: &Point) -> Option<(String, Vec<String>)> {
    let plain = Point::aws(point.text().to_owned());
    match (point, plain) {
        (Point::Aws { entity, .. }, Point::Aws { entity: told, .. }) if *entity != told => {
            Some(("aws:PrincipalArn".to_owned(), vec![entity.clone()]))
        }
        _ => None,
    }
}

/// A role and a user for each way in which the tests on a caller's keys can lie to one; `None` where they are too many.
///
/// `numbers` are those that accounts are compared with.
///
/// What a principal in `named` names is told apart from all others: a caller that stands for these is none of them. No
/// caller is in an account of the ids `spelled_otherwise`: the policies have something else in their place.
pub fn points(
    tests: &[&Arc<Test>],
    numbers: &[u64],
    accounts: &BTreeSet<AccountOf<'_>>,
    named: &[&str],
    spelled_otherwise: &[&str],
) -> Option<BTreeSet<Point>> {
    let named: Vec<Vec<Step>> =
        named.iter().map(|text| text.chars().map(|c| Step::One(Letter::new(c))).collect()).collect();
    // A user's name is the end of its ARN.
    let of_name = |name: &[Step]| steps::flat("arn:*:user/").into_iter().chain(name.iter().copied()).collect();
    let users: Vec<Vec<Step>> = patterns(tests, USER_NAME).into_iter().map(of_name).collect();
    let mut arns = patterns(tests, ARN);
    arns.extend(named.iter().chain(&users).map(Vec::as_slice));
    arns.sort_unstable();
    arns.dedup();
    let ids = patterns(tests, ACCOUNT);
    let mut known: BTreeSet<(String, String)> =
        accounts.iter().map(|(partition, account)| ((*partition).to_owned(), (*account).to_owned())).collect();
    let partitions: BTreeSet<&str> = accounts.iter().map(|(partition, _)| *partition).collect();
    for partition in partitions {
        let found = account_ids(partition, &arns, &ids, spelled_otherwise)?.into_iter().chain(around(numbers));
        known.extend(found.map(|account| (partition.to_owned(), account)));
        // What is a wildcard is not an account: the ids above are what it matches.
        let named = ids.iter().filter_map(|id| spelled(id)).filter(|account| is_account(account));
        known.extend(named.map(|account| (partition.to_owned(), account)));
    }
    // A placeholder for an account does not have twelve digits.
    let arn = arns.iter().map(|arn| arn.iter().map_while(|step| letter(*step)).collect::<String>());
    for arn in arn {
        let named = account_of(&arn).filter(|(_, account)| is_account(account));
        known.extend(named.map(|(partition, account)| (partition.to_owned(), account.to_owned())));
    }
    let services = patterns(tests, SERVICE_NAME).into_iter().filter_map(spelled);
    let mut points: BTreeSet<Point> = services.map(Point::Service).collect();
    for (partition, account) in &known {
        for kind in ["role", "user"] {
            let head = format!("arn:{partition}:iam::{account}:{kind}/");
            points.extend(names(&head, &arns, "")?.into_iter().map(|name| Point::aws(format!("{head}{name}"))));
        }
        if points.len() > MOST {
            return None;
        }
    }
    Some(points)
}

/// A session for each path that its role may have, as far as the tests on the role's ARN tell paths apart; `None` where
/// they are too many. Not for a role that one of the principals in `named` names: its path is known.
pub fn sessions(tests: &[&Arc<Test>], points: &BTreeSet<Point>, named: &[&str]) -> Option<BTreeSet<Point>> {
    let arns = patterns(tests, ARN);
    let mut found = BTreeSet::new();
    for text in points.iter().map(Point::text) {
        let Some(((partition, account), role, _)) = session_parts(text) else { continue };
        if named.iter().any(|named| role_parts(named) == Some(((partition, account), role))) {
            continue;
        }
        let head = format!("arn:{partition}:iam::{account}:role/");
        let entities = names(&head, &arns, role)?.into_iter().map(|name| format!("{head}{name}"));
        found.extend(entities.map(|entity| Point::Aws { text: text.to_owned(), entity }));
    }
    Some(found)
}

/// The patterns that a key is compared with, in an order that does not depend on the sides'. A key that stands in a
/// variable may have any value that others are compared with.
fn patterns<'t>(tests: &[&'t Arc<Test>], key: &str) -> Vec<&'t [Step]> {
    let in_variable = tests.iter().any(|test| test.variables().any(|variable| variable == key));
    let of_key = tests.iter().filter(|test| in_variable || test.key == key);
    let mut patterns: Vec<&[Step]> = of_key.flat_map(|test| test.plain_steps()).collect();
    patterns.sort_unstable();
    patterns.dedup();
    patterns
}

/// The accounts at, below and above some numbers.
fn around(numbers: &[u64]) -> impl Iterator<Item = String> {
    let all = numbers.iter().flat_map(|n| [n.saturating_sub(1), *n, n.saturating_add(1)]);
    all.map(|number| format!("{number:012}")).filter(|id| id.len() == 12)
}

/// Whether a text is an account's id, or may be what normalising put in the place of one.
fn is_account(text: &str) -> bool {
    (text.len() == 12 && is_digits(text)) || text.contains(OPEN)
}

fn letter(step: Step) -> Option<char> {
    if let Step::One(letter) = step { letter.as_char() } else { None }
}

/// The text of a pattern without a wildcard.
fn spelled(pattern: &[Step]) -> Option<String> {
    pattern.iter().map(|step| letter(*step)).collect()
}

/// The places of the first patterns of a group, those of ARNs, after a text.
fn start(group: Group<'_>, count: usize, text: &str) -> Vec<Place> {
    let first: Vec<Place> = starts(group).into_iter().take(count).collect();
    text.chars().fold(first, |places, c| step_over(group, &places, Letter::new(c)))
}

/// An account id, twelve digits, for each way in which patterns of ARNs and of ids can lie to one. None of those in
/// `not`.
fn account_ids(partition: &str, arns: &[&[Step]], ids: &[&[Step]], not: &[&str]) -> Option<Vec<String>> {
    let all: Vec<&[Step]> = arns.iter().chain(ids).copied().collect();
    let group = Group(&all);
    let mut places = start(group, arns.len(), &format!("arn:{partition}:iam::"));
    places.extend(starts(group).into_iter().skip(arns.len()));
    // A text is kept apart as long as it may become one of those that none may be.
    let mut texts: BTreeMap<(Vec<Place>, Vec<&str>), String> =
        BTreeMap::from([((places, not.to_vec()), String::new())]);
    for length in 0..12 {
        let mut longer = BTreeMap::new();
        for ((places, not), text) in texts {
            let (named, _) = named_letters(group, &places);
            let digit = |letter: &Letter| letter.as_char().filter(char::is_ascii_digit);
            let mut named: BTreeSet<char> = named.iter().filter_map(digit).collect();
            named.extend(not.iter().filter_map(|id| id.chars().nth(length)));
            let other = ('1'..='9').chain(['0']).find(|c| !named.contains(c));
            for c in other.into_iter().chain(named) {
                let after = step_over(group, &places, Letter::new(c));
                let text = format!("{text}{c}");
                let not: Vec<&str> = not.iter().filter(|id| id.starts_with(&text)).copied().collect();
                longer.entry((after, not)).or_insert(text);
            }
        }
        texts = longer;
        if texts.len() > MOST {
            return None;
        }
    }
    texts.retain(|(_, not), _| not.is_empty());
    Some(texts.into_values().collect())
}

/// A name, with its path, for each set of patterns that an ARN with this head can match. The name is `last`, unless that
/// is empty.
fn names(head: &str, arns: &[&[Step]], last: &str) -> Option<Vec<String>> {
    let group = Group(arns);
    let places = start(group, arns.len(), head);
    let mut found: BTreeMap<Bits, String> = BTreeMap::new();
    let mut seen = BTreeSet::from([(places.clone(), true)]);
    let mut queue = VecDeque::from([(places, String::new())]);
    while let Some((places, text)) = queue.pop_front() {
        let ends_in_slash = text.is_empty() || text.ends_with('/');
        if ends_in_slash != last.is_empty() {
            let whole = last.chars().fold(places.clone(), |places, c| step_over(group, &places, Letter::new(c)));
            found.entry(matched(arns, &whole)).or_insert_with(|| format!("{text}{last}"));
        }
        let (named, _) = named_letters(group, &places);
        let named = named.iter().filter_map(|letter| letter.as_char()).filter(|c| can_be_in_name(*c));
        let mut named: BTreeSet<char> = named.collect();
        if !last.is_empty() {
            named.insert('/');
        }
        named.retain(|c| *c != '/' || !ends_in_slash);
        let other = other_letter(&named.iter().map(|c| Letter::new(*c)).collect()).and_then(Letter::as_char);
        for c in other.into_iter().chain(named) {
            let after = step_over(group, &places, Letter::new(c));
            if seen.insert((after.clone(), c == '/')) {
                queue.push_back((after, format!("{text}{c}")));
            }
        }
        if seen.len() > MOST {
            return None;
        }
    }
    Some(found.into_values().collect())
}

/// Names hold letters, digits and `+=,.@_-`, and normalised ones a placeholder between marks.
fn can_be_in_name(c: char) -> bool {
    !matches!(c, ':' | '*' | '?') && !c.is_whitespace() && !c.is_control()
}

fn matched(patterns: &[&[Step]], places: &[Place]) -> Bits {
    let mut bits = Bits::new(patterns.len());
    for &place in places {
        if rest_of(Group(patterns), place).iter().all(|step| step.repeats()) {
            bits.insert(place.0 as usize);
        }
    }
    bits
}

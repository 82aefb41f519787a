//! Who a principal of a trust policy means.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use std::collections::BTreeSet;

use super::TrustSide;
use crate::model::{Principal, PrincipalClause};

/// Somebody who asks to take a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    /// A role, user or session by its ARN, or the id that a deleted one left.
    Aws(String),
    /// A service.
    Service(String),
    /// Somebody whom this provider vouches for.
    Federated(String),
    /// An S3 canonical user.
    CanonicalUser(String),
}

impl Point {
    /// The key under which a policy would write the caller.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Aws(_) => "AWS",
            Self::Service(_) => "Service",
            Self::Federated(_) => "Federated",
            Self::CanonicalUser(_) => "CanonicalUser",
        }
    }

    /// The caller's text.
    pub fn text(&self) -> &str {
        match self {
            Self::Aws(text) | Self::Service(text) | Self::Federated(text) | Self::CanonicalUser(text) => text,
        }
    }
}

/// Whether a principal or statement means a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Means {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// AWS does not say, for this reason.
    Perhaps(String),
}

/// An account: partition and id.
type AccountOf<'a> = (&'a str, &'a str);

/// Whether an id is of those that AWS leaves behind when a role or user was deleted.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
pub fn is_dangling(principal: &Principal) -> bool {
    matches!(principal, Principal::Aws(text) if is_unique_id(text))
}

fn is_unique_id(text: &str) -> bool {
    text.starts_with("AROA") || text.starts_with("AIDA")
}

/// The account that a principal names as a whole, by id or root ARN.
fn named_account<'a>(text: &'a str, side: &TrustSide<'a>) -> Option<AccountOf<'a>> {
    if !text.contains(':') {
        return (!is_unique_id(text)).then_some((side.partition, text));
    }
    let account = account_of(text)?;
    let is_root = text.split(':').nth(2) == Some("iam") && text.splitn(6, ':').nth(5) == Some("root");
    (is_root && text.starts_with("arn:")).then_some(account)
}

fn account_of(arn: &str) -> Option<AccountOf<'_>> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        [_, partition, _, _, account, _] => Some((partition, account)),
        _ => None,
    }
}

/// Account, role name and session name of a session's ARN.
fn session_parts(arn: &str) -> Option<(AccountOf<'_>, &str, &str)> {
    let account = account_of(arn).filter(|_| arn.split(':').nth(2) == Some("sts"))?;
    let (role, session) = arn.split_once(":assumed-role/")?.1.split_once('/')?;
    Some((account, role, session))
}

/// Account and name of a role's ARN, its path aside.
fn role_parts(arn: &str) -> Option<(AccountOf<'_>, &str)> {
    let account = account_of(arn).filter(|_| arn.split(':').nth(2) == Some("iam"))?;
    let path = arn.split_once(":role/")?.1;
    Some((account, path.rsplit_once('/').map_or(path, |(_, name)| name)))
}

/// Whether a principal means a caller.
pub fn means(principal: &Principal, point: &Point, side: &TrustSide<'_>) -> Means {
    let yes = |yes: bool| if yes { Means::Yes } else { Means::No };
    match (principal, point) {
        (Principal::Everyone, _) => Means::Yes,
        (Principal::Aws(written), Point::Aws(caller)) => yes(means_aws(written, caller, side)),
        (Principal::Service(written), Point::Service(caller))
        | (Principal::Federated(written), Point::Federated(caller)) => name_means(written, caller),
        (Principal::CanonicalUser(written), Point::CanonicalUser(caller)) => yes(written == caller),
        (
            Principal::Aws(_) | Principal::Service(_) | Principal::Federated(_) | Principal::CanonicalUser(_),
            Point::Aws(_) | Point::Service(_) | Point::Federated(_) | Point::CanonicalUser(_),
        ) => Means::No,
    }
}

fn means_aws(written: &str, caller: &str, side: &TrustSide<'_>) -> bool {
    if let Some(account) = named_account(written, side) {
        return account_of(caller) == Some(account);
    }
    let is_session = || {
        let (role, session) = (role_parts(written)?, session_parts(caller)?);
        Some(role.0 == session.0 && role.1 == session.1)
    };
    written == caller || is_session().unwrap_or(false)
}

fn name_means(written: &str, caller: &str) -> Means {
    if written == caller {
        Means::Yes
    } else if written == "*" || written.eq_ignore_ascii_case(caller) {
        Means::Perhaps(format!("whether the principal `{written}` means `{caller}` is not documented"))
    } else {
        Means::No
    }
}

/// Whether a statement's principal element means a caller.
pub fn clause_means(clause: &PrincipalClause, point: &Point, side: &TrustSide<'_>) -> Means {
    let mut listed = Means::No;
    for principal in clause.principals() {
        match means(principal, point, side) {
            Means::Yes => {
                listed = Means::Yes;
                break;
            }
            Means::Perhaps(why) => listed = Means::Perhaps(why),
            Means::No => {}
        }
    }
    match (clause, listed) {
        (PrincipalClause::Principal(_), listed) => listed,
        (PrincipalClause::NotPrincipal(_), Means::Yes) => Means::No,
        (PrincipalClause::NotPrincipal(_), Means::No) => Means::Yes,
        (PrincipalClause::NotPrincipal(_), perhaps) => perhaps,
    }
}

/// Whether a clause that means the caller only passes the decision on to the role's own account.
pub fn delegates(clause: &PrincipalClause, point: &Point, side: &TrustSide<'_>) -> bool {
    let own = (side.partition, side.account);
    let is_own = |principal: &Principal| match principal {
        Principal::Aws(text) => named_account(text, side) == Some(own),
        Principal::Everyone | Principal::Service(_) | Principal::Federated(_) | Principal::CanonicalUser(_) => false,
    };
    match clause {
        PrincipalClause::NotPrincipal(_) => false,
        PrincipalClause::Principal(principals) => {
            !principals.iter().any(|principal| !is_own(principal) && means(principal, point, side) == Means::Yes)
        }
    }
}

/// Every kind of caller that the principals can tell apart.
pub fn points<'a>(principals: &[(&'a Principal, TrustSide<'a>)], sides: [TrustSide<'a>; 2]) -> Vec<Point> {
    let mut accounts: BTreeSet<AccountOf<'a>> = sides.iter().map(|side| (side.partition, side.account)).collect();
    let mut points = BTreeSet::new();
    for (principal, side) in principals {
        match principal {
            Principal::Everyone => {}
            Principal::Aws(text) => {
                accounts.extend(named_account(text, side).or_else(|| account_of(text)));
                if named_account(text, side).is_none() {
                    points.extend(points_named(text));
                }
            }
            Principal::Service(text) => {
                points.insert(Point::Service(text.clone()));
            }
            Principal::Federated(text) => {
                points.insert(Point::Federated(text.clone()));
            }
            Principal::CanonicalUser(text) => {
                points.insert(Point::CanonicalUser(text.clone()));
            }
        }
    }
    let foreign = ["999988887777", "999988886666", "999988885555"];
    let unnamed = foreign.into_iter().find(|id| !accounts.iter().any(|(_, account)| account == id));
    let [first, _] = sides;
    accounts.extend(unnamed.map(|id| (first.partition, id)));
    for (partition, account) in accounts {
        points.insert(Point::Aws(format!("arn:{partition}:iam::{account}:role/someone-else")));
    }
    points.insert(Point::Service("unheard.amazonaws.com".to_owned()));
    points.insert(Point::Federated("unheard.example.com".to_owned()));
    points.insert(Point::CanonicalUser("unheard-of-canonical-user".to_owned()));
    points.into_iter().collect()
}

/// A principal itself, a session of it if it is a role, its role and another session if it is a session.
fn points_named(text: &str) -> Vec<Point> {
    let mut found = vec![text.to_owned()];
    if let Some(((partition, account), role)) = role_parts(text) {
        found.push(format!("arn:{partition}:sts::{account}:assumed-role/{role}/any"));
    }
    if let Some(((partition, account), role, session)) = session_parts(text) {
        found.push(format!("arn:{partition}:sts::{account}:assumed-role/{role}/{session}-not"));
        found.push(format!("arn:{partition}:iam::{account}:role/{role}"));
    }
    found.into_iter().map(Point::Aws).collect()
}

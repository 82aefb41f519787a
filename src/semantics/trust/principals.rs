//! Who a principal of a trust policy means.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use std::collections::BTreeSet;

use super::arns::{AccountOf, account_of, named_account, role_parts, session_parts};
use super::side::TrustSide;
use crate::model::{Effect, Principal, PrincipalClause, PrincipalType, names_somebody};

/// Somebody who asks to assume a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    /// A role, user or session.
    Aws {
        /// Its ARN.
        text: String,
        /// The ARN of the user or role that it is or is a session of: what `aws:PrincipalArn` holds.
        entity: String,
    },
    /// A service.
    Service(String),
    /// Somebody whom this provider vouches for.
    Federated(String),
    /// An S3 canonical user.
    CanonicalUser(String),
}

impl Point {
    /// A role, a user, or a session of a role without a path.
    pub fn aws(text: String) -> Self {
        let entity = match session_parts(&text) {
            Some(((partition, account), role, _)) => format!("arn:{partition}:iam::{account}:role/{role}"),
            None => text.clone(),
        };
        Self::Aws { text, entity }
    }

    /// The key under which a policy would write the caller.
    pub const fn kind(&self) -> PrincipalType {
        match self {
            Self::Aws { .. } => PrincipalType::Aws,
            Self::Service(_) => PrincipalType::Service,
            Self::Federated(_) => PrincipalType::Federated,
            Self::CanonicalUser(_) => PrincipalType::CanonicalUser,
        }
    }

    /// The caller's text.
    pub fn text(&self) -> &str {
        match self {
            Self::Aws { text, .. } | Self::Service(text) | Self::Federated(text) | Self::CanonicalUser(text) => text,
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

/// Whether a principal means a caller.
pub fn means(principal: &Principal, point: &Point, side: &TrustSide<'_>) -> Means {
    let yes = |yes: bool| if yes { Means::Yes } else { Means::No };
    match (principal, point) {
        (Principal::Everyone, _) => Means::Yes,
        (Principal::Aws(written), Point::Aws { text, .. }) => yes(means_aws(written, text, side)),
        (Principal::Service(written), Point::Service(caller))
        | (Principal::Federated(written), Point::Federated(caller)) => name_means(written, caller),
        (Principal::CanonicalUser(written), Point::CanonicalUser(caller)) => yes(written == caller),
        (
            Principal::Aws(_) | Principal::Service(_) | Principal::Federated(_) | Principal::CanonicalUser(_),
            Point::Aws { .. } | Point::Service(_) | Point::Federated(_) | Point::CanonicalUser(_),
        ) => Means::No,
    }
}

fn means_aws(written: &str, caller: &str, side: &TrustSide<'_>) -> bool {
    match named_account(written, side) {
        Some(account) => account_of(caller) == Some(account),
        None => names_entity(written, caller),
    }
}

/// Whether a principal that is not an account names the caller, or the role that the caller is a session of.
fn names_entity(written: &str, caller: &str) -> bool {
    let is_session = || {
        let (role, session) = (role_parts(written)?, session_parts(caller)?);
        Some(role.0 == session.0 && role.1 == session.1)
    };
    names_somebody(written) && (written == caller || is_session().unwrap_or(false))
}

fn name_means(written: &str, caller: &str) -> Means {
    if written == caller {
        Means::Yes
    } else if written == "*" || written.eq_ignore_ascii_case(caller) {
        Means::Perhaps(format!("AWS does not document whether the principal `{written}` matches `{caller}`"))
    } else {
        Means::No
    }
}

/// Whether a statement's principal element means a caller.
pub fn clause_means(clause: &PrincipalClause, effect: Effect, point: &Point, side: &TrustSide<'_>) -> Means {
    match clause {
        PrincipalClause::Principal(principals) => any_means(principals, point, side),
        PrincipalClause::NotPrincipal(principals) => match (excepts(principals, effect, point, side), effect) {
            (Means::Yes, _) => Means::No,
            (Means::No, _) => Means::Yes,
            (perhaps, _) => perhaps,
        },
    }
}

fn any_means(principals: &[Principal], point: &Point, side: &TrustSide<'_>) -> Means {
    let mut listed = Means::No;
    for principal in principals {
        match means(principal, point, side) {
            Means::Yes => return Means::Yes,
            Means::Perhaps(why) => listed = Means::Perhaps(why),
            Means::No => {}
        }
    }
    listed
}

/// Whether a `NotPrincipal` leaves a caller out. Naming an account does not leave out everybody in it: of a Deny, only
/// who is named beside the account is.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>
fn excepts(principals: &[Principal], effect: Effect, point: &Point, side: &TrustSide<'_>) -> Means {
    let Point::Aws { text: caller, .. } = point else { return any_means(principals, point, side) };
    if principals.contains(&Principal::Everyone) {
        return Means::Yes;
    }
    let listed: Vec<&str> = principals.iter().filter_map(aws_text).collect();
    let (accounts, entities): (Vec<&str>, Vec<&str>) =
        listed.into_iter().partition(|written| named_account(written, side).is_some());
    let account = accounts.iter().any(|written| named_account(written, side) == account_of(caller));
    match effect {
        Effect::Allow if entities.iter().any(|written| names_entity(written, caller)) => Means::Yes,
        Effect::Allow if account => Means::Perhaps(format!(
            "AWS does not support NotPrincipal with Allow, and does not document whether one that names the account \
                of `{caller}` excludes it"
        )),
        Effect::Allow => Means::No,
        Effect::Deny => excepted_from_deny(&entities, caller, account),
    }
}

/// The text of a principal that is an account, user, role or session; others never mean one.
fn aws_text(principal: &Principal) -> Option<&str> {
    match principal {
        Principal::Aws(text) => Some(text),
        Principal::Everyone | Principal::Service(_) | Principal::Federated(_) | Principal::CanonicalUser(_) => None,
    }
}

/// Whether a caller is left out of a Deny whose list names its account or not, and these users, roles and sessions.
fn excepted_from_deny(entities: &[&str], caller: &str, account: bool) -> Means {
    let caller_role = own_role(caller).or_else(|| role_parts(caller));
    let itself = entities.contains(&caller);
    let role = caller_role.is_some() && entities.iter().any(|written| role_parts(written) == caller_role);
    let of_its_sessions =
        entities.iter().any(|written| own_role(written).is_some_and(|role| Some(role) == caller_role));
    let is_session = session_parts(caller).is_some();
    // Where sessions of a role are named, it is for them alone that the role stands in the list.
    let named = if of_its_sessions { itself && is_session } else { itself || (is_session && role) };
    if !named {
        Means::No
    } else if account && (role || !is_session) {
        Means::Yes
    } else {
        Means::Perhaps(format!(
            "according to AWS, a Deny with NotPrincipal can deny `{caller}` if its account or role is not named as well"
        ))
    }
}

/// Account and name of the role that a session's ARN is of.
fn own_role(session: &str) -> Option<(AccountOf<'_>, &str)> {
    session_parts(session).map(|(account, role, _)| (account, role))
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

/// The accounts that two policies tell apart: those of the roles and of the principals, and one that neither names.
pub fn accounts<'a>(
    principals: &[(&'a Principal, TrustSide<'a>)],
    sides: [TrustSide<'a>; 2],
) -> BTreeSet<AccountOf<'a>> {
    let mut accounts: BTreeSet<AccountOf<'a>> = sides.iter().map(|side| (side.partition, side.account)).collect();
    for (principal, side) in principals {
        let text = aws_text(principal).filter(|text| names_somebody(text));
        accounts.extend(text.and_then(|text| named_account(text, side).or_else(|| account_of(text))));
    }
    let foreign = ["999988887777", "999988886666", "999988885555"];
    let unnamed = foreign.into_iter().find(|id| !accounts.iter().any(|(_, account)| account == id));
    let partition = sides.iter().map(|side| side.partition).min();
    accounts.extend(partition.zip(unnamed));
    accounts
}

/// Every kind of caller that the principals can tell apart. Nobody calls as a canonical user: it is another name of an
/// account, and a caller only where it is named, as it is not known of which.
pub fn points<'a>(
    principals: &[(&'a Principal, TrustSide<'a>)],
    accounts: &BTreeSet<AccountOf<'a>>,
    sides: [TrustSide<'a>; 2],
) -> BTreeSet<Point> {
    let mut points = BTreeSet::new();
    for (principal, side) in principals {
        match principal {
            Principal::Everyone => {}
            Principal::Aws(text) if named_account(text, side).is_some() || never_calls(text) => {}
            Principal::Aws(text) => points.extend(points_named(text)),
            // `*` is the name of neither a service nor a provider.
            Principal::Service(text) | Principal::Federated(text) if text == "*" => {}
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
    for (partition, account) in accounts {
        points.insert(Point::aws(format!("arn:{partition}:iam::{account}:role/someone-else")));
    }
    points.insert(Point::Service("unheard.amazonaws.com".to_owned()));
    points.insert(Point::Federated("unheard.example.com".to_owned()));
    for TrustSide { partition, account, .. } in sides {
        points.insert(Point::Federated(format!("arn:{partition}:iam::{account}:saml-provider/unheard")));
    }
    points
}

/// Whether a text names nobody who can ask for a role: what no caller has, and the session of a
/// federated user, which AWS STS answers `GetCallerIdentity` alone.
///
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html>
fn never_calls(text: &str) -> bool {
    !names_somebody(text) || text.contains(":federated-user/")
}

/// A principal itself, a session of it if it is a role, its role and another session if it is a session.
fn points_named(text: &str) -> Vec<Point> {
    let mut found = vec![Point::aws(text.to_owned())];
    if let Some(((partition, account), role)) = role_parts(text) {
        let session = format!("arn:{partition}:sts::{account}:assumed-role/{role}/any");
        found.push(Point::Aws { text: session, entity: text.to_owned() });
    }
    if let Some(((partition, account), role, session)) = session_parts(text) {
        found.push(Point::aws(format!("arn:{partition}:sts::{account}:assumed-role/{role}/{session}-not")));
        found.push(Point::aws(format!("arn:{partition}:iam::{account}:role/{role}")));
    }
    found
}

//! The `Principal` and `NotPrincipal` elements of a trust policy.
//!
//! - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
//! - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>

use super::decision::{Doubt, Hint};
use super::role_account::RoleAccount;
use super::trust_request::Caller;
use super::truth::Truth;
use crate::model::equivalency::{CLOSE, OPEN};
use crate::model::{Effect, Principal, PrincipalClause};

/// Whether a statement's principal element is about a caller.
pub(super) fn covers(
    clause: &PrincipalClause,
    effect: Effect,
    caller: Caller<'_>,
    role: RoleAccount<'_>,
    hints: &mut Vec<Hint>,
) -> Truth {
    hints.extend(clause.principals().iter().filter_map(dangling));
    match (clause, caller) {
        (PrincipalClause::NotPrincipal(principals), Caller::Aws(arn)) => excepts(principals, effect, arn, role).not(),
        (PrincipalClause::NotPrincipal(principals), _) => listed(principals, caller, role).not(),
        (PrincipalClause::Principal(principals), _) => listed(principals, caller, role),
    }
}

fn listed(principals: &[Principal], caller: Caller<'_>, role: RoleAccount<'_>) -> Truth {
    Truth::any(principals.iter().map(|principal| contains(principal, caller, role)))
}

/// Whether `NotPrincipal` leaves a user, role or session out.
///
/// The page's examples: a Deny that lists a user and the account's root denies "all principals except the user"; one
/// that lists a session, its role and the root denies "all principals except the assumed-role user". So everybody else
/// of that account is denied. Without the account or the role in the list, "the effect of the policy might be to
/// explicitly deny access" to those that are listed as well. It recommends to list "both the ARN for a role and the ARN
/// for the account", which must be enough for a role of which no session is listed.
fn excepts(principals: &[Principal], effect: Effect, caller: &str, role: RoleAccount<'_>) -> Truth {
    if principals.contains(&Principal::Everyone) {
        return Truth::Yes;
    }
    let named = |wanted: &dyn Fn(&str) -> bool| {
        principals.iter().any(|principal| match principal {
            Principal::Aws(text) if account_of(principal, role).is_none() => wanted(text),
            Principal::Aws(_) | Principal::Everyone => false,
            Principal::Service(_) | Principal::Federated(_) | Principal::CanonicalUser(_) => false,
        })
    };
    let account = principals.iter().any(|one| account_of(one, role).is_some_and(|a| Some(a) == account_in(caller)));
    let itself = named(&|text| text == caller && is_caller(text));
    let its_role = named(&|text| is_session_of(caller, text));
    if effect == Effect::Allow {
        return match (itself || its_role, account) {
            (true, _) => Truth::Yes,
            (false, true) => Truth::unknown(Doubt::AccountNotAllowed),
            (false, false) => Truth::No,
        };
    }
    let is_session = caller.contains(":assumed-role/");
    let sessions = named(&|text| is_session_of(text, caller) || (is_session && same_role(text, caller)));
    let counts = match (is_session, sessions) {
        (false, false) | (true, true) => itself,
        (false, true) => false,
        (true, false) => its_role,
    };
    match (counts, account && (its_role || !is_session)) {
        (false, _) => Truth::No,
        (true, true) => Truth::Yes,
        (true, false) => Truth::unknown(Doubt::NotExceptedWhole),
    }
}

/// Whether two sessions are of one role.
fn same_role(one: &str, other: &str) -> bool {
    let role = |session: &str| {
        let (head, rest) = session.split_once(":assumed-role/")?;
        Some((head.to_owned(), rest.split_once('/')?.0.to_owned()))
    };
    role(one).is_some_and(|role_of_one| Some(role_of_one) == role(other))
}

/// Whether a matching Allow names more than the role's own account: then it grants by itself, and does not leave it
/// to the account's own policies.
pub(super) fn grants_by_itself(clause: &PrincipalClause, caller: Caller<'_>, role: RoleAccount<'_>) -> bool {
    match clause {
        PrincipalClause::NotPrincipal(_) => true,
        PrincipalClause::Principal(principals) => principals.iter().any(|principal| {
            let is_own_account = account_of(principal, role) == Some((role.partition, role.account));
            !is_own_account && contains(principal, caller, role).is_yes()
        }),
    }
}

fn contains(principal: &Principal, caller: Caller<'_>, role: RoleAccount<'_>) -> Truth {
    match (principal, caller) {
        // `"*"` and `{"AWS": "*"}` are one: everyone, services and providers too.
        (Principal::Everyone, _) => Truth::Yes,
        (Principal::Aws(text), Caller::Aws(arn)) => contains_aws(text, arn, account_of(principal, role)).into(),
        (Principal::Service(text), Caller::Service(name)) | (Principal::Federated(text), Caller::Federated(name)) => {
            same_name(text, name)
        }
        (Principal::CanonicalUser(text), Caller::CanonicalUser(id)) => (text == id).into(),
        (
            Principal::Aws(_) | Principal::Service(_) | Principal::Federated(_) | Principal::CanonicalUser(_),
            Caller::Aws(_) | Caller::Service(_) | Caller::Federated(_) | Caller::CanonicalUser(_),
        ) => Truth::No,
    }
}

/// Whether AWS treats names that differ in case only as one, or takes `*` here, it does not document.
fn same_name(written: &str, name: &str) -> Truth {
    if written == name {
        Truth::Yes
    } else if written == "*" || written.eq_ignore_ascii_case(name) {
        Truth::unknown(Doubt::LikelyPrincipal { principal: written.to_owned() })
    } else {
        Truth::No
    }
}

fn contains_aws(written: &str, caller: &str, account: Option<PrincipalAccount<'_>>) -> bool {
    match account {
        Some(account) => account_in(caller) == Some(account),
        // A role stands for all its sessions, a user or a session for nothing but itself, what a deleted one left
        // behind for nobody.
        None => is_caller(written) && (written == caller || is_session_of(caller, written)),
    }
}

/// A partition, and an account in it.
type PrincipalAccount<'a> = (&'a str, &'a str);

/// The account that a principal names: its id, or the ARN of its root.
fn account_of<'a>(principal: &'a Principal, role: RoleAccount<'a>) -> Option<PrincipalAccount<'a>> {
    let Principal::Aws(text) = principal else { return None };
    if is_account_id(text) {
        return Some((role.partition, text));
    }
    root_account(text)
}

/// The account whose root an ARN names.
fn root_account(text: &str) -> Option<PrincipalAccount<'_>> {
    let mut parts = text.splitn(6, ':');
    let (arn, partition, service, _region) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (account, resource) = (parts.next()?, parts.next()?);
    (arn == "arn" && service == "iam" && resource == "root" && is_account_id(account)).then_some((partition, account))
}

/// The account that a caller belongs to.
fn account_in(arn: &str) -> Option<PrincipalAccount<'_>> {
    let mut parts = arn.splitn(6, ':');
    let (_arn, partition) = (parts.next()?, parts.next()?);
    let account = parts.nth(2)?;
    parts.next()?;
    Some((partition, account))
}

/// `arn:aws:sts::1:assumed-role/deploy/x` is a session of `arn:aws:iam::1:role/any/path/deploy`.
fn is_session_of(session: &str, role: &str) -> bool {
    let (Some(session_account), Some(role_account)) = (account_in(session), account_in(role)) else { return false };
    let session_role = session.split_once(":assumed-role/").and_then(|(_, rest)| rest.split_once('/'));
    let role_name = role.split_once(":role/").map(|(_, path)| path.rsplit_once('/').map_or(path, |(_, name)| name));
    session_account == role_account
        && session_role.is_some_and(|(name, _)| Some(name) == role_name)
        && role.split(':').nth(2) == Some("iam")
        && session.split(':').nth(2) == Some("sts")
}

/// Twelve digits, or what the dictionary put in their place.
fn is_account_id(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (digits == 12 && text.len() == 12) || (text.contains(OPEN) && !text.contains(':'))
}

/// Whether a text has the form of a caller: a user, a role or a session, whose names have no wildcard.
///
/// Everything else in a policy is nobody: the ids that AWS leaves behind when a role or user was deleted
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>), groups, "because
/// groups relate to permissions, not authentication", and what is no principal at all.
fn is_caller(text: &str) -> bool {
    let mut of_placeholder = false;
    let plain: String = text
        .chars()
        .filter(|c| {
            of_placeholder = *c == OPEN || (of_placeholder && *c != CLOSE);
            !of_placeholder
        })
        .collect();
    let mut parts = plain.splitn(6, ':');
    let (Some(_), Some(_), Some(service), Some(_), Some(account), Some(resource)) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return plain.len() < text.len();
    };
    // What the dictionary replaced begins with the mark that closes a placeholder here, and may be of any kind.
    let kind = resource.split_once('/').map_or(resource, |(kind, _)| kind);
    let of_kind = match service {
        "iam" => kind == "user" || kind == "role",
        "sts" => kind == "assumed-role" || kind == "federated-user",
        other => other.contains(CLOSE),
    };
    (of_kind || kind.contains(CLOSE))
        && (account.contains(CLOSE) || is_account_id(account))
        && !resource.contains(['*', '?'])
}

fn dangling(principal: &Principal) -> Option<Hint> {
    let Principal::Aws(text) = principal else { return None };
    let account = is_account_id(text) || root_account(text).is_some();
    (!account && !is_caller(text)).then(|| Hint::DanglingPrincipal { principal: text.clone() })
}

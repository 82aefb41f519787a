//! What a trust policy can speak of, and who can ask for it.

use std::collections::BTreeSet;

use super::arns::is_user;
use super::principals::{Means, Point};
use crate::catalog::{Catalogue, TRUST_ACTIONS};
use crate::model::ActionClause;
use crate::semantics::permissions::pattern_matches;
use crate::semantics::solver::keys::Requester;

/// A kind of caller, as far as it decides which operation hands out the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An IAM user, a role's session, an S3 canonical user: whoever signs requests with an account's credentials.
    Account,
    /// An AWS service.
    Service,
    /// Somebody with an assertion of a SAML provider.
    Saml,
    /// Somebody with a token of a web identity provider.
    WebIdentity,
}

/// Who calls each operation that hands out a role. The other actions accompany any of these calls.
///
/// Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html> ("Who can call"),
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html> (which principals are
/// SAML and which are web identity providers, and that services assume their service roles)
const CALLERS: &[(&str, &[Kind])] = &[
    ("sts:AssumeRole", &[Kind::Account, Kind::Service]),
    ("sts:AssumeRoleWithSAML", &[Kind::Saml]),
    ("sts:AssumeRoleWithWebIdentity", &[Kind::WebIdentity]),
];

/// All actions that two trust policies can speak of: those that act on a role, and those that either spells out.
pub fn universe<'a>(catalogue: &Catalogue, spelled: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let service = catalogue.service("sts");
    let of_catalogue = service.into_iter().flat_map(|service| {
        let on_a_role = service.actions.iter().filter(|action| {
            service.resource_types_of(action).any(|resource_type| resource_type.name.eq_ignore_ascii_case("role"))
        });
        on_a_role.map(|action| format!("sts:{}", action.name))
    });
    let mut actions: Vec<String> = TRUST_ACTIONS.iter().map(|action| format!("sts:{action}")).collect();
    for action in of_catalogue.chain(spelled.map(str::to_owned)) {
        if !actions.iter().any(|known| known.eq_ignore_ascii_case(&action)) {
            actions.push(action);
        }
    }
    actions.into_iter().collect()
}

/// Whether a caller can call an action at all.
pub fn can_call(point: &Point, action: &str) -> bool {
    let Some((_, kinds)) = CALLERS.iter().find(|(name, _)| name.eq_ignore_ascii_case(action)) else { return true };
    kinds_of(point).iter().any(|kind| kinds.contains(kind))
}

/// Whose request a caller's is.
pub fn requester(point: &Point) -> Requester {
    match (point, kinds_of(point)) {
        (Point::Aws { entity, .. }, _) if is_user(entity) => Requester::User,
        (Point::Aws { .. }, _) => Requester::RoleSession,
        (_, [Kind::Service]) => Requester::Service,
        (_, [Kind::Saml]) => Requester::SamlAssertion,
        (_, [Kind::WebIdentity]) => Requester::WebIdentity,
        _ => Requester::Anybody,
    }
}

/// The kinds that a caller may be of: both for a provider whose text does not say.
fn kinds_of(point: &Point) -> &'static [Kind] {
    match point {
        Point::Aws { .. } | Point::CanonicalUser(_) => &[Kind::Account],
        Point::Service(_) => &[Kind::Service],
        Point::Federated(text) if text.contains(":saml-provider/") => &[Kind::Saml],
        Point::Federated(text) if text.contains(":oidc-provider/") || !text.starts_with("arn:") => &[Kind::WebIdentity],
        Point::Federated(_) => &[Kind::Saml, Kind::WebIdentity],
    }
}

/// Whether a clause means an action.
pub fn means(clause: &ActionClause, action: &str) -> Means {
    let (service, name) = action.split_once(':').unwrap_or((action, ""));
    let name = name.to_ascii_lowercase();
    let mut listed = Means::No;
    for pattern in clause.patterns().iter().filter(|pattern| pattern_matches(pattern, service, &name)) {
        if pattern.is_everything() || !pattern.service().contains(['*', '?']) {
            listed = Means::Yes;
            break;
        }
        listed =
            Means::Perhaps(format!("AWS documents no wildcard in the service part of an action, as in `{pattern}`"));
    }
    match (clause, listed) {
        (ActionClause::NotAction(_), Means::Yes) => Means::No,
        (ActionClause::NotAction(_), Means::No) => Means::Yes,
        (_, listed) => listed,
    }
}

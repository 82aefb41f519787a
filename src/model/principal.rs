//! Who a trust policy speaks about.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use super::arn::AccountId;
use super::element::{PrincipalElement, PrincipalType};
use super::equivalency::{CLOSE, OPEN};

/// One principal of a trust policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    /// `"*"` or `{"AWS": "*"}`: anybody.
    Everyone,
    /// `{"AWS": …}`: an account id or root ARN, a role, user or session ARN, or the unique id (`AROA…`) that AWS
    /// leaves behind when the principal was deleted.
    Aws(String),
    /// `{"Service": …}`: an AWS service, such as `ec2.amazonaws.com`.
    Service(String),
    /// `{"Federated": …}`: a SAML or OIDC provider's ARN, or a web identity provider's name.
    Federated(String),
    /// `{"CanonicalUser": …}`: an S3 canonical user id.
    CanonicalUser(String),
}

impl Principal {
    /// The key under which a policy writes this principal; `*` for everyone.
    #[must_use]
    pub const fn principal_type(&self) -> PrincipalType {
        match self {
            Self::Everyone => PrincipalType::Everyone,
            Self::Aws(_) => PrincipalType::Aws,
            Self::Service(_) => PrincipalType::Service,
            Self::Federated(_) => PrincipalType::Federated,
            Self::CanonicalUser(_) => PrincipalType::CanonicalUser,
        }
    }

    /// The principal's text; `*` for everyone.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Everyone => "*",
            Self::Aws(text) | Self::Service(text) | Self::Federated(text) | Self::CanonicalUser(text) => text,
        }
    }

    /// Whether it is a text that no caller has: the unique id that a deleted role or user left behind, or what IAM does
    /// not accept as a principal and a file can hold all the same.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        matches!(self, Self::Aws(text) if !names_somebody(text))
    }

    /// Why a text that no caller has is none.
    #[must_use]
    pub fn why_nobody(&self) -> &'static str {
        if is_unique_id(self.as_str()) {
            "is the ID of a deleted user or role"
        } else {
            "names no account, user, role, or session, so it matches nobody"
        }
    }
}

/// Whether an id is of those that AWS shows where a role or user was deleted.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
fn is_unique_id(text: &str) -> bool {
    text.starts_with("AROA") || text.starts_with("AIDA")
}

/// Whether a text in `AWS` names an account, a user, a role, or a session. A part that the dictionary replaced may be
/// any. Wildcards match no part of a principal, and groups are none.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
#[must_use]
pub fn names_somebody(text: &str) -> bool {
    let is_account = |part: &str| AccountId::is_valid(part) || part.contains(OPEN);
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let &[arn, _, service, _, account, resource] = parts.as_slice() else { return is_account(text) };
    let kind = resource.split('/').next().unwrap_or_default();
    let is_principal = match service {
        "iam" => resource == "root" || resource.starts_with("user/") || resource.starts_with("role/"),
        "sts" => resource.starts_with("assumed-role/") || resource.starts_with("federated-user/"),
        _ => false,
    };
    let is_replaced = |part: &str| part.contains(OPEN);
    let names_one = is_principal || is_replaced(service) || is_replaced(kind);
    (arn == "arn" || is_replaced(arn)) && is_account(account) && names_one && !has_wildcard(resource)
}

/// Whether a text has a wildcard, those in placeholders aside.
fn has_wildcard(text: &str) -> bool {
    let mut inside = false;
    text.chars().any(|c| {
        inside = c == OPEN || (inside && c != CLOSE);
        !inside && matches!(c, '*' | '?')
    })
}

/// Whom a trust statement is about. The list is never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalClause {
    /// `Principal`: those listed.
    Principal(Vec<Principal>),
    /// `NotPrincipal`: all but those listed.
    NotPrincipal(Vec<Principal>),
}

impl PrincipalClause {
    /// The entries, as written.
    #[must_use]
    pub fn principals(&self) -> &[Principal] {
        match self {
            Self::Principal(principals) | Self::NotPrincipal(principals) => principals,
        }
    }

    /// The element's name: `Principal` or `NotPrincipal`.
    #[must_use]
    pub const fn element(&self) -> PrincipalElement {
        match self {
            Self::Principal(_) => PrincipalElement::Principal,
            Self::NotPrincipal(_) => PrincipalElement::NotPrincipal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_nobody() {
        let own = |text: &str| text.replace("OWN", &format!("{OPEN}own*{CLOSE}"));
        for text in [
            "444455556666",
            "arn:aws:iam::444455556666:root",
            "arn:aws:iam::444455556666:user/ops/mia",
            "arn:aws:iam::444455556666:role/deploy",
            "arn:aws:sts::444455556666:assumed-role/deploy/run",
            "arn:aws:sts::444455556666:federated-user/mia",
            "OWN",
            "arn:aws:iam::OWN:root",
            "arn:aws:iam::444455556666:OWN/deploy",
            "arn:aws:iam::OWN:role/OWN-deploy",
        ] {
            assert!(!Principal::Aws(own(text)).is_nobody(), "{text}");
        }
        for text in [
            "AROAEXAMPLEGONE000001",
            "AIDAEXAMPLEGONE000001",
            "aroaexamplegone000001",
            "AGPAEXAMPLEGROUP00001",
            "deploy",
            "4444555566667",
            "arn:aws:iam::OWN:group/admins",
            "arn:aws:iam::444455556666:role/*",
            "arn:aws:iam::444455556666:policy/deploy",
            "arn:aws:s3:::reports",
            "arn:aws:iam::deploy:root",
        ] {
            assert!(Principal::Aws(own(text)).is_nobody(), "{text}");
        }
        assert!(!Principal::Service("deploy".to_owned()).is_nobody());
    }
}

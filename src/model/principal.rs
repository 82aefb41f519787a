//! Who a trust policy speaks about.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use super::element::{PrincipalElement, PrincipalType};

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

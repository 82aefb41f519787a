//! The elements of a policy that come in two opposite forms.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>

use super::words::words;

words! {
    /// Which element names the actions of a statement.
    pub enum ActionElement {
        /// Those listed.
        Action = "Action",
        /// All but those listed.
        NotAction = "NotAction",
    }
}

words! {
    /// Which element names the resources of a statement.
    pub enum ResourceElement {
        /// Those listed.
        Resource = "Resource",
        /// All but those listed.
        NotResource = "NotResource",
    }
}

words! {
    /// Which element names the principals of a statement.
    pub enum PrincipalElement {
        /// Those listed.
        Principal = "Principal",
        /// All but those listed.
        NotPrincipal = "NotPrincipal",
    }
}

words! {
    /// The key under which a policy writes a principal.
    pub enum PrincipalType {
        /// `"*"`: everyone.
        Everyone = "*",
        /// An account, role, user or session.
        Aws = "AWS",
        /// An AWS service.
        Service = "Service",
        /// A SAML or OIDC provider.
        Federated = "Federated",
        /// An S3 canonical user id.
        CanonicalUser = "CanonicalUser",
    }
}

words! {
    /// Element and key under which an item's principal is written, in one word.
    pub enum ItemPrincipalType {
        /// `Principal: "*"`.
        Everyone = "*",
        /// `Principal: {"AWS": …}`.
        Aws = "AWS",
        /// `Principal: {"Service": …}`.
        Service = "Service",
        /// `Principal: {"Federated": …}`.
        Federated = "Federated",
        /// `Principal: {"CanonicalUser": …}`.
        CanonicalUser = "CanonicalUser",
        /// `NotPrincipal: "*"`.
        NotEveryone = "Not*",
        /// `NotPrincipal: {"AWS": …}`.
        NotAws = "NotAWS",
        /// `NotPrincipal: {"Service": …}`.
        NotService = "NotService",
        /// `NotPrincipal: {"Federated": …}`.
        NotFederated = "NotFederated",
        /// `NotPrincipal: {"CanonicalUser": …}`.
        NotCanonicalUser = "NotCanonicalUser",
    }
}

impl ItemPrincipalType {
    /// The word of an element and a key.
    #[must_use]
    pub const fn new(element: PrincipalElement, principal_type: PrincipalType) -> Self {
        match (element, principal_type) {
            (PrincipalElement::Principal, PrincipalType::Everyone) => Self::Everyone,
            (PrincipalElement::Principal, PrincipalType::Aws) => Self::Aws,
            (PrincipalElement::Principal, PrincipalType::Service) => Self::Service,
            (PrincipalElement::Principal, PrincipalType::Federated) => Self::Federated,
            (PrincipalElement::Principal, PrincipalType::CanonicalUser) => Self::CanonicalUser,
            (PrincipalElement::NotPrincipal, PrincipalType::Everyone) => Self::NotEveryone,
            (PrincipalElement::NotPrincipal, PrincipalType::Aws) => Self::NotAws,
            (PrincipalElement::NotPrincipal, PrincipalType::Service) => Self::NotService,
            (PrincipalElement::NotPrincipal, PrincipalType::Federated) => Self::NotFederated,
            (PrincipalElement::NotPrincipal, PrincipalType::CanonicalUser) => Self::NotCanonicalUser,
        }
    }

    /// The element it is from.
    #[must_use]
    pub const fn element(self) -> PrincipalElement {
        match self {
            Self::Everyone | Self::Aws | Self::Service | Self::Federated | Self::CanonicalUser => {
                PrincipalElement::Principal
            }
            Self::NotEveryone | Self::NotAws | Self::NotService | Self::NotFederated | Self::NotCanonicalUser => {
                PrincipalElement::NotPrincipal
            }
        }
    }
}

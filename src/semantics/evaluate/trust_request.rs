//! Who asks to assume a role, and with what.

use super::context::Context;

/// Who asks to assume the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Caller<'a> {
    /// A role, user or session by its ARN. A role's ARN stands for any session of it. An account's root user cannot
    /// ask for a role.
    Aws(&'a str),
    /// A service, such as `ec2.amazonaws.com`.
    Service(&'a str),
    /// Somebody whom this SAML or web identity provider vouches for.
    Federated(&'a str),
    /// An S3 canonical user.
    CanonicalUser(&'a str),
}

/// A request to assume a role.
#[derive(Debug, Clone, Copy)]
pub struct TrustRequest<'a> {
    /// Who asks.
    pub caller: Caller<'a>,
    /// By which action, such as `sts:AssumeRole`.
    pub action: &'a str,
    /// What the request carries besides. `aws:PrincipalArn`, `aws:PrincipalAccount` and `aws:PrincipalType` follow
    /// from who asks; they need not be here.
    pub context: &'a Context,
}

//! Which policy denied a call, as far as AWS's message says so, and where to change it.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html> and, for the ARN of the
//! policy, <https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns>

use std::fmt;

/// The kinds of policies that can deny a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyKind {
    /// Attached to the user, its group, or the role.
    IdentityBased,
    /// Attached to the resource.
    ResourceBased,
    /// The trust policy of the role to be assumed.
    RoleTrust,
    /// The upper limit of the user or the role.
    PermissionsBoundary,
    /// Given when the session was made.
    Session,
    /// Of the organization, for its accounts.
    ServiceControl,
    /// Of the organization, for the resources of its accounts.
    ResourceControl,
    /// Of the VPC endpoint that the call goes through.
    VpcEndpoint,
}

impl PolicyKind {
    const ALL: [Self; 8] = [
        Self::IdentityBased,
        Self::ResourceBased,
        Self::RoleTrust,
        Self::PermissionsBoundary,
        Self::Session,
        Self::ServiceControl,
        Self::ResourceControl,
        Self::VpcEndpoint,
    ];

    const fn words(self) -> &'static str {
        match self {
            Self::IdentityBased => "identity-based policy",
            Self::ResourceBased => "resource-based policy",
            Self::RoleTrust => "role trust policy",
            Self::PermissionsBoundary => "permissions boundary",
            Self::Session => "session policy",
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
            Self::VpcEndpoint => "VPC endpoint policy",
        }
    }

    /// Where to find it, or who can change it.
    const fn place(self) -> &'static str {
        match self {
            Self::IdentityBased => "it is attached to the identity or its group",
            Self::ResourceBased => "it is attached to the resource",
            Self::RoleTrust => "it belongs to the role to be assumed",
            Self::PermissionsBoundary => "it is set on the identity",
            Self::Session => "it was given when the session was created",
            Self::ServiceControl | Self::ResourceControl => {
                "the management account of the organization or a delegated administrator changes it"
            }
            Self::VpcEndpoint => "it belongs to the endpoint that the call goes through",
        }
    }
}

/// What denied a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The kind of the policy.
    pub kind: PolicyKind,
    /// Whether a Deny matches; otherwise there is no Allow.
    pub is_explicit: bool,
    /// The policy's ARN, where AWS tells it.
    pub policy: Option<String>,
}

impl Denial {
    /// Reads AWS's message; none if it does not say which policy it was.
    pub(super) fn read(message: &str) -> Option<Self> {
        let forms = [(" with an explicit deny in ", true), (" because no ", false)];
        let (rest, is_explicit) =
            forms.iter().find_map(|(words, explicit)| message.split_once(words).map(|(_, rest)| (rest, *explicit)))?;
        let rest = ["a ", "an ", "the "].iter().find_map(|article| rest.strip_prefix(article)).unwrap_or(rest);
        let (kind, rest) =
            PolicyKind::ALL.iter().find_map(|kind| rest.strip_prefix(kind.words()).map(|rest| (*kind, rest)))?;
        let arn = rest.split_whitespace().find(|word| word.starts_with("arn:"));
        let policy = arn.map(|arn| arn.trim_end_matches(['.', ',', ';']).to_owned());
        Some(Self { kind, is_explicit, policy })
    }

    /// What to change so that `permission` is there.
    pub(super) fn hint(&self, permission: &str) -> String {
        let (kind, place) = (self.kind.words(), self.kind.place());
        if self.is_explicit {
            return format!(
                "an Allow does not override a Deny: the {kind} must no longer deny {permission} ({place}), or use other \
                    credentials"
            );
        }
        match self.kind {
            PolicyKind::IdentityBased => needs(permission),
            PolicyKind::ResourceBased
            | PolicyKind::RoleTrust
            | PolicyKind::PermissionsBoundary
            | PolicyKind::Session
            | PolicyKind::ServiceControl
            | PolicyKind::ResourceControl
            | PolicyKind::VpcEndpoint => format!(
                "the {kind} must allow {permission} ({place}); an identity-based policy that allows it is not enough"
            ),
        }
    }
}

/// Such as `: no permissions boundary allows it`, to go after the sentence that says what is denied.
impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.words();
        if self.is_explicit {
            let article = if self.kind == PolicyKind::IdentityBased { "an" } else { "a" };
            write!(f, "{article} {kind} explicitly denies it")?;
        } else {
            write!(f, "no {kind} allows it")?;
        }
        match &self.policy {
            Some(arn) => write!(f, " (`{}`)", arn.escape_debug()),
            None => Ok(()),
        }
    }
}

/// What to do where a permission is missing.
pub(super) fn needs(permission: &str) -> String {
    format!("the identity needs the permission {permission}; docs/aws.md contains the complete policy")
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "User: arn:aws:iam::111122223333:user/me is not authorized to perform: iam:ListRoles";

    #[test]
    fn every_form_of_the_documentation_is_read() {
        for kind in PolicyKind::ALL {
            let words = kind.words();
            for (text, is_explicit) in [
                (format!("{USER} with an explicit deny in a {words}"), true),
                (
                    format!("{USER} on resource: arn:aws:iam::111122223333:role/ with an explicit deny in an {words}"),
                    true,
                ),
                (format!("{USER} on resource: * with an explicit deny in the {words}."), true),
                (format!("{USER} because no {words} allows the iam:ListRoles action"), false),
            ] {
                assert_eq!(Denial::read(&text), Some(Denial { kind, is_explicit, policy: None }), "{text}");
            }
        }
        for none in
            [USER, "", "because no", "Access denied", "x because no other policy allows the iam:ListRoles action"]
        {
            assert_eq!(Denial::read(none), None, "{none}");
        }
    }

    #[test]
    fn the_policy_is_named_where_aws_names_it() {
        let arn = "arn:aws:organizations::444455556666:policy/o-a/service_control_policy/p-b";
        let denial = Denial::read(&format!("{USER} with an explicit deny in a service control policy: {arn}")).unwrap();
        assert_eq!(denial.policy.as_deref(), Some(arn));
        assert_eq!(denial.to_string(), format!("a service control policy explicitly denies it (`{arn}`)"));
    }

    #[test]
    fn the_hint_says_where_to_change_what() {
        let hint = |text: &str| Denial::read(&format!("{USER} {text}")).unwrap().hint("iam:ListRoles");
        assert_eq!(hint("because no identity-based policy allows the iam:ListRoles action"), needs("iam:ListRoles"));
        assert_eq!(
            hint("because no permissions boundary allows the iam:ListRoles action"),
            "the permissions boundary must allow iam:ListRoles (it is set on the identity); an identity-based policy that \
             allows it is not enough"
        );
        assert_eq!(
            hint("with an explicit deny in an identity-based policy"),
            "an Allow does not override a Deny: the identity-based policy must no longer deny iam:ListRoles (it is \
             attached to the identity or its group), or use other credentials"
        );
    }
}

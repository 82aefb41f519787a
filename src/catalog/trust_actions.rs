//! The actions that a trust policy can be about.

/// The actions of AWS STS that act on a role, without their prefix `sts:`, sorted; a newer catalog may have more.
///
/// Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html>
/// (resource type `role`)
pub const TRUST_ACTIONS: [&str; 6] =
    ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "SetContext", "SetSourceIdentity", "TagSession"];

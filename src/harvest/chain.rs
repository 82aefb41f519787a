//! A profile's chain: the credentials it starts from and the roles taken one after the other.
//!
//! The SDK follows such chains too, but knows neither `mfa_serial` nor `duration_seconds`; the rules here are the
//! SDK's otherwise, so that a profile means the same to both.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html>

use aws_config::profile::{Profile, ProfileSet};
use aws_credential_types::Credentials;

use super::error::HarvestError;
use super::profiles::{self, BaseKind};
use crate::model::{AccountId, Arn};

/// Where the first credentials come from.
#[derive(Clone)]
pub(super) enum Base {
    /// Keys that stand in a profile.
    Keys(Credentials),
    /// What the SDK gets for a profile that takes no role.
    Profile {
        name: String,
        kind: BaseKind,
        session: Option<String>,
        /// The ARN of the role of a web identity, the name of the role of an SSO session.
        role: Option<String>,
        /// The account that the profile names.
        account: Option<AccountId>,
    },
    /// `credential_source`, or the environment itself.
    Named(NamedSource),
}

/// The values of `credential_source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamedSource {
    /// Variables of the environment.
    Environment,
    /// The role of the EC2 instance.
    InstanceMetadata,
    /// The role of the container.
    Container,
    /// Whatever of these there is, and a web identity: what `env:` means.
    Any,
}

/// One role to be assumed.
#[derive(Clone)]
pub(super) struct Hop {
    pub(super) profile: String,
    pub(super) role: Arn,
    pub(super) external_id: Option<String>,
    pub(super) session_name: Option<String>,
    pub(super) duration_seconds: Option<i32>,
    pub(super) mfa_device: Option<String>,
}

/// A chain; the hops in the order in which they are taken.
#[derive(Clone)]
pub(super) struct Chain {
    pub(super) base: Base,
    pub(super) hops: Vec<Hop>,
}

/// Follows a profile to its base.
pub(super) fn follow(set: &ProfileSet, name: &str) -> Result<Chain, HarvestError> {
    let unusable = |problem: String| HarvestError::ProfileUnusable { profile: name.to_owned(), problem };
    let mut profile = profiles::find(set, name)?;
    let mut visited: Vec<&str> = Vec::new();
    let mut hops = Vec::new();
    let base = loop {
        visited.push(profile.name());
        // A source profile's keys win over its own role_arn; that of the profile asked for does not.
        if visited.len() > 1 && has_keys(profile) {
            break keys(profile).map_err(unusable)?;
        }
        let Some(hop) = hop(profile).map_err(unusable)? else { break base(profile).map_err(unusable)? };
        hops.push(hop);
        match next(profile).map_err(unusable)? {
            None => break base(profile).map_err(unusable)?,
            Some(source) if visited.contains(&source) => {
                return Err(unusable(format!("the profiles {} form a circle", visited.join(" -> "))));
            }
            Some(source) => {
                profile = set.get_profile(source).ok_or_else(|| {
                    let from = profile.name();
                    unusable(format!("source_profile `{source}` of profile `{from}` does not exist"))
                })?;
            }
        }
    };
    hops.reverse();
    Ok(Chain { base, hops })
}

impl Chain {
    /// The partition that the profile's own ARNs tell, the last role first.
    pub(super) fn partition(&self) -> Option<&str> {
        self.hops.last().map(|hop| hop.role.partition())
    }

    /// The account that the last profile of the chain says it is for.
    pub(super) fn account(&self) -> Option<AccountId> {
        match (self.hops.last(), &self.base) {
            (Some(hop), _) => hop.role.account().parse().ok(),
            (None, Base::Profile { account, .. }) => account.clone(),
            (None, Base::Keys(_) | Base::Named(_)) => None,
        }
    }

    /// Whether credentials that have expired can be got anew: keys stay what they are.
    pub(super) const fn is_renewable(&self) -> bool {
        !self.hops.is_empty() || !matches!(self.base, Base::Keys(_) | Base::Named(NamedSource::Environment))
    }

    /// How a user gets new credentials.
    pub(super) fn renew(&self) -> String {
        match &self.base {
            Base::Profile { name, kind: BaseKind::Sso, .. } => format!("run `aws sso login --profile {name}`"),
            Base::Profile { name, kind: BaseKind::Login, .. } => format!("run `aws login --profile {name}`"),
            Base::Named(NamedSource::Environment | NamedSource::Any) => {
                "get new credentials, set the variables of the environment, such as AWS_SESSION_TOKEN, to them, and run \
                    the command again"
                    .to_owned()
            }
            Base::Keys(_) | Base::Profile { .. } | Base::Named(_) => {
                "get new credentials and run the command again".to_owned()
            }
        }
    }
}

fn hop(profile: &Profile) -> Result<Option<Hop>, String> {
    let Some(role) = profile.get("role_arn").filter(|_| profile.get("web_identity_token_file").is_none()) else {
        return Ok(None);
    };
    let role = role.parse().map_err(|error| format!("role_arn of profile `{}`: {error}", profile.name()))?;
    let text = |key: &str| profile.get(key).map(str::to_owned);
    Ok(Some(Hop {
        profile: profile.name().to_owned(),
        role,
        external_id: text("external_id"),
        session_name: text("role_session_name"),
        duration_seconds: profile.get("duration_seconds").map(|text| duration(profile, text)).transpose()?,
        mfa_device: text("mfa_serial"),
    }))
}

fn duration(profile: &Profile, text: &str) -> Result<i32, String> {
    // AWS takes 900 seconds to 12 hours; asking for less or more would be refused with a stranger message.
    text.trim().parse().ok().filter(|seconds| (900..=43_200).contains(seconds)).ok_or_else(|| {
        let name = profile.name();
        format!("duration_seconds of profile `{name}` is `{}`, not a number from 900 to 43200", text.escape_debug())
    })
}

/// The profile that gives the credentials for this one's role; `None` if it is this one itself.
fn next(profile: &Profile) -> Result<Option<&str>, String> {
    let name = profile.name();
    match (profile.get("source_profile"), profile.get("credential_source")) {
        (Some(_), Some(_)) => Err(format!("profile `{name}` has both source_profile and credential_source")),
        (None, None) => {
            Err(format!("profile `{name}` has a role_arn, but neither source_profile nor credential_source"))
        }
        (Some(source), None) if source != name => Ok(Some(source)),
        _ => Ok(None),
    }
}

fn base(profile: &Profile) -> Result<Base, String> {
    let name = profile.name();
    match BaseKind::of(profile) {
        None => Err(format!("profile `{name}` has no credentials and no role_arn")),
        Some(BaseKind::Keys) => keys(profile),
        Some(BaseKind::CredentialSource) => named(profile).map(Base::Named),
        Some(kind @ (BaseKind::WebIdentity | BaseKind::Sso | BaseKind::Login | BaseKind::Process)) => {
            let text = |key: &str| profile.get(key).map(str::to_owned);
            let of_arn = |key: &str| profile.get(key)?.parse::<Arn>().ok()?.account().parse().ok();
            let (role, account) = match kind {
                BaseKind::Sso => (text("sso_role_name"), text("sso_account_id").and_then(|id| id.parse().ok())),
                BaseKind::Login => (None, of_arn("login_session")),
                BaseKind::WebIdentity => (text("role_arn"), of_arn("role_arn")),
                BaseKind::CredentialSource | BaseKind::Process | BaseKind::Keys => (None, None),
            };
            Ok(Base::Profile { name: name.to_owned(), kind, session: text("sso_session"), role, account })
        }
    }
}

fn named(profile: &Profile) -> Result<NamedSource, String> {
    let value = profile.get("credential_source").unwrap_or_default();
    match value.to_ascii_lowercase().as_str() {
        "environment" => Ok(NamedSource::Environment),
        "ec2instancemetadata" => Ok(NamedSource::InstanceMetadata),
        "ecscontainer" => Ok(NamedSource::Container),
        _ => Err(format!(
            "credential_source of profile `{}` is `{}`, not Environment, Ec2InstanceMetadata, or EcsContainer",
            profile.name(),
            value.escape_debug()
        )),
    }
}

fn has_keys(profile: &Profile) -> bool {
    profile.get("aws_access_key_id").is_some() && profile.get("aws_secret_access_key").is_some()
}

fn keys(profile: &Profile) -> Result<Base, String> {
    let part = |key: &str| {
        profile
            .get(key)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| format!("profile `{}` has no {key}", profile.name()))
    };
    let (id, secret) = (part("aws_access_key_id")?, part("aws_secret_access_key")?);
    let token = profile.get("aws_session_token").map(str::to_owned);
    Ok(Base::Keys(Credentials::new(id, secret, token, None, "profile")))
}

//! The profiles of the AWS config files: which there are, how each gets its credentials, in which region it works.

use aws_config::profile::{Profile, ProfileSet};
use aws_types::os_shim_internal::{Env, Fs};

use super::error::HarvestError;

/// One profile, as `iamctl listprofiles` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileSummary {
    /// Its name.
    pub name: String,
    /// How it gets its credentials, in words: `access keys`, `role arn:… via profile base`, `SSO session corp`, …
    pub credentials: String,
    /// Its region, its own or that of the profile it takes its credentials from.
    pub region: Option<String>,
}

/// How a profile gets its credentials when no `role_arn` is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BaseKind {
    CredentialSource,
    WebIdentity,
    Sso,
    Login,
    Process,
    Keys,
}

impl BaseKind {
    /// The kind of a profile, in the order in which the SDK looks.
    pub(super) fn of(profile: &Profile) -> Option<Self> {
        let has = |key: &str| profile.get(key).is_some();
        if has("credential_source") {
            Some(Self::CredentialSource)
        } else if has("web_identity_token_file") {
            Some(Self::WebIdentity)
        } else if has("sso_session") || has("sso_start_url") || has("sso_account_id") {
            Some(Self::Sso)
        } else if has("login_session") {
            Some(Self::Login)
        } else if has("credential_process") {
            Some(Self::Process)
        } else if has("aws_access_key_id") || has("aws_secret_access_key") {
            Some(Self::Keys)
        } else {
            None
        }
    }

    /// The kind in words.
    pub(super) fn words(self, profile: &Profile) -> String {
        let value = |key: &str| profile.get(key).unwrap_or_default().escape_debug().to_string();
        match self {
            Self::CredentialSource => format!("credential source {}", value("credential_source")),
            Self::WebIdentity => format!("web identity for {}", value("role_arn")),
            Self::Sso if profile.get("sso_session").is_some() => format!("SSO session {}", value("sso_session")),
            Self::Sso => format!("SSO at {}", value("sso_start_url")),
            Self::Login => format!("login session {}", value("login_session")),
            Self::Process => "credential_process".to_owned(),
            Self::Keys if profile.get("aws_session_token").is_some() => "temporary access keys".to_owned(),
            Self::Keys => "access keys".to_owned(),
        }
    }
}

/// Reads the config and credentials files, where the environment or the AWS defaults say they are.
pub(super) async fn load() -> Result<ProfileSet, HarvestError> {
    let files = aws_runtime_files();
    aws_config::profile::load(&Fs::real(), &Env::real(), &files, None)
        .await
        .map_err(|error| HarvestError::ConfigFiles { problem: super::error_text::chain_text(&error) })
}

#[expect(deprecated, reason = "the type's new home is a crate of the SDK's internals")]
fn aws_runtime_files() -> aws_config::profile::profile_file::ProfileFiles {
    aws_config::profile::profile_file::ProfileFiles::default()
}

/// All profiles, sorted by name.
pub(super) fn summaries(set: &ProfileSet) -> Vec<ProfileSummary> {
    let mut summaries: Vec<ProfileSummary> =
        set.profiles().filter_map(|name| set.get_profile(name)).map(|profile| summary(set, profile)).collect();
    summaries.sort_by(|a, b| a.name.cmp(&b.name));
    summaries
}

fn summary(set: &ProfileSet, profile: &Profile) -> ProfileSummary {
    ProfileSummary {
        name: profile.name().to_owned(),
        credentials: credentials_in_words(profile),
        region: region(set, profile.name()),
    }
}

fn credentials_in_words(profile: &Profile) -> String {
    let role = profile.get("role_arn").filter(|_| profile.get("web_identity_token_file").is_none());
    let Some(role) = role else {
        return BaseKind::of(profile).map_or_else(|| "no credentials".to_owned(), |kind| kind.words(profile));
    };
    let role = role.escape_debug();
    let device = profile.get("mfa_serial").map(|serial| format!(" with MFA device {}", serial.escape_debug()));
    let via = match (profile.get("source_profile"), profile.get("credential_source")) {
        (Some(source), _) => format!("source_profile {}", source.escape_debug()),
        (None, Some(source)) => format!("credential_source {}", source.escape_debug()),
        (None, None) => "nothing (source_profile is missing)".to_owned(),
    };
    format!("role {role} via {via}{}", device.unwrap_or_default())
}

/// The profile, or an error that lists those there are.
pub(super) fn find<'a>(set: &'a ProfileSet, name: &str) -> Result<&'a Profile, HarvestError> {
    set.get_profile(name)
        .ok_or_else(|| HarvestError::UnknownProfile { profile: name.to_owned(), known: nearest_first(set, name) })
}

fn nearest_first(set: &ProfileSet, name: &str) -> Vec<String> {
    let distance = |known: &str| {
        let likeness = similar::TextDiff::from_chars(&name.to_lowercase(), &known.to_lowercase()).ratio();
        // A ratio is between 0 and 1; thousandths of unlikeness sort as integers.
        ((1.0 - likeness) * 1000.0) as u32
    };
    let mut known: Vec<String> = set.profiles().map(str::to_owned).collect();
    known.sort_by_cached_key(|known| (distance(known), known.clone()));
    known
}

/// The region of a profile, or of the profile it takes its credentials from.
pub(super) fn region(set: &ProfileSet, name: &str) -> Option<String> {
    let mut visited = Vec::new();
    let mut name = name;
    while !visited.contains(&name) {
        visited.push(name);
        let profile = set.get_profile(name)?;
        if let Some(region) = profile.get("region").map(str::trim).filter(|region| !region.is_empty()) {
            return Some(region.to_owned());
        }
        name = profile.get("source_profile")?;
    }
    None
}

/// The region in which a partition's IAM and STS are asked when nobody names one.
///
/// Source: <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html> and the
/// endpoint rules of the SDK.
pub(super) fn default_region(partition: &str) -> Option<&'static str> {
    match partition {
        "aws" => Some("us-east-1"),
        "aws-cn" => Some("cn-north-1"),
        "aws-us-gov" => Some("us-gov-west-1"),
        "aws-eusc" => Some("eusc-de-east-1"),
        "aws-iso" => Some("us-iso-east-1"),
        "aws-iso-b" => Some("us-isob-east-1"),
        "aws-iso-e" => Some("eu-isoe-west-1"),
        "aws-iso-f" => Some("us-isof-south-1"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::default_region;

    #[test]
    fn every_partition_has_a_region() {
        for partition in ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"] {
            assert!(default_region(partition).is_some(), "{partition}");
        }
        assert_eq!(default_region("gcp"), None);
    }
}

//! One source: its region, its clients, its credentials, and who they are.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::profile::ProfileSet;
use aws_credential_types::provider::SharedCredentialsProvider;
use tokio::sync::Mutex;

use super::call::Caller;
use super::chain::{self, Base, Chain, Hop, NamedSource};
use super::client;
use super::credentials::{ChainCredentials, MfaSessions, sts};
use super::error::HarvestError;
use super::event::{Event, Observer};
use super::identity::Identity;
use super::live_source::{AssumedRole, LiveSource};
use super::profiles;
use super::wire::{Renewal, Watch, Wire};
use crate::model::{AccountId, Arn};

/// A source, ready to be asked.
pub(super) struct Source {
    pub(super) index: usize,
    pub(super) caller: Caller,
    live: LiveSource,
    region: String,
    /// The account that the profile names, where it does.
    expected: Option<AccountId>,
    renewable: bool,
    config: SdkConfig,
    credentials: Arc<ChainCredentials>,
}

/// Without the SDK's configuration, which holds the profiles with their keys.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("live", &self.live).field("region", &self.region).finish_non_exhaustive()
    }
}

impl Source {
    /// Looks at profiles and environment; sends nothing.
    pub(super) async fn prepare(
        index: usize,
        live: &LiveSource,
        set: &ProfileSet,
        sessions: &Arc<Mutex<MfaSessions>>,
        timeout: Duration,
    ) -> Result<Self, HarvestError> {
        let profile = profile_of(live);
        let mut chain = match &profile {
            Some(name) => chain::follow(set, name)?,
            None => Chain { base: Base::Named(NamedSource::Any), hops: Vec::new() },
        };
        chain.hops.extend(hops(live));
        let region = region(live, set, profile.as_deref(), &chain)?;
        client::check_endpoints(set, profile.as_deref())?;
        let bundle = client::bundle(profile.as_deref().and_then(|name| set.get_profile(name)));
        let http = client::http(bundle.as_deref())?;
        let config = client::config(http, profile.as_deref(), &region, timeout).await;
        let caller = Caller { timeout, renew: chain.renew(), ..Caller::new(in_words(live), Arc::new(Wire::default())) };
        let (expected, renewable) = (chain.account(), chain.is_renewable());
        let credentials = Arc::new(ChainCredentials::new(chain, config.clone(), caller.clone(), Arc::clone(sessions)));
        Ok(Self { index, caller, live: live.clone(), region, expected, renewable, config, credentials })
    }

    /// Gets the credentials and asks STS whose they are.
    pub(super) async fn identify(&self, observer: &dyn Observer) -> Result<Identity, HarvestError> {
        self.caller.wire.told(self.index, observer, self.who(observer)).await
    }

    async fn who(&self, observer: &dyn Observer) -> Result<Identity, HarvestError> {
        const CALL: &str = "GetCallerIdentity";
        self.credentials.get().await?;
        observer.observe(Event::Call { source: self.index, call: CALL });
        let caller = Caller { account: self.expected.clone(), ..self.caller.clone() };
        let sts = sts(&self.config, self.provider(), &caller, self.renewable);
        let output = caller.call(CALL, sts.get_caller_identity().send()).await?;
        let account = caller.field(CALL, "Account", output.account)?;
        let arn = caller.field(CALL, "Arn", output.arn)?;
        let parsed: Arn = arn.parse().map_err(|error| caller.reply(CALL, format!("{error}")))?;
        let account_id: AccountId = account.parse().map_err(|error| caller.reply(CALL, format!("{error}")))?;
        if let Some(expected) = caller.account.filter(|expected| *expected != account_id) {
            return Err(HarvestError::OtherIdentity { origin: caller.origin, expected, found: account_id, arn });
        }
        let known = Caller { account: Some(account_id.clone()), ..self.caller.clone() };
        known.own(CALL, &arn, false)?;
        Ok(Identity {
            source: self.live.clone(),
            account_id,
            partition: parsed.partition().to_owned(),
            arn,
            region: self.region.clone(),
        })
    }

    /// The source with its account in the text of its errors.
    pub(super) fn known_as(mut self, identity: &Identity) -> Self {
        self.caller.account = Some(identity.account_id.clone());
        self
    }

    /// An IAM client.
    pub(super) fn iam(&self) -> aws_sdk_iam::Client {
        let config = self.config.to_builder().credentials_provider(self.provider()).build();
        let config = aws_sdk_iam::config::Builder::from(&config)
            .retry_partition(client::unlimited())
            .retry_classifier(Renewal)
            .interceptor(Watch {
                wire: Arc::clone(&self.caller.wire),
                renewable: self.renewable,
                timeout: self.caller.timeout,
            });
        aws_sdk_iam::Client::from_conf(config.build())
    }

    fn provider(&self) -> SharedCredentialsProvider {
        SharedCredentialsProvider::from(Arc::clone(&self.credentials) as Arc<_>)
    }
}

/// The profile whose credentials are meant. Keys in the environment win over `AWS_PROFILE` for `env:` alone.
fn profile_of(live: &LiveSource) -> Option<String> {
    match live {
        LiveSource::Profile(name) | LiveSource::Role(AssumedRole { profile: Some(name), .. }) => Some(name.clone()),
        LiveSource::Environment | LiveSource::Role(_) if variable("AWS_ACCESS_KEY_ID").is_some() => None,
        LiveSource::Environment | LiveSource::Role(_) => variable("AWS_PROFILE"),
    }
}

/// The roles that a list of accounts adds to the chain.
fn hops(live: &LiveSource) -> Vec<Hop> {
    let LiveSource::Role(role) = live else { return Vec::new() };
    let hop = |(place, arn): (usize, &Arn)| Hop {
        profile: role.profile.clone().unwrap_or_else(|| "the environment".to_owned()),
        role: arn.clone(),
        external_id: role.external_id.clone().filter(|_| place + 1 == role.roles.len()),
        session_name: None,
        duration_seconds: None,
        mfa_device: None,
    };
    role.roles.iter().enumerate().map(hop).collect()
}

/// The profile's region, else the environment's, else that of the partition.
fn region(live: &LiveSource, set: &ProfileSet, profile: Option<&str>, chain: &Chain) -> Result<String, HarvestError> {
    let of_profile = profile.and_then(|name| profiles::region(set, name));
    let of_environment = || variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
    let named = match live {
        LiveSource::Profile(_) | LiveSource::Role(AssumedRole { profile: Some(_), .. }) => {
            of_profile.or_else(of_environment)
        }
        LiveSource::Environment | LiveSource::Role(_) => of_environment().or(of_profile),
    };
    if let Some(region) = named {
        return Ok(region);
    }
    let of_web_identity = || variable("AWS_ROLE_ARN").filter(|_| *live == LiveSource::Environment);
    let partition = chain.partition().map(str::to_owned).or_else(|| {
        let arn = profile_arn(set, profile).or_else(of_web_identity)?;
        arn.parse::<Arn>().ok().map(|arn| arn.partition().to_owned())
    });
    let partition = partition.unwrap_or_else(|| "aws".to_owned());
    profiles::default_region(&partition).map(str::to_owned).ok_or_else(|| {
        let problem =
            format!("it does not set a Region, and partition `{}` has no default Region", partition.escape_debug());
        match profile {
            Some(profile) => HarvestError::ProfileUnusable { profile: profile.to_owned(), problem },
            None => HarvestError::EnvironmentUnusable { problem },
        }
    })
}

/// An ARN in the profile that tells its partition.
fn profile_arn(set: &ProfileSet, profile: Option<&str>) -> Option<String> {
    let profile = set.get_profile(profile?)?;
    ["role_arn", "login_session"].iter().find_map(|key| profile.get(key)).map(str::to_owned)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn in_words(live: &LiveSource) -> String {
    match live {
        LiveSource::Profile(name) => format!("profile `{}`", name.escape_debug()),
        LiveSource::Environment => "the environment".to_owned(),
        LiveSource::Role(role) => format!("role `{}`", role.arn().escape_debug()),
    }
}

//! From a chain to credentials: the base by the SDK, the roles by ourselves.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::SdkConfig;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_types::error::ErrorMetadata;
use tokio::sync::Mutex;

use super::call::Caller;
use super::chain::{Base, Chain, Hop, NamedSource};
use super::client;
use super::denied::Denial;
use super::error::{Cause, HarvestError};
use super::error_text::chain_text;
use super::mfa::Codes;
use super::profiles::BaseKind;
use super::wire::{Renewal, Watch};
use crate::model::Arn;

/// How long the SDK may take for the first credentials. A `credential_process` may open a browser.
const BASE_TIME: Duration = Duration::from_secs(300);

/// Credentials that run out this soon are renewed.
const MARGIN: Duration = Duration::from_secs(60);

/// The sessions made with MFA codes: AWS takes a code once, so the sources share them.
pub(super) struct MfaSessions {
    codes: Codes,
    /// By access key and device.
    made: BTreeMap<(String, String), Credentials>,
}

impl MfaSessions {
    pub(super) fn new(codes: Codes) -> Self {
        Self { codes, made: BTreeMap::new() }
    }
}

/// The credentials of one source, renewed when they run out.
pub(super) struct ChainCredentials {
    chain: Chain,
    base: SharedCredentialsProvider,
    config: SdkConfig,
    caller: Caller,
    sessions: Arc<Mutex<MfaSessions>>,
    current: Mutex<Option<Credentials>>,
}

/// Without the SDK's configuration, which holds the profiles with their keys.
impl fmt::Debug for ChainCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainCredentials").field("origin", &self.caller.origin).finish_non_exhaustive()
    }
}

impl ChainCredentials {
    pub(super) fn new(chain: Chain, config: SdkConfig, caller: Caller, sessions: Arc<Mutex<MfaSessions>>) -> Self {
        let base = base_provider(&chain.base, &config, caller.timeout);
        Self { chain, base, config, caller, sessions, current: Mutex::new(None) }
    }

    /// Credentials that are good for a while.
    pub(super) async fn get(&self) -> Result<Credentials, HarvestError> {
        let mut current = self.current.lock().await;
        if self.caller.wire.take_expired() {
            *current = None;
        }
        if let Some(credentials) = current.as_ref().filter(|credentials| is_fresh(credentials)) {
            return Ok(credentials.clone());
        }
        let mut credentials = self.first().await?;
        for hop in &self.chain.hops {
            credentials = self.take(hop, credentials).await?;
        }
        *current = Some(credentials.clone());
        Ok(credentials)
    }

    async fn first(&self) -> Result<Credentials, HarvestError> {
        match tokio::time::timeout(BASE_TIME, self.base.provide_credentials()).await {
            Ok(Ok(credentials)) => Ok(credentials),
            Ok(Err(error)) => Err(self.base_error(&error)),
            Err(_) => {
                let late = format!("no credentials within {} seconds", BASE_TIME.as_secs());
                Err(self.no_credentials(Box::new(Cause::Local(late))))
            }
        }
    }

    fn base_error(&self, error: &CredentialsError) -> HarvestError {
        let text = chain_text(error);
        let late = ["timed out", "timeout"].iter().any(|words| text.contains(words));
        let unreachable = late || text.contains("dispatch failure");
        let cause = match service_answer(error) {
            Some(answer) => answer,
            None if late => Cause::Timeout(text),
            None if unreachable => Cause::Connection(text),
            None => Cause::Local(text),
        };
        if let Some(denied) = self.base_denied(&cause) {
            return denied;
        }
        let cause = Box::new(cause);
        match &self.chain.base {
            Base::Profile { name, kind: BaseKind::Sso, session, .. } if !unreachable => {
                HarvestError::SsoLogin { profile: name.clone(), session: session.clone(), cause }
            }
            Base::Profile { name, kind: BaseKind::Login, .. } if !unreachable => {
                HarvestError::ConsoleLogin { profile: name.clone(), cause }
            }
            Base::Profile { .. } | Base::Keys(_) | Base::Named(_) => self.no_credentials(cause),
        }
    }

    /// The SSO portal answers ForbiddenException when the login is good and the role is not the user's, and STS
    /// AccessDenied when the role does not trust the web identity.
    fn base_denied(&self, cause: &Cause) -> Option<HarvestError> {
        let Cause::Service { code, message, .. } = cause else { return None };
        let Base::Profile { name, kind, role: Some(role), account, .. } = &self.chain.base else { return None };
        let cause = Box::new(cause.clone());
        match (kind, code.as_str()) {
            (BaseKind::Sso, "ForbiddenException") => {
                let (profile, role, account) = (name.clone(), role.clone(), account.clone());
                Some(HarvestError::SsoRole { profile, role, account, cause })
            }
            (BaseKind::WebIdentity, "AccessDenied") => {
                const CALL: &str = "AssumeRoleWithWebIdentity";
                let (origin, account, denial) = (self.caller.origin.clone(), account.clone(), Denial::read(message));
                let permission = format!("sts:{CALL} on {}", role.escape_debug());
                Some(HarvestError::Denied { call: CALL, origin, account, permission, denial, cause })
            }
            _ => None,
        }
    }

    fn no_credentials(&self, cause: Box<Cause>) -> HarvestError {
        let way = match &self.chain.base {
            Base::Keys(_) => "access keys".to_owned(),
            Base::Profile { name, kind, .. } => format!("{} of profile `{}`", way(*kind), name.escape_debug()),
            Base::Named(NamedSource::Environment) => "the environment variables".to_owned(),
            Base::Named(NamedSource::InstanceMetadata) => "the EC2 instance metadata".to_owned(),
            Base::Named(NamedSource::Container) => "the container".to_owned(),
            Base::Named(NamedSource::Any) => {
                "the environment variables, a web identity, the container, or the instance".to_owned()
            }
        };
        HarvestError::Credentials { origin: self.caller.origin.clone(), way, cause }
    }

    async fn take(&self, hop: &Hop, from: Credentials) -> Result<Credentials, HarvestError> {
        let (from, code) = match &hop.mfa_device {
            None => (from, None),
            Some(device) => self.with_mfa(hop, device, from).await?,
        };
        let mut caller = self.caller.clone();
        caller.account = hop.role.account().parse().ok();
        let request = self
            .sts(from)
            .assume_role()
            .role_arn(hop.role.as_str())
            .role_session_name(hop.session_name.clone().unwrap_or_else(session_name))
            .set_external_id(hop.external_id.clone())
            .set_duration_seconds(hop.duration_seconds)
            .set_serial_number(code.is_some().then(|| hop.mfa_device.clone()).flatten())
            .set_token_code(code);
        let output = caller.call_on("AssumeRole", Some(&hop.role), request.send()).await?;
        if let Some(user) = &output.assumed_role_user {
            caller.own("AssumeRole", &user.arn, false)?;
        }
        credentials("AssumeRole", &caller, output.credentials)
    }

    /// Long-lived keys are turned into a session that carries the MFA, once for all roles taken with them; temporary
    /// credentials cannot be, so there the code goes with AssumeRole itself.
    async fn with_mfa(
        &self,
        hop: &Hop,
        device: &str,
        from: Credentials,
    ) -> Result<(Credentials, Option<String>), HarvestError> {
        // Held while a code is asked for: the other source waits and finds the session made.
        let mut sessions = self.sessions.lock().await;
        if from.session_token().is_some() {
            return Ok((from, Some(sessions.codes.next(&hop.profile, device).await?)));
        }
        let key = (from.access_key_id().to_owned(), device.to_owned());
        if let Some(session) = sessions.made.get(&key).filter(|session| is_fresh(session)) {
            return Ok((session.clone(), None));
        }
        let code = sessions.codes.next(&hop.profile, device).await?;
        let request = self.sts(from).get_session_token().serial_number(device).token_code(code);
        // The account of the device is the one of the keys.
        let account = device.parse::<Arn>().ok().and_then(|arn| arn.account().parse().ok());
        let caller = Caller { account, ..self.caller.clone() };
        let output = caller.call("GetSessionToken", request.send()).await;
        let output = output.map_err(|error| refused(&hop.profile, device, error))?;
        let session = credentials("GetSessionToken", &self.caller, output.credentials)?;
        sessions.made.insert(key, session.clone());
        Ok((session, None))
    }

    fn sts(&self, credentials: Credentials) -> aws_sdk_sts::Client {
        sts(&self.config, SharedCredentialsProvider::new(credentials), &self.caller, false)
    }
}

impl ProvideCredentials for ChainCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async { self.get().await.map_err(CredentialsError::provider_error) })
    }
}

/// What a service answered, if that is in the way of the credentials.
fn service_answer(error: &CredentialsError) -> Option<Cause> {
    let mut chain = std::iter::successors(Some(error as &(dyn Error + 'static)), |&error| error.source());
    let answer = chain.find_map(|error| error.downcast_ref::<ErrorMetadata>())?;
    Some(Cause::Service {
        code: answer.code()?.to_owned(),
        message: answer.message().unwrap_or("no message").to_owned(),
        request_id: answer.extra("aws_request_id").map(str::to_owned),
    })
}

/// An STS client of a source.
pub(super) fn sts(
    config: &SdkConfig,
    credentials: SharedCredentialsProvider,
    caller: &Caller,
    renewable: bool,
) -> aws_sdk_sts::Client {
    let config = config.to_builder().credentials_provider(credentials).retry_config(client::quick_retries()).build();
    let config = aws_sdk_sts::config::Builder::from(&config)
        .retry_partition(client::unlimited())
        .retry_classifier(Renewal)
        .interceptor(Watch { wire: Arc::clone(&caller.wire), renewable, timeout: caller.timeout })
        .build();
    aws_sdk_sts::Client::from_conf(config)
}

fn credentials(
    call: &'static str,
    caller: &Caller,
    given: Option<aws_sdk_sts::types::Credentials>,
) -> Result<Credentials, HarvestError> {
    let given = caller.field(call, "Credentials", given)?;
    let expiry = SystemTime::try_from(given.expiration).ok();
    Ok(Credentials::new(given.access_key_id, given.secret_access_key, Some(given.session_token), expiry, call))
}

/// Nobody needs a permission for GetSessionToken: a denial that names no policy means the code.
fn refused(profile: &str, device: &str, error: HarvestError) -> HarvestError {
    if let HarvestError::Denied { cause, denial: None, .. } = error {
        return HarvestError::MfaRefused { profile: profile.to_owned(), device: device.to_owned(), cause };
    }
    error
}

fn is_fresh(credentials: &Credentials) -> bool {
    credentials.expiry().is_none_or(|expiry| expiry > SystemTime::now() + MARGIN)
}

fn session_name() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    format!("iamctl-{seconds}")
}

fn way(kind: BaseKind) -> &'static str {
    match kind {
        BaseKind::CredentialSource => "credential_source",
        BaseKind::WebIdentity => "the web identity",
        BaseKind::Sso => "the SSO session",
        BaseKind::Login => "the login session",
        BaseKind::Process => "credential_process",
        BaseKind::Keys => "the access keys",
    }
}

fn base_provider(base: &Base, config: &SdkConfig, timeout: Duration) -> SharedCredentialsProvider {
    let mut settings = ProviderConfig::without_region()
        .with_region(config.region().cloned())
        .with_retry_config(client::quick_retries())
        .with_timeout_config(client::timeouts(timeout))
        .with_use_fips(config.use_fips())
        .with_use_dual_stack(config.use_dual_stack())
        .with_behavior_version(Some(client::behavior()));
    if let Some(http) = config.http_client() {
        settings = settings.with_http_client(http);
    }
    match base {
        Base::Keys(credentials) => SharedCredentialsProvider::new(credentials.clone()),
        Base::Profile { name, .. } => SharedCredentialsProvider::new(
            aws_config::profile::ProfileFileCredentialsProvider::builder()
                .configure(&settings)
                .profile_name(name)
                .build(),
        ),
        Base::Named(source) => named_provider(*source, &settings),
    }
}

fn named_provider(source: NamedSource, settings: &ProviderConfig) -> SharedCredentialsProvider {
    use aws_config::environment::EnvironmentVariableCredentialsProvider as Variables;
    use aws_config::meta::credentials::CredentialsProviderChain as Either;
    let web_identity =
        || aws_config::web_identity_token::WebIdentityTokenCredentialsProvider::builder().configure(settings).build();
    let container = || aws_config::ecs::EcsCredentialsProvider::builder().configure(settings).build();
    let instance = || aws_config::imds::credentials::ImdsCredentialsProvider::builder().configure(settings).build();
    match source {
        NamedSource::Environment => SharedCredentialsProvider::new(Variables::new()),
        NamedSource::InstanceMetadata => SharedCredentialsProvider::new(instance()),
        NamedSource::Container => SharedCredentialsProvider::new(container()),
        NamedSource::Any => SharedCredentialsProvider::new(
            Either::first_try("Environment", Variables::new())
                .or_else("WebIdentity", web_identity())
                .or_else("Container", container())
                .or_else("Instance", instance()),
        ),
    }
}

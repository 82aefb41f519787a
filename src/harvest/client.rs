//! What every client of the SDK is made with: the HTTP client (rustls with ring, proxies from the environment, the
//! certificates the user names), retries and timeouts.

use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::profile::{Profile, ProfileSet};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_iam::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector, proxy::ProxyConfig};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::error::HarvestError;

/// Pinned, so that an update of the SDK changes nothing unasked.
pub(super) fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// How many attempts of a call can fail for want of a network or of a reply. Throttling is waited out however many
/// attempts it takes.
pub(super) const MOST_FAILURES: u32 = 10;

/// How long a call may take, retries and slow replies included, where the user does not say.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// One attempt may take this long, or a tenth of what the call may: a large account's page is 8 MB.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);

/// The retries of every call. Set here, because left to the SDK a profile with `retry_mode = legacy` panics.
pub(super) fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(MOST_FAILURES).with_initial_backoff(Duration::from_millis(200))
}

/// The same for STS, which is asked while the user waits: a missing network shows within seconds.
pub(super) fn quick_retries() -> RetryConfig {
    retries().with_max_backoff(Duration::from_secs(1))
}

/// Retries without a quota that all calls share: five minutes of throttling would exhaust it.
pub(super) fn unlimited() -> RetryPartition {
    RetryPartition::custom("iamctl").token_bucket(TokenBucket::unlimited()).build()
}

/// The deadline of a call, and of each of its attempts. Without the second, a reply that never comes would not be asked
/// for again.
pub(super) fn timeouts(call: Duration) -> TimeoutConfig {
    let attempt = ATTEMPT_TIMEOUT.max(call / 10);
    TimeoutConfig::builder().operation_timeout(call).operation_attempt_timeout(attempt).build()
}

/// The HTTP client for one source.
pub(super) fn http(bundle: Option<&Path>) -> Result<SharedHttpClient, HarvestError> {
    let mut trusted = TrustStore::default();
    if let Some(path) = bundle {
        trusted = trusted.with_pem_certificate(certificates(path)?);
    }
    let tls =
        TlsContext::builder().with_trust_store(trusted).build().map_err(|error| HarvestError::CertificateBundle {
            path: bundle.map(Path::to_path_buf).unwrap_or_default(),
            problem: super::error_text::chain_text(&error),
        })?;
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        if let Some(sleep) = components.and_then(RuntimeComponents::sleep_impl) {
            connector = connector.sleep_impl(sleep);
        }
        connector.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls.clone()).build()
    }))
}

/// Reads a bundle and tries each certificate, because the SDK would panic at the first bad one.
fn certificates(path: &Path) -> Result<Vec<u8>, HarvestError> {
    let unusable = |problem: String| HarvestError::CertificateBundle { path: path.to_path_buf(), problem };
    let bytes = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
    let mut found = 0_usize;
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        rustls::RootCertStore::empty().add(certificate).map_err(|error| unusable(error.to_string()))?;
        found += 1;
    }
    if found == 0 { Err(unusable("it contains no certificate".to_owned())) } else { Ok(bytes) }
}

/// The bundle that the environment or the profile names; the environment wins, as in the AWS CLI.
pub(super) fn bundle(profile: Option<&Profile>) -> Option<PathBuf> {
    let named = std::env::var("AWS_CA_BUNDLE").ok().filter(|path| !path.is_empty());
    named.or_else(|| profile.and_then(|profile| profile.get("ca_bundle")).map(str::to_owned)).map(PathBuf::from)
}

/// The variables that give the endpoints of the services that are asked.
const ENDPOINTS: [&str; 6] = [
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_SSO",
    "AWS_ENDPOINT_URL_SSO_OIDC",
    "AWS_ENDPOINT_URL_SIGNIN",
];

/// Refuses an endpoint that is not a URL: the SDK would only log it and ask the real AWS instead.
pub(super) fn check_endpoints(set: &ProfileSet, profile: Option<&str>) -> Result<(), HarvestError> {
    for variable in ENDPOINTS {
        if let Some(url) = std::env::var(variable).ok().filter(|url| !is_url(url)) {
            let problem = format!("{variable} is `{}`, not a http:// or https:// URL", url.escape_debug());
            return Err(HarvestError::EnvironmentUnusable { problem });
        }
    }
    let Some(profile) = profile.and_then(|name| set.get_profile(name)) else { return Ok(()) };
    match profile.get("endpoint_url").filter(|url| !is_url(url)) {
        None => Ok(()),
        Some(url) => Err(HarvestError::ProfileUnusable {
            profile: profile.name().to_owned(),
            problem: format!("endpoint_url is `{}`, not a http:// or https:// URL", url.escape_debug()),
        }),
    }
}

fn is_url(text: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
}

/// The configuration of one source's clients, without credentials.
pub(super) async fn config(
    http: SharedHttpClient,
    profile: Option<&str>,
    region: &str,
    timeout: Duration,
) -> SdkConfig {
    let mut loader = aws_config::defaults(behavior())
        .http_client(http)
        .region(Region::new(region.to_owned()))
        .retry_config(retries())
        .timeout_config(timeouts(timeout))
        // The chain of roles keeps its credentials itself, and is told when AWS says that they have expired.
        .identity_cache(IdentityCache::no_cache())
        .no_credentials();
    if let Some(name) = profile {
        loader = loader.profile_name(name);
    }
    if let Ok(ourselves) = aws_config::FrameworkMetadata::new("iamctl", Some(env!("CARGO_PKG_VERSION"))) {
        loader = loader.framework_metadata(ourselves);
    }
    loader.load().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_outlasts_five_minutes_of_throttling_and_an_attempt_does_not_last_as_long_as_its_call() {
        for seconds in [600, 1200, 86_400] {
            let timeouts = timeouts(Duration::from_secs(seconds));
            assert_eq!(timeouts.operation_timeout(), Some(Duration::from_secs(seconds)));
            assert_eq!(timeouts.operation_attempt_timeout(), Some(Duration::from_secs(seconds / 10)));
        }
        assert!(DEFAULT_TIMEOUT > Duration::from_secs(300));
        // What each wait is at most: with 200 attempts, more than five minutes.
        assert_eq!(retries().max_backoff(), Duration::from_secs(20));
    }
}

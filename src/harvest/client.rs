//! What every client of the SDK is made with: the HTTP client (rustls with ring, proxies from the environment, the
//! certificates the user names), retries, timeouts, and the watch on what goes over the wire.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::profile::{Profile, ProfileSet};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector, proxy::ProxyConfig};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextMut,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::error::HarvestError;

/// Pinned, so that an update of the SDK changes nothing unasked.
pub(super) fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// The retries of every call. Set here, because left to the SDK a profile with `retry_mode = legacy` panics.
pub(super) fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(10).with_initial_backoff(Duration::from_millis(200))
}

/// The same for STS, which is asked while the user waits: a missing network shows within seconds.
pub(super) fn quick_retries() -> RetryConfig {
    retries().with_max_backoff(Duration::from_secs(1))
}

/// One attempt may take a minute: a large account's page is 8 MB.
pub(super) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(60)).build()
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
            problem: super::call::chain_text(&error),
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

/// Refuses an endpoint that is not a URL: the SDK would only log it and ask the real AWS instead.
pub(super) fn check_endpoints(set: &ProfileSet, profile: Option<&str>) -> Result<(), HarvestError> {
    for variable in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_IAM", "AWS_ENDPOINT_URL_STS"] {
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
pub(super) async fn config(http: SharedHttpClient, profile: Option<&str>, region: &str) -> SdkConfig {
    let mut loader = aws_config::defaults(behavior())
        .http_client(http)
        .region(Region::new(region.to_owned()))
        .retry_config(retries())
        .timeout_config(timeouts())
        .no_credentials();
    if let Some(name) = profile {
        loader = loader.profile_name(name);
    }
    if let Ok(ourselves) = aws_config::FrameworkMetadata::new("iamctl", Some(env!("CARGO_PKG_VERSION"))) {
        loader = loader.framework_metadata(ourselves);
    }
    loader.load().await
}

/// Sees every request and every reply of one source: counts requests, remembers the endpoint, and refuses a reply
/// that ends before its last element, which the SDK's reader would take for a short list.
#[derive(Debug, Default)]
pub(super) struct Wire {
    requests: AtomicUsize,
    endpoint: Mutex<Option<String>>,
}

impl Wire {
    /// HTTP requests so far, retries among them.
    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Where the last request went.
    pub(super) fn endpoint(&self) -> String {
        let endpoint = self.endpoint.lock().ok().and_then(|endpoint| endpoint.clone());
        endpoint.unwrap_or_else(|| "no endpoint".to_owned())
    }
}

/// A handle on [`Wire`] that an SDK client owns.
#[derive(Debug, Clone)]
pub(super) struct Watch(pub(super) std::sync::Arc<Wire>);

#[dyn_dispatch_hint]
impl Intercept for Watch {
    fn name(&self) -> &'static str {
        "Watch"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        if let Ok(mut endpoint) = self.0.endpoint.lock() {
            *endpoint = Some(origin(context.request().uri()));
        }
        Ok(())
    }

    /// As an error of the reply, so that it is asked for again, as one whose promised length was not reached is.
    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().and_then(|response| response.body().bytes());
        let is_whole = body.is_none_or(ends_with_its_root);
        if let Some(output) = context.output_or_error_mut().filter(|output| output.is_ok() && !is_whole) {
            *output = Err(OrchestratorError::response("it ends before its last element".into()));
        }
        Ok(())
    }
}

/// Whether an XML text's last element closes its first.
fn ends_with_its_root(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    let root = text.split('<').find_map(|tag| {
        let name: &str = tag.split([' ', '>', '/', '\n', '\r', '\t']).next().unwrap_or_default();
        name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(name)
    });
    root.is_some_and(|root| text.trim_end().ends_with(&format!("</{root}>")))
}

/// Scheme, host and port of a URL; never a user and password that somebody put into it.
fn origin(uri: &str) -> String {
    let (scheme, rest) = uri.split_once("://").unwrap_or(("", uri));
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_ends_with_the_element_it_starts_with() {
        for whole in ["<A xmlns=\"x\"><B/></A>", "<?xml version=\"1.0\"?>\n<A>\n</A>\n"] {
            assert!(ends_with_its_root(whole.as_bytes()), "{whole}");
        }
        for cut in ["", "<A", "<A><B>", "<A><B></B>", "<A><B></A", "{}"] {
            assert!(!ends_with_its_root(cut.as_bytes()), "{cut}");
        }
    }

    #[test]
    fn the_endpoint_is_scheme_and_host() {
        assert_eq!(origin("https://iam.amazonaws.com/"), "https://iam.amazonaws.com");
        assert_eq!(origin("http://127.0.0.1:5000"), "http://127.0.0.1:5000");
        assert_eq!(origin("http://me:secret@moto/x"), "http://moto");
    }
}

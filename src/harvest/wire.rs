//! The watch on what goes over the wire: counts requests, remembers the endpoint, refuses a reply that breaks off, says
//! what is waited for, and has a call that AWS throttles made again until its time is over.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextMut,
    InterceptorContext,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata, OrchestratorError};
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_smithy_types::retry::RetryConfig;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::client::MOST_FAILURES;
use super::event::{Event, Observer};

/// The codes of AWS's throttling; IAM and STS say the first two.
const THROTTLING: [&str; 6] = [
    "Throttling",
    "ThrottlingException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "TooManyRequestsException",
    "SlowDown",
];

/// The codes of credentials that have run out.
pub(super) const EXPIRED: [&str; 2] = ["ExpiredToken", "ExpiredTokenException"];

/// So close to the end of a call's time, its clock and ours may differ.
const LAST_MOMENT: Duration = Duration::from_millis(100);

/// What all clients of one source share.
#[derive(Debug)]
pub(super) struct Wire {
    requests: AtomicUsize,
    endpoint: Mutex<Option<String>>,
    /// The same of calls of IAM alone.
    endpoint_of_iam: Mutex<Option<String>>,
    /// By call, the last attempt that failed and can be made again.
    failed: Mutex<BTreeMap<String, Failed>>,
    sender: UnboundedSender<Waiting>,
    receiver: tokio::sync::Mutex<UnboundedReceiver<Waiting>>,
    /// Whether AWS said that the credentials have expired, and nobody got new ones since.
    expired: AtomicBool,
}

/// An attempt that failed.
#[derive(Debug, Clone)]
pub(super) struct Failed {
    /// How many attempts there were.
    pub(super) attempts: u32,
    /// Why the last one failed, in words.
    pub(super) reason: String,
    /// Whether AWS throttles the call.
    pub(super) throttled: bool,
}

/// A call that is about to be made again.
#[derive(Debug)]
struct Waiting {
    call: String,
    reason: String,
    attempt: u32,
    elapsed: Duration,
}

impl Default for Wire {
    fn default() -> Self {
        let (sender, receiver) = unbounded_channel();
        Self {
            requests: AtomicUsize::default(),
            endpoint: Mutex::default(),
            endpoint_of_iam: Mutex::default(),
            failed: Mutex::default(),
            sender,
            receiver: tokio::sync::Mutex::new(receiver),
            expired: AtomicBool::default(),
        }
    }
}

impl Wire {
    /// HTTP requests so far, retries among them.
    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Where the last request went.
    pub(super) fn endpoint(&self) -> String {
        lock(&self.endpoint).clone().unwrap_or_else(|| "no endpoint".to_owned())
    }

    /// Where the last request of IAM went.
    pub(super) fn endpoint_of_iam(&self) -> String {
        lock(&self.endpoint_of_iam).clone().unwrap_or_else(|| "no endpoint".to_owned())
    }

    /// The last attempt of a call that failed.
    pub(super) fn failed(&self, call: &str) -> Option<Failed> {
        lock(&self.failed).get(call).cloned()
    }

    /// Whether the credentials have to be got anew; once.
    pub(super) fn take_expired(&self) -> bool {
        self.expired.swap(false, Ordering::Relaxed)
    }

    /// Does the work and meanwhile tells the observer what is waited for.
    pub(super) async fn told<T>(&self, source: usize, observer: &dyn Observer, work: impl Future<Output = T>) -> T {
        let mut receiver = self.receiver.lock().await;
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                Some(Waiting { call, reason, attempt, elapsed }) = receiver.recv() => {
                    observer.observe(Event::Waiting { source, call, reason, attempt, elapsed });
                }
                done = &mut work => return done,
            }
        }
    }

    fn wait(&self, waiting: Waiting, throttled: bool) {
        let failed = Failed { attempts: waiting.attempt - 1, reason: waiting.reason.clone(), throttled };
        lock(&self.failed).insert(waiting.call.clone(), failed);
        // Without a receiver nobody listens.
        let _ = self.sender.send(waiting);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A handle on [`Wire`] that an SDK client owns.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    pub(super) wire: Arc<Wire>,
    /// Whether credentials that have expired can be replaced by new ones.
    pub(super) renewable: bool,
    /// How long a call may take.
    pub(super) timeout: Duration,
}

/// When a call was first made.
#[derive(Debug)]
struct Started(Instant);

impl Storable for Started {
    type Storer = StoreReplace<Self>;
}

/// How many attempts of a call failed for which reason.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    failures: u32,
    expiries: u32,
}

impl Storable for Counts {
    type Storer = StoreReplace<Self>;
}

/// Why an attempt failed that can be made again.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Failure {
    Throttled,
    Expired,
    Service(String),
    NoReply,
    NoConnection,
    BrokenOff,
}

#[dyn_dispatch_hint]
impl Intercept for Watch {
    fn name(&self) -> &'static str {
        "Watch"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        state: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        state.interceptor_state().store_put(Started(Instant::now()));
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        state: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.wire.requests.fetch_add(1, Ordering::Relaxed);
        let endpoint = origin(context.request().uri());
        if state.load::<Metadata>().is_some_and(|call| call.service() == "IAM") {
            *lock(&self.wire.endpoint_of_iam) = Some(endpoint.clone());
        }
        *lock(&self.wire.endpoint) = Some(endpoint);
        Ok(())
    }

    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        state: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // A reply that breaks off is an error, so that it is asked for again, as one whose promised length was not
        // reached is. The SDK's reader takes it for a short list, or for an error without a code.
        let is_cut = context.response().is_some_and(is_cut);
        if let Some(output) = context.output_or_error_mut().filter(|_| is_cut) {
            *output = Err(OrchestratorError::response("it ends before its last element".into()));
        }
        let failure = failure(context);
        if let Some(failure) = failure {
            self.failed(&failure, state);
        }
        Ok(())
    }
}

impl Watch {
    /// Says what is waited for, and how many attempts there may be: throttling ends, so only the call's time limits it.
    fn failed(&self, failure: &Failure, state: &mut ConfigBag) {
        let mut counts = state.load::<Counts>().copied().unwrap_or_default();
        let goes_on = match failure {
            Failure::Throttled => true,
            // New credentials that have expired as well: a third time will not help.
            Failure::Expired => {
                counts.expiries += 1;
                self.renewable && counts.expiries == 1
            }
            Failure::Service(_) | Failure::NoReply | Failure::NoConnection | Failure::BrokenOff => {
                counts.failures += 1;
                counts.failures < MOST_FAILURES
            }
        };
        if *failure == Failure::Expired && goes_on {
            self.wire.expired.store(true, Ordering::Relaxed);
        }
        let (call, service) = state
            .load::<Metadata>()
            .map_or_else(Default::default, |call| (call.name().to_owned(), call.service().to_owned()));
        let attempts = state.load::<RequestAttempts>().map_or(1, RequestAttempts::attempts);
        let elapsed = state.load::<Started>().map(|Started(at)| at.elapsed()).unwrap_or_default();
        if let Some(retries) = state.load::<RetryConfig>().cloned() {
            let most = if goes_on { u32::MAX } else { 1 };
            state.interceptor_state().store_put(retries.with_max_attempts(most));
        }
        state.interceptor_state().store_put(counts);
        // An attempt that the end of the call's time broke off did not fail by itself.
        if elapsed + LAST_MOMENT >= self.timeout {
            return;
        }
        let reason = failure.in_words(&service, &call);
        self.wire.wait(Waiting { call, reason, attempt: attempts + 1, elapsed }, *failure == Failure::Throttled);
    }
}

impl Failure {
    fn in_words(&self, service: &str, call: &str) -> String {
        match self {
            Self::Throttled => format!("{service} throttles {call}"),
            Self::Expired => format!("the credentials have expired, according to {call}"),
            Self::Service(code) => format!("{service} answers {call} with {code}"),
            Self::NoReply => format!("{service} does not answer {call} in time"),
            Self::NoConnection => format!("the connection for {call} fails"),
            Self::BrokenOff => format!("the reply to {call} breaks off"),
        }
    }
}

/// Why an attempt failed, if it is for a reason that passes.
fn failure(context: &FinalizerInterceptorContextMut<'_>) -> Option<Failure> {
    let error = context.output_or_error()?.err()?;
    if error.is_timeout_error() {
        return Some(Failure::NoReply);
    }
    if let Some(error) = error.as_connector_error() {
        return (!error.is_user()).then_some(if error.is_timeout() { Failure::NoReply } else { Failure::NoConnection });
    }
    if error.is_response_error() {
        return Some(Failure::BrokenOff);
    }
    let response = context.response()?;
    let status = response.status().as_u16();
    let code = body(response).and_then(code);
    match code.as_deref() {
        Some(code) if THROTTLING.contains(&code) => Some(Failure::Throttled),
        Some(code) if EXPIRED.contains(&code) => Some(Failure::Expired),
        _ if status == 429 => Some(Failure::Throttled),
        code if [500, 502, 503, 504].contains(&status) => {
            Some(Failure::Service(code.map_or_else(|| format!("HTTP status {status}"), str::to_owned)))
        }
        _ => None,
    }
}

/// Whether a reply breaks off. Of the replies that are no success only AWS's own are looked at: what stands between here
/// and AWS may answer as it likes.
fn is_cut(response: &HttpResponse) -> bool {
    let Some(body) = body(response) else { return false };
    let is_aws = response.status().is_success() || String::from_utf8_lossy(body).contains("<ErrorResponse");
    is_aws && !ends_with_its_root(body)
}

/// Has a call made again with new credentials when AWS says that they have expired; [`Watch`] says how often.
#[derive(Debug)]
pub(super) struct Renewal;

impl ClassifyRetry for Renewal {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let failed = context.output_or_error().is_some_and(|output| output.is_err());
        let code = context.response().filter(|_| failed).and_then(body).and_then(code);
        if code.is_some_and(|code| EXPIRED.contains(&code.as_str())) {
            RetryAction::server_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "Renewal"
    }
}

fn body(response: &HttpResponse) -> Option<&[u8]> {
    response.body().bytes()
}

/// The code of an error, which all services that are watched tell in XML.
fn code(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let (_, rest) = text.split_once("<Code>")?;
    rest.split_once("</Code>").map(|(code, _)| code.trim().to_owned())
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
pub(super) fn origin(uri: &str) -> String {
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

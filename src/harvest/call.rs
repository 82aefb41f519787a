//! One call: the SDK's error to ours, with the facts a user needs.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::client::DEFAULT_TIMEOUT;
use super::denied::Denial;
use super::error::{Cause, HarvestError, permission};
use super::error_text::{inner_text, one_line};
use super::wire::{EXPIRED, Failed, Wire, origin};
use crate::model::{AccountId, Arn};

/// Whose calls these are: what every error of them says.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// The source in words, such as ``profile `dev` ``.
    pub(super) origin: String,
    pub(super) account: Option<AccountId>,
    pub(super) wire: Arc<Wire>,
    /// How long a call may take.
    pub(super) timeout: Duration,
    /// How a user gets new credentials.
    pub(super) renew: String,
}

impl Caller {
    pub(super) fn new(origin: String, wire: Arc<Wire>) -> Self {
        let renew = "get new credentials and run the command again".to_owned();
        Self { origin, account: None, wire, timeout: DEFAULT_TIMEOUT, renew }
    }

    /// Waits for a call and names it in its error.
    pub(super) async fn call<T, E>(
        &self,
        call: &'static str,
        sent: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, HarvestError>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        self.call_on(call, None, sent).await
    }

    /// The same; `on` is the resource that a permission may be missing for, where that helps.
    pub(super) async fn call_on<T, E>(
        &self,
        call: &'static str,
        on: Option<&Arn>,
        sent: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, HarvestError>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let started = Instant::now();
        sent.await.map_err(|error| {
            let cause = cause(&error);
            if matches!(cause, Cause::Timeout(_)) && started.elapsed() >= self.timeout {
                return self.timed_out(call, on);
            }
            self.error(call, on, cause, seconds_behind(&error))
        })
    }

    fn account(&self, on: Option<&Arn>) -> Option<AccountId> {
        on.and_then(|arn| arn.account().parse().ok()).or_else(|| self.account.clone())
    }

    fn timed_out(&self, call: &'static str, on: Option<&Arn>) -> HarvestError {
        let failed = self.wire.failed(call);
        let cause = match &failed {
            Some(Failed { attempts: 1, reason, .. }) => format!("{reason}; 1 attempt failed"),
            Some(Failed { attempts, reason, .. }) => format!("{reason}; {attempts} attempts failed"),
            None => "the reply was not complete".to_owned(),
        };
        HarvestError::TimedOut {
            call,
            origin: self.origin.clone(),
            account: self.account(on),
            endpoint: self.wire.endpoint(),
            seconds: self.timeout.as_secs(),
            throttled: failed.is_some_and(|failed| failed.throttled),
            cause: Box::new(Cause::Local(cause)),
        }
    }

    fn error(&self, call: &'static str, on: Option<&Arn>, cause: Cause, behind: Option<i64>) -> HarvestError {
        let (origin, account) = (self.origin.clone(), self.account(on));
        let (code, message) = match &cause {
            Cause::Service { code, message, .. } => (code.clone(), message.clone()),
            Cause::Timeout(_) | Cause::Connection(_) | Cause::Redirect { .. } | Cause::Reply(_) | Cause::Local(_) => {
                Default::default()
            }
        };
        let cause = Box::new(cause);
        if is_about_time(&code, &message, behind) {
            return HarvestError::Clock { call, origin, account, behind: behind.filter(|s| is_off(*s)), cause };
        }
        match code.as_str() {
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => {
                let (permission, denial) = (permission(call, on), Denial::read(&message));
                HarvestError::Denied { call, origin, account, permission, denial, cause }
            }
            code if EXPIRED.contains(&code) => {
                HarvestError::Expired { call, origin, account, renew: self.renew.clone(), cause }
            }
            "InvalidClientTokenId" | "UnrecognizedClientException" | "SignatureDoesNotMatch" | "InvalidToken" => {
                HarvestError::NotValid { call, origin, cause }
            }
            _ => HarvestError::Call { call, origin, account, endpoint: self.wire.endpoint(), cause },
        }
    }

    /// Refuses what belongs to another account than the one that is read. `of_aws` says whether it may be AWS's own.
    pub(super) fn own(&self, call: &'static str, arn: &str, of_aws: bool) -> Result<(), HarvestError> {
        let Some(account) = &self.account else { return Ok(()) };
        let parsed: Arn = arn.parse().map_err(|error| self.reply(call, format!("{error}")))?;
        if parsed.account() == account.as_str() || (of_aws && parsed.account() == "aws") {
            return Ok(());
        }
        let (origin, account, arn) = (self.origin.clone(), account.clone(), arn.to_owned());
        Err(HarvestError::OtherAccount { call, origin, account, arn })
    }

    /// A reply that cannot be right.
    pub(super) fn reply(&self, call: &'static str, problem: impl Into<String>) -> HarvestError {
        HarvestError::Reply { call, origin: self.origin.clone(), problem: problem.into() }
    }

    /// A field without which a reply is no reply.
    pub(super) fn field<T>(&self, call: &'static str, name: &str, value: Option<T>) -> Result<T, HarvestError> {
        value.ok_or_else(|| self.reply(call, format!("{name} is missing")))
    }
}

fn cause<E>(error: &SdkError<E, HttpResponse>) -> Cause
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(service) => {
            redirect(service.raw()).unwrap_or_else(|| service_cause(service.err(), service.raw().status().as_u16()))
        }
        SdkError::TimeoutError(_) => Cause::Timeout(inner_text(error)),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => Cause::Timeout(inner_text(error)),
        SdkError::DispatchFailure(failure) if failure.is_user() => Cause::Local(inner_text(error)),
        SdkError::DispatchFailure(_) => Cause::Connection(inner_text(error)),
        SdkError::ResponseError(response) => {
            redirect(response.raw()).unwrap_or_else(|| Cause::Reply(inner_text(error)))
        }
        SdkError::ConstructionFailure(_) | _ => Cause::Local(inner_text(error)),
    }
}

/// AWS does not redirect calls of IAM and STS, and where a redirect leads nobody who is not asked for gets credentials.
fn redirect(response: &HttpResponse) -> Option<Cause> {
    let status = response.status().as_u16();
    let to = response.headers().get("location").filter(|to| to.contains("://")).map(origin);
    (300..400).contains(&status).then_some(Cause::Redirect { status, to })
}

/// AWS accepts a request whose time is at most this many seconds from its own.
const MOST_SECONDS_OFF: u64 = 300;

fn is_off(seconds: i64) -> bool {
    seconds.unsigned_abs() >= MOST_SECONDS_OFF
}

/// Whether an error says that the time of the request is wrong. A signature that does not match may be of a wrong key,
/// too, so there the time that AWS tells, or its words, must say so.
fn is_about_time(code: &str, message: &str, behind: Option<i64>) -> bool {
    let says = ["Signature expired", "Signature not yet current"].iter().any(|words| message.contains(words));
    match code {
        "RequestTimeTooSkewed" | "RequestExpired" => true,
        "SignatureDoesNotMatch" | "InvalidSignatureException" | "AuthFailure" => says || behind.is_some_and(is_off),
        _ => false,
    }
}

/// How many seconds this machine's clock is behind that of the server, if its reply tells the time.
fn seconds_behind<E>(error: &SdkError<E, HttpResponse>) -> Option<i64> {
    let date = error.raw_response()?.headers().get("date")?;
    let there = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
    Some(there.as_second() - jiff::Timestamp::now().as_second())
}

fn service_cause<E: ProvideErrorMetadata + Error + 'static>(error: &E, status: u16) -> Cause {
    let meta = error.meta();
    // A success that the SDK cannot read is no error of AWS.
    if meta.code().is_none() && (200..300).contains(&status) {
        return Cause::Reply(inner_text(error));
    }
    Cause::Service {
        code: meta.code().map_or_else(|| format!("HTTP status {status}"), str::to_owned),
        message: one_line(meta.message().unwrap_or("no message")),
        request_id: meta.extra("aws_request_id").map(str::to_owned),
    }
}

//! One call: the SDK's error to ours, with the facts a user needs.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::client::Wire;
use super::error::{Cause, HarvestError, permission};
use crate::model::{AccountId, Arn};

/// Whose calls these are: what every error of them says.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// The source in words, such as ``profile `dev` ``.
    pub(super) origin: String,
    pub(super) account: Option<AccountId>,
    pub(super) wire: Arc<Wire>,
}

impl Caller {
    /// Waits for a call and names it in its error.
    pub(super) async fn call<T, E>(
        &self,
        call: &'static str,
        sent: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, HarvestError>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        sent.await.map_err(|error| self.error(call, None, &error))
    }

    /// The error of a call; `on` is the resource a permission is missing for, where that helps.
    pub(super) fn error<E>(
        &self,
        call: &'static str,
        on: Option<&Arn>,
        error: &SdkError<E, HttpResponse>,
    ) -> HarvestError
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let cause = Box::new(cause(error));
        let (origin, account) = (self.origin.clone(), self.account.clone());
        let code = match cause.as_ref() {
            Cause::Service { code, .. } => code.as_str(),
            Cause::Timeout(_) | Cause::Connection(_) | Cause::Reply(_) | Cause::Local(_) => "",
        };
        match code {
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => {
                HarvestError::Denied { call, origin, account, permission: permission(call, on), cause }
            }
            "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
                HarvestError::Expired { call, origin, cause }
            }
            "InvalidClientTokenId" | "UnrecognizedClientException" | "SignatureDoesNotMatch" | "InvalidToken" => {
                HarvestError::NotValid { call, origin, cause }
            }
            _ => HarvestError::Call { call, origin, account, endpoint: self.wire.endpoint(), cause },
        }
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
        SdkError::ServiceError(service) => service_cause(service.err(), service.raw().status().as_u16()),
        SdkError::TimeoutError(_) => Cause::Timeout(inner_text(error)),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => Cause::Timeout(inner_text(error)),
        SdkError::DispatchFailure(failure) if failure.is_user() => Cause::Local(inner_text(error)),
        SdkError::DispatchFailure(_) => Cause::Connection(inner_text(error)),
        SdkError::ResponseError(_) => Cause::Reply(inner_text(error)),
        SdkError::ConstructionFailure(_) | _ => Cause::Local(inner_text(error)),
    }
}

fn service_cause<E: ProvideErrorMetadata>(error: &E, status: u16) -> Cause {
    let meta = error.meta();
    Cause::Service {
        code: meta.code().map_or_else(|| format!("HTTP status {status}"), str::to_owned),
        message: one_line(meta.message().unwrap_or("no message")),
        request_id: meta.extra("aws_request_id").map(str::to_owned),
    }
}

/// An error and its sources, outermost first, as one line.
pub(super) fn chain_text(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    for error in std::iter::successors(Some(error), |&error| error.source()) {
        let text = one_line(&error.to_string());
        if !texts.last().is_some_and(|last| last.contains(&text)) {
            texts.push(text);
        }
    }
    texts.join(": ")
}

/// As [`chain_text`], without the SDK's own outermost words (`dispatch failure`), which say nothing to a user.
fn inner_text(error: &(dyn Error + 'static)) -> String {
    error.source().map_or_else(|| one_line(&error.to_string()), chain_text)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

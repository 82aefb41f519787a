//! The AWS edge: from a profile or the environment to a [`Snapshot`] of a live account.
//!
//! The only room that names the AWS SDK, and the only one that is async; outside it is blocking. [`Session::open`] gets
//! credentials for every source and asks who they are, [`Session::harvest`] reads the accounts, all at once.
//! What is read and how, and which permissions it takes, is in `docs/aws.md`.

mod as_read;
mod assemble;
mod call;
mod chain;
mod client;
mod credentials;
mod denied;
mod details;
mod each_role;
mod error;
mod error_text;
mod event;
mod identity;
mod live_source;
mod many;
mod mfa;
mod options;
mod pages;
mod profiles;
mod reader;
mod source;
mod whole_account;
mod wire;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::{Mutex, watch};

pub use denied::{Denial, PolicyKind};
pub use error::{Cause, HarvestError};
pub use event::{Event, Observer, Silent};
pub use identity::Identity;
pub use live_source::{AssumedRole, LiveSource};
pub use many::harvest_each;
pub use options::Options;
pub use profiles::ProfileSummary;

use crate::parse::snapshot::Snapshot;
use credentials::MfaSessions;
use mfa::Codes;
use source::Source;

/// Sources with their credentials, ready to be read.
#[derive(Debug)]
pub struct Session {
    runtime: Runtime,
    sources: Vec<Source>,
    identities: Vec<Identity>,
    verbose: bool,
}

impl Session {
    /// Gets credentials for every source and asks STS who they are, all at once. A code of an MFA device may be asked
    /// for here and nowhere else.
    ///
    /// # Errors
    ///
    /// The first source, in their order, that has no usable credentials.
    pub fn open(sources: &[LiveSource], options: &Options, observer: &dyn Observer) -> Result<Self, HarvestError> {
        let runtime = runtime()?;
        let set = runtime.block_on(profiles::load())?;
        let timeout = options.timeout.unwrap_or(client::DEFAULT_TIMEOUT);
        let sessions = Arc::new(Mutex::new(MfaSessions::new(Codes::new(options))));
        // Every profile is looked at before anything is sent.
        let sources = sources
            .iter()
            .enumerate()
            .map(|(index, source)| runtime.block_on(Source::prepare(index, source, &set, &sessions, timeout)))
            .collect::<Result<Vec<Source>, HarvestError>>()?;
        let identities = at_once(&sources, |source| runtime.block_on(source.identify(observer)).map_err(Some))?;
        let sources = sources.into_iter().zip(&identities).map(|(source, who)| source.known_as(who)).collect();
        Ok(Self { runtime, sources, identities, verbose: options.verbose })
    }

    /// Who the sources are, in their order.
    #[must_use]
    pub fn identities(&self) -> &[Identity] {
        &self.identities
    }

    /// Reads all accounts at once; one snapshot per source, in their order.
    ///
    /// # Errors
    ///
    /// The first source, in their order, that could not be read whole; the others are given up soon after. There are no
    /// half snapshots.
    pub fn harvest(&self, observer: &dyn Observer) -> Result<Vec<Snapshot>, HarvestError> {
        let pairs: Vec<(&Source, &Identity)> = self.sources.iter().zip(&self.identities).collect();
        let (failed, _) = watch::channel(false);
        at_once(&pairs, |(source, identity)| {
            let reader = reader::Reader::new(source, identity, observer, self.verbose);
            let read = source.caller.wire.told(source.index, observer, reader.read());
            self.runtime.block_on(async {
                tokio::select! {
                    biased;
                    result = read => result.map_err(|error| {
                        failed.send_replace(true);
                        Some(error)
                    }),
                    () = given_up(failed.subscribe()) => Err(None),
                }
            })
        })
    }
}

/// How long the other accounts are still read when one cannot be, so that the error of the first is told if both fail.
const GRACE: Duration = Duration::from_secs(5);

/// Waits until another account has failed and the others have had their time: AWS may throttle them for long.
async fn given_up(mut failed: watch::Receiver<bool>) {
    match failed.wait_for(|failed| *failed).await {
        Ok(_) => {}
        // Nobody is left who could fail.
        Err(_) => std::future::pending().await,
    }
    tokio::time::sleep(GRACE).await;
}

/// The profiles of the AWS config files, sorted by name. Asks nobody and reads no secret out.
///
/// # Errors
///
/// The files are not well formed.
pub fn profiles() -> Result<Vec<ProfileSummary>, HarvestError> {
    let set = runtime()?.block_on(profiles::load())?;
    Ok(profiles::summaries(&set))
}

/// The bundle of certificates that is trusted besides those of the system: the one of `AWS_CA_BUNDLE`, or else of the
/// profile that `AWS_PROFILE` names, or of `default`.
///
/// # Errors
///
/// The AWS config files are not well formed.
pub fn certificate_bundle() -> Result<Option<PathBuf>, HarvestError> {
    let set = runtime()?.block_on(profiles::load())?;
    let name = std::env::var("AWS_PROFILE").ok().filter(|name| !name.is_empty());
    Ok(client::bundle(set.get_profile(name.as_deref().unwrap_or("default"))))
}

fn runtime() -> Result<Runtime, HarvestError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|cause| HarvestError::Runtime { cause })
}

/// How much stack a thread has. Within a call of IAM new credentials may be got with a call of STS, and in a build that is
/// not optimized one call takes more than half a megabyte.
const STACK: usize = 16 << 20;

/// A thread per item, so that large replies are parsed side by side; the results in order, or the first error. Work that
/// was given up because of the error of another has none.
fn at_once<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<R, Option<HarvestError>> + Sync,
) -> Result<Vec<R>, HarvestError> {
    std::thread::scope(|scope| {
        let work = &work;
        let thread = |item| Builder::new().stack_size(STACK).spawn_scoped(scope, move || work(item));
        let threads = items.iter().map(thread).collect::<Result<Vec<_>, _>>();
        let threads = threads.map_err(|cause| HarvestError::Runtime { cause })?;
        let mut done = Vec::with_capacity(items.len());
        let mut given_up = false;
        let mut first = None;
        for thread in threads {
            match thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)) {
                Ok(result) => done.push(result),
                Err(None) => given_up = true,
                Err(Some(error)) => first = first.or(Some(error)),
            }
        }
        match first {
            Some(error) => Err(error),
            // Work is given up for an error alone, so there is one.
            None if given_up => Err(HarvestError::Runtime { cause: std::io::ErrorKind::Interrupted.into() }),
            None => Ok(done),
        }
    })
}

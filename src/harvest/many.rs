//! Many accounts, each on its own: one that cannot be read does not end the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::Builder;
use std::time::Duration;

use aws_config::profile::ProfileSet;
use tokio::sync::Mutex;

use super::credentials::MfaSessions;
use super::error::HarvestError;
use super::event::Observer;
use super::live_source::LiveSource;
use super::mfa::Codes;
use super::options::Options;
use super::reader::Reader;
use super::source::Source;
use super::{STACK, client, profiles, runtime};
use crate::parse::snapshot::Snapshot;

/// Reads the sources, at most `concurrency` at a time. `done` gets each snapshot, or why there is none, with the place of its
/// source, as soon as it is known; it is called from several threads. Codes of MFA devices may be asked for, one after the other.
///
/// # Errors
/// If the AWS config files cannot be read, or no thread can be started.
pub fn harvest_each(
    sources: &[LiveSource],
    options: &Options,
    concurrency: usize,
    observer: &dyn Observer,
    done: &(dyn Fn(usize, Result<Snapshot, HarvestError>) + Sync),
) -> Result<(), HarvestError> {
    let runtime = runtime()?;
    let work = Work {
        set: runtime.block_on(profiles::load())?,
        sessions: Arc::new(Mutex::new(MfaSessions::new(Codes::new(options)))),
        timeout: options.timeout.unwrap_or(client::DEFAULT_TIMEOUT),
        verbose: options.verbose,
        observer,
    };
    let next = AtomicUsize::new(0);
    let take_all = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(source) = sources.get(index) else { break };
            done(index, runtime.block_on(work.one(index, source)));
        }
    };
    std::thread::scope(|scope| {
        let start = |_| Builder::new().stack_size(STACK).spawn_scoped(scope, take_all);
        let threads = (0..concurrency.min(sources.len())).map(start).collect::<Result<Vec<_>, _>>();
        for thread in threads.map_err(|cause| HarvestError::Runtime { cause })? {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
        Ok(())
    })
}

/// What reading every source takes.
struct Work<'w> {
    set: ProfileSet,
    sessions: Arc<Mutex<MfaSessions>>,
    timeout: Duration,
    verbose: bool,
    observer: &'w dyn Observer,
}

impl Work<'_> {
    async fn one(&self, index: usize, source: &LiveSource) -> Result<Snapshot, HarvestError> {
        let source = Source::prepare(index, source, &self.set, &self.sessions, self.timeout).await?;
        let identity = source.identify(self.observer).await?;
        let source = source.known_as(&identity);
        let reader = Reader::new(&source, &identity, self.observer, self.verbose);
        source.caller.wire.told(source.index, self.observer, reader.read()).await
    }
}

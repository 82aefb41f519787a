//! What goes on while accounts are read, for whoever wants to hear it.

use std::time::Duration;

/// Something worth telling while accounts are read. `source` is the index of the source in what was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// For those who asked for more words.
    Note {
        /// Which source.
        source: usize,
        /// One line.
        text: String,
    },
    /// The user should know: the slow way is taken, a role went away.
    Warning {
        /// Which source.
        source: usize,
        /// One line.
        text: String,
    },
    /// A call is being made.
    Call {
        /// Which source.
        source: usize,
        /// Such as `ListRoles`.
        call: &'static str,
    },
    /// A call failed for a reason that passes, and is made again.
    Waiting {
        /// Which source.
        source: usize,
        /// Such as `ListRoles`.
        call: String,
        /// Why, such as `IAM throttles ListRoles`.
        reason: String,
        /// The number of the next attempt.
        attempt: u32,
        /// How long the call takes by now.
        elapsed: Duration,
    },
    /// So many roles are read.
    Roles {
        /// Which source.
        source: usize,
        /// Read so far.
        done: usize,
        /// Of how many, once that is known.
        total: Option<usize>,
    },
    /// A source is read to its end.
    Done {
        /// Which source.
        source: usize,
        /// Roles read.
        roles: usize,
        /// HTTP requests it took since the session was opened, retries among them.
        requests: usize,
    },
}

/// Hears what goes on. Called from several threads, one per source.
pub trait Observer: Sync {
    /// Takes one event.
    fn observe(&self, event: Event);
}

/// An observer that lets everything pass.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn observe(&self, _: Event) {}
}

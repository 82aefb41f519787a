//! What reading one account takes, and what it tells meanwhile.

use std::sync::OnceLock;
use std::sync::atomic::AtomicUsize;

use super::call::Caller;
use super::error::HarvestError;
use super::event::{Event, Observer};
use super::identity::Identity;
use super::source::Source;

/// How often a role or a policy that changes under our hands is read anew.
pub(super) const ROUNDS: usize = 3;

/// One account being read.
pub(super) struct Reader<'a> {
    pub(super) iam: aws_sdk_iam::Client,
    pub(super) caller: &'a Caller,
    pub(super) identity: &'a Identity,
    pub(super) observer: &'a dyn Observer,
    pub(super) index: usize,
    verbose: bool,
    /// How many roles ListRoles had, once it is through.
    pub(super) listed: OnceLock<usize>,
    /// How many roles were left out because they were deleted meanwhile.
    pub(super) gone: AtomicUsize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a Source, identity: &'a Identity, observer: &'a dyn Observer, verbose: bool) -> Self {
        let (caller, index) = (&source.caller, source.index);
        Self {
            iam: source.iam(),
            caller,
            identity,
            observer,
            index,
            verbose,
            listed: OnceLock::new(),
            gone: AtomicUsize::default(),
        }
    }

    pub(super) fn unsettled(&self, what: String) -> HarvestError {
        HarvestError::Unsettled { account: self.identity.account_id.clone(), what }
    }

    pub(super) fn calls(&self, call: &'static str) {
        self.observer.observe(Event::Call { source: self.index, call });
    }

    pub(super) fn progress(&self, done: usize) {
        // ListRoles is asked at the same time, and mostly through first.
        let total = self.listed.get().copied().filter(|total| done <= *total);
        self.observer.observe(Event::Roles { source: self.index, done, total });
    }

    /// Says that something is read anew.
    pub(super) fn changed(&self, what: &str) {
        if self.verbose {
            let text = format!("{what} changed while iamctl read the account: reading it again");
            self.observer.observe(Event::Note { source: self.index, text });
        }
    }

    /// Refuses managed policies that are neither the account's nor AWS's.
    pub(super) fn carried_own<'p>(
        &self,
        call: &'static str,
        mut policies: impl Iterator<Item = &'p String>,
    ) -> Result<(), HarvestError> {
        policies.try_for_each(|arn| self.caller.own(call, arn, true))
    }

    pub(super) fn warn(&self, text: String) {
        self.observer.observe(Event::Warning { source: self.index, text });
    }
}

/// `None` for what AWS says is not there (any more).
pub(super) fn if_there<T>(result: Result<T, HarvestError>) -> Result<Option<T>, HarvestError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(HarvestError::Call { cause, .. }) if cause.is_no_such_entity() => Ok(None),
        Err(error) => Err(error),
    }
}

//! What the console shows while AWS is read.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::console::{Console, LOG_EVERY, Spinner};
use crate::harvest::{Event, Observer};
use crate::report::sentences::counted;

/// How far a source is: in words, and in roles of how many once that is known.
type Far = (String, Option<(usize, usize)>);

/// Shows on the console what goes on while accounts are read.
#[derive(Debug)]
pub(super) struct Watch<'a> {
    console: &'a Console,
    spinner: Option<&'a Spinner<'a>>,
    names: Vec<String>,
    progress: Mutex<BTreeMap<usize, Far>>,
    /// When each source last said that it waits.
    waited: Mutex<BTreeMap<usize, Instant>>,
}

impl<'a> Watch<'a> {
    /// Watches the sources of these names.
    pub(super) fn new(console: &'a Console, names: Vec<String>) -> Self {
        let (progress, waited) = Default::default();
        Self { console, spinner: None, names, progress, waited }
    }

    /// The same with a spinner that shows how far each source is.
    pub(super) fn with(&self, spinner: &'a Spinner<'a>) -> Self {
        Self { spinner: Some(spinner), ..Self::new(self.console, self.names.clone()) }
    }

    fn line(&self, source: usize, text: &str, warn: bool) {
        let text = format!("{}: {text}", self.names.get(source).map_or("", String::as_str));
        let tell = || if warn { self.console.warning(&text) } else { self.console.note(&text) };
        match self.spinner {
            Some(spinner) => spinner.above(tell),
            None => tell(),
        }
    }

    /// A bar with the time left as soon as every source knows how many roles it has; until then, words.
    fn far(&self, source: usize, text: String, roles: Option<(usize, usize)>) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.insert(source, (text, roles));
        let Some(spinner) = self.spinner else { return };
        let known: Vec<(usize, usize)> = progress.values().filter_map(|(_, roles)| *roles).collect();
        if known.len() == self.names.len() {
            spinner.roles(known.iter().map(|(done, _)| done).sum(), known.iter().map(|(_, total)| total).sum());
            return;
        }
        let parts = progress
            .iter()
            .map(|(source, (text, _))| format!("{}: {text}", self.names.get(*source).map_or("", String::as_str)));
        spinner.far(&parts.collect::<Vec<_>>().join(", "));
    }

    /// On a terminal with a spinner, in its line; otherwise a line now and then. A call that works at the second attempt
    /// is nothing to talk of.
    fn waits(&self, source: usize, text: &str, attempt: u32) {
        let text = format!("waiting for AWS: {text}");
        if let Some(spinner) = self.spinner.filter(|_| self.console.shows_progress()) {
            return spinner.waits(&format!("{}: {text}", self.names.get(source).map_or("", String::as_str)));
        }
        let mut waited = self.waited.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = waited.get(&source).is_none_or(|at| at.elapsed() >= LOG_EVERY);
        if attempt > 2 && is_due {
            waited.insert(source, Instant::now());
            self.line(source, &text, false);
        }
    }

    /// Whether a source knows how many roles it has: what it calls meanwhile is of no interest.
    fn counts(&self, source: usize) -> bool {
        let progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.get(&source).is_some_and(|(_, roles)| roles.is_some())
    }
}

impl Observer for Watch<'_> {
    fn observe(&self, event: Event) {
        match event {
            Event::Note { source, text } => self.line(source, &text, false),
            Event::Warning { source, text } => self.line(source, &text, true),
            Event::Call { source, .. } if self.counts(source) => {}
            Event::Call { source, call } => self.far(source, call.to_owned(), None),
            Event::Roles { source, done, total: Some(total) } => {
                self.far(source, format!("{done} of {}", counted(total, "role")), Some((done, total)));
            }
            Event::Roles { source, done, total: None } => self.far(source, counted(done, "role"), None),
            Event::Waiting { source, call: _, reason, attempt, elapsed } => {
                self.waits(source, &format!("{reason}; attempt {attempt}, {} s so far", elapsed.as_secs()), attempt);
            }
            Event::Done { source, roles, requests } => {
                self.line(source, &format!("{} in {}", counted(roles, "role"), counted(requests, "request")), false);
            }
        }
    }
}

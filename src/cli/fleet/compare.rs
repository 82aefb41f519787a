//! Compares the accounts of a fleet, with the baseline or with the majority.

use rayon::prelude::*;

use super::super::console::Spinner;
use super::super::error::CliError;
use super::accounts::FEWEST;
use super::error::FleetError;
use super::prepare::Read;
use super::read;
use super::write::Writer;
use crate::fleet::{self, Compared, FleetAccount, FleetOptions, Majority};
use crate::formats::fleet::REPORTS;
use crate::model::{Account, AccountTag, Selection, Sides};

/// How many accounts are compared at a time, for each core: whole reports take memory.
const PER_CORE: usize = 4;

/// A comparison of two accounts, by their places.
struct Job {
    with: usize,
    account: usize,
    /// Which roles; none for those of the options.
    selection: Option<Selection>,
}

/// What is compared, and how.
struct Work<'w> {
    options: &'w FleetOptions,
    tried: &'w [read::Tried],
    accounts: &'w [Option<Account>],
    writer: &'w Writer<'w>,
    /// Whether full reports can be written: none are, where a role is compared with that of the majority.
    writes_reports: bool,
    spinner: &'w Spinner<'w>,
}

/// Compares all accounts. One that cannot be compared is described as failed.
pub(super) fn all(
    read: &mut Read<'_>,
    options: &FleetOptions,
    writer: &Writer<'_>,
    spinner: &Spinner<'_>,
) -> Result<Vec<Compared>, CliError> {
    let Read { baseline, tried, described, accounts } = read;
    let there: Vec<usize> =
        accounts.iter().enumerate().filter_map(|(place, account)| account.as_ref().map(|_| place)).collect();
    let work = Work { options, tried, accounts, writer, writes_reports: baseline.is_some(), spinner };
    if baseline.is_none() && there.len() < FEWEST {
        return Err(FleetError::NoMajority { accounts: there.len() }.into());
    }
    // The pivot of a majority is the same in whatever order the accounts were given.
    let by_tag = || there.iter().copied().min_by_key(|place| tried.get(*place).map(|one| &one.named.tag));
    let Some(with) = baseline.or_else(by_tag) else {
        return Err(FleetError::NothingLeft.into());
    };
    let job = |account: &usize| Job { with, account: *account, selection: None };
    let jobs: Vec<Job> = there.iter().filter(|place| **place != with).map(job).collect();
    let compared: Vec<Compared> = work.run(&jobs, described)?.into_iter().map(|(_, compared)| compared).collect();
    match (baseline, tried.get(with)) {
        (None, Some(pivot)) => work.with_majority(&pivot.named.tag, &compared, described),
        (None | Some(_), _) => Ok(compared),
    }
}

impl Work<'_> {
    fn tag(&self, place: usize) -> Option<&AccountTag> {
        self.tried.get(place).map(|one| &one.named.tag)
    }

    fn with_majority(
        &self,
        pivot: &AccountTag,
        first: &[Compared],
        described: &mut [FleetAccount],
    ) -> Result<Vec<Compared>, CliError> {
        let majority = Majority::new(pivot, first);
        let place = |tag: &AccountTag| (0..self.tried.len()).find(|place| self.tag(*place) == Some(tag));
        let rounds = majority.rounds();
        let jobs = rounds.into_iter().filter_map(|round| {
            let (with, account) = (place(&round.with)?, place(&round.account)?);
            Some(Job { with, account, selection: Some(round.selection) })
        });
        let results = self.run(&jobs.collect::<Vec<_>>(), described)?;
        let results: Vec<(AccountTag, Compared)> =
            results.into_iter().filter_map(|(with, compared)| Some((self.tag(with)?.clone(), compared))).collect();
        Ok(majority.merge(first, &results))
    }

    /// The results of the comparisons, each with the place of the first account.
    fn run(&self, jobs: &[Job], described: &mut [FleetAccount]) -> Result<Vec<(usize, Compared)>, CliError> {
        let mut compared = Vec::with_capacity(jobs.len());
        let mut first_error = None;
        for some in jobs.chunks(PER_CORE * rayon::current_num_threads()) {
            self.spinner.stage(&format!("comparing accounts: {} of {}", compared.len(), jobs.len()));
            let results: Vec<_> = some.par_iter().map(|job| self.one(job)).collect();
            for (job, (report, result)) in some.iter().zip(results) {
                let described = described.get_mut(job.account);
                match result {
                    Ok(one) => {
                        described.into_iter().for_each(|account| account.report.clone_from(&report));
                        compared.push((job.with, one));
                    }
                    Err(error @ CliError::Compare(_)) => {
                        described.into_iter().for_each(|account| read::failed(account, &error));
                        first_error.get_or_insert(error);
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        // What is wrong with every comparison is wrong with the baseline or the dictionary.
        match first_error {
            Some(error) if compared.is_empty() => Err(error),
            Some(_) | None => Ok(compared),
        }
    }

    /// One comparison, and the folder of its full report if one was written.
    fn one(&self, job: &Job) -> (Option<String>, Result<Compared, CliError>) {
        let of = |place: usize| Some((self.tried.get(place)?, self.accounts.get(place)?.as_ref()?));
        let (Some((with, left)), Some((tried, right))) = (of(job.with), of(job.account)) else {
            let invariant = "an account is compared that was not read".to_owned();
            return (None, Err(CliError::Internal { invariant }));
        };
        let mut pair = self.options.of_pair(Sides { left: &with.named.tag, right: &tried.named.tag });
        if let Some(selection) = &job.selection {
            pair.selection = selection.clone();
        }
        let mut is_written = false;
        let accounts = Sides { left, right };
        let result = fleet::compare(accounts, &pair, &self.options.fail_on, |prepared, report, compared| {
            self.writer.keep(report)?;
            if self.writes_reports {
                is_written = self.writer.write(Sides { left: with, right: tried }, prepared, report, compared)?;
            }
            Ok::<(), CliError>(())
        });
        (is_written.then(|| format!("{REPORTS}/{}", tried.named.tag)), result)
    }
}

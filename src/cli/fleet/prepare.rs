//! Which accounts of a fleet are compared: the sources read, and their policies.

use super::super::accounts::{Filter, ListArgs, NamedSource};
use super::super::console::Console;
use super::super::error::CliError;
use super::super::inputs::InputArgs;
use super::error::FleetError;
use super::read::{self, Outcome, Tried};
use crate::fleet::{AccountStatus, FleetAccount};
use crate::model::{Account, AccountTag};

/// The accounts after they were read. Those that are compared have an [`Account`].
pub(super) struct Read<'t> {
    /// The place of the baseline; none for a majority.
    pub(super) baseline: Option<usize>,
    pub(super) tried: &'t [Tried],
    pub(super) described: Vec<FleetAccount>,
    pub(super) accounts: Vec<Option<Account>>,
}

impl Read<'_> {
    /// The tag of the baseline; none for a majority.
    pub(super) fn baseline_tag(&self) -> Option<&AccountTag> {
        self.baseline.and_then(|place| self.tried.get(place)).map(|one| &one.named.tag)
    }
}

/// Reads the sources. That the baseline cannot be read is an error.
pub(in crate::cli) fn tried(
    sources: Vec<NamedSource>,
    baseline: Option<usize>,
    lists: &ListArgs,
    input: &InputArgs,
    console: &Console,
) -> Result<Vec<Tried>, CliError> {
    // While live accounts are read, the terminal may be needed to ask for a code.
    let are_files = sources.iter().all(|named| named.source.file().is_some());
    let _spinner = are_files.then(|| console.spinner("reading accounts"));
    let mut tried = read::all(sources, baseline, lists, input, console)?;
    match baseline.and_then(|place| read::take_failure(&mut tried, place)) {
        Some(error) => Err(error),
        None => Ok(tried),
    }
}

/// The accounts that are wanted, the baseline first; and which of them could not be read, and why.
pub(in crate::cli) fn wanted<'t>(tried: &'t [Tried], filter: &Filter) -> Result<(Vec<Wanted<'t>>, Unread), CliError> {
    let Read { tried, described, accounts, .. } = prepare(tried, Some(0), filter)?;
    let tags = tried.iter().map(|one| &one.named.tag);
    // Those without an account are left out, or unread.
    let wanted = tags.zip(accounts).filter_map(|(tag, account)| Some((tag, account?)));
    Ok((wanted.collect(), unread(&described)))
}

/// An account with its tag.
pub(in crate::cli) type Wanted<'t> = (&'t AccountTag, Account);

/// The accounts that were not read, and why.
pub(in crate::cli) type Unread = Vec<(AccountTag, String)>;

/// Finds out which accounts are compared, and reads their policies.
pub(super) fn prepare<'t>(tried: &'t [Tried], baseline: Option<usize>, filter: &Filter) -> Result<Read<'t>, CliError> {
    read::refuse_twice(tried)?;
    let ids: Vec<_> = tried.iter().map(read::id_of).collect();
    let known: Vec<_> = tried.iter().map(|one| &one.named).zip(ids.iter().map(Option::as_ref)).collect();
    filter.check(&known)?;
    let describe = |(place, one): (usize, &Tried)| read::described(one, (Some(place) != baseline).then_some(filter));
    let mut described: Vec<FleetAccount> = tried.iter().enumerate().map(describe).collect();
    if !described.iter().any(|account| !account.baseline && !account.is_left_out()) {
        return Err(FleetError::NothingLeft.into());
    }
    let snapshots: Vec<_> = tried
        .iter()
        .zip(&described)
        .map(|(one, account)| match (&one.outcome, account.status) {
            (Outcome::Read(snapshot), AccountStatus::Read) => Some(&**snapshot),
            (Outcome::Read(_) | Outcome::Skipped(_) | Outcome::Unread(_) | Outcome::Failed(_), _) => None,
        })
        .collect();
    let mut accounts = Vec::with_capacity(tried.len());
    for (account, described) in read::accounts(&snapshots).into_iter().zip(&mut described) {
        accounts.push(match account {
            Some(Err(error)) if described.baseline => return Err(error),
            Some(Err(error)) => {
                read::failed(described, &error);
                None
            }
            Some(Ok(account)) => Some(account),
            None => None,
        });
    }
    Ok(Read { baseline, tried, described, accounts })
}

/// Which accounts were not read, and why.
pub(super) fn unread(accounts: &[FleetAccount]) -> Unread {
    let unread = accounts.iter().filter(|account| account.is_unread());
    unread.map(|account| (account.tag.clone(), account.why.clone().unwrap_or_default())).collect()
}

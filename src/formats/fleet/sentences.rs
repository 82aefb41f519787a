//! What the formats of a fleet say of it, in the same words.

use super::super::verdict;
use super::file_names::ACCOUNTS_READ;
use crate::fleet::{AcceptedCounts, AccountStatus, Decision, Fleet, FleetCause};
use crate::model::AccountTag;
use crate::report::sentences::{counted, few};

/// How many accounts a sentence names before the rest is only counted.
const NAMED: usize = 5;

/// What is missing, which everything says first: `2 of 40 accounts were not read: dev-3, qa-1`.
#[must_use]
pub fn unread(fleet: &Fleet) -> Option<String> {
    if fleet.unread.is_empty() {
        return None;
    }
    // The baseline is one of them, and is not compared with itself.
    let all = fleet.totals.accounts + fleet.unread.len() + usize::from(fleet.baseline.is_some());
    let tags = tags(&fleet.unread);
    let were = if fleet.unread.len() == 1 { "was" } else { "were" };
    Some(format!(
        "NOT COMPLETE: {} of {} {were} not read, and this report says nothing about them: {}",
        fleet.unread.len(),
        counted(all, "account"),
        few(&tags, 20)
    ))
}

/// The result in a sentence.
#[must_use]
pub fn verdict(fleet: &Fleet) -> String {
    let totals = fleet.totals;
    let accounts = counted(totals.accounts, "account");
    if totals.deviating == 0 {
        let beyond = if totals.accepted.differences == 0 { "" } else { " other than those accepted" };
        return format!(
            "No deviations{beyond}: {} in {accounts} the same as in {}",
            if totals.roles == 1 { "1 role is".to_owned() } else { format!("{} roles are", totals.roles) },
            baseline(fleet)
        );
    }
    let left_out = (totals.not_compared > 0).then(|| format!("{} not compared", counted(totals.not_compared, "role")));
    let roles = (totals.differing > 0 || left_out.is_none()).then(|| counted(totals.differing, "role"));
    let mut parts: Vec<String> = roles.into_iter().chain(left_out).collect();
    parts.push(counted(totals.findings, "finding"));
    parts.push(counted(totals.causes, "cause"));
    let severities = totals.severities.in_words();
    format!(
        "Different: {} of {accounts} {} from {}: {}{}",
        totals.deviating,
        if totals.deviating == 1 { "deviates" } else { "deviate" },
        baseline(fleet),
        parts.join(", "),
        if severities.is_empty() { severities } else { format!(" ({severities})") },
    )
}

/// What somebody has accepted, if anything: `5 findings accepted in 3 accounts`.
pub(super) fn accepted(fleet: &Fleet) -> Option<String> {
    let AcceptedCounts { findings, differences } = fleet.totals.accepted;
    let accounts = counted(fleet.totals.accepting, "account");
    (differences > 0).then(|| format!("{} in {accounts}.", verdict::accepted_counts(findings, differences)))
}

/// Which accounts are not among those compared, though nothing went wrong: `Left out: 2 accounts skipped, 1 account suspended`.
fn left_out(fleet: &Fleet) -> Option<String> {
    let count = |status: AccountStatus| fleet.accounts.iter().filter(|account| account.status == status).count();
    let all = [AccountStatus::Skipped, AccountStatus::Suspended].map(|status| (status, count(status)));
    let some = all.into_iter().filter(|(_, count)| *count > 0);
    let some: Vec<String> = some.map(|(status, count)| format!("{} {status}", counted(count, "account"))).collect();
    (!some.is_empty()).then(|| format!("Left out: {}; see {ACCOUNTS_READ}.", some.join(", ")))
}

/// What else belongs to the verdict.
pub(super) fn remarks(fleet: &Fleet) -> impl Iterator<Item = String> {
    [fleet.severity_overrides.sentence(), decision(fleet), accepted(fleet), left_out(fleet)].into_iter().flatten()
}

/// What `--fail-on` decided, if the run was asked to fail on something.
fn decision(fleet: &Fleet) -> Option<String> {
    let Decision { fail_on, fails, findings, accounts } = &fleet.decision;
    let gate: Vec<String> = fail_on.iter().map(ToString::to_string).collect();
    verdict::decided(&gate, *fails, *findings, &format!(" in {}", counted(*accounts, "account")))
}

/// What the accounts are compared with: the tag of the baseline, or `the majority`.
pub(super) fn baseline(fleet: &Fleet) -> &str {
    fleet.baseline.as_ref().map_or("the majority", AccountTag::as_str)
}

/// `in 3 of 40 accounts: dev-3, qa-1, qa-2`; with the number of roles in each account where they are not the same.
pub(super) fn of_cause(fleet: &Fleet, cause: &FleetCause) -> String {
    let all: Vec<String> = cause.accounts.keys().map(|tag| of_account(cause, tag)).collect();
    format!("in {} of {}: {}", all.len(), counted(fleet.totals.accounts, "account"), few(&all, NAMED))
}

/// An account that has a cause; with the number of its roles if other accounts have the cause in other roles.
pub(super) fn of_account(cause: &FleetCause, tag: &AccountTag) -> String {
    cause.roles_in.get(tag).map_or_else(|| tag.to_string(), |roles| format!("{tag} ({})", counted(roles.len(), "role")))
}

/// `in 3 of 40 accounts: dev-3, qa-1, qa-2`.
pub(super) fn in_accounts<'t>(fleet: &Fleet, accounts: impl Iterator<Item = &'t AccountTag>) -> String {
    let all: Vec<String> = accounts.map(ToString::to_string).collect();
    format!("in {} of {}: {}", all.len(), counted(fleet.totals.accounts, "account"), few(&all, NAMED))
}

pub(super) fn tags(tags: &[AccountTag]) -> Vec<String> {
    tags.iter().map(ToString::to_string).collect()
}

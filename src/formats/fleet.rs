//! A [`Fleet`] to bytes: the matrix and its lists as CSV, `fleet.json`, Markdown, and the summary on a terminal.

mod csv;
mod markdown;
mod text;

pub use markdown::write as write_markdown;
pub use text::write as write_text;

use std::collections::BTreeMap;

use super::csv::Options;
use super::files::{File, json};
use crate::fleet::{Fleet, FleetAccount};
use crate::model::AccountTag;
use crate::report::sentences::{counted, few, quoted};

/// The file that lists the accounts and what became of them.
pub const ACCOUNTS_READ: &str = "accounts_read.csv";

/// The folder, inside the output folder, of the full reports of accounts.
pub const REPORTS: &str = "accounts";

/// How many accounts a sentence names before the rest is only counted.
const NAMED: usize = 5;

/// How many other accounts a command names as known.
const KNOWN: usize = 10;

/// A fleet, and what the formats that show it need besides.
#[derive(Debug, Clone, Copy)]
pub struct FleetView<'a> {
    /// What was found.
    pub fleet: &'a Fleet,
    /// The output folder, as commands name it; none if none was written.
    pub folder: Option<&'a str>,
    /// The words that mean the sources of the accounts on the command line.
    pub sources: &'a BTreeMap<AccountTag, String>,
    /// The options of this run that `iamctl diff` needs to give the same result, each beginning with a blank.
    pub flags: &'a str,
}

/// The files of `fleet`, but for the full reports of accounts.
#[must_use]
pub fn files<'a>(view: &'a FleetView<'a>, options: Options) -> Vec<File<'a>> {
    let fleet = view.fleet;
    vec![
        accounts_read(&fleet.accounts, options),
        File::new("classes.csv", move |out| csv::classes(out, options, fleet)),
        File::new("fleet.json", move |out| json(out, fleet)),
        File::new("fleet.md", move |out| markdown::write(out, view)),
        File::new("outliers.csv", move |out| csv::outliers(out, options, fleet)),
        File::new("role_matrix.csv", move |out| csv::role_matrix(out, options, fleet)),
    ]
}

/// The list of accounts, which is written even if nothing can be said about the fleet.
#[must_use]
pub fn accounts_read(accounts: &[FleetAccount], options: Options) -> File<'_> {
    File::new(ACCOUNTS_READ, move |out| csv::accounts_read(out, options, accounts))
}

/// What is missing, which everything says first: `2 of 40 accounts were not read: dev-3, qa-1`.
#[must_use]
pub fn unread(fleet: &Fleet) -> Option<String> {
    if fleet.unread.is_empty() {
        return None;
    }
    // The baseline is one of them, and is not compared with itself.
    let all = fleet.totals.accounts + fleet.unread.len() + 1;
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
        return format!(
            "No deviations: {} in {accounts} the same as in {}",
            if totals.roles == 1 { "1 role is".to_owned() } else { format!("{} roles are", totals.roles) },
            fleet.baseline
        );
    }
    format!(
        "Different: {} of {accounts} {} from {}: {}, {}, {} ({})",
        totals.deviating,
        if totals.deviating == 1 { "deviates" } else { "deviate" },
        fleet.baseline,
        counted(totals.differing, "role"),
        counted(totals.findings, "finding"),
        counted(totals.causes, "cause"),
        totals.severities.in_words(),
    )
}

/// `in 3 of 40 accounts: dev-3, qa-1, qa-2`.
fn in_accounts<'t>(fleet: &Fleet, accounts: impl Iterator<Item = &'t AccountTag>) -> String {
    let all: Vec<String> = accounts.map(ToString::to_string).collect();
    format!("in {} of {}: {}", all.len(), counted(fleet.totals.accounts, "account"), few(&all, NAMED))
}

fn tags(tags: &[AccountTag]) -> Vec<String> {
    tags.iter().map(ToString::to_string).collect()
}

/// The command that compares an account with the baseline.
fn diff(view: &FleetView<'_>, account: &AccountTag) -> Option<String> {
    let source = |tag: &AccountTag| view.sources.get(tag).map(|word| format!("{} {tag}", quoted(word)));
    let (baseline, source) = (source(&view.fleet.baseline)?, source(account)?);
    let third = view.fleet.accounts.iter().filter(|one| one.tag != view.fleet.baseline && one.tag != *account);
    let mut known: Vec<String> = third
        .filter_map(|one| one.account_id.as_ref().map(|id| format!(" --known-account {id}={}", one.tag)))
        .collect();
    if known.len() > KNOWN {
        known.clear();
    }
    Some(format!("iamctl diff {baseline} {source}{}{}", view.flags, known.concat()))
}

/// The commands that help with the accounts that deviate most, with what they do.
fn next(view: &FleetView<'_>) -> Vec<(String, String)> {
    let Some(worst) = view.fleet.outliers.first() else { return Vec::new() };
    let tag = &worst.account;
    let mut commands = Vec::new();
    commands.extend(diff(view, tag).map(|command| (format!("compare {tag} with {}", view.fleet.baseline), command)));
    let account = view.fleet.accounts.iter().find(|one| one.tag == *tag);
    let role = account.and_then(|account| account.deviations.iter().find(|one| !one.findings.is_empty()));
    let report = account.and_then(|account| account.report.as_ref());
    if let (Some(folder), Some(report), Some(role)) = (view.folder, report, role) {
        let name = role.account_role.as_ref().or(role.baseline_role.as_ref()).filter(|name| !name.starts_with('-'));
        let path = format!("{folder}/{report}");
        commands.extend(name.map(|name| {
            (format!("show one role of {tag} in full"), format!("iamctl explain {} {}", quoted(&path), quoted(name)))
        }));
    }
    commands
}

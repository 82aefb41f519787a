//! A [`Fleet`] to bytes: the matrix and its lists as CSV, `fleet.json`, Markdown, a page, and the summary on a terminal.

mod csv;
mod html;
mod markdown;
mod text;

pub use html::write as write_html;
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
        File::new("fleet.html", move |out| html::write(out, view)),
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
        return format!(
            "No deviations: {} in {accounts} the same as in {}",
            if totals.roles == 1 { "1 role is".to_owned() } else { format!("{} roles are", totals.roles) },
            baseline(fleet)
        );
    }
    format!(
        "Different: {} of {accounts} {} from {}: {}, {}, {} ({})",
        totals.deviating,
        if totals.deviating == 1 { "deviates" } else { "deviate" },
        baseline(fleet),
        counted(totals.differing, "role"),
        counted(totals.findings, "finding"),
        counted(totals.causes, "cause"),
        totals.severities.in_words(),
    )
}

/// What the accounts are compared with: the tag of the baseline, or `the majority`.
fn baseline(fleet: &Fleet) -> &str {
    fleet.baseline.as_ref().map_or("the majority", AccountTag::as_str)
}

/// `in 3 of 40 accounts: dev-3, qa-1, qa-2`.
fn in_accounts<'t>(fleet: &Fleet, accounts: impl Iterator<Item = &'t AccountTag>) -> String {
    let all: Vec<String> = accounts.map(ToString::to_string).collect();
    format!("in {} of {}: {}", all.len(), counted(fleet.totals.accounts, "account"), few(&all, NAMED))
}

fn tags(tags: &[AccountTag]) -> Vec<String> {
    tags.iter().map(ToString::to_string).collect()
}

/// The command that compares an account with another.
fn diff(view: &FleetView<'_>, with: &AccountTag, account: &AccountTag) -> Option<String> {
    let source = |tag: &AccountTag| view.sources.get(tag).map(|word| format!("{} {tag}", quoted(word)));
    let (left, right) = (source(with)?, source(account)?);
    let third = view.fleet.accounts.iter().filter(|one| one.tag != *with && one.tag != *account);
    let mut known: Vec<String> = third
        .filter_map(|one| one.account_id.as_ref().map(|id| format!(" --known-account {id}={}", one.tag)))
        .collect();
    if known.len() > KNOWN {
        known.clear();
    }
    Some(format!("iamctl diff {left} {right}{}{}", view.flags, known.concat()))
}

/// The commands that help with the accounts that deviate most, with what they do.
fn next(view: &FleetView<'_>) -> Vec<(String, String)> {
    let fleet = view.fleet;
    let Some(worst) = fleet.outliers.first() else { return Vec::new() };
    let tag = &worst.account;
    let account = fleet.accounts.iter().find(|one| one.tag == *tag);
    let role = account.and_then(|account| account.deviations.iter().find(|one| !one.findings.is_empty()));
    // Of the majority, an account that has the role.
    let of_role = role.and_then(|one| fleet.roles.iter().find(|role| role.role == one.role));
    let with = fleet.baseline.as_ref().or_else(|| of_role.and_then(|role| role.compared_with.as_ref()));
    let mut commands = Vec::new();
    if let Some(with) = with.filter(|with| *with != tag) {
        commands.extend(diff(view, with, tag).map(|command| (format!("compare {tag} with {with}"), command)));
    }
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

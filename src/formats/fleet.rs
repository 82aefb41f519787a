//! A [`Fleet`] to bytes: the matrix and its lists as CSV, `fleet.json`, Markdown, a page, and the summary on a terminal.

mod causes;
mod csv;
mod findings;
mod html;
mod junit;
mod markdown;
mod ocsf;
mod text;

pub use findings::{FindingRows, csv as write_csv};
pub use html::write as write_html;
pub use markdown::text as markdown;
pub use text::write as write_text;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::csv::Options;
use super::files::{File, json};
use super::markdown::LIMIT;
use super::report_format::ReportFormat;
use super::verdict;
use crate::evidence::Provenance;
use crate::fleet::{AcceptedCounts, AccountDeviation, AccountStatus, Decision, Fleet, FleetAccount, FleetCause};
use crate::model::{AccountId, AccountTag};
use crate::report::sentences::{counted, few, quoted};

/// The file that lists the accounts and what became of them.
pub const ACCOUNTS_READ: &str = "accounts_read.csv";

/// The folder, inside the output folder, of the full reports of accounts.
pub const REPORTS: &str = "accounts";

/// How many accounts a sentence names before the rest is only counted.
const NAMED: usize = 5;

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
    /// The account IDs in the texts of the accounts that a command compares: of the other accounts of the fleet, only these
    /// have to be known to give the same result.
    pub mentioned: &'a BTreeSet<AccountId>,
    /// What to do about the most severe cause of each account with a full report; [`FOLDER`] stands for the report's folder.
    pub next: &'a BTreeMap<AccountTag, Vec<NextStep>>,
    /// Of the run, what formats for pipelines name.
    pub run: Run<'a>,
}

/// What the formats for pipelines name besides what was found.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// What the reports say of the findings, for [`needs_rows`].
    pub rows: &'a FindingRows,
    /// The arguments of the program; empty where they are not known.
    pub arguments: &'a [String],
    /// When the run began, RFC 3339; none where it is not known.
    pub started_at: Option<&'a str>,
    /// Who read the accounts, and what the report was made of; none where it is not known.
    pub evidence: Option<&'a Provenance>,
    /// The file that what is about the dictionary is shown at, with `/`.
    pub location: &'a str,
    /// The files that the accounts were read from, with `/`; or the snapshot of a full report.
    pub files: &'a BTreeMap<AccountTag, String>,
}

/// Whether a format shows more of a finding than its sentence.
#[must_use]
pub const fn needs_rows(format: ReportFormat) -> bool {
    match format {
        ReportFormat::Ndjson | ReportFormat::Junit | ReportFormat::Ocsf => true,
        ReportFormat::Html
        | ReportFormat::Markdown
        | ReportFormat::Json
        | ReportFormat::Sarif
        | ReportFormat::Gitlab
        | ReportFormat::Oscal => false,
    }
}

/// Whether a fleet can be written in a format.
#[must_use]
pub const fn has(format: ReportFormat) -> bool {
    match format {
        ReportFormat::Oscal => false,
        ReportFormat::Html
        | ReportFormat::Markdown
        | ReportFormat::Json
        | ReportFormat::Ndjson
        | ReportFormat::Sarif
        | ReportFormat::Junit
        | ReportFormat::Gitlab
        | ReportFormat::Ocsf => true,
    }
}

/// Writes the fleet in a format of `--report`.
///
/// # Errors
/// If `out` cannot be written, or a fleet does not have the format ([`has`]).
pub fn write(format: ReportFormat, out: &mut dyn Write, view: &FleetView<'_>) -> io::Result<()> {
    match format {
        ReportFormat::Html => html::write(out, view),
        ReportFormat::Markdown => out.write_all(markdown::text(view, LIMIT).as_bytes()),
        ReportFormat::Json => json(out, view.fleet),
        ReportFormat::Ndjson => findings::write(out, view),
        ReportFormat::Sarif => causes::sarif(out, view),
        ReportFormat::Junit => junit::write(out, view),
        ReportFormat::Gitlab => causes::gitlab(out, view),
        ReportFormat::Ocsf => ocsf::write(out, view),
        ReportFormat::Oscal => Err(io::Error::new(io::ErrorKind::Unsupported, "a fleet has no report in this format")),
    }
}

/// Stands for the folder of a full report in the commands of [`FleetView::next`].
pub const FOLDER: &str = "FOLDER";

/// What to do next, and the command for it.
pub type NextStep = (&'static str, String);

/// The files of `fleet`, but for the full reports of accounts.
#[must_use]
pub fn files<'a>(view: &'a FleetView<'a>, options: Options) -> Vec<File<'a>> {
    let fleet = view.fleet;
    vec![
        accounts_read(&fleet.accounts, options),
        File::new("classes.csv", move |out| csv::classes(out, options, fleet)),
        File::new("fleet.html", move |out| html::write(out, view)),
        File::new("fleet.json", move |out| json(out, fleet)),
        File::new("fleet.md", move |out| write(ReportFormat::Markdown, out, view)),
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
fn accepted(fleet: &Fleet) -> Option<String> {
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
fn remarks(fleet: &Fleet) -> impl Iterator<Item = String> {
    [fleet.severity_overrides.sentence(), decision(fleet), accepted(fleet), left_out(fleet)].into_iter().flatten()
}

/// What `--fail-on` decided, if the run was asked to fail on something.
fn decision(fleet: &Fleet) -> Option<String> {
    let Decision { fail_on, fails, findings, accounts } = &fleet.decision;
    let gate: Vec<String> = fail_on.iter().map(ToString::to_string).collect();
    verdict::decided(&gate, *fails, *findings, &format!(" in {}", counted(*accounts, "account")))
}

/// What the accounts are compared with: the tag of the baseline, or `the majority`.
fn baseline(fleet: &Fleet) -> &str {
    fleet.baseline.as_ref().map_or("the majority", AccountTag::as_str)
}

/// `in 3 of 40 accounts: dev-3, qa-1, qa-2`; with the number of roles in each account where they are not the same.
fn of_cause(fleet: &Fleet, cause: &FleetCause) -> String {
    let all: Vec<String> = cause.accounts.keys().map(|tag| of_account(cause, tag)).collect();
    format!("in {} of {}: {}", all.len(), counted(fleet.totals.accounts, "account"), few(&all, NAMED))
}

/// An account that has a cause; with the number of its roles if other accounts have the cause in other roles.
fn of_account(cause: &FleetCause, tag: &AccountTag) -> String {
    cause.roles_in.get(tag).map_or_else(|| tag.to_string(), |roles| format!("{tag} ({})", counted(roles.len(), "role")))
}

/// `in 3 of 40 accounts: dev-3, qa-1, qa-2`.
fn in_accounts<'t>(fleet: &Fleet, accounts: impl Iterator<Item = &'t AccountTag>) -> String {
    let all: Vec<String> = accounts.map(ToString::to_string).collect();
    format!("in {} of {}: {}", all.len(), counted(fleet.totals.accounts, "account"), few(&all, NAMED))
}

fn tags(tags: &[AccountTag]) -> Vec<String> {
    tags.iter().map(ToString::to_string).collect()
}

/// The command that compares an account with another, and gives what the matrix says of it.
fn diff(view: &FleetView<'_>, with: &AccountTag, account: &AccountTag) -> Option<String> {
    let source = |tag: &AccountTag| view.sources.get(tag).map(|word| format!("{} {tag}", quoted(word)));
    let (left, right) = (source(with)?, source(account)?);
    let third = view.fleet.accounts.iter().filter(|one| one.tag != *with && one.tag != *account);
    let known = third.filter_map(|one| {
        let id = one.account_id.as_ref().filter(|id| view.mentioned.contains(*id))?;
        Some(format!(" --known-account {id}={}", one.tag))
    });
    Some(format!("iamctl diff {left} {right}{}{}", view.flags, known.collect::<String>()))
}

/// The two accounts that the first command compares: the one that deviates most, and the one that it deviates from.
#[must_use]
pub fn most_deviating(fleet: &Fleet) -> Option<(&AccountTag, &AccountTag)> {
    let tag = &fleet.outliers.first()?.account;
    let account = fleet.accounts.iter().find(|one| one.tag == *tag);
    // Of the majority, an account that has the role.
    let of_role = account.and_then(most_severe).and_then(|one| fleet.roles.iter().find(|role| role.role == one.role));
    let with = fleet.baseline.as_ref().or_else(|| of_role.and_then(|role| role.compared_with.as_ref()))?;
    (with != tag).then_some((with, tag))
}

/// The role of an account with its most severe finding.
fn most_severe(account: &FleetAccount) -> Option<&AccountDeviation> {
    // The findings of a role stand most severe first; of several roles, the first by name is taken.
    let severity = |one: &&AccountDeviation| one.findings.first().map(|finding| Reverse(finding.severity));
    account.deviations.iter().filter(|one| !one.findings.is_empty()).min_by_key(severity)
}

/// The commands that help with the account that deviates most, with what they do.
fn next(view: &FleetView<'_>) -> Vec<(String, String)> {
    let Some(worst) = view.fleet.outliers.first() else { return Vec::new() };
    let pair = most_deviating(view.fleet);
    let compare = pair.and_then(|(with, tag)| Some((format!("compare {tag} with {with}"), diff(view, with, tag)?)));
    let folder = view.folder.map(|folder| format!("{folder}/{REPORTS}/{}", worst.account));
    let steps = view.next.get(&worst.account).into_iter().flatten();
    let steps = steps.filter_map(|(what, command)| {
        Some(((*what).to_owned(), command.replacen(FOLDER, &quoted(folder.as_ref()?), 1)))
    });
    compare.into_iter().chain(steps).collect()
}

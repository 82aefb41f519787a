//! `iamctl accept`: entries of accepted differences, written from a report.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::civil::Date;

use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::inputs;
use super::saved_report::SavedReport;
use crate::catalog::Catalogue;
use crate::compare::accepted::matching::Matcher;
use crate::compare::accepted::{Filter, Label, Open, accepted, entries, open};
use crate::formats::accepted as written;
use crate::model::accepted::date;
use crate::model::{AcceptedEntry, AccountTag, Sides};
use crate::report::{Report, Rule};
use crate::store::text_file;

/// The name of the file of accepted differences.
pub(super) const ACCEPTED_FILE: &str = "accepted.json";

/// What `accept` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Output folder of an earlier `iamctl diff`
    #[arg(value_name = "REPORT_FOLDER")]
    folder: PathBuf,
    #[command(flatten)]
    filter: FilterArgs,
    /// Accept every open difference of the report
    ///
    /// Use it instead of a filter.
    #[arg(long, conflicts_with = "FilterArgs")]
    all: bool,
    /// Reason for accepting the differences
    #[arg(long, value_name = "TEXT", help_heading = "Entries")]
    reason: String,
    /// Person or team that is responsible
    #[arg(long, value_name = "TEXT", help_heading = "Entries")]
    owner: Option<String>,
    /// Last day on which the entries apply (UTC), such as 2027-03-31
    #[arg(long, value_name = "DATE", value_parser = date, help_heading = "Entries")]
    expires: Option<Date>,
    /// File to add the entries to
    ///
    /// iamctl creates the file if it does not exist.
    #[arg(long, value_name = "FILE", env = "IAMCTL_ACCEPTED", default_value = ACCEPTED_FILE, help_heading = "Entries")]
    file: PathBuf,
    /// Print the entries without writing them
    #[arg(long, help_heading = "Entries")]
    dry_run: bool,
}

/// Which differences are meant: those that fit all that is given.
#[derive(Debug, clap::Args)]
struct FilterArgs {
    /// Differences of this role; can be repeated
    ///
    /// The name is the real or the normalised one, or the ARN. `*` and `?` are wildcards, here and in the filters below. A
    /// difference must match all filters.
    #[arg(long = "role", value_name = "GLOB", help_heading = "Which differences")]
    roles: Vec<String>,
    /// Differences that come from this policy
    ///
    /// `trust` is the trust policy.
    #[arg(long, value_name = "GLOB", help_heading = "Which differences")]
    policy: Option<String>,
    /// Differences of the account with this tag
    #[arg(long, value_name = "TAG", help_heading = "Which differences")]
    side: Option<AccountTag>,
    /// Differences in these actions; can be repeated
    ///
    /// Every action of the difference must match a pattern, such as `s3:Put*`.
    #[arg(long = "action", value_name = "GLOB", help_heading = "Which differences")]
    actions: Vec<String>,
    /// Differences on these resources
    ///
    /// Every resource of the difference must match the pattern.
    #[arg(long, value_name = "GLOB", help_heading = "Which differences")]
    resource: Option<String>,
    /// Differences for this principal
    #[arg(long, value_name = "GLOB", help_heading = "Which differences")]
    principal: Option<String>,
    /// Differences in this attribute, such as `tag:owner`
    #[arg(long, value_name = "GLOB", conflicts_with_all = ["policy", "side", "actions", "resource", "principal"],
        help_heading = "Which differences")]
    attribute: Option<String>,
    /// Findings of this rule only, such as `tag-changed`; repeatable
    #[arg(long = "rule", value_name = "ID", help_heading = "Which differences")]
    rules: Vec<String>,
    /// The finding with this id, or the start of its id; repeatable
    #[arg(long = "finding", value_name = "ID", help_heading = "Which differences")]
    findings: Vec<String>,
    /// All findings of the cause with this id, or the start of its id; repeatable
    #[arg(long = "group", value_name = "ID", help_heading = "Which differences")]
    groups: Vec<String>,
}

impl FilterArgs {
    /// The places of the findings that rules and ids name; none if there are no rules and ids.
    fn findings(&self, report: &Report) -> Result<Option<BTreeSet<usize>>, CliError> {
        if self.rules.is_empty() && self.findings.is_empty() && self.groups.is_empty() {
            return Ok(None);
        }
        let mut wanted = BTreeSet::new();
        for id in &self.rules {
            let rule: Rule = id.parse()?;
            let all = report.findings.iter().enumerate();
            wanted.extend(all.filter(|(_, finding)| finding.rule == rule).map(|(place, _)| place));
        }
        for id in &self.findings {
            let ids = report.findings.iter().map(|finding| finding.id.as_str());
            wanted.insert(by_id("finding", id, ids)?);
        }
        for id in &self.groups {
            let place = by_id("group", id, report.groups.iter().map(|group| group.id.as_str()))?;
            wanted.extend(report.groups.get(place).into_iter().flat_map(|group| group.findings.iter().copied()));
        }
        Ok(Some(wanted))
    }

    fn filter(&self) -> Filter {
        Filter {
            roles: self.roles.clone(),
            side: self.side.clone(),
            policy: self.policy.clone(),
            actions: self.actions.clone(),
            resource: self.resource.clone(),
            principal: self.principal.clone(),
            attribute: self.attribute.clone(),
        }
    }

    fn is_empty(&self) -> bool {
        let one = [&self.policy, &self.resource, &self.principal, &self.attribute];
        let named = [&self.roles, &self.actions, &self.rules, &self.findings, &self.groups];
        named.iter().all(|list| list.is_empty()) && self.side.is_none() && one.iter().all(|text| text.is_none())
    }
}

/// Reads the report, writes the entries, says what they cover.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    let today = inputs::today();
    check(args, today)?;
    let saved = SavedReport::read(&args.folder)?;
    let report = &saved.report;
    // A tag of neither account would select nothing, and mean nothing.
    args.filter.side.as_ref().map(|tag| saved.side(tag)).transpose()?;
    let wanted = args.filter.findings(report)?;
    let open = open(report);
    let known = if args.file.exists() { inputs::accepted(Some(&args.file))?.0 } else { Vec::new() };
    let tags = saved.tags();
    let mut selected = args.filter.filter().select(&open.roles, &open.differences, tags);
    if let Some(wanted) = wanted {
        let rows = open.rows_of(report, &wanted);
        selected.retain(|place| rows.contains(place));
    }
    if selected.is_empty() {
        return Err(CliError::NothingSelected { open: open.differences.len() });
    }
    let label = Label { reason: args.reason.clone(), owner: args.owner.clone(), expires: args.expires };
    // The actions that a service has only shorten what is written.
    let catalogue = Catalogue::embedded();
    let wanted = entries(&open, &selected, tags, &label, &catalogue);
    let merged = merge(known, wanted, today);
    if !args.dry_run && !merged.written.is_empty() {
        text_file::replace(&args.file, &written::file(&merged.all).map_err(CliError::Print)?)?;
    }
    let list = written::list(&merged.written).map_err(CliError::Print)?;
    console.print(|out| out.write_all(list.as_bytes()))?;
    tell(args, console, (&open, tags), &selected, &merged, today);
    Ok(ExitCode::Done)
}

fn check(args: &Args, today: Date) -> Result<(), CliError> {
    if args.filter.is_empty() && !args.all {
        return Err(CliError::NoFilter);
    }
    // An entry would not be read again without a reason.
    if args.reason.trim().is_empty() {
        return Err(CliError::EmptyText { flag: "--reason" });
    }
    if args.owner.as_ref().is_some_and(|owner| owner.trim().is_empty()) {
        return Err(CliError::EmptyText { flag: "--owner" });
    }
    if args.all && args.expires.is_none() {
        return Err(CliError::AllWithoutExpiry);
    }
    match args.expires {
        Some(expires) if expires < today => Err(CliError::PastExpiry { expires, today }),
        _ => Ok(()),
    }
}

/// The place of the one that has an id, or an id that begins so.
fn by_id<'r>(what: &'static str, id: &str, ids: impl Iterator<Item = &'r str> + Clone) -> Result<usize, CliError> {
    let folded = id.to_ascii_lowercase();
    let found: Vec<(usize, &str)> =
        ids.clone().enumerate().filter(|(_, known)| !folded.is_empty() && known.starts_with(&folded)).collect();
    match found.as_slice() {
        [(place, _)] => Ok(*place),
        [] => {
            let known: Vec<&str> = ids.collect();
            Err(CliError::UnknownId { what, id: id.to_owned(), near: CliError::near_names(&folded, &known) })
        }
        several => {
            let near = several.iter().take(5).map(|(_, known)| (*known).to_owned()).collect();
            Err(CliError::AmbiguousId { what, id: id.to_owned(), near })
        }
    }
}

/// The entries of the file with the new ones.
struct Merged {
    all: Vec<AcceptedEntry>,
    /// Those that are new, or take the place of one that has expired.
    written: Vec<AcceptedEntry>,
    /// How many were there already.
    known: usize,
}

/// Keeps what is there in its order and adds what it lacks. An entry that says the same and has expired is renewed in
/// its place.
fn merge(mut all: Vec<AcceptedEntry>, wanted: Vec<AcceptedEntry>, today: Date) -> Merged {
    let (mut written, mut known) = (Vec::new(), 0);
    for entry in wanted {
        if all.iter().any(|one| one.says_the_same_as(&entry) && one.counts_on(today)) {
            known += 1;
            continue;
        }
        match all.iter_mut().find(|one| one.says_the_same_as(&entry)) {
            Some(expired) => *expired = entry.clone(),
            None => all.push(entry.clone()),
        }
        written.push(entry);
    }
    Merged { all, written, known }
}

/// Says what the entries cover. What counts is what the whole file accepts from now on: an entry of before and a new
/// one may cover a difference together.
fn tell(
    args: &Args,
    console: &Console,
    (open, tags): (&Open, Sides<&AccountTag>),
    selected: &BTreeSet<usize>,
    merged: &Merged,
    today: Date,
) {
    let matcher = Matcher::new(&merged.all, tags, today, &open.roles);
    let covered = accepted(&matcher, &open.differences);
    let file = args.file.display();
    let known = if merged.known > 0 { format!(", {} already in the file", merged.known) } else { String::new() };
    let verb = if args.dry_run { "not written (--dry-run)" } else { "written" };
    console.note(&format!("{file}: {} {verb}{known}", counted(merged.written.len(), "entry", "entries")));
    let others = covered.difference(selected).count();
    let others =
        if others > 0 { format!(" (and {others} more together with existing entries)") } else { String::new() };
    console.note(&format!(
        "they cover {} of the report{others}; {} open",
        counted(covered.intersection(selected).count(), "difference", "differences"),
        match open.differences.len() - covered.len() {
            1 => "1 stays".to_owned(),
            more => format!("{more} stay"),
        },
    ));
    let without = selected.difference(&covered).count();
    if without > 0 {
        console.warning(&format!(
            "{without} selected differences contain a text that no entry can contain; they stay \
            open"
        ));
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

//! `iamctl accept`: entries of accepted differences, written from a report.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::civil::Date;

use super::clock;
use super::complete;
use super::console::Console;
use super::error::{CliError, OF_REPORT};
use super::exit_code::ExitCode;
use super::input_file::ACCEPTED_FILE;
use super::inputs;
use super::near_names::near_names;
use super::saved_report::SavedReport;
use crate::catalog::Catalogue;
use crate::compare::accepted::matching::Matcher;
use crate::compare::accepted::{Filter, Label, Open, accepted, entries, open};
use crate::formats::accepted as written;
use crate::model::accepted::date;
use crate::model::{AcceptedEntry, AccountTag, TagPattern};
use crate::report::{Report, Rule};
use crate::store::text_file;

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
    /// Write entries for all second accounts with such tags; can be repeated
    ///
    /// `*` and `?` are wildcards, as in `prod-*`. Without it, the entries are for the two accounts of the report. With it, they have the
    /// key `account`, and name the account that has a difference as `left` or `right`. In a fleet, the second account is
    /// the one that is compared with the baseline.
    #[arg(long = "account", value_name = "GLOB", help_heading = "Entries")]
    accounts: Vec<TagPattern>,
    /// File to add the entries to
    ///
    /// iamctl creates the file if it does not exist.
    #[arg(long, value_name = "FILE", env = "IAMCTL_ACCEPTED", default_value = ACCEPTED_FILE, help_heading = "Entries")]
    file: PathBuf,
    /// Print the entries without writing them
    #[arg(long, help_heading = "Entries")]
    dry_run: bool,
}

/// Which differences are selected: those that match all filters.
#[derive(Debug, clap::Args)]
struct FilterArgs {
    /// Differences of this role; can be repeated
    ///
    /// The name is the real or the normalized one, or the ARN. `*` and `?` are wildcards, here and in the filters below. A
    /// difference must match all filters.
    #[arg(long = "role", value_name = "GLOB", add = complete::role(), help_heading = "Which differences")]
    roles: Vec<String>,
    /// Differences that come from this policy
    ///
    /// `trust` is the trust policy.
    #[arg(long, value_name = "GLOB", help_heading = "Which differences")]
    policy: Option<String>,
    /// Differences of the account with this tag
    #[arg(long, value_name = "TAG", add = complete::tag(), help_heading = "Which differences")]
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
    /// Findings of this rule, such as `tag-changed`; can be repeated
    #[arg(long = "rule", value_name = "ID", add = complete::rule(), help_heading = "Which differences")]
    rules: Vec<String>,
    /// The finding with this ID or start of an ID; can be repeated
    #[arg(long = "finding", value_name = "ID", add = complete::finding(), help_heading = "Which differences")]
    findings: Vec<String>,
    /// All findings of the cause with this ID or start of an ID; can be repeated
    #[arg(long = "group", value_name = "ID", add = complete::group(), help_heading = "Which differences")]
    groups: Vec<String>,
}

impl FilterArgs {
    /// The places of the findings that rules and ids name; none if there are no rules and ids.
    fn findings(&self, report: &Report) -> Result<Option<BTreeSet<usize>>, CliError> {
        if self.rules.is_empty() && self.findings.is_empty() && self.groups.is_empty() {
            return Ok(None);
        }
        // Of each kind any, of different kinds what all of them name.
        let (mut of_rules, mut of_findings, mut of_groups) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for id in &self.rules {
            let rule: Rule = id.parse()?;
            let all = report.findings.iter().enumerate();
            let mut of_rule = all.filter(|(_, finding)| finding.rule == rule).map(|(place, _)| place).peekable();
            if of_rule.peek().is_none() {
                return Err(CliError::NoneOfRule { rule, there: rules_of(report) });
            }
            of_rules.extend(of_rule);
        }
        let findings: Vec<Named> = report.findings.iter().map(|one| (one.id.as_str(), one.message.as_str())).collect();
        let groups: Vec<Named> = report.groups.iter().map(|one| (one.id.as_str(), one.message.as_str())).collect();
        for id in &self.findings {
            of_findings.insert(by_id(("finding", &findings), id, ("group", &groups))?);
        }
        for id in &self.groups {
            let place = by_id(("group", &groups), id, ("finding", &findings))?;
            of_groups.extend(report.groups.get(place).into_iter().flat_map(|group| group.findings.iter().copied()));
        }
        let named = [(&self.rules, of_rules), (&self.findings, of_findings), (&self.groups, of_groups)];
        let named = named.into_iter().filter(|(ids, _)| !ids.is_empty()).map(|(_, places)| places);
        let wanted = named.reduce(|a, b| a.intersection(&b).copied().collect()).unwrap_or_default();
        if wanted.is_empty() { Err(CliError::NothingInCommon) } else { Ok(Some(wanted)) }
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

    /// The first flag that was given without a text.
    fn without_text(&self) -> Option<&'static str> {
        let one = |text: &Option<String>| text.iter().any(|text| text.trim().is_empty());
        let any = |texts: &[String]| texts.iter().any(|text| text.trim().is_empty());
        let given = [
            ("--role", any(&self.roles)),
            ("--policy", one(&self.policy)),
            ("--action", any(&self.actions)),
            ("--resource", one(&self.resource)),
            ("--principal", one(&self.principal)),
            ("--attribute", one(&self.attribute)),
            ("--rule", any(&self.rules)),
            ("--finding", any(&self.findings)),
            ("--group", any(&self.groups)),
        ];
        given.into_iter().find_map(|(flag, is_empty)| is_empty.then_some(flag))
    }

    fn is_empty(&self) -> bool {
        let one = [&self.policy, &self.resource, &self.principal, &self.attribute];
        let named = [&self.roles, &self.actions, &self.rules, &self.findings, &self.groups];
        named.iter().all(|list| list.is_empty()) && self.side.is_none() && one.iter().all(|text| text.is_none())
    }
}

/// Reads the report, writes the entries, says what they cover.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    let today = clock::today();
    check(args, today)?;
    let saved = SavedReport::read_checked(&args.folder, console)?;
    let report = &saved.report;
    let second = &report.accounts.right.tag;
    if !args.accounts.is_empty() && !args.accounts.iter().any(|pattern| pattern.matches(second)) {
        return Err(CliError::NotForThisAccount { second: second.clone() });
    }
    // A tag of neither account would select nothing, and mean nothing.
    args.filter.side.as_ref().map(|tag| saved.side(tag)).transpose()?;
    let wanted = args.filter.findings(report)?;
    let open = open(report);
    let known = if args.file.exists() { inputs::accepted(Some(&args.file))?.0 } else { Vec::new() };
    let tags = saved.tags();
    let mut selected = args.filter.filter().select(&open.roles, &open.differences, tags);
    let mut candidates = open.differences.len();
    if let Some(wanted) = &wanted {
        let rows = open.rows_of(report, wanted);
        candidates = rows.len();
        selected.retain(|place| rows.contains(place));
    }
    if let Some(wanted) = &wanted
        && candidates == 0
    {
        // Every place is that of a finding of the report.
        let findings = wanted.iter().filter_map(|place| report.findings.get(*place));
        let rules: BTreeSet<Rule> = findings.map(|finding| finding.rule).collect();
        return Err(CliError::NotAcceptable { rules: rules.into_iter().collect() });
    }
    if selected.is_empty() {
        let of = if wanted.is_some() { "of the selected findings" } else { OF_REPORT };
        return Err(CliError::NothingSelected { open: candidates, of });
    }
    let label = Label {
        reason: args.reason.clone(),
        owner: args.owner.clone(),
        expires: args.expires,
        accounts: args.accounts.clone(),
    };
    // The actions that a service has only shorten what is written.
    let catalogue = Catalogue::embedded();
    let wanted = entries(&open, &selected, tags, &label, &catalogue);
    let merged = merge(known, wanted, today);
    if !args.dry_run && !merged.written.is_empty() {
        text_file::replace(&args.file, &written::file(&merged.all).map_err(CliError::Print)?)?;
    }
    let list = written::list(&merged.written).map_err(CliError::Print)?;
    console.print(|out| out.write_all(list.as_bytes()))?;
    tell(args, console, (report, &open), &selected, &merged, today);
    Ok(ExitCode::Done)
}

fn check(args: &Args, today: Date) -> Result<(), CliError> {
    if args.filter.is_empty() && !args.all {
        return Err(CliError::NoFilter);
    }
    if let Some(flag) = args.filter.without_text() {
        return Err(CliError::EmptyText { flag });
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

/// An id with the sentence that belongs to it.
type Named<'r> = (&'r str, &'r str);

/// The place of the one that has an id, or an id that begins so. `others` is what else has ids.
fn by_id(
    (what, named): (&'static str, &[Named]),
    id: &str,
    (other, others): (&'static str, &[Named]),
) -> Result<usize, CliError> {
    let folded = id.trim().to_ascii_lowercase();
    let begins = |(known, _): &Named| known.starts_with(&folded);
    let found: Vec<usize> = named.iter().enumerate().filter(|(_, one)| begins(one)).map(|(place, _)| place).collect();
    match found.as_slice() {
        [place] => Ok(*place),
        [] => {
            // Of an id, the start is given; it is compared with as much of each.
            let starts: Vec<&str> = named.iter().map(|(known, _)| known.get(..folded.len()).unwrap_or(known)).collect();
            let near = near_names(&folded, &starts);
            let near = near.iter().filter_map(|near| named.iter().find(|(known, _)| known.starts_with(near.as_str())));
            let near = near.map(|one| in_words(*one)).collect();
            let other = others.iter().any(begins).then_some(other);
            Err(CliError::UnknownId { what, id: id.to_owned(), near, other })
        }
        several => {
            let near = several.iter().take(NAMED).filter_map(|place| named.get(*place));
            let near = near.map(|one| in_words(*one)).collect();
            Err(CliError::AmbiguousId { what, id: id.to_owned(), count: several.len(), near })
        }
    }
}

/// How many ids a hint lists.
const NAMED: usize = 5;

/// How much of a sentence a hint has.
const SENTENCE: usize = 80;

/// The start of an id, which is enough to give, and what it is the id of.
fn in_words((id, message): Named) -> String {
    let mut sentence: String = message.chars().take(SENTENCE).collect();
    if sentence.len() < message.len() {
        sentence.push('…');
    }
    format!("`{}` ({sentence})", id.get(..12).unwrap_or(id))
}

/// The rules of a report's findings, in their order.
fn rules_of(report: &Report) -> Vec<Rule> {
    let there: BTreeSet<Rule> = report.findings.iter().map(|finding| finding.rule).collect();
    there.into_iter().collect()
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
    (report, open): (&Report, &Open),
    selected: &BTreeSet<usize>,
    merged: &Merged,
    today: Date,
) {
    let tags = report.accounts.as_ref().map(|account| &account.tag);
    let matcher = Matcher::new(&merged.all, tags, today, &open.roles);
    let covered = accepted(&matcher, &open.differences);
    let file = args.file.display();
    let known = if merged.known > 0 { format!(", {} already in the file", merged.known) } else { String::new() };
    let verb = if args.dry_run { "not written (--dry-run)" } else { "written" };
    console.note(&format!("{file}: {} {verb}{known}", counted(merged.written.len(), "entry", "entries")));
    // In the unit in which the report counts, which an entry of the file and a new one may cover together.
    let own: BTreeSet<usize> = covered.intersection(selected).copied().collect();
    let (own, all) = (open.findings_of(report, &own), open.findings_of(report, &covered));
    let others = match all.difference(&own).count() {
        0 => String::new(),
        others => format!(" (and {others} more that the same or existing entries accept)"),
    };
    let stay = match report.findings.iter().filter(|finding| !finding.is_note()).count().saturating_sub(all.len()) {
        1 => "1 stays".to_owned(),
        more => format!("{more} stay"),
    };
    console
        .note(&format!("they cover {} of the report{others}; {stay} open", counted(own.len(), "finding", "findings")));
    let without = selected.difference(&covered).count();
    if without > 0 {
        console.warning(&format!(
            "{} with a text that no entry can contain; not accepted",
            counted(without, "selected row", "selected rows")
        ));
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

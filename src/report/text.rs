//! The summary a person reads: the counts, then what differs, in words.
//!
//! Written with ANSI styles; the caller strips them where the reader takes none. Style is never the only signal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::escape::terminal;
use super::findings;
use crate::compare::{Comparison, RoleResult, RoleStatus};
use crate::model::Side;
use crate::semantics::difference::Grade;

/// How many roles of one kind are named before the rest is only counted; the files name them all.
const LISTED: usize = 20;

/// How many details of one role are shown before the rest is only counted.
const DETAILS: usize = 4;

const HEADING: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Yellow.on_default();

/// Writes the summary. `folder` is where the reports are, if they were written.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, comparison: &Comparison, folder: Option<&str>) -> io::Result<()> {
    accounts(out, comparison)?;
    counts(out, comparison)?;
    differing_roles(out, comparison)?;
    for side in Side::BOTH {
        unique_roles(out, comparison, side)?;
    }
    for warning in comparison.warnings.iter().take(LISTED) {
        writeln!(out, "{BAD}note:{BAD:#} {}", terminal(warning))?;
    }
    rest(out, comparison.warnings.len(), LISTED, "")?;
    match comparison.accepted_differences.len() {
        0 => {}
        some => writeln!(out, "{} (see accepted_differences.csv)", counted(some, "accepted difference"))?,
    }
    verdict(out, comparison)?;
    match folder {
        Some(folder) => writeln!(out, "Reports: {}", terminal(folder)),
        None => Ok(()),
    }
}

fn accounts(out: &mut dyn Write, comparison: &Comparison) -> io::Result<()> {
    for side in Side::BOTH {
        let account = comparison.accounts.get(side);
        let id = account.account_id.as_ref().map_or("of unknown id", |id| id.as_str());
        writeln!(out, "{HEADING}{}{HEADING:#}: account {id}, {}", account.tag, terminal(&account.source))?;
    }
    writeln!(out)
}

/// The original tool's table: a row per count, a column per account.
fn counts(out: &mut dyn Write, comparison: &Comparison) -> io::Result<()> {
    let (left, right) = (comparison.accounts.left.tag.as_str(), comparison.accounts.right.tag.as_str());
    let label = comparison.summary.iter().map(|metric| metric.metric.len()).max().unwrap_or_default();
    let width = |tag: &str, count: fn(&crate::compare::Metric) -> usize| {
        let longest = comparison.summary.iter().map(|metric| count(metric).to_string().len()).max();
        longest.unwrap_or_default().max(tag.len())
    };
    let (first, second) = (width(left, |metric| metric.left), width(right, |metric| metric.right));
    writeln!(out, "{HEADING}{:label$}  {left:>first$}  {right:>second$}{HEADING:#}", "Metric")?;
    for metric in &comparison.summary {
        writeln!(out, "{:label$}  {:>first$}  {:>second$}", metric.metric, metric.left, metric.right)?;
    }
    writeln!(out)
}

fn differing_roles(out: &mut dyn Write, comparison: &Comparison) -> io::Result<()> {
    let mut roles: Vec<&RoleResult> =
        comparison.roles.iter().filter(|role| role.is_paired() && !role.differences.is_zero()).collect();
    if roles.is_empty() {
        return Ok(());
    }
    // What a role may do weighs more than how it is described.
    roles.sort_by_key(|role| {
        let d = role.differences;
        let escalates = findings::escalates(comparison, role);
        (
            std::cmp::Reverse(escalates),
            std::cmp::Reverse(d.access + d.trust),
            std::cmp::Reverse(d.denies),
            std::cmp::Reverse(d.items),
            std::cmp::Reverse(d.attributes),
        )
    });
    writeln!(out, "{HEADING}Common roles with differences: {}{HEADING:#}", roles.len())?;
    for role in roles.iter().take(LISTED) {
        differing_role(out, comparison, role)?;
    }
    rest(out, roles.len(), LISTED, "  ")?;
    writeln!(out)
}

fn differing_role(out: &mut dyn Write, comparison: &Comparison, role: &RoleResult) -> io::Result<()> {
    writeln!(out, "  {BAD}{}{BAD:#}{}", terminal(&role.role), real_names(role))?;
    let may = findings::of_role(comparison, role);
    for line in may.iter().take(DETAILS) {
        writeln!(out, "    {}", terminal(line))?;
    }
    rest(out, may.len(), DETAILS, "    ")?;
    rows(out, comparison, role, may.is_empty())?;
    let attributes: Vec<_> =
        comparison.attribute_differences.iter().filter(|d| findings::is_attribute_of(d, role)).collect();
    for difference in attributes.iter().take(DETAILS) {
        let (left, right) = (difference.left.to_string(), difference.right.to_string());
        let (tags, name) = (&comparison.accounts, terminal(&difference.attribute));
        let (left, right) = (terminal(&left), terminal(&right));
        writeln!(out, "    {name}: {left} in {}, {right} in {}", tags.left.tag, tags.right.tag)?;
    }
    rest(out, attributes.len(), DETAILS, "    ")
}

/// The rows that only one side has: counted, or shown where nothing else says what differs.
fn rows(out: &mut dyn Write, comparison: &Comparison, role: &RoleResult, show: bool) -> io::Result<()> {
    let effect = match (role.access_grade, role.trust_grade) {
        (Some(Grade::EqualForCatalogue), _) => ", without effect on the actions of the catalogue",
        (Some(Grade::Identical | Grade::EqualForAllRequests), Some(Grade::Identical | Grade::EqualForAllRequests)) => {
            ", without effect on access"
        }
        _ => "",
    };
    for side in Side::BOTH {
        let Some(real) = role.side(side) else { continue };
        let items = comparison.item_differences.iter().filter(|item| item.side == side && item.role_arn == real.arn);
        let lines: Vec<String> = items.map(item_line).collect();
        let tag = &comparison.accounts.get(side).tag;
        if show {
            for line in lines.iter().take(DETAILS) {
                writeln!(out, "    only in {tag}{effect}: {line}")?;
            }
            rest(out, lines.len(), DETAILS, "    ")?;
        } else if !lines.is_empty() {
            writeln!(out, "    {} only in {tag}", counted(lines.len(), "row"))?;
        }
    }
    Ok(())
}

fn item_line(item: &crate::compare::ItemDifference) -> String {
    let element = |element: &str, plain: &str| if element == plain { String::new() } else { format!("{element} ") };
    let target = match (&item.arn, &item.principal) {
        (Some(arn), _) => {
            format!("on {}{}", element(item.resource_element.unwrap_or_default(), "Resource"), terminal(arn))
        }
        (None, Some(principal)) => {
            format!("for {} {}", item.principal_type.unwrap_or_default(), terminal(principal))
        }
        (None, None) => String::new(),
    };
    let condition = item.condition.as_deref().map(|text| format!(" if {}", terminal(text))).unwrap_or_default();
    let list = item.excluded.as_deref().map(|text| format!(" as one of {}", terminal(text))).unwrap_or_default();
    let note = item.note.map(|note| format!(" ({note})")).unwrap_or_default();
    format!(
        "{} {}{}:{} {target}{list}{condition}{note} [{} policy {}]",
        item.effect,
        element(item.action_element, "Action"),
        terminal(&item.service),
        terminal(&item.action),
        item.policy_type,
        terminal(&item.policy_name),
    )
}

/// The real names, where they are not the common one.
fn real_names(role: &RoleResult) -> String {
    match (&role.left, &role.right) {
        (Some(left), Some(right)) if left.name != role.role || right.name != role.role => {
            format!(" ({} and {})", terminal(&left.name), terminal(&right.name))
        }
        _ => String::new(),
    }
}

fn unique_roles(out: &mut dyn Write, comparison: &Comparison, side: Side) -> io::Result<()> {
    let unique = |role: &&RoleResult| role.side(side).is_some() && role.is_open_alone();
    let roles: Vec<&RoleResult> = comparison.roles.iter().filter(unique).collect();
    if roles.is_empty() {
        return Ok(());
    }
    let tag = &comparison.accounts.get(side).tag;
    writeln!(out, "{HEADING}Roles only in {tag}: {}{HEADING:#}", roles.len())?;
    for role in roles.iter().take(LISTED) {
        let name = role.side(side).map_or("", |real| &real.name);
        let kind = if role.service_linked { " (service-linked)" } else { "" };
        let ambiguous = if role.status == RoleStatus::Ambiguous { " (ambiguous)" } else { "" };
        writeln!(out, "  {BAD}{}{BAD:#}{kind}{ambiguous}", terminal(name))?;
    }
    rest(out, roles.len(), LISTED, "  ")?;
    writeln!(out)
}

fn rest(out: &mut dyn Write, all: usize, shown: usize, indent: &str) -> io::Result<()> {
    match all.checked_sub(shown) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(out, "{indent}… and {more} more, listed in the reports"),
    }
}

fn verdict(out: &mut dyn Write, comparison: &Comparison) -> io::Result<()> {
    if comparison.fails(crate::compare::FailOn::Any) {
        let differing = comparison.roles.iter().filter(|role| role.is_paired() && !role.differences.is_zero()).count();
        let unique = comparison.roles.iter().filter(|role| role.is_open_alone()).count();
        let (differing, unique) = (counted(differing, "common role"), counted(unique, "role"));
        let access = comparison.roles.iter().filter(|role| findings::is_about_access(role)).count();
        writeln!(
            out,
            "{BAD}Different:{BAD:#} {differing} with differences, {access} of them in what they may do or who may take \
             them; {unique} in one account only."
        )
    } else {
        let common = comparison.roles.iter().filter(|role| role.is_paired()).count();
        let beyond = if comparison.accepted_differences.is_empty() { "" } else { " but those accepted" };
        writeln!(out, "{GOOD}No differences{GOOD:#}{beyond} in {}.", counted(common, "common role"))
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("{count} {noun}") } else { format!("{count} {noun}s") }
}

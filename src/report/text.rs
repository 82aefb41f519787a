//! The summary a person reads: the counts, then what differs, weightiest first, in words.
//!
//! Written with ANSI styles; the caller strips them where the reader takes none. Style is never the only signal. With a
//! width, as on a terminal, no line is wider; without one, as in a pipe, each finding is one line, so that `grep` finds
//! it whole.

mod lines;
mod sections;

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::differences;
use super::escape::terminal;
use super::findings;
use super::wrap::narrowed;
use crate::compare::{Comparison, FailOn, Metric};
use crate::model::Side;
use lines::{BAD, GOOD, HEADING, Lines};

/// How many warnings are shown of those about the dictionary, and of the others, before the rest is only counted.
const WARNINGS: usize = 5;

/// The narrowest a text is fitted into; a narrower terminal breaks the lines itself.
const NARROWEST: usize = 40;

/// Where the summary goes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Page<'a> {
    /// Where the reports are, if they were written.
    pub folder: Option<&'a str>,
    /// How many columns there are; none where lines are not broken.
    pub width: Option<usize>,
}

/// Writes the summary.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, comparison: &Comparison, page: Page<'_>) -> io::Result<()> {
    let width = page.width.map(|width| width.max(NARROWEST));
    let mut lines = Lines { out, width };
    accounts(&mut lines, comparison)?;
    counts(&mut lines, comparison)?;
    sections::write(&mut lines, comparison, &differences::all(comparison))?;
    warnings(&mut lines, comparison)?;
    match comparison.accepted_differences.len() {
        0 => {}
        some => {
            let accepted = counted(some, "accepted difference");
            lines.text(0, &format!("{accepted} (see accepted_differences.csv)"))?;
        }
    }
    verdict(&mut lines, comparison)?;
    match page.folder {
        // Never broken: it is there to be copied.
        Some(folder) => writeln!(lines.out, "Reports: {}", terminal(folder)),
        None => Ok(()),
    }
}

fn accounts(lines: &mut Lines<'_>, comparison: &Comparison) -> io::Result<()> {
    for side in Side::BOTH {
        let account = comparison.accounts.get(side);
        let id = account.account_id.as_ref().map_or("of unknown id", |id| id.as_str());
        let rest = format!(": account {id}, {}", terminal(&account.source));
        lines.styled(0, HEADING, account.tag.as_str(), &rest)?;
    }
    lines.empty()
}

/// The original tool's table: a row per count, a column per account.
fn counts(lines: &mut Lines<'_>, comparison: &Comparison) -> io::Result<()> {
    let labels = comparison.summary.iter().map(|metric| metric.metric);
    let label = labels.chain(["Metric"]).map(str::len).max().unwrap_or_default();
    let tags = comparison.accounts.as_ref().map(|account| account.tag.as_str());
    // Two long tags would not fit beside the labels.
    let most = lines.width.map_or(usize::MAX, |width| width.saturating_sub(label + 4) / 2);
    let tags = tags.map(|tag| narrowed(tag, most));
    let column = |tag: &str, count: fn(&Metric) -> usize| {
        let longest = comparison.summary.iter().map(|metric| count(metric).to_string().len()).max();
        longest.unwrap_or_default().max(tag.width())
    };
    let (first, second) = (column(&tags.left, |metric| metric.left), column(&tags.right, |metric| metric.right));
    let (left, right) = (&tags.left, &tags.right);
    writeln!(lines.out, "{HEADING}{:label$}  {left:>first$}  {right:>second$}{HEADING:#}", "Metric")?;
    for metric in &comparison.summary {
        writeln!(lines.out, "{:label$}  {:>first$}  {:>second$}", metric.metric, metric.left, metric.right)?;
    }
    lines.empty()
}

/// What the reader must know to trust the result; the dictionary's own at the end.
fn warnings(lines: &mut Lines<'_>, comparison: &Comparison) -> io::Result<()> {
    let (dictionary, others): (Vec<&String>, Vec<&String>) =
        comparison.warnings.iter().partition(|warning| warning.starts_with("dictionary: "));
    for list in [others, dictionary] {
        for warning in list.iter().take(WARNINGS) {
            lines.styled(0, BAD, "note:", &format!(" {}", terminal(warning)))?;
        }
        if let Some(more @ 1..) = list.len().checked_sub(WARNINGS) {
            lines.text(0, &format!("… and {more} more, see report.json"))?;
        }
    }
    Ok(())
}

fn verdict(lines: &mut Lines<'_>, comparison: &Comparison) -> io::Result<()> {
    if comparison.fails(FailOn::Any) {
        let differing = comparison.roles.iter().filter(|role| role.is_paired() && !role.differences.is_zero()).count();
        let unique = comparison.roles.iter().filter(|role| role.is_open_alone()).count();
        let (differing, unique) = (counted(differing, "common role"), counted(unique, "role"));
        let access = comparison.roles.iter().filter(|role| findings::is_about_access(role)).count();
        let rest = format!(
            " {differing} with differences, {access} of them in what they may do or who may take them; {unique} in one \
             account only."
        );
        lines.styled(0, BAD, "Different:", &rest)
    } else {
        let common = comparison.roles.iter().filter(|role| role.is_paired()).count();
        let beyond = if comparison.accepted_differences.is_empty() { "" } else { " but those accepted" };
        lines.styled(0, GOOD, "No differences", &format!("{beyond} in {}.", counted(common, "common role")))
    }
}

/// A row of a policy in words.
pub(super) fn item_line(item: &crate::compare::ItemDifference) -> String {
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

/// `1 row`, `2 rows`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("{count} {noun}") } else { format!("{count} {noun}s") }
}

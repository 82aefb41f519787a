//! The summary a person reads: the verdict, the causes of the differences, most severe first, then what to do next, what
//! limits the report, and the counts.
//!
//! Written with ANSI styles; the caller strips them where the reader takes none. Style is never the only signal. With a
//! width, as on a terminal, no line is wider; without one, as in a pipe, each cause is one line, so that `grep` finds
//! it whole.

mod groups;

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::escape::terminal;
use super::lines::{BAD, GOOD, HEADING, Lines};
use super::past;
use super::verdict;
use super::view::View;
use super::wrap::narrowed;
use crate::model::Side;
use crate::report::{Limitation, Metric, Report, Rule, Severity};

/// How many limitations are shown of those about the dictionary, and of the others, before the rest is only counted.
const LIMITATIONS: usize = 5;

/// The narrowest a text is fitted into; a narrower terminal breaks the lines itself.
const NARROWEST: usize = 40;

/// Where the summary goes, and how much of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Page {
    /// How many columns there are; none where lines are not broken.
    pub width: Option<usize>,
    /// Show every cause of this severity or a higher one, and no other.
    pub only: Option<Severity>,
    /// Show nothing but the verdict and the counts.
    pub counts_only: bool,
}

/// Writes the summary.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, view: &View<'_>, page: Page) -> io::Result<()> {
    let report = view.report;
    let width = page.width.map(|width| width.max(NARROWEST));
    let mut lines = Lines { out, width };
    if page.counts_only {
        verdict_of(&mut lines, view)?;
        lines.empty()?;
        return counts(&mut lines, report);
    }
    accounts(&mut lines, report)?;
    lines.empty()?;
    verdict_of(&mut lines, view)?;
    groups::write(&mut lines, view, page.only)?;
    limitations(&mut lines, report)?;
    lines.empty()?;
    counts(&mut lines, report)?;
    match view.folder {
        // Never broken: it is there to be copied.
        Some(folder) => writeln!(lines.out, "\nReports: {}", terminal(folder)),
        None => Ok(()),
    }
}

fn accounts(lines: &mut Lines<'_>, report: &Report) -> io::Result<()> {
    for side in Side::BOTH {
        let account = report.accounts.get(side);
        let id = account.account_id.as_ref().map_or("of unknown ID", |id| id.as_str());
        let time = past::time(report, side).map(|time| format!(", read at {time}")).unwrap_or_default();
        let rest = format!(": account {id}{time}, {}", terminal(&account.source));
        lines.styled(0, HEADING, &past::tag(report, side), &rest)?;
    }
    match verdict::selection(report) {
        Some(selected) => lines.text(0, &selected),
        None => Ok(()),
    }
}

fn verdict_of(lines: &mut Lines<'_>, view: &View<'_>) -> io::Result<()> {
    let report = view.report;
    let (differs, sentence) = (report.totals.findings > 0, verdict::sentence(report));
    let (style, start) = if differs { (BAD, "Different") } else { (GOOD, "No differences") };
    let rest = sentence.strip_prefix(start).map(str::to_owned).unwrap_or_default();
    lines.styled(0, style, start, &rest)?;
    let since = view.since.map(super::since::verdict_of);
    for sentence in verdict::remarks(report).into_iter().chain(since).chain(verdict::decision(view)) {
        lines.text(0, &sentence)?;
    }
    Ok(())
}

/// The original tool's table: a row per count, a column per account.
fn counts(lines: &mut Lines<'_>, report: &Report) -> io::Result<()> {
    let labels = report.summary.iter().map(|metric| metric.metric.as_str());
    let label = labels.chain(["Metric"]).map(str::len).max().unwrap_or_default();
    let tags = report.accounts.as_ref().map(|account| account.tag.as_str());
    // Two long tags would not fit beside the labels.
    let most = lines.width.map_or(usize::MAX, |width| width.saturating_sub(label + 4) / 2);
    let tags = tags.map(|tag| narrowed(tag, most));
    let column = |tag: &str, count: fn(&Metric) -> usize| {
        let longest = report.summary.iter().map(|metric| count(metric).to_string().len()).max();
        longest.unwrap_or_default().max(tag.width())
    };
    let (first, second) = (column(&tags.left, |metric| metric.left), column(&tags.right, |metric| metric.right));
    let (left, right) = (&tags.left, &tags.right);
    writeln!(lines.out, "{HEADING}{:label$}  {left:>first$}  {right:>second$}{HEADING:#}", "Metric")?;
    for metric in &report.summary {
        writeln!(lines.out, "{:label$}  {:>first$}  {:>second$}", metric.metric.as_str(), metric.left, metric.right)?;
    }
    Ok(())
}

/// What the reader must know to trust the result; the dictionary's own at the end.
fn limitations(lines: &mut Lines<'_>, report: &Report) -> io::Result<()> {
    if report.limitations.is_empty() {
        return Ok(());
    }
    lines.empty()?;
    lines.styled(0, HEADING, "Limitations of this report", "")?;
    let of_dictionary = |one: &&Limitation| one.rule() == Rule::DictionaryWarning;
    let (dictionary, others): (Vec<&Limitation>, Vec<&Limitation>) = report.limitations.iter().partition(of_dictionary);
    for list in [others, dictionary] {
        for limitation in list.iter().take(LIMITATIONS) {
            lines.text(2, &terminal(&limitation.to_string()))?;
        }
        if let Some(more @ 1..) = list.len().checked_sub(LIMITATIONS) {
            lines.text(2, &format!("… and {more} more, see report.json"))?;
        }
    }
    Ok(())
}

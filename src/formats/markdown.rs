//! The report as Markdown, for pull requests and job summaries: the most severe causes in a table that is readable
//! without opening anything, the rest folded.
//!
//! Texts from accounts stand in code spans or escaped, so that no name can become a heading, a link or markup.

use std::fmt::Write as _;

use super::commands;
use super::escape::{shortened, terminal};
use super::report_format::View;
use super::verdict;
use crate::model::Side;
use crate::report::sentences::few;
use crate::report::{Finding, Group, List, Report};

/// The most bytes of a report: below 900 KiB. GitHub takes a job summary of up to 1 MiB.
///
/// Source: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits>
pub const LIMIT: usize = 900 * 1024 - 1;

/// How many causes the table has.
const CAUSES: usize = 10;

/// How many roles a cause names before the rest is only counted.
const ROLES: usize = 5;

/// How many findings of a folded cause are shown.
const FINDINGS: usize = 20;

/// The most characters of a cell.
const CELL: usize = 300;

/// The report in at most `budget` bytes; empty if not even its first line fits.
///
/// ```
/// # use iamctl::formats::markdown;
/// # fn check(view: &iamctl::formats::report_format::View<'_>) {
/// assert!(markdown::text(view, markdown::LIMIT).len() <= markdown::LIMIT);
/// assert_eq!(markdown::text(view, 10), "");
/// # }
/// ```
#[must_use]
pub fn text(view: &View<'_>, budget: usize) -> String {
    let report = view.report;
    let mut page = Page { text: String::new(), budget };
    let differences: Vec<&Group> = report.causes().collect();
    let whole = page.add(&title(report)) && page.add(&causes(view, &differences)) && page.add(&accounts(report));
    if !whole {
        page.add("_The rest does not fit here; see the reports._\n");
        return page.text;
    }
    let limitations = limitations(report);
    let counts = counts(report);
    let end = "`iamctl explain FOLDER ROLE` shows one role with proofs and causes; `iamctl explain --rule ID` explains a \
               rule.\n";
    let reserve = limitations.len() + counts.len() + end.len() + 200;
    page.folded(view, "More causes", differences.get(CAUSES..).unwrap_or_default(), reserve);
    page.add(&limitations);
    for (heading, list) in NOTES {
        let notes: Vec<&Group> = report.groups.iter().filter(|group| is_note_of(report, group, list)).collect();
        page.folded(view, heading, &notes, counts.len() + end.len() + 200);
    }
    page.add(&counts);
    page.add(end);
    page.text
}

/// What is only to know, by the list that has it. Limitations have a section of their own.
const NOTES: [(&str, List); 2] =
    [("Roles with an ambiguous name", List::Roles), ("Statements to review", List::StatementWarnings)];

fn is_note_of(report: &Report, group: &Group, list: List) -> bool {
    report.is_note(group) && report.findings_of(group).any(|finding| finding.list == list)
}

/// A text that does not grow beyond its budget.
struct Page {
    text: String,
    budget: usize,
}

impl Page {
    fn left(&self) -> usize {
        self.budget.saturating_sub(self.text.len())
    }

    /// Adds a block as a whole, or nothing. Says whether it was added.
    fn add(&mut self, block: &str) -> bool {
        let fits = block.len() <= self.left();
        if fits {
            self.text.push_str(block);
        }
        fits
    }

    /// Adds groups, folded, and leaves so many bytes free.
    fn folded(&mut self, view: &View<'_>, heading: &str, groups: &[&Group], reserve: usize) {
        if groups.is_empty() || !self.add(&format!("## {heading}: {}\n\n", groups.len())) {
            return;
        }
        for (at, group) in groups.iter().enumerate() {
            let block = block(view, group);
            if block.len() + reserve > self.left() {
                self.add(&format!(
                    "_… and {}, listed in the reports._\n\n",
                    format_args!("{} more", groups.len() - at)
                ));
                return;
            }
            self.add(&block);
        }
    }
}

/// The most severe causes as a table.
fn causes(view: &View<'_>, groups: &[&Group]) -> String {
    if groups.is_empty() {
        return String::new();
    }
    let mut table = "| Severity | Roles | What differs | Proof |\n| --- | --- | --- | --- |\n".to_owned();
    for group in groups.iter().take(CAUSES) {
        let proof = commands::proof(view, group).map(|proof| cell(proof.trim_start_matches("proof: ")));
        // A `String` takes whatever is written to it.
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} |",
            group.severity,
            cell(&few(&group.roles, ROLES)),
            cell(&group.message),
            proof.unwrap_or_default(),
        );
    }
    table.push('\n');
    table
}

/// One cause, folded.
fn block(view: &View<'_>, group: &Group) -> String {
    let roles = if group.roles.is_empty() { "No role".to_owned() } else { few(&group.roles, ROLES) };
    let mut block = format!(
        "<details><summary>{}: <code>{}</code> ({})</summary>\n\n",
        group.severity,
        html(&shortened(&terminal(&roles), 200)),
        group.rule,
    );
    let findings: Vec<&Finding> = view.report.findings_of(group).collect();
    for finding in findings.iter().take(FINDINGS) {
        let role = finding.role.as_deref().filter(|_| group.roles.len() > 1);
        let role = role.map(|role| format!("{role}: ")).unwrap_or_default();
        let _ = writeln!(block, "- {}", code(&format!("{role}{}", finding.message)));
        if let Some(proof) = commands::proof_of(view.report, finding) {
            let _ = writeln!(block, "  - {}", code(&proof));
        }
    }
    let more = findings.len().saturating_sub(FINDINGS);
    if more > 0 {
        let _ = writeln!(block, "- … and {more} more, listed in the reports");
    }
    block.push_str("\n</details>\n\n");
    block
}

fn title(report: &Report) -> String {
    let (left, right) = (code(report.accounts.left.tag.as_str()), code(report.accounts.right.tag.as_str()));
    let mut title = format!("# IAM roles of {left} and {right}\n\n**{}**\n\n", verdict::sentence(report));
    for remark in verdict::remarks(report) {
        let _ = writeln!(title, "{remark}\n");
    }
    if let Some(selected) = verdict::selection(report) {
        let _ = writeln!(title, "{}\n", code(&selected));
    }
    title
}

fn limitations(report: &Report) -> String {
    if report.limitations.is_empty() {
        return String::new();
    }
    let mut text = format!("## Limitations of this report: {}\n\n", report.limitations.len());
    for limitation in report.limitations.iter().take(FINDINGS) {
        let _ = writeln!(text, "- {}", code(&shortened(&limitation.to_string(), 1000)));
    }
    let more = report.limitations.len().saturating_sub(FINDINGS);
    if more > 0 {
        let _ = writeln!(text, "- … and {more} more, listed in the reports");
    }
    text.push('\n');
    text
}

fn accounts(report: &Report) -> String {
    let mut table = "| Account | ID | Source | Roles | Items |\n| --- | --- | --- | ---: | ---: |\n".to_owned();
    for side in Side::BOTH {
        let account = report.accounts.get(side);
        let id = account.account_id.as_ref().map_or_else(|| "unknown".to_owned(), |id| code(id.as_str()));
        let (tag, source) = (code(account.tag.as_str()), cell(&account.source));
        let _ = writeln!(table, "| {tag} | {id} | {source} | {} | {} |", account.roles, account.items);
    }
    table.push('\n');
    table
}

fn counts(report: &Report) -> String {
    let (left, right) = (code(report.accounts.left.tag.as_str()), code(report.accounts.right.tag.as_str()));
    let mut table = format!("| Metric | {left} | {right} |\n| --- | ---: | ---: |\n");
    for metric in &report.summary {
        let _ = writeln!(table, "| {} | {} | {} |", metric.metric.as_str(), metric.left, metric.right);
    }
    table.push('\n');
    table
}

/// A text as a code span: between more backticks than it has in a row.
fn code(text: &str) -> String {
    let text = terminal(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // One blank at either end is taken away again if both are there.
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    if text.trim().is_empty() { "(blank)".to_owned() } else { format!("{fence}{pad}{text}{pad}{fence}") }
}

/// A text as a code span in a table, where a bar would end the cell even so.
fn cell(text: &str) -> String {
    code(&shortened(&terminal(text), CELL).replace('|', "\\u{7c}"))
}

/// A text between HTML tags.
fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_longer_fenced_than_what_it_holds() {
        assert_eq!(code("app"), "`app`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a```b"), "````a```b````");
        assert_eq!(code(" "), "(blank)");
        assert_eq!(code("a\nb"), "`a\\nb`");
    }

    #[test]
    fn no_bar_is_left_in_a_cell() {
        assert_eq!(cell("a|b"), "`a\\u{7c}b`");
    }
}

//! The report as Markdown, for pull requests and job summaries: the most severe causes in a table that is readable
//! without opening anything, the rest folded.
//!
//! Sentences stand as prose, and the names in them in code spans. What is no word of prose is in a code span whoever wrote
//! it (`spans`), so that no name can become a heading, a link or markup.

mod inline;

use inline::{CELL, sentence_in_html};
pub(super) use inline::{cell, code, list, sentence};

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::commands;
use super::escape::{shortened, terminal};
use super::evidence::{COMMAND, Fact, facts};
use super::past;
use super::spans;
use super::verdict;
use super::view::View;
use crate::evidence::Provenance;
use crate::model::Side;
use crate::report::sentences::counted;
use crate::report::{Finding, Group, List, Report};
use crate::since::Status;

/// The most bytes of a report: below 900 KiB. GitHub takes a job summary of up to 1 MiB.
///
/// Source: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits>
pub const LIMIT: usize = 900 * 1024 - 1;

/// How many causes the table has.
const CAUSES: usize = 10;

/// How many roles a cause names before the rest is only counted.
const ROLES: usize = 5;

/// How many different findings of a folded cause are shown, and how many limitations.
const FINDINGS: usize = 20;

/// How many roles a folded cause, or one of its findings, names.
const NAMED: usize = 20;

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
    let since = view.since.map(|since| super::since::markdown(view, since)).unwrap_or_default();
    let whole = page.add(&title(report))
        && page.add(&since)
        && page.add(&causes(view, &differences))
        && page.add(&accounts(report));
    if !whole {
        page.add("_The rest does not fit here; see the reports._\n");
        return page.text;
    }
    let limitations = limitations(report);
    let counts = counts(report);
    let evidence = view.evidence.map(evidence).unwrap_or_default();
    let end = "`iamctl explain FOLDER ROLE` shows one role with proofs and causes; `iamctl explain --rule ID` explains a \
               rule.\n";
    let after = counts.len() + evidence.len() + end.len() + 200;
    let reserve = limitations.len() + after;
    let in_table = differences.iter().take(CAUSES).copied();
    let in_part: Vec<&Group> = in_table.filter(|group| is_more_than_its_line(report, group)).collect();
    page.folded(view, "All findings of causes above", &in_part, reserve);
    page.folded(view, "More causes", differences.get(CAUSES..).unwrap_or_default(), reserve);
    page.add(&limitations);
    for (heading, list) in NOTES {
        let notes: Vec<&Group> = report.groups.iter().filter(|group| is_note_of(report, group, list)).collect();
        page.folded(view, heading, &notes, after);
    }
    page.add(&counts);
    page.add(&evidence);
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
    let mut table = "| Severity | Roles | What differs | Proof | Cause |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for group in groups.iter().take(CAUSES) {
        let report = view.report;
        let proof = report.findings_of(group).find_map(|finding| commands::request_of(report, finding));
        let proof = proof.map(|(request, caveat)| format!("{}{caveat}", cell(&request)));
        let message = shortened(&terminal(&group.sentence()), CELL);
        // A `String` takes whatever is written to it.
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} |",
            group.severity,
            list(&group.roles, ROLES, cell),
            sentence(&message, &names(report, group), cell),
            proof.unwrap_or_default(),
            code(commands::short(&group.id)),
        );
    }
    table.push('\n');
    table
}

/// The names in the sentence of a group: it says what its first finding says.
pub(super) fn names(report: &Report, group: &Group) -> Vec<String> {
    // Every group has a finding.
    report.findings_of(group).next().map(|finding| spans::names(report, finding)).unwrap_or_default()
}

/// One cause, folded: what it is, then its rule and ID, its roles, and its findings, those that say the same once.
fn block(view: &View<'_>, group: &Group) -> String {
    let report = view.report;
    let message = shortened(&terminal(&group.sentence()), CELL);
    let message = sentence_in_html(&message, &names(report, group));
    let mut block = format!("<details><summary>{}: {message}</summary>\n\n", group.severity);
    let id = code(commands::short(&group.id));
    let roles = match group.roles.as_slice() {
        [] => String::new(),
        [role] => format!(", role {}", code(role)),
        roles => format!(", roles {}", list(roles, NAMED, code)),
    };
    let _ = writeln!(block, "Cause {id}, rule {}{roles}\n", code(group.rule.id()));
    let is_whole = group.message.chars().nth(CELL).is_none();
    let said = said(report, group);
    // What is new must not be among those that are only counted.
    let (new, old): (Vec<_>, Vec<_>) = said.iter().partition(|(finding, _)| mark(view, group, finding).is_some());
    for (finding, roles) in new.into_iter().chain(old).take(FINDINGS) {
        let mark = mark(view, group, finding);
        let proof = commands::request_of(report, finding);
        let proof = proof.map(|(request, caveat)| format!("proof: {}{caveat}", code(&request)));
        // What one finding says, its cause says.
        let is_told = is_whole && finding.message == group.message && mark.is_none();
        if !is_told {
            let is_of_some = said.len() > 1 && group.roles.len() > 1;
            let mark = mark.unwrap_or_default();
            let start = if is_of_some { format!("{}: ", list(roles, NAMED, code)) } else { String::new() };
            let _ =
                writeln!(block, "- {mark}{start}{}", sentence(&finding.message, &spans::names(report, finding), code));
        }
        if let Some(proof) = proof {
            let _ = writeln!(block, "{}- {proof}", if is_told { "" } else { "  " });
        }
    }
    let more = said.len().saturating_sub(FINDINGS);
    if more > 0 {
        let _ = writeln!(block, "- … and {more} more, listed in the reports");
    }
    block.push_str(if block.ends_with("\n\n") { "</details>\n\n" } else { "\n</details>\n\n" });
    block
}

/// The mark of what is new in a cause of which not everything is new.
fn mark(view: &View<'_>, group: &Group, finding: &Finding) -> Option<String> {
    view.news(group).filter(|status| *status == Status::Changed)?;
    let same: Vec<&Finding> = view.report.findings_of(group).filter(|one| one.message == finding.message).collect();
    let status = same.iter().find_map(|one| view.mark(one))?;
    let roles: BTreeSet<&str> =
        same.iter().filter(|one| view.mark(one).is_some()).filter_map(|one| one.role.as_deref()).collect();
    let is_all = same.iter().all(|one| view.mark(one).is_some());
    let of = if is_all { String::new() } else { format!(" for {}", counted(roles.len(), "role")) };
    Some(format!("({}{of}) ", status.in_words()))
}

/// Whether a group has findings that say something else than its line in the table, or the line is cut.
fn is_more_than_its_line(report: &Report, group: &Group) -> bool {
    let is_cut = group.sentence().chars().nth(CELL).is_some();
    is_cut || group.other_findings > 0 || (group.roles.len() > 1 && said(report, group).len() > 1)
}

/// The findings of a group that say different things, each with the roles that it is said of.
fn said<'r>(report: &'r Report, group: &'r Group) -> Vec<(&'r Finding, Vec<String>)> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut said: Vec<(&Finding, Vec<String>)> = Vec::new();
    for finding in report.findings_of(group) {
        let place = *places.entry(&finding.message).or_insert(said.len());
        if place == said.len() {
            said.push((finding, Vec::new()));
        }
        if let Some((_, roles)) = said.get_mut(place) {
            roles.extend(finding.role.iter().filter(|role| !roles.contains(role)).cloned().collect::<Vec<_>>());
        }
    }
    said
}

fn title(report: &Report) -> String {
    let (left, right) = (code(report.accounts.left.tag.as_str()), code(report.accounts.right.tag.as_str()));
    let mut title = format!("# IAM roles of {left} and {right}\n\n");
    if let Some(times) = past::sentence(report) {
        let _ = writeln!(title, "{}\n", sentence(&times, &tags(report), code));
    }
    let _ = writeln!(title, "**{}**\n", verdict::sentence(report));
    for remark in verdict::remarks(report) {
        let _ = writeln!(title, "{remark}\n");
    }
    if let Some(selected) = verdict::selection(report) {
        let _ = writeln!(title, "{}\n", sentence(&selected, &[], code));
    }
    title
}

/// The names in sentences about one account at two times.
fn tags(report: &Report) -> Vec<String> {
    let of_past = Side::BOTH.into_iter().filter(|_| report.before().is_some());
    of_past.map(|side| report.accounts.get(side).tag.to_string()).collect()
}

fn limitations(report: &Report) -> String {
    if report.limitations.is_empty() {
        return String::new();
    }
    let mut text = format!("## Limitations of this report: {}\n\n", report.limitations.len());
    for limitation in report.limitations.iter().take(FINDINGS) {
        let limitation = limitation.to_string();
        let _ = writeln!(text, "- {}", sentence(&shortened(&terminal(&limitation), 1000), &[], code));
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
        let when = past::word(report, side).map(|word| format!(", {word}")).unwrap_or_default();
        let (tag, source) = (code(account.tag.as_str()) + &when, cell(&account.source));
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

/// The block "Evidence", folded.
pub(super) fn evidence(provenance: &Provenance) -> String {
    let mut block = "<details><summary>Evidence</summary>\n\n| Fact | Value |\n| --- | --- |\n".to_owned();
    for Fact { name, text } in facts(provenance) {
        // A command is one piece, whatever is in it.
        let text =
            if name == COMMAND { code(&text.replace('|', "\\u{7c}")) } else { sentence(&terminal(&text), &[], cell) };
        let _ = writeln!(block, "| {} | {text} |", sentence(&name, &[], cell));
    }
    block.push_str("\n</details>\n\n");
    block
}

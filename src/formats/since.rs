//! What is new since an earlier report, as text and as Markdown. In the other formats each finding says it itself.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io::{self, Write};

use super::commands;
use super::escape::{shortened, terminal};
use super::lines::{BAD, GOOD, HEADING, Lines, WORST};
use super::markdown::{cell, code, list, sentence};
use super::verdict;
use super::view::View;
use crate::report::sentences::{counted, few};
use crate::report::{Finding, Group, Severity};
use crate::since::{Gone, Since, Status};

/// How many causes, and how many resolved findings, are shown before the rest is only counted.
const SHOWN: usize = 15;

/// How many roles of a cause are named before the rest is only counted.
const ROLES: usize = 3;

/// The most characters of a sentence in Markdown.
const SENTENCE: usize = 300;

/// `Since 2026-11-27T05:00:00Z: 2 new causes, 1 changed, 12 still there; 3 findings resolved`.
#[must_use]
pub fn verdict_of(since: &Since) -> String {
    let totals = since.totals;
    let mut parts = Vec::new();
    if totals.new_causes > 0 {
        parts.push(counted(totals.new_causes, "new cause"));
    }
    if totals.changed_causes > 0 {
        parts.push(counted(totals.changed_causes, "changed cause"));
    }
    if parts.is_empty() {
        parts.push("nothing new".to_owned());
    }
    if totals.causes_still_there > 0 {
        parts.push(format!("{} still there", counted(totals.causes_still_there, "cause")));
    }
    for (count, what) in
        [(totals.resolved, "resolved"), (totals.accepted, "accepted"), (totals.not_compared, "not compared any more")]
    {
        if count > 0 {
            parts.push(format!("{} {what}", counted(count, "finding")));
        }
    }
    let start = since.earlier.as_ref().map_or_else(|| "No earlier report".to_owned(), |time| format!("Since {time}"));
    format!("{start}: {}.", parts.join(", "))
}

/// What is new of a cause.
#[derive(Debug)]
pub struct News<'r> {
    /// Whether the cause is new or has changed.
    pub status: Status,
    /// Its most severe finding that is new or changed.
    pub finding: &'r Finding,
    /// What it says. Of a cause whose most severe finding it is, this is the sentence of the cause.
    pub message: &'r str,
    /// The roles that have such findings.
    pub roles: Vec<String>,
    /// How many more such findings there are that say something else.
    pub more: usize,
}

/// What is new of a cause; none if it is still there, or nobody asked. What a cause says first can be what was there before.
#[must_use]
pub fn of_cause<'r>(view: &View<'r>, group: &'r Group) -> Option<News<'r>> {
    let status = view.news(group)?;
    let is_new = |finding: &&Finding| !finding.is_note() && view.mark(finding).is_some();
    let findings: Vec<&Finding> = view.report.findings_of(group).filter(is_new).collect();
    let first: &Finding = findings.first()?;
    let is_headline = view.report.findings_of(group).next().is_some_and(|one| one.id == first.id);
    let named: BTreeSet<&str> = findings.iter().filter_map(|finding| finding.role.as_deref()).collect();
    let said: BTreeSet<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
    Some(News {
        status,
        finding: first,
        message: if is_headline { &group.message } else { &first.message },
        roles: group.roles.iter().filter(|role| named.contains(role.as_str())).cloned().collect(),
        more: said.len() - 1,
    })
}

/// The causes that are new or changed: of what is new of them, the most severe first, else in the order of the report.
fn news<'r>(view: &View<'r>) -> Vec<(&'r Group, News<'r>)> {
    let causes = view.report.causes();
    let mut news: Vec<(&Group, News<'_>)> =
        causes.filter_map(|group| of_cause(view, group).map(|news| (group, news))).collect();
    news.sort_by_key(|(_, news)| Reverse(news.finding.severity));
    news
}

/// Writes the summary of `iamctl since`, in so many columns; none where lines are not broken.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, view: &View<'_>, since: &Since, width: Option<usize>) -> io::Result<()> {
    let mut lines = Lines { out, width };
    let earlier = since.earlier.as_deref().unwrap_or("none");
    let pair = format!(" {} and {}: {earlier} and {}", since.accounts.left, since.accounts.right, since.later);
    lines.styled(0, HEADING, "Compared", &pair)?;
    let is_new = since.totals.new_causes + since.totals.changed_causes > 0;
    lines.styled(0, if is_new { BAD } else { GOOD }, "", &verdict_of(since))?;
    for remark in since.remarks.iter().cloned().chain(verdict::decision(view)) {
        lines.text(0, &remark)?;
    }
    let all = news(view);
    for status in [Status::New, Status::Changed] {
        let some: Vec<&(&Group, News<'_>)> = all.iter().filter(|(_, news)| news.status == status).collect();
        causes(&mut lines, status, &some)?;
    }
    for status in [Status::Resolved, Status::Accepted, Status::NotCompared] {
        let some: Vec<&Gone> = since.gone.iter().filter(|gone| gone.status == status).collect();
        gone(&mut lines, status, &some)?;
    }
    Ok(())
}

fn heading(lines: &mut Lines<'_>, status: Status, count: usize) -> io::Result<()> {
    lines.empty()?;
    let word = status.in_words();
    let mut letters = word.chars();
    let first: String = letters.next().map(|c| c.to_ascii_uppercase()).into_iter().collect();
    lines.styled(0, HEADING, &format!("{first}{}", letters.as_str()), &format!(": {count}"))
}

fn causes(lines: &mut Lines<'_>, status: Status, groups: &[&(&Group, News<'_>)]) -> io::Result<()> {
    if groups.is_empty() {
        return Ok(());
    }
    heading(lines, status, groups.len())?;
    for (group, news) in groups.iter().take(SHOWN) {
        let names: Vec<String> = news.roles.iter().map(|role| terminal(role).into_owned()).collect();
        let start = if names.is_empty() { String::new() } else { format!("{}: ", few(&names, ROLES)) };
        let severity = news.finding.severity;
        let style = if severity >= Severity::High { WORST } else { BAD };
        lines.styled(2, style, severity.as_str(), &format!("  {start}{}", news.message))?;
        let more = match news.more {
            0 => String::new(),
            more => format!(", {}", counted(more, "more finding")),
        };
        lines.text(4, &format!("[{} {}{more}]", news.finding.rule, commands::short(&group.id)))?;
    }
    more(lines, groups.len(), "more cause")
}

fn gone(lines: &mut Lines<'_>, status: Status, all: &[&Gone]) -> io::Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    heading(lines, status, all.len())?;
    for one in all.iter().take(SHOWN) {
        let role = one.role.as_ref().map(|role| format!("{}: ", terminal(role))).unwrap_or_default();
        lines.text(2, &format!("{role}{} [{}]", one.message, one.rule))?;
    }
    more(lines, all.len(), "more finding")
}

fn more(lines: &mut Lines<'_>, count: usize, noun: &str) -> io::Result<()> {
    match count.checked_sub(SHOWN) {
        Some(more @ 1..) => lines.text(2, &format!("… and {}; `--format json` has all", counted(more, noun))),
        Some(0) | None => Ok(()),
    }
}

/// What is new, as a part of a page in Markdown.
#[must_use]
pub fn markdown(view: &View<'_>, since: &Since) -> String {
    let mut text = format!("## Since the earlier report\n\n{}\n\n", sentence(&verdict_of(since), &[], code));
    text.extend(since.remarks.iter().map(|remark| format!("{}\n\n", sentence(remark, &[], code))));
    let all = news(view);
    if !all.is_empty() {
        text.push_str("| | Severity | Roles | What differs | Rule |\n| --- | --- | --- | --- | --- |\n");
        text.extend(all.iter().take(SHOWN).map(|(_, news)| {
            let message = sentence(&shortened(&terminal(news.message), SENTENCE), &news.roles, cell);
            let more =
                if news.more == 0 { String::new() } else { format!("; and {}", counted(news.more, "more finding")) };
            let roles = list(&news.roles, ROLES, cell);
            let rule = code(news.finding.rule.id());
            let (status, severity) = (news.status.in_words(), news.finding.severity);
            format!("| {status} | {severity} | {roles} | {message}{more} | {rule} |\n")
        }));
        text.push('\n');
    }
    for status in [Status::Resolved, Status::Accepted, Status::NotCompared] {
        let some: Vec<&Gone> = since.gone.iter().filter(|gone| gone.status == status).collect();
        text.extend(some.iter().take(SHOWN).map(|gone| {
            let role = gone.role.as_ref().map(|role| format!("{}: ", code(role))).unwrap_or_default();
            let message = sentence(&shortened(&terminal(&gone.message), SENTENCE), &[], code);
            format!("- {}: {role}{message}\n", status.in_words())
        }));
        if let Some(more @ 1..) = some.len().checked_sub(SHOWN) {
            text.push_str(&format!("- {}: {}\n", status.in_words(), counted(more, "more finding")));
        }
    }
    text + "\n"
}

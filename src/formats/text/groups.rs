//! The causes, most severe first, each with its roles and one proof; then what to do next.

use std::cmp::Reverse;
use std::io;

use anstyle::Style;

use super::super::commands;
use super::super::escape::terminal;
use super::super::lines::{BAD, GOOD, HEADING, Lines, WORST};
use super::super::since;
use super::super::verdict;
use super::super::view::View;
use crate::model::Side;
use crate::report::sentences::{counted, few};
use crate::report::{Group, RoleStatus, Severity};

/// How many causes are shown before the rest is only counted.
const CAUSES: usize = 10;

/// How many roles of a cause are named before the rest is only counted.
const ROLES: usize = 3;

/// Writes the causes, and what to do next.
pub(super) fn write(lines: &mut Lines<'_>, view: &View<'_>, only: Option<Severity>) -> io::Result<()> {
    let report = view.report;
    // What is still there would hide what is new.
    let is_news = |group: &Group| view.since.is_none() || view.news(group).is_some();
    let wanted = |group: &&Group| only.is_none_or(|least| severity_of(view, group) >= least) && is_news(group);
    let mut shown: Vec<&Group> = report.causes().filter(wanted).collect();
    shown.sort_by_key(|group| Reverse(severity_of(view, group)));
    let most = if only.is_some() { shown.len() } else { CAUSES };
    let mut severity = None;
    for group in shown.iter().take(most) {
        let own = severity_of(view, group);
        if severity != Some(own) {
            lines.empty()?;
            lines.styled(
                0,
                style(own),
                own.as_str(),
                &format!(" – {}", verdict::meaning(own, &report.severity_overrides)),
            )?;
            severity = Some(own);
        }
        one(lines, view, group)?;
    }
    let hidden = report.totals.causes - shown.len().min(most);
    if hidden > 0 {
        let still = view.since.map_or(0, |since| since.totals.causes_still_there);
        let causes = match hidden.saturating_sub(still) {
            0 => format!("{} still there", counted(hidden, "cause")),
            _ if still == 0 => counted(hidden, "more cause"),
            new => format!("{}, and {} still there", counted(new, "more cause"), counted(still, "cause")),
        };
        let start = if shown.is_empty() { "" } else { "… and " };
        let more = format!("{start}{causes}; report.html and summary.md contain all causes");
        lines.empty()?;
        lines.text(0, &more)?;
    }
    match shown.first() {
        Some(first) => next(lines, view, first),
        None => Ok(()),
    }
}

/// How severe a cause is; with an earlier report, how severe what is new of it is.
fn severity_of(view: &View<'_>, group: &Group) -> Severity {
    since::of_cause(view, group).map_or(group.severity, |news| news.finding.severity)
}

fn one(lines: &mut Lines<'_>, view: &View<'_>, group: &Group) -> io::Result<()> {
    let news = since::of_cause(view, group);
    let roles = news.as_ref().map_or(&group.roles, |news| &news.roles);
    let names: Vec<String> = roles.iter().map(|role| terminal(role).into_owned()).collect();
    let start = if names.is_empty() { String::new() } else { format!("{}: ", few(&names, ROLES)) };
    let mark = news.as_ref().map(|news| format!("({}) ", news.status.in_words())).unwrap_or_default();
    lines.cause(2, &format!("{mark}{start}{}", news.as_ref().map_or(group.message.as_str(), |news| news.message)))?;
    let proof = match &news {
        Some(news) => commands::proof_of(view.report, news.finding),
        None => commands::proof(view, group),
    };
    let proof = proof.map(|proof| format!(" {proof}")).unwrap_or_default();
    let (rule, more) = news.as_ref().map_or((group.rule, group.other_findings), |news| (news.finding.rule, news.more));
    let more = match more {
        0 => String::new(),
        more => format!(", {}", counted(more, "more finding")),
    };
    lines.one_line(4, &format!("[{rule} {}{more}]", commands::short(&group.id)), &proof)
}

/// The commands that help with the first cause, to be pasted.
fn next(lines: &mut Lines<'_>, view: &View<'_>, first: &Group) -> io::Result<()> {
    if view.folder.is_none() {
        return Ok(());
    }
    lines.empty()?;
    lines.styled(0, HEADING, "Next", "")?;
    for (what, command) in commands::next(view, first) {
        lines.text(2, &format!("{what}:"))?;
        lines.command(4, &terminal(&command))?;
    }
    // Words can only tell names apart if both accounts have a role without a counterpart.
    let alone = |side: Side| {
        let roles =
            view.report.roles.iter().filter(|role| role.status != RoleStatus::Ambiguous && !role.service_linked);
        // Of a role without a counterpart the other side has no name.
        roles
            .filter(|role| role.is_open_alone())
            .filter_map(|role| role.side(side).map(|_| role.role.as_str()))
            .collect::<Vec<_>>()
    };
    let (left, right) = (alone(Side::Left), alone(Side::Right));
    let is_alike = left.iter().any(|name| right.iter().any(|other| differ_in_a_word(name, other)));
    if let Some(command) = commands::suggest(view).filter(|_| is_alike) {
        let roles = counted(left.len() + right.len(), "role");
        lines.text(2, &format!("find words that differ in names ({roles} without a counterpart):"))?;
        lines.command(4, &terminal(&command))?;
    }
    Ok(())
}

/// Whether two names have the same words but for one, so that a word may tell them apart.
fn differ_in_a_word(name: &str, other: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        name.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase).collect()
    };
    let (own, others) = (words(name), words(other));
    own.len() > 1
        && own.len() == others.len()
        && own.iter().zip(&others).filter(|(own, other)| own != other).count() == 1
}

const fn style(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => WORST,
        Severity::Medium | Severity::Low => BAD,
        Severity::Info => GOOD,
    }
}

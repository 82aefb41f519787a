//! The causes in words: on paper, and in a browser without scripts.

use super::super::commands;
use super::super::since;
use super::super::view::View;
use super::budget;
use super::causes;
use super::words::{cut, shown};
use super::{console, words};
use crate::model::Side;
use crate::report::sentences::few;
use crate::report::{Finding, Group, Report, RoleResult, Rule, Text};

/// How many causes the first page of paper has.
const FIRST: usize = 10;

/// Characters of one of them: each takes few lines.
const BRIEF: usize = 320;

/// How many roles one of them names.
const NAMED: usize = 5;

/// How many roles, and how many findings, a cause names in full.
const OF_A_CAUSE: usize = 20;

/// One of the most severe causes.
pub(super) struct Brief {
    pub(super) severity: &'static str,
    pub(super) rule: &'static str,
    pub(super) message: String,
    pub(super) roles: String,
    pub(super) proof: String,
}

/// A cause with its roles and findings.
pub(super) struct Full {
    pub(super) severity: &'static str,
    pub(super) rule: &'static str,
    pub(super) message: String,
    pub(super) roles: Vec<Named>,
    pub(super) more_roles: usize,
    pub(super) findings: Vec<Said>,
    pub(super) more_findings: usize,
    pub(super) commands: Vec<(&'static str, String)>,
}

/// A role, with its addresses in AWS's console.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) links: Vec<(String, String)>,
}

/// A finding of a cause.
pub(super) struct Said {
    pub(super) role: String,
    pub(super) message: String,
    pub(super) proof: String,
}

impl Said {
    const fn says_something(&self) -> bool {
        !(self.message.is_empty() && self.proof.is_empty() && self.role.is_empty())
    }
}

/// A rule that the report names.
pub(super) struct RuleText {
    pub(super) id: &'static str,
    pub(super) text: &'static Text,
    pub(super) documentation: &'static str,
}

/// The most severe causes, and how many more there are.
pub(super) fn most_severe(view: &View<'_>) -> (Vec<Brief>, usize) {
    let report = view.report;
    let brief = |group: &Group| Brief {
        severity: group.severity.as_str(),
        rule: group.rule.id(),
        message: cut(shown(&format!("{}{}", news(view, group), group.sentence())), BRIEF),
        roles: cut(shown(&few(&group.roles, NAMED)), BRIEF),
        proof: commands::proof(view, group).map(|proof| cut(shown(&proof), BRIEF)).unwrap_or_default(),
    };
    (report.causes().take(FIRST).map(brief).collect(), report.totals.causes.saturating_sub(FIRST))
}

/// The start of the sentence of a cause that is new since an earlier report, or has changed.
fn news(view: &View<'_>, group: &Group) -> String {
    let Some(news) = since::of_cause(view, group) else { return String::new() };
    let status = news.status.in_words();
    if news.message == group.message { format!("({status}) ") } else { format!("({status}: {}) ", news.message) }
}

/// Causes, or remarks, in full.
pub(super) struct InWords {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// What they are called where they are counted.
    pub(super) noun: &'static str,
    pub(super) causes: Vec<Full>,
    /// Of how many there was no room.
    pub(super) more: usize,
}

/// All causes, then the remarks if there are some.
pub(super) fn in_words(view: &View<'_>) -> Vec<InWords> {
    let of = |id, title, noun, notes: bool| {
        let groups = causes::listed(view.report).filter(|group| view.report.is_note(group) == notes);
        let (causes, more) = in_full(view, &groups.collect::<Vec<_>>());
        InWords { id, title, noun, causes, more }
    };
    let mut parts = vec![of("findings", "All causes", "causes", false), of("remarks", "Remarks", "remarks", true)];
    parts.retain(|part| part.id == "findings" || !part.causes.is_empty());
    parts
}

/// These groups, and of how many there was no room.
fn in_full(view: &View<'_>, groups: &[&Group]) -> (Vec<Full>, usize) {
    let (mut all, mut bytes) = (Vec::new(), 0);
    for group in groups {
        let one = full(view, group);
        bytes += 600 + one.message.len() + one.roles.iter().map(|role| role.name.len() + 300).sum::<usize>();
        bytes += one.findings.iter().map(|said| said.role.len() + said.message.len() + said.proof.len()).sum::<usize>();
        if bytes > budget::SENTENCES {
            break;
        }
        all.push(one);
    }
    let more = groups.len() - all.len();
    (all, more)
}

fn full(view: &View<'_>, group: &Group) -> Full {
    let report = view.report;
    let mut places: Vec<usize> = report.findings_of(group).filter_map(|finding| finding.role_index).collect();
    places.sort_unstable();
    places.dedup();
    let roles = places.iter().take(OF_A_CAUSE).filter_map(|place| report.roles.get(*place));
    let said = |finding: &Finding| Said {
        role: finding.role.as_deref().filter(|_| places.len() > 1).map(shown).unwrap_or_default(),
        // A group of one finding says what the finding says.
        message: if finding.message == group.message {
            String::new()
        } else {
            cut(shown(&finding.message), budget::OF_A_SENTENCE)
        },
        proof: commands::proof_of(report, finding)
            .map(|proof| cut(shown(&proof), budget::OF_A_SENTENCE))
            .unwrap_or_default(),
    };
    let commands = commands::next(view, group).into_iter().map(|(what, command)| (what, shown(&command)));
    Full {
        severity: group.severity.as_str(),
        rule: group.rule.id(),
        message: cut(shown(&group.message), budget::OF_A_SENTENCE),
        roles: roles.map(|role| named(report, role)).collect(),
        more_roles: places.len().saturating_sub(OF_A_CAUSE),
        findings: report.findings_of(group).take(OF_A_CAUSE).map(said).filter(Said::says_something).collect(),
        more_findings: group.findings.len().saturating_sub(OF_A_CAUSE),
        commands: commands.collect(),
    }
}

fn named(report: &Report, role: &RoleResult) -> Named {
    let link = |side: Side| {
        let address = console::link(role.side(side)?)?;
        Some((report.accounts.get(side).tag.to_string(), address))
    };
    Named { name: words::shown(&role.role), links: Side::BOTH.into_iter().filter_map(link).collect() }
}

/// The rules that the report names, most severe first.
pub(super) fn rules(report: &Report) -> Vec<RuleText> {
    let found = |rule: &Rule| report.findings.iter().any(|finding| finding.rule == *rule);
    let text = |rule: Rule| RuleText { id: rule.id(), text: rule.text(), documentation: rule.documentation() };
    Rule::ALL.into_iter().filter(found).map(text).collect()
}

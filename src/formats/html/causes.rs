//! The causes as the page's script lists them, most severe first.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::Serialize;

use super::super::commands;
use super::super::since;
use super::super::view::View;
use super::budget;
use super::facets::Facets;
use super::findings;
use super::rows::Rows;
use super::words::{self, cut, shown};
use crate::report::{Group, List, Report};
use crate::since::Status;

/// A cause. Short keys, as those of findings.
#[derive(Serialize)]
struct Entry {
    /// The beginning of its id, as `iamctl accept --group` takes it.
    i: String,
    /// The rule of its most severe finding.
    u: &'static str,
    /// Its severity.
    v: &'static str,
    /// What it is about.
    m: String,
    /// The places of its roles in the list of roles.
    r: Vec<usize>,
    /// Its findings: the place of the role and the number among the role's findings.
    f: Vec<(usize, usize)>,
    /// Findings that are about no role.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    o: Vec<findings::Entry>,
    /// Numbers of its facets.
    t: BTreeSet<usize>,
    /// The proof in short.
    #[serde(skip_serializing_if = "Option::is_none")]
    p: Option<String>,
    /// What to do next, each with its command.
    c: Vec<(&'static str, String)>,
    /// What became of it since an earlier report, if it is new or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<&'static str>,
    /// What is new of it and how severe that is, if that is not what it says first.
    #[serde(skip_serializing_if = "Option::is_none")]
    w: Option<(&'static str, String)>,
    /// Whether it is only something to know.
    #[serde(skip_serializing_if = "is_false")]
    n: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// The groups that the page lists, with their places in the report: all but limitations that are only to know, which have
/// a place of their own.
pub(super) fn listed(report: &Report) -> impl Iterator<Item = &Group> {
    report.groups.iter().filter(|group| !is_limitation(report, group))
}

fn is_limitation(report: &Report, group: &Group) -> bool {
    report.findings_of(group).all(|finding| finding.list == List::Limitations && finding.is_note())
}

/// The number of the listed cause of each finding, in the order of the report.
pub(super) fn of_findings(report: &Report) -> Vec<Option<usize>> {
    let mut causes = vec![None; report.findings.len()];
    for (number, group) in listed(report).enumerate() {
        for place in &group.findings {
            if let Some(cause) = causes.get_mut(*place) {
                *cause = Some(number);
            }
        }
    }
    causes
}

/// All causes as JSON; what is beyond the budget is left out and counted.
pub(super) fn json(
    view: &View<'_>,
    ordered: &[Rows<'_>],
    facets: &Facets,
    notes: &mut Vec<String>,
) -> io::Result<String> {
    let report = view.report;
    // Where each finding stands among those of its role.
    let mut places: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (role, rows) in ordered.iter().enumerate() {
        places.extend(rows.findings.iter().enumerate().map(|(number, (finding, _))| (*finding, (role, number))));
    }
    let (mut parts, mut bytes, mut left_out) = (Vec::new(), 0, 0);
    for (number, group) in listed(report).enumerate() {
        let one = serde_json::to_string(&entry(view, group, number, &places, facets))?;
        bytes += one.len();
        if bytes > budget::CAUSES {
            left_out += 1;
        } else {
            parts.push(one);
        }
    }
    if left_out > 0 {
        notes.push(format!(
            "Causes and notes omitted from this page to keep it small, the least severe: {left_out}; see report.json."
        ));
    }
    Ok(format!("[{}]", parts.join(",")))
}

fn entry(
    view: &View<'_>,
    group: &Group,
    number: usize,
    places: &BTreeMap<usize, (usize, usize)>,
    facets: &Facets,
) -> Entry {
    let report = view.report;
    let mut found: Vec<(usize, usize)> =
        group.findings.iter().filter_map(|finding| places.get(finding).copied()).collect();
    let mut roles: Vec<usize> = found.iter().map(|(role, _)| *role).collect();
    roles.sort_unstable();
    roles.dedup();
    found.truncate(budget::OF_A_CAUSE);
    let of_no_role = report.findings_of(group).filter(|finding| finding.role_index.is_none());
    let news = since::of_cause(view, group).filter(|news| news.message != group.message);
    let news = news.map(|news| (news.finding.severity.as_str(), cut(shown(news.message), budget::OF_A_TEXT)));
    let commands = commands::next(view, group).into_iter().map(|(what, command)| (what, shown(&command)));
    Entry {
        i: words::short_id(&group.id),
        u: group.rule.id(),
        v: group.severity.as_str(),
        m: cut(shown(&group.sentence()), budget::OF_A_TEXT),
        r: roles,
        f: found,
        o: of_no_role.map(|finding| findings::Entry::new(view, finding, Some(number))).collect(),
        t: facets.of(group.findings.iter().copied()),
        p: commands::proof(view, group).map(|proof| cut(shown(&proof), budget::OF_A_SENTENCE)),
        c: commands.collect(),
        s: view.news(group).map(Status::in_words),
        w: news,
        n: report.is_note(group),
    }
}

//! What the page's script works on: an index of all roles, the causes, the findings of each role, the policy documents.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::Serialize;

use super::super::escape::script;
use super::super::view::View;
use super::super::{commands, explain};
use super::dictionary;
use super::documents::Documents;
use super::facets::{Facet, Facets};
use super::rows::Rows;
use super::words::{self, cut, shown};
use super::{causes, console, findings};
use crate::report::{Report, RoleSide, RoleStatus, Rule, Severity};

/// The blocks of JSON, safe inside a `<script>` element, and what was left out of them.
pub(super) struct Data {
    pub(super) index: String,
    pub(super) causes: String,
    pub(super) findings: String,
    pub(super) documents: String,
    pub(super) notes: Vec<String>,
}

impl Data {
    pub(super) fn new(view: &View<'_>, ordered: &[Rows<'_>]) -> io::Result<Self> {
        let report = view.report;
        let mut notes = Vec::new();
        let facets = Facets::new(report);
        let documents = || {
            let documents = Documents::new(view, ordered);
            serde_json::to_string(&documents).map(|text| (script(&text), documents.left_out()))
        };
        let index = || serde_json::to_string(&Index::new(view, ordered, &facets)).map(|text| script(&text));
        let (documents, index) = rayon::join(documents, index);
        let ((documents, left_out), index) = (documents?, index?);
        if left_out > 0 {
            let count = words::counted(left_out, "policy text");
            notes.push(format!(
                "{count}, the largest, omitted from this page to keep it small; `iamctl explain FOLDER ROLE` shows them."
            ));
        }
        let of_findings = causes::of_findings(report);
        Ok(Self {
            index,
            causes: script(&causes::json(view, ordered, &facets, &mut notes)?),
            findings: script(&findings::of_all_roles(view, ordered, &of_findings, &mut notes)?),
            documents,
            notes,
        })
    }
}

#[derive(Serialize)]
struct Index<'a> {
    tags: [&'a str; 2],
    /// All severities, most severe first.
    severities: [&'static str; 5],
    /// The rules of this report, most severe first.
    rules: Vec<RuleText>,
    /// What the command of a finding is for.
    ask: &'static str,
    facets: &'a [Facet],
    /// What each placeholder stands for in each account.
    placeholders: Vec<(String, [BTreeSet<String>; 2])>,
    roles: Vec<Entry>,
}

/// What there is to say of a rule.
#[derive(Serialize)]
struct RuleText {
    id: &'static str,
    title: &'static str,
    paragraphs: [(&'static str, &'static str); 3],
    documentation: &'static str,
}

/// A role in the list. Short keys: there can be thousands.
#[derive(Serialize)]
struct Entry {
    /// The normalized name.
    n: String,
    /// Where it was found.
    s: RoleStatus,
    /// Name, ARN and the address in AWS's console in each account.
    #[serde(skip_serializing_if = "Option::is_none")]
    l: Option<[String; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r: Option<[String; 3]>,
    /// How far the two may do the same, and can be assumed by the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    g: Option<[&'static str; 2]>,
    /// How many findings it has of each severity, most severe first.
    c: [usize; 5],
    /// How many differences were accepted.
    #[serde(skip_serializing_if = "is_zero")]
    k: usize,
    /// Whether it differs, or may, in what it may do or who can assume it.
    #[serde(skip_serializing_if = "is_false")]
    a: bool,
    /// Whether it differs and that is without effect on access.
    #[serde(skip_serializing_if = "is_false")]
    e: bool,
    /// Numbers of its facets.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    f: BTreeSet<usize>,
    /// Whether a service owns it.
    #[serde(skip_serializing_if = "is_false")]
    o: bool,
    /// Whether it is in one account only and somebody has accepted that.
    #[serde(skip_serializing_if = "is_false")]
    x: bool,
    /// The most severe finding in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    t: Option<String>,
    /// The headings of items of its policies and of its trust policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    h: Option<[String; 2]>,
    /// The command that shows it in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    q: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl<'a> Index<'a> {
    fn new(view: &'a View<'_>, ordered: &[Rows<'_>], facets: &'a Facets) -> Self {
        let report = view.report;
        Self {
            tags: [report.accounts.left.tag.as_str(), report.accounts.right.tag.as_str()],
            severities: Severity::MOST_SEVERE_FIRST.map(Severity::as_str),
            rules: rules(report),
            ask: commands::ASK,
            facets: &facets.all,
            placeholders: dictionary::replaced(report),
            roles: ordered.iter().map(|rows| entry(view, rows, facets)).collect(),
        }
    }
}

fn rules(report: &Report) -> Vec<RuleText> {
    let found: BTreeSet<Rule> = report.findings.iter().map(|finding| finding.rule).collect();
    let text = |rule: Rule| RuleText {
        id: rule.id(),
        title: rule.text().title,
        paragraphs: rule.text().paragraphs(),
        documentation: rule.documentation(),
    };
    found.into_iter().map(text).collect()
}

fn entry(view: &View<'_>, rows: &Rows<'_>, facets: &Facets) -> Entry {
    let role = rows.role;
    let side = |side: &RoleSide| [shown(&side.name), shown(&side.arn), console::link(side).unwrap_or_default()];
    let grades = role.access_grade.zip(role.trust_grade);
    let mut counts: BTreeMap<Severity, usize> = BTreeMap::new();
    for (_, finding) in rows.findings.iter().filter(|(_, finding)| !finding.is_note()) {
        *counts.entry(finding.severity).or_default() += 1;
    }
    let first = rows.findings.iter().find(|(_, finding)| !finding.is_note());
    Entry {
        n: shown(&role.role),
        s: role.status,
        l: role.left.as_ref().map(side),
        r: role.right.as_ref().map(side),
        g: grades.map(|(access, trust)| [explain::grade(access), explain::grade(trust)]),
        c: Severity::MOST_SEVERE_FIRST.map(|severity| counts.get(&severity).copied().unwrap_or_default()),
        k: role.differences.accepted,
        a: rows.differs() && role.is_open_in_access(),
        e: rows.is_without_effect(),
        f: facets.of(rows.findings.iter().map(|(place, _)| *place)),
        o: role.service_linked,
        x: role.accepted,
        t: first.map(|(_, finding)| cut(shown(&finding.message), TOP)),
        h: findings::item_headings(rows),
        q: (!rows.findings.is_empty()).then(|| shown(&commands::explain(view, role))),
    }
}

/// As many characters of a finding as a line of the list shows.
const TOP: usize = 240;

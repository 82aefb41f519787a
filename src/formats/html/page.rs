//! The frame of the page: all of it that does not need the page's script.

use askama::Template;

use super::super::evidence::{Fact, facts};
use super::super::past;
use super::super::since;
use super::super::verdict;
use super::super::view::View;
use super::charts::{self, Chart, Segment};
use super::data::Data;
use super::dictionary::{self, Placeholder};
use super::paper::{self, Brief, InWords, RuleText};
use super::rows::Rows;
use super::security_policy;
use super::severities::{self, OfSeverity};
use super::words::{self, counted, shown};
use crate::evidence::Provenance;
use crate::model::Side;
use crate::report::{Metric, Report};

/// The page's style, also that of a fleet's page.
pub(in super::super) const STYLE: &str = include_str!("page.css");

/// The page's script.
const SCRIPT: &str = concat!(
    "\"use strict\";\n(function () {\n",
    include_str!("dom.js"),
    include_str!("index.js"),
    include_str!("address.js"),
    include_str!("filters.js"),
    include_str!("list.js"),
    include_str!("policies.js"),
    include_str!("finding.js"),
    include_str!("role.js"),
    include_str!("cause.js"),
    include_str!("start.js"),
    "})();\n"
);

#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct Page<'a> {
    policy: String,
    style: &'static str,
    script: &'static str,
    tags: [&'a str; 2],
    generated_at: &'a str,
    version: &'a str,
    /// The word that the verdict begins with, and the rest of it.
    verdict: (&'static str, String),
    differs: bool,
    /// Which time each side is, if both are one account.
    times: String,
    remarks: Vec<String>,
    severities: Vec<OfSeverity>,
    limitations: Vec<String>,
    accounts: [Account<'a>; 2],
    catalogue: String,
    compared: String,
    dictionary: Vec<Placeholder>,
    more_placeholders: usize,
    entries: usize,
    builtin_rules: String,
    accepted: String,
    dictionary_hash: String,
    segments: Vec<Segment>,
    charts: Vec<Chart>,
    metrics: &'a [Metric],
    evidence: Vec<Fact>,
    most_severe: Vec<Brief>,
    less_severe: usize,
    in_words: Vec<InWords>,
    rules: Vec<RuleText>,
    data: &'a Data,
}

/// An account in the page.
struct Account<'a> {
    class: &'static str,
    tag: String,
    id: &'a str,
    source: String,
    harvested_at: &'a str,
    /// How many roles and items it has.
    contents: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(view: &View<'a>, ordered: &[Rows<'_>], data: &'a Data) -> Self {
        let report = view.report;
        let accounts = &report.accounts;
        let tags = [accounts.left.tag.as_str(), accounts.right.tag.as_str()];
        let (dictionary, more_placeholders) = dictionary::placeholders(report);
        let (most_severe, less_severe) = paper::most_severe(view);
        let catalogue = &report.catalogue;
        Self {
            policy: security_policy::of(STYLE, SCRIPT),
            style: STYLE,
            script: SCRIPT,
            tags,
            generated_at: &report.generated_at,
            version: &report.iamctl,
            verdict: verdict(report),
            differs: report.totals.findings > 0,
            times: past::sentence(report).unwrap_or_default(),
            remarks: verdict::remarks(report).into_iter().chain(view.since.map(since::verdict_of)).collect(),
            severities: severities::counted(report.totals.severities.by_severity(), &report.severity_overrides),
            limitations: report.warnings.iter().map(|warning| shown(warning)).collect(),
            accounts: [account(report, Side::Left), account(report, Side::Right)],
            catalogue: shown(&format!("{}, {}, {} actions", catalogue.source, catalogue.date, catalogue.actions)),
            compared: compared(report),
            dictionary,
            more_placeholders,
            entries: report.dictionary.entries().count(),
            accepted: accepted(report),
            builtin_rules: report.builtin_rules.iter().map(|rule| rule.as_str()).collect::<Vec<_>>().join(", "),
            dictionary_hash: dictionary::hash(report),
            segments: charts::roles(ordered, tags),
            charts: charts::of_access(ordered),
            metrics: &report.summary,
            evidence: view.evidence.map(evidence).unwrap_or_default(),
            most_severe,
            less_severe,
            in_words: paper::in_words(view),
            rules: paper::rules(report),
            data,
        }
    }
}

/// The facts of the block "Evidence", fit to be shown.
pub(in super::super) fn evidence(provenance: &Provenance) -> Vec<Fact> {
    let fit = |fact: Fact| Fact { text: shown(&fact.text), ..fact };
    facts(provenance).into_iter().map(fit).collect()
}

fn account(report: &Report, side: Side) -> Account<'_> {
    let info = report.accounts.get(side);
    Account {
        class: if side == Side::Left { "left" } else { "right" },
        tag: past::tag(report, side),
        id: info.account_id.as_ref().map_or("unknown", |id| id.as_str()),
        source: shown(&info.source),
        harvested_at: info.harvested_at.as_deref().unwrap_or("unknown"),
        contents: format!("{}, {}", counted(info.roles, "role"), counted(info.items, "item")),
    }
}

/// The verdict: the word that it begins with, and the rest.
fn verdict(report: &Report) -> (&'static str, String) {
    let sentence = verdict::sentence(report);
    let start = if report.totals.findings > 0 { "Different" } else { "No differences" };
    let rest = sentence.strip_prefix(start).map(str::to_owned);
    rest.map_or_else(|| ("", sentence), |rest| (start, rest))
}

/// How many roles were compared, and which if not all.
fn compared(report: &Report) -> String {
    let all = || {
        let of = if report.before().is_some() { "at both times" } else { "of both accounts" };
        format!("{}, all roles {of}", counted(report.roles.len(), "role"))
    };
    verdict::selection(report).unwrap_or_else(all)
}

/// How many findings were accepted, and by which file; empty without a file.
fn accepted(report: &Report) -> String {
    let count = verdict::accepted(report);
    report.accepted_file.as_ref().map_or_else(String::new, |file| format!("{count}, see {}", shown(file)))
}

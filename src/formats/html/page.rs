//! The frame of the page: all of it that does not need the page's script.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest;

use super::budget;
use super::charts::{self, Chart, Segment};
use super::data::Data;
use super::dictionary::{self, Placeholder};
use super::rows::Rows;
use super::words::{self, counted, shown};
use crate::model::Side;
use crate::report::{AccountInfo, FailOn, Metric, Report};

/// The page's style.
const STYLE: &str = include_str!("page.css");

/// The page's script.
const SCRIPT: &str = concat!(
    "\"use strict\";\n(function () {\n",
    include_str!("dom.js"),
    include_str!("address.js"),
    include_str!("list.js"),
    include_str!("policies.js"),
    include_str!("role.js"),
    include_str!("start.js"),
    "})();\n"
);

/// Sentences of one role in the part for paper.
const SENTENCES: usize = 20;

#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct Page<'a> {
    policy: String,
    style: &'static str,
    script: &'static str,
    tags: [&'a str; 2],
    generated_at: &'a str,
    version: &'a str,
    differs: bool,
    verdict: Vec<String>,
    warnings: Vec<String>,
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
    findings: Vec<Findings>,
    more_findings: usize,
    data: &'a Data,
}

/// An account in the page's head.
struct Account<'a> {
    class: &'static str,
    tag: &'a str,
    id: &'a str,
    source: String,
    harvested_at: &'a str,
    roles: usize,
    items: usize,
}

/// A role in the part for paper.
struct Findings {
    name: String,
    arns: Vec<(String, String)>,
    sentences: Vec<String>,
    more: usize,
}

impl<'a> Page<'a> {
    pub(super) fn new(report: &'a Report, ordered: &[Rows<'_>], data: &'a Data) -> Self {
        let accounts = &report.accounts;
        let tags = [accounts.left.tag.as_str(), accounts.right.tag.as_str()];
        let (findings, more_findings) = findings(report, ordered);
        let (dictionary, more_placeholders) = dictionary::placeholders(report);
        let catalogue = &report.catalogue;
        Self {
            policy: policy(),
            style: STYLE,
            script: SCRIPT,
            tags,
            generated_at: &report.generated_at,
            version: &report.iamctl,
            differs: report.fails(&[FailOn::Any]),
            verdict: words::verdict(report),
            warnings: report.warnings.iter().map(|warning| shown(warning)).collect(),
            accounts: [account(&accounts.left, "left"), account(&accounts.right, "right")],
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
            findings,
            more_findings,
            data,
        }
    }
}

/// The Content-Security-Policy: nothing from anywhere, this style, this script, and no text ever read as markup.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(digest::digest(&digest::SHA256, text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; \
         form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

fn account<'a>(info: &'a AccountInfo, class: &'static str) -> Account<'a> {
    Account {
        class,
        tag: info.tag.as_str(),
        id: info.account_id.as_ref().map_or("unknown", |id| id.as_str()),
        source: shown(&info.source),
        harvested_at: info.harvested_at.as_deref().unwrap_or("unknown"),
        roles: info.roles,
        items: info.items,
    }
}

/// How many roles were compared, and which if not all.
fn compared(report: &Report) -> String {
    let count = counted(report.roles.len(), "role");
    let selection = &report.selection;
    let named: Vec<String> = selection.roles.iter().map(|pattern| format!("`{}`", shown(pattern))).collect();
    let named = if named.is_empty() { String::new() } else { format!(", only those named {}", named.join(" or ")) };
    let linked = if selection.exclude_service_linked { ", without service-linked roles" } else { "" };
    let all = if named.is_empty() && linked.is_empty() { ", all of both accounts" } else { "" };
    format!("{count}{named}{linked}{all}")
}

/// How many differences were accepted, and by which file; empty without a file.
fn accepted(report: &Report) -> String {
    let count = counted(report.accepted_differences.len(), "difference");
    report.accepted_file.as_ref().map_or_else(String::new, |file| format!("{count}, by {}", shown(file)))
}

/// The findings in words, and of how many roles they did not fit.
fn findings(report: &Report, ordered: &[Rows<'_>]) -> (Vec<Findings>, usize) {
    let (mut all, mut bytes) = (Vec::new(), 0);
    let reported: Vec<&Rows<'_>> = ordered.iter().filter(|rows| rows.differs() || rows.role.is_open_alone()).collect();
    for rows in &reported {
        let one = of_role(report, rows);
        bytes += one.sentences.iter().map(String::len).sum::<usize>() + one.name.len() + 300;
        if bytes > budget::SENTENCES {
            break;
        }
        all.push(one);
    }
    let more = reported.len() - all.len();
    (all, more)
}

fn of_role(report: &Report, rows: &Rows<'_>) -> Findings {
    let sentences = words::sentences(rows, SENTENCES);
    let more = rows.findings.len().saturating_sub(sentences.len());
    let arn = |side: Side| {
        let tag = report.accounts.get(side).tag.to_string();
        rows.role.side(side).map(|real| (tag, shown(&real.arn)))
    };
    Findings { name: shown(&rows.role.role), arns: Side::BOTH.into_iter().filter_map(arn).collect(), sentences, more }
}

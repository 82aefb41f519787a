//! A JSON object a line: a header, every finding, a summary. And the findings as CSV.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::csv::{Options, Table};
use super::differences::{Finding, Row};
use super::escape::terminal;
use super::formats::View;
use super::rules::{Rule, Severity};
use crate::compare::{AccountInfo, CatalogueInfo, FailOn, Metric};
use crate::model::{AccountTag, Side, Sides};

/// `format` of the header.
pub const FORMAT: &str = "iamctl-findings";

/// `version` of the header.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line<'a> {
    Header {
        format: &'static str,
        version: u32,
        generated_at: &'a str,
        iamctl: &'a str,
        catalogue: &'a CatalogueInfo,
        accounts: &'a Sides<AccountInfo>,
    },
    Finding {
        rule: Rule,
        severity: Severity,
        level: &'static str,
        role: Option<&'a str>,
        side: Option<Side>,
        tag: Option<&'a AccountTag>,
        message: &'a str,
        details: &'a [String],
        fingerprint: &'a str,
        difference: &'a Row<'a>,
    },
    Summary {
        different: bool,
        findings: usize,
        rules: BTreeMap<&'static str, usize>,
        metrics: &'a [Metric],
    },
}

/// Writes the lines.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
    let comparison = view.comparison;
    line(
        out,
        &Line::Header {
            format: FORMAT,
            version: VERSION,
            generated_at: &comparison.generated_at,
            iamctl: comparison.iamctl,
            catalogue: &comparison.catalogue,
            accounts: &comparison.accounts,
        },
    )?;
    let mut rules: BTreeMap<&'static str, usize> = BTreeMap::new();
    for finding in &view.findings {
        *rules.entry(finding.rule.id()).or_default() += 1;
        line(
            out,
            &Line::Finding {
                rule: finding.rule,
                severity: finding.rule.severity(),
                level: finding.rule.severity().level(),
                role: finding.role,
                side: finding.side,
                tag: finding.tag(comparison),
                message: &finding.message,
                details: &finding.details,
                fingerprint: &finding.fingerprint,
                difference: &finding.row,
            },
        )?;
    }
    let different = comparison.fails(FailOn::Any);
    line(out, &Line::Summary { different, findings: view.findings.len(), rules, metrics: &comparison.summary })
}

fn line(out: &mut dyn Write, line: &Line<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

/// The findings as CSV: `rule,severity,rolename,tag,message,details,fingerprint,rolearn,otherrolearn`.
///
/// It goes to a terminal as well, so that no cell holds a control character but the line ends between details.
///
/// # Errors
/// If `out` cannot be written.
pub fn csv(out: impl Write, options: Options, view: &View<'_>) -> io::Result<()> {
    let header =
        ["rule", "severity", "rolename", "tag", "message", "details", "fingerprint", "rolearn", "otherrolearn"];
    let mut table = Table::new(out, options, &header)?;
    for finding in &view.findings {
        let [own, other] = arns(view, finding);
        table.row(&[
            finding.rule.id(),
            finding.rule.severity().as_str(),
            &terminal(finding.role.unwrap_or_default()),
            finding.tag(view.comparison).map_or("", |tag| tag.as_str()),
            &finding.message,
            &finding.details.join("\n"),
            &finding.fingerprint,
            &terminal(own),
            &terminal(other),
        ])?;
    }
    table.finish()
}

/// The real role of the account that the finding is about (of the first if it is about both), then the other one.
fn arns<'a>(view: &View<'a>, finding: &Finding<'a>) -> [&'a str; 2] {
    let side = finding.side.unwrap_or(Side::Left);
    let pair = finding.index.and_then(|index| view.comparison.roles.get(index));
    let arn = |side: Side| pair.and_then(|pair| pair.side(side)).map_or("", |real| real.arn.as_str());
    [arn(side), arn(side.other())]
}

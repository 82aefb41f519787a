//! Open Security Controls Assessment Language: the report as assessment results.
//!
//! An observation for each finding, and a finding with a risk for each cause. Only what the report says: no control of a
//! catalog is named, because iamctl has read none. Every UUID is made of an ID of ours (version 5), so that the same report
//! gives the same bytes.
//!
//! Source: <https://pages.nist.gov/OSCAL-Reference/models/v1.2.1/assessment-results/json-reference/>

mod causes;
mod document;
mod evidence;
mod observations;
mod texts;

use std::io::{self, Write};

use jiff::Timestamp;

use super::accepted;
use super::indented_json::json;
use super::markdown::{code, sentence};
use super::verdict;
use super::view::View;
use crate::model::Side;
use crate::report::Report;
use document::{
    AssessmentAssets, AssessmentPlatform, AssessmentResults, Component, ControlSelection, Document, ImportPlan,
    IncludeAll, LocalDefinitions, Metadata, Property, ReviewedControls, Run, State, Uses,
};
use evidence::{Evidence, Subjects};
use texts::{property, tool, uuid};

/// The version of the language.
pub const VERSION: &str = "1.2.1";

/// Writes the report.
///
/// # Errors
/// If `out` cannot be written, or the time of the report is none.
pub fn write(out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
    json(out, &document(view)?)
}

fn document(view: &View<'_>) -> io::Result<Document> {
    let report = view.report;
    let made: Timestamp =
        report.generated_at.parse().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    let (left, right) = (code(report.accounts.left.tag.as_str()), code(report.accounts.right.tag.as_str()));
    let title = format!("IAM roles of {left} and {right}");
    let identity = identity(report);
    let evidence = Evidence::new(view, &identity);
    let accepted = accepted::findings(report);
    let observations = observations::all(view, &evidence, &accepted, made);
    let subjects = Subjects::new(report, &accepted);
    let (risks, findings) = (causes::risks(view), causes::findings(view));
    let run = Run {
        uuid: uuid("result", &identity),
        title: title.clone(),
        description: description(report),
        start: start(view, made).to_string(),
        end: made.to_string(),
        props: totals(view, accepted.len()),
        local_definitions: LocalDefinitions {
            inventory_items: subjects.items(),
            assessment_assets: assets(&report.iamctl),
        },
        reviewed_controls: reviewed(),
        observations,
        risks,
        findings,
    };
    let metadata = Metadata {
        title,
        last_modified: made.to_string(),
        version: made.to_string(),
        oscal_version: VERSION,
        remarks: "Written by iamctl. Each UUID is made of an ID of its report, and is the same in every run for the same \
            subject.",
    };
    let import_ap = ImportPlan {
        href: evidence.plan(),
        remarks: "There is no assessment plan. The reference is to a description of what was compared.",
    };
    let results = AssessmentResults {
        uuid: uuid("assessment-results", &identity),
        metadata,
        import_ap,
        results: [run],
        back_matter: evidence.into_back_matter(),
    };
    Ok(Document { assessment_results: results })
}

/// What tells this report from others: its accounts, its time, and what it found.
fn identity(report: &Report) -> String {
    let accounts = Side::BOTH.map(|side| report.accounts.get(side));
    let accounts = accounts.map(|one| format!("{} {}", one.tag, one.account_id.as_ref().map_or("", |id| id.as_str())));
    let findings = report.findings.iter().map(|finding| finding.id.as_str()).chain(report.accepted_findings());
    let parts = accounts.iter().map(String::as_str).chain([report.generated_at.as_str()]).chain(findings);
    parts.collect::<Vec<_>>().join("\n")
}

/// The verdict, and what else belongs to it.
fn description(report: &Report) -> String {
    let selection = verdict::selection(report);
    let remarks = verdict::remarks(report).into_iter().chain(selection.map(|selection| format!("{selection}.")));
    let text = std::iter::once(format!("{}.", verdict::sentence(report))).chain(remarks);
    text.map(|text| sentence(&text, &[], code)).collect::<Vec<_>>().join("\n\n")
}

/// When the collection of the evidence began: when the first snapshot was harvested, as far as the snapshots say so.
fn start(view: &View<'_>, made: Timestamp) -> Timestamp {
    let harvested = Side::BOTH.map(|side| view.report.accounts.get(side).harvested_at.as_deref());
    // What is no time is still told, as it stands, of the snapshot.
    let times = harvested.into_iter().chain([view.started_at]).flatten().flat_map(str::parse::<Timestamp>);
    times.chain([made]).min().unwrap_or(made)
}

/// The result in numbers, and whether the run fails.
fn totals(view: &View<'_>, accepted: usize) -> Vec<Property> {
    let totals = &view.report.totals;
    let counts =
        [("roles", totals.roles), ("findings", totals.findings), ("causes", totals.causes), ("accepted", accepted)];
    let mut props: Vec<Property> =
        counts.into_iter().filter_map(|(name, count)| property(name, &count.to_string())).collect();
    let gate = view.gate();
    props.extend(property("fail-on", &gate.join(", ")));
    props.extend(property("failed", if view.failed() { "true" } else { "false" }));
    props
}

fn assets(version: &str) -> AssessmentAssets {
    let component = Component {
        uuid: tool(),
        r#type: "software",
        title: "iamctl",
        description: "Compares the IAM roles of AWS accounts with each other.",
        props: property("version", version).into_iter().collect(),
        status: State { state: "operational" },
    };
    let platform = AssessmentPlatform {
        uuid: uuid("assessment-platform", "iamctl"),
        title: "iamctl",
        uses_components: [Uses { component_uuid: tool() }],
    };
    AssessmentAssets { components: [component], assessment_platforms: [platform] }
}

fn reviewed() -> ReviewedControls {
    ReviewedControls {
        description: "No control of a catalog was reviewed. iamctl compares the IAM roles of two accounts with each \
            other, under its own rules.",
        control_selections: [ControlSelection {
            description: "The format requires a selection. Because no catalog is imported, `include-all` selects no \
                control.",
            include_all: IncludeAll {},
        }],
    }
}

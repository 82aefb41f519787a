//! A finding and a risk for each cause.

use super::super::markdown::{code, names, sentence};
use super::super::view::View;
use super::document::{
    Characterization, Facet, Finding, Link, ObjectiveStatus, RelatedObservation, RelatedRisk, Remediation, Risk, Target,
};
use super::observations::of_finding;
use super::texts::{namespace, origin, property, uuid};
use crate::report::{Group, Report};

/// The findings: what is only to know is no failed objective, and has only an observation.
pub fn findings(view: &View<'_>) -> Vec<Finding> {
    view.report.causes().map(|group| finding(view, group)).collect()
}

/// The risks of the same causes.
pub fn risks(view: &View<'_>) -> Vec<Risk> {
    view.report.causes().map(|group| risk(view.report, group)).collect()
}

fn finding(view: &View<'_>, group: &Group) -> Finding {
    let (report, text) = (view.report, group.rule.text());
    let since = view.since.and_then(|since| since.cause(group));
    let (findings, _) = report.findings_and_notes(group);
    let props = [
        property("id", &group.id),
        property("rule", group.rule.id()),
        property("severity", group.severity.as_str()),
        property("roles", &group.roles.len().to_string()),
        property("findings", &findings.to_string()),
        since.and_then(|since| property("since", since.as_str())),
        property("failed", if view.fails_for(group) { "true" } else { "false" }),
    ];
    Finding {
        uuid: uuid("finding", &group.id),
        title: text.title,
        description: description(report, group),
        props: props.into_iter().flatten().collect(),
        origins: [origin()],
        target: Target {
            r#type: "objective-id",
            target_id: group.rule.id(),
            title: text.title,
            description: text.meaning,
            links: [Link { href: group.rule.documentation(), rel: "reference" }],
            status: ObjectiveStatus { state: "not-satisfied", reason: "fail" },
            remarks: "The objective is a rule of iamctl: that the two accounts do not differ in this way. It is not from \
                a catalog of controls.",
        },
        related_observations: observations(report, group),
        related_risks: [RelatedRisk { risk_uuid: of_risk(group) }],
    }
}

fn risk(report: &Report, group: &Group) -> Risk {
    let text = group.rule.text();
    let facet = Facet { name: "severity", system: namespace(), value: group.severity.as_str() };
    Risk {
        uuid: of_risk(group),
        title: text.title,
        description: description(report, group),
        statement: text.why,
        status: "open",
        origins: [origin()],
        characterizations: [Characterization { origin: origin(), facets: [facet] }],
        remediations: [Remediation {
            uuid: uuid("remediation", &group.id),
            lifecycle: "recommendation",
            title: "How to resolve it",
            description: text.settle,
        }],
        related_observations: observations(report, group),
    }
}

fn of_risk(group: &Group) -> String {
    uuid("risk", &group.id)
}

fn description(report: &Report, group: &Group) -> String {
    sentence(&group.sentence(), &names(report, group), code)
}

fn observations(report: &Report, group: &Group) -> Vec<RelatedObservation> {
    let findings = report.findings_of(group);
    findings.map(|finding| RelatedObservation { observation_uuid: of_finding(finding) }).collect()
}

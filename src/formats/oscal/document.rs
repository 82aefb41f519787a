//! The parts of assessment results that a report fills.

use serde::Serialize;

/// The document, with the one key that its kind is named by.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Document {
    pub assessment_results: AssessmentResults,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AssessmentResults {
    pub uuid: String,
    pub metadata: Metadata,
    pub import_ap: ImportPlan,
    pub results: [Run; 1],
    pub back_matter: BackMatter,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Metadata {
    pub title: String,
    pub last_modified: String,
    pub version: String,
    pub oscal_version: &'static str,
    pub remarks: &'static str,
}

/// The assessment plan.
#[derive(Serialize)]
pub struct ImportPlan {
    pub href: String,
    pub remarks: &'static str,
}

/// One set of results.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Run {
    pub uuid: String,
    pub title: String,
    pub description: String,
    pub start: String,
    pub end: String,
    pub props: Vec<Property>,
    pub local_definitions: LocalDefinitions,
    pub reviewed_controls: ReviewedControls,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observations: Vec<Observation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<Risk>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// A name and a value. Names of our own have a namespace.
#[derive(Serialize)]
pub struct Property {
    pub name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ns: Option<String>,
    pub value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LocalDefinitions {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inventory_items: Vec<InventoryItem>,
    pub assessment_assets: AssessmentAssets,
}

/// A role.
#[derive(Serialize)]
pub struct InventoryItem {
    pub uuid: String,
    pub description: String,
    pub props: Vec<Property>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AssessmentAssets {
    pub components: [Component; 1],
    pub assessment_platforms: [AssessmentPlatform; 1],
}

#[derive(Serialize)]
pub struct Component {
    pub uuid: String,
    pub r#type: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    pub props: Vec<Property>,
    pub status: State,
}

#[derive(Serialize)]
pub struct State {
    pub state: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AssessmentPlatform {
    pub uuid: String,
    pub title: &'static str,
    pub uses_components: [Uses; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Uses {
    pub component_uuid: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ReviewedControls {
    pub description: &'static str,
    pub control_selections: [ControlSelection; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ControlSelection {
    pub description: &'static str,
    pub include_all: IncludeAll,
}

/// An object without keys.
#[derive(Serialize)]
pub struct IncludeAll {}

/// What was seen.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Observation {
    pub uuid: String,
    pub title: &'static str,
    pub description: String,
    pub props: Vec<Property>,
    pub methods: [&'static str; 1],
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    pub types: &'static [&'static str],
    pub origins: [Origin; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<Subject>,
    pub relevant_evidence: Vec<RelevantEvidence>,
    pub collected: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remarks: String,
}

#[derive(Serialize)]
pub struct Origin {
    pub actors: [Actor; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Actor {
    pub r#type: &'static str,
    pub actor_uuid: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Subject {
    pub subject_uuid: String,
    pub r#type: &'static str,
    pub title: String,
}

#[derive(Serialize)]
pub struct RelevantEvidence {
    pub href: String,
    pub description: String,
}

/// What follows from observations.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    pub uuid: String,
    pub title: &'static str,
    pub description: String,
    pub props: Vec<Property>,
    pub origins: [Origin; 1],
    pub target: Target,
    pub related_observations: Vec<RelatedObservation>,
    pub related_risks: [RelatedRisk; 1],
}

/// The objective that is not satisfied.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Target {
    pub r#type: &'static str,
    pub target_id: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    pub links: [Link; 1],
    pub status: ObjectiveStatus,
    pub remarks: &'static str,
}

#[derive(Serialize)]
pub struct Link {
    pub href: &'static str,
    pub rel: &'static str,
}

#[derive(Serialize)]
pub struct ObjectiveStatus {
    pub state: &'static str,
    pub reason: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RelatedObservation {
    pub observation_uuid: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RelatedRisk {
    pub risk_uuid: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Risk {
    pub uuid: String,
    pub title: &'static str,
    pub description: String,
    pub statement: &'static str,
    pub status: &'static str,
    pub origins: [Origin; 1],
    pub characterizations: [Characterization; 1],
    pub remediations: [Remediation; 1],
    pub related_observations: Vec<RelatedObservation>,
}

#[derive(Serialize)]
pub struct Characterization {
    pub origin: Origin,
    pub facets: [Facet; 1],
}

#[derive(Serialize)]
pub struct Facet {
    pub name: &'static str,
    pub system: String,
    pub value: &'static str,
}

#[derive(Serialize)]
pub struct Remediation {
    pub uuid: String,
    pub lifecycle: &'static str,
    pub title: &'static str,
    pub description: &'static str,
}

#[derive(Serialize)]
pub struct BackMatter {
    pub resources: Vec<Resource>,
}

#[derive(Serialize)]
pub struct Resource {
    pub uuid: String,
    pub title: String,
    pub description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub props: Vec<Property>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rlinks: Vec<ResourceLink>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ResourceLink {
    pub href: String,
    pub media_type: &'static str,
}

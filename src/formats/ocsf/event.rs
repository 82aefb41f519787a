//! A Compliance Finding, with the fields of its class.

use std::io;

use jiff::Timestamp;
use serde::Serialize;

use crate::model::{AccountId, AccountTag};
use crate::report::{Rule, Severity};
use crate::since::Status;

/// The version of the schema.
pub const VERSION: &str = "1.5.0";

/// `class_uid` of a Compliance Finding.
const CLASS: u32 = 2003;

/// What there is to say of a finding.
pub struct Facts<'a> {
    pub rule: Rule,
    pub severity: Severity,
    /// The same in every run.
    pub id: &'a str,
    /// The ID of its cause.
    pub cause: Option<&'a str>,
    pub message: String,
    /// The lines below the sentence.
    pub details: Vec<String>,
    /// The ARNs of its real roles, that of the second account first.
    pub roles: Vec<&'a str>,
    /// What a user says of it.
    pub comment: Option<&'a str>,
    pub state: State,
    /// None where nothing was checked.
    pub outcome: Option<Outcome>,
    pub extra: Extra<'a>,
}

/// What the findings of a comparison have in common.
pub struct Comparison<'a> {
    /// When it was made, in milliseconds since 1970.
    pub time: i64,
    /// The version of the program.
    pub version: &'a str,
    /// The snapshots that it is made from.
    pub sources: Vec<String>,
    /// The account that is compared.
    pub account: &'a AccountTag,
    pub account_id: Option<&'a AccountId>,
}

/// What a check came to.
#[derive(Clone, Copy)]
pub enum Outcome {
    /// The accounts differ.
    Fail,
    /// Something to know.
    Note,
    /// Nothing could be compared.
    NotCompared,
}

impl Outcome {
    /// `status_id` and `status` of a compliance object.
    const fn status(self) -> (u8, &'static str) {
        match self {
            Self::Fail => (3, "Fail"),
            Self::Note => (99, "Note"),
            // By the schema: no result, because information is missing.
            Self::NotCompared => (2, "Warning"),
        }
    }
}

/// What became of a finding.
#[derive(Clone, Copy)]
pub struct State {
    activity: (u8, &'static str),
    status: (u8, &'static str),
}

const CREATE: (u8, &str) = (1, "Create");
const UPDATE: (u8, &str) = (2, "Update");
const CLOSE: (u8, &str) = (3, "Close");

const SUPPRESSED: (u8, &str) = (3, "Suppressed");

impl State {
    /// What an earlier report has under an ID that the later one does not have, though it is not gone.
    pub const ENDED: Self = Self { activity: CLOSE, status: (99, "No longer reported under this ID") };

    /// A finding of the report, by what became of it since an earlier one. `known` is whether that has the same ID: whoever
    /// keeps findings by their IDs has only then something to update.
    pub const fn open(since: Option<Status>, known: bool) -> Self {
        let status = match since {
            // What has changed has to be reviewed again.
            None | Some(Status::New | Status::Changed) => (1, "New"),
            Some(Status::StillThere) => (99, "Still there"),
            // No finding of a report is one of these.
            Some(Status::Accepted | Status::NotCompared | Status::Resolved) => (0, "Unknown"),
        };
        Self { activity: if known { UPDATE } else { CREATE }, status }
    }

    /// A finding that somebody has accepted.
    pub const fn accepted(known: bool) -> Self {
        Self { activity: if known { UPDATE } else { CREATE }, status: SUPPRESSED }
    }

    /// A finding of an earlier report, by why it is gone. If its role is not compared any more, a finding says so in its
    /// place.
    pub const fn gone(why: Status) -> Self {
        let status = match why {
            Status::Accepted => SUPPRESSED,
            Status::Resolved => (4, "Resolved"),
            Status::NotCompared | Status::New | Status::Changed | Status::StillThere => (0, "Unknown"),
        };
        Self { activity: CLOSE, status }
    }
}

/// What the schema has no field for.
#[derive(Clone, Copy, Serialize)]
pub struct Extra<'a> {
    /// The tag of the account that it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<&'a AccountTag>,
    /// The role's normalized name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'a str>,
    /// The tag of the account that it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<&'a AccountTag>,
    /// Whether it is only to know and does not count.
    pub note: bool,
    /// Whether it makes the run fail.
    pub failed: bool,
    /// What became of it since an earlier report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Status>,
    /// The numbers of the entries that accept it, who is responsible, and until when.
    #[serde(skip_serializing_if = "<[usize]>::is_empty")]
    pub entries: &'a [usize],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<&'a str>,
}

impl<'a> Extra<'a> {
    pub const fn new(baseline: Option<&'a AccountTag>) -> Self {
        let (role, tag, since, owner, expires) = (None, None, None, None, None);
        Self { baseline, role, tag, note: false, failed: false, since, entries: &[], owner, expires }
    }
}

/// A line. The schema has no null: what is not known is not there.
#[derive(Serialize)]
pub struct Event<'a> {
    activity_id: u8,
    activity_name: &'static str,
    category_uid: u8,
    category_name: &'static str,
    class_uid: u32,
    class_name: &'static str,
    type_uid: u32,
    type_name: String,
    time: i64,
    severity_id: u8,
    severity: &'static str,
    status_id: u8,
    status: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    metadata: Metadata<'a>,
    finding_info: FindingInfo<'a>,
    compliance: Compliance,
    remediation: Remediation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Resource<'a>>,
    cloud: Cloud<'a>,
    unmapped: Extra<'a>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    version: &'static str,
    profiles: [&'static str; 1],
    product: Product<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_uid: Option<&'a str>,
}

#[derive(Serialize)]
struct Product<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct FindingInfo<'a> {
    uid: &'a str,
    title: &'static str,
    desc: String,
    types: [Rule; 1],
    analytic: Analytic<'a>,
    data_sources: Vec<String>,
}

#[derive(Serialize)]
struct Analytic<'a> {
    uid: Rule,
    name: &'static str,
    type_id: u8,
    r#type: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct Compliance {
    checks: [Check; 1],
    #[serde(flatten)]
    status: Option<ComplianceStatus>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    status_details: Vec<String>,
}

#[derive(Serialize)]
struct Check {
    uid: Rule,
    name: &'static str,
    desc: &'static str,
    #[serde(flatten)]
    status: Option<ComplianceStatus>,
}

#[derive(Clone, Copy, Serialize)]
struct ComplianceStatus {
    status_id: u8,
    status: &'static str,
}

#[derive(Serialize)]
struct Remediation {
    desc: &'static str,
    references: [&'static str; 1],
}

#[derive(Serialize)]
struct Resource<'a> {
    uid: &'a str,
    name: &'a str,
    r#type: &'static str,
}

#[derive(Serialize)]
struct Cloud<'a> {
    provider: &'static str,
    account: Account<'a>,
}

#[derive(Serialize)]
struct Account<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a AccountId>,
    name: &'a AccountTag,
    type_id: u8,
    r#type: &'static str,
}

impl<'a> Event<'a> {
    /// A finding of a comparison.
    pub fn new(facts: Facts<'a>, comparison: &Comparison<'a>) -> Self {
        let Facts { rule, severity, id, cause, message, details, roles, comment, state, outcome, extra } = facts;
        let Comparison { time, version, account_id, .. } = *comparison;
        let (activity_id, activity_name) = state.activity;
        let (severity_id, severity) = of_severity(severity);
        let text = rule.text();
        let status = outcome.map(Outcome::status).map(|(status_id, status)| ComplianceStatus { status_id, status });
        let desc = message.clone();
        let (types, data_sources) = ([rule], comparison.sources.clone());
        let analytic = Analytic { uid: rule, name: text.title, type_id: 1, r#type: "Rule", version };
        let account = Account { uid: account_id, name: comparison.account, type_id: 10, r#type: "AWS Account" };
        Self {
            activity_id,
            activity_name,
            category_uid: 2,
            category_name: "Findings",
            class_uid: CLASS,
            class_name: "Compliance Finding",
            type_uid: CLASS * 100 + u32::from(activity_id),
            type_name: format!("Compliance Finding: {activity_name}"),
            time,
            severity_id,
            severity,
            status_id: state.status.0,
            status: state.status.1,
            message,
            comment,
            metadata: Metadata {
                version: VERSION,
                profiles: ["cloud"],
                product: Product { name: "iamctl", version },
                correlation_uid: cause,
            },
            finding_info: FindingInfo { uid: id, title: text.title, desc, types, analytic, data_sources },
            compliance: Compliance {
                checks: [Check { uid: rule, name: text.title, desc: text.meaning, status }],
                status,
                status_details: details,
            },
            remediation: Remediation { desc: text.settle, references: [rule.documentation()] },
            resources: roles.into_iter().map(resource).collect(),
            cloud: Cloud { provider: "AWS", account },
            unmapped: extra,
        }
    }
}

/// A role by its ARN, whose last part is its name.
fn resource(arn: &str) -> Resource<'_> {
    let name = arn.rsplit('/').next().unwrap_or(arn);
    Resource { uid: arn, name, r#type: "AWS::IAM::Role" }
}

/// `severity_id` and `severity`.
const fn of_severity(severity: Severity) -> (u8, &'static str) {
    match severity {
        Severity::Info => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

/// A time as RFC 3339 says it, in milliseconds since 1970.
///
/// # Errors
/// If it is none.
pub fn milliseconds(time: &str) -> io::Result<i64> {
    let instant: Timestamp = time.parse().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    Ok(instant.as_millisecond())
}

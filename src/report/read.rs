//! `report.json`, read back.

use serde::Deserialize;

use super::{FORMAT, Report, VERSION};
use crate::parse::JsonError;

/// Why a text is not a report.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, cut off, or not of the form of a report.
    #[error("this is not a complete report of `iamctl diff`")]
    Form(#[source] JsonError),
    /// Another format or version.
    #[error("this is `{}` version {version}, not `{FORMAT}` version {VERSION}", .format.escape_debug())]
    Version {
        /// What it says it is.
        format: String,
        /// Its version.
        version: u32,
    },
    /// A report of an earlier build of the program, which lacks something.
    #[error("the report was written by an earlier iamctl ({version}) and lacks what this one needs; run `diff` again")]
    Earlier {
        /// The version that wrote it.
        version: String,
        /// What is missing.
        source: JsonError,
    },
    /// A difference of a role that the report does not list.
    #[error("the report has a difference of the role `{}`, which it does not list", .arn.escape_debug())]
    UnknownRole {
        /// The role's ARN.
        arn: String,
    },
    /// A finding or group that points at something the report does not have.
    #[error("the report's {what} `{}` names something that the report does not contain", .id.escape_debug())]
    Dangling {
        /// `finding` or `group`.
        what: &'static str,
        /// Its id.
        id: String,
    },
}

/// What tells a report from another file.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
    #[serde(default)]
    iamctl: String,
}

/// Reads a report. Keys that a later version has added are ignored.
///
/// # Errors
/// If the text is not a whole `report.json`, or contradicts itself.
pub fn read(text: &str) -> Result<Report, ReadError> {
    let head: Head = serde_json::from_str(text).map_err(|error| ReadError::Form(JsonError::new(&error)))?;
    if (head.format.as_str(), head.version) != (FORMAT, VERSION) {
        return Err(ReadError::Version { format: head.format, version: head.version });
    }
    let report: Report = serde_json::from_str(text).map_err(|error| {
        let source = JsonError::new(&error);
        if error.is_data() && source.to_string().starts_with("missing field") {
            ReadError::Earlier { version: head.iamctl, source }
        } else {
            ReadError::Form(source)
        }
    })?;
    check(&report)?;
    Ok(report)
}

/// What holds in every report that the program writes.
fn check(report: &Report) -> Result<(), ReadError> {
    let places = report.places();
    for difference in report.differences() {
        if let Some((side, arn)) = difference.real_role()
            && !places.contains_key(&(side, arn))
        {
            return Err(ReadError::UnknownRole { arn: arn.to_owned() });
        }
    }
    for finding in &report.findings {
        if finding.rows.iter().any(|row| report.difference(finding.list, *row).is_none())
            || finding.role_index.is_some_and(|index| index >= report.roles.len())
        {
            return Err(ReadError::Dangling { what: "finding", id: finding.id.clone() });
        }
    }
    for group in &report.groups {
        if group.findings.is_empty() || group.findings.iter().any(|place| *place >= report.findings.len()) {
            return Err(ReadError::Dangling { what: "group", id: group.id.clone() });
        }
    }
    Ok(())
}

//! `report.json`, read back.

use serde::Deserialize;
use serde_json::Value;
use serde_json::error::Category;

use super::{FORMAT, Report, VERSION};
use crate::parse::JsonError;

/// Why a text is not a report.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file whose end is missing.
    #[error("the report is cut off: its end is missing")]
    CutOff(#[source] JsonError),
    /// Not JSON.
    #[error("the file is not valid JSON, so it was changed after iamctl wrote it")]
    Syntax(#[source] JsonError),
    /// JSON of something else.
    #[error("the file is not a report of `iamctl diff`: its key `format` is not `{FORMAT}`")]
    OtherFile,
    /// Another version of the format.
    #[error("the report has version {version} of the format `{FORMAT}`; this iamctl reads only version {VERSION}")]
    Version {
        /// Its version.
        version: u64,
    },
    /// A report that another version of the program wrote.
    #[error("the report was written by iamctl {}, and iamctl {THIS} cannot read it", .version.escape_debug())]
    OtherProgram {
        /// The version that wrote it.
        version: String,
        /// What this one does not understand.
        source: JsonError,
    },
    /// A report of this version, with a key or a word that this version does not write.
    #[error("the report was changed after iamctl wrote it")]
    Changed(#[source] JsonError),
    /// A report that does not say its version in a form that it has.
    #[error("the report was changed after iamctl wrote it: its key `{key}` must be {form}")]
    ChangedHead {
        /// The key.
        key: &'static str,
        /// What it must be.
        form: &'static str,
    },
    /// A difference of a role that the report does not list.
    #[error("the report was changed after iamctl wrote it: it has a difference of the role `{}`, which it does not list",
        .arn.escape_debug())]
    UnknownRole {
        /// The role's ARN.
        arn: String,
    },
    /// A finding, group, warning, or number that is not what the differences come to.
    #[error("the report was changed after iamctl wrote it: its `{place}` is not what its differences come to")]
    Inconsistent {
        /// The key, with a number in a list.
        place: String,
    },
    /// The same in a report that another version of the program wrote.
    #[error("the report was written by iamctl {}, and iamctl {THIS} concludes something else from its differences: \
        `{place}`", .version.escape_debug())]
    OtherConclusion {
        /// The version that wrote it.
        version: String,
        /// The key, with a number in a list.
        place: String,
    },
    /// A finding or group that refers to something the report does not have.
    #[error("the report was changed after iamctl wrote it: its {what} `{}` refers to {target}, which it does not contain",
        .id.escape_debug())]
    Dangling {
        /// `finding` or `group`.
        what: &'static str,
        /// Its id.
        id: String,
        /// What is not there: a key with a number.
        target: String,
    },
}

impl ReadError {
    /// What the user can do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::CutOff(_) => "run `iamctl diff` again, or copy the whole file",
            Self::OtherFile => "give the folder that `iamctl diff` printed",
            Self::Version { .. } | Self::OtherProgram { .. } | Self::OtherConclusion { .. } => {
                "run `iamctl diff` again with this version of iamctl"
            }
            Self::Syntax(_)
            | Self::Changed(_)
            | Self::ChangedHead { .. }
            | Self::UnknownRole { .. }
            | Self::Inconsistent { .. }
            | Self::Dangling { .. } => "undo the change, or run `iamctl diff` again",
        }
    }
}

/// The version of this program.
const THIS: &str = env!("CARGO_PKG_VERSION");

/// What tells a report from another file.
#[derive(Deserialize)]
struct Head {
    format: Option<Value>,
    version: Option<Value>,
    iamctl: Option<Value>,
}

impl Head {
    /// The version of the program that wrote the report, if this one reads its format.
    fn check(&self) -> Result<&str, ReadError> {
        if self.format.as_ref().and_then(Value::as_str) != Some(FORMAT) {
            return Err(ReadError::OtherFile);
        }
        match self.version.as_ref().and_then(Value::as_u64) {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => return Err(ReadError::Version { version }),
            None => return Err(ReadError::ChangedHead { key: "version", form: "a number" }),
        }
        let program = self.iamctl.as_ref().and_then(Value::as_str);
        program.ok_or(ReadError::ChangedHead { key: "iamctl", form: "the version of iamctl that wrote the report" })
    }
}

/// Reads a report. Keys that a later version has added are ignored.
///
/// # Errors
/// If the text is not a whole `report.json`, or contradicts itself.
pub fn read(text: &str) -> Result<Report, ReadError> {
    concluded(of_any_program(text)?)
}

/// Reads a report to compare it with another one. From what another version of the program wrote, the conclusions are
/// drawn again, so that sentences and severities are those of one version.
///
/// # Errors
/// As [`read`], but for conclusions of another version.
pub fn read_again(text: &str) -> Result<Report, ReadError> {
    let mut report = of_any_program(text)?;
    if report.iamctl == THIS {
        return concluded(report);
    }
    report.conclude();
    Ok(report)
}

/// The report, if its conclusions are those that this program draws.
fn concluded(report: Report) -> Result<Report, ReadError> {
    match conclusion_that_differs(&report) {
        None => Ok(report),
        Some(place) if report.iamctl == THIS => Err(ReadError::Inconsistent { place }),
        Some(place) => Err(ReadError::OtherConclusion { version: report.iamctl, place }),
    }
}

/// Reads a report whose conclusions may be those of another version of the program.
fn of_any_program(text: &str) -> Result<Report, ReadError> {
    let head: Head = serde_json::from_str(text).map_err(|error| {
        let problem = JsonError::of_known_form(&error);
        match error.classify() {
            Category::Eof => ReadError::CutOff(problem),
            Category::Data => ReadError::OtherFile,
            Category::Syntax | Category::Io => ReadError::Syntax(problem),
        }
    })?;
    let program = head.check()?;
    let report: Report = serde_json::from_str(text).map_err(|error| {
        let source = JsonError::of_known_form(&error);
        if program == THIS {
            ReadError::Changed(source)
        } else {
            ReadError::OtherProgram { version: program.to_owned(), source }
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
        let row = finding.rows.iter().find(|row| report.difference(finding.list, **row).is_none());
        let role = finding.role_index.filter(|index| *index >= report.roles.len());
        let target = row.map(|row| format!("`{}[{row}]`", finding.list));
        if let Some(target) = target.or_else(|| role.map(|index| format!("`roles[{index}]`"))) {
            return Err(ReadError::Dangling { what: "finding", id: finding.id.clone(), target });
        }
    }
    for group in &report.groups {
        let finding = group.findings.iter().find(|place| **place >= report.findings.len());
        let target = match finding {
            Some(place) => format!("`findings[{place}]`"),
            None if group.findings.is_empty() => "a finding".to_owned(),
            None => continue,
        };
        return Err(ReadError::Dangling { what: "group", id: group.id.clone(), target });
    }
    Ok(())
}

/// The first of a report's conclusions that is not what its differences come to. They are drawn again, because commands
/// act on them.
fn conclusion_that_differs(report: &Report) -> Option<String> {
    let mut again = report.clone();
    again.conclude();
    unequal("findings", &report.findings, &again.findings)
        .or_else(|| unequal("groups", &report.groups, &again.groups))
        .or_else(|| unequal("warnings", &report.warnings, &again.warnings))
        .or_else(|| (report.totals != again.totals).then(|| "totals".to_owned()))
}

/// The first place at which two lists are not the same.
fn unequal<T: PartialEq>(key: &str, one: &[T], other: &[T]) -> Option<String> {
    let differs = one.iter().zip(other).position(|(one, other)| one != other);
    let end = (one.len() != other.len()).then(|| one.len().min(other.len()));
    differs.or(end).map(|place| format!("{key}[{place}]"))
}

//! The formats of `--report`, and what each is made from.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

pub use super::view::View;
use super::{gitlab, html, indented_json, junit, markdown, ndjson, ocsf, oscal, sarif};

/// A format that `--report` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReportFormat {
    /// One page for a browser, as `report.html`.
    Html,
    /// For pull requests and job summaries.
    Markdown,
    /// The whole report, as `report.json`.
    Json,
    /// A finding a line.
    Ndjson,
    /// Static Analysis Results Interchange Format 2.1.0.
    Sarif,
    /// JUnit's XML, a test case per role.
    Junit,
    /// GitLab's code quality report.
    Gitlab,
    /// Open Cybersecurity Schema Framework: a Compliance Finding a line.
    Ocsf,
    /// Open Security Controls Assessment Language: assessment results.
    Oscal,
}

/// A word that is no format of `--report`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a report format; the formats are {}", .name.escape_debug(), ReportFormat::ALL.map(ReportFormat::name).join(", "))]
pub struct UnknownFormat {
    /// The word.
    pub name: String,
}

impl ReportFormat {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::Html,
        Self::Markdown,
        Self::Json,
        Self::Ndjson,
        Self::Sarif,
        Self::Junit,
        Self::Gitlab,
        Self::Ocsf,
        Self::Oscal,
    ];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Gitlab => "gitlab",
            Self::Ocsf => "ocsf",
            Self::Oscal => "oscal",
        }
    }

    /// Writes a report.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn write(self, out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
        match self {
            Self::Html => html::write(out, view),
            Self::Markdown => out.write_all(markdown::text(view, markdown::LIMIT).as_bytes()),
            Self::Json => indented_json::json(out, view.report),
            Self::Ndjson => ndjson::write(out, view),
            Self::Sarif => sarif::write(out, view),
            Self::Junit => junit::write(out, view),
            Self::Gitlab => gitlab::write(out, view),
            Self::Ocsf => ocsf::write(out, view),
            Self::Oscal => oscal::write(out, view),
        }
    }
}

impl fmt::Display for ReportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ReportFormat {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let named = Self::ALL.into_iter().find(|format| format.name() == name);
        named.ok_or_else(|| UnknownFormat { name: name.to_owned() })
    }
}

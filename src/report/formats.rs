//! The formats of `--report`, and what each is made from.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use super::differences::{self, Finding};
use super::html::{self, NormalisedRoles};
use super::{files, gitlab, junit, markdown, ndjson, sarif};
use crate::compare::Comparison;

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
}

/// A word that is no format of `--report`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is no format of a report; there are {}", .name.escape_debug(), ReportFormat::ALL.map(ReportFormat::name).join(", "))]
pub struct UnknownFormat {
    /// The word.
    pub name: String,
}

/// A comparison with its findings, which every format shows.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// What was compared.
    pub comparison: &'a Comparison,
    /// Its findings, weightiest first.
    pub findings: Vec<Finding<'a>>,
    /// The file of the repository that findings are shown at, with `/`: the dictionary.
    pub location: &'a str,
    /// The roles whose policies the page shows side by side; without them it shows none.
    pub roles: Option<&'a NormalisedRoles<'a>>,
}

impl<'a> View<'a> {
    /// The findings of a comparison, shown at this file.
    #[must_use]
    pub fn new(comparison: &'a Comparison, location: &'a str) -> Self {
        Self { comparison, findings: differences::all(comparison), location, roles: None }
    }

    /// The same with the roles' policies.
    #[must_use]
    pub fn with_roles(self, roles: &'a NormalisedRoles<'a>) -> Self {
        Self { roles: Some(roles), ..self }
    }
}

impl ReportFormat {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 7] =
        [Self::Html, Self::Markdown, Self::Json, Self::Ndjson, Self::Sarif, Self::Junit, Self::Gitlab];

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
        }
    }

    /// Writes a report.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn write(self, out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
        match self {
            Self::Html => match view.roles {
                Some(roles) => html::write(out, view.comparison, roles),
                None => html::write(out, view.comparison, &NormalisedRoles::default()),
            },
            Self::Markdown => out.write_all(markdown::text(view, markdown::LIMIT).as_bytes()),
            Self::Json => files::json(out, view.comparison),
            Self::Ndjson => ndjson::write(out, view),
            Self::Sarif => sarif::write(out, view),
            Self::Junit => junit::write(out, view),
            Self::Gitlab => gitlab::write(out, view),
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

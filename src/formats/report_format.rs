//! The formats of `--report`, and what each is made from.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use super::html::{self, NormalisedRoles, RolesAsRead};
use super::{files, gitlab, junit, markdown, ndjson, ocsf, oscal, sarif};
use crate::evidence::Provenance;
use crate::model::{Side, Sides};
use crate::report::{FailOn, Finding, Group, Report, Rule};
use crate::since::{Since, Status};

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

/// A report, and what the formats that show it need besides.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// What was found.
    pub report: &'a Report,
    /// The file of the repository that findings are shown at, with `/`: the dictionary.
    pub location: &'a str,
    /// The folder of the reports, as commands name it; none if none was written.
    pub folder: Option<&'a str>,
    /// Which findings make the run fail; none where nobody said.
    pub fail_on: Option<&'a [FailOn]>,
    /// The arguments of the program, as a pipeline shows them; empty where they are not known.
    pub arguments: &'a [String],
    /// When the run began, RFC 3339; none where it is not known.
    pub started_at: Option<&'a str>,
    /// The sources that the accounts were read from, as commands and pipelines name them: files with `/`. None where the
    /// snapshot in the folder stands for them.
    pub sources: Sides<Option<&'a str>>,
    /// The dictionary, if one was named.
    pub dictionary: Option<&'a str>,
    /// The roles whose policies the page shows side by side; without them it shows none.
    pub roles: Option<&'a NormalisedRoles<'a>>,
    /// The same roles as they were read, so that the page shows policies as they are in the accounts; without them it
    /// shows what was normalized.
    pub as_read: Option<&'a RolesAsRead<'a>>,
    /// What is new since an earlier report; none if there is none to compare with.
    pub since: Option<&'a Since>,
    /// Who read the accounts, and what the report was made of; none where it is not known.
    pub evidence: Option<&'a Provenance>,
}

impl<'a> View<'a> {
    /// A report whose findings are shown at this file.
    #[must_use]
    pub const fn new(report: &'a Report, location: &'a str) -> Self {
        Self {
            report,
            location,
            folder: None,
            fail_on: None,
            arguments: &[],
            started_at: None,
            sources: Sides { left: None, right: None },
            dictionary: None,
            roles: None,
            as_read: None,
            since: None,
            evidence: None,
        }
    }

    /// The snapshot of an account as pipelines name it: the file it was read from, else the one in the folder.
    #[must_use]
    pub fn snapshot(&self, side: Side) -> String {
        let own = || format!("{}_snapshot.json", self.report.accounts.get(side).tag);
        self.sources.get(side).map_or_else(own, str::to_owned)
    }

    /// The file that something is shown at, as a path: the dictionary where it is about that, else the snapshot of the
    /// account.
    #[must_use]
    pub fn file_of(&self, rule: Rule, side: Option<Side>) -> String {
        if rule == Rule::DictionaryWarning {
            self.location.to_owned()
        } else {
            self.snapshot(side.unwrap_or(Side::Right))
        }
    }

    /// Whether a finding makes the run fail. Where nobody said which do, none does.
    #[must_use]
    pub fn fails(&self, finding: &Finding) -> bool {
        let is_new = |fail_on: &[FailOn]| self.since.is_some_and(|since| since.fails(finding, fail_on));
        self.fail_on.is_some_and(|fail_on| finding.fails(fail_on) || is_new(fail_on))
    }

    /// Whether a cause makes the run fail.
    #[must_use]
    pub fn fails_for(&self, group: &Group) -> bool {
        self.report.findings_of(group).any(|finding| self.fails(finding))
    }

    /// Whether the run fails, as its exit code says.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.fail_on.is_some_and(|fail_on| self.report.fails(fail_on))
            || self.report.findings.iter().any(|finding| self.fails(finding))
    }

    /// What became of a cause since the earlier report, if that is known and is more than that it is still there.
    #[must_use]
    pub fn news(&self, group: &Group) -> Option<Status> {
        self.since?.cause(group).filter(|status| status.is_new())
    }

    /// The same of a finding.
    #[must_use]
    pub fn mark(&self, finding: &Finding) -> Option<Status> {
        self.since?.status(finding).filter(|status| status.is_new())
    }

    /// The values of `--fail-on`; none where it was not given.
    #[must_use]
    pub fn gate(&self) -> Vec<String> {
        self.fail_on.unwrap_or_default().iter().map(ToString::to_string).collect()
    }
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
            Self::Json => files::json(out, view.report),
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

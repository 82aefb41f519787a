//! A report with what the formats that show it need besides.

use super::html::{NormalisedRoles, RolesAsRead};
use crate::evidence::Provenance;
use crate::model::{Side, Sides};
use crate::report::{FailOn, Finding, Group, Report, Rule};
use crate::since::{Since, Status};

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

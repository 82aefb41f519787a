//! The summary of a fleet that a person reads: the verdict, the causes across accounts, the outliers, what to do next.

use std::io::{self, Write};

use super::super::escape::terminal;
use super::super::lines::{BAD, GOOD, HEADING, Lines, WORST};
use super::super::verdict;
use super::commands::next;
use super::sentences::{self, in_accounts, unread};
use super::view::FleetView;
use crate::fleet::{FleetCause, Outlier};
use crate::report::Severity;
use crate::report::sentences::{counted, few};

/// How many causes are shown before the rest is only counted.
const CAUSES: usize = 15;

/// How many outliers are shown.
const OUTLIERS: usize = 10;

/// How many permission sets are shown.
const PERMISSION_SETS: usize = 5;

/// How many limitations are shown.
const LIMITATIONS: usize = 5;

/// How many roles of a cause are named before the rest is only counted.
const ROLES: usize = 3;

/// The narrowest a text is fitted into; a narrower terminal breaks the lines itself.
const NARROWEST: usize = 40;

/// Writes the summary, in so many columns; none where lines are not broken.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, view: &FleetView<'_>, width: Option<usize>) -> io::Result<()> {
    let fleet = view.fleet;
    let mut lines = Lines { out, width: width.map(|width| width.max(NARROWEST)) };
    if let Some(missing) = unread(fleet) {
        lines.styled(0, WORST, "NOT COMPLETE", missing.strip_prefix("NOT COMPLETE").unwrap_or_default())?;
        lines.empty()?;
    }
    if let Some(baseline) = fleet.accounts.iter().find(|account| account.baseline) {
        let id = baseline.account_id.as_ref().map_or("of unknown ID", |id| id.as_str());
        let rest = format!(" {}: account {id}, {}", baseline.tag, terminal(&baseline.source));
        lines.styled(0, HEADING, "Baseline", &rest)?;
    } else {
        lines.styled(0, HEADING, "Baseline", ": for each role, the role of the most accounts")?;
    }
    if !fleet.selection.is_all() {
        let roles = counted(fleet.totals.roles, "role");
        lines.text(0, &format!("Only selected roles were compared: {roles}"))?;
    }
    let sentence = sentences::verdict(fleet);
    let (style, start) = if fleet.totals.deviating > 0 { (BAD, "Different") } else { (GOOD, "No deviations") };
    lines.styled(0, style, start, sentence.strip_prefix(start).unwrap_or_default())?;
    for remark in sentences::remarks(fleet) {
        lines.text(0, &remark)?;
    }
    causes(&mut lines, view)?;
    permission_sets(&mut lines, view)?;
    outliers(&mut lines, view)?;
    limitations(&mut lines, view)?;
    let commands = next(view);
    if !commands.is_empty() {
        lines.empty()?;
        lines.styled(0, HEADING, "Next", "")?;
    }
    for (what, command) in commands {
        lines.text(2, &format!("{what}:"))?;
        lines.command(4, &terminal(&command))?;
    }
    match view.folder {
        // Never broken: it is there to be copied.
        Some(folder) => writeln!(lines.out, "\nReports: {}", terminal(folder)),
        None => Ok(()),
    }
}

fn causes(lines: &mut Lines<'_>, view: &FleetView<'_>) -> io::Result<()> {
    let mut severity = None;
    for cause in view.fleet.causes.iter().take(CAUSES) {
        if severity != Some(cause.severity) {
            lines.empty()?;
            let rest = format!(" – {}", verdict::meaning(cause.severity, &view.fleet.severity_overrides));
            lines.styled(0, style(cause.severity), cause.severity.as_str(), &rest)?;
            severity = Some(cause.severity);
        }
        one(lines, view, cause)?;
    }
    match view.fleet.causes.len().checked_sub(CAUSES) {
        Some(more @ 1..) => {
            lines.empty()?;
            lines.text(0, &format!("… and {}, see fleet.json", counted(more, "more cause")))
        }
        Some(0) | None => Ok(()),
    }
}

fn one(lines: &mut Lines<'_>, view: &FleetView<'_>, cause: &FleetCause) -> io::Result<()> {
    let names: Vec<String> = cause.roles.iter().map(|role| terminal(role).into_owned()).collect();
    let start = if names.is_empty() { String::new() } else { format!("{}: ", few(&names, ROLES)) };
    lines.cause(2, &format!("{start}{}", cause.message))?;
    lines.text(4, &format!("[{}] {}", cause.rule, sentences::of_cause(view.fleet, cause)))
}

fn permission_sets(lines: &mut Lines<'_>, view: &FleetView<'_>) -> io::Result<()> {
    let all = &view.fleet.permission_sets;
    if all.is_empty() {
        return Ok(());
    }
    lines.empty()?;
    lines.styled(0, HEADING, "IAM Identity Center", "")?;
    for one in all.iter().take(PERMISSION_SETS) {
        lines.cause(2, &terminal(&one.message))?;
    }
    match all.len().checked_sub(PERMISSION_SETS) {
        Some(more @ 1..) => lines.text(2, &format!("… and {}, see fleet.json", counted(more, "more permission set"))),
        Some(0) | None => Ok(()),
    }
}

fn outliers(lines: &mut Lines<'_>, view: &FleetView<'_>) -> io::Result<()> {
    let outliers = &view.fleet.outliers;
    if outliers.is_empty() {
        return Ok(());
    }
    lines.empty()?;
    lines.styled(0, HEADING, "Accounts that deviate most", "")?;
    for outlier in outliers.iter().take(OUTLIERS) {
        lines.text(2, &format!("{}: {}", outlier.account, in_words(outlier)))?;
    }
    match outliers.len().checked_sub(OUTLIERS) {
        Some(more @ 1..) => lines.text(2, &format!("… and {more} more, see outliers.csv")),
        Some(0) | None => Ok(()),
    }
}

/// How far an account deviates, in words.
pub(super) fn in_words(outlier: &Outlier) -> String {
    let undetermined = match outlier.undetermined {
        0 => None,
        count => Some(format!("{} not compared or not determined", counted(count, "role"))),
    };
    let roles = (outlier.roles > 0 || undetermined.is_none()).then(|| counted(outlier.roles, "role"));
    let severities = outlier.severities.in_words();
    let severities = if severities.is_empty() { String::new() } else { format!(" ({severities})") };
    let findings = format!("{}{severities}", counted(outlier.findings, "finding"));
    roles.into_iter().chain([findings]).chain(undetermined).collect::<Vec<_>>().join(", ")
}

fn limitations(lines: &mut Lines<'_>, view: &FleetView<'_>) -> io::Result<()> {
    let all = &view.fleet.limitations;
    if all.is_empty() {
        return Ok(());
    }
    lines.empty()?;
    lines.styled(0, HEADING, "Limitations", "")?;
    for limitation in all.iter().take(LIMITATIONS) {
        lines.cause(2, &terminal(&limitation.message))?;
        lines.text(4, &in_accounts(view.fleet, limitation.accounts.iter()))?;
    }
    match all.len().checked_sub(LIMITATIONS) {
        Some(more @ 1..) => lines.text(2, &format!("… and {}, see fleet.json", counted(more, "more limitation"))),
        Some(0) | None => Ok(()),
    }
}

const fn style(severity: Severity) -> anstyle::Style {
    match severity {
        Severity::Critical | Severity::High => WORST,
        Severity::Medium | Severity::Low => BAD,
        Severity::Info => GOOD,
    }
}

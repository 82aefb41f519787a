//! A [`Fleet`](crate::fleet::Fleet) to bytes: the matrix and its lists as CSV, `fleet.json`, Markdown, a page, and the summary on a terminal.

mod causes;
mod commands;
mod csv;
mod file_names;
mod finding_rows;
mod findings;
mod html;
mod junit;
mod markdown;
mod ocsf;
mod sentences;
mod text;
mod view;

pub use commands::{FOLDER, most_deviating};
pub use file_names::{ACCOUNTS_READ, REPORTS};
pub use finding_rows::FindingRows;
pub use findings::csv as write_csv;
pub use html::write as write_html;
pub use markdown::text as markdown;
pub use sentences::{unread, verdict};
pub use text::write as write_text;
pub use view::{FleetView, NextStep, Run};

use std::io::{self, Write};

use super::files::{File, json};
use super::markdown::LIMIT;
use super::report_format::ReportFormat;
use super::table::Options;
use crate::fleet::FleetAccount;

/// Whether a format shows more of a finding than its sentence.
#[must_use]
pub const fn needs_rows(format: ReportFormat) -> bool {
    match format {
        ReportFormat::Ndjson | ReportFormat::Junit | ReportFormat::Ocsf => true,
        ReportFormat::Html
        | ReportFormat::Markdown
        | ReportFormat::Json
        | ReportFormat::Sarif
        | ReportFormat::Gitlab
        | ReportFormat::Oscal => false,
    }
}

/// Whether a fleet can be written in a format.
#[must_use]
pub const fn has(format: ReportFormat) -> bool {
    match format {
        ReportFormat::Oscal => false,
        ReportFormat::Html
        | ReportFormat::Markdown
        | ReportFormat::Json
        | ReportFormat::Ndjson
        | ReportFormat::Sarif
        | ReportFormat::Junit
        | ReportFormat::Gitlab
        | ReportFormat::Ocsf => true,
    }
}

/// Writes the fleet in a format of `--report`.
///
/// # Errors
/// If `out` cannot be written, or a fleet does not have the format ([`has`]).
pub fn write(format: ReportFormat, out: &mut dyn Write, view: &FleetView<'_>) -> io::Result<()> {
    match format {
        ReportFormat::Html => html::write(out, view),
        ReportFormat::Markdown => out.write_all(markdown::text(view, LIMIT).as_bytes()),
        ReportFormat::Json => json(out, view.fleet),
        ReportFormat::Ndjson => findings::write(out, view),
        ReportFormat::Sarif => causes::sarif(out, view),
        ReportFormat::Junit => junit::write(out, view),
        ReportFormat::Gitlab => causes::gitlab(out, view),
        ReportFormat::Ocsf => ocsf::write(out, view),
        ReportFormat::Oscal => Err(io::Error::new(io::ErrorKind::Unsupported, "a fleet has no report in this format")),
    }
}

/// The files of `fleet`, but for the full reports of accounts.
#[must_use]
pub fn files<'a>(view: &'a FleetView<'a>, options: Options) -> Vec<File<'a>> {
    let fleet = view.fleet;
    vec![
        accounts_read(&fleet.accounts, options),
        File::new("classes.csv", move |out| csv::classes(out, options, fleet)),
        File::new("fleet.html", move |out| html::write(out, view)),
        File::new("fleet.json", move |out| json(out, fleet)),
        File::new("fleet.md", move |out| write(ReportFormat::Markdown, out, view)),
        File::new("outliers.csv", move |out| csv::outliers(out, options, fleet)),
        File::new("role_matrix.csv", move |out| csv::role_matrix(out, options, fleet)),
    ]
}

/// The list of accounts, which is written even if nothing can be said about the fleet.
#[must_use]
pub fn accounts_read(accounts: &[FleetAccount], options: Options) -> File<'_> {
    File::new(ACCOUNTS_READ, move |out| csv::accounts_read(out, options, accounts))
}

//! From two snapshots and the settings of a comparison to the files of its report: for `diff`, which writes them, and for
//! `verify`, which compares them with those that are there.

use std::borrow::Cow;
use std::fs::File as Opened;
use std::io;
use std::mem::ManuallyDrop;
use std::time::Instant;

use super::super::console::{Console, Spinner};
use super::super::error::CliError;
use super::super::input_file::InputFile;
use super::news::{FindNews, Found, Fresh};
use crate::evidence::{DiffSettings, Provenance, Settings};
use crate::formats::csv;
use crate::formats::files::{self, File, Harvest, Skip};
use crate::formats::html::{NormalisedRoles, RolesAsRead};
use crate::formats::report_format::View;
use crate::model::{Account, Side, Sides};
use crate::parse::snapshot::Snapshot;
use crate::pipeline::{self, Options, Prepared};
use crate::report::FailOn;

/// What a report is made of.
pub(in crate::cli) struct Ingredients<'a> {
    pub snapshots: Sides<&'a Snapshot>,
    /// The dictionary, the accepted entries, the catalog, and which roles are compared.
    pub options: Options,
    pub settings: DiffSettings,
    pub fail_on: Option<&'a [FailOn]>,
    /// Everything that the manifest says but the settings.
    pub provenance: Provenance,
    /// Copies of inputs by their names in the folder, so that the report can be made again without the files themselves.
    pub copies: &'a [InputCopy],
}

/// A copy of an input: its name in the folder, and the file.
pub(in crate::cli) type InputCopy = (&'static str, InputFile);

/// A report that was made, but is not written yet.
pub(in crate::cli) struct Made<'m> {
    pub view: &'m View<'m>,
    pub files: &'m [File<'m>],
    pub provenance: &'m Provenance,
}

/// Compares the accounts and passes the files on.
pub(in crate::cli) fn make<T>(
    ingredients: Ingredients<'_>,
    mut progress: Progress<'_>,
    find_news: Box<FindNews<'_>>,
    done: impl FnOnce(&Made<'_>, Progress<'_>) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let Ingredients { snapshots, options, mut settings, fail_on, mut provenance, copies } = ingredients;
    let accounts = pipeline::read_with_absent(snapshots)?.map(Cow::Owned);
    // The program ends soon: taking millions of small values apart before would only take time.
    let prepared = ManuallyDrop::new(Prepared::new(accounts, &options)?.only(&options.selection)?);
    progress.end("read and normalized");
    tell_absent_details(prepared.accounts(), progress.console);
    progress.spinner.stage("comparing");
    let report = ManuallyDrop::new(prepared.compare_told(&|done, all| progress.spinner.roles(done, all))?);
    progress.end("compared");
    let fresh = Fresh { report: &report, snapshots: Some(snapshots), catalogue: &options.catalogue };
    let mut earlier = Vec::new();
    let found = &mut Found { settings: &mut settings, provenance: &mut provenance, copies: &mut earlier };
    let since = find_news(&fresh, found)?;
    provenance.settings = Some(Settings::Diff(Box::new(settings.clone())));
    progress.spinner.say("writing reports");
    let harvests = harvests(&settings, snapshots, prepared.accounts());
    let roles = NormalisedRoles::new(prepared.roles());
    let as_read = RolesAsRead::new(prepared.accounts());
    let view = View {
        fail_on,
        arguments: &provenance.arguments,
        started_at: Some(&provenance.started_at),
        sources: settings.read_from.as_ref().map(Option::as_deref),
        dictionary: settings.named_dictionary.as_deref(),
        roles: Some(&roles),
        as_read: Some(&as_read),
        since: since.as_ref(),
        evidence: Some(&provenance),
        ..View::new(&report, &settings.location)
    };
    let skip: &[Skip] = if settings.skip_items { &[Skip::Items] } else { &[] };
    let csv = csv::Options { raw: settings.raw_csv };
    let mut files = files::of_diff(&view, harvests, &options.catalogue, csv, skip)?;
    files.extend(copies.iter().map(|(name, file)| File::new(*name, move |out| out.write_all(file.bytes()))));
    files.extend(
        earlier
            .into_iter()
            .map(|(name, path)| File::new(name, move |out| io::copy(&mut Opened::open(&path)?, out).map(drop))),
    );
    done(&Made { view: &view, files: &files, provenance: &provenance }, progress)
}

fn harvests<'a>(
    settings: &'a DiffSettings,
    snapshots: Sides<&'a Snapshot>,
    accounts: Sides<&'a Account>,
) -> Sides<Harvest<'a>> {
    let harvest = |side: Side| Harvest {
        tag: settings.tags.get(side),
        origin: settings.origins.get(side),
        account: accounts.get(side),
        snapshot: snapshots.get(side),
    };
    Sides { left: harvest(Side::Left), right: harvest(Side::Right) }
}

/// Says what neither source contains; what only one lacks, the report says.
fn tell_absent_details(accounts: Sides<&Account>, console: &Console) {
    let mut roles = Side::BOTH.into_iter().flat_map(|side| &accounts.get(side).roles).peekable();
    if roles.peek().is_some() && roles.all(|role| role.details.is_none()) {
        console
            .detail("neither source contains descriptions and session durations of roles, so they were not compared");
    }
}

/// Shows how far the work is, and how long each stage took for `--verbose`.
pub(in crate::cli) struct Progress<'c> {
    console: &'c Console,
    spinner: Spinner<'c>,
    stages: String,
    since: Instant,
}

impl<'c> Progress<'c> {
    pub(in crate::cli) fn start(console: &'c Console) -> Self {
        let spinner = console.spinner("reading and normalizing roles");
        Self { console, spinner, stages: String::new(), since: Instant::now() }
    }

    fn end(&mut self, stage: &str) {
        let comma = if self.stages.is_empty() { "" } else { ", " };
        self.stages.push_str(&format!("{comma}{stage} in {} ms", self.since.elapsed().as_millis()));
        self.since = Instant::now();
    }

    /// Ends the last stage.
    pub(in crate::cli) fn finish(mut self, stage: &str) {
        self.end(stage);
        let Self { console, spinner, stages, .. } = self;
        drop(spinner);
        console.detail(&stages);
    }
}

//! `iamctl diff`: two accounts to a folder of reports, a summary and an exit code.

use std::borrow::Cow;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::FalseyValueParser;

use super::comparison::ComparisonArgs;
use super::complete;
use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::inputs::{self, Dictionary, InputArgs, OutputArgs};
use super::reports::{self, Format, ReportArgs};
use super::since::{self, Earlier, Fresh};
use super::source::Source;
use crate::catalog::Catalogue;
use crate::formats::files::{self, Harvest, Skip};
use crate::formats::html::{NormalisedRoles, RolesAsRead};
use crate::formats::report_format::{ReportFormat, View};
use crate::formats::{markdown, ndjson, text};
use crate::model::{Account, AccountTag, Side, Sides};
use crate::parse::snapshot::Snapshot;
use crate::pipeline::{self, Accepted, Options, Prepared, different_tags};
use crate::report::Severity;

/// What `diff` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// AWS profile, snapshot file, or `env:`
    ///
    /// `env:` stands for the credentials of the environment. A word with a path separator, or that ends in `.json` or
    /// `.json.gz`, is a file: a snapshot, or the output of `aws iam get-account-authorization-details`; or a folder that
    /// `iamctl harvest --split` wrote. Any other word is a profile of the AWS config.
    /// `FILE#ACCOUNT_ID` is one account of a file that contains several.
    #[arg(value_name = "SOURCE_1", add = complete::source())]
    source_1: Source,
    /// Short name of the first account, such as `dev`
    ///
    /// The tag names the account in reports, file names, and the dictionary: 1 to 64 letters, digits, `.`, `_`, or `-`, the
    /// first one a letter or digit. The two tags must differ.
    #[arg(value_name = "TAG_1")]
    tag_1: AccountTag,
    /// AWS profile, snapshot file, or `env:` of the second account
    #[arg(value_name = "SOURCE_2", add = complete::source())]
    source_2: Source,
    /// Short name of the second account
    #[arg(value_name = "TAG_2")]
    tag_2: AccountTag,
    #[command(flatten)]
    comparison: ComparisonArgs,
    /// What to print: table, json, ndjson, markdown, or csv
    ///
    /// Without this option, iamctl prints the summary (`table`).
    #[arg(long, value_enum, env = "IAMCTL_FORMAT")]
    format: Option<Format>,
    #[command(flatten)]
    reports: ReportArgs,
    /// Say what is new since an earlier report: its folder, or latest
    ///
    /// `latest` is the newest report of the same accounts in `~/aws-idt/output`; with `--output DIR`, the newest one in DIR or
    /// in a folder beside it. If there is none, everything is new. `--fail-on new` then fails only because of what is new.
    #[arg(long, value_name = "FOLDER", env = "IAMCTL_SINCE")]
    since: Option<PathBuf>,
    /// Show every cause of this severity or higher, and no other cause
    #[arg(long, value_name = "LEVEL", env = "IAMCTL_ONLY_SEVERITY")]
    only_severity: Option<Severity>,
    /// Show only the verdict and the counts
    ///
    /// The counts by severity stand in the verdict; the table contains the counts of AWS's original tool.
    #[arg(long, env = "IAMCTL_COUNTS", value_parser = FalseyValueParser::new())]
    counts: bool,
    /// Do not write these files, which can be large
    #[arg(long, value_enum, value_name = "FILES", env = "IAMCTL_SKIP", value_delimiter = ',')]
    skip: Vec<SkipArg>,
    /// Compare two sources of the same account, also of the same time
    ///
    /// Without this option, two sources of the same account are an error, unless they are the account at two times: two
    /// snapshots whose times (`harvested_at`) differ, or a snapshot and the account as it is now.
    #[arg(long, env = "IAMCTL_ALLOW_SAME_ACCOUNT", value_parser = FalseyValueParser::new())]
    allow_same_account: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    input: InputArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SkipArg {
    /// The lists of all items of an account
    Items,
}

impl Args {
    fn options(&self, dictionary: Dictionary, accepted: Accepted, catalogue: Catalogue) -> Options {
        Options {
            selection: self.comparison.selection(),
            allow_incomplete: self.comparison.allow_incomplete,
            accepted: Some(accepted),
            ..dictionary.options(self.tags(), catalogue)
        }
    }

    /// The earlier report that was asked for.
    fn earlier(&self) -> Result<Option<Earlier>, CliError> {
        match (self.comparison.fails_on_new()?, &self.since) {
            (Some(asked), None) => Err(CliError::NoEarlier { asked: asked.to_string() }),
            (None, None) => Ok(None),
            (_, Some(word)) => Ok(Some(Earlier::read(word)?)),
        }
    }

    /// Finds out whether the files of `--report` can be written; what is read besides the accounts must stay as it is.
    fn check_reports(&self, read: [Option<&Path>; 2]) -> Result<(), CliError> {
        let sources = self.sources();
        let accounts = Side::BOTH.into_iter().filter_map(|side| sources.get(side).file());
        self.reports.check(self.output.named(), accounts.chain(read.into_iter().flatten()))
    }

    fn sources(&self) -> Sides<&Source> {
        Sides { left: &self.source_1, right: &self.source_2 }
    }

    fn tags(&self) -> Sides<&AccountTag> {
        Sides { left: &self.tag_1, right: &self.tag_2 }
    }
}

/// Reads both accounts, compares them, writes the reports and the summary.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    // What can be wrong without asking AWS is found before asking AWS.
    different_tags(args.tags())?;
    let fail_on = args.comparison.fail_on()?;
    let earlier = args.earlier()?;
    let (dictionary, from) = args.comparison.dictionary(console)?;
    let (accepted, file) = args.comparison.accepted(console)?;
    let catalogue = args.input.catalogue(console)?;
    let sources = args.sources();
    args.check_reports([from.as_deref(), file.as_deref()])?;
    let folder = args.output.folder()?;
    let started_at = inputs::now();
    // The program ends when the reports are written: taking millions of small values apart before would only take time.
    let read =
        ManuallyDrop::new(args.input.snapshots([sources.left, sources.right], args.allow_same_account, console)?);
    let [left, right] = &*read;
    let snapshots = Sides { left, right };

    let spinner = console.spinner("reading and normalizing roles");
    let mut stages = Stages::start();
    let accounts = pipeline::read_with_absent(snapshots)?.map(Cow::Owned);
    let options = args.options(dictionary, accepted, catalogue);
    let prepared = ManuallyDrop::new(Prepared::new(accounts, &options)?.only(&options.selection)?);
    stages.end("read and normalized");
    tell_absent_details(prepared.accounts(), console);
    spinner.stage("comparing");
    let report = ManuallyDrop::new(prepared.compare_told(&|done, all| spinner.roles(done, all))?);
    stages.end("compared");
    let fresh = Fresh { report: &report, snapshots: Some(snapshots), catalogue: &options.catalogue };
    let since = earlier.map(|earlier| earlier.compared(&fresh, args.output.named(), console)).transpose()?;
    spinner.say("writing reports");
    let origins = sources.map(Source::origin);
    let harvests = harvests(args.tags(), &origins, snapshots, prepared.accounts());
    let roles = NormalisedRoles::new(prepared.roles());
    let as_read = RolesAsRead::new(prepared.accounts());
    let location = reports::location(from.as_deref());
    let read_from = sources.map(|source| source.file().map(|file| reports::location(Some(file))));
    // Without the option, commands find the file as this one did.
    let dictionary = args.comparison.named_dictionary();
    let arguments: Vec<String> = reports::arguments();
    let view = View {
        fail_on: fail_on.as_deref(),
        arguments: &arguments,
        started_at: Some(&started_at),
        sources: read_from.as_ref().map(Option::as_deref),
        dictionary: dictionary.as_deref(),
        roles: Some(&roles),
        as_read: Some(&as_read),
        since: since.as_ref(),
        ..View::new(&report, &location)
    };
    let skip: Vec<Skip> = args.skip.iter().map(|SkipArg::Items| Skip::Items).collect();
    let files = files::of_diff(&view, harvests, &options.catalogue, args.output.csv(), &skip)?;
    args.reports.outside(args.output.named(), files.iter().map(|file| file.name.as_str()))?;
    let path = folder.write("diff", &files)?;
    since::point_at(&path, args.output.named(), console);
    let path = path.to_string_lossy();
    let view = View { folder: Some(&path), ..view };
    args.reports.write(|format, out| format.write(out, &view))?;
    stages.end("reports written");
    drop(spinner);
    console.detail(&stages.0);
    print(args, console, &view)?;
    Ok(if view.failed() { ExitCode::Different } else { ExitCode::Done })
}

/// Says what neither source contains; what only one lacks, the report says.
fn tell_absent_details(accounts: Sides<&Account>, console: &Console) {
    let mut roles = Side::BOTH.into_iter().flat_map(|side| &accounts.get(side).roles).peekable();
    if roles.peek().is_some() && roles.all(|role| role.details.is_none()) {
        console
            .detail("neither source contains descriptions and session durations of roles, so they were not compared");
    }
}

/// How long each stage took, for `--verbose`.
struct Stages(String, std::time::Instant);

impl Stages {
    fn start() -> Self {
        Self(String::new(), std::time::Instant::now())
    }

    fn end(&mut self, stage: &str) {
        let comma = if self.0.is_empty() { "" } else { ", " };
        self.0.push_str(&format!("{comma}{stage} in {} ms", self.1.elapsed().as_millis()));
        self.1 = std::time::Instant::now();
    }
}

fn harvests<'a>(
    tags: Sides<&'a AccountTag>,
    origins: &'a Sides<String>,
    snapshots: Sides<&'a Snapshot>,
    accounts: Sides<&'a Account>,
) -> Sides<Harvest<'a>> {
    let harvest = |tag, origin: &'a String, snapshot, account| Harvest { tag, origin, account, snapshot };
    Sides {
        left: harvest(tags.left, &origins.left, snapshots.left, accounts.left),
        right: harvest(tags.right, &origins.right, snapshots.right, accounts.right),
    }
}

fn print(args: &Args, console: &Console, view: &View<'_>) -> Result<(), CliError> {
    let page = text::Page { width: console.width(), only: args.only_severity, counts_only: args.counts };
    let Some(format) = args.format else {
        reports::append_to_job_summary(|room| markdown::text(view, room), console);
        return console.print(|out| text::write(out, view, page));
    };
    if !matches!(format, Format::Table) {
        console.note(&format!("reports: {}", view.folder.unwrap_or_default()));
    }
    console.print(|out| match format {
        Format::Table => text::write(out, view, page),
        Format::Json => ReportFormat::Json.write(out, view),
        Format::Ndjson => ReportFormat::Ndjson.write(out, view),
        Format::Markdown => ReportFormat::Markdown.write(out, view),
        Format::Csv => ndjson::csv(out, args.output.csv(), view),
    })
}

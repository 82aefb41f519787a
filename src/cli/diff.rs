//! `iamctl diff`: two accounts to a folder of reports, a summary and an exit code.

use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::FalseyValueParser;

use super::complete;
use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::inputs::{self, DictionaryArgs, InputArgs, OutputArgs};
use super::pair::{Prepared, different_tags, join, prepare};
use super::reports::{self, ReportArgs};
use super::source::{Source, shown};
use crate::compare::{self, Acceptance, FailOn, Selection, Settings};
use crate::model::{AccountTag, Side, Sides};
use crate::parse::snapshot::Snapshot;
use crate::report::files::{self, Harvest};
use crate::report::formats::{ReportFormat, View};
use crate::report::html::NormalisedRoles;
use crate::report::{ndjson, text};

/// What `diff` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// AWS profile, snapshot file, or `env:`
    ///
    /// `env:` stands for the credentials of the environment. A word with a path separator, or that ends in `.json` or
    /// `.json.gz`, is a file: a snapshot, or the output of `aws iam get-account-authorization-details`. Any other word is a
    /// profile of the AWS config.
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
    dictionary: DictionaryArgs,
    /// File with accepted differences [default: accepted.json]
    ///
    /// Accepted differences do not make the run fail, and the reports list them separately. Without this option, iamctl
    /// reads `accepted.json` in the current folder if it exists. `iamctl accept` writes the file.
    #[arg(long, value_name = "FILE", env = "IAMCTL_ACCEPTED")]
    accepted: Option<PathBuf>,
    /// Compare only roles with this name; can be repeated
    ///
    /// The name is the real or the normalised one, in any case. `*` and `?` are wildcards. Separate several names with
    /// commas, or repeat the option. It is an error if a pattern matches no role.
    #[arg(long = "role", value_name = "GLOB", env = "IAMCTL_ROLE", value_delimiter = ',')]
    roles: Vec<String>,
    /// Exclude service-linked roles
    ///
    /// AWS services own these roles, and you cannot change what they are permitted to do.
    #[arg(long, env = "IAMCTL_EXCLUDE_SERVICE_LINKED", value_parser = FalseyValueParser::new())]
    exclude_service_linked: bool,
    /// What to print: table, json, ndjson, markdown, or csv
    ///
    /// Without this option, iamctl prints the summary (`table`).
    #[arg(long, value_enum, env = "IAMCTL_FORMAT")]
    format: Option<Format>,
    #[command(flatten)]
    reports: ReportArgs,
    /// Set exit code 1 for these differences: any or access
    ///
    /// Accepted differences never set the exit code.
    #[arg(long, value_enum, default_value_t = FailOnArg::None, env = "IAMCTL_FAIL_ON")]
    fail_on: FailOnArg,
    /// Set exit code 1 if anything differs, like `--fail-on any`
    #[arg(long, env = "IAMCTL_EXIT_CODE", value_parser = FalseyValueParser::new())]
    exit_code: bool,
    /// Compare two sources of the same account
    ///
    /// Without this option, two sources of the same account are an error.
    #[arg(long, env = "IAMCTL_ALLOW_SAME_ACCOUNT", value_parser = FalseyValueParser::new())]
    allow_same_account: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    input: InputArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// The summary as text
    Table,
    /// The whole report, as in report.json
    Json,
    /// The findings as JSON, one object per line, between a header and a summary
    Ndjson,
    /// The summary for pull requests, as in summary.md
    Markdown,
    /// The findings as CSV
    Csv,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FailOnArg {
    /// No difference
    None,
    /// Every difference that is reported
    Any,
    /// Only differences in what a role can do or who can assume it
    Access,
}

impl Args {
    const fn fail_on(&self) -> FailOn {
        match self.fail_on {
            FailOnArg::Access => FailOn::Access,
            FailOnArg::Any => FailOn::Any,
            FailOnArg::None if self.exit_code => FailOn::Any,
            FailOnArg::None => FailOn::None,
        }
    }

    fn selection(&self) -> Selection {
        Selection { roles: self.roles.clone(), exclude_service_linked: self.exclude_service_linked }
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
    let (dictionary, from) = args.dictionary.read()?;
    if let Some(path) = &from {
        console.note(&format!("dictionary: {}", path.display()));
    }
    let (entries, file) = inputs::accepted(args.accepted.as_deref())?;
    if let Some(path) = &file {
        console.note(&format!("accepted differences: {}, entries: {}", path.display(), entries.len()));
    }
    let catalogue = args.input.catalogue(console)?;
    let read_from = args.sources();
    let read_from = Side::BOTH.into_iter().filter_map(|side| read_from.get(side).file());
    let read_from = read_from.chain(from.as_deref()).chain(file.as_deref());
    args.reports.check(args.output.named(), read_from)?;
    let folder = args.output.folder()?;
    let sources = args.sources();
    let read = args.input.snapshots([sources.left, sources.right], args.allow_same_account, console)?;
    let [left, right] = &read;
    let snapshots = Sides { left, right };

    let spinner = console.spinner("reading and normalising roles");
    let mut stages = Stages::start();
    let selection = args.selection();
    let prepared = prepare(snapshots, args.tags(), dictionary.rules(), |_| Ok(selection.clone()))?;
    stages.end("read and normalised");
    let generated_at = inputs::now();
    let settings = Settings {
        catalogue: &catalogue,
        rules: dictionary.rules(),
        generated_at: &generated_at,
        selection: &selection,
    };
    spinner.stage("comparing");
    let tell = |done: usize, all: usize| spinner.roles(done, all);
    let mut comparison = compare::between_told(join(args.tags(), snapshots, &prepared), settings, &tell)?;
    let file = file.as_deref().map(shown);
    let all_roles = args.roles.is_empty() && !args.exclude_service_linked;
    let acceptance = Acceptance { file: file.as_deref(), entries: &entries, today: inputs::today(), all_roles };
    compare::accept(&mut comparison, acceptance);
    stages.end("compared");
    spinner.say("writing reports");
    let origins = sources.map(Source::origin);
    let harvests = harvests(args.tags(), &origins, snapshots, &prepared);
    let roles = NormalisedRoles::new(prepared.as_ref().map(Prepared::normalised_roles));
    let files = files::of_diff(&comparison, harvests, &roles, &catalogue, args.output.csv())?;
    args.reports.outside(args.output.named(), files.iter().map(|file| file.name.as_str()))?;
    let path = folder.write("diff", &files)?;
    let location = reports::location(from.as_deref());
    let view = View::new(&comparison, &location).with_roles(&roles);
    args.reports.write(&view)?;
    stages.end("reports written");
    drop(spinner);
    console.detail(&stages.0);
    print(args, console, &view, &path.to_string_lossy())?;
    Ok(if comparison.fails(args.fail_on()) { ExitCode::Different } else { ExitCode::Done })
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
    prepared: &'a Sides<Prepared>,
) -> Sides<Harvest<'a>> {
    let harvest = |tag, origin: &'a String, snapshot, prepared: &'a Prepared| Harvest {
        tag,
        origin,
        account: &prepared.account,
        snapshot,
    };
    Sides {
        left: harvest(tags.left, &origins.left, snapshots.left, &prepared.left),
        right: harvest(tags.right, &origins.right, snapshots.right, &prepared.right),
    }
}

fn print(args: &Args, console: &Console, view: &View<'_>, folder: &str) -> Result<(), CliError> {
    let page = text::Page { folder: Some(folder), width: console.width() };
    let Some(format) = args.format else {
        reports::append_to_job_summary(view, console);
        return console.print(|out| text::write(out, view.comparison, page));
    };
    if !matches!(format, Format::Table) {
        console.note(&format!("reports: {folder}"));
    }
    console.print(|out| match format {
        Format::Table => text::write(out, view.comparison, page),
        Format::Json => ReportFormat::Json.write(out, view),
        Format::Ndjson => ReportFormat::Ndjson.write(out, view),
        Format::Markdown => ReportFormat::Markdown.write(out, view),
        Format::Csv => ndjson::csv(out, args.output.csv(), view),
    })
}

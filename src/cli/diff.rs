//! `iamctl diff`: two accounts to a folder of reports, a summary and an exit code.

mod make;
mod news;

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::FalseyValueParser;

use super::clock;
use super::comparison::ComparisonArgs;
use super::complete;
use super::config::FromFile;
use super::console::Console;
use super::dictionary::Dictionary;
use super::error::CliError;
use super::evidence::{Begun, of_snapshot, record};
use super::exit_code::ExitCode;
use super::input_file::{ACCEPTED_COPY, CATALOGUE_COPY, DICTIONARY_COPY};
use super::inputs::{InputArgs, OutputArgs};
use super::reports::{self, Format, ReportArgs};
use super::since::{self, Earlier};
use super::source::Source;
use crate::catalog::Catalogue;
use crate::evidence::{DiffSettings, SeveritySettings};
use crate::formats::report_format::{ReportFormat, View};
use crate::formats::{markdown, ndjson, text};
use crate::model::{AccountTag, Side, Sides};
use crate::pipeline::{Accepted, Options, different_tags};
use crate::report::{FailOn, Severity, SeverityOverrides};
pub(super) use make::{Ingredients, InputCopy, Progress, make};
pub(super) use news::{FileCopy, FindNews, Found, Fresh};

/// What `diff` takes.
#[derive(Debug, clap::Args)]
#[command(override_usage = "iamctl diff [OPTIONS] SOURCE_1 TAG_1 SOURCE_2 TAG_2\n       iamctl diff [OPTIONS] @PAIR")]
pub(super) struct Args {
    /// AWS profile, snapshot file, or `env:`; or a pair of the config file
    ///
    /// `env:` stands for the credentials of the environment. A word with a path separator, or that ends in `.json` or
    /// `.json.gz`, is a file: a snapshot, or the output of `aws iam get-account-authorization-details`; or a folder that
    /// `iamctl harvest --split` wrote. Any other word is a profile of the AWS config.
    /// `FILE#ACCOUNT_ID` is one account of a file that contains several.
    ///
    /// `@PAIR` takes the place of all four words: a pair of accounts that `iamctl.toml` names.
    #[arg(value_name = "SOURCE_1")]
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
            severities: self.input.from_file.severities.clone(),
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
    fn check_reports<'a>(&'a self, read: impl Iterator<Item = &'a Path>) -> Result<(), CliError> {
        let sources = self.sources();
        let accounts = Side::BOTH.into_iter().filter_map(|side| sources.get(side).file());
        self.reports.check(self.output.named(), accounts.chain(read))
    }

    /// With what the report can be made again.
    fn settings(&self, options: &Options, location: String, fail_on: Option<&[FailOn]>) -> DiffSettings {
        let sources = self.sources();
        DiffSettings {
            generated_at: options.generated_at.clone(),
            today: clock::today(),
            tags: options.tags.clone(),
            origins: sources.map(Source::origin),
            read_from: sources.map(|source| source.file().map(|file| reports::location(Some(file)))),
            selection: options.selection.clone(),
            allow_incomplete: options.allow_incomplete,
            severity_overrides: severity_settings(&options.severities),
            known_accounts: self.comparison.known_accounts().to_vec(),
            builtin_rules: options.builtins.iter().map(|rule| rule.as_str().to_owned()).collect(),
            // Without the option, commands find the file as this one did.
            named_dictionary: self.comparison.named_dictionary(),
            location,
            accepted_file: options.accepted.as_ref().and_then(|accepted| accepted.file.clone()),
            fail_on: fail_on.map(|all| all.iter().map(ToString::to_string).collect()),
            skip_items: self.skip.contains(&SkipArg::Items),
            raw_csv: self.output.csv().raw,
            since: None,
            without_earlier: false,
        }
    }

    fn sources(&self) -> Sides<&Source> {
        Sides { left: &self.source_1, right: &self.source_2 }
    }

    fn tags(&self) -> Sides<&AccountTag> {
        Sides { left: &self.tag_1, right: &self.tag_2 }
    }
}

/// The severities that were set, as a manifest has them.
fn severity_settings(severities: &SeverityOverrides) -> Option<SeveritySettings> {
    let rules = severities.rules.iter().map(|(rule, severity)| (rule.to_string(), severity.to_string()));
    (!severities.is_empty()).then(|| SeveritySettings { file: severities.file.clone(), rules: rules.collect() })
}

/// What the config file says besides options.
pub(super) fn take(args: &mut Args, from_file: FromFile) {
    args.comparison.know(&from_file.known_accounts);
    args.input.from_file = from_file;
}

/// Reads both accounts, compares them, writes the reports and the summary.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    let begun = Begun::now(&args.input.from_file);
    // What can be wrong without asking AWS is found before asking AWS.
    different_tags(args.tags())?;
    let fail_on = args.comparison.fail_on()?;
    let earlier = args.earlier()?;
    let (dictionary, dictionary_file) = args.comparison.dictionary(console)?;
    let (accepted, accepted_file) = args.comparison.accepted(console)?;
    let (catalogue, catalogue_file) = args.input.catalogue_input(console)?;
    let sources = args.sources();
    let location = reports::location(dictionary_file.as_ref().map(|file| file.path.as_path()));
    let named = [(DICTIONARY_COPY, dictionary_file), (ACCEPTED_COPY, accepted_file), (CATALOGUE_COPY, catalogue_file)];
    let named: Vec<InputCopy> = named.into_iter().filter_map(|(copy, file)| Some((copy, file?))).collect();
    args.check_reports(named.iter().map(|(_, file)| file.path.as_path()))?;
    let folder = args.output.folder()?;
    // The program ends when the reports are written: taking millions of small values apart before would only take time.
    let read = ManuallyDrop::new(args.input.read([sources.left, sources.right], args.allow_same_account, console)?);
    let [left, right] = &*read;
    let read = Sides { left, right };

    if let (Some(left), Some(right)) = (&read.left.file, &read.right.file)
        && left.sha256 == right.sha256
    {
        console.warning(&format!("`{}` and `{}` are the same, byte for byte", left.path, right.path));
    }
    let progress = Progress::start(console);
    let options = args.options(dictionary, accepted, catalogue);
    let account = |side| of_snapshot(args.tags().get(side), sources.get(side).in_words(), &read.get(side).snapshot);
    let files = read.left.file.iter().chain(&read.right.file).cloned();
    let inputs = files.chain(named.iter().map(|(_, file)| file.input())).collect();
    let ingredients = Ingredients {
        snapshots: read.map(|read| &read.snapshot),
        settings: args.settings(&options, location, fail_on.as_deref()),
        options,
        fail_on: fail_on.as_deref(),
        provenance: begun.provenance(Side::BOTH.map(account).into(), inputs),
        copies: &named,
    };
    let find_news: Box<FindNews<'_>> = Box::new(|fresh, found| match earlier {
        Some(earlier) => earlier.compared(fresh, args.output.named(), found, console).map(Some),
        None => Ok(None),
    });
    make(ingredients, progress, find_news, |made, progress| {
        args.reports.outside(args.output.named(), made.files.iter().map(|file| file.name.as_str()))?;
        let path = folder.write(record("diff", made.provenance.clone()), made.files)?;
        since::point_at(&path, args.output.named(), console);
        let path = path.to_string_lossy();
        let view = View { folder: Some(&path), ..*made.view };
        args.reports.write(|format, out| format.write(out, &view))?;
        progress.finish("reports written");
        print(args, console, &view)?;
        Ok(if view.failed() { ExitCode::Different } else { ExitCode::Done })
    })
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

//! `iamctl explain`: one pair of roles, from two sources or from the folder of an earlier `diff`.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::clock;
use super::complete;
use super::config::FromFile;
use super::console::Console;
use super::dictionary::{Dictionary, DictionaryArgs};
use super::error::CliError;
use super::exit_code::ExitCode;
use super::inputs::{self, InputArgs};
use super::saved_report::SavedReport;
use super::source::Source;
use crate::compare::{self, Acceptance};
use crate::formats::html::NormalisedRoles;
use crate::formats::report_format::View;
use crate::formats::{explain, rules};
use crate::model::Selection;
use crate::model::equivalency::display;
use crate::model::{AcceptedEntry, AccountTag, Side, Sides};
use crate::normalise::Normalised;
use crate::parse::snapshot::Snapshot;
use crate::pipeline::{self, Options, Prepared, different_tags};
use crate::report::{Report, SeverityOverrides};

/// What `explain` takes.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "iamctl explain [OPTIONS] SOURCE_1 TAG_1 SOURCE_2 TAG_2 ROLE\n       iamctl explain [OPTIONS] @PAIR ROLE\n       iamctl explain [OPTIONS] REPORT_FOLDER ROLE\n       iamctl explain --rule [ID]"
)]
pub(super) struct Args {
    /// Two sources with tags, or a report folder; then the role
    ///
    /// A source is an AWS profile, a snapshot file, or `env:`. A report folder is the output folder of an earlier `iamctl
    /// diff`; its snapshots, tags, dictionary, built-in rules, and accepted differences are used. The role is named by its
    /// real name in either account, or by its normalized name, in any case.
    #[arg(value_name = "SOURCES ROLE", required_unless_present = "rule")]
    words: Vec<String>,
    /// Explain a rule, or list all rules
    ///
    /// A rule is a kind of difference. Without an ID, or with `list`, iamctl lists all rules.
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = LIST, conflicts_with = "words", add = complete::rule_or(LIST))]
    rule: Option<String>,
    #[command(flatten)]
    dictionary: DictionaryArgs,
    /// File with accepted differences [default: accepted.json]
    ///
    /// Without this option, iamctl uses the accepted differences of the report, or `accepted.json` in the current folder if
    /// it exists.
    #[arg(long, value_name = "FILE", env = "IAMCTL_ACCEPTED")]
    accepted: Option<PathBuf>,
    /// Compare two sources of the same account, also of the same time
    ///
    /// Without this option, two sources of the same account are an error, unless they are the account at two times: two
    /// snapshots whose times (`harvested_at`) differ, or a snapshot and the account as it is now.
    #[arg(long, env = "IAMCTL_ALLOW_SAME_ACCOUNT", value_parser = clap::builder::FalseyValueParser::new())]
    allow_same_account: bool,
    #[command(flatten)]
    input: InputArgs,
}

/// The word that asks for all rules.
const LIST: &str = "list";

/// What the words on the command line mean.
struct Asked {
    sources: Sides<Source>,
    tags: Sides<AccountTag>,
    dictionary: Dictionary,
    accepted: Vec<AcceptedEntry>,
    severities: SeverityOverrides,
    role: String,
    allow_same_account: bool,
    folder: Option<PathBuf>,
}

/// Compares the two roles and explains what differs.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    if let Some(id) = &args.rule {
        return explain_rule(id, console);
    }
    let asked = asked(args, console)?;
    let tags = asked.tags.as_ref();
    different_tags(tags)?;
    let catalogue = args.input.catalogue(console)?;
    let sources = [&asked.sources.left, &asked.sources.right];
    let read = args.input.snapshots(sources, asked.allow_same_account, console)?;
    let [left, right] = &read;
    let snapshots: Sides<&Snapshot> = Sides { left, right };
    let options = Options { severities: asked.severities, ..asked.dictionary.options(tags, catalogue) };
    let accounts = pipeline::read_with_absent(snapshots)?.map(Cow::Owned);
    let all = Prepared::new(accounts, &options)?;
    let selection = select(all.normalised(), &asked.role)?;
    let prepared = all.only(&selection)?;
    let mut report = prepared.compare()?;
    let accepted = list_accepted(&mut report, &asked.accepted);
    let roles = NormalisedRoles::new(prepared.roles());
    let folder = asked.folder.as_ref().map(|folder| folder.to_string_lossy());
    let words = asked.sources.as_ref().map(Source::word);
    let view = View {
        folder: folder.as_deref(),
        sources: words.as_ref().map(|word| Some(word.as_str())),
        roles: Some(&roles),
        ..View::new(&report, "")
    };
    let width = console.width();
    console.print(|out| {
        for (index, role) in report.roles.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            explain::write(out, width, &view, &accepted, index, roles.of(role))?;
        }
        Ok(())
    })?;
    Ok(ExitCode::Done)
}

/// Lists what is accepted, and keeps it where it stands as well: who asks about a role wants to see all of it. Gives the
/// ids of the findings that are accepted.
fn list_accepted(report: &mut Report, entries: &[AcceptedEntry]) -> BTreeSet<String> {
    let mut looked_at = report.clone();
    let acceptance = Acceptance { file: None, entries, today: clock::today(), all_roles: false };
    compare::accept(&mut looked_at, acceptance);
    report.accepted_differences = looked_at.accepted_differences;
    let open: BTreeSet<&str> = looked_at.findings.iter().map(|finding| finding.id.as_str()).collect();
    let all = report.findings.iter().map(|finding| finding.id.clone());
    all.filter(|id| !open.contains(id.as_str())).collect()
}

fn explain_rule(id: &str, console: &Console) -> Result<ExitCode, CliError> {
    if id == LIST {
        console.print(rules::list)?;
    } else {
        let rule = id.parse()?;
        console.print(|out| rules::explain(out, rule))?;
    }
    Ok(ExitCode::Done)
}

fn asked(args: &Args, console: &Console) -> Result<Asked, CliError> {
    match args.words.as_slice() {
        [folder, role] => of_report(args, Path::new(folder), role, console),
        [source_1, tag_1, source_2, tag_2, role] => Ok(Asked {
            sources: Sides { left: source(source_1), right: source(source_2) },
            tags: Sides { left: tag(tag_1)?, right: tag(tag_2)? },
            dictionary: of_file(args)?,
            accepted: inputs::accepted(args.accepted.as_deref())?.0,
            severities: args.input.from_file.severities.clone(),
            role: role.clone(),
            allow_same_account: args.allow_same_account,
            folder: None,
        }),
        _ => Err(CliError::ExplainWords),
    }
}

/// The dictionary, with the accounts that the config file knows.
fn of_file(args: &Args) -> Result<Dictionary, CliError> {
    let (mut dictionary, _) = args.dictionary.read()?;
    for (id, name) in &args.input.from_file.known_accounts {
        dictionary.list.know_account(id.clone(), name.clone());
    }
    Ok(dictionary)
}

/// What the config file says besides options.
pub(super) fn take(args: &mut Args, from_file: FromFile) {
    args.input.from_file = from_file;
}

fn source(word: &str) -> Source {
    let Ok(source) = word.parse();
    source
}

fn tag(word: &str) -> Result<AccountTag, CliError> {
    word.parse().map_err(CliError::Tag)
}

/// The snapshots, tags, dictionary and accepted entries of an earlier report.
fn of_report(args: &Args, folder: &Path, role: &str, console: &Console) -> Result<Asked, CliError> {
    let saved = SavedReport::read_checked(folder, console)?;
    let dictionary = match &args.dictionary.equivalency {
        Some(_) => of_file(args)?,
        None => saved.dictionary()?,
    };
    let accepted = match &args.accepted {
        Some(path) => inputs::accepted(Some(path))?.0,
        None => saved.report.accepted_entries.clone(),
    };
    Ok(Asked {
        sources: saved.sources(),
        tags: saved.tags().map(Clone::clone),
        dictionary,
        accepted,
        // Those of the report, so that the words are too.
        severities: saved.report.severity_overrides.clone(),
        role: role.to_owned(),
        // Whoever made the report has said so already.
        allow_same_account: true,
        folder: Some(folder.to_owned()),
    })
}

/// The roles of both accounts that the name means: a real name, the common one, or an ARN.
fn select(both: Sides<&Normalised>, name: &str) -> Result<Selection, CliError> {
    let roles = || Side::BOTH.into_iter().flat_map(|side| &both.get(side).roles);
    let is_named = |real: &str, normalised: &str| {
        real.eq_ignore_ascii_case(name) || display(normalised).eq_ignore_ascii_case(name)
    };
    let named = roles().filter(|role| is_named(&role.real_name, &role.role.name) || role.role.arn.as_str() == name);
    let wanted: Vec<String> = named.map(|role| role.role.name.to_lowercase()).collect();
    let meant = roles().filter(|role| wanted.contains(&role.role.name.to_lowercase()));
    let names: Vec<String> = meant.map(|role| role.real_name.clone()).collect();
    if names.is_empty() {
        let known: Vec<&str> = roles().map(|role| role.real_name.as_str()).collect();
        return Err(CliError::unknown_role(name, &known));
    }
    Ok(Selection { roles: names, exclude_service_linked: false })
}

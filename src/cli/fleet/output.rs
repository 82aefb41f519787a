//! What a fleet's run leaves: the files, the reports for pipelines, what is printed, and the exit code.

use std::collections::{BTreeMap, BTreeSet};

use super::super::console::Console;
use super::super::error::CliError;
use super::super::evidence::record;
use super::super::exit_code::ExitCode;
use super::super::reports::{self, Format};
use super::super::source::Source;
use super::args::Args;
use super::prepare::Read;
use super::read::Tried;
use super::write::Written;
use crate::evidence::Provenance;
use crate::fleet::{Fleet, FleetAccount, account_ids};
use crate::formats::fleet::{self, FleetView, REPORTS, Run, files, markdown, most_deviating, write_csv, write_text};
use crate::formats::report_format::ReportFormat;
use crate::model::{AccountId, AccountTag, EquivalencyList, Texts};
use crate::normalise::texts_of_roles;
use crate::store::Folder;

/// Writes the files and the reports, and prints the summary.
pub(super) fn write(
    args: &Args,
    console: &Console,
    read: &Read<'_>,
    fleet: &Fleet,
    written: &Written,
    folder: Folder,
    provenance: Provenance,
) -> Result<ExitCode, CliError> {
    // A role of a list is no word of the command line.
    let is_word = |one: &&Tried| !matches!(one.named.source, Source::Role(_));
    let words = |one: &Tried| (one.named.tag.clone(), one.named.source.word());
    let sources: BTreeMap<AccountTag, String> = read.tried.iter().filter(is_word).map(words).collect();
    let flags = args.comparison.words() + &args.input.catalogue_words();
    let mentioned = mentioned(read, &fleet.dictionary, most_deviating(fleet));
    let snapshots = snapshots(read, fleet);
    let run = Run {
        rows: &written.rows,
        arguments: &provenance.arguments,
        started_at: Some(&provenance.started_at),
        evidence: Some(&provenance),
        location: &written.location,
        files: &snapshots,
    };
    let next = &written.next;
    let view = FleetView { fleet, folder: None, sources: &sources, flags: &flags, mentioned: &mentioned, next, run };
    let files = files(&view, args.output.csv());
    let names = files.iter().map(|file| file.name.as_str());
    args.files.outside(args.output.named(), names.chain([REPORTS]))?;
    let path = folder.write(record("fleet", provenance.clone()), &files)?;
    let path = path.to_string_lossy();
    let view = FleetView { folder: Some(&path), ..view };
    args.files.write(|format, out| fleet::write(format, out, &view))?;
    print(args, console, &view)?;
    Ok(if fleet.decision.fails { ExitCode::Different } else { ExitCode::Done })
}

fn print(args: &Args, console: &Console, view: &FleetView<'_>) -> Result<(), CliError> {
    let Some(format) = args.format else {
        reports::append_to_job_summary(|room| markdown(view, room), console);
        return console.print(|out| write_text(out, view, console.width()));
    };
    if format != Format::Table {
        console.note(&format!("reports: {}", view.folder.unwrap_or_default()));
    }
    console.print(|out| match format {
        Format::Table => write_text(out, view, console.width()),
        Format::Json => fleet::write(ReportFormat::Json, out, view),
        Format::Ndjson => fleet::write(ReportFormat::Ndjson, out, view),
        Format::Markdown => fleet::write(ReportFormat::Markdown, out, view),
        Format::Csv => write_csv(out, args.output.csv(), view),
    })
}

/// The files that the accounts were read from, as pipelines name them; for others, the snapshot of the full report.
fn snapshots(read: &Read<'_>, fleet: &Fleet) -> BTreeMap<AccountTag, String> {
    let reports: BTreeMap<&AccountTag, &FleetAccount> =
        fleet.accounts.iter().map(|account| (&account.tag, account)).collect();
    let of_account = |one: &Tried| {
        let tag = &one.named.tag;
        let in_report = || {
            let folder = reports.get(tag).and_then(|account| account.report.as_deref());
            folder.map_or_else(|| format!("{tag}_snapshot.json"), |folder| format!("{folder}/{tag}_snapshot.json"))
        };
        let file = one.named.source.file();
        (tag.clone(), file.map_or_else(in_report, |file| reports::location(Some(file))))
    };
    read.tried.iter().map(of_account).collect()
}

/// The account IDs in the texts of two accounts, and the IDs of accounts that the dictionary has such texts for.
fn mentioned(
    read: &Read<'_>,
    dictionary: &EquivalencyList,
    pair: Option<(&AccountTag, &AccountTag)>,
) -> BTreeSet<AccountId> {
    let (mut mentioned, mut texts) = (BTreeSet::new(), BTreeSet::new());
    let Some((with, tag)) = pair else { return mentioned };
    for (one, account) in read.tried.iter().zip(&read.accounts) {
        if let (true, Some(account)) = ([with, tag].contains(&&one.named.tag), account) {
            texts_of_roles(&account.roles, &mut |_, text| {
                mentioned.extend(account_ids(text));
                texts.insert(text.to_lowercase());
            });
        }
    }
    let stands_there = |literal: &String| {
        let literal = literal.to_lowercase();
        texts.iter().any(|text| text.contains(&literal))
    };
    let has_text = |tag: &AccountTag| {
        dictionary.entries().any(|(_, entry)| match &entry.texts {
            Texts::ByTag(by_tag, _) => by_tag.of(tag).into_iter().flatten().any(stands_there),
            Texts::Shared(..) | Texts::Pattern(_) => false,
        })
    };
    let named = read.described.iter().filter(|account| has_text(&account.tag));
    // A known account has an ID.
    mentioned.extend(named.filter_map(|account| account.account_id.clone()));
    mentioned
}

//! A report that is made again from the snapshots and the inputs in its folder, and compared with its files byte by byte.

use std::collections::BTreeSet;
use std::fs::File as Opened;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::super::console::Console;
use super::super::dictionary::Dictionary;
use super::super::diff::{FindNews, Ingredients, InputCopy, Progress, make};
use super::super::error::CliError;
use super::super::evidence::{of_snapshot, this_program};
use super::super::fleet::read::in_words;
use super::super::input_file::{
    ACCEPTED_COPY, CATALOGUE_COPY, DICTIONARY_COPY, InputFile, accepted_of, catalogue_copy, catalogue_of, dictionary_of,
};
use super::super::read_source::read_file;
use super::super::saved_report::SavedReport;
use super::super::since;
use super::checked::Checked;
use super::error::VerifyError;
use crate::catalog::Catalogue;
use crate::evidence::{
    DiffSettings, HarvestSettings, Input, InputKind, MANIFEST_FILE, Manifest, ManifestReport, Provenance, Settings,
};
use crate::formats::csv;
use crate::formats::escape::terminal;
use crate::formats::files::{File, Harvest, Skip, of_harvest};
use crate::model::{AccountTag, Side, Sides};
use crate::normalise::{Builtin, Builtins};
use crate::parse::account::account;
use crate::parse::snapshot::Snapshot;
use crate::pipeline::{Accepted, Options};
use crate::report::{FailOn, Rule, Severity, SeverityOverrides, UnknownRule, UnknownSeverity};
use crate::since::Since;

/// Files of a report that say what is new since an earlier one.
const ABOUT_NEWS: [&str; 3] = ["report.html", "since.json", "summary.md"];

/// Reports of many accounts.
const MANY: [&str; 2] = ["accounts", "fleet"];

/// A folder for git.
const SPLIT: &str = "split";

/// What became of making a report again.
pub(super) enum Remade {
    /// Nobody wanted it.
    NotAsked,
    /// It is not made of what is in its folder, or the folder does not have all of it any more.
    NotPossible { report: String, why: String },
    /// It is, but something that it is made of is not there, or not the same.
    Impossible { report: String, why: String },
    /// It was made again.
    Made {
        report: String,
        files: usize,
        differences: Vec<String>,
        other_program: Option<String>,
        left_out: Option<String>,
    },
}

impl Remade {
    /// Whether it is not the same as before.
    pub(super) fn differs(&self) -> bool {
        matches!(self, Self::Made { differences, .. } if !differences.is_empty())
    }

    /// Whether all of it is the same as before.
    pub(super) fn is_same(&self) -> bool {
        matches!(self, Self::Made { differences, left_out: None, .. } if differences.is_empty())
    }

    /// The report, and why it or a part of it was not made again though it should have been.
    pub(super) fn impossible(&self) -> Option<(&str, &str)> {
        match self {
            Self::Impossible { report, why } | Self::Made { report, left_out: Some(why), .. } => Some((report, why)),
            Self::NotAsked | Self::NotPossible { .. } | Self::Made { left_out: None, .. } => None,
        }
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::NotAsked => Ok(()),
            Self::NotPossible { report, why } | Self::Impossible { report, why } => {
                writeln!(out, "Not regenerated: {}: {}", terminal(report), terminal(why))
            }
            Self::Made { report, files, differences, other_program, left_out } => {
                let what = if differences.is_empty() { "identical" } else { "not identical" };
                writeln!(out, "Regenerated: {}: {files} files, {what}", terminal(report))?;
                listed(out, "Differs when regenerated", differences)?;
                if let Some(other) = other_program.as_ref().filter(|_| !differences.is_empty()) {
                    writeln!(out, "{other}")?;
                }
                left_out.iter().try_for_each(|why| writeln!(out, "Not regenerated: {}", terminal(why)))
            }
        }
    }
}

/// Writes a line for each of these, under one heading.
pub(super) fn listed(out: &mut dyn Write, heading: &str, lines: &[String]) -> io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(out, "{heading}: {line}"))
}

/// Makes a report again, if its folder has what that takes.
pub(super) fn remade(
    checked: &Checked,
    report: &ManifestReport,
    name: String,
    since: Option<&Path>,
    console: &Console,
) -> Result<Remade, CliError> {
    let Checked { folder, manifest, mismatch, .. } = checked;
    let Some(provenance @ Provenance { settings: Some(settings), .. }) = &report.provenance else {
        return Ok(without_settings(report, manifest, name));
    };
    let again = Again { folder, report, provenance, name, since, console };
    let needed = again.needed(settings);
    let is_needed = |file: &&String| needed.contains(*file);
    let changed = mismatch.changed.iter().map(|(file, _)| file).chain(&mismatch.missing).find(is_needed);
    if let Some(file) = changed {
        let why = format!("{file}, which it is made of, has changed or is missing");
        return Ok(Remade::Impossible { report: again.name, why });
    }
    match settings {
        Settings::Diff(settings) => again.diff(settings),
        Settings::Harvest(settings) => again.harvest(settings),
    }
}

/// What becomes of a report whose manifest does not say how it was made.
fn without_settings(report: &ManifestReport, manifest: &Manifest, name: String) -> Remade {
    if MANY.contains(&report.report.as_str()) {
        let why =
            "its folder does not contain the snapshots; the manifest has the SHA-256 of the files that it was made of";
        return Remade::NotPossible { report: name, why: why.to_owned() };
    }
    if report.report == SPLIT {
        let why = "a folder of `harvest --split` does not record how it was made".to_owned();
        return Remade::NotPossible { report: name, why };
    }
    // Of a harvest, a comparison in the same folder takes the snapshot.
    let snapshot = report.report.strip_prefix("harvest ").map(|tag| format!("{tag}_snapshot.json"));
    let others = manifest.reports.iter().filter(|other| other.report != report.report);
    let is_replaced = others.flat_map(|other| &other.files).any(|file| Some(&file.name) == snapshot.as_ref());
    let why = "a later report has replaced some of its files".to_owned();
    if is_replaced { Remade::NotPossible { report: name, why } } else { Remade::Impossible { report: name, why } }
}

/// A report that is made again.
struct Again<'a> {
    folder: &'a Path,
    report: &'a ManifestReport,
    provenance: &'a Provenance,
    name: String,
    since: Option<&'a Path>,
    console: &'a Console,
}

impl Again<'_> {
    /// The files that it is made of.
    fn needed(&self, settings: &Settings) -> BTreeSet<String> {
        let snapshot = |tag: &AccountTag| format!("{tag}_snapshot.json");
        match settings {
            Settings::Diff(settings) => {
                let copies = [DICTIONARY_COPY, ACCEPTED_COPY, CATALOGUE_COPY].map(str::to_owned);
                copies.into_iter().chain([&settings.tags.left, &settings.tags.right].map(snapshot)).collect()
            }
            Settings::Harvest(settings) => [catalogue_copy(&settings.tag), snapshot(&settings.tag)].into(),
        }
    }

    fn settings_error(&self, problem: impl ToString) -> CliError {
        VerifyError::Settings { report: self.name.clone(), problem: problem.to_string() }.into()
    }

    fn snapshot(&self, tag: &AccountTag) -> Result<Snapshot, CliError> {
        let path = self.folder.join(format!("{tag}_snapshot.json"));
        Ok(read_file(InputKind::Account, &path, None)?.snapshot)
    }

    /// The copy of an input, if the report has one.
    fn copy(&self, kind: InputKind, name: &str) -> Result<Option<InputFile>, CliError> {
        let is_there = self.report.files.iter().any(|file| file.name == name);
        is_there.then(|| InputFile::read(kind, self.folder.join(name))).transpose()
    }

    fn catalogue(&self, name: &str) -> Result<(Catalogue, Option<InputFile>), CliError> {
        let file = self.copy(InputKind::Catalogue, name)?;
        let catalogue = file.as_ref().map(catalogue_of).transpose()?.unwrap_or_else(Catalogue::embedded);
        Ok((catalogue, file))
    }

    fn harvest(self, settings: &HarvestSettings) -> Result<Remade, CliError> {
        let HarvestSettings { tag, origin, skip_items, raw_csv } = settings;
        let (catalogue, copy) = self.catalogue(&catalogue_copy(tag))?;
        let snapshot = self.snapshot(tag)?;
        let account = account(&snapshot)?;
        let harvest = Harvest { tag, origin, account: &account, snapshot: &snapshot };
        let skip: &[Skip] = if *skip_items { &[Skip::Items] } else { &[] };
        let mut files = of_harvest(harvest, &catalogue, csv::Options { raw: *raw_csv }, skip);
        if let Some(file) = &copy {
            files.push(File::new(catalogue_copy(tag), move |out| out.write_all(file.bytes())));
        }
        let wrong = self.wrong_provenance(&[(tag, &snapshot)], &[(InputKind::Catalogue, copy.as_ref())]);
        self.compared(&files, None, wrong)
    }

    fn diff(self, settings: &DiffSettings) -> Result<Remade, CliError> {
        let (options, copies) = self.options(settings)?;
        let parsed = |word: &String| word.parse::<FailOn>().map_err(|error| self.settings_error(error));
        let fail_on: Option<Vec<FailOn>> = match &settings.fail_on {
            Some(words) => Some(words.iter().map(parsed).collect::<Result<_, _>>()?),
            None => None,
        };
        self.check_day(settings)?;
        let snapshots = settings.tags.as_ref().map(|tag| self.snapshot(tag));
        let (left, right) = (snapshots.left?, snapshots.right?);
        let kinds = [InputKind::Dictionary, InputKind::Accepted, InputKind::Catalogue];
        let names = [DICTIONARY_COPY, ACCEPTED_COPY, CATALOGUE_COPY];
        let file = |wanted: &str| copies.iter().find(|(name, _)| *name == wanted).map(|(_, file)| file);
        let inputs: Vec<_> = kinds.into_iter().zip(names.map(file)).collect();
        let accounts = [(&settings.tags.left, &left), (&settings.tags.right, &right)];
        let wrong = self.wrong_provenance(&accounts, &inputs);
        let (earlier, left_out) = match settings.since.as_deref().map(|folder| self.earlier(folder)) {
            Some(Ok(earlier)) => (Some(earlier), None),
            Some(Err(why)) => (None, Some(format!("{}: {why}", ABOUT_NEWS.join(", ")))),
            None => (None, None),
        };
        let ingredients = Ingredients {
            snapshots: Sides { left: &left, right: &right },
            options,
            settings: settings.clone(),
            fail_on: fail_on.as_deref(),
            provenance: Provenance { settings: None, ..self.provenance.clone() },
            copies: &copies,
        };
        // The settings and the inputs are those that the manifest has.
        let find_news: Box<FindNews<'_>> = Box::new(|fresh, found| match earlier {
            Some(earlier) => {
                if self.has_earlier() {
                    found.copies.extend(since::copies_of_earlier(earlier.folder(), fresh.report));
                }
                Ok(Some(since::compared(&earlier, fresh, self.console)?.0))
            }
            None if settings.without_earlier => Ok(Some(Since::without_earlier(fresh.report))),
            None => Ok(None),
        });
        let progress = Progress::start(self.console);
        make(ingredients, progress, find_news, |made, progress| {
            progress.finish("made again");
            self.compared(made.files, left_out, wrong)
        })
    }

    /// Whether the report has a copy of the earlier one.
    fn has_earlier(&self) -> bool {
        let start = format!("{}/", since::EARLIER_COPY);
        self.report.files.iter().any(|file| file.name.starts_with(&start))
    }

    /// Refuses a day for accepted entries that is not that of the report, but for time zones.
    fn check_day(&self, settings: &DiffSettings) -> Result<(), CliError> {
        let made: jiff::Timestamp =
            settings.generated_at.parse().map_err(|error: jiff::Error| self.settings_error(error))?;
        let made = made.to_zoned(jiff::tz::TimeZone::UTC).date();
        let days = made.until(settings.today).map_err(|error| self.settings_error(error))?.get_days();
        if days.abs() <= 1 {
            return Ok(());
        }
        Err(self.settings_error(format!(
            "the report was made on {made}, and accepted entries had to count on {}",
            settings.today
        )))
    }

    /// What the manifest says of accounts and inputs that is not what the snapshots and the copies say.
    fn wrong_provenance(
        &self,
        accounts: &[(&AccountTag, &Snapshot)],
        inputs: &[(InputKind, Option<&InputFile>)],
    ) -> Vec<String> {
        let mut wrong = Vec::new();
        let said = self.provenance.accounts.iter();
        let is_same = said.len() == accounts.len()
            && said
                .zip(accounts)
                .all(|(said, (tag, snapshot))| *said == of_snapshot(tag, said.source.clone(), snapshot));
        if !is_same {
            wrong.push(format!("{MANIFEST_FILE}: what it says of the accounts is not what the snapshots say"));
        }
        for (kind, copy) in inputs {
            let said = self.provenance.inputs.iter().filter(|input| input.kind == *kind);
            if !said.map(|input| &input.sha256).eq(copy.iter().map(|file| &file.digest.sha256)) {
                wrong.push(format!("{MANIFEST_FILE}: the SHA-256 of the input `{kind}` is not that of its copy"));
            }
        }
        wrong
    }

    /// The earlier report, if it is the one that the manifest names; else why not.
    fn earlier(&self, folder: &str) -> Result<SavedReport, String> {
        // A report that took the place of the earlier one has a copy of it.
        let there = if self.has_earlier() { self.folder.join(since::EARLIER_COPY) } else { PathBuf::from(folder) };
        let folder = self.since.map_or(there, Path::to_owned);
        let saved = SavedReport::to_compare(&folder).map_err(|error| in_words(&error))?;
        let inputs = || self.provenance.inputs.iter();
        let snapshots = saved.snapshots().map_err(|error| in_words(&error));
        let read: Vec<Input> = match snapshots {
            Ok(read) => Side::BOTH.into_iter().filter_map(|side| read.get(side).file.clone()).collect(),
            // Then the report was made without them, or is not the one.
            Err(_) => Vec::new(),
        };
        let of = |kind: InputKind| inputs().filter(move |input| input.kind == kind).map(|input| &input.sha256);
        let is_it = of(InputKind::EarlierReport).eq([&saved.input.sha256])
            && of(InputKind::EarlierSnapshot).eq(read.iter().map(|input| &input.sha256));
        let other =
            || format!("the report in `{}` is not the earlier report that the manifest names", folder.display());
        if is_it { Ok(saved) } else { Err(other()) }
    }

    /// What the comparison takes, and the copies of inputs.
    fn options(&self, settings: &DiffSettings) -> Result<(Options, Vec<InputCopy>), CliError> {
        let (catalogue, catalogue_file) = self.catalogue(CATALOGUE_COPY)?;
        let dictionary_file = self.copy(InputKind::Dictionary, DICTIONARY_COPY)?;
        let accepted_file = self.copy(InputKind::Accepted, ACCEPTED_COPY)?;
        let mut list = dictionary_file.as_ref().map(dictionary_of).transpose()?.unwrap_or_default();
        for (id, name) in &settings.known_accounts {
            list.know_account(id.clone(), name.clone());
        }
        let entries = accepted_file.as_ref().map(accepted_of).transpose()?.unwrap_or_default();
        let accepted = Accepted { file: settings.accepted_file.clone(), entries, today: settings.today };
        let dictionary = Dictionary { list, builtins: self.builtins(&settings.builtin_rules)? };
        let options = Options {
            selection: settings.selection.clone(),
            allow_incomplete: settings.allow_incomplete,
            severities: self.severities(settings)?,
            accepted: Some(accepted),
            generated_at: settings.generated_at.clone(),
            ..dictionary.options(settings.tags.as_ref(), catalogue)
        };
        let copies =
            [(DICTIONARY_COPY, dictionary_file), (ACCEPTED_COPY, accepted_file), (CATALOGUE_COPY, catalogue_file)];
        Ok((options, copies.into_iter().filter_map(|(name, file)| Some((name, file?))).collect()))
    }

    /// The severities that were set, whatever a config file sets now.
    fn severities(&self, settings: &DiffSettings) -> Result<SeverityOverrides, CliError> {
        let Some(set) = &settings.severity_overrides else { return Ok(SeverityOverrides::default()) };
        let one = |(rule, severity): (&String, &String)| {
            let rule: Rule = rule.parse().map_err(|error: UnknownRule| self.settings_error(error))?;
            let severity: Severity = severity.parse().map_err(|error: UnknownSeverity| self.settings_error(error))?;
            Ok((rule, severity))
        };
        let rules = set.rules.iter().map(one).collect::<Result<_, CliError>>()?;
        Ok(SeverityOverrides { file: set.file.clone(), rules })
    }

    fn builtins(&self, on: &[String]) -> Result<Builtins, CliError> {
        for name in on {
            name.parse::<Builtin>().map_err(|error| self.settings_error(error))?;
        }
        let off = Builtin::ALL.into_iter().filter(|rule| !on.iter().any(|name| name == rule.as_str()));
        let without = |builtins: Builtins, rule: Builtin| builtins.without(rule.as_str()).map_err(CliError::Builtin);
        off.into_iter().try_fold(Builtins::default(), without)
    }

    /// Compares the files with those in the folder. What is new since an earlier report is in some of them, which are left out
    /// if that report is not there.
    fn compared(&self, files: &[File<'_>], left_out: Option<String>, wrong: Vec<String>) -> Result<Remade, CliError> {
        let is_left_out = |name: &str| left_out.is_some() && ABOUT_NEWS.contains(&name);
        let made: BTreeSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
        let written: BTreeSet<&str> = self.report.files.iter().map(|file| file.name.as_str()).collect();
        let sets = [(&made, &written, "is not in the folder"), (&written, &made, "is not made any more")];
        let mut differences = wrong;
        let unlike = sets
            .into_iter()
            .flat_map(|(these, those, what)| these.difference(those).map(move |name| (name, what)))
            .filter(|(name, _)| !is_left_out(name))
            .map(|(name, what)| format!("{name}: {what}"));
        differences.extend(unlike);
        // What is missing, or is no file, is told already.
        let is_there = |name: &str| written.contains(name) && self.folder.join(name).is_file();
        let both: Vec<&File<'_>> =
            files.iter().filter(|file| is_there(&file.name) && !is_left_out(&file.name)).collect();
        let compared: Vec<Option<String>> =
            both.par_iter().with_max_len(1).map(|file| self.difference(file)).collect::<Result<_, _>>()?;
        differences.extend(compared.into_iter().flatten());
        let (was, is) = (&self.provenance.program, this_program());
        let other_program = (was.version != is.version).then(|| {
            format!(
                "The report was made by iamctl {}; this is iamctl {}, which can write the same facts in another way.",
                was.version, is.version
            )
        });
        Ok(Remade::Made { report: self.name.clone(), files: both.len(), differences, other_program, left_out })
    }

    /// Where a file made again differs from the one in the folder.
    fn difference(&self, file: &File<'_>) -> Result<Option<String>, CliError> {
        let path = self.folder.join(&file.name);
        let unreadable = |source| VerifyError::Unreadable { path: path.clone(), source };
        let there = match Opened::open(&path) {
            Ok(there) => BufReader::with_capacity(1 << 16, there),
            Err(error) => return Ok(Some(format!("{}: it cannot be read: {error}", file.name))),
        };
        let mut out = BufWriter::with_capacity(1 << 16, Comparing { there, line: 1, differs: false });
        file.write(&mut out).map_err(unreadable)?;
        let comparing = out.into_inner().map_err(|error| unreadable(error.into_error()))?;
        Ok(comparing.finish().map_err(unreadable)?.map(|line| format!("{}: from line {line}", file.name)))
    }
}

/// A writer that compares what is written with what a reader has.
struct Comparing<R> {
    there: R,
    /// The line up to which both are the same.
    line: usize,
    differs: bool,
}

impl<R: Read> Comparing<R> {
    /// The first line that differs; none if all is the same.
    fn finish(mut self) -> io::Result<Option<usize>> {
        let is_longer = self.there.read(&mut [0])? > 0;
        Ok((self.differs || is_longer).then_some(self.line))
    }
}

impl<R: Read> Write for Comparing<R> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.differs {
            return Ok(bytes.len());
        }
        let mut there = Vec::with_capacity(bytes.len());
        let most = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        (&mut self.there).take(most).read_to_end(&mut there)?;
        let same = bytes.iter().zip(&there).take_while(|(a, b)| a == b).map(|(byte, _)| byte);
        let mut count = 0;
        for byte in same {
            count += 1;
            self.line += usize::from(*byte == b'\n');
        }
        self.differs = count < bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! `iamctl remediate`: the commands that align one account's roles with the other's.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use clap::builder::FalseyValueParser;

use super::clock;
use super::complete;
use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::inputs::CatalogueArgs;
use super::saved_report::SavedReport;
use crate::model::Selection;
use crate::model::{AccountTag, Side, Sides};
use crate::parse::snapshot::Snapshot;
use crate::pipeline::{self, Accepted, Options, Prepared};
use crate::remediate::{self, Input, Plan, Script};
use crate::store::text_file;

/// What `remediate` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Output folder of an earlier `iamctl diff`
    #[arg(value_name = "REPORT_FOLDER")]
    folder: PathBuf,
    /// Tag of the account to change
    ///
    /// The roles of the other account are the model.
    #[arg(long, value_name = "TAG", env = "IAMCTL_MAKE", add = complete::tag())]
    make: AccountTag,
    /// Change only roles with this name; can be repeated
    ///
    /// The name is the real or the normalized one, in any case. `*` and `?` are wildcards. Separate several names with
    /// commas, or repeat the option. It is an error if a pattern matches no role.
    #[arg(long = "role", value_name = "GLOB", env = "IAMCTL_ROLE", value_delimiter = ',', add = complete::role())]
    roles: Vec<String>,
    /// Also change what CloudFormation, Terraform, or another tool manages
    ///
    /// Without this option, the script says for each such role and policy where to change it. Roles that AWS owns are never
    /// changed.
    #[arg(long, env = "IAMCTL_INCLUDE_MANAGED", value_parser = FalseyValueParser::new())]
    include_managed: bool,
    /// Write the script to this file, and beside it the script that undoes it
    ///
    /// For `qa.sh`, the other file is `qa.undo.sh`. Existing files are not overwritten. Without this option, the script is
    /// printed, and there is none that undoes it.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    output: Option<PathBuf>,
    #[command(flatten)]
    catalogue: CatalogueArgs,
}

/// The file of a script and that of the script that undoes it.
#[derive(Debug)]
struct Files([PathBuf; 2]);

impl Files {
    /// `qa.sh` and `qa.undo.sh`; neither may be there: a script that was run may have to be undone.
    fn new(path: &Path) -> Result<Self, CliError> {
        let Some(stem) = path.file_stem() else {
            return Err(CliError::NoFileName { path: path.to_owned() });
        };
        let mut name = stem.to_owned();
        name.push(".undo");
        if let Some(extension) = path.extension() {
            name.push(".");
            name.push(extension);
        }
        let files = [path.to_owned(), path.with_file_name(name)];
        // A link that leads nowhere is there as well.
        match files.iter().find(|path| path.symlink_metadata().is_ok()) {
            Some(path) => Err(CliError::ScriptExists { path: path.clone() }),
            None => Ok(Self(files)),
        }
    }

    fn names(&self) -> [String; 2] {
        self.0.each_ref().map(|path| path.file_name().unwrap_or_default().to_string_lossy().into_owned())
    }

    /// Writes both or neither.
    fn write(&self, script: &Script<'_>) -> Result<(), CliError> {
        let [path, undo] = &self.0;
        let text = |write: &dyn Fn(&mut dyn std::io::Write) -> std::io::Result<()>| {
            let mut out = Vec::new();
            write(&mut out).map_err(CliError::Print)?;
            Ok::<_, CliError>(String::from_utf8_lossy(&out).into_owned())
        };
        let files = [
            (path.clone(), text(&|out| remediate::write(out, script))?),
            (undo.clone(), text(&|out| remediate::write_undo(out, script))?),
        ];
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(text_file::write_all(folder, &files, false)?)
    }
}

/// Prints or writes the script.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    let files = args.output.as_deref().map(Files::new).transpose()?;
    let saved = SavedReport::read_checked(&args.folder, console)?;
    let make = saved.side(&args.make)?;
    let Sides { left, right } = saved.snapshots()?.map(|read| read.snapshot);
    of_snapshots(args, &saved, Sides { left: &left, right: &right }, make, files.as_ref(), console)
}

fn of_snapshots(
    args: &Args,
    saved: &SavedReport,
    snapshots: Sides<&Snapshot>,
    make: Side,
    files: Option<&Files>,
    console: &Console,
) -> Result<ExitCode, CliError> {
    let accepted = Accepted { file: None, entries: saved.report.accepted_entries.clone(), today: clock::today() };
    let catalogue = args.catalogue.read(console)?;
    let options = Options {
        accepted: Some(accepted),
        severities: saved.report.severity_overrides.clone(),
        ..saved.dictionary()?.options(saved.tags(), catalogue)
    };
    // All roles, also of a report about some: a policy is changed for every role that carries it.
    let prepared = Prepared::new(pipeline::read(snapshots)?.map(Cow::Owned), &options)?;
    prepared.check(&Selection { roles: args.roles.clone(), exclude_service_linked: false })?;
    let spinner = console.spinner("comparing");
    let report = prepared.compare()?;
    let account = *prepared.accounts().get(make);
    let Some(account_id) = &account.id else {
        return Err(CliError::NoAccountId { tag: args.make.clone() });
    };
    spinner.say("verifying the changes");
    let plan = remediate::plan(Input {
        prepared: &prepared,
        comparison: &report,
        make,
        roles: [&args.roles, &saved.report.selection.roles],
        exclude_service_linked: saved.report.selection.exclude_service_linked,
        include_managed: args.include_managed,
    })
    .map_err(CliError::Plan)?;
    drop(spinner);
    let folder = args.folder.display().to_string();
    let made_at = options.generated_at.as_str();
    let names = files.map(Files::names);
    let names = names.as_ref().map(|names| names.each_ref().map(String::as_str));
    let script =
        Script { comparison: &report, account, account_id, make, report: &folder, made_at, plan: &plan, files: names };
    match files {
        Some(files) => files.write(&script)?,
        None => console.print(|out| remediate::write(out, &script))?,
    }
    tell(&plan, args, files, console);
    tell_undo(&remediate::undo(account, &plan), files, console);
    Ok(if plan.left() == 0 { ExitCode::Done } else { ExitCode::Different })
}

fn tell(plan: &Plan, args: &Args, files: Option<&Files>, console: &Console) {
    let alone = plan.roles.iter().filter(|role| role.only_in.is_some()).count();
    console.note(&format!(
        "different roles of {}: {}; roles in only one account: {alone}; commands: {}; differences marked NOT DONE: {}",
        args.make,
        plan.roles.len() - alone,
        plan.changes(),
        plan.left(),
    ));
    for role in &plan.roles {
        for left in &role.left {
            console.detail(&format!("{}: {}: {}", role.name, left.part.in_words(), left.why));
        }
    }
    if let Some(Files([path, undo])) = files {
        console.note(&format!("wrote {} and {}, which undoes it", path.display(), undo.display()));
    }
}

/// What the script that undoes the other cannot take back.
fn tell_undo(undo: &Plan, files: Option<&Files>, console: &Console) {
    for role in undo.roles.iter().filter(|_| files.is_some()) {
        for left in &role.left {
            console.warning(&format!("{} cannot be undone: {}: {}", role.name, left.part.in_words(), left.why));
        }
    }
}

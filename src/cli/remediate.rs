//! `iamctl remediate`: the commands that align one account's roles with the other's.

use std::borrow::Cow;
use std::path::PathBuf;

use super::complete;
use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::inputs::{self, CatalogueArgs};
use super::saved_report::SavedReport;
use crate::model::Selection;
use crate::model::{AccountTag, Side, Sides};
use crate::parse::snapshot::Snapshot;
use crate::pipeline::{self, Accepted, Options, Prepared};
use crate::remediate::{self, Input, Plan, Script};

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
    #[command(flatten)]
    catalogue: CatalogueArgs,
}

/// Prints the script.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    let saved = SavedReport::read_checked(&args.folder, console)?;
    let make = saved.side(&args.make)?;
    let Sides { left, right } = saved.snapshots()?.map(|read| read.snapshot);
    of_snapshots(args, &saved, Sides { left: &left, right: &right }, make, console)
}

fn of_snapshots(
    args: &Args,
    saved: &SavedReport,
    snapshots: Sides<&Snapshot>,
    make: Side,
    console: &Console,
) -> Result<ExitCode, CliError> {
    let accepted = Accepted { file: None, entries: saved.report.accepted_entries.clone(), today: inputs::today() };
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
    })
    .map_err(CliError::Plan)?;
    drop(spinner);
    let folder = args.folder.display().to_string();
    let made_at = options.generated_at.as_str();
    let script = Script { comparison: &report, account, account_id, make, report: &folder, made_at, plan: &plan };
    console.print(|out| remediate::write(out, &script))?;
    tell(&plan, args, console);
    Ok(if plan.left() == 0 { ExitCode::Done } else { ExitCode::Different })
}

fn tell(plan: &Plan, args: &Args, console: &Console) {
    console.note(&format!(
        "different roles of {}: {}; commands: {}; differences marked NOT DONE: {}",
        args.make,
        plan.roles.len(),
        plan.changes(),
        plan.left(),
    ));
    for role in &plan.roles {
        for left in &role.left {
            console.detail(&format!("{}: {}: {}", role.name, left.part.in_words(), left.why));
        }
    }
}

//! `iamctl remediate`: the commands that align one account's roles with the other's.

use std::path::PathBuf;

use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::inputs::{self, CatalogueArgs};
use super::pair::{Prepared, join, prepare};
use super::saved_report::SavedReport;
use crate::compare::{self, Acceptance, Settings};
use crate::model::Selection;
use crate::model::{AccountTag, Side, Sides};
use crate::parse::snapshot::Snapshot;
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
    #[arg(long, value_name = "TAG", env = "IAMCTL_MAKE")]
    make: AccountTag,
    /// Change only roles with this name; can be repeated
    ///
    /// The name is the real or the normalised one, in any case. `*` and `?` are wildcards. Separate several names with
    /// commas, or repeat the option. It is an error if a pattern matches no role.
    #[arg(long = "role", value_name = "GLOB", env = "IAMCTL_ROLE", value_delimiter = ',')]
    roles: Vec<String>,
    #[command(flatten)]
    catalogue: CatalogueArgs,
}

/// Prints the script.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    let saved = SavedReport::read(&args.folder)?;
    let make = saved.side(&args.make)?;
    let Sides { left, right } = saved.snapshots()?;
    of_snapshots(args, &saved, Sides { left: &left, right: &right }, make, console)
}

fn of_snapshots(
    args: &Args,
    saved: &SavedReport,
    snapshots: Sides<&Snapshot>,
    make: Side,
    console: &Console,
) -> Result<ExitCode, CliError> {
    let dictionary = saved.dictionary()?;
    let (tags, rules, now) = (saved.tags(), dictionary.rules(), inputs::now());
    let catalogue = args.catalogue.read(console)?;
    // All roles, also of a report about some: a policy is changed for every role that carries it.
    let all = Selection::default();
    let prepared = prepare(snapshots, tags, rules, |both| {
        let named = Selection { roles: args.roles.clone(), exclude_service_linked: false };
        named.check([&both.left.normalised, &both.right.normalised])?;
        Ok(all.clone())
    })?;
    let spinner = console.spinner("comparing");
    let settings = Settings { catalogue: &catalogue, rules, generated_at: &now, selection: &all };
    let mut report = compare::between(join(tags, snapshots, &prepared), settings)?;
    let acceptance =
        Acceptance { file: None, entries: &saved.report.accepted_entries, today: inputs::today(), all_roles: true };
    compare::accept(&mut report, acceptance);
    let of = prepared.as_ref();
    let accounts = of.map(|one: &Prepared| &one.account);
    let Some(account_id) = &accounts.get(make).id else {
        return Err(CliError::NoAccountId { tag: args.make.clone() });
    };
    spinner.say("verifying the changes");
    let plan = remediate::plan(Input {
        comparison: &report,
        accounts,
        normalised: of.map(|one| &one.normalised),
        normalisers: of.map(|one| &one.normaliser),
        tags,
        rules,
        catalogue: &catalogue,
        acceptance,
        make,
        roles: [&args.roles, &saved.report.selection.roles],
        exclude_service_linked: saved.report.selection.exclude_service_linked,
    })?;
    drop(spinner);
    let folder = args.folder.display().to_string();
    let (account, made_at) = (*accounts.get(make), now.as_str());
    let script = Script { comparison: &report, account, account_id, make, report: &folder, made_at, plan: &plan };
    console.print(|out| remediate::write(out, &script))?;
    tell(&plan, args, console);
    Ok(if plan.left() == 0 { ExitCode::Done } else { ExitCode::Different })
}

fn tell(plan: &Plan, args: &Args, console: &Console) {
    console.note(&format!(
        "{} roles of {} differ: {} commands written, {} differences remain, marked NOT DONE",
        plan.roles.len(),
        args.make,
        plan.changes(),
        plan.left(),
    ));
    for role in &plan.roles {
        for left in &role.left {
            console.detail(&format!("{}: {}: {}", role.name, left.part.in_words(), left.why));
        }
    }
}

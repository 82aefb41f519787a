//! `iamctl harvest`: one account to a folder, or the accounts of a list.

mod args;
mod many;

use super::config::FromFile;
use super::console::Console;
use super::error::CliError;
use super::evidence::{Begun, of_snapshot, record};
use super::exit_code::ExitCode;
use super::fleet::FleetError;
use super::input_file::{InputFile, catalogue_copy};
use super::split;
use crate::evidence::{HarvestSettings, Provenance, Settings};
use crate::formats::escape::terminal;
use crate::formats::files::{File, Harvest, of_harvest};
use crate::parse::account::account;
use crate::report::sentences::counted;
use crate::store::Folder;
pub(super) use args::Args;

/// What the config file says besides options.
pub(super) fn take(args: &mut Args, from_file: FromFile) {
    args.input.from_file = from_file;
}

/// Reads the account and writes its files.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    let (Some(source), Some(tag)) = (&args.source, &args.tag) else { return many::run(args, console) };
    if let Some(flag) = args.lists.of_many().or(args.resume.of_many()) {
        return Err(FleetError::OfMany { flag }.into());
    }
    let begun = Begun::now(&args.input.from_file);
    let (catalogue, catalogue_file) = args.input.catalogue_input(console)?;
    let folder = args.output.folder()?;
    let split = args.split.as_deref().map(Folder::named).transpose()?;
    let [read] = &args.input.read([source], true, console)?;
    let snapshot = &read.snapshot;
    args.split.as_deref().map(|folder| split::check(folder, args.output.named(), snapshot)).transpose()?;
    let account = account(snapshot)?;
    if account.roles.is_empty() {
        console.warning(&format!("{tag}: the account has no roles"));
    }
    let origin = source.origin();
    let harvest = Harvest { tag, origin: &origin, account: &account, snapshot };
    let mut files = of_harvest(harvest, &catalogue, args.output.csv(), &[]);
    let inputs = read.file.clone().into_iter().chain(catalogue_file.as_ref().map(InputFile::input)).collect();
    if let Some(file) = &catalogue_file {
        files.push(File::new(catalogue_copy(tag), move |out| out.write_all(file.bytes())));
    }
    let settings =
        HarvestSettings { tag: tag.clone(), origin: origin.clone(), skip_items: false, raw_csv: args.output.csv().raw };
    let provenance = Provenance {
        settings: Some(Settings::Harvest(settings)),
        ..begun.provenance(vec![of_snapshot(tag, source.in_words(), snapshot)], inputs)
    };
    let path = folder.write(record(&format!("harvest {tag}"), provenance), &files)?;
    let split = split.map(|folder| split::write(folder, snapshot)).transpose()?;
    console.print(|out| {
        let id = account.id.as_ref().map_or("with unknown ID", |id| id.as_str());
        writeln!(out, "{tag}: account {id}, {}", counted(account.roles.len(), "role"))?;
        writeln!(out, "Files: {}", terminal(&path.to_string_lossy()))?;
        match split {
            Some(path) => writeln!(out, "Roles and policies: {}", terminal(&path.to_string_lossy())),
            None => Ok(()),
        }
    })?;
    Ok(ExitCode::Done)
}

//! `iamctl listprofiles`: the profiles, one per line.

use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;

/// What `listprofiles` takes: nothing of its own.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// Prints name, region and the way each profile gets its credentials.
#[cfg(feature = "harvest")]
pub(super) fn run(_: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    use crate::formats::escape::terminal;

    let profiles = crate::harvest::profiles()?;
    if profiles.is_empty() {
        console.note("there are no profiles; create one with `aws configure` or `aws configure sso`");
    }
    console.print(|out| {
        let names: Vec<_> = profiles.iter().map(|profile| terminal(&profile.name)).collect();
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
        for (profile, name) in profiles.iter().zip(&names) {
            let region = profile.region.as_deref().unwrap_or("-");
            writeln!(out, "{name:width$}  {:14}  {}", terminal(region), terminal(&profile.credentials))?;
        }
        Ok(())
    })?;
    Ok(ExitCode::Done)
}

/// Without the AWS side there is no reader of the AWS config.
#[cfg(not(feature = "harvest"))]
pub(super) fn run(_: &Args, _: &mut Console) -> Result<ExitCode, CliError> {
    Err(CliError::NoAws { asked: "the list of profiles".to_owned() })
}

//! `iamctl completions`: what a shell runs to complete our command line.
//!
//! The shell's function is small and asks this program, which knows its flags and reads the names of the profiles when
//! it is asked. It does so through the variable [`ASKED`] that only that function sets.

use clap::ValueEnum;
use clap_complete::env::Shells;

use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;

/// The variable by which a shell asks for completions.
pub(super) const ASKED: &str = "IAMCTL_COMPLETE";

/// The name that is completed, and that is called for it.
pub(super) const PROGRAM: &str = "iamctl";

/// What `completions` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Shell: bash, zsh, fish, or powershell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    /// Bash
    Bash,
    /// Zsh
    Zsh,
    /// fish
    Fish,
    /// PowerShell
    Powershell,
}

impl Shell {
    const fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
        }
    }
}

/// Prints the shell's function.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    console.print(|out| match Shells::builtins().completer(args.shell.name()) {
        Some(shell) => shell.write_registration(ASKED, PROGRAM, PROGRAM, PROGRAM, out),
        None => Ok(()),
    })?;
    Ok(ExitCode::Done)
}

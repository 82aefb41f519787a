//! The command line: one file per command, each with its `Args` and a `run`.
//!
//! This room alone reads the environment and the clock, and pairs the writers of [`crate::formats`] with the files of
//! [`crate::store`]. Results go to stdout; progress, advice and errors to stderr.

mod accept;
mod ask;
mod can;
mod can_assume;
mod complete;
mod console;
mod diff;
mod error;
mod exit_code;
mod explain;
mod harvest;
pub mod init;
mod inputs;
mod interrupt;
mod man;
mod profiles;
mod remediate;
mod reports;
mod saved_report;
mod source;
mod suggest;

use std::ffi::OsString;

use clap::{Parser, Subcommand};

use console::{Console, ConsoleArgs};
pub use error::CliError;
pub use exit_code::ExitCode;

/// Compares the IAM roles of two AWS accounts and says exactly what differs.
#[derive(Debug, Parser)]
#[command(name = "iamctl", version, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    console: ConsoleArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a sample dictionary and the action catalogue, to edit and to keep in git
    Init(init::Args),
    /// List the profiles of the AWS config, with how each gets its credentials
    #[command(visible_alias = "profiles")]
    Listprofiles(profiles::Args),
    /// Read one account: all its IAM items as CSV, and a snapshot
    Harvest(harvest::Args),
    /// Compare two accounts: both harvests, all reports, a summary
    Diff(Box<diff::Args>),
    /// Find the dictionary that two accounts need: what is meant to differ between them
    Suggest(Box<suggest::Args>),
    /// Explain one role: what each account's may do more, with proof and cause, and the policies side by side
    Explain(explain::Args),
    /// Accept differences of a report: write them, each with a reason, to the file that `diff` reads
    Accept(Box<accept::Args>),
    /// Print a script of AWS CLI commands that make one account's roles mean what the other's do
    Remediate(remediate::Args),
    /// Ask whether a role may do something, and by which statement (exit code 0 yes, 1 no, 2 not certain)
    Can(can::Args),
    /// Ask whether somebody may take a role, and by which statement (exit code 0 yes, 1 no, 2 not certain)
    CanAssume(can_assume::Args),
    /// Print what makes a shell complete commands, flags, profiles and files
    Completions(complete::Args),
    /// Print the man page of iamctl or of a command, or write all of them to a folder
    Man(man::Args),
}

/// Runs the program with these arguments, the first being its own name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(code) = complete::asked_by_shell(&args) {
        return code;
    }
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to stdout with 0, wrong use to stderr with 2. A closed stream changes nothing.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::Failed } else { ExitCode::Done };
        }
    };
    interrupt::install();
    let mut console = Console::new(&cli.console);
    let result = match &cli.command {
        Command::Init(args) => init_run(args, &mut console),
        Command::Listprofiles(args) => profiles::run(args, &mut console),
        Command::Harvest(args) => harvest::run(args, &mut console),
        Command::Diff(args) => diff::run(args, &mut console),
        Command::Suggest(args) => suggest::run(args, &mut console),
        Command::Explain(args) => explain::run(args, &mut console),
        Command::Accept(args) => accept::run(args, &mut console),
        Command::Remediate(args) => remediate::run(args, &mut console),
        Command::Can(args) => can::run(args, &mut console),
        Command::CanAssume(args) => can_assume::run(args, &mut console),
        Command::Completions(args) => complete::run(args, &mut console),
        Command::Man(args) => man::run(args, &mut console),
    };
    result.unwrap_or_else(|error| {
        console.failure(&error);
        ExitCode::Failed
    })
}

fn init_run(args: &init::Args, console: &mut Console) -> Result<ExitCode, CliError> {
    let (mut out, mut err) = console.streams();
    init::run(args, &mut out, &mut err)?;
    Ok(ExitCode::Done)
}

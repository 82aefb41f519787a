//! The command line: one file per command, each with its `Args` and a `run`.
//!
//! This room alone reads the environment and the clock, and pairs the writers of [`crate::formats`] with the files of
//! [`crate::store`]. Results go to stdout; progress, advice and errors to stderr.

mod accept;
mod accounts;
mod answer_shell;
mod ask;
mod can;
mod can_assume;
mod clock;
mod comparison;
mod complete;
mod completions;
mod config;
mod console;
mod dictionary;
mod diff;
mod error;
mod evidence;
mod examples;
mod exit_code;
mod explain;
mod fleet;
mod harvest;
pub mod init;
mod input_file;
mod inputs;
mod interrupt;
mod known_names;
mod list_reports;
mod man;
mod message;
mod near_names;
mod profiles;
mod program;
mod read_source;
mod remediate;
mod reports;
mod same_account;
mod saved_report;
mod since;
mod source;
mod split;
mod suggest;
mod verify;
#[cfg(feature = "harvest")]
mod watch;

use std::ffi::OsString;

use clap::FromArgMatches as _;

pub use config::ConfigError;
use config::{Parsed, Refused};
use console::Console;
pub use error::CliError;
pub use exit_code::ExitCode;
pub use fleet::FleetError;
use program::{Cli, Command, command, command_in_short};
pub use verify::VerifyError;

fn parse(args: &[OsString]) -> Result<(Cli, Parsed), Refused> {
    let is_short = args.iter().skip(1).take_while(|arg| *arg != "--").any(|arg| arg == "-h");
    let mut program = if is_short { command_in_short() } else { command() };
    let mut parsed = config::parse(args, &mut program)?;
    let mut cli = Cli::from_arg_matches(&parsed.matches).map_err(|error| Refused::Clap(error.format(&mut program)))?;
    let from_file = std::mem::take(&mut parsed.from_file);
    match &mut cli.command {
        Command::Harvest(args) => harvest::take(args, from_file),
        Command::Diff(args) => diff::take(args, from_file),
        Command::Fleet(args) => fleet::take(args, from_file),
        Command::Explain(args) => explain::take(args, from_file),
        // For the others, the file has options and nothing else.
        Command::Init(_)
        | Command::Listprofiles(_)
        | Command::Suggest(_)
        | Command::Accept(_)
        | Command::Remediate(_)
        | Command::Since(_)
        | Command::Reports(_)
        | Command::Verify(_)
        | Command::Can(_)
        | Command::CanAssume(_)
        | Command::Config(_)
        | Command::Completions(_)
        | Command::Man(_) => {}
    }
    Ok((cli, parsed))
}

/// Runs the program with these arguments, the first being its own name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(code) = answer_shell::asked_by_shell(&args) {
        return code;
    }
    let (cli, parsed) = match parse(&args) {
        Ok(parsed) => parsed,
        Err(Refused::Clap(error)) => return print(&error),
        Err(Refused::Config(error)) => {
            Console::plain().failure(&error);
            return ExitCode::Failed;
        }
    };
    interrupt::install();
    let mut console = Console::new(&cli.console);
    if let Some(config) = &parsed.config {
        console.detail(&format!("config file: {}", config.path().display()));
    }
    dispatch(&cli.command, &parsed, &mut console).unwrap_or_else(|error| {
        console.failure(&error);
        ExitCode::Failed
    })
}

/// Prints what clap says. Help and version go to stdout with 0, wrong use to stderr with 2. A reader that has gone away
/// changes nothing; a full disk does, where the text is the result.
fn print(error: &clap::Error) -> ExitCode {
    let unprinted = error.print().err().filter(|error| error.kind() != std::io::ErrorKind::BrokenPipe);
    match unprinted {
        _ if error.use_stderr() => ExitCode::Failed,
        None => ExitCode::Done,
        Some(error) => {
            Console::plain().failure(&CliError::Print(error));
            ExitCode::Failed
        }
    }
}

fn dispatch(command: &Command, parsed: &Parsed, console: &mut Console) -> Result<ExitCode, CliError> {
    match command {
        Command::Init(args) => init_run(args, console),
        Command::Listprofiles(args) => profiles::run(args, console),
        Command::Harvest(args) => harvest::run(args, console),
        Command::Diff(args) => diff::run(args, console),
        Command::Fleet(args) => fleet::run(args, console),
        Command::Suggest(args) => suggest::run(args, console),
        Command::Explain(args) => explain::run(args, console),
        Command::Accept(args) => accept::run(args, console),
        Command::Remediate(args) => remediate::run(args, console),
        Command::Reports(args) => list_reports::run(args, console),
        Command::Since(args) => since::run(args, console),
        Command::Verify(args) => verify::run(args, console),
        Command::Can(args) => can::run(args, console),
        Command::CanAssume(args) => can_assume::run(args, console),
        Command::Config(args) => config::run(args, &program::command(), parsed.config.as_ref(), console),
        Command::Completions(args) => completions::run(args, console),
        Command::Man(args) => man::run(args, &program::command(), console),
    }
}

fn init_run(args: &init::Args, console: &mut Console) -> Result<ExitCode, CliError> {
    let (mut out, mut err) = console.streams();
    init::run(args, &mut out, &mut err)?;
    Ok(ExitCode::Done)
}

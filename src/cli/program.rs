//! The program as clap knows it: its commands, and the options of all of them.

use clap::{CommandFactory as _, Parser, Subcommand};

use super::console::ConsoleArgs;
use super::{
    accept, can, can_assume, completions, config, diff, examples, explain, fleet, harvest, init, list_reports, man,
    profiles, remediate, since, suggest, verify,
};

/// Compares the IAM roles of two AWS accounts and reports exactly what differs
///
/// iamctl reads the IAM roles of two AWS accounts, from the accounts themselves or from files, and compares what each role
/// can do, who can assume it, and what its policies and attributes say. For every difference in access it shows a proof: a
/// request that one account allows and the other account denies. iamctl never changes an account.
#[derive(Debug, Parser)]
#[command(
    name = "iamctl",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_long_help = examples::PROGRAM
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub console: ConsoleArgs,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a sample dictionary and the action catalog as files
    ///
    /// Writes two files that you can edit and keep in git: `equivalency_list.json`, a sample of a dictionary, and
    /// `iam.json`, the action catalog. Both are optional. The command works offline, unless you give `--refresh` without
    /// a folder.
    #[command(after_long_help = examples::INIT)]
    Init(init::Args),
    /// List the profiles of the AWS config
    ///
    /// Prints each profile of the AWS config with its region and the way in which it gets its credentials.
    #[command(visible_alias = "profiles", after_long_help = examples::LISTPROFILES)]
    Listprofiles(profiles::Args),
    /// Read accounts and write their IAM items and snapshots
    ///
    /// Reads all IAM roles of an account with their policies, and writes them to a folder: every item of a policy as a row
    /// in CSV files, and the account as a snapshot. This is called a harvest. Every command that compares accounts reads
    /// the snapshot instead of the account.
    ///
    /// With `--accounts` or `--profiles`, reads many accounts and writes a snapshot of each.
    #[command(after_long_help = examples::HARVEST)]
    Harvest(Box<harvest::Args>),
    /// Compare the IAM roles of two accounts
    ///
    /// Reads two accounts, pairs their roles by name, and compares what each role can do, who can assume it, what its
    /// policies say, and its attributes. Writes reports to a folder and prints a summary, the most severe differences
    /// first. Each difference in access comes with a proof: a request that one account allows and the other account
    /// denies.
    ///
    /// Texts that are meant to differ between the accounts, such as `dev` and `qa`, are listed in a dictionary and count as
    /// equal. `iamctl suggest` finds them.
    #[command(after_long_help = examples::DIFF)]
    Diff(Box<diff::Args>),
    /// Compare any number of accounts with a baseline
    ///
    /// Compares each account with the baseline, as `iamctl diff` does, and puts the results together: per role, the
    /// accounts in which it is the same form a class; differences with one cause are told once, with all their accounts;
    /// and the accounts that deviate most are listed first. Writes the matrix of roles and accounts, and the full report of
    /// each account that deviates.
    #[command(after_long_help = examples::FLEET)]
    Fleet(Box<fleet::Args>),
    /// Find the dictionary that accounts need
    ///
    /// Compares the names in two accounts and finds the texts that are meant to differ, such as `dev` and `qa`. Prints them
    /// as a dictionary, each entry with its evidence, and lists the roles that the entries do not explain. With
    /// `--baseline`, finds one dictionary for any number of accounts.
    #[command(after_long_help = examples::SUGGEST)]
    Suggest(Box<suggest::Args>),
    /// Explain the differences of one role, or a rule
    ///
    /// Shows everything that differs between the roles of one name: what the role can do in only one account, each
    /// difference with its proof and its cause; who can assume it; its attributes; and how the policies differ, line by
    /// line, with placeholders in place of the texts of the dictionary.
    ///
    /// With `--rule`, explains a kind of difference: what it means, why it matters, and how to resolve it.
    #[command(after_long_help = examples::EXPLAIN)]
    Explain(explain::Args),
    /// Accept differences of a report
    ///
    /// Writes the selected differences of a report to `accepted.json`, each with a reason. `iamctl diff` reads this file:
    /// accepted differences no longer make a run fail, and the reports list them separately.
    #[command(after_long_help = examples::ACCEPT)]
    Accept(Box<accept::Args>),
    /// Print AWS CLI commands that align one account's roles with the other's
    ///
    /// Reads the report of an earlier `iamctl diff` and prints a shell script of AWS CLI commands. The script changes the
    /// roles of one account so that they have the same permissions as those of the other account. iamctl does not run the
    /// script. What is not certain is a comment in the script, marked NOT DONE, with the reason, and so is what somebody
    /// else manages or only one account has. The exit code is 0 if the script makes all requested changes, and 1 if
    /// something is NOT DONE.
    #[command(after_long_help = examples::REMEDIATE)]
    Remediate(remediate::Args),
    /// Say what is new in a report since an earlier one
    ///
    /// Compares the reports of two runs of `iamctl diff` for the same accounts: which findings and causes are new, have
    /// changed, are still there, or are resolved. A finding is not new because its policy has another name, its statement
    /// another place, or its sentence other words.
    #[command(after_long_help = examples::SINCE)]
    Since(since::Args),
    /// List the reports of earlier runs, and remove old ones
    ///
    /// Lists the folders with reports of `iamctl diff`, the newest first, with their accounts and the numbers of findings and
    /// causes. With `--keep`, removes those that are older.
    #[command(after_long_help = examples::REPORTS)]
    Reports(list_reports::Args),
    /// Check that a folder is as iamctl wrote it, and regenerate its reports
    ///
    /// Compares each file with the size and the SHA-256 in manifest.json, and names files that were changed, are missing, or
    /// are not in the manifest. Then regenerates each report from the snapshots and the copies of its inputs in the folder, with the
    /// settings of the run, and compares it byte by byte. The exit code is 0 if everything is the same, 1 if something is not, and 2 if
    /// that cannot be determined.
    #[command(after_long_help = examples::VERIFY)]
    Verify(verify::Args),
    /// Check whether a role can make one request
    ///
    /// Evaluates one request against the policies and the permissions boundary of a role, and prints the decision and the
    /// statements that lead to it. Use it to check the proof of a difference. The exit code is 0 if the request is allowed,
    /// 1 if it is denied, and 2 if that is not certain.
    #[command(after_long_help = examples::CAN)]
    Can(can::Args),
    /// Check whether a principal can assume a role
    ///
    /// Evaluates the trust policy of a role for one principal, and prints the decision and the statements that lead to it.
    /// The policies of the principal's own account are not evaluated. The exit code is 0 if the principal can assume the
    /// role, 1 if it cannot, and 2 if that is not certain.
    #[command(after_long_help = examples::CAN_ASSUME)]
    CanAssume(can_assume::Args),
    /// Show the settings that hold, and where they come from
    ///
    /// Prints what the config file `iamctl.toml` and the variables set, each value with its origin, and the pairs of accounts
    /// that have a name. With a command, prints all options of the command.
    #[command(after_long_help = examples::CONFIG)]
    Config(config::Args),
    /// Print the completion script for a shell
    ///
    /// Prints a script that completes the commands, options, AWS profiles, and files of iamctl in your shell, and the tags,
    /// roles, and rules of a report folder.
    #[command(after_long_help = examples::COMPLETIONS)]
    Completions(completions::Args),
    /// Print or install the man pages
    ///
    /// Prints the man page of iamctl or of one command, or writes all man pages to a folder.
    #[command(after_long_help = examples::MAN)]
    Man(man::Args),
}

/// The options of all commands that change nothing about one of them.
const fn without_effect(command: &str) -> &'static [&'static str] {
    match command.as_bytes() {
        b"config" => &["quiet", "verbose", "no_progress", "no_input"],
        b"init" => &["quiet", "verbose", "no_progress", "no_input"],
        b"listprofiles" | b"accept" => &["verbose", "no_progress", "no_input"],
        b"remediate" => &["no_input"],
        b"verify" => &["no_input"],
        b"since" | b"reports" => &["verbose", "no_progress", "no_input"],
        b"completions" | b"man" => &["quiet", "verbose", "no_progress", "no_input", "config", "no_config"],
        _ => &[],
    }
}

/// The command line. A command does not list the options of all commands that change nothing about it, though it takes
/// them.
pub(super) fn command() -> clap::Command {
    let mut program = Cli::command().args(config::args());
    let of_all: Vec<clap::Arg> = program.get_arguments().filter(|arg| arg.is_global_set()).cloned().collect();
    let names: Vec<String> = program.get_subcommands().map(|one| one.get_name().to_owned()).collect();
    for name in names {
        let hidden = of_all.iter().filter(|arg| without_effect(&name).contains(&arg.get_id().as_str()));
        let hidden: Vec<clap::Arg> = hidden.map(|arg| arg.clone().hide(true)).collect();
        program = program.mut_subcommand(&name, |command| command.args(hidden));
    }
    // `man` takes the name of any command.
    program.mut_subcommand("man", |man| {
        man.mut_args(|arg| if arg.get_id() == "command" { arg.value_parser(known) } else { arg })
    })
}

/// A command's name or its other name.
fn known(name: &str) -> Result<String, String> {
    let program = command();
    if program.find_subcommand(name).is_some() {
        return Ok(name.to_owned());
    }
    let names: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
    Err(format!("the commands are {}", names.join(", ")))
}

/// The command line for `-h`, which has one line per option: variables and values are for `--help`.
pub(super) fn command_in_short() -> clap::Command {
    let short = |arg: clap::Arg| {
        let has_values = arg.get_action().takes_values();
        arg.hide_env(true).hide_possible_values(has_values)
    };
    let program = command();
    let names: Vec<String> = program.get_subcommands().map(|one| one.get_name().to_owned()).collect();
    names.iter().fold(program.mut_args(short), |program, name| program.mut_subcommand(name, |one| one.mut_args(short)))
}

//! `iamctl can`: whether one request is allowed, and by which statement.

use super::complete;
use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::inputs::InputArgs;
use super::source::Source;
use crate::compare::role_policies;
use crate::model::Role;
use crate::parse::account::account;
use crate::report::decision;
use crate::semantics::evaluate::{Context, Request, Verdict, evaluate};

/// What `can` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Profile of the AWS config, snapshot file, or `env:`
    #[arg(value_name = "SOURCE", add = complete::source())]
    source: Source,
    /// Name of the role, ignoring case
    #[arg(value_name = "ROLE")]
    role: String,
    /// Action, such as `s3:PutObject`
    #[arg(value_name = "ACTION")]
    action: String,
    /// ARN of what it acts on; `*` for an action that takes no resource
    #[arg(value_name = "RESOURCE")]
    resource: String,
    /// A condition key of the request, such as `aws:SecureTransport=true`; repeatable, also for one key
    #[arg(long = "context", value_name = "KEY=VALUE", value_parser = key_value)]
    context: Vec<(String, String)>,
    #[command(flatten)]
    input: InputArgs,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("`KEY=VALUE` is expected".to_owned()),
    }
}

/// Reads the account, asks the evaluator, prints the decision.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    let catalogue = args.input.catalogue(console)?;
    let [snapshot] = &args.input.snapshots([&args.source], true, console)?;
    let account = account(snapshot)?;
    let role = find(&account.roles, &args.role)?;
    let context = context(&args.context);
    let request = Request { action: &args.action, resource: &args.resource, context: &context };
    let decision = evaluate(&role_policies(role), &request, &catalogue);
    console.print(|out| decision::write(out, &role.name, &request, &decision))?;
    Ok(match decision.verdict {
        Verdict::Allowed => ExitCode::Done,
        Verdict::ImplicitlyDenied | Verdict::ExplicitlyDenied => ExitCode::Different,
        Verdict::Unknown => ExitCode::Failed,
    })
}

fn find<'a>(roles: &'a [Role], name: &str) -> Result<&'a Role, CliError> {
    roles.iter().find(|role| role.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
        let names: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
        CliError::unknown_role(name, &names)
    })
}

/// The keys with their values; a key that comes several times has several values.
fn context(pairs: &[(String, String)]) -> Context {
    let mut keys: Vec<(String, Vec<String>)> = Vec::new();
    for (key, value) in pairs {
        match keys.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(key)) {
            Some((_, values)) => values.push(value.clone()),
            None => keys.push((key.clone(), vec![value.clone()])),
        }
    }
    keys.into_iter().collect()
}

//! `iamctl can`: whether one request is allowed, and by which statement.

use super::ask;
use super::complete;
use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::inputs::InputArgs;
use super::source::Source;
use crate::compare::role_policies;
use crate::formats::decision;
use crate::model::AccountTag;
use crate::parse::account::AccountReader;
use crate::semantics::evaluate::{Request, Verdict, evaluate};

/// What `can` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// AWS profile, snapshot file, report folder, or `env:`
    ///
    /// `env:` stands for the credentials of the environment. A word with a path separator, or that ends in `.json` or
    /// `.json.gz`, is a file: a snapshot, or the output of `aws iam get-account-authorization-details`; or a folder that
    /// `iamctl harvest --split` wrote. Any other word is a profile of the AWS config.
    /// `FILE#ACCOUNT_ID` is one account of a file that contains several.
    #[arg(value_name = "SOURCE", add = complete::source())]
    source: Source,
    /// Tag of the account, if SOURCE is a report folder
    ///
    /// iamctl reads the snapshot of the account with this tag in the folder. Required if SOURCE is a report folder.
    #[arg(long, value_name = "TAG", add = complete::tag())]
    tag: Option<AccountTag>,
    /// Name of the role
    ///
    /// The real name in the account, in any case, or its ARN; with `--tag`, also the normalized name that the report shows.
    #[arg(value_name = "ROLE", add = complete::role())]
    role: String,
    /// Action, such as `s3:PutObject`
    #[arg(value_name = "ACTION")]
    action: String,
    /// ARN of the resource, or `*`
    ///
    /// Use `*` for an action that does not support resource-level permissions.
    #[arg(value_name = "RESOURCE")]
    resource: String,
    /// Condition key of the request; can be repeated
    ///
    /// For example, `aws:SecureTransport=true`. Repeat the option for several keys, or for one key that has several
    /// values. The request does not contain the keys that you do not name.
    #[arg(long = "context", value_name = "KEY=VALUE", value_parser = ask::key_value)]
    context: Vec<(String, String)>,
    /// Accept an action that is not in the catalog
    ///
    /// iamctl then assumes that the action can act on any resource.
    #[arg(long)]
    allow_unknown_action: bool,
    #[command(flatten)]
    input: InputArgs,
}

/// Reads the account, asks the evaluator, prints the decision.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    let catalogue = args.input.catalogue(console)?;
    let asked = ask::source(&args.source, args.tag.as_ref(), console)?;
    let snapshot = args.input.snapshot(&asked.source, console)?;
    let account = AccountReader::default().account_with_absent(&snapshot)?;
    let role = asked.find(&account.roles, &args.role)?;
    // Only the policies of this role have to be there.
    account.check_absent_of(role)?;
    match ask::action(&catalogue, &args.action, args.allow_unknown_action)? {
        Some(found) => ask::resource(found, &args.action, &args.resource, role)?,
        None => ask::resource_of_unknown(&args.action, &args.resource, role)?,
    }
    let context = ask::context(&args.context);
    let request = Request { action: &args.action, resource: &args.resource, context: &context };
    for warning in ask::misspelt_keys(&args.context, &catalogue) {
        console.warning(&warning);
    }
    let policies = role_policies(role);
    let decision = evaluate(&policies, &request, &catalogue);
    let ignored = ask::ignored(&args.context, &context, &policies.role);
    console.print(|out| decision::write(out, &role.name, &request, &decision, &ignored))?;
    Ok(exit_code(decision.verdict))
}

/// Yes, no, or not certain.
pub(super) const fn exit_code(verdict: Verdict) -> ExitCode {
    match verdict {
        Verdict::Allowed => ExitCode::Done,
        Verdict::ImplicitlyDenied | Verdict::ExplicitlyDenied => ExitCode::Different,
        Verdict::Unknown => ExitCode::Failed,
    }
}

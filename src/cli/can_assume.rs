//! `iamctl can-assume`: whether a principal can assume a role, and which statement allows it.

use clap::ValueEnum;

use super::ask::{self, AskError};
use super::can::exit_code;
use super::complete;
use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::inputs::InputArgs;
use super::source::Source;
use crate::catalog::Catalogue;
use crate::formats::decision;
use crate::model::{AccountTag, Role};
use crate::parse::account::AccountReader;
use crate::semantics::evaluate::{Caller, Hint, RoleAccount, TrustRequest, evaluate_trust};

/// What `can-assume` takes.
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
    /// Principal that assumes the role
    ///
    /// One of: the ARN of a role, a user, or a session; a service, such as `ec2.amazonaws.com`; the ARN or the name of a SAML
    /// or OIDC provider; an S3 canonical user ID.
    #[arg(value_name = "PRINCIPAL")]
    principal: String,
    /// Type of the principal
    ///
    /// Required only if the form of PRINCIPAL does not show its type.
    #[arg(long, value_enum, value_name = "TYPE")]
    principal_type: Option<PrincipalType>,
    /// Action, such as `sts:TagSession`
    ///
    /// Without this option, the action with which such a principal assumes a role: `sts:AssumeRole`,
    /// `sts:AssumeRoleWithSAML`, or `sts:AssumeRoleWithWebIdentity`.
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// Condition key of the request; can be repeated
    ///
    /// For example, `sts:ExternalId=blue-7`. Repeat the option for several keys, or for one key that has several
    /// values. The request does not contain the keys that you do not name.
    ///
    /// `aws:PrincipalArn`, `aws:PrincipalAccount`, and `aws:PrincipalType` follow from PRINCIPAL.
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

/// The element under which a trust policy writes a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PrincipalType {
    /// A role, user or session
    Aws,
    /// An AWS service
    Service,
    /// A SAML or web identity provider
    Federated,
    /// An S3 canonical user
    CanonicalUser,
}

/// Reads the account, asks the evaluator, prints the decision.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    let catalogue = args.input.catalogue(console)?;
    let asked = ask::source(&args.source, args.tag.as_ref(), console)?;
    let snapshot = args.input.snapshot(&asked.source, console)?;
    // The role's other policies say nothing of who can assume it.
    let account = AccountReader::default().account_with_absent(&snapshot)?;
    let role = asked.find(&account.roles, &args.role)?;
    let caller = caller(&args.principal, args.principal_type, role)?;
    let action = args.action.as_deref().unwrap_or_else(|| default_action(caller));
    check_action(&catalogue, action, args.allow_unknown_action)?;
    for warning in ask::misspelt_keys(&args.context, &catalogue) {
        console.warning(&warning);
    }
    let context = ask::context(&args.context);
    ask::check_lengths(&context)?;
    let request = TrustRequest { caller, action, context: &context };
    let of = RoleAccount { account: role.arn.account(), id: None, partition: role.arn.partition() };
    let answer = evaluate_trust(&role.trust, of, &request, "trust");
    let contradiction = answer
        .decision
        .notes
        .iter()
        .find_map(|note| if let Hint::ContradictsCaller { key } = note.hint { Some(key) } else { None });
    if let Some(key) = contradiction {
        return Err(AskError::Contradiction { principal: args.principal.clone(), key }.into());
    }
    console.print(|out| decision::write_trust(out, &role.name, of, &request, &answer))?;
    Ok(exit_code(answer.decision.verdict))
}

/// The action with which a caller of this kind assumes roles.
fn default_action(caller: Caller<'_>) -> &'static str {
    match caller {
        Caller::Aws(_) | Caller::Service(_) | Caller::CanonicalUser(_) => "sts:AssumeRole",
        Caller::Federated(provider) if provider.contains(":saml-provider/") => "sts:AssumeRoleWithSAML",
        Caller::Federated(_) => "sts:AssumeRoleWithWebIdentity",
    }
}

fn check_action(catalogue: &Catalogue, action: &str, allow_unknown: bool) -> Result<(), AskError> {
    let Some((service, found)) = ask::action(catalogue, action, allow_unknown)? else { return Ok(()) };
    let is_on_role = |action| {
        service.prefix == "sts" && service.resource_types_of(action).any(|resource_type| resource_type.name == "role")
    };
    if is_on_role(found) {
        return Ok(());
    }
    let near = ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"].map(|name| format!("sts:{name}"));
    Err(AskError::NotOnRole { action: action.to_owned(), near: near.to_vec() })
}

/// The web identity providers that trust policies name without an ARN.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
const PROVIDERS: &[&str] =
    &["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];

/// Who a word on the command line is.
fn caller<'a>(text: &'a str, given: Option<PrincipalType>, role: &Role) -> Result<Caller<'a>, AskError> {
    let (partition, account) = (role.arn.partition(), role.arn.account());
    let refuse = |why, instead| Err(AskError::Principal { principal: text.to_owned(), why, instead });
    if text.contains(['*', '?']) {
        return refuse("it is a pattern: give one principal", name_one(partition, account));
    }
    match given {
        Some(PrincipalType::Service) => return Ok(Caller::Service(text)),
        Some(PrincipalType::Federated) => return Ok(Caller::Federated(text)),
        Some(PrincipalType::CanonicalUser) => return Ok(Caller::CanonicalUser(text)),
        Some(PrincipalType::Aws) | None => {}
    }
    if text.starts_with("arn:") {
        return of_arn(text, given);
    }
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let why = "it is an account, and its root user cannot assume a role";
        return refuse(why, name_one(partition, text));
    }
    if text.starts_with("AROA") || text.starts_with("AIDA") {
        let why = "it is the unique ID of a user or role; give the ARN";
        return refuse(why, name_one(partition, account));
    }
    let by_form = given.is_none();
    if by_form && PROVIDERS.contains(&text) {
        return Ok(Caller::Federated(text));
    }
    let ends = [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".aws.internal"];
    if by_form && !text.contains('/') && ends.iter().any(|end| text.ends_with(end)) {
        return Ok(Caller::Service(text));
    }
    if by_form && text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Caller::CanonicalUser(text));
    }
    let instead = format!(
        "give the ARN of a role, user, or session, a service, or a provider, such as \
            `arn:{partition}:iam::{account}:oidc-provider/HOST`; or use `--principal-type`"
    );
    refuse("its form does not show its type", instead)
}

fn of_arn(text: &str, given: Option<PrincipalType>) -> Result<Caller<'_>, AskError> {
    let refuse = |why, instead| Err(AskError::Principal { principal: text.to_owned(), why, instead });
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [_, partition, service, _, account, name] = parts.as_slice() else {
        return refuse("it is not a complete ARN", "an ARN has six parts, separated by `:`".to_owned());
    };
    let is = |kind: &str| name.strip_prefix(kind).is_some_and(|rest| !rest.is_empty());
    match *service {
        "iam" if *name == "root" => {
            refuse("it is an account, and its root user cannot assume a role", name_one(partition, account))
        }
        "iam" if given.is_none() && (is("saml-provider/") || is("oidc-provider/")) => Ok(Caller::Federated(text)),
        "iam" if is("role/") || is("user/") => Ok(Caller::Aws(text)),
        "sts" if is("assumed-role/") || is("federated-user/") => Ok(Caller::Aws(text)),
        _ => refuse("no user, role, session, or provider has such an ARN", name_one(partition, account)),
    }
}

fn name_one(partition: &str, account: &str) -> String {
    format!(
        "give a principal, such as `arn:{partition}:iam::{account}:role/NAME`, \
            `arn:{partition}:iam::{account}:user/NAME` \
         or `arn:{partition}:sts::{account}:assumed-role/NAME/SESSION`"
    )
}

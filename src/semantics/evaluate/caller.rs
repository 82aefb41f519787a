//! Who can ask for a role by which operation, and what a request says of who asks.
//!
//! - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html>: users and roles call
//!   `AssumeRole`; whoever holds a SAML assertion `AssumeRoleWithSAML`; whoever holds a token of a web identity
//!   provider `AssumeRoleWithWebIdentity`.
//! - <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>: not with the credentials of an
//!   account's root user.
//! - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>: `aws:PrincipalAccount`,
//!   `aws:PrincipalArn` ("for role sessions the ARN of the role") and `aws:PrincipalType`.

use super::context::Context;
use super::decision::Hint;
use super::role_account::RoleAccount;
use super::trust_request::{Caller, TrustRequest};

/// Why a caller cannot make this call at all, whatever the trust policy says.
///
/// Nobody assumes a role of another partition:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html> ("each AWS account is scoped to one partition").
pub(super) fn cannot_call(caller: Caller<'_>, action: &str, role: RoleAccount<'_>) -> Option<Hint> {
    if let Caller::Aws(arn) = caller
        && partition(arn).is_some_and(|partition| partition != role.partition)
    {
        return Some(Hint::OtherPartition { partition: role.partition.to_owned() });
    }
    (!is_call_of(caller, action)).then_some(Hint::NotItsCall)
}

/// Whether an operation is one for callers of this kind.
fn is_call_of(caller: Caller<'_>, action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    match caller {
        Caller::Aws(arn) if arn.ends_with(":root") || arn.contains(":federated-user/") => false,
        Caller::Aws(_) | Caller::CanonicalUser(_) | Caller::Service(_) => {
            action != "sts:assumerolewithsaml" && action != "sts:assumerolewithwebidentity"
        }
        Caller::Federated(provider) => match action.as_str() {
            "sts:assumerole" => false,
            "sts:assumerolewithsaml" => provider.starts_with("arn:") && !provider.contains(":oidc-provider/"),
            "sts:assumerolewithwebidentity" => !provider.contains(":saml-provider/"),
            _ => true,
        },
    }
}

/// The partition of an ARN; another text has none.
fn partition(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:")?.split(':').next()
}

/// The context with what follows from the caller, or the key by which it speaks of somebody else.
pub(super) fn context(request: &TrustRequest<'_>) -> Result<Context, &'static str> {
    let mut said = Vec::new();
    for key in OF_CALLER {
        let given = request.context.values(key);
        match (own(request.caller, key), given) {
            (Own::Value(value), None) => said.push((key.to_owned(), vec![value])),
            (Own::Value(value), Some([one])) if is_same(request.caller, key, &value, one) => {}
            (Own::Value(_) | Own::Missing, Some(_)) => return Err(key),
            (Own::Missing, None) | (Own::NotTold, _) => {}
        }
    }
    let given = request.context.iter().map(|(key, values)| (key.to_owned(), values.to_vec()));
    Ok(given.chain(said).collect())
}

/// The keys that follow from the caller.
const OF_CALLER: [&str; 5] =
    ["aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType", "aws:username", "aws:PrincipalServiceName"];

/// What a caller makes of a key.
enum Own {
    Value(String),
    Missing,
    NotTold,
}

fn own(caller: Caller<'_>, key: &str) -> Own {
    let parts: Vec<&str> = match caller {
        Caller::Aws(arn) => arn.splitn(6, ':').collect(),
        Caller::Service(name) if key == "aws:PrincipalServiceName" => return Own::Value(name.to_owned()),
        Caller::Service(_) | Caller::Federated(_) if key == "aws:PrincipalType" => return Own::NotTold,
        Caller::Service(_) | Caller::Federated(_) => return Own::Missing,
        Caller::CanonicalUser(_) => return Own::NotTold,
    };
    let [_, partition, service, _, account, name] = parts.as_slice() else { return Own::NotTold };
    let session = name.strip_prefix("assumed-role/").and_then(|rest| rest.split_once('/'));
    let is_user = *service == "iam" && name.starts_with("user/");
    match (key, session) {
        ("aws:PrincipalServiceName", _) => Own::Missing,
        ("aws:username", _) if is_user => Own::Value(name.rsplit_once('/').map_or(*name, |(_, name)| name).to_owned()),
        ("aws:username", _) => Own::Missing,
        ("aws:PrincipalAccount", _) => Own::Value((*account).to_owned()),
        ("aws:PrincipalType", _) if is_user => Own::Value("User".to_owned()),
        ("aws:PrincipalType", _) => Own::Value("AssumedRole".to_owned()),
        (_, Some((role, _))) if *service == "sts" => Own::Value(format!("arn:{partition}:iam::{account}:role/{role}")),
        _ => Own::Value(parts.join(":")),
    }
}

/// Whether the value given for a key is the caller's. The ARN of a session does not say the path of its role, which a
/// request may; without it the role is taken to have none.
fn is_same(caller: Caller<'_>, key: &str, own: &str, given: &str) -> bool {
    let Caller::Aws(arn) = caller else { return own == given };
    let of_path = || {
        let (role, name) = own.rsplit_once('/')?;
        let rest = given.strip_prefix(role)?.strip_suffix(name)?;
        Some(rest.starts_with('/') && rest.ends_with('/') && !rest.contains("//"))
    };
    own == given || (key == "aws:PrincipalArn" && arn.contains(":assumed-role/") && of_path().unwrap_or(false))
}

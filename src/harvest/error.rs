//! What can go wrong at the AWS edge. Every variant holds facts only; no secret (key, token, one-time code, output of a
//! credential process) gets into one, and neither does anything of the SDK that could carry a raw reply.

use std::path::PathBuf;

use thiserror::Error;

use super::denied::{self, Denial};
use crate::model::{AccountId, Arn};

/// Why credentials, identities or roles could not be had.
#[derive(Debug, Error)]
pub enum HarvestError {
    /// The AWS config or credentials file is not readable or not well formed.
    #[error("the AWS config files cannot be read: {problem}")]
    ConfigFiles {
        /// What the reader said, with file and line where it knows them.
        problem: String,
    },
    /// No profile of that name.
    #[error("there is no profile `{}` in the AWS config files, which contain {}", .profile.escape_debug(), known_profiles(.known))]
    UnknownProfile {
        /// The name that was asked for.
        profile: String,
        /// The names there are, nearest first.
        known: Vec<String>,
    },
    /// A profile that contradicts itself or leaves something out.
    #[error("profile `{}` cannot be used: {problem}", .profile.escape_debug())]
    ProfileUnusable {
        /// The profile that was asked for.
        profile: String,
        /// What is wrong, naming the profile of the chain where it stands.
        problem: String,
    },
    /// `env:` was asked for, and a variable of the environment cannot be used.
    #[error("the environment cannot be used: {problem}")]
    EnvironmentUnusable {
        /// What is wrong, naming the variable.
        problem: String,
    },
    /// The certificates that `ca_bundle` or `AWS_CA_BUNDLE` names are not there or not certificates.
    #[error("the certificate bundle `{}` cannot be used: {problem}", .path.display())]
    CertificateBundle {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The SSO session is missing or over, and this program cannot log in.
    #[error("the SSO session of profile `{}` is missing or has expired", .profile.escape_debug())]
    SsoLogin {
        /// The profile that holds the SSO settings.
        profile: String,
        /// The `sso_session` it names, if it does.
        session: Option<String>,
        /// What the SDK said.
        #[source]
        cause: Box<Cause>,
    },
    /// The SSO session is good, but the role is not among those of the user.
    #[error("IAM Identity Center does not give the role `{}`{} to the user of profile `{}`", .role.escape_debug(),
        in_account(.account), .profile.escape_debug())]
    SsoRole {
        /// The profile that holds the SSO settings.
        profile: String,
        /// Its `sso_role_name`.
        role: String,
        /// Its `sso_account_id`.
        account: Option<AccountId>,
        /// What AWS answered.
        #[source]
        cause: Box<Cause>,
    },
    /// The session of `aws login` is missing or over.
    #[error("the login session of profile `{}` is missing or has expired", .profile.escape_debug())]
    ConsoleLogin {
        /// The profile that holds `login_session`.
        profile: String,
        /// What the SDK said.
        #[source]
        cause: Box<Cause>,
    },
    /// Credentials could not be had for another reason.
    #[error("no credentials from {way} for {origin}")]
    Credentials {
        /// The source, such as ``profile `dev` ``.
        origin: String,
        /// How they were to be had, such as `credential_process`.
        way: String,
        /// What the SDK said.
        #[source]
        cause: Box<Cause>,
    },
    /// A code of the MFA device is needed, and there is nobody to ask.
    #[error("profile `{}` needs a code from the MFA device `{}`", .profile.escape_debug(), .device.escape_debug())]
    MfaCodeNeeded {
        /// The profile that holds `mfa_serial`.
        profile: String,
        /// The device.
        device: String,
    },
    /// What was given as code of an MFA device is not six digits. The text itself is not repeated.
    #[error("the code for the MFA device `{}` does not have six digits", .device.escape_debug())]
    MfaCodeMalformed {
        /// The device.
        device: String,
    },
    /// One code was given, and the sources need codes of several devices or users.
    #[error("the MFA code was already used, and profile `{}` needs another code for `{}`", .profile.escape_debug(),
        .device.escape_debug())]
    MfaCodeUsed {
        /// The profile that holds `mfa_serial`.
        profile: String,
        /// The device.
        device: String,
    },
    /// The command that should print the code did not.
    #[error("the MFA command for the device `{}` {problem}", .device.escape_debug())]
    MfaCommand {
        /// The device.
        device: String,
        /// How it failed, such as `ended with exit status: 1`.
        problem: String,
    },
    /// AWS refused the session that the code of an MFA device was to make.
    #[error("AWS rejected the code of the MFA device `{}` for profile `{}`", .device.escape_debug(),
        .profile.escape_debug())]
    MfaRefused {
        /// The profile that holds `mfa_serial`.
        profile: String,
        /// The device.
        device: String,
        /// What AWS answered.
        #[source]
        cause: Box<Cause>,
    },
    /// AWS does not permit a call.
    #[error("{call} is denied for {origin}{}{}", in_account(.account), after_colon(.denial))]
    Denied {
        /// The call, such as `ListRoles`.
        call: &'static str,
        /// The source, such as ``profile `dev` ``.
        origin: String,
        /// The account, where it is known.
        account: Option<AccountId>,
        /// The permission that is missing, such as `iam:ListRoles`.
        permission: String,
        /// Which policy denied it, where AWS says so.
        denial: Option<Denial>,
        /// What AWS answered.
        #[source]
        cause: Box<Cause>,
    },
    /// The credentials ran out.
    #[error("the credentials of {origin}{} have expired, according to {call}", in_account(.account))]
    Expired {
        /// The call that was denied.
        call: &'static str,
        /// The source.
        origin: String,
        /// The account, where it is known.
        account: Option<AccountId>,
        /// How to get new ones.
        renew: String,
        /// What AWS answered.
        #[source]
        cause: Box<Cause>,
    },
    /// AWS says that the time of the request is not its own.
    #[error("{} according to {call} for {origin}{}", clocks(.behind), in_account(.account))]
    Clock {
        /// The call that was denied.
        call: &'static str,
        /// The source.
        origin: String,
        /// The account, where it is known.
        account: Option<AccountId>,
        /// How many seconds this machine's clock is behind AWS's, negative if ahead, where the reply says AWS's time.
        behind: Option<i64>,
        /// What AWS answered.
        #[source]
        cause: Box<Cause>,
    },
    /// The time of a call is over.
    #[error("{call} for {origin}{} at {endpoint} did not finish within {}", in_account(.account), in_seconds(*.seconds))]
    TimedOut {
        /// The call.
        call: &'static str,
        /// The source.
        origin: String,
        /// The account, where it is known.
        account: Option<AccountId>,
        /// Where it was sent.
        endpoint: String,
        /// The time it had.
        seconds: u64,
        /// Whether AWS throttled it.
        throttled: bool,
        /// What it waited for.
        #[source]
        cause: Box<Cause>,
    },
    /// The credentials are those of another account than the one that was asked for.
    #[error("{origin} is for account {expected}, but its credentials are for account {found} (`{}`)",
        .arn.escape_debug())]
    OtherIdentity {
        /// The source.
        origin: String,
        /// The account that the profile names.
        expected: AccountId,
        /// The account that answered.
        found: AccountId,
        /// Who the credentials are.
        arn: String,
    },
    /// A reply with something of another account.
    #[error("the reply to {call} for {origin} is from another account: `{}` is not in account {account}",
        .arn.escape_debug())]
    OtherAccount {
        /// The call.
        call: &'static str,
        /// The source.
        origin: String,
        /// The account that was asked.
        account: AccountId,
        /// What is not its own.
        arn: String,
    },
    /// AWS does not know the credentials.
    #[error("the credentials of {origin} are not valid, according to {call}")]
    NotValid {
        /// The call that was denied.
        call: &'static str,
        /// The source.
        origin: String,
        /// What AWS answered.
        #[source]
        cause: Box<Cause>,
    },
    /// A call failed for another reason: the network, the service, a reply that broke off.
    #[error("{call} failed for {origin}{} at {endpoint}", in_account(.account))]
    Call {
        /// The call.
        call: &'static str,
        /// The source.
        origin: String,
        /// The account, where it is known.
        account: Option<AccountId>,
        /// Where it was sent, such as `https://iam.amazonaws.com`.
        endpoint: String,
        /// What happened.
        #[source]
        cause: Box<Cause>,
    },
    /// A reply that AWS would not give: a field is missing, a marker repeats.
    #[error("the reply to {call} for {origin} cannot be used: {problem}")]
    Reply {
        /// The call.
        call: &'static str,
        /// The source.
        origin: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A policy document that is not JSON.
    #[error("the document of {what} in account {account} is not JSON")]
    Document {
        /// The account.
        account: AccountId,
        /// Which one, such as ``inline policy `p` of role `r` ``.
        what: String,
        /// Where it stops being JSON.
        #[source]
        cause: Box<Cause>,
    },
    /// Something changed again and again while it was read.
    #[error("{what} in account {account} keeps changing while iamctl reads it")]
    Unsettled {
        /// The account.
        account: AccountId,
        /// What changed, such as ``role `r` ``.
        what: String,
    },
    /// The machinery of this program could not start.
    #[error("the network runtime cannot start")]
    Runtime {
        /// Why.
        #[source]
        cause: std::io::Error,
    },
}

/// The innermost reason, in words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Cause {
    /// AWS answered with an error.
    #[error("AWS answered {code}: {message}{}", request(.request_id))]
    Service {
        /// The error code, such as `AccessDenied`.
        code: String,
        /// AWS's own words.
        message: String,
        /// The id that AWS's support asks for.
        request_id: Option<String>,
    },
    /// No answer in time.
    #[error("no response in time: {0}")]
    Timeout(String),
    /// No connection, or it broke off.
    #[error("the connection failed: {0}")]
    Connection(String),
    /// Whatever answered sends the call elsewhere, which AWS does not.
    #[error("HTTP status {status}: the call is redirected{}", redirected(.to))]
    Redirect {
        /// The status.
        status: u16,
        /// Scheme and host of the new place, where there is one.
        to: Option<String>,
    },
    /// The reply broke off or is not what the call replies.
    #[error("the reply cannot be read: {0}")]
    Reply(String),
    /// Something before a request was sent.
    #[error("{0}")]
    Local(String),
}

impl HarvestError {
    /// What the user can do about it, if there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::ProfileUnusable { .. } | Self::EnvironmentUnusable { .. } => return None,
            Self::Reply { .. } | Self::Document { .. } | Self::Runtime { .. } => return None,
            Self::ConfigFiles { .. } => CHECK_FILES,
            Self::UnknownProfile { known, .. } if known.is_empty() => NO_PROFILE,
            Self::UnknownProfile { .. } => "run `iamctl listprofiles` to see the profiles with their settings",
            Self::CertificateBundle { .. } => BUNDLE,
            Self::SsoLogin { profile, session, .. } => return Some(sso_login(profile, session.as_deref())),
            Self::SsoRole { .. } => ASSIGN_ROLE,
            Self::ConsoleLogin { profile, .. } => return Some(format!("run `aws login --profile {profile}`")),
            Self::Credentials { cause, .. } => match cause.as_ref() {
                Cause::Timeout(_) => return Some(format!("{CHECK_NETWORK}; {MORE_TIME}")),
                // What a program or a service said is the hint.
                Cause::Connection(_) | Cause::Redirect { .. } => CHECK_NETWORK,
                Cause::Service { .. } | Cause::Reply(_) | Cause::Local(_) => return None,
            },
            Self::MfaCodeNeeded { .. } => MFA_CODE_NEEDED,
            Self::MfaCodeMalformed { .. } => "an MFA code consists of six digits",
            Self::MfaCodeUsed { .. } => MFA_CODE_USED,
            Self::MfaCommand { .. } => {
                "the shell runs the command with IAMCTL_MFA_DEVICE set; the command must print six digits"
            }
            Self::MfaRefused { .. } => {
                "a code is valid once and for 30 seconds: wait for the next code; check mfa_serial"
            }
            Self::Denied { call: "AssumeRoleWithWebIdentity", permission, denial: None, .. } => {
                return Some(format!(
                    "the trust policy of the role must allow {permission}, for the issuer, audience, and subject of the token"
                ));
            }
            Self::Denied { permission, denial, .. } => {
                return Some(
                    denial.as_ref().map_or_else(|| denied::needs(permission), |denial| denial.hint(permission)),
                );
            }
            Self::Expired { renew, .. } => renew,
            Self::Clock { .. } => "set the clock of this machine, and check its time zone; AWS accepts five minutes",
            Self::TimedOut { throttled: true, .. } => {
                "run the command again later, or give each call more time with --timeout"
            }
            Self::TimedOut { .. } => return Some(format!("{CHECK_NETWORK}; {MORE_TIME}")),
            Self::OtherIdentity { .. } => CHECK_ACCOUNT,
            Self::OtherAccount { .. } => CHECK_ENDPOINT,
            Self::NotValid { .. } => "check the access key, the clock of this machine, and the Region of the partition",
            Self::Call { cause, .. } => return cause.hint(),
            Self::Unsettled { .. } => "run the command again when nobody changes the account",
        };
        Some(hint.to_owned())
    }
}

const CHECK_FILES: &str = "check ~/.aws/config and ~/.aws/credentials, or the files that AWS_CONFIG_FILE and \
                           AWS_SHARED_CREDENTIALS_FILE name";
const NO_PROFILE: &str = "create a profile with `aws configure`, or set AWS_CONFIG_FILE to a file that contains one";
const BUNDLE: &str = "`ca_bundle` of the profile or AWS_CA_BUNDLE must name a file with certificates in PEM format";
const MFA_CODE_NEEDED: &str = "run iamctl on a terminal without --no-input, give the code with --mfa-code, or give a \
                               command that prints it with --mfa-command";
const MFA_CODE_USED: &str = "AWS accepts each code only once: use --mfa-command, or run iamctl on a terminal to be \
                             prompted for each code";
const ASSIGN_ROLE: &str = "check sso_account_id and sso_role_name; `aws sso login` does not help: the permission set must \
                           be assigned to the user in this account";
const CHECK_ACCOUNT: &str = "check the role_arn, sso_account_id, or login_session of the profile, and the endpoint \
                             (endpoint_url, AWS_ENDPOINT_URL)";
const CHECK_ENDPOINT: &str = "check the endpoint (endpoint_url, AWS_ENDPOINT_URL) and the proxy (HTTPS_PROXY)";
const CHECK_NETWORK: &str =
    "check the network, the proxy (HTTPS_PROXY, NO_PROXY), and the endpoint (endpoint_url, AWS_ENDPOINT_URL)";
const MORE_TIME: &str = "--timeout gives each call more time";

fn sso_login(profile: &str, session: Option<&str>) -> String {
    match session {
        Some(session) => {
            format!("run `aws sso login --profile {profile}` (or `aws sso login --sso-session {session}`)")
        }
        None => format!("run `aws sso login --profile {profile}`"),
    }
}

impl Cause {
    /// Whether AWS says that what was asked for is not there.
    pub(super) fn is_no_such_entity(&self) -> bool {
        matches!(self, Self::Service { code, .. } if code == "NoSuchEntity")
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Timeout(_) | Self::Connection(_) | Self::Redirect { .. } => Some(CHECK_NETWORK.to_owned()),
            Self::Service { .. } | Self::Reply(_) => Some("run the command again; nothing was written".to_owned()),
            Self::Local(_) => None,
        }
    }
}

/// The permission an IAM policy spells for a call.
pub(super) fn permission(call: &str, on: Option<&Arn>) -> String {
    let service = match call {
        "AssumeRole" | "GetCallerIdentity" | "GetSessionToken" => "sts",
        _ => "iam",
    };
    match on {
        Some(arn) => format!("{service}:{call} on {arn}"),
        None => format!("{service}:{call}"),
    }
}

fn known_profiles(known: &[String]) -> String {
    if known.is_empty() {
        return "no profiles".to_owned();
    }
    let names: Vec<String> = known.iter().map(|name| format!("`{}`", name.escape_debug())).collect();
    names.join(", ")
}

fn in_account(account: &Option<AccountId>) -> String {
    account.as_ref().map(|id| format!(" in account {id}")).unwrap_or_default()
}

fn request(id: &Option<String>) -> String {
    id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default()
}

fn after_colon(denial: &Option<Denial>) -> String {
    denial.as_ref().map(|denial| format!(": {denial}")).unwrap_or_default()
}

fn redirected(to: &Option<String>) -> String {
    to.as_ref().map(|to| format!(" to {}", to.escape_debug())).unwrap_or_default()
}

fn in_seconds(count: u64) -> String {
    if count == 1 { "1 second".to_owned() } else { format!("{count} seconds") }
}

/// How two clocks differ, as the start of a sentence.
fn clocks(behind: &Option<i64>) -> String {
    let Some(behind) = behind else { return "the clock of this machine differs from that of AWS,".to_owned() };
    let off = behind.unsigned_abs();
    let time = match off {
        0..120 => in_seconds(off),
        120..7200 => format!("{} minutes", off / 60),
        7200..172_800 => format!("{} hours", off / 3600),
        _ => format!("{} days", off / 86_400),
    };
    let way = if *behind < 0 { "ahead of" } else { "behind" };
    format!("the clock of this machine is {time} {way} that of AWS,")
}

//! Everything a profile can hold, and what `env:` means.

use crate::support::faults::{Fault, Proxy};
use crate::support::moto::{Account, url};
use crate::support::probe::{Outcome, Probe};
use crate::support::profiles::role_profile;

pub const BASE: &str = "[profile base]\naws_access_key_id = testing\naws_secret_access_key = very-secret-key\n";

/// Moto gives keys of its own making to its default account.
pub fn identity_of(account: &'static str) -> Fault {
    Fault::Rewrite(Box::new(move |_, reply| Some(reply.replace("123456789012", account))))
}

/// No run may show one of these, whatever happens.
pub fn keeps_secrets(outcome: &Outcome) {
    for secret in ["very-secret-key", "very-secret-token", "hunter2"] {
        let told = format!("{outcome:?}");
        assert!(!told.contains(secret), "{told}");
    }
}

#[test]
fn a_role_is_taken_as_the_profile_says() {
    let (account, proxy) = (Account::new(), Proxy::new());
    let config = format!(
        "{BASE}{}external_id = the-id\nduration_seconds = 1800\nrole_session_name = auditor\n",
        role_profile("left", &proxy.url(), &account)
    );
    let outcome = Probe::new(&config).open(&["left"]).good();
    let taken = &proxy.of("AssumeRole")[0];
    let sent = ["RoleArn", "ExternalId", "DurationSeconds", "RoleSessionName"].map(|name| taken.field(name));
    assert_eq!(sent, [account.entry().as_str(), "the-id", "1800", "auditor"]);
    keeps_secrets(&outcome);
}

#[test]
fn a_chain_of_roles_is_followed() {
    let (first, second, proxy) = (Account::new(), Account::new(), Proxy::new());
    let config = format!(
        "{BASE}{}[profile left]\nendpoint_url = {}\nrole_arn = {}\nsource_profile = middle\n",
        role_profile("middle", &proxy.url(), &first),
        proxy.url(),
        second.entry()
    );
    let outcome = Probe::new(&config).open(&["left"]).good();
    assert!(outcome.identities[0].starts_with(&second.id), "{:?}", outcome.identities);
    let taken = proxy.of("AssumeRole");
    let roles: Vec<&str> = taken.iter().map(|request| request.field("RoleArn")).collect();
    assert_eq!(roles, [first.entry(), second.entry()]);
    assert_eq!(taken[0].access_key(), "testing");
    assert_ne!(taken[1].access_key(), "testing");
}

#[test]
fn a_source_profiles_keys_win_over_its_role() {
    let (account, proxy) = (Account::new(), Proxy::new());
    let both = format!("{}role_arn = arn:aws:iam::111122223333:role/unused\nsource_profile = base\n", BASE);
    let config = format!("{both}{}", role_profile("left", &proxy.url(), &account));
    Probe::new(&config).open(&["left"]).good();
    assert_eq!(proxy.count("AssumeRole"), 1);
}

#[test]
fn a_profile_may_be_its_own_source() {
    let (account, proxy) = (Account::new(), Proxy::new());
    let config = format!(
        "[profile left]\naws_access_key_id = testing\naws_secret_access_key = x\nendpoint_url = {}\n\
         role_arn = {}\nsource_profile = left\n",
        proxy.url(),
        account.entry()
    );
    let outcome = Probe::new(&config).open(&["left"]).good();
    assert!(outcome.identities[0].starts_with(&account.id));
}

#[test]
fn a_chain_that_cannot_be_followed_is_an_error_before_anything_is_sent() {
    let role = "role_arn = arn:aws:iam::111122223333:role/r\n";
    let cases = [
        (
            format!("{role}source_profile = b\n[profile b]\n{role}source_profile = left\n"),
            "the profiles left -> b form a circle",
        ),
        (format!("{role}source_profile = gone\n"), "source_profile `gone` of profile `left` does not exist"),
        (role.to_owned(), "profile `left` has a role_arn, but neither source_profile nor credential_source"),
        (
            format!("{role}source_profile = b\ncredential_source = Environment\n"),
            "profile `left` has both source_profile and credential_source",
        ),
        (
            format!("{role}credential_source = Magic\n"),
            "credential_source of profile `left` is `Magic`, not Environment, Ec2InstanceMetadata, or EcsContainer",
        ),
        (
            format!("{role}credential_source = Environment\nduration_seconds = 1h\n"),
            "duration_seconds of profile `left` is `1h`, not a number from 900 to 43200",
        ),
        (
            "role_arn = admin\nsource_profile = b\n".to_owned(),
            "role_arn of profile `left`: `admin` is not an ARN: the form is `arn:partition:service:region:account:resource`",
        ),
        ("region = eu-west-1\n".to_owned(), "profile `left` has no credentials and no role_arn"),
        ("aws_access_key_id = testing\n".to_owned(), "profile `left` has no aws_secret_access_key"),
    ];
    for (settings, problem) in cases {
        let outcome = Probe::new(&format!("[profile left]\n{settings}")).open(&["left"]);
        assert_eq!(outcome.bad(), format!("profile `left` cannot be used: {problem}"));
    }
}

#[test]
fn a_credential_process_is_run() {
    let account = Account::new();
    let printed = r#"{"Version": 1, "AccessKeyId": "testing", "SecretAccessKey": "very-secret-key"}"#;
    let probe = Probe::new("").file("keys.json", printed);
    let file = probe.home().join("keys.json").display().to_string();
    let config =
        format!("[profile base]\ncredential_process = cat \"{file}\"\n{}", role_profile("left", &url(), &account));
    let outcome = probe.file("config", &config).open(&["left"]).good();
    assert!(outcome.identities[0].starts_with(&account.id));
    keeps_secrets(&outcome);
}

#[test]
fn a_credential_process_that_fails_is_named_and_its_output_is_not() {
    for (command, said) in [
        ("sh -c 'echo not logged in >&2; exit 4' hunter2", "not logged in"),
        ("echo '{\"Version\": 1, \"SecretAccessKey\": \"very-secret-key\"}'", "AccessKeyId"),
        ("echo '{\"Version\": 1, \"SecretAccessKey\": very-secret-key'", "could not parse"),
    ] {
        let config = format!("[profile left]\ncredential_process = {command}\n");
        let outcome = Probe::new(&config).open(&["left"]);
        let first = "no credentials from credential_process of profile `left` for profile `left`\n";
        assert!(outcome.bad().starts_with(first), "{}", outcome.bad());
        assert!(outcome.bad().contains(said), "{}", outcome.bad());
        keeps_secrets(&outcome);
    }
}

#[test]
fn a_web_identity_is_exchanged() {
    let (account, proxy) = (Account::new(), Proxy::new());
    let probe = Probe::new("").file("token", "very-secret-token");
    let file = probe.home().join("token").display().to_string();
    let config = format!(
        "[profile left]\nrole_arn = {}\nweb_identity_token_file = {file}\nrole_session_name = ci\n",
        account.entry()
    );
    let outcome = probe.file("config", &config).env("AWS_ENDPOINT_URL", proxy.url()).open(&["left"]).good();
    assert!(outcome.identities[0].starts_with(&account.id), "{:?}", outcome.identities);
    let exchanged = &proxy.of("AssumeRoleWithWebIdentity")[0];
    assert_eq!((exchanged.field("WebIdentityToken"), exchanged.field("RoleSessionName")), ("very-secret-token", "ci"));
    keeps_secrets(&outcome);
}

/// A profile of an SSO session, with `more` settings in its place.
pub fn sso(settings: &str) -> String {
    format!(
        "[profile left]\nregion = us-east-1\nsso_account_id = 111122223333\nsso_role_name = auditor\n{settings}\n\
         [sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://corp.example/start\n"
    )
}

#[test]
fn a_missing_sso_token_says_how_to_log_in() {
    let outcome = Probe::new(&sso("sso_session = corp")).open(&["left"]);
    let first = outcome.bad().lines().next();
    assert_eq!(first, Some("the SSO session of profile `left` is missing or has expired"));
    let hint = outcome.hint.as_deref();
    assert_eq!(hint, Some("run `aws sso login --profile left` (or `aws sso login --sso-session corp`)"));

    let legacy = sso("sso_region = us-east-1\nsso_start_url = https://corp.example/start");
    let outcome = Probe::new(&legacy).open(&["left"]);
    assert_eq!(outcome.hint.as_deref(), Some("run `aws sso login --profile left`"));
}

/// The SSO token cache's file for the session `corp`; its name is the SHA-1 of `corp`.
pub const CORP: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

#[test]
fn an_expired_sso_token_says_how_to_log_in() {
    let token = r#"{"accessToken": "very-secret-token", "expiresAt": "2020-01-01T00:00:00Z"}"#;
    let outcome = Probe::new(&sso("sso_session = corp")).file(CORP, token).open(&["left"]);
    assert!(outcome.bad().starts_with("the SSO session of profile `left` is missing or has expired\n"));
    assert!(outcome.hint.as_deref().unwrap_or_default().contains("aws sso login --profile left"));
    keeps_secrets(&outcome);
}

#[test]
fn an_sso_token_is_exchanged_for_the_roles_credentials() {
    let proxy = Proxy::new();
    let given = r#"{"roleCredentials": {"accessKeyId": "testing", "secretAccessKey": "very-secret-key",
        "sessionToken": "very-secret-token", "expiration": 4102444800000}}"#;
    proxy.when(1, |request| request.line.contains("/federation/credentials"), Fault::Json(given.to_owned()));
    proxy.on("GetCallerIdentity", identity_of("111122223333"));
    let token = r#"{"accessToken": "very-secret-token", "expiresAt": "2199-01-01T00:00:00Z"}"#;
    let outcome = Probe::new(&sso("sso_session = corp"))
        .file(CORP, token)
        .env("AWS_ENDPOINT_URL", proxy.url())
        .open(&["left"])
        .good();
    let asked = &proxy.requests()[0];
    assert!(asked.line.contains("role_name=auditor&account_id=111122223333"), "{}", asked.line);
    keeps_secrets(&outcome);
}

#[test]
fn a_missing_login_session_says_how_to_log_in() {
    let config = "[profile left]\nregion = us-east-1\nlogin_session = arn:aws:iam::111122223333:user/me\n";
    let outcome = Probe::new(config).open(&["left"]);
    let first = outcome.bad().lines().next();
    assert_eq!(first, Some("the login session of profile `left` is missing or has expired"));
    assert_eq!(outcome.hint.as_deref(), Some("run `aws login --profile left`"));
}

#[test]
fn the_environment_gives_keys() {
    let outcome = Probe::new("")
        .env("AWS_ACCESS_KEY_ID", "testing")
        .env("AWS_SECRET_ACCESS_KEY", "very-secret-key")
        .env("AWS_ENDPOINT_URL", url())
        .harvest(&["env:"])
        .good();
    assert!(outcome.identities[0].starts_with("123456789012"), "{:?}", outcome.identities);
    assert_eq!(outcome.account(0)["source"], "environment");
    keeps_secrets(&outcome);
}

#[test]
fn the_environment_names_a_profile_or_a_web_identity() {
    let account = Account::new();
    let config = format!("{BASE}{}", role_profile("left", &url(), &account));
    let outcome = Probe::new(&config).env("AWS_PROFILE", "left").open(&["env:"]).good();
    assert!(outcome.identities[0].starts_with(&account.id));

    let probe = Probe::new("").file("token", "very-secret-token");
    let file = probe.home().join("token").display().to_string();
    let outcome = probe
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", file)
        .env("AWS_ROLE_ARN", account.entry())
        .env("AWS_ENDPOINT_URL", url())
        .open(&["env:"])
        .good();
    assert!(outcome.identities[0].starts_with(&account.id));
}

#[test]
fn an_empty_environment_is_an_error_and_no_profile() {
    let outcome =
        Probe::new("[default]\naws_access_key_id = testing\naws_secret_access_key = testing\n").open(&["env:"]);
    assert!(outcome.bad().starts_with("no credentials from the environment variables"), "{}", outcome.bad());
}

#[test]
fn a_credential_source_is_followed() {
    let account = Account::new();
    let config = format!(
        "[profile left]\nendpoint_url = {}\nrole_arn = {}\ncredential_source = Environment\n",
        url(),
        account.entry()
    );
    let outcome = Probe::new(&config)
        .env("AWS_ACCESS_KEY_ID", "testing")
        .env("AWS_SECRET_ACCESS_KEY", "very-secret-key")
        .open(&["left"])
        .good();
    assert!(outcome.identities[0].starts_with(&account.id));
}

#[test]
fn keys_that_aws_does_not_know_are_named() {
    let proxy = Proxy::new();
    proxy.on("GetCallerIdentity", Fault::Error(403, "InvalidClientTokenId"));
    let config = format!("{}endpoint_url = {}\n", BASE.replace("base", "left"), proxy.url());
    let outcome = Probe::new(&config).open(&["left"]);
    let first = outcome.bad().lines().next();
    assert_eq!(first, Some("the credentials of profile `left` are not valid, according to GetCallerIdentity"));
}

//! Sessions that are refreshed, and the metadata of instances and containers, from servers that speak their protocols.

use std::time::Duration;

use serde_json::{Value, json};

use super::credentials::{BASE, CORP, identity_of, keeps_secrets, sso};
use crate::support::faults::{Fault, Proxy, Request};
use crate::support::moto::Account;
use crate::support::probe::{Outcome, Probe};

/// A time from now, as caches and metadata write it.
fn in_minutes(minutes: i64) -> String {
    let time = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn path(text: &'static str) -> impl Fn(&Request) -> bool + Send + Sync + 'static {
    move |request: &Request| request.line.split(' ').nth(1) == Some(text)
}

fn asked(proxy: &Proxy, text: &'static str) -> Vec<Request> {
    proxy.requests().into_iter().filter(|request| path(text)(request)).collect()
}

// IAM Identity Center.

/// An access token that has run out, and what it takes to get another.
fn stale_token() -> String {
    json!({
        "startUrl": "https://corp.example/start", "region": "us-east-1", "accessToken": "old-token",
        "expiresAt": in_minutes(-10), "clientId": "client", "clientSecret": "hunter2",
        "registrationExpiresAt": in_minutes(60 * 24), "refreshToken": "refresh-one",
    })
    .to_string()
}

/// The portal's reply: credentials of the role.
fn portal(proxy: &Proxy) {
    let given = json!({"roleCredentials": {
        "accessKeyId": "testing", "secretAccessKey": "very-secret-key", "sessionToken": "very-secret-token",
        "expiration": 4_102_444_800_000_u64,
    }});
    let is_portal = |request: &Request| request.line.contains("/federation/credentials");
    proxy.when(usize::MAX, is_portal, Fault::Json(given.to_string()));
}

/// Opens the profile of the session, each service at the endpoint that is the service's own.
fn open_sso(proxy: &Proxy) -> Outcome {
    Probe::new(&format!("{}endpoint_url = {}\n", sso("sso_session = corp"), proxy.url()))
        .file(CORP, &stale_token())
        .env("AWS_ENDPOINT_URL_SSO", proxy.url())
        .env("AWS_ENDPOINT_URL_SSO_OIDC", proxy.url())
        .env("AWS_ENDPOINT_URL_STS", proxy.url())
        .open(&["left"])
}

#[test]
fn an_sso_session_is_refreshed_and_kept() {
    let proxy = Proxy::new();
    let fresh = json!({
        "accessToken": "very-secret-token", "tokenType": "Bearer", "expiresIn": 3600, "refreshToken": "refresh-two",
    });
    proxy.when(usize::MAX, path("/token"), Fault::Json(fresh.to_string()));
    portal(&proxy);
    proxy.on("GetCallerIdentity", identity_of("111122223333"));
    let outcome = open_sso(&proxy).good();
    assert!(outcome.identities[0].starts_with("111122223333 "), "{:?}", outcome.identities);

    let refreshed = asked(&proxy, "/token");
    assert_eq!(refreshed.len(), 1);
    let sent: Value = serde_json::from_str(&refreshed[0].body).unwrap();
    let expected = json!({
        "clientId": "client", "clientSecret": "hunter2", "grantType": "refresh_token", "refreshToken": "refresh-one",
    });
    assert_eq!(sent, expected);
    let portal: Vec<Request> = proxy.requests().into_iter().filter(|r| r.line.contains("/federation/")).collect();
    assert_eq!(portal[0].headers["x-amz-sso_bearer_token"], "very-secret-token");
    // The next run, and the AWS CLI, find the new token.
    let kept: Value = serde_json::from_str(&outcome.file(CORP)).unwrap();
    assert_eq!((&kept["accessToken"], &kept["refreshToken"]), (&json!("very-secret-token"), &json!("refresh-two")));
    keeps_secrets(&outcome);
}

#[test]
fn an_sso_session_that_cannot_be_refreshed_says_how_to_log_in() {
    let proxy = Proxy::new();
    let refused = |code: &str| Fault::Answer(400, format!("x-amzn-ErrorType: {code}\r\n"), "{}".to_owned());
    proxy.when(usize::MAX, path("/token"), refused("InvalidGrantException"));
    let is_portal = |request: &Request| request.line.contains("/federation/credentials");
    let unauthorized = "x-amzn-ErrorType: UnauthorizedException\r\n".to_owned();
    proxy.when(usize::MAX, is_portal, Fault::Answer(401, unauthorized, "{}".to_owned()));
    let outcome = open_sso(&proxy);
    assert!(outcome.bad().starts_with("the SSO session of profile `left` is missing or has expired\n"), "{outcome:?}");
    assert!(outcome.hint.as_deref().unwrap_or_default().contains("aws sso login --profile left"));
    keeps_secrets(&outcome);
}

#[test]
fn a_portal_that_answers_byte_by_byte_is_no_expired_session() {
    let proxy = Proxy::new();
    let fresh = json!({"accessToken": "very-secret-token", "tokenType": "Bearer", "expiresIn": 3600});
    proxy.when(usize::MAX, path("/token"), Fault::Json(fresh.to_string()));
    let is_portal = |request: &Request| request.line.contains("/federation/credentials");
    proxy.when(usize::MAX, is_portal, Fault::Slow(Duration::from_secs(1)));
    let config = format!("{}endpoint_url = {}\n", sso("sso_session = corp"), proxy.url());
    let outcome =
        Probe::new(&config).file(CORP, &stale_token()).env("AWS_ENDPOINT_URL", proxy.url()).timeout(2).open(&["left"]);
    let first = "no credentials from the SSO session of profile `left` for profile `left`\n";
    assert!(outcome.bad().starts_with(first), "{}", outcome.bad());
    assert!(outcome.hint.as_deref().unwrap_or_default().contains("--timeout"), "{:?}", outcome.hint);
    keeps_secrets(&outcome);
}

// `aws login`.

const SESSION: &str = "arn:aws:iam::111122223333:user/me";

/// A key made for this test alone: with it, the client proves that the refresh token is its own.
const DPOP_KEY: &str = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEINOUmI0k5mQnpj/zVsbkU5C1mozloyI1moZQCPW+60VloAoGCCqGSM49\nAwEHoUQDQgAEi2BcnBf+2ibGGMLa8FfodiVsA8Ztn41RQqySD281zISe/fXFsIow\nrA3wIZDSUIJg0X/HWyFS9wGKVl4T8MdC7A==\n-----END EC PRIVATE KEY-----\n";

/// The cache's file of the session; its name is the SHA-256 of the session's ARN.
fn login_file() -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, SESSION.as_bytes());
    let name: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!(".aws/login/cache/{name}.json")
}

fn open_login(proxy: &Proxy) -> Outcome {
    let cached = json!({
        "accessToken": {
            "accessKeyId": "testing", "secretAccessKey": "very-secret-key", "sessionToken": "very-secret-token",
            "accountId": "111122223333", "expiresAt": in_minutes(-10),
        },
        "tokenType": "aws_sigv4", "refreshToken": "refresh-one", "idToken": "x.y.z",
        "clientId": "arn:aws:signin:::devtools/same-device", "dpopKey": DPOP_KEY,
    });
    let config =
        format!("[profile left]\nregion = us-east-1\nlogin_session = {SESSION}\nendpoint_url = {}\n", proxy.url());
    Probe::new(&config)
        .file(&login_file(), &cached.to_string())
        .env("AWS_ENDPOINT_URL_SIGNIN", proxy.url())
        .env("AWS_ENDPOINT_URL_STS", proxy.url())
        .open(&["left"])
}

#[test]
fn a_login_session_is_refreshed_and_kept() {
    let proxy = Proxy::new();
    let fresh = json!({
        "accessToken": {"accessKeyId": "fresh", "secretAccessKey": "very-secret-key", "sessionToken": "hunter2"},
        "tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": "refresh-two",
    });
    proxy.when(usize::MAX, path("/v1/token"), Fault::Json(fresh.to_string()));
    proxy.on("GetCallerIdentity", identity_of("111122223333"));
    let outcome = open_login(&proxy).good();
    assert!(outcome.identities[0].starts_with("111122223333 "), "{:?}", outcome.identities);

    let refreshed = asked(&proxy, "/v1/token");
    assert_eq!(refreshed.len(), 1);
    assert_eq!(refreshed[0].headers["dpop"].split('.').count(), 3, "a signed proof");
    let sent: Value = serde_json::from_str(&refreshed[0].body).unwrap();
    assert_eq!((&sent["grantType"], &sent["refreshToken"]), (&json!("refresh_token"), &json!("refresh-one")), "{sent}");
    assert_eq!(proxy.of("GetCallerIdentity")[0].access_key(), "fresh");
    let kept: Value = serde_json::from_str(&outcome.file(&login_file())).unwrap();
    assert_eq!((&kept["accessToken"]["accessKeyId"], &kept["refreshToken"]), (&json!("fresh"), &json!("refresh-two")));
    keeps_secrets(&outcome);
}

#[test]
fn a_login_session_that_cannot_be_refreshed_says_how_to_log_in() {
    let proxy = Proxy::new();
    let headers = "x-amzn-ErrorType: AccessDeniedException\r\n".to_owned();
    let body = json!({"error": "TOKEN_EXPIRED", "message": "expired"}).to_string();
    proxy.when(usize::MAX, path("/v1/token"), Fault::Answer(400, headers, body));
    let outcome = open_login(&proxy);
    let start = "the login session of profile `left` is missing or has expired\n";
    assert!(outcome.bad().starts_with(start), "{}", outcome.bad());
    assert_eq!(outcome.hint.as_deref(), Some("run `aws login --profile left`"));
    keeps_secrets(&outcome);
}

#[test]
fn a_session_of_another_account_is_an_error_that_names_both() {
    let proxy = Proxy::new();
    let fresh = json!({
        "accessToken": {"accessKeyId": "fresh", "secretAccessKey": "very-secret-key", "sessionToken": "hunter2"},
        "tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": "refresh-two",
    });
    proxy.when(usize::MAX, path("/v1/token"), Fault::Json(fresh.to_string()));
    let outcome = open_login(&proxy);
    let start = "profile `left` is for account 111122223333, but its credentials are for account 123456789012 (`";
    assert!(outcome.bad().starts_with(start), "{}", outcome.bad());
}

// Metadata.

/// Keys as instances and containers get them.
fn metadata_keys() -> Fault {
    Fault::Json(
        json!({
            "Code": "Success", "Type": "AWS-HMAC", "LastUpdated": in_minutes(-1), "AccessKeyId": "testing",
            "SecretAccessKey": "very-secret-key", "Token": "very-secret-token", "Expiration": in_minutes(60),
        })
        .to_string(),
    )
}

const INSTANCE_ROLES: &str = "/latest/meta-data/iam/security-credentials/";

/// A proxy that answers as the metadata service of an instance with a role.
fn instance() -> Proxy {
    let proxy = Proxy::new();
    let lives = "x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n".to_owned();
    proxy.when(usize::MAX, path("/latest/api/token"), Fault::Answer(200, lives, "session-of-metadata".to_owned()));
    proxy.when(usize::MAX, path(INSTANCE_ROLES), Fault::Json("instance-role".to_owned()));
    proxy.when(usize::MAX, path("/latest/meta-data/iam/security-credentials/instance-role"), metadata_keys());
    proxy
}

#[test]
fn the_role_of_an_instance_is_read_from_its_metadata() {
    let account = Account::new();
    let assumes = |proxy: &Proxy, source: &str| {
        format!(
            "[profile left]\nendpoint_url = {}\nrole_arn = {}\ncredential_source = {source}\n",
            proxy.url(),
            account.entry()
        )
    };
    let proxy = instance();
    let metadata = |probe: Probe, proxy: &Proxy| {
        probe.env("AWS_EC2_METADATA_DISABLED", "false").env("AWS_EC2_METADATA_SERVICE_ENDPOINT", proxy.url())
    };
    let outcome = metadata(Probe::new(&assumes(&proxy, "Ec2InstanceMetadata")), &proxy).open(&["left"]).good();
    assert!(outcome.identities[0].starts_with(&account.id), "{:?}", outcome.identities);
    let roles = asked(&proxy, INSTANCE_ROLES);
    assert_eq!(roles[0].headers["x-aws-ec2-metadata-token"], "session-of-metadata");
    keeps_secrets(&outcome);

    let proxy = instance();
    let outcome = metadata(Probe::new(""), &proxy).env("AWS_ENDPOINT_URL", proxy.url()).open(&["env:"]).good();
    assert!(outcome.identities[0].starts_with("123456789012 "), "{:?}", outcome.identities);

    let proxy = Proxy::new();
    proxy.when(usize::MAX, |_| true, Fault::Answer(404, String::new(), "no role".to_owned()));
    let outcome = metadata(Probe::new(&assumes(&proxy, "Ec2InstanceMetadata")), &proxy).open(&["left"]);
    let start = "no credentials from the EC2 instance metadata for profile `left`\n";
    assert!(outcome.bad().starts_with(start), "{}", outcome.bad());
}

#[test]
fn the_role_of_a_container_is_read_from_its_metadata() {
    let account = Account::new();
    let proxy = Proxy::new();
    proxy.when(usize::MAX, path("/role"), metadata_keys());
    let config = format!(
        "{BASE}[profile left]\nendpoint_url = {}\nrole_arn = {}\ncredential_source = EcsContainer\n",
        proxy.url(),
        account.entry()
    );
    let uri = format!("{}/role", proxy.url());
    let outcome = Probe::new(&config)
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri.clone())
        .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hunter2")
        .open(&["left"])
        .good();
    assert!(outcome.identities[0].starts_with(&account.id), "{:?}", outcome.identities);
    assert_eq!(asked(&proxy, "/role")[0].headers["authorization"], "hunter2");
    keeps_secrets(&outcome);

    // As Kubernetes gives it: the token in a file.
    let probe = Probe::new("").file("token", "hunter2");
    let token = probe.home().join("token").display().to_string();
    let outcome = probe
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri.clone())
        .env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token)
        .env("AWS_ENDPOINT_URL", proxy.url())
        .open(&["env:"])
        .good();
    assert_eq!(asked(&proxy, "/role").last().unwrap().headers["authorization"], "hunter2");
    keeps_secrets(&outcome);

    let proxy = Proxy::new();
    proxy.when(usize::MAX, path("/role"), Fault::Answer(403, String::new(), "{}".to_owned()));
    let config = config.replace("endpoint_url = http", "ignored = http");
    let outcome = Probe::new(&config).env("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{}/role", proxy.url()));
    let outcome = outcome.open(&["left"]);
    let start = "no credentials from the container for profile `left`\n";
    assert!(outcome.bad().starts_with(start), "{}", outcome.bad());
}

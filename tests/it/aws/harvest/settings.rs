//! Profiles, regions, endpoints, proxies, retries: the settings around the credentials.

use crate::support::faults::Proxy;
use crate::support::moto::{Account, url};
use crate::support::probe::Probe;
use crate::support::profiles::{role_profile, two_profiles};

/// A profile of keys that is good against moto, with more settings.
fn keys(name: &str, more: &str) -> String {
    format!("[profile {name}]\naws_access_key_id = testing\naws_secret_access_key = testing\n{more}\n")
}

#[test]
fn a_named_profile_wins_over_the_environment() {
    let (left, right) = (Account::new(), Account::new());
    let outcome = Probe::new(&two_profiles(&url(), &left, &right))
        .env("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")
        .env("AWS_SECRET_ACCESS_KEY", "x")
        .env("AWS_SESSION_TOKEN", "x")
        .env("AWS_PROFILE", "no-such-profile")
        .open(&["left", "right"])
        .good();
    assert!(outcome.identities[0].starts_with(&left.id), "{:?}", outcome.identities);
    assert!(outcome.identities[1].starts_with(&right.id), "{:?}", outcome.identities);
}

#[test]
fn an_unknown_profile_lists_those_there_are() {
    let proxy = Proxy::new();
    let config = ["zzz", "prod-admin", "dev-admin"].map(|name| keys(name, "")).concat();
    // Were it to fall through to anything, it would find these.
    let outcome = Probe::new(&config)
        .env("AWS_ACCESS_KEY_ID", "testing")
        .env("AWS_SECRET_ACCESS_KEY", "testing")
        .env("AWS_ENDPOINT_URL", proxy.url())
        .env("AWS_EC2_METADATA_DISABLED", "false")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", proxy.url())
        .open(&["dev-amdin"]);
    assert_eq!(
        outcome.bad(),
        "there is no profile `dev-amdin` in the AWS config files, which contain `dev-admin`, `prod-admin`, `zzz`"
    );
    assert_eq!(proxy.requests().len(), 0);
}

#[test]
fn no_profile_at_all_says_so() {
    let outcome = Probe::new("").open(&["dev"]);
    assert_eq!(outcome.bad(), "there is no profile `dev` in the AWS config files, which contain no profiles");
    assert!(outcome.hint.unwrap_or_default().contains("aws configure"));
}

#[test]
fn a_config_file_that_is_no_config_file_is_an_error() {
    let outcome = Probe::new("[profile x\nregion").open(&["x"]);
    assert!(outcome.bad().starts_with("the AWS config files cannot be read: "), "{}", outcome.bad());
}

#[test]
fn the_region_is_the_profiles_then_the_environments_then_the_partitions() {
    let proxy = Proxy::new();
    let endpoint = format!("endpoint_url = {}\n", proxy.url());
    let role = |partition: &str| {
        format!("{endpoint}role_arn = arn:{partition}:iam::111122223333:role/r\nsource_profile = base\n")
    };
    let config = [
        keys("with", &format!("{endpoint}region = eu-west-3")),
        keys("without", &endpoint),
        keys("base", ""),
        format!("[profile through]\nsource_profile = with\nrole_arn = arn:aws:iam::111122223333:role/r\n{endpoint}"),
        format!("[profile china]\n{}", role("aws-cn")),
        format!("[profile government]\n{}", role("aws-us-gov")),
        format!("[profile europe]\n{}", role("aws-eusc")),
        format!("[profile secret]\n{}", role("aws-iso-b")),
    ]
    .concat();
    let region = |profile: &str, environment: Option<(&str, &str)>| {
        let mut probe = Probe::new(&config);
        if let Some((name, value)) = environment {
            probe = probe.env(name, value);
        }
        let before = proxy.requests().len();
        let outcome = probe.open(&[profile]).good();
        let region = outcome.identities[0].split(' ').nth(2).unwrap_or_default().to_owned();
        assert!(proxy.requests()[before..].iter().all(|request| request.region() == region), "{profile}");
        region
    };
    assert_eq!(region("with", Some(("AWS_REGION", "ap-south-1"))), "eu-west-3");
    assert_eq!(region("through", Some(("AWS_REGION", "ap-south-1"))), "eu-west-3");
    assert_eq!(region("without", Some(("AWS_REGION", "ap-south-1"))), "ap-south-1");
    assert_eq!(region("without", Some(("AWS_DEFAULT_REGION", "ap-south-1"))), "ap-south-1");
    assert_eq!(region("without", None), "us-east-1");
    assert_eq!(region("china", None), "cn-north-1");
    assert_eq!(region("government", None), "us-gov-west-1");
    assert_eq!(region("europe", None), "eusc-de-east-1");
    assert_eq!(region("secret", None), "us-isob-east-1");
}

#[test]
fn bad_retry_settings_change_nothing() {
    let config = keys("left", &format!("endpoint_url = {}\nretry_mode = legacy\nmax_attempts = many\n", url()));
    for (name, value) in [("AWS_MAX_ATTEMPTS", "0"), ("AWS_MAX_ATTEMPTS", "x"), ("AWS_RETRY_MODE", "legacy")] {
        Probe::new(&config).env(name, value).harvest(&["left"]).good();
    }
}

#[test]
fn the_endpoint_may_stand_anywhere() {
    let proxy = Proxy::new();
    let (all, services) = (format!("endpoint_url = {}", proxy.url()), "services = local");
    let section = format!("[services local]\niam =\n  endpoint_url = {0}\nsts =\n  endpoint_url = {0}\n", proxy.url());
    let opens = |probe: Probe| {
        let before = proxy.requests().len();
        probe.harvest(&["left"]).good();
        assert_eq!(proxy.requests().len(), before + 4);
    };
    opens(Probe::new(&keys("left", &all)));
    opens(Probe::new(&format!("{}{section}", keys("left", services))));
    opens(Probe::new(&keys("left", "")).env("AWS_ENDPOINT_URL", proxy.url()));
    opens(
        Probe::new(&keys("left", "")).env("AWS_ENDPOINT_URL_IAM", proxy.url()).env("AWS_ENDPOINT_URL_STS", proxy.url()),
    );
}

#[test]
fn an_endpoint_that_is_no_url_is_an_error() {
    let outcome = Probe::new(&keys("left", "endpoint_url = localhost:5000")).open(&["left"]);
    assert_eq!(
        outcome.bad(),
        "profile `left` cannot be used: endpoint_url is `localhost:5000`, not a http:// or https:// URL"
    );
    let outcome = Probe::new(&keys("left", "")).env("AWS_ENDPOINT_URL_STS", "moto").open(&["left"]);
    assert_eq!(
        outcome.bad(),
        "the environment cannot be used: AWS_ENDPOINT_URL_STS is `moto`, not a http:// or https:// URL"
    );
}

#[test]
fn the_environments_proxy_is_used_unless_it_is_told_not_to_be() {
    let proxy = Proxy::new();
    let config = keys("left", &format!("endpoint_url = {}", url()));
    Probe::new(&config).env("HTTP_PROXY", proxy.url()).open(&["left"]).good();
    let line = &proxy.of("GetCallerIdentity")[0].line;
    assert!(line.starts_with(&format!("POST {}/", url())), "{line}");
    Probe::new(&config).env("HTTP_PROXY", proxy.url()).env("NO_PROXY", "127.0.0.1").open(&["left"]).good();
    assert_eq!(proxy.requests().len(), 1);
}

#[test]
fn an_https_endpoint_goes_through_the_proxys_tunnel() {
    let proxy = Proxy::new();
    let config = keys("left", "endpoint_url = https://iam.example.invalid");
    let outcome = Probe::new(&config).env("HTTPS_PROXY", proxy.url()).open(&["left"]);
    assert!(outcome.bad().starts_with("GetCallerIdentity failed"), "{}", outcome.bad());
    let line = &proxy.requests()[0].line;
    assert!(line.starts_with("CONNECT iam.example.invalid:443"), "{line}");
}

#[test]
fn a_certificate_bundle_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("authority.pem").display().to_string();
    let server = crate::support::moto::start("tls_server.py", &[&authority]);
    let endpoint = format!("endpoint_url = https://127.0.0.1:{}\n", server.port);
    let opens = |probe: Probe| probe.open(&["left"]);

    let trusted = opens(Probe::new(&keys("left", &format!("{endpoint}ca_bundle = {authority}")))).good();
    assert!(trusted.identities[0].starts_with("111122223333 "), "{:?}", trusted.identities);
    opens(Probe::new(&keys("left", &endpoint)).env("AWS_CA_BUNDLE", authority)).good();
    let stranger = opens(Probe::new(&keys("left", &endpoint)));
    assert!(stranger.bad().contains("the connection failed: "), "{}", stranger.bad());
}

#[test]
fn a_system_without_certificates_can_ask_a_local_endpoint() {
    let probe = Probe::new(&keys("left", &format!("endpoint_url = {}", url()))).file("none.pem", "");
    let none = probe.home().join("none.pem").display().to_string();
    probe.env("SSL_CERT_FILE", none).open(&["left"]).good();
}

#[test]
fn a_certificate_bundle_that_is_none_is_an_error() {
    let config = keys("left", &format!("endpoint_url = {}", url()));
    let empty = Probe::new(&config).file("empty.pem", "nothing here\n");
    let path = empty.home().join("empty.pem").display().to_string();
    let outcome = empty.env("AWS_CA_BUNDLE", path.clone()).open(&["left"]);
    assert_eq!(outcome.bad(), format!("the certificate bundle `{path}` cannot be used: it contains no certificate"));

    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let outcome = Probe::new(&config).file("b.pem", broken);
    let path = outcome.home().join("b.pem").display().to_string();
    let outcome = outcome.env("AWS_CA_BUNDLE", path.clone()).open(&["left"]);
    assert!(
        outcome.bad().starts_with(&format!("the certificate bundle `{path}` cannot be used: ")),
        "{}",
        outcome.bad()
    );

    let config = keys("left", &format!("endpoint_url = {}\nca_bundle = /no/such/file", url()));
    let outcome = Probe::new(&config).open(&["left"]);
    assert!(outcome.bad().starts_with("the certificate bundle `/no/such/file` cannot be used: "), "{}", outcome.bad());
}

#[test]
fn profiles_are_listed_with_how_they_get_credentials() {
    let account = Account::new();
    let config = [
        keys("plain", "region = eu-west-1"),
        keys("temporary", "aws_session_token = t"),
        role_profile("role", &url(), &account) + "mfa_serial = arn:aws:iam::111122223333:mfa/me\n",
        "[profile instance]\nrole_arn = arn:aws:iam::111122223333:role/r\ncredential_source = Ec2InstanceMetadata\n"
            .into(),
        "[profile single]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = r\n".into(),
        "[profile legacy]\nsso_start_url = https://a.example\nsso_region = eu-west-1\n".into(),
        "[profile process]\ncredential_process = vault read --password hunter2\n".into(),
        "[profile web]\nrole_arn = arn:aws:iam::111122223333:role/r\nweb_identity_token_file = /t\n".into(),
        "[profile console]\nlogin_session = arn:aws:iam::111122223333:user/me\n".into(),
        "[profile empty]\nregion = eu-west-1\n".into(),
        "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://b.example\n".into(),
    ]
    .concat();
    let outcome = Probe::new(&config).list_profiles().good();
    let role = format!(
        "role: role {} via source_profile base with MFA device arn:aws:iam::111122223333:mfa/me (us-east-1)",
        account.entry()
    );
    assert_eq!(
        outcome.profiles,
        [
            "console: login session arn:aws:iam::111122223333:user/me ()",
            "empty: no credentials (eu-west-1)",
            "instance: role arn:aws:iam::111122223333:role/r via credential_source Ec2InstanceMetadata ()",
            "legacy: SSO at https://a.example ()",
            "plain: access keys (eu-west-1)",
            "process: credential_process ()",
            role.as_str(),
            "single: SSO session corp ()",
            "temporary: temporary access keys ()",
            "web: web identity for arn:aws:iam::111122223333:role/r ()",
        ]
    );
}

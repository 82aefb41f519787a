//! The AWS of the tests: one moto server per run, an account of its own per test, filled through the real SDK.

use std::future::Future;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_iam::types::Tag;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use tokio::runtime::Runtime;

use super::external::python;

/// A trust document that anybody may stand behind.
pub const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// A document that permits one action.
pub fn allows(action: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}"#)
}

/// A Python server on a loopback port.
pub struct Server {
    pub port: u16,
    /// Its standard input is held open here: the server ends when this process does, however it does.
    _child: Child,
}

/// `http://127.0.0.1:PORT` of the moto server; starts it first.
pub fn url() -> String {
    static SERVER: OnceLock<Server> = OnceLock::new();
    format!("http://127.0.0.1:{}", SERVER.get_or_init(|| start("moto_server.py", &[])).port)
}

/// Starts a script of `tests/` that says its port and ends with its standard input.
pub fn start(script: &str, arguments: &[&str]) -> Server {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut child = python()
        .arg(format!("{root}/tests/{script}"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{script} does not start: {error}"));
    let mut line = String::new();
    let read = child.stdout.take().map(|stdout| BufReader::new(stdout).read_line(&mut line));
    assert!(matches!(read, Some(Ok(1..))), "{script} says nothing");
    let Ok(port) = line.trim().parse() else { panic!("{script} says `{line}`") };
    Server { port, _child: child }
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap_or_else(|error| panic!("{error}")))
}

/// Waits for a call that has to succeed.
pub fn done<T, E: std::fmt::Debug>(call: impl Future<Output = Result<T, E>>) -> T {
    runtime().block_on(call).unwrap_or_else(|error| panic!("{error:?}"))
}

fn config(credentials: Credentials) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .endpoint_url(url())
        .http_client(
            aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https(),
        )
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
        .build()
}

/// An account nobody else uses.
pub struct Account {
    pub id: String,
    pub iam: aws_sdk_iam::Client,
}

impl Account {
    /// A new, empty account.
    pub fn new() -> Self {
        let id = format!("{:012}", fastrand());
        let base = config(Credentials::new("testing", "testing", None, None, "tests"));
        let sts = aws_sdk_sts::Client::new(&base);
        let role = format!("arn:aws:iam::{id}:role/seed");
        let taken = done(sts.assume_role().role_arn(role).role_session_name("seed").send());
        let Some(given) = taken.credentials else { panic!("moto gives no credentials") };
        let credentials =
            Credentials::new(given.access_key_id, given.secret_access_key, Some(given.session_token), None, "tests");
        Self { id, iam: aws_sdk_iam::Client::new(&config(credentials)) }
    }

    /// The ARN by which a profile gets into this account; the role need not be there.
    pub fn entry(&self) -> String {
        format!("arn:aws:iam::{}:role/entry", self.id)
    }

    pub fn role(&self, name: &str) -> &Self {
        done(self.iam.create_role().role_name(name).assume_role_policy_document(TRUST).send());
        self
    }

    pub fn inline(&self, role: &str, name: &str, document: &str) -> &Self {
        done(self.iam.put_role_policy().role_name(role).policy_name(name).policy_document(document).send());
        self
    }

    /// A customer managed policy; its ARN.
    pub fn policy(&self, name: &str, document: &str) -> String {
        let output = done(self.iam.create_policy().policy_name(name).policy_document(document).send());
        output.policy.and_then(|policy| policy.arn).unwrap_or_else(|| panic!("a policy has an ARN"))
    }

    pub fn attach(&self, role: &str, arn: &str) -> &Self {
        done(self.iam.attach_role_policy().role_name(role).policy_arn(arn).send());
        self
    }

    /// Roles with all a role can have.
    pub fn furnish(&self, roles: usize) -> &Self {
        let shared = self.policy("shared", &allows("s3:GetObject"));
        let boundary = self.policy("boundary", &allows("s3:*"));
        self.policy("unused", &allows("ec2:*"));
        for number in 0..roles {
            let name = format!("role-{number:03}");
            self.role(&name);
            self.inline(&name, "inline", &allows("s3:PutObject")).attach(&name, &shared);
        }
        let tag = |key: &str, value: &str| done(async { Tag::builder().key(key).value(value).build() });
        done(
            self.iam
                .create_role()
                .role_name("full")
                .path("/team/app/")
                .description("100% of it, a+b")
                .max_session_duration(7200)
                .permissions_boundary(&boundary)
                .tags(tag("env", "dev"))
                .tags(tag("owner", "a+b %41"))
                .assume_role_policy_document(TRUST)
                .send(),
        );
        self.inline("full", "odd name+=,.@-_", &allows("s3:PutObject")).attach("full", &shared);
        for profile in ["zeta", "alpha"] {
            done(self.iam.create_instance_profile().instance_profile_name(profile).send());
            done(self.iam.add_role_to_instance_profile().instance_profile_name(profile).role_name("full").send());
        }
        self
    }
}

/// A number below 10^12 that no other test of this or another run is likely to get.
fn fastrand() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    // A hasher's keys are random, and there is no other need for a random number here.
    RandomState::new().hash_one(Instant::now()) % 900_000_000_000 + 100_000_000_000
}

/// Long enough for a slow machine, short enough to see a hang as one.
pub const PATIENCE: Duration = Duration::from_secs(180);

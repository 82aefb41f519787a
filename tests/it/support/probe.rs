//! Runs the library in a process of its own, with an environment and AWS config files made for one test: the SDK reads
//! the real environment, and tests that run side by side share theirs.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use iamctl::harvest::{Event, HarvestError, LiveSource, Observer, Options, Session};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::TempDir;

use super::moto::PATIENCE;

const REQUEST: &str = "IAMCTL_TEST_PROBE";

/// What the process is to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Job {
    /// Profile names; `env:` is the environment.
    sources: Vec<String>,
    mfa_code: Option<String>,
    mfa_command: Option<String>,
    may_prompt: bool,
    open_only: bool,
    timeout: Option<u64>,
    list_profiles: bool,
}

/// What came of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// `account arn region partition` of every source.
    pub identities: Vec<String>,
    pub snapshots: Vec<Value>,
    /// `name: credentials (region)`.
    pub profiles: Vec<String>,
    pub events: Vec<String>,
    /// The error and its causes, one line each.
    pub error: Option<String>,
    pub hint: Option<String>,
    /// The error as `{:?}` has it, to look for secrets in.
    pub debug: String,
    #[serde(skip)]
    pub stderr: String,
    #[serde(skip)]
    pub took: Duration,
    /// The home directory, to look at what the run left there.
    #[serde(skip)]
    home: Option<Arc<TempDir>>,
}

impl Outcome {
    /// The outcome of a run that has to succeed.
    pub fn good(self) -> Self {
        assert!(self.error.is_none(), "{:?} {:?} {}", self.error, self.events, self.stderr);
        self
    }

    /// The error of a run that has to fail.
    pub fn bad(&self) -> &str {
        self.error.as_deref().unwrap_or_else(|| panic!("it succeeded: {:?}", self.identities))
    }

    /// A file that the run left in its home directory.
    pub fn file(&self, name: &str) -> String {
        let home = self.home.as_ref().unwrap_or_else(|| panic!("there was no run"));
        std::fs::read_to_string(home.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn warnings(&self) -> Vec<&String> {
        self.events.iter().filter(|event| event.starts_with("warning")).collect()
    }

    /// A snapshot without what differs from run to run.
    pub fn account(&self, index: usize) -> Value {
        let mut snapshot = self.snapshots.get(index).cloned().unwrap_or_default();
        if let Some(fields) = snapshot.as_object_mut() {
            fields.remove("harvested_at");
            fields.remove("origin");
        }
        snapshot
    }

    /// The names of a snapshot's roles.
    pub fn roles(&self, index: usize) -> Vec<String> {
        let snapshot = self.account(index);
        let roles = snapshot.get("roles").and_then(Value::as_array).cloned().unwrap_or_default();
        roles.iter().filter_map(|role| role.get("name").and_then(Value::as_str)).map(str::to_owned).collect()
    }
}

/// A run being prepared.
pub struct Probe {
    folder: TempDir,
    environment: Vec<(String, String)>,
    input: Option<String>,
    job: Job,
}

impl Probe {
    /// A run with this AWS config file, no credentials file, and nothing in the environment.
    pub fn new(config: &str) -> Self {
        let folder = TempDir::new().unwrap_or_else(|error| panic!("{error}"));
        write(&folder.path().join("config"), config);
        write(&folder.path().join("credentials"), "");
        Self { folder, environment: Vec::new(), input: None, job: Job::default() }
    }

    /// The home directory of the run.
    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(self, name: &str, text: &str) -> Self {
        write(&self.folder.path().join(name), text);
        self
    }

    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    pub fn mfa_code(mut self, code: &str) -> Self {
        self.job.mfa_code = Some(code.to_owned());
        self
    }

    pub fn mfa_command(mut self, command: &str) -> Self {
        self.job.mfa_command = Some(command.to_owned());
        self
    }

    /// How many seconds a call may take.
    pub fn timeout(mut self, seconds: u64) -> Self {
        self.job.timeout = Some(seconds);
        self
    }

    /// A person who types this.
    pub fn person(mut self, types: &str) -> Self {
        self.job.may_prompt = true;
        self.input = Some(types.to_owned());
        self
    }

    /// Opens the sources and reads them.
    pub fn harvest(mut self, sources: &[&str]) -> Outcome {
        self.job.sources = sources.iter().map(|source| (*source).to_owned()).collect();
        self.run()
    }

    /// Opens the sources only.
    pub fn open(mut self, sources: &[&str]) -> Outcome {
        self.job.open_only = true;
        self.harvest(sources)
    }

    pub fn list_profiles(mut self) -> Outcome {
        self.job.list_profiles = true;
        self.run()
    }

    fn run(self) -> Outcome {
        let path = |name: &str| self.folder.path().join(name);
        write(&path("job"), &serde_json::to_string(&self.job).unwrap_or_default());
        write(&path("input"), self.input.as_deref().unwrap_or_default());
        let open = |name: &str| std::fs::File::open(path(name)).unwrap_or_else(|error| panic!("{error}"));
        let made = |name: &str| std::fs::File::create(path(name)).unwrap_or_else(|error| panic!("{error}"));
        let program = std::env::current_exe().unwrap_or_else(|error| panic!("{error}"));
        let started = Instant::now();
        let mut child = Command::new(program)
            .args(["--exact", "support::probe::run_the_job", "--nocapture"])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("AWS_CONFIG_FILE", path("config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", path("credentials"))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env(REQUEST, self.folder.path())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::from(open("input")))
            .stdout(Stdio::null())
            .stderr(Stdio::from(made("stderr")))
            .spawn()
            .unwrap_or_else(|error| panic!("{error}"));
        while matches!(child.try_wait(), Ok(None)) {
            if started.elapsed() > PATIENCE {
                drop(child.kill());
                panic!("the run hangs");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let took = started.elapsed();
        let stderr = std::fs::read_to_string(path("stderr")).unwrap_or_default();
        let text = std::fs::read_to_string(path("outcome")).unwrap_or_else(|_| panic!("no outcome: {stderr}"));
        let outcome = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
        Outcome { stderr, took, home: Some(Arc::new(self.folder)), ..outcome }
    }
}

fn write(path: &Path, text: &str) {
    let made = path.parent().map(std::fs::create_dir_all);
    assert!(matches!(made, Some(Ok(()))), "{}", path.display());
    std::fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

#[derive(Default)]
struct Ear(Mutex<Vec<String>>);

impl Observer for Ear {
    fn observe(&self, event: Event) {
        let text = match event {
            Event::Note { source, text } => format!("note {source}: {text}"),
            Event::Warning { source, text } => format!("warning {source}: {text}"),
            Event::Call { source, call } => format!("call {source}: {call}"),
            Event::Roles { source, done, total } => format!("roles {source}: {done} of {total:?}"),
            Event::Waiting { source, call, reason, attempt, elapsed: _ } => {
                format!("waiting {source}: {call}: {reason}; attempt {attempt}")
            }
            Event::Done { source, roles, requests } => format!("done {source}: {roles} roles, {requests} requests"),
        };
        self.0.lock().unwrap_or_else(|error| panic!("{error}")).push(text);
    }
}

#[test]
fn run_the_job() {
    let Some(folder) = std::env::var_os(REQUEST) else {
        // Run as a test like the others, it tries itself.
        let outcome = Probe::new("[profile one]\nregion = eu-west-1\n").list_profiles();
        assert_eq!(outcome.profiles.len(), 1, "{outcome:?}");
        return;
    };
    let folder = Path::new(&folder);
    let text = std::fs::read_to_string(folder.join("job")).unwrap();
    let job: Job = serde_json::from_str(&text).unwrap();
    let ear = Ear::default();
    let mut outcome = Outcome::default();
    if let Err(error) = work(&job, &ear, &mut outcome) {
        let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |&error| error.source());
        outcome.error = Some(causes.map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        outcome.hint = error.hint();
        outcome.debug = format!("{error:?}");
    }
    outcome.events = ear.0.into_inner().unwrap();
    std::fs::write(folder.join("outcome"), serde_json::to_string(&outcome).unwrap()).unwrap();
}

fn work(job: &Job, ear: &Ear, outcome: &mut Outcome) -> Result<(), HarvestError> {
    if job.list_profiles {
        let line = |profile: iamctl::harvest::ProfileSummary| {
            format!("{}: {} ({})", profile.name, profile.credentials, profile.region.unwrap_or_default())
        };
        outcome.profiles = iamctl::harvest::profiles()?.into_iter().map(line).collect();
        return Ok(());
    }
    let source = |name: &String| match name.as_str() {
        "env:" => LiveSource::Environment,
        _ => LiveSource::Profile(name.clone()),
    };
    let sources: Vec<LiveSource> = job.sources.iter().map(source).collect();
    let options = Options {
        mfa_code: job.mfa_code.clone(),
        mfa_command: job.mfa_command.clone(),
        may_prompt: job.may_prompt,
        verbose: true,
        timeout: job.timeout.map(Duration::from_secs),
    };
    let session = Session::open(&sources, &options, ear)?;
    for who in session.identities() {
        outcome.identities.push(format!("{} {} {} {}", who.account_id, who.arn, who.region, who.partition));
    }
    outcome.debug = format!("{session:?} {options:?}");
    if !job.open_only {
        let snapshots = session.harvest(ear)?;
        outcome.snapshots = snapshots.iter().filter_map(|snapshot| serde_json::to_value(snapshot).ok()).collect();
    }
    Ok(())
}

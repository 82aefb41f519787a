//! Compares the IAM roles of two AWS accounts and reports exactly what differs.
//!
//! [`compare`](fn@compare) takes two [`Account`]s and returns a [`Report`](report::Report): every difference as a
//! sentence with its severity, proofs of what roles can do in only one account, and what could not be determined. An account
//! is read from JSON: a file that `iamctl harvest` wrote, or the output of `aws iam get-account-authorization-details`:
//!
//! ```
//! use iamctl::report::{Rule, Severity};
//! use iamctl::{Account, Options};
//!
//! // Two accounts with one role each, that differ in a policy and in their own names.
//! let account = |id: &str, environment: &str, actions: &str| {
//!     let arn = format!("arn:aws:iam::{id}:role/app-{environment}");
//!     Account::from_json(&format!(
//!         r#"{{
//!             "format": "iamctl-snapshot", "version": 1, "iamctl": "0.1.0",
//!             "source": "an example", "account_id": "{id}", "policies": [],
//!             "roles": [{{
//!                 "name": "app-{environment}", "path": "/", "arn": "{arn}", "id": "AROAEXAMPLE{environment}",
//!                 "max_session_duration": 3600,
//!                 "trust_policy": {{"Version": "2012-10-17", "Statement": [{{
//!                     "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {{"Service": "ec2.amazonaws.com"}}
//!                 }}]}},
//!                 "inline_policies": [{{"name": "data", "document": {{"Version": "2012-10-17", "Statement": [{{
//!                     "Effect": "Allow", "Action": {actions}, "Resource": "arn:aws:s3:::{environment}-data/*"
//!                 }}]}}}}]
//!             }}]
//!         }}"#
//!     ))
//! };
//! let dev = account("111122223333", "dev", r#""s3:GetObject""#)?;
//! let qa = account("444455556666", "qa", r#"["s3:GetObject", "s3:DeleteObject"]"#)?;
//!
//! // `dev` and `qa` are meant to differ.
//! let mut options = Options::new("dev".parse()?, "qa".parse()?);
//! options.dictionary = iamctl::parse::equivalency::read(r#"{"environment": {"dev": ["dev"], "qa": ["qa"]}}"#)?;
//!
//! let report = iamctl::compare(&dev, &qa, &options)?;
//! for finding in &report.findings {
//!     println!("{} {}: {}", finding.severity, finding.rule, finding.message);
//! }
//! // medium access-gained: qa allows s3:DeleteObject on arn:aws:s3:::environment-data/*; dev implicitly denies it
//! assert_eq!(report.findings.len(), 1);
//! assert_eq!(report.findings[0].severity, Severity::Medium);
//! assert_eq!(report.findings[0].rule, Rule::AccessGained);
//!
//! // A request that proves it, in the account's own names.
//! let proof = report.access_differences[0].difference.witness.as_ref().ok_or("a proof")?;
//! assert_eq!(proof.action, "s3:DeleteObject");
//! assert!(proof.resource.starts_with("arn:aws:s3:::qa-data/"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`pipeline`] contains the individual steps, for callers that need intermediate results; [`formats`] writes a report as an
//! HTML page, Markdown, SARIF, and more.
//!
//! # Features
//!
//! - `cli` (on by default): the program, that is, the rooms `cli` and `store` and everything that only a command line needs.
//! - `harvest` (on by default): reading live accounts with the AWS SDK.
//! - `testing`: generated accounts, and strategies for property tests; needs `cli`.
//!
//! Without the first two, the library is pure and builds in a fraction of the time.
//!
//! # Rooms
//!
//! Data flows one way: a source becomes an [`Account`], normalized by the equivalency dictionary, expanded to items,
//! compared with the other account's, and the resulting [`Report`](report::Report) is written in several formats.
//! `docs/architecture.md` has the table of the modules, which are called rooms: which one imports which. All except
//! `harvest`, `store`, and `cli` are pure: they use no files, clock, environment, network, async code, or output.

pub mod catalog;
#[cfg(feature = "cli")]
pub mod cli;
pub mod compare;
pub mod evidence;
pub mod expand;
pub mod fleet;
pub mod formats;
#[cfg(feature = "harvest")]
pub mod harvest;
pub mod model;
pub mod normalise;
pub mod parse;
pub mod pipeline;
pub mod remediate;
pub mod report;
pub mod semantics;
pub mod since;
#[cfg(feature = "cli")]
pub mod store;
pub mod suggest;
#[cfg(feature = "testing")]
pub mod testing;

pub use model::Account;
pub use pipeline::{Error, Options, compare};

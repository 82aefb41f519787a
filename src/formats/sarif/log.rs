//! The frame of a SARIF log, its limits, and its words for severities.

use std::io::{self, Write};

use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::report::{Rule, Severity, SeverityOverrides};

/// Where the tool's subject is documented.
const INFORMATION: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html";

/// The most results of a run.
pub const RESULTS: usize = 25_000;

/// The most bytes of a file.
pub const BYTES: usize = 10_000_000;

/// What a log says besides its results.
pub struct Frame<'a> {
    /// The version of the program.
    pub version: &'a str,
    /// Tells the runs of one repository apart.
    pub id: String,
    /// Whether the run fails, as its exit code says.
    pub failed: bool,
    /// The arguments of the program; empty where they are not known.
    pub arguments: &'a [String],
    /// When the run began and when the report was made, RFC 3339.
    pub started_at: Option<&'a str>,
    pub ended_at: &'a str,
    /// What the result comes to.
    pub properties: Value,
    /// What else has to be said of the run.
    pub notifications: Vec<String>,
    /// Severities that were set in place of those of the rules.
    pub severities: &'a SeverityOverrides,
}

/// The most results of a log, and the most bytes.
#[derive(Clone, Copy)]
pub struct Limits {
    pub results: usize,
    pub bytes: usize,
}

impl Frame<'_> {
    /// Writes the log with as many of the results as the limits let in; `all` is how many there are. Rules and frame are
    /// written in any case.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn write(
        &self,
        out: &mut dyn Write,
        results: impl Iterator<Item = Value>,
        all: usize,
        limits: Limits,
    ) -> io::Result<()> {
        // As much as the frame can come to: the notification has the longest numbers there are.
        let frame = serde_json::to_vec(&self.log(Value::Array(Vec::new()), usize::MAX))?.len();
        let mut room = limits.bytes.saturating_sub(frame + 1);
        let mut kept: Vec<Box<RawValue>> = Vec::new();
        for one in results.take(limits.results) {
            let result = serde_json::value::to_raw_value(&one)?;
            // One more for the comma.
            match room.checked_sub(result.get().len() + 1) {
                Some(left) => room = left,
                None => break,
            }
            kept.push(result);
        }
        let left_out = all - kept.len();
        self.write_log(out, &kept, left_out)?;
        out.write_all(b"\n")
    }

    /// Puts the results, which are text already, into the frame.
    fn write_log(&self, out: &mut dyn Write, results: &[Box<RawValue>], left_out: usize) -> io::Result<()> {
        // No text of an account is in the frame, so the mark stands where the results belong and nowhere else.
        const MARK: &str = "\"results go here\"";
        let frame = serde_json::to_string(&self.log(json!("results go here"), left_out))?;
        let (start, end) = frame.split_once(MARK).unwrap_or((&frame, ""));
        write!(out, "{start}[")?;
        for (index, result) in results.iter().enumerate() {
            if index > 0 {
                out.write_all(b",")?;
            }
            out.write_all(result.get().as_bytes())?;
        }
        write!(out, "]{end}")
    }

    /// The log but for its results.
    fn log(&self, results: Value, left_out: usize) -> Value {
        let rules: Vec<Value> = Rule::ALL.into_iter().map(|one| rule(one, self.severities)).collect();
        let omitted = (left_out > 0).then(|| {
            format!(
                "{left_out} results were omitted, the least severe ones: a file can contain at most {RESULTS} results and {BYTES} bytes. \
                 The other reports contain all of them; `--role` compares fewer roles."
            )
        });
        let texts = self.notifications.iter().chain(&omitted);
        let notifications: Vec<Value> =
            texts.map(|text| json!({"level": "warning", "message": {"text": text}})).collect();
        let mut invocation = json!({
            "executionSuccessful": true,
            "exitCode": i32::from(self.failed),
            "endTimeUtc": self.ended_at,
            "toolExecutionNotifications": notifications,
        });
        if let Some(object) = invocation.as_object_mut() {
            if !self.arguments.is_empty() {
                object.insert("arguments".to_owned(), json!(self.arguments));
            }
            if let Some(start) = self.started_at {
                object.insert("startTimeUtc".to_owned(), json!(start));
            }
        }
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {
                    "name": "iamctl",
                    "informationUri": INFORMATION,
                    "version": self.version,
                    "semanticVersion": self.version,
                    "rules": rules,
                }},
                // Reports of other accounts in the same repository are kept apart by this.
                "automationDetails": {"id": self.id},
                "columnKind": "unicodeCodePoints",
                "invocations": [invocation],
                "results": results,
                "properties": self.properties,
            }],
        })
    }
}

fn rule(rule: Rule, severities: &SeverityOverrides) -> Value {
    let text = rule.text();
    let severity = severities.of(rule);
    let paragraphs = text.paragraphs();
    let plain = paragraphs.map(|(heading, words)| format!("{heading}\n{words}")).join("\n\n");
    let markdown = paragraphs.map(|(heading, words)| format!("**{heading}**\n\n{words}")).join("\n\n");
    json!({
        "id": rule.id(),
        "name": name(rule.id()),
        "helpUri": rule.documentation(),
        "shortDescription": {"text": format!("{}.", text.title)},
        "fullDescription": {"text": text.meaning},
        "help": {"text": plain, "markdown": markdown},
        "defaultConfiguration": {"level": level(severity)},
        "properties": {
            "tags": ["security", "iam"], "precision": "high", "security-severity": score(severity),
        },
    })
}

/// An id as a name in SARIF's style: `AccessGained`.
fn name(id: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    id.split('-').map(word).collect()
}

/// SARIF's level for a severity.
#[must_use]
pub const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Low | Severity::Medium => "warning",
        Severity::High | Severity::Critical => "error",
    }
}

/// The number by which GitHub says low, medium, high or critical.
///
/// Source: <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>
#[must_use]
pub const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "1.0",
        Severity::Low => "3.0",
        Severity::Medium => "5.0",
        Severity::High => "7.5",
        Severity::Critical => "9.5",
    }
}

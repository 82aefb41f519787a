//! SARIF 2.1.0: a result for each role and kind of difference, for GitHub's code scanning and whoever else reads it.
//!
//! GitHub takes no more than 25,000 results and 10 MB; what is over either is left out from the lightest on, and a
//! notification says how many.
//!
//! Sources: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>,
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>

use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::differences::{Group, grouped};
use super::escape::{shortened, terminal};
use super::formats::View;
use super::rules::Rule;

/// The most results of a run.
pub const RESULTS: usize = 25_000;

/// The most bytes of a file.
pub const BYTES: usize = 10_000_000;

/// What a path of a URI may hold as it is.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// Writes the report within [`RESULTS`] and [`BYTES`].
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
    write_within(out, view, RESULTS, BYTES)
}

/// Writes the report within other limits. Rules and frame are written in any case.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_within(out: &mut dyn Write, view: &View<'_>, results: usize, bytes: usize) -> io::Result<()> {
    let groups = grouped(view.comparison, &view.findings);
    let uri = utf8_percent_encode(view.location, PATH).to_string();
    // As much as the frame can come to: the notification has the longest numbers there are.
    let frame = serde_json::to_vec(&log(view, Value::Array(Vec::new()), usize::MAX))?.len();
    let mut room = bytes.saturating_sub(frame + 1);
    let mut kept: Vec<Box<RawValue>> = Vec::new();
    for group in groups.iter().take(results) {
        let result = serde_json::value::to_raw_value(&result(view, group, &uri))?;
        // One more for the comma.
        match room.checked_sub(result.get().len() + 1) {
            Some(left) => room = left,
            None => break,
        }
        kept.push(result);
    }
    let left_out = groups.len() - kept.len();
    write_log(out, view, &kept, left_out)?;
    out.write_all(b"\n")
}

/// Puts the results, which are text already, into the frame.
fn write_log(out: &mut dyn Write, view: &View<'_>, results: &[Box<RawValue>], left_out: usize) -> io::Result<()> {
    // No text of an account is in the frame, so the mark stands where the results belong and nowhere else.
    const MARK: &str = "\"results go here\"";
    let frame = serde_json::to_string(&log(view, json!("results go here"), left_out))?;
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
fn log(view: &View<'_>, results: Value, left_out: usize) -> Value {
    let (left, right) = (&view.comparison.accounts.left.tag, &view.comparison.accounts.right.tag);
    let version = view.comparison.iamctl;
    let rules: Vec<Value> = Rule::ALL.into_iter().map(rule).collect();
    let text = format!(
        "{left_out} results were left out, the lightest ones: a file holds at most {RESULTS} results and {BYTES} bytes. \
         The other reports have them all; `--role` compares fewer roles."
    );
    let notification = json!({"level": "warning", "message": {"text": text}});
    let notifications = if left_out > 0 { json!([notification]) } else { json!([]) };
    let invocation = json!({"executionSuccessful": true, "toolExecutionNotifications": notifications});
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "iamctl", "version": version, "semanticVersion": version, "rules": rules}},
            // Reports of other pairs of accounts in the same repository are kept apart by this.
            "automationDetails": {"id": format!("iamctl/{left}-{right}/")},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": results,
        }],
    })
}

fn rule(rule: Rule) -> Value {
    let text = rule.text();
    let paragraphs = text.paragraphs();
    let plain = paragraphs.map(|(heading, words)| format!("{heading}\n{words}")).join("\n\n");
    let markdown = paragraphs.map(|(heading, words)| format!("**{heading}**\n\n{words}")).join("\n\n");
    json!({
        "id": text.id,
        "name": name(text.id),
        "shortDescription": {"text": format!("{}.", text.title)},
        "fullDescription": {"text": text.meaning},
        "help": {"text": plain, "markdown": markdown},
        "defaultConfiguration": {"level": text.severity.level()},
        "properties": {
            "tags": ["security", "iam"], "precision": "high", "security-severity": text.severity.score(),
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

fn result(view: &View<'_>, group: &Group<'_, '_>, uri: &str) -> Value {
    let first = group.first;
    let role = first.role.map(|role| shortened(&terminal(role), 200));
    let start = role.as_ref().map(|role| format!("{role}: ")).unwrap_or_default();
    let tag = first.tag(view.comparison).map_or_else(|| "both accounts".to_owned(), ToString::to_string);
    let logical = role
        .iter()
        .map(|role| json!({"name": role, "fullyQualifiedName": format!("{tag}/{role}"), "kind": "resource"}));
    let location = json!({
        "physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}},
        "logicalLocations": logical.collect::<Vec<_>>(),
    });
    json!({
        "ruleId": first.rule.id(),
        "ruleIndex": first.rule.index(),
        "level": first.rule.severity().level(),
        "message": {"text": without_links(&format!("{start}{}", group.message()))},
        "locations": [location],
        "partialFingerprints": {
            "iamctl/v1": group.fingerprint,
            // The only one that GitHub looks at; without it, it would make one of the line of the file, which is the
            // same for all results.
            "primaryLocationLineHash": format!("{}:1", group.fingerprint),
        },
        "properties": {"side": first.side, "findings": group.findings.len()},
    })
}

/// `[text](target)` in a message is a link; a backslash before the bracket makes it text.
fn without_links(text: &str) -> String {
    text.replace("](", "\\](")
}

//! The commands of a script, in words that no shell takes for anything else.
//!
//! Names come from accounts and are not to be trusted. In comments every character that could end the line or turn it
//! around is an escape; everything else stands between single quotes. What the AWS CLI could take for the name of a
//! file or an option is never an argument of its own: names are IAM's, the rest is JSON.

use std::io::{self, Write};

use serde_json::json;

use super::{Change, PolicyChange, PolicyWrite, RolePlan, document};
use crate::formats::escape::terminal;
use crate::model::{Arn, IdentityPolicy, Role, RoleDetails};

/// Writes the command for a managed policy; `made_at` is when the script is made.
pub(super) fn policy(out: &mut dyn Write, arn: &Arn, change: &PolicyChange, made_at: &str) -> io::Result<()> {
    let text = || quoted(&safe(&document::identity_json(&change.document)));
    let of = quoted(arn.as_str());
    match &change.write {
        PolicyWrite::Create => {
            let path = arn.resource().strip_prefix("policy").and_then(|path| path.strip_suffix(arn.last_name()));
            let (name, path) = (quoted(arn.last_name()), quoted(path.unwrap_or("/")));
            writeln!(out, "create_policy {of} {name} {path} {}", text())
        }
        PolicyWrite::Version => writeln!(out, "write_policy {of} {}", text()),
        PolicyWrite::Restore(version) if is_writable(&change.document) => {
            writeln!(out, "restore_policy {of} {} {}", quoted(version), text())
        }
        PolicyWrite::Restore(version) => {
            let version = quoted(version);
            writeln!(out, "aws iam set-default-policy-version --policy-arn={of} --version-id={version}")
        }
        PolicyWrite::Delete => writeln!(out, "delete_policy {of} {}", quoted(made_at)),
    }
}

fn is_writable(text: &IdentityPolicy) -> bool {
    document::identity(text, &|text, _| Ok(text.to_owned())).is_ok()
}

/// Writes the command for a change of a role; `role` is what it is before all changes.
pub(super) fn change(out: &mut dyn Write, plan: &RolePlan, change: &Change, role: Option<&Role>) -> io::Result<()> {
    let of = quoted(&plan.name);
    let name = format!("--role-name={of}");
    match change {
        Change::PutBoundary(policy) => {
            let arn = quoted(policy.arn.as_str());
            writeln!(out, "aws iam put-role-permissions-boundary {name} --permissions-boundary={arn}")
        }
        Change::DeleteBoundary => writeln!(out, "take_away {of} aws iam delete-role-permissions-boundary {name}"),
        Change::PutInline(policy, document) => {
            let (policy, document) = (quoted(policy), quoted(&safe(&document::identity_json(document))));
            writeln!(out, "aws iam put-role-policy {name} --policy-name={policy} --policy-document {document}")
        }
        Change::DeleteInline(policy) => {
            writeln!(out, "take_away {of} aws iam delete-role-policy {name} --policy-name={}", quoted(policy))
        }
        Change::Attach(policy) => {
            writeln!(out, "aws iam attach-role-policy {name} --policy-arn={}", quoted(policy.arn.as_str()))
        }
        Change::Detach(arn) => {
            writeln!(out, "take_away {of} aws iam detach-role-policy {name} --policy-arn={}", quoted(arn.as_str()))
        }
        Change::Trust(document) => {
            let document = quoted(&safe(&document::trust_json(document)));
            writeln!(out, "aws iam update-assume-role-policy {name} --policy-document {document}")
        }
        Change::Details(new) => details(out, plan, new, role),
        Change::Tag(key, value) => {
            let tags = quoted(&safe(&json!([{"Key": key, "Value": value}]).to_string()));
            writeln!(out, "aws iam tag-role {name} --tags {tags}")
        }
        Change::Untag(key) => {
            writeln!(out, "aws iam untag-role {name} --tag-keys {}", quoted(&safe(&json!([key]).to_string())))
        }
        Change::AddToProfile(profile) => writeln!(out, "add_to_profile {} {of}", quoted(profile)),
        Change::RemoveFromProfile(profile) => {
            comment(out, "Instances that use this profile lose the role.")?;
            writeln!(out, "remove_from_profile {} {of}", quoted(profile))
        }
    }
}

fn details(out: &mut dyn Write, plan: &RolePlan, new: &RoleDetails, role: Option<&Role>) -> io::Result<()> {
    let mut input = json!({"RoleName": plan.name, "MaxSessionDuration": new.max_session_duration});
    let had = role.and_then(|role| role.details.as_ref()).and_then(|details| details.description.as_ref());
    // Both are given, so that the one that stays is not lost.
    if let Some(description) = new.description.as_deref().or(had.map(|_| ""))
        && let Some(object) = input.as_object_mut()
    {
        object.insert("Description".to_owned(), json!(description));
    }
    writeln!(out, "aws iam update-role --cli-input-json {}", quoted(&safe(&pretty(&input))))
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A line that the shell does not read, whatever the text holds.
pub(super) fn comment(out: &mut dyn Write, text: &str) -> io::Result<()> {
    if text.is_empty() { writeln!(out, "#") } else { writeln!(out, "# {}", terminal(text)) }
}

/// A word of the shell.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// JSON in which what a terminal must not show is an escape, and the backtick, which ends JSON in a query of the AWS
/// CLI. It means the same, as such characters stand in its texts alone; its own line ends stay.
fn safe(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        let plain = c != '`' && matches!(terminal(c.encode_utf8(&mut [0; 4])), std::borrow::Cow::Borrowed(_));
        if c == '\n' || plain {
            safe.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_word_or_a_comment() {
        assert_eq!(quoted("a'; rm -rf /; '"), r"'a'\''; rm -rf /; '\'''");
        let mut out = Vec::new();
        comment(&mut out, "a\nrm -rf /\r\u{2028}\u{202e}x").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "# a\\nrm -rf /\\r\\u{2028}\\u{202e}x\n");
        let hidden = json!(["a\u{202e}b\u{1f600}\u{e0041}`"]).to_string();
        assert_eq!(safe(&hidden), "[\"a\\u202eb\u{1f600}\\udb40\\udc41\\u0060\"]");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&safe(&hidden)).unwrap(),
            json!(["a\u{202e}b\u{1f600}\u{e0041}`"])
        );
    }
}

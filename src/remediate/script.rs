//! A plan as a shell script that a person reads before it is run.
//!
//! Names come from accounts and are not to be trusted. In comments every character that could end the line or turn it
//! around is an escape; everything else stands between single quotes. What the AWS CLI could take for the name of a
//! file or an option is never an argument of its own: names are IAM's, the rest is JSON.

use std::io::{self, Write};

use serde_json::json;

use super::{Change, Left, Plan, PolicyChange, RolePlan, document};
use crate::formats::escape::terminal;
use crate::model::{Account, AccountId, Arn, Role, Side};
use crate::report::Report;

/// What a script is made of.
#[derive(Debug, Clone, Copy)]
pub struct Script<'a> {
    /// The comparison that the plan follows.
    pub comparison: &'a Report,
    /// The account that is changed, as read.
    pub account: &'a Account,
    /// Its id, which the script asks for before it changes anything.
    pub account_id: &'a AccountId,
    /// Which of the two it is.
    pub make: Side,
    /// The report's folder, in words.
    pub report: &'a str,
    /// When the script is made, RFC 3339.
    pub made_at: &'a str,
    /// What is to be done.
    pub plan: &'a Plan,
}

/// Writes the script.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write(out: &mut dyn Write, script: &Script<'_>) -> io::Result<()> {
    header(out, script)?;
    if script.plan.policies.is_empty() && script.plan.roles.is_empty() {
        comment(out, "")?;
        comment(out, "Nothing differs in the common roles that were asked for.")?;
        return Ok(());
    }
    for (arn, change) in &script.plan.policies {
        policy(out, arn, change, script.plan)?;
    }
    for role in &script.plan.roles {
        one_role(out, role, script)?;
    }
    Ok(())
}

fn header(out: &mut dyn Write, script: &Script<'_>) -> io::Result<()> {
    let tag = |side: Side| script.comparison.accounts.get(side).tag.as_str();
    let (to, from) = (tag(script.make), tag(script.make.other()));
    let id = |side: Side| {
        let id = script.comparison.accounts.get(side).account_id.as_ref();
        id.map_or("unknown", AccountId::as_str)
    };
    let read =
        |side: Side| script.comparison.accounts.get(side).harvested_at.as_deref().unwrap_or("at an unknown time");
    writeln!(out, "#!/bin/sh")?;
    comment(
        out,
        &format!(
            "Makes roles of {to} ({}) mean what those of {from} ({}) mean.",
            id(script.make),
            id(script.make.other())
        ),
    )?;
    comment(out, "")?;
    comment(
        out,
        &format!(
            "Made by iamctl {} at {} from the report {}.",
            env!("CARGO_PKG_VERSION"),
            script.made_at,
            script.report
        ),
    )?;
    comment(out, &format!("{to} was read {}, {from} {}.", read(script.make), read(script.make.other())))?;
    comment(out, "Nothing of it was run. Read it, then run it with credentials of that account, such as:")?;
    comment(out, &format!("    AWS_PROFILE=... sh {to}.sh"))?;
    comment(
        out,
        &format!(
            "{} commands to change something; {} left to do by hand, marked NOT DONE.",
            script.plan.changes(),
            script.plan.left()
        ),
    )?;
    writeln!(out, "set -eu")?;
    writeln!(out, "AWS_PAGER=''")?;
    writeln!(out, "export AWS_PAGER")?;
    writeln!(out)?;
    writeln!(out, "account=$(aws sts get-caller-identity --query Account --output text)")?;
    writeln!(out, "if [ \"$account\" != {} ]; then", quoted(script.account_id.as_str()))?;
    let wrong = format!("these are credentials of another account than {} ({to}):", script.account_id);
    writeln!(out, "    printf '%s %s\\n' {} \"$account\" >&2", quoted(&wrong))?;
    writeln!(out, "    exit 1")?;
    writeln!(out, "fi")
}

fn policy(out: &mut dyn Write, arn: &Arn, change: &PolicyChange, plan: &Plan) -> io::Result<()> {
    writeln!(out)?;
    comment(out, &format!("=== Managed policy {} ===", arn.as_str()))?;
    let document = quoted(&safe(&document::identity_json(&change.document)));
    if change.create {
        comment(
            out,
            "No role of the account carries a policy of this name. If there is one, this command fails: see what it says, and \
             who has it, then take this command out.",
        )?;
        let path = arn.resource().strip_prefix("policy").and_then(|path| path.strip_suffix(arn.last_name()));
        let (name, path) = (quoted(arn.last_name()), quoted(path.unwrap_or("/")));
        return writeln!(out, "aws iam create-policy --policy-name={name} --path={path} --policy-document {document}");
    }
    comment(out, "A policy keeps five versions; if it has as many, delete one first.")?;
    for role in &change.carriers {
        let planned = plan.roles.iter().find(|plan| plan.name == *role);
        let how = match planned {
            None => "which this script does not follow",
            Some(plan) if !plan.left.is_empty() => "of which something else is NOT DONE",
            Some(_) => "which is below, or needs no more than this",
        };
        comment(out, &format!("Carried by the role {role}, {how}."))?;
    }
    let arn = quoted(arn.as_str());
    writeln!(out, "aws iam create-policy-version --policy-arn={arn} --set-as-default --policy-document {document}")
}

fn one_role(out: &mut dyn Write, plan: &RolePlan, script: &Script<'_>) -> io::Result<()> {
    let role = script.account.roles.iter().find(|role| role.arn == plan.arn);
    writeln!(out)?;
    comment(out, &format!("=== Role {} ===", plan.name))?;
    for reason in reasons(script.comparison, plan.index) {
        comment(out, &reason)?;
    }
    for left in &plan.left {
        not_done(out, left)?;
    }
    if plan.changes.is_empty() && plan.left.is_empty() {
        comment(out, "A managed policy above is all that it needs.")?;
    }
    for change in &plan.changes {
        command(out, plan, change, role)?;
    }
    Ok(())
}

/// Why a role is changed.
fn reasons(report: &Report, index: usize) -> Vec<String> {
    let of_role = report.findings.iter().filter(|finding| finding.role_index == Some(index) && !finding.is_note());
    of_role.map(|finding| finding.message.clone()).collect()
}

fn not_done(out: &mut dyn Write, left: &Left) -> io::Result<()> {
    comment(out, &format!("NOT DONE: {}: {}", left.part.in_words(), left.why))
}

fn command(out: &mut dyn Write, plan: &RolePlan, change: &Change, role: Option<&Role>) -> io::Result<()> {
    let name = format!("--role-name={}", quoted(&plan.name));
    match change {
        Change::PutBoundary(arn, _) => {
            writeln!(
                out,
                "aws iam put-role-permissions-boundary {name} --permissions-boundary={}",
                quoted(arn.as_str())
            )
        }
        Change::DeleteBoundary => writeln!(out, "aws iam delete-role-permissions-boundary {name}"),
        Change::PutInline(policy, document) => {
            let document = quoted(&safe(&document::identity_json(document)));
            writeln!(
                out,
                "aws iam put-role-policy {name} --policy-name={} --policy-document {document}",
                quoted(policy)
            )
        }
        Change::DeleteInline(policy) => {
            writeln!(out, "aws iam delete-role-policy {name} --policy-name={}", quoted(policy))
        }
        Change::Attach(arn, _) => {
            writeln!(out, "aws iam attach-role-policy {name} --policy-arn={}", quoted(arn.as_str()))
        }
        Change::Detach(arn) => writeln!(out, "aws iam detach-role-policy {name} --policy-arn={}", quoted(arn.as_str())),
        Change::Trust(document) => {
            let document = quoted(&safe(&document::trust_json(document)));
            writeln!(out, "aws iam update-assume-role-policy {name} --policy-document {document}")
        }
        Change::Details(details) => {
            let mut input = json!({"RoleName": plan.name, "MaxSessionDuration": details.max_session_duration});
            let had = role.and_then(|role| role.details.as_ref()).and_then(|details| details.description.as_ref());
            // Both are given, so that the one that stays is not lost.
            if let Some(description) = details.description.as_deref().or(had.map(|_| ""))
                && let Some(object) = input.as_object_mut()
            {
                object.insert("Description".to_owned(), json!(description));
            }
            writeln!(out, "aws iam update-role --cli-input-json {}", quoted(&safe(&pretty(&input))))
        }
        Change::Tag(key, value) => {
            let tags = quoted(&safe(&json!([{"Key": key, "Value": value}]).to_string()));
            writeln!(out, "aws iam tag-role {name} --tags {tags}")
        }
        Change::Untag(key) => {
            writeln!(out, "aws iam untag-role {name} --tag-keys {}", quoted(&safe(&json!([key]).to_string())))
        }
        Change::AddToProfile(profile) => {
            let profile = format!("--instance-profile-name={}", quoted(profile));
            writeln!(
                out,
                "aws iam get-instance-profile {profile} >/dev/null 2>&1 || aws iam create-instance-profile {profile}"
            )?;
            writeln!(out, "aws iam add-role-to-instance-profile {profile} {name}")
        }
        Change::RemoveFromProfile(profile) => {
            let profile = format!("--instance-profile-name={}", quoted(profile));
            comment(out, "Instances that run with this profile lose the role.")?;
            writeln!(out, "aws iam remove-role-from-instance-profile {profile} {name}")
        }
    }
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A line that the shell does not read, whatever the text holds.
fn comment(out: &mut dyn Write, text: &str) -> io::Result<()> {
    if text.is_empty() { writeln!(out, "#") } else { writeln!(out, "# {}", terminal(text)) }
}

/// A word of the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// JSON in which what a terminal must not show is an escape. It means the same, as such characters stand in its texts
/// alone; its own line ends stay.
fn safe(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || matches!(terminal(c.encode_utf8(&mut [0; 4])), std::borrow::Cow::Borrowed(_)) {
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
        let hidden = json!(["a\u{202e}b\u{1f600}\u{e0041}"]).to_string();
        assert_eq!(safe(&hidden), "[\"a\\u202eb\u{1f600}\\udb40\\udc41\"]");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&safe(&hidden)).unwrap(),
            json!(["a\u{202e}b\u{1f600}\u{e0041}"])
        );
    }
}

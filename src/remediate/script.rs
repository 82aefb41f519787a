//! A plan as a shell script that a person reads before it is run.

use std::io::{self, Write};

use super::commands::{self, comment, quoted};
use super::{Change, Left, Plan, PolicyChange, PolicyWrite, RolePlan, applied, functions, undo};
use crate::model::{Account, AccountId, Arn, Side};
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
    /// The name of its file, and of that of the script that undoes it, if they are written to files.
    pub files: Option<[&'a str; 2]>,
}

/// Writes the script.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write(out: &mut dyn Write, script: &Script<'_>) -> io::Result<()> {
    let (plan, mut body) = (script.plan, Vec::new());
    for role in &plan.roles {
        narrowed_trust(&mut body, role, script)?;
    }
    for (arn, change) in &plan.policies {
        policy(&mut body, arn, change, script, plan)?;
    }
    for role in &plan.roles {
        one_role(&mut body, role, script)?;
    }
    let own = format!("{}.sh", tag(script, script.make));
    let [own, undo] = script.files.map_or([own.as_str(), ""], |files| files);
    start(out, script, &title(script), own)?;
    comment(
        out,
        &format!(
            "Commands that make changes: {}. Differences that remain for you to resolve, marked NOT DONE: {}.",
            plan.changes(),
            plan.left()
        ),
    )?;
    comment(out, "If the script stops at an error, correct the cause and run it again.")?;
    if !undo.is_empty() {
        comment(out, &format!("{undo} restores what this script changes, except for what it marks NOT UNDONE."))?;
    }
    rest(out, script, &body, plan)?;
    if plan.policies.is_empty() && plan.roles.is_empty() {
        comment(out, "")?;
        comment(out, "The selected roles do not differ.")?;
    }
    Ok(())
}

/// Writes the script that brings the account back to what it was before the script ran, as a whole or in part.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write_undo(out: &mut dyn Write, script: &Script<'_>) -> io::Result<()> {
    let plan = undo(script.account, script.plan);
    let changed = applied(script.account, script.plan);
    let mut body = Vec::new();
    for planned in &plan.roles {
        writeln!(body)?;
        comment(&mut body, &format!("=== Role {} ===", planned.name))?;
        for left in &planned.left {
            comment(&mut body, &format!("NOT UNDONE: {}: {}", left.part.in_words(), left.why))?;
        }
        let role = changed.roles.iter().find(|role| role.arn == planned.arn);
        for change in planned.changes.iter().filter(|change| !is_narrowed_trust(planned, change)) {
            commands::change(&mut body, planned, change, role)?;
        }
    }
    for (arn, change) in &plan.policies {
        writeln!(body)?;
        comment(&mut body, &format!("=== Managed policy {} ===", arn.as_str()))?;
        commands::policy(&mut body, arn, change, script.made_at)?;
    }
    for planned in &plan.roles {
        let role = changed.roles.iter().find(|role| role.arn == planned.arn);
        for change in planned.changes.iter().filter(|change| is_narrowed_trust(planned, change)) {
            writeln!(body)?;
            comment(&mut body, &format!("=== Trust policy of the role {} ===", planned.name))?;
            commands::change(&mut body, planned, change, role)?;
        }
    }
    let [done, own] = script.files.unwrap_or(["the script", "undo.sh"]);
    let title = format!("Undoes {done}: brings back what it changes in {}.", tag(script, script.make));
    start(out, script, &title, own)?;
    comment(
        out,
        &format!(
            "Commands that make changes: {}. Changes that cannot be undone, marked NOT UNDONE: {}.",
            plan.changes(),
            plan.left()
        ),
    )?;
    comment(out, "You can also run it if only part of the other script has run, and again if it stops at an error.")?;
    comment(out, "Later changes to the same settings are lost.")?;
    rest(out, script, &body, &plan)
}

fn tag<'a>(script: &Script<'a>, side: Side) -> &'a str {
    script.comparison.accounts.get(side).tag.as_str()
}

fn title(script: &Script<'_>) -> String {
    let id = |side: Side| {
        let id = script.comparison.accounts.get(side).account_id.as_ref();
        id.map_or("unknown", AccountId::as_str)
    };
    let (make, model) = (script.make, script.make.other());
    format!(
        "Aligns roles of {} ({}) with those of {} ({}).",
        tag(script, make),
        id(make),
        tag(script, model),
        id(model)
    )
}

/// What both scripts say first.
fn start(out: &mut dyn Write, script: &Script<'_>, title: &str, file: &str) -> io::Result<()> {
    let (to, from) = (tag(script, script.make), tag(script, script.make.other()));
    let read = |side: Side| script.comparison.accounts.get(side).harvested_at.as_deref().unwrap_or("an unknown time");
    writeln!(out, "#!/bin/sh")?;
    comment(out, title)?;
    comment(out, "")?;
    comment(
        out,
        &format!(
            "Generated by iamctl {} at {} from the report {}.",
            env!("CARGO_PKG_VERSION"),
            script.made_at,
            script.report
        ),
    )?;
    comment(out, &format!("{to} was read at {}, {from} at {}.", read(script.make), read(script.make.other())))?;
    comment(out, "iamctl did not run this script. Review it, then run it with credentials of that account:")?;
    comment(out, &format!("    AWS_PROFILE=... sh {file}"))
}

/// Functions, the check of the account, and the commands.
fn rest(out: &mut dyn Write, script: &Script<'_>, body: &[u8], plan: &Plan) -> io::Result<()> {
    let to = tag(script, script.make);
    writeln!(out, "set -eu")?;
    writeln!(out, "AWS_PAGER=''")?;
    writeln!(out, "export AWS_PAGER")?;
    out.write_all(functions::needed(&String::from_utf8_lossy(body)).as_bytes())?;
    writeln!(out)?;
    writeln!(out, "account=$(aws sts get-caller-identity --query Account --output text)")?;
    writeln!(out, "if [ \"$account\" != {} ]; then", quoted(script.account_id.as_str()))?;
    let wrong = format!("the credentials do not belong to account {} ({to}), but to:", script.account_id);
    writeln!(out, "    printf '%s %s\\n' {} \"$account\" >&2", quoted(&wrong))?;
    writeln!(out, "    exit 1")?;
    writeln!(out, "fi")?;
    if plan.changes() > 0 {
        let stopped = "The script stopped at an error. Correct the cause, then run it again.";
        writeln!(out, "trap '[ $? = 0 ] || echo \"{stopped}\" >&2' EXIT")?;
    }
    out.write_all(body)
}

fn policy(out: &mut dyn Write, arn: &Arn, change: &PolicyChange, script: &Script<'_>, plan: &Plan) -> io::Result<()> {
    writeln!(out)?;
    comment(out, &format!("=== Managed policy {} ===", arn.as_str()))?;
    if change.write == PolicyWrite::Create {
        comment(
            out,
            "No role of the account has a policy with this name. If such a policy exists with another document, the \
                script stops: check what it says and who uses it.",
        )?;
    } else if let Some(owner) = super::owner::of_policy(arn.last_name()) {
        managed(out, &owner)?;
    }
    for name in &change.carriers {
        let planned = plan.roles.iter().find(|plan| plan.name == *name && plan.only_in != Some(script.make.other()));
        let how = match planned {
            None => "which this script does not change",
            Some(plan) if !plan.left.is_empty() => "for which something else is NOT DONE",
            Some(_) => "which follows below, or needs no other change",
        };
        let role = script.account.roles.iter().find(|role| role.name == *name);
        let owner = role.and_then(super::owner::of_role).map(|owner| format!("; it is {}", owner.in_words()));
        comment(out, &format!("Attached to the role {name}, {how}{}.", owner.unwrap_or_default()))?;
    }
    commands::policy(out, arn, change, script.made_at)
}

/// What a reader has to know before a change of something that somebody else deploys.
fn managed(out: &mut dyn Write, owner: &super::Owner) -> io::Result<()> {
    comment(out, &format!("It is {}.", owner.in_words()))?;
    comment(out, &format!("The next deployment can revert these commands. Also {}.", owner.instead()))
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
        comment(out, "The change of a managed policy above is sufficient.")?;
    }
    if let Some(owner) = plan.owner.as_ref().filter(|_| !plan.changes.is_empty()) {
        managed(out, owner)?;
    }
    for change in plan.changes.iter().filter(|change| !is_narrowed_trust(plan, change)) {
        commands::change(out, plan, change, role)?;
    }
    Ok(())
}

/// Whether a change is one of those that come before all others, and are undone after all others.
fn is_narrowed_trust(plan: &RolePlan, change: &Change) -> bool {
    plan.narrows_trust && matches!(change, Change::Trust(_))
}

/// The trust policy of a role that fewer principals can assume afterwards.
fn narrowed_trust(out: &mut dyn Write, plan: &RolePlan, script: &Script<'_>) -> io::Result<()> {
    let role = script.account.roles.iter().find(|role| role.arn == plan.arn);
    for change in plan.changes.iter().filter(|change| is_narrowed_trust(plan, change)) {
        writeln!(out)?;
        comment(out, &format!("=== Trust policy of the role {} ===", plan.name))?;
        comment(out, "Some principals can no longer assume the role. This comes before its policies change.")?;
        if let Some(owner) = &plan.owner {
            managed(out, owner)?;
        }
        commands::change(out, plan, change, role)?;
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

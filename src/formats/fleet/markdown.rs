//! The fleet as Markdown, for pull requests and job summaries.

use std::fmt::Write as _;

use super::super::escape::{shortened, terminal};
use super::super::markdown::{cell, code, evidence, list, sentence};
use super::commands::next;
use super::sentences::{self, unread};
use super::view::FleetView;
use crate::fleet::{Cell, FleetRole, PermissionSetForms};
use crate::report::sentences::counted;

/// How many causes, outliers and roles the tables have at most.
const ROWS: usize = 50;

/// How many roles or accounts a cell names.
const NAMED: usize = 5;

/// The most characters of a sentence.
const SENTENCE: usize = 300;

/// The page in at most `budget` bytes; empty if not even its head fits.
#[must_use]
pub fn text(view: &FleetView<'_>, budget: usize) -> String {
    let end = "\n_The rest does not fit here; see fleet.json._\n";
    let mut text = head(view);
    if text.len() + end.len() > budget {
        return String::new();
    }
    let evidence = view.run.evidence.map(evidence).unwrap_or_default();
    let roles = roles(view);
    for block in
        [causes(view), permission_sets(view), outliers(view), roles, limitations(view), evidence, commands(view)]
    {
        if text.len() + block.len() + end.len() > budget {
            text.push_str(end);
            break;
        }
        text.push_str(&block);
    }
    text
}

fn head(view: &FleetView<'_>) -> String {
    let fleet = view.fleet;
    let missing = unread(fleet).map(|missing| format!("**{}**\n\n", sentence(&missing, &[], code)));
    let verdict = sentence(&sentences::verdict(fleet), &[], code);
    let baseline =
        fleet.baseline.as_ref().map_or_else(|| sentences::baseline(fleet).to_owned(), |tag| code(tag.as_str()));
    let remarks: String =
        sentences::remarks(fleet).map(|remark| format!("{}\n\n", sentence(&remark, &[], code))).collect();
    format!("{}# IAM roles compared with {baseline}\n\n{verdict}\n\n{remarks}", missing.unwrap_or_default())
}

fn causes(view: &FleetView<'_>) -> String {
    let causes = &view.fleet.causes;
    if causes.is_empty() {
        return String::new();
    }
    let mut table =
        "| Severity | Accounts | Roles | What differs | Rule |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for cause in causes.iter().take(ROWS) {
        let tags: Vec<String> = cause.accounts.keys().map(|tag| sentences::of_account(cause, tag)).collect();
        // A `String` takes whatever is written to it.
        let _ = writeln!(
            table,
            "| {} | {} of {}: {} | {} | {} | {} |",
            cause.severity,
            tags.len(),
            view.fleet.totals.accounts,
            list(&tags, NAMED, cell),
            list(&cause.roles, NAMED, cell),
            sentence(&shortened(&terminal(&cause.message), SENTENCE), &cause.roles, cell),
            code(cause.rule.id()),
        );
    }
    table + &more(causes.len(), "more cause") + "\n"
}

fn more(all: usize, noun: &str) -> String {
    match all.checked_sub(ROWS) {
        Some(more @ 1..) => format!("\n… and {}, see fleet.json\n", counted(more, noun)),
        Some(0) | None => String::new(),
    }
}

fn permission_sets(view: &FleetView<'_>) -> String {
    let all = &view.fleet.permission_sets;
    let line =
        |one: &PermissionSetForms| format!("- {}\n", sentence(&shortened(&terminal(&one.message), 1000), &[], code));
    let lines: String = all.iter().take(ROWS).map(line).collect();
    if all.is_empty() {
        return lines;
    }
    format!("## IAM Identity Center\n\n{lines}{}\n", more(all.len(), "more permission set"))
}

fn outliers(view: &FleetView<'_>) -> String {
    let outliers = &view.fleet.outliers;
    if outliers.is_empty() {
        return String::new();
    }
    let mut text = "## Accounts that deviate\n\n| Account | ID | Deviations |\n| --- | --- | --- |\n".to_owned();
    for outlier in outliers.iter().take(ROWS) {
        let id = outlier.account_id.as_ref().map_or_else(|| "unknown".to_owned(), |id| code(id.as_str()));
        let tag = code(outlier.account.as_str());
        let _ = writeln!(text, "| {tag} | {id} | {} |", super::text::in_words(outlier));
    }
    text + &more(outliers.len(), "more account") + "\n"
}

fn roles(view: &FleetView<'_>) -> String {
    let differs = |role: &&FleetRole| role.classes.iter().any(|class| class.severity.is_some() || is_own(class.class));
    let all: Vec<&FleetRole> = view.fleet.roles.iter().filter(differs).collect();
    if all.is_empty() {
        return String::new();
    }
    let mut text =
        "## Roles that differ\n\n| Role | Class | Accounts | Severity |\n| --- | --- | --- | --- |\n".to_owned();
    for role in all.iter().take(ROWS) {
        for class in &role.classes {
            let tags: Vec<String> = class.accounts.iter().map(ToString::to_string).collect();
            let severity = class.severity.map_or("", |severity| severity.as_str());
            let number = match class.class {
                Cell::Absent => "absent".to_owned(),
                Cell::Class(_) | Cell::NotCompared | Cell::NotRead => class.class.to_string(),
            };
            let accounts = format!("{}: {}", tags.len(), list(&tags, NAMED, cell));
            let _ = writeln!(text, "| {} | {number} | {accounts} | {severity} |", cell(&role.shown()));
        }
    }
    text + &more(all.len(), "more role") + "\n"
}

/// Whether a class differs from the baseline's.
const fn is_own(class: Cell) -> bool {
    match class {
        Cell::Class(number) => number > 1,
        Cell::NotCompared => true,
        Cell::Absent | Cell::NotRead => false,
    }
}

fn limitations(view: &FleetView<'_>) -> String {
    let all = &view.fleet.limitations;
    let mut text = String::new();
    for limitation in all.iter().take(ROWS) {
        let message = sentence(&shortened(&terminal(&limitation.message), 1000), &[], code);
        let tags: Vec<String> = limitation.accounts.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "- {message} ({}: {})", counted(tags.len(), "account"), list(&tags, NAMED, code));
    }
    let count = all.len();
    if count == 0 { text } else { format!("## Limitations: {count}\n\n{text}{}\n", more(count, "more limitation")) }
}

fn commands(view: &FleetView<'_>) -> String {
    let commands = next(view).into_iter().map(|(what, command)| format!("- {what}: {}\n", code(&command)));
    let commands: String = commands.collect();
    if commands.is_empty() { commands } else { format!("## Next\n\n{commands}") }
}

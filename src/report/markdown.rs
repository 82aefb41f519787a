//! Markdown for pull requests and job summaries: the verdict, the accounts, the counts, then what differs, weightiest
//! first, folded role by role.
//!
//! The text never takes more bytes than it is given, whatever was compared. Every text from an account stands in a code
//! span, or in `<code>` with its HTML escaped, where neither Markdown, HTML nor `@names` mean anything.

use std::fmt::Write as _;

use super::differences::Finding;
use super::escape::{shortened, terminal};
use super::formats::View;
use super::rules::Rule;
use super::text::counted;
use crate::compare::{Comparison, FailOn, RoleResult};
use crate::model::Side;

/// The most bytes of a report: below 900 KiB. GitHub takes a job summary of up to 1 MiB.
pub const LIMIT: usize = 900 * 1024 - 1;

/// How many findings of one role a section shows before the rest is only counted.
const SHOWN: usize = 20;

/// What is kept free for the lines that say how much is not shown: one in each section, one at the end.
const TAIL: usize = 200;

/// The sections, weightiest first: heading and rules.
const SECTIONS: [(&str, &[Rule]); 9] = [
    ("Internal inconsistencies: please report", &[Rule::InternalInconsistency]),
    ("Ways for a role to raise itself", &[Rule::PrivilegeEscalation]),
    ("What roles may do", &[Rule::AccessGained, Rule::AccessUnknown, Rule::AccessLost]),
    ("Who may take roles", &[Rule::TrustWidened, Rule::TrustUnknown, Rule::TrustNarrowed]),
    ("Texts that belong to the other account", &[Rule::CrossReference]),
    ("Attributes", &[Rule::BoundaryChanged, Rule::AttributeChanged, Rule::TagChanged]),
    ("Roles in one account only", &[Rule::RoleAdded, Rule::RoleMissing, Rule::RoleAmbiguous]),
    ("Denies and rows without effect on access", &[Rule::DenyRemoved, Rule::DenyAdded, Rule::ItemsDiffer]),
    ("What could not be compared, and what to look at", &NOTES),
];

/// What is no difference, but should be known.
const NOTES: [Rule; 4] =
    [Rule::CouldNotCompare, Rule::DanglingPrincipal, Rule::StatementWarning, Rule::DictionaryWarning];

/// The report in at most `budget` bytes; empty if not even its first line fits.
///
/// ```
/// # use iamctl::report::markdown;
/// # fn check(view: &iamctl::report::formats::View<'_>) {
/// assert!(markdown::text(view, markdown::LIMIT).len() <= markdown::LIMIT);
/// assert_eq!(markdown::text(view, 10), "");
/// # }
/// ```
#[must_use]
pub fn text(view: &View<'_>, budget: usize) -> String {
    let mut page = Page { text: String::new(), budget };
    let comparison = view.comparison;
    let whole = page.add(&title(comparison)) && page.add(&accounts(comparison)) && page.add(&counts(comparison));
    if !whole {
        page.add("_The rest does not fit here; the reports have it._\n");
        return page.text;
    }
    for (at, (heading, rules)) in SECTIONS.into_iter().enumerate() {
        let of_section: Vec<&Finding<'_>> = view.findings.iter().filter(|f| rules.contains(&f.rule)).collect();
        // Later sections are at least counted, however long the earlier ones are.
        let reserve = (SECTIONS.len() - at) * TAIL;
        page.section(heading, &of_section, reserve);
    }
    page.add("`iamctl explain` shows one role with proof and cause; `iamctl explain --rule ID` explains a kind.\n");
    page.text
}

/// A text that does not grow beyond its budget.
struct Page {
    text: String,
    budget: usize,
}

impl Page {
    fn left(&self) -> usize {
        self.budget.saturating_sub(self.text.len())
    }

    /// Adds a block as a whole, or nothing. Says whether it was added.
    fn add(&mut self, block: &str) -> bool {
        let fits = block.len() <= self.left();
        if fits {
            self.text.push_str(block);
        }
        fits
    }

    /// Adds a section that leaves so many bytes free.
    fn section(&mut self, heading: &str, findings: &[&Finding<'_>], reserve: usize) {
        if findings.is_empty() {
            return;
        }
        let roles = by_role(findings);
        let heading = format!("## {heading}: {}\n\n", findings.len());
        if !self.add(&heading) {
            return;
        }
        for (at, of_role) in roles.iter().enumerate() {
            let block = block(of_role);
            if block.len() + reserve > self.left() {
                let more = counted(roles.len() - at, "more role");
                self.add(&format!("_… and {more}, listed in the reports._\n\n"));
                return;
            }
            self.add(&block);
        }
    }
}

/// The findings of each role, in the order in which the roles come first.
fn by_role<'f, 'a>(findings: &[&'f Finding<'a>]) -> Vec<Vec<&'f Finding<'a>>> {
    let mut sorted = findings.to_vec();
    // Findings come by rule; within a section a role's stand together. Where the weightiest rule puts the role counts.
    let mut first: std::collections::BTreeMap<Option<usize>, usize> = std::collections::BTreeMap::new();
    for (at, finding) in findings.iter().enumerate() {
        first.entry(finding.index).or_insert(at);
    }
    sorted.sort_by_key(|finding| first.get(&finding.index).copied());
    sorted.chunk_by(|a, b| a.index == b.index).map(<[_]>::to_vec).collect()
}

/// One role's findings, folded.
fn block(findings: &[&Finding<'_>]) -> String {
    let Some(first) = findings.first() else { return String::new() };
    let what = match first.role {
        Some(role) => format!("<code>{}</code>", html(&shortened(&terminal(role), 200))),
        None => "No role".to_owned(),
    };
    let mut block =
        format!("<details><summary>{what}: {} ({})</summary>\n\n", counted(findings.len(), "finding"), kinds(findings));
    for finding in findings.iter().take(SHOWN) {
        // A `String` takes whatever is written to it.
        let _ = writeln!(block, "- {}", code(&finding.message));
    }
    let more = findings.len().saturating_sub(SHOWN);
    if more > 0 {
        let _ = writeln!(block, "- … and {more} more, listed in the reports");
    }
    block.push_str("\n</details>\n\n");
    block
}

/// The ids of the rules, each once.
fn kinds(findings: &[&Finding<'_>]) -> String {
    let mut rules: Vec<Rule> = findings.iter().map(|finding| finding.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules.iter().map(|rule| rule.id()).collect::<Vec<_>>().join(", ")
}

fn title(comparison: &Comparison) -> String {
    let (left, right) = (code(comparison.accounts.left.tag.as_str()), code(comparison.accounts.right.tag.as_str()));
    if !comparison.fails(FailOn::Any) {
        let roles = counted(comparison.roles.len(), "common role");
        return format!("# IAM roles of {left} and {right}: no differences in {roles}\n\n");
    }
    let count = |wanted: &dyn Fn(&RoleResult) -> bool| comparison.roles.iter().filter(|role| wanted(role)).count();
    let differing = count(&|role| role.is_paired() && !role.differences.is_zero());
    let access = count(&super::findings::is_about_access);
    let alone = count(&|role| !role.is_paired());
    format!(
        "# IAM roles of {left} and {right}: different\n\n{} with differences, {access} of them in what they may do or \
         who may take them; {} in one account only.\n\n",
        counted(differing, "common role"),
        counted(alone, "role"),
    )
}

fn accounts(comparison: &Comparison) -> String {
    let mut table = "| Account | Id | Source | Roles | Items |\n| --- | --- | --- | ---: | ---: |\n".to_owned();
    for side in Side::BOTH {
        let account = comparison.accounts.get(side);
        let id = account.account_id.as_ref().map_or_else(|| "unknown".to_owned(), |id| code(id.as_str()));
        let (tag, source) = (code(account.tag.as_str()), cell(&account.source));
        let _ = writeln!(table, "| {tag} | {id} | {source} | {} | {} |", account.roles, account.items);
    }
    table.push('\n');
    table
}

fn counts(comparison: &Comparison) -> String {
    let (left, right) = (code(comparison.accounts.left.tag.as_str()), code(comparison.accounts.right.tag.as_str()));
    let mut table = format!("| Metric | {left} | {right} |\n| --- | ---: | ---: |\n");
    for metric in &comparison.summary {
        let _ = writeln!(table, "| {} | {} | {} |", metric.metric, metric.left, metric.right);
    }
    table.push('\n');
    table
}

/// A text as a code span: between more backticks than it has in a row.
fn code(text: &str) -> String {
    let text = terminal(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // One blank at either end is taken away again if both are there.
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    if text.trim().is_empty() { "(blank)".to_owned() } else { format!("{fence}{pad}{text}{pad}{fence}") }
}

/// A text as a code span in a table, where a bar would end the cell even so.
fn cell(text: &str) -> String {
    code(&shortened(&terminal(text), 200).replace('|', "\\u{7c}"))
}

/// A text between HTML tags.
fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_longer_fenced_than_what_it_holds() {
        assert_eq!(code("app"), "`app`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a```b"), "````a```b````");
        assert_eq!(code(" "), "(blank)");
        assert_eq!(code("a\nb"), "`a\\nb`");
    }

    #[test]
    fn no_bar_is_left_in_a_cell() {
        assert_eq!(cell("a|b"), "`a\\u{7c}b`");
    }

    #[test]
    fn every_rule_is_in_one_section() {
        for rule in Rule::ALL {
            assert_eq!(SECTIONS.iter().filter(|(_, rules)| rules.contains(&rule)).count(), 1, "{rule}");
        }
    }
}

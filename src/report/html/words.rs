//! What is said of a comparison and of a role in words.

use super::super::escape::terminal;
use super::super::findings;
use super::budget;
use super::rows::Rows;
use crate::compare::{AttributeDifference, Comparison, FailOn, RoleStatus};
use crate::model::Side;
use crate::semantics::outcome::Grade;

/// A text from an account as the page shows it: what would be invisible, or turn the line around, as an escape.
pub(super) fn shown(text: &str) -> String {
    terminal(text).into_owned()
}

/// `1 role`, `2 roles`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("{count} {noun}") } else { format!("{count} {noun}s") }
}

/// What the comparison comes to, the sentence first that matters most.
pub(super) fn verdict(comparison: &Comparison, ordered: &[Rows<'_>]) -> Vec<String> {
    let count = |wanted: &dyn Fn(&&Rows<'_>) -> bool| ordered.iter().filter(wanted).count();
    let paired = count(&|rows| rows.role.is_paired());
    if !comparison.fails(FailOn::Any) {
        let beyond = if comparison.accepted_differences.is_empty() { "" } else { " but those accepted" };
        return vec![format!("No differences in {}{beyond}.", counted(paired, "common role"))];
    }
    let access = count(&|rows| rows.differs() && findings::is_about_access(rows.role));
    let escalating = count(&|rows| rows.escalates());
    let other = count(&|rows| rows.differs() && !findings::is_about_access(rows.role));
    let unique = count(&|rows| rows.role.is_open_alone());
    let verb = |count: usize, one: &'static str, many: &'static str| if count == 1 { one } else { many };
    let mut sentences = vec![format!(
        "{access} of {} {} in what {} may do or who may take {}.",
        counted(paired, "common role"),
        verb(access, "differs", "differ"),
        verb(access, "it", "they"),
        verb(access, "it", "them"),
    )];
    if escalating > 0 {
        let whom = verb(escalating, "itself", "themselves");
        sentences.push(format!("{} can raise {whom} in one account only.", counted(escalating, "role")));
    }
    if other > 0 {
        sentences.push(format!("{} {} otherwise.", counted(other, "more role"), verb(other, "differs", "differ")));
    }
    if unique > 0 {
        sentences.push(format!("{} {} in one account only.", counted(unique, "role"), verb(unique, "is", "are")));
    }
    sentences
}

/// At most so many sentences of what was found of a role, weightiest first.
pub(super) fn sentences(comparison: &Comparison, rows: &Rows<'_>, most: usize) -> Vec<String> {
    if !rows.role.is_paired() {
        return vec![one_sided(comparison, rows)];
    }
    let named = findings::NAMED;
    let access = rows.access.iter().map(|row| findings::access(comparison, row, named));
    let trust = rows.trust.iter().map(|row| findings::trust(comparison, row, named));
    let denies = rows.denies.iter().map(|row| findings::deny(comparison, row, named));
    let crosses = rows.cross_references.iter().map(|row| findings::cross_reference(comparison, row));
    let attributes = rows.attributes.iter().map(|row| attribute(comparison, row));
    let items = Side::BOTH.into_iter().filter_map(|side| items(comparison, rows, side));
    let all = access.chain(trust).chain(denies).chain(crosses).chain(attributes).chain(items);
    all.take(most).map(|sentence| cut(shown(&sentence), budget::OF_A_SENTENCE)).collect()
}

/// How many sentences [`sentences`] has at most.
pub(super) fn count(rows: &Rows<'_>) -> usize {
    if !rows.role.is_paired() {
        return 1;
    }
    let sides = Side::BOTH.into_iter().filter(|side| rows.items.iter().any(|item| item.side == *side)).count();
    let lists = [rows.access.len(), rows.trust.len(), rows.denies.len(), rows.cross_references.len()];
    lists.into_iter().sum::<usize>() + rows.attributes.len() + sides
}

/// At most so many characters of a text, and how many more there are.
pub(super) fn cut(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text,
        Some((end, _)) => {
            let (start, rest) = text.split_at(end);
            format!("{start}… ({} more characters)", rest.chars().count())
        }
    }
}

fn one_sided(comparison: &Comparison, rows: &Rows<'_>) -> String {
    let side = if rows.role.left.is_some() { Side::Left } else { Side::Right };
    let tag = &comparison.accounts.get(side).tag;
    let why = if rows.role.status == RoleStatus::Ambiguous {
        "; other roles have the same name after normalising, so it has no counterpart of its own"
    } else {
        ""
    };
    format!("only in {tag}{why}")
}

fn attribute(comparison: &Comparison, row: &AttributeDifference) -> String {
    let tags = &comparison.accounts;
    format!("{}: {} in {}, {} in {}", row.attribute, row.left, tags.left.tag, row.right, tags.right.tag)
}

fn items(comparison: &Comparison, rows: &Rows<'_>, side: Side) -> Option<String> {
    let count = rows.items.iter().filter(|item| item.side == side).count();
    let tag = &comparison.accounts.get(side).tag;
    (count > 0).then(|| format!("{} of its policies only in {tag}{}", counted(count, "row"), effect(rows)))
}

/// What rows that differ come to where nothing else does.
fn effect(rows: &Rows<'_>) -> &'static str {
    let same = |grade| matches!(grade, Some(Grade::Identical | Grade::EqualForAllRequests));
    match (rows.role.access_grade, rows.role.trust_grade) {
        (Some(Grade::EqualForCatalogue), _) => ", without effect on the actions of the catalogue",
        (access, trust) if same(access) && same(trust) => ", without effect on access",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_says_how_much_is_missing() {
        assert_eq!(cut("äöü".to_owned(), 2), "äö… (1 more characters)");
        assert_eq!(cut("äöü".to_owned(), 3), "äöü");
    }
}

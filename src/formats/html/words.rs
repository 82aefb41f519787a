//! What is said of a report and of a role in words.

use super::super::escape::terminal;
use super::super::verdict as words_of;
use super::budget;
use super::rows::Rows;
use crate::report::Report;
pub(super) use crate::report::sentences::counted;

/// A text from an account as the page shows it: what would be invisible, or turn the line around, as an escape.
pub(super) fn shown(text: &str) -> String {
    terminal(text).into_owned()
}

/// What the report comes to, the sentence first that matters most.
pub(super) fn verdict(report: &Report) -> Vec<String> {
    let mut sentences = vec![format!("{}.", words_of::sentence(report))];
    sentences.extend(words_of::remarks(report));
    sentences
}

/// At most so many sentences of what was found of a role, most severe first.
pub(super) fn sentences(rows: &Rows<'_>, most: usize) -> Vec<String> {
    let findings = rows.findings.iter().take(most);
    findings.map(|finding| cut(finding.message.clone(), budget::OF_A_SENTENCE)).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_says_how_much_is_missing() {
        assert_eq!(cut("äöü".to_owned(), 2), "äö… (1 more characters)");
        assert_eq!(cut("äöü".to_owned(), 3), "äöü");
    }
}

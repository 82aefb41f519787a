//! Texts as the page shows them.

use super::super::escape::terminal;
use super::super::spans::{self, Span};
pub(super) use crate::report::sentences::counted;

/// A text from an account as the page shows it: what would be invisible, or turn the line around, as an escape.
pub(in super::super) fn shown(text: &str) -> String {
    terminal(text).into_owned()
}

/// The parts of a text: what stands between backticks is code. The page's script does the same.
pub(in super::super) fn parts(text: &str) -> Vec<Span<'_>> {
    spans::quoted(text)
}

/// As much of an id as commands name.
pub(super) fn short_id(id: &str) -> String {
    id.chars().take(12).collect()
}

/// At most so many characters of a text, and how many more there are.
pub(in super::super) fn cut(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text,
        Some((end, _)) => {
            let (start, rest) = text.split_at(end);
            format!("{start}… ({})", counted(rest.chars().count(), "more character"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_says_how_much_is_missing() {
        assert_eq!(cut("äöü".to_owned(), 2), "äö… (1 more character)");
        assert_eq!(cut("äöü".to_owned(), 3), "äöü");
    }
}

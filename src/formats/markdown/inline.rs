//! What a line of Markdown is made of: prose, and names in code spans.

use std::borrow::Cow;

use super::super::escape::{shortened, terminal};
use super::super::spans::{self, Span};
use crate::report::sentences::few;

/// The most characters of a cell.
pub const CELL: usize = 300;

/// At most so many names, each in a code span; the rest is counted.
pub fn list(names: &[String], most: usize, code: fn(&str) -> String) -> String {
    let named: Vec<String> = names.iter().take(most).map(|name| code(name)).collect();
    few(&named, usize::MAX)
        + &names
            .len()
            .checked_sub(most)
            .filter(|more| *more > 0)
            .map_or_else(String::new, |more| format!(" and {more} more"))
}

/// A sentence as Markdown.
pub fn sentence(text: &str, names: &[String], code: fn(&str) -> String) -> String {
    let mut markdown = String::new();
    for (text, is_code) in joined(&spans::of_sentence(text, names)) {
        if is_code {
            markdown.push_str(&code(&text));
        } else if markdown.is_empty() {
            markdown.push_str(&beginning(text.trim_start()));
        } else {
            markdown.push_str(&prose(&text));
        }
    }
    markdown
}

/// A sentence as HTML.
pub(super) fn sentence_in_html(text: &str, names: &[String]) -> String {
    let part = |(text, is_code): (Cow<'_, str>, bool)| {
        if is_code { format!("<code>{}</code>", html(&text)) } else { html(&text) }
    };
    joined(&spans::of_sentence(text, names)).into_iter().map(part).collect()
}

/// Parts, those of code that touch each other as one: two fences would become one.
fn joined<'t>(spans: &[Span<'t>]) -> Vec<(Cow<'t, str>, bool)> {
    let mut joined: Vec<(Cow<'_, str>, bool)> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some((text, true)) if span.is_code => text.to_mut().push_str(span.text),
            Some(_) | None => joined.push((span.text.into(), span.is_code)),
        }
    }
    joined
}

/// Prose has no other character that is markup than brackets.
fn prose(text: &str) -> String {
    text.replace('[', "\\[").replace(']', "\\]")
}

/// Prose at the beginning of a line, where a number with a point would begin a list.
fn beginning(text: &str) -> String {
    let number = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    match text.split_at_checked(number) {
        Some((number, rest)) if !number.is_empty() && rest.starts_with(['.', ')']) => {
            format!("{number}\\{}", prose(rest))
        }
        Some(_) | None => prose(text),
    }
}

/// A text as a code span: between more backticks than it has in a row.
pub fn code(text: &str) -> String {
    let text = terminal(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // One blank at either end is taken away again if both are there.
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    if text.trim().is_empty() { "(blank)".to_owned() } else { format!("{fence}{pad}{text}{pad}{fence}") }
}

/// A text as a code span in a table, where a bar would end the cell even so.
pub fn cell(text: &str) -> String {
    code(&shortened(&terminal(text), CELL).replace('|', "\\u{7c}"))
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
    fn sentences_are_prose_with_names_in_code() {
        let said = |text: &str| sentence(text, &["my policy".to_owned()], cell);
        assert_eq!(
            said("qa allows s3:* on a|b [inline policy my policy]"),
            "qa allows `s3:*` on `a\\u{7c}b` \\[inline policy `my policy`\\]"
        );
        assert_eq!(said("1. one"), "1\\. one");
        assert_eq!(said("\"a\"{\"b\":1} c"), "`\"a\"{\"b\":1}` c");
        assert_eq!(sentence_in_html("on <b> & c", &[]), "on <code>&lt;b&gt;</code> <code>&amp;</code> c");
    }

    #[test]
    fn no_bar_is_left_in_a_cell() {
        assert_eq!(cell("a|b"), "`a\\u{7c}b`");
    }
}

//! Messages as they are told: one line each, and no value longer than a person reads.

use std::borrow::Cow;
use std::iter::Peekable;
use std::str::CharIndices;

use crate::formats::escape::terminal;

/// How many characters a value in a message can have before its middle is left out.
const VALUE: usize = 160;

/// How many characters of a value stay before its middle, and how many after it.
const ENDS: (usize, usize) = (60, 40);

/// How many characters a message can have: a list of roles may be long, and still all of them are named.
const MESSAGE: usize = 20_000;

/// A message as one line: control characters as escapes, and of each long value (between backticks or quotation marks)
/// both ends and its length.
///
/// Every error, cause, hint, warning and note is told this way, so that whoever words one need not think of it.
pub(super) fn one_line(message: &str) -> String {
    let mut line = String::with_capacity(message.len().min(MESSAGE));
    let mut rest = message.char_indices().peekable();
    let mut plain = 0;
    // A mark that nothing closes is not looked for again: each time would take as long.
    let mut marks = vec!['`', '"'];
    while let Some((start, mark)) = rest.next() {
        if !marks.contains(&mark) {
            continue;
        }
        let Some(end) = close(&mut rest, mark) else {
            marks.retain(|other| *other != mark);
            continue;
        };
        let value = message.get(start + 1..end).unwrap_or_default();
        if let Some(short) = cut(value, VALUE, ENDS) {
            line.push_str(message.get(plain..=start).unwrap_or_default());
            line.push_str(&short.ends);
            line.push_str(&format!("{mark} ({} characters)", short.length));
            plain = end + 1;
        }
    }
    line.push_str(message.get(plain..).unwrap_or_default());
    let line = cut(&line, MESSAGE, (MESSAGE / 2, MESSAGE / 4)).map_or(Cow::Borrowed(line.as_str()), |short| {
        Cow::Owned(format!("{} ({} characters)", short.ends, short.length))
    });
    terminal(&line).into_owned()
}

/// Where the mark stands again that closes a value; a quotation mark after a backslash does not. If it stands nowhere,
/// what follows is text as before.
fn close(rest: &mut Peekable<CharIndices<'_>>, mark: char) -> Option<usize> {
    let mut ahead = rest.clone();
    let mut escaped = false;
    while let Some((place, c)) = ahead.next() {
        if c == mark && !escaped {
            *rest = ahead;
            return Some(place);
        }
        escaped = mark == '"' && c == '\\' && !escaped;
    }
    None
}

/// Both ends of a text, and how many characters the whole has.
struct Short {
    ends: String,
    length: usize,
}

/// A text without its middle; none if it is short enough as it is.
fn cut(text: &str, most: usize, (before, after): (usize, usize)) -> Option<Short> {
    // A character has at least one byte.
    if text.len() <= most {
        return None;
    }
    let length = text.chars().count();
    if length <= most {
        return None;
    }
    let start: String = text.chars().take(before).collect();
    let end: String = text.chars().skip(length - after).collect();
    Some(Short { ends: format!("{start}…{end}"), length })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_lose_their_middle_and_keep_their_length() {
        let long = format!("{}{}", "a".repeat(60), "é".repeat(69_940));
        let short = format!("{}…{}", "a".repeat(60), "é".repeat(40));
        for (message, told) in [
            (format!("`{long}` is no name"), format!("`{short}` (70000 characters) is no name")),
            (format!("no `x` and `{long}`"), format!("no `x` and `{short}` (70000 characters)")),
            (
                format!("string \"{long}\", expected `\"`"),
                format!("string \"{short}\" (70000 characters), expected `\"`"),
            ),
            (format!("`{long}`, `{long}`"), format!("`{short}` (70000 characters), `{short}` (70000 characters)")),
        ] {
            assert_eq!(one_line(&message), told);
        }
        let fits = format!("`{}`", "é".repeat(VALUE));
        assert_eq!(one_line(&fits), fits);
        let quoted = format!("\"{}\\\"{}\" there", "b".repeat(100), "c".repeat(100));
        let cut = format!("\"{}…{}\" (202 characters) there", "b".repeat(60), "c".repeat(40));
        assert_eq!(one_line(&quoted), cut);
    }

    #[test]
    fn a_message_is_one_line() {
        assert_eq!(one_line("a\nb\u{1b}[2J `c\r`"), "a\\nb\\u{1b}[2J `c\\r`");
        // A mark that nothing closes, many of them, and a list without an end.
        for message in ["x`".repeat(30_001), "\"".repeat(50_001), "`role`, ".repeat(10_000), "y".repeat(1 << 20)] {
            let line = one_line(&message);
            assert!(line.chars().count() < MESSAGE && line.ends_with(" characters)"), "{}", line.len());
        }
        assert_eq!(one_line("“dev” isn't `qa"), "“dev” isn't `qa");
    }
}

//! Words to lines.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The words of a text as lines of at most `width` columns. A longer word is broken, where it can be behind one of
/// `/:,` in its last third, so that no line is longer than that.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    fill(text.split_whitespace(), width, width)
}

/// The same with another width for the first line than for the others; several blanks in a line stay several.
pub(super) fn wrap_exactly(text: &str, first: usize, others: usize) -> Vec<String> {
    fill(text.split(' '), first, others)
}

fn fill<'a>(words: impl Iterator<Item = &'a str>, first: usize, others: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for word in words {
        let mut word = word;
        let width = |lines: &[String]| if lines.is_empty() { first } else { others };
        if used > 0 && used + 1 + word.width() <= width(&lines) {
            line.push(' ');
            line.push_str(word);
            used += 1 + word.width();
            continue;
        }
        if used > 0 {
            lines.push(std::mem::take(&mut line));
        }
        while let Some((start, rest)) = broken(word, width(&lines)) {
            lines.push(start.to_owned());
            word = rest;
        }
        line.push_str(word);
        used = word.width();
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The start of a word that is wider than the line, and its rest. None if it fits, or if not even a character does.
fn broken(word: &str, width: usize) -> Option<(&str, &str)> {
    if word.width() <= width {
        return None;
    }
    let (mut used, mut end, mut good) = (0, 0, 0);
    for (at, c) in word.char_indices() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        end = at + c.len_utf8();
        if matches!(c, '/' | ':' | ',') && used * 3 >= width * 2 {
            good = end;
        }
    }
    let (start, rest) = word.split_at_checked(if good > 0 { good } else { end })?;
    (!start.is_empty() && !rest.is_empty()).then_some((start, rest))
}

/// A text of at most so many columns; one that is wider ends in `…`.
pub(super) fn narrowed(text: &str, most: usize) -> String {
    if text.width() <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > most {
            break;
        }
        short.push(c);
    }
    short.push('…');
    short
}

/// A text of at most so many columns; one that is wider has `…` in place of what stands before its last third.
pub(super) fn without_middle(text: &str, most: usize) -> String {
    if text.width() <= most {
        return text.to_owned();
    }
    let end = most / 3;
    let mut rest = String::new();
    let mut used = 0;
    for c in text.chars().rev() {
        used += c.width().unwrap_or(0);
        if used > end {
            break;
        }
        rest.insert(0, c);
    }
    let start = narrowed(text, most.saturating_sub(rest.width()));
    format!("{start}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_words_break_behind_a_mark() {
        let arn = "arn:aws:s3:::invoices/2026/january";
        assert_eq!(wrap(&format!("on {arn}"), 30), ["on", "arn:aws:s3:::invoices/2026/", "january"]);
        assert_eq!(wrap("aaaaaaaaaa b", 4), ["aaaa", "aaaa", "aa b"]);
        assert_eq!(narrowed("production", 6), "produ…");
        assert_eq!(narrowed("名前名前", 5), "名前…");
        assert_eq!(without_middle("proof: s3:GetObject arn:aws:s3:::invoices/a", 24), "proof: s3:GetOb…voices/a");
        assert_eq!(without_middle("名前名前名前", 9), "名前名…前");
    }

    #[test]
    fn blanks_that_differ_are_seen_to_differ() {
        assert_eq!(wrap_exactly("is \"a  b\" here", 11, 8), ["is \"a  b\"", "here"]);
        assert_eq!(wrap("is \"a  b\" here", 80), ["is \"a b\" here"]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_sticks_out(text in "[a-z名🙂/ :]{0,80}", width in 2_usize..40) {
            let lines = wrap(&text, width);
            let without_blanks = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(without_blanks(&lines.concat()), without_blanks(&text));
            prop_assert!(lines.iter().all(|line| line.width() <= width && !line.is_empty()));
        }
    }
}

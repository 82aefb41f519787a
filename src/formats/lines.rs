//! Lines that fit the terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::wrap::{narrowed, without_middle, wrap_exactly};
use unicode_width::UnicodeWidthStr;

pub(super) const PLAIN: Style = Style::new();
pub(super) const HEADING: Style = Style::new().bold();
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const BAD: Style = AnsiColor::Yellow.on_default();
pub(super) const WORST: Style = AnsiColor::Red.on_default().bold();

/// How far the further lines of a broken one stand in.
const HANG: usize = 4;

/// How many columns the end of a line needs to say something.
const LEAST: usize = 12;

/// How many lines of a terminal one cause takes at most; the files have it whole.
const LINES: usize = 2;

/// Where lines go, and how wide they may be.
pub(super) struct Lines<'a> {
    pub out: &'a mut dyn Write,
    pub width: Option<usize>,
}

impl Lines<'_> {
    /// A text on as many lines as it takes.
    pub fn text(&mut self, indent: usize, text: &str) -> io::Result<()> {
        self.styled(indent, PLAIN, "", text)
    }

    /// A text with a styled start; nothing is styled where the start does not fit the first line.
    pub fn styled(&mut self, indent: usize, style: Style, start: &str, rest: &str) -> io::Result<()> {
        let broken = self.broken(indent, &format!("{start}{rest}"));
        self.all(indent, style, start, &broken)
    }

    /// A text in one line: what does not fit is left out of the middle of its end, since an ARN says most at its own end.
    pub fn one_line(&mut self, indent: usize, start: &str, end: &str) -> io::Result<()> {
        match self.width {
            None => writeln!(self.out, "{:indent$}{start}{end}", ""),
            Some(width) => {
                let start = narrowed(start, width.saturating_sub(indent));
                let rest = width.saturating_sub(indent + start.width());
                let end = if rest < LEAST { String::new() } else { without_middle(end, rest) };
                writeln!(self.out, "{:indent$}{start}{end}", "")
            }
        }
    }

    /// A command to be pasted: where it does not fit, it is broken between words in a way that a shell puts together
    /// again.
    pub fn command(&mut self, indent: usize, text: &str) -> io::Result<()> {
        let Some(width) = self.width else { return writeln!(self.out, "{:indent$}{text}", "") };
        let mut line = String::new();
        let mut indent = indent;
        // The last column but one is for the backslash.
        for word in shell_words(text) {
            if !line.is_empty() && indent + line.width() + 1 + word.width() + 2 > width {
                writeln!(self.out, "{:indent$}{line} \\", "")?;
                line.clear();
                indent = HANG * 2;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        writeln!(self.out, "{:indent$}{line}", "")
    }

    /// A cause: what takes too many lines is cut short behind a word.
    pub fn cause(&mut self, indent: usize, text: &str) -> io::Result<()> {
        let mut broken = self.broken(indent, text);
        if broken.len() > LINES {
            broken.truncate(LINES);
            if let (Some(last), Some(width)) = (broken.last_mut(), self.width) {
                let fits = wrap_exactly(last, width.saturating_sub(indent + HANG + 2), 1);
                *last = format!("{} …", fits.first().map_or("", |line| line.trim_end()));
            }
        }
        self.all(indent, PLAIN, "", &broken)
    }

    fn broken(&self, indent: usize, text: &str) -> Vec<String> {
        match self.width {
            None => vec![text.to_owned()],
            Some(width) => wrap_exactly(text, width.saturating_sub(indent), width.saturating_sub(indent + HANG)),
        }
    }

    fn all(&mut self, indent: usize, style: Style, start: &str, broken: &[String]) -> io::Result<()> {
        for (index, line) in broken.iter().enumerate() {
            let indent = if index == 0 { indent } else { indent + HANG };
            match line.strip_prefix(start).filter(|_| index == 0 && !start.is_empty()) {
                Some(rest) => writeln!(self.out, "{:indent$}{style}{start}{style:#}{rest}", "")?,
                None => writeln!(self.out, "{:indent$}{line}", "")?,
            }
        }
        Ok(())
    }

    pub fn empty(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }
}

/// The words of a command, as they are written: a space between quotes is no end of a word.
fn shell_words(command: &str) -> Vec<&str> {
    let (mut words, mut start, mut in_quotes, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in command.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if !in_quotes => escaped = true,
            '\'' => in_quotes = !in_quotes,
            ' ' if !in_quotes => {
                words.extend(command.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    words.extend(command.get(start..));
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sentences::quoted;

    #[test]
    fn a_quoted_text_is_one_word() {
        let command = format!("iamctl explain {} {} x", quoted("it's  here"), quoted(r"a\ b"));
        assert_eq!(shell_words(&command), ["iamctl", "explain", r"'it'\''s  here'", r"'a\ b'", "x"]);
    }
}

//! Texts from accounts, made safe for one line.

use std::borrow::Cow;

/// A text for one line of a terminal: control characters, and those that change the direction or order of what is
/// shown, are written as escapes.
///
/// ```
/// use iamctl::report::escape::terminal;
/// assert_eq!(terminal("app\u{1b}[2Jx\n"), "app\\u{1b}[2Jx\\n");
/// assert_eq!(terminal("a\u{61c}b\u{ad}c\u{3164}"), "a\\u{61c}b\\u{ad}c\\u{3164}");
/// assert_eq!(terminal("größe"), "größe");
/// ```
#[must_use]
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c) {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// Control characters, line and paragraph separators, and the marks that turn text around, hide it, or show nothing.
///
/// Source: `Bidi_Control` and `Default_Ignorable_Code_Point` of <https://www.unicode.org/reports/tr44/>
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}')
        || matches!(c, '\u{180b}'..='\u{180f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}')
        || matches!(c, '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{fdd0}'..='\u{fdef}' | '\u{e0000}'..='\u{e0fff}')
}

/// A text of at most so many characters; one that is longer ends in `…`.
///
/// ```
/// use iamctl::report::escape::shortened;
/// assert_eq!(shortened("größer", 4), "grö…");
/// assert_eq!(shortened("größer", 6), "größer");
/// ```
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

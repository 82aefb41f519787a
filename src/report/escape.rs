//! Untrusted names, made safe for where they go.

use std::borrow::Cow;

/// A text for one line of a terminal: control characters, and those that change the direction or order of what is
/// shown, are written as escapes.
///
/// ```
/// use iamctl::report::escape::terminal;
/// assert_eq!(terminal("app\u{1b}[2Jx\n"), "app\\u{1b}[2Jx\\n");
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

/// Control characters, line and paragraph separators, and the marks that turn text around or hide it.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{fdd0}'..='\u{fdef}' | '\u{e0000}'..='\u{e007f}')
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

/// JSON for a `<script>` element of a page: nothing in it can end the element, open a comment, or be read as markup.
/// It means the same, since these characters stand in JSON's texts alone.
///
/// ```
/// use iamctl::report::escape::script;
/// assert_eq!(script("[\"</script>&\u{2028}\"]"), r#"["\u003c/script\u003e\u0026\u2028"]"#);
/// ```
#[must_use]
pub fn script(json: &str) -> String {
    let mut safe = String::with_capacity(json.len() + json.len() / 50);
    for c in json.chars() {
        match c {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            _ => safe.push(c),
        }
    }
    safe
}

/// A cell that a spreadsheet would run as a formula gets a leading `'`, unless `raw`.
///
/// Source: <https://owasp.org/www-community/attacks/CSV_Injection>
///
/// ```
/// use iamctl::report::escape::cell;
/// assert_eq!(cell("=cmd|' /C calc'!A0", false), "'=cmd|' /C calc'!A0");
/// assert_eq!(cell("=x", true), "=x");
/// ```
#[must_use]
pub fn cell(text: &str, raw: bool) -> Cow<'_, str> {
    if !raw && text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

//! Untrusted names, made safe for where they go.

use std::borrow::Cow;

pub use crate::report::escape::{shortened, terminal};

/// JSON for a `<script>` element of a page: nothing in it can end the element, open a comment, or be read as markup.
/// It means the same, since these characters stand in JSON's texts alone.
///
/// ```
/// use iamctl::formats::escape::script;
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
/// use iamctl::formats::escape::cell;
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

//! What a page of ours may do in a browser.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest;

/// The Content-Security-Policy of a page: nothing from anywhere, this style, this script, and no text ever read as markup.
pub(in super::super) fn of(style: &str, script: &str) -> String {
    let hash = |text: &str| STANDARD.encode(digest::digest(&digest::SHA256, text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; \
         form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        hash(style),
        hash(script)
    )
}

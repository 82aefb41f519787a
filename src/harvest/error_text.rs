//! Errors of the SDK as one line.

use std::error::Error;

/// An error and its sources, outermost first, as one line.
pub(super) fn chain_text(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    for error in std::iter::successors(Some(error), |&error| error.source()) {
        let text = one_line(&error.to_string());
        if !texts.last().is_some_and(|last| last.contains(&text)) {
            texts.push(text);
        }
    }
    texts.join(": ")
}

/// As [`chain_text`], without the SDK's own outermost words (`dispatch failure`), which say nothing to a user.
pub(super) fn inner_text(error: &(dyn Error + 'static)) -> String {
    error.source().map_or_else(|| one_line(&error.to_string()), chain_text)
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

//! How many, in words.

/// At most so many texts; the rest is counted.
#[must_use]
pub fn few(texts: &[String], most: usize) -> String {
    let named = texts.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    match texts.len().checked_sub(most) {
        None | Some(0) => named,
        Some(more) => format!("{named} and {more} more"),
    }
}

/// `1 role`, `2 roles`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("{count} {noun}") } else { format!("{count} {noun}s") }
}

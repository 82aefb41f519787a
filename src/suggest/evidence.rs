//! What speaks for an entry.

use crate::model::Sides;

/// What an entry does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its texts in both accounts; none of a pattern.
    pub texts: Sides<Vec<String>>,
    /// Its pattern, if it is one.
    pub pattern: Option<String>,
    /// A name that ends much like those that the pattern matches and that it does not match.
    pub near_miss: Option<String>,
    /// In how many names of roles it replaces something, in the account with more of them.
    pub role_names: usize,
    /// In how many other texts.
    pub other_texts: usize,
    /// How many roles of one account only it makes common, in each account.
    pub roles: usize,
    /// How many texts that only one of two common roles has it makes alike.
    pub differences: usize,
    /// How often its texts stand inside longer words, where they are left.
    pub in_words: usize,
    /// Roles that are equal without it and differ with it, by their names in the first account.
    pub broken: Vec<String>,
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let quoted = |texts: &[String]| match texts {
            [] => "nothing".to_owned(),
            texts => texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", "),
        };
        let counted = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        match &self.pattern {
            Some(pattern) => write!(f, "the pattern `{pattern}`")?,
            None => write!(f, "{} ↔ {}", quoted(&self.texts.left), quoted(&self.texts.right))?,
        }
        write!(
            f,
            ": {}, {}; makes {} common, removes {}",
            counted(self.role_names, "role name"),
            counted(self.other_texts, "other text"),
            counted(self.roles, "unique role"),
            counted(self.differences, "differing text"),
        )?;
        match (&self.pattern, &self.near_miss) {
            (Some(_), Some(name)) => write!(f, "; does not match `{name}`")?,
            (Some(_), None) => {}
            (None, _) if self.in_words == 0 => {}
            (None, _) => write!(f, "; also {} inside longer words, where it stays", counted(self.in_words, "time"))?,
        }
        if self.broken.is_empty() {
            return Ok(());
        }
        write!(
            f,
            "; makes {} differ that would be equal without it: {}",
            counted(self.broken.len(), "role"),
            names(&self.broken)
        )
    }
}

/// The first few names.
fn names(all: &[String]) -> String {
    const MOST_NAMES: usize = 3;
    let first = all.iter().take(MOST_NAMES).map(String::as_str).collect::<Vec<_>>().join(", ");
    if all.len() > MOST_NAMES { format!("{first}, and {} more roles", all.len() - MOST_NAMES) } else { first }
}

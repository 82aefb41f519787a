//! Names the user gives: the tag under which an account appears in files and reports.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The short name of an account in files and reports, such as `dev`.
///
/// INVARIANT: 1 to 64 of `[A-Za-z0-9._-]`, the first a letter or digit, the last no point, and no device of Windows, so that
/// it is safe in a file name on every system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct AccountTag(String);

/// A text that is not an account tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not an account tag: {}", .text.escape_debug(), if is_device_name(.text) {
    "Windows reserves this name for a device"
} else {
    "use 1 to 64 letters, digits, `.`, `_`, or `-`, starting with a letter or digit and not ending with a `.`"
})]
pub struct AccountTagError {
    text: String,
}

/// Whether Windows takes a file name for a device, in any case and with any extension: `con`, `NUL.json`, `COM1`.
///
/// Source: <https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file>
#[must_use]
pub fn is_device_name(name: &str) -> bool {
    const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let port = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    DEVICES.contains(&&*stem) || port.is_some_and(|port| matches!(port.as_bytes(), [b'0'..=b'9']))
}

impl AccountTag {
    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountTag {
    type Err = AccountTagError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let is_name = !text.ends_with('.') && !is_device_name(text);
        if starts_well && is_name && text.len() <= 64 && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(AccountTagError { text: text.to_owned() })
        }
    }
}

impl TryFrom<String> for AccountTag {
    type Error = AccountTagError;

    fn try_from(text: String) -> Result<Self, AccountTagError> {
        text.parse()
    }
}

impl From<AccountTag> for String {
    fn from(AccountTag(text): AccountTag) -> Self {
        text
    }
}

impl fmt::Display for AccountTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_safe_in_file_names() {
        for good in ["dev", "1", "eu-west-1.prod_2", "console", "com10", "prod.con", &"a".repeat(64)] {
            assert!(good.parse::<AccountTag>().is_ok(), "{good}");
        }
        let windows = ["con", "Nul", "aux.prod", "COM1", "lpt9.x", "dev."];
        let long = "a".repeat(65);
        for bad in ["", " dev", "a b", "../x", ".hidden", "-x", "a/b", "dév", "a\n", &long].into_iter().chain(windows)
        {
            assert!(bad.parse::<AccountTag>().is_err(), "{bad}");
        }
    }
}

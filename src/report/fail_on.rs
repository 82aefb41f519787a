//! Which findings make a run fail.

use std::fmt;
use std::str::FromStr;

use super::rule::Rule;
use super::severity::Severity;

/// Which findings make the exit code 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailOn {
    /// None.
    #[default]
    None,
    /// Any difference that is reported, a role of one account only among them.
    Any,
    /// Only what a role can do or who can assume it, including roles that exist in only one account.
    Access,
    /// Any finding of this severity or a higher one.
    Severity(Severity),
    /// Any finding of this rule.
    Rule(Rule),
    /// Any finding that an earlier report does not have, of this severity or a higher one. Only whoever knows the earlier report can
    /// tell which these are.
    New(Option<Severity>),
}

impl FailOn {
    /// Whether a finding of this rule and severity is one of those, whatever an earlier report says; `note` says whether it
    /// is only to know.
    #[must_use]
    pub fn is_met(self, rule: Rule, severity: Severity, note: bool) -> bool {
        match self {
            Self::None => false,
            Self::Any => !note,
            Self::Access => rule.is_about_access() || (rule == Rule::RoleAmbiguous && !note),
            Self::Severity(level) => !note && severity >= level,
            Self::Rule(named) => rule == named,
            Self::New(_) => false,
        }
    }
}

/// A word that says nothing about failing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FailOnError {
    /// Not one of the forms.
    #[error("`{}` is not none, any, access, severity=LEVEL, rule=ID, new, or new:LEVEL", .text.escape_debug())]
    Form {
        /// The word.
        text: String,
    },
    /// An unknown severity.
    #[error(transparent)]
    Severity(#[from] super::severity::UnknownSeverity),
    /// An unknown rule.
    #[error(transparent)]
    Rule(#[from] super::rule::UnknownRule),
}

impl FromStr for FailOn {
    type Err = FailOnError;

    fn from_str(text: &str) -> Result<Self, FailOnError> {
        match text.split_once('=') {
            None if text == "none" => Ok(Self::None),
            None if text == "any" => Ok(Self::Any),
            None if text == "access" => Ok(Self::Access),
            None if text == "new" => Ok(Self::New(None)),
            None if text.starts_with("new:") => Ok(Self::New(Some(text.trim_start_matches("new:").parse()?))),
            Some(("severity", level)) => Ok(Self::Severity(level.parse()?)),
            Some(("rule", id)) => Ok(Self::Rule(id.parse()?)),
            None | Some(_) => Err(FailOnError::Form { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Any => f.write_str("any"),
            Self::Access => f.write_str("access"),
            Self::Severity(severity) => write!(f, "severity={severity}"),
            Self::Rule(rule) => write!(f, "rule={rule}"),
            Self::New(None) => f.write_str("new"),
            Self::New(Some(severity)) => write!(f, "new:{severity}"),
        }
    }
}

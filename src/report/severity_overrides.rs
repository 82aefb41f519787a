//! Severities that a config file sets in place of those of the rules.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::escape::terminal;
use super::rule::Rule;
use super::severity::Severity;

/// Severities that were set in place of those of the rules, and the file that set them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeverityOverrides {
    /// The name of the file; none if no file set them.
    pub file: Option<String>,
    /// The severity of every finding of a rule.
    pub rules: BTreeMap<Rule, Severity>,
}

impl SeverityOverrides {
    /// Whether every rule has its own severity.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The severity of a rule: the one that was set, or else its own.
    #[must_use]
    pub fn of(&self, rule: Rule) -> Severity {
        self.rules.get(&rule).copied().unwrap_or_else(|| rule.default_severity())
    }

    /// `2 severities are set by iamctl.toml: tag-changed is high, role-added is low`; none if there are none.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let rules: Vec<String> = self.rules.iter().map(|(rule, severity)| format!("{rule} is {severity}")).collect();
        if rules.is_empty() {
            return None;
        }
        let are = if rules.len() == 1 { "severity is" } else { "severities are" };
        let by = self.file.as_ref().map(|file| format!(" by {}", terminal(file))).unwrap_or_default();
        Some(format!("{} {are} set{by}: {}.", rules.len(), rules.join(", ")))
    }
}

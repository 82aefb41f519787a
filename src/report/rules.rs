//! The kinds of difference: each has an id that stays, a weight, and a text that says what it means, why it matters
//! and how to settle it.
//!
//! `iamctl explain --rule`, `docs/rules.md` and the rules of SARIF are views of this one text.

mod texts;

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::wrap::wrap;

/// A kind of difference. The order is that of reports: weightiest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The program contradicts itself about a difference.
    InternalInconsistency,
    /// One account's role has a way to raise its own permissions that the other's has not.
    PrivilegeEscalation,
    /// The second account's role may do more.
    AccessGained,
    /// More may take the second account's role.
    TrustWidened,
    /// A role holds a text that belongs to the other account.
    CrossReference,
    /// The permissions boundary is another.
    BoundaryChanged,
    /// Whether a role may do more could not be told.
    AccessUnknown,
    /// Whether more may take a role could not be told.
    TrustUnknown,
    /// The second account's role may do less.
    AccessLost,
    /// Fewer may take the second account's role.
    TrustNarrowed,
    /// Something is denied outright in the first account only.
    DenyRemoved,
    /// The role is in the second account only.
    RoleAdded,
    /// The role is in the first account only.
    RoleMissing,
    /// Several roles of one account have one name after normalising.
    RoleAmbiguous,
    /// Something could not be compared at all.
    CouldNotCompare,
    /// Something is denied outright in the second account only.
    DenyAdded,
    /// Policies say it differently, and nothing else was found to follow from it.
    ItemsDiffer,
    /// An attribute is another.
    AttributeChanged,
    /// A tag is another.
    TagChanged,
    /// A trust policy holds the id that a deleted user or role left behind.
    DanglingPrincipal,
    /// A statement does not do what it seems to.
    StatementWarning,
    /// An entry of the dictionary does something else than it seems to, or nothing.
    DictionaryWarning,
}

/// How much a kind of difference weighs, lightest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// To know of.
    Info,
    /// To look at.
    Minor,
    /// To settle.
    Major,
    /// To settle first.
    Critical,
}

impl Severity {
    /// GitLab's word for it, which our own reports use too.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }

    /// SARIF's level.
    #[must_use]
    pub const fn level(self) -> &'static str {
        match self {
            Self::Info => "note",
            Self::Minor => "warning",
            Self::Major | Self::Critical => "error",
        }
    }

    /// The number by which GitHub says low, medium, high or critical.
    ///
    /// Source: <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>
    #[must_use]
    pub const fn score(self) -> &'static str {
        match self {
            Self::Info => "2.0",
            Self::Minor => "5.0",
            Self::Major => "7.5",
            Self::Critical => "9.5",
        }
    }
}

impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What there is to say of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// The id: lower case words with hyphens. It never changes its meaning.
    pub id: &'static str,
    /// The rule in one line.
    pub title: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What was found when it is reported.
    pub meaning: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// How to settle it.
    pub settle: &'static str,
}

impl Text {
    /// The three paragraphs with their headings.
    #[must_use]
    pub const fn paragraphs(&self) -> [(&'static str, &'static str); 3] {
        [("What it means", self.meaning), ("Why it matters", self.why), ("How to settle it", self.settle)]
    }
}

/// A word that is no rule's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule `{}`", .id.escape_debug())]
pub struct UnknownRule {
    /// The word.
    pub id: String,
}

impl Rule {
    /// All of them, weightiest first.
    pub const ALL: [Self; 22] = [
        Self::InternalInconsistency,
        Self::PrivilegeEscalation,
        Self::AccessGained,
        Self::TrustWidened,
        Self::CrossReference,
        Self::BoundaryChanged,
        Self::AccessUnknown,
        Self::TrustUnknown,
        Self::AccessLost,
        Self::TrustNarrowed,
        Self::DenyRemoved,
        Self::RoleAdded,
        Self::RoleMissing,
        Self::RoleAmbiguous,
        Self::CouldNotCompare,
        Self::DenyAdded,
        Self::ItemsDiffer,
        Self::AttributeChanged,
        Self::TagChanged,
        Self::DanglingPrincipal,
        Self::StatementWarning,
        Self::DictionaryWarning,
    ];

    /// Its text.
    #[must_use]
    pub const fn text(self) -> &'static Text {
        texts::of(self)
    }

    /// Its id, as in reports.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.text().id
    }

    /// How much it weighs.
    #[must_use]
    pub const fn severity(self) -> Severity {
        self.text().severity
    }

    /// Its place among [`Rule::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Rule {
    type Err = UnknownRule;

    /// An id, whatever its case.
    fn from_str(id: &str) -> Result<Self, UnknownRule> {
        let named = |rule: &Self| rule.id().eq_ignore_ascii_case(id);
        Self::ALL.into_iter().find(named).ok_or_else(|| UnknownRule { id: id.to_owned() })
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// One rule for a terminal.
///
/// # Errors
/// If `out` cannot be written.
pub fn explain(out: &mut dyn Write, rule: Rule) -> io::Result<()> {
    let text = rule.text();
    writeln!(out, "{}: {}", text.id, text.title)?;
    writeln!(out, "  severity {}, level {}", text.severity.as_str(), text.severity.level())?;
    for (heading, paragraph) in text.paragraphs() {
        writeln!(out, "\n{heading}")?;
        for line in wrap(paragraph, 78) {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}

/// All rules for a terminal, a line each: id, severity, title.
///
/// # Errors
/// If `out` cannot be written.
pub fn list(out: &mut dyn Write) -> io::Result<()> {
    let width = Rule::ALL.iter().map(|rule| rule.id().len()).max().unwrap_or_default();
    for rule in Rule::ALL {
        let text = rule.text();
        writeln!(out, "{:width$}  {:8}  {}", text.id, text.severity.as_str(), text.title)?;
    }
    Ok(())
}

/// `docs/rules.md`: all rules for readers.
///
/// # Errors
/// If `out` cannot be written.
pub fn page(out: &mut dyn Write) -> io::Result<()> {
    let paragraph = |out: &mut dyn Write, text: &str| -> io::Result<()> {
        for line in wrap(text, 120) {
            writeln!(out, "{line}")?;
        }
        writeln!(out)
    };
    writeln!(out, "# Rules\n")?;
    paragraph(out, texts::INTRODUCTION)?;
    writeln!(out, "| Rule | Severity | SARIF level | |\n| --- | --- | --- | --- |")?;
    for rule in Rule::ALL {
        let text = rule.text();
        let (severity, level) = (text.severity.as_str(), text.severity.level());
        writeln!(out, "| [`{0}`](#{0}) | {severity} | {level} | {1} |", text.id, text.title)?;
    }
    for rule in Rule::ALL {
        let text = rule.text();
        writeln!(out, "\n## {}\n", text.id)?;
        for (index, (heading, words)) in text.paragraphs().into_iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            for line in wrap(&format!("**{heading}.** {words}"), 120) {
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_found_again() {
        for (index, rule) in Rule::ALL.into_iter().enumerate() {
            assert_eq!(rule.index(), index);
            assert_eq!(rule.id().parse(), Ok(rule));
            assert_eq!(rule.id().to_uppercase().parse(), Ok(rule));
        }
        assert_eq!("access".parse::<Rule>(), Err(UnknownRule { id: "access".to_owned() }));
    }

    #[test]
    fn the_order_is_that_of_severity() {
        assert!(Rule::ALL.is_sorted());
        assert!(Rule::ALL.iter().rev().is_sorted_by_key(|rule| rule.severity()));
    }

    #[test]
    fn every_text_is_whole() {
        for text in Rule::ALL.map(Rule::text) {
            assert!(text.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", text.id);
            assert!(!text.title.ends_with('.') && text.title.len() < 100, "{}", text.id);
            for (heading, paragraph) in text.paragraphs() {
                let whole = paragraph.len() > 50 && paragraph.ends_with('.') && !paragraph.contains("  ");
                assert!(whole, "{}: {heading}", text.id);
            }
        }
    }
}

//! The rules in words: for a terminal, and as `docs/rules.md`.

use std::io::{self, Write};

use super::sarif;
use super::wrap::wrap;
use crate::report::Rule;
use crate::report::rule_texts;

/// One rule for a terminal.
///
/// # Errors
/// If `out` cannot be written.
pub fn explain(out: &mut dyn Write, rule: Rule) -> io::Result<()> {
    let text = rule.text();
    writeln!(out, "{}: {}", rule.id(), text.title)?;
    writeln!(out, "  severity {}, level {}", text.severity.as_str(), sarif::level(text.severity))?;
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
        writeln!(out, "{:width$}  {:8}  {}", rule.id(), text.severity.as_str(), text.title)?;
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
    paragraph(out, rule_texts::INTRODUCTION)?;
    writeln!(out, "| Rule | Severity | SARIF level | |\n| --- | --- | --- | --- |")?;
    for rule in Rule::ALL {
        let text = rule.text();
        let (severity, level) = (text.severity.as_str(), sarif::level(text.severity));
        writeln!(out, "| [`{0}`](#{0}) | {severity} | {level} | {1} |", rule.id(), text.title)?;
    }
    for rule in Rule::ALL {
        let text = rule.text();
        writeln!(out, "\n## {}\n", rule.id())?;
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
    use crate::report::UnknownRule;

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
        assert!(Rule::ALL.iter().rev().is_sorted_by_key(|rule| rule.default_severity()));
    }

    #[test]
    fn every_text_is_whole() {
        for rule in Rule::ALL {
            let text = rule.text();
            assert!(rule.id().chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", rule.id());
            assert!(!text.title.ends_with('.') && text.title.len() < 100, "{}", rule.id());
            for (heading, paragraph) in text.paragraphs() {
                let whole = paragraph.len() > 50 && paragraph.ends_with('.') && !paragraph.contains("  ");
                assert!(whole, "{}: {heading}", rule.id());
            }
        }
    }
}

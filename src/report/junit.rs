//! JUnit's XML: the comparison is a test suite, each role a test case that fails if the role differs.
//!
//! The form is the one that Jenkins and GitLab read:
//! <https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd>

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::differences::Finding;
use super::escape::terminal;
use super::formats::View;
use super::rules::Rule;
use super::text::counted;
use crate::compare::{Comparison, RoleResult, RoleStatus};
use crate::model::Side;

/// How many findings of one role are written before the rest is only counted.
const NAMED: usize = 200;

/// Writes the report.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
    let comparison = view.comparison;
    let mut of_role: BTreeMap<usize, Vec<&Finding<'_>>> = BTreeMap::new();
    for finding in &view.findings {
        if let Some(index) = finding.index {
            of_role.entry(index).or_default().push(finding);
        }
    }
    let (left, right) = (&comparison.accounts.left.tag, &comparison.accounts.right.tag);
    let failures = comparison.roles.iter().filter(|role| differs(role)).count();
    let skipped = comparison.roles.iter().filter(|role| is_accepted(role)).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"0\"",
        comparison.roles.len()
    );
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"iamctl\" {counts}>")?;
    // The suite's time is local and without zone in JUnit; ours is UTC.
    let time = comparison.generated_at.trim_end_matches('Z');
    writeln!(out, "  <testsuite name=\"{left} and {right}\" timestamp=\"{}\" {counts}>", xml(time))?;
    properties(out, comparison)?;
    let findings = |index: &usize| of_role.get(index).map(Vec::as_slice).unwrap_or_default();
    let mut roles: Vec<(usize, &RoleResult)> = comparison.roles.iter().enumerate().collect();
    // What the program contradicts itself about stands above all else.
    let inconsistent =
        |index: &usize| findings(index).iter().any(|finding| finding.rule == Rule::InternalInconsistency);
    roles.sort_by_key(|(index, _)| !inconsistent(index));
    for (index, role) in roles {
        test_case(out, comparison, role, findings(&index))?;
    }
    let notes: Vec<&str> = view.findings.iter().filter(|f| f.index.is_none()).map(|f| f.message.as_str()).collect();
    if !notes.is_empty() {
        writeln!(out, "    <system-out>{}</system-out>", xml_lines(&notes.join("\n")))?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// As [`Comparison::fails`] has it for any difference.
const fn differs(role: &RoleResult) -> bool {
    !role.is_paired() || !role.differences.is_zero()
}

/// Whether the role differs in nothing but what somebody has accepted.
const fn is_accepted(role: &RoleResult) -> bool {
    !differs(role) && role.differences.accepted > 0
}

fn properties(out: &mut dyn Write, comparison: &Comparison) -> io::Result<()> {
    writeln!(out, "    <properties>")?;
    writeln!(out, "      <property name=\"iamctl\" value=\"{}\"/>", xml(comparison.iamctl))?;
    for side in Side::BOTH {
        let account = comparison.accounts.get(side);
        let id = account.account_id.as_ref().map_or("unknown", |id| id.as_str());
        writeln!(out, "      <property name=\"account {}\" value=\"{}\"/>", account.tag, xml(id))?;
    }
    writeln!(out, "    </properties>")
}

fn test_case(
    out: &mut dyn Write,
    comparison: &Comparison,
    role: &RoleResult,
    findings: &[&Finding<'_>],
) -> io::Result<()> {
    let (left, right) = (&comparison.accounts.left.tag, &comparison.accounts.right.tag);
    write!(
        out,
        "    <testcase classname=\"iamctl.{left}.{right}\" name=\"{}\" time=\"0\"",
        xml(&terminal(&name(role)))
    )?;
    if differs(role) {
        let first = findings.first();
        let more = findings.len().saturating_sub(1);
        let rest = if more > 0 { format!(" (and {})", counted(more, "more finding")) } else { String::new() };
        let message = format!("{}{rest}", first.map_or("", |finding| &finding.message));
        let kind = first.map_or("", |finding| finding.rule.id());
        write!(out, ">\n      <failure type=\"{kind}\" message=\"{}\">", xml(&message))?;
        write!(out, "{}</failure>", xml_lines(&lines(findings)))?;
        writeln!(out, "\n    </testcase>")
    } else if is_accepted(role) {
        let accepted = counted(role.differences.accepted, "accepted difference");
        writeln!(out, ">\n      <skipped message=\"{accepted}\"/>\n    </testcase>")
    } else if findings.is_empty() {
        writeln!(out, "/>")
    } else {
        writeln!(out, ">\n      <system-out>{}</system-out>\n    </testcase>", xml_lines(&lines(findings)))
    }
}

/// The normalised name; with the real names where several roles share it, since a test case is known by its name.
fn name(role: &RoleResult) -> String {
    let mut name = role.role.clone();
    if role.status == RoleStatus::Ambiguous {
        let real: Vec<&str> = Side::BOTH.into_iter().filter_map(|side| Some(role.side(side)?.name.as_str())).collect();
        name.push_str(&format!(" ({})", real.join(" and ")));
    }
    name
}

/// The findings with rule and details, a line each.
fn lines(findings: &[&Finding<'_>]) -> String {
    let mut lines = Vec::new();
    for finding in findings.iter().take(NAMED) {
        lines.push(format!("{}: {}", finding.rule.id(), finding.message));
        lines.extend(finding.details.iter().map(|detail| format!("  {detail}")));
    }
    let more = findings.len().saturating_sub(NAMED);
    if more > 0 {
        lines.push(format!("… and {}", counted(more, "more finding")));
    }
    lines.join("\n")
}

/// A text for XML 1.0 as the value of an attribute, which keeps its lines.
fn xml(text: &str) -> String {
    text.split('\n').map(xml_line).collect::<Vec<_>>().join("&#10;")
}

/// Lines for XML 1.0 between tags.
fn xml_lines(text: &str) -> String {
    text.split('\n').map(xml_line).collect::<Vec<_>>().join("\n")
}

/// A line for XML 1.0. Characters that XML does not have are written as escapes, as for a terminal.
fn xml_line(line: &str) -> String {
    let mut safe = String::with_capacity(line.len() + 16);
    for c in terminal(line).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // Unlike the other noncharacters these two are not in XML at all.
            '\u{fffe}' | '\u{ffff}' => safe.extend(c.escape_default()),
            plain => safe.push(plain),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::xml;

    #[test]
    fn what_xml_does_not_have_is_escaped() {
        assert_eq!(xml("a<b>&\"'\u{0}\n\u{1b}\u{ffff}é"), "a&lt;b&gt;&amp;&quot;'\\u{0}&#10;\\u{1b}\\u{ffff}é");
    }

    proptest! {
        #[test]
        fn only_characters_of_xml_come_out(text in any::<String>()) {
            let allowed = |c: char| matches!(c, '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}');
            let safe = xml(&text);
            prop_assert!(safe.chars().all(allowed));
            prop_assert!(!safe.contains(['<', '>', '"']));
        }
    }
}

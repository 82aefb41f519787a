//! JUnit's XML: the comparison is a test suite, each role a test case that fails if the role differs.
//!
//! The form is the one that Jenkins and GitLab read:
//! <https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd>

use std::io::{self, Write};

use super::details;
use super::escape::terminal;
use super::report_format::View;
use crate::model::Side;
use crate::report::sentences::counted;
use crate::report::{Finding, Report, RoleResult, RoleStatus, Rule};

/// How many findings of one role are written before the rest is only counted.
const NAMED: usize = 200;

/// A role with its findings.
struct Case<'r> {
    role: &'r RoleResult,
    /// Those that make the run fail, most severe first.
    failures: Vec<&'r Finding>,
    /// All others.
    others: Vec<&'r Finding>,
}

impl Case<'_> {
    /// Whether the role differs in nothing but what somebody has accepted.
    fn is_accepted(&self) -> bool {
        self.failures.is_empty()
            && self.others.iter().all(|finding| finding.is_note())
            && self.role.differences.accepted > 0
    }
}

/// Writes the report. A test case fails if one of its role's findings makes the run fail.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
    let report = view.report;
    let mut cases: Vec<Case<'_>> =
        report.roles.iter().map(|role| Case { role, failures: Vec::new(), others: Vec::new() }).collect();
    let mut notes: Vec<&str> = Vec::new();
    for finding in &report.findings {
        match finding.role_index.and_then(|index| cases.get_mut(index)) {
            None => notes.push(&finding.message),
            Some(case) if view.fails(finding) => case.failures.push(finding),
            Some(case) => case.others.push(finding),
        }
    }
    let (left, right) = (&report.accounts.left.tag, &report.accounts.right.tag);
    let failures = cases.iter().filter(|case| !case.failures.is_empty()).count();
    let skipped = cases.iter().filter(|case| case.is_accepted()).count();
    let counts =
        format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"0\"", cases.len());
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"iamctl\" {counts}>")?;
    // The suite's time is local and without zone in JUnit; ours is UTC.
    let time = report.generated_at.trim_end_matches('Z');
    writeln!(out, "  <testsuite name=\"{left} and {right}\" timestamp=\"{}\" {counts}>", xml(time))?;
    properties(out, report)?;
    // What the program contradicts itself about stands above all else.
    let inconsistent = |case: &Case<'_>| {
        let mut all = case.failures.iter().chain(&case.others);
        all.any(|finding| finding.rule == Rule::InternalInconsistency)
    };
    cases.sort_by_key(|case| !inconsistent(case));
    for case in &cases {
        test_case(out, report, case)?;
    }
    if !notes.is_empty() {
        writeln!(out, "    <system-out>{}</system-out>", xml_lines(&notes.join("\n")))?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn properties(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    writeln!(out, "    <properties>")?;
    writeln!(out, "      <property name=\"iamctl\" value=\"{}\"/>", xml(&report.iamctl))?;
    for side in Side::BOTH {
        let account = report.accounts.get(side);
        let id = account.account_id.as_ref().map_or("unknown", |id| id.as_str());
        writeln!(out, "      <property name=\"account {}\" value=\"{}\"/>", account.tag, xml(id))?;
    }
    writeln!(out, "    </properties>")
}

fn test_case(out: &mut dyn Write, report: &Report, case: &Case<'_>) -> io::Result<()> {
    let (left, right) = (&report.accounts.left.tag, &report.accounts.right.tag);
    write!(
        out,
        "    <testcase classname=\"iamctl.{left}.{right}\" name=\"{}\" time=\"0\"",
        xml(&terminal(&name(case.role)))
    )?;
    if let Some(first) = case.failures.first() {
        let more = case.failures.len() - 1;
        let rest = if more > 0 { format!(" (and {})", counted(more, "more finding")) } else { String::new() };
        let message = format!("{}{rest}", first.message);
        write!(out, ">\n      <failure type=\"{}\" message=\"{}\">", first.rule, xml(&message))?;
        write!(out, "{}</failure>", xml_lines(&lines(report, &case.failures)))?;
        if !case.others.is_empty() {
            write!(out, "\n      <system-out>{}</system-out>", xml_lines(&lines(report, &case.others)))?;
        }
        writeln!(out, "\n    </testcase>")
    } else if case.is_accepted() {
        let accepted = counted(case.role.differences.accepted, "accepted difference");
        writeln!(out, ">\n      <skipped message=\"{accepted}\"/>\n    </testcase>")
    } else if case.others.is_empty() {
        writeln!(out, "/>")
    } else {
        writeln!(out, ">\n      <system-out>{}</system-out>\n    </testcase>", xml_lines(&lines(report, &case.others)))
    }
}

/// The normalized name; with the real names where several roles share it, since a test case is known by its name.
fn name(role: &RoleResult) -> String {
    let mut name = role.role.clone();
    if role.status == RoleStatus::Ambiguous {
        let real: Vec<&str> = Side::BOTH.into_iter().filter_map(|side| Some(role.side(side)?.name.as_str())).collect();
        name.push_str(&format!(" ({})", real.join(" and ")));
    }
    name
}

/// The findings with severity, rule and details, a line each.
fn lines(report: &Report, findings: &[&Finding]) -> String {
    let mut lines = Vec::new();
    for finding in findings.iter().take(NAMED) {
        lines.push(format!("{}: {}: {}", finding.severity, finding.rule, finding.message));
        lines.extend(details::of_finding(report, finding).into_iter().map(|detail| format!("  {detail}")));
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

//! JUnit's XML: the comparison is a test suite, each role a test case. It fails if one of its findings makes the run fail,
//! so that JUnit and the exit code agree: without `--fail-on` nothing fails, and findings are the output of their case.
//! Each finding is named with its cause, which it may share with other roles.
//!
//! The form is the one that Jenkins and GitLab read:
//! <https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd>

use std::io::{self, Write};

use super::commands;
use super::details;
use super::escape::terminal;
use super::grouped::GroupOf;
use super::report_format::View;
use crate::model::Side;
use crate::report::sentences::counted;
use crate::report::{FailOn, Finding, Group, Report, RoleResult, RoleStatus, Rule};

/// How many findings of one role are written before the rest is only counted.
const NAMED: usize = 200;

/// The test case of what makes the run fail and is about no role. No role can have this name.
const OF_NO_ROLE: &str = "limitations of this report";

/// A finding with its cause.
type Caused<'r> = (&'r Finding, Option<&'r Group>);

/// A role with its findings, or what is about no role.
struct Case<'r> {
    name: String,
    /// How many differences of the role somebody has accepted.
    accepted: usize,
    /// Whether it makes the run fail though no finding says why.
    unknown: bool,
    /// Those that make the run fail, most severe first, each with its cause.
    failures: Vec<Caused<'r>>,
    /// All others.
    others: Vec<Caused<'r>>,
}

impl<'r> Case<'r> {
    fn new(name: String) -> Self {
        Self { name, accepted: 0, unknown: false, failures: Vec::new(), others: Vec::new() }
    }

    fn of_role(view: &View<'_>, role: &'r RoleResult) -> Self {
        let about_access = view.fail_on.is_some_and(|fail_on| fail_on.contains(&FailOn::Access));
        Self {
            accepted: role.differences.accepted,
            unknown: about_access && role.is_open_in_access(),
            ..Self::new(name(role))
        }
    }

    const fn fails(&self) -> bool {
        self.unknown || !self.failures.is_empty()
    }

    /// Whether the role differs in nothing but what somebody has accepted.
    fn is_accepted(&self) -> bool {
        !self.fails() && self.others.iter().all(|(finding, _)| finding.is_note()) && self.accepted > 0
    }

    /// Whether the program contradicts itself about it.
    fn is_inconsistent(&self) -> bool {
        self.failures.iter().chain(&self.others).any(|(finding, _)| finding.rule == Rule::InternalInconsistency)
    }
}

/// Writes the report.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
    let report = view.report;
    let mut cases: Vec<Case<'_>> = report.roles.iter().map(|role| Case::of_role(view, role)).collect();
    let mut of_no_role = Case::new(OF_NO_ROLE.to_owned());
    let of_group = GroupOf::new(report);
    for (place, finding) in report.findings.iter().enumerate() {
        let case = finding.role_index.and_then(|index| cases.get_mut(index)).unwrap_or(&mut of_no_role);
        let list = if view.fails(finding) { &mut case.failures } else { &mut case.others };
        list.push((finding, of_group.finding(place)));
    }
    let notes: Vec<&str> = of_no_role.others.drain(..).map(|(finding, _)| finding.message.as_str()).collect();
    if of_no_role.fails() {
        cases.push(of_no_role);
    }
    let (left, right) = (&report.accounts.left.tag, &report.accounts.right.tag);
    let failures = cases.iter().filter(|case| case.fails()).count();
    let skipped = cases.iter().filter(|case| case.is_accepted()).count();
    let counts =
        format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"0\"", cases.len());
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"iamctl\" {counts}>")?;
    // The suite's time is local and without zone in JUnit; ours is UTC.
    let time = report.generated_at.trim_end_matches('Z');
    writeln!(out, "  <testsuite name=\"{left} and {right}\" timestamp=\"{}\" {counts}>", xml(time))?;
    properties(out, view)?;
    // What the program contradicts itself about stands above all else.
    cases.sort_by_key(|case| !case.is_inconsistent());
    for case in &cases {
        test_case(out, report, case)?;
    }
    if !notes.is_empty() {
        writeln!(out, "    <system-out>{}</system-out>", xml_lines(&notes.join("\n")))?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// What was compared, what the report comes to, and which findings make the run fail.
fn properties(out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
    let report = view.report;
    let mut all = vec![("iamctl".to_owned(), report.iamctl.clone())];
    for side in Side::BOTH {
        let account = report.accounts.get(side);
        let id = account.account_id.as_ref().map_or("unknown", |id| id.as_str());
        all.push((format!("account {}", account.tag), id.to_owned()));
    }
    let gate = view.gate();
    let none = "none: no --fail-on was given, so no test case fails";
    all.push(("fail-on".to_owned(), if gate.is_empty() { none.to_owned() } else { gate.join(", ") }));
    let totals = report.totals;
    let severities = totals.severities.by_severity().map(|(severity, count)| (severity.as_str(), count));
    let counts = [("roles", totals.roles), ("findings", totals.findings), ("causes", totals.causes)];
    let accepted = [("accepted", report.accepted_findings().len())];
    let failed = [
        ("failed findings", report.findings.iter().filter(|finding| view.fails(finding)).count()),
        ("failed causes", report.groups.iter().filter(|group| view.fails_for(group)).count()),
    ];
    let counts = counts.into_iter().chain(severities).chain(accepted).chain(failed);
    all.extend(counts.map(|(name, count)| (name.to_owned(), count.to_string())));
    writeln!(out, "    <properties>")?;
    for (name, value) in all {
        writeln!(out, "      <property name=\"{}\" value=\"{}\"/>", xml(&name), xml(&value))?;
    }
    writeln!(out, "    </properties>")
}

fn test_case(out: &mut dyn Write, report: &Report, case: &Case<'_>) -> io::Result<()> {
    let (left, right) = (&report.accounts.left.tag, &report.accounts.right.tag);
    let name = xml(&terminal(&case.name));
    write!(out, "    <testcase classname=\"iamctl.{left}.{right}\" name=\"{name}\" time=\"0\"")?;
    if !case.fails() && !case.is_accepted() && case.others.is_empty() {
        return writeln!(out, "/>");
    }
    writeln!(out, ">")?;
    if let Some((first, cause)) = case.failures.first() {
        let more = case.failures.len() - 1;
        let rest = if more > 0 { format!(" (and {})", counted(more, "more finding")) } else { String::new() };
        let message = format!("{}{}{rest}", first.message, of_cause(*cause));
        write!(out, "      <failure type=\"{}\" message=\"{}\">", first.rule, xml(&message))?;
        writeln!(out, "{}</failure>", xml_lines(&lines(report, &case.failures)))?;
    } else if case.unknown {
        let message = "it could not be determined whether access differs";
        writeln!(out, "      <failure type=\"{}\" message=\"{message}\"/>", Rule::AccessUnknown)?;
    } else if case.is_accepted() {
        writeln!(out, "      <skipped message=\"{}\"/>", counted(case.accepted, "accepted difference"))?;
    }
    if !case.others.is_empty() && !case.is_accepted() {
        writeln!(out, "      <system-out>{}</system-out>", xml_lines(&lines(report, &case.others)))?;
    }
    writeln!(out, "    </testcase>")
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

/// The findings with severity, rule, cause and details, a line each.
fn lines(report: &Report, findings: &[Caused<'_>]) -> String {
    let mut lines = Vec::new();
    for (finding, cause) in findings.iter().take(NAMED) {
        lines.push(format!("{}: {}: {}{}", finding.severity, finding.rule, finding.message, of_cause(*cause)));
        lines.extend(details::of_finding(report, finding).into_iter().map(|detail| format!("  {detail}")));
    }
    let more = findings.len().saturating_sub(NAMED);
    if more > 0 {
        lines.push(format!("… and {}", counted(more, "more finding")));
    }
    lines.join("\n")
}

/// The cause of a finding, as the end of its line: its ID, and how many roles have it.
fn of_cause(cause: Option<&Group>) -> String {
    let named = |group: &Group| match group.roles.len() {
        0 | 1 => format!(" [cause {}]", commands::short(&group.id)),
        roles => format!(" [cause {}, {}]", commands::short(&group.id), counted(roles, "role")),
    };
    cause.map(named).unwrap_or_default()
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

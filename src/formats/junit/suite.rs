//! JUnit's elements: test suites and their cases.
//!
//! The form is the one that Jenkins and GitLab read:
//! <https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd>

use std::io::{self, Write};

use super::super::commands;
use super::super::escape::terminal;
use crate::report::sentences::counted;
use crate::report::{Group, Rule, Severity};

/// How many findings of one case are written before the rest is only counted.
const NAMED: usize = 200;

/// The test case of what makes the run fail and is about no role. No role can have this name.
pub const OF_NO_ROLE: &str = "limitations of this report";

/// The comparison of two accounts.
pub struct Suite {
    pub name: String,
    /// The start of the names that tell the cases of suites apart.
    pub class: String,
    /// RFC 3339, UTC.
    pub time: String,
    pub properties: Vec<(String, String)>,
    pub cases: Vec<Case>,
    /// What there is to know besides the cases.
    pub notes: Vec<String>,
}

/// A finding, as a case says it.
pub struct Said {
    pub rule: Rule,
    pub severity: Severity,
    pub message: String,
    pub details: Vec<String>,
    /// Its cause as the end of its line; empty without one.
    pub cause: String,
    /// Whether it is something to know rather than a difference.
    pub note: bool,
}

/// A role with its findings, or what is about no role.
#[derive(Default)]
pub struct Case {
    pub name: String,
    /// Why nothing is known of it; then it has no findings.
    pub error: Option<String>,
    /// How many differences of the role somebody has accepted.
    pub accepted: usize,
    /// Whether it makes the run fail though no finding says why.
    pub unknown: bool,
    /// Those that make the run fail, most severe first.
    pub failures: Vec<Said>,
    /// All others.
    pub others: Vec<Said>,
}

/// How many cases there are, and how many of each kind.
#[derive(Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Case {
    /// A case without findings.
    pub fn new(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    /// Adds a finding that makes the run fail, or one that does not.
    pub fn add(&mut self, fails: bool, said: Said) {
        if fails { &mut self.failures } else { &mut self.others }.push(said);
    }

    pub const fn fails(&self) -> bool {
        self.unknown || !self.failures.is_empty()
    }

    /// Whether the role differs in nothing but what somebody has accepted.
    fn is_accepted(&self) -> bool {
        !self.fails() && self.others.iter().all(|said| said.note) && self.accepted > 0
    }

    /// Whether the program contradicts itself about it.
    fn is_inconsistent(&self) -> bool {
        self.failures.iter().chain(&self.others).any(|said| said.rule == Rule::InternalInconsistency)
    }

    fn write(&self, out: &mut dyn Write, class: &str) -> io::Result<()> {
        let name = xml(&terminal(&self.name));
        write!(out, "    <testcase classname=\"iamctl.{class}\" name=\"{name}\" time=\"0\"")?;
        if self.error.is_none() && !self.fails() && !self.is_accepted() && self.others.is_empty() {
            return writeln!(out, "/>");
        }
        writeln!(out, ">")?;
        if let Some(error) = &self.error {
            writeln!(out, "      <error type=\"not-read\" message=\"{}\"/>", xml(error))?;
        }
        if let Some(first) = self.failures.first() {
            let more = self.failures.len() - 1;
            let rest = if more > 0 { format!(" (and {})", counted(more, "more finding")) } else { String::new() };
            let message = format!("{}{}{rest}", first.message, first.cause);
            write!(out, "      <failure type=\"{}\" message=\"{}\">", first.rule, xml(&message))?;
            writeln!(out, "{}</failure>", xml_lines(&lines(&self.failures)))?;
        } else if self.unknown {
            let message = "it could not be determined whether access differs";
            writeln!(out, "      <failure type=\"{}\" message=\"{message}\"/>", Rule::AccessUnknown)?;
        } else if self.is_accepted() {
            writeln!(out, "      <skipped message=\"{}\"/>", counted(self.accepted, "accepted difference"))?;
        }
        if !self.others.is_empty() && !self.is_accepted() {
            writeln!(out, "      <system-out>{}</system-out>", xml_lines(&lines(&self.others)))?;
        }
        writeln!(out, "    </testcase>")
    }
}

impl Counts {
    fn of(cases: &[Case]) -> Self {
        Self {
            tests: cases.len(),
            failures: cases.iter().filter(|case| case.fails()).count(),
            errors: cases.iter().filter(|case| case.error.is_some()).count(),
            skipped: cases.iter().filter(|case| case.is_accepted()).count(),
        }
    }

    fn attributes(self) -> String {
        let Self { tests, failures, errors, skipped } = self;
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"0\"")
    }
}

impl Suite {
    fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        // The suite's time is local and without zone in JUnit; ours is UTC.
        let time = xml(self.time.trim_end_matches('Z'));
        let (name, counts) = (xml(&self.name), Counts::of(&self.cases).attributes());
        writeln!(out, "  <testsuite name=\"{name}\" timestamp=\"{time}\" {counts}>")?;
        writeln!(out, "    <properties>")?;
        for (name, value) in &self.properties {
            writeln!(out, "      <property name=\"{}\" value=\"{}\"/>", xml(name), xml(value))?;
        }
        writeln!(out, "    </properties>")?;
        // What the program contradicts itself about stands above all else.
        self.cases.sort_by_key(|case| !case.is_inconsistent());
        for case in &self.cases {
            case.write(out, &self.class)?;
        }
        if !self.notes.is_empty() {
            writeln!(out, "    <system-out>{}</system-out>", xml_lines(&self.notes.join("\n")))?;
        }
        writeln!(out, "  </testsuite>")
    }
}

/// Writes the suites.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, mut suites: Vec<Suite>) -> io::Result<()> {
    let sum = suites.iter().map(|suite| Counts::of(&suite.cases)).fold(Counts::default(), |sum, one| Counts {
        tests: sum.tests + one.tests,
        failures: sum.failures + one.failures,
        errors: sum.errors + one.errors,
        skipped: sum.skipped + one.skipped,
    });
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"iamctl\" {}>", sum.attributes())?;
    for suite in &mut suites {
        suite.write(out)?;
    }
    writeln!(out, "</testsuites>")
}

/// The value of the property that says which findings make the run fail.
pub fn gate(gate: &[String]) -> String {
    if gate.is_empty() { "none: no --fail-on was given, so no test case fails".to_owned() } else { gate.join(", ") }
}

/// The cause of a finding, as the end of its line: its ID, and how many roles have it.
pub fn of_cause(cause: Option<&Group>) -> String {
    let named = |group: &Group| match group.roles.len() {
        0 | 1 => format!(" [cause {}]", commands::short(&group.id)),
        roles => format!(" [cause {}, {}]", commands::short(&group.id), counted(roles, "role")),
    };
    cause.map(named).unwrap_or_default()
}

/// The findings with severity, rule, cause and details, a line each.
fn lines(findings: &[Said]) -> String {
    let mut lines = Vec::new();
    for said in findings.iter().take(NAMED) {
        lines.push(format!("{}: {}: {}{}", said.severity, said.rule, said.message, said.cause));
        lines.extend(said.details.iter().map(|detail| format!("  {detail}")));
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

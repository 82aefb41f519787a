//! What differs, a section per kind, weightiest first; long lists are folded and say where the rest is.

use std::collections::BTreeMap;
use std::io;

use anstyle::Style;

use super::super::differences::Finding;
use super::super::escape::terminal;
use super::super::rules::Rule;
use super::lines::{BAD, HEADING, Lines, WORST};
use crate::compare::{Comparison, RoleResult, RoleStatus};
use crate::model::Side;

/// How many roles of a section are named before the rest is only counted; the file it names has them all.
const ROLES: usize = 10;

/// How many findings of one role are shown before the rest is only counted.
const FINDINGS: usize = 3;

struct Section {
    heading: &'static str,
    style: Style,
    rules: &'static [Rule],
    /// The file that has all of it.
    file: &'static str,
}

/// In order of weight.
const SECTIONS: [Section; 8] = [
    Section {
        heading: "Internal inconsistencies, please report",
        style: WORST,
        rules: &[Rule::InternalInconsistency],
        file: "report.json",
    },
    Section {
        heading: "Can raise themselves in one account only",
        style: WORST,
        rules: &[Rule::PrivilegeEscalation],
        file: "access_differences.csv",
    },
    Section {
        heading: "May do more in one account",
        style: BAD,
        rules: &[Rule::AccessGained, Rule::AccessLost, Rule::AccessUnknown],
        file: "access_differences.csv",
    },
    Section {
        heading: "May be taken by more in one account",
        style: BAD,
        rules: &[Rule::TrustWidened, Rule::TrustNarrowed, Rule::TrustUnknown],
        file: "trust_differences.csv",
    },
    Section {
        heading: "Point at the other account",
        style: BAD,
        rules: &[Rule::CrossReference],
        file: "cross_references.csv",
    },
    Section {
        heading: "Denied outright in one account only",
        style: BAD,
        rules: &[Rule::DenyRemoved, Rule::DenyAdded],
        file: "deny_differences.csv",
    },
    Section {
        heading: "Other rows of policies",
        style: BAD,
        rules: &[Rule::ItemsDiffer],
        file: "*_common_role_difference_items.csv",
    },
    Section {
        heading: "Attributes",
        style: BAD,
        rules: &[Rule::BoundaryChanged, Rule::AttributeChanged, Rule::TagChanged],
        file: "attribute_differences.csv",
    },
];

/// Writes all sections that have something.
pub(super) fn write(lines: &mut Lines<'_>, comparison: &Comparison, findings: &[Finding<'_>]) -> io::Result<()> {
    for section in &SECTIONS {
        one(lines, comparison, section, findings)?;
    }
    for side in Side::BOTH {
        unique_roles(lines, comparison, side)?;
    }
    Ok(())
}

fn one(lines: &mut Lines<'_>, comparison: &Comparison, section: &Section, findings: &[Finding<'_>]) -> io::Result<()> {
    let roles = by_role(findings.iter().filter(|finding| section.rules.contains(&finding.rule)));
    if roles.is_empty() {
        return Ok(());
    }
    lines.styled(0, HEADING, section.heading, &format!(": {}", super::counted(roles.len(), "role")))?;
    for findings in roles.iter().take(ROLES) {
        let first = findings.first().copied();
        let pair = first.and_then(|finding| finding.index).and_then(|index| comparison.roles.get(index));
        let name = first.and_then(|finding| finding.role).unwrap_or_default();
        lines.styled(2, section.style, &terminal(name), &pair.map(real_names).unwrap_or_default())?;
        for finding in findings.iter().take(FINDINGS) {
            lines.finding(4, &finding.message)?;
        }
        rest(lines, 4, findings.len(), FINDINGS, section.file)?;
    }
    rest(lines, 2, roles.len(), ROLES, section.file)?;
    lines.empty()
}

/// The findings of each role together; the roles in the order of their first ones.
fn by_role<'f, 'a>(findings: impl Iterator<Item = &'f Finding<'a>>) -> Vec<Vec<&'f Finding<'a>>> {
    let mut places: BTreeMap<(Option<usize>, Option<&str>), usize> = BTreeMap::new();
    let mut roles: Vec<Vec<&Finding<'_>>> = Vec::new();
    for finding in findings {
        let place = *places.entry((finding.index, finding.role)).or_insert(roles.len());
        match roles.get_mut(place) {
            Some(role) => role.push(finding),
            None => roles.push(vec![finding]),
        }
    }
    roles
}

/// The real names, where they are not the common one.
fn real_names(role: &RoleResult) -> String {
    match (&role.left, &role.right) {
        (Some(left), Some(right)) if left.name != role.role || right.name != role.role => {
            format!(" ({} and {})", terminal(&left.name), terminal(&right.name))
        }
        _ => String::new(),
    }
}

fn unique_roles(lines: &mut Lines<'_>, comparison: &Comparison, side: Side) -> io::Result<()> {
    let unique = |role: &&RoleResult| role.side(side).is_some() && role.is_open_alone();
    let roles: Vec<&RoleResult> = comparison.roles.iter().filter(unique).collect();
    if roles.is_empty() {
        return Ok(());
    }
    let tag = |side: Side| comparison.accounts.get(side).tag.as_str();
    lines.styled(0, HEADING, &format!("Roles only in {}", tag(side)), &format!(": {}", roles.len()))?;
    for role in roles.iter().take(ROLES) {
        let name = role.side(side).map_or("", |real| &real.name);
        let kind = if role.service_linked { " (service-linked)" } else { "" };
        let ambiguous = if role.status == RoleStatus::Ambiguous { " (ambiguous)" } else { "" };
        lines.styled(2, BAD, &terminal(name), &format!("{kind}{ambiguous}"))?;
    }
    rest(lines, 2, roles.len(), ROLES, &format!("roles_in_{}_but_not_in_{}.csv", tag(side), tag(side.other())))?;
    lines.empty()
}

fn rest(lines: &mut Lines<'_>, indent: usize, all: usize, shown: usize, file: &str) -> io::Result<()> {
    match all.checked_sub(shown) {
        None | Some(0) => Ok(()),
        Some(more) => lines.text(indent, &format!("… and {more} more, see {file}")),
    }
}

//! What the page's script works on: an index of all roles, the findings of each, the policy documents.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::Serialize;
use serde_json::{Map, Value};

use super::super::escape::script;
use super::super::{accepted, explain};
use super::NormalisedRoles;
use super::budget;
use super::dictionary;
use super::documents::Documents;
use super::rows::Rows;
use super::words::{self, cut, shown};
use crate::model::Side;
use crate::report::{Report, RoleSide, RoleStatus};
use crate::semantics::escalation::{EscalationId, RULES};
use crate::semantics::outcome::Certainty;

/// The three blocks of JSON, safe inside a `<script>` element, and what was left out of them.
pub(super) struct Data {
    pub(super) index: String,
    pub(super) findings: String,
    pub(super) documents: String,
    pub(super) notes: Vec<String>,
}

impl Data {
    pub(super) fn new(report: &Report, ordered: &[Rows<'_>], roles: &NormalisedRoles<'_>) -> io::Result<Self> {
        let mut notes = Vec::new();
        let documents = Documents::new(ordered, roles);
        if documents.left_out() > 0 {
            let count = words::counted(documents.left_out(), "policy document");
            notes.push(format!(
                "{count}, the largest, left out of this page to keep it small; `iamctl explain FOLDER ROLE` shows them."
            ));
        }
        Ok(Self {
            index: script(&serde_json::to_string(&Index::new(report, ordered))?),
            findings: script(&findings_of_all(report, ordered, &mut notes)?),
            documents: script(&serde_json::to_string(&documents)?),
            notes,
        })
    }
}

/// What a finding can be filtered by: kind, side, access level, service, certainty; empty for none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Facet(&'static str, Option<Side>, &'static str, String, &'static str);

#[derive(Serialize)]
struct Index<'a> {
    tags: [&'a str; 2],
    facets: Vec<Facet>,
    /// What each way to raise itself means.
    escalations: BTreeMap<&'static str, &'static str>,
    /// What each placeholder stands for in each account.
    placeholders: Vec<(String, [BTreeSet<String>; 2])>,
    roles: Vec<Entry>,
}

/// A role in the list. Short keys: there can be thousands.
#[derive(Serialize)]
struct Entry {
    /// The normalised name.
    n: String,
    /// Where it was found.
    s: RoleStatus,
    /// Name, ARN and path in each account.
    #[serde(skip_serializing_if = "Option::is_none")]
    l: Option<[String; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r: Option<[String; 3]>,
    /// How far the two may do the same, and may be taken by the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    g: Option<[&'static str; 2]>,
    /// Items, access, trust, denies, attributes, cross references, accepted.
    d: [usize; 7],
    /// Whether it differs, or may, in what it may do or who may take it.
    #[serde(skip_serializing_if = "is_false")]
    a: bool,
    /// Numbers of its facets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    f: Vec<usize>,
    /// Statements to look at.
    #[serde(skip_serializing_if = "is_zero")]
    w: usize,
    /// Whether a service owns it.
    #[serde(skip_serializing_if = "is_false")]
    o: bool,
    /// Whether it is in one account only and somebody has accepted that.
    #[serde(skip_serializing_if = "is_false")]
    x: bool,
    /// The weightiest finding in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    t: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl<'a> Index<'a> {
    fn new(report: &'a Report, ordered: &[Rows<'a>]) -> Self {
        let of_roles: Vec<BTreeSet<Facet>> = ordered.iter().map(facets).collect();
        let all: BTreeSet<&Facet> = of_roles.iter().flatten().collect();
        let numbers: BTreeMap<&Facet, usize> = all.iter().enumerate().map(|(at, facet)| (*facet, at)).collect();
        let roles = ordered.iter().zip(&of_roles).map(|(rows, own)| {
            let own = own.iter().filter_map(|facet| numbers.get(facet).copied()).collect();
            entry(rows, own)
        });
        let gained: BTreeSet<EscalationId> =
            ordered.iter().flat_map(|rows| &rows.access).flat_map(|row| &row.difference.escalations).copied().collect();
        let rules = RULES.iter().filter(|rule| gained.contains(&rule.id));
        Self {
            tags: [report.accounts.left.tag.as_str(), report.accounts.right.tag.as_str()],
            roles: roles.collect(),
            escalations: rules.map(|rule| (rule.id.as_str(), rule.explanation)).collect(),
            placeholders: dictionary::replaced(report),
            facets: all.into_iter().cloned().collect(),
        }
    }
}

fn entry(rows: &Rows<'_>, facets: Vec<usize>) -> Entry {
    let role = rows.role;
    let d = role.differences;
    let side = |side: &RoleSide| [shown(&side.name), shown(&side.arn), shown(&side.path)];
    let grades = role.access_grade.zip(role.trust_grade);
    Entry {
        n: shown(&role.role),
        s: role.status,
        l: role.left.as_ref().map(side),
        r: role.right.as_ref().map(side),
        g: grades.map(|(access, trust)| [explain::grade(access), explain::grade(trust)]),
        d: [d.items, d.access, d.trust, d.denies, d.attributes, d.cross_references, d.accepted],
        a: rows.differs() && role.is_open_in_access(),
        f: facets,
        w: rows.remarks.len(),
        o: role.service_linked,
        x: role.accepted,
        t: words::sentences(rows, 1).first().map(|text| top(text)),
    }
}

/// As much of a finding as a line of the list shows.
fn top(text: &str) -> String {
    const TOP: usize = 240;
    let end = text.char_indices().nth(TOP).map(|(end, _)| end);
    end.map_or_else(|| text.to_owned(), |end| format!("{}…", text.split_at(end).0))
}

fn facets(rows: &Rows<'_>) -> BTreeSet<Facet> {
    let mut all = BTreeSet::new();
    for d in rows.access.iter().map(|row| &row.difference) {
        let sure = d.certainty.as_str();
        for service in services(&d.service, &d.actions) {
            if !d.escalations.is_empty() {
                all.insert(Facet("escalation", Some(d.side), d.access_level.as_str(), service.clone(), sure));
            }
            all.insert(Facet("access", Some(d.side), d.access_level.as_str(), service, sure));
        }
    }
    for d in rows.trust.iter().map(|row| &row.difference) {
        for service in services("*", &d.actions) {
            all.insert(Facet("trust", Some(d.side), "", service, d.certainty.as_str()));
        }
    }
    for d in rows.denies.iter().map(|row| &row.difference) {
        for service in services(&d.service, &d.actions) {
            all.insert(Facet("deny", Some(d.side), "", service, d.certainty.as_str()));
        }
    }
    let sure = Certainty::Always.as_str();
    all.extend(rows.cross_references.iter().map(|row| Facet("cross", Some(row.side), "", String::new(), sure)));
    all.extend(rows.attributes.iter().map(|_| Facet("attribute", None, "", String::new(), sure)));
    all.extend(rows.items.iter().map(|row| Facet("item", Some(row.side), "", shown(&row.service), sure)));
    all.extend(rows.remarks.iter().map(|row| Facet("remark", Some(row.side), "", String::new(), "")));
    all
}

/// The services of a finding; those of a row of many services stand before its actions.
pub(super) fn services(service: &str, actions: &[String]) -> BTreeSet<String> {
    if service != "*" {
        return BTreeSet::from([shown(service)]);
    }
    actions.iter().map(|action| shown(action.split_once(':').map_or("*", |(service, _)| service))).collect()
}

/// The findings of one role as JSON, by kind.
pub(super) struct RoleFindings(Vec<(&'static str, Kind)>);

struct Kind {
    /// As many as may be shown.
    entries: Vec<String>,
    /// How many there are.
    all: usize,
}

/// What a row says that its role says already.
const OF_THE_ROLE: [&str; 6] = ["role", "role_arn", "path", "left_arn", "right_arn", "owner"];

impl RoleFindings {
    fn new(report: &Report, rows: &Rows<'_>) -> io::Result<Self> {
        let accepted: Vec<String> = rows.accepted.iter().map(|one| accepted::line(report, one)).collect();
        let mut all = vec![
            ("access", Kind::new(&rows.access)?),
            ("trust", Kind::new(&rows.trust)?),
            ("denies", Kind::new(&rows.denies)?),
            ("cross_references", Kind::new(&rows.cross_references)?),
            ("attributes", Kind::new(&rows.attributes)?),
            ("items", Kind::new(&rows.items)?),
            ("remarks", Kind::new(&rows.remarks)?),
            ("accepted", Kind::new(&accepted.iter().collect::<Vec<_>>())?),
        ];
        all.retain(|(_, kind)| kind.all > 0);
        Ok(Self(all))
    }

    /// About how long it is with so many of each kind.
    pub(super) fn bytes(&self, most: usize) -> usize {
        let entries = self.0.iter().flat_map(|(_, kind)| kind.entries.iter().take(most));
        entries.map(|entry| entry.len() + 1).sum::<usize>() + 40
    }

    fn json(&self, most: usize) -> String {
        let mut parts = Vec::new();
        let mut more = Vec::new();
        for (name, kind) in &self.0 {
            let shown: Vec<&str> = kind.entries.iter().take(most).map(String::as_str).collect();
            parts.push(format!("\"{name}\":[{}]", shown.join(",")));
            if kind.all > shown.len() {
                more.push(format!("\"{name}\":{}", kind.all - shown.len()));
            }
        }
        if !more.is_empty() {
            parts.push(format!("\"more\":{{{}}}", more.join(",")));
        }
        format!("{{{}}}", parts.join(","))
    }
}

impl Kind {
    fn new<T: Serialize>(rows: &[&T]) -> io::Result<Self> {
        let entry = |row: &&T| Ok(safe(serde_json::to_value(row)?).to_string());
        let entries = rows.iter().take(budget::OF_A_KIND).map(entry).collect::<io::Result<_>>()?;
        Ok(Self { entries, all: rows.len() })
    }
}

/// The findings of all roles in their order, null for those that have none.
fn findings_of_all(report: &Report, ordered: &[Rows<'_>], notes: &mut Vec<String>) -> io::Result<String> {
    let all: Vec<RoleFindings> =
        ordered.iter().map(|rows| RoleFindings::new(report, rows)).collect::<io::Result<_>>()?;
    let most = budget::of_a_kind(&all);
    let (mut bytes, mut left_out) = (0, 0);
    let mut parts = Vec::with_capacity(all.len());
    for findings in &all {
        if findings.0.is_empty() {
            parts.push("null".to_owned());
            continue;
        }
        bytes += findings.bytes(most);
        // Heaviest first: the roles behind the budget's end are those with least to say.
        if bytes > budget::FINDINGS {
            left_out += 1;
            parts.push("{\"left_out\":true}".to_owned());
        } else {
            parts.push(findings.json(most));
        }
    }
    if left_out > 0 {
        let roles = words::counted(left_out, "role");
        notes.push(format!("The details of {roles} left out of this page to keep it small; report.json has them."));
    }
    if most < budget::OF_A_KIND {
        notes.push(format!(
            "Of each kind of finding at most {most} a role are in this page to keep it small; report.json has them all."
        ));
    }
    Ok(format!("[{}]", parts.join(",")))
}

/// A row without what its role says, without what is empty, its texts as they are shown, and nothing endless.
fn safe(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut kept = Map::new();
            for (key, value) in object {
                if OF_THE_ROLE.contains(&key.as_str()) || is_empty(&value) {
                    continue;
                }
                let key = shown(&key);
                let length = value.as_array().map_or(0, Vec::len);
                if length > budget::OF_A_LIST {
                    kept.insert(format!("{key}_more"), (length - budget::OF_A_LIST).into());
                }
                kept.insert(key, safe(value));
            }
            Value::Object(kept)
        }
        Value::Array(list) => list.into_iter().take(budget::OF_A_LIST).map(safe).collect(),
        Value::String(text) => Value::String(cut(shown(&text), budget::OF_A_TEXT)),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_keeps_what_its_role_does_not_say_and_nothing_endless() {
        let long: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        let row = json!({"role": "r", "role_arn": "a", "actions": long, "except": [], "text": "a\u{202e}b"});
        let kept = safe(row);
        assert_eq!(kept["actions"].as_array().map(Vec::len), Some(budget::OF_A_LIST));
        assert_eq!(kept["actions_more"], json!(40));
        assert_eq!(kept["text"], json!(r"a\u{202e}b"));
        assert_eq!(kept.as_object().map(Map::len), Some(3));
    }

    #[test]
    fn the_services_of_a_row_of_many_stand_before_its_actions() {
        let actions = ["iam:*".to_owned(), "s3:Get*".to_owned(), "*".to_owned()];
        assert_eq!(services("*", &actions).into_iter().collect::<Vec<_>>(), ["*", "iam", "s3"]);
        assert_eq!(services("sqs", &actions).into_iter().collect::<Vec<_>>(), ["sqs"]);
    }
}

//! What is the same for two accounts only if the same differs.

use std::collections::BTreeSet;

use serde_json::Value;

use super::content;
use crate::model::equivalency::display;
use crate::model::{PolicyType, Role, Side};
use crate::report::{Difference, Finding, Fingerprint, List, Report};

/// Keys of rows whose values are those of one account, say how a policy is written, or only illustrate the difference.
const OF_ACCOUNT: [&str; 11] = [
    "role_arn",
    "left_arn",
    "right_arn",
    "witness",
    "counterpart",
    "witness_is_real",
    "real_policy_name",
    "statement",
    "sid",
    "changed_statement",
    // They name the accounts by their tags. What is unknown is the same where the policies are.
    "reasons",
];

/// What a finding says, without the names of the account.
pub(super) fn of_finding(report: &Report, finding: &Finding) -> String {
    hashed(report, finding, comparable)
}

/// What a finding says, whichever role it is about.
pub(super) fn of_any_role(report: &Report, finding: &Finding) -> String {
    hashed(report, finding, |row| match comparable(row) {
        Value::Object(mut row) => {
            row.remove("role");
            Value::Object(row)
        }
        row @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => row,
    })
}

fn hashed(report: &Report, finding: &Finding, comparable: impl Fn(Value) -> Value) -> String {
    let mut hash = Fingerprint::of_texts();
    hash.part(finding.rule.id());
    hash.part(finding.severity.as_str());
    hash.part(match finding.side {
        None => "",
        Some(Side::Left) => "left",
        Some(Side::Right) => "right",
    });
    hash.part(finding.entry.as_deref().unwrap_or_default());
    for row in report.rows_of(finding) {
        match row {
            // What the role is like is compared as a whole.
            Difference::Role(role) => hash.part(role.role.to_lowercase().as_str()),
            // Of a list, other entries may be accepted.
            Difference::Attribute(row) if finding.entry.is_some() => hash.part(&row.attribute.to_string()),
            // The names of policies may be those of the account, and so may its ID in the text.
            Difference::CrossReference(row) if row.owner.is_none() => {
                let text = report.text_without_own_id(row);
                [row.place.as_str(), &text, &row.value, &row.placeholder].into_iter().for_each(|part| hash.part(part));
                hash.part(&row.third_accounts.join(" "));
            }
            Difference::Item(_)
            | Difference::Access(_)
            | Difference::Trust(_)
            | Difference::Deny(_)
            | Difference::Attribute(_)
            | Difference::CrossReference(_)
            | Difference::Statement(_)
            | Difference::Limitation(_) => {
                // A row is written to `report.json`, so it can be written here; if not, it is like no other.
                let text = serde_json::to_value(row).map(|row| comparable(row).to_string());
                hash.part(&text.unwrap_or_else(|_| finding.id.clone()));
            }
        }
    }
    hash.finish()
}

/// A row without what is of one account only. Of real names it keeps whether there are any.
fn comparable(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let kept = object.into_iter().filter(|(key, _)| !OF_ACCOUNT.contains(&key.as_str()));
            let one = |(key, value): (String, Value)| match (key.as_str(), &value) {
                ("real", Value::Object(_)) => (key, Value::Bool(true)),
                // However many statements there are of a policy.
                ("granted_by" | "denied_by" | "statements", Value::Array(_)) => (key, set(comparable(value))),
                _ => (key, comparable(value)),
            };
            Value::Object(kept.map(one).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(comparable).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// A list whose order and repetitions mean nothing.
fn set(list: Value) -> Value {
    match list {
        Value::Array(values) => {
            let texts: BTreeSet<String> = values.iter().map(Value::to_string).collect();
            texts.into_iter().collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => list,
    }
}

/// Which parts of a role its findings are about.
#[derive(Debug, Default)]
pub(super) struct Parts {
    identity: bool,
    trust: bool,
    whole: bool,
    /// Values of attributes, with their marks.
    values: BTreeSet<String>,
}

impl Parts {
    /// Everything.
    pub(super) fn whole() -> Self {
        Self { whole: true, ..Self::default() }
    }

    /// Adds what a finding is about. `role` is the account's role, if it has one.
    pub(super) fn add(&mut self, report: &Report, finding: &Finding, role: Option<&Role>) {
        match finding.list {
            List::Access | List::Denies => self.identity = true,
            List::Trust => self.trust = true,
            List::Items => {
                for row in report.rows_of(finding) {
                    let of_trust = matches!(row, Difference::Item(item) if item.policy_type == PolicyType::Trust);
                    self.trust |= of_trust;
                    self.identity |= !of_trust;
                }
            }
            List::Attributes => self.add_attribute(report, finding, role),
            List::Roles => self.whole = true,
            // A text that belongs to another account is in the row as it is.
            List::CrossReferences | List::StatementWarnings | List::Limitations => {}
        }
    }

    fn add_attribute(&mut self, report: &Report, finding: &Finding, role: Option<&Role>) {
        for row in report.rows_of(finding) {
            let (Difference::Attribute(row), Some(role)) = (row, role) else { continue };
            // Of a list, other entries may be accepted.
            let is_meant = |value: &String| finding.entry.as_ref().is_none_or(|entry| display(value) == entry.as_str());
            let values = content::attribute_values(role, &row.attribute).into_iter().filter(is_meant);
            self.values.extend(values);
        }
    }

    /// The parts of the account's role as one text.
    pub(super) fn of(&self, role: Option<&Role>) -> String {
        let mut hash = Fingerprint::of_texts();
        let mut add = |name: &str, texts: &BTreeSet<String>| {
            hash.part(name);
            hash.part(&texts.len().to_string());
            texts.iter().for_each(|text| hash.part(text));
        };
        add("values", &self.values);
        if let Some(role) = role {
            if self.identity || self.whole {
                add("identity", &content::identity(role));
            }
            if self.trust || self.whole {
                add("trust", &content::trust(role));
            }
            if self.whole {
                add("attributes", &content::attributes(role));
            }
        }
        hash.finish()
    }
}

//! Finds the cause of each finding.

use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use super::attribute::Attribute;
use super::cause::Cause;
use super::difference::Difference;
use super::finding::Finding;
use super::findings::item_key;
use super::fingerprint::Fingerprint;
use super::role::{RoleGrants, RoleStatus};
use super::rows::{AttributeDifference, ChangedStatement, ItemDifference, RoleTrustDifference};
use super::sentences::account_of;
use crate::model::{PolicyType, PrincipalType, Side};
use crate::semantics::outcome::{Refusal, StatementRef};

/// Finds the causes of findings.
pub(super) struct Causes<'r> {
    report: &'r Report,
    /// The policies of each role that only one account attaches, and the inline policies that only one account has.
    only_in: BTreeMap<usize, Vec<(Side, Attribute, String)>>,
    /// The boundaries of roles whose boundary differs.
    boundaries: BTreeMap<usize, Cause>,
    /// In which accounts a principal can do more to a role.
    trust_sides: BTreeMap<(usize, String), BTreeSet<Side>>,
}

impl<'r> Causes<'r> {
    pub(super) fn new(report: &'r Report) -> Self {
        let places = report.places();
        let mut causes =
            Self { report, only_in: BTreeMap::new(), boundaries: BTreeMap::new(), trust_sides: BTreeMap::new() };
        for row in &report.attribute_differences {
            let Some(role) = places.get(&(Side::Left, row.left_arn.as_str())).copied() else { continue };
            match &row.attribute {
                Attribute::AttachedPolicies | Attribute::InlinePolicies => {
                    let entries =
                        row.only_in().into_iter().map(|entry| (entry.side, row.attribute.clone(), entry.normalized));
                    causes.only_in.entry(role).or_default().extend(entries);
                }
                Attribute::PermissionsBoundary => {
                    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
                    causes.boundaries.insert(role, Cause::Boundary { left: text(&row.left), right: text(&row.right) });
                }
                Attribute::Path
                | Attribute::Description
                | Attribute::MaxSessionDuration
                | Attribute::InstanceProfiles
                | Attribute::UniqueId
                | Attribute::Tag(_) => {}
            }
        }
        for row in &report.trust_differences {
            let place = places.get(&(row.difference.side, row.role_arn.as_str()));
            if let Some(role) = place.copied() {
                causes.trust_sides.entry((role, principal(row))).or_default().insert(row.difference.side);
            }
        }
        causes
    }

    /// The cause of a finding.
    pub(super) fn find(&self, finding: &Finding) -> Cause {
        let role = finding.role_index.unwrap_or(usize::MAX);
        let first = finding.rows.first().and_then(|row| self.report.difference(finding.list, *row));
        // A finding has a row of its list; without one it would have no cause but itself.
        let Some(difference) = first else { return Cause::Limitation { identity: finding.id.clone() } };
        match difference {
            Difference::Access(row) => {
                let d = &row.difference;
                let (side, by) = match &d.refused_by {
                    Refusal::NoAllow => (d.side, d.granted_by.as_slice()),
                    Refusal::Deny(by) => (d.side.other(), by.as_slice()),
                    Refusal::Boundary => return self.boundary(role),
                };
                self.of_statements(role, side, by, row.changed_statement.as_ref())
            }
            Difference::Deny(row) => {
                let d = &row.difference;
                self.of_statements(role, d.side, &d.denied_by, row.changed_statement.as_ref())
            }
            Difference::Trust(row) => {
                let principal = principal(row);
                let sides = self.trust_sides.get(&(role, principal.clone())).cloned().unwrap_or_default();
                Cause::TrustPrincipal { principal, sides }
            }
            Difference::Item(item) => self.of_items(role, item, finding),
            Difference::Attribute(row) => self.of_attribute(role, finding, row),
            Difference::CrossReference(row) => match finding.side {
                Some(side) => Cause::CrossReference { side, text: row.text.clone() },
                None => Cause::ReferenceOfBoth { text: self.report.text_without_own_id(row) },
            },
            Difference::Role(one) => match (one.only_side(), &one.grants) {
                (Some(side), Some(grants)) if one.status != RoleStatus::Ambiguous => {
                    Cause::RoleInOneAccount { side, grants: grants_hash(grants, one.service_linked) }
                }
                _ => Cause::Role { role },
            },
            Difference::Statement(row) => Cause::Statement {
                id: row.id.to_string(),
                policy: format!("{} {}", row.statement.policy_type, row.statement.policy_name),
                text: row.text.clone(),
            },
            Difference::Limitation(limitation) => Cause::Limitation { identity: limitation.identity() },
        }
    }

    fn boundary(&self, role: usize) -> Cause {
        self.boundaries.get(&role).cloned().unwrap_or_else(|| {
            let items = self.report.item_differences.iter();
            let arns = self.report.roles.get(role);
            let is_of = |item: &&ItemDifference| {
                item.policy_type == PolicyType::Boundary
                    && arns.and_then(|role| role.side(item.side)).is_some_and(|real| real.arn == item.role_arn)
            };
            let name = items.clone().find(is_of).map(|item| item.policy_name.clone());
            Cause::PolicyDocument { policy: name.unwrap_or_else(|| "permissions boundary".to_owned()) }
        })
    }

    /// The statements that decide a difference: where several do, those of a policy that only one account has.
    fn of_statements(&self, role: usize, side: Side, by: &[StatementRef], changed: Option<&ChangedStatement>) -> Cause {
        let attached = by.iter().find_map(|statement| self.attachment(role, side, statement));
        if let Some(cause) = attached {
            return cause;
        }
        match (by.first(), changed) {
            (Some(first), _) if first.policy_type == PolicyType::Managed => {
                Cause::PolicyDocument { policy: first.policy_name.clone() }
            }
            (Some(first), _) if first.policy_type == PolicyType::Boundary => self.boundary(role),
            (_, Some(changed)) => Cause::InlineStatement(changed.clone()),
            (Some(first), None) => Cause::InlinePolicy { side, policy: first.policy_name.clone() },
            // Only a difference that the comparison contradicts itself about has no statement.
            (None, None) => Cause::Role { role },
        }
    }

    fn attachment(&self, role: usize, side: Side, statement: &StatementRef) -> Option<Cause> {
        if statement.policy_type != PolicyType::Managed {
            return None;
        }
        let entries = self.only_in.get(&role)?;
        let is_it = |(own, attribute, name): &&(Side, Attribute, String)| {
            *own == side && *attribute == Attribute::AttachedPolicies && name_of(name) == statement.policy_name
        };
        let (_, _, policy) = entries.iter().find(is_it)?;
        Some(self.attached(role, side, policy))
    }

    /// A policy that one account attaches: moved, if it is inline under the same name in the other.
    fn attached(&self, role: usize, side: Side, policy: &str) -> Cause {
        let entries = self.only_in.get(&role).into_iter().flatten();
        let name = name_of(policy);
        let mut inline = entries.filter(|(own, attribute, other)| {
            *own == side.other() && *attribute == Attribute::InlinePolicies && other == name
        });
        match inline.next() {
            Some(_) => Cause::PolicyMoved { policy: name.to_owned() },
            None => Cause::PolicyAttachment { side, policy: policy.to_owned() },
        }
    }

    fn of_items(&self, role: usize, item: &ItemDifference, finding: &Finding) -> Cause {
        let statement = StatementRef {
            policy_name: item.policy_name.clone(),
            real_policy_name: None,
            policy_type: item.policy_type,
            statement: 0,
            sid: None,
        };
        match item.policy_type {
            PolicyType::Managed => {
                let attached = self.attachment(role, item.side, &statement);
                attached.unwrap_or_else(|| Cause::PolicyDocument { policy: item.policy_name.clone() })
            }
            PolicyType::Boundary => self.boundary(role),
            PolicyType::Inline | PolicyType::Trust => {
                let rows = finding.rows.iter();
                // Every row of such a finding is in the list: `read` and the maker of the finding both look.
                let mut items: Vec<String> =
                    rows.filter_map(|row| self.report.item_differences.get(*row)).map(item_key).collect();
                items.sort();
                Cause::Items { items: items.join("\n") }
            }
        }
    }

    fn of_attribute(&self, role: usize, finding: &Finding, row: &AttributeDifference) -> Cause {
        let side = finding.side.unwrap_or(Side::Left);
        match (&row.attribute, finding.entry.clone()) {
            (Attribute::PermissionsBoundary, _) => self.boundary(role),
            (Attribute::AttachedPolicies, Some(policy)) => self.attached(role, side, &policy),
            (Attribute::InlinePolicies, Some(policy)) => self.inline(role, side, policy),
            (Attribute::InstanceProfiles, Some(profile)) => Cause::InstanceProfile { side, profile },
            (attribute, _) => Cause::Attribute {
                attribute: attribute.clone(),
                left: row.left.to_string(),
                right: row.right.to_string(),
            },
        }
    }

    /// An inline policy that one account has: moved, if it is attached under the same name in the other.
    fn inline(&self, role: usize, side: Side, policy: String) -> Cause {
        let entries = self.only_in.get(&role).into_iter().flatten();
        let mut attached = entries.filter(|(own, attribute, other)| {
            *own == side.other() && *attribute == Attribute::AttachedPolicies && name_of(other) == policy
        });
        match attached.next() {
            Some(_) => Cause::PolicyMoved { policy },
            None => Cause::InlinePolicy { side, policy },
        }
    }
}

/// A hash of what a role grants and to whom, whatever its policies are called and however they are split into rows.
fn grants_hash(grants: &RoleGrants, service_linked: bool) -> String {
    let access: BTreeSet<_> = grants
        .access
        .iter()
        .map(|row| {
            let d = &row.difference;
            (&d.service, &d.actions, &d.not_actions, &d.resources, &d.except, &d.condition, d.certainty)
        })
        .collect();
    let trust: BTreeSet<_> = grants
        .trust
        .iter()
        .map(|row| {
            let d = &row.difference;
            (principal(row), &d.actions, &d.except, d.relation, &d.condition, d.certainty)
        })
        .collect();
    let mut hash = Fingerprint::of_texts();
    hash.part(if service_linked { "service-linked" } else { "" });
    hash.part(&format!("{access:?}"));
    hash.part(&format!("{trust:?}"));
    hash.finish()
}

/// The principal of a trust difference, with its type. An account is its ID, however the policies name it.
fn principal(row: &RoleTrustDifference) -> String {
    let d = &row.difference;
    let text = account_of(&d.principal).filter(|_| d.principal_type == PrincipalType::Aws);
    format!("{} {}", d.principal_type, text.unwrap_or(&d.principal))
}

/// The name at the end of a policy's ARN.
pub(super) fn name_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

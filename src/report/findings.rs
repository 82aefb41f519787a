//! Every difference, and every thing to know, as a [`Finding`] of its own.
//!
//! Messages are sentences, safe for one line of a terminal. Ids depend on the two tags, the rule, the role and what
//! differs; not on times, machines, proofs, statement numbers or other findings.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use super::assess;
use super::attribute::Attribute;
use super::breadth::Breadth;
use super::difference::{Difference, List, grants};
use super::draft::Draft;
use super::escape::{shortened, terminal};
use super::finding::Finding;
use super::fingerprint::Fingerprint;
use super::role::{RoleResult, RoleStatus};
use super::rows::{AttributeDifference, CrossReference, ItemDifference, ListEntry};
use super::rule::Rule;
use super::sentences::{self, NAMED};
use crate::model::{ItemPrincipalType, PolicyType, Side};
use crate::semantics::outcome::{Certainty, Grade, StatementWarningKind};

/// The most characters of a message.
const MESSAGE: usize = 1000;

/// All findings of a report: most severe first, then the wider grant first, then by rule, role and account, and then as
/// in the lists.
pub(super) fn all(report: &Report) -> Vec<Finding> {
    let mut drafts = Drafts { report, places: report.places(), made: Vec::new() };
    drafts.collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut findings: Vec<Finding> = drafts.made.into_iter().map(|draft| finished(report, draft, &mut seen)).collect();
    findings.sort_by_cached_key(|finding| {
        let breadth = Breadth::of_finding(report, finding);
        let role = finding.role_index.unwrap_or(usize::MAX);
        (Reverse(finding.severity), Reverse(breadth), finding.rule, role, finding.side)
    });
    findings
}

fn finished(report: &Report, draft: Draft, seen: &mut BTreeMap<String, usize>) -> Finding {
    let severity = assess::severity(report, &draft);
    let Draft { rule, role, role_index, side, message, list, rows, entry, key } = draft;
    let fingerprint = |times: usize| {
        let mut hash = Fingerprint::of_finding(&report.accounts, rule, side);
        hash.role(role.as_deref(), role_index.and_then(|index| report.roles.get(index)));
        key.iter().for_each(|part| hash.part(part));
        if times > 0 {
            hash.part(&times.to_string());
        }
        hash.finish()
    };
    // Two rows that differ only in what does not count here, such as the proof, are told apart by their order.
    let first = fingerprint(0);
    let times = seen.entry(first.clone()).or_default();
    let id = if *times == 0 { first } else { fingerprint(*times) };
    *times += 1;
    Finding { id, rule, severity, role, role_index, side, message: one_line(&message), list, rows, entry }
}

/// Findings being collected.
struct Drafts<'r> {
    report: &'r Report,
    /// The place of each real role among the roles.
    places: BTreeMap<(Side, &'r str), usize>,
    made: Vec<Draft>,
}

impl<'r> Drafts<'r> {
    fn collect(&mut self) {
        let report = self.report;
        for list in [List::Access, List::Trust, List::Denies] {
            for row in 0..report.len_of(list) {
                self.access_or_trust(list, row);
            }
        }
        self.items();
        for (row, difference) in report.attribute_differences.iter().enumerate() {
            self.attribute(row, difference);
        }
        self.cross_references();
        for (row, role) in report.roles.iter().enumerate() {
            self.role(row, role);
        }
        for (row, warning) in report.statement_warnings.iter().enumerate() {
            let dangling = warning.id == StatementWarningKind::DanglingPrincipal;
            let rule = if dangling { Rule::DanglingPrincipal } else { Rule::StatementWarning };
            let statement = &warning.statement;
            // Not the statement's number, which another statement before it changes.
            let key = vec![
                warning.id.to_string(),
                statement.policy_type.to_string(),
                statement.policy_name.clone(),
                warning.text.clone(),
            ];
            let message = report.statement_sentence(warning);
            self.push(rule, Difference::Statement(warning), message, (List::StatementWarnings, row), key);
        }
        for (row, limitation) in report.limitations.iter().enumerate() {
            let (rule, key) = (limitation.rule(), vec![limitation.identity()]);
            let difference = Difference::Limitation(limitation);
            self.push(rule, difference, limitation.to_string(), (List::Limitations, row), key);
        }
    }

    fn push(
        &mut self,
        rule: Rule,
        difference: Difference<'r>,
        message: String,
        (list, row): (List, usize),
        key: Vec<String>,
    ) {
        let index = difference.real_role().and_then(|real| self.places.get(&real).copied());
        let role = index.and_then(|index| self.report.roles.get(index)).map(|role| role.role.clone());
        let side = difference.side();
        self.made.push(Draft { rule, role, role_index: index, side, message, list, rows: vec![row], entry: None, key });
    }

    /// Texts that belong to another account. To a third account, all rows of a role with one text are one finding: where
    /// both accounts have it, it was not copied from one to the other.
    fn cross_references(&mut self) {
        let report = self.report;
        /// Role and what identifies the text.
        type Of = (Option<usize>, Vec<String>);
        let mut third: BTreeMap<Of, Vec<(usize, &'r CrossReference)>> = BTreeMap::new();
        for (row, reference) in report.cross_references.iter().enumerate() {
            // The place in words and the two texts; the policy may be called otherwise and say the same.
            let key = vec![
                reference.place.as_str().to_owned(),
                report.text_without_own_id(reference),
                reference.value.clone(),
                reference.placeholder.clone(),
            ];
            if reference.owner.is_none() {
                let role = self.places.get(&(reference.side, reference.role_arn.as_str())).copied();
                third.entry((role, key)).or_default().push((row, reference));
                continue;
            }
            let message = report.cross_reference_sentence(reference);
            let difference = Difference::CrossReference(reference);
            self.push(Rule::CrossReference, difference, message, (List::CrossReferences, row), key);
        }
        for ((role_index, key), rows) in third {
            // Every group has a row.
            let Some((_, first)) = rows.first() else { continue };
            let is_of_both = rows.iter().any(|(_, one)| one.side != first.side);
            self.made.push(Draft {
                rule: Rule::CrossReference,
                role: role_index.and_then(|index| report.roles.get(index)).map(|role| role.role.clone()),
                role_index,
                side: (!is_of_both).then_some(first.side),
                message: if is_of_both {
                    report.reference_of_both_sentence(first)
                } else {
                    report.cross_reference_sentence(first)
                },
                list: List::CrossReferences,
                rows: rows.iter().map(|(row, _)| *row).collect(),
                entry: None,
                key,
            });
        }
    }

    fn access_or_trust(&mut self, list: List, row: usize) {
        let report = self.report;
        let Some(difference) = report.difference(list, row) else { return };
        let (rule, message, key) = match difference {
            Difference::Access(one) => {
                let d = &one.difference;
                let rule = match (d.escalations.is_empty(), d.certainty, d.side) {
                    _ if d.is_inconsistent() => Rule::InternalInconsistency,
                    (false, _, _) => Rule::PrivilegeEscalation,
                    (true, Certainty::Unknown, _) => Rule::AccessUnknown,
                    (true, Certainty::Always | Certainty::Conditional, Side::Left) => Rule::AccessLost,
                    (true, Certainty::Always | Certainty::Conditional, Side::Right) => Rule::AccessGained,
                };
                let mut key = rows_key(&d.service, &d.actions, &d.resources, &d.except, d.condition.as_deref());
                key.extend_from_slice(&d.not_actions);
                (rule, report.access_sentence(one, NAMED), key)
            }
            Difference::Trust(one) => {
                let d = &one.difference;
                let rule = match (d.certainty, d.side) {
                    _ if d.is_inconsistent() => Rule::InternalInconsistency,
                    (Certainty::Unknown, _) => Rule::TrustUnknown,
                    (Certainty::Always | Certainty::Conditional, Side::Left) => Rule::TrustNarrowed,
                    (Certainty::Always | Certainty::Conditional, Side::Right) => Rule::TrustWidened,
                };
                let mut key = vec![d.principal_type.to_string(), d.principal.clone(), d.relation.as_str().to_owned()];
                key.extend(rows_key("", &d.actions, &[], &d.except, d.condition.as_deref()));
                (rule, report.trust_sentence(one, NAMED), key)
            }
            Difference::Deny(one) => {
                let d = &one.difference;
                let rule = match d.side {
                    _ if d.is_inconsistent() => Rule::InternalInconsistency,
                    Side::Left => Rule::DenyRemoved,
                    Side::Right => Rule::DenyAdded,
                };
                let mut key = rows_key(&d.service, &d.actions, &d.resources, &d.except, d.condition.as_deref());
                key.extend_from_slice(&d.not_actions);
                (rule, report.deny_sentence(one, NAMED), key)
            }
            // Only the three lists above are asked for.
            Difference::Role(_)
            | Difference::Item(_)
            | Difference::Attribute(_)
            | Difference::CrossReference(_)
            | Difference::Statement(_)
            | Difference::Limitation(_) => return,
        };
        self.push(rule, difference, message, (list, row), key);
    }

    /// The items of policies that no finding of access, trust or denies explains: one finding per role, account and
    /// policy.
    fn items(&mut self) {
        let nobody = remarks_on_nobody(self.report);
        let explained: BTreeSet<(Option<usize>, bool)> =
            self.made.iter().map(|draft| (draft.role_index, draft.list == List::Trust)).collect();
        /// Role, account, kind of policy, its name.
        type Of<'r> = (usize, Side, PolicyType, &'r str);
        let mut rest: BTreeMap<Of<'r>, Vec<(usize, &'r ItemDifference)>> = BTreeMap::new();
        for (row, item) in self.report.item_differences.iter().enumerate() {
            let place = self.places.get(&(item.side, item.role_arn.as_str())).copied();
            // The remark on its statement says of the ID of a deleted user or role what there is to say.
            if names_nobody(item, &nobody) {
                continue;
            }
            if !explained.contains(&(place, item.policy_type == PolicyType::Trust)) {
                let of = (place.unwrap_or(usize::MAX), item.side, item.policy_type, item.policy_name.as_str());
                rest.entry(of).or_default().push((row, item));
            }
        }
        for ((index, side, policy_type, name), items) in rest {
            let (own, other) = self.report.tags(side);
            let role = self.report.roles.get(index);
            let effect = role.map_or("", |role| effect_on_access(role, policy_type));
            let told = sentences::items(items.iter().map(|(_, item)| *item), NAMED);
            let first = told.first().cloned().unwrap_or_default();
            // All are of one policy.
            let real_name = items.first().map_or(name.to_owned(), |(_, item)| item.named().policy_name);
            let more = if told.len() > 1 { format!("; and more, {} in all", told.len()) } else { String::new() };
            let message = format!(
                "the {} in {own} has {} that {other} does not have{effect}: {first}{more}",
                sentences::policy(policy_type, &real_name),
                sentences::counted(items.len(), "item"),
            );
            let mut key: Vec<String> = items.iter().map(|(_, item)| item_key(item)).collect();
            key.sort();
            self.made.push(Draft {
                rule: Rule::ItemsDiffer,
                role: role.map(|role| role.role.clone()),
                role_index: role.map(|_| index),
                side: Some(side),
                message,
                list: List::Items,
                rows: items.into_iter().map(|(row, _)| row).collect(),
                entry: None,
                key,
            });
        }
    }

    fn attribute(&mut self, row: usize, difference: &'r AttributeDifference) {
        let report = self.report;
        let rule = match &difference.attribute {
            Attribute::PermissionsBoundary => Rule::BoundaryChanged,
            Attribute::Tag(_) => Rule::TagChanged,
            Attribute::UniqueId => Rule::RoleRecreated,
            Attribute::Path
            | Attribute::Description
            | Attribute::MaxSessionDuration
            | Attribute::InstanceProfiles
            | Attribute::InlinePolicies
            | Attribute::AttachedPolicies => Rule::AttributeChanged,
        };
        let of = Difference::Attribute(difference);
        let place = (List::Attributes, row);
        let name = difference.attribute.to_string();
        let split = match &difference.attribute {
            Attribute::AttachedPolicies | Attribute::InlinePolicies | Attribute::InstanceProfiles => {
                difference.only_in()
            }
            Attribute::PermissionsBoundary
            | Attribute::Tag(_)
            | Attribute::Path
            | Attribute::Description
            | Attribute::MaxSessionDuration
            | Attribute::UniqueId => Vec::new(),
        };
        if split.is_empty() {
            let key = vec![name, difference.left.to_string(), difference.right.to_string()];
            self.push(rule, of, report.attribute_sentence(difference), place, key);
            return;
        }
        // Each entry of a list is a cause of its own.
        for ListEntry { side, normalized, real: entry } in split {
            let (own, other) = report.tags(side);
            let message = match &difference.attribute {
                Attribute::AttachedPolicies => format!("{own} attaches {entry}; {other} does not"),
                Attribute::InlinePolicies => format!("only {own} has an inline policy named {entry}"),
                Attribute::InstanceProfiles
                | Attribute::UniqueId
                | Attribute::PermissionsBoundary
                | Attribute::Tag(_)
                | Attribute::Path
                | Attribute::Description
                | Attribute::MaxSessionDuration => format!("only {own} has the role in the instance profile {entry}"),
            };
            let before = self.made.len();
            self.push(rule, of, message, place, vec![name.clone(), normalized.clone()]);
            for draft in self.made.iter_mut().skip(before) {
                (draft.side, draft.entry) = (Some(side), Some(normalized.clone()));
            }
        }
    }

    fn role(&mut self, index: usize, role: &'r RoleResult) {
        let (rule, side) = match (role.status, &role.left, &role.right) {
            (RoleStatus::Common, _, _) => return,
            // What somebody has accepted is no finding.
            (RoleStatus::LeftOnly | RoleStatus::RightOnly | RoleStatus::Ambiguous, _, _) if role.accepted => return,
            (RoleStatus::LeftOnly, _, _) => (Rule::RoleMissing, Some(Side::Left)),
            (RoleStatus::RightOnly, _, _) => (Rule::RoleAdded, Some(Side::Right)),
            (RoleStatus::Ambiguous, Some(_), Some(_)) => (Rule::RoleAmbiguous, None),
            (RoleStatus::Ambiguous, Some(_), None) => (Rule::RoleAmbiguous, Some(Side::Left)),
            (RoleStatus::Ambiguous, None, _) => (Rule::RoleAmbiguous, Some(Side::Right)),
        };
        self.made.push(Draft {
            rule,
            role: Some(role.role.clone()),
            role_index: Some(index),
            side,
            message: self.report.role_sentence(role, side),
            list: List::Roles,
            rows: vec![index],
            entry: None,
            // A role that grants something else is another finding: what somebody dismissed comes back.
            key: role.grants.iter().map(grants).collect(),
        });
    }
}

/// What differs in a row of actions and resources; each list with its length, so that none runs into the next.
fn rows_key(
    service: &str,
    actions: &[String],
    resources: &[String],
    except: &[String],
    condition: Option<&str>,
) -> Vec<String> {
    let mut key = vec![service.to_owned()];
    for list in [actions, resources, except] {
        key.push(list.len().to_string());
        key.extend_from_slice(list);
    }
    key.extend(condition.map(str::to_owned));
    key
}

/// The principals that no caller has, with the account and the role whose trust policy names them.
fn remarks_on_nobody(report: &Report) -> BTreeSet<(Side, &str, &str)> {
    let remarks = report.statement_warnings.iter().filter(|one| one.id == StatementWarningKind::DanglingPrincipal);
    remarks
        .map(|one| {
            // The remark begins with the principal in backticks.
            let quoted = one.text.rsplit_once("` ").map_or(one.text.as_str(), |(quoted, _)| quoted);
            (one.side, one.role_arn.as_str(), quoted.strip_prefix('`').unwrap_or(quoted))
        })
        .collect()
}

/// Whether an item is about a principal that no caller has, for which there is a remark on its statement.
fn names_nobody(item: &ItemDifference, nobody: &BTreeSet<(Side, &str, &str)>) -> bool {
    let of_aws = matches!(item.principal_type, Some(ItemPrincipalType::Aws | ItemPrincipalType::NotAws));
    let remarked = |text: &str| nobody.contains(&(item.side, item.role_arn.as_str(), text));
    of_aws && item.principal.as_deref().is_some_and(remarked)
}

/// What an item says, whatever its policy is called.
pub fn item_key(item: &ItemDifference) -> String {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        item.policy_type.as_str(),
        &item.effect.to_string(),
        item.action_element.as_str(),
        &item.service,
        &item.action,
        item.resource_element.map_or("", |element| element.as_str()),
        &optional(&item.arn),
        item.principal_type.map_or("", |principal_type| principal_type.as_str()),
        &optional(&item.principal),
        &optional(&item.condition),
        &optional(&item.excluded),
    ]
    .join("\u{0}")
}

/// What items that differ come to in what the role may do, or who can assume it. The only place where this is decided.
#[must_use]
pub fn effect_on_access(role: &RoleResult, policy_type: PolicyType) -> &'static str {
    let grade = if policy_type == PolicyType::Trust { role.trust_grade } else { role.access_grade };
    match grade {
        Some(Grade::Identical | Grade::EqualForAllRequests) => ", without effect on access",
        Some(Grade::EqualForCatalogue) => ", without effect on the actions in the catalog",
        Some(Grade::Unknown | Grade::Different) | None => "",
    }
}

/// A sentence for one line; never nothing, which some readers refuse.
pub(super) fn one_line(text: &str) -> String {
    if text.is_empty() { "(nothing)".to_owned() } else { shortened(&terminal(text), MESSAGE) }
}

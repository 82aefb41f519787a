//! From the lists of a comparison to findings without fingerprint.

use std::collections::{BTreeMap, BTreeSet};

use super::super::access_csv::{refusal, statement};
use super::super::escape::{shortened, terminal};
use super::super::explain::request;
use super::super::rules::Rule;
use super::super::{findings, text};
use super::Row;
use crate::compare::{
    AttributeDifference, Comparison, ItemDifference, RoleAccessDifference, RoleDenyDifference, RoleResult, RoleStatus,
    RoleTrustDifference,
};
use crate::model::{PolicyType, Side};
use crate::semantics::escalation;
use crate::semantics::outcome::{Certainty, Grade, StatementRef};

/// The most characters of a message or a detail.
const LINE: usize = 1000;

/// The most lines of details; the rest is counted.
const LINES: usize = 40;

/// A finding without fingerprint.
pub(super) struct Draft<'a> {
    pub rule: Rule,
    pub role: Option<&'a str>,
    pub index: Option<usize>,
    pub side: Option<Side>,
    pub message: String,
    pub details: Vec<String>,
    /// What differs, as texts; the part of the fingerprint that is the finding's own.
    pub key: Vec<String>,
    pub row: Row<'a>,
}

/// Findings being collected.
pub(super) struct Drafts<'a> {
    comparison: &'a Comparison,
    /// The place of each real role among the roles.
    places: BTreeMap<(Side, &'a str), usize>,
    pub made: Vec<Draft<'a>>,
}

impl<'a> Drafts<'a> {
    pub(super) fn new(comparison: &'a Comparison) -> Self {
        let mut places = BTreeMap::new();
        for (index, role) in comparison.roles.iter().enumerate() {
            for side in Side::BOTH {
                if let Some(real) = role.side(side) {
                    places.insert((side, real.arn.as_str()), index);
                }
            }
        }
        Self { comparison, places, made: Vec::new() }
    }

    pub(super) fn collect(&mut self) {
        let comparison = self.comparison;
        comparison.access_differences.iter().for_each(|row| self.access(row));
        comparison.trust_differences.iter().for_each(|row| self.trust(row));
        comparison.deny_differences.iter().for_each(|row| self.deny(row));
        self.items();
        comparison.attribute_differences.iter().for_each(|row| self.attribute(row));
        self.cross_references();
        comparison.roles.iter().enumerate().for_each(|(index, role)| self.role(index, role));
        self.statements();
        comparison.warnings.iter().for_each(|warning| self.warning(warning));
    }

    fn warning(&mut self, warning: &'a str) {
        let of_dictionary = warning.starts_with("dictionary: ");
        // How often a text stands in longer words, and in which, is not what the warning is about.
        let about = warning.split(" longer words: ").next().unwrap_or(warning);
        self.made.push(Draft {
            rule: if of_dictionary { Rule::DictionaryWarning } else { Rule::CouldNotCompare },
            role: None,
            index: None,
            side: None,
            message: line(warning),
            details: Vec::new(),
            key: vec![if of_dictionary { about } else { warning }.to_owned()],
            row: Row::Warning(warning),
        });
    }

    fn place(&self, side: Side, arn: &str) -> Option<usize> {
        self.places.get(&(side, arn)).copied()
    }

    fn tag(&self, side: Side) -> &'a str {
        self.comparison.accounts.get(side).tag.as_str()
    }

    fn access(&mut self, row: &'a RoleAccessDifference) {
        let d = &row.difference;
        let rule = match (d.escalations.is_empty(), d.certainty, d.side) {
            _ if d.is_inconsistent() => Rule::InternalInconsistency,
            (false, _, _) => Rule::PrivilegeEscalation,
            (true, Certainty::Unknown, _) => Rule::AccessUnknown,
            (true, Certainty::Always | Certainty::Conditional, Side::Left) => Rule::AccessLost,
            (true, Certainty::Always | Certainty::Conditional, Side::Right) => Rule::AccessGained,
        };
        let (own, other) = (self.tag(d.side), self.tag(d.side.other()));
        let mut details = Vec::new();
        if let Some(witness) = &d.witness {
            details.push(format!("proof: {}", request(&witness.action, &witness.resource, &witness.context)));
        }
        details.extend(d.granted_by.iter().map(|one| format!("allowed in {own} by {}", statement(one))));
        details.push(format!("refused in {other}: {}", refusal(&d.refused_by).replace('\n', "; ")));
        if let Some(counterpart) = row.counterpart.as_ref().filter(|c| Some(*c) != d.witness.as_ref()) {
            let request = request(&counterpart.action, &counterpart.resource, &counterpart.context);
            details.push(format!("which is in {other}: {request}"));
        }
        for id in &d.escalations {
            let why = escalation::RULES.iter().find(|rule| rule.id == *id).map_or("", |rule| rule.explanation);
            details.push(format!("can raise itself ({id}): {why}"));
        }
        self.made.push(Draft {
            rule,
            role: Some(&row.role),
            index: self.place(d.side, &row.role_arn),
            side: Some(d.side),
            message: line(&findings::access(self.comparison, row, findings::NAMED)),
            details: lines(details),
            key: rows_key(&d.service, &d.actions, &d.resources, &d.except, d.condition.as_deref()),
            row: Row::Access(row),
        });
    }

    fn trust(&mut self, row: &'a RoleTrustDifference) {
        let d = &row.difference;
        let rule = match (d.certainty, d.side) {
            _ if d.is_inconsistent() => Rule::InternalInconsistency,
            (Certainty::Unknown, _) => Rule::TrustUnknown,
            (Certainty::Always | Certainty::Conditional, Side::Left) => Rule::TrustNarrowed,
            (Certainty::Always | Certainty::Conditional, Side::Right) => Rule::TrustWidened,
        };
        let (own, other) = (self.tag(d.side), self.tag(d.side.other()));
        let mut details = Vec::new();
        if let Some(witness) = &d.witness {
            details.push(format!("proof: {}", request(&witness.action, &witness.principal, &witness.context)));
        }
        details.extend(d.granted_by.iter().map(|one| format!("allowed in {own} by {}", statement(one))));
        details.push(format!("refused in {other}: {}", refusal(&d.refused_by).replace('\n', "; ")));
        if let Some(counterpart) = row.counterpart.as_ref().filter(|c| Some(*c) != d.witness.as_ref()) {
            let request = request(&counterpart.action, &counterpart.principal, &counterpart.context);
            details.push(format!("which is in {other}: {request}"));
        }
        details.push(format!("relation: {}", d.relation.as_str()));
        let mut key = vec![d.principal_type.to_owned(), d.principal.clone(), d.relation.as_str().to_owned()];
        key.extend(rows_key("", &d.actions, &[], &d.except, d.condition.as_deref()));
        self.made.push(Draft {
            rule,
            role: Some(&row.role),
            index: self.place(d.side, &row.role_arn),
            side: Some(d.side),
            message: line(&findings::trust(self.comparison, row, findings::NAMED)),
            details: lines(details),
            key,
            row: Row::Trust(row),
        });
    }

    fn deny(&mut self, row: &'a RoleDenyDifference) {
        let d = &row.difference;
        let mut details = Vec::new();
        if let Some(witness) = &d.witness {
            details.push(format!("proof: {}", request(&witness.action, &witness.resource, &witness.context)));
        }
        details.extend(d.denied_by.iter().map(|one| format!("denied by {}", statement(one))));
        if let Some(counterpart) = row.counterpart.as_ref().filter(|c| Some(*c) != d.witness.as_ref()) {
            let request = request(&counterpart.action, &counterpart.resource, &counterpart.context);
            details.push(format!("which is in {}: {request}", self.tag(d.side.other())));
        }
        self.made.push(Draft {
            rule: match d.side {
                _ if d.is_inconsistent() => Rule::InternalInconsistency,
                Side::Left => Rule::DenyRemoved,
                Side::Right => Rule::DenyAdded,
            },
            role: Some(&row.role),
            index: self.place(d.side, &row.role_arn),
            side: Some(d.side),
            message: line(&findings::deny(self.comparison, row, findings::NAMED)),
            details: lines(details),
            key: rows_key(&d.service, &d.actions, &d.resources, &d.except, d.condition.as_deref()),
            row: Row::Deny(row),
        });
    }

    /// The rows of policies that no finding of access, trust or denies explains: one finding per role and account.
    fn items(&mut self) {
        let explained: BTreeSet<(Option<usize>, bool)> =
            self.made.iter().map(|draft| (draft.index, matches!(draft.row, Row::Trust(_)))).collect();
        let mut rest: BTreeMap<(usize, Side), Vec<&'a ItemDifference>> = BTreeMap::new();
        for item in &self.comparison.item_differences {
            let place = self.place(item.side, &item.role_arn);
            if !explained.contains(&(place, item.policy_type == PolicyType::Trust)) {
                rest.entry((place.unwrap_or(usize::MAX), item.side)).or_default().push(item);
            }
        }
        for ((index, side), items) in rest {
            self.items_of(index, side, items);
        }
    }

    fn items_of(&mut self, index: usize, side: Side, items: Vec<&'a ItemDifference>) {
        let Some(first) = items.first() else { return };
        let pair = self.comparison.roles.get(index);
        let (own, other) = (self.tag(side), self.tag(side.other()));
        let rows = text::counted(items.len(), "row");
        let message = format!(
            "only {own} has {rows} that {other} has not{}: {}{}",
            effect_of(pair, &items),
            text::item_line(first),
            if items.len() > 1 { format!(" and {} more", items.len() - 1) } else { String::new() },
        );
        let details = items.iter().map(|item| text::item_line(item)).collect();
        let mut key: Vec<String> = items.iter().map(|item| item_key(item)).collect();
        key.sort();
        self.made.push(Draft {
            rule: Rule::ItemsDiffer,
            role: Some(&first.role),
            index: pair.map(|_| index),
            side: Some(side),
            message: line(&message),
            details: lines(details),
            key,
            row: Row::Items(items),
        });
    }

    fn attribute(&mut self, row: &'a AttributeDifference) {
        let (left, right) = (row.left.to_string(), row.right.to_string());
        let rule = match row.attribute.as_str() {
            "permissions_boundary" => Rule::BoundaryChanged,
            name if name.starts_with("tag:") => Rule::TagChanged,
            _ => Rule::AttributeChanged,
        };
        let half = LINE / 3;
        let (short_left, short_right) = (shortened(&left, half), shortened(&right, half));
        let tags = (self.tag(Side::Left), self.tag(Side::Right));
        let name = shortened(&row.attribute, 200);
        let message = format!("{name} is {short_left} in {}, {short_right} in {}", tags.0, tags.1);
        self.made.push(Draft {
            rule,
            role: Some(&row.role),
            index: self.place(Side::Left, &row.left_arn),
            side: None,
            message: line(&message),
            details: Vec::new(),
            key: vec![row.attribute.clone(), left, right],
            row: Row::Attribute(row),
        });
    }

    fn cross_references(&mut self) {
        for row in &self.comparison.cross_references {
            // The place in words and the two texts; the policy may be called otherwise and say the same.
            let key = vec![row.place.to_owned(), row.text.clone(), row.value.clone(), row.placeholder.clone()];
            self.made.push(Draft {
                rule: Rule::CrossReference,
                role: Some(&row.role),
                index: self.place(row.side, &row.role_arn),
                side: Some(row.side),
                message: line(&findings::cross_reference(self.comparison, row)),
                details: vec![line(&format!("{} replaces its own text by {}", self.tag(row.owner), row.placeholder))],
                key,
                row: Row::CrossReference(row),
            });
        }
    }

    fn role(&mut self, index: usize, role: &'a RoleResult) {
        let arn = |side: Side| role.side(side).map(|real| real.arn.as_str());
        let (rule, side) = match (role.status, arn(Side::Left), arn(Side::Right)) {
            (RoleStatus::Common, _, _) => return,
            (RoleStatus::LeftOnly, _, _) => (Rule::RoleMissing, Some(Side::Left)),
            (RoleStatus::RightOnly, _, _) => (Rule::RoleAdded, Some(Side::Right)),
            (RoleStatus::Ambiguous, Some(_), Some(_)) => (Rule::RoleAmbiguous, None),
            (RoleStatus::Ambiguous, Some(_), None) => (Rule::RoleAmbiguous, Some(Side::Left)),
            (RoleStatus::Ambiguous, None, _) => (Rule::RoleAmbiguous, Some(Side::Right)),
        };
        let linked = if role.service_linked { " (service-linked)" } else { "" };
        let name = |side: Side| role.side(side).map_or("", |real| &real.name);
        let message = match (rule, side) {
            (Rule::RoleAmbiguous, None) => format!(
                "{} of {} was compared with {} of {}, and there are more roles of this name after normalising",
                name(Side::Left),
                self.tag(Side::Left),
                name(Side::Right),
                self.tag(Side::Right),
            ),
            (Rule::RoleAmbiguous, Some(side)) => {
                format!("{} of {} has the name of another role and was compared with none", name(side), self.tag(side))
            }
            (_, Some(side)) => format!("only {} has {}{linked}", self.tag(side), name(side)),
            (_, None) => return,
        };
        let details = Side::BOTH.into_iter().filter_map(arn).map(line).collect();
        self.made.push(Draft {
            rule,
            role: Some(&role.role),
            index: Some(index),
            side,
            message: line(&message),
            details,
            key: Vec::new(),
            row: Row::Role(role),
        });
    }

    fn statements(&mut self) {
        for row in &self.comparison.statement_warnings {
            let StatementRef { policy_name, policy_type, .. } = &row.statement;
            let message = format!("{}: {}: {} ({})", self.tag(row.side), statement(&row.statement), row.text, row.id);
            // Not the statement's number, which another statement before it changes.
            let key = vec![row.id.to_owned(), policy_type.to_string(), policy_name.clone(), row.text.clone()];
            self.made.push(Draft {
                rule: if row.id == "dangling-principal" { Rule::DanglingPrincipal } else { Rule::StatementWarning },
                role: Some(&row.role),
                index: self.place(row.side, &row.role_arn),
                side: Some(row.side),
                message: line(&message),
                details: Vec::new(),
                key,
                row: Row::Statement(row),
            });
        }
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

/// What an item says, whatever its policy is called.
fn item_key(item: &ItemDifference) -> String {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        item.policy_type.as_str(),
        &item.effect.to_string(),
        item.action_element,
        &item.service,
        &item.action,
        item.resource_element.unwrap_or_default(),
        &optional(&item.arn),
        item.principal_type.unwrap_or_default(),
        &optional(&item.principal),
        &optional(&item.condition),
        &optional(&item.excluded),
    ]
    .join("\u{0}")
}

/// What follows from the rows, as far as it is known.
fn effect_of(pair: Option<&RoleResult>, items: &[&ItemDifference]) -> &'static str {
    let grade = |item: &&ItemDifference| {
        pair.and_then(|pair| if item.policy_type == PolicyType::Trust { pair.trust_grade } else { pair.access_grade })
    };
    match items.iter().filter_map(grade).max() {
        Some(Grade::Identical | Grade::EqualForAllRequests) => ", without effect on access",
        Some(Grade::EqualForCatalogue) => ", without effect on the actions of the catalogue",
        Some(Grade::Unknown | Grade::Different) | None => "",
    }
}

/// A sentence for one line; never nothing, which some readers refuse.
fn line(text: &str) -> String {
    if text.is_empty() { "(nothing)".to_owned() } else { shortened(&terminal(text), LINE) }
}

fn lines(details: Vec<String>) -> Vec<String> {
    let more = details.len().saturating_sub(LINES);
    let mut kept: Vec<String> = details.iter().take(LINES).map(|text| line(text)).collect();
    if more > 0 {
        kept.push(format!("and {more} more"));
    }
    kept
}

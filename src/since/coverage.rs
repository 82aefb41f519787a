//! How much of what a finding says other findings say.

use std::collections::BTreeSet;

use super::principals::Principals;
use crate::model::Glob;
use crate::report::{AttributeDifference, Difference, Finding, Report, RoleResult, Severity, item_identity};
use crate::semantics::difference_condition::DifferenceCondition;
use crate::semantics::outcome::Certainty;

/// How much of a finding is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coverage {
    /// Nothing that is about the same.
    Nothing,
    /// A part of it, or something about the same.
    Part,
    /// All of it.
    Whole,
}

/// How much of a finding others say, and how severe the most severe of these is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub coverage: Coverage,
    pub severity: Option<Severity>,
}

/// How much of a finding the candidates say, which are about the same role and account, and stand in the same list.
pub fn coverage((report, finding): (&Report, &Finding), (other, candidates): (&Report, &[&Finding])) -> Found {
    let rows: Vec<Difference<'_>> = report.rows_of(finding).collect();
    let mut related: Vec<Difference<'_>> = Vec::new();
    let mut severity = None;
    for candidate in candidates.iter().filter(|candidate| candidate.entry == finding.entry) {
        let own: Vec<Difference<'_>> = other.rows_of(candidate).collect();
        if coverage_of(&rows, &own) > Coverage::Nothing {
            severity = severity.max(Some(candidate.severity));
            related.extend(own);
        }
    }
    Found { coverage: coverage_of(&rows, &related), severity }
}

fn coverage_of(rows: &[Difference<'_>], others: &[Difference<'_>]) -> Coverage {
    let each: Vec<Coverage> = rows.iter().map(|row| of_row(*row, others)).collect();
    let is = |wanted: Coverage| move |one: &Coverage| *one == wanted;
    if !each.is_empty() && each.iter().all(is(Coverage::Whole)) {
        Coverage::Whole
    } else if each.iter().all(is(Coverage::Nothing)) {
        Coverage::Nothing
    } else {
        Coverage::Part
    }
}

fn of_row(row: Difference<'_>, others: &[Difference<'_>]) -> Coverage {
    if let Some(own) = Requests::of(row) {
        let others: Vec<Requests<'_>> = others.iter().filter_map(|one| Requests::of(*one)).collect();
        return own.coverage(&others);
    }
    if let Difference::Role(role) = row {
        return of_role(role, others);
    }
    let texts = facts(row);
    let others: BTreeSet<String> = others.iter().flat_map(|one| facts(*one)).collect();
    let (there, all) = (texts.iter().filter(|text| others.contains(*text)).count(), texts.len());
    match there {
        0 => Coverage::Nothing,
        there if there == all => Coverage::Whole,
        _ => Coverage::Part,
    }
}

/// A role that only one account has is there as a whole if it grants nothing more.
fn of_role(role: &RoleResult, others: &[Difference<'_>]) -> Coverage {
    let same = others.iter().find_map(|other| match other {
        Difference::Role(other) if other.status == role.status => Some(other),
        Difference::Role(_)
        | Difference::Item(_)
        | Difference::Access(_)
        | Difference::Trust(_)
        | Difference::Deny(_)
        | Difference::Attribute(_)
        | Difference::CrossReference(_)
        | Difference::Statement(_)
        | Difference::Limitation(_) => None,
    });
    let Some(other) = same else { return Coverage::Nothing };
    let granted = coverage_of(&grants(role), &grants(other));
    if grants(role).is_empty() { Coverage::Whole } else { granted.max(Coverage::Part) }
}

/// What a role of one account grants, row by row.
fn grants(role: &RoleResult) -> Vec<Difference<'_>> {
    let access = role.grants.iter().flat_map(|grants| &grants.access).map(Difference::Access);
    let trust = role.grants.iter().flat_map(|grants| &grants.trust).map(Difference::Trust);
    access.chain(trust).collect()
}

/// The actions of a row with their service. A row of several services has `*` for it.
fn with_service(service: &str, actions: &[String]) -> Vec<String> {
    let named = |action: &String| if service == "*" { action.clone() } else { format!("{service}:{action}") };
    actions.iter().map(named).collect()
}

/// What a row of access, trust, or Denies is about.
#[derive(Clone)]
pub(super) struct Requests<'r> {
    /// Of a row of trust, who can assume the role.
    principals: Option<Principals<'r>>,
    /// With their service: rows of one service do not say it, rows of several do.
    actions: Vec<String>,
    not_actions: &'r [String],
    /// None for a row of trust, which is about one role.
    resources: &'r [String],
    except: &'r [String],
    condition: Option<&'r DifferenceCondition>,
    certainty: Certainty,
}

impl<'r> Requests<'r> {
    fn of(row: Difference<'r>) -> Option<Self> {
        match row {
            Difference::Access(row) => {
                let d = &row.difference;
                let actions = with_service(&d.service, &d.actions);
                Some(Self::new(actions, &d.not_actions, (&d.resources, &d.except), d.condition.as_ref(), d.certainty))
            }
            Difference::Deny(row) => {
                let d = &row.difference;
                let actions = with_service(&d.service, &d.actions);
                Some(Self::new(actions, &d.not_actions, (&d.resources, &d.except), d.condition.as_ref(), d.certainty))
            }
            Difference::Trust(row) => {
                let d = &row.difference;
                let own = Self::new(d.actions.clone(), &[], (&[], &d.except), d.condition.as_ref(), d.certainty);
                Some(Self { principals: Some(Principals::of(row)), ..own })
            }
            Difference::Role(_)
            | Difference::Item(_)
            | Difference::Attribute(_)
            | Difference::CrossReference(_)
            | Difference::Statement(_)
            | Difference::Limitation(_) => None,
        }
    }

    const fn new(
        actions: Vec<String>,
        not_actions: &'r [String],
        (resources, except): (&'r [String], &'r [String]),
        condition: Option<&'r DifferenceCondition>,
        certainty: Certainty,
    ) -> Self {
        Self { principals: None, actions, not_actions, resources, except, condition, certainty }
    }

    /// The same with resources and principals as the account names them.
    pub(super) fn in_real_names(row: Difference<'r>) -> Option<Self> {
        let own = Self::of(row)?;
        let resources = match row {
            Difference::Access(row) => row.named().resources,
            Difference::Deny(row) => row.named().resources,
            Difference::Trust(row) => {
                return Some(Self { principals: Some(Principals::in_real_names(row)), ..own });
            }
            Difference::Role(_)
            | Difference::Item(_)
            | Difference::Attribute(_)
            | Difference::CrossReference(_)
            | Difference::Statement(_)
            | Difference::Limitation(_) => own.resources,
        };
        Some(Self { resources, ..own })
    }

    /// Whether both are about some action, and some resource or principal if those count.
    pub(super) fn may_overlap(&self, other: &Requests<'_>, by_target: bool) -> bool {
        if by_target { self.overlaps(other) } else { self.of_any_target().overlaps(&other.of_any_target()) }
    }

    /// Who can assume a role, if the row is about that.
    pub(super) const fn principals(&self) -> Option<&Principals<'r>> {
        self.principals.as_ref()
    }

    fn of_any_target(&self) -> Self {
        Requests { resources: &[], principals: None, ..self.clone() }
    }

    fn coverage(&self, others: &[Requests<'_>]) -> Coverage {
        let overlapping: Vec<&Requests<'_>> = others.iter().filter(|other| self.overlaps(other)).collect();
        if overlapping.is_empty() {
            return Coverage::Nothing;
        }
        let covering: Vec<&Requests<'_>> =
            overlapping.into_iter().filter(|other| other.may_hold_whenever(self)).collect();
        let in_one = |action: &String, resource: Option<&String>| {
            covering.iter().any(|other| {
                covers_folded(&other.actions, action) && resource.is_none_or(|one| covers(other.resources, one))
            })
        };
        let all = self.actions.iter().all(|action| match self.resources {
            [] => in_one(action, None),
            resources => resources.iter().all(|resource| in_one(action, Some(resource))),
        });
        if all { Coverage::Whole } else { Coverage::Part }
    }

    /// Whether both are about some action on some resource, whatever their conditions.
    fn overlaps(&self, other: &Requests<'_>) -> bool {
        let is_same = match (&self.principals, &other.principals) {
            (Some(own), Some(others)) => own.overlap(others),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let actions = |own: &String, other: &String| Glob::new_folded(own).overlaps(&Glob::new_folded(other));
        let resources = |own: &String, other: &String| Glob::new(own).overlaps(&Glob::new(other));
        let some = |own: &[String], others: &[String], overlap: &dyn Fn(&String, &String) -> bool| {
            own.iter().any(|own| others.iter().any(|other| own == other || overlap(own, other)))
        };
        is_same
            && some(&self.actions, &other.actions, &actions)
            && (self.resources.is_empty() || some(self.resources, other.resources, &resources))
    }

    /// Whether what this row says of a request that both are about holds whenever the other row says it.
    fn may_hold_whenever(&self, other: &Requests<'_>) -> bool {
        let is_known = (self.certainty == Certainty::Unknown) == (other.certainty == Certainty::Unknown);
        let is_certain = self.certainty == other.certainty || self.certainty == Certainty::Always;
        let condition = self.condition.is_none() || self.condition == other.condition;
        let principals = match (&self.principals, &other.principals) {
            (Some(own), Some(others)) => own.covers(others),
            (_, _) => true,
        };
        is_known
            && principals
            && condition
            && is_certain
            && self.not_actions.iter().all(|action| covers_folded(other.not_actions, action))
            && self.except.iter().all(|resource| covers(other.except, resource))
    }
}

fn covers(patterns: &[String], text: &str) -> bool {
    patterns.iter().any(|pattern| pattern == text || Glob::new(pattern).covers(text))
}

/// The same for actions, whose case does not matter.
fn covers_folded(patterns: &[String], text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    patterns.iter().any(|pattern| Glob::new_folded(pattern).covers(&text))
}

/// What any other row says, as texts. Two rows that share a text are about the same.
fn facts(row: Difference<'_>) -> Vec<String> {
    match row {
        Difference::Item(item) => vec![item_identity(item)],
        Difference::Attribute(row) => of_attribute(row),
        Difference::CrossReference(row) => {
            vec![[row.place.as_str(), &row.text, &row.value, &row.placeholder].join("\u{0}")]
        }
        Difference::Statement(row) => vec![format!("{}\u{0}{}", row.id, row.text)],
        Difference::Limitation(limitation) => vec![limitation.identity()],
        // They are requests, or grant them.
        Difference::Access(_) | Difference::Trust(_) | Difference::Deny(_) | Difference::Role(_) => Vec::new(),
    }
}

/// An attribute, and its values: the entry of a list is part of its finding.
fn of_attribute(row: &AttributeDifference) -> Vec<String> {
    let name = row.attribute.to_string();
    let values = format!("{name}\u{0}{}\u{0}{}", row.left, row.right);
    vec![name, values]
}

//! Which parts of a role differ.

use std::collections::BTreeSet;

use super::Part;
use crate::model::{DifferenceKind, PolicyType, Side};
use crate::report::{Report, RoleResult};

/// The parts of a role that differ and were not accepted.
pub(super) fn open_parts(comparison: &Report, role: &RoleResult) -> BTreeSet<Part> {
    let is_of = |arn: &str| Side::BOTH.into_iter().any(|side| role.side(side).is_some_and(|real| real.arn == arn));
    let mut parts = BTreeSet::new();
    let of_type = |policy_type| if policy_type == PolicyType::Trust { Part::Trust } else { Part::Permissions };
    parts.extend(comparison.item_differences.iter().filter(|d| is_of(&d.role_arn)).map(|d| of_type(d.policy_type)));
    let access = comparison.access_differences.iter().map(|d| &d.role_arn);
    if access.chain(comparison.deny_differences.iter().map(|d| &d.role_arn)).any(|arn| is_of(arn)) {
        parts.insert(Part::Permissions);
    }
    if comparison.trust_differences.iter().any(|d| is_of(&d.role_arn)) {
        parts.insert(Part::Trust);
    }
    let attributes = comparison.attribute_differences.iter();
    let attributes = attributes.filter(|d| is_of(&d.left_arn) && is_of(&d.right_arn));
    parts.extend(attributes.map(|d| part_of_attribute(&d.attribute.to_string())));
    // No role of the other account is a model for what references a third account.
    let references = comparison.cross_references.iter().filter(|d| d.third_accounts.is_empty());
    for reference in references.filter(|d| is_of(&d.role_arn)) {
        match (reference.policy_type, reference.place) {
            (Some(policy_type), _) => parts.insert(of_type(policy_type)),
            (None, place) => {
                // A text that differs as well is one thing with its difference.
                let is_place = |name: &str| name.replace('_', "").starts_with(place.as_str());
                let known = |part: &Part| matches!(part, Part::Attribute(name) if is_place(name));
                !parts.iter().any(known) && parts.insert(Part::Attribute(place.to_string()))
            }
        };
    }
    parts
}

/// The parts of which somebody has accepted something.
pub(super) fn accepted_parts(comparison: &Report, role: &RoleResult) -> BTreeSet<Part> {
    let is_of = |arn: &str| Side::BOTH.into_iter().any(|side| role.side(side).is_some_and(|real| real.arn == arn));
    let accepted = comparison.accepted_differences.iter().filter(|d| is_of(&d.role_arn));
    accepted
        .filter_map(|d| match d.kind {
            DifferenceKind::Role => None,
            DifferenceKind::Trust => Some(Part::Trust),
            DifferenceKind::Attribute => Some(part_of_attribute(d.attribute.as_deref().unwrap_or_default())),
            DifferenceKind::Item | DifferenceKind::Access | DifferenceKind::Deny | DifferenceKind::CrossReference => {
                Some(if d.policies == ["trust"] { Part::Trust } else { Part::Permissions })
            }
        })
        .collect()
}

fn part_of_attribute(attribute: &str) -> Part {
    match attribute {
        "permissions_boundary" | "inline_policies" | "attached_policies" => Part::Permissions,
        name => Part::Attribute(name.to_owned()),
    }
}

//! The CSV files of `diff` but for those of access, trust and denies ([`super::access_csv`]), of what is accepted
//! ([`super::accepted`]), and of the rows of a whole account ([`super::tuples`]).

use std::borrow::Cow;
use std::io::{self, Write};

pub use super::table::Options;
use super::table::{self, Column, optional};
use crate::model::Side;
use crate::report::{
    AttributeDifference, CrossReference, EquivalencyHit, ItemDifference, ReferencePart, Report, RoleResult, RoleStatus,
};

/// A role of the account on this side.
const ROLES: [Column<Side, RoleResult>; 3] = [
    Column::new("rolename", |_, role| (&role.role).into()),
    Column::new("path", |side, role| role.shown_path(*side).into()),
    Column::new("rolearn", |side, role| arn(role, *side)),
];

/// The ARN of the real role on a side.
fn arn(role: &RoleResult, side: Side) -> Cow<'_, str> {
    optional(role.side(side).map(|real| real.arn.as_str()))
}

/// Roles of one account.
///
/// # Errors
/// If `out` cannot be written.
pub fn roles<'a>(
    out: impl Write,
    options: Options,
    side: Side,
    roles: impl IntoIterator<Item = &'a RoleResult>,
) -> io::Result<()> {
    let roles = roles.into_iter().filter(|role| role.side(side).is_some());
    table::write(out, options, &ROLES, &side, roles)
}

/// A role of both accounts, with the first account's ARN, then the second's.
const COMMON_ROLES: [Column<(), RoleResult>; 4] = [
    Column::new("rolename", |(), role| (&role.role).into()),
    Column::new("path", |(), role| (&role.path).into()),
    Column::new("rolearn", |(), role| arn(role, Side::Left)),
    Column::new("otherrolearn", |(), role| arn(role, Side::Right)),
];

/// Roles of both accounts.
///
/// # Errors
/// If `out` cannot be written.
pub fn common_roles<'a>(
    out: impl Write,
    options: Options,
    roles: impl IntoIterator<Item = &'a RoleResult>,
) -> io::Result<()> {
    table::write(out, options, &COMMON_ROLES, &(), roles.into_iter().filter(|role| role.is_paired()))
}

/// An item: the original tool's nine columns, then ours.
pub(super) const ITEMS: [Column<(), ItemDifference>; 16] = [
    Column::new("rolename", |(), item| (&item.role).into()),
    Column::new("path", |(), item| (&item.path).into()),
    Column::new("policyname", |(), item| (&item.policy_name).into()),
    Column::new("policytype", |(), item| item.policy_type.as_str().into()),
    Column::new("effect", |(), item| item.effect.as_str().into()),
    Column::new("service", |(), item| (&item.service).into()),
    Column::new("action", |(), item| (&item.action).into()),
    Column::new("arn", |(), item| optional(item.arn.as_deref())),
    Column::new("principal", |(), item| optional(item.principal.as_deref())),
    Column::new("actionelement", |(), item| item.action_element.as_str().into()),
    Column::new("resourceelement", |(), item| optional(item.resource_element.map(|element| element.as_str()))),
    Column::new("principaltype", |(), item| optional(item.principal_type.map(|of| of.as_str()))),
    Column::new("condition", |(), item| optional(item.condition.as_deref())),
    Column::new("note", |(), item| optional(item.note.map(|note| note.as_str()))),
    Column::new("rolearn", |(), item| (&item.role_arn).into()),
    Column::new("excluded", |(), item| optional(item.excluded.as_deref())),
];

/// Rows of common roles that only this account has.
///
/// # Errors
/// If `out` cannot be written.
pub fn item_differences(out: impl Write, options: Options, report: &Report, side: Side) -> io::Result<()> {
    table::write(out, options, &ITEMS, &(), report.item_differences.iter().filter(|item| item.side == side))
}

/// An attribute that differs. A text stands as it is, a list as JSON, nothing as an empty cell.
const ATTRIBUTES: [Column<Report, AttributeDifference>; 6] = [
    Column::new("rolename", |_, one| (&one.role).into()),
    Column::new("attribute", |_, one| one.attribute.to_string().into()),
    Column::tagged(|report| tag(report, Side::Left), |_, one| value(&one.left)),
    Column::tagged(|report| tag(report, Side::Right), |_, one| value(&one.right)),
    Column::new("rolearn", |_, one| (&one.left_arn).into()),
    Column::new("otherrolearn", |_, one| (&one.right_arn).into()),
];

/// The user's name for an account.
pub(super) fn tag(report: &Report, side: Side) -> &str {
    report.accounts.get(side).tag.as_str()
}

/// Attributes that differ.
///
/// # Errors
/// If `out` cannot be written.
pub fn attribute_differences(out: impl Write, options: Options, report: &Report) -> io::Result<()> {
    table::write(out, options, &ATTRIBUTES, report, &report.attribute_differences)
}

/// A JSON value as a cell.
pub(super) fn value(value: &serde_json::Value) -> Cow<'_, str> {
    match value {
        serde_json::Value::Null => Cow::Borrowed(""),
        serde_json::Value::String(text) => Cow::Borrowed(text),
        serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::Array(_)
        | serde_json::Value::Object(_) => Cow::Owned(value.to_string()),
    }
}

/// A role that shares its normalised name, in the account on this side.
const fn ambiguous<'a>() -> [Column<Report, (Side, &'a RoleResult)>; 5] {
    [
        Column::new("rolename", |_, (_, role)| (&role.role).into()),
        Column::new("tag", |report, (side, _)| tag(report, *side).into()),
        Column::new("path", |_, (side, role)| optional(role.side(*side).map(|real| real.path.as_str()))),
        Column::new("rolearn", |_, (side, role)| arn(role, *side)),
        Column::new("comparedwith", |_, (side, role)| arn(role, side.other())),
    ]
}

/// Roles whose normalised name is another's too.
///
/// # Errors
/// If `out` cannot be written.
pub fn ambiguous_roles(out: impl Write, options: Options, report: &Report) -> io::Result<()> {
    let roles = report.roles.iter().filter(|role| role.status == RoleStatus::Ambiguous);
    let sides = roles.flat_map(|role| Side::BOTH.map(|side| (side, role)));
    let real = sides.filter(|(side, role)| role.side(*side).is_some());
    table::write(out, options, &ambiguous(), report, real)
}

/// What a dictionary entry replaced.
const HITS: [Column<Report, EquivalencyHit>; 9] = [
    Column::new("tag", |report, hit| tag(report, hit.side).into()),
    Column::new("placeholder", |_, hit| (&hit.placeholder).into()),
    Column::new("value", |_, hit| (&hit.value).into()),
    Column::new("place", |_, hit| optional(hit.place.map(|place| place.as_str()))),
    Column::new("rolename", |_, hit| (&hit.role).into()),
    Column::new("policyname", |_, hit| (&hit.policy_name).into()),
    Column::new("before", |_, hit| (&hit.before).into()),
    Column::new("after", |_, hit| (&hit.after).into()),
    Column::new("count", |_, hit| hit.count.to_string().into()),
];

/// What each dictionary entry replaced.
///
/// # Errors
/// If `out` cannot be written.
pub fn equivalency_hits(out: impl Write, options: Options, report: &Report) -> io::Result<()> {
    table::write(out, options, &HITS, report, &report.equivalency_hits)
}

/// A text of one account's role that belongs to another account.
const CROSS_REFERENCES: [Column<Report, CrossReference>; 10] = [
    Column::new("tag", |report, one| tag(report, one.side).into()),
    Column::new("rolename", |_, one| (&one.role).into()),
    Column::new("policyname", |_, one| optional(one.policy_name.as_deref())),
    Column::new("policytype", |_, one| optional(one.policy_type.map(|policy_type| policy_type.as_str()))),
    Column::new("where", |_, one| one.place.as_str().into()),
    Column::new("text", |_, one| (&one.text).into()),
    Column::new("value", |_, one| all_parts(one, &one.value, |part| &part.value)),
    Column::new("owner", |report, one| report.owners_of(one).join("\n").into()),
    Column::new("placeholder", |_, one| all_parts(one, &one.placeholder, |part| &part.placeholder)),
    Column::new("rolearn", |_, one| (&one.role_arn).into()),
];

/// The first part of a cross reference and the further ones, one a line.
fn all_parts<'r>(one: &'r CrossReference, first: &'r str, part: fn(&ReferencePart) -> &str) -> Cow<'r, str> {
    if one.further.is_empty() {
        return first.into();
    }
    std::iter::once(first).chain(one.further.iter().map(part)).collect::<Vec<_>>().join("\n").into()
}

/// Texts of one account's roles that belong to another account.
///
/// # Errors
/// If `out` cannot be written.
pub fn cross_references(out: impl Write, options: Options, report: &Report) -> io::Result<()> {
    table::write(out, options, &CROSS_REFERENCES, report, &report.cross_references)
}

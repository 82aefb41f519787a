//! The CSV files of `diff`, but for the rows of a whole account ([`super::tuples`]).
//!
//! RFC 4180, CRLF, UTF-8. Every file has a header, also where it has no rows.

use std::io::{self, Write};

use super::escape::cell;
use crate::model::Side;
use crate::report::{ReferencePart, Report, RoleResult, RoleStatus};

/// How the files are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether cells that a spreadsheet would run as formulas are left as they are.
    pub raw: bool,
}

/// Writes records under the rules of this module.
pub(super) struct Table<W: Write> {
    writer: ::csv::Writer<W>,
    options: Options,
}

impl<W: Write> Table<W> {
    pub(super) fn new(out: W, options: Options, header: &[&str]) -> io::Result<Self> {
        let writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
        let mut table = Self { writer, options };
        table.row(header)?;
        Ok(table)
    }

    pub(super) fn row(&mut self, cells: &[&str]) -> io::Result<()> {
        let cells = cells.iter().map(|text| cell(text, self.options.raw));
        self.writer.write_record(cells.map(|text| text.into_owned().into_bytes())).map_err(written)
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Roles of one account: `rolename,path,rolearn`.
///
/// # Errors
/// If `out` cannot be written.
pub fn roles<'a>(
    out: impl Write,
    options: Options,
    side: Side,
    roles: impl IntoIterator<Item = &'a RoleResult>,
) -> io::Result<()> {
    let mut table = Table::new(out, options, &["rolename", "path", "rolearn"])?;
    for role in roles {
        if let Some(real) = role.side(side) {
            table.row(&[&role.role, role.shown_path(side), &real.arn])?;
        }
    }
    table.finish()
}

/// Roles of both accounts: `rolename,path,rolearn` with the first account's ARN, then `otherrolearn`.
///
/// # Errors
/// If `out` cannot be written.
pub fn common_roles<'a>(
    out: impl Write,
    options: Options,
    roles: impl IntoIterator<Item = &'a RoleResult>,
) -> io::Result<()> {
    let mut table = Table::new(out, options, &["rolename", "path", "rolearn", "otherrolearn"])?;
    for role in roles {
        if let (Some(left), Some(right)) = (&role.left, &role.right) {
            table.row(&[&role.role, &role.path, &left.arn, &right.arn])?;
        }
    }
    table.finish()
}

/// The header of all files of rows: the original tool's nine columns, then ours.
pub const ITEM_COLUMNS: [&str; 16] = [
    "rolename",
    "path",
    "policyname",
    "policytype",
    "effect",
    "service",
    "action",
    "arn",
    "principal",
    "actionelement",
    "resourceelement",
    "principaltype",
    "condition",
    "note",
    "rolearn",
    "excluded",
];

/// Rows of common roles that only this account has.
///
/// # Errors
/// If `out` cannot be written.
pub fn item_differences(out: impl Write, options: Options, report: &Report, side: Side) -> io::Result<()> {
    let mut table = Table::new(out, options, &ITEM_COLUMNS)?;
    for item in report.item_differences.iter().filter(|item| item.side == side) {
        let effect = item.effect.to_string();
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        table.row(&[
            &item.role,
            &item.path,
            &item.policy_name,
            item.policy_type.as_str(),
            &effect,
            &item.service,
            &item.action,
            &optional(&item.arn),
            &optional(&item.principal),
            item.action_element.as_str(),
            item.resource_element.map_or("", |element| element.as_str()),
            item.principal_type.map_or("", |principal_type| principal_type.as_str()),
            &optional(&item.condition),
            item.note.map_or("", |note| note.as_str()),
            &item.role_arn,
            &optional(&item.excluded),
        ])?;
    }
    table.finish()
}

/// Attributes that differ: `rolename,attribute,T1,T2,rolearn,otherrolearn`. A text stands as it is, a list as JSON, nothing as an empty cell.
///
/// # Errors
/// If `out` cannot be written.
pub fn attribute_differences(out: impl Write, options: Options, report: &Report) -> io::Result<()> {
    let accounts = &report.accounts;
    let tags = accounts.as_ref().map(|account| account.tag.as_str());
    let header = ["rolename", "attribute", tags.left, tags.right, "rolearn", "otherrolearn"];
    let mut table = Table::new(out, options, &header)?;
    for difference in &report.attribute_differences {
        let (left, right) = (value(&difference.left), value(&difference.right));
        let (left_arn, right_arn) = (&difference.left_arn, &difference.right_arn);
        let attribute = difference.attribute.to_string();
        table.row(&[&difference.role, &attribute, &left, &right, left_arn, right_arn])?;
    }
    table.finish()
}

/// A JSON value as a cell.
pub(super) fn value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::Array(_)
        | serde_json::Value::Object(_) => value.to_string(),
    }
}

/// Roles whose normalised name is another's too: `rolename,tag,path,rolearn,comparedwith`.
///
/// # Errors
/// If `out` cannot be written.
pub fn ambiguous_roles(out: impl Write, options: Options, report: &Report) -> io::Result<()> {
    let mut table = Table::new(out, options, &["rolename", "tag", "path", "rolearn", "comparedwith"])?;
    for role in report.roles.iter().filter(|role| role.status == RoleStatus::Ambiguous) {
        for side in Side::BOTH {
            if let Some(real) = role.side(side) {
                let other = role.side(side.other()).map_or("", |other| &other.arn);
                let tag = report.accounts.get(side).tag.as_str();
                table.row(&[&role.role, tag, &real.path, &real.arn, other])?;
            }
        }
    }
    table.finish()
}

/// What each dictionary entry replaced: `tag,placeholder,value,place,rolename,policyname,before,after,count`.
///
/// # Errors
/// If `out` cannot be written.
pub fn equivalency_hits(out: impl Write, options: Options, report: &Report) -> io::Result<()> {
    let header = ["tag", "placeholder", "value", "place", "rolename", "policyname", "before", "after", "count"];
    let mut table = Table::new(out, options, &header)?;
    for hit in &report.equivalency_hits {
        let tag = report.accounts.get(hit.side).tag.as_str();
        let (place, count) = (hit.place.map_or("", |place| place.as_str()), hit.count.to_string());
        table.row(&[
            tag,
            &hit.placeholder,
            &hit.value,
            place,
            &hit.role,
            &hit.policy_name,
            &hit.before,
            &hit.after,
            &count,
        ])?;
    }
    table.finish()
}

/// Texts of one account's roles that belong to the other account:
/// `tag,rolename,policyname,policytype,where,text,value,owner,placeholder,rolearn`.
///
/// # Errors
/// If `out` cannot be written.
pub fn cross_references(out: impl Write, options: Options, report: &Report) -> io::Result<()> {
    let header =
        ["tag", "rolename", "policyname", "policytype", "where", "text", "value", "owner", "placeholder", "rolearn"];
    let mut table = Table::new(out, options, &header)?;
    let tag = |side: Side| report.accounts.get(side).tag.as_str();
    for one in &report.cross_references {
        let further = |part: fn(&ReferencePart) -> &str, first: &str| {
            let all = std::iter::once(first).chain(one.further.iter().map(part));
            all.collect::<Vec<_>>().join("\n")
        };
        table.row(&[
            tag(one.side),
            &one.role,
            one.policy_name.as_deref().unwrap_or_default(),
            one.policy_type.map_or("", |policy_type| policy_type.as_str()),
            one.place.as_str(),
            &one.text,
            &further(|part| &part.value, &one.value),
            tag(one.owner),
            &further(|part| &part.placeholder, &one.placeholder),
            &one.role_arn,
        ])?;
    }
    table.finish()
}

/// The failure to write, with its own kind: a reader that has gone away is told apart by it.
fn written(error: ::csv::Error) -> io::Error {
    let text = error.to_string();
    if let ::csv::ErrorKind::Io(error) = error.into_kind() { error } else { io::Error::other(text) }
}

//! All rows of an account, as harvested.
//!
//! An account of 5,000 roles has millions of rows, most of them of managed policies that many roles carry. Nothing
//! is held in memory but the rows of one role and, written once, those of the shared policies.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{self, Write};
use std::sync::Arc;

use super::csv::{ITEM_COLUMNS, Options, Table};
use super::escape::cell;
use crate::catalog::Catalogue;
use crate::expand::{self, Expander, Expansion, Item, Universe};
use crate::model::{Account, PolicyType, Role};

/// Writes the rows of every role, sorted by role, policy and row. Returns how many there are.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(mut out: impl Write, options: Options, account: &Account, catalogue: &Catalogue) -> io::Result<usize> {
    Table::new(&mut out, options, &ITEM_COLUMNS)?.finish()?;
    let expander = Expander::new(Universe::new(catalogue, [account]));
    let mut shared: BTreeMap<usize, Kept> = BTreeMap::new();
    let mut count = 0;
    for role in &account.roles {
        count += write_role(&mut out, options, role, &expander, &mut shared)?;
    }
    Ok(count)
}

/// The written rows of a policy; keeps the expansion alive, so that its address stays its own.
struct Kept {
    _expansion: Arc<Expansion>,
    rows: Vec<Written>,
}

/// One row but for what names its role and policy, as CSV without the end of the line.
struct Written {
    /// From `effect` to `note`.
    middle: Vec<u8>,
    /// From `excluded`.
    end: Vec<u8>,
}

fn write_role(
    out: &mut impl Write,
    options: Options,
    role: &Role,
    expander: &Expander<'_>,
    shared: &mut BTreeMap<usize, Kept>,
) -> io::Result<usize> {
    let mut count = 0;
    let arn = csv(&[role.arn.as_str()], options)?;
    for policy in expand::role(role, expander) {
        let start = csv(&[&role.name, &role.path, policy.name, policy.policy_type.as_str()], options)?;
        let managed = matches!(policy.policy_type, PolicyType::Managed | PolicyType::Boundary);
        let own: Vec<Written>;
        let rows = match policy.shared().filter(|_| managed) {
            Some(expansion) => kept(shared, expansion, options)?,
            None => {
                own = policy.rows().into_iter().map(|item| written(item, options)).collect::<io::Result<_>>()?;
                &own
            }
        };
        for row in rows {
            for part in [&start, &b","[..], &row.middle, b",", &arn, b",", &row.end, b"\r\n"] {
                out.write_all(part)?;
            }
        }
        count += rows.len();
    }
    Ok(count)
}

/// The written rows of a managed policy, written the first time it is met.
fn kept<'a>(
    shared: &'a mut BTreeMap<usize, Kept>,
    expansion: &Arc<Expansion>,
    options: Options,
) -> io::Result<&'a [Written]> {
    match shared.entry(Arc::as_ptr(expansion).addr()) {
        Entry::Occupied(known) => Ok(&known.into_mut().rows),
        Entry::Vacant(place) => {
            let rows = expansion.rows().map(|item| written(item, options)).collect::<io::Result<_>>()?;
            Ok(&place.insert(Kept { _expansion: Arc::clone(expansion), rows }).rows)
        }
    }
}

fn written(item: &Item, options: Options) -> io::Result<Written> {
    let effect = item.effect.to_string();
    let (principal_type, principal) =
        item.target.principal().map_or(("", ""), |(principal_type, principal)| (principal_type.as_str(), principal));
    let middle = csv(
        &[
            &effect,
            &item.action.service,
            &item.action.action,
            item.target.arn().unwrap_or_default(),
            principal,
            item.action_element.as_str(),
            item.target.resource_element().map_or("", |element| element.as_str()),
            principal_type,
            &item.condition.shown,
            item.note.map_or("", |note| note.as_str()),
        ],
        options,
    )?;
    Ok(Written { middle, end: csv(&[&item.excluded.shown], options)? })
}

/// Cells as CSV without the end of the line.
fn csv(cells: &[&str], options: Options) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // A record of one empty cell is written as `""`, so that the line is not taken for no record at all; inside a
    // longer line the cell is simply empty.
    if cells != [""] {
        let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::Any(b'\n')).from_writer(&mut bytes);
        writer.write_record(cells.iter().map(|text| cell(text, options.raw).into_owned().into_bytes()))?;
        writer.flush()?;
        drop(writer);
        bytes.pop();
    }
    Ok(bytes)
}

//! All rows of an account, as harvested.
//!
//! An account of 5,000 roles has millions of rows, most of them of managed policies that many roles carry. Nothing
//! is held in memory but the rows of one role and, written once, those of the shared policies.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{self, Write};
use std::sync::Arc;

use super::table::{self, Column, Options, optional};
use crate::catalog::Catalogue;
use crate::expand::{self, Expander, Expansion, Item, PolicyRows, Universe};
use crate::model::{Account, PolicyType, Role};

/// What names the role and its policy, at the start of a line.
const fn start<'a>() -> [Column<Role, PolicyRows<'a>>; 4] {
    [
        Column::new("rolename", |role, _| (&role.name).into()),
        Column::new("path", |role, _| (&role.path).into()),
        Column::new("policyname", |_, policy| policy.name.into()),
        Column::new("policytype", |_, policy| policy.policy_type.as_str().into()),
    ]
}

/// What the row says.
const MIDDLE: [Column<(), Item>; 10] = [
    Column::new("effect", |(), item| item.effect.as_str().into()),
    Column::new("service", |(), item| (&item.action.service).into()),
    Column::new("action", |(), item| (&item.action.action).into()),
    Column::new("arn", |(), item| optional(item.target.arn())),
    Column::new("principal", |(), item| optional(item.target.principal().map(|(_, principal)| principal))),
    Column::new("actionelement", |(), item| item.action_element.as_str().into()),
    Column::new("resourceelement", |(), item| optional(item.target.resource_element().map(|element| element.as_str()))),
    Column::new("principaltype", |(), item| optional(item.target.principal().map(|(of, _)| of.as_str()))),
    Column::new("condition", |(), item| (&item.condition.shown).into()),
    Column::new("note", |(), item| optional(item.note.map(|note| note.as_str()))),
];

/// The role.
const ROLE: [Column<(), Role>; 1] = [Column::new("rolearn", |(), role| role.arn.as_str().into())];

/// What else the row says.
const END: [Column<(), Item>; 1] = [Column::new("excluded", |(), item| (&item.excluded.shown).into())];

/// The columns of a whole line, in its order.
fn names() -> impl Iterator<Item = &'static str> {
    fn of<C, R>(columns: &[Column<C, R>]) -> impl Iterator<Item = &'static str> {
        columns.iter().filter_map(Column::fixed)
    }
    let start: Vec<&str> = of(&start()).collect();
    start.into_iter().chain(of(&MIDDLE)).chain(of(&ROLE)).chain(of(&END))
}

/// Writes the rows of every role, sorted by role, policy and row. Returns how many there are.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(mut out: impl Write, options: Options, account: &Account, catalogue: &Catalogue) -> io::Result<usize> {
    table::write_header(&mut out, options, names())?;
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
    /// In the columns of [`MIDDLE`].
    middle: Vec<u8>,
    /// In the column of [`END`].
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
    let arn = table::part(options, &ROLE, &(), role)?;
    for policy in expand::role(role, expander) {
        let start = table::part(options, &start(), role, &policy)?;
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
    Ok(Written { middle: table::part(options, &MIDDLE, &(), item)?, end: table::part(options, &END, &(), item)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::csv::ITEMS;

    #[test]
    fn harvested_items_have_the_columns_of_items_that_differ() {
        assert_eq!(names().collect::<Vec<_>>(), ITEMS.iter().filter_map(Column::fixed).collect::<Vec<_>>());
    }
}

//! A policy to its flat rows: one effect, one action, one resource or principal, one condition a row.
//!
//! Rows are what people grep and what auditors keep; what they permit together is for [`crate::semantics`]. Nothing
//! of a policy is dropped on the way: what the catalog does not know, and what no resource fits, is kept with a
//! note.

mod count;
mod expander;
mod identity;
mod item;
mod role;
mod trust;
mod universe;

pub use expander::Expander;
pub use item::{Excluded, Expansion, Item, ItemAction, ItemCondition, ItemTarget, Note, Shown};
pub use role::{PolicyRows, role};
pub use trust::trust;
pub use universe::Universe;

#[cfg(test)]
mod tests;

//! What it takes to make the roles of one account mean what the other account's mean.
//!
//! The account that is followed gives its documents, the other its words for them. Where the way back from a
//! placeholder is not certain nothing is changed, and it is said why. A plan is proved before it is handed out: it is
//! carried out in memory, both accounts are compared again from the start, and what still differs is taken out of it.

mod alone;
mod apply;
mod check;
mod commands;
mod denormalise;
mod document;
mod functions;
mod input;
pub mod owner;
mod parts;
mod plan;
mod references;
mod role;
mod script;
mod undo;

use crate::pipeline::Error;

pub use apply::applied;
pub use input::Input;
pub use owner::Owner;
pub use plan::{Change, Left, Part, Plan, PolicyChange, PolicyWrite, RolePlan};
pub use script::{Script, write, write_undo};
pub use undo::undo;

/// Finds the changes, and proves them.
///
/// # Errors
/// If the accounts, changed in memory, cannot be compared.
pub fn plan(input: Input<'_>) -> Result<Plan, Error> {
    check::proved(&role::Planner::new(input))
}

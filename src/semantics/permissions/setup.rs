//! What comparing takes besides the two roles.

use super::shared::Shared;
use crate::catalog::Catalogue;
use crate::model::Sides;
use crate::semantics::error::Confirming;
use crate::semantics::solver::Budget;

/// What comparing takes besides the two roles.
#[derive(Debug, Clone, Copy)]
pub struct Setup<'a> {
    pub catalogue: &'a Catalogue,
    pub budget: Budget,
    /// The partitions that the roles act in.
    pub partitions: &'a [String],
    pub confirming: Confirming,
    /// What reasons call the two accounts.
    pub names: &'a Sides<String>,
    pub shared: &'a Shared,
    /// What all pairs share where the head of an ARN is read as plain text.
    pub flat: &'a std::sync::OnceLock<Box<Shared>>,
}

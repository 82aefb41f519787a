//! What policies permit: the decision for one request, and the difference of two roles over all requests.
//!
//! In layers, each of which uses only those below it: `engine`, then what identity policies (`permissions`) and
//! trust policies ([`trust`]) permit, then the solver that both ask. Beside them stand what they answer ([`outcome`])
//! and the plain evaluator ([`evaluate`]), which is written apart from the solver and confirms what it finds.

pub mod condition_block;
pub mod difference_condition;
mod engine;
mod error;
pub mod escalation;
pub mod evaluate;
mod known_role;
pub mod outcome;
mod own_account;
mod permissions;
mod remaining;
mod solver;
mod statement_ref;
pub mod trust;
pub mod typed_value;

pub use engine::{Engine, Engines};
pub use error::{EngineError, Inconsistency};
pub use known_role::KnownRole;
pub use solver::{Budget, CaseBudget};

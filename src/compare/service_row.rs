//! What a row about actions of one service is, for all that tells such rows in another way.

use std::collections::BTreeSet;

use crate::model::{ActionPattern, Side};
use crate::semantics::outcome::StatementRef;

/// The patterns of actions in the two roles' policies that may keep a row of this account from being about an action: all
/// but those by which the account itself allows what it allows, or denies what it denies.
pub(super) type LimitingActions<'f, 'r> = dyn Fn(Side) -> BTreeSet<&'r ActionPattern> + 'f;

/// A row about actions of one service.
pub(super) trait ServiceRow: Clone + Ord {
    /// The service.
    fn service(&self) -> &str;

    /// The actions without prefix.
    fn actions(&self) -> &[String];

    /// The resources.
    fn resources(&self) -> &[String];

    /// The account, and the statements that the row is from.
    fn from(&self) -> (Side, &[StatementRef]);

    /// The row without what may differ from service to service.
    fn apart_from_service(&self) -> Self;

    /// One row for several that are the same apart from their service.
    fn merge(self, rows: Vec<Self>, actions: Vec<String>, not_actions: Vec<String>) -> Self;
}

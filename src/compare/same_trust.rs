//! What the engine says of two roles with one trust policy: many roles have the same one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::{Sides, TrustPolicy};
use crate::semantics::EngineError;
use crate::semantics::trust::{TrustComparison, TrustSide};

/// The answers about trust policies that both roles of a pair have as one value.
#[derive(Debug)]
pub(super) struct SameTrust(Mutex<BTreeMap<Asked, Known>>);

/// All that is asked: the policy's address, and of each role what [`TrustSide`] has besides the policy.
type Asked = (usize, Sides<(String, Option<String>, String)>);

/// An answer; it keeps its policy alive, so that the address cannot become another's.
type Known = (Arc<TrustPolicy>, TrustComparison);

impl SameTrust {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// The answer for two trust policies, asked once where they are one value.
    pub(super) fn get(
        &self,
        policies: Sides<&Arc<TrustPolicy>>,
        sides: &Sides<TrustSide<'_>>,
        ask: impl FnOnce() -> Result<TrustComparison, EngineError>,
    ) -> Result<TrustComparison, EngineError> {
        let Sides { left, right } = policies;
        if !Arc::ptr_eq(left, right) {
            return ask();
        }
        let of_role = |side: &TrustSide<'_>| {
            let TrustSide { policy: _, account, account_id, partition } = side;
            ((*account).to_owned(), account_id.map(str::to_owned), (*partition).to_owned())
        };
        let asked = (Arc::as_ptr(left).addr(), sides.as_ref().map(of_role));
        // A thread that panicked while inserting leaves the map whole, so a poisoned lock is still good.
        let all = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, answer)) = all().get(&asked) {
            return Ok(answer.clone());
        }
        let answer = ask()?;
        all().insert(asked, (Arc::clone(left), answer.clone()));
        Ok(answer)
    }
}

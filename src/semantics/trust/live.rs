//! The statements that may mean a caller.

use std::sync::Arc;

use super::outcome::TrustRelation;
use crate::model::{PolicyType, PrincipalClause, Side, Statement};
use crate::semantics::outcome::StatementRef;
use crate::semantics::remaining::Stated;
use crate::semantics::solver::conditions::Test;

/// A statement of a trust policy.
pub type TrustStatement = Statement<PrincipalClause>;

/// A statement with its tests made ready.
pub struct ReadyStatement<'a> {
    /// Requester it is.
    pub side: Side,
    /// Its place in the policy.
    pub index: usize,
    /// The statement.
    pub statement: &'a TrustStatement,
    pub tests: Vec<Arc<Test>>,
    /// Its tests as it writes them.
    pub stated: Vec<Stated>,
}

/// A statement that may mean a caller, with the tests that the caller does not decide.
pub struct Live<'a> {
    /// The statement.
    pub ready: &'a ReadyStatement<'a>,
    /// The tests that the caller does not decide.
    pub tests: Vec<Arc<Test>>,
    /// How it lets the caller in.
    pub relation: TrustRelation,
    /// What the tests on keys that follow from the caller come to; `None` where there is none.
    pub by_caller: Option<bool>,
}

impl Live<'_> {
    /// Whether a statement of the other policy has the same tests.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let tests = |live: &Self| {
            let mut tests: Vec<u32> = live.ready.tests.iter().map(|test| test.number).collect();
            tests.sort_unstable();
            tests
        };
        tests(self) == tests(other)
    }

    /// Whether the caller alone keeps the statement from counting.
    pub fn fails(&self) -> bool {
        self.by_caller == Some(false)
    }
}

/// Where a statement stands.
pub fn place(ready: &ReadyStatement<'_>) -> StatementRef {
    StatementRef {
        policy_name: "trust".to_owned(),
        real_policy_name: None,
        policy_type: PolicyType::Trust,
        statement: ready.index,
        sid: ready.statement.sid.clone(),
    }
}

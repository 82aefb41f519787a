//! What a comparison of trust policies says; the names are those of the report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{PrincipalType, Side};
use crate::semantics::difference_condition::DifferenceCondition;
use crate::semantics::error::{EngineError, inconsistent};
use crate::semantics::outcome::{Certainty, Grade, Refusal, StatementRef, Warning, is_inconsistent};

/// How a trust policy lets a caller assume the role.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrustRelation {
    /// It names the caller or everyone.
    Granted,
    /// It names the role's own account only, whose policies must allow the caller as well.
    Delegated,
}

impl TrustRelation {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Delegated => "delegated",
        }
    }
}

/// A request to assume the role that one side allows and the other denies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TrustWitness {
    /// The action, such as `sts:AssumeRole`.
    pub action: String,
    /// The kind of caller: `AWS`, `Service`, `Federated`, `CanonicalUser`.
    pub principal_type: PrincipalType,
    /// The caller.
    pub principal: String,
    /// The values of the keys that matter.
    pub context: BTreeMap<String, Vec<String>>,
}

/// Somebody who can assume one role and not the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TrustDifference {
    /// The side whose role can be assumed.
    pub side: Side,
    /// By which actions, such as `sts:AssumeRole`; sorted.
    pub actions: Vec<String>,
    /// The element the principal is written in: `AWS`, `Service`, …; `*` for everyone.
    pub principal_type: PrincipalType,
    /// The principal as the policy spells it; `*` for everyone.
    pub principal: String,
    /// Principals among them whom the row is not about: nothing differs for them, or other rows tell of them.
    pub except: Vec<String>,
    /// Whether the caller is granted the role or the own account may pass it on.
    pub relation: TrustRelation,
    /// The condition under which it holds.
    pub condition: Option<DifferenceCondition>,
    /// How sure it is.
    pub certainty: Certainty,
    /// A request that proves it.
    pub witness: Option<TrustWitness>,
    /// The statements that allow it.
    pub granted_by: Vec<StatementRef>,
    /// Why the other side denies.
    pub refused_by: Refusal,
    /// Why it is unknown, if it is.
    pub reasons: Vec<String>,
}

impl TrustDifference {
    /// Whether the program contradicts itself about it.
    #[must_use]
    pub fn is_inconsistent(&self) -> bool {
        is_inconsistent(&self.reasons)
    }
}

/// The trust policies of two roles, compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustComparison {
    /// How far they are alike.
    pub grade: Grade,
    /// Who can assume one role and not the other; sorted.
    pub differences: Vec<TrustDifference>,
    /// Remarks; sorted.
    pub warnings: Vec<Warning>,
}

impl TrustComparison {
    /// Two roles that could not be compared, because the program contradicts itself: one row about everyone.
    pub(in crate::semantics) fn undecided(error: &EngineError) -> Self {
        let row = TrustDifference {
            side: Side::Right,
            actions: vec!["sts:*".to_owned()],
            principal_type: PrincipalType::Everyone,
            principal: "*".to_owned(),
            except: Vec::new(),
            relation: TrustRelation::Granted,
            condition: None,
            certainty: Certainty::Unknown,
            witness: None,
            granted_by: Vec::new(),
            refused_by: Refusal::NoAllow,
            reasons: inconsistent(error),
        };
        Self { grade: Grade::Unknown, differences: vec![row], warnings: Vec::new() }
    }
}

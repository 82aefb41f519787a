//! What a comparison says; the names are those of the report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use super::error::{INCONSISTENT, is_inconsistent};
pub use super::statement_ref::StatementRef;

use super::difference_condition::DifferenceCondition;
use super::error::{EngineError, inconsistent};
use super::escalation::EscalationId;
use crate::catalog::AccessLevel;
use crate::model::{Side, words};

/// How far two roles are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// The same statements, once they are spelled one way.
    Identical,
    /// The same access, for every request there can be.
    EqualForAllRequests,
    /// The same access for all actions of the catalogue, and another one for an action it does not have.
    EqualForCatalogue,
    /// Neither a certain difference nor certainly none.
    Unknown,
    /// One may do what the other may not.
    Different,
}

impl Grade {
    /// Whether it is certain that the two are the same for every request there can be.
    #[must_use]
    pub const fn is_equal_for_all_requests(self) -> bool {
        match self {
            Self::Identical | Self::EqualForAllRequests => true,
            Self::EqualForCatalogue | Self::Unknown | Self::Different => false,
        }
    }

    /// What the rows of a comparison come to; `identical` is whether the statements were, where there is no row.
    pub(super) fn from_certainties(rows: impl IntoIterator<Item = Certainty>, identical: bool) -> Self {
        let surest = rows.into_iter().min();
        match surest {
            Some(Certainty::Always | Certainty::Conditional) => Self::Different,
            Some(Certainty::Unknown) => Self::Unknown,
            None if identical => Self::Identical,
            None => Self::EqualForAllRequests,
        }
    }
}

words! {
    /// How sure a difference is.
    pub enum Certainty {
        /// No condition limits it.
        Always = "always",
        /// It holds under a condition.
        Conditional = "conditional",
        /// It may or may not hold; the row says why.
        Unknown = "unknown",
    }
}

/// A request that one side allows and the other denies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Witness {
    /// The action, such as `s3:PutObject`.
    pub action: String,
    /// The resource's ARN, or `*`. Out of the engine, the placeholder [`OWN_ACCOUNT`](crate::model::equivalency::OWN_ACCOUNT)
    /// between its marks stands for the ID of the role's own account.
    pub resource: String,
    /// The values of the keys that matter; any other key is missing.
    pub context: BTreeMap<String, Vec<String>>,
}

/// Why the other side denies a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "by", content = "statements", rename_all = "snake_case")]
pub enum Refusal {
    /// No statement allows it.
    NoAllow,
    /// These statements deny it.
    Deny(Vec<StatementRef>),
    /// The permissions boundary does not allow it.
    Boundary,
}

/// How the reason begins that a row has because the catalog does not have its action.
pub const NOT_IN_CATALOG: &str = "not in the catalog";

/// Something that one role may do and the other may not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccessDifference {
    /// The side that may.
    pub side: Side,
    /// The service prefix; `*` for all services.
    pub service: String,
    /// The actions without prefix, sorted; with wildcards only where they say the same for every action there is.
    pub actions: Vec<String>,
    /// Actions, with their service, that a row about all actions leaves out; empty for none.
    pub not_actions: Vec<String>,
    /// The highest level among them.
    pub access_level: AccessLevel,
    /// Whether no action of that level supports resource-level permissions, so that `*` is the only resource that a
    /// policy can name for it.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html>, "Resource"
    #[serde(default)]
    pub wildcard_only: bool,
    /// The resources, as the statements spell them.
    pub resources: Vec<String>,
    /// Resources among them on which the roles do not differ.
    pub except: Vec<String>,
    /// The condition under which it holds, `None` for none.
    pub condition: Option<DifferenceCondition>,
    /// How sure it is.
    pub certainty: Certainty,
    /// A request that proves it; `None` only where it is unknown.
    pub witness: Option<Witness>,
    /// The statements that allow it.
    pub granted_by: Vec<StatementRef>,
    /// Why the other side denies the witness.
    pub refused_by: Refusal,
    /// Known ways to escalate its privileges that the role gains by this: ids of [`crate::semantics::escalation::RULES`].
    pub escalations: Vec<EscalationId>,
    /// Why it is unknown, if it is; of actions that the catalogue does not have, a note.
    pub reasons: Vec<String>,
}

/// Something that one role's policies explicitly deny and the other's do not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DenyDifference {
    /// The side that denies.
    pub side: Side,
    /// As in [`AccessDifference`].
    pub service: String,
    /// As in [`AccessDifference`].
    pub actions: Vec<String>,
    /// As in [`AccessDifference`].
    pub not_actions: Vec<String>,
    /// As in [`AccessDifference`].
    pub resources: Vec<String>,
    /// As in [`AccessDifference`].
    pub except: Vec<String>,
    /// As in [`AccessDifference`].
    pub condition: Option<DifferenceCondition>,
    /// As in [`AccessDifference`].
    pub certainty: Certainty,
    /// A request that one side denies and the other does not.
    pub witness: Option<Witness>,
    /// The statements that deny it.
    pub denied_by: Vec<StatementRef>,
    /// Why it is unknown, if it is; of actions that the catalogue does not have, a note.
    pub reasons: Vec<String>,
}

words! {
    /// The kinds of remarks on statements.
    pub enum StatementWarningKind {
        /// What a condition means is not documented.
        ConditionUnknown = "condition-unknown",
        /// A trust policy names the id that a deleted user or role left behind.
        DanglingPrincipal = "dangling-principal",
        /// The order of colons in a pattern may matter.
        FlatReading = "flat-reading",
        /// A principal is of another partition than the role.
        ForeignPartition = "foreign-partition",
        /// A resource matches a form of ARN that it does not seem to.
        HiddenForm = "hidden-form",
        /// A condition has no values to match.
        NoValues = "no-values",
        /// An action takes no resource, so that it is probably not granted.
        ProbablyNoGrant = "probably-no-grant",
        /// The role's own tag decides a condition or a resource.
        RoleTag = "role-tag",
        /// A service principal is not in its documented spelling.
        ServicePrincipalCase = "service-principal-case",
        /// An action has a wildcard in its service prefix.
        ServiceWildcard = "service-wildcard",
        /// The tags of a session may override the role's own.
        SessionTags = "session-tags",
        /// An ARN has too few parts.
        ShortArn = "short-arn",
        /// A policy variable may have no value.
        VariableWithoutValue = "variable-without-value",
    }
}

/// A remark that a reader should know of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Warning {
    /// The side it is about.
    pub side: Side,
    /// The statement it is about.
    pub statement: StatementRef,
    /// The kind of remark.
    pub id: StatementWarningKind,
    /// The remark in words.
    pub text: String,
}

/// What the identity policies of two roles permit, compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessComparison {
    /// How far they are alike.
    pub grade: Grade,
    /// What one may and the other may not; sorted.
    pub differences: Vec<AccessDifference>,
    /// What one explicitly denies and the other does not; sorted.
    pub deny_differences: Vec<DenyDifference>,
    /// Remarks; sorted.
    pub warnings: Vec<Warning>,
}

impl AccessDifference {
    /// Whether the program contradicts itself about it.
    #[must_use]
    pub fn is_inconsistent(&self) -> bool {
        is_inconsistent(&self.reasons)
    }
}

impl DenyDifference {
    /// Whether the program contradicts itself about it.
    #[must_use]
    pub fn is_inconsistent(&self) -> bool {
        is_inconsistent(&self.reasons)
    }
}

impl AccessComparison {
    /// Two roles with the same statements.
    pub(super) const fn identical(warnings: Vec<Warning>) -> Self {
        Self { grade: Grade::Identical, differences: Vec::new(), deny_differences: Vec::new(), warnings }
    }

    /// Two roles that could not be compared, because the program contradicts itself: one row about everything.
    pub(super) fn undecided(error: &EngineError) -> Self {
        let row = AccessDifference {
            side: Side::Right,
            service: "*".to_owned(),
            actions: vec!["*".to_owned()],
            not_actions: Vec::new(),
            access_level: AccessLevel::Unknown,
            wildcard_only: false,
            resources: vec!["*".to_owned()],
            except: Vec::new(),
            condition: None,
            certainty: Certainty::Unknown,
            witness: None,
            granted_by: Vec::new(),
            refused_by: Refusal::NoAllow,
            escalations: Vec::new(),
            reasons: inconsistent(error),
        };
        Self { grade: Grade::Unknown, differences: vec![row], deny_differences: Vec::new(), warnings: Vec::new() }
    }
}

//! The answer to a request: what, by which statements, and what could not be told or should be known besides.

use std::fmt;

use crate::semantics::statement_ref::StatementRef;

/// Whether a request is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Allowed.
    Allowed,
    /// Denied, because nothing allows it (or the boundary does not).
    ImplicitlyDenied,
    /// Denied by a Deny statement.
    ExplicitlyDenied,
    /// AWS does not document what happens here; [`Decision::unknown_because`] says where.
    Unknown,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allowed => "allowed",
            Self::ImplicitlyDenied => "implicitly denied",
            Self::ExplicitlyDenied => "explicitly denied",
            Self::Unknown => "unknown",
        })
    }
}

/// What AWS does not document, so that a statement may or may not match.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// An action whose service holds a wildcard, other than `*`.
    ServiceWildcard {
        /// The entry of `Action` or `NotAction`.
        pattern: String,
    },
    /// An ARN of fewer than six parts.
    ShortArn {
        /// The pattern as written.
        pattern: String,
    },
    /// A variable in `NotResource` that the request has no value for.
    VariableWithoutValue {
        /// The variable's key.
        key: String,
    },
    /// A variable whose key holds several values.
    VariableOfManyValues {
        /// The variable's key.
        key: String,
    },
    /// A condition operator that AWS does not document.
    UnknownOperator {
        /// The operator as written.
        operator: String,
    },
    /// An operator without `ForAllValues` or `ForAnyValue` on a key that holds, or can hold, several values.
    PlainOperatorOnManyValues {
        /// The operator.
        operator: String,
        /// The key.
        key: String,
    },
    /// A value that the operator cannot read, such as an invalid number.
    UnreadableValue {
        /// The operator.
        operator: String,
        /// The value, of the policy or of the request.
        value: String,
    },
    /// `Null` on a key whose value is the empty string: the page calls that "a null data set", yet the key is there.
    EmptyValue {
        /// The key.
        key: String,
    },
    /// A principal that differs from the caller in the case of letters only, or is a wildcard of its kind.
    LikelyPrincipal {
        /// The principal as written.
        principal: String,
    },
    /// `NotPrincipal` of a Deny that names the caller but not its account, or a session but not its role: the page
    /// says that the Deny "might" apply.
    NotExceptedWhole,
    /// `NotPrincipal` of an Allow, which AWS does not support, that names the caller's account.
    AccountNotAllowed,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ServiceWildcard { pattern } => {
                write!(f, "action `{}` has a wildcard in its service prefix", pattern.escape_debug())
            }
            Self::ShortArn { pattern } => {
                write!(f, "`{}` has fewer than six parts, so it is not a complete ARN", pattern.escape_debug())
            }
            Self::VariableWithoutValue { key } => {
                write!(f, "the request has no value for the variable `{}` in NotResource", key.escape_debug())
            }
            Self::VariableOfManyValues { key } => {
                write!(f, "the variable `{}` has several values", key.escape_debug())
            }
            Self::UnknownOperator { operator } => {
                write!(f, "the condition operator `{}` is not documented", operator.escape_debug())
            }
            Self::PlainOperatorOnManyValues { operator, key } => {
                let (operator, key) = (operator.escape_debug(), key.escape_debug());
                write!(f, "{operator} without ForAllValues or ForAnyValue on `{key}`, which can have several values")
            }
            Self::UnreadableValue { operator, value } => {
                write!(f, "{} cannot read the value `{}`", operator.escape_debug(), value.escape_debug())
            }
            Self::EmptyValue { key } => {
                write!(f, "AWS does not document whether an empty `{}` is Null", key.escape_debug())
            }
            Self::LikelyPrincipal { principal } => {
                write!(
                    f,
                    "AWS does not document whether the principal `{}` matches the caller",
                    principal.escape_debug()
                )
            }
            Self::NotExceptedWhole => f.write_str(
                "NotPrincipal names the caller but not its account (or its role), so the Deny might apply to the \
                    caller",
            ),
            Self::AccountNotAllowed => {
                f.write_str("NotPrincipal with Allow names the caller's account, and AWS does not document the effect")
            }
        }
    }
}

/// A doubt and the statement it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason {
    /// The statement.
    pub statement: StatementRef,
    /// What is in doubt there.
    pub doubt: Doubt,
}

/// Something a reader should know although the answer stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hint {
    /// The catalogue does not have the action, so it was taken to act on anything.
    UnknownAction,
    /// The action does not act on such a resource, so no statement was asked.
    NotItsResource,
    /// The action takes no resource and only `*` applies; this statement names something else.
    TakesOnlyStar,
    /// Taken as flat text, where wildcards run across `:` everywhere, the patterns give another verdict.
    FlatTextDecidesOtherwise {
        /// That verdict.
        verdict: Verdict,
    },
    /// A pattern of fewer than six parts that a `*` at the end of a part stretches to a whole ARN.
    StretchedPattern {
        /// The pattern as written.
        pattern: String,
    },
    /// A variable before the fifth `:` of a resource, where AWS's page says it cannot be used.
    VariableBeforeResourcePart {
        /// The pattern as written.
        pattern: String,
    },
    /// A condition without values, which never holds.
    NoValues {
        /// The condition key.
        key: String,
    },
    /// A principal that no caller has: the unique id that a deleted one left behind, or no principal at all.
    DanglingPrincipal {
        /// Its text.
        principal: String,
    },
    /// Nobody of the caller's kind can make this call, so no statement was asked.
    NotItsCall,
    /// The caller is of another partition than the role, so no statement was asked.
    OtherPartition {
        /// The role's partition.
        partition: String,
    },
    /// A request by this caller cannot hold this value, so no statement was asked.
    ContradictsCaller {
        /// The condition key.
        key: &'static str,
    },
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAction => f.write_str(
                "the action is not in the catalog; iamctl assumes that it can act on \
                any resource",
            ),
            Self::NotItsResource => f.write_str("the action does not act on this type of resource"),
            Self::TakesOnlyStar => f.write_str(
                "the action supports only the resource `*`, so this probably grants \
                nothing",
            ),
            Self::FlatTextDecidesOtherwise { verdict } => {
                write!(f, "if wildcards matched `:` everywhere, the decision would be: {verdict}")
            }
            Self::StretchedPattern { pattern } => {
                write!(
                    f,
                    "`{}` has fewer than six parts; its `*` is read as the rest of the ARN",
                    pattern.escape_debug()
                )
            }
            Self::VariableBeforeResourcePart { pattern } => {
                write!(
                    f,
                    "`{}` has a variable before its fifth `:`, where AWS does not allow variables",
                    pattern.escape_debug()
                )
            }
            Self::NoValues { key } => {
                write!(f, "the condition on `{}` has no values and never matches", key.escape_debug())
            }
            Self::DanglingPrincipal { principal } => {
                let why = if principal.starts_with("AROA") || principal.starts_with("AIDA") {
                    "is the ID of a deleted principal"
                } else {
                    "names no account, user, role, or session, so it matches nobody"
                };
                write!(f, "`{}` {why}", principal.escape_debug())
            }
            Self::NotItsCall => f.write_str("this type of principal cannot call the action"),
            Self::OtherPartition { partition } => {
                write!(f, "a role cannot be assumed from another partition; the role is in the partition `{partition}`")
            }
            Self::ContradictsCaller { key } => {
                write!(f, "no request by this principal has this value of `{key}`: the principal determines the value")
            }
        }
    }
}

/// A hint and, where it is about one, the statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Note {
    /// The statement; `None` where the hint is about the request.
    pub statement: Option<StatementRef>,
    /// What should be known.
    pub hint: Hint,
}

/// What the permissions boundary says of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BoundaryAnswer {
    /// The role has none, or it was not asked because the action does not act on the resource.
    Absent,
    /// These statements of it allow the request.
    Allows(Vec<StatementRef>),
    /// No statement of it allows the request.
    DoesNotAllow,
    /// It cannot be told.
    Unknown,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether the request is allowed.
    pub verdict: Verdict,
    /// The Allow statements that match (of a role's own policies, not of its boundary), in the order of the policies.
    pub allowed_by: Vec<StatementRef>,
    /// The Deny statements that match, those of the boundary last.
    pub denied_by: Vec<StatementRef>,
    /// What the boundary says.
    pub boundary: BoundaryAnswer,
    /// Every statement of which it cannot be told whether it matches, and why. The verdict is [`Verdict::Unknown`] only
    /// where that matters; what nothing allows is implicitly denied, though a Deny in doubt may deny it explicitly.
    pub unknown_because: Vec<Reason>,
    /// What should be known besides.
    pub notes: Vec<Note>,
}

impl Decision {
    /// Whether the request is allowed for certain.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        matches!(self.verdict, Verdict::Allowed)
    }
}

//! IAM's nouns as types: accounts, roles, policies, statements, principals, actions, resources, conditions.
//!
//! Nothing here reads text from the outside world (that is [`crate::parse`]) or decides what a policy permits
//! (that is [`crate::semantics`]); the types only make wrong states impossible to write and know how they are
//! spelled and ordered.

pub mod accepted;
pub mod account;
pub mod action;
pub mod arn;
pub mod condition;
pub mod element;
pub mod equivalency;
pub mod facts;
pub mod key_spelling;
pub mod marked;
pub mod names;
mod past;
pub mod pattern;
pub mod place;
pub mod policy;
pub mod principal;
pub mod role;
pub mod selection;
pub mod sides;
mod tag_texts;
mod words;

pub use accepted::{AcceptedEntry, EffectGlob, EntryError};
pub use account::Account;
pub use action::{ActionClause, ActionPattern};
pub use arn::{AccountId, Arn, ArnError};
pub use condition::{BaseOperator, ConditionKey, ConditionOperator, ConditionTest, Conditions, SetQualifier};
pub use element::{ActionElement, ItemPrincipalType, PrincipalElement, PrincipalType, ResourceElement};
pub use equivalency::{Entry, EquivalencyError, EquivalencyList, Matching, Texts};
pub use facts::{DifferenceFacts, DifferenceKind, RoleFacts};
pub(crate) use marked::has_texts;
pub use marked::{HasTexts, Marked, Shown};
pub use names::{AccountTag, AccountTagError, is_device_name};
pub use past::earlier_side;
pub use pattern::{Class, Glob, Token};
pub use place::{Place, PlaceError, Places};
pub use policy::{Effect, IdentityPolicy, PolicyDocument, PolicyType, ResourceClause, Statement, TrustPolicy, Version};
pub use principal::{Principal, PrincipalClause, names_somebody};
pub use role::{InlinePolicy, ManagedPolicy, Role, RoleDates, RoleDetails};
pub use selection::Selection;
pub use sides::{Side, Sides};
pub use tag_texts::{TagPattern, TagTexts};
pub(crate) use words::words;

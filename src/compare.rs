//! Two accounts to one [`Comparison`], which holds everything that is reported.
//!
//! Pure: the same accounts, dictionary and catalogue give the same `Comparison`. Every report is a view of it, and
//! [`Comparison::fails`] alone decides pass or fail.

pub mod accepted;
mod access;
mod alignment;
mod attributes;
mod between;
mod count;
mod cross_references;
mod dictionary;
mod items;
mod merge_services;
mod pair;
mod proofs;
mod real_names;
mod result;
mod select;

pub use accepted::{Acceptance, AcceptedDifference, accept};
pub use access::role_policies;
pub use alignment::{Alignment, Alike, align, differences};
pub use between::{Input, Settings, between, between_told};
pub use dictionary::{UnfitText, unfit_texts};
pub use result::{
    AccountInfo, AttributeDifference, CatalogueInfo, Comparison, CrossReference, DifferenceCounts, EquivalencyHit,
    FORMAT, FailOn, ItemDifference, Metric, RoleAccessDifference, RoleDenyDifference, RoleResult, RoleSide, RoleStatus,
    RoleTrustDifference, StatementWarning, VERSION,
};
pub use select::{SelectError, Selection};

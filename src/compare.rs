//! Two accounts to one [`Report`](crate::report::Report), which holds everything that is reported.
//!
//! Pure: the same accounts, dictionary and catalogue give the same `Report`. Every report is a view of it, and
//! [`Report::fails`] alone decides pass or fail.

pub mod accepted;
mod access;
mod attributes;
mod between;
mod count;
mod cross_references;
mod dictionary;
mod items;
mod joined;
mod pair;
mod proofs;
mod quick;
mod real_names;
mod select;

pub use accepted::{Acceptance, accept};
pub use access::role_policies;
pub use between::{Input, Settings, between, between_told};
pub use dictionary::{UnfitText, unfit_texts};
pub use quick::{Alignment, Alike, align, differences};
pub use select::SelectError;

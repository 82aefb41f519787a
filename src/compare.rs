//! Two accounts to one [`Report`](crate::report::Report), which holds everything that is reported.
//!
//! Pure: the same accounts, dictionary and catalogue give the same `Report`. Every report is a view of it, and
//! [`Report::fails`](crate::report::Report::fails) alone decides pass or fail.

pub mod accepted;
mod access;
mod alignment;
mod attributes;
mod aws_versions;
mod between;
mod changed_statement;
mod comparisons;
mod count;
mod cross_references;
mod dictionary;
mod incomplete;
mod input;
mod items;
mod left_out;
mod merge_services;
mod pair;
mod proofs;
mod real_names;
mod rewritten;
mod same_trust;
mod select;
mod service_row;
mod typed_values;

pub use accepted::{Acceptance, accept};
pub use access::role_policies;
pub use alignment::{Alignment, Alike, align, differences};
pub use between::{Settings, between, between_told};
pub use dictionary::{UnfitText, unfit_texts};
pub use incomplete::{Both, leave_out};
pub use input::Input;
pub use select::SelectError;

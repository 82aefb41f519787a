//! Text to model: policy documents, snapshots, AWS's authorization details, equivalency lists,
//! accepted entries, the config file, and what of a report is still open.
//!
//! Reading is strict. What IAM's grammar does not know is refused with the place where it stands, because a reader
//! that skips what it does not know turns one policy into another.

pub mod accepted;
pub mod account;
#[cfg(feature = "cli")]
pub mod accounts;
pub mod authorization_details;
#[cfg(feature = "cli")]
pub mod config;
pub mod equivalency;
mod json;
mod json_error;
pub mod policy;
pub mod snapshot;
pub mod split;

pub use json_error::JsonError;

//! The whole of a decision by example, and laws that hold for every policy.

use super::*;
use crate::parse::policy::parse_identity;

mod request;
mod trust;

#[cfg(feature = "testing")]
mod laws;

fn attached(name: &str, policy_type: PolicyType, text: &str) -> AttachedDocument {
    AttachedDocument { policy_name: name.to_owned(), policy_type, document: Arc::new(parse_identity(text).unwrap()) }
}

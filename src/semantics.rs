//! What policies permit: the decision for one request, and the difference of two roles over all requests.

pub mod difference;
pub mod escalation;
pub mod evaluate;
pub mod trust;

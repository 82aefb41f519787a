//! The one integration binary: a module per topic.

mod access_cases;
mod iam_simulate;

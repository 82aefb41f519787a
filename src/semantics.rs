//! What policies permit.

pub mod evaluate;

//! Applies the equivalency dictionary: what is meant to differ becomes the same text on both sides.
//!
//! All entries are matched at once, the longest at each place first, and the result is not read again; so it does
//! not depend on the order of the dictionary. The account's own id is replaced without the dictionary wherever it
//! stands as an account id. Every substitution is recorded.

mod account;
mod hits;
mod text;

pub use account::{Normalised, NormalisedRole, account};
pub use hits::{Hit, Hits, Place, Replaced};
pub use text::Normaliser;

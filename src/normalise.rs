//! Makes alike what is meant to differ: the equivalency dictionary, the account's own id, generated names.
//!
//! Everything is looked for at once, the longest at each place first, and the result is not read again; so it does
//! not depend on the order of the dictionary. A text that belongs to the other account is never replaced: it means
//! the other account. Neither are the texts of third accounts. Every substitution is recorded, and every text that was left for that reason.

mod absent;
mod account;
mod aws_owned;
mod builtin;
mod builtin_about;
mod common;
mod counterparts;
mod find_absent;
mod find_common;
mod generated_ids;
mod generated_names;
mod hits;
mod ids;
mod literal;
mod names;
mod ownership;
mod pattern;
mod pattern_owners;
mod prepare;
mod resource_names;
mod rules;
mod separators;
mod shared_documents;
mod span;
mod spelling;
#[cfg(test)]
mod tests;
mod text;
mod texts;
mod third;
mod word_boundaries;

pub use account::{Normalised, NormalisedRole, account, trial};
pub use builtin::{Builtin, BuiltinError, Builtins};
pub use builtin_about::About;
pub(crate) use generated_names::{made_up_policy, made_up_role};
pub use hits::{Foreign, Found, Hit, Hits, What};
pub use literal::DictionaryTooLarge;
pub use prepare::normalisers;
pub use rules::Rules;
pub use shared_documents::share_documents;
pub use text::Normaliser;
pub(crate) use texts::of_roles as texts_of_roles;
pub use third::ThirdAccounts;
pub(crate) use word_boundaries::is_boundary;

//! Compares the IAM roles of two AWS accounts and says exactly what differs.
//!
//! Data flows one way: a source becomes an [`model::Account`], normalised by the equivalency dictionary, expanded to
//! items, compared with the other account's, and the one [`compare::Comparison`] is shown in several formats.
//!
//! | Room | for | may import |
//! | --- | --- | --- |
//! | [`model`] | IAM's nouns as types | nothing of ours |
//! | [`parse`] | text to model | model |
//! | [`catalog`] | which actions exist and what they act on | model |
//! | [`normalise`] | the equivalency dictionary | model |
//! | [`expand`] | a policy to its flat rows | model, catalog |
//! | [`semantics`] | what policies permit | model, catalog |
//! | [`compare`] | two accounts to one `Comparison` | model, catalog, normalise, expand, semantics |
//! | [`suggest`] | the dictionary that two accounts need | model, catalog, normalise, compare |
//! | [`report`] | a `Comparison` to bytes | model, parse, catalog, expand, compare |
//! | [`remediate`] | the commands that make one account's roles mean what the other's do | model, parse, catalog, normalise, semantics, compare, report |
//! | `harvest` | live accounts (feature `harvest`) | model, parse |
//! | [`store`] | files and folders | model, parse, catalog |
//! | [`cli`] | the commands | everything |
//!
//! All above `harvest` is pure: no files, clock, environment, network, async or printing.

pub mod catalog;
pub mod cli;
pub mod compare;
pub mod expand;
pub mod formats;
#[cfg(feature = "harvest")]
pub mod harvest;
pub mod model;
pub mod normalise;
pub mod parse;
pub mod remediate;
pub mod report;
pub mod semantics;
pub mod store;
pub mod suggest;
#[cfg(feature = "testing")]
pub mod testing;

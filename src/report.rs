//! A [`Comparison`](crate::compare::Comparison) to bytes: CSV, JSON, HTML, text.
//!
//! Names its files and writes to any `Write`, but opens none. Names that come from an account are made safe for
//! where they go: a spreadsheet's cell, a terminal's line, a page's script element.

pub mod accepted;
pub mod access_csv;
pub mod csv;
pub mod decision;
pub mod documents;
pub mod escape;
pub mod explain;
pub mod files;
pub mod findings;
pub mod html;
pub mod text;
pub mod tuples;

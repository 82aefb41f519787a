//! A [`Report`](crate::report::Report) to bytes: CSV, JSON, HTML, text, and what pipelines read.
//!
//! Names its files and writes to any `Write`, but opens none. Names that come from an account are made safe for
//! where they go: a spreadsheet's cell, a terminal's line, a page's script element.

pub mod accepted;
pub mod access_csv;
pub mod commands;
pub mod csv;
pub mod decision;
pub mod details;
pub mod documents;
pub mod escape;
pub mod evidence;
pub mod explain;
pub mod files;
pub mod fleet;
pub mod gitlab;
mod grouped;
pub mod html;
mod indented_json;
pub mod junit;
mod lines;
pub mod markdown;
pub mod ndjson;
pub mod ocsf;
pub mod oscal;
pub mod past;
pub mod report_format;
pub mod rules;
pub mod sarif;
pub mod since;
mod spans;
mod table;
pub mod text;
pub mod tuples;
pub mod verdict;
mod view;
mod wrap;
mod written;

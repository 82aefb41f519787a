//! JSON with a value in each line, for people as well as programs.

use std::io::{self, Write};

/// A value as indented JSON with a line end.
///
/// # Errors
/// If `out` cannot be written.
pub fn json(mut out: impl Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, value)?;
    out.write_all(b"\n")
}

//! What `iamctl suggest` prints, says, and writes, for two accounts and for a fleet.

use std::path::PathBuf;

use super::super::console::Console;
use super::super::error::CliError;
use super::super::exit_code::ExitCode;
use super::super::init::EQUIVALENCY_FILE;
use super::args::Args;
use crate::formats::files;
use crate::model::{Entry, EquivalencyList};
use crate::store::text_file;

/// How many names are shown before the rest is only counted.
pub(super) const SHOWN: usize = 5;

/// What is said while the search takes its time.
pub(super) const SEARCHING: &str = "searching for texts that are meant to differ";

/// Prints the entries that are suggested, and writes the dictionary with them if that is wanted.
pub(super) fn finish(
    args: &Args,
    console: &Console,
    from: Option<PathBuf>,
    entries: &[(&str, &Entry)],
    dictionary: &EquivalencyList,
) -> Result<ExitCode, CliError> {
    console.print(|out| files::json(out, &only_suggested(entries)))?;
    if args.write && !entries.is_empty() {
        let path =
            from.or_else(|| args.dictionary.equivalency.clone()).unwrap_or_else(|| PathBuf::from(EQUIVALENCY_FILE));
        let mut text = Vec::new();
        files::json(&mut text, dictionary).map_err(CliError::Print)?;
        text_file::replace(&path, &String::from_utf8_lossy(&text))?;
        console.note(&format!("written to {}; review the file before you use it", path.display()));
    }
    Ok(ExitCode::Done)
}

/// The entries that are suggested, in the form of a dictionary.
fn only_suggested(entries: &[(&str, &Entry)]) -> EquivalencyList {
    let mut list = EquivalencyList::default();
    for (placeholder, entry) in entries {
        // They come from one dictionary, so none can clash with another.
        let _ = list.insert(placeholder, (*entry).clone());
    }
    list
}

/// How many more entries there are.
pub(super) fn tell_more(more: usize, console: &Console) {
    if more > 0 {
        console.note(&format!(
            "patterns and pairs of IDs that are not shown: {more}; add these entries with --write and run the command again"
        ));
    }
}

/// The first names, and how many more there are.
pub(super) fn few<'a>(names: impl Iterator<Item = &'a str>, all: usize) -> String {
    let names: Vec<&str> = names.collect();
    let more = all - names.len();
    let names = names.join(", ");
    if more == 0 { names } else { format!("{names} and {more} more") }
}

//! The program run on the example accounts, and what it writes compared with what is committed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tool::{Run, Tool};

/// What `SOURCE_DATE_EPOCH` makes of every report's time: 2026-11-21T08:00:00Z.
pub const DATE: &str = "1795248000";

/// The arguments of the README's first command.
pub const EXAMPLES: &str =
    "diff examples/dev.json dev examples/qa.json qa --equivalency examples/equivalency_list.json --output reports";

/// A folder with a copy of `examples/`, in which commands run as they do in the repository's own.
pub struct Place(Tool);

impl Place {
    pub fn new() -> Self {
        let tool = Tool::new().env("SOURCE_DATE_EPOCH", DATE);
        copy(&repository().join("examples"), &tool.path().join("examples"));
        Self(tool)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        self.0.read(name)
    }

    /// Runs the program with these arguments, whatever comes out.
    pub fn ask(&self, arguments: &[&str]) -> Run {
        self.0.run(arguments)
    }

    /// A run that has not ended yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.0.command(arguments)
    }

    /// Runs the program with these arguments, which blanks part. It must not fail.
    pub fn run(&self, arguments: &str) -> Run {
        let run = self.0.run(&arguments.split_whitespace().collect::<Vec<_>>());
        assert!(run.code < 2, "{arguments}: {}", run.stderr);
        run
    }
}

pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Compares a text with a committed file, or, if `UPDATE_EXPECTED` is set, writes it there.
pub fn expect(file: &Path, actual: &str) {
    let wanted = fs::read_to_string(file).unwrap_or_default();
    if wanted == actual {
        return;
    }
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        return fs::write(file, actual).unwrap();
    }
    let line = wanted.lines().zip(actual.lines()).position(|(wanted, actual)| wanted != actual);
    let line = line.unwrap_or_else(|| wanted.lines().count().min(actual.lines().count()));
    panic!(
        "{} is not what the program writes, first in line {}:\n  there:   {}\n  written: {}\n\
         If the change is meant, run the tests once with UPDATE_EXPECTED=1 and look at the difference in git.",
        file.display(),
        line + 1,
        wanted.lines().nth(line).unwrap_or("(the end)"),
        actual.lines().nth(line).unwrap_or("(the end)"),
    );
}

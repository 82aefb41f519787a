//! Software that others wrote and that tests ask: installed below `target/` by a script of the repository.

use std::process::{Command, Stdio};

use super::program::repository;

/// Installs what `scripts/SCRIPT` installs, if it is not there yet.
///
/// Tests that need it are in a module `external`, which `scripts/test --quick` leaves out.
pub fn set_up(script: &str) {
    let quick = std::env::var_os("IAMCTL_TESTS_QUICK").is_some();
    assert!(!quick, "this test needs scripts/{script}: move it into a module `external`, which --quick leaves out");
    let done = Command::new(repository().join("scripts").join(script)).stdout(Stdio::null()).status().unwrap();
    assert!(done.success(), "scripts/{script} failed");
}

/// The Python of the AWS server and of most readers.
pub fn python() -> Command {
    set_up("setup-tests");
    Command::new(repository().join("target/moto-venv/bin/python"))
}

/// The Python of the readers of OCSF and OSCAL.
pub fn python_for_evidence() -> Command {
    set_up("setup-evidence");
    Command::new(repository().join("target/evidence-venv/bin/python"))
}

//! Ctrl-C and termination: no half-written folder stays, the exit code is 130.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::exit_code::ExitCode;
use crate::store;

/// Watches for signals on a thread of its own. If that cannot be set up, a signal ends the program as it always
/// does, and a temporary folder may be left.
pub(super) fn install() {
    if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) {
        std::thread::spawn(move || {
            if signals.forever().next().is_some() {
                store::abandon();
                end();
            }
        });
    }
}

#[expect(clippy::exit, reason = "a signal ends the program from a thread that nothing waits for")]
fn end() {
    std::process::exit(ExitCode::Interrupted.code().into());
}

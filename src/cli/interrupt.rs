//! Signals: no half-written folder stays. Ctrl-C and termination end the program with exit code 130; a file that grows
//! over a limit is an error like a full disk.

/// Watches for signals on a thread of its own. If that cannot be set up, or the system has no such signals, the
/// program ends as it always does, and a temporary folder may be left.
#[cfg(unix)]
pub(super) fn install() {
    use std::sync::Arc;

    use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::flag;
    use signal_hook::iterator::Signals;

    // Once the signal has a handler, the write fails instead; nobody reads the flag. If that cannot be set up, the signal
    // ends the program.
    let _ = flag::register(SIGXFSZ, Arc::default());
    if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) {
        std::thread::spawn(move || {
            if signals.forever().next().is_some() {
                crate::store::abandon();
                end();
            }
        });
    }
}

/// See above.
#[cfg(not(unix))]
pub(super) const fn install() {}

#[cfg(unix)]
#[expect(clippy::exit, reason = "a signal ends the program from a thread that nothing waits for")]
fn end() {
    std::process::exit(super::exit_code::ExitCode::Interrupted.code().into());
}

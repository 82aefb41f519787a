//! Ctrl-C and termination: no half-written folder stays, the exit code is 130.

/// Watches for signals on a thread of its own. If that cannot be set up, or the system has no such signals, the
/// program ends as it always does, and a temporary folder may be left.
#[cfg(unix)]
pub(super) fn install() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

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

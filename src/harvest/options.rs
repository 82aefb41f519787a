//! What the command line says about asking and telling.

use std::fmt;
use std::time::Duration;

/// What the command line says about asking and telling.
#[derive(Clone, Default)]
pub struct Options {
    /// The current code of the MFA device. AWS takes it once, so it serves one device.
    pub mfa_code: Option<String>,
    /// A shell command that prints a code; run once per device with `IAMCTL_MFA_DEVICE` and `IAMCTL_MFA_PROFILE` set.
    pub mfa_command: Option<String>,
    /// Whether a person may be asked for a code: a terminal, and not `--no-input`.
    pub may_prompt: bool,
    /// Whether to tell more than is needed ([`Event::Note`](super::Event::Note)).
    pub verbose: bool,
    /// How long each call may take, retries and slow replies included; ten minutes if nothing is said.
    pub timeout: Option<Duration>,
}

/// Without the code.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("mfa_code", &self.mfa_code.as_ref().map(|_| "** redacted **"))
            .field("mfa_command", &self.mfa_command.as_ref().map(|_| "** redacted **"))
            .field("may_prompt", &self.may_prompt)
            .field("verbose", &self.verbose)
            .field("timeout", &self.timeout)
            .finish()
    }
}

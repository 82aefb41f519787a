//! Every exit code the program has.

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// Done, with or without differences.
    Done,
    /// Done, and there are differences of the kind `--fail-on` names.
    Different,
    /// Failed, incomplete, or used wrongly.
    Failed,
    /// Interrupted by the user.
    Interrupted,
}

impl ExitCode {
    /// The number the shell sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Different => 1,
            Self::Failed => 2,
            Self::Interrupted => 130,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.code())
    }
}

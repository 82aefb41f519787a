//! Why a comparison could not be made.

/// Why a comparison could not be made: always a bug of this program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The two evaluators of this program disagree.
    #[error("the proof `{action}` on `{resource}` is not confirmed: {problem}")]
    WitnessRefuted {
        /// The action.
        action: String,
        /// The resource.
        resource: String,
        /// What the evaluator says of it.
        problem: String,
    },
    /// Something that always holds does not.
    #[error("{invariant}")]
    Internal {
        /// What does not hold, in words.
        invariant: String,
    },
}

impl EngineError {
    /// Something that always holds does not.
    #[must_use]
    pub fn internal(invariant: impl Into<String>) -> Self {
        Self::Internal { invariant: invariant.into() }
    }
}

/// What becomes of a difference about which the program contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inconsistency {
    /// It is reported as unknown, above all others, and all else is compared: for users.
    Report,
    /// It ends the run: for tests, which must not miss it.
    Error,
}

impl Default for Inconsistency {
    /// An error in builds for tests only.
    fn default() -> Self {
        if cfg!(feature = "testing") { Self::Error } else { Self::Report }
    }
}

/// How witnesses are confirmed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Confirming {
    /// What becomes of one that is refuted.
    pub inconsistency: Inconsistency,
    /// What is made of the evaluator's word that a witness, about this action, is one. Only a test makes anything else
    /// of it.
    pub heard: fn(&str, bool) -> bool,
}

impl Default for Confirming {
    fn default() -> Self {
        Self { inconsistency: Inconsistency::default(), heard: |_, proved| proved }
    }
}

impl Confirming {
    /// The reasons of a row whose witness is refuted.
    ///
    /// # Errors
    /// The error itself, where it is to end the run.
    pub fn refuted(self, error: EngineError) -> Result<Vec<String>, EngineError> {
        match self.inconsistency {
            Inconsistency::Report => Ok(inconsistent(&error)),
            Inconsistency::Error => Err(error),
        }
    }
}

/// The reason of a row about which the program contradicts itself. Such a row is unknown and stands above all others.
pub const INCONSISTENT: &str = "internal inconsistency, please report";

/// Whether a row with these reasons is one about which the program contradicts itself.
#[must_use]
pub fn is_inconsistent(reasons: &[String]) -> bool {
    reasons.iter().any(|reason| reason == INCONSISTENT)
}

/// The reasons of a row about which the program contradicts itself.
pub(super) fn inconsistent(error: &EngineError) -> Vec<String> {
    vec![INCONSISTENT.to_owned(), error.to_string()]
}

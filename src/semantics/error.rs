//! Why a comparison could not be made.

/// Why a comparison could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The two evaluators of this program disagree: a bug, and no report.
    #[error("the witness `{action}` on `{resource}` is not confirmed: {problem}")]
    WitnessRefuted {
        /// The action.
        action: String,
        /// The resource.
        resource: String,
        /// What the evaluator says of it.
        problem: String,
    },
}

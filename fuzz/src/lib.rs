//! What each fuzz target checks.

pub mod targets;

/// What the fuzzing shares with the tests.
mod support {
    #[path = "../../../tests/it/support/made_up.rs"]
    pub mod made_up;
    #[path = "../../../tests/it/support/small_world.rs"]
    pub mod small_world;
}

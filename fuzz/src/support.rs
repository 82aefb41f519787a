//! What the fuzzing shares with the tests.

#[path = "../../tests/it/support/made_up.rs"]
pub mod made_up;
#[path = "../../tests/it/support/small_world.rs"]
pub mod small_world;

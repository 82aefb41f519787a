//! The integration tests: one binary, a module per topic.

#[cfg(feature = "harvest")]
mod faults;
#[cfg(feature = "harvest")]
mod harvest;
#[cfg(feature = "harvest")]
mod moto;
#[cfg(feature = "harvest")]
mod probe;

//! The integration tests: one program, a module per topic.

#[cfg(test)]
mod service_reference;

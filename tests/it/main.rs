//! The integration tests: one program, a module per topic.

#[cfg(test)]
mod access;
mod service_reference;

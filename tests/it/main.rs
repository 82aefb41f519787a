//! The integration tests: one program, a module per topic.

#[cfg(test)]
mod access;
mod access_laws;
mod service_reference;

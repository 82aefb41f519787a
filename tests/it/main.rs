//! The integration tests: one program, a module per topic.

#[cfg(test)]
mod examples;
#[cfg(test)]
mod program;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod service_reference;

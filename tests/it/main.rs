//! The integration tests: one program, a module per topic.

mod service_reference;

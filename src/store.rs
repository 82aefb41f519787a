//! Files and folders, and what else is read from the world besides AWS accounts.

pub mod service_reference;

//! (being built)

pub mod init;

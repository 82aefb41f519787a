//! Names in the output folder of a fleet that sentences and commands say.

/// The file that lists the accounts and what became of them.
pub const ACCOUNTS_READ: &str = "accounts_read.csv";

/// The folder, inside the output folder, of the full reports of accounts.
pub const REPORTS: &str = "accounts";

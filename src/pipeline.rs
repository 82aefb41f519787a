//! The way from two accounts to their report, for every caller: read, normalize, choose roles, compare, accept.
//!
//! [`compare`] goes all of it. Whoever needs what lies between (the page shows normalized policies, a plan is made from
//! them) takes the steps: [`read`], [`Prepared::new`], [`Prepared::only`], [`Prepared::compare`].

mod error;
mod options;
mod prepared;

pub use error::Error;
pub use options::{Accepted, Options, different_tags};
pub use prepared::Prepared;

use std::borrow::Cow;

use crate::model::{Account, Sides};
use crate::parse::account::{AccountReader, account};
use crate::parse::snapshot::{self, Snapshot};
use crate::report::Report;

/// What a text is called that came from nowhere else.
const GIVEN: &str = "the given text";

impl Account {
    /// Reads an account: a snapshot that `iamctl harvest` wrote, or what
    /// `aws iam get-account-authorization-details --output json` prints.
    ///
    /// # Errors
    /// If the text is neither, does not hold the whole account, or holds a policy document or an ARN that is none.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Ok(account(&snapshot::read(text, GIVEN, None)?)?)
    }
}

/// Compares the roles of two accounts.
///
/// # Errors
/// If both accounts have one tag, the dictionary does not fit the accounts, a pattern of the selection names no role, or
/// the program contradicts itself.
pub fn compare(left: &Account, right: &Account, options: &Options) -> Result<Report, Error> {
    let accounts = Sides { left: Cow::Borrowed(left), right: Cow::Borrowed(right) };
    Prepared::new(accounts, options)?.only(&options.selection)?.compare()
}

/// Reads both accounts with one reader: a document that both have, such as a policy of AWS's own, becomes one value, and
/// is looked at once.
///
/// # Errors
/// If a document, an ARN or a reference in one of them is wrong.
pub fn read(snapshots: Sides<&Snapshot>) -> Result<Sides<Account>, Error> {
    let mut reader = AccountReader::ahead([snapshots.left, snapshots.right]);
    Ok(Sides { left: reader.account(snapshots.left)?, right: reader.account(snapshots.right)? })
}

/// The same, but a role may have policies that its source does not contain: [`Prepared::only`] refuses it if it is
/// selected, or leaves it out.
///
/// # Errors
/// If a document or an ARN in one of them is wrong.
pub fn read_with_absent(snapshots: Sides<&Snapshot>) -> Result<Sides<Account>, Error> {
    let mut reader = AccountReader::ahead([snapshots.left, snapshots.right]);
    let left = reader.account_with_absent(snapshots.left)?;
    Ok(Sides { left, right: reader.account_with_absent(snapshots.right)? })
}

//! Why two accounts could not be compared.

use crate::compare::SelectError;
use crate::model::{AccountTag, Sides};
use crate::normalise::DictionaryTooLarge;
use crate::parse::account::AccountError;
use crate::parse::snapshot::SnapshotError;
use crate::report::Limitation;
use crate::semantics::EngineError;

/// Why two accounts could not be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A text is no account.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// An account holds something that cannot be read.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Roles of both accounts have policies that the sources do not contain.
    #[error("{}; {}", .0.left, .0.right)]
    BothIncomplete(Box<Sides<AccountError>>),
    /// Both accounts have one tag.
    #[error("both accounts have the tag `{tag}`")]
    SameTag {
        /// The tag.
        tag: AccountTag,
    },
    /// A text of an account holds a character that placeholders are told by, which IAM allows in none.
    #[error("{tag}: the text `{}` contains U+FDD0 or U+FDD1, which no text in IAM can contain", .text.escape_debug())]
    Mark {
        /// The account.
        tag: AccountTag,
        /// The text.
        text: String,
    },
    /// The dictionary has too many texts to be looked for at once.
    #[error(transparent)]
    Dictionary(#[from] DictionaryTooLarge),
    /// A text of the dictionary cannot be replaced in ARNs. Left there, it would look alike in both accounts, whichever
    /// of the two it means.
    #[error("{limitation}")]
    Unfit {
        /// Which text, and what to do.
        limitation: Box<Limitation>,
    },
    /// So many roles of one account get one name that their counterparts cannot be told.
    #[error("{tag}: the dictionary gives {count} roles the name `{}`, and iamctl compares up to {most} of one name", .name.escape_debug())]
    OneName {
        /// The account.
        tag: AccountTag,
        /// The name, without marks.
        name: String,
        /// How many have it.
        count: usize,
        /// How many may have it.
        most: usize,
    },
    /// A pattern of the selection names no role.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// The comparison contradicts itself: this program's own fault.
    #[error("the comparison contradicts itself; this is a bug in iamctl")]
    Engine(#[from] EngineError),
}

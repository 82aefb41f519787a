//! Why no dictionary can be suggested.

use crate::model::AccountTag;
use crate::report::sentences::counted;

/// Why no dictionary can be suggested.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuggestError {
    /// The words fit neither form.
    #[error("`suggest` needs two sources with their tags, or `--baseline` and accounts as SOURCE=TAG")]
    Words,
    /// A word that is no account.
    #[error("`{}` is not an account: {why}", .word.escape_debug())]
    Word {
        /// The word.
        word: String,
        /// Why.
        why: String,
    },
    /// A flag for many accounts, and two accounts.
    #[error("`{flag}` is for several accounts, and `iamctl suggest SOURCE_1 TAG_1 SOURCE_2 TAG_2` reads two")]
    OfMany {
        /// The flag.
        flag: &'static str,
    },
    /// A flag for two accounts, and many.
    #[error("`{flag}` cannot be used with `--baseline`")]
    OfTwo {
        /// The flag.
        flag: &'static str,
    },
    /// The majority as the baseline.
    #[error("`iamctl suggest` cannot use the majority as the baseline")]
    Majority,
    /// Accounts that could not be read.
    #[error("{} could not be read: {}", counted(.accounts.len(), "account"), in_words(.accounts))]
    Unread {
        /// The accounts, and why.
        accounts: Vec<(AccountTag, String)>,
    },
}

fn in_words(accounts: &[(AccountTag, String)]) -> String {
    accounts.iter().map(|(tag, why)| format!("{tag} ({why})")).collect::<Vec<_>>().join("; ")
}

impl SuggestError {
    /// What the user can do about it.
    pub(in crate::cli) const fn hint(&self) -> &'static str {
        match self {
            Self::Words => {
                "`iamctl suggest dev-profile dev qa-profile qa` or `iamctl suggest --baseline dev dev.json=dev qa.json=qa`"
            }
            Self::Word { .. } => "with `--baseline`, give accounts as SOURCE=TAG",
            Self::OfMany { .. } => "leave it out, or add `--baseline TAG` and give the accounts as SOURCE=TAG",
            Self::OfTwo { .. } => "leave it out; each account must be another one",
            Self::Majority => {
                "give the tag of one of the accounts, such as `--baseline dev`: the dictionary lists the texts of all \
                 accounts beside those of that one"
            }
            Self::Unread { .. } => "a dictionary for all accounts needs all of them; leave accounts out with `--skip`",
        }
    }
}

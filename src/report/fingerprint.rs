//! Ids that stay the same from run to run.

use ring::digest::{Context, SHA256};

use super::header::AccountInfo;
use super::role::{RoleResult, RoleStatus};
use super::rule::Rule;
use crate::model::{Side, Sides};

/// A hash of texts, each with its length, so that no two lists of texts run into each other.
pub struct Fingerprint(Context);

impl Fingerprint {
    /// Of texts alone, whatever the accounts.
    pub fn of_texts() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Of something about these two accounts.
    pub(super) fn new(accounts: &Sides<AccountInfo>) -> Self {
        let mut hash = Self(Context::new(&SHA256));
        hash.part("iamctl/1");
        for side in Side::BOTH {
            hash.part(accounts.get(side).tag.as_str());
        }
        hash
    }

    /// Of a finding.
    pub(super) fn of_finding(accounts: &Sides<AccountInfo>, rule: Rule, side: Option<Side>) -> Self {
        let mut hash = Self::new(accounts);
        hash.part(rule.id());
        hash.side(side);
        hash
    }

    pub(super) fn side(&mut self, side: Option<Side>) {
        self.part(match side {
            None => "",
            Some(Side::Left) => "left",
            Some(Side::Right) => "right",
        });
    }

    pub fn part(&mut self, text: &str) {
        // A length of more than 64 bits cannot be.
        self.0.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    /// The normalized name. Ambiguous roles share it, so that their real names are needed as well.
    pub(super) fn role(&mut self, role: Option<&str>, pair: Option<&RoleResult>) {
        self.part(role.unwrap_or_default());
        if let Some(pair) = pair.filter(|pair| pair.status == RoleStatus::Ambiguous) {
            for side in Side::BOTH {
                self.part(pair.side(side).map_or("", |real| &real.name));
            }
        }
    }

    /// 32 hexadecimal digits.
    pub fn finish(self) -> String {
        let digest = self.0.finish();
        digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

//! Amazon Resource Names and account ids.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An AWS account id.
///
/// INVARIANT: exactly twelve ASCII digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct AccountId(String);

impl AccountId {
    /// The twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a text has the form of an account id.
    ///
    /// ```
    /// use iamctl::model::AccountId;
    /// assert!(AccountId::is_valid("111122223333"));
    /// assert!(!AccountId::is_valid("1111222233334"));
    /// ```
    #[must_use]
    pub fn is_valid(text: &str) -> bool {
        text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
    }
}

impl FromStr for AccountId {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        if Self::is_valid(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ArnError::AccountId { text: text.to_owned() })
        }
    }
}

impl TryFrom<String> for AccountId {
    type Error = ArnError;

    fn try_from(text: String) -> Result<Self, ArnError> {
        text.parse()
    }
}

impl From<AccountId> for String {
    fn from(AccountId(text): AccountId) -> Self {
        text
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is not an ARN or account id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArnError {
    /// Not twelve digits.
    #[error("`{}` is not an account ID: an account ID has twelve digits", .text.escape_debug())]
    AccountId {
        /// The text that was given.
        text: String,
    },
    /// Not `arn:partition:service:region:account:resource`.
    #[error("`{}` is not an ARN: the form is `arn:partition:service:region:account:resource`", .text.escape_debug())]
    Arn {
        /// The text that was given.
        text: String,
    },
}

/// The ARN of something that exists (a role, a policy), never a pattern.
///
/// INVARIANT: at least six parts separated by `:`, the first `arn`, partition, service and resource not empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Arn(String);

impl Arn {
    /// The whole ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition, such as `aws` or `aws-cn`.
    #[must_use]
    pub fn partition(&self) -> &str {
        self.part(1)
    }

    /// The service namespace, such as `iam`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// The account field; empty or `aws` for what no customer owns.
    #[must_use]
    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// All after the fifth `:`, such as `role/path/name`.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    /// The text after the last `/` of the resource: a policy's or role's name without its path.
    ///
    /// ```
    /// use iamctl::model::Arn;
    /// let arn: Arn = "arn:aws:iam::aws:policy/job-function/Billing".parse().unwrap();
    /// assert_eq!(arn.last_name(), "Billing");
    /// ```
    #[must_use]
    pub fn last_name(&self) -> &str {
        let resource = self.resource();
        resource.rsplit_once('/').map_or(resource, |(_, name)| name)
    }

    fn part(&self, index: usize) -> &str {
        self.0.splitn(6, ':').nth(index).unwrap_or_default()
    }
}

impl FromStr for Arn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        let mut parts = text.splitn(6, ':');
        let is_arn = parts.next() == Some("arn");
        let partition = parts.next().unwrap_or_default();
        let service = parts.next().unwrap_or_default();
        let resource = parts.nth(2).unwrap_or_default();
        if is_arn && !partition.is_empty() && !service.is_empty() && !resource.is_empty() {
            Ok(Self(text.to_owned()))
        } else {
            Err(ArnError::Arn { text: text.to_owned() })
        }
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_all_six_parts() {
        let arn: Arn = "arn:aws-cn:logs:cn-north-1:111122223333:log-group:x:*".parse().unwrap();
        assert_eq!(
            (arn.partition(), arn.service(), arn.account(), arn.resource()),
            ("aws-cn", "logs", "111122223333", "log-group:x:*")
        );
        for bad in ["", "arn", "arn:aws:iam::1", "arn:aws:iam::1:", "ARN:aws:iam::1:x", "arn::iam::1:x"] {
            assert!(bad.parse::<Arn>().is_err(), "{bad}");
        }
    }
}

//! Who the credentials are.

use super::live_source::LiveSource;
use crate::model::AccountId;

/// Who a source's credentials are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Where the credentials came from.
    pub source: LiveSource,
    /// The account they are for.
    pub account_id: AccountId,
    /// The user or the role session.
    pub arn: String,
    /// The account's partition, such as `aws` or `aws-cn`.
    pub partition: String,
    /// The region that signs the calls.
    pub region: String,
}

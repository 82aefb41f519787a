//! What a finding comes from: the one change in an account that would resolve it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::attribute::Attribute;
use super::rows::ChangedStatement;

use crate::model::Side;

/// The cause of a finding. Findings of several roles with one cause are one group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Cause {
    /// A managed policy is attached in one account only.
    PolicyAttachment {
        /// The account that attaches it.
        side: Side,
        /// The policy's normalized ARN.
        policy: String,
    },
    /// A managed policy that both accounts attach has another document in each.
    PolicyDocument {
        /// The policy's normalized name.
        policy: String,
    },
    /// A statement of an inline policy is another in each account, or is there in one only.
    InlineStatement(ChangedStatement),
    /// An inline policy is there in one account only.
    InlinePolicy {
        /// The account that has it.
        side: Side,
        /// The policy's normalized name.
        policy: String,
    },
    /// A policy is inline in one account and managed in the other.
    PolicyMoved {
        /// The policy's normalized name.
        policy: String,
    },
    /// The policies say it differently, and nothing is known to follow.
    Items {
        /// The items, as one text.
        items: String,
    },
    /// The permissions boundary.
    Boundary {
        /// The first account's, if it has one.
        left: Option<String>,
        /// The second account's.
        right: Option<String>,
    },
    /// An instance profile contains the role in one account only.
    InstanceProfile {
        /// The account where it does.
        side: Side,
        /// The instance profile's normalized name.
        profile: String,
    },
    /// A principal of the trust policy.
    TrustPrincipal {
        /// The principal's type and text, normalized.
        principal: String,
        /// The accounts in which it can do more.
        sides: BTreeSet<Side>,
    },
    /// A tag or another attribute.
    Attribute {
        /// The attribute.
        attribute: Attribute,
        /// The first account's value, as JSON.
        left: String,
        /// The second account's value.
        right: String,
    },
    /// A text that belongs to the other account, or to a third one.
    CrossReference {
        /// The account whose roles contain it.
        side: Side,
        /// The whole text.
        text: String,
    },
    /// A text that belongs to a third account, and that roles of both accounts contain.
    ReferenceOfBoth {
        /// The whole text.
        text: String,
    },
    /// A role that only one account has. Roles that grant the same to the same principals are there for one reason.
    RoleInOneAccount {
        /// The account that has it.
        side: Side,
        /// What it grants, as a hash: the same only for the same access and the same principals.
        grants: String,
    },
    /// A role with an ambiguous name, or one about which the comparison contradicts itself.
    Role {
        /// The place of the role in the report.
        role: usize,
    },
    /// A remark on a statement.
    Statement {
        /// The kind of remark.
        id: String,
        /// The policy.
        policy: String,
        /// The remark.
        text: String,
    },
    /// What limits the report.
    Limitation {
        /// Its identity.
        identity: String,
    },
}

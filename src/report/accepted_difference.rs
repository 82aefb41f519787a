//! A difference that somebody has accepted.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rule::Rule;
use super::severity::Severity;
use crate::model::{DifferenceKind, Effect, Side};

/// A difference that somebody has accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AcceptedDifference {
    /// The list that would contain it.
    pub kind: DifferenceKind,
    /// The account that has it; none for an attribute, unless it is a list.
    pub side: Option<Side>,
    /// The role's normalized name.
    pub role: String,
    /// The real role, in the account that has the difference; for an attribute that is no list, in the first account.
    pub role_arn: String,
    /// The real role in the other account, if there is one.
    pub other_role_arn: Option<String>,
    /// The policies it is from, sorted.
    pub policies: Vec<String>,
    /// Allow or Deny.
    pub effect: Option<Effect>,
    /// The prefix of the actions; `*` for all.
    pub service: Option<String>,
    /// The actions with their service, as entries spell them.
    pub actions: Vec<String>,
    /// The resources, as entries spell them.
    pub resources: Vec<String>,
    /// The principal, as entries spell it.
    pub principal: Option<String>,
    /// What it leaves out: resources, or principals of a trust difference.
    #[serde(default)]
    pub except: Vec<String>,
    /// The condition under which it holds.
    pub condition: Option<String>,
    /// The attribute.
    pub attribute: Option<String>,
    /// The attribute's value in the first account; of a list, the entry that only this account has.
    pub left: Value,
    /// The attribute's value in the second account.
    pub right: Value,
    /// The complete text of a cross-reference.
    pub text: Option<String>,
    /// The reason of the entry; of several entries, each reason once, one per line.
    pub reason: String,
    /// Who is responsible; of several entries, each owner once, one per line.
    pub owner: Option<String>,
    /// The last day on which it is accepted, `YYYY-MM-DD`; of several entries, the first of their days.
    pub expires: Option<String>,
    /// The numbers of the entries that it takes to accept it; the first entry of the file is 1.
    pub entries: Vec<usize>,
    /// What a role of one account grants, as a fingerprint; none for any other difference.
    pub grants: Option<String>,
    /// The rule of the finding that it would be.
    pub rule: Rule,
    /// The severity of that finding.
    pub severity: Severity,
    /// The fingerprint of that finding, if it was accepted as a whole. None for an item that another finding explains,
    /// which is no finding of its own.
    #[serde(default)]
    pub finding: Option<String>,
}

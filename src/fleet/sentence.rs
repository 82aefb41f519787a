//! Sentences of a comparison of two accounts, said of a fleet.

use super::deviation::Alone;
use crate::model::AccountTag;
use crate::report::Rule;
use crate::report::sentences::{counted, few};

/// How many accounts a sentence names before the rest is only counted.
const NAMED: usize = 5;

/// In which accounts a role is missing, or is besides those of the baseline. `baseline` is none for the majority; `all` is
/// the number of accounts that were compared.
pub(super) fn alone(
    alone: &Alone,
    rule: Rule,
    baseline: Option<&AccountTag>,
    accounts: &[&AccountTag],
    all: usize,
) -> String {
    let baseline = baseline.map_or("the majority", AccountTag::as_str);
    let tags: Vec<String> = accounts.iter().map(ToString::to_string).collect();
    let named = format!("{} ({} of {})", few(&tags, NAMED), tags.len(), counted(all, "account"));
    let Alone { role, rest } = alone;
    if rule == Rule::RoleMissing {
        format!("{role} exists in {baseline} and does not exist in {named}{rest}")
    } else {
        format!("{role} does not exist in {baseline} and exists in {named}{rest}")
    }
}

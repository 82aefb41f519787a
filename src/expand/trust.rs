//! Trust policies: who can assume the role, by which action.

use std::sync::Arc;

use super::identity::excluded_json;
use super::item::{Excluded, Expansion, Item, ItemAction, ItemCondition, ItemTarget, Note};
use crate::catalog::TRUST_ACTIONS;
use crate::model::equivalency::{OWN_ACCOUNT, mark};
use crate::model::{
    AccountId, ActionClause, ActionPattern, Glob, ItemPrincipalType, Principal, PrincipalClause, Statement, TrustPolicy,
};

/// The rows of a trust policy. `partition` is the role's own, for writing an account id as its root ARN.
#[must_use]
pub fn trust(document: &TrustPolicy, partition: &str) -> Expansion {
    let items = document.statements.iter().flat_map(|statement| rows(statement, partition)).collect();
    Expansion::new(items, Vec::new())
}

fn rows(statement: &Statement<PrincipalClause>, partition: &str) -> Vec<Item> {
    let condition = Arc::new(ItemCondition::new(&statement.conditions));
    let excluded = Arc::new(excluded(statement, partition));
    let targets: Vec<Arc<ItemTarget>> = statement
        .target
        .principals()
        .iter()
        .map(|principal| Arc::new(target(&statement.target, principal, partition)))
        .collect();
    let mut items = Vec::new();
    for (action, note) in statement.action.patterns().iter().flat_map(|pattern| actions(&statement.action, pattern)) {
        let action = Arc::new(action);
        items.extend(targets.iter().map(|target| Item {
            effect: statement.effect,
            action_element: statement.action.element(),
            action: Arc::clone(&action),
            target: Arc::clone(target),
            condition: Arc::clone(&condition),
            excluded: Arc::clone(&excluded),
            note,
        }));
    }
    items
}

fn actions(clause: &ActionClause, pattern: &ActionPattern) -> Vec<(ItemAction, Option<Note>)> {
    let of_sts = pattern.service() == "sts" || pattern.is_everything();
    let glob = Glob::new(pattern.folded_name());
    let matching = || TRUST_ACTIONS.into_iter().filter(|name| of_sts && glob.matches(&name.to_ascii_lowercase()));
    let expanded: Vec<_> = match clause {
        ActionClause::Action(_) => matching().map(|name| (ItemAction::new("sts", name), None)).collect(),
        ActionClause::NotAction(_) => Vec::new(),
    };
    if !expanded.is_empty() {
        return expanded;
    }
    let known: Vec<&str> = matching().collect();
    let spelling = match known.as_slice() {
        [one] if !pattern.has_wildcard() => one,
        _ => pattern.name(),
    };
    let note = known.is_empty().then_some(Note::UnknownAction);
    vec![(ItemAction::new(pattern.service(), spelling), note)]
}

fn target(clause: &PrincipalClause, principal: &Principal, partition: &str) -> ItemTarget {
    let principal_type = ItemPrincipalType::new(clause.element(), principal.principal_type());
    ItemTarget::Principal { principal_type, principal: canonical(principal, partition) }
}

/// An account id is written as its root ARN: IAM takes them for the same.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>, AWS account
/// principals.
fn canonical(principal: &Principal, partition: &str) -> String {
    match principal {
        Principal::Aws(text) if AccountId::is_valid(text) || *text == mark(OWN_ACCOUNT) => {
            format!("arn:{partition}:iam::{text}:root")
        }
        Principal::Everyone
        | Principal::Aws(_)
        | Principal::Service(_)
        | Principal::Federated(_)
        | Principal::CanonicalUser(_) => principal.as_str().to_owned(),
    }
}

/// The lists of `NotAction` and `NotPrincipal` that have more than one entry.
fn excluded(statement: &Statement<PrincipalClause>, partition: &str) -> Excluded {
    let actions = match &statement.action {
        ActionClause::Action(_) => Vec::new(),
        ActionClause::NotAction(patterns) => patterns.clone(),
    };
    let principals: Vec<String> = match &statement.target {
        PrincipalClause::Principal(_) => Vec::new(),
        PrincipalClause::NotPrincipal(principals) => principals
            .iter()
            .map(|principal| format!("{}:{}", principal.principal_type(), canonical(principal, partition)))
            .collect(),
    };
    let list = |spell: fn(&ActionPattern) -> &str| {
        let actions = actions.iter().map(|pattern| spell(pattern).to_owned()).collect();
        excluded_json([("NotAction", actions), ("NotPrincipal", principals.clone())])
    };
    Excluded { shown: list(ActionPattern::as_str), key: list(ActionPattern::folded) }
}

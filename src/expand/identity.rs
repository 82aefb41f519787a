//! Statements of identity policies: actions expanded by the catalog, each paired with the resources it can act on.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::item::{Excluded, Expansion, Item, ItemAction, ItemCondition, ItemTarget, Note};
use super::universe::{Expanded, Universe};
use crate::catalog::{Action, ResourceType, Service};
use crate::model::{ActionClause, ActionPattern, Glob, IdentityPolicy, ResourceClause, Statement, Token, Version};

/// The rows of a document.
pub(super) fn expand(document: &IdentityPolicy, universe: &Universe<'_>) -> Expansion {
    let (mut items, mut inapplicable) = (Vec::new(), Vec::new());
    for statement in &document.statements {
        let element = statement.target.element();
        let condition = Arc::new(ItemCondition::new(&statement.conditions));
        let excluded = Arc::new(excluded(statement));
        let of_entry = |arn: &String| Arc::new(ItemTarget::Resource { element, arn: arn.clone() });
        let targets: Vec<Arc<ItemTarget>> = statement.target.patterns().iter().map(of_entry).collect();
        pair(statement, document.effective_version(), universe, |action, target, note| {
            let list = if note == Some(Note::NoApplicableResource) { &mut inapplicable } else { &mut items };
            // Every pair is of an entry, and every entry has its target.
            list.extend(targets.get(target).map(|target| Item {
                effect: statement.effect,
                action_element: statement.action.element(),
                action: Arc::clone(&action.action),
                target: Arc::clone(target),
                condition: Arc::clone(&condition),
                excluded: Arc::clone(&excluded),
                note,
            }));
        });
    }
    Expansion::new(items, inapplicable)
}

/// Pairs the actions of a statement with the entries of its resources. `visit` hears of each pair: the action, the
/// entry's index, and why the pair is kept though the catalog does not explain it.
pub(super) fn pair(
    statement: &Statement<ResourceClause>,
    version: Version,
    universe: &Universe<'_>,
    mut visit: impl FnMut(&Expanded<'_>, usize, Option<Note>),
) {
    // In the older version of the language `${…}` is plain text.
    let variables = version == Version::V2012;
    let globs = statement.target.patterns().iter().map(|pattern| resource_glob(pattern, variables));
    let globs: Vec<(usize, Glob)> = globs.enumerate().collect();
    let mut fit = Fit::default();
    for pattern in statement.action.patterns() {
        let expanded = universe.expand(pattern);
        match statement.action {
            ActionClause::Action(_) if !expanded.is_empty() => {
                for action in expanded.iter() {
                    for (index, glob) in &globs {
                        visit(action, *index, fit.note(&statement.target, action, (*index, glob)));
                    }
                }
            }
            // A pattern that is not expanded stands beside every resource.
            ActionClause::Action(_) | ActionClause::NotAction(_) => {
                let note = (expanded.is_empty() && !pattern.is_everything()).then_some(Note::UnknownAction);
                let action = as_written(pattern, &expanded);
                globs.iter().for_each(|(index, _)| visit(&action, *index, note));
            }
        }
    }
}

/// The action of a pattern that is not expanded.
fn as_written<'c>(pattern: &ActionPattern, expanded: &[Expanded<'c>]) -> Expanded<'c> {
    match expanded {
        [one] if !pattern.has_wildcard() => one.clone(),
        _ => Expanded { action: Arc::new(ItemAction::new(pattern.service(), pattern.name())), known: None },
    }
}

/// Whether actions can act on what a resource pattern stands for, asked once per resource type.
#[derive(Default)]
struct Fit {
    /// By resource's index in its statement and the address of the resource type.
    known: BTreeMap<(usize, *const ResourceType), bool>,
}

impl Fit {
    /// Why a pair of an action and a resource is kept though the catalog does not explain it.
    fn note(&mut self, target: &ResourceClause, one: &Expanded<'_>, entry: (usize, &Glob)) -> Option<Note> {
        match (target, one.known) {
            (_, None) => Some(Note::UnknownAction),
            // A complement reaches everything but its list.
            (ResourceClause::NotResource(_), Some(_)) => None,
            (ResourceClause::Resource(_), Some((service, action))) => {
                (!self.applies(service, action, entry)).then_some(Note::NoApplicableResource)
            }
        }
    }

    /// An action acts on its own resource types; one that has none is only granted by `*`.
    ///
    /// Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    fn applies(&mut self, service: &Service, action: &Action, (index, glob): (usize, &Glob)) -> bool {
        if glob.tokens() == [Token::AnyText] {
            return true;
        }
        service.resource_types_of(action).any(|resource_type| {
            let known = self.known.entry((index, std::ptr::from_ref(resource_type)));
            *known.or_insert_with(|| resource_type.arns.iter().any(|template| template.overlaps(glob)))
        })
    }
}

/// The texts a resource may stand for, a variable standing for any.
fn resource_glob(pattern: &str, variables: bool) -> Glob {
    if !variables || !pattern.contains("${") {
        return Glob::new(pattern);
    }
    let mut tokens = Vec::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("${") {
        tokens.extend_from_slice(Glob::new(before).tokens());
        match after.split_once('}') {
            Some((_, after)) => {
                tokens.push(Token::AnyText);
                rest = after;
            }
            None => {
                tokens.extend("${".chars().map(Token::Char));
                rest = after;
            }
        }
    }
    tokens.extend_from_slice(Glob::new(rest).tokens());
    Glob::from_tokens(tokens)
}

/// The lists of `NotAction` and `NotResource` that have more than one entry.
pub(super) fn excluded(statement: &Statement<ResourceClause>) -> Excluded {
    if matches!((&statement.action, &statement.target), (ActionClause::Action(_), ResourceClause::Resource(_))) {
        return Excluded::default();
    }
    let actions = match &statement.action {
        ActionClause::Action(_) => Vec::new(),
        ActionClause::NotAction(patterns) => patterns.clone(),
    };
    let resources = match &statement.target {
        ResourceClause::Resource(_) => Vec::new(),
        ResourceClause::NotResource(patterns) => patterns.clone(),
    };
    let list = |spell: fn(&ActionPattern) -> &str| {
        let actions = actions.iter().map(|pattern| spell(pattern).to_owned()).collect();
        excluded_json([("NotAction", actions), ("NotResource", resources.clone())])
    };
    Excluded { shown: list(ActionPattern::as_str), key: list(ActionPattern::folded) }
}

/// Lists with more than one distinct entry as a canonical JSON object; empty if there is none.
pub(super) fn excluded_json<const N: usize>(lists: [(&str, Vec<String>); N]) -> String {
    let mut object = serde_json::Map::new();
    for (element, mut entries) in lists {
        entries.sort();
        entries.dedup();
        if entries.len() > 1 {
            object.insert(element.to_owned(), entries.into());
        }
    }
    if object.is_empty() { String::new() } else { serde_json::Value::Object(object).to_string() }
}

//! Statements of identity policies: actions expanded by the catalog, each paired with the resources it can act on.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::item::{Excluded, Expansion, Item, ItemAction, ItemCondition, ItemTarget, Note};
use super::universe::{Expanded, Universe};
use crate::catalog::{Action, ResourceType, Service};
use crate::model::{ActionClause, ActionPattern, Glob, IdentityPolicy, ResourceClause, Statement, Token, Version};

/// The rows of a document.
pub(super) fn expand(document: &IdentityPolicy, universe: &Universe<'_>) -> Expansion {
    let mut rows =
        Rows { items: Vec::new(), inapplicable: Vec::new(), variables: document.effective_version() == Version::V2012 };
    for statement in &document.statements {
        rows.statement(statement, universe);
    }
    Expansion::new(rows.items, rows.inapplicable)
}

struct Rows {
    items: Vec<Item>,
    inapplicable: Vec<Item>,
    /// Whether `${…}` is a policy variable; in the older version of the language it is plain text.
    variables: bool,
}

/// What all rows of one statement share.
struct Frame<'a> {
    statement: &'a Statement<ResourceClause>,
    condition: Arc<ItemCondition>,
    excluded: Arc<Excluded>,
    targets: Vec<Arc<ItemTarget>>,
}

impl Frame<'_> {
    fn item(&self, action: &Arc<ItemAction>, target: &Arc<ItemTarget>, note: Option<Note>) -> Item {
        Item {
            effect: self.statement.effect,
            action_element: self.statement.action.element(),
            action: Arc::clone(action),
            target: Arc::clone(target),
            condition: Arc::clone(&self.condition),
            excluded: Arc::clone(&self.excluded),
            note,
        }
    }
}

impl Rows {
    fn statement(&mut self, statement: &Statement<ResourceClause>, universe: &Universe<'_>) {
        let element = statement.target.element();
        let frame = Frame {
            statement,
            condition: Arc::new(ItemCondition::new(&statement.conditions)),
            excluded: Arc::new(excluded(statement)),
            targets: statement
                .target
                .patterns()
                .iter()
                .map(|arn| Arc::new(ItemTarget::Resource { element, arn: arn.clone() }))
                .collect(),
        };
        for pattern in statement.action.patterns() {
            let expanded = universe.expand(pattern);
            match statement.action {
                ActionClause::Action(_) if !expanded.is_empty() => self.paired(&frame, &expanded),
                ActionClause::Action(_) | ActionClause::NotAction(_) => self.as_written(&frame, pattern, &expanded),
            }
        }
    }

    /// A pattern that is not expanded stands beside every resource.
    fn as_written(&mut self, frame: &Frame<'_>, pattern: &ActionPattern, expanded: &[Expanded<'_>]) {
        let note = (expanded.is_empty() && !pattern.is_everything()).then_some(Note::UnknownAction);
        let action = match expanded {
            [one] if !pattern.has_wildcard() => Arc::clone(&one.action),
            _ => Arc::new(ItemAction::new(pattern.service(), pattern.name())),
        };
        self.items.extend(frame.targets.iter().map(|target| frame.item(&action, target, note)));
    }

    fn paired(&mut self, frame: &Frame<'_>, expanded: &[Expanded<'_>]) {
        let globs = frame.statement.target.patterns().iter().map(|pattern| resource_glob(pattern, self.variables));
        // Both are made of the same patterns.
        let targets: Vec<(usize, (&Arc<ItemTarget>, Glob))> = frame.targets.iter().zip(globs).enumerate().collect();
        let mut fit = Fit::default();
        for one in expanded {
            for (index, (target, glob)) in &targets {
                let applies = match (&frame.statement.target, one.known) {
                    // A complement reaches everything but its list.
                    (ResourceClause::NotResource(_), _) | (_, None) => true,
                    (ResourceClause::Resource(_), Some((service, action))) => {
                        fit.applies(service, action, (*index, glob))
                    }
                };
                match (applies, one.known) {
                    (true, Some(_)) => self.items.push(frame.item(&one.action, target, None)),
                    (true, None) => self.items.push(frame.item(&one.action, target, Some(Note::UnknownAction))),
                    (false, _) => {
                        self.inapplicable.push(frame.item(&one.action, target, Some(Note::NoApplicableResource)))
                    }
                }
            }
        }
    }
}

/// Whether actions can act on what a resource pattern stands for, asked once per resource type.
#[derive(Default)]
struct Fit {
    /// By resource's index in its statement and the address of the resource type.
    known: BTreeMap<(usize, *const ResourceType), bool>,
}

impl Fit {
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
fn excluded(statement: &Statement<ResourceClause>) -> Excluded {
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

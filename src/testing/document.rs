//! Policies before they are spelled: what a document says, and its JSON.

use serde_json::Value;
use serde_json::value::RawValue;

use super::numbers::Numbers;
use super::world::World;
use crate::model::Side;

/// What a statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Resource,
    Aws,
    Service,
    Federated,
}

impl Target {
    const fn key(self) -> &'static str {
        match self {
            Self::Resource => "Resource",
            Self::Aws => "AWS",
            Self::Service => "Service",
            Self::Federated => "Federated",
        }
    }
}

/// One test of a condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Test {
    pub operator: String,
    pub key: String,
    pub values: Vec<String>,
}

pub(super) fn test(operator: &str, key: &str, values: &[&str]) -> Test {
    let values = values.iter().map(|&value| value.to_owned()).collect();
    Test { operator: operator.to_owned(), key: key.to_owned(), values }
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub sid: Option<String>,
    pub allow: bool,
    pub not_action: bool,
    pub actions: Vec<String>,
    pub not_resource: bool,
    pub targets: Vec<(Target, String)>,
    pub conditions: Vec<Test>,
}

/// An Allow of these actions on these resources.
pub(super) fn allow(actions: &[&str], resources: &[&str]) -> Statement {
    Statement {
        sid: None,
        allow: true,
        not_action: false,
        actions: actions.iter().map(|&action| action.to_owned()).collect(),
        not_resource: false,
        targets: resources.iter().map(|&text| (Target::Resource, text.to_owned())).collect(),
        conditions: Vec::new(),
    }
}

/// A statement of a trust policy.
pub(super) fn trust(action: &str, target: Target, principals: &[&str]) -> Statement {
    let targets = principals.iter().map(|&text| (target, text.to_owned())).collect();
    Statement { targets, ..allow(&[action], &[]) }
}

impl Statement {
    pub(super) fn when(mut self, test: Test) -> Self {
        self.conditions.push(test);
        self
    }

    pub(super) fn deny(mut self) -> Self {
        self.allow = false;
        self
    }
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document {
    pub id: Option<String>,
    pub old_version: bool,
    pub statements: Vec<Statement>,
}

impl Document {
    pub(super) const fn of(statements: Vec<Statement>) -> Self {
        Self { id: None, old_version: false, statements }
    }

    /// The document as JSON, as one account spells it; in a spelling of its own, if there are numbers to choose by.
    pub(super) fn json(
        &self,
        world: &World,
        side: Side,
        choose: Option<&mut Numbers>,
    ) -> Result<Box<RawValue>, serde_json::Error> {
        let mut writer = Writer { world, side, choose, space: "" };
        if writer.chance(30) {
            writer.space = "\n    ";
        }
        let version = if self.old_version { "2008-10-17" } else { "2012-10-17" };
        let statements = self.statements.iter().map(|statement| writer.statement(statement)).collect();
        let mut keys = vec![("Version".to_owned(), writer.text(version))];
        keys.extend(self.id.as_ref().map(|id| ("Id".to_owned(), writer.text(id))));
        keys.push(("Statement".to_owned(), writer.list(statements)));
        RawValue::from_string(writer.object(keys))
    }
}

/// Writes JSON by itself, because `serde_json`'s objects have one order of keys.
struct Writer<'a> {
    world: &'a World,
    side: Side,
    choose: Option<&'a mut Numbers>,
    /// Before each entry of a list or object.
    space: &'static str,
}

impl Writer<'_> {
    fn chance(&mut self, percent: usize) -> bool {
        self.choose.as_mut().is_some_and(|numbers| numbers.chance(percent))
    }

    fn text(&self, text: &str) -> String {
        Value::String(self.world.render(self.side, text)).to_string()
    }

    /// A list of one may be written without its brackets.
    fn list(&mut self, mut items: Vec<String>) -> String {
        if items.len() == 1 && self.chance(50) {
            return items.pop().unwrap_or_default();
        }
        let space = self.space;
        format!("[{space}{}]", items.join(&format!(",{space}")))
    }

    fn texts<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> String {
        let texts = texts.map(|text| self.text(text)).collect();
        self.list(texts)
    }

    fn object(&mut self, mut keys: Vec<(String, String)>) -> String {
        if let Some(numbers) = &mut self.choose {
            numbers.shuffle(&mut keys);
        }
        let keys: Vec<String> = keys
            .iter()
            .map(|(key, value)| format!("{}:{}{value}", self.text(key), if self.space.is_empty() { "" } else { " " }))
            .collect();
        let space = self.space;
        format!("{{{space}{}}}", keys.join(&format!(",{space}")))
    }

    fn statement(&mut self, statement: &Statement) -> String {
        let mut keys: Vec<(String, String)> = Vec::new();
        keys.extend(statement.sid.as_ref().map(|sid| ("Sid".to_owned(), self.text(sid))));
        keys.push(("Effect".to_owned(), self.text(if statement.allow { "Allow" } else { "Deny" })));
        let actions = self.texts(statement.actions.iter().map(String::as_str));
        keys.push((if statement.not_action { "NotAction" } else { "Action" }.to_owned(), actions));
        keys.push(self.targets(statement));
        if !statement.conditions.is_empty() {
            keys.push(("Condition".to_owned(), self.conditions(&statement.conditions)));
        }
        self.object(keys)
    }

    fn targets(&mut self, statement: &Statement) -> (String, String) {
        let of = |kind: Target| {
            statement.targets.iter().filter(move |(target, _)| *target == kind).map(|(_, text)| text.as_str())
        };
        if of(Target::Resource).next().is_some() {
            let key = if statement.not_resource { "NotResource" } else { "Resource" };
            return (key.to_owned(), self.texts(of(Target::Resource)));
        }
        let everyone = statement.targets.iter().all(|(kind, text)| *kind == Target::Aws && text == "*");
        if everyone && self.chance(50) {
            return ("Principal".to_owned(), "\"*\"".to_owned());
        }
        let mut kinds = Vec::new();
        for kind in [Target::Aws, Target::Service, Target::Federated] {
            if of(kind).next().is_some() {
                kinds.push((kind.key().to_owned(), self.texts(of(kind))));
            }
        }
        ("Principal".to_owned(), self.object(kinds))
    }

    fn conditions(&mut self, tests: &[Test]) -> String {
        let mut operators: Vec<(String, Vec<(String, String)>)> = Vec::new();
        for test in tests {
            let values = test.values.iter().map(|value| self.value(&test.operator, value)).collect();
            let one = (test.key.clone(), self.list(values));
            match operators.iter_mut().find(|(operator, _)| *operator == test.operator) {
                Some((_, keys)) => keys.push(one),
                None => operators.push((test.operator.clone(), vec![one])),
            }
        }
        let operators = operators.into_iter().map(|(operator, keys)| (operator, self.object(keys))).collect();
        self.object(operators)
    }

    /// Numbers and booleans may be written as such.
    fn value(&mut self, operator: &str, value: &str) -> String {
        let plain = matches!(value, "true" | "false") || operator.starts_with("Numeric");
        if plain && self.chance(50) { value.to_owned() } else { self.text(value) }
    }
}

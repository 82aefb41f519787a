//! Which statement a difference comes from, as a hash of what it says in each account.
//!
//! Roles whose differences come from statements of the same texts have one cause; so have the rows of one role that one
//! statement makes.

use ring::digest::{SHA256, digest};

use crate::model::equivalency::display;
use crate::model::{
    ConditionKey, IdentityPolicy, InlinePolicy, PolicyType, ResourceClause, Role, Side, Sides, Statement,
};
use crate::report::ChangedStatement;
use crate::semantics::outcome::StatementRef;

/// The change of the first of some statements that is of an inline policy; none if none is. `side` is the account that
/// has them, `roles` are normalised.
pub(super) fn find(roles: Sides<&Role>, side: Side, statements: &[StatementRef]) -> Option<ChangedStatement> {
    let inline = statements.iter().find(|statement| statement.policy_type == PolicyType::Inline)?;
    let of = |side: Side| roles.get(side).inline.iter().find(|policy| policy.name == inline.policy_name);
    let own = of(side)?;
    let (own, other) = match of(side.other()) {
        None => (hash(&policy(own)), None),
        Some(other) => {
            let own = own.document.statements.get(inline.statement)?;
            (hash(&statement(own)), counterpart(inline, other).map(|other| hash(&statement(other))))
        }
    };
    Some(match side {
        Side::Left => ChangedStatement { left: Some(own), right: other },
        Side::Right => ChangedStatement { left: other, right: Some(own) },
    })
}

/// The statement of the other account's policy that stands for this one: by its `Sid`, else by its place.
fn counterpart<'p>(own: &StatementRef, other: &'p InlinePolicy) -> Option<&'p Statement<ResourceClause>> {
    let statements = &other.document.statements;
    match &own.sid {
        Some(sid) => statements.iter().find(|statement| statement.sid.as_ref() == Some(sid)),
        None => statements.get(own.statement).filter(|statement| statement.sid.is_none()),
    }
}

/// All that a policy says, in one spelling.
fn policy(policy: &InlinePolicy) -> String {
    let document: &IdentityPolicy = &policy.document;
    document.statements.iter().map(statement).collect::<Vec<_>>().join("\n")
}

/// What a statement says, in one spelling: neither its `Sid` nor the order of its lists counts.
fn statement(statement: &Statement<ResourceClause>) -> String {
    let sorted = |texts: Vec<String>| {
        let mut texts = texts;
        texts.sort();
        texts.join(" ")
    };
    let actions = statement.action.patterns().iter().map(|pattern| pattern.folded().to_owned()).collect();
    let resources = statement.target.patterns().iter().map(|pattern| display(pattern).into_owned()).collect();
    format!(
        "{} {} {} {} {} {}",
        statement.effect,
        statement.action.element(),
        sorted(actions),
        statement.target.element(),
        sorted(resources),
        display(&statement.conditions.canonical_json(ConditionKey::folded)),
    )
}

/// 16 hexadecimal digits.
fn hash(text: &str) -> String {
    digest(&SHA256, text.as_bytes()).as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

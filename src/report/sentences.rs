//! What each kind of difference says, in a sentence. The only place where these sentences are written.

use std::collections::BTreeMap;

use super::Report;
use super::assess;
use super::attribute::Attribute;
use super::breadth::Breadth;
use super::condition_words;
pub use super::counted::{counted, few};
use super::role::{RoleGrants, RoleResult, RoleStatus};
use super::rows::{
    AttributeDifference, CrossReference, ItemDifference, RoleAccessDifference, RoleDenyDifference, RoleTrustDifference,
    StatementWarning,
};
use crate::model::equivalency::OWN_ACCOUNT;
use crate::model::{self, ActionElement, PolicyType, PrincipalType, ResourceElement, Side};
use crate::semantics::difference_condition::DifferenceCondition;
use crate::semantics::escalation::EscalationId;
use crate::semantics::outcome::{Certainty, Refusal, StatementRef};

/// How many actions or resources a sentence of a finding names before the rest is only counted.
pub const NAMED: usize = 3;

/// No limit to what a sentence names.
pub const ALL: usize = usize::MAX;

impl Report {
    /// `qa allows s3:PutObject on arn:…; dev implicitly denies it`, naming at most so many actions and resources.
    #[must_use]
    pub fn access_sentence(&self, row: &RoleAccessDifference, most: usize) -> String {
        let d = &row.difference;
        let (own, other) = self.tags(d.side);
        let named = row.named();
        let what = self.what(&actions(&d.service, &d.actions, &d.not_actions), named.resources, named.except, most);
        let condition = condition(named.condition);
        if d.certainty == Certainty::Unknown {
            let reasons = d.reasons.join("; ");
            return format!(
                "whether {own} allows {what}{condition} and {other} does not, could not be determined: {reasons}"
            );
        }
        let refused = refused(other, &d.refused_by);
        let on = self.corresponding(row, named.resources);
        let escalations = escalations(&d.escalations, most);
        format!("{own} allows {what}{condition}; {refused}{on}{escalations}{}", because(&d.reasons))
    }

    /// On which resource the other account refuses it, where one role names the other account's: the request that
    /// corresponds to one about the other account's own resource is about a resource of this account.
    fn corresponding(&self, row: &RoleAccessDifference, resources: &[String]) -> String {
        let side = row.difference.side;
        let named: Vec<&CrossReference> =
            self.cross_references.iter().filter(|one| one.owner.is_some() && resources.contains(&one.text)).collect();
        if named.is_empty() {
            return String::new();
        }
        let is_of_pair = |role: &&RoleResult| role.side(side).is_some_and(|real| real.arn == row.role_arn);
        let other = self.roles.iter().find(is_of_pair).and_then(|role| role.side(side.other()));
        let refers = |side: Side, arn: &str| named.iter().any(|one| one.side == side && one.role_arn == arn);
        if row.counterpart.is_none() && refers(side, &row.role_arn) {
            format!(" on the corresponding resource of {}", self.tags(side).0)
        } else if other.is_some_and(|real| refers(side.other(), &real.arn)) {
            " on its own corresponding resource".to_owned()
        } else {
            String::new()
        }
    }

    /// `account 444455556666 can assume the role in qa; dev implicitly denies it`; see [`Report::access_sentence`].
    #[must_use]
    pub fn trust_sentence(&self, row: &RoleTrustDifference, most: usize) -> String {
        let d = &row.difference;
        let (own, other) = self.tags(d.side);
        let named = row.named();
        let principal = self.principal(row);
        let what = trust_actions(&d.actions, most);
        let condition = condition(named.condition);
        if d.certainty == Certainty::Unknown {
            let who = format!("{principal}{}", except(named.except, most));
            let reasons = d.reasons.join("; ");
            return format!(
                "whether {who} can {what} in {own}{condition} and not in {other}, could not be determined: {reasons}"
            );
        }
        let who = format!("{principal}{}", except(named.except, most));
        let refused = refused(other, &d.refused_by);
        format!("{who} can {what} in {own}{condition}; {refused}{}", because(&d.reasons))
    }

    /// `account 444455556666 can assume the role`, without a word on the other account.
    #[must_use]
    pub fn can_assume_sentence(&self, row: &RoleTrustDifference) -> String {
        let d = &row.difference;
        let named = row.named();
        let who = format!("{}{}", self.principal(row), except(named.except, NAMED));
        format!("{who} can {}{}", trust_actions(&d.actions, NAMED), condition(named.condition))
    }

    /// `dev explicitly denies s3:DeleteObject on arn:…; qa does not`; see [`Report::access_sentence`].
    #[must_use]
    pub fn deny_sentence(&self, row: &RoleDenyDifference, most: usize) -> String {
        let d = &row.difference;
        let (own, other) = self.tags(d.side);
        let named = row.named();
        let what = self.what(&actions(&d.service, &d.actions, &d.not_actions), named.resources, named.except, most);
        let condition = condition(named.condition);
        if d.certainty == Certainty::Unknown {
            let reasons = d.reasons.join("; ");
            return format!(
                "whether {own} explicitly denies {what}{condition} and {other} does not, could not be determined: {reasons}"
            );
        }
        format!("{own} explicitly denies {what}{condition}; {other} does not{}", because(&d.reasons))
    }

    /// `qa references dev: 111122223333 in the resource arn:… [inline policy p]`.
    #[must_use]
    pub fn cross_reference_sentence(&self, row: &CrossReference) -> String {
        self.reference_sentence(row, &format!("{} references", self.accounts.get(row.side).tag))
    }

    /// The same of a text that a role contains in both accounts.
    pub(super) fn reference_of_both_sentence(&self, row: &CrossReference) -> String {
        let (left, right) = self.tags(Side::Left);
        self.reference_sentence(row, &format!("both {left} and {right} reference"))
    }

    fn reference_sentence(&self, row: &CrossReference, who: &str) -> String {
        let policy = match (&row.policy_name, row.policy_type) {
            (_, Some(PolicyType::Trust)) => " [trust policy]".to_owned(),
            (Some(name), Some(policy_type)) => format!(" [{policy_type} policy {name}]"),
            (None, Some(_)) | (_, None) => String::new(),
        };
        let values: Vec<&str> =
            std::iter::once(row.value.as_str()).chain(row.further.iter().map(|part| part.value.as_str())).collect();
        let (values, place) = (values.join("` and `"), row.place);
        format!("{who} {}: `{values}` in the {place} {}{policy}", self.owner_in_words(row), row.text)
    }

    /// The tags of the accounts that a cross-reference is to: the other one, or third ones.
    #[must_use]
    pub fn owners_of(&self, row: &CrossReference) -> Vec<String> {
        match row.owner {
            Some(owner) => vec![self.accounts.get(owner).tag.to_string()],
            None => row.third_accounts.clone(),
        }
    }

    /// The text of a cross-reference as it identifies it. Where it belongs to a third account, the ID of the account that
    /// contains it says nothing.
    #[must_use]
    pub fn text_without_own_id(&self, row: &CrossReference) -> String {
        match (&self.accounts.get(row.side).account_id, row.owner) {
            (Some(id), None) => row.text.replace(id.as_str(), OWN_ACCOUNT),
            (Some(_) | None, _) => row.text.clone(),
        }
    }

    /// The same, in words.
    #[must_use]
    pub fn owner_in_words(&self, row: &CrossReference) -> String {
        few(&self.owners_of(row), NAMED)
    }

    /// `the permissions boundary is … in dev and not set in qa`.
    #[must_use]
    pub fn attribute_sentence(&self, row: &AttributeDifference) -> String {
        let (left, right) = self.tags(Side::Left);
        let value = |value: &serde_json::Value| if value.is_null() { "not set".to_owned() } else { value.to_string() };
        let name = match &row.attribute {
            Attribute::UniqueId => "the role was deleted and re-created: unique ID".to_owned(),
            Attribute::PermissionsBoundary => "the permissions boundary".to_owned(),
            Attribute::MaxSessionDuration => "the maximum session duration in seconds".to_owned(),
            Attribute::Path => "the path".to_owned(),
            Attribute::Description => "the description".to_owned(),
            Attribute::Tag(key) => format!("tag {key}"),
            Attribute::InstanceProfiles => "the list of instance profiles".to_owned(),
            Attribute::InlinePolicies => "the list of inline policies".to_owned(),
            Attribute::AttachedPolicies => "the list of attached policies".to_owned(),
        };
        let (of_left, of_right) = row.named();
        if let (Attribute::UniqueId, Some(old), Some(new)) = (&row.attribute, of_left.as_str(), of_right.as_str()) {
            return format!("{name} {old} in {left}, {new} in {right}");
        }
        format!("{name} is {} in {left}, {} in {right}", value(of_left), value(of_right))
    }

    /// `exists only in qa: it allows iam:* on * (privilege escalation: …); account 444455556666 can assume it`.
    #[must_use]
    pub fn role_sentence(&self, role: &RoleResult, side: Option<Side>) -> String {
        let name = |side: Side| role.side(side).map_or("", |real| &real.name);
        let linked = if role.service_linked { " (service-linked role)" } else { "" };
        match (role.status, side) {
            (RoleStatus::Ambiguous, None) => format!(
                "{} of {} was compared with {} of {}, and more roles have this name after normalization",
                name(Side::Left),
                self.accounts.left.tag,
                name(Side::Right),
                self.accounts.right.tag,
            ),
            (RoleStatus::Ambiguous, Some(side)) => format!(
                "{} of {} has the same name as another role after normalization and was not compared",
                name(side),
                self.accounts.get(side).tag
            ),
            (RoleStatus::Common | RoleStatus::LeftOnly | RoleStatus::RightOnly, None) => String::new(),
            (RoleStatus::Common | RoleStatus::LeftOnly | RoleStatus::RightOnly, Some(side)) => {
                let grants = role.grants.as_ref().map(|grants| self.grants("it", grants)).unwrap_or_default();
                let name = if name(side) == role.role { "the role" } else { name(side) };
                format!("{name} exists only in {}{linked}{grants}", self.accounts.get(side).tag)
            }
        }
    }

    /// `3 roles exist only in qa; each allows iam:* on *; account 444455556666 can assume it`: of roles that grant what
    /// this one does.
    pub(super) fn roles_sentence(&self, role: &RoleResult, side: Side, roles: &str) -> String {
        let linked = if role.service_linked { " (service-linked roles)" } else { "" };
        let grants = role.grants.as_ref().map(|grants| self.grants("each", grants)).unwrap_or_default();
        format!("{roles} exist only in {}{linked}{grants}", self.accounts.get(side).tag)
    }

    /// A remark on a statement.
    #[must_use]
    pub fn statement_sentence(&self, row: &StatementWarning) -> String {
        format!("{}: {}: {} ({})", self.accounts.get(row.side).tag, statement(&row.statement), row.text, row.id)
    }

    /// What a role grants, as the end of a sentence: the widest first, and who can assume it.
    fn grants(&self, role: &str, grants: &RoleGrants) -> String {
        let mut rows: Vec<&RoleAccessDifference> = grants.access.iter().collect();
        rows.sort_by_cached_key(|row| std::cmp::Reverse(Breadth::of_access(&row.difference)));
        let allowed: Vec<String> = rows.into_iter().map(|row| self.granted(row)).collect();
        let mut who: Vec<String> = grants.trust.iter().map(|row| self.principal(row)).collect();
        who.dedup();
        let allowed = if allowed.is_empty() { "nothing".to_owned() } else { few(&allowed, NAMED) };
        let who = if who.is_empty() { "nobody".to_owned() } else { few(&who, NAMED) };
        format!("; {role} allows {allowed}; {who} can assume it")
    }

    /// Who can assume a role, with the name of the account that it belongs to, or that this is an external one.
    #[must_use]
    pub fn principal(&self, row: &RoleTrustDifference) -> String {
        let (principal_type, text) = (row.difference.principal_type, row.named().principal);
        let words = principal(principal_type, text);
        let is_account = principal_type == PrincipalType::Aws && account_of(text).is_some();
        let Some(account) = account_of(text).or_else(|| assess::account_of(text)) else { return words };
        if self.is_external(account) {
            return if is_account { format!("external {words}") } else { format!("{words} (external account)") };
        }
        if let Some(name) = self.known_account(account) {
            return format!("{words} ({name})");
        }
        // Its own account needs no name, unless it is all that is said.
        let is_of = |side: Side| self.accounts.get(side).account_id.as_ref().is_some_and(|id| id.as_str() == account);
        // Of one account at two times, both are the same.
        let is_of_one = Side::BOTH.into_iter().all(is_of);
        match Side::BOTH.into_iter().find(|side| is_of(*side) && !is_of_one) {
            Some(side) if is_account || side != row.difference.side => {
                format!("{words} ({})", self.accounts.get(side).tag)
            }
            Some(_) | None => words,
        }
    }

    /// What a row allows, without the accounts: `iam:* on * (privilege escalation: attach-role-policy)`.
    #[must_use]
    pub fn granted(&self, row: &RoleAccessDifference) -> String {
        let (d, named) = (&row.difference, row.named());
        let actions = actions(&d.service, &d.actions, &d.not_actions);
        let what = self.what(&actions, named.resources, named.except, NAMED);
        format!("{what}{}{}", condition(named.condition), escalations(&d.escalations, NAMED))
    }

    fn what(&self, actions: &[String], resources: &[String], exceptions: &[String], most: usize) -> String {
        let resources: Vec<String> = resources.iter().map(|resource| self.resource(resource)).collect();
        format!("{} on {}{}", few(actions, most), few(&resources, most), except(exceptions, most))
    }

    /// A resource, with the name of the known account that it belongs to, or that this is an external one.
    fn resource(&self, arn: &str) -> String {
        let Some(account) = assess::account_of(arn) else { return arn.to_owned() };
        match self.known_account(account) {
            Some(name) => format!("{arn} ({name})"),
            None if self.is_external(account) => format!("{arn} (external account)"),
            None => arn.to_owned(),
        }
    }

    /// The name of an account that is known besides the two.
    fn known_account(&self, account: &str) -> Option<&str> {
        let mut known = self.dictionary.known_accounts().filter(|(id, _)| id.as_str() == account);
        known.next().map(|(_, name)| name)
    }

    /// The tag of one account, then of the other.
    #[must_use]
    pub fn tags(&self, side: Side) -> (&str, &str) {
        (self.accounts.get(side).tag.as_str(), self.accounts.get(side.other()).tag.as_str())
    }
}

/// The ways to escalate privileges that a row opens, as the end of a clause.
fn escalations(ids: &[EscalationId], most: usize) -> String {
    if ids.is_empty() {
        return String::new();
    }
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    format!(" (privilege escalation: {})", few(&ids, most))
}

/// An item of a policy in words.
#[must_use]
pub fn item(item: &ItemDifference) -> String {
    item_about(item, &model::facts::action(&item.service, &item.action))
}

/// Items of policies in words: those that differ only in their actions are one sentence, which names at most so many.
#[must_use]
pub fn items<'r>(items: impl Iterator<Item = &'r ItemDifference>, most: usize) -> Vec<String> {
    let mut all: Vec<(&ItemDifference, Vec<String>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for item in items {
        let rest = item_about(item, "");
        let place = *places.entry(rest).or_insert(all.len());
        let action = model::facts::action(&item.service, &item.action);
        match all.get_mut(place) {
            Some((_, actions)) => actions.push(action),
            None => all.push((item, vec![action])),
        }
    }
    all.into_iter().map(|(first, actions)| item_about(first, &few(&actions, most))).collect()
}

/// An item in words, about these actions.
fn item_about(item: &ItemDifference, actions: &str) -> String {
    let not_action = match item.action_element {
        ActionElement::Action => "",
        ActionElement::NotAction => "NotAction ",
    };
    let named = item.named();
    let target = match (&named.arn, &named.principal) {
        (Some(arn), _) => {
            let not_resource = match item.resource_element {
                Some(ResourceElement::NotResource) => "NotResource ",
                Some(ResourceElement::Resource) | None => "",
            };
            format!("on {not_resource}{arn}")
        }
        (None, Some(principal)) => {
            format!("for {} {principal}", item.principal_type.map_or("", |principal_type| principal_type.as_str()))
        }
        (None, None) => String::new(),
    };
    let condition = named.condition.as_deref().map(item_condition).unwrap_or_default();
    let list = named.excluded.map(|text| format!(" (in the list {text})")).unwrap_or_default();
    let note = item.note.map(|note| format!(" ({note})")).unwrap_or_default();
    format!(
        "{} {not_action}{actions} {target}{list}{condition}{note} [{}]",
        item.effect,
        policy(item.policy_type, &named.policy_name),
    )
}

/// The condition of an item as a phrase behind it. What is no condition of one statement, such as one that has a key
/// twice, stands as it is.
fn item_condition(text: &str) -> String {
    match text.parse::<DifferenceCondition>() {
        Ok(condition) => format!(", {}", condition_words::phrase(&condition)),
        Err(_) => format!(" if {text}"),
    }
}

/// A policy in words: `inline policy p`, `trust policy`.
#[must_use]
pub fn policy(policy_type: PolicyType, name: &str) -> String {
    match policy_type {
        PolicyType::Trust => "trust policy".to_owned(),
        PolicyType::Boundary => format!("permissions boundary {name}"),
        PolicyType::Inline | PolicyType::Managed => format!("{policy_type} policy {name}"),
    }
}

/// One statement in words; the first statement of a document is statement 1.
#[must_use]
pub fn statement(statement: &StatementRef) -> String {
    let sid = statement.sid.as_ref().map(|sid| format!(" ({sid})")).unwrap_or_default();
    format!(
        "{}, statement {}{sid}",
        policy(statement.policy_type, statement.shown_policy_name()),
        statement.statement + 1
    )
}

/// Why the other account does not allow a request, in words.
#[must_use]
pub fn refused(other: &str, refusal: &Refusal) -> String {
    match refusal {
        Refusal::NoAllow => format!("{other} implicitly denies it"),
        Refusal::Boundary => format!("the permissions boundary in {other} does not allow it"),
        Refusal::Deny(by) => {
            let by: Vec<String> = by.iter().map(statement).collect();
            format!("{other} explicitly denies it ({})", by.join("; "))
        }
    }
}

/// A principal in words.
fn principal(principal_type: PrincipalType, text: &str) -> String {
    match principal_type {
        PrincipalType::Everyone => "everyone".to_owned(),
        PrincipalType::CanonicalUser => format!("canonical user {text}"),
        PrincipalType::Aws => account_of(text).map_or_else(|| text.to_owned(), |account| format!("account {account}")),
        PrincipalType::Service | PrincipalType::Federated => text.to_owned(),
    }
}

/// The account that an AWS principal is: a policy names it by its ID or by the ARN of its root user.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
pub(super) fn account_of(principal: &str) -> Option<&str> {
    let is_id = principal.len() == 12 && principal.bytes().all(|byte| byte.is_ascii_digit());
    let root = principal.strip_suffix(":root").and_then(|rest| rest.rsplit(':').next());
    if is_id { Some(principal) } else { root }
}

/// A request as `iamctl can` and `iamctl can-assume` take it: action and resource or principal, then its context.
#[must_use]
pub fn request(action: &str, target: &str, context: &BTreeMap<String, Vec<String>>) -> String {
    format!("{} {}{}", quoted(action), quoted(target), context_flags(context))
}

/// The context of a request as flags.
fn context_flags(context: &BTreeMap<String, Vec<String>>) -> String {
    let pairs = context.iter().flat_map(|(key, values)| values.iter().map(move |value| format!("{key}={value}")));
    pairs.map(|pair| format!(" --context {}", quoted(&pair))).collect()
}

/// A text as one word for a shell, so that a line can be copied whatever the names in it are.
#[must_use]
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '.' | '_' | '-' | '=' | '@' | '+' | ',');
    // At the start of a word some shells expand `=`.
    if !text.is_empty() && !text.starts_with('=') && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Actions with their service; those of a row of many services have it already.
#[must_use]
pub fn actions(service: &str, actions: &[String], not_actions: &[String]) -> Vec<String> {
    let all = model::facts::actions_except(service, actions, not_actions);
    if service == "*" && actions == ["*"] {
        // As people say it.
        return all.iter().map(|text| text.replacen('*', "every action", 1)).collect();
    }
    all
}

/// Actions on resources.
/// What somebody can do to a role by these actions.
fn trust_actions(actions: &[String], most: usize) -> String {
    let is_assume = |action: &&String| action.starts_with("sts:AssumeRole") || **action == "sts:*" || **action == "*";
    let others: Vec<String> = actions.iter().filter(|action| !is_assume(action)).cloned().collect();
    if others.len() == actions.len() {
        return format!("call {} on the role", few(actions, most));
    }
    if others.is_empty() {
        "assume the role".to_owned()
    } else {
        format!("assume the role and call {}", few(&others, most))
    }
}

fn except(except: &[String], most: usize) -> String {
    if except.is_empty() { String::new() } else { format!(" except {}", few(except, most)) }
}

fn because(reasons: &[String]) -> String {
    if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join("; ")) }
}

/// A condition as the end of a clause.
fn condition(condition: Option<&DifferenceCondition>) -> String {
    condition.map(|condition| format!(", {}", condition_words::phrase(condition))).unwrap_or_default()
}

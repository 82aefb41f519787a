//! What identifies a difference: the texts that an accepted entry is compared with.
//!
//! The comparison and a `report.json` that is read again are both brought to these facts, so that an entry means the
//! same to `diff`, which accepts, and to `accept`, which writes entries.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::element::{ActionElement, ItemPrincipalType, PrincipalElement, ResourceElement};
use super::pattern::Glob;
use super::policy::Effect;
use super::sides::Side;

/// Which list of the report a difference stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// A role that only one account has.
    Role,
    /// A row of a common role that only one account has.
    Item,
    /// Something that a common role may do in one account only.
    Access,
    /// Somebody who can assume a common role in one account only.
    Trust,
    /// Something that a common role is explicitly denied in one account only.
    Deny,
    /// An attribute of a common role that differs.
    Attribute,
    /// A text of a common role that belongs to the other account.
    CrossReference,
}

impl DifferenceKind {
    /// Every kind, in the order of reports.
    pub const ALL: [Self; 7] =
        [Self::Role, Self::Item, Self::Access, Self::Trust, Self::Deny, Self::Attribute, Self::CrossReference];

    /// The word used in reports and in accepted entries.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Item => "item",
            Self::Access => "access",
            Self::Trust => "trust",
            Self::Deny => "deny",
            Self::Attribute => "attribute",
            Self::CrossReference => "cross_reference",
        }
    }

    /// What an entry may ask of a difference of this kind, by the entry's keys.
    #[must_use]
    pub const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Role => &["side", "grants"],
            Self::Item => &["side", "policy", "effect", "action", "resource", "principal", "condition"],
            Self::Access | Self::Deny => &["side", "policy", "effect", "action", "resource", "except", "condition"],
            Self::Trust => &["side", "policy", "effect", "action", "principal", "except", "condition"],
            Self::Attribute => &["side", "attribute", "entry", "values"],
            Self::CrossReference => &["side", "policy", "resource", "principal", "text"],
        }
    }
}

/// A role that reports name, in all the ways an entry may call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleFacts {
    /// The normalized name.
    pub role: String,
    /// The real names, at most one of each account.
    pub names: Vec<String>,
    /// The ARN in each account, left first; none where the account does not have it.
    pub arns: [Option<String>; 2],
}

impl RoleFacts {
    /// The ARN in one account.
    #[must_use]
    pub fn arn(&self, side: Side) -> Option<&str> {
        let [left, right] = &self.arns;
        match side {
            Side::Left => left.as_deref(),
            Side::Right => right.as_deref(),
        }
    }
}

/// One difference. What a kind does not have is empty or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceFacts {
    /// Where it is listed.
    pub kind: DifferenceKind,
    /// The place of its role among those of the report.
    pub role: usize,
    /// The account that has it; none for an attribute, unless the attribute is a list.
    pub side: Option<Side>,
    /// The normalized names of the policies it is from; for a cross reference as harvested.
    pub policies: Vec<String>,
    /// Allow or Deny.
    pub effect: Option<Effect>,
    /// The actions with their service; `NotAction …` for an entry of such a list.
    pub actions: Vec<String>,
    /// The resources, normalized; `NotResource …` for an entry of such a list.
    pub resources: Vec<String>,
    /// The principal, normalized; `NotPrincipal …` for an entry of such a list.
    pub principal: Option<String>,
    /// What it leaves out, normalized: resources of an access or deny difference, principals of a trust difference.
    pub except: Vec<String>,
    /// The condition, as reports show it.
    pub condition: Option<String>,
    /// The attribute's name.
    pub attribute: Option<String>,
    /// The entry of an attribute that is a list, normalized: only one account has it.
    pub entry: Option<String>,
    /// The attribute's value in each account, left first.
    pub values: Option<[Value; 2]>,
    /// What a role of one account grants, as a fingerprint.
    pub grants: Option<String>,
    /// The whole text of a cross reference, as harvested.
    pub text: Option<String>,
}

impl DifferenceFacts {
    /// With the condition under which it holds, if there is one.
    #[must_use]
    pub fn under(mut self, condition: Option<&str>) -> Self {
        self.condition = condition.map(str::to_owned);
        self
    }

    /// A difference of a role, about which nothing more is known yet.
    #[must_use]
    pub const fn new(kind: DifferenceKind, role: usize, side: Option<Side>) -> Self {
        Self {
            kind,
            role,
            side,
            policies: Vec::new(),
            effect: None,
            actions: Vec::new(),
            resources: Vec::new(),
            principal: None,
            except: Vec::new(),
            condition: None,
            attribute: None,
            entry: None,
            values: None,
            grants: None,
            text: None,
        }
    }
}

/// The texts of an item, as reports have them.
#[derive(Debug, Clone, Copy)]
pub struct ItemTexts<'a> {
    /// The account that has it.
    pub side: Side,
    /// The policy.
    pub policy: &'a str,
    /// The effect.
    pub effect: Effect,
    /// The prefix of the action.
    pub service: &'a str,
    /// The action without prefix.
    pub action: &'a str,
    /// `Action` or `NotAction`.
    pub action_element: ActionElement,
    /// The resource.
    pub resource: Option<&'a str>,
    /// `Resource` or `NotResource`.
    pub resource_element: Option<ResourceElement>,
    /// The principal.
    pub principal: Option<&'a str>,
    /// `AWS`, `NotAWS`, …
    pub principal_type: Option<ItemPrincipalType>,
}

impl ItemTexts<'_> {
    /// The facts of the item; `role` is the place of its role.
    #[must_use]
    pub fn facts(&self, role: usize) -> DifferenceFacts {
        let element = self.resource_element.unwrap_or(ResourceElement::Resource);
        let resource = self.resource.map(|text| of_element(element.as_str(), text));
        let element = self.principal_type.map_or(PrincipalElement::Principal, ItemPrincipalType::element);
        DifferenceFacts {
            policies: vec![self.policy.to_owned()],
            effect: Some(self.effect),
            actions: vec![of_element(self.action_element.as_str(), &action(self.service, self.action))],
            resources: resource.into_iter().collect(),
            principal: self.principal.map(|text| of_element(element.as_str(), text)),
            ..DifferenceFacts::new(DifferenceKind::Item, role, Some(self.side))
        }
    }
}

/// The facts of an access or deny difference; a policy that has several of the statements counts once.
pub fn access<'a>(
    kind: DifferenceKind,
    role: usize,
    side: Side,
    policies: impl Iterator<Item = &'a str>,
    (service, actions, not_actions): (&str, &[String], &[String]),
    (resources, except): (&[String], &[String]),
) -> DifferenceFacts {
    let policies: BTreeSet<&str> = policies.collect();
    let effect = if kind == DifferenceKind::Deny { Effect::Deny } else { Effect::Allow };
    DifferenceFacts {
        policies: policies.into_iter().map(str::to_owned).collect(),
        effect: Some(effect),
        actions: actions_except(service, actions, not_actions),
        resources: resources.to_vec(),
        except: except.to_vec(),
        ..DifferenceFacts::new(kind, role, Some(side))
    }
}

/// The facts of a trust difference: what the policy `trust` allows.
#[must_use]
pub fn trust(role: usize, side: Side, principal: &str, except: &[String], actions: &[String]) -> DifferenceFacts {
    DifferenceFacts {
        except: except.to_vec(),
        policies: vec!["trust".to_owned()],
        effect: Some(Effect::Allow),
        actions: actions.to_vec(),
        principal: Some(principal.to_owned()),
        ..DifferenceFacts::new(DifferenceKind::Trust, role, Some(side))
    }
}

/// The facts of an attribute that differs; of a list, those of one entry, with the account that alone has it.
#[must_use]
pub fn attribute(role: usize, attribute: &str, values: [Value; 2], entry: Option<(Side, String)>) -> DifferenceFacts {
    let (side, entry) = entry.unzip();
    let (attribute, values) = (Some(attribute.to_owned()), Some(values));
    DifferenceFacts { attribute, entry, values, ..DifferenceFacts::new(DifferenceKind::Attribute, role, side) }
}

/// The facts of a cross reference, whose text is also a resource or principal where it stands as one.
#[must_use]
pub fn cross_reference(role: usize, side: Side, policy: Option<&str>, place: &str, text: &str) -> DifferenceFacts {
    let as_place = |wanted: &str| (place == wanted).then(|| text.to_owned());
    DifferenceFacts {
        policies: policy.map(str::to_owned).into_iter().collect(),
        resources: as_place("resource").into_iter().collect(),
        principal: as_place("principal"),
        text: Some(text.to_owned()),
        ..DifferenceFacts::new(DifferenceKind::CrossReference, role, Some(side))
    }
}

/// Where the real roles stand among the roles of a report, by account and ARN.
pub type RolePlaces = BTreeMap<(Side, String), usize>;

/// The places of all roles.
#[must_use]
pub fn places(roles: &[RoleFacts]) -> RolePlaces {
    let all = roles.iter().enumerate().flat_map(|(place, role)| {
        Side::BOTH.into_iter().filter_map(move |side| Some(((side, role.arn(side)?.to_owned()), place)))
    });
    all.collect()
}

/// An action as entries spell it: `s3:GetObject`, `*` for all of all services.
///
/// ```
/// use iamctl::model::facts::action;
/// assert_eq!(action("s3", "Get*"), "s3:Get*");
/// assert_eq!(action("*", "*"), "*");
/// assert_eq!(action("*", "iam:*"), "iam:*");
/// ```
#[must_use]
pub fn action(service: &str, action: &str) -> String {
    // A row of many services has the service with each action.
    if service == "*" && (action == "*" || action.contains(':')) {
        action.to_owned()
    } else {
        format!("{service}:{action}")
    }
}

/// Actions with their service, and what they leave out with the one that it is left out of:
/// `kms:* except kms:Decrypt, kms:Encrypt`. One text, because fewer exceptions are more actions. Each exception is within
/// one of the actions.
///
/// ```
/// use iamctl::model::facts::actions_except;
/// let texts = |list: &[&str]| list.iter().map(|text| text.to_string()).collect::<Vec<_>>();
/// let all = actions_except("kms", &texts(&["*", "Sign"]), &texts(&["kms:Decrypt"]));
/// assert_eq!(all, ["kms:* except kms:Decrypt", "kms:Sign"]);
/// ```
#[must_use]
pub fn actions_except(service: &str, actions: &[String], not_actions: &[String]) -> Vec<String> {
    let globs: Vec<Glob> = not_actions.iter().map(|text| Glob::new(&text.to_ascii_lowercase())).collect();
    let with_exceptions = |name: &String| {
        let text = action(service, name);
        let own = Glob::new(&text.to_ascii_lowercase());
        let overlaps = |glob: &Glob| text.contains(['*', '?']) && own.overlaps(glob);
        if globs.iter().any(overlaps) { format!("{text}{EXCEPT}{}", not_actions.join(", ")) } else { text }
    };
    actions.iter().map(with_exceptions).collect()
}

/// Whether a row about these actions of a service, less what they leave out, is about an action: `service:Name` in any
/// case. What is left out has its service with it.
#[must_use]
pub fn names_action((service, actions, not_actions): (&str, &[String], &[String]), wanted: &str) -> bool {
    let wanted = wanted.to_ascii_lowercase();
    let matches =
        |service: &str, pattern: &str| Glob::new(&action(service, pattern).to_ascii_lowercase()).matches(&wanted);
    actions.iter().any(|pattern| matches(service, pattern)) && !not_actions.iter().any(|pattern| matches("*", pattern))
}

/// Between actions and what they leave out.
const EXCEPT: &str = " except ";

/// A text of [`actions_except`]: the action, and what is left out of it.
pub fn split_exceptions(text: &str) -> (&str, impl Iterator<Item = &str> + Clone) {
    let (action, except) = text.split_once(EXCEPT).unwrap_or((text, ""));
    (action, except.split(", ").filter(|text| !text.is_empty()))
}

/// A text of an element: as it is for `Action`, `Resource` and `Principal`, with the element's name before it for
/// their opposites, so that neither can be taken for the other.
fn of_element(element: &str, text: &str) -> String {
    if is_opposite(element) { format!("{element} {text}") } else { text.to_owned() }
}

/// Whether a text of a difference is from `NotAction`, `NotResource` or `NotPrincipal`.
#[must_use]
pub fn is_of_opposite(text: &str) -> bool {
    ["NotAction ", "NotResource ", "NotPrincipal "]
        .iter()
        .any(|element| text.get(..element.len()).is_some_and(|start| start.eq_ignore_ascii_case(element)))
}

fn is_opposite(element: &str) -> bool {
    element.starts_with("Not")
}

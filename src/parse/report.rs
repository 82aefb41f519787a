//! What a `report.json` still has open: its roles and differences, as far as accepted entries are compared with them.
//!
//! Reports of a later version with more keys can be read; keys are never renamed.

use serde::Deserialize;

use crate::model::facts::{self, DifferenceFacts, DifferenceKind, ItemTexts, RoleFacts};
use crate::model::{AccountTag, Effect, Side, Sides};

/// What is open in a report.
#[derive(Debug, Clone)]
pub struct OpenReport {
    /// The tags of the two accounts.
    pub tags: Sides<AccountTag>,
    /// The roles, in the order of the report.
    pub roles: Vec<RoleFacts>,
    /// The differences that nobody has accepted, list by list in the order of the report; roles first.
    pub differences: Vec<DifferenceFacts>,
}

/// Why a text is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// Not JSON, or not of the form of a report.
    #[error("this is no report of `iamctl diff`")]
    Form(#[source] serde_json::Error),
    /// Another format or version.
    #[error("this is `{}` version {version}, not `iamctl-report` version 1", .format.escape_debug())]
    Version {
        /// What it says it is.
        format: String,
        /// Its version.
        version: u32,
    },
    /// A tag that is none.
    #[error("`{}` is no account tag", .text.escape_debug())]
    Tag {
        /// What stands there.
        text: String,
    },
    /// A difference of a role that the report does not list.
    #[error("the report has a difference of the role `{}`, which it does not list", .arn.escape_debug())]
    UnknownRole {
        /// The role's ARN.
        arn: String,
    },
}

/// Reads a report.
///
/// # Errors
/// If the text is no `report.json`.
pub fn read(text: &str) -> Result<OpenReport, ReportError> {
    let head: Head = serde_json::from_str(text).map_err(ReportError::Form)?;
    if (head.format.as_str(), head.version) != ("iamctl-report", 1) {
        return Err(ReportError::Version { format: head.format, version: head.version });
    }
    let report: Report = serde_json::from_str(text).map_err(ReportError::Form)?;
    let roles: Vec<RoleFacts> = report.roles.iter().map(Role::facts).collect();
    let mut reader = Reader { places: facts::places(&roles), differences: Vec::new() };
    reader.roles(&report.roles);
    reader.lists(&report)?;
    let Reader { differences, .. } = reader;
    let tag = |account: Account| account.tag.parse().map_err(|_| ReportError::Tag { text: account.tag });
    Ok(OpenReport { tags: report.accounts.map(tag).transpose()?, roles, differences })
}

#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

#[derive(Deserialize)]
struct Report {
    accounts: Sides<Account>,
    roles: Vec<Role>,
    item_differences: Vec<Item>,
    access_differences: Vec<Access>,
    trust_differences: Vec<Trust>,
    deny_differences: Vec<Access>,
    attribute_differences: Vec<Attribute>,
    cross_references: Vec<CrossReference>,
}

#[derive(Deserialize)]
struct Account {
    tag: String,
}

#[derive(Deserialize)]
struct Role {
    role: String,
    left: Option<RoleSide>,
    right: Option<RoleSide>,
    accepted: bool,
}

#[derive(Deserialize)]
struct RoleSide {
    name: String,
    arn: String,
}

#[derive(Deserialize)]
struct Item {
    side: Side,
    role_arn: String,
    policy_name: String,
    effect: Effect,
    service: String,
    action: String,
    arn: Option<String>,
    principal: Option<String>,
    principal_type: Option<String>,
    action_element: String,
    resource_element: Option<String>,
    condition: Option<String>,
}

/// An access or a deny difference.
#[derive(Deserialize)]
struct Access {
    side: Side,
    role_arn: String,
    service: String,
    actions: Vec<String>,
    resources: Vec<String>,
    #[serde(alias = "denied_by")]
    granted_by: Vec<Statement>,
    condition: Option<String>,
}

#[derive(Deserialize)]
struct Trust {
    side: Side,
    role_arn: String,
    actions: Vec<String>,
    principal_type: String,
    principal: String,
    condition: Option<String>,
}

#[derive(Deserialize)]
struct Statement {
    policy_name: String,
}

#[derive(Deserialize)]
struct Attribute {
    left_arn: String,
    attribute: String,
}

#[derive(Deserialize)]
struct CrossReference {
    side: Side,
    role_arn: String,
    policy_name: Option<String>,
    #[serde(rename = "where")]
    place: String,
    text: String,
}

impl Role {
    fn facts(&self) -> RoleFacts {
        let sides = [&self.left, &self.right].map(Option::as_ref);
        RoleFacts {
            role: self.role.clone(),
            names: sides.iter().flatten().map(|side| side.name.clone()).collect(),
            arns: sides.map(|side| side.map(|side| side.arn.clone())),
        }
    }
}

impl Item {
    fn texts(&self) -> ItemTexts<'_> {
        ItemTexts {
            side: self.side,
            policy: &self.policy_name,
            effect: self.effect,
            service: &self.service,
            action: &self.action,
            action_element: &self.action_element,
            resource: self.arn.as_deref(),
            resource_element: self.resource_element.as_deref(),
            principal: self.principal.as_deref(),
            principal_type: self.principal_type.as_deref(),
        }
    }
}

struct Reader {
    places: facts::RolePlaces,
    differences: Vec<DifferenceFacts>,
}

impl Reader {
    fn roles(&mut self, roles: &[Role]) {
        for (place, role) in roles.iter().enumerate() {
            let side = match (&role.left, &role.right) {
                (Some(_), None) => Side::Left,
                (None, Some(_)) => Side::Right,
                (Some(_), Some(_)) | (None, None) => continue,
            };
            if !role.accepted {
                self.differences.push(DifferenceFacts::new(DifferenceKind::Role, place, Some(side)));
            }
        }
    }

    fn lists(&mut self, report: &Report) -> Result<(), ReportError> {
        for row in &report.item_differences {
            let place = self.place(row.side, &row.role_arn)?;
            self.differences.push(row.texts().facts(place).under(row.condition.as_deref()));
        }
        for row in &report.access_differences {
            self.access(DifferenceKind::Access, row)?;
        }
        for row in &report.trust_differences {
            let place = self.place(row.side, &row.role_arn)?;
            let facts = facts::trust(place, row.side, &row.principal_type, &row.principal, &row.actions);
            self.differences.push(facts.under(row.condition.as_deref()));
        }
        for row in &report.deny_differences {
            self.access(DifferenceKind::Deny, row)?;
        }
        for row in &report.attribute_differences {
            let place = self.place(Side::Left, &row.left_arn)?;
            self.differences.push(facts::attribute(place, &row.attribute));
        }
        for row in &report.cross_references {
            let place = self.place(row.side, &row.role_arn)?;
            let policy = row.policy_name.as_deref();
            self.differences.push(facts::cross_reference(place, row.side, policy, &row.place, &row.text));
        }
        Ok(())
    }

    fn access(&mut self, kind: DifferenceKind, row: &Access) -> Result<(), ReportError> {
        let place = self.place(row.side, &row.role_arn)?;
        let policies = row.granted_by.iter().map(|statement| statement.policy_name.as_str());
        let facts = facts::access(kind, place, row.side, policies, &row.service, &row.actions, &row.resources);
        self.differences.push(facts.under(row.condition.as_deref()));
        Ok(())
    }

    fn place(&self, side: Side, arn: &str) -> Result<usize, ReportError> {
        let place = self.places.get(&(side, arn.to_owned())).copied();
        place.ok_or_else(|| ReportError::UnknownRole { arn: arn.to_owned() })
    }
}

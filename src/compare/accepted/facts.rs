//! The rows of a comparison as the facts that entries are compared with.

use serde_json::Value;

use crate::compare::result::{
    AttributeDifference, Comparison, CrossReference, ItemDifference, RoleAccessDifference, RoleDenyDifference,
    RoleTrustDifference,
};
use crate::model::facts::{self, ItemTexts, places};
use crate::model::{DifferenceFacts, DifferenceKind, RoleFacts, Side};

/// What is reported of an accepted difference besides its facts.
#[derive(Debug, Default)]
pub(super) struct More {
    pub service: Option<String>,
    pub left: Value,
    pub right: Value,
}

/// A row of one of the lists.
pub(super) trait Listed {
    /// The real role it is about; several roles may share a name.
    fn real(&self) -> (Side, &str);

    /// Its facts; `role` is the place of its role.
    fn facts(&self, role: usize) -> DifferenceFacts;

    /// The rest.
    fn more(self) -> More;
}

impl Listed for ItemDifference {
    fn real(&self) -> (Side, &str) {
        (self.side, &self.role_arn)
    }

    fn facts(&self, role: usize) -> DifferenceFacts {
        let texts = ItemTexts {
            side: self.side,
            policy: &self.policy_name,
            effect: self.effect,
            service: &self.service,
            action: &self.action,
            action_element: self.action_element,
            resource: self.arn.as_deref(),
            resource_element: self.resource_element,
            principal: self.principal.as_deref(),
            principal_type: self.principal_type,
        };
        texts.facts(role).under(self.condition.as_deref())
    }

    fn more(self) -> More {
        More { service: Some(self.service), ..More::default() }
    }
}

impl Listed for RoleAccessDifference {
    fn real(&self) -> (Side, &str) {
        (self.difference.side, &self.role_arn)
    }

    fn facts(&self, role: usize) -> DifferenceFacts {
        let d = &self.difference;
        let policies = d.granted_by.iter().map(|statement| statement.policy_name.as_str());
        facts::access(DifferenceKind::Access, role, d.side, policies, &d.service, &d.actions, &d.resources)
            .under(d.condition.as_deref())
    }

    fn more(self) -> More {
        More { service: Some(self.difference.service), ..More::default() }
    }
}

impl Listed for RoleDenyDifference {
    fn real(&self) -> (Side, &str) {
        (self.difference.side, &self.role_arn)
    }

    fn facts(&self, role: usize) -> DifferenceFacts {
        let d = &self.difference;
        let policies = d.denied_by.iter().map(|statement| statement.policy_name.as_str());
        facts::access(DifferenceKind::Deny, role, d.side, policies, &d.service, &d.actions, &d.resources)
            .under(d.condition.as_deref())
    }

    fn more(self) -> More {
        More { service: Some(self.difference.service), ..More::default() }
    }
}

impl Listed for RoleTrustDifference {
    fn real(&self) -> (Side, &str) {
        (self.difference.side, &self.role_arn)
    }

    fn facts(&self, role: usize) -> DifferenceFacts {
        let d = &self.difference;
        facts::trust(role, d.side, d.principal_type, &d.principal, &d.actions).under(d.condition.as_deref())
    }

    fn more(self) -> More {
        More::default()
    }
}

impl Listed for AttributeDifference {
    fn real(&self) -> (Side, &str) {
        (Side::Left, &self.left_arn)
    }

    fn facts(&self, role: usize) -> DifferenceFacts {
        facts::attribute(role, &self.attribute)
    }

    fn more(self) -> More {
        More { left: self.left, right: self.right, ..More::default() }
    }
}

impl Listed for CrossReference {
    fn real(&self) -> (Side, &str) {
        (self.side, &self.role_arn)
    }

    fn facts(&self, role: usize) -> DifferenceFacts {
        facts::cross_reference(role, self.side, self.policy_name.as_deref(), self.place, &self.text)
    }

    fn more(self) -> More {
        More::default()
    }
}

/// The roles of a comparison, in its order.
pub(super) fn roles(comparison: &Comparison) -> Vec<RoleFacts> {
    let facts = comparison.roles.iter().map(|role| {
        let sides = [role.left.as_ref(), role.right.as_ref()];
        RoleFacts {
            role: role.role.clone(),
            names: sides.iter().flatten().map(|side| side.name.clone()).collect(),
            arns: sides.map(|side| side.map(|side| side.arn.clone())),
        }
    });
    facts.collect()
}

/// All that is open in a comparison, as [`crate::model::facts`] has it: its roles, and its differences list by list in
/// the order of the report; roles of one account first.
#[must_use]
pub fn open(comparison: &Comparison) -> (Vec<RoleFacts>, Vec<DifferenceFacts>) {
    let roles = roles(comparison);
    let places = places(&roles);
    let alone = comparison.roles.iter().enumerate().filter(|(_, role)| role.is_open_alone());
    let mut all: Vec<DifferenceFacts> =
        alone.map(|(place, role)| DifferenceFacts::new(DifferenceKind::Role, place, role.only_side())).collect();
    let mut list = |rows: &mut dyn Iterator<Item = &dyn Of>| {
        all.extend(rows.filter_map(|row| row.of(&places)));
    };
    list(&mut comparison.item_differences.iter().map(|row| row as &dyn Of));
    list(&mut comparison.access_differences.iter().map(|row| row as &dyn Of));
    list(&mut comparison.trust_differences.iter().map(|row| row as &dyn Of));
    list(&mut comparison.deny_differences.iter().map(|row| row as &dyn Of));
    list(&mut comparison.attribute_differences.iter().map(|row| row as &dyn Of));
    list(&mut comparison.cross_references.iter().map(|row| row as &dyn Of));
    (roles, all)
}

/// A row with its role looked up.
trait Of {
    fn of(&self, places: &facts::RolePlaces) -> Option<DifferenceFacts>;
}

impl<T: Listed> Of for T {
    fn of(&self, places: &facts::RolePlaces) -> Option<DifferenceFacts> {
        let (side, arn) = self.real();
        places.get(&(side, arn.to_owned())).map(|place| self.facts(*place))
    }
}

//! Which of the actions of a row proves it: one that people know, and for a privilege escalation one that escalates.

use super::pair::Pair;
use super::standing::Standing;
use super::universe::KnownAction;
use crate::model::Sides;
use crate::semantics::escalation::EscalationPart;

/// The place of an action among those that can prove a row; the least is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// Whether it does not escalate.
    is_harmless: bool,
    level: u8,
    known: u8,
}

impl Rank {
    /// That of an action of which the catalogue says nothing.
    pub const LAST: Self = Self { is_harmless: true, level: u8::MAX, known: u8::MAX };
}

/// What the roles of a pair make of an action.
#[derive(Debug)]
pub struct Preference {
    /// Whether a role may pass a role, without which a service that runs with one does not escalate.
    pub passes: Sides<bool>,
}

impl Preference {
    /// For these roles.
    pub fn new(pair: &Pair) -> Self {
        let passes = |allows: &crate::semantics::solver::bits::Bits| {
            let mut rules = allows.iter().filter_map(|rule| pair.rules.get(rule));
            rules.any(|rule| rule.actions.matches("iam", "passrole"))
        };
        Self { passes: Sides { left: passes(&pair.roles.left.allows), right: passes(&pair.roles.right.allows) } }
    }

    /// The place of an action of the side that has more.
    pub fn rank(&self, side: crate::model::Side, action: &KnownAction) -> Rank {
        let Standing { part, level, known } = action.standing;
        let escalates = match part {
            Some(EscalationPart::Opens) => true,
            Some(EscalationPart::Partner) => *self.passes.get(side),
            None => false,
        };
        Rank { is_harmless: !escalates, level, known }
    }
}

//! What the engine says of two roles.

use super::typed_values::RealValues;
use crate::model::Side;
use crate::semantics::difference_condition::DifferenceCondition;
use crate::semantics::outcome::{AccessComparison, Certainty, Grade, StatementWarningKind};
use crate::semantics::trust::TrustComparison;
use crate::semantics::typed_value::IN_DICTIONARY;

/// What the engine says of two roles.
pub(super) struct Comparisons {
    pub(super) access: AccessComparison,
    pub(super) trust: TrustComparison,
}

impl Comparisons {
    /// How far the roles are alike in access and in trust.
    pub(super) const fn grades(&self) -> (Grade, Grade) {
        (self.access.grade, self.trust.grade)
    }

    /// Whether every row could be decided.
    pub(super) fn is_certain(&self) -> bool {
        let Self { access, trust } = self;
        let mut rows = access.differences.iter().map(|row| row.certainty);
        let mut trust_rows = trust.differences.iter().map(|row| row.certainty);
        let unknown = |certainty| certainty == Certainty::Unknown;
        !rows.any(unknown)
            && !trust_rows.any(unknown)
            && access.deny_differences.iter().all(|row| row.certainty != Certainty::Unknown)
            && access.grade != Grade::Unknown
            && trust.grade != Grade::Unknown
    }

    /// Whether some statement was not understood because of a value that its operator cannot read.
    pub(super) fn has_unread_value(&self) -> bool {
        let mut warnings = self.access.warnings.iter().chain(&self.trust.warnings);
        warnings.any(|warning| warning.id == StatementWarningKind::ConditionUnknown)
    }

    /// The same with the reason why a value that is from the dictionary was not decided.
    pub(super) fn because(mut self, why: &str) -> Self {
        let say = |text: &mut String| *text = text.replace(IN_DICTIONARY, &format!("{IN_DICTIONARY}, and {why}"));
        let Self { access, trust } = &mut self;
        access.differences.iter_mut().for_each(|row| row.reasons.iter_mut().for_each(say));
        access.deny_differences.iter_mut().for_each(|row| row.reasons.iter_mut().for_each(say));
        trust.differences.iter_mut().for_each(|row| row.reasons.iter_mut().for_each(say));
        access.warnings.iter_mut().chain(&mut trust.warnings).for_each(|warning| say(&mut warning.text));
        self
    }

    /// The same with the warnings of others.
    pub(super) fn with_warnings_of(mut self, other: Self) -> Self {
        self.access.warnings = other.access.warnings;
        self.trust.warnings = other.trust.warnings;
        self
    }

    /// The rows of one side alone, their conditions with normalized values again.
    pub(super) fn of_side(mut self, side: Side, values: &RealValues) -> Self {
        let normalised = |condition: &mut Option<DifferenceCondition>| {
            if let Some(condition) = condition {
                *condition = condition.with_texts(|text| values.normalised(side, text).to_owned());
            }
        };
        let Self { access, trust } = &mut self;
        access.differences.retain(|row| row.side == side);
        access.differences.iter_mut().for_each(|row| normalised(&mut row.condition));
        access.deny_differences.retain(|row| row.side == side);
        access.deny_differences.iter_mut().for_each(|row| normalised(&mut row.condition));
        access.warnings.retain(|warning| warning.side == side);
        trust.differences.retain(|row| row.side == side);
        trust.differences.iter_mut().for_each(|row| normalised(&mut row.condition));
        trust.warnings.retain(|warning| warning.side == side);
        self
    }

    pub(super) fn sorted(mut self) -> Self {
        let Self { access, trust } = &mut self;
        access.differences.sort();
        access.deny_differences.sort();
        access.warnings.sort();
        trust.differences.sort();
        trust.warnings.sort();
        self
    }
}

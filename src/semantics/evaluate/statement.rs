//! From the statements of some policies to one decision.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>: all is denied that
//! nothing allows; a Deny overrides every Allow; with a permissions boundary, both must allow.

use super::decision::{BoundaryAnswer, Decision, Hint, Note, Reason, Verdict};
use super::truth::Truth;
use crate::model::{Effect, PolicyType};
use crate::semantics::statement_ref::StatementRef;

/// The policy that statements are cited from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) policy_name: &'a str,
    pub(super) policy_type: PolicyType,
}

impl Source<'_> {
    pub(super) fn cite(self, statement: usize, sid: Option<String>) -> StatementRef {
        StatementRef {
            policy_name: self.policy_name.to_owned(),
            real_policy_name: None,
            policy_type: self.policy_type,
            statement,
            sid,
        }
    }
}

/// Whether one statement matches a request.
#[derive(Debug)]
pub(super) struct StatementMatch {
    pub(super) effect: Effect,
    pub(super) truth: Truth,
    pub(super) hints: Vec<Hint>,
}

impl StatementMatch {
    /// Whether the statement does not match, and there is nothing to know of it: most statements, for most requests.
    pub(super) const fn says_nothing(&self) -> bool {
        self.truth.is_no() && self.hints.is_empty()
    }

    pub(super) fn allows(&self) -> bool {
        self.effect == Effect::Allow && self.truth.is_yes()
    }
}

/// What the statements of some policies say of a request.
#[derive(Debug, Default)]
pub(super) struct StatementMatches(Vec<(StatementRef, StatementMatch)>);

impl StatementMatches {
    pub(super) fn push(&mut self, statement: StatementRef, finding: StatementMatch) {
        self.0.push((statement, finding));
    }

    /// Allowed when these allow, the boundary (if there is one) allows, and neither denies.
    pub(super) fn decide(self, boundary: Option<Self>, mut notes: Vec<Note>) -> Decision {
        let all = || self.0.iter().chain(boundary.iter().flat_map(|findings| &findings.0));
        let denied = Truth::any(all().filter(|(_, f)| f.effect == Effect::Deny).map(|(_, f)| f.truth.clone()));
        let boundary_allows = boundary.as_ref().map_or(Truth::Yes, Self::allow);
        let allowed = Truth::all([self.allow(), boundary_allows, denied.clone().not()]);
        let verdict = match allowed {
            Truth::Yes => Verdict::Allowed,
            _ if denied.is_yes() => Verdict::ExplicitlyDenied,
            Truth::No => Verdict::ImplicitlyDenied,
            Truth::Unknown(_) => Verdict::Unknown,
        };
        let unknown_because = all().flat_map(|(statement, finding)| reasons(statement, finding)).collect();
        notes.extend(all().flat_map(|(statement, finding)| self::notes(statement, finding)));
        Decision {
            verdict,
            allowed_by: self.matching(Effect::Allow),
            denied_by: [&self].into_iter().chain(&boundary).flat_map(|f| f.matching(Effect::Deny)).collect(),
            boundary: boundary.map_or(BoundaryAnswer::Absent, |findings| findings.answer()),
            unknown_because,
            notes,
        }
    }

    /// Whether some Allow matches, Denies aside.
    fn allow(&self) -> Truth {
        Truth::any(self.0.iter().filter(|(_, f)| f.effect == Effect::Allow).map(|(_, f)| f.truth.clone()))
    }

    fn matching(&self, effect: Effect) -> Vec<StatementRef> {
        let matching = self.0.iter().filter(|(_, finding)| finding.effect == effect && finding.truth.is_yes());
        matching.map(|(statement, _)| statement.clone()).collect()
    }

    fn answer(&self) -> BoundaryAnswer {
        match self.allow() {
            Truth::Yes => BoundaryAnswer::Allows(self.matching(Effect::Allow)),
            Truth::No => BoundaryAnswer::DoesNotAllow,
            Truth::Unknown(_) => BoundaryAnswer::Unknown,
        }
    }
}

fn reasons(statement: &StatementRef, finding: &StatementMatch) -> Vec<Reason> {
    match &finding.truth {
        Truth::Yes | Truth::No => Vec::new(),
        Truth::Unknown(doubts) => {
            doubts.iter().map(|doubt| Reason { statement: statement.clone(), doubt: doubt.clone() }).collect()
        }
    }
}

fn notes(statement: &StatementRef, finding: &StatementMatch) -> Vec<Note> {
    let note = |hint: &Hint| Note { statement: Some(statement.clone()), hint: hint.clone() };
    finding.hints.iter().map(note).collect()
}

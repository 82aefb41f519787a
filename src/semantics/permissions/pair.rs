//! Two roles side by side: their rules numbered together, and which of them each role has.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Shared;
use super::known::facts;
use super::rules::{Compiled, Placed, Remark, Rule};
use crate::model::{Effect, Side, Sides};
use crate::semantics::error::EngineError;
use crate::semantics::evaluate::{AttachedDocument, RolePolicies};
use crate::semantics::outcome::{StatementRef, Warning};
use crate::semantics::remaining::Stated;
use crate::semantics::solver::bits::Bits;

/// The rules of one role, as numbers into [`Pair::rules`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleRules {
    /// Those that allow.
    pub allows: Bits,
    /// Those that deny, the boundary's too.
    pub denies: Bits,
    /// Those by which the boundary allows, if there is one.
    pub boundary: Option<Bits>,
}

impl RoleRules {
    /// Those of them that are live.
    pub fn live(&self, live: &Bits) -> Self {
        let among = |bits: &Bits| {
            let mut bits = bits.clone();
            bits.intersect(live);
            bits
        };
        Self { allows: among(&self.allows), denies: among(&self.denies), boundary: self.boundary.as_ref().map(among) }
    }

    /// Whether whatever this role's statement `rule` grants the other role is granted by the same statement, and
    /// nothing there takes it away.
    pub fn shares(&self, rule: usize, other: &Self) -> bool {
        let within_boundary = match (&self.boundary, &other.boundary) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(others)) => own.is_subset(others),
        };
        other.allows.contains(rule) && other.denies.is_subset(&self.denies) && within_boundary
    }
}

/// Two roles.
#[derive(Debug)]
pub struct Pair {
    /// All rules of both, each once, sorted.
    pub rules: Vec<Arc<Rule>>,
    /// Which of them each role has.
    pub roles: Sides<RoleRules>,
    /// Where each role has them.
    pub places: Sides<RulePlaces>,
    /// How each role's statements write the tests of each rule; of several the first by its tests.
    pub stated: Sides<StatedRules>,
    /// What to warn of.
    pub warnings: Vec<Warning>,
}

/// The tests of rules, by number, as statements write them.
type StatedRules = BTreeMap<usize, Arc<Vec<Stated>>>;

/// A document of a role, read.
struct Attached<'a> {
    document: &'a AttachedDocument,
    compiled: Arc<Compiled>,
    boundary: bool,
}

impl Pair {
    /// Puts two roles side by side.
    ///
    /// # Errors
    /// If a statement is lost on the way.
    pub fn new(left: &RolePolicies, right: &RolePolicies, shared: &Shared) -> Result<Self, EngineError> {
        let attached = Sides { left: attached(left, shared), right: attached(right, shared) };
        let mut known: Vec<Arc<Rule>> = Side::BOTH
            .iter()
            .flat_map(|side| attached.get(*side))
            .flat_map(|attached| attached.compiled.rules.iter().map(|placed| Arc::clone(&placed.rule)))
            .collect();
        known.sort_by(|a, b| a.canonical.cmp(&b.canonical));
        known.dedup_by_key(|rule| rule.number);
        let numbers = Numbers(known.iter().enumerate().map(|(at, rule)| (rule.number, at)).collect());
        let role = |side: Side| role_rules(attached.get(side), &numbers, known.len());
        let roles = Sides { left: role(Side::Left)?, right: role(Side::Right)? };
        let places = |side: Side| places(attached.get(side), &numbers);
        let places = Sides { left: places(Side::Left)?, right: places(Side::Right)? };
        let stated = |side: Side| stated(attached.get(side), &numbers);
        let stated = Sides { left: stated(Side::Left)?, right: stated(Side::Right)? };
        Ok(Self { rules: known, roles, places, stated, warnings: warnings(attached.as_ref()) })
    }

    /// The rule of this number.
    ///
    /// # Errors
    /// If there is none.
    pub fn rule(&self, number: usize) -> Result<&Arc<Rule>, EngineError> {
        let none = || EngineError::internal(format!("there is no statement {number} of {}", self.rules.len()));
        self.rules.get(number).ok_or_else(none)
    }

    /// Where a role has a rule.
    ///
    /// # Errors
    /// If it does not.
    pub fn places(&self, side: Side, rule: usize) -> Result<&[StatementRef], EngineError> {
        let none = || EngineError::internal(format!("statement {rule} is in no policy of its role"));
        self.places.get(side).get(&rule).map(Vec::as_slice).ok_or_else(none)
    }

    /// The tests of a role's rule that are known, as its statement writes them; none of a rule that it does not have.
    pub fn stated(&self, side: Side, rule: usize) -> &[Stated] {
        self.stated.get(side).get(&rule).map_or(&[], |stated| stated.as_slice())
    }

    /// The rules that not both roles have in the same way; `None` when one role alone has a boundary, which makes
    /// every action worth a look.
    pub fn unshared(&self) -> Option<Bits> {
        let Sides { left, right } = &self.roles;
        let mut unshared = differing(&left.allows, &right.allows);
        unshared.union(&differing(&left.denies, &right.denies));
        match (&left.boundary, &right.boundary) {
            (None, None) => Some(unshared),
            (Some(left), Some(right)) => {
                unshared.union(&differing(left, right));
                Some(unshared)
            }
            (Some(_), None) | (None, Some(_)) => None,
        }
    }
}

/// What to warn of in two roles that have the same documents, read alike: they may do the same. None where the documents
/// say whether that is so.
pub fn warnings_of_same(left: &RolePolicies, right: &RolePolicies, shared: &Shared) -> Option<Vec<Warning>> {
    let same = left.identity.len() == right.identity.len() && left.boundary.is_some() == right.boundary.is_some();
    if !same {
        return None;
    }
    let (left_attached, right_attached) =
        (left.identity.iter().chain(&left.boundary), right.identity.iter().chain(&right.boundary));
    let Shared { rules, universe, solver } = shared;
    let mut alike = Vec::new();
    for (a, b) in left_attached.zip(right_attached) {
        if !Arc::ptr_eq(&a.document, &b.document) {
            return None;
        }
        let of_left = facts(&a.document, &left.role);
        if of_left != facts(&b.document, &right.role) {
            return None;
        }
        alike.push((a, b, of_left));
    }
    let mut warnings = Vec::new();
    for (a, b, facts) in alike {
        let remarks = rules.remarks(&a.document, (&left.role, facts), universe, solver);
        for (side, attached) in [(Side::Left, a), (Side::Right, b)] {
            warnings.extend(remarks.iter().map(|remark| warning(attached, remark, side)));
        }
    }
    Some(sorted(warnings))
}

fn warnings(attached: Sides<&Vec<Attached<'_>>>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for side in Side::BOTH {
        for attached in *attached.get(side) {
            warnings.extend(attached.compiled.remarks.iter().map(|remark| warning(attached.document, remark, side)));
        }
    }
    sorted(warnings)
}

fn sorted(mut warnings: Vec<Warning>) -> Vec<Warning> {
    warnings.sort();
    warnings.dedup();
    warnings
}

fn warning(attached: &AttachedDocument, remark: &Remark, side: Side) -> Warning {
    Warning { side, statement: place(attached, remark.statement), id: remark.id, text: remark.text.clone() }
}

fn attached<'a>(role: &'a RolePolicies, shared: &Shared) -> Vec<Attached<'a>> {
    let one = |document: &'a AttachedDocument, boundary| {
        let Shared { rules, universe, solver } = shared;
        Attached { document, compiled: rules.document(&document.document, &role.role, universe, solver), boundary }
    };
    let identity = role.identity.iter().map(|document| one(document, false));
    identity.chain(role.boundary.iter().map(|document| one(document, true))).collect()
}

fn differing(a: &Bits, b: &Bits) -> Bits {
    let (mut only_a, mut only_b) = (a.clone(), b.clone());
    only_a.subtract(b);
    only_b.subtract(a);
    only_a.union(&only_b);
    only_a
}

/// The number in the pair of each rule, by the number it has everywhere.
struct Numbers(BTreeMap<u32, usize>);

impl Numbers {
    fn number(&self, rule: &Rule) -> Result<usize, EngineError> {
        let none = || EngineError::internal(format!("a statement has no number in its pair: {}", rule.canonical));
        self.0.get(&rule.number).copied().ok_or_else(none)
    }
}

fn role_rules(attached: &[Attached<'_>], numbers: &Numbers, size: usize) -> Result<RoleRules, EngineError> {
    let mut role = RoleRules { allows: Bits::new(size), denies: Bits::new(size), boundary: None };
    for attached in attached {
        if attached.boundary {
            role.boundary.get_or_insert_with(|| Bits::new(size));
        }
        for Placed { rule, .. } in &attached.compiled.rules {
            let number = numbers.number(rule)?;
            match (rule.effect, attached.boundary, &mut role.boundary) {
                (Effect::Deny, _, _) => role.denies.insert(number),
                (Effect::Allow, true, Some(boundary)) => boundary.insert(number),
                (Effect::Allow, ..) => role.allows.insert(number),
            }
        }
    }
    Ok(role)
}

fn stated(attached: &[Attached<'_>], numbers: &Numbers) -> Result<StatedRules, EngineError> {
    let mut rules = StatedRules::new();
    for Placed { rule, stated, .. } in attached.iter().flat_map(|attached| &attached.compiled.rules) {
        let first = rules.entry(numbers.number(rule)?).or_insert_with(|| Arc::clone(stated));
        if stated.iter().map(|test| &test.written).lt(first.iter().map(|test| &test.written)) {
            *first = Arc::clone(stated);
        }
    }
    Ok(rules)
}

/// Where a role has each of its rules.
type RulePlaces = BTreeMap<usize, Vec<StatementRef>>;

fn places(attached: &[Attached<'_>], numbers: &Numbers) -> Result<RulePlaces, EngineError> {
    let mut places: BTreeMap<usize, Vec<StatementRef>> = BTreeMap::new();
    for attached in attached {
        for Placed { statement, rule, .. } in &attached.compiled.rules {
            places.entry(numbers.number(rule)?).or_default().push(place(attached.document, *statement));
        }
    }
    for list in places.values_mut() {
        list.sort();
        list.dedup();
    }
    Ok(places)
}

/// A statement of a document of a role.
fn place(attached: &AttachedDocument, statement: usize) -> StatementRef {
    StatementRef {
        policy_name: attached.policy_name.clone(),
        real_policy_name: None,
        policy_type: attached.policy_type,
        statement,
        sid: attached.document.statements.get(statement).and_then(|statement| statement.sid.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalogue;
    use crate::model::PolicyType;
    use crate::parse::policy::parse_identity;
    use crate::semantics::solver::steps::Reading;

    #[test]
    fn a_statement_without_a_number_is_named() {
        let shared = Shared::new(&Catalogue::embedded(), Reading::Parts, vec!["aws".to_owned()]);
        let text = r#"{"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}"#;
        let document = Arc::new(parse_identity(text).unwrap());
        let own = AttachedDocument { policy_name: "own".to_owned(), policy_type: PolicyType::Inline, document };
        let role = RolePolicies { identity: vec![own], ..RolePolicies::default() };
        let pair = Pair::new(&role, &role, &shared).unwrap();
        match Numbers(BTreeMap::new()).number(pair.rule(0).unwrap()) {
            Err(EngineError::Internal { invariant }) => assert!(invariant.contains("no number"), "{invariant}"),
            other => panic!("{other:?}"),
        }
    }
}

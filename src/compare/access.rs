//! What one of two roles may do and the other may not, and who can assume one and not the other.
//!
//! The comparison works on normalised policies; what it finds is written down in the names people know: patterns with
//! placeholders, and the witness in the real names of its account, where it is asked once more of the real policies.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::changed_statement;
use super::comparisons::Comparisons;
use super::left_out::name_exceptions;
use super::merge_services::merge_services;
use super::proofs::{Proof, Real};
use super::real_names::{RealNames, RoleSpellings};
use super::same_trust::SameTrust;
use super::service_row::{LimitingActions, ServiceRow};
use super::typed_values::RealValues;
use crate::catalog::Catalogue;
use crate::model::equivalency::{OWN_ACCOUNT, mark};
use crate::model::{
    Account, ActionClause, ActionPattern, Effect, Glob, IdentityPolicy, Place, PolicyType, Principal, PrincipalClause,
    ResourceClause, Role, Side, Sides, Statement, TrustPolicy,
};
use crate::normalise::{NormalisedRole, Normaliser};
use crate::report::{
    RealTexts, RoleAccessDifference, RoleDenyDifference, RoleGrants, RoleTrustDifference, StatementWarning,
};
use crate::semantics::difference_condition::DifferenceCondition;
use crate::semantics::evaluate::{AttachedDocument, RolePolicies};
use crate::semantics::outcome::{AccessDifference, DenyDifference, Grade, Refusal, StatementRef, Warning};
use crate::semantics::trust::{TrustDifference, TrustSide};
use crate::semantics::{Budget, Engine, EngineError, Engines, KnownRole};

/// Compares pairs of roles.
#[derive(Debug)]
pub(super) struct Access<'a> {
    engine: Engine<'a>,
    catalogue: &'a Catalogue,
    names: Sides<RealNames<'a>>,
    same_trust: SameTrust,
}

/// What was found for one pair of roles.
#[derive(Debug)]
pub(super) struct AccessFindings {
    pub grade: Grade,
    pub trust_grade: Grade,
    pub access: Vec<RoleAccessDifference>,
    pub denies: Vec<RoleDenyDifference>,
    pub trust: Vec<RoleTrustDifference>,
    pub warnings: Vec<StatementWarning>,
}

impl<'a> Access<'a> {
    /// With this engine.
    pub(super) const fn new(engine: Engine<'a>, catalogue: &'a Catalogue, names: Sides<RealNames<'a>>) -> Self {
        Self { engine, catalogue, names, same_trust: SameTrust::new() }
    }

    /// What a role of one account grants, as against a role that grants nothing.
    pub(super) fn alone(
        &self,
        name: &str,
        side: Side,
        role: &NormalisedRole,
        real: &Role,
    ) -> Result<RoleGrants, EngineError> {
        let (empty, empty_real) =
            (NormalisedRole { role: without_grants(&role.role), ..role.clone() }, without_grants(real));
        let sides = |own, other| match side {
            Side::Left => Sides { left: own, right: other },
            Side::Right => Sides { left: other, right: own },
        };
        let real = match side {
            Side::Left => Sides { left: real, right: &empty_real },
            Side::Right => Sides { left: &empty_real, right: real },
        };
        let roles = sides(role, &empty);
        let names = self.names(roles, real);
        let AccessFindings { access, trust, .. } = self.between(name, roles, real, names.as_ref())?;
        Ok(RoleGrants { access, trust })
    }

    /// How two roles spell in their own policies what the dictionary replaced.
    pub(super) fn names<'r>(
        &'r self,
        roles: Sides<&'r NormalisedRole>,
        real: Sides<&'r Role>,
    ) -> Sides<RoleSpellings<'r>> {
        let of = |side: Side| self.names.get(side).of_role(&roles.get(side).role, real.get(side));
        Sides { left: of(Side::Left), right: of(Side::Right) }
    }

    /// Compares two roles, normalised and real; `name` is the role's in the report.
    pub(super) fn between(
        &self,
        name: &str,
        roles: Sides<&NormalisedRole>,
        real: Sides<&Role>,
        names: Sides<&RoleSpellings<'_>>,
    ) -> Result<AccessFindings, EngineError> {
        let Comparisons { access, trust } = self.decided(roles, names)?;
        let arn = |side: Side| real.get(side).arn.to_string();
        let real = Real { roles: real, policies: real.map(role_policies), names, catalogue: self.catalogue };
        let normalised = roles.map(|role| &role.role);
        let limiting = |effect: Effect| move |side: Side| limiting_actions(normalised, side, effect);
        let changed = |side: Side, by: &[StatementRef]| changed_statement::find(normalised, side, by);
        Ok(AccessFindings {
            grade: access.grade,
            trust_grade: trust.grade,
            access: self
                .told_by_statement(normalised, access.differences, &limiting(Effect::Allow))
                .into_iter()
                .map(|difference| {
                    let changed = match &difference.refused_by {
                        Refusal::Deny(by) => changed(difference.side.other(), by),
                        Refusal::NoAllow | Refusal::Boundary => changed(difference.side, &difference.granted_by),
                    };
                    let row = access_row(name, arn(difference.side), difference, &real);
                    RoleAccessDifference { changed_statement: changed, ..row }
                })
                .collect(),
            denies: self
                .told_by_statement(normalised, access.deny_differences, &limiting(Effect::Deny))
                .into_iter()
                .map(|difference| {
                    let changed = changed(difference.side, &difference.denied_by);
                    let row = deny_row(name, arn(difference.side), difference, &real);
                    RoleDenyDifference { changed_statement: changed, ..row }
                })
                .collect(),
            trust: trust
                .differences
                .into_iter()
                .map(|difference| trust_row(name, arn(difference.side), difference, &real))
                .collect(),
            warnings: access
                .warnings
                .into_iter()
                .chain(trust.warnings)
                .map(|w| statement_warning(name, arn(w.side), w, names))
                .collect(),
        })
    }

    /// What the engine says of two normalised roles; where it cannot tell, of the roles with the real values of their
    /// conditions on networks, numbers and points in time.
    fn decided(
        &self,
        roles: Sides<&NormalisedRole>,
        names: Sides<&RoleSpellings<'_>>,
    ) -> Result<Comparisons, EngineError> {
        let normalised = self.ask(roles)?;
        if normalised.is_certain() && !normalised.has_unread_value() {
            return Ok(normalised);
        }
        let spelled = |side: Side, text: &str| names.get(side).as_written(text);
        let values = match RealValues::new(roles.map(|role| &role.role), spelled) {
            Ok(Some(values)) => values,
            Ok(None) => return Ok(normalised),
            Err(why) => return Ok(normalised.because(&why.to_string())),
        };
        let asked_with = |of: Side| {
            let with_values =
                |role: &NormalisedRole| NormalisedRole { role: values.in_role(of, &role.role), ..role.clone() };
            let roles = roles.map(with_values);
            self.ask(roles.as_ref())
        };
        let (left, right) = (asked_with(Side::Left)?, asked_with(Side::Right)?);
        // Both are one question in two spellings. Where the answers are not one, neither is to be relied on.
        if left.grades() != right.grades() {
            return Ok(normalised.because("the answers with the values of the two accounts are not the same"));
        }
        let mut both = left.of_side(Side::Left, &values);
        let Comparisons { access, trust } = right.of_side(Side::Right, &values);
        both.access.differences.extend(access.differences);
        both.access.deny_differences.extend(access.deny_differences);
        both.access.warnings.extend(access.warnings);
        both.trust.differences.extend(trust.differences);
        both.trust.warnings.extend(trust.warnings);
        let both = both.sorted();
        Ok(if normalised.is_certain() { normalised.with_warnings_of(both) } else { both })
    }

    fn ask(&self, roles: Sides<&NormalisedRole>) -> Result<Comparisons, EngineError> {
        let own = mark(OWN_ACCOUNT);
        let mut policies = roles.map(|role| normalised_policies(role, &own));
        share_documents(&policies.left, &mut policies.right);
        let access = self.engine.between(&policies.left, &policies.right)?;
        let trust = Sides { left: &roles.left.role.trust, right: &roles.right.role.trust };
        let sides = Sides { left: trust_side(roles.left, &own), right: trust_side(roles.right, &own) };
        let trust = self.same_trust.get(trust, &sides, || self.engine.trust_between(sides.left, sides.right))?;
        Ok(Comparisons { access, trust })
    }

    /// How far two normalised roles are alike in access and in trust.
    pub(super) fn grades(
        &self,
        roles: Sides<&NormalisedRole>,
        names: Sides<&RoleSpellings<'_>>,
    ) -> Result<(Grade, Grade), EngineError> {
        Ok(self.decided(roles, names)?.grades())
    }

    /// Rows as few as their statements let them be.
    fn told_by_statement<R: ServiceRow>(
        &self,
        roles: Sides<&Role>,
        rows: Vec<R>,
        limiting: &LimitingActions<'_, '_>,
    ) -> Vec<R> {
        let is_open_ended = |side: Side, statement: &StatementRef| is_open_ended(roles.get(side), statement);
        let wide =
            |side: Side, statement: &StatementRef, service: &str| wide_patterns(roles.get(side), statement, service);
        let rows = merge_services(rows, self.catalogue, &is_open_ended, limiting);
        name_exceptions(rows, self.catalogue, &wide, limiting)
    }
}

/// Gives the second role the first one's documents where they say the same: one value is looked at once.
fn share_documents(left: &RolePolicies, right: &mut RolePolicies) {
    let documents: Vec<&Arc<IdentityPolicy>> =
        left.identity.iter().chain(&left.boundary).map(|attached| &attached.document).collect();
    for attached in right.identity.iter_mut().chain(&mut right.boundary) {
        let same = documents.iter().find(|document| ***document == attached.document);
        if let Some(same) = same {
            attached.document = Arc::clone(same);
        }
    }
}

/// The same role without any policy, trusting nobody.
fn without_grants(role: &Role) -> Role {
    Role {
        trust: Arc::new(TrustPolicy { statements: Vec::new(), ..(*role.trust).clone() }),
        inline: Vec::new(),
        attached: Vec::new(),
        boundary: None,
        ..role.clone()
    }
}

/// The patterns of actions in two roles' policies, but for those by which the statements of this effect in the policies of
/// one account name what they are about.
fn limiting_actions(roles: Sides<&Role>, side: Side, effect: Effect) -> BTreeSet<&ActionPattern> {
    let statements = |side: Side| (*roles.get(side)).documents().flat_map(|document| &document.statements);
    let own = statements(side)
        .filter(|statement| statement.effect != effect || matches!(statement.action, ActionClause::NotAction(_)));
    let patterns = own.chain(statements(side.other())).flat_map(|statement| match &statement.action {
        ActionClause::Action(patterns) | ActionClause::NotAction(patterns) => patterns,
    });
    patterns.collect()
}

/// Whether a statement names its actions by what it leaves out, or names all.
fn is_open_ended(role: &Role, at: &StatementRef) -> bool {
    let found = statements(role, at);
    !found.is_empty()
        && found.iter().all(|statement| match &statement.action {
            ActionClause::NotAction(_) => true,
            ActionClause::Action(patterns) => patterns.iter().any(ActionPattern::is_everything),
        })
}

/// The patterns with a wildcard by which a statement names actions of a service; `service:*` where it names all, or all
/// but some.
fn wide_patterns(role: &Role, at: &StatementRef, service: &str) -> Vec<ActionPattern> {
    if is_open_ended(role, at) {
        return ActionPattern::new(&format!("{service}:*")).into_iter().collect();
    }
    match statements(role, at).as_slice() {
        [Statement { action: ActionClause::Action(patterns), .. }] => {
            let is_wide = |pattern: &&ActionPattern| pattern.service() == service && pattern.has_wildcard();
            patterns.iter().filter(is_wide).cloned().collect()
        }
        // Where two policies have one name, which of them it is cannot be told.
        _ => Vec::new(),
    }
}

/// A statement of a role's policies; several where a policy of AWS and one of the account have the same name.
fn statements<'r>(role: &'r Role, at: &StatementRef) -> Vec<&'r Statement<ResourceClause>> {
    let documents: Vec<&IdentityPolicy> = match at.policy_type {
        PolicyType::Inline => {
            role.inline.iter().filter(|policy| policy.name == at.policy_name).map(|policy| &*policy.document).collect()
        }
        PolicyType::Managed => role
            .attached
            .iter()
            .filter(|policy| policy.name == at.policy_name)
            .map(|policy| &*policy.document)
            .collect(),
        PolicyType::Boundary => role.boundary.iter().map(|policy| &*policy.document).collect(),
        PolicyType::Trust => Vec::new(),
    };
    // A policy that has fewer statements is not the one that is meant.
    documents.into_iter().filter_map(|document| document.statements.get(at.statement)).collect()
}

/// The texts of a row as the role's policies spell them; none where they are the same.
fn real_texts(
    names: &RoleSpellings<'_>,
    resources: &[String],
    except: &[String],
    principal: Option<&str>,
    condition: Option<&DifferenceCondition>,
) -> Option<RealTexts> {
    let all = |texts: &[String]| texts.iter().map(|text| names.as_written(text)).collect::<Vec<_>>();
    let normalized = RealTexts {
        resources: resources.to_vec(),
        except: except.to_vec(),
        principal: principal.map(str::to_owned),
        condition: condition.cloned(),
    };
    let real = RealTexts {
        resources: all(resources),
        except: all(except),
        principal: principal.map(|text| names.as_written(text)),
        condition: condition.map(|condition| condition.with_texts(|text| names.as_written(text))),
    };
    (real != normalized).then_some(real)
}

/// A row of access, its proof in real names.
fn access_row(
    name: &str,
    role_arn: String,
    mut difference: AccessDifference,
    real: &Real<'_, '_>,
) -> RoleAccessDifference {
    let Proof { witness, is_real, counterpart } = real.access(difference.side, difference.witness.take());
    let mut difference = AccessDifference { witness, ..difference };
    real.names.get(difference.side).name_policies(&mut difference.granted_by);
    name_refusal(&mut difference.refused_by, real.names.get(difference.side.other()));
    let AccessDifference { side, resources, except, condition, .. } = &difference;
    let real = real_texts(real.names.get(*side), resources, except, None, condition.as_ref());
    RoleAccessDifference {
        role: name.to_owned(),
        role_arn,
        difference,
        counterpart,
        witness_is_real: is_real,
        real,
        changed_statement: None,
    }
}

/// Says what the policies whose statements deny a request are called in their account.
fn name_refusal(refusal: &mut Refusal, names: &RoleSpellings<'_>) {
    match refusal {
        Refusal::Deny(statements) => names.name_policies(statements),
        Refusal::NoAllow | Refusal::Boundary => {}
    }
}

/// An engine for the roles of two accounts in these partitions, as [`own_partition`] spells them.
pub(super) fn engine<'c>(
    engines: &Engines,
    catalogue: &'c Catalogue,
    partitions: Sides<String>,
    names: Sides<String>,
) -> Engine<'c> {
    let Sides { left, right } = partitions;
    // Of two partitions that no placeholder stands for, each account's policies name their own. Both count then, so
    // that what names either is compared.
    let mut partitions = vec![left];
    if !partitions.contains(&right) {
        partitions.push(right);
    }
    engines.in_partitions(catalogue, Budget::default(), partitions).naming(names)
}

/// The partition of an account as its normalised policies spell it: its placeholder, where the dictionary has one.
pub(super) fn own_partition(account: &Account, normaliser: &Normaliser) -> String {
    // Without roles there is no request.
    let real = account.partition().unwrap_or("aws");
    let end = ":s3:::x";
    let arn = format!("arn:{real}{end}");
    let normalised = normaliser.apply(&arn, Place::Resource, |_| {}).into_with_marks();
    let partition = normalised.strip_prefix("arn:").and_then(|rest| rest.strip_suffix(end));
    partition.unwrap_or(real).to_owned()
}

/// A row of an explicit deny, its proof in real names.
fn deny_row(name: &str, role_arn: String, mut difference: DenyDifference, real: &Real<'_, '_>) -> RoleDenyDifference {
    let Proof { witness, is_real, counterpart } = real.deny(difference.side, difference.witness.take());
    let mut difference = DenyDifference { witness, ..difference };
    real.names.get(difference.side).name_policies(&mut difference.denied_by);
    let DenyDifference { side, resources, except, condition, .. } = &difference;
    let real = real_texts(real.names.get(*side), resources, except, None, condition.as_ref());
    RoleDenyDifference {
        role: name.to_owned(),
        role_arn,
        difference,
        counterpart,
        witness_is_real: is_real,
        real,
        changed_statement: None,
    }
}

/// A row of trust, its proof in real names.
fn trust_row(
    name: &str,
    role_arn: String,
    mut difference: TrustDifference,
    real: &Real<'_, '_>,
) -> RoleTrustDifference {
    let (side, relation) = (difference.side, difference.relation);
    let Proof { witness, is_real, counterpart } = real.trust(side, relation, difference.witness.take());
    let difference = TrustDifference { witness, ..difference };
    let TrustDifference { principal, except, condition, .. } = &difference;
    let real = real_texts(real.names.get(side), &[], except, Some(principal), condition.as_ref());
    RoleTrustDifference { role: name.to_owned(), role_arn, difference, counterpart, witness_is_real: is_real, real }
}

fn trust_side<'r>(role: &'r NormalisedRole, own: &'r str) -> TrustSide<'r> {
    let arn = &role.role.arn;
    TrustSide { policy: &role.role.trust, account: own, account_id: Some(arn.account()), partition: arn.partition() }
}

fn statement_warning(
    role: &str,
    role_arn: String,
    warning: Warning,
    names: Sides<&RoleSpellings<'_>>,
) -> StatementWarning {
    let Warning { side, mut statement, id, text } = warning;
    names.get(side).name_policies(std::slice::from_mut(&mut statement));
    StatementWarning { side, role: role.to_owned(), role_arn, statement, id, text }
}

/// What a role may do, as the evaluators take it.
#[must_use]
pub fn role_policies(role: &Role) -> RolePolicies {
    let known = KnownRole::default().in_account(role.arn.account()).with_arn(role.arn.as_str());
    policies(role, known)
}

/// The same of a role whose policies are normalised.
fn normalised_policies(role: &NormalisedRole, own: &str) -> RolePolicies {
    let Role { name, path, arn, .. } = &role.role;
    let normalised_arn = format!("arn:{}:iam::{own}:role{path}{name}", arn.partition());
    let known = KnownRole::default().in_account(own).with_account_id(arn.account()).with_arn(&normalised_arn);
    policies(&role.role, known)
}

/// Whether somebody may bring tags of their own when assuming a role. Where that depends on a condition, somebody may.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_permissions-required>
fn takes_session_tags(trust: &TrustPolicy) -> bool {
    let about_tags = |statement: &Statement<PrincipalClause>| {
        let about = |pattern: &ActionPattern| Glob::new(pattern.folded()).matches("sts:tagsession");
        let listed = statement.action.patterns().iter().any(about);
        match &statement.action {
            ActionClause::Action(_) => listed,
            ActionClause::NotAction(_) => !listed,
        }
    };
    // What no caller has is nobody.
    let names_somebody = |statement: &Statement<PrincipalClause>| match &statement.target {
        PrincipalClause::Principal(principals) => !principals.iter().all(Principal::is_nobody),
        PrincipalClause::NotPrincipal(_) => true,
    };
    let denied_to_all = |statement: &Statement<PrincipalClause>| {
        let names_all = match &statement.target {
            PrincipalClause::Principal(principals) => principals.contains(&Principal::Everyone),
            PrincipalClause::NotPrincipal(principals) => principals.iter().all(Principal::is_nobody),
        };
        statement.conditions.is_empty() && names_all && about_tags(statement)
    };
    let of = |effect| trust.statements.iter().filter(move |statement| statement.effect == effect);
    of(Effect::Allow).any(|statement| about_tags(statement) && names_somebody(statement))
        && !of(Effect::Deny).any(denied_to_all)
}

fn policies(role: &Role, known: KnownRole) -> RolePolicies {
    let inline = role.inline.iter().map(|policy| AttachedDocument {
        policy_name: policy.name.clone(),
        policy_type: PolicyType::Inline,
        document: Arc::clone(&policy.document),
    });
    let managed = |policy: &crate::model::ManagedPolicy, policy_type| AttachedDocument {
        policy_name: policy.name.clone(),
        policy_type,
        document: Arc::clone(&policy.document),
    };
    RolePolicies {
        identity: inline.chain(role.attached.iter().map(|policy| managed(policy, PolicyType::Managed))).collect(),
        boundary: role.boundary.as_ref().map(|policy| managed(policy, PolicyType::Boundary)),
        // Of a role without any tag nothing says that tags are in use: any value, or none, is tried.
        role: if takes_session_tags(&role.trust) {
            known.with_session_tags()
        } else if role.tags.is_empty() {
            known
        } else {
            known.with_tags(role.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())))
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::policy::parse_trust;

    #[test]
    fn who_may_bring_session_tags() {
        let allow = |principal: &str, action: &str| {
            format!(r#"{{"Effect": "Allow", "Principal": {principal}, "Action": {action}}}"#)
        };
        let account = r#"{"AWS": "444455556666"}"#;
        let (assume, tag) = (r#""sts:AssumeRole""#, r#"["sts:AssumeRole", "sts:TagSession"]"#);
        let deny = |principal: &str, action: &str| format!(r#"{{"Effect": "Deny", {principal}, "Action": {action}}}"#);
        for (statements, expected) in [
            (allow(account, assume), false),
            (allow(account, tag), true),
            (allow(account, r#""sts:*""#), true),
            (allow(r#"{"AWS": "AROADBQP57FF2AEXAMPLE"}"#, tag), false),
            (allow(r#"{"AWS": ["AROADBQP57FF2AEXAMPLE", "444455556666"]}"#, tag), true),
            ([allow(account, tag), deny(r#""Principal": "*""#, r#""sts:Tag*""#)].join(", "), false),
            ([allow(account, tag), deny(r#""Principal": {"AWS": "*"}"#, tag)].join(", "), false),
            ([allow(account, tag), deny(r#""Principal": {"AWS": "444455556666"}"#, tag)].join(", "), true),
            ([allow(account, tag), deny(r#""NotPrincipal": {"AWS": "AIDAAAAAAAAAAAAAAAAAA"}"#, tag)].join(", "), false),
        ] {
            let trust = parse_trust(&format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#)).unwrap();
            assert_eq!(takes_session_tags(&trust), expected, "{statements}");
        }
    }
}

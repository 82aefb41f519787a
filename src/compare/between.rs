//! The report itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::access::{self, Access};
use super::aws_versions::{self, TwoVersions};
use super::count::ItemCounts;
use super::input::Input;
use super::real_names::{RealNames, RoleSpellings};
use super::{attributes, cross_references, dictionary, items, pair, rewritten};
use crate::catalog::Catalogue;
use crate::expand::{Expander, Universe};
use crate::model::{Account, Marked, Role, Selection, Shown, Side, Sides, has_texts};
use crate::normalise::{Normalised, NormalisedRole, Rules};
use crate::report::{
    AccountInfo, AttributeDifference, CatalogueInfo, CrossReference, DifferenceCounts, FORMAT, ItemDifference,
    Limitation, Metric, MetricName, RealItem, Report, RoleAccessDifference, RoleDenyDifference, RoleResult, RoleSide,
    RoleStatus, RoleTrustDifference, SeverityOverrides, StatementWarning, Totals, VERSION,
};
use crate::semantics::{Engine, EngineError, Engines};

/// What a report needs besides the accounts.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// The actions there are.
    pub catalogue: &'a Catalogue,
    /// What comparisons before this one have worked out.
    pub engines: &'a Engines,
    /// What normalised the accounts.
    pub rules: Rules<'a>,
    /// When the report is made, RFC 3339.
    pub generated_at: &'a str,
    /// Which roles were asked for; the accounts hold these alone.
    pub selection: &'a Selection,
    /// What was left out before, and why.
    pub left_out: &'a [Limitation],
    /// Severities that were set in place of those of the rules.
    pub severities: &'a SeverityOverrides,
}

/// What was found for one pair.
struct Compared {
    result: RoleResult,
    items: Vec<ItemDifference>,
    access: Vec<RoleAccessDifference>,
    trust: Vec<RoleTrustDifference>,
    denies: Vec<RoleDenyDifference>,
    attributes: Vec<AttributeDifference>,
    warnings: Vec<StatementWarning>,
    cross_references: Vec<CrossReference>,
    /// What AWS owns holds no placeholder.
    two_versions: Vec<TwoVersions>,
}

has_texts!(Compared { result, items, access, trust, denies, attributes, warnings, cross_references; two_versions });

/// What comparing a pair takes.
struct Comparing<'a> {
    accounts: Sides<&'a Account>,
    normalised: Sides<&'a Normalised>,
    expander: &'a Expander<'a>,
    access: Access<'a>,
}

/// Compares two accounts.
///
/// # Errors
/// If this program contradicts itself in what is not about one pair of roles, or in a build for tests.
pub fn between(inputs: Sides<Input<'_>>, settings: Settings<'_>) -> Result<Report, EngineError> {
    between_told(inputs, settings, &|_, _| {})
}

/// The same, and tells how many roles are done, of how many: first none, then each time one more is. `tell` is called
/// from several threads, in no strict order; the result does not depend on it.
///
/// # Errors
/// As [`between`].
pub fn between_told(
    inputs: Sides<Input<'_>>,
    settings: Settings<'_>,
    tell: &(dyn Fn(usize, usize) + Sync),
) -> Result<Report, EngineError> {
    let partitions = inputs.map(|input| access::own_partition(input.account, input.normaliser));
    let tags = inputs.map(|input| input.tag.to_string());
    by_engine(inputs, settings, tell, || access::engine(settings.engines, settings.catalogue, partitions, tags))
}

/// The same, with an engine of the caller's choice. The items are counted while it is made and used.
fn by_engine<'c>(
    inputs: Sides<Input<'_>>,
    settings: Settings<'c>,
    tell: &(dyn Fn(usize, usize) + Sync),
    engine: impl FnOnce() -> Engine<'c> + Send,
) -> Result<Report, EngineError> {
    let accounts = inputs.map(|input| input.account);
    let expander = Expander::new(Universe::new(settings.catalogue, [accounts.left, accounts.right]));
    let (compared, [harvested, sanitized]) = rayon::join(
        || {
            let names =
                inputs.map(|input| RealNames::new(input.normalised, input.normaliser, input.account.id.as_ref()));
            let access = Access::new(engine(), settings.catalogue, names);
            let normalised = inputs.map(|input| input.normalised);
            Comparing { accounts, normalised, expander: &expander, access }.all(tell)
        },
        || count_items(inputs, settings.catalogue, &expander),
    );
    Ok(assemble(inputs, settings, compared?, harvested, sanitized))
}

/// How many items each account has as harvested, and how many as normalised.
fn count_items(inputs: Sides<Input<'_>>, catalogue: &Catalogue, of_both: &Expander<'_>) -> [Sides<usize>; 2] {
    let harvested = inputs.map(|input| input.account.roles.iter().collect::<Vec<&Role>>());
    let sanitized = inputs.map(|input| input.normalised.roles.iter().map(|role| &role.role).collect::<Vec<&Role>>());
    let own = inputs.map(|input| Expander::new(Universe::new(catalogue, [input.account])));
    // What most accounts name is in the catalog, and then the other account's actions change no number.
    let alike = Side::BOTH.into_iter().filter(|side| own.get(*side).counts_like(of_both));
    let alike: Vec<Side> = alike.collect();
    let mut together: Vec<&Role> = Side::BOTH.into_iter().flat_map(|side| sanitized.get(side)).copied().collect();
    together.extend(alike.iter().flat_map(|side| harvested.get(*side)));
    let counts = ItemCounts::new(&together, of_both);
    let of_harvested = |side: Side| {
        let roles = harvested.get(side);
        if alike.contains(&side) { counts.of(roles) } else { ItemCounts::new(roles, own.get(side)).of(roles) }
    };
    [Sides::SIDES.map(of_harvested), sanitized.map(|roles| counts.of(&roles))]
}

fn order(result: &RoleResult) -> (&str, &str, Option<&str>, Option<&str>) {
    (
        &result.role,
        &result.path,
        result.left.as_ref().map(|side| side.arn.as_str()),
        result.right.as_ref().map(|side| side.arn.as_str()),
    )
}

impl<'a> Comparing<'a> {
    /// What was found for each pair, sorted by role.
    fn all(&self, tell: &(dyn Fn(usize, usize) + Sync)) -> Result<Vec<Shown<Compared>>, EngineError> {
        let likeness = |left: &NormalisedRole, right: &NormalisedRole| items::in_common(left, right, self.expander);
        let pairs = pair::pair(self.normalised, likeness);
        tell(0, pairs.len());
        let done = AtomicUsize::new(0);
        let one = |pair: &pair::RolePair| {
            let compared = self.compare(*pair).map(Marked::shown);
            tell(done.fetch_add(1, Ordering::Relaxed) + 1, pairs.len());
            compared
        };
        let mut compared = pairs.par_iter().map(one).collect::<Result<Vec<_>, _>>()?;
        compared.sort_by(|a, b| order(&a.result).cmp(&order(&b.result)));
        Ok(compared)
    }

    fn compare(&self, pair: pair::RolePair) -> Result<Marked<Compared>, EngineError> {
        let left = self.role(Side::Left, pair.left)?;
        let right = self.role(Side::Right, pair.right)?;
        let normalised = |role: Option<(&'a NormalisedRole, &'a Role)>| role.map(|(normalised, _)| normalised);
        let result = role_result(pair, normalised(left), normalised(right));
        let mut compared = Compared {
            result,
            items: Vec::new(),
            access: Vec::new(),
            trust: Vec::new(),
            denies: Vec::new(),
            attributes: Vec::new(),
            warnings: Vec::new(),
            cross_references: Vec::new(),
            two_versions: Vec::new(),
        };
        if let (Some((left, real_left)), Some((right, real_right))) = (left, right) {
            let (roles, real) = (Sides { left, right }, Sides { left: real_left, right: real_right });
            match aws_versions::align(roles, real) {
                None => self.both(&mut compared, roles, real)?,
                Some(aligned) => {
                    // The proofs are asked of the policies as they were read.
                    self.both(&mut compared, aligned.roles.as_ref(), real)?;
                    compared.two_versions = aligned.two_versions;
                }
            }
        } else {
            let alone = left.map(|one| (Side::Left, one)).or(right.map(|one| (Side::Right, one)));
            if let Some((side, (role, real))) = alone {
                compared.result.grants = Some(self.access.alone(&compared.result.role, side, role, real)?);
            }
        }
        Ok(Marked::new(compared))
    }

    /// A role of one account, normalised and as harvested; none where the pair has none there.
    fn role(&self, side: Side, index: Option<usize>) -> Result<Option<(&'a NormalisedRole, &'a Role)>, EngineError> {
        let Some(index) = index else { return Ok(None) };
        let (normalised, real): (&'a Normalised, &'a Account) = (self.normalised.get(side), self.accounts.get(side));
        match (normalised.roles.get(index), real.roles.get(index)) {
            (Some(normalised), Some(real)) if normalised.real_name == real.name => Ok(Some((normalised, real))),
            (normalised, real) => Err(EngineError::internal(format!(
                "role {index} of the {} account is {:?} as harvested and {:?} as normalised",
                if side == Side::Left { "first" } else { "second" },
                real.map(|role| &role.name),
                normalised.map(|role| &role.real_name),
            ))),
        }
    }

    /// Fills in what differs between the two roles of a pair.
    fn both(
        &self,
        compared: &mut Compared,
        roles: Sides<&NormalisedRole>,
        real: Sides<&Role>,
    ) -> Result<(), EngineError> {
        let result = &mut compared.result;
        compared.cross_references = cross_references::find(&result.role, roles, real, self.normalised);
        let names = self.access.names(roles, real);
        let found = self.access.between(&result.role, roles, real, names.as_ref())?;
        let same = (found.grade.is_equal_for_all_requests(), found.trust_grade.is_equal_for_all_requests());
        let rows =
            rewritten::take_out(items::only_in(roles, self.expander), roles, (&self.access, names.as_ref()), same)?;
        let item = |row: items::Row| {
            let side = row.side;
            item_difference(row, result, roles, names.get(side))
        };
        compared.items = rows.into_iter().map(item).collect();
        let Sides { left, right } = self.accounts.map(|account| account.id.as_ref());
        let of_one_account = left.is_some() && left == right;
        let normalised = roles.map(|role| &role.role);
        compared.attributes = attributes::differences(&result.role, normalised, real, of_one_account);
        result.access_grade = Some(found.grade);
        result.trust_grade = Some(found.trust_grade);
        result.differences = DifferenceCounts {
            items: compared.items.len(),
            access: found.access.len(),
            trust: found.trust.len(),
            denies: found.denies.len(),
            attributes: compared.attributes.len(),
            cross_references: compared.cross_references.len(),
            accepted: 0,
        };
        (compared.access, compared.trust, compared.denies) = (found.access, found.trust, found.denies);
        compared.warnings = found.warnings;
        Ok(())
    }
}

fn role_result(pair: pair::RolePair, left: Option<&NormalisedRole>, right: Option<&NormalisedRole>) -> RoleResult {
    let shown = |text: fn(&NormalisedRole) -> &str| left.or(right).map_or("", text);
    let status = match (left, right) {
        _ if pair.ambiguous => RoleStatus::Ambiguous,
        (Some(_), Some(_)) => RoleStatus::Common,
        (Some(_), None) => RoleStatus::LeftOnly,
        (None, _) => RoleStatus::RightOnly,
    };
    let side = |role: Option<&NormalisedRole>| {
        role.map(|role| RoleSide {
            name: role.real_name.clone(),
            path: role.real_path.clone(),
            normalised_path: role.role.path.clone(),
            arn: role.role.arn.as_str().to_owned(),
            created_at: role.role.dates.created_at.clone(),
            last_used_at: role.role.dates.last_used_at.clone(),
            last_used_region: role.role.dates.last_used_region.clone(),
        })
    };
    RoleResult {
        role: shown(|role| &role.role.name).to_owned(),
        path: shown(|role| &role.role.path).to_owned(),
        status,
        service_linked: left.or(right).is_some_and(|role| role.service_linked),
        left: side(left),
        right: side(right),
        access_grade: None,
        trust_grade: None,
        differences: DifferenceCounts::default(),
        accepted: false,
        grants: None,
    }
}

fn item_difference(
    row: items::Row,
    result: &RoleResult,
    roles: Sides<&NormalisedRole>,
    names: &RoleSpellings<'_>,
) -> ItemDifference {
    let item = row.item;
    let real = &roles.get(row.side).role;
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let principal = item.target.principal();
    let difference = ItemDifference {
        side: row.side,
        role: result.role.clone(),
        path: real.path.clone(),
        role_arn: real.arn.as_str().to_owned(),
        policy_name: row.policy_name,
        policy_type: row.policy_type,
        effect: item.effect,
        service: item.action.service.clone(),
        action: item.action.action.clone(),
        arn: item.target.arn().map(str::to_owned),
        principal: principal.map(|(_, text)| text.to_owned()),
        principal_type: principal.map(|(principal_type, _)| principal_type),
        action_element: item.action_element,
        resource_element: item.target.resource_element(),
        condition: some(&item.condition.shown),
        note: item.note,
        excluded: some(&item.excluded.shown),
        real: None,
    };
    let normalised = difference.normalized();
    let written = |text: &Option<String>| text.as_deref().map(|text| names.as_written(text));
    let real = RealItem {
        policy_name: names.policy(difference.policy_type, &normalised.policy_name).to_owned(),
        arn: written(&normalised.arn),
        principal: written(&normalised.principal),
        condition: written(&normalised.condition),
        excluded: written(&normalised.excluded),
    };
    ItemDifference { real: (real != normalised).then_some(real), ..difference }
}

fn assemble(
    inputs: Sides<Input<'_>>,
    settings: Settings<'_>,
    compared: Vec<Shown<Compared>>,
    harvested: Sides<usize>,
    sanitized: Sides<usize>,
) -> Report {
    let header = settings.catalogue.header();
    let info = |side: Side| {
        let input = inputs.get(side);
        AccountInfo {
            tag: input.tag.clone(),
            account_id: input.account.id.clone(),
            source: input.source.to_owned(),
            harvested_at: input.harvested_at.map(str::to_owned),
            all_roles: input.all_roles,
            roles: input.account.roles.len(),
            items: *harvested.get(side),
        }
    };
    let mut report = Report {
        format: FORMAT.to_owned(),
        version: VERSION,
        generated_at: settings.generated_at.to_owned(),
        iamctl: env!("CARGO_PKG_VERSION").to_owned(),
        catalogue: CatalogueInfo { source: header.source.clone(), date: header.date.clone(), actions: header.actions },
        dictionary: settings.rules.dictionary.clone(),
        builtin_rules: settings.rules.builtins.iter().collect(),
        selection: settings.selection.clone(),
        severity_overrides: settings.severities.clone(),
        accounts: Sides { left: info(Side::Left), right: info(Side::Right) },
        summary: Vec::new(),
        roles: Vec::with_capacity(compared.len()),
        item_differences: Vec::new(),
        access_differences: Vec::new(),
        trust_differences: Vec::new(),
        deny_differences: Vec::new(),
        attribute_differences: Vec::new(),
        statement_warnings: Vec::new(),
        cross_references: Vec::new(),
        accepted_differences: Vec::new(),
        accepted_file: None,
        accepted_entries: Vec::new(),
        equivalency_hits: Marked::new(dictionary::hits(inputs, settings.rules)).shown().into_inner(),
        limitations: Vec::new(),
        warnings: Vec::new(),
        findings: Vec::new(),
        groups: Vec::new(),
        totals: Totals::default(),
    };
    let two_versions = fill(&mut report, compared);
    report.item_differences.sort_by_key(|difference| difference.side);
    // What the program contradicts itself about stands above all else.
    report.access_differences.sort_by_key(|row| !row.difference.is_inconsistent());
    report.trust_differences.sort_by_key(|row| !row.difference.is_inconsistent());
    report.deny_differences.sort_by_key(|row| !row.difference.is_inconsistent());
    report.summary = summary(&report, harvested, sanitized);
    report.limitations = limitations(&report, inputs, settings);
    let tags = inputs.map(|input| input.tag);
    report.limitations.extend(two_versions.into_iter().map(|(policy, roles)| policy.limitation(tags, roles)));
    report.conclude();
    report
}

/// Puts what was found for each pair into the report's lists. What is left are the AWS managed policies in two versions,
/// each with the roles that have it.
fn fill(report: &mut Report, compared: Vec<Shown<Compared>>) -> BTreeMap<TwoVersions, BTreeSet<String>> {
    let mut two_versions: BTreeMap<TwoVersions, BTreeSet<String>> = BTreeMap::new();
    for one in compared.into_iter().map(Shown::into_inner) {
        for policy in one.two_versions {
            two_versions.entry(policy).or_default().insert(one.result.role.clone());
        }
        report.roles.push(one.result);
        report.item_differences.extend(one.items);
        report.access_differences.extend(one.access);
        report.trust_differences.extend(one.trust);
        report.deny_differences.extend(one.denies);
        report.attribute_differences.extend(one.attributes);
        report.statement_warnings.extend(one.warnings);
        report.cross_references.extend(one.cross_references);
    }
    two_versions
}

/// The original tool's thirteen counts.
fn summary(report: &Report, harvested: Sides<usize>, sanitized: Sides<usize>) -> Vec<Metric> {
    let roles = |side: Side, wanted: fn(&RoleResult) -> bool| {
        report.roles.iter().filter(|role| role.side(side).is_some() && wanted(role)).count()
    };
    let counted = |metric, wanted: fn(&RoleResult) -> bool| Metric {
        metric,
        left: roles(Side::Left, wanted),
        right: roles(Side::Right, wanted),
    };
    let [differing_roles, differences] = item_metrics(&report.item_differences);
    vec![
        Metric { metric: MetricName::HarvestedItems, left: harvested.left, right: harvested.right },
        Metric { metric: MetricName::SanitizedItems, left: sanitized.left, right: sanitized.right },
        counted(MetricName::Roles, |_| true),
        counted(MetricName::ServiceLinkedRoles, |role| role.service_linked),
        counted(MetricName::NonServiceLinkedRoles, |role| !role.service_linked),
        counted(MetricName::CommonRoles, RoleResult::is_paired),
        counted(MetricName::CommonServiceLinkedRoles, |role| role.is_paired() && role.service_linked),
        counted(MetricName::CommonNonServiceLinkedRoles, |role| role.is_paired() && !role.service_linked),
        counted(MetricName::UniqueRoles, |role| !role.is_paired()),
        counted(MetricName::UniqueServiceLinkedRoles, |role| !role.is_paired() && role.service_linked),
        counted(MetricName::UniqueNonServiceLinkedRoles, |role| !role.is_paired() && !role.service_linked),
        differing_roles,
        differences,
    ]
}

/// The two counts of rows that only one account has, which are the last of the summary.
pub(super) fn item_metrics(items: &[ItemDifference]) -> [Metric; 2] {
    let differing = |side: Side| items.iter().filter(move |d| d.side == side);
    let roles = |side| differing(side).map(|d| d.role_arn.as_str()).collect::<BTreeSet<_>>().len();
    let rows = |side| differing(side).count();
    [
        Metric { metric: MetricName::CommonRolesWithDifferences, left: roles(Side::Left), right: roles(Side::Right) },
        Metric { metric: MetricName::DifferencesAmongCommonRoles, left: rows(Side::Left), right: rows(Side::Right) },
    ]
}

fn limitations(report: &Report, inputs: Sides<Input<'_>>, settings: Settings<'_>) -> Vec<Limitation> {
    let mut limitations = settings.left_out.to_vec();
    // Where neither account has details, there is nothing that one of them could be compared with.
    let roles = || Side::BOTH.into_iter().flat_map(|side| &inputs.get(side).account.roles);
    let has_details = roles().any(|role| role.details.is_some());
    for side in Side::BOTH {
        let (input, info) = (inputs.get(side), report.accounts.get(side));
        let (tag, source) = (info.tag.clone(), info.source.clone());
        if info.roles == 0 {
            limitations.push(match input.all_roles {
                0 => Limitation::NoRoles { tag: tag.clone() },
                roles => {
                    Limitation::NoRolesSelected { tag: tag.clone(), roles, patterns: report.selection.roles.clone() }
                }
            });
        }
        if input.account.id.is_none() {
            limitations.push(Limitation::NoAccountId { tag: tag.clone(), source: source.clone() });
        }
        if has_details && input.account.roles.iter().any(|role| role.details.is_none()) {
            limitations.push(Limitation::NoDetails { tag, source });
        }
    }
    let mut ambiguous: Vec<&str> =
        report.roles.iter().filter(|r| r.status == RoleStatus::Ambiguous).map(|r| r.role.as_str()).collect();
    ambiguous.dedup();
    limitations.extend(ambiguous.into_iter().map(|role| Limitation::AmbiguousName {
        role: role.to_owned(),
        merged_by: dictionary::merged_by(report, role),
    }));
    limitations.extend(dictionary::audit(inputs, settings.rules, report));
    limitations
}

#[cfg(test)]
mod tests;

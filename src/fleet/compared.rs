//! What the fleet keeps of the report of one account.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::cause::ComparedCause;
use super::key::{self, Parts};
use super::role::{ComparedRole, Open, RoleKey};
use crate::model::{AccountTag, Role, Side, Sides};
use crate::pipeline::Prepared;
use crate::report::{FailOn, Finding, Fingerprint, Limitation, Report, RoleResult, RoleStatus, Rule, Severity, Totals};

/// A finding of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// The ID of the finding in the account's report.
    pub id: String,
    /// Its kind.
    pub rule: Rule,
    /// How severe it is.
    pub severity: Severity,
    /// The account that has it: `left` is the baseline. None if it is about both.
    pub side: Option<Side>,
    /// What differs, in a sentence.
    pub message: String,
}

impl Deviation {
    fn new(finding: &Finding) -> Self {
        let Finding { id, rule, severity, side, message, .. } = finding;
        Self { id: id.clone(), rule: *rule, severity: *severity, side: *side, message: message.clone() }
    }
}

/// What is kept of the comparison of an account with the baseline.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The account.
    pub tag: AccountTag,
    /// Whether its findings make the run fail.
    pub fails: bool,
    /// The result in numbers.
    pub totals: Totals,
    /// The roles of both accounts.
    pub roles: Vec<ComparedRole>,
    /// Roles that were not compared, with their normalized names and their real names in the baseline and the account.
    pub not_compared: Vec<ComparedRole>,
    /// Findings that are about no role that was compared.
    pub other_findings: Vec<Deviation>,
    /// What limits the comparison, in sentences.
    pub limitations: Vec<String>,
    /// The causes of the findings, most severe first.
    pub causes: Vec<ComparedCause>,
    /// The patterns of the selection that name a role of one of the two accounts.
    pub patterns: BTreeSet<String>,
}

impl Compared {
    /// An account that was not compared, because no role was selected.
    pub(super) fn nothing(tag: AccountTag) -> Self {
        Self {
            tag,
            fails: false,
            totals: Totals::default(),
            roles: Vec::new(),
            not_compared: Vec::new(),
            other_findings: Vec::new(),
            limitations: Vec::new(),
            causes: Vec::new(),
            patterns: BTreeSet::new(),
        }
    }

    /// Whether something differs that nobody has accepted, or could not be determined.
    #[must_use]
    pub fn deviates(&self) -> bool {
        self.totals.findings > 0 || self.roles.iter().any(|role| role.open.is_some())
    }
}

/// Keeps of a report what the fleet needs. `names` are the normalized names of all roles by their real names.
#[must_use]
pub fn reduce(
    prepared: &Prepared<'_>,
    names: &Sides<BTreeMap<String, String>>,
    report: &Report,
    fail_on: &[FailOn],
) -> Compared {
    let normalised = prepared.normalised().right;
    let contents: BTreeMap<&str, &Role> =
        normalised.roles.iter().map(|role| (role.role.arn.as_str(), &role.role)).collect();
    let mut of_roles: BTreeMap<usize, Vec<&Finding>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| !finding.is_note()) {
        if let Some(index) = finding.role_index {
            of_roles.entry(index).or_default().push(finding);
        }
    }
    let role = |(index, role): (usize, &RoleResult)| {
        let findings = of_roles.get(&index).map_or(&[][..], Vec::as_slice);
        let content = role.right.as_ref().and_then(|real| contents.get(real.arn.as_str()).copied());
        compared_role(report, role, (findings, fail_on), content)
    };
    let others = report.findings.iter().filter(|finding| !finding.is_note() && finding.role_index.is_none());
    Compared {
        tag: report.accounts.right.tag.clone(),
        fails: report.fails(fail_on),
        totals: report.totals,
        roles: report.roles.iter().enumerate().map(role).collect(),
        not_compared: not_compared(report, names),
        other_findings: others.map(Deviation::new).collect(),
        limitations: report.warnings.clone(),
        causes: report.causes().map(|group| ComparedCause::new(report, group)).collect(),
        patterns: BTreeSet::new(),
    }
}

fn compared_role(
    report: &Report,
    role: &RoleResult,
    (findings, fail_on): (&[&Finding], &[FailOn]),
    content: Option<&Role>,
) -> ComparedRole {
    let is_open = !findings.is_empty() || role.is_open_in_access();
    let fails = findings.iter().any(|finding| finding.fails(fail_on))
        || (fail_on.contains(&FailOn::Access) && role.is_open_in_access());
    let open = is_open.then(|| Open { fails, ..open(report, role, findings, content) });
    ComparedRole {
        key: key_of(role),
        role: role.role.clone(),
        baseline_role: role.left.as_ref().map(|real| real.name.clone()),
        account_role: role.right.as_ref().map(|real| real.name.clone()),
        service_linked: role.service_linked,
        accepted: role.differences.accepted + usize::from(role.accepted),
        open,
    }
}

/// The row of a role. Several roles of an account may have one normalized name.
fn key_of(role: &RoleResult) -> RoleKey {
    match (&role.left, &role.right) {
        (Some(baseline), _) => RoleKey::OfBaseline(baseline.name.clone()),
        (None, real) => {
            let is_ambiguous = role.status == RoleStatus::Ambiguous;
            let real = real.as_ref().filter(|_| is_ambiguous).map(|real| real.name.clone());
            RoleKey::Added(role.role.to_lowercase(), real)
        }
    }
}

fn open(report: &Report, role: &RoleResult, findings: &[&Finding], content: Option<&Role>) -> Open {
    let mut keys: Vec<String> = findings.iter().map(|finding| key::of_finding(report, finding)).collect();
    keys.sort();
    // What could not be determined may be anything, so nothing less than the whole role tells two accounts to be the same.
    let mut parts = if findings.is_empty() || role.is_unknown() { Parts::whole() } else { Parts::default() };
    findings.iter().for_each(|finding| parts.add(report, finding, content));
    let hashed = |texts: &[&str]| {
        let mut hash = Fingerprint::of_texts();
        texts.iter().for_each(|text| hash.part(text));
        hash.finish()
    };
    let findings_key = hashed(&keys.iter().map(String::as_str).collect::<Vec<_>>());
    let key = hashed(&[&findings_key, &parts.of(content)]);
    Open { key, findings_key, fails: false, findings: findings.iter().map(|finding| Deviation::new(finding)).collect() }
}

/// The roles that were left out, because a source does not contain all their policies.
fn not_compared(report: &Report, names: &Sides<BTreeMap<String, String>>) -> Vec<ComparedRole> {
    let tags = report.accounts.as_ref().map(|account| &account.tag);
    let mut left_out: BTreeMap<RoleKey, ComparedRole> = BTreeMap::new();
    for limitation in &report.limitations {
        let Limitation::RoleNotCompared { tag, role, counterparts, .. } = limitation else { continue };
        let of = |side: Side| -> Vec<&String> {
            let others = counterparts.get(*tags.get(side)).into_iter().flatten();
            others.chain(Some(role).filter(|_| tag == *tags.get(side))).collect()
        };
        let (baseline, account) = (of(Side::Left), of(Side::Right));
        let one = |side: Side, real: &String| {
            let name = names.get(side).get(real).unwrap_or(real).clone();
            let key = match side {
                Side::Left => RoleKey::OfBaseline(real.clone()),
                Side::Right => RoleKey::Added(name.to_lowercase(), None),
            };
            ComparedRole {
                key,
                role: name,
                baseline_role: Some(real.clone()).filter(|_| side == Side::Left),
                account_role: account.first().map(|real| (*real).clone()),
                service_linked: false,
                accepted: 0,
                open: None,
            }
        };
        let side = if baseline.is_empty() { Side::Right } else { Side::Left };
        for real in if baseline.is_empty() { &account } else { &baseline } {
            let role = one(side, real);
            left_out.insert(role.key.clone(), role);
        }
    }
    left_out.into_values().collect()
}

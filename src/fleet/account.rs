//! The accounts of a fleet: how they were read, and how far they deviate from the baseline.

use std::cmp::Reverse;

use serde::Serialize;

use super::accepted_counts::AcceptedCounts;
use super::class::{Cell, FleetRole};
use super::compared::Compared;
use super::deviation::Deviation;
use crate::model::{AccountId, AccountTag, words};
use crate::report::SeverityCounts;

words! {
    /// What became of an account.
    pub enum AccountStatus {
        /// It was read and compared.
        Read = "read",
        /// AWS denied a call.
        Denied = "denied",
        /// It could not be read or compared.
        Failed = "failed",
        /// It was not read, because it is not active.
        Suspended = "suspended",
        /// A filter left it out.
        Skipped = "skipped",
    }
}

/// An account of a fleet.
#[derive(Debug, Clone, Serialize)]
pub struct FleetAccount {
    /// The user's name for it.
    pub tag: AccountTag,
    /// Its ID; none where the source does not tell, or was not read.
    pub account_id: Option<AccountId>,
    /// Its tags and organizational units, as the list of accounts has them.
    pub labels: Vec<String>,
    /// Where it was read from, in words.
    pub source: String,
    /// Whether it is the baseline.
    pub baseline: bool,
    /// What became of it.
    pub status: AccountStatus,
    /// Why it was not read, or was left out.
    pub why: Option<String>,
    /// How many roles it has.
    pub roles: Option<usize>,
    /// When it was read, RFC 3339.
    pub harvested_at: Option<String>,
    /// The folder of its full report, inside the output folder; none if none was written.
    pub report: Option<String>,
    /// What somebody has accepted; none if it was not compared.
    pub accepted: Option<AcceptedCounts>,
    /// Findings that are about no role of the matrix.
    pub other_findings: Vec<Deviation>,
    /// The roles that differ from the baseline.
    pub deviations: Vec<AccountDeviation>,
    /// What is only to know, and makes the run fail because `--fail-on` names its rule.
    #[serde(skip)]
    pub failing_notes: Vec<Deviation>,
}

/// A role of an account that differs from the baseline.
#[derive(Debug, Clone, Serialize)]
pub struct AccountDeviation {
    /// The normalized name.
    pub role: String,
    /// The real name in the baseline.
    pub baseline_role: Option<String>,
    /// The real name in the account.
    pub account_role: Option<String>,
    /// The class of the role.
    pub class: Cell,
    /// The findings, most severe first; empty where iamctl could not determine whether access differs.
    pub findings: Vec<Deviation>,
}

impl FleetAccount {
    /// An account of which nothing more is known.
    #[must_use]
    pub const fn new(tag: AccountTag, source: String) -> Self {
        Self {
            tag,
            account_id: None,
            labels: Vec::new(),
            source,
            baseline: false,
            status: AccountStatus::Skipped,
            why: None,
            roles: None,
            harvested_at: None,
            report: None,
            accepted: None,
            other_findings: Vec::new(),
            deviations: Vec::new(),
            failing_notes: Vec::new(),
        }
    }

    /// Whether it was neither asked for nor active.
    #[must_use]
    pub const fn is_left_out(&self) -> bool {
        match self.status {
            AccountStatus::Skipped | AccountStatus::Suspended => true,
            AccountStatus::Read | AccountStatus::Denied | AccountStatus::Failed => false,
        }
    }

    /// Whether nothing is known of it though it was asked for.
    #[must_use]
    pub const fn is_unread(&self) -> bool {
        match self.status {
            AccountStatus::Denied | AccountStatus::Failed => true,
            AccountStatus::Read | AccountStatus::Skipped | AccountStatus::Suspended => false,
        }
    }
}

/// An account that deviates from the baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outlier {
    /// The account.
    pub account: AccountTag,
    /// Its ID.
    pub account_id: Option<AccountId>,
    /// How many of its roles differ, missing and added roles among them. Roles that were not compared are not.
    pub roles: usize,
    /// How many findings it has.
    pub findings: usize,
    /// How many findings it has of each severity.
    pub severities: SeverityCounts,
    /// For how many roles iamctl could not determine whether they differ: they were not compared, or access is unknown.
    pub undetermined: usize,
}

/// The accounts that deviate, most severe first.
pub(super) fn outliers(accounts: &[FleetAccount], roles: &[FleetRole]) -> Vec<Outlier> {
    let is_compared = |one: &AccountDeviation| one.class != Cell::NotCompared;
    let differs = |one: &&AccountDeviation| is_compared(one) && !one.findings.is_empty();
    let is_unknown = |one: &&AccountDeviation| is_compared(one) && one.findings.is_empty();
    let outlier = |account: &FleetAccount| {
        let of_roles = account.deviations.iter().flat_map(|one| &one.findings);
        let findings: Vec<&Deviation> = of_roles.chain(&account.other_findings).collect();
        let left_out = roles.iter().filter(|role| role.cells.get(&account.tag) == Some(&Cell::NotCompared)).count();
        Outlier {
            account: account.tag.clone(),
            account_id: account.account_id.clone(),
            roles: account.deviations.iter().filter(differs).count(),
            findings: findings.len(),
            severities: SeverityCounts::of(findings.iter().map(|finding| finding.severity)),
            undetermined: left_out + account.deviations.iter().filter(is_unknown).count(),
        }
    };
    let deviates = |one: &Outlier| one.roles + one.findings + one.undetermined > 0;
    let mut outliers: Vec<Outlier> = accounts.iter().map(outlier).filter(deviates).collect();
    outliers.sort_by(|a, b| {
        let order = |one: &Outlier| (Reverse(one.severities), Reverse(one.roles), Reverse(one.undetermined));
        order(a).cmp(&order(b)).then_with(|| a.account.cmp(&b.account))
    });
    outliers
}

/// What is known of an account after it was compared.
pub(super) fn after(account: FleetAccount, compared: &Compared, roles: &[FleetRole]) -> FleetAccount {
    let mut deviations = Vec::new();
    for role in roles {
        let Some(open) = role.open.get(&account.tag) else { continue };
        deviations.push(AccountDeviation {
            role: role.role.clone(),
            baseline_role: role.baseline_role.clone(),
            account_role: open.account_role.clone(),
            class: role.cells.get(&account.tag).copied().unwrap_or(Cell::NotCompared),
            findings: open.findings.clone(),
        });
    }
    FleetAccount {
        accepted: Some(compared.accepted),
        other_findings: compared.other_findings.clone(),
        deviations,
        failing_notes: compared.failing_notes.clone(),
        ..account
    }
}

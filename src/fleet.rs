//! Any number of accounts, each compared with one baseline: which roles are the same everywhere, and which are not.
//!
//! [`compare()`] makes the comparison of one account, which is that of `iamctl diff BASELINE ACCOUNT`, and [`reduce()`] keeps of
//! its report what the fleet needs. [`Fleet::new`] puts the accounts together: roles in classes, causes across accounts,
//! and the accounts that differ most.

mod accepted_counts;
mod account;
mod cause;
mod class;
mod compare;
mod compared;
mod compared_cause;
mod content;
mod deviation;
mod key;
mod limitation;
mod majority;
mod options;
mod permission_set;
mod reduce;
mod role;
mod sentence;
mod shared;
mod used;

pub use accepted_counts::AcceptedCounts;
pub use account::{AccountDeviation, AccountStatus, FleetAccount, Outlier};
pub use cause::FleetCause;
pub use class::{Cell, Class, ClassFinding, FleetRole, OpenRole};
pub use compare::{compare, names_by_role};
pub use compared::Compared;
pub use compared_cause::ComparedCause;
pub use deviation::Deviation;
pub use limitation::FleetLimitation;
pub use majority::{Majority, Round};
pub use options::FleetOptions;
pub use permission_set::PermissionSetForms;
pub use reduce::reduce;
pub use role::{ComparedRole, Open, RoleKey};
pub use shared::account_ids;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{AccountTag, EquivalencyList, Selection};
use crate::normalise::Builtin;
use crate::report::{CatalogueInfo, FailOn, SeverityCounts, SeverityOverrides};

/// `format` of `fleet.json`.
pub const FORMAT: &str = "iamctl-fleet";

/// The version of `fleet.json`.
pub const VERSION: u32 = 1;

/// Everything that is reported of a fleet. Serialized, it is `fleet.json`. All lists are sorted, whatever the order of the
/// accounts was.
#[derive(Debug, Clone, Serialize)]
pub struct Fleet {
    /// Always [`FORMAT`].
    pub format: &'static str,
    /// Always [`VERSION`].
    pub version: u32,
    /// The accounts that were asked for and could not be read or compared. With any, nothing is said about the whole fleet.
    pub unread: Vec<AccountTag>,
    /// When the report was made, RFC 3339.
    pub generated_at: String,
    /// The version of the program.
    pub iamctl: &'static str,
    /// The actions the comparison knew.
    pub catalogue: CatalogueInfo,
    /// The dictionary the accounts were compared under.
    pub dictionary: EquivalencyList,
    /// The built-in rules that were on.
    pub builtin_rules: Vec<Builtin>,
    /// Which of the roles were asked for.
    pub selection: Selection,
    /// Severities that were set in place of those of the rules.
    #[serde(skip_serializing_if = "SeverityOverrides::is_empty")]
    pub severity_overrides: SeverityOverrides,
    /// The file of accepted entries; none if there was none.
    pub accepted_file: Option<String>,
    /// The account with which all others were compared; none if each role was compared with that of the majority.
    pub baseline: Option<AccountTag>,
    /// The result in numbers.
    pub totals: FleetTotals,
    /// What differs, by cause, across accounts: most severe first.
    pub causes: Vec<FleetCause>,
    /// Permission sets of IAM Identity Center that are not provisioned in the same form everywhere.
    pub permission_sets: Vec<PermissionSetForms>,
    /// What limits the comparisons, each thing once.
    pub limitations: Vec<FleetLimitation>,
    /// The accounts that deviate from the baseline, most severe first.
    pub outliers: Vec<Outlier>,
    /// The roles with their classes, sorted by name.
    pub roles: Vec<FleetRole>,
    /// The accounts, the baseline first, then sorted by tag.
    pub accounts: Vec<FleetAccount>,
    /// What `--fail-on` decided.
    #[serde(skip)]
    pub decision: Decision,
}

/// Whether a run fails, and because of what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// Which findings make it fail.
    pub fail_on: Vec<FailOn>,
    /// Whether it fails.
    pub fails: bool,
    /// How many such findings there are.
    pub findings: usize,
    /// How many accounts have some, or access that could not be determined.
    pub accounts: usize,
}

/// The result of a fleet in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FleetTotals {
    /// Accounts that were compared with the baseline.
    pub accounts: usize,
    /// Accounts among them that deviate from it.
    pub deviating: usize,
    /// Roles: rows of the matrix.
    pub roles: usize,
    /// Roles among them that differ in some account.
    pub differing: usize,
    /// Roles among them that were not compared in some account.
    pub not_compared: usize,
    /// Findings of all accounts.
    pub findings: usize,
    /// What somebody has accepted, in all accounts.
    pub accepted: AcceptedCounts,
    /// Accounts in which somebody has accepted something.
    pub accepting: usize,
    /// Causes; one that several accounts have counts once.
    pub causes: usize,
    /// How many causes there are of each severity.
    pub severities: SeverityCounts,
}

impl Fleet {
    /// Puts the accounts together. `accounts` are all that were asked for, the baseline among them; `compared` those that
    /// were compared with it, or with the majority if there is no baseline. The order of neither matters.
    #[must_use]
    pub fn new(
        options: &FleetOptions,
        baseline: Option<&AccountTag>,
        mut accounts: Vec<FleetAccount>,
        mut compared: Vec<Compared>,
    ) -> Self {
        compared.sort_by(|a, b| a.tag.cmp(&b.tag));
        accounts.sort_by(|a, b| (!a.baseline, &a.tag).cmp(&(!b.baseline, &b.tag)));
        let unread: Vec<AccountTag> =
            accounts.iter().filter(|account| account.is_unread()).map(|account| account.tag.clone()).collect();
        // What could be said of them is not all.
        compared.retain(|one| !unread.contains(&one.tag));
        let roles = class::rows(baseline, &compared, &unread.iter().collect::<Vec<_>>());
        let by_tag: BTreeMap<&AccountTag, &Compared> = compared.iter().map(|one| (&one.tag, one)).collect();
        let of_compared = |account: FleetAccount| match by_tag.get(&account.tag) {
            Some(one) => account::after(account, one, &roles),
            // The baseline, and what was not read.
            None => account,
        };
        let accounts: Vec<FleetAccount> = accounts.into_iter().map(of_compared).collect();
        let causes = cause::all(baseline, &compared);
        let failing = compared.iter().filter(|account| account.fails);
        let decision = Decision {
            fail_on: options.fail_on.clone(),
            fails: failing.clone().next().is_some(),
            findings: compared.iter().map(|account| account.failing).sum(),
            accounts: failing.count(),
        };
        let totals = FleetTotals {
            accounts: compared.len(),
            deviating: compared.iter().filter(|account| account.deviates()).count(),
            roles: roles.len(),
            differing: roles.iter().filter(|role| role.differs()).count(),
            not_compared: roles.iter().filter(|role| role.is_left_out()).count(),
            accepted: AcceptedCounts::sum(compared.iter().map(|account| account.accepted)),
            accepting: compared.iter().filter(|account| account.accepted.differences > 0).count(),
            findings: compared.iter().map(|account| account.totals.findings).sum(),
            causes: causes.len(),
            severities: SeverityCounts::of(causes.iter().map(|cause| cause.severity)),
        };
        let header = options.pair.catalogue.header();
        Self {
            format: FORMAT,
            version: VERSION,
            unread,
            generated_at: options.pair.generated_at.clone(),
            iamctl: env!("CARGO_PKG_VERSION"),
            catalogue: CatalogueInfo {
                source: header.source.clone(),
                date: header.date.clone(),
                actions: header.actions,
            },
            dictionary: options.pair.dictionary.clone(),
            builtin_rules: options.pair.builtins.iter().collect(),
            selection: options.pair.selection.clone(),
            severity_overrides: options.pair.severities.clone(),
            accepted_file: options.pair.accepted.as_ref().and_then(|accepted| accepted.file.clone()),
            baseline: baseline.cloned(),
            totals,
            permission_sets: permission_set::all(&roles),
            limitations: limitation::all(&compared, shared::limitations(options, &accounts, &compared)),
            decision,
            outliers: account::outliers(&accounts, &roles),
            causes,
            roles,
            accounts,
        }
    }
}

//! What is asked for, and what is handed back.

use crate::model::{AccountTag, Side, Sides};
use crate::parse::snapshot::Snapshot;

/// Which differences without a meaning the two accounts have. What is off is spelled the same in both accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoiseKinds {
    /// The accounts' own ids. A central account, which both trust, and partners have one id on both sides.
    pub account_ids: bool,
    /// The environment in lower case between separators: `app-dev-x`, `bucket.dev.acme`, `/team/dev/`.
    pub environments: bool,
    /// The environment in other spellings: `AppRoleDev`, `DevAppRole`, `APP_DEV`, `/Team/DEV/`.
    pub letter_case: bool,
    /// Words that hold an environment's letters and mean none, equal in both: `device`, `product-service`, `latest`.
    pub in_words: bool,
    /// The company with the environment: `acme-dev-data`, `acmedev-data`.
    pub company: bool,
    /// The accounts' regions, in some seeds, in full (`eu-west-1`) and in short (`euw1`).
    pub regions: bool,
    /// The ends that CloudFormation gives to names, of both forms, and its cut at 64 characters.
    pub cloudformation: bool,
    /// The ends of the roles and of the identity provider that IAM Identity Center makes.
    pub identity_center: bool,
    /// The roles of the CDK's bootstrap, which hold id and region in their names; without them, if off.
    pub cdk: bool,
    /// What SageMaker, the Lambda console, Terraform and StackSets append to names.
    pub generated_names: bool,
    /// The ids of EKS clusters in identity providers and condition keys.
    pub eks: bool,
    /// The six characters at the end of a secret's ARN.
    pub secrets: bool,
    /// Unique ids, time of harvest, versions of policies, the order of roles and policies.
    pub incidental: bool,
}

impl NoiseKinds {
    /// Every kind.
    pub const ALL: Self = Self::each(true);
    /// None: the two accounts are spelled the same.
    pub const NONE: Self = Self::each(false);

    const fn each(on: bool) -> Self {
        Self {
            account_ids: on,
            environments: on,
            letter_case: on,
            in_words: on,
            company: on,
            regions: on,
            cloudformation: on,
            identity_center: on,
            cdk: on,
            generated_names: on,
            eks: on,
            secrets: on,
            incidental: on,
        }
    }
}

/// A kind of drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum DriftKind {
    ActionAdded,
    ActionRemoved,
    ResourceWidened,
    /// The role points at the other environment's resource, in a text of the same shape. Needs the noise
    /// `environments`.
    OtherEnvironmentsResource,
    /// The role points at the other account's resource. Needs the noise `account_ids`.
    OtherAccountsResource,
    ConditionChanged,
    ConditionRemoved,
    DenyRemoved,
    PolicyAttached,
    PolicyDetached,
    TrustAdded,
    ExternalIdRemoved,
    ExternalIdChanged,
    BoundaryRemoved,
    TagChanged,
    TagRemoved,
    SessionDurationChanged,
    /// A role like others of the account is missing on one side.
    RoleMissing,
    /// A role unlike any other is there on one side only.
    RoleAdded,
    InstanceProfileRemoved,
}

impl DriftKind {
    /// Every kind.
    pub const ALL: [Self; 20] = [
        Self::ActionAdded,
        Self::ActionRemoved,
        Self::ResourceWidened,
        Self::OtherEnvironmentsResource,
        Self::OtherAccountsResource,
        Self::ConditionChanged,
        Self::ConditionRemoved,
        Self::DenyRemoved,
        Self::PolicyAttached,
        Self::PolicyDetached,
        Self::TrustAdded,
        Self::ExternalIdRemoved,
        Self::ExternalIdChanged,
        Self::BoundaryRemoved,
        Self::TagChanged,
        Self::TagRemoved,
        Self::SessionDurationChanged,
        Self::RoleMissing,
        Self::RoleAdded,
        Self::InstanceProfileRemoved,
    ];
}

/// What to generate. The same plan gives the same bytes.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Roles that both accounts are meant to have.
    pub roles: usize,
    /// Drifts, each in a role of its own; fewer where fewer roles can take one.
    pub drifts: usize,
    /// Makes one pair of accounts differ from another.
    pub seed: u64,
    /// The differences without a meaning.
    pub noise: NoiseKinds,
    /// Whether policies say the same in other words.
    pub rewriting: bool,
    /// The kinds of drift, taken in turn; those whose noise is off are left out.
    pub drift_kinds: Vec<DriftKind>,
    /// How many EKS clusters each account has.
    pub clusters: usize,
}

impl Plan {
    /// All noise, rewriting, all kinds of drift, one cluster.
    #[must_use]
    pub fn new(roles: usize, drifts: usize, seed: u64) -> Self {
        Self {
            roles,
            drifts,
            seed,
            noise: NoiseKinds::ALL,
            rewriting: true,
            drift_kinds: DriftKind::ALL.to_vec(),
            clusters: 1,
        }
    }
}

/// A drift that was put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// Its kind.
    pub kind: DriftKind,
    /// The account that was changed.
    pub side: Side,
    /// The role's real name in each account that has it.
    pub role_names: Sides<Option<String>>,
    /// What was changed, in words.
    pub what: String,
}

/// Two accounts that mean the same but for the drifts.
#[derive(Debug, Clone)]
pub struct Generated {
    /// The accounts.
    pub snapshots: Sides<Snapshot>,
    /// Names for them.
    pub tags: Sides<AccountTag>,
    /// The drifts, in the order they were put in.
    pub drifts: Vec<Drift>,
    /// A dictionary that has the environments, companies and regions of both accounts. Ids and the ends that tools give
    /// to names are not in it.
    pub dictionary: String,
    /// The same with every end that a tool gave to a name, as no person could write it: with it nothing is left to be
    /// recognized, so it proves of the accounts themselves that they mean the same.
    pub complete_dictionary: String,
}

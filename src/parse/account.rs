//! A snapshot to an [`Account`]: every document read strictly, every reference resolved.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::value::RawValue;

use super::policy::{self, PolicyError};
use super::snapshot::{Snapshot, SnapshotPolicy, SnapshotRole};
use crate::model::place::MOST_CHARACTERS;
use crate::model::{
    Account, AccountId, Arn, ArnError, IdentityPolicy, InlinePolicy, ManagedPolicy, PolicyType, Principal,
    PrincipalClause, Role, RoleDates, RoleDetails, TrustPolicy,
};

/// How many bytes the policy documents of a role can have together. A role can have twenty managed policies; the longest
/// that AWS manages have about 100 KiB, and all others 6,144 characters.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const MOST_OF_ROLE: usize = 4 << 20;

/// Why a snapshot is not an account.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// A policy document that breaks IAM's grammar.
    #[error("account `{account}`, role `{}`: {} cannot be read", .role.escape_debug(), which(*.policy_type, .policy))]
    Document {
        /// The account's id or its source.
        account: String,
        /// The role's name; for a managed policy the first role that carries it.
        role: String,
        /// How the role has the policy.
        policy_type: PolicyType,
        /// The policy's name.
        policy: String,
        /// What is wrong and where.
        source: PolicyError,
    },
    /// An ARN or account id that is not valid.
    #[error("account `{account}`, {what} `{}`: its ARN cannot be read", .name.escape_debug())]
    Arn {
        /// The account's id or its source.
        account: String,
        /// `role` or `policy`.
        what: &'static str,
        /// Whose ARN it is.
        name: String,
        /// What is wrong.
        source: ArnError,
    },
    /// The account id is not twelve digits.
    #[error("the account id of {from} cannot be read")]
    Id {
        /// Where the account was read from.
        from: String,
        /// What is wrong.
        source: ArnError,
    },
    /// Roles have policies that the source does not contain.
    #[error("account `{account}`: the source does not contain {}", absent(.roles))]
    AbsentPolicies {
        /// The account's id or its source.
        account: String,
        /// The ARNs of the policies by the name of the role.
        roles: BTreeMap<String, BTreeSet<String>>,
    },
    /// A text that is longer than any in IAM.
    #[error("account `{account}`, {what} `{}`: one of its texts has {length} characters, and no text in IAM has more than \
        {MOST_CHARACTERS}", .name.escape_debug())]
    LongText {
        /// The account's id or its source.
        account: String,
        /// `role` or `policy`.
        what: &'static str,
        /// Whose text it is.
        name: String,
        /// How many characters it has.
        length: usize,
    },
    /// Policy documents that are far longer than any in IAM.
    #[error("account `{account}`, role `{}`: its policy documents have {} KiB together, and iamctl compares up to {} KiB; \
        IAM allows no role as much", .role.escape_debug(), .length / 1024, MOST_OF_ROLE / 1024)]
    LongDocuments {
        /// The account's id or its source.
        account: String,
        /// The role's name.
        role: String,
        /// How many bytes they have.
        length: usize,
    },
    /// Two roles of one name, ignoring case, which IAM does not allow.
    #[error("account `{account}`: the role `{}` is listed twice", .role.escape_debug())]
    RoleTwice {
        /// The account's id or its source.
        account: String,
        /// The role's name.
        role: String,
    },
}

impl AccountError {
    /// What the user can do about it, where there is something to do.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::AbsentPolicies { .. } => Some(
                "get the details without `--filter`, or with `--filter Role LocalManagedPolicy AWSManagedPolicy`; or let \
                    `diff` compare other roles, with `--role` or `--allow-incomplete`",
            ),
            Self::Document { .. }
            | Self::Arn { .. }
            | Self::Id { .. }
            | Self::LongText { .. }
            | Self::LongDocuments { .. }
            | Self::RoleTwice { .. } => None,
        }
    }
}

/// Policies that are not there, each with the roles that have it: one policy is often missing for many roles.
fn absent(roles: &BTreeMap<String, BTreeSet<String>>) -> String {
    let mut of_policies: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (role, arns) in roles {
        for arn in arns {
            of_policies.entry(arn).or_default().push(role);
        }
    }
    let one = |(arn, roles): (&&str, &Vec<&str>)| {
        let names: Vec<String> = roles.iter().map(|role| format!("`{}`", role.escape_debug())).collect();
        let noun = if names.len() == 1 { "role" } else { "roles" };
        format!(
            "`{}`, which the {noun} {} {}",
            arn.escape_debug(),
            names.join(", "),
            if names.len() == 1 { "has" } else { "have" }
        )
    };
    let policies: Vec<String> = of_policies.iter().map(one).collect();
    format!("{} {}", if policies.len() == 1 { "the policy" } else { "the policies" }, policies.join("; "))
}

/// A policy in words; a role has only one trust policy, which has no name.
fn which(policy_type: PolicyType, policy: &str) -> String {
    match policy_type {
        PolicyType::Trust => "the trust policy".to_owned(),
        PolicyType::Boundary => format!("the permissions boundary `{}`", policy.escape_debug()),
        PolicyType::Inline => format!("the inline policy `{}`", policy.escape_debug()),
        PolicyType::Managed => format!("the managed policy `{}`", policy.escape_debug()),
    }
}

/// Makes an account of a snapshot.
///
/// # Errors
/// As [`AccountReader::account`].
pub fn account(snapshot: &Snapshot) -> Result<Account, AccountError> {
    AccountReader::default().account(snapshot)
}

/// Reads each distinct document once, also over several accounts: equal texts become one shared value.
#[derive(Debug, Default)]
pub struct AccountReader<'a> {
    identity: BTreeMap<HashedText<'a>, Arc<IdentityPolicy>>,
    trust: BTreeMap<HashedText<'a>, Arc<TrustPolicy>>,
}

/// A text that is looked up by its hash first: documents begin alike, so comparing two of them takes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct HashedText<'a> {
    hash: u64,
    text: &'a str,
}

impl<'a> HashedText<'a> {
    fn new(text: &'a str) -> Self {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Self { hash: hasher.finish(), text }
    }
}

impl<'a> AccountReader<'a> {
    /// Reads the documents of these snapshots ahead, on all cores. What cannot be read is left out here: it is read
    /// again in its place, and the error says which.
    #[must_use]
    pub fn ahead(snapshots: impl IntoIterator<Item = &'a Snapshot>) -> Self {
        let texts: Vec<&str> = snapshots.into_iter().flat_map(identity_texts).collect();
        let mut texts: Vec<HashedText<'a>> = texts.into_par_iter().map(HashedText::new).collect();
        texts.par_sort_unstable();
        texts.dedup();
        let read = |text: HashedText<'a>| Some((text, Arc::new(policy::parse_identity(text.text).ok()?)));
        Self { identity: texts.into_par_iter().filter_map(read).collect(), trust: BTreeMap::new() }
    }

    /// Makes an account of a snapshot.
    ///
    /// # Errors
    /// If any document, ARN or reference in it is wrong: an account is read whole or not at all.
    pub fn account(&mut self, snapshot: &'a Snapshot) -> Result<Account, AccountError> {
        let account = self.account_with_absent(snapshot)?;
        account.check_absent()?;
        Ok(account)
    }

    /// The same, but policies that the source does not contain are listed in [`Account::absent_policies`]. Whoever reads
    /// an account this way keeps the roles that lack a policy out of what is compared.
    ///
    /// # Errors
    /// If any document or ARN in it is wrong.
    pub fn account_with_absent(&mut self, snapshot: &'a Snapshot) -> Result<Account, AccountError> {
        let id = snapshot.account_id.as_deref().map(str::parse::<AccountId>).transpose();
        let id = id.map_err(|source| AccountError::Id { from: snapshot.source.clone(), source })?;
        let name = id.as_ref().map_or_else(|| snapshot.source.clone(), ToString::to_string);
        let policies = snapshot.policies.iter().map(|policy| (policy.arn.as_str(), policy)).collect();
        let absent = BTreeMap::new();
        let mut reader = Reader { account: name, known: self, managed: BTreeMap::new(), policies, absent };
        let mut roles = snapshot.roles.iter().map(|role| reader.role(role)).collect::<Result<Vec<_>, _>>()?;
        roles.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
        name_by_arn(&mut roles);
        let mut by_name: Vec<&Role> = roles.iter().collect();
        by_name.sort_by_key(|role| role.name.to_ascii_lowercase());
        let twice = by_name.windows(2).find_map(|pair| match pair {
            [a, b] if a.name.eq_ignore_ascii_case(&b.name) => Some(b.name.clone()),
            _ => None,
        });
        match twice {
            Some(role) => Err(AccountError::RoleTwice { account: reader.account, role }),
            None => Ok(Account {
                id,
                source: snapshot.source.clone(),
                harvested_at: snapshot.harvested_at.clone(),
                roles,
                absent_policies: reader.absent,
            }),
        }
    }
}

impl Account {
    /// Refuses an account with a role whose policies are not all there.
    ///
    /// # Errors
    /// With every such role and policy.
    pub fn check_absent(&self) -> Result<(), AccountError> {
        if self.absent_policies.is_empty() {
            return Ok(());
        }
        Err(self.absent(self.absent_policies.clone()))
    }

    /// Refuses a role whose policies are not all there.
    ///
    /// # Errors
    /// With every policy of the role that is not there.
    pub fn check_absent_of(&self, role: &Role) -> Result<(), AccountError> {
        match self.absent_policies.get(&role.name) {
            Some(arns) => Err(self.absent(BTreeMap::from([(role.name.clone(), arns.clone())]))),
            None => Ok(()),
        }
    }

    fn absent(&self, roles: BTreeMap<String, BTreeSet<String>>) -> AccountError {
        let account = self.id.as_ref().map_or_else(|| self.source.clone(), ToString::to_string);
        AccountError::AbsentPolicies { account, roles }
    }
}

/// The permissions policies of a snapshot.
fn identity_texts(snapshot: &Snapshot) -> impl Iterator<Item = &str> {
    let inline = snapshot.roles.iter().flat_map(|role| &role.inline_policies).map(|policy| &policy.document);
    inline.chain(snapshot.policies.iter().map(|policy| &policy.document)).map(|document| document.get())
}

/// Reads one account.
struct Reader<'r, 'a> {
    account: String,
    known: &'r mut AccountReader<'a>,
    managed: BTreeMap<&'a str, Arc<ManagedPolicy>>,
    policies: BTreeMap<&'a str, &'a SnapshotPolicy>,
    /// As [`Account::absent_policies`].
    absent: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Reader<'_, 'a> {
    fn role(&mut self, role: &'a SnapshotRole) -> Result<Role, AccountError> {
        self.check_role(role)?;
        self.check_documents(role)?;
        let mut inline = Vec::with_capacity(role.inline_policies.len());
        for policy in &role.inline_policies {
            let document = self.identity(&policy.document, role, PolicyType::Inline, &policy.name)?;
            inline.push(InlinePolicy { name: policy.name.clone(), document });
        }
        inline.sort_by(|a, b| a.name.cmp(&b.name));
        let mut attached = Vec::with_capacity(role.attached_policies.len());
        for arn in &role.attached_policies {
            attached.extend(self.managed(arn, role, PolicyType::Managed)?);
        }
        attached.sort_by(|a, b| a.arn.cmp(&b.arn));
        let boundary = role.permissions_boundary.as_deref();
        let boundary = boundary.map(|arn| self.managed(arn, role, PolicyType::Boundary)).transpose()?.flatten();
        let mut instance_profiles = role.instance_profiles.clone();
        instance_profiles.sort();
        Ok(Role {
            name: role.name.clone(),
            path: role.path.clone(),
            arn: self.arn(&role.arn, "role", &role.name)?,
            unique_id: role.id.clone(),
            dates: RoleDates {
                created_at: role.created_at.clone(),
                last_used_at: role.last_used_at.clone(),
                last_used_region: role.last_used_region.clone(),
            },
            details: role.max_session_duration.map(|max_session_duration| RoleDetails {
                // IAM keeps no description and an empty one apart in name only.
                description: role.description.clone().filter(|text| !text.is_empty()),
                max_session_duration,
            }),
            trust: self.trust(&role.trust_policy, role)?,
            inline,
            attached,
            boundary,
            tags: role.tags.clone(),
            instance_profiles,
        })
    }

    /// Refuses a role with a text that IAM cannot hold. Some of what is done with a text takes more steps than it has
    /// characters.
    fn check_role(&self, role: &SnapshotRole) -> Result<(), AccountError> {
        let texts = [&role.name, &role.path, &role.arn, &role.id].into_iter().chain(&role.description);
        let texts = texts.chain(&role.created_at).chain(&role.last_used_at).chain(&role.last_used_region);
        let inline = role.inline_policies.iter().map(|policy| &policy.name);
        let arns = role.attached_policies.iter().chain(&role.permissions_boundary);
        let tags = role.tags.iter().flat_map(|(key, value)| [key, value]);
        self.check_lengths(
            "role",
            &role.name,
            texts.chain(inline).chain(arns).chain(tags).chain(&role.instance_profiles),
        )
    }

    /// Refuses a role with so many statements that comparing them has no end.
    fn check_documents(&self, role: &SnapshotRole) -> Result<(), AccountError> {
        let arns = role.attached_policies.iter().chain(&role.permissions_boundary);
        // One that is absent has no length; it is kept as absent when it is read.
        let managed = arns.filter_map(|arn| self.policies.get(arn.as_str())).map(|policy| policy.document.get().len());
        let inline = role.inline_policies.iter().map(|policy| policy.document.get().len());
        let length = managed.chain(inline).sum::<usize>() + role.trust_policy.get().len();
        if length <= MOST_OF_ROLE {
            return Ok(());
        }
        Err(AccountError::LongDocuments { account: self.account.clone(), role: role.name.clone(), length })
    }

    fn check_lengths<'t>(
        &self,
        what: &'static str,
        name: &str,
        texts: impl IntoIterator<Item = &'t String>,
    ) -> Result<(), AccountError> {
        let mut long = texts.into_iter().filter(|text| text.len() > MOST_CHARACTERS).map(|text| text.chars().count());
        match long.find(|length| *length > MOST_CHARACTERS) {
            Some(length) => {
                Err(AccountError::LongText { account: self.account.clone(), what, name: name.to_owned(), length })
            }
            None => Ok(()),
        }
    }

    /// A managed policy of a role; none where it is absent, which is kept.
    fn managed(
        &mut self,
        arn: &str,
        role: &SnapshotRole,
        policy_type: PolicyType,
    ) -> Result<Option<Arc<ManagedPolicy>>, AccountError> {
        let Some(&policy) = self.policies.get(arn) else {
            self.absent.entry(role.name.clone()).or_default().insert(arn.to_owned());
            return Ok(None);
        };
        if let Some(known) = self.managed.get(arn) {
            return Ok(Some(Arc::clone(known)));
        }
        self.check_lengths("policy", &policy.name, [&policy.name, &policy.arn, &policy.version_id])?;
        let managed = Arc::new(ManagedPolicy {
            name: policy.name.clone(),
            arn: self.arn(&policy.arn, "policy", &policy.name)?,
            version_id: policy.version_id.clone(),
            document: self.identity(&policy.document, role, policy_type, &policy.name)?,
        });
        self.managed.insert(&policy.arn, Arc::clone(&managed));
        Ok(Some(managed))
    }

    fn identity(
        &mut self,
        document: &'a RawValue,
        role: &SnapshotRole,
        policy_type: PolicyType,
        name: &str,
    ) -> Result<Arc<IdentityPolicy>, AccountError> {
        read_once(&mut self.known.identity, document.get(), policy::parse_identity)
            .map_err(|source| self.document_error(role, policy_type, name, source))
    }

    fn trust(&mut self, document: &'a RawValue, role: &SnapshotRole) -> Result<Arc<TrustPolicy>, AccountError> {
        read_once(&mut self.known.trust, document.get(), policy::parse_trust)
            .map_err(|source| self.document_error(role, PolicyType::Trust, "trust", source))
    }

    fn document_error(
        &self,
        role: &SnapshotRole,
        policy_type: PolicyType,
        policy: &str,
        source: PolicyError,
    ) -> AccountError {
        AccountError::Document {
            account: self.account.clone(),
            role: role.name.clone(),
            policy_type,
            policy: policy.to_owned(),
            source,
        }
    }

    fn arn(&self, text: &str, what: &'static str, name: &str) -> Result<Arn, AccountError> {
        let error = |source| AccountError::Arn { account: self.account.clone(), what, name: name.to_owned(), source };
        text.parse().map_err(error)
    }
}

/// Puts a role's ARN in place of its unique id wherever a trust policy of the account trusts it by that id.
///
/// IAM keeps the ids of principals and shows the id itself only of one that was deleted:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>. A role of this account
/// that has the id is there, and means itself. An id that two roles have, as in a file made by hand, means neither.
fn name_by_arn(roles: &mut [Role]) {
    let mut arns: BTreeMap<String, Option<String>> = BTreeMap::new();
    for role in roles.iter() {
        let arn = Some(role.arn.to_string());
        arns.entry(role.unique_id.clone()).and_modify(|known| *known = None).or_insert(arn);
    }
    let arn_of = |principal: &Principal| match principal {
        Principal::Aws(id) => arns.get(id).cloned().flatten(),
        Principal::Everyone | Principal::Service(_) | Principal::Federated(_) | Principal::CanonicalUser(_) => None,
    };
    for role in roles {
        let mut principals = role.trust.statements.iter().flat_map(|statement| statement.target.principals());
        if !principals.any(|principal| arn_of(principal).is_some()) {
            continue;
        }
        for statement in &mut Arc::make_mut(&mut role.trust).statements {
            let (PrincipalClause::Principal(principals) | PrincipalClause::NotPrincipal(principals)) =
                &mut statement.target;
            for principal in principals {
                if let Some(arn) = arn_of(principal) {
                    *principal = Principal::Aws(arn);
                }
            }
        }
    }
}

fn read_once<'a, T>(
    known: &mut BTreeMap<HashedText<'a>, Arc<T>>,
    text: &'a str,
    parse: fn(&str) -> Result<T, PolicyError>,
) -> Result<Arc<T>, PolicyError> {
    let hashed = HashedText::new(text);
    if let Some(document) = known.get(&hashed) {
        return Ok(Arc::clone(document));
    }
    let document = Arc::new(parse(text)?);
    known.insert(hashed, Arc::clone(&document));
    Ok(document)
}

//! Reads one account: the fast way or role by role, then everything that is still open, until nothing is.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use aws_sdk_iam::types::SummaryKeyType;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::as_read::{Listed, Policies, RoleRead, Roles};
use super::assemble;
use super::denied::Denial;
use super::error::HarvestError;
use super::event::Event;
use super::pages::{self, MAX_ITEMS, Page, Told, told};
use super::reader::{ROUNDS, Reader};
use crate::parse::snapshot::{Snapshot, SnapshotOrigin};

/// Calls in flight per account. IAM throttles an account, so more would only wait.
const IN_FLIGHT: usize = 16;

impl Reader<'_> {
    /// The whole account, or an error.
    pub(super) async fn read(&self) -> Result<Snapshot, HarvestError> {
        // Who may not have the details gets the roles one by one; any other error ends both calls at once.
        let details = async {
            match self.details().await {
                Ok(read) => Ok(Ok(read)),
                Err(HarvestError::Denied { denial, .. }) => Ok(Err(denial)),
                Err(error) => Err(error),
            }
        };
        let started_at = assemble::now();
        let summary = async { Ok(self.summary().await) };
        let (details, listed, summary) = tokio::try_join!(details, self.list_roles(), summary)?;
        let (mut roles, mut policies) = match details {
            Ok((details, policies)) => (self.join(details, listed).await?, policies),
            Err(denial) => (self.role_by_role(listed, denial).await?, Policies::new()),
        };
        self.complete(&mut roles, &mut policies).await?;
        self.observer.observe(Event::Roles { source: self.index, done: roles.len(), total: Some(roles.len()) });
        let requests = self.caller.wire.requests();
        self.observer.observe(Event::Done { source: self.index, roles: roles.len(), requests });
        let origin = self.origin(started_at, summary, roles.len());
        assemble::snapshot(self.identity, origin, roles, &policies)
    }

    /// How many roles the account has, as GetAccountSummary tells; or why that is not known. Nothing depends on it but what
    /// is said about it, so that its failure is none of the reading.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html>
    async fn summary(&self) -> Result<u64, String> {
        const CALL: &str = "GetAccountSummary";
        let output = match self.caller.call(CALL, self.iam.get_account_summary().send()).await {
            Ok(output) => output,
            Err(HarvestError::Denied { .. }) => return Err(format!("iam:{CALL} is not allowed")),
            Err(error) => return Err(error.to_string()),
        };
        let roles = output.summary_map.and_then(|summary| summary.get(&SummaryKeyType::Roles).copied());
        let roles = roles.and_then(|roles| u64::try_from(roles).ok());
        roles.ok_or_else(|| format!("the reply to {CALL} does not contain it"))
    }

    /// Who read the account. That fewer roles were read than there are is worth a warning: whether one was deleted meanwhile or
    /// is missing, only a second reading tells. AWS does not document whether its number includes all that it lists, so that more are
    /// no contradiction.
    fn origin(&self, started_at: String, summary: Result<u64, String>, read: usize) -> SnapshotOrigin {
        // Those that were deleted meanwhile were told of already.
        let known = read + self.gone.load(Ordering::Relaxed);
        let read_all = |stated: &u64| usize::try_from(*stated).is_ok_and(|stated| stated <= known);
        if let Some(stated) = summary.as_ref().ok().filter(|stated| !read_all(stated)) {
            self.warn(format!(
                "AWS counts {stated} roles in account {} (GetAccountSummary), and {read} were read: a role was created or \
                    deleted meanwhile, or AWS did not list one; read the account again to find out",
                self.identity.account_id
            ));
        }
        let (summary_roles, summary_unknown) = match summary {
            Ok(stated) => (Some(stated), None),
            Err(why) => (None, Some(why)),
        };
        SnapshotOrigin {
            caller_arn: self.identity.arn.clone(),
            endpoint: self.caller.wire.endpoint_of_iam(),
            region: self.identity.region.clone(),
            started_at,
            summary_roles,
            summary_unknown,
        }
    }

    /// ListRoles, all of it.
    async fn list_roles(&self) -> Result<Told<Listed>, HarvestError> {
        const CALL: &str = "ListRoles";
        let roles = pages::all(self.caller, CALL, |marker| async move {
            self.calls(CALL);
            let request = self.iam.list_roles().max_items(MAX_ITEMS).set_marker(marker);
            let output = self.caller.call(CALL, request.send()).await?;
            Ok(Page::of(output.roles, output.is_truncated, output.marker))
        });
        let roles = roles.await?;
        for role in &roles {
            self.caller.own(CALL, &role.arn, false)?;
        }
        let listed = |role: aws_sdk_iam::types::Role| {
            let (description, max_session_duration) = (role.description, role.max_session_duration);
            (role.role_name, Listed { id: role.role_id, description, max_session_duration })
        };
        let roles = told(roles.into_iter().map(listed));
        // Asked once per account, so it is not set yet.
        let _ = self.listed.set(roles.len());
        Ok(roles)
    }

    /// Puts the two listings together. A role that is not the same in both, or on two pages of one, was made, changed or
    /// deleted between the calls (or AWS left it out of one): each such role is read on its own, which settles it.
    async fn join(&self, details: Told<RoleRead>, mut listed: Told<Listed>) -> Result<Roles, HarvestError> {
        let mut roles = Roles::new();
        let mut open = BTreeSet::new();
        for (name, role) in details {
            let listed = listed.remove(&name).flatten();
            match (role, listed) {
                (Some(mut role), Some(listed)) if role.id == listed.id => {
                    role.listed = Some(listed);
                    roles.insert(name, role);
                }
                _ => drop(open.insert(name)),
            }
        }
        open.extend(listed.into_keys());
        for name in &open {
            self.changed(&format!("role `{}`", name.escape_debug()));
        }
        roles.extend(self.each(open).await?);
        Ok(roles)
    }

    /// The slow way, for who may not call GetAccountAuthorizationDetails.
    async fn role_by_role(&self, listed: Told<Listed>, denial: Option<Denial>) -> Result<Roles, HarvestError> {
        self.warn(format!(
            "{} is not allowed to call iam:GetAccountAuthorizationDetails in account {}{}: reading the {} roles one by \
                one, with several calls for each; with this permission, a few calls are enough",
            self.caller.origin,
            self.identity.account_id,
            denial.map(|denial| format!(" ({denial})")).unwrap_or_default(),
            listed.len()
        ));
        self.each(listed.into_keys().collect()).await
    }

    /// Reads roles on their own, some at a time; one that is gone is left out, with a warning.
    async fn each(&self, names: BTreeSet<String>) -> Result<Roles, HarvestError> {
        let total = names.len();
        let mut reads = stream::iter(names)
            .map(|name| async move { self.role(&name).await.map(|role| (name, role)) })
            .buffer_unordered(IN_FLIGHT);
        let mut roles = Roles::new();
        let mut done = 0;
        while let Some((name, role)) = reads.try_next().await? {
            done += 1;
            self.observer.observe(Event::Roles { source: self.index, done, total: Some(total) });
            match role {
                Some(role) => drop(roles.insert(name, role)),
                None => {
                    self.gone.fetch_add(1, Ordering::Relaxed);
                    self.warn(format!(
                        "role `{}` of account {} was deleted while iamctl read the account: it is omitted",
                        name.escape_debug(),
                        self.identity.account_id
                    ));
                }
            }
        }
        Ok(roles)
    }

    /// Fetches every policy that a role carries and no reply brought. A policy that is gone was detached first, so the
    /// roles that carried it are read anew.
    async fn complete(&self, roles: &mut Roles, policies: &mut Policies) -> Result<(), HarvestError> {
        let mut gone = BTreeSet::new();
        for _ in 0..ROUNDS {
            let missing: BTreeSet<String> =
                carried(roles).filter(|arn| !policies.contains_key(*arn)).cloned().collect();
            if missing.is_empty() {
                return Ok(());
            }
            let mut reads = stream::iter(missing)
                .map(|arn| async move { self.policy(&arn).await.map(|policy| (arn, policy)) })
                .buffer_unordered(IN_FLIGHT);
            while let Some((arn, policy)) = reads.try_next().await? {
                match policy {
                    Some(policy) => drop(policies.insert(arn, policy)),
                    None => drop(gone.insert(arn)),
                }
            }
            let stale: BTreeSet<String> =
                roles.values().filter(|role| carries(role, &gone)).map(|r| r.name.clone()).collect();
            roles.retain(|name, _| !stale.contains(name));
            roles.extend(self.each(stale).await?);
        }
        match carried(roles).find(|arn| !policies.contains_key(*arn)) {
            None => Ok(()),
            Some(arn) => Err(self.unsettled(format!("policy `{}`", arn.escape_debug()))),
        }
    }
}

fn carried(roles: &Roles) -> impl Iterator<Item = &String> {
    roles.values().flat_map(|role| role.attached.iter().chain(&role.boundary))
}

fn carries(role: &RoleRead, policies: &BTreeSet<String>) -> bool {
    role.attached.iter().chain(&role.boundary).any(|arn| policies.contains(arn))
}

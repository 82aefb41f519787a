//! The slow way: one role, one policy at a time.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::AttachedPolicy;

use super::as_read::{Listed, PolicyRead, RoleRead, dates};
use super::error::HarvestError;
use super::pages::{self, MAX_ITEMS, Page};
use super::reader::{ROUNDS, Reader, if_there};

impl Reader<'_> {
    /// A role with all that belongs to it; `None` if it is gone. A part that goes away while the role stays means that
    /// the role changed, so it is read from the start.
    pub(super) async fn role(&self, name: &str) -> Result<Option<RoleRead>, HarvestError> {
        for _ in 0..ROUNDS {
            let Some(mut read) = if_there(self.bare_role(name).await)? else { return Ok(None) };
            let parts = tokio::try_join!(self.inline(name), self.attached(name), self.instance_profiles(name));
            if let Some((inline, attached, instance_profiles)) = if_there(parts)? {
                read.inline = inline;
                read.attached = attached;
                read.instance_profiles = instance_profiles;
                return Ok(Some(read));
            }
        }
        Err(self.unsettled(format!("role `{}`", name.escape_debug())))
    }

    /// GetRole, which unlike ListRoles has tags and boundary.
    async fn bare_role(&self, name: &str) -> Result<RoleRead, HarvestError> {
        const CALL: &str = "GetRole";
        self.calls(CALL);
        let output = self.caller.call(CALL, self.iam.get_role().role_name(name).send()).await?;
        let role = self.caller.field(CALL, "Role", output.role)?;
        self.caller.own(CALL, &role.arn, false)?;
        let boundary = role.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn);
        self.carried_own(CALL, boundary.iter())?;
        let (description, max_session_duration) = (role.description, role.max_session_duration);
        Ok(RoleRead {
            name: role.role_name,
            path: role.path,
            arn: role.arn,
            listed: Some(Listed { id: role.role_id.clone(), description, max_session_duration }),
            id: role.role_id,
            dates: dates(Some(&role.create_date), role.role_last_used.as_ref()),
            trust: self.caller.field(CALL, "AssumeRolePolicyDocument", role.assume_role_policy_document)?,
            boundary,
            tags: role.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect(),
            inline: BTreeMap::new(),
            attached: BTreeSet::new(),
            instance_profiles: BTreeSet::new(),
        })
    }

    async fn inline(&self, role: &str) -> Result<BTreeMap<String, String>, HarvestError> {
        const CALL: &str = "ListRolePolicies";
        let names = pages::all(self.caller, CALL, |marker| async move {
            self.calls(CALL);
            let request = self.iam.list_role_policies().role_name(role).max_items(MAX_ITEMS).set_marker(marker);
            let output = self.caller.call(CALL, request.send()).await?;
            Ok(Page::of(output.policy_names, output.is_truncated, output.marker))
        });
        let mut documents = BTreeMap::new();
        // A name on two pages is one policy.
        for name in names.await?.into_iter().collect::<BTreeSet<_>>() {
            const CALL: &str = "GetRolePolicy";
            self.calls(CALL);
            let request = self.iam.get_role_policy().role_name(role).policy_name(&name);
            let output = self.caller.call(CALL, request.send()).await?;
            documents.insert(name, output.policy_document);
        }
        Ok(documents)
    }

    async fn attached(&self, role: &str) -> Result<BTreeSet<String>, HarvestError> {
        const CALL: &str = "ListAttachedRolePolicies";
        let policies = pages::all(self.caller, CALL, |marker| async move {
            self.calls(CALL);
            let request =
                self.iam.list_attached_role_policies().role_name(role).max_items(MAX_ITEMS).set_marker(marker);
            let output = self.caller.call(CALL, request.send()).await?;
            Ok(Page::of(output.attached_policies.unwrap_or_default(), output.is_truncated, output.marker))
        });
        let arn = |policy: AttachedPolicy| self.caller.field(CALL, "PolicyArn", policy.policy_arn);
        let policies = policies.await?.into_iter().map(arn).collect::<Result<BTreeSet<_>, _>>()?;
        self.carried_own(CALL, policies.iter())?;
        Ok(policies)
    }

    async fn instance_profiles(&self, role: &str) -> Result<BTreeSet<String>, HarvestError> {
        const CALL: &str = "ListInstanceProfilesForRole";
        let profiles = pages::all(self.caller, CALL, |marker| async move {
            self.calls(CALL);
            let request =
                self.iam.list_instance_profiles_for_role().role_name(role).max_items(MAX_ITEMS).set_marker(marker);
            let output = self.caller.call(CALL, request.send()).await?;
            Ok(Page::of(output.instance_profiles, output.is_truncated, output.marker))
        });
        let profiles = profiles.await?;
        for profile in &profiles {
            self.caller.own(CALL, &profile.arn, false)?;
        }
        Ok(profiles.into_iter().map(|profile| profile.instance_profile_name).collect())
    }

    /// A managed policy in its default version; `None` if it is gone.
    pub(super) async fn policy(&self, arn: &str) -> Result<Option<PolicyRead>, HarvestError> {
        const CALL: &str = "GetPolicy";
        self.calls(CALL);
        let output = self.caller.call(CALL, self.iam.get_policy().policy_arn(arn).send()).await;
        let Some(output) = if_there(output)? else { return Ok(None) };
        let policy = self.caller.field(CALL, "Policy", output.policy)?;
        match &policy.arn {
            Some(told) if told != arn => {
                return Err(self.caller.reply(CALL, format!("it is about policy `{}`", told.escape_debug())));
            }
            _ => {}
        }
        let version_id = policy.default_version_id;
        let version_id = self.caller.field(CALL, "DefaultVersionId", version_id)?;
        if_there(self.policy_version(arn, version_id).await)
    }

    async fn policy_version(&self, arn: &str, version_id: String) -> Result<PolicyRead, HarvestError> {
        const CALL: &str = "GetPolicyVersion";
        self.calls(CALL);
        let request = self.iam.get_policy_version().policy_arn(arn).version_id(&version_id);
        let output = self.caller.call(CALL, request.send()).await?;
        let document = output.policy_version.and_then(|version| version.document);
        Ok(PolicyRead { version_id, document: self.caller.field(CALL, "Document", document)? })
    }
}

//! The fast way: GetAccountAuthorizationDetails, which brings all roles and the policies in use in a few calls.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;
use aws_sdk_iam::types::{EntityType, ManagedPolicyDetail, RoleDetail};

use super::as_read::{Policies, PolicyRead, RoleRead, dates};
use super::error::HarvestError;
use super::pages::{self, MAX_ITEMS, Page, Told, told};
use super::reader::Reader;

const CALL: &str = "GetAccountAuthorizationDetails";

impl Reader<'_> {
    /// All roles, and the policies that came with them. They are joined by the caller: a page may hold a role whose
    /// policy is on a later one. A policy that changed between two pages is left to be fetched on its own.
    pub(super) async fn details(&self) -> Result<(Told<RoleRead>, Policies), HarvestError> {
        let seen = AtomicUsize::new(0);
        let pages = pages::all(self.caller, CALL, |marker| self.details_page(marker, &seen)).await?;
        let mut roles = Vec::new();
        let mut policies = Vec::new();
        for page in pages {
            for role in page.role_detail_list.unwrap_or_default() {
                let role = self.role_detail(role)?;
                roles.push((role.name.clone(), role));
            }
            for policy in page.policies.unwrap_or_default() {
                policies.extend(self.policy_detail(policy)?);
            }
        }
        let mut settled = Policies::new();
        for (arn, policy) in told(policies) {
            match policy {
                Some(policy) => drop(settled.insert(arn, policy)),
                None => self.changed(&format!("policy `{}`", arn.escape_debug())),
            }
        }
        Ok((told(roles), settled))
    }

    async fn details_page(
        &self,
        marker: Option<String>,
        seen: &AtomicUsize,
    ) -> Result<Page<GetAccountAuthorizationDetailsOutput>, HarvestError> {
        self.calls(CALL);
        let request = self
            .iam
            .get_account_authorization_details()
            .filter(EntityType::Role)
            .filter(EntityType::LocalManagedPolicy)
            .filter(EntityType::AwsManagedPolicy)
            .max_items(MAX_ITEMS)
            .set_marker(marker);
        let output = self.caller.call(CALL, request.send()).await?;
        let here = output.role_detail_list().len();
        self.progress(seen.fetch_add(here, Ordering::Relaxed) + here);
        let entries = here + output.policies().len();
        let (is_truncated, marker) = (output.is_truncated, output.marker.clone());
        Ok(Page { items: vec![output], entries, is_truncated, marker })
    }

    fn role_detail(&self, role: RoleDetail) -> Result<RoleRead, HarvestError> {
        let field = |name: &str, value: Option<String>| self.caller.field(CALL, name, value);
        let mut read = RoleRead {
            name: field("RoleName", role.role_name)?,
            path: field("Path", role.path)?,
            arn: field("Arn", role.arn)?,
            id: field("RoleId", role.role_id)?,
            dates: dates(role.create_date.as_ref(), role.role_last_used.as_ref()),
            listed: None,
            trust: field("AssumeRolePolicyDocument", role.assume_role_policy_document)?,
            boundary: role.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn),
            tags: role.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect(),
            instance_profiles: role
                .instance_profile_list
                .unwrap_or_default()
                .into_iter()
                .map(|profile| profile.instance_profile_name)
                .collect(),
            inline: Default::default(),
            attached: Default::default(),
        };
        self.caller.own(CALL, &read.arn, false)?;
        self.carried_own(CALL, read.boundary.iter())?;
        for policy in role.role_policy_list.unwrap_or_default() {
            let name = field("PolicyName", policy.policy_name)?;
            read.inline.insert(name, field("PolicyDocument", policy.policy_document)?);
        }
        for policy in role.attached_managed_policies.unwrap_or_default() {
            read.attached.insert(field("PolicyArn", policy.policy_arn)?);
        }
        self.carried_own(CALL, read.attached.iter())?;
        Ok(read)
    }

    /// The policy's default version; nothing if the reply does not hold it, so that it is fetched on its own.
    fn policy_detail(&self, policy: ManagedPolicyDetail) -> Result<Option<(String, PolicyRead)>, HarvestError> {
        let arn = self.caller.field(CALL, "Arn", policy.arn)?;
        self.caller.own(CALL, &arn, true)?;
        let default = policy.default_version_id;
        let version = policy.policy_version_list.unwrap_or_default().into_iter().find(|version| match &default {
            Some(id) => version.version_id.as_ref() == Some(id),
            None => version.is_default_version,
        });
        Ok(version.and_then(|version| {
            let (version_id, document) = (version.version_id?, version.document?);
            Some((arn, PolicyRead { version_id, document }))
        }))
    }
}

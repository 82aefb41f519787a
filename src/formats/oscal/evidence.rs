//! What observations are about, the roles, and what they rest on: the report and the snapshots.

use std::collections::BTreeMap;

use percent_encoding::utf8_percent_encode;

use super::super::accepted::AcceptedFinding;
use super::super::markdown::code;
use super::super::sarif::PATH;
use super::super::view::View;
use super::document::{BackMatter, InventoryItem, Property, RelevantEvidence, Resource, ResourceLink, Subject};
use super::texts::{defined, property, uuid};
use crate::model::{Side, Sides};
use crate::report::{Report, RoleResult};

/// How many rows of the report an observation names; the rest is counted.
const ROWS: usize = 40;

/// The resources of the document.
pub struct Evidence {
    plan: Resource,
    report: Resource,
    snapshots: Sides<Resource>,
    /// The accounts, as Markdown.
    tags: Sides<String>,
}

impl Evidence {
    /// `identity` is what tells the report from others.
    pub fn new(view: &View<'_>, identity: &str) -> Self {
        let report = view.report;
        let tags = Sides::SIDES.map(|side| code(report.accounts.get(side).tag.as_str()));
        let snapshots = Sides::SIDES.map(|side| snapshot(view, side, tags.get(side), identity));
        let of_report = Resource {
            uuid: uuid("resource report", identity),
            title: code("report.json"),
            description:
                "The complete report, by iamctl. Its IDs of findings and causes are in the properties `id` here."
                    .to_owned(),
            props: Vec::new(),
            rlinks: vec![link(view, "report.json")],
        };
        Self { plan: plan(view, &tags, identity), report: of_report, snapshots, tags }
    }

    /// A reference to what was asked for.
    pub fn plan(&self) -> String {
        format!("#{}", self.plan.uuid)
    }

    /// The rows of a list of the report, and the snapshots that they are made from.
    pub fn relevant(&self, list: &str, rows: &[usize]) -> Vec<RelevantEvidence> {
        let mut named: Vec<String> = rows.iter().take(ROWS).map(usize::to_string).collect();
        let more = rows.len().saturating_sub(ROWS);
        named.extend((more > 0).then(|| format!("and {more} more")));
        let noun = if rows.len() == 1 { "Row" } else { "Rows" };
        let said = format!("{noun} {} of {}, counted from 0", named.join(", "), code(list));
        let of_report = RelevantEvidence { href: format!("#{}", self.report.uuid), description: said };
        let of_account = |side: Side| RelevantEvidence {
            href: format!("#{}", self.snapshots.get(side).uuid),
            description: format!("The roles of {} as they were read", self.tags.get(side)),
        };
        std::iter::once(of_report).chain(Side::BOTH.map(of_account)).collect()
    }

    pub fn into_back_matter(self) -> BackMatter {
        let Sides { left, right } = self.snapshots;
        BackMatter { resources: vec![self.plan, self.report, left, right] }
    }
}

/// What was asked for, in place of a plan.
fn plan(view: &View<'_>, tags: &Sides<String>, identity: &str) -> Resource {
    let Sides { left, right } = tags;
    let words: Vec<String> = view.arguments.iter().map(|word| code(word)).collect();
    let arguments = if words.is_empty() { "not known".to_owned() } else { words.join(" ") };
    Resource {
        uuid: uuid("resource plan", identity),
        title: "What was compared".to_owned(),
        description: format!(
            "iamctl compared the IAM roles of {right} with those of {left}: their policies, trust policies, \
             permissions boundaries, and attributes. Arguments: {arguments}."
        ),
        props: Vec::new(),
        rlinks: Vec::new(),
    }
}

fn snapshot(view: &View<'_>, side: Side, tag: &str, identity: &str) -> Resource {
    let account = view.report.accounts.get(side);
    let id = account.account_id.as_ref().and_then(|id| property("account-id", id.as_str()));
    let harvested = account.harvested_at.as_ref().and_then(|time| property("harvested-at", time));
    Resource {
        uuid: uuid(&format!("resource snapshot {}", account.tag), identity),
        title: format!("Snapshot of {tag}"),
        description: format!("The IAM roles of {tag} as they were read: {}", code(&account.source)),
        props: id.into_iter().chain(harvested).collect(),
        rlinks: vec![link(view, &format!("{}_snapshot.json", account.tag))],
    }
}

/// A file of the folder of the reports.
fn link(view: &View<'_>, file: &str) -> ResourceLink {
    let path = view.folder.map_or_else(|| file.to_owned(), |folder| format!("{folder}/{file}"));
    ResourceLink { href: utf8_percent_encode(&path, PATH).to_string(), media_type: "application/json" }
}

/// The roles that observations are about, by ARN.
pub struct Subjects<'r>(BTreeMap<&'r str, InventoryItem>);

impl<'r> Subjects<'r> {
    pub fn new(report: &'r Report, accepted: &[AcceptedFinding<'r>]) -> Self {
        let mut all = Self(BTreeMap::new());
        let roles = report.findings.iter().filter_map(|finding| report.roles.get(finding.role_index?));
        for (arn, side) in roles.flat_map(arns) {
            all.add(report, arn, side);
        }
        for (arn, side) in accepted.iter().flat_map(arns_of_accepted) {
            all.add(report, arn, side);
        }
        all
    }

    fn add(&mut self, report: &Report, arn: &'r str, side: Side) {
        self.0.entry(arn).or_insert_with(|| {
            let account = report.accounts.get(side);
            let id = account.account_id.as_ref().and_then(|id| property("account-id", id.as_str()));
            let props = [defined("asset-id", arn), property("account", account.tag.as_str()), id];
            let props: Vec<Property> = props.into_iter().flatten().collect();
            let description = format!("The IAM role {} of {}", code(name(arn)), code(account.tag.as_str()));
            InventoryItem { uuid: uuid("inventory-item", arn), description, props }
        });
    }

    pub fn items(self) -> Vec<InventoryItem> {
        self.0.into_values().collect()
    }
}

/// The real roles of a finding.
pub fn arns(role: &RoleResult) -> impl Iterator<Item = (&str, Side)> {
    Side::BOTH.into_iter().filter_map(|side| Some((role.side(side)?.arn.as_str(), side)))
}

/// The real roles of an accepted finding.
pub fn arns_of_accepted<'r>(finding: &AcceptedFinding<'r>) -> impl Iterator<Item = (&'r str, Side)> {
    let one = finding.first;
    let side = one.side.unwrap_or(Side::Left);
    let other = one.other_role_arn.as_deref().map(|arn| (arn, side.other()));
    std::iter::once((one.role_arn.as_str(), side)).chain(other)
}

/// A reference to a role.
pub fn subject((arn, _): (&str, Side)) -> Subject {
    Subject { subject_uuid: uuid("inventory-item", arn), r#type: "inventory-item", title: code(name(arn)) }
}

/// The name of a role, which its ARN ends in.
fn name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

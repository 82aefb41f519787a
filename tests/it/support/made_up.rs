//! Comparisons made of given texts, with every kind of difference in each role.

use std::collections::BTreeMap;

use iamctl::catalog::AccessLevel;
use iamctl::model::Selection;
use iamctl::model::{
    ActionElement, Effect, EquivalencyList, Place, PolicyType, PrincipalType, ResourceElement, Side, Sides,
};
use iamctl::report::{
    AccountInfo, Attribute, AttributeDifference, CatalogueInfo, CrossReference, DifferenceCounts, EntryName, FORMAT,
    ItemDifference, Limitation, Metric, MetricName, Report, RoleAccessDifference, RoleDenyDifference, RoleResult,
    RoleSide, RoleStatus, RoleTrustDifference, StatementWarning, Totals, VERSION,
};
use iamctl::semantics::escalation::EscalationId;
use iamctl::semantics::outcome::{
    AccessDifference, Certainty, DenyDifference, Grade, Refusal, StatementRef, StatementWarningKind, Witness,
};
use iamctl::semantics::trust::{TrustDifference, TrustRelation, TrustWitness};
use serde_json::json;

/// Findings of one name in [`comparison`], and the warning of the comparison.
pub const FINDINGS: usize = 19;

/// Two accounts without roles.
pub fn nothing() -> Report {
    let account = |tag: &str, id: &str| AccountInfo {
        tag: tag.parse().unwrap(),
        account_id: Some(id.parse().unwrap()),
        source: format!("file {tag}.json"),
        harvested_at: None,
        all_roles: 0,
        roles: 0,
        items: 0,
    };
    Report {
        severity_overrides: iamctl::report::SeverityOverrides::default(),
        selection: Selection::default(),
        accepted_differences: Vec::new(),
        accepted_entries: Vec::new(),
        accepted_file: None,
        format: FORMAT.to_owned(),
        version: VERSION,
        generated_at: "2026-11-21T08:00:00Z".to_owned(),
        iamctl: "0.1.0".to_owned(),
        catalogue: CatalogueInfo { source: "made up".to_owned(), date: "2026-01-01".to_owned(), actions: 1 },
        dictionary: EquivalencyList::default(),
        builtin_rules: Vec::new(),
        accounts: Sides { left: account("dev", "111111111111"), right: account("qa", "222222222222") },
        summary: vec![Metric { metric: MetricName::Roles, left: 0, right: 0 }],
        roles: Vec::new(),
        item_differences: Vec::new(),
        access_differences: Vec::new(),
        trust_differences: Vec::new(),
        deny_differences: Vec::new(),
        attribute_differences: Vec::new(),
        cross_references: Vec::new(),
        equivalency_hits: Vec::new(),
        statement_warnings: Vec::new(),
        limitations: Vec::new(),
        warnings: Vec::new(),
        findings: Vec::new(),
        groups: Vec::new(),
        totals: Totals::default(),
    }
}

/// For each name a common role that differs in everything, a role of either account, and one that is ambiguous; each of
/// their texts is the name.
pub fn comparison<T: AsRef<str>>(names: &[T]) -> Report {
    let mut comparison = nothing();
    for (index, name) in names.iter().enumerate() {
        add(&mut comparison, index, name.as_ref());
    }
    comparison.item_differences.sort_by_key(|item| item.side);
    for side in Side::BOTH {
        let roles = comparison.roles.iter().filter(|role| role.side(side).is_some()).count();
        comparison.accounts.get_mut(side).roles = roles;
        comparison.accounts.get_mut(side).all_roles = roles;
    }
    comparison.conclude();
    comparison
}

fn arn(side: Side, index: usize) -> String {
    let id = if side == Side::Left { "111111111111" } else { "222222222222" };
    format!("arn:aws:iam::{id}:role/r{index}")
}

fn role(name: &str, left: Option<usize>, right: Option<usize>, status: RoleStatus) -> RoleResult {
    let side = |side: Side, index: usize| RoleSide {
        name: name.to_owned(),
        path: format!("/{name}/"),
        normalised_path: format!("/{name}/"),
        arn: arn(side, index),
        created_at: None,
        last_used_at: None,
        last_used_region: None,
    };
    let paired = left.is_some() && right.is_some();
    let count = usize::from(paired);
    RoleResult {
        accepted: false,
        grants: None,
        role: name.to_owned(),
        path: format!("/{name}/"),
        status,
        service_linked: false,
        left: left.map(|index| side(Side::Left, index)),
        right: right.map(|index| side(Side::Right, index)),
        access_grade: paired.then_some(Grade::Different),
        trust_grade: paired.then_some(Grade::Different),
        differences: DifferenceCounts { items: count, access: count, attributes: count, ..DifferenceCounts::default() },
    }
}

fn statement(name: &str) -> StatementRef {
    StatementRef {
        real_policy_name: None,
        policy_name: name.to_owned(),
        policy_type: PolicyType::Inline,
        statement: 0,
        sid: Some(name.to_owned()),
    }
}

fn context(name: &str) -> BTreeMap<String, Vec<String>> {
    BTreeMap::from([(name.to_owned(), vec![name.to_owned()])])
}

fn add(comparison: &mut Report, index: usize, name: &str) {
    let at = index * 4;
    let (left, right) = (Some(at), Some(at));
    comparison.roles.extend([
        role(name, left, right, RoleStatus::Common),
        role(name, Some(at + 1), None, RoleStatus::LeftOnly),
        role(name, None, Some(at + 2), RoleStatus::RightOnly),
        role(name, None, Some(at + 3), RoleStatus::Ambiguous),
    ]);
    let text = || name.to_owned();
    for (side, certainty, escalations) in [
        (Side::Left, Certainty::Always, Vec::new()),
        (Side::Right, Certainty::Conditional, Vec::new()),
        (Side::Right, Certainty::Unknown, Vec::new()),
        (Side::Right, Certainty::Always, vec!["put-role-policy".parse().unwrap()]),
    ] {
        comparison.access_differences.push(access(name, side, certainty, escalations, arn(side, at)));
    }
    for (side, certainty) in
        [(Side::Left, Certainty::Always), (Side::Right, Certainty::Always), (Side::Right, Certainty::Unknown)]
    {
        comparison.trust_differences.push(trust(name, side, certainty, arn(side, at)));
    }
    for side in Side::BOTH {
        comparison.deny_differences.push(deny(name, side, arn(side, at)));
    }
    for attribute in [Attribute::PermissionsBoundary, Attribute::Description, Attribute::Tag(name.to_owned())] {
        comparison.attribute_differences.push(AttributeDifference {
            accepted: Vec::new(),
            alike: Vec::new(),
            role: text(),
            left_arn: arn(Side::Left, at),
            right_arn: arn(Side::Right, at),
            attribute,
            left: json!(null),
            right: json!(name),
            real: None,
        });
    }
    comparison.cross_references.push(cross_reference(name, arn(Side::Right, at)));
    for id in [StatementWarningKind::NoValues, StatementWarningKind::DanglingPrincipal] {
        comparison.statement_warnings.push(StatementWarning {
            side: Side::Left,
            role: text(),
            role_arn: arn(Side::Left, at),
            statement: statement(name),
            id,
            text: text(),
        });
    }
    comparison.item_differences.push(item(name, arn(Side::Right, at)));
    comparison
        .limitations
        .push(Limitation::AcceptedNothing { entry: EntryName { file: None, number: index + 1, role: text() } });
}

fn cross_reference(name: &str, role_arn: String) -> CrossReference {
    let text = || name.to_owned();
    CrossReference {
        side: Side::Right,
        role: text(),
        role_arn,
        policy_name: Some(text()),
        policy_type: Some(PolicyType::Inline),
        place: Place::Resource,
        text: text(),
        value: text(),
        placeholder: text(),
        owner: Some(Side::Left),
        third_accounts: Vec::new(),
        further: Vec::new(),
    }
}

fn access(
    name: &str,
    side: Side,
    certainty: Certainty,
    escalations: Vec<EscalationId>,
    role_arn: String,
) -> RoleAccessDifference {
    let witness = || Witness { action: format!("s3:{name}"), resource: name.to_owned(), context: context(name) };
    RoleAccessDifference {
        role: name.to_owned(),
        role_arn,
        difference: AccessDifference {
            side,
            service: "s3".to_owned(),
            actions: vec![name.to_owned(); 5],
            not_actions: Vec::new(),
            access_level: AccessLevel::Write,
            wildcard_only: false,
            resources: vec![name.to_owned(); 5],
            except: vec![name.to_owned()],
            condition: Some(json!({"StringEquals": {name: [name]}}).to_string().parse().unwrap()),
            certainty,
            witness: Some(witness()),
            granted_by: vec![statement(name)],
            refused_by: Refusal::Deny(vec![statement(name), statement(name)]),
            escalations,
            reasons: vec![name.to_owned()],
        },
        counterpart: None,
        witness_is_real: true,
        real: None,
        changed_statement: None,
    }
}

fn trust(name: &str, side: Side, certainty: Certainty, role_arn: String) -> RoleTrustDifference {
    RoleTrustDifference {
        role: name.to_owned(),
        role_arn,
        difference: TrustDifference {
            side,
            actions: vec!["sts:AssumeRole".to_owned()],
            principal_type: PrincipalType::Aws,
            principal: name.to_owned(),
            except: Vec::new(),
            relation: TrustRelation::Granted,
            condition: None,
            certainty,
            witness: Some(TrustWitness {
                action: "sts:AssumeRole".to_owned(),
                principal_type: PrincipalType::Aws,
                principal: name.to_owned(),
                context: context(name),
            }),
            granted_by: vec![statement(name)],
            refused_by: Refusal::NoAllow,
            reasons: vec![name.to_owned()],
        },
        counterpart: None,
        witness_is_real: true,
        real: None,
    }
}

fn deny(name: &str, side: Side, role_arn: String) -> RoleDenyDifference {
    RoleDenyDifference {
        role: name.to_owned(),
        role_arn,
        difference: DenyDifference {
            side,
            service: "s3".to_owned(),
            actions: vec![name.to_owned()],
            not_actions: Vec::new(),
            resources: vec![name.to_owned()],
            except: Vec::new(),
            condition: None,
            certainty: Certainty::Always,
            witness: None,
            denied_by: vec![statement(name)],
            reasons: Vec::new(),
        },
        counterpart: None,
        witness_is_real: false,
        real: None,
        changed_statement: None,
    }
}

/// A row that only the right account has. Findings of access explain it.
pub fn item(name: &str, role_arn: String) -> ItemDifference {
    ItemDifference {
        real: None,
        side: Side::Right,
        role: name.to_owned(),
        path: "/".to_owned(),
        role_arn,
        policy_name: name.to_owned(),
        policy_type: PolicyType::Inline,
        effect: Effect::Allow,
        service: "s3".to_owned(),
        action: name.to_owned(),
        arn: Some(name.to_owned()),
        principal: None,
        principal_type: None,
        action_element: ActionElement::Action,
        resource_element: Some(ResourceElement::Resource),
        condition: Some(name.to_owned()),
        note: None,
        excluded: None,
    }
}

/// Names that attack what they are shown in.
pub const HOSTILE: [&str; 21] = [
    "<script>alert(1)</script>",
    "</code></summary></details><img src=x onerror=alert(1)>",
    "`code` ``more`` ```all```",
    "`",
    "a|b\\|c",
    "@octocat and @org/team, fixes #1, GH-2",
    "https://example.com www.example.com me@example.com",
    "[link](https://example.com) ![image](x) [a][b]",
    "line\r\n\r\n# heading\n\n- item",
    "**bold** _em_ ~~gone~~ $`math`$ $$x$$",
    "&lt;b&gt; &amp; &#64;octocat",
    "right\u{202e}left \u{2066}isolate\u{2069}",
    "\u{0}\u{1}\u{1b}[31m\u{7f}\u{9f}",
    "]]> <!-- --> <![CDATA[ <?xml?> %20",
    "=cmd|' /C calc'!A0",
    "::error file=a::workflow command",
    "{0} {{x}} ${aws:username}",
    "\u{fffe}\u{ffff}\u{fdd0}",
    "größe-名前-🙂",
    " leading and trailing ",
    "",
];

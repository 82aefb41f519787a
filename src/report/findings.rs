//! What differs in what a role may do and who may take it, a sentence a finding.

use super::access_csv::{certainty, refusal};
use crate::compare::{
    AttributeDifference, Comparison, CrossReference, RoleAccessDifference, RoleDenyDifference, RoleResult,
    RoleTrustDifference,
};
use crate::model::{PolicyType, Side};
use crate::semantics::outcome::Certainty;

/// How many actions or resources a sentence of the summary names before the rest is only counted.
pub const NAMED: usize = 3;

/// No limit to what a sentence names.
pub const ALL: usize = usize::MAX;

/// The findings of one role, weightiest first: ways to raise itself, access, trust, explicit denies, texts that belong
/// to the other account.
#[must_use]
pub fn of_role(comparison: &Comparison, role: &RoleResult) -> Vec<String> {
    let mut lines: Vec<String> =
        access_of(comparison, role).into_iter().map(|row| access(comparison, row, NAMED)).collect();
    lines.extend(trust_of(comparison, role).map(|row| trust(comparison, row, NAMED)));
    lines.extend(denies_of(comparison, role).map(|row| deny(comparison, row, NAMED)));
    lines.extend(cross_references_of(comparison, role).map(|row| cross_reference(comparison, row)));
    lines
}

/// What one account's role may do and the other's may not; what is inconsistent first, then ways to raise itself.
#[must_use]
pub fn access_of<'a>(comparison: &'a Comparison, role: &RoleResult) -> Vec<&'a RoleAccessDifference> {
    let rows = comparison.access_differences.iter();
    let mut rows: Vec<_> = rows.filter(|row| is_of(&row.role_arn, row.difference.side, role)).collect();
    rows.sort_by_key(|row| (!row.difference.is_inconsistent(), row.difference.escalations.is_empty()));
    rows
}

/// Who may take one account's role and not the other's.
pub fn trust_of<'a>(comparison: &'a Comparison, role: &RoleResult) -> impl Iterator<Item = &'a RoleTrustDifference> {
    comparison.trust_differences.iter().filter(|row| is_of(&row.role_arn, row.difference.side, role))
}

/// What one account's role is denied outright and the other's is not.
pub fn denies_of<'a>(comparison: &'a Comparison, role: &RoleResult) -> impl Iterator<Item = &'a RoleDenyDifference> {
    comparison.deny_differences.iter().filter(|row| is_of(&row.role_arn, row.difference.side, role))
}

/// Where one account's role holds a text of the other account.
pub fn cross_references_of<'a>(
    comparison: &'a Comparison,
    role: &RoleResult,
) -> impl Iterator<Item = &'a CrossReference> {
    comparison.cross_references.iter().filter(|row| is_of(&row.role_arn, row.side, role))
}

/// Whether an attribute's difference is this pair's; ambiguous roles share their name with others.
#[must_use]
pub fn is_attribute_of(difference: &AttributeDifference, role: &RoleResult) -> bool {
    let arn = |side: Side| role.side(side).map(|real| real.arn.as_str());
    arn(Side::Left) == Some(&difference.left_arn) && arn(Side::Right) == Some(&difference.right_arn)
}

/// Whether one account's role may raise itself where the other's may not.
#[must_use]
pub fn escalates(comparison: &Comparison, role: &RoleResult) -> bool {
    access_of(comparison, role).iter().any(|row| !row.difference.escalations.is_empty())
}

/// Whether the two roles differ, or may differ, in what they may do or who may take them, and that is not accepted.
#[must_use]
pub fn is_about_access(role: &RoleResult) -> bool {
    role.is_open_in_access()
}

fn is_of(arn: &str, side: Side, role: &RoleResult) -> bool {
    role.is_paired() && role.side(side).is_some_and(|real| real.arn == arn)
}

/// `qa may also s3:PutObject on arn:…, refused in dev: no Allow`, naming at most so many actions and resources.
#[must_use]
pub fn access(comparison: &Comparison, row: &RoleAccessDifference, most: usize) -> String {
    let d = &row.difference;
    let (own, other) = tags(comparison, d.side);
    let actions = actions(&d.service, &d.actions);
    let marks = if d.escalations.is_empty() {
        String::new()
    } else {
        format!(" [can raise itself: {}]", d.escalations.join(", "))
    };
    format!(
        "{own} {} {} on {}{}, refused in {other}: {}{}{marks}",
        may(d.certainty, "may also"),
        few(&actions, most),
        few(&d.resources, most),
        except(&d.except, most),
        refusal(&d.refused_by).replace('\n', "; "),
        limits(d.condition.as_deref(), d.certainty, &d.reasons),
    )
}

/// `qa also lets AWS arn:… take the role by sts:AssumeRole, refused in dev: no Allow`; see [`access`].
#[must_use]
pub fn trust(comparison: &Comparison, row: &RoleTrustDifference, most: usize) -> String {
    let d = &row.difference;
    let (own, other) = tags(comparison, d.side);
    let who =
        if d.principal_type == "*" { "everyone".to_owned() } else { format!("{} {}", d.principal_type, d.principal) };
    format!(
        "{own} {} {who}{} take the role by {}, refused in {other}: {}{}",
        may(d.certainty, "also lets"),
        except(&d.except, most),
        few(&d.actions, most),
        refusal(&d.refused_by).replace('\n', "; "),
        limits(d.condition.as_deref(), d.certainty, &d.reasons),
    )
}

/// `dev denies s3:DeleteObject on arn:… outright, qa does not`; see [`access`].
#[must_use]
pub fn deny(comparison: &Comparison, row: &RoleDenyDifference, most: usize) -> String {
    let d = &row.difference;
    let (own, other) = tags(comparison, d.side);
    let actions = actions(&d.service, &d.actions);
    format!(
        "{own} {} {} on {}{} outright, {other} does not{}",
        may(d.certainty, "denies"),
        few(&actions, most),
        few(&d.resources, most),
        except(&d.except, most),
        limits(d.condition.as_deref(), d.certainty, &d.reasons),
    )
}

/// `qa points at dev: 'dev' in the resource arn:… [inline policy p]`.
#[must_use]
pub fn cross_reference(comparison: &Comparison, row: &CrossReference) -> String {
    let (own, other) = tags(comparison, row.side);
    let policy = match (&row.policy_name, row.policy_type) {
        (_, Some(PolicyType::Trust)) => " [trust policy]".to_owned(),
        (Some(name), Some(policy_type)) => format!(" [{policy_type} policy {name}]"),
        _ => String::new(),
    };
    format!("{own} points at {other}: `{}` in the {} {}{policy}", row.value, row.place, row.text)
}

/// Actions with their service; those of a row of many services have it already.
fn actions(service: &str, actions: &[String]) -> Vec<String> {
    actions.iter().map(|action| if service == "*" { action.clone() } else { format!("{service}:{action}") }).collect()
}

fn tags(comparison: &Comparison, side: Side) -> (&str, &str) {
    (comparison.accounts.get(side).tag.as_str(), comparison.accounts.get(side.other()).tag.as_str())
}

fn may(certainty: Certainty, sure: &str) -> String {
    match certainty {
        Certainty::Unknown => format!("possibly {sure}"),
        Certainty::Always | Certainty::Conditional => sure.to_owned(),
    }
}

fn few(texts: &[String], most: usize) -> String {
    let named = texts.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    match texts.len().checked_sub(most) {
        None | Some(0) => named,
        Some(more) => format!("{named} and {more} more"),
    }
}

fn except(except: &[String], most: usize) -> String {
    if except.is_empty() { String::new() } else { format!(" except {}", few(except, most)) }
}

fn limits(condition: Option<&str>, sure: Certainty, reasons: &[String]) -> String {
    let condition = condition.map(in_words).unwrap_or_default();
    match sure {
        Certainty::Unknown => format!("{condition} ({}: {})", certainty(sure), reasons.join("; ")),
        Certainty::Always | Certainty::Conditional if reasons.is_empty() => condition,
        Certainty::Always | Certainty::Conditional => format!("{condition} ({})", reasons.join("; ")),
    }
}

fn in_words(condition: &str) -> String {
    if condition.starts_with("unless ") { format!(", {condition}") } else { format!(", if {condition}") }
}

//! What differs between two roles besides what their policies say.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::model::{Role, Sides};
use crate::report::{Attribute, AttributeDifference};

/// The attributes that differ, in a fixed order. Description and session duration are compared only where both
/// sources hold them.
///
/// `real` are the same roles as harvested. A description is prose: one that is the same word for word is no difference,
/// though it names an account.
pub(super) fn differences(name: &str, roles: Sides<&Role>, real: Sides<&Role>) -> Vec<AttributeDifference> {
    let Sides { left, right } = roles;
    let mut found = AttributeFindings { role: name, roles, differences: Vec::new() };
    found.compare(Attribute::Path, text(&left.path), text(&right.path));
    if let (Some(left), Some(right)) = (&left.details, &right.details) {
        if !same_description(real) {
            found.compare(
                Attribute::Description,
                optional(left.description.as_deref()),
                optional(right.description.as_deref()),
            );
        }
        found.compare(
            Attribute::MaxSessionDuration,
            left.max_session_duration.into(),
            right.max_session_duration.into(),
        );
    }
    found.compare(Attribute::PermissionsBoundary, boundary(left), boundary(right));
    found.compare(Attribute::InstanceProfiles, list(&left.instance_profiles), list(&right.instance_profiles));
    let inline = |role: &Role| list(role.inline.iter().map(|policy| &policy.name));
    found.compare(Attribute::InlinePolicies, inline(left), inline(right));
    let attached = |role: &Role| list(role.attached.iter().map(|policy| policy.arn.as_str()));
    found.compare(Attribute::AttachedPolicies, attached(left), attached(right));
    for key in left.tags.keys().chain(right.tags.keys()).collect::<BTreeSet<_>>() {
        let value = |role: &Role| optional(role.tags.get(key).map(String::as_str));
        found.compare(Attribute::Tag(key.clone()), value(left), value(right));
    }
    found.differences
}

fn same_description(real: Sides<&Role>) -> bool {
    let text = |role: &Role| role.details.as_ref().and_then(|details| details.description.clone());
    text(real.left) == text(real.right)
}

struct AttributeFindings<'a> {
    role: &'a str,
    roles: Sides<&'a Role>,
    differences: Vec<AttributeDifference>,
}

impl AttributeFindings<'_> {
    /// Compares values, with the marks of placeholders.
    fn compare(&mut self, attribute: Attribute, left: Value, right: Value) {
        if left != right {
            self.differences.push(AttributeDifference {
                role: self.role.to_owned(),
                left_arn: self.roles.left.arn.to_string(),
                right_arn: self.roles.right.arn.to_string(),
                attribute,
                left,
                right,
            });
        }
    }
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| Value::String(text.to_owned()))
}

fn boundary(role: &Role) -> Value {
    optional(role.boundary.as_ref().map(|policy| policy.arn.as_str()))
}

/// A list without order: sorted, because normalising may have changed the order.
fn list<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Value {
    let mut items: Vec<String> = items.into_iter().map(|item| item.as_ref().to_owned()).collect();
    items.sort();
    json!(items)
}

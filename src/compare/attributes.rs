//! What differs between two roles besides what their policies say.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::model::equivalency::{CLOSE, OPEN};
use crate::model::{Role, Side, Sides};
use crate::report::{AlikeEntryOfList, Attribute, AttributeDifference};

/// The attributes that differ, in a fixed order. Description and session duration are compared only where both
/// sources hold them.
///
/// The unique ID is compared if both are roles of one account: of two, it always differs. A role that was deleted and created
/// again has the same name and another ID. Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>
///
/// `real` are the same roles as harvested. A description is prose: one that is the same word for word is no difference,
/// though it names an account.
pub(super) fn differences(
    name: &str,
    roles: Sides<&Role>,
    real: Sides<&Role>,
    of_one_account: bool,
) -> Vec<AttributeDifference> {
    let mut found = AttributeFindings { role: name, roles, real, differences: Vec::new() };
    found.compare(Attribute::Path, |role| text(&role.path));
    if roles.left.details.is_some() && roles.right.details.is_some() {
        if !same_description(real) {
            found.compare(Attribute::Description, |role| {
                optional(role.details.as_ref().and_then(|details| details.description.as_deref()))
            });
        }
        found.compare(Attribute::MaxSessionDuration, |role| {
            role.details.as_ref().map_or(Value::Null, |details| details.max_session_duration.into())
        });
    }
    found.compare(Attribute::PermissionsBoundary, |role| {
        optional(role.boundary.as_ref().map(|policy| policy.arn.as_str()))
    });
    found.compare_list(Attribute::InstanceProfiles, |role| role.instance_profiles.iter().map(String::as_str).collect());
    found.compare_list(Attribute::InlinePolicies, |role| {
        role.inline.iter().map(|policy| policy.name.as_str()).collect()
    });
    found.compare_list(Attribute::AttachedPolicies, |role| {
        role.attached.iter().map(|policy| policy.arn.as_str()).collect()
    });
    // Names are unique in an account, ignoring case; a dictionary can make two of them equal.
    if of_one_account && real.left.name.eq_ignore_ascii_case(&real.right.name) {
        found.compare(Attribute::UniqueId, |role| text(&role.unique_id));
    }
    found.tags();
    found.differences
}

fn same_description(real: Sides<&Role>) -> bool {
    let text = |role: &Role| role.details.as_ref().and_then(|details| details.description.clone());
    text(real.left) == text(real.right)
}

struct AttributeFindings<'a> {
    role: &'a str,
    roles: Sides<&'a Role>,
    real: Sides<&'a Role>,
    differences: Vec<AttributeDifference>,
}

/// The tags of a role by their keys in small letters.
type FoldedTags<'r> = BTreeMap<String, Vec<(&'r String, &'r String)>>;

impl<'a> AttributeFindings<'a> {
    /// Compares tags. Of a role's tags, keys ignore case, and values do not.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules>
    fn tags(&mut self) {
        fn folded(role: &Role) -> FoldedTags<'_> {
            let mut tags = FoldedTags::new();
            for tag in &role.tags {
                tags.entry(tag.0.to_lowercase()).or_default().push(tag);
            }
            tags
        }
        let roles = self.roles;
        let tags = roles.map(folded);
        for key in tags.left.keys().chain(tags.right.keys()).collect::<BTreeSet<_>>() {
            let of = tags.as_ref().map(|tags| tags.get(key).map_or(&[][..], Vec::as_slice));
            if let Sides { left: [] | [_], right: [] | [_] } = of {
                let value = |tags: &[(&String, &String)]| optional(tags.first().map(|(_, value)| value.as_str()));
                if let Some((spelled, _)) = of.left.first().or(of.right.first()) {
                    self.tag(spelled, of.map(value));
                }
                continue;
            }
            // IAM does not allow two keys that differ only in case; a file can contain them all the same.
            for key in of.left.iter().chain(of.right).map(|(key, _)| *key).collect::<BTreeSet<_>>() {
                self.tag(key, roles.map(|role| optional(role.tags.get(key).map(String::as_str))));
            }
        }
    }

    /// Compares the values of one tag. A key in which something was replaced has another name in the account; its
    /// value stays normalized.
    fn tag(&mut self, key: &str, values: Sides<Value>) {
        let real = self.real;
        let normalised = values.clone();
        let of = |side: Side| {
            let (normalised, tags) = (normalised.get(side), &real.get(side).tags);
            let in_other_case = || tags.iter().find(|(own, _)| own.to_lowercase() == key.to_lowercase());
            let found = tags.get(key).or_else(|| in_other_case().map(|(_, value)| value));
            found.filter(|_| !normalised.is_null()).map_or_else(|| normalised.clone(), |value| text(value))
        };
        self.add(Attribute::Tag(key.to_owned()), values, || Sides { left: of(Side::Left), right: of(Side::Right) });
    }

    /// Compares one value.
    fn compare(&mut self, attribute: Attribute, value: impl Fn(&'a Role) -> Value) {
        let real = self.real;
        self.add(attribute, self.roles.map(&value), || real.map(&value));
    }

    /// Compares a list without order: sorted by the normalized entries, which stand in the order of the real ones.
    fn compare_list(&mut self, attribute: Attribute, entries: impl Fn(&'a Role) -> Vec<&'a str>) {
        let sorted = |side: Side| -> Vec<(&str, &str)> {
            let (normalised, real) = (entries(self.roles.get(side)), entries(self.real.get(side)));
            let mut both: Vec<(&str, &str)> = normalised.into_iter().zip(real).collect();
            both.sort_unstable();
            both
        };
        let both = Sides { left: sorted(Side::Left), right: sorted(Side::Right) };
        let list = |of: fn(&(&'a str, &'a str)) -> &'a str| {
            both.as_ref().map(|entries| json!(entries.iter().map(of).collect::<Vec<_>>()))
        };
        if !both.left.iter().map(|(entry, _)| entry).eq(both.right.iter().map(|(entry, _)| entry)) {
            self.add(attribute, list(|(normalised, _)| normalised), || list(|(_, real)| real));
            if let Some(difference) = self.differences.last_mut() {
                difference.alike = alike(both.as_ref().map(Vec::as_slice));
            }
        }
    }

    /// Keeps a difference of values, which may hold the marks of placeholders, with the values as harvested.
    fn add(&mut self, attribute: Attribute, values: Sides<Value>, real: impl FnOnce() -> Sides<Value>) {
        let Sides { left, right } = values;
        if left == right {
            return;
        }
        let real = real();
        let is_same = left == real.left && right == real.right;
        self.differences.push(AttributeDifference {
            role: self.role.to_owned(),
            left_arn: self.roles.left.arn.to_string(),
            right_arn: self.roles.right.arn.to_string(),
            attribute,
            left,
            right,
            real: (!is_same).then_some(real),
            accepted: Vec::new(),
            alike: Vec::new(),
        });
    }
}

/// The entries without a counterpart, pairs of normalized and real text, that look like one of the other account once
/// the marks of placeholders are gone.
fn alike(entries: Sides<&[(&str, &str)]>) -> Vec<AlikeEntryOfList> {
    let shown = |text: &str| text.replace([OPEN, CLOSE], "");
    let mut found = Vec::new();
    for side in Side::BOTH {
        let mut others: Vec<&str> = entries.get(side.other()).iter().map(|(normalised, _)| *normalised).collect();
        let looks: BTreeSet<String> = others.iter().map(|text| shown(text)).collect();
        for (normalised, real) in *entries.get(side) {
            if let Some(at) = others.iter().position(|other| other == normalised) {
                others.remove(at);
            } else if looks.contains(&shown(normalised)) {
                found.push(AlikeEntryOfList { side, real: (*real).to_owned() });
            }
        }
    }
    found
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::equivalency::mark;
    use crate::parse::account::AccountReader;
    use crate::parse::snapshot;

    /// A role of account 111122223333 with these instance profiles and this tag.
    fn role(profiles: &[&str], tag: (&str, &str)) -> Role {
        let trust = json!({"Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole"}});
        let role = json!({"name": "r", "path": "/", "arn": "arn:aws:iam::111122223333:role/r", "id": "AROAR",
            "trust_policy": trust, "instance_profiles": profiles, "tags": {tag.0: tag.1}});
        let text = json!({"format": snapshot::FORMAT, "version": snapshot::VERSION, "iamctl": "1", "source": "a test",
            "account_id": "111122223333", "roles": [role], "policies": []});
        let account =
            AccountReader::default().account(&snapshot::read(&text.to_string(), "a test", None).unwrap()).unwrap();
        account.roles.into_iter().next().unwrap()
    }

    #[test]
    fn entries_keep_their_real_names_where_normalizing_changes_the_order() {
        let env = mark("env");
        let (real_left, real_right) = (role(&["b-dev", "common"], ("t", "dev")), role(&["b-qa", "z"], ("t", "qa")));
        let mut left = real_left.clone();
        left.instance_profiles = vec![format!("b-{env}"), "common".to_owned()];
        left.tags = [("t".to_owned(), env.clone())].into();
        let mut right = real_right.clone();
        // The placeholder begins with a character that sorts behind all letters.
        right.instance_profiles = vec![format!("{env}-b"), "z".to_owned()];
        right.tags = left.tags.clone();
        let roles = Sides { left: &left, right: &right };
        let found = differences("r", roles, Sides { left: &real_left, right: &real_right }, false);
        let [profiles] = found.as_slice() else { panic!("the tag is equal: {found:?}") };
        assert_eq!(profiles.right, json!(["z", format!("{env}-b")]));
        let real = Sides { left: json!(["b-dev", "common"]), right: json!(["z", "b-qa"]) };
        assert_eq!(profiles.real.as_ref(), Some(&real));
        let named: Vec<String> = profiles.only_in().into_iter().map(|entry| entry.real).collect();
        assert_eq!(named, ["b-dev", "common", "z", "b-qa"]);
    }
}

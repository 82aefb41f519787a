//! IDs of keys and networks that the two accounts' roles use in the same places.
//!
//! AWS makes up these IDs, so two accounts never have one in common, and nothing in them says what belongs together. Where
//! the roles of both accounts use them does: an ID of one account and an ID of the other correspond if each stands wherever
//! the other does, throughout.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::Alignment;
use crate::model::{ConditionTest, IdentityPolicy, PolicyType, Role, Side, Sides, Statement};
use crate::normalise::Normalised;

/// In how many places two IDs must stand: in one, any two do.
const LEAST_PLACES: usize = 2;

/// The kinds of IDs, each with how it begins and with the placeholder that its entries get.
///
/// Sources: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html> (a prefix, a hyphen, and 8 or 17
/// hexadecimal digits) and <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-id> (a UUID;
/// `mrk-` and 32 hexadecimal digits for multi-Region keys).
const KINDS: [(&str, &str); 12] = [
    ("vpc-", "vpc"),
    ("vpce-", "vpc-endpoint"),
    ("subnet-", "subnet"),
    ("sg-", "security-group"),
    ("eni-", "network-interface"),
    ("acl-", "network-acl"),
    ("rtb-", "route-table"),
    ("igw-", "internet-gateway"),
    ("nat-", "nat-gateway"),
    ("tgw-", "transit-gateway"),
    ("eipalloc-", "elastic-ip"),
    ("pl-", "prefix-list"),
];

/// Two IDs that correspond.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PairedIds {
    /// The placeholder for IDs of their kind.
    pub placeholder: &'static str,
    /// The ID of each account.
    pub ids: Sides<String>,
    /// In how many places of roles both stand.
    pub places: usize,
}

/// The IDs that correspond, those that stand in most places first.
pub(super) fn find(accounts: Sides<&Normalised>, alignment: &Alignment) -> Vec<PairedIds> {
    let mut used = Sides { left: BTreeSet::new(), right: BTreeSet::new() };
    for side in Side::BOTH {
        let roles = accounts.get(side).roles.iter();
        let places = roles.flat_map(|role| places(&role.role)).flat_map(|(_, ids)| ids);
        used.get_mut(side).extend(places.map(|(_, id)| id));
    }
    // What stands beside what, and what stands beside nothing that it could correspond to.
    let mut beside: BTreeMap<(&'static str, String, String), usize> = BTreeMap::new();
    let mut contradicted: BTreeSet<String> = BTreeSet::new();
    for pair in &alignment.pairs {
        let of = |side: Side| accounts.get(side).roles.get(*pair.get(side)).map(|role| places(&role.role));
        let (Some(left), Some(right)) = (of(Side::Left), of(Side::Right)) else { continue };
        for place in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
            let none = BTreeSet::new();
            let ids = |side: &BTreeMap<String, BTreeSet<Id>>| side.get(place).unwrap_or(&none).clone();
            let (own, other) = (ids(&left), ids(&right));
            match (own.iter().collect::<Vec<_>>().as_slice(), other.iter().collect::<Vec<_>>().as_slice()) {
                ([(kind, own)], [(other_kind, other)]) if kind == other_kind => {
                    *beside.entry((kind, own.clone(), other.clone())).or_default() += 1;
                }
                // Several in one place: which belongs to which cannot be told from there, and other places may tell.
                (own, other) if own.len() == other.len() => {}
                (own, other) => contradicted.extend(own.iter().chain(other).map(|(_, id)| id.clone())),
            }
        }
    }
    let partners = |of: &str| beside.keys().filter(|(_, left, right)| left == of || right == of).count();
    let mut found: Vec<PairedIds> = beside
        .iter()
        .filter(|((_, left, right), places)| {
            let alone = partners(left) == 1 && partners(right) == 1;
            let own = !used.right.contains(left) && !used.left.contains(right);
            alone && own && !contradicted.contains(left) && !contradicted.contains(right) && **places >= LEAST_PLACES
        })
        .map(|((placeholder, left, right), places)| PairedIds {
            placeholder,
            ids: Sides { left: left.clone(), right: right.clone() },
            places: *places,
        })
        .collect();
    found.sort_by(|a, b| b.places.cmp(&a.places).then_with(|| a.ids.left.cmp(&b.ids.left)));
    found
}

/// An ID with the placeholder for its kind.
type Id = (&'static str, String);

/// The IDs in a role's policies, by where they stand: the policy, its statement, the element or condition key, and the text
/// around the ID.
fn places(role: &Role) -> BTreeMap<String, BTreeSet<Id>> {
    let mut found = Places(BTreeMap::new());
    for policy in &role.inline {
        found.document(PolicyType::Inline, &policy.name, &policy.document);
    }
    for policy in &role.attached {
        found.document(PolicyType::Managed, &policy.name, &policy.document);
    }
    if let Some(policy) = &role.boundary {
        found.document(PolicyType::Boundary, &policy.name, &policy.document);
    }
    for (at, statement) in role.trust.statements.iter().enumerate() {
        found.conditions(&place("trust", at, statement), statement);
    }
    found.0
}

struct Places(BTreeMap<String, BTreeSet<Id>>);

impl Places {
    fn document(&mut self, policy_type: PolicyType, name: &str, document: &IdentityPolicy) {
        for (at, statement) in document.statements.iter().enumerate() {
            let place = place(&format!("{policy_type} {name}"), at, statement);
            for pattern in statement.target.patterns() {
                self.text(&format!("{place} resource"), pattern);
            }
            self.conditions(&place, statement);
        }
    }

    fn conditions<T>(&mut self, place: &str, statement: &Statement<T>) {
        for ConditionTest { operator, key, values } in statement.conditions.tests() {
            for value in values {
                self.text(&format!("{place} {operator} {}", key.folded()), value);
            }
        }
    }

    fn text(&mut self, place: &str, text: &str) {
        for part in text.split([':', '/']) {
            if let Some(kind) = kind(part) {
                let around = text.replacen(part, "", 1);
                self.0.entry(format!("{place} {around}")).or_default().insert((kind, part.to_owned()));
            }
        }
    }
}

/// A statement of a policy: by its Sid, or by its number where it has none.
fn place<T>(policy: &str, at: usize, statement: &Statement<T>) -> String {
    statement.sid.as_ref().map_or_else(|| format!("{policy} {at}"), |sid| format!("{policy} sid {sid}"))
}

/// The placeholder for IDs of this kind, if a text is one.
fn kind(text: &str) -> Option<&'static str> {
    let hex = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let of_ec2 = |prefix: &str| text.strip_prefix(prefix).is_some_and(|rest| matches!(rest.len(), 8 | 17) && hex(rest));
    let is_uuid = || {
        let parts: Vec<&str> = text.split('-').collect();
        parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(|part| hex(part))
    };
    let is_multi_region = || text.strip_prefix("mrk-").is_some_and(|rest| rest.len() == 32 && hex(rest));
    let found = KINDS.iter().find(|(prefix, _)| of_ec2(prefix)).map(|(_, placeholder)| *placeholder);
    found.or_else(|| (is_uuid() || is_multi_region()).then_some("key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_what_looks_like_one() {
        for (text, expected) in [
            ("vpc-0a1b2c3d4e5f60718", Some("vpc")),
            ("vpc-1a2b3c4d", Some("vpc")),
            ("vpce-0a1b2c3d4e5f60718", Some("vpc-endpoint")),
            ("sg-0a1b2c3d4e5f60718", Some("security-group")),
            ("12345678-90ab-cdef-1234-567890abcdef", Some("key")),
            ("mrk-1234567890abcdef1234567890abcdef", Some("key")),
            ("vpc-main", None),
            ("vpc-0a1b2c3d4e5f6071", None),
            ("VPC-0A1B2C3D4E5F60718", None),
            ("12345678-90ab-cdef-1234-567890abcdeg", None),
            ("vpc-*", None),
            ("", None),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }
}

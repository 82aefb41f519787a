//! IDs of keys and networks that the two accounts' roles use in the same places.
//!
//! AWS makes up these IDs, so two accounts never have one in common, and nothing in them says what belongs together. Where
//! the roles of both accounts use them does: an ID of one account and an ID of the other correspond if each stands wherever
//! the other does, throughout.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::Alignment;
use crate::model::equivalency::OPEN;
use crate::model::{ConditionTest, Role, Side, Sides, Statement};
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

/// The IDs in a role's policies, by where they stand: what the statement says but for its IDs, and the element or condition
/// key. Where two statements say the same, their IDs stand in one place, and none of them can be told from the others.
fn places(role: &Role) -> BTreeMap<String, BTreeSet<Id>> {
    let mut found: BTreeMap<String, BTreeSet<Id>> = BTreeMap::new();
    for statement in role.documents().flat_map(|document| &document.statements) {
        let resources = statement.target.patterns().iter().map(|text| (statement.target.element().to_string(), text));
        add(&mut found, statement, resources.chain(conditions(statement)).collect());
    }
    for statement in &role.trust.statements {
        let principals = statement.target.principals().iter().map(|principal| principal.as_str().to_owned());
        let principals = principals.collect::<Vec<_>>().join(" ");
        let texts = conditions(statement).map(|(place, text)| (format!("{principals} {place}"), text));
        add(&mut found, statement, texts.collect());
    }
    found
}

/// The values of a statement's conditions, each with its operator and key.
fn conditions<T>(statement: &Statement<T>) -> impl Iterator<Item = (String, &String)> {
    statement.conditions.tests().iter().flat_map(|ConditionTest { operator, key, values }| {
        values.iter().map(move |value| (format!("{operator} {}", key.folded()), value))
    })
}

/// Adds the IDs of a statement; `texts` are all its texts, each with its element or condition key.
fn add<T>(found: &mut BTreeMap<String, BTreeSet<Id>>, statement: &Statement<T>, texts: Vec<(String, &String)>) {
    let mut said = vec![format!("{} {:?}", statement.effect, statement.action).to_lowercase()];
    let mut ids = Vec::new();
    for (place, text) in texts {
        let (around, of_text) = without_ids(text);
        let place = format!("{place} {around}");
        ids.extend(of_text.into_iter().map(|id| (place.clone(), id)));
        said.push(place);
    }
    said.sort();
    let said = said.join("\n");
    for (place, id) in ids {
        found.entry(format!("{said}\n{place}")).or_default().insert(id);
    }
}

/// A text without its IDs, and the IDs.
fn without_ids(text: &str) -> (String, Vec<Id>) {
    let mut ids: Vec<Id> = network(text).map(|placeholder| (placeholder, text.to_owned())).into_iter().collect();
    if let [_, _, service, _, account, resource] = text.splitn(6, ':').collect::<Vec<_>>().as_slice() {
        let is_own = account.contains(OPEN);
        let (kind, id) = resource.split_once('/').unwrap_or_default();
        if is_own && *service == "kms" && kind == "key" && is_key(id) {
            ids.push(("key", id.to_owned()));
        }
        if is_own && let Some(placeholder) = network(id) {
            ids.push((placeholder, id.to_owned()));
        }
    }
    let around = ids.iter().fold(text.to_owned(), |around, (_, id)| around.replace(id, ""));
    (around, ids)
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// The placeholder for IDs of its kind, if a text is the ID of a part of a network.
fn network(text: &str) -> Option<&'static str> {
    let is_of = |prefix: &str| {
        text.strip_prefix(prefix).is_some_and(|rest| matches!(rest.len(), 8 | 17) && is_hexadecimal(rest))
    };
    KINDS.iter().find(|(prefix, _)| is_of(prefix)).map(|(_, placeholder)| *placeholder)
}

/// Whether a text is the ID of a key. Others have UUIDs too, such as tenants and external IDs: this is of keys only behind
/// `key/`.
fn is_key(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_uuid =
        parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(|part| is_hexadecimal(part));
    is_uuid || text.strip_prefix("mrk-").is_some_and(|rest| rest.len() == 32 && is_hexadecimal(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::equivalency::{OWN_ACCOUNT, mark};

    #[test]
    fn ids_and_what_looks_like_one() {
        let own = |end: &str| format!("arn:aws:kms:eu-west-1:{}:{end}", mark(OWN_ACCOUNT));
        let uuid = "12345678-90ab-cdef-1234-567890abcdef";
        for (text, expected) in [
            ("vpc-0a1b2c3d4e5f60718".to_owned(), Some("vpc")),
            ("vpc-1a2b3c4d".to_owned(), Some("vpc")),
            ("vpce-0a1b2c3d4e5f60718".to_owned(), Some("vpc-endpoint")),
            ("sg-0a1b2c3d4e5f60718".to_owned(), Some("security-group")),
            (own("subnet/subnet-0a1b2c3d4e5f60718"), Some("subnet")),
            (own(&format!("key/{uuid}")), Some("key")),
            (own("key/mrk-1234567890abcdef1234567890abcdef"), Some("key")),
            (own(&format!("alias/{uuid}")), None),
            (own("key/12345678-90ab-cdef-1234-567890abcdeg"), None),
            // An external ID, the folder of a tenant, a key of somebody else.
            (uuid.to_owned(), None),
            (format!("arn:aws:s3:::shared/{uuid}/*"), None),
            (format!("arn:aws:kms:eu-west-1:999999999999:key/{uuid}"), None),
            ("vpc-main".to_owned(), None),
            ("vpc-0a1b2c3d4e5f6071".to_owned(), None),
            ("VPC-0A1B2C3D4E5F60718".to_owned(), None),
            ("vpc-*".to_owned(), None),
            (String::new(), None),
        ] {
            let (around, ids) = without_ids(&text);
            assert_eq!(ids.first().map(|(placeholder, _)| *placeholder), expected, "{text}");
            assert!(ids.iter().all(|(_, id)| !around.contains(id.as_str())), "{text}");
        }
    }
}

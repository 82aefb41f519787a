//! Laws of accepted differences over small random accounts: what `accept` writes accepts what was selected, nothing
//! else, and changes nothing besides.

use std::collections::BTreeSet;

use iamctl::catalog::Catalogue;
use iamctl::compare::accepted::matching::{Matcher, Verdict};
use iamctl::compare::accepted::{Filter, Label, Open, accepted, entries, open};
use iamctl::compare::{self, Acceptance};
use iamctl::formats::files;

use iamctl::model::accepted::date;
use iamctl::model::{AcceptedEntry, AccountTag, DifferenceFacts, DifferenceKind, Place, PolicyType, Side, Sides};
use iamctl::parse::snapshot::{self, Snapshot};
use iamctl::parse::{self, equivalency};
use iamctl::pipeline::{self, Options};
use iamctl::report::{self, CrossReference, DifferenceCounts, FailOn, Report};
use iamctl::testing::{DICTIONARY, Shape, accounts};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use crate::support::small_world::catalogue;
use crate::support::tool::{DEV, QA, document, role, snapshot as account};

const TODAY: &str = "2026-11-21";

fn tags() -> Sides<AccountTag> {
    Sides { left: "dev".parse().unwrap(), right: "qa".parse().unwrap() }
}

/// Compares two snapshots under a dictionary of `dev` and `qa`, which makes some names ambiguous.
fn compared(snapshots: Sides<&Snapshot>, catalogue: &Catalogue) -> Report {
    let accounts = pipeline::read(snapshots).unwrap();
    let Sides { left, right } = tags();
    let mut options = Options::new(left, right);
    options.dictionary = equivalency::read(DICTIONARY).unwrap();
    options.catalogue = catalogue.clone();
    iamctl::compare(&accounts.left, &accounts.right, &options).unwrap()
}

fn statement() -> impl Strategy<Value = Value> {
    let actions = ["t:GetB", "t:PutA", "t:*", "T:getb", "u:Run", "u:*", "t:Get*", "*"];
    let resources = [
        "*",
        "arn:aws:t:::b/*",
        "arn:aws:t:::b*",
        "arn:aws:t:::b[*]/x",
        "arn:aws:t:::dev/111111111111",
        "arn:aws:t:::?/dev/*",
    ];
    let element = |plain: &'static str| prop_oneof![4 => Just(plain.to_owned()), 1 => Just(format!("Not{plain}"))];
    let condition = prop_oneof![
        3 => Just(None),
        1 => Just(Some(json!({"StringEquals": {"aws:PrincipalTag/t": ["[*]", "a"]}}))),
        1 => Just(Some(json!({"StringSounds": {"aws:PrincipalTag/t": "a"}}))),
    ];
    let parts = (
        prop_oneof![3 => Just("Allow"), 1 => Just("Deny")],
        element("Action"),
        subsequence(actions.to_vec(), 1..3),
        element("Resource"),
        subsequence(resources.to_vec(), 1..3),
        condition,
    );
    parts.prop_map(|(effect, action_element, actions, resource_element, resources, condition)| {
        let mut statement = json!({"Effect": effect, action_element: actions, resource_element: resources});
        if let Some(condition) = condition {
            statement["Condition"] = condition;
        }
        statement
    })
}

fn trust_statement() -> impl Strategy<Value = Value> {
    let principals = [
        json!("*"),
        json!({"AWS": "arn:aws:iam::333333333333:root"}),
        json!({"AWS": ["111111111111", "arn:aws:iam::333333333333:role/x"]}),
        json!({"Service": "ec2.amazonaws.com"}),
    ];
    let actions = ["sts:AssumeRole", "sts:TagSession"];
    (select(principals.to_vec()), subsequence(actions.to_vec(), 1..=2), any::<bool>()).prop_map(
        |(principal, actions, not)| {
            let element = if not && principal != json!("*") { "NotPrincipal" } else { "Principal" };
            let effect = if element == "Principal" { "Allow" } else { "Deny" };
            json!({"Effect": effect, "Action": actions, element: principal})
        },
    )
}

fn one_role(id: &'static str, name: &'static str) -> impl Strategy<Value = Option<Value>> {
    let policy = prop::collection::vec(statement(), 1..3);
    let parts = (
        prop::collection::vec((select(vec!["p", "q*", "p-dev"]), policy), 0..3),
        prop::collection::vec(trust_statement(), 1..3),
        subsequence(vec![("owner", "a"), ("owner", "b"), ("cost", "1"), ("cost*", "2")], 0..3),
        0..5_u8,
    );
    parts.prop_map(move |(policies, trusted, tags, there)| {
        let mut inline: Vec<Value> = Vec::new();
        for (name, statements) in policies {
            if !inline.iter().any(|policy| policy["name"] == name) {
                inline.push(json!({"name": name, "document": document(&json!(statements))}));
            }
        }
        let tags: serde_json::Map<String, Value> = tags.into_iter().map(|(k, v)| (k.to_owned(), json!(v))).collect();
        let fields = json!({"inline_policies": inline, "trust_policy": document(&json!(trusted)), "tags": tags});
        (there > 0).then(|| role(id, name, &fields))
    })
}

fn snapshot_of(id: &'static str) -> impl Strategy<Value = Snapshot> {
    // `app-dev` and `app-qa` are one name; `app-environment` is shown as that name and is another.
    let names = ["app-dev", "app-qa", "app-environment", "Other"];
    let roles = names.map(|name| one_role(id, name));
    roles.prop_map(move |roles| {
        let roles: Vec<Value> = roles.into_iter().flatten().collect();
        snapshot::read(&account(id, &roles, &[]), "law", None).unwrap()
    })
}

fn comparison() -> impl Strategy<Value = Report> {
    (snapshot_of(DEV), snapshot_of(QA), any::<bool>()).prop_map(|(left, right, crossing)| {
        let mut comparison = compared(Sides { left: &left, right: &right }, &catalogue());
        if crossing {
            add_cross_references(&mut comparison);
            comparison.conclude();
        }
        comparison
    })
}

/// Texts of the other account in every common role, as a policy, a condition and a tag may hold them.
fn add_cross_references(comparison: &mut Report) {
    let places = [
        (Place::Resource, Some("p")),
        (Place::Condition, Some("p")),
        (Place::Principal, Some("trust")),
        (Place::Tag, None),
    ];
    for role in &mut comparison.roles {
        let Some(right) = role.right.as_ref().filter(|_| role.left.is_some()) else { continue };
        for (place, policy) in places {
            role.differences.cross_references += 1;
            comparison.cross_references.push(CrossReference {
                side: Side::Right,
                role: role.role.clone(),
                role_arn: right.arn.clone(),
                policy_name: policy.map(str::to_owned),
                policy_type: policy.map(|_| PolicyType::Inline),
                place,
                text: format!("arn:aws:t:::dev-bucket/{place}*"),
                value: "dev".to_owned(),
                placeholder: "environment".to_owned(),
                owner: Some(Side::Left),
                third_accounts: Vec::new(),
                further: Vec::new(),
            });
        }
    }
}

fn filter() -> impl Strategy<Value = Filter> {
    let owned = |texts: &[&'static str]| select(texts.to_vec()).prop_map(str::to_owned);
    let some = |texts: &[&'static str]| prop::option::weighted(0.3, owned(texts));
    let attribute_alone = prop::option::weighted(0.15, owned(&["tag:*", "*", "tag:cost[*]", "path"]));
    let rest = (
        some(&["p", "p*", "trust", "*"]),
        prop::option::weighted(0.3, select(vec!["dev", "QA", "left"])),
        prop::collection::vec(owned(&["t:*", "t:GetB", "*", "sts:*", "NotAction u:*", "u:*"]), 0..3),
        some(&["*", "arn:aws:t:::b*", "arn:aws:t:::b?*", "arn:aws:t:::b/[*]"]),
        some(&["*", "arn:aws:iam::333333333333:*", "NotPrincipal arn:aws:iam::333333333333:root"]),
    );
    let roles = subsequence(vec!["app-dev", "app-environment", "O*", "arn:aws:iam::111111111111:role/app-qa"], 0..3);
    (roles, attribute_alone, rest).prop_map(|(roles, attribute, (policy, side, actions, resource, principal))| {
        let roles = roles.into_iter().map(str::to_owned).collect();
        if attribute.is_some() {
            return Filter { roles, attribute, ..Filter::default() };
        }
        // Often one constraint only, so that much is selected.
        let side = side.map(|tag| tag.parse().unwrap());
        Filter { roles, side, policy, actions, resource, principal, attribute: None }
    })
}

fn label() -> Label {
    Label { reason: "looked at".to_owned(), owner: None, expires: Some(date(TODAY).unwrap()), accounts: Vec::new() }
}

fn acceptance(entries: &[AcceptedEntry]) -> Acceptance<'_> {
    Acceptance { file: Some("accepted.json"), entries, today: date(TODAY).unwrap(), all_roles: true }
}

/// The facts at these places, and those at the others.
fn parted(facts: Vec<DifferenceFacts>, places: &BTreeSet<usize>) -> (Vec<DifferenceFacts>, Vec<DifferenceFacts>) {
    let (yes, no): (Vec<_>, Vec<_>) = facts.into_iter().enumerate().partition(|(place, _)| places.contains(place));
    let facts = |list: Vec<(usize, DifferenceFacts)>| list.into_iter().map(|(_, facts)| facts).collect();
    (facts(yes), facts(no))
}

/// What the entries for a selection do to a comparison: they accept it and leave the rest.
fn check(before: &Report, filter: &Filter) -> Result<usize, TestCaseError> {
    // The report that is read again has the same facts as the comparison it was written from.
    let mut text = Vec::new();
    files::json(&mut text, before).unwrap();
    let text = String::from_utf8(text).unwrap();
    let read = report::read(&text).unwrap();
    let mut again = Vec::new();
    files::json(&mut again, &read).unwrap();
    prop_assert_eq!(&String::from_utf8(again).unwrap(), &text, "read and written again, the same bytes");
    let (before_open, read_open) = (open(before), open(&read));
    prop_assert_eq!((&read_open.roles, &read_open.differences), (&before_open.roles, &before_open.differences));
    let Open { roles, differences, .. } = &before_open;

    let tags = tags();
    let selected = filter.select(roles, differences, tags.as_ref());
    let written = entries(&before_open, &selected, tags.as_ref(), &label(), &catalogue());
    let file = iamctl::formats::accepted::file(&written).unwrap();
    prop_assert_eq!(&parse::accepted::read(&file).unwrap(), &written);
    for (place, entry) in written.iter().enumerate() {
        prop_assert!(!written[..place].iter().any(|other| other.says_the_same_as(entry)), "written once");
    }
    let mut after = before.clone();
    compare::accept(&mut after, acceptance(&written));
    let (accepted_facts, open_facts) = parted(differences.clone(), &selected);
    prop_assert_eq!(after.accepted_differences.len(), accepted_facts.len());
    prop_assert_eq!((&open(&after).roles, &open(&after).differences), (roles, &open_facts));
    prop_assert_eq!(&after.warnings, &before.warnings, "every entry accepts something");
    for (place, (role, was)) in after.roles.iter().zip(&before.roles).enumerate() {
        let sum = |d: DifferenceCounts| d.items + d.access + d.trust + d.denies + d.cross_references;
        let (alone, rows) = (usize::from(role.accepted), |report: &Report, kind: DifferenceKind| {
            let of_role = |facts: &&DifferenceFacts| facts.kind == kind && facts.role == place;
            open(report).differences.iter().filter(of_role).count()
        });
        // Each entry of a list is a difference, but a list is one row.
        let lists = rows(before, DifferenceKind::Attribute) - rows(&after, DifferenceKind::Attribute);
        prop_assert_eq!(sum(role.differences) + role.differences.accepted, sum(was.differences) + alone + lists);
        prop_assert_eq!((role.access_grade, role.trust_grade), (was.access_grade, was.trust_grade));
        let counted = after
            .accepted_differences
            .iter()
            .filter(|one| role.side(one.side.unwrap_or(Side::Left)).is_some_and(|real| real.arn == one.role_arn));
        prop_assert_eq!(counted.count(), role.differences.accepted);
    }
    let left = open(&after).differences;
    let in_access = |kind| matches!(kind, DifferenceKind::Role | DifferenceKind::Access | DifferenceKind::Trust);
    prop_assert_eq!(after.fails(&[FailOn::Any]), !left.is_empty());
    prop_assert_eq!(after.fails(&[FailOn::Access]), left.iter().any(|facts| in_access(facts.kind)));
    Ok(selected.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn exactly_what_was_selected_is_accepted(before in comparison(), filter in filter()) {
        check(&before, &filter)?;
    }

    #[test]
    fn one_after_the_other_is_accepted_too(before in comparison(), first in filter(), second in filter()) {
        // What two selections accept together is at least each of them.
        let all_open = open(&before);
        let Open { roles, differences, .. } = &all_open;
        let tags = tags();
        let both = [first, second].map(|filter| filter.select(roles, differences, tags.as_ref()));
        let written: Vec<AcceptedEntry> =
            both.iter().flat_map(|selected| entries(&all_open, selected, tags.as_ref(), &label(), &catalogue())).collect();
        let matcher = Matcher::new(&written, tags.as_ref(), date(TODAY).unwrap(), roles);
        let all = accepted(&matcher, differences);
        prop_assert!(both.iter().all(|selected| selected.is_subset(&all)));
        // And no part of what they accept is from elsewhere: each has its entries.
        for (place, facts) in differences.iter().enumerate() {
            let by = matches!(matcher.verdict(facts), Verdict::Accepted { by, .. } if !by.is_empty());
            prop_assert_eq!(by, all.contains(&place));
        }
    }
}

#[test]
fn everything_can_be_accepted_and_nothing_is_left() {
    let shape = Shape { drift_every: 3, ..Shape::of(30) };
    let snapshots = accounts(shape).unwrap();
    let comparison = compared(snapshots.as_ref(), &Catalogue::embedded());
    let drifted = open(&comparison).differences.len();
    assert!(drifted >= 10, "{drifted}");
    assert_eq!(check(&comparison, &Filter::default()).unwrap(), drifted);
    let one = Filter { roles: vec!["app-dev-0000?".to_owned()], ..Filter::default() };
    assert!((1..drifted).contains(&check(&comparison, &one).unwrap()));
}

//! What is new from one report to the next: laws over generated accounts of two nights.

use std::collections::BTreeSet;

use iamctl::model::{Side, Sides};
use iamctl::normalise::Builtin;
use iamctl::parse::equivalency;
use iamctl::parse::snapshot::{Snapshot, SnapshotInlinePolicy};
use iamctl::pipeline;
use iamctl::report::Report;
use iamctl::since::{Growth, Since, Status};
use iamctl::testing::{Generated, Numbers, Plan, generate};
use serde_json::{Value, json};

use crate::support::generated::{catalogue, options};

fn generated(seed: u64) -> Generated {
    generate(&Plan::new(25, 12, seed)).unwrap()
}

fn report(generated: &Generated, snapshots: &Sides<Snapshot>) -> Report {
    let dictionary = equivalency::read(&generated.dictionary).unwrap();
    let accounts = pipeline::read(snapshots.as_ref()).unwrap();
    let options = options(generated, &dictionary, iamctl::normalise::Builtins::default());
    iamctl::compare(&accounts.left, &accounts.right, &options).unwrap()
}

/// What is new from one night to the next, with what the roles can do more and less.
fn since(nights: [(&Sides<Snapshot>, &Report); 2]) -> Since {
    let [(before, earlier), (after, later)] = nights;
    let of = |side: Side| {
        let accounts = pipeline::read(Sides { left: before.get(side), right: after.get(side) }).unwrap();
        let mut options = iamctl::pipeline::Options::new("before".parse().unwrap(), "after".parse().unwrap());
        options.catalogue = catalogue().clone();
        for rule in Builtin::ALL {
            options.builtins = options.builtins.without(rule.as_str()).unwrap();
        }
        iamctl::compare(&accounts.left, &accounts.right, &options).unwrap()
    };
    let growth = Growth::new(Sides { left: of(Side::Left), right: of(Side::Right) });
    Since::new(earlier, later, Some(&growth)).unwrap()
}

fn new_ids(since: &Since) -> BTreeSet<String> {
    let new = since.findings.iter().filter(|finding| finding.status == Status::New && !finding.note);
    new.map(|finding| finding.id.clone()).collect()
}

fn edited(document: &serde_json::value::RawValue, edit: impl FnOnce(&mut Value)) -> Box<serde_json::value::RawValue> {
    let mut value: Value = serde_json::from_str(document.get()).unwrap();
    edit(&mut value);
    serde_json::value::to_raw_value(&value).unwrap()
}

fn statements(document: &mut Value) -> &mut Vec<Value> {
    if !document["Statement"].is_array() {
        document["Statement"] = json!([document["Statement"].take()]);
    }
    document["Statement"].as_array_mut().unwrap()
}

fn shuffle<T>(list: &mut [T], numbers: &mut Numbers) {
    for last in (1..list.len()).rev() {
        list.swap(last, numbers.below(last + 1));
    }
}

/// The same policies in other words: other names, statements in another order and split, other IDs.
fn in_other_words(snapshot: &mut Snapshot, numbers: &mut Numbers) {
    for role in &mut snapshot.roles {
        for policy in &mut role.inline_policies {
            policy.document = edited(&policy.document, |document| {
                let all = statements(document);
                let mut split = Vec::new();
                for statement in all.drain(..) {
                    match statement["Action"].as_array().cloned() {
                        Some(actions) if actions.len() > 1 => split.extend(actions.into_iter().map(|action| {
                            let mut one = statement.clone();
                            one["Action"] = action;
                            one
                        })),
                        Some(_) | None => split.push(statement),
                    }
                }
                for (place, statement) in split.iter_mut().enumerate() {
                    statement["Sid"] = json!(format!("N{place}"));
                }
                shuffle(&mut split, numbers);
                *all = split;
            });
        }
        shuffle(&mut role.inline_policies, numbers);
    }
    shuffle(&mut snapshot.roles, numbers);
}

/// The changes that a night can bring to one role.
const KINDS: usize = 6;

/// Changes a role in one way, which is a difference whatever the role is like.
fn change(snapshot: &mut Snapshot, place: usize, kind: usize) {
    let id = snapshot.account_id.clone().unwrap();
    if kind == 5 {
        snapshot.roles.remove(place);
        return;
    }
    let role = &mut snapshot.roles[place];
    let statement = |action: &str, resource: &str| {
        let statement = json!([{"Effect": "Allow", "Action": action, "Resource": resource}]);
        serde_json::value::to_raw_value(&json!({"Version": "2012-10-17", "Statement": statement})).unwrap()
    };
    match kind {
        0 => role
            .inline_policies
            .push(SnapshotInlinePolicy { name: "night".to_owned(), document: statement("braket:CancelJob", "*") }),
        1 => {
            role.tags.insert("night-shift".to_owned(), "yes".to_owned());
        }
        2 => {
            role.trust_policy = edited(&role.trust_policy, |document| {
                let principal = json!({"AWS": format!("arn:aws:iam::{}:root", "990000000099")});
                let trusts = json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"});
                statements(document).push(trusts);
            });
        }
        3 => role.inline_policies.push(SnapshotInlinePolicy {
            name: "night".to_owned(),
            document: statement("s3:DeleteObject", &format!("arn:aws:s3:::night-of-{id}-only/*")),
        }),
        _ => role.max_session_duration = Some(if role.max_session_duration == Some(10_800) { 7200 } else { 10_800 }),
    }
}

/// The roles of the second account that have a counterpart and no finding.
fn quiet_roles(report: &Report, snapshot: &Snapshot) -> Vec<usize> {
    let loud: BTreeSet<usize> = report.findings.iter().filter_map(|finding| finding.role_index).collect();
    let roles = report.roles.iter().enumerate();
    let quiet: BTreeSet<&str> = roles
        .filter(|(place, role)| !loud.contains(place) && role.is_paired() && !role.service_linked)
        .filter_map(|(_, role)| role.right.as_ref().map(|real| real.name.as_str()))
        .collect();
    // What happens to a role that others name happens to them too.
    let text = serde_json::to_string(snapshot).unwrap();
    let is_alone = |name: &str| text.matches(&format!("role/{name}\"")).count() <= 1;
    let is_quiet = |place: &usize| {
        let name = snapshot.roles[*place].name.as_str();
        quiet.contains(name) && is_alone(name) && !text.contains(&format!("/{name}\\\""))
    };
    (0..snapshot.roles.len()).filter(is_quiet).collect()
}

fn seeds() -> std::ops::Range<u64> {
    let seeds = std::env::var("GENERATED_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(6);
    0..seeds
}

#[test]
fn nothing_is_new_since_the_report_itself() {
    for seed in seeds() {
        let generated = generated(seed);
        let report = report(&generated, &generated.snapshots);
        assert!(report.totals.findings > 5, "seed {seed}");
        let since = Since::new(&report, &report, None).unwrap();
        let all = since.findings.iter().all(|finding| finding.status == Status::StillThere);
        assert!(all && since.gone.is_empty(), "seed {seed}: {since:?}");
        assert_eq!(since.totals.still_there, report.totals.findings);
        assert_eq!(since.totals.causes_still_there, report.totals.causes);
    }
}

#[test]
fn other_words_are_nothing_new() {
    for seed in seeds() {
        let generated = generated(seed);
        let earlier = report(&generated, &generated.snapshots);
        let mut snapshots = generated.snapshots.clone();
        let mut numbers = Numbers::new(seed);
        in_other_words(&mut snapshots.left, &mut numbers);
        in_other_words(&mut snapshots.right, &mut numbers);
        let later = report(&generated, &snapshots);
        let (one, other) = ((&generated.snapshots, &earlier), (&snapshots, &later));
        for nights in [[one, other], [other, one]] {
            let (since, second) = (since(nights), nights[1].1);
            let told: Vec<&str> = second
                .findings
                .iter()
                .zip(&since.findings)
                .filter(|(_, one)| one.status.is_new() && !one.note)
                .map(|(finding, _)| finding.message.as_str())
                .collect();
            assert!(told.is_empty() && since.gone.is_empty(), "seed {seed}: {told:#?} {:#?}", since.gone);
        }
    }
}

#[test]
fn a_change_of_a_night_is_one_new_cause() {
    let mut found = [0; KINDS];
    for seed in seeds() {
        let generated = generated(seed);
        let earlier = report(&generated, &generated.snapshots);
        let quiet = quiet_roles(&earlier, &generated.snapshots.right);
        for (kind, place) in (0..KINDS).zip(quiet.iter().rev()) {
            let mut snapshots = generated.snapshots.clone();
            let name = snapshots.right.roles[*place].name.clone();
            change(&mut snapshots.right, *place, kind);
            let later = report(&generated, &snapshots);
            let (one, other) = ((&generated.snapshots, &earlier), (&snapshots, &later));
            let since = self::since([one, other]);
            let told: Vec<&str> = later
                .causes()
                .filter(|group| since.cause(group).is_some_and(Status::is_new))
                .map(|group| group.message.as_str())
                .collect();
            assert_eq!(told.len(), 1, "seed {seed}, kind {kind}, {name}: {told:#?} {:#?}", since.gone);
            assert_eq!(since.totals.resolved, 0, "seed {seed}, kind {kind}: {:?}", since.gone);
            // What is new is resolved on the way back, and nothing else.
            let back = self::since([other, one]);
            let gone: BTreeSet<String> = back.gone.iter().map(|gone| gone.id.clone()).collect();
            assert_eq!(new_ids(&since), gone, "seed {seed}, kind {kind}");
            assert!(new_ids(&back).is_empty() && back.totals.new_causes == 0, "seed {seed}, kind {kind}");
            found[kind] += 1;
        }
    }
    assert!(found.iter().all(|count| *count > 0), "{found:?}");
}

/// What is new from one report to another is what is resolved the other way round, whatever the two reports are.
#[test]
fn what_is_new_is_what_is_resolved_on_the_way_back() {
    for seed in seeds() {
        let generated = generated(seed);
        let mut numbers = Numbers::new(seed + 100);
        let mut nights = Vec::new();
        for _ in 0..2 {
            let mut snapshots = generated.snapshots.clone();
            for _ in 0..8 {
                let side = if numbers.below(2) == 0 { &mut snapshots.left } else { &mut snapshots.right };
                let place = numbers.below(side.roles.len());
                change(side, place, numbers.below(KINDS));
            }
            let report = report(&generated, &snapshots);
            nights.push((snapshots, report));
        }
        let [first, second] = nights.as_slice() else { panic!("two nights") };
        let (first, second) = ((&first.0, &first.1), (&second.0, &second.1));
        let (there, back) = (self::since([first, second]), self::since([second, first]));
        let gone = |since: &Since| since.gone.iter().map(|gone| gone.id.clone()).collect::<BTreeSet<String>>();
        assert_eq!(new_ids(&there), gone(&back), "seed {seed}");
        assert_eq!(new_ids(&back), gone(&there), "seed {seed}");
        assert!(there.totals.new > 0 && there.totals.resolved > 0, "seed {seed}: {:?}", there.totals);
    }
}

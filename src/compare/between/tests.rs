use serde_json::{Value, json};

use super::*;
use crate::formats::csv::Options;
use crate::formats::report_format::{ReportFormat, View};
use crate::formats::{access_csv, text};
use crate::model::AccountTag;
use crate::normalise::{self, Builtins};
use crate::parse::account::AccountReader;
use crate::parse::{equivalency, snapshot};
use crate::report::{FailOn, Rule};
use crate::semantics::Inconsistency;
use crate::semantics::outcome::{Certainty, Grade, INCONSISTENT};

const LEFT: &str = "111111111111";
const RIGHT: &str = "222222222222";

/// A role with one inline policy that a service can assume.
fn role(account: &str, name: &str, statements: &Value, service: &str) -> Value {
    json!({
        "name": name, "path": "/", "arn": format!("arn:aws:iam::{account}:role/{name}"), "id": format!("AROA{name}"),
        "trust_policy": {"Statement":
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}},
        "inline_policies": [{"name": "own", "document": {"Version": "2012-10-17", "Statement": statements}}],
    })
}

fn account(id: &str, roles: &[Value]) -> Account {
    let text = json!({"format": snapshot::FORMAT, "version": snapshot::VERSION, "iamctl": "1", "source": "a test",
        "account_id": id, "roles": roles, "policies": []});
    AccountReader::default().account(&snapshot::read(&text.to_string(), "a test", None).unwrap()).unwrap()
}

/// Three roles: `a` differs in S3, `b` in SQS, who can assume it and a Deny, `c` in nothing.
fn accounts() -> Sides<Account> {
    let allow = |action: &str| json!({"Effect": "Allow", "Action": action, "Resource": "*"});
    let deny = json!({"Effect": "Deny", "Action": "sns:Publish", "Resource": "*"});
    let (s3, more) = (allow("s3:GetObject"), allow("s3:PutObject"));
    let lambda = "lambda.amazonaws.com";
    let left = [
        role(LEFT, "a", &json!([s3]), lambda),
        role(LEFT, "b", &json!([allow("sqs:SendMessage"), deny]), lambda),
        role(LEFT, "c", &json!([s3]), lambda),
    ];
    let right = [
        role(RIGHT, "a", &json!([s3, more]), lambda),
        role(RIGHT, "b", &json!([s3]), "ec2.amazonaws.com"),
        role(RIGHT, "c", &json!([s3]), lambda),
    ];
    Sides { left: account(LEFT, &left), right: account(RIGHT, &right) }
}

/// Compares two accounts by an engine, their normalised roles changed before.
fn compared(
    accounts: &Sides<Account>,
    change: impl FnOnce(&mut Sides<Normalised>),
    engine: impl FnOnce(Engine<'_>) -> Engine<'_>,
    look: impl FnOnce(Result<Report, EngineError>),
) {
    let dictionary = equivalency::read("{}").unwrap();
    let rules = Rules { dictionary: &dictionary, builtins: Builtins::default(), third: None };
    let tags: Sides<AccountTag> = Sides { left: "dev".parse().unwrap(), right: "qa".parse().unwrap() };
    let normalisers = normalise::normalisers(accounts.as_ref(), tags.as_ref(), rules).unwrap();
    let mut normalised = Sides {
        left: normalise::account(&accounts.left, &normalisers.left),
        right: normalise::account(&accounts.right, &normalisers.right),
    };
    change(&mut normalised);
    let input = |side: Side| Input {
        tag: tags.get(side),
        source: "a test",
        harvested_at: None,
        all_roles: accounts.get(side).roles.len(),
        account: accounts.get(side),
        normalised: normalised.get(side),
        normaliser: normalisers.get(side),
    };
    let catalogue = Catalogue::embedded();
    let selection = Selection::default();
    let settings = Settings {
        catalogue: &catalogue,
        engines: &crate::semantics::Engines::default(),
        rules,
        generated_at: "2026-01-01T00:00:00Z",
        selection: &selection,
        left_out: &[],
        severities: &crate::report::SeverityOverrides::default(),
    };
    let inputs = Sides { left: input(Side::Left), right: input(Side::Right) };
    let engine = engine(Engine::new(&catalogue, crate::semantics::Budget::default()));
    look(by_engine(inputs, settings, &|_, _| {}, || engine));
}

/// What the evaluator is heard to say: as it is, but for the witnesses of role `b`.
fn refuting_b(action: &str, proved: bool) -> bool {
    proved && action.starts_with("s3:") && action != "s3:GetObject"
}

#[test]
fn a_refuted_witness_costs_one_row_and_not_the_run() {
    compared(
        &accounts(),
        |_| {},
        |engine| engine.on_inconsistency(Inconsistency::Report).hearing(refuting_b),
        |comparison| {
            let comparison = comparison.unwrap();
            assert_eq!(comparison.roles.iter().map(|role| role.role.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
            let access: Vec<_> = comparison.access_differences.iter().map(|row| &row.difference).collect();
            assert_eq!(access.len(), 3);
            // Those of `b` first, though `a` is before it.
            for row in &access[..2] {
                assert_eq!((row.certainty, row.witness.is_none()), (Certainty::Unknown, true), "{row:?}");
                assert_eq!(row.reasons[0], INCONSISTENT);
                assert!(row.reasons[1].contains("is not confirmed"), "{row:?}");
            }
            assert!(access[2].witness.is_some(), "the difference of `a` is confirmed");
            assert!(comparison.trust_differences.iter().all(|row| row.difference.is_inconsistent()));
            assert!(comparison.deny_differences.iter().all(|row| row.difference.is_inconsistent()));
            assert_eq!((comparison.trust_differences.len(), comparison.deny_differences.len()), (2, 1));
            let b = &comparison.roles[1];
            assert_eq!((b.access_grade, b.trust_grade), (Some(Grade::Unknown), Some(Grade::Unknown)));
            assert!(b.is_open_in_access());
            on_top_of_every_report(&comparison);
        },
    );
}

fn on_top_of_every_report(comparison: &Report) {
    let view = View::new(comparison, "equivalency_list.json");
    let (first, rest) = comparison.findings.split_at(5);
    assert!(first.iter().all(|finding| finding.rule == Rule::InternalInconsistency));
    assert!(rest.iter().all(|finding| finding.rule != Rule::InternalInconsistency) && !rest.is_empty());
    let written = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = Vec::new();
        write(&mut bytes);
        String::from_utf8(bytes).unwrap()
    };
    let mut texts: Vec<(String, String)> = ReportFormat::ALL
        .iter()
        .map(|format| (format.name().to_owned(), written(&|out| format.write(out, &view).unwrap())))
        .collect();
    texts.push(("csv".to_owned(), written(&|out| access_csv::access(out, Options::default(), comparison).unwrap())));
    texts.push(("summary".to_owned(), written(&|out| text::write(out, &view, text::Page::default()).unwrap())));
    for (name, text) in texts {
        // The rules that SARIF lists, and the page's script, stand before all findings.
        let body = match name.as_str() {
            "sarif" => text.split("\"results\"").nth(1).unwrap(),
            "json" => text.split("\"access_differences\"").nth(1).unwrap(),
            "html" => text.split("id=\"index\"").nth(1).unwrap(),
            _ => text.as_str(),
        };
        let (bad, good) = if name == "html" { ("\"b\"", "\"a\"") } else { ("SendMessage", "PutObject") };
        let (bad, good) = (body.find(bad), body.find(good));
        assert!(bad.is_some() && good.is_some() && bad < good, "{name}: {bad:?} {good:?}\n{text}");
    }
}

#[test]
fn a_deny_alone_that_is_refuted_fails_a_run_about_access() {
    let mut accounts = accounts();
    let allow = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
    let deny = json!({"Effect": "Deny", "Action": "sns:Publish", "Resource": "*"});
    accounts.left = account(LEFT, &[role(LEFT, "a", &json!([allow, deny]), "ec2.amazonaws.com")]);
    accounts.right = account(RIGHT, &[role(RIGHT, "a", &json!([allow]), "ec2.amazonaws.com")]);
    for (lies, fails) in [(false, false), (true, true)] {
        let heard: fn(&str, bool) -> bool = if lies { |_, _| false } else { |_, proved| proved };
        compared(
            &accounts,
            |_| {},
            |engine| engine.on_inconsistency(Inconsistency::Report).hearing(heard),
            |comparison| assert_eq!(comparison.unwrap().fails(&[FailOn::Access]), fails),
        );
    }
}

#[test]
fn in_tests_a_refuted_witness_ends_the_run() {
    for inconsistency in [Inconsistency::Error, Inconsistency::default()] {
        compared(
            &accounts(),
            |_| {},
            |engine| engine.on_inconsistency(inconsistency).hearing(|_, _| false),
            |comparison| assert!(matches!(comparison, Err(EngineError::WitnessRefuted { .. }))),
        );
    }
}

#[test]
fn roles_that_are_not_those_harvested_are_an_error() {
    let mut shorter = accounts();
    shorter.right.roles.truncate(1);
    let whole = accounts();
    let swapped = |normalised: &mut Sides<Normalised>| normalised.right.roles.swap(0, 1);
    let look = |comparison: Result<Report, EngineError>| {
        let error = comparison.unwrap_err();
        assert!(matches!(&error, EngineError::Internal { .. }) && error.to_string().contains("second account"));
    };
    compared(&whole, swapped, |engine| engine, look);
    let longer = |normalised: &mut Sides<Normalised>| {
        let more = normalised.left.roles.clone();
        normalised.right.roles.extend(more.into_iter().skip(1));
    };
    compared(&shorter, longer, |engine| engine, look);
}

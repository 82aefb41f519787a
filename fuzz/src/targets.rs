//! What fuzzing checks, a function for each target: an input that breaks a promise panics. The tests run each of them on the
//! inputs in `fuzz/corpus`, and `scripts/fuzz` on as many others as there is time for.
//!
//! The readers promise that any text is read or refused, that a refusal can be printed, and that what was read is the same
//! after it was written and read again. The targets of meaning ask the plain evaluator.

use iamctl::catalog::Catalogue;
use iamctl::catalog::service_reference::ServiceReference;
use iamctl::formats::csv;
use iamctl::formats::report_format::{ReportFormat, View};
use iamctl::model::Side;
use iamctl::parse::snapshot::Snapshot;
use iamctl::parse::{accepted, equivalency, policy, snapshot};
use iamctl::report::{self, Report};
use iamctl::{Account, Options};
use serde_json::{Value, json};

use crate::support::made_up;
use crate::support::small_world::{World, assert_complete_in, between, contexts, role};

/// A target: its name, which is that of the folder of its corpus, and what it checks.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 11] = [
    ("policy_document", policy_document),
    ("authorization_details", authorization_details),
    ("snapshot", snapshot_file),
    ("dictionary", dictionary),
    ("accepted_entries", accepted_entries),
    ("report", report_file),
    ("service_reference", service_reference),
    ("action_catalog", action_catalog),
    ("hostile_names", hostile_names),
    ("comparison", comparison),
    ("placeholders", placeholders),
];

/// Runs one target on an input.
pub fn run(name: &str, bytes: &[u8]) {
    let (_, check) = TARGETS.iter().find(|(target, _)| *target == name).expect("a target with this name");
    check(bytes);
}

/// What is not UTF-8 is refused before any reader gets it.
fn utf8(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// A message can be printed: nothing in it controls a terminal, and no mark of a placeholder is in it.
fn assert_printable(error: &dyn std::error::Error) {
    let mut next = Some(error);
    while let Some(error) = next {
        let message = error.to_string();
        let bad = message.chars().find(|c| c.is_control() && *c != '\n' || matches!(c, '\u{fdd0}' | '\u{fdd1}'));
        assert!(bad.is_none(), "{bad:?} in {message:?}");
        next = error.source();
    }
}

fn policy_document(bytes: &[u8]) {
    let Some(text) = utf8(bytes) else { return };
    match (policy::parse_identity(text), policy::parse_trust(text)) {
        (Ok(_), Ok(document)) => assert!(document.statements.is_empty(), "a statement has a resource and a principal"),
        (Err(one), Err(other)) => {
            assert_printable(&one);
            assert_printable(&other);
        }
        (Ok(_), Err(error)) | (Err(error), Ok(_)) => assert_printable(&error),
    }
}

fn authorization_details(bytes: &[u8]) {
    read_account(bytes);
}

fn snapshot_file(bytes: &[u8]) {
    read_account(bytes);
}

/// Reads an account as a file of either format.
fn read_account(bytes: &[u8]) {
    let Some(text) = utf8(bytes) else { return };
    let read: Snapshot = match snapshot::read(text, "fuzz.json", None) {
        Ok(read) => read,
        Err(error) => return assert_printable(&error),
    };
    let written = serde_json::to_string(&read).unwrap();
    let again = snapshot::read(&written, "fuzz.json", None).unwrap_or_else(|error| panic!("{error}: {written}"));
    assert_eq!(written, serde_json::to_string(&again).unwrap(), "it is the same after it was written");
    match Account::from_json(&written) {
        Ok(account) => differs_in_nothing_from_itself(&account),
        Err(error) => assert_printable(&error),
    }
}

fn differs_in_nothing_from_itself(account: &Account) {
    let mut options = Options::new("left".parse().unwrap(), "right".parse().unwrap());
    options.catalogue = Catalogue::embedded();
    match iamctl::compare(account, account, &options) {
        Ok(report) => assert!(report.access_differences.is_empty() && report.item_differences.is_empty(), "{report:?}"),
        Err(error) => assert_printable(&error),
    }
}

fn dictionary(bytes: &[u8]) {
    let Some(text) = utf8(bytes) else { return };
    match equivalency::read(text) {
        Ok(list) => {
            let written = serde_json::to_string(&list).unwrap();
            let again = equivalency::read(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
            assert_eq!(written, serde_json::to_string(&again).unwrap());
        }
        Err(error) => assert_printable(&error),
    }
}

fn accepted_entries(bytes: &[u8]) {
    let Some(text) = utf8(bytes) else { return };
    match accepted::read(text) {
        Ok(entries) => {
            let written = iamctl::formats::accepted::file(&entries).unwrap();
            let again = accepted::read(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
            assert_eq!(entries, again, "{written}");
        }
        Err(error) => assert_printable(&error),
    }
}

fn report_file(bytes: &[u8]) {
    let Some(text) = utf8(bytes) else { return };
    match report::read_again(text) {
        Ok(report) => {
            let written = serde_json::to_string(&report).unwrap();
            let again = report::read_again(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
            assert_eq!(written, serde_json::to_string(&again).unwrap());
        }
        Err(error) => assert_printable(&error),
    }
}

fn service_reference(bytes: &[u8]) {
    let Some(text) = utf8(bytes) else { return };
    let mut reference = ServiceReference::default();
    let made = reference.add(text).and_then(|()| reference.finish("fuzz", "2026-01-01", &Catalogue::embedded()));
    match made {
        Ok(catalogue) => is_the_same_when_written(&catalogue),
        Err(error) => assert_printable(&error),
    }
}

fn action_catalog(bytes: &[u8]) {
    let Some(text) = utf8(bytes) else { return };
    match Catalogue::read(text) {
        Ok(catalogue) => is_the_same_when_written(&catalogue),
        Err(error) => assert_printable(&error),
    }
}

fn is_the_same_when_written(catalogue: &Catalogue) {
    let written = catalogue.to_text();
    let again = Catalogue::read(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
    assert_eq!(written, again.to_text());
}

/// Names as lines. They can control neither a terminal, nor a spreadsheet, nor a page.
fn hostile_names(bytes: &[u8]) {
    let Some(all) = utf8(bytes) else { return };
    let names: Vec<&str> = all.split('\n').take(3).collect();
    let report = made_up::comparison(&names);
    let view = View::new(&report, "equivalency_list.json");
    for format in ReportFormat::ALL {
        let mut written = Vec::new();
        format.write(&mut written, &view).unwrap();
        let written = String::from_utf8(written).unwrap();
        assert_unmarked(&written);
        let bad = written.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
        assert!(bad.is_none(), "{format:?} has {bad:?}");
    }
    for side in Side::BOTH {
        let mut table = Vec::new();
        csv::item_differences(&mut table, csv::Options::default(), &report, side).unwrap();
        assert_harmless_cells(&table);
    }
    let mut table = Vec::new();
    csv::attribute_differences(&mut table, csv::Options::default(), &report).unwrap();
    assert_harmless_cells(&table);
    let mut table = Vec::new();
    csv::cross_references(&mut table, csv::Options::default(), &report).unwrap();
    assert_harmless_cells(&table);
}

fn assert_harmless_cells(table: &[u8]) {
    let mut lines = ::csv::ReaderBuilder::new().from_reader(table);
    for line in lines.records() {
        for cell in &line.unwrap() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
        }
    }
}

/// Decisions that the bytes make, one for each byte; after the last, the first of everything is taken.
struct Choices<'b>(std::slice::Iter<'b, u8>);

impl Choices<'_> {
    fn below(&mut self, limit: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or_default()) % limit
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn some_of<T>(&mut self, most: usize, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..=self.below(most)).map(|_| one(self)).collect()
    }

    /// A text of up to six characters, with all that has a meaning in a policy or a placeholder.
    fn text(&mut self) -> String {
        let letters: Vec<char> = "ab/*?:~-${}\u{27e8}\u{27e9}\u{fdd0}\u{fdd1}dev".chars().collect();
        self.some_of(6, |choices| choices.one_of(&letters)).into_iter().collect()
    }

    /// A statement of the small world.
    fn statement(&mut self) -> Value {
        let actions = [
            "*",
            "t:*",
            "T:get*",
            "t:?etA",
            "t:GetA",
            "t:GetB",
            "t:PutA",
            "t:ListAll",
            "u:*",
            "u:Run",
            "t:New",
            "x:Go",
        ];
        let resources = [
            "*",
            "arn:aws:t:::a",
            "arn:aws:t:::a*",
            "arn:aws:t:::a/*",
            "arn:aws:t:::?/b",
            "arn:aws:t:::*b",
            "arn:*:t:::a*",
            "arn:aws:t*",
            "arn:aws:t:::${aws:PrincipalTag/v}",
            "arn:aws:t:::${aws:PrincipalTag/v, 'a'}",
            "arn:aws:t:::${*}",
        ];
        let tests = [
            ("StringEquals", "k", json!("a")),
            ("StringNotEquals", "k", json!(["a", "b"])),
            ("StringLike", "k", json!("a*")),
            ("StringNotLikeIfExists", "k", json!("?")),
            ("StringEqualsIgnoreCase", "k", json!("A")),
            ("Null", "k", json!("true")),
            ("NumericLessThan", "n", json!("2")),
            ("NumericGreaterThanEquals", "n", json!("1.5")),
            ("ForAllValues:StringEquals", "m", json!(["a", "b"])),
            ("ForAnyValue:StringNotEquals", "m", json!("a")),
            ("StringEquals", "k", json!("${aws:PrincipalTag/v}")),
            ("StringSoundsLike", "k", json!("a")),
        ];
        let mut statement = json!({"Effect": self.one_of(&["Allow", "Allow", "Deny"])});
        statement[self.one_of(&["Action", "Action", "NotAction"])] =
            self.some_of(3, |choices| choices.one_of(&actions)).into();
        statement[self.one_of(&["Resource", "Resource", "NotResource"])] =
            self.some_of(2, |choices| choices.one_of(&resources)).into();
        for _ in 0..self.below(3) {
            let (operator, key, value) = &tests[self.below(tests.len())];
            statement["Condition"][operator][key] = value.clone();
        }
        statement
    }

    fn role(&mut self) -> World {
        let statements = self.some_of(4, Self::statement);
        let boundary = (self.below(4) == 3).then(|| self.some_of(2, Self::statement));
        (statements, boundary)
    }
}

/// Two roles of a small world: what the plain evaluator says of every request, the comparison says too.
fn comparison(bytes: &[u8]) {
    let mut choices = Choices(bytes.iter());
    let (left, right) = (role(&choices.role()), role(&choices.role()));
    let found = between(&left, &right);
    // Some of the contexts: all of them take a second for one pair.
    let contexts: Vec<_> = contexts().into_iter().skip(bytes.len() % 41).step_by(41).collect();
    assert_complete_in(&contexts, &left, &right, &found);
    let backwards = between(&right, &left);
    assert_eq!(
        found.differences.len(),
        backwards.differences.len(),
        "the answer does not depend on which role is first"
    );
}

/// Whatever the accounts and the dictionary hold, no mark of a placeholder is in what is written.
fn placeholders(bytes: &[u8]) {
    let mut choices = Choices(bytes.iter());
    let dictionary = choices.some_of(3, |choices| (choices.text(), choices.text()));
    let texts: Vec<(String, String)> = (0..4).map(|_| (choices.text(), choices.text())).collect();
    let entry = |(at, (left, right)): (usize, &(String, String))| {
        (format!("entry{at}"), json!({"left": [left], "right": [right]}))
    };
    let dictionary: Value = Value::Object(dictionary.iter().enumerate().map(entry).collect());
    let mut options = Options::new("left".parse().unwrap(), "right".parse().unwrap());
    match equivalency::read(&dictionary.to_string()) {
        Ok(list) => options.dictionary = list,
        Err(error) => return assert_printable(&error),
    }
    let texts_of = |side: Side| -> Vec<&str> {
        texts.iter().map(|(left, right)| if side == Side::Left { left.as_str() } else { right.as_str() }).collect()
    };
    let accounts = Side::BOTH.map(|side| account(side, &texts_of(side)));
    let [Ok(left), Ok(right)] = accounts else { return };
    match iamctl::compare(&left, &right, &options) {
        Ok(report) => assert_nothing_marked(&report),
        Err(error) => assert_printable(&error),
    }
}

/// An account with a role in which each of these texts is.
fn account(side: Side, texts: &[&str]) -> Result<Account, iamctl::Error> {
    let id = if side == Side::Left { "111111111111" } else { "222222222222" };
    let statement = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{}/*", texts[1]),
        "Condition": {"StringLike": {"aws:PrincipalTag/a": texts[2]}}});
    let document = json!({"Version": "2012-10-17", "Statement": [statement]});
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": format!("arn:aws:iam::{id}:root")}}]});
    let snapshot = json!({
        "format": "iamctl-snapshot", "version": 1, "iamctl": "0.1.0", "source": "fuzz", "account_id": id, "policies": [],
        "roles": [{
            "name": "app", "path": "/", "arn": format!("arn:aws:iam::{id}:role/app"), "id": "AROAEXAMPLE",
            "max_session_duration": 3600, "description": texts[0], "trust_policy": trust,
            "inline_policies": [{"name": texts[3], "document": document}], "tags": {"a": texts[2]},
        }],
    });
    Account::from_json(&snapshot.to_string())
}

fn assert_nothing_marked(report: &Report) {
    assert_unmarked(&serde_json::to_string(report).unwrap());
    let view = View::new(report, "equivalency_list.json");
    for format in ReportFormat::ALL {
        let mut written = Vec::new();
        format.write(&mut written, &view).unwrap();
        assert_unmarked(&String::from_utf8(written).unwrap());
    }
}

fn assert_unmarked(text: &str) {
    let place = text.find(['\u{fdd0}', '\u{fdd1}']).or_else(|| text.to_lowercase().find("\\ufdd"));
    assert!(place.is_none(), "a mark at byte {place:?} of {text}");
}

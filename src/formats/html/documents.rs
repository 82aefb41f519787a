//! The policies of differing roles against each other, small enough to send along.
//!
//! Policies repeat: the same one on many roles, the same lines in most. A document is a list of line numbers, and
//! every line and every document is in the page once. So is every statement as it is written.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::super::documents::{Titled, titled};
use super::super::written::{self, WrittenStatement};
use super::NormalisedRoles;
use super::budget;
use super::rows::Rows;
use super::words::shown;
use crate::model::{Role, Sides};

/// All documents of a page.
#[derive(Debug, Default, Serialize)]
pub(super) struct Documents {
    lines: Vec<String>,
    documents: Vec<Document>,
    /// The policies of each role, in the order of the roles; null for roles without.
    policies: Vec<Option<Vec<Policy>>>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Document {
    Lines(Vec<usize>),
    /// Left out, with so many lines.
    LeftOut(usize),
}

/// A policy of a pair: its title, its document on each side, how one becomes the other, and the same as written.
#[derive(Debug, Serialize)]
struct Policy(String, Option<usize>, Option<usize>, Vec<usize>, Option<AsWritten>);

/// A policy as it is written: the version of the language on each side, and the statements, paired.
#[derive(Debug, Serialize)]
struct AsWritten(Option<&'static str>, Option<&'static str>, Vec<StatementPair>);

/// Two statements that belong together: place and text on each side, and how one becomes the other.
#[derive(Debug, Serialize)]
struct StatementPair(Option<usize>, Option<usize>, Option<usize>, Option<usize>, Vec<usize>);

impl Documents {
    pub(super) fn new(ordered: &[Rows<'_>], roles: &NormalisedRoles<'_>) -> Self {
        let mut texts = Texts::default();
        let differing = |rows: &Rows<'_>| rows.differs() || !rows.remarks.is_empty();
        let pairs: Vec<Option<Vec<Pair>>> = ordered
            .iter()
            .map(|rows| roles.of(rows.role).filter(|_| differing(rows)).map(|roles| texts.pairs(roles)))
            .collect();
        let (lines, documents) = texts.within(budget::DOCUMENTS);
        let policy = |pair: Pair| {
            let written = as_written(&pair, &documents);
            let numbers = pair.sides.map(|one| one.map(|one| one.text));
            Policy(shown(&pair.title), numbers.left, numbers.right, steps(numbers, &documents), written)
        };
        let policies = pairs.into_iter().map(|pairs| pairs.map(|pairs| pairs.into_iter().map(policy).collect()));
        let policies = policies.collect();
        Self { lines, documents, policies }
    }

    /// How many documents were left out.
    pub(super) fn left_out(&self) -> usize {
        self.documents.iter().filter(|document| matches!(document, Document::LeftOut(_))).count()
    }
}

/// The statements of a pair beside each other; none where both write the same.
fn as_written(pair: &Pair, documents: &[Document]) -> Option<AsWritten> {
    let texts = pair.statements.as_ref()?;
    let sides = pair.sides.as_ref().map(Option::as_ref);
    let statements = sides.map(OneSide::statements_of);
    let number = |numbers: &[usize], place: Option<usize>| numbers.get(place?).copied();
    let pairs = written::paired(statements.left, statements.right).into_iter().map(|(left, right)| {
        let numbers = Sides { left: number(&texts.left, left), right: number(&texts.right, right) };
        StatementPair(left, right, numbers.left, numbers.right, steps(numbers, documents))
    });
    let version = |one: Option<&OneSide>| one.map(|one| one.version);
    Some(AsWritten(version(sides.left), version(sides.right), pairs.collect()))
}

/// A title with the document of each side that goes by it.
struct Pair {
    title: String,
    sides: Sides<Option<OneSide>>,
    /// The texts of their statements; none where both write the same.
    statements: Option<Sides<Vec<usize>>>,
}

/// A document of one side, its texts as numbers.
#[derive(Clone)]
struct OneSide {
    /// Its canonical form.
    text: usize,
    version: &'static str,
    /// Its statements as written.
    statements: Rc<Vec<WrittenStatement>>,
}

impl OneSide {
    fn statements_of(one: Option<&Self>) -> &[WrittenStatement] {
        one.map(|one| one.statements.as_slice()).unwrap_or_default()
    }
}

/// The distinct texts of documents and of their statements.
#[derive(Default)]
struct Texts {
    texts: Vec<String>,
    by_text: BTreeMap<String, usize>,
    by_address: BTreeMap<usize, OneSide>,
}

impl Texts {
    fn pairs(&mut self, roles: Sides<&Role>) -> Vec<Pair> {
        // The dictionary can make two titles of one account alike, so each is a list.
        let mut by_title: BTreeMap<String, Sides<Vec<OneSide>>> = BTreeMap::new();
        for policy in titled(roles.left) {
            let text = self.document(&policy);
            by_title.entry(policy.title).or_default().left.push(text);
        }
        for policy in titled(roles.right) {
            let text = self.document(&policy);
            by_title.entry(policy.title).or_default().right.push(text);
        }
        let mut pairs = Vec::new();
        for (title, sides) in by_title {
            for at in 0..sides.left.len().max(sides.right.len()) {
                let sides = sides.as_ref().map(|documents| documents.get(at).cloned());
                let statements = self.statements(sides.as_ref().map(Option::as_ref));
                pairs.push(Pair { title: title.clone(), sides, statements });
            }
        }
        pairs
    }

    /// The texts of the statements of a pair; none where both write the same.
    fn statements(&mut self, sides: Sides<Option<&OneSide>>) -> Option<Sides<Vec<usize>>> {
        if let (Some(left), Some(right)) = (sides.left, sides.right)
            && (left.version, &left.statements) == (right.version, &right.statements)
        {
            return None;
        }
        let statements = sides.map(OneSide::statements_of);
        Some(statements.map(|all| all.iter().map(|statement| self.number(&statement.text)).collect()))
    }

    fn document(&mut self, policy: &Titled<'_>) -> OneSide {
        if let Some(known) = self.by_address.get(&policy.address()) {
            return known.clone();
        }
        let text = self.number(&policy.text());
        let one = OneSide { text, version: policy.version(), statements: Rc::new(policy.statements()) };
        self.by_address.insert(policy.address(), one.clone());
        one
    }

    fn number(&mut self, text: &str) -> usize {
        if let Some(known) = self.by_text.get(text) {
            return *known;
        }
        let next = self.texts.len();
        self.by_text.insert(text.to_owned(), next);
        self.texts.push(text.to_owned());
        next
    }

    /// The lines and documents, the smallest documents first until the bytes are used up.
    fn within(&self, bytes: usize) -> (Vec<String>, Vec<Document>) {
        let mut by_size: Vec<(usize, &String)> = self.texts.iter().enumerate().collect();
        by_size.sort_by_key(|(number, text)| (text.len(), *number));
        let mut lines = Lines::default();
        let mut documents: Vec<Document> =
            self.texts.iter().map(|text| Document::LeftOut(text.lines().count())).collect();
        for (number, text) in by_size {
            let numbers = lines.numbers(text);
            if lines.bytes > bytes {
                break;
            }
            if let Some(place) = documents.get_mut(number) {
                *place = Document::Lines(numbers);
            }
        }
        (lines.all, documents)
    }
}

/// The distinct lines, and about how many bytes they and the documents of them take.
#[derive(Default)]
struct Lines {
    all: Vec<String>,
    numbers: BTreeMap<String, usize>,
    bytes: usize,
}

impl Lines {
    fn numbers(&mut self, text: &str) -> Vec<usize> {
        text.lines().map(|line| self.number(line)).collect()
    }

    fn number(&mut self, line: &str) -> usize {
        let next = self.all.len();
        let number = match self.numbers.get(line) {
            Some(known) => *known,
            None => {
                self.numbers.insert(line.to_owned(), next);
                self.all.push(shown(line));
                self.bytes += line.len() + 8;
                next
            }
        };
        self.bytes += number.checked_ilog10().map_or(1, |digits| digits as usize + 1) + 1;
        number
    }
}

/// How the left document becomes the right one: numbers of lines kept, removed and added, over and over. Empty where
/// there is nothing to compare.
fn steps(sides: Sides<Option<usize>>, documents: &[Document]) -> Vec<usize> {
    let lines = |side: Option<usize>| match side.and_then(|number| documents.get(number)) {
        Some(Document::Lines(lines)) => Some(lines.as_slice()),
        Some(Document::LeftOut(_)) | None => None,
    };
    let (Some(left), Some(right)) = (lines(sides.left), lines(sides.right)) else { return Vec::new() };
    if sides.left == sides.right {
        return Vec::new();
    }
    let (mut steps, mut step) = (Vec::new(), [0; 3]);
    for op in capture_diff_slices(Algorithm::Myers, left, right) {
        let [kept, removed, added] = &mut step;
        match op {
            DiffOp::Equal { len, .. } if (*removed, *added) == (0, 0) => *kept += len,
            DiffOp::Equal { len, .. } => {
                steps.extend(step);
                step = [len, 0, 0];
            }
            DiffOp::Delete { old_len, .. } => *removed += old_len,
            DiffOp::Insert { new_len, .. } => *added += new_len,
            DiffOp::Replace { old_len, new_len, .. } => {
                *removed += old_len;
                *added += new_len;
            }
        }
    }
    steps.extend(step);
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(texts: &[&str], bytes: usize) -> (Vec<String>, Vec<Document>) {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        Texts { texts, ..Texts::default() }.within(bytes)
    }

    fn steps_of(left: &str, right: &str) -> Vec<usize> {
        let (_, documents) = documents(&[left, right], 1000);
        steps(Sides { left: Some(0), right: Some(1) }, &documents)
    }

    #[test]
    fn steps_count_what_is_kept_removed_and_added() {
        assert_eq!(steps_of("a\nb\nc\n", "a\nx\nc\n"), [1, 1, 1, 1, 0, 0]);
        assert_eq!(steps_of("a\n", "x\ny\n"), [0, 1, 2]);
        assert_eq!(steps_of("a\nb\n", "b\n"), [0, 1, 0, 1, 0, 0]);
        assert_eq!(steps_of("a\n", "a\nb\n"), [1, 0, 1]);
    }

    #[test]
    fn lines_are_shared() {
        let (lines, documents) = documents(&["a\nb\n", "b\na\n"], 1000);
        assert_eq!(lines, ["a", "b"]);
        assert_eq!(documents, [Document::Lines(vec![0, 1]), Document::Lines(vec![1, 0])]);
    }

    #[test]
    fn the_largest_documents_are_left_out_first() {
        let large = "x\n".repeat(500);
        let (_, documents) = documents(&[&large, "small\n"], 200);
        assert_eq!(documents, [Document::LeftOut(500), Document::Lines(vec![0])]);
    }
}

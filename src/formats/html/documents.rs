//! The policies of differing roles against each other, small enough to send along.
//!
//! Policies repeat: the same one on many roles, the same lines in most. A document is a list of line numbers, and
//! every line and every document is in the page once. So is every statement as it is written, and so are the statements of
//! two policies beside each other.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::rc::Rc;

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::super::documents::{Titled, titled};
use super::super::view::View;
use super::super::written::{self, WrittenStatement};
use super::budget;
use super::rows::Rows;
use super::words::shown;
use crate::model::{Role, Side, Sides};

/// All documents of a page.
#[derive(Debug, Default, Serialize)]
pub(super) struct Documents {
    lines: Vec<String>,
    documents: Vec<Document>,
    /// Policies as written.
    written: Vec<AsWritten>,
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

/// A policy of a pair: its title, its document on each side, how one becomes the other, and the number of the same as
/// written.
#[derive(Debug, Serialize)]
struct Policy(String, Option<usize>, Option<usize>, Vec<usize>, usize);

/// A policy as it is written: the version of the language on each side, the statements, paired, and the name on each side
/// where the title does not say it.
#[derive(Debug, Serialize)]
struct AsWritten(Option<&'static str>, Option<&'static str>, Vec<StatementPair>, Option<String>, Option<String>);

/// Two statements that belong together: place and text on each side, and how one becomes the other, by their normalized
/// texts.
#[derive(Debug, Serialize)]
struct StatementPair(Option<usize>, Option<usize>, Option<usize>, Option<usize>, Vec<usize>);

impl Documents {
    pub(super) fn new(view: &View<'_>, ordered: &[Rows<'_>]) -> Self {
        let mut texts = Texts::default();
        let differing = |rows: &Rows<'_>| rows.differs() || !rows.remarks.is_empty();
        let mut pairs_of = |rows: &Rows<'_>| {
            let roles = view.roles?.of(rows.role)?;
            // Where nobody gave them, the normalized ones are shown.
            let as_read = view.as_read.map(|as_read| as_read.of(roles)).unwrap_or_default();
            Some(texts.pairs(roles, as_read))
        };
        let pairs: Vec<Option<Vec<Pair>>> =
            ordered.iter().map(|rows| if differing(rows) { pairs_of(rows) } else { None }).collect();
        let (lines, documents) = texts.within(budget::DOCUMENTS);
        let mut all_written = AllWritten::default();
        let mut policy = |pair: Pair| {
            let written = all_written.number(&pair, &documents);
            let numbers = pair.sides.as_ref().map(|one| one.as_ref().map(|one| one.text));
            Policy(shown(&pair.title), numbers.left, numbers.right, steps(numbers, &documents), written)
        };
        let policies =
            pairs.into_iter().map(|pairs| pairs.map(|pairs| pairs.into_iter().map(&mut policy).collect())).collect();
        Self { lines, documents, written: all_written.all, policies }
    }

    /// How many documents were left out.
    pub(super) fn left_out(&self) -> usize {
        self.documents.iter().filter(|document| matches!(document, Document::LeftOut(_))).count()
    }
}

/// Policies as written, each pair of them once, however many roles carry it.
#[derive(Default)]
struct AllWritten {
    all: Vec<AsWritten>,
    numbers: BTreeMap<Sides<Option<usize>>, usize>,
}

impl AllWritten {
    fn number(&mut self, pair: &Pair, documents: &[Document]) -> usize {
        let next = self.all.len();
        let sides = pair.sides.as_ref().map(Option::as_ref);
        let number = *self.numbers.entry(sides.map(|one| Some(one?.identity))).or_insert(next);
        if number == next {
            self.all.push(as_written(pair, documents));
        }
        number
    }
}

/// The statements of a pair beside each other.
fn as_written(pair: &Pair, documents: &[Document]) -> AsWritten {
    let sides = pair.sides.as_ref().map(Option::as_ref);
    // A policy that an account does not have has no statements there.
    let statements = sides.map(|one| one.map(|one| one.statements.as_slice()).unwrap_or_default());
    let pairs = written::paired(statements.left, statements.right).into_iter().map(|(left, right)| {
        let number = |one: Option<&OneSide>, place: Option<usize>| one?.texts.get(place?).copied();
        let numbers = Sides { left: number(sides.left, left), right: number(sides.right, right) };
        let compared = |all: &'_ [WrittenStatement], place: Option<usize>| {
            let statement = all.get(place?)?;
            Some(statement.compared.lines().map(str::to_owned).collect::<Vec<_>>())
        };
        let steps = match (compared(statements.left, left), compared(statements.right, right)) {
            (Some(one), Some(other)) if numbers.left != numbers.right && are_shown(numbers, documents) => {
                between(&one, &other)
            }
            (Some(_) | None, Some(_) | None) => Vec::new(),
        };
        StatementPair(left, right, numbers.left, numbers.right, steps)
    });
    let version = |one: Option<&OneSide>| one.map(|one| one.version);
    let name = |one: Option<&OneSide>| one.and_then(|one| one.name.clone());
    AsWritten(version(sides.left), version(sides.right), pairs.collect(), name(sides.left), name(sides.right))
}

/// Whether there was room for both texts.
fn are_shown(numbers: Sides<Option<usize>>, documents: &[Document]) -> bool {
    let is_shown = |number: Option<usize>| match number.and_then(|number| documents.get(number)) {
        Some(Document::Lines(_)) => true,
        Some(Document::LeftOut(_)) | None => false,
    };
    is_shown(numbers.left) && is_shown(numbers.right)
}

/// A title with the document of each side that goes by it.
struct Pair {
    title: String,
    sides: Sides<Option<OneSide>>,
}

/// A document of one side, its texts as numbers.
#[derive(Clone)]
struct OneSide {
    /// The same for documents that are written alike and normalized alike.
    identity: usize,
    /// Its canonical form.
    text: usize,
    /// Its name in the account, where the title has another.
    name: Option<String>,
    version: &'static str,
    /// Its statements as written.
    statements: Rc<Vec<WrittenStatement>>,
    /// Their texts.
    texts: Rc<Vec<usize>>,
}

/// The distinct texts of documents and of their statements.
#[derive(Default)]
struct Texts {
    texts: Vec<String>,
    by_text: BTreeMap<String, usize>,
    by_address: BTreeMap<(usize, Option<String>), OneSide>,
    identities: BTreeMap<Identity, usize>,
}

/// What tells documents apart: name, version, canonical form, texts of the statements, and what they are compared by.
type Identity = (Option<String>, &'static str, usize, Vec<usize>, Vec<String>);

impl Texts {
    fn pairs(&mut self, roles: Sides<&Role>, as_read: Sides<Option<&Role>>) -> Vec<Pair> {
        // The dictionary can make two titles of one account alike, so each is a list.
        let mut by_title: BTreeMap<String, Sides<Vec<OneSide>>> = BTreeMap::new();
        for side in Side::BOTH {
            for policy in titled(roles.get(side), *as_read.get(side)) {
                let one = self.document(&policy);
                by_title.entry(policy.title).or_default().get_mut(side).push(one);
            }
        }
        let mut pairs = Vec::new();
        for (title, sides) in by_title {
            for at in 0..sides.left.len().max(sides.right.len()) {
                let sides = sides.as_ref().map(|documents| documents.get(at).cloned());
                pairs.push(Pair { title: title.clone(), sides });
            }
        }
        pairs
    }

    fn document(&mut self, policy: &Titled<'_>) -> OneSide {
        let name = policy.real_name().map(shown).filter(|name| !shown(&policy.title).ends_with(name.as_str()));
        let address = (policy.address(), name);
        if let Some(known) = self.by_address.get(&address) {
            return known.clone();
        }
        let name = address.1.clone();
        let text = self.number(&policy.text());
        let (version, statements) = (policy.version(), policy.statements());
        let texts: Vec<usize> = statements.iter().map(|statement| self.number(&statement.text)).collect();
        let compared = statements.iter().map(|statement| statement.compared.clone()).collect();
        let next = self.identities.len();
        let identity = (name.clone(), version, text, texts.clone(), compared);
        let identity = *self.identities.entry(identity).or_insert(next);
        let one = OneSide { identity, text, name, version, statements: Rc::new(statements), texts: Rc::new(texts) };
        self.by_address.insert(address, one.clone());
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
    between(left, right)
}

/// The same of the lines themselves.
fn between<T: Hash + Ord>(left: &[T], right: &[T]) -> Vec<usize> {
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

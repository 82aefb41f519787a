//! The parts of an account's texts in which two accounts may differ, and the words in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::equivalency::{CLOSE, GENERATED, OPEN, OWN_ACCOUNT};
use crate::model::{Place, Role};
use crate::normalise::{is_boundary, texts_of_roles};

/// The most words that one substitution may replace.
const MOST_WORDS: usize = 4;

/// Stands in a segment for what was taken out of it. Like the marks of placeholders, no text of IAM can hold it.
const HOLE: char = '\u{FDD2}';

/// A segment behind a number made of it, by which lists of them are sorted: most begin alike, so that to compare the
/// texts takes long.
pub(super) type Segment = (u64, String);

/// The segments of some roles' texts: what stands between `:` and `/`, placeholders with their marks. Sorted, each once.
/// Descriptions are prose and left out.
pub(super) fn of_roles<'a>(roles: impl IntoIterator<Item = &'a Role>) -> Vec<Segment> {
    let mut all: Vec<(u64, &str)> = Vec::new();
    texts_of_roles(roles, &mut |place, text| {
        if place != Place::Description {
            let segments = text.split([':', '/']).filter(|segment| !segment.is_empty());
            all.extend(segments.map(|segment| (number(segment), segment)));
        }
    });
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(|(number, segment)| (number, segment.to_owned())).collect()
}

/// The same in every run.
fn number(segment: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    std::hash::Hash::hash(segment, &mut hasher);
    std::hash::Hasher::finish(&hasher)
}

/// Those of the first list that are not in the second.
pub(super) fn only_in<'a>(first: &'a [Segment], second: &[Segment]) -> Vec<&'a str> {
    let lacks = |segment: &&Segment| second.binary_search(*segment).is_err();
    first.iter().filter(lacks).map(|(_, segment)| segment.as_str()).collect()
}

/// The actions a role's policies speak of, as written but for their case.
pub(super) fn actions(role: &Role) -> impl Iterator<Item = String> {
    let statements = role.documents().flat_map(|document| &document.statements);
    statements.map(|statement| format!("{} {:?}", statement.effect, statement.action).to_lowercase())
}

/// For each of these values the shapes of the segments it stands in.
pub(super) fn shapes_with(segments: &[Segment], values: &BTreeSet<Value>) -> BTreeMap<Value, BTreeSet<String>> {
    let mut shapes: BTreeMap<Value, BTreeSet<String>> = BTreeMap::new();
    for (_, segment) in segments {
        let held: BTreeSet<Value> = runs(segment)
            .into_iter()
            .filter_map(|(start, end)| Value::parse(segment.get(start..end)?))
            .filter(|value| values.contains(value))
            .collect();
        for value in held {
            let shape = value.taken_out_of(segment);
            shapes.entry(value).or_default().insert(shape);
        }
    }
    shapes
}

/// The shapes of those of these segments that a value stands in.
pub(super) fn shapes_in<'a>(segments: impl IntoIterator<Item = &'a str>, value: &Value) -> BTreeSet<String> {
    let segments: Vec<Segment> = segments.into_iter().map(|segment| (0, segment.to_owned())).collect();
    shapes_with(&segments, &BTreeSet::from([value.clone()])).remove(value).unwrap_or_default()
}

/// A word of a segment, or a placeholder with its marks: where it starts and ends.
type Word = (usize, usize);

/// The words and placeholders of a segment, in their order.
fn words_of(segment: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start: Option<usize> = None;
    let mut in_mark = false;
    for (at, c) in segment.char_indices() {
        let goes_on = in_mark || (c.is_alphanumeric() && !is_boundary(segment, at));
        if !goes_on && let Some(from) = start.take() {
            words.push((from, at));
        }
        if in_mark || c == OPEN || c.is_alphanumeric() {
            start = start.or(Some(at));
        }
        in_mark = (in_mark || c == OPEN) && c != CLOSE;
        if c == CLOSE
            && let Some(from) = start.take()
        {
            words.push((from, at + c.len_utf8()));
        }
    }
    words.extend(start.map(|from| (from, segment.len())));
    words
}

/// A side of a substitution: words, or a placeholder that stands there already.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    /// One or more words with what separates them, in small letters.
    Words(String),
    /// The placeholder of an entry of the dictionary.
    Placeholder(String),
}

impl Value {
    /// None if the text is not a side of a substitution: words and placeholders mixed, or something the program replaced.
    fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix(OPEN) {
            None if text.contains(OPEN) => None,
            None => Some(Self::Words(text.to_lowercase())),
            Some(rest) => {
                let (placeholder, after) = rest.split_once(CLOSE)?;
                let is_entry = !placeholder.starts_with(GENERATED) && placeholder != OWN_ACCOUNT;
                (after.is_empty() && is_entry).then(|| Self::Placeholder(placeholder.to_owned()))
            }
        }
    }

    /// The segment without this value, wherever it stands.
    fn taken_out_of(&self, segment: &str) -> String {
        let mut shape = String::new();
        let mut done = 0;
        for (start, end) in runs(segment) {
            let text = segment.get(start..end).unwrap_or_default();
            if start >= done && Self::parse(text).as_ref() == Some(self) {
                shape.push_str(segment.get(done..start).unwrap_or_default());
                shape.push(HOLE);
                done = end;
            }
        }
        shape.push_str(segment.get(done..).unwrap_or_default());
        shape
    }
}

/// Every run of a few words: where it starts and ends.
fn runs(segment: &str) -> Vec<(usize, usize)> {
    let words = words_of(segment);
    let mut runs = Vec::new();
    for (first, (start, _)) in words.iter().enumerate() {
        runs.extend(words.iter().skip(first).take(MOST_WORDS).map(|(_, end)| (*start, *end)));
    }
    runs
}

/// Visits what a segment is without each run of words: the shape, and the run.
pub(super) fn shapes(segment: &str, visit: &mut impl FnMut(String, Value)) {
    for (start, end) in runs(segment) {
        let Some(value) = segment.get(start..end).and_then(Value::parse) else { continue };
        let (before, after) = (segment.get(..start).unwrap_or_default(), segment.get(end..).unwrap_or_default());
        visit(format!("{before}{HOLE}{after}"), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::equivalency::mark;

    #[test]
    fn words_end_at_separators_case_and_marks() {
        let words =
            |text: &str| words_of(text).iter().map(|(a, b)| text.get(*a..*b).unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(words("app-dev_x.Y"), ["app", "dev", "x", "Y"]);
        assert_eq!(words("AppDevRole"), ["App", "Dev", "Role"]);
        let marked = format!("app-{}Role", mark("env"));
        assert_eq!(words(&marked), ["app".to_owned(), mark("env"), "Role".to_owned()]);
        assert_eq!(words(&format!("{}{}", mark("a b"), mark("c"))), [mark("a b"), mark("c")]);
        assert_eq!(words("*"), Vec::<String>::new());
    }

    #[test]
    fn a_value_is_taken_out_everywhere() {
        let value = Value::Words("dev".to_owned());
        assert_eq!(value.taken_out_of("dev-x-Dev"), format!("{HOLE}-x-{HOLE}"));
        let value = Value::Placeholder("env".to_owned());
        assert_eq!(value.taken_out_of(&format!("a-{}", mark("env"))), format!("a-{HOLE}"));
    }
}

//! The separators of ARNs stay: a text that holds `/` or `:` is replaced between them.
//!
//! `arn:aws:iam::111122223333:role/dev/app` with `/dev/` replaced as a whole would be no role any more, and nothing
//! could tell what a statement about it grants.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::aws_owned;
use super::span::ReplacedPart;
use crate::model::Place;

/// The ranges between the separators of a text, and the separators. Those inside a variable, `${aws:username}`, are
/// none.
pub(super) fn segments(text: &str) -> (Vec<Range<usize>>, String) {
    let (mut ranges, mut separators) = (Vec::new(), String::new());
    let (mut start, mut variable, mut before) = (0, false, ' ');
    for (at, c) in text.char_indices() {
        match c {
            '{' if before == '$' => variable = true,
            '}' => variable = false,
            '/' | ':' if !variable => {
                ranges.push(start..at);
                separators.push(c);
                start = at + 1;
            }
            _ => {}
        }
        before = c;
    }
    ranges.push(start..text.len());
    (ranges, separators)
}

/// The ranges to replace in each text of an entry, by text. Each text comes with a number for the account whose it is;
/// in a list, where that is not said, with one of its own.
///
/// Of texts with the same separators, what is between them is replaced where it differs. A text that has no
/// counterpart with its separators has no range.
pub(super) fn ranges<'t>(texts: impl IntoIterator<Item = (usize, &'t str)>) -> BTreeMap<&'t str, Vec<Range<usize>>> {
    let mut forms: BTreeMap<String, BTreeMap<&'t str, Vec<Range<usize>>>> = BTreeMap::new();
    let mut accounts: BTreeSet<usize> = BTreeSet::new();
    let mut of_form: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (account, text) in texts {
        let (ranges, separators) = segments(text);
        accounts.insert(account);
        of_form.entry(separators.clone()).or_default().insert(account);
        forms.entry(separators).or_default().insert(text, ranges);
    }
    let several = forms.len() > 1;
    let mut result = BTreeMap::new();
    for (separators, texts) in forms {
        let has_counterpart = accounts.len() < 2 || of_form.get(&separators).is_some_and(|accounts| accounts.len() > 1);
        let replaced = match differing(&texts) {
            // Without separators there is nothing to keep.
            _ if separators.is_empty() => BTreeSet::from([0]),
            // Two parts of one text would be the same as two texts of another form side by side.
            Some(replaced) if has_counterpart && !(several && replaced.len() > 1) => replaced,
            _ => BTreeSet::new(),
        };
        for (text, ranges) in texts {
            let ranges = ranges.into_iter().enumerate().filter(|(index, _)| replaced.contains(index));
            result.insert(text, ranges.map(|(_, range)| range).collect());
        }
    }
    result
}

/// Which segments differ among texts with the same separators; none if replacing them would not keep their form.
fn differing(texts: &BTreeMap<&str, Vec<Range<usize>>>) -> Option<BTreeSet<usize>> {
    let mut columns: Vec<BTreeSet<&str>> = Vec::new();
    for (text, ranges) in texts {
        columns.resize_with(ranges.len(), BTreeSet::new);
        for (column, range) in columns.iter_mut().zip(ranges) {
            column.insert(text.get(range.clone()).unwrap_or_default());
        }
    }
    let is_arn = columns.first().is_some_and(|column| column.contains("arn"));
    // `arn` and the service say what kind of thing an ARN names.
    let is_kept = |index: usize| is_arn && matches!(index, 0 | 2);
    let columns = || columns.iter().enumerate();
    let differing: BTreeSet<usize> = columns().filter(|(_, column)| column.len() > 1).map(|(index, _)| index).collect();
    if differing.iter().any(|index| is_kept(*index)) || columns().any(|(_, c)| c.len() > 1 && c.contains("")) {
        return None;
    }
    if differing.is_empty() {
        // There is one text only; its last part tells that it was found.
        let last = columns().rfind(|(index, column)| !column.contains("") && !is_kept(*index));
        return last.map(|(index, _)| BTreeSet::from([index]));
    }
    Some(differing)
}

/// What of a text must stay as it is.
#[derive(Debug, Clone)]
pub(super) struct FixedParts {
    /// Whether it is an ARN, or stands where one is expected.
    pub is_arn: bool,
    /// `arn`, the service, and the account of AWS's own policies.
    kept: Vec<Range<usize>>,
    /// What AWS owns.
    owned: Vec<Range<usize>>,
    /// The first part of the resource, where more follow: it may be its type.
    first: Range<usize>,
}

impl FixedParts {
    /// Finds them in a text.
    pub(super) fn new(text: &str, place: Place) -> Self {
        let is_arn = matches!(place, Place::Resource | Place::Principal);
        let mut fixed = Self { is_arn, kept: Vec::new(), owned: aws_owned::ranges(text, place), first: 0..0 };
        if !text.starts_with("arn:") {
            return fixed;
        }
        fixed.is_arn = true;
        let mut start = 0;
        for (index, field) in text.splitn(6, ':').enumerate() {
            let range = start..start + field.len();
            start = range.end + 1;
            match index {
                0 | 2 => fixed.kept.push(range),
                4 if field == "aws" => fixed.kept.push(range),
                5 => {
                    if let Some(end) = field.find(['/', ':']) {
                        fixed.first = range.start..range.start + end;
                    }
                }
                _ => {}
            }
        }
        fixed
    }

    /// Whether something would be replaced that must stay; the parts are counted from `start`.
    pub(super) fn keeps(&self, start: usize, parts: &[ReplacedPart]) -> bool {
        parts.iter().any(|part| self.kept.iter().any(|kept| meet(kept, start, part)))
    }

    /// Those of a condition key.
    pub(super) fn of_key(key: &str) -> Self {
        let mut fixed = Self::new(key, Place::Condition);
        fixed.owned.extend(aws_owned::of_key(key).map(|end| 0..end));
        fixed
    }

    /// Whether something would be replaced that AWS owns, such as the name of a condition key.
    pub(super) fn is_owned_by_aws(&self, start: usize, parts: &[ReplacedPart]) -> bool {
        parts.iter().any(|part| self.owned.iter().any(|owned| meet(owned, start, part)))
    }

    /// Whether the first part of the resource would be replaced.
    pub(super) fn is_first(&self, start: usize, parts: &[ReplacedPart]) -> bool {
        parts.iter().any(|part| meet(&self.first, start, part))
    }
}

/// Where the partition of an ARN is.
pub(super) fn partition(text: &str) -> Option<Range<usize>> {
    let rest = text.strip_prefix("arn:")?;
    Some(4..4 + rest.find(':')?)
}

fn meet(range: &Range<usize>, start: usize, part: &ReplacedPart) -> bool {
    range.start < start + part.range.end && start + part.range.start < range.end
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts with what is replaced in them as `_`; `-` alone for one that cannot be.
    fn replaced(texts: &[(usize, &str)]) -> Vec<String> {
        let ranges = ranges(texts.iter().copied());
        let of = |text: &str| {
            let ranges = &ranges[text];
            if ranges.is_empty() {
                return "-".to_owned();
            }
            let mut shown = text.to_owned();
            ranges.iter().rev().for_each(|range| shown.replace_range(range.clone(), "_"));
            shown
        };
        texts.iter().map(|(_, text)| of(text)).collect()
    }

    #[test]
    fn what_differs_between_the_same_separators_is_replaced() {
        for (dev, qa, shown) in [
            ("dev", "qa", ["_", "_"]),
            ("/dev/", "/qa/", ["/_/", "/_/"]),
            ("table/orders-dev", "table/orders-qa", ["table/_", "table/_"]),
            ("bucket-dev/in", "store-qa/in", ["_/in", "_/in"]),
            ("a/b", "c/d", ["_/_", "_/_"]),
            ("arn:aws", "arn:aws-us-gov", ["arn:_", "arn:_"]),
            ("arn:aws:s3:::a-dev", "arn:aws:s3:::b-qa", ["arn:aws:s3:::_", "arn:aws:s3:::_"]),
            ("home/${aws:username}-dev", "home/${aws:username}-qa", ["home/_", "home/_"]),
            ("/same/", "/same/", ["/_/", "/_/"]),
            // No counterpart with the same separators.
            ("/dev/", "qa", ["-", "_"]),
            ("/dev", "/qa/", ["-", "-"]),
            ("a/dev", "a:qa", ["-", "-"]),
            ("/dev", "x/qa", ["-", "-"]),
            ("arn:aws:s3:::a", "arn:aws:sqs:::b", ["-", "-"]),
            ("/", ":", ["-", "-"]),
        ] {
            assert_eq!(replaced(&[(0, dev), (1, qa)]), shown, "{dev} and {qa}");
        }
    }

    #[test]
    fn an_entry_may_have_texts_of_several_forms() {
        let texts = [(0, "dev"), (0, "x/dev"), (1, "qa"), (1, "x/qa")];
        assert_eq!(replaced(&texts), ["_", "x/_", "_", "x/_"]);
        // `y/dev` with both parts replaced would be like `dev/dev`.
        let texts = [(0, "dev"), (0, "x/dev"), (1, "qa"), (1, "y/qa")];
        assert_eq!(replaced(&texts), ["_", "-", "_", "-"]);
        // Without any text of the other account nothing can be taken for another.
        assert_eq!(replaced(&[(0, "dev"), (0, "x/dev"), (0, "arn:aws")]), ["_", "x/_", "arn:_"]);
    }

    #[test]
    fn the_form_of_an_arn_is_kept() {
        let text = "arn:aws:devops-guru:eu-west-1:aws:table/x";
        let fixed = FixedParts::new(text, Place::Tag);
        let meets = |word: &str| {
            let start = text.find(word).unwrap();
            let part = [ReplacedPart { range: 0..word.len(), placeholder: String::new() }];
            (fixed.keeps(start, &part), fixed.is_first(start, &part))
        };
        assert_eq!(meets("arn"), (true, false));
        assert_eq!(meets("aws"), (false, false));
        assert_eq!(meets("devops"), (true, false));
        assert_eq!(meets("aws:table"), (true, true));
        assert_eq!(meets("/x"), (false, false));
        assert!(!FixedParts::new("app/dev", Place::Path).is_arn);
        let aws = [ReplacedPart { range: 0..3, placeholder: String::new() }];
        assert!(FixedParts::new("aws:username", Place::Condition).is_owned_by_aws(0, &aws));
        assert!(FixedParts::new("x/${aws:username}", Place::Resource).is_owned_by_aws(4, &aws));
        assert!(!FixedParts::new("x/${a}/aws", Place::Resource).is_owned_by_aws(7, &aws));
    }
}

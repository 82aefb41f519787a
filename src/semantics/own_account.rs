//! An account that the policies spell in another way than by its id: wildcards match the digits of the id.

use std::collections::BTreeSet;

use crate::model::{BaseOperator, ConditionTest, Glob, Token};
use crate::semantics::solver::texts::join_stars;

/// How policies spell the account they are of, and the digits of its id. The two differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnAccount<'a> {
    /// What normalising put in the place of the id.
    pub spelled: &'a str,
    /// The id.
    pub id: &'a str,
}

/// In how many places of one pattern the id may stand.
const MOST: usize = 32;

impl<'a> OwnAccount<'a> {
    /// `None` where the policies hold the id itself, so that there is nothing to tell apart.
    pub fn new(spelled: &'a str, id: Option<&'a str>) -> Option<Self> {
        id.filter(|id| *id != spelled).map(|id| Self { spelled, id })
    }

    /// A value as it is compared by number: the account by its digits.
    pub fn as_number<'v>(self, value: &'v str) -> &'v str
    where
        'a: 'v,
    {
        if value == self.spelled { self.id } else { value }
    }

    /// A test with the values that it has for this account: beside each pattern those for what it matches by digits.
    ///
    /// # Errors
    /// As [`Self::patterns`].
    pub fn in_test(self, test: &ConditionTest) -> Result<ConditionTest, String> {
        let mut test = test.clone();
        if takes_wildcards(&test.operator.base) {
            let own: Vec<Vec<String>> =
                test.values.iter().map(|value| self.patterns(value)).collect::<Result<_, _>>()?;
            test.values.extend(own.into_iter().flatten());
        }
        Ok(test)
    }

    /// Patterns for what a pattern matches by the digits of the id: `1111*` matches `111122223333`, so it matches what
    /// stands for this id as well. None for a `*` alone, which does so anyway.
    ///
    /// # Errors
    /// Why they are not known, where the id can stand in too many places of the pattern.
    pub fn patterns(self, pattern: &str) -> Result<Vec<String>, String> {
        if !has_wildcard_beside_digit(pattern) {
            return Ok(Vec::new());
        }
        let letters: Vec<char> = join_stars(pattern).chars().collect();
        let is_part = |c: &char| matches!(c, '*' | '?' | '0'..='9');
        let is_digit = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
        let mut found = BTreeSet::new();
        for start in 0..letters.len() {
            // What names more letters than the id has does not match it, however long the pattern is.
            let mut named = 0;
            let fits = |c: &&char| {
                named += usize::from(**c != '*');
                is_part(c) && named <= self.id.len()
            };
            let run = letters.iter().skip(start).take_while(fits).count();
            for end in start + 1..=start + run {
                // No part of a longer number.
                let within = (is_digit(Some(start)) && is_digit(start.checked_sub(1)))
                    || (is_digit(Some(end)) && is_digit(Some(end - 1)));
                let part = letters.get(start..end).filter(|_| !within).unwrap_or_default();
                if let Some(spelling) = self.in_part(part) {
                    let before = letters.iter().take(start);
                    found.insert(before.chain(&spelling).chain(letters.iter().skip(end)).collect());
                }
                if found.len() > MOST {
                    return Err("its wildcards can match the account ID in too many places".to_owned());
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    /// Digits and wildcards with the account in the place of what matches its id; a `*` at an end of it stays.
    fn in_part(self, part: &[char]) -> Option<Vec<char>> {
        let names_digits = part.iter().any(|c| *c != '*');
        let has_wildcard = part.iter().any(|c| !c.is_ascii_digit());
        let tokens = part.iter().map(|c| match c {
            '*' => Token::AnyText,
            '?' => Token::AnyChar,
            c => Token::Char(*c),
        });
        if !(names_digits && has_wildcard && Glob::from_tokens(tokens).matches(self.id)) {
            return None;
        }
        let star = |edge: Option<&char>| edge.filter(|c| **c == '*').copied();
        Some(star(part.first()).into_iter().chain(self.spelled.chars()).chain(star(part.last())).collect())
    }
}

/// Whether a run of digits and wildcards holds more than stars or digits alone: nothing else can name digits of an id.
fn has_wildcard_beside_digit(pattern: &str) -> bool {
    let runs = pattern.as_bytes().split(|byte| !matches!(byte, b'*' | b'?' | b'0'..=b'9'));
    runs.into_iter().any(|run| run.contains(&b'?') || (run.contains(&b'*') && run.iter().any(u8::is_ascii_digit)))
}

const fn takes_wildcards(operator: &BaseOperator) -> bool {
    matches!(
        operator,
        BaseOperator::StringLike
            | BaseOperator::StringNotLike
            | BaseOperator::ArnEquals
            | BaseOperator::ArnLike
            | BaseOperator::ArnNotEquals
            | BaseOperator::ArnNotLike
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_meet_the_own_account_in_part() {
        let own = OwnAccount::new("OWN", Some("111122223333")).unwrap();
        for (pattern, expected) in [
            ("arn:aws:sqs:us-east-1:1111*:orders", Some("arn:aws:sqs:us-east-1:OWN*:orders")),
            ("arn:aws:sqs:us-east-1:????????????:orders", Some("arn:aws:sqs:us-east-1:OWN:orders")),
            ("arn:aws:s3:::logs-*3333/*", Some("arn:aws:s3:::logs-*OWN/*")),
            ("arn:aws:s3:::logs?1111*/k", Some("arn:aws:s3:::logs?OWN*/k")),
            ("arn:aws:s3:::logs-1111*2-x", Some("arn:aws:s3:::logs-OWN*2-x")),
            ("arn:aws:sqs:us-east-1:2222*:orders", None),
            ("arn:aws:sqs:*:*:orders", None),
            ("arn:aws:sqs:us-east-1:111122223333:*", None),
        ] {
            let expected: Vec<&str> = expected.into_iter().collect();
            assert_eq!(own.patterns(pattern).unwrap(), expected, "{pattern}");
        }
        assert_eq!(own.patterns("b-?????????????").unwrap(), ["b-?OWN", "b-OWN?"]);
        assert!(own.patterns(&"?".repeat(2_000)).is_err() && own.patterns(&"*?".repeat(900)).is_err());
        assert_eq!(OwnAccount::new("111122223333", Some("111122223333")), None);
        for (pattern, beside) in
            [("b1-*", false), ("*", false), ("b?", true), ("x3*", true), ("*3", true), ("33", false)]
        {
            assert_eq!(has_wildcard_beside_digit(pattern), beside, "{pattern}");
        }
    }
}

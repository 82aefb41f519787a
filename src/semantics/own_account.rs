//! An account that the policies spell in another way than by its id: wildcards match the digits of the id.

use std::collections::BTreeSet;

use crate::model::{BaseOperator, ConditionTest, Glob, Token};

/// How policies spell the account they are of, and the digits of its id. The two differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnAccount<'a> {
    /// What normalising put in the place of the id.
    pub spelled: &'a str,
    /// The id.
    pub id: &'a str,
}

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
    pub fn in_test(self, mut test: ConditionTest) -> ConditionTest {
        if takes_wildcards(&test.operator.base) {
            let own: Vec<String> = test.values.iter().flat_map(|value| self.patterns(value)).collect();
            test.values.extend(own);
        }
        test
    }

    /// Patterns for what a pattern matches by the digits of the id: `1111*` matches `111122223333`, so it matches what
    /// stands for this id as well. None for a `*` alone, which does so anyway.
    pub fn patterns(self, pattern: &str) -> Vec<String> {
        if !pattern.contains(['*', '?']) {
            return Vec::new();
        }
        let letters: Vec<char> = pattern.chars().collect();
        let is_part = |c: &char| matches!(c, '*' | '?' | '0'..='9');
        let is_digit = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
        let mut found = BTreeSet::new();
        for start in 0..letters.len() {
            let run = letters.iter().skip(start).take_while(|c| is_part(c)).count();
            for end in start + 1..=start + run {
                // No part of a longer number.
                let within = (is_digit(Some(start)) && is_digit(start.checked_sub(1)))
                    || (is_digit(Some(end)) && is_digit(Some(end - 1)));
                let part = letters.get(start..end).filter(|_| !within).unwrap_or_default();
                if let Some(spelling) = self.in_part(part) {
                    let before = letters.iter().take(start);
                    found.insert(before.chain(&spelling).chain(letters.iter().skip(end)).collect());
                }
            }
        }
        found.into_iter().collect()
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
            assert_eq!(own.patterns(pattern), expected, "{pattern}");
        }
        assert_eq!(own.patterns("b-?????????????"), ["b-?OWN", "b-OWN?"]);
        assert_eq!(OwnAccount::new("111122223333", Some("111122223333")), None);
    }
}

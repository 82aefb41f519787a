//! The only place that understands `*` and `?`.
//!
//! `*` stands for any text, also none; `?` for exactly one character. Source:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>

use std::ops::Range;

/// One step of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Token {
    /// This character.
    Char(char),
    /// `?`: any one character.
    AnyChar,
    /// `*`: any text, also none.
    AnyText,
    /// Any one character of a class.
    AnyCharOf(Class),
    /// Any text of a class's characters, also none: part of an ARN template's placeholder, such as a bucket name,
    /// that ends at `/`.
    AnyTextOf(Class),
}

/// A set of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The ten digits.
    Digits,
    /// What names of partitions and regions are made of: lower-case letters, digits and hyphens.
    Lower,
    /// All but these.
    Except(&'static str),
}

impl Class {
    /// Whether a character is one of the class.
    #[must_use]
    pub fn holds(self, c: char) -> bool {
        match self {
            Self::Digits => c.is_ascii_digit(),
            Self::Lower => c.is_ascii_digit() || c.is_ascii_lowercase() || c == '-',
            Self::Except(others) => !others.contains(c),
        }
    }
}

impl Token {
    const fn repeats(self) -> bool {
        matches!(self, Self::AnyText | Self::AnyTextOf(_))
    }

    /// The class of characters that the token accepts, if it is about one.
    const fn class(self) -> Option<Class> {
        match self {
            Self::AnyCharOf(class) | Self::AnyTextOf(class) => Some(class),
            Self::Char(_) | Self::AnyChar | Self::AnyText => None,
        }
    }

    /// Whether there is a character both tokens accept.
    fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::Char(a), Self::Char(b)) => a == b,
            // A digit is in every class but those that except it, and no class does.
            (Self::Char(c), other) | (other, Self::Char(c)) => other.class().is_none_or(|class| class.holds(c)),
            _ => true,
        }
    }
}

/// A pattern in steps, ready for matching.
///
/// ```
/// use iamctl::model::Glob;
/// let glob = Glob::new("arn:aws:s3:::b?/*.csv");
/// assert!(glob.matches("arn:aws:s3:::b1/2026/x.csv"));
/// assert!(!glob.matches("arn:aws:s3:::b/x.csv"));
/// assert!(glob.overlaps(&Glob::new("*:b2/x*")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Glob(Vec<Token>);

impl Glob {
    /// Reads a pattern; every text is one.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self::from_tokens(text.chars().map(|c| match c {
            '*' => Token::AnyText,
            '?' => Token::AnyChar,
            c => Token::Char(c),
        }))
    }

    /// Reads a pattern for text in which case does not count: letters are folded to lower case, so the text that
    /// is matched must be as well.
    #[must_use]
    pub fn new_folded(text: &str) -> Self {
        Self::new(&text.to_ascii_lowercase())
    }

    /// Reads a pattern in which `[*]`, `[?]` and `[[]` stand for the one character in the brackets.
    ///
    /// ```
    /// use iamctl::model::Glob;
    /// assert!(Glob::with_escapes("a[*]*").matches("a*b"));
    /// assert!(!Glob::with_escapes("a[*]").matches("ab"));
    /// ```
    #[must_use]
    pub fn with_escapes(text: &str) -> Self {
        Self::from_tokens(characters(text).map(|(c, escaped)| match c {
            '*' if !escaped => Token::AnyText,
            '?' if !escaped => Token::AnyChar,
            c => Token::Char(c),
        }))
    }

    /// Makes a pattern of steps; neighbouring `*` become one.
    #[must_use]
    pub fn from_tokens(tokens: impl IntoIterator<Item = Token>) -> Self {
        let mut kept: Vec<Token> = Vec::new();
        for token in tokens {
            if !(token == Token::AnyText && kept.last() == Some(&Token::AnyText)) {
                kept.push(token);
            }
        }
        Self(kept)
    }

    /// The steps.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.0
    }

    /// Whether the pattern stands for one text only.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.0.iter().all(|token| matches!(token, Token::Char(_)))
    }

    /// Whether the pattern matches a text.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        if self.0.iter().any(|token| token.class().is_some()) {
            return self.overlaps(&Self(text.chars().map(Token::Char).collect()));
        }
        matches_from(&self.0, text, |_| true)
    }

    /// Whether this pattern stands for all that another pattern's text stands for: a `*` of the text needs a `*` here,
    /// a `?` a `?` or a `*`. Sound, but not complete: `*?` does not cover `?*`.
    ///
    /// ```
    /// use iamctl::model::Glob;
    /// assert!(Glob::new("arn:aws:s3:::b*").covers("arn:aws:s3:::b?/*"));
    /// assert!(!Glob::new("arn:aws:s3:::b?").covers("arn:aws:s3:::b*"));
    /// ```
    #[must_use]
    pub fn covers(&self, pattern: &str) -> bool {
        matches_from(&self.0, pattern, |c| c != '*')
    }

    /// Whether two patterns for ARNs can name a resource of one kind: asked before the whole patterns are compared, since
    /// most pairs are of two services, or of two types of one service.
    pub(crate) fn may_name_the_same(&self, other: &Self) -> bool {
        let may_start_alike = |colons: usize| match (self.behind_colons(colons), other.behind_colons(colons)) {
            (Some(own), Some(other)) => starts_alike(own, other),
            // A wildcard that can stand for a `:` moves all that follows.
            (None, _) | (_, None) => true,
        };
        may_start_alike(2) && may_start_alike(5)
    }

    /// What stands behind so many `:`, if they stand in every text that the pattern matches, with no other between.
    fn behind_colons(&self, mut colons: usize) -> Option<&[Token]> {
        for (at, token) in self.0.iter().enumerate() {
            match token {
                Token::Char(':') if colons == 1 => return self.0.get(at + 1..),
                Token::Char(':') => colons -= 1,
                Token::Char(_) => {}
                Token::AnyChar | Token::AnyText => return None,
                Token::AnyCharOf(class) | Token::AnyTextOf(class) if class.holds(':') => return None,
                Token::AnyCharOf(_) | Token::AnyTextOf(_) => {}
            }
        }
        None
    }

    /// Whether the literal beginnings agree; asked first because most pairs of ARNs part there.
    fn starts_like(&self, other: &Self) -> bool {
        starts_alike(&self.0, &other.0)
    }

    /// Whether some text is matched by both patterns.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        if !self.starts_like(other) {
            return false;
        }
        let mut positions = Positions::start(&other.0);
        for step in &self.0 {
            positions.advance(*step, &other.0);
            if positions.reach.is_empty() {
                return false;
            }
        }
        has(&positions.flags, other.0.len())
    }
}

/// Whether the literal beginnings agree.
fn starts_alike(a: &[Token], b: &[Token]) -> bool {
    let pairs = a.iter().zip(b);
    pairs
        .map_while(|(a, b)| match (a, b) {
            (Token::Char(a), Token::Char(b)) => Some(a == b),
            _ => None,
        })
        .all(|same| same)
}

/// The characters of a text, each with whether it stood in brackets as an escape does.
fn characters(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        for (escape, c) in ESCAPES {
            if let Some(after) = rest.strip_prefix(escape) {
                rest = after;
                return Some((c, true));
            }
        }
        let mut plain = rest.chars();
        let c = plain.next()?;
        rest = plain.as_str();
        Some((c, false))
    })
}

/// A text whose escapes are resolved: what [`Glob::with_escapes`] reads as plain characters, and its wildcards.
#[must_use]
pub fn without_escapes(text: &str) -> String {
    characters(text).map(|(c, _)| c).collect()
}

/// A text as a pattern for [`Glob::with_escapes`] that matches this text alone.
///
/// ```
/// use iamctl::model::pattern::escaped;
/// assert_eq!(escaped("a*[b]"), "a[*][b]");
/// assert_eq!(escaped("[*]"), "[[][*]]");
/// ```
#[must_use]
pub fn escaped(text: &str) -> String {
    written(text, true)
}

/// A pattern as a pattern for [`Glob::with_escapes`]: its `*` and `?` stay wildcards.
#[must_use]
pub fn bracketed(pattern: &str) -> String {
    written(pattern, false)
}

fn written(text: &str, wildcards: bool) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text.chars();
    loop {
        let is_escape = ESCAPES.iter().any(|(escape, _)| rest.as_str().starts_with(escape));
        match rest.next() {
            None => return written,
            Some('[') if is_escape => written.push_str("[[]"),
            Some(c @ ('*' | '?')) if wildcards => written.extend(['[', c, ']']),
            Some(c) => written.push(c),
        }
    }
}

/// How characters are written that stand for themselves.
const ESCAPES: [(&str, char); 3] = [("[*]", '*'), ("[?]", '?'), ("[[]", '[')];

/// Matches by trying the shortest text for the last `*` met and giving it one character more each time the rest does
/// not fit; what stood before that `*` need never be tried again. `one` are the characters that a `?` takes.
fn matches_from(mut steps: &[Token], mut text: &str, one: impl Fn(char) -> bool) -> bool {
    let mut retry: Option<(&[Token], &str)> = None;
    loop {
        let mut rest = text.chars();
        match (steps.split_first(), rest.next()) {
            (None, None) => return true,
            (Some((Token::AnyText | Token::AnyTextOf(_), after)), _) => {
                retry = Some((after, text));
                steps = after;
                continue;
            }
            (Some((Token::AnyChar, after)), Some(c)) if one(c) => {
                (steps, text) = (after, rest.as_str());
                continue;
            }
            (Some((Token::Char(wanted), after)), Some(c)) if *wanted == c => {
                (steps, text) = (after, rest.as_str());
                continue;
            }
            _ => {}
        }
        let Some((after, from)) = retry else { return false };
        let mut longer = from.chars();
        if longer.next().is_none() {
            return false;
        }
        retry = Some((after, longer.as_str()));
        (steps, text) = (after, longer.as_str());
    }
}

/// Where two patterns can be that have read the same text.
struct Positions {
    /// Whether the steps of one pattern taken so far and the first `j` of the other can have read the same text.
    flags: Vec<bool>,
    /// Nothing but `false`, between two steps.
    next: Vec<bool>,
    /// No flag is set outside.
    reach: Range<usize>,
}

impl Positions {
    /// Before the first step: nothing is read.
    fn start(other: &[Token]) -> Self {
        let mut flags = vec![false; other.len() + 1];
        set(&mut flags, 0);
        let repeats = other.iter().take_while(|token| token.repeats()).count();
        (1..=repeats).for_each(|j| set(&mut flags, j));
        Self { next: vec![false; flags.len()], flags, reach: 0..repeats + 1 }
    }

    /// Takes one more step.
    fn advance(&mut self, step: Token, other: &[Token]) {
        let Self { flags, next, reach } = self;
        let mut new_reach = if step.repeats() {
            for j in reach.clone().filter(|j| has(flags, *j)) {
                set(next, j);
            }
            reach.clone()
        } else {
            reach.end..reach.end
        };
        let mut j = reach.start;
        while let Some(&token) = other.get(j).filter(|_| j < reach.end || has(next, j)) {
            // A repeating `step` may read this token's character and stay, so it goes on from where it has just got to.
            let from_here = has(flags, j) || step.repeats() && has(next, j);
            let both_read = from_here && step.meets(token);
            if both_read && token.repeats() {
                set(next, j);
                new_reach = new_reach.start.min(j)..new_reach.end.max(j + 1);
            }
            if both_read && !token.repeats() || token.repeats() && has(next, j) {
                set(next, j + 1);
                new_reach = new_reach.start.min(j + 1)..new_reach.end.max(j + 2);
            }
            j += 1;
        }
        flags.iter_mut().take(reach.end).skip(reach.start).for_each(|flag| *flag = false);
        std::mem::swap(flags, next);
        *reach = new_reach;
    }
}

fn has(flags: &[bool], index: usize) -> bool {
    flags.get(index).copied().unwrap_or_default()
}

fn set(flags: &mut [bool], index: usize) {
    if let Some(flag) = flags.get_mut(index) {
        *flag = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlaps(a: &str, b: &str) -> bool {
        let (a, b) = (Glob::new(a), Glob::new(b));
        assert_eq!(a.overlaps(&b), b.overlaps(&a), "overlap has no direction");
        a.overlaps(&b)
    }

    #[test]
    fn overlap_by_example() {
        for (a, b) in [("", ""), ("*", ""), ("a*", "*b"), ("a*b", "a?b"), ("*a*", "b*"), ("a*c*", "ab*d"), ("**", "x")]
        {
            assert!(overlaps(a, b), "{a} {b}");
        }
        for (a, b) in [("", "?"), ("a", "b"), ("a*", "b*"), ("*a", "*b"), ("a?", "a"), ("ab*", "a")] {
            assert!(!overlaps(a, b), "{a} {b}");
        }
    }

    #[test]
    fn a_bucket_name_ends_at_the_slash() {
        let bucket = Glob::from_tokens("arn:".chars().map(Token::Char).chain([Token::AnyTextOf(Class::Except("/"))]));
        assert!(bucket.overlaps(&Glob::new("arn:b*")));
        assert!(bucket.overlaps(&Glob::new("*")));
        assert!(!bucket.overlaps(&Glob::new("arn:b/*")));
    }

    #[cfg(feature = "testing")]
    mod laws {
        use super::*;
        use proptest::prelude::*;

        /// The slow and obvious evaluator: try every length for every `*`.
        fn matches_slowly(pattern: &[char], text: &[char]) -> bool {
            match pattern.split_first() {
                None => text.is_empty(),
                Some(('*', rest)) => (0..=text.len()).any(|n| matches_slowly(rest, &text[n..])),
                Some(('?', rest)) => !text.is_empty() && matches_slowly(rest, &text[1..]),
                Some((c, rest)) => text.first() == Some(c) && matches_slowly(rest, &text[1..]),
            }
        }

        proptest! {
            #[test]
            fn matching_agrees_with_the_obvious_evaluator(pattern in "[ab*?]{0,6}", text in "[ab]{0,6}") {
                let slow = matches_slowly(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>());
                prop_assert_eq!(Glob::new(&pattern).matches(&text), slow);
            }

            #[test]
            fn covering_is_sound(wide in "[ab*?]{0,5}", narrow in "[ab*?]{0,5}", text in "[ab]{0,6}") {
                if Glob::new(&wide).covers(&narrow) && Glob::new(&narrow).matches(&text) {
                    prop_assert!(Glob::new(&wide).matches(&text));
                }
            }

            #[test]
            fn covering_is_an_order(a in "[ab*?]{0,4}", b in "[ab*?]{0,4}", c in "[ab*?]{0,4}") {
                prop_assert!(Glob::new(&a).covers(&a));
                if Glob::new(&a).covers(&b) && Glob::new(&b).covers(&c) {
                    prop_assert!(Glob::new(&a).covers(&c));
                }
            }

            #[test]
            fn an_escaped_text_matches_itself_alone(a in "[ab*?\\[\\]]{0,6}", b in "[ab*?\\[\\]]{0,6}") {
                let glob = Glob::with_escapes(&escaped(&a));
                prop_assert_eq!(glob.matches(&b), a == b);
                prop_assert!(glob.matches(&a) && glob.covers(&a));
                prop_assert_eq!(without_escapes(&escaped(&a)), &*a);
                prop_assert_eq!(Glob::with_escapes(&bracketed(&a)), Glob::new(&a));
            }

            #[test]
            fn a_common_text_means_overlap(a in "[ab*?]{0,5}", b in "[ab*?]{0,5}", text in "[ab]{0,5}") {
                let (a, b) = (Glob::new(&a), Glob::new(&b));
                if a.matches(&text) && b.matches(&text) {
                    prop_assert!(a.overlaps(&b));
                }
            }

            #[test]
            fn overlap_means_a_common_text(a in "[ab*?]{0,4}", b in "[ab*?]{0,4}") {
                // Texts of up to 8 letters hold a witness for two patterns of up to 4 steps each.
                let (a, b) = (Glob::new(&a), Glob::new(&b));
                if a.overlaps(&b) {
                    let found = (0..=8_u32).any(|n| (0..1_u32 << n).any(|bits| {
                        let text: String = (0..n).map(|i| if bits >> i & 1 == 1 { 'a' } else { 'b' }).collect();
                        a.matches(&text) && b.matches(&text)
                    }));
                    prop_assert!(found);
                }
            }
        }
    }
}

//! Patterns as the walk reads them: a row of steps over letters and policy variables.
//!
//! Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html> (a `*` that
//! is not the last character of its ARN part stays inside the part) and
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>.

use crate::model::{Glob, Token};

/// One letter of a text: a character, or a policy variable as written, taken as one unknown text.
///
/// INVARIANT: without the highest bit a character, with it the number of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Letter(u64);

const VARIABLE: u64 = 1 << 63;

impl Letter {
    /// A character.
    pub const fn new(c: char) -> Self {
        Self(c as u64)
    }

    /// The variable of this name. Its number depends on nothing but the name, so that no answer depends on which
    /// variable was met first.
    pub fn variable(name: &str) -> Self {
        // FNV-1a: two of the few names of one comparison sharing 63 bits is not a case to plan for.
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(name.bytes().fold(0xcbf2_9ce4_8422_2325, step) | VARIABLE)
    }

    /// The character, unless this is a variable.
    pub fn as_char(self) -> Option<char> {
        u32::try_from(self.0).ok().and_then(char::from_u32)
    }

    /// Whether this is a variable.
    pub const fn is_variable(self) -> bool {
        self.0 & VARIABLE != 0
    }
}

/// One step of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// This letter.
    One(Letter),
    /// This character in any case.
    Folded(char),
    /// Any one character.
    AnyOne,
    /// Any one character but this one.
    AnyOneExcept(char),
    /// Any text.
    Any,
    /// Any text without this character.
    AnyExcept(char),
}

impl Step {
    /// Whether both steps read some letter.
    pub fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::One(letter), step) | (step, Self::One(letter)) => step.reads(letter),
            (Self::Folded(c), step) | (step, Self::Folded(c)) => {
                super::walk::cases_of(c).any(|c| step.reads(Letter::new(c)))
            }
            // Each reads all characters, or all but one.
            _ => true,
        }
    }

    /// Whether the step may read nothing, and may read again.
    pub const fn repeats(self) -> bool {
        matches!(self, Self::Any | Self::AnyExcept(_))
    }

    /// The variable that the step reads, if it is one.
    pub fn variable(self) -> Option<Letter> {
        if let Self::One(letter) = self { Some(letter).filter(|letter| letter.is_variable()) } else { None }
    }

    /// Whether the step reads this letter.
    pub fn reads(self, letter: Letter) -> bool {
        match self {
            Self::One(own) => own == letter,
            Self::Folded(own) => letter.as_char().is_some_and(|c| fold(c) == own),
            Self::AnyOne => letter.as_char().is_some(),
            Self::AnyOneExcept(not) => letter.as_char().is_some_and(|c| c != not),
            Self::Any => true,
            Self::AnyExcept(not) => letter != Letter::new(not),
        }
    }
}

/// A character in the one case that comparisons without case use.
pub fn fold(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        _ => c,
    }
}

/// How a `*` in the first five parts of an ARN is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// As documented: inside its part, unless it is the part's last character.
    Parts,
    /// As plain text.
    Flat,
}

/// The steps of a flat pattern.
pub fn flat(text: &str) -> Vec<Step> {
    steps(&Glob::new(text)).collect()
}

/// The steps of a glob; a template's placeholder keeps what ends it.
pub fn steps(glob: &Glob) -> impl Iterator<Item = Step> {
    glob.tokens().iter().map(|token| match *token {
        Token::Char(c) => Step::One(Letter::new(c)),
        Token::AnyChar => Step::AnyOne,
        Token::AnyText => Step::Any,
        Token::AnyTextExcept(c) => Step::AnyExcept(c),
    })
}

/// The steps of one ARN part of the head.
fn head_part(text: &str) -> Vec<Step> {
    let mut part = flat(text);
    let last = part.len().saturating_sub(1);
    for (at, step) in part.iter_mut().enumerate() {
        if *step == Step::Any && at < last {
            *step = Step::AnyExcept(':');
        }
    }
    part
}

/// A resource pattern piece by piece: plain text, or a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text in which `*` and `?` are wildcards.
    Text(String),
    /// A literal character (`${*}`, `${?}`, `${$}`).
    Literal(char),
    /// What stands between `${` and `}`.
    Variable(String),
}

/// Splits a text of the 2012 language at its variables; an unclosed `${` is text.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, inside, after)) =
        rest.split_once("${").and_then(|(before, tail)| tail.split_once('}').map(|(name, after)| (before, name, after)))
    {
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(match inside {
            "*" => Piece::Literal('*'),
            "?" => Piece::Literal('?'),
            "$" => Piece::Literal('$'),
            name => Piece::Variable(name.to_owned()),
        });
        rest = after;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    pieces
}

/// The steps of an ARN pattern given in pieces: the head part by part, the rest flat.
pub fn arn(pieces: &[Piece], reading: Reading, letter_of: &mut impl FnMut(&str) -> Letter) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut colons = 0;
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Literal(c) => steps.push(Step::One(Letter::new(*c))),
            Piece::Variable(name) => steps.push(Step::One(letter_of(name))),
            Piece::Text(text) => {
                let ends = at + 1 == pieces.len();
                text_of_arn(text, reading, ends, &mut colons, &mut steps);
            }
        }
    }
    steps.dedup_by(|a, b| *a == Step::Any && *b == Step::Any);
    steps
}

fn text_of_arn(text: &str, reading: Reading, ends: bool, colons: &mut usize, steps: &mut Vec<Step>) {
    if reading == Reading::Flat {
        steps.extend(flat(text));
        return;
    }
    let mut rest = text;
    while *colons < 5 {
        let Some((part, after)) = rest.split_once(':') else { break };
        steps.extend(head_part(part));
        steps.push(Step::One(Letter::new(':')));
        *colons += 1;
        rest = after;
    }
    let inside = *colons < 5;
    let last = if inside && ends { head_part(rest) } else { flat(rest) };
    let inside = inside && !ends;
    steps.extend(last.into_iter().map(|step| if inside && step == Step::Any { Step::AnyExcept(':') } else { step }));
}

/// Folds every literal character, for comparisons without case.
pub fn folded(steps: Vec<Step>) -> Vec<Step> {
    steps
        .into_iter()
        .map(|step| match step {
            Step::One(letter) => letter.as_char().map_or(step, |c| Step::Folded(fold(c))),
            Step::Folded(_) | Step::AnyOne | Step::AnyOneExcept(_) | Step::Any | Step::AnyExcept(_) => step,
        })
        .collect()
}

/// The pattern with every variable as any text.
pub fn without_variables(steps: &[Step]) -> Vec<Step> {
    let mut plain: Vec<Step> =
        steps.iter().map(|step| if step.variable().is_some() { Step::Any } else { *step }).collect();
    plain.dedup_by(|a, b| *a == Step::Any && *b == Step::Any);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_steps(text: &str) -> Vec<Step> {
        arn(&pieces(text), Reading::Parts, &mut Letter::variable)
    }

    #[test]
    fn an_inner_star_of_the_head_stays_in_its_part() {
        let steps = text_steps("arn:aws:sns:us-*1:*:n*s");
        assert_eq!(steps.iter().filter(|s| **s == Step::AnyExcept(':')).count(), 1);
        assert_eq!(steps.iter().filter(|s| **s == Step::Any).count(), 2);
        assert_eq!(text_steps("*"), [Step::Any]);
        assert_eq!(text_steps("**"), [Step::Any]);
        assert_eq!(text_steps("arn:aws:s3*").last(), Some(&Step::Any));
    }

    #[test]
    fn variables_are_letters_of_their_own() {
        let steps = text_steps("b/${aws:userid}/${*}");
        assert_eq!(steps.get(2), Some(&Step::One(Letter::variable("aws:userid"))));
        assert_eq!(steps.last(), Some(&Step::One(Letter::new('*'))));
        assert_eq!(without_variables(&steps).get(2), Some(&Step::Any));
    }
}

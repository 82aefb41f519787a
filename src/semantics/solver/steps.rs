//! Patterns as the walk reads them: a row of steps over letters and policy variables.
//!
//! Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html> (a `*` that
//! is not the last character of its ARN part stays inside the part) and
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>.

use crate::model::equivalency::{CLOSE, OPEN};
use crate::model::{Class, Glob, Token};

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
    /// One letter of a class, in a template. A name may be a variable, an account or a region may not.
    Of(Class),
    /// Any text of such letters.
    AllOf(Class),
    /// This character, but only where a pattern names it: a mark of a placeholder, for a walk is not to make up any.
    Silent(char),
    /// A placeholder's text between its marks, likewise.
    Inside,
    /// No letter: what follows, or what stands so many steps away.
    Fork(i16),
    /// No letter: what stands so many steps away.
    Jump(i16),
}

impl Step {
    /// Whether both steps read some letter.
    pub fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::One(letter), step) | (step, Self::One(letter)) => step.reads(letter),
            (Self::Folded(c), step) | (step, Self::Folded(c)) => cases_of(c).any(|c| step.reads(Letter::new(c))),
            // No wildcard makes up a placeholder.
            (Self::Silent(_) | Self::Inside, _) | (_, Self::Silent(_) | Self::Inside) => false,
            // Each reads at least the digits.
            _ => true,
        }
    }

    /// Whether the step may read nothing, and may read again.
    pub const fn repeats(self) -> bool {
        matches!(self, Self::Any | Self::AnyExcept(_) | Self::AllOf(_) | Self::Inside)
    }

    /// The character that the step reads, if it reads one alone.
    pub fn literal(self) -> Option<char> {
        if let Self::One(letter) = self { letter.as_char() } else { None }
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
            Self::Of(class) | Self::AllOf(class) => {
                letter.as_char().map_or(matches!(class, Class::Except(_)), |c| class.holds(c))
            }
            Self::Silent(own) => letter == Letter::new(own),
            Self::Inside => letter.as_char().is_some_and(|c| c != OPEN && c != CLOSE),
            Self::Fork(_) | Self::Jump(_) => false,
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

fn steps(glob: &Glob) -> impl Iterator<Item = Step> {
    glob.tokens().iter().map(|token| match *token {
        Token::Char(c) => Step::One(Letter::new(c)),
        Token::AnyChar => Step::AnyOne,
        Token::AnyText => Step::Any,
        Token::AnyCharOf(class) => Step::Of(class),
        Token::AnyTextOf(class) => Step::AllOf(class),
    })
}

/// The steps of one ARN part of the head: only a `*` that ends it runs on across `:`.
fn head_part(text: &str) -> Vec<Step> {
    let mut part = flat(text);
    let last = part.len().saturating_sub(1);
    for (at, step) in part.iter_mut().enumerate() {
        if *step != Step::Any || at < last {
            *step = inside_part(*step);
        }
    }
    part
}

/// A step that stays inside its part of an ARN.
pub fn inside_part(step: Step) -> Step {
    if step == Step::Any {
        Step::AnyExcept(':')
    } else if step == Step::AnyOne {
        Step::AnyOneExcept(':')
    } else {
        step
    }
}

/// A resource pattern piece by piece: plain text, or a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text in which `*` and `?` are wildcards.
    Text(String),
    /// A literal character (`${*}`, `${?}`, `${$}`).
    Literal(char),
    /// A policy variable.
    Variable(Variable),
}

/// A policy variable: a condition key, and what stands for it where a request does not have the key.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Variable {
    /// The key in lower case: keys ignore case.
    pub key: String,
    /// The default, which keeps its case.
    pub default: Option<String>,
}

impl Variable {
    /// Reads what stands between `${` and `}`. A default stands in single quotes; without them all is the key.
    pub fn new(inside: &str) -> Self {
        let halves = inside.split_once(',').and_then(|(key, rest)| {
            let (_, quoted) = rest.split_once('\'')?;
            let (default, _) = quoted.rsplit_once('\'')?;
            Some((key, default))
        });
        match halves {
            Some((key, default)) => Self { key: key.trim().to_lowercase(), default: Some(default.to_owned()) },
            None => Self { key: inside.trim().to_lowercase(), default: None },
        }
    }

    /// The letter that stands for the key's value, whatever it is.
    pub fn letter(&self) -> Letter {
        Letter::variable(&self.key)
    }
}

/// A text in which `*`, `?` and `$` stand for themselves, as a policy writes it.
pub fn written_literally(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '*' | '?' | '$' => written.extend(['$', '{', c, '}']),
            c => written.push(c),
        }
    }
    written
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
            inside => Piece::Variable(Variable::new(inside)),
        });
        rest = after;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    pieces
}

/// The steps of an ARN pattern given in pieces: the head part by part, the rest flat.
pub fn arn(pieces: &[Piece], reading: Reading) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut colons = 0;
    let text = |piece: &Piece| if let Piece::Text(text) = piece { text.matches(':').count() } else { 0 };
    let whole = pieces.iter().map(text).sum::<usize>() >= 5;
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Literal(c) => steps.push(Step::One(Letter::new(*c))),
            Piece::Variable(variable) => steps.push(Step::One(variable.letter())),
            Piece::Text(text) => {
                let ends = at + 1 == pieces.len();
                text_of_arn(text, reading, (ends, whole), &mut colons, &mut steps);
            }
        }
    }
    steps.dedup_by(|a, b| *a == Step::Any && *b == Step::Any);
    steps
}

/// `ends` says whether the pattern ends with this text, `whole` whether it has all six parts: then its partition is one
/// part, since what a `*` of it could run on over (`arn:aws:s3:::x/:s3:::b` for `arn:*:s3:::b`) is nothing that is meant.
fn text_of_arn(text: &str, reading: Reading, (ends, whole): (bool, bool), colons: &mut usize, steps: &mut Vec<Step>) {
    if reading == Reading::Flat {
        steps.extend(flat(text));
        return;
    }
    let mut rest = text;
    while *colons < 5 {
        let Some((part, after)) = rest.split_once(':') else { break };
        let is_partition = whole && *colons == 1;
        let stays = |step| if is_partition { inside_part(step) } else { step };
        steps.extend(head_part(part).into_iter().map(stays));
        steps.push(Step::One(Letter::new(':')));
        *colons += 1;
        rest = after;
    }
    let inside = *colons < 5;
    let last = if inside && ends { head_part(rest) } else { flat(rest) };
    let inside = inside && !ends;
    steps.extend(last.into_iter().map(|step| if inside { inside_part(step) } else { step }));
}

/// Folds every literal character, for comparisons without case.
pub fn folded(steps: Vec<Step>) -> Vec<Step> {
    steps
        .into_iter()
        .map(
            |step| {
                if let Step::One(letter) = step {
                    letter.as_char().map_or(step, |c| Step::Folded(fold(c)))
                } else {
                    step
                }
            },
        )
        .collect()
}

/// The pattern with every variable as any text.
pub fn without_variables(steps: &[Step]) -> Vec<Step> {
    let mut plain: Vec<Step> =
        steps.iter().map(|step| if step.variable().is_some() { Step::Any } else { *step }).collect();
    plain.dedup_by(|a, b| *a == Step::Any && *b == Step::Any);
    plain
}

/// A character in both cases.
pub fn cases_of(c: char) -> impl Iterator<Item = char> {
    let upper = c.to_uppercase().next().filter(|upper| super::steps::fold(*upper) == c);
    std::iter::once(c).chain(upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_steps(text: &str) -> Vec<Step> {
        arn(&pieces(text), Reading::Parts)
    }

    #[test]
    fn an_inner_star_of_the_head_stays_in_its_part() {
        let steps = text_steps("arn:aws:sns:us-*1:*:n*s");
        assert_eq!(steps.iter().filter(|s| **s == Step::AnyExcept(':')).count(), 1);
        assert_eq!(steps.iter().filter(|s| **s == Step::Any).count(), 2);
        assert_eq!(text_steps("*"), [Step::Any]);
        assert_eq!(text_steps("**"), [Step::Any]);
        assert_eq!(text_steps("arn:aws:s3*").last(), Some(&Step::Any));
        for pattern in ["arn:aws:sns:eu-?:1:n", "arn:aws:sns:?*:1:n", "arn:aws:sns:*?:1:n", "arn:aws:sn?", "a?${x}"] {
            let steps = text_steps(pattern);
            assert!(steps.contains(&Step::AnyOneExcept(':')) && !steps.contains(&Step::AnyOne), "{pattern}");
        }
        assert!(text_steps("arn:aws:sns:::n?").contains(&Step::AnyOne), "the sixth part is flat text");
    }

    #[test]
    fn variables_are_letters_of_their_own() {
        let steps = text_steps("b/${aws:userid}/${*}");
        assert_eq!(steps.get(2), Some(&Step::One(Letter::variable("aws:userid"))));
        assert_eq!(steps.last(), Some(&Step::One(Letter::new('*'))));
        assert_eq!(without_variables(&steps).get(2), Some(&Step::Any));
    }

    #[test]
    fn a_default_stands_in_quotes() {
        let variable =
            |key: &str, default: Option<&str>| Variable { key: key.to_owned(), default: default.map(str::to_owned) };
        assert_eq!(Variable::new("aws:PrincipalTag/Team, 'None'"), variable("aws:principaltag/team", Some("None")));
        assert_eq!(Variable::new("aws:userid,''"), variable("aws:userid", Some("")));
        assert_eq!(Variable::new("aws:userid, none"), variable("aws:userid, none", None));
        assert_eq!(written_literally("a*$"), "a${*}${$}");
    }
}

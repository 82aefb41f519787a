//! The values of tests on text, read as patterns.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use super::steps::{self, Letter, Piece, Reading, Step, Variable};
use super::walk::{Group, step_over};

/// How a value of a test is read as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// As it stands.
    Exact,
    /// As it stands, ignoring case.
    Folded,
    /// `*` and `?` are wildcards.
    Like,
    /// As an ARN, part by part.
    Arn,
}

/// A value of a test on text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    how: How,
    pieces: Vec<Piece>,
    /// The steps, in which each variable is a letter of its own.
    as_written: Vec<Step>,
    is_plain: bool,
}

/// What a request says of the key of a variable: its value, or `None` for a key that it does not have.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Pattern {
    /// `None` for an ARN of fewer than six parts.
    pub fn new(how: How, pieces: Vec<Piece>) -> Option<Self> {
        let is_plain = !pieces.iter().any(|piece| matches!(piece, Piece::Variable(_)));
        let as_written = how.steps(&pieces)?;
        Some(Self { how, pieces, as_written, is_plain })
    }

    /// How it is read.
    pub const fn how(&self) -> How {
        self.how
    }

    /// The steps, in which each variable is a letter of its own.
    pub fn steps_as_written(&self) -> &[Step] {
        &self.as_written
    }

    /// The steps, where no variable stands in it.
    pub fn plain_steps(&self) -> Option<&[Step]> {
        self.is_plain.then_some(&self.as_written)
    }

    /// Whether it is one variable and nothing else.
    pub fn is_one_variable(&self) -> bool {
        let whole = |piece: &Piece| matches!(piece, Piece::Variable(_)) || *piece == Piece::Text(String::new());
        !self.is_plain && self.pieces.len() == 3 && self.pieces.iter().all(whole)
    }

    /// The variables in it.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable(variable) => Some(variable),
            Piece::Text(_) | Piece::Literal(_) => None,
        })
    }

    /// The one text that the pattern matches, where it has neither variables nor wildcards.
    pub fn literal(&self) -> Option<String> {
        self.plain_steps()?.iter().map(|step| step.literal()).collect()
    }

    /// The steps with values for the variables. `None` where one has none: then "there is no equal or like value".
    pub fn under(&self, lookup: Lookup<'_>) -> Option<Vec<Step>> {
        if let Some(steps) = self.plain_steps() {
            return Some(steps.to_vec());
        }
        let mut pieces = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            match piece {
                Piece::Variable(variable) => {
                    let value = lookup(&variable.key).or_else(|| variable.default.clone())?;
                    pieces.extend(value.chars().map(Piece::Literal));
                }
                Piece::Text(_) | Piece::Literal(_) => pieces.push(piece.clone()),
            }
        }
        self.how.steps(&pieces)
    }
}

impl How {
    fn steps(self, pieces: &[Piece]) -> Option<Vec<Step>> {
        match self {
            Self::Exact => Some(plain_steps(pieces, false)),
            Self::Folded => Some(steps::folded(plain_steps(pieces, false))),
            Self::Like => Some(plain_steps(pieces, true)),
            Self::Arn => arn_steps(pieces),
        }
    }
}

fn plain_steps(pieces: &[Piece], wild: bool) -> Vec<Step> {
    let literal = |text: &str| text.chars().map(|c| Step::One(Letter::new(c))).collect();
    let of_piece = |piece: &Piece| match piece {
        Piece::Literal(c) => vec![Step::One(Letter::new(*c))],
        Piece::Text(text) if wild => steps::flat(text),
        Piece::Text(text) => literal(text),
        Piece::Variable(variable) => vec![Step::One(variable.letter())],
    };
    pieces.iter().flat_map(of_piece).collect()
}

/// The steps of a pattern of values of one form, in which no wildcard of an ARN's head leaves its part.
pub fn form(pattern: &str) -> Vec<Step> {
    let of_arn = || arn_steps(&[Piece::Text(pattern.to_owned())]).filter(|_| pattern.starts_with("arn:"));
    of_arn().unwrap_or_else(|| steps::flat(pattern))
}

/// ARN operators compare part by part: no `*` of the head leaves its part, and one at the end of a pattern of fewer
/// parts stands for the rest. `None` for fewer parts without it.
fn arn_steps(pieces: &[Piece]) -> Option<Vec<Step>> {
    let colon = Step::One(Letter::new(':'));
    let mut flat = steps::arn(pieces, Reading::Flat);
    let missing = 5_usize.saturating_sub(flat.iter().filter(|step| **step == colon).count());
    if missing > 0 && flat.last() != Some(&Step::Any) {
        return None;
    }
    (0..missing).for_each(|_| flat.extend([colon, Step::Any]));
    let mut colons = 0;
    let part_by_part = flat.into_iter().map(|step| {
        colons += usize::from(step == colon);
        if colons < 5 { steps::inside_part(step) } else { step }
    });
    Some(part_by_part.collect())
}

/// Whether steps without variables read a text.
pub fn reads(steps: &[Step], text: &str) -> bool {
    let group = [steps];
    let group = Group(&group);
    let places = text.chars().fold(vec![(0, 0)], |places, c| step_over(group, &places, Letter::new(c)));
    places.iter().any(|&(_, at)| steps.get(at as usize..).is_some_and(|rest| rest.iter().all(|step| step.repeats())))
}

//! Decimal numbers of any length, compared exactly.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;

/// A decimal number, such as `-12.5`.
///
/// INVARIANT: `digits` are the number's digits without the point, the first not zero, the last not zero if behind the
/// point; `scale` of them stand behind the point. Zero has no digits and is not negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    scale: usize,
}

impl Decimal {
    /// Reads digits with at most one `.` and one sign; anything else is not a number.
    pub fn read(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let digits = whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0').collect();
        Some(Self::new(negative, digits, fraction.len()))
    }

    fn new(negative: bool, mut digits: Vec<u8>, mut scale: usize) -> Self {
        while scale > 0 && digits.last() == Some(&0) {
            digits.pop();
            scale -= 1;
        }
        let zeros = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..zeros);
        let negative = negative && !digits.is_empty();
        let scale = if digits.is_empty() { 0 } else { scale };
        Self { negative, digits, scale }
    }

    /// The digits with so many behind the point.
    fn at_scale(&self, scale: usize) -> Vec<u8> {
        let mut digits = self.digits.clone();
        if digits.is_empty() {
            return digits;
        }
        digits.extend(std::iter::repeat_n(0, scale.saturating_sub(self.scale)));
        digits
    }

    /// The number without what stands behind the point.
    pub fn truncated(&self) -> Self {
        let whole = self.digits.len().saturating_sub(self.scale);
        Self::new(self.negative, self.digits.iter().take(whole).copied().collect(), 0)
    }

    /// The number and one more, or one less.
    pub fn step(&self, up: bool) -> Self {
        let one = Self::new(!up, vec![1], 0);
        self.plus(&one)
    }

    fn plus(&self, other: &Self) -> Self {
        let scale = self.scale.max(other.scale);
        let (a, b) = (self.at_scale(scale), other.at_scale(scale));
        if self.negative == other.negative {
            return Self::new(self.negative, add(&a, &b), scale);
        }
        match compare(&a, &b) {
            Ordering::Less => Self::new(other.negative, subtract(&b, &a), scale),
            Ordering::Equal | Ordering::Greater => Self::new(self.negative, subtract(&a, &b), scale),
        }
    }

    /// A number between this one and a larger one: a whole one where there is one, else the middle.
    pub fn between(&self, larger: &Self) -> Self {
        let whole = self.floor().step(true);
        if whole < *larger {
            return whole;
        }
        let sum = self.plus(larger);
        // Half of it is five times it with one digit more behind the point.
        let twice = add(&sum.digits, &sum.digits);
        let five = add(&add(&twice, &twice), &sum.digits);
        Self::new(sum.negative, five, sum.scale + 1)
    }

    /// The largest whole number that is not larger.
    fn floor(&self) -> Self {
        let whole = self.digits.len().saturating_sub(self.scale);
        let cut = Self::new(self.negative, self.digits.iter().take(whole).copied().collect(), 0);
        if self.negative && self.scale > 0 { cut.step(false) } else { cut }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let scale = self.scale.max(other.scale);
        let size = || compare(&self.at_scale(scale), &other.at_scale(scale));
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => size(),
            (true, true) => size().reverse(),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text: String = self.digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        if text.len() <= self.scale {
            text.insert_str(0, &"0".repeat(self.scale + 1 - text.len()));
        }
        if self.scale > 0 {
            text.insert(text.len() - self.scale, '.');
        }
        write!(f, "{}{text}", if self.negative { "-" } else { "" })
    }
}

/// Compares two rows of digits without a point; the first of each is not zero or is all there is.
fn compare(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn add(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut sum = Vec::with_capacity(a.len().max(b.len()) + 1);
    let (mut a, mut b) = (a.iter().rev(), b.iter().rev());
    let mut carry = 0;
    loop {
        let (x, y) = (a.next(), b.next());
        if x.is_none() && y.is_none() {
            break;
        }
        // A row that has ended goes on with zeros.
        let digit = x.copied().unwrap_or_default() + y.copied().unwrap_or_default() + carry;
        sum.push(digit % 10);
        carry = digit / 10;
    }
    sum.push(carry);
    sum.reverse();
    sum
}

/// The larger row of digits less the smaller.
fn subtract(larger: &[u8], smaller: &[u8]) -> Vec<u8> {
    let mut rest = Vec::with_capacity(larger.len());
    let mut smaller = smaller.iter().rev();
    let mut borrowed = 0;
    for digit in larger.iter().rev() {
        // The smaller row goes on with zeros.
        let less = smaller.next().copied().unwrap_or_default() + borrowed;
        borrowed = u8::from(*digit < less);
        rest.push(digit + 10 * borrowed - less);
    }
    rest.reverse();
    rest
}

/// The whole numbers, written out, on, before and behind each bound; none below zero.
pub fn whole_around(bounds: &[Decimal]) -> BTreeSet<String> {
    let around = |bound: &Decimal| {
        let whole = bound.truncated();
        [whole.step(false), whole.step(true), whole]
    };
    let all = bounds.iter().flat_map(around).map(|number| number.to_string());
    all.filter(|text| !text.starts_with('-')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::read(text).unwrap()
    }

    #[test]
    fn numbers_are_written_as_read() {
        for (read, written) in
            [("0", "0"), ("-0.0", "0"), ("007", "7"), ("+1.50", "1.5"), ("-0.05", "-0.05"), ("100", "100")]
        {
            assert_eq!(decimal(read).to_string(), written);
        }
        for text in ["", "-", ".5", "1.", "1e3", "0x10", " 1", "1.2.3"] {
            assert!(Decimal::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn numbers_in_their_order() {
        let sorted =
            ["-10", "-9.5", "-0.1", "0", "0.1", "0.2", "1", "1.3", "12345678901234567890", "12345678901234567891"];
        let numbers: Vec<Decimal> = sorted.iter().map(|text| decimal(text)).collect();
        assert!(numbers.is_sorted());
        for pair in numbers.windows(2) {
            let between = pair[0].between(&pair[1]);
            assert!(pair[0] < between && between < pair[1], "{} {between} {}", pair[0], pair[1]);
        }
        assert_eq!(decimal("0.1").between(&decimal("0.2")).to_string(), "0.15");
        assert_eq!(decimal("-1.5").between(&decimal("3")).to_string(), "-1");
        assert_eq!(
            (decimal("0").step(false).to_string(), decimal("9.5").step(true).to_string()),
            ("-1".into(), "10.5".into())
        );
    }
}

//! A set of small numbers: actions of the catalogue, statements of a pair, tests of a condition.

/// A set of numbers. Equality is that of the stored words: sets that are compared are made equally long.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// The empty set with room for the numbers below `size`.
    pub fn new(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)])
    }

    /// All numbers below `size`.
    pub fn full(size: usize) -> Self {
        let mut bits = Self::new(size);
        (0..size).for_each(|n| bits.insert(n));
        bits
    }

    /// Adds a number, growing if need be.
    pub fn insert(&mut self, n: usize) {
        let word = n / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << (n % 64);
        }
    }

    /// Whether a number is in the set.
    pub fn contains(&self, n: usize) -> bool {
        self.0.get(n / 64).is_some_and(|word| word >> (n % 64) & 1 == 1)
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Adds all of another set.
    pub fn union(&mut self, other: &Self) {
        if other.0.len() > self.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }

    /// Keeps what another set holds too.
    pub fn intersect(&mut self, other: &Self) {
        let filled = other.0.iter().chain(std::iter::repeat(&0));
        self.0.iter_mut().zip(filled).for_each(|(a, b)| *a &= b);
    }

    /// Removes all of another set.
    pub fn subtract(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= !b);
    }

    /// Whether every number is in the other set too.
    pub fn is_subset(&self, other: &Self) -> bool {
        let filled = other.0.iter().chain(std::iter::repeat(&0));
        self.0.iter().zip(filled).all(|(a, b)| a & !b == 0)
    }

    /// The numbers, rising.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| ones(*word).map(move |bit| at * 64 + bit))
    }
}

fn ones(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
        word &= word - 1;
        Some(bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_numbers() {
        let mut a = Bits::new(10);
        [3, 64, 130].into_iter().for_each(|n| a.insert(n));
        assert_eq!(a.iter().collect::<Vec<_>>(), [3, 64, 130]);
        let mut b = Bits::full(65);
        assert!(!a.is_subset(&b) && b.contains(64) && !b.contains(65));
        b.intersect(&a);
        assert_eq!(b.iter().collect::<Vec<_>>(), [3, 64]);
        assert!(b.is_subset(&a));
        a.subtract(&b);
        assert_eq!(a.iter().collect::<Vec<_>>(), [130]);
        b.union(&a);
        assert_eq!(b.iter().count(), 3);
        assert!(Bits::new(5).is_empty());
    }
}

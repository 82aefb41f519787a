//! The two accounts of a comparison. Neither is older or better than the other.

use serde::{Deserialize, Serialize};

/// Which of the two accounts: `Left` is the first source on the command line, `Right` the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The first source.
    Left,
    /// The second source.
    Right,
}

impl Side {
    /// Both sides, left first.
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];

    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// One value for each of the two accounts.
///
/// ```
/// use iamctl::model::{Side, Sides};
/// let roles = Sides { left: 3, right: 4 };
/// assert_eq!(roles.map(|n| n * 2).get(Side::Right), &8);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sides<T> {
    /// The value of the first source.
    pub left: T,
    /// The value of the second source.
    pub right: T,
}

impl<T> Sides<T> {
    /// The value of one side.
    pub const fn get(&self, side: Side) -> &T {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// The value of one side, to change it.
    pub const fn get_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        }
    }

    /// Applies a function to both values, left first.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Sides<U> {
        Sides { left: f(self.left), right: f(self.right) }
    }

    /// Applies a function to both values at the same time.
    pub fn par_map<U: Send>(self, f: impl Fn(T) -> U + Sync) -> Sides<U>
    where
        T: Send,
    {
        let Self { left, right } = self;
        let (left, right) = rayon::join(|| f(left), || f(right));
        Sides { left, right }
    }

    /// Borrows both values.
    pub const fn as_ref(&self) -> Sides<&T> {
        Sides { left: &self.left, right: &self.right }
    }
}

impl Sides<Side> {
    /// Each side at its own place.
    pub const SIDES: Self = Self { left: Side::Left, right: Side::Right };
}

impl<T, E> Sides<Result<T, E>> {
    /// Both values, or the first error, left first.
    ///
    /// # Errors
    /// The left error if there is one, else the right.
    pub fn transpose(self) -> Result<Sides<T>, E> {
        Ok(Sides { left: self.left?, right: self.right? })
    }
}

//! What holds placeholders between their marks, and what does not.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Deref;

use serde_json::Value;

use super::equivalency::{CLOSE, OPEN};
use super::sides::Sides;

/// Something whose texts may hold placeholders between their marks, as it is compared.
///
/// It cannot be printed or written. The way to what people see is [`Marked::shown`]:
///
/// ```
/// use iamctl::model::Marked;
/// use iamctl::model::equivalency::mark;
/// let text = Marked::new(format!("app-{}", mark("environment")));
/// assert_eq!(*text.shown(), "app-environment");
/// ```
///
/// ```compile_fail
/// let text = iamctl::model::Marked::new("app".to_owned());
/// println!("{text}");
/// ```
#[derive(Clone)]
pub struct Marked<T>(T);

/// Something none of whose texts holds a mark. [`Marked::shown`] alone makes it.
#[derive(Debug, Clone)]
pub struct Shown<T>(T);

/// What has texts that may hold marks.
pub trait HasTexts {
    /// Gives every text to `change`.
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String));
}

impl<T> Marked<T> {
    /// What may hold marks.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value with its marks, to be compared.
    pub const fn with_marks(&self) -> &T {
        &self.0
    }

    /// The value with its marks, to be compared.
    pub fn into_with_marks(self) -> T {
        self.0
    }
}

impl<T: HasTexts> Marked<T> {
    /// The value as people see it: without any mark.
    pub fn shown(self) -> Shown<T> {
        let Self(mut value) = self;
        value.each_text(&mut |text| text.retain(|c| !matches!(c, OPEN | CLOSE)));
        Shown(value)
    }
}

impl<T> Shown<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Shown<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl HasTexts for String {
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        change(self);
    }
}

impl HasTexts for Cow<'_, str> {
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        change(self.to_mut());
    }
}

impl<T: HasTexts> HasTexts for Option<T> {
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        self.iter_mut().for_each(|one| one.each_text(change));
    }
}

impl<T: HasTexts> HasTexts for Vec<T> {
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        self.iter_mut().for_each(|one| one.each_text(change));
    }
}

impl<T: HasTexts> HasTexts for Sides<T> {
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        let Self { left, right } = self;
        left.each_text(change);
        right.each_text(change);
    }
}

impl<T: HasTexts> HasTexts for BTreeMap<String, T> {
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        let entries = std::mem::take(self).into_iter();
        self.extend(entries.map(|(mut key, mut value)| {
            change(&mut key);
            value.each_text(change);
            (key, value)
        }));
    }
}

impl HasTexts for Value {
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        match self {
            Self::String(text) => change(text),
            Self::Array(items) => items.iter_mut().for_each(|item| item.each_text(change)),
            Self::Object(entries) => {
                let old = std::mem::take(entries).into_iter();
                entries.extend(old.map(|(mut key, mut value)| {
                    change(&mut key);
                    value.each_text(change);
                    (key, value)
                }));
            }
            Self::Null | Self::Bool(_) | Self::Number(_) => {}
        }
    }
}

/// Says which fields of a type hold texts. Each field has to be named, so that a new one is thought of.
macro_rules! has_texts {
    ($type:ident { $($text:ident),*; $($other:ident),* }) => {
        impl $crate::model::HasTexts for $type {
            fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
                let Self { $($text,)* $($other: _,)* } = self;
                $($crate::model::HasTexts::each_text($text, change);)*
            }
        }
    };
}

pub(crate) use has_texts;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::equivalency::mark;

    #[test]
    fn no_text_keeps_a_mark() {
        let text = || format!("a-{}", mark("env"));
        let value = json!([{text(): [text(), 1, null]}, text()]);
        assert_eq!(*Marked::new(value).shown(), json!([{"a-env": ["a-env", 1, null]}, "a-env"]));
        let keys = BTreeMap::from([(text(), vec![Some(text()), None])]);
        assert_eq!(
            *Marked::new(keys).shown(),
            BTreeMap::from([("a-env".to_owned(), vec![Some("a-env".into()), None])])
        );
        assert_eq!(&**Marked::new(Cow::Borrowed("a\u{fdd1}b")).shown(), "ab");
        assert_eq!(Marked::new(text()).with_marks(), &text());
    }
}

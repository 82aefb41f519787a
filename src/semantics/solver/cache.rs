//! What is worked out once and shared by all pairs and threads.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Values of a pure function by argument. Which thread fills an entry makes no difference to any answer.
#[derive(Debug)]
pub struct Cache<K, V>(RwLock<BTreeMap<K, V>>);

impl<K: Ord, V: Clone> Cache<K, V> {
    /// An empty cache.
    pub const fn new() -> Self {
        Self(RwLock::new(BTreeMap::new()))
    }

    /// The value for this argument, made if there is none yet.
    pub fn get<Q>(&self, key: &Q, make: impl FnOnce() -> V) -> V
    where
        K: std::borrow::Borrow<Q>,
        Q: Ord + ToOwned<Owned = K> + ?Sized,
    {
        // A panic elsewhere cannot leave a map half changed: entries are whole values.
        if let Some(value) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return value.clone();
        }
        let value = make();
        self.0.write().unwrap_or_else(PoisonError::into_inner).entry(key.to_owned()).or_insert(value).clone()
    }
}

/// Gives equal things one number and one copy.
#[derive(Debug)]
pub struct Interner<T>(RwLock<BTreeMap<String, Arc<T>>>);

impl<T> Interner<T> {
    /// An empty interner.
    pub const fn new() -> Self {
        Self(RwLock::new(BTreeMap::new()))
    }

    /// The one copy of the thing with this key; `make` gets its number, which only says "the same" and has no order.
    pub fn get(&self, key: &str, make: impl FnOnce(u32) -> T) -> Arc<T> {
        if let Some(value) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Arc::clone(value);
        }
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = map.get(key) {
            return Arc::clone(value);
        }
        let number = u32::try_from(map.len()).unwrap_or(u32::MAX);
        let value = Arc::new(make(number));
        map.insert(key.to_owned(), Arc::clone(&value));
        value
    }
}

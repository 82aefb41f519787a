//! What a request carries besides action and resource.

use std::collections::BTreeMap;

use crate::model::ConditionKey;

/// The condition keys of a request and their values.
///
/// INVARIANT: keys are folded as [`ConditionKey::folded`] folds them; IAM ignores their case.
///
/// ```
/// use iamctl::semantics::evaluate::Context;
/// let context = Context::from_iter([("aws:SourceVpc", vec!["vpc-0a1"])]);
/// assert_eq!(context.values("AWS:sourcevpc"), Some(["vpc-0a1".to_owned()].as_slice()));
/// assert_eq!(context.values("aws:SourceIp"), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Context(BTreeMap<String, Vec<String>>);

impl Context {
    /// The values of a key in any case; `None` where the request does not carry it. A key without a value is no key.
    #[must_use]
    pub fn values(&self, key: &str) -> Option<&[String]> {
        let values = self.0.get(ConditionKey::new(key).folded())?;
        (!values.is_empty()).then_some(values.as_slice())
    }

    /// The folded keys with their values, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(key, values)| (key.as_str(), values.as_slice()))
    }
}

impl<K: AsRef<str>, V: Into<String>> FromIterator<(K, Vec<V>)> for Context {
    /// A key that comes twice, in whatever case, keeps its last values.
    fn from_iter<I: IntoIterator<Item = (K, Vec<V>)>>(entries: I) -> Self {
        let fold = |key: K| ConditionKey::new(key.as_ref()).folded().to_owned();
        let fold_entry = |(key, values): (K, Vec<V>)| (fold(key), values.into_iter().map(Into::into).collect());
        Self(entries.into_iter().map(fold_entry).collect())
    }
}

/// The context as the policies of one kind see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    context: &'a Context,
    in_role_session: bool,
}

impl<'a> Facts<'a> {
    /// Of a request that a role's session makes.
    pub(super) const fn of_role_session(context: &'a Context) -> Self {
        Self { context, in_role_session: true }
    }

    /// Of a request that anybody makes, such as the one to take a role.
    pub(super) const fn of_anybody(context: &'a Context) -> Self {
        Self { context, in_role_session: false }
    }

    /// The values of a key, never an empty list.
    ///
    /// `aws:username` has no value in a role's session, whatever a request claims:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-infotouse>.
    pub(super) fn values(self, key: &str) -> Option<&'a [String]> {
        if self.in_role_session && key.eq_ignore_ascii_case("aws:username") {
            return None;
        }
        self.context.values(key)
    }
}

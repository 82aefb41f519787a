//! What a request carries besides action and resource.

use std::collections::BTreeMap;

use super::role_account::RoleAccount;
use crate::model::ConditionKey;
use crate::semantics::known_role::KnownRole;
use crate::semantics::own_account::OwnAccount;

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
    /// The values of a key in any case; `None` where the request does not carry it. A key without a value is not a key.
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
pub(super) struct ContextView<'a> {
    context: &'a Context,
    /// The role whose session makes the request; `None` where anybody may make it.
    role: Option<&'a KnownRole>,
    /// The account that the policies are of, where they spell it in another way than by its id.
    own_account: Option<OwnAccount<'a>>,
}

impl<'a> ContextView<'a> {
    /// Of a request that a role's session makes.
    pub(super) fn of_role_session(context: &'a Context, role: &'a KnownRole) -> Self {
        Self { context, role: Some(role), own_account: role.own_account() }
    }

    /// Of a request that the session of a role makes of which nothing is known.
    #[cfg(test)]
    pub(super) fn of_some_session(context: &'a Context) -> Self {
        static UNKNOWN: std::sync::LazyLock<KnownRole> = std::sync::LazyLock::new(KnownRole::default);
        Self::of_role_session(context, &UNKNOWN)
    }

    /// Of a request that anybody makes, such as the one to assume a role of this account.
    pub(super) fn of_anybody(context: &'a Context, role: RoleAccount<'a>) -> Self {
        Self { context, role: None, own_account: OwnAccount::new(role.account, role.id) }
    }

    /// The account that the policies are of, where they spell it in another way than by its id: what a wildcard
    /// matches of the digits it matches of the account.
    pub(super) const fn own_account(self) -> Option<OwnAccount<'a>> {
        self.own_account
    }

    /// The values of a key, never an empty list.
    ///
    /// `aws:username` has no value in a role's session, whatever a request claims:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-infotouse>.
    /// What is known of the role counts, whatever a request claims.
    pub(super) fn values(self, key: &str) -> Option<&'a [String]> {
        let Some(role) = self.role else { return self.context.values(key) };
        if key.eq_ignore_ascii_case("aws:username") {
            return None;
        }
        role.says(ConditionKey::new(key).folded()).unwrap_or_else(|| self.context.values(key))
    }
}

//! What is known of a role besides its policies, as far as conditions and variables ask for it.

use std::collections::BTreeMap;

use super::own_account::OwnAccount;

const ACCOUNT: &str = "aws:principalaccount";
const ARN: &str = "aws:principalarn";
const TAG: &str = "aws:principaltag/";

/// What is known of the role whose session makes a request. By default nothing: then every key that the role decides
/// may have any value.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principal-properties>
///
/// ```
/// use iamctl::semantics::KnownRole;
/// let role = KnownRole::default().in_account("111122223333").with_tags([("Team", "red")]);
/// assert_eq!(role.says("aws:principaltag/team"), Some(Some(["red".to_owned()].as_slice())));
/// assert_eq!(role.says("aws:principaltag/cost"), Some(None), "the role has no such tag");
/// assert_eq!(role.says("aws:principalarn"), None, "nothing is known of it");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownRole {
    values: BTreeMap<String, Vec<String>>,
    knows_tags: bool,
    account_id: Option<String>,
    session_tags: bool,
}

impl KnownRole {
    /// In this account, spelled as in the policies: its id, or what normalising put in its place.
    #[must_use]
    pub fn in_account(mut self, account: &str) -> Self {
        self.values.insert(ACCOUNT.to_owned(), vec![account.to_owned()]);
        self
    }

    /// The digits of the account's id, where the policies spell the account in another way: a pattern such as `1111*`
    /// matches the digits.
    #[must_use]
    pub fn with_account_id(mut self, id: &str) -> Self {
        self.account_id = Some(id.to_owned());
        self
    }

    /// With this ARN, spelled as in the policies.
    #[must_use]
    pub fn with_arn(mut self, arn: &str) -> Self {
        self.values.insert(ARN.to_owned(), vec![arn.to_owned()]);
        self
    }

    /// With these tags and no others, and without session tags: the trust policy allows nobody `sts:TagSession`.
    /// Of a role whose sessions may bring tags of their own, which override the role's, nothing is known.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>
    #[must_use]
    pub fn with_tags<'t>(mut self, tags: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let of_tag = |(key, value): (&str, &str)| (format!("{TAG}{}", key.to_lowercase()), vec![value.to_owned()]);
        self.values.extend(tags.into_iter().map(of_tag));
        self.knows_tags = true;
        self
    }

    /// With tags that sessions may bring, which override the role's: the trust policy allows somebody `sts:TagSession`.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>
    #[must_use]
    pub const fn with_session_tags(mut self) -> Self {
        self.session_tags = true;
        self
    }

    /// Whether sessions may bring tags.
    pub(super) const fn takes_session_tags(&self) -> bool {
        self.session_tags
    }

    /// What a request of the role says of a key in lower case: its values, or `None` inside if it does not have the
    /// key. `None` where nothing is known.
    #[must_use]
    pub fn says(&self, key: &str) -> Option<Option<&[String]>> {
        match self.values.get(key) {
            Some(values) => Some(Some(values)),
            None if self.knows_tags && key.starts_with(TAG) => Some(None),
            None => None,
        }
    }

    /// The account, where the policies spell it in another way than by its id.
    pub(super) fn own_account(&self) -> Option<OwnAccount<'_>> {
        let spelled = self.values.get(ACCOUNT)?.first()?;
        OwnAccount::new(spelled, self.account_id.as_deref())
    }
}

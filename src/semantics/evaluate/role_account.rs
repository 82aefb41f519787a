//! The account of the role that a request asks for.

/// The account, and the partition it is in, that a role belongs to.
#[derive(Debug, Clone, Copy)]
pub struct RoleAccount<'a> {
    /// The account's id, or what normalising put in its place.
    pub account: &'a str,
    /// The digits of the account's id, where normalising put something else in their place: wildcards match them.
    pub id: Option<&'a str>,
    /// The partition, such as `aws`.
    pub partition: &'a str,
}

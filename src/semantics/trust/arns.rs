//! What the ARN of a principal says.

use super::side::TrustSide;
use crate::model::names_somebody;

/// An account: partition and id.
pub type AccountOf<'a> = (&'a str, &'a str);

/// The account that a principal names as a whole, by id or root ARN.
pub fn named_account<'a>(text: &'a str, side: &TrustSide<'a>) -> Option<AccountOf<'a>> {
    if !text.contains(':') {
        return names_somebody(text).then_some((side.partition, text));
    }
    let account = account_of(text)?;
    let is_root = text.split(':').nth(2) == Some("iam") && text.splitn(6, ':').nth(5) == Some("root");
    (is_root && names_somebody(text)).then_some(account)
}

/// The account in an ARN.
pub fn account_of(arn: &str) -> Option<AccountOf<'_>> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        [_, partition, _, _, account, _] => Some((partition, account)),
        _ => None,
    }
}

/// The partition of an ARN; another text has none.
pub fn partition_of(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:")?.split(':').next()
}

/// Account, role name and session name of a session's ARN.
pub fn session_parts(arn: &str) -> Option<(AccountOf<'_>, &str, &str)> {
    let account = account_of(arn).filter(|_| arn.split(':').nth(2) == Some("sts"))?;
    let (role, session) = arn.split_once(":assumed-role/")?.1.split_once('/')?;
    Some((account, role, session))
}

/// Account and name of a role's ARN, its path aside.
pub fn role_parts(arn: &str) -> Option<(AccountOf<'_>, &str)> {
    let account = account_of(arn).filter(|_| arn.split(':').nth(2) == Some("iam"))?;
    let path = arn.split_once(":role/")?.1;
    Some((account, path.rsplit_once('/').map_or(path, |(_, name)| name)))
}

/// Whether an ARN is a user's.
pub fn is_user(arn: &str) -> bool {
    arn.split(':').nth(2) == Some("iam") && arn.splitn(6, ':').nth(5).is_some_and(|name| name.starts_with("user/"))
}

//! Who is who among the principals of trust policies: an account is all its roles, and everyone is all accounts.

use crate::model::PrincipalType;
use crate::report::RoleTrustDifference;
use crate::semantics::trust::TrustRelation;

/// Whom a row of trust is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Principals<'r> {
    kind: PrincipalType,
    text: &'r str,
    except: &'r [String],
    relation: TrustRelation,
}

impl<'r> Principals<'r> {
    /// After normalization.
    pub(super) fn of(row: &'r RoleTrustDifference) -> Self {
        let d = &row.difference;
        Self { kind: d.principal_type, text: &d.principal, except: &d.except, relation: d.relation }
    }

    /// As the account names them.
    pub(super) fn in_real_names(row: &'r RoleTrustDifference) -> Self {
        let named = row.named();
        Self { text: named.principal, except: named.except, ..Self::of(row) }
    }

    /// Whether both may be about some principal.
    pub(super) fn overlap(self, other: &Principals<'_>) -> bool {
        let leaves_out =
            |one: &Principals<'_>, other: &Principals<'_>| one.except.iter().any(|text| text == other.text);
        (self.contains(other) || other.contains(&self)) && !leaves_out(&self, other) && !leaves_out(other, &self)
    }

    /// Whether each principal of the other row is one of these, and is let in as well as there.
    pub(super) fn covers(self, other: &Principals<'_>) -> bool {
        self.contains(other) && (self.relation == other.relation || self.relation == TrustRelation::Granted)
    }

    /// Without a look at those that are left out.
    fn contains(self, other: &Principals<'_>) -> bool {
        let is_aws = self.kind == PrincipalType::Aws && other.kind == PrincipalType::Aws;
        (self.kind == other.kind && self.text == other.text)
            || self.is_everyone()
            || (is_aws && (self.is_account_of(other.text) || self.is_role_of(other.text)))
    }

    fn is_everyone(self) -> bool {
        self.kind == PrincipalType::Everyone || self.text == "*"
    }

    fn is_account_of(self, text: &str) -> bool {
        is_account(self.text) && account(self.text) == account(text)
    }

    /// Whether the text is a session of this role, which is named without the role's path.
    fn is_role_of(self, text: &str) -> bool {
        let name = self.text.split_once(":role/").map(|(_, path)| path.rsplit('/').next().unwrap_or(path));
        let session = text.split_once(":assumed-role/").and_then(|(_, rest)| rest.split_once('/'));
        account(self.text) == account(text) && name.is_some() && name == session.map(|(role, _)| role)
    }
}

/// Whether somebody whom a row is about may be somebody whom a row of the other account is about. The accounts have other
/// names for the same principals; which ones, the row's witness says.
pub(super) fn overlap_in_the_other_account(row: &RoleTrustDifference, other: &Principals<'_>) -> bool {
    let own = Principals::in_real_names(row);
    let Some(there) = row.counterpart.as_ref().filter(|_| row.witness_is_real && !own.is_everyone()) else {
        return true;
    };
    if own.kind == PrincipalType::Aws && is_account(own.text) {
        // The witness is one of them.
        return other.is_everyone()
            || (other.kind == PrincipalType::Aws && account(&there.principal) == account(other.text));
    }
    // Who is left out has other names there, too.
    Principals { text: &there.principal, except: &[], ..own }.overlap(other)
}

/// Whether a principal is an account.
fn is_account(text: &str) -> bool {
    text.ends_with(":root") || !text.contains(':')
}

/// The account of an ARN, or the account itself.
fn account(text: &str) -> Option<&str> {
    if text.contains(':') { text.split(':').nth(4) } else { Some(text) }
}

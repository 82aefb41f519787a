//! Two snapshots on their way to the comparison, for every command that compares.

use super::error::CliError;
use crate::compare::{self, Input};
use crate::model::Selection;
use crate::model::{Account, AccountTag, Role, Sides};
use crate::normalise::{self, Normalised, Normaliser, Rules};
use crate::parse::account::AccountReader;
use crate::parse::snapshot::Snapshot;

/// One account, read and normalised.
pub(super) struct Prepared {
    /// How many roles the account has, before any were chosen.
    pub all_roles: usize,
    pub account: Account,
    pub normalised: Normalised,
    pub normaliser: Normaliser,
}

impl Prepared {
    /// The roles with placeholders.
    pub(super) fn normalised_roles(&self) -> impl Iterator<Item = &Role> {
        self.normalised.roles.iter().map(|role| &role.role)
    }
}

/// Refuses one tag for both accounts; file systems that ignore case could not keep their files apart.
pub(super) fn different_tags(tags: Sides<&AccountTag>) -> Result<(), CliError> {
    if tags.left.as_str().eq_ignore_ascii_case(tags.right.as_str()) {
        return Err(CliError::SameTag { tag: tags.left.clone() });
    }
    Ok(())
}

/// Reads and normalises both accounts and keeps the roles that `select` chooses of them.
pub(super) fn prepare(
    snapshots: Sides<&Snapshot>,
    tags: Sides<&AccountTag>,
    rules: Rules<'_>,
    select: impl FnOnce(&Sides<Prepared>) -> Result<Selection, CliError>,
) -> Result<Sides<Prepared>, CliError> {
    // One reader for both, so that a text that both accounts have (AWS's own policies) is one value.
    let mut reader = AccountReader::default();
    let accounts = Sides { left: reader.account(snapshots.left)?, right: reader.account(snapshots.right)? };
    let normalisers = normalise::normalisers(accounts.as_ref(), tags, rules).map_err(CliError::DictionarySize)?;
    let ready = |account: Account, normaliser: Normaliser| {
        let normalised = normalise::account(&account, &normaliser);
        Prepared { all_roles: account.roles.len(), account, normalised, normaliser }
    };
    let prepared =
        Sides { left: ready(accounts.left, normalisers.left), right: ready(accounts.right, normalisers.right) };
    // Left as they are, they would look alike in both accounts, whichever of the two they mean.
    let unfit = compare::unfit_texts([&prepared.left.normalised, &prepared.right.normalised]);
    if let Some(text) = unfit.iter().find(|text| !text.literal.is_empty()) {
        return Err(CliError::DictionarySeparators { sentence: text.limitation(rules).to_string() });
    }
    let selection = select(&prepared)?;
    selection.check([&prepared.left.normalised, &prepared.right.normalised])?;
    Ok(prepared.map(|Prepared { all_roles, account, normalised, normaliser }| {
        let (account, normalised) = selection.apply(account, normalised);
        Prepared { all_roles, account, normalised, normaliser }
    }))
}

/// The accounts as the comparison takes them.
pub(super) fn join<'a>(
    tags: Sides<&'a AccountTag>,
    snapshots: Sides<&'a Snapshot>,
    prepared: &'a Sides<Prepared>,
) -> Sides<Input<'a>> {
    let input = |tag: &'a AccountTag, snapshot: &'a Snapshot, prepared: &'a Prepared| Input {
        tag,
        source: &snapshot.source,
        harvested_at: snapshot.harvested_at.as_deref(),
        all_roles: prepared.all_roles,
        account: &prepared.account,
        normalised: &prepared.normalised,
        normaliser: &prepared.normaliser,
    };
    Sides {
        left: input(tags.left, snapshots.left, &prepared.left),
        right: input(tags.right, snapshots.right, &prepared.right),
    }
}

//! Reads a snapshot of ours, or the AWS CLI's authorization details as one.

use serde::{Deserialize, Deserializer};

use super::{FORMAT, Snapshot, SnapshotError, VERSION};
use crate::model::AccountId;
use crate::parse::JsonError;
use crate::parse::authorization_details;

/// Reads a snapshot of ours or the AWS CLI's authorization details.
///
/// `file` says where the text is from, in words for people (`file dev.json`); a snapshot of ours keeps the source it
/// was harvested from. Authorization details of several accounts are read for the one that is chosen as `account`.
///
/// # Errors
/// If the text is neither, is of a version this program does not know, does not hold the whole account, or is of another
/// account than the one that is chosen.
pub fn read(text: &str, file: &str, account: Option<&AccountId>) -> Result<Snapshot, SnapshotError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // What is plainly the one form is read at once: to look what a text is takes as long as to read it.
    if !begins_like_ours(text)
        && let Some(pages) = authorization_details::pages(text)
    {
        return authorization_details::join(pages, file, account);
    }
    let kinds = kinds(text, file)?;
    if kinds.len() != 1 && kinds.iter().any(Kind::is_ours) {
        return Err(SnapshotError::SeveralDocuments { file: file.to_owned() });
    }
    let own = || file.to_owned();
    match kinds.first().map(|kind| (kind.is_ours(), kind.version)) {
        Some((true, Some(version))) if version == u64::from(VERSION) => {
            let snapshot: Snapshot = serde_json::from_str(text).map_err(|error| SnapshotError::form(&error, file))?;
            of_account(snapshot, file, account)
        }
        Some((true, found)) => Err(SnapshotError::Version { file: own(), found }),
        Some((false, _)) if kinds.iter().all(|kind| kind.role_detail_list) => {
            authorization_details::read(text, file, account)
        }
        Some(_) | None => Err(SnapshotError::Unknown { file: own() }),
    }
}

/// Whether the first key is that of a snapshot that iamctl wrote.
fn begins_like_ours(text: &str) -> bool {
    let inside = text.trim_ascii_start().strip_prefix('{').unwrap_or_default();
    inside.trim_ascii_start().starts_with("\"format\"")
}

/// What tells the two forms apart.
#[derive(Deserialize)]
struct Kind {
    #[serde(default)]
    format: Option<serde_json::Value>,
    #[serde(default)]
    version: Option<u64>,
    /// Whether the key is there.
    #[serde(default, rename = "RoleDetailList", deserialize_with = "is_there")]
    role_detail_list: bool,
}

impl Kind {
    fn is_ours(&self) -> bool {
        self.format.as_ref().and_then(serde_json::Value::as_str) == Some(FORMAT)
    }
}

fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// The kinds of the JSON documents that stand in a text one behind the other; at least one.
fn kinds(text: &str, file: &str) -> Result<Vec<Kind>, SnapshotError> {
    let kinds: Result<Vec<Kind>, _> = if text.trim_ascii().is_empty() {
        serde_json::from_str(text).map(|kind| vec![kind])
    } else {
        serde_json::Deserializer::from_str(text).into_iter().collect()
    };
    kinds.map_err(|problem| match problem.classify() {
        serde_json::error::Category::Data => SnapshotError::Unknown { file: file.to_owned() },
        serde_json::error::Category::Io | serde_json::error::Category::Syntax | serde_json::error::Category::Eof => {
            SnapshotError::Json { file: file.to_owned(), problem: JsonError::new(&problem) }
        }
    })
}

/// A snapshot of ours, if it is of the account that is chosen.
pub(in crate::parse) fn of_account(
    snapshot: Snapshot,
    file: &str,
    chosen: Option<&AccountId>,
) -> Result<Snapshot, SnapshotError> {
    match chosen {
        Some(id) if snapshot.account_id.as_deref() != Some(id.as_str()) => {
            let accounts = snapshot.account_id.iter().map(|id| (id.clone(), snapshot.roles.len())).collect();
            Err(SnapshotError::OtherAccount { file: file.to_owned(), wanted: id.clone(), accounts })
        }
        _ => Ok(snapshot),
    }
}

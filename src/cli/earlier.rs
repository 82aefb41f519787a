//! The folder of an earlier `diff`, read again: its snapshots, and what they were compared under.

use std::path::{Path, PathBuf};

use super::error::CliError;
use super::inputs::{self, Dictionary};
use super::source::Source;
use crate::compare::Selection;
use crate::model::accepted::{FORMAT, VERSION};
use crate::model::{AcceptedEntry, AccountTag, Sides};
use crate::normalise::{Builtin, Builtins};
use crate::parse::snapshot::Snapshot;
use crate::parse::{accepted, equivalency};
use crate::store::text_file;

/// What a report was made from.
pub(super) struct Earlier {
    pub sources: Sides<Source>,
    folder: PathBuf,
    pub tags: Sides<AccountTag>,
    pub selection: Selection,
    report: serde_json::Value,
    no_report: CliError,
}

impl Earlier {
    /// Reads the report of a folder.
    pub(super) fn read(folder: &Path) -> Result<Self, CliError> {
        let no_report = || CliError::NoReport { path: folder.to_owned() };
        let path = folder.join("report.json");
        if !path.is_file() {
            return Err(no_report());
        }
        let report: serde_json::Value = serde_json::from_str(&text_file::read(&path)?).map_err(|_| no_report())?;
        let tag = |side: &str| -> Option<AccountTag> {
            report.get("accounts")?.get(side)?.get("tag")?.as_str()?.parse().ok()
        };
        let tags = Sides { left: tag("left").ok_or_else(no_report)?, right: tag("right").ok_or_else(no_report)? };
        let snapshot = |tag: &AccountTag| Source::File(folder.join(format!("{tag}_snapshot.json")));
        let sources = Sides { left: snapshot(&tags.left), right: snapshot(&tags.right) };
        let selection = selection(&report);
        Ok(Self { sources, folder: folder.to_owned(), tags, selection, report, no_report: no_report() })
    }

    /// Its snapshots.
    pub(super) fn snapshots(&self) -> Result<Sides<Snapshot>, CliError> {
        let read = |tag: &AccountTag| {
            let path = self.folder.join(format!("{tag}_snapshot.json"));
            inputs::snapshot_file(&path)
        };
        Ok(Sides { left: read(&self.tags.left)?, right: read(&self.tags.right)? })
    }

    /// What it was made under.
    pub(super) fn dictionary(&self) -> Option<Dictionary> {
        let list = equivalency::read(&self.report.get("dictionary")?.to_string()).ok()?;
        let on = self.report.get("builtin_rules").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
        let mut builtins = Builtins::default();
        for rule in Builtin::ALL.into_iter().filter(|rule| !on.iter().any(|name| name == rule.as_str())) {
            builtins = builtins.without(rule.as_str()).ok()?;
        }
        Some(Dictionary { list, builtins })
    }

    /// The accepted entries it was made under.
    pub(super) fn accepted(&self) -> Option<Vec<AcceptedEntry>> {
        let entries = self.report.get("accepted_entries")?;
        let file = serde_json::json!({"format": FORMAT, "version": VERSION, "accepted": entries});
        accepted::read(&file.to_string()).ok()
    }

    /// The error of a report that lacks something.
    pub(super) fn broken(self) -> CliError {
        self.no_report
    }
}

fn selection(report: &serde_json::Value) -> Selection {
    let selection = report.get("selection");
    let roles = selection.and_then(|one| one.get("roles")).and_then(serde_json::Value::as_array);
    let roles = roles.into_iter().flatten().filter_map(|role| role.as_str().map(str::to_owned)).collect();
    let left_out = selection.and_then(|one| one.get("exclude_service_linked")).and_then(serde_json::Value::as_bool);
    Selection { roles, exclude_service_linked: left_out.unwrap_or_default() }
}

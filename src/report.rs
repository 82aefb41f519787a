//! The report: everything that a comparison found, as one value. Serialized, it is `report.json`, and `report.json` is
//! read back into it.
//!
//! The lists of rows say what differs in every detail. [`Finding`]s say it in sentences, each with a rule and a
//! severity, and [`Group`]s take together the findings that have one cause. Every format is a view of this value.

mod accepted_difference;
mod assess;
mod attribute;
mod breadth;
mod cause;
mod causes;
mod conclusion;
pub mod condition_words;
mod counted;
mod data_access;
mod difference;
mod draft;
pub mod escape;
mod fail_on;
mod finding;
mod findings;
mod fingerprint;
mod group;
mod groups;
mod header;
mod limitation;
mod limitation_sentences;
mod lists;
mod metric;
mod read;
mod role;
mod rows;
mod rule;
pub mod rule_texts;
pub mod sentences;
mod severity;
mod severity_overrides;
mod texts;

pub use accepted_difference::AcceptedDifference;
pub use attribute::{Attribute, UnknownAttribute};
pub use cause::Cause;
pub use difference::{Difference, List};
pub use fail_on::{FailOn, FailOnError};
pub use finding::Finding;
pub use findings::effect_on_access;
pub(crate) use findings::item_key as item_identity;
pub(crate) use fingerprint::Fingerprint;
pub use group::{Group, Totals};
pub use header::{AccountInfo, CatalogueInfo};
pub use limitation::{EntryName, InLongerWords, Limitation, Treatment};
pub use lists::{FORMAT, Report, VERSION};
pub use metric::{Metric, MetricName};
pub use read::{ReadError, read, read_again};
pub use role::{DifferenceCounts, RoleGrants, RoleResult, RoleSide, RoleStatus};
pub use rows::{
    AcceptedEntryOfList, AlikeEntryOfList, AttributeDifference, ChangedStatement, CrossReference, EquivalencyHit,
    ItemDifference, ListEntry, RealItem, RealTexts, ReferencePart, RoleAccessDifference, RoleDenyDifference,
    RoleTrustDifference, StatementWarning,
};
pub use rule::{Rule, UnknownRule};
pub use rule_texts::Text;
pub use severity::{Severity, SeverityCounts, UnknownSeverity};
pub use severity_overrides::SeverityOverrides;

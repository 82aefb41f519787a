//! What the user can do about an error.

use super::super::near_names::near_names;
use super::super::split::SplitPlaceError;
use super::CliError;
use crate::pipeline;
use crate::report::{FailOnError, Rule, UnknownRule};

/// What can be done where accounts cannot be compared.
const fn compare_hint(error: &pipeline::Error) -> Option<&'static str> {
    match error {
        pipeline::Error::SameTag { .. } => Some("give each account its own tag, such as `dev` and `qa`"),
        pipeline::Error::Engine(_) => {
            Some("report it with the policies of both roles; use `--role` to compare the other roles")
        }
        pipeline::Error::Select(_) => Some("use the name in the account or in the reports; `*` and `?` are wildcards"),
        pipeline::Error::OneName { .. } => {
            Some("make the entry that replaces in their names more specific: it must leave what tells them apart")
        }
        pipeline::Error::Mark { .. } => Some("no text in IAM contains this character: harvest the account again"),
        pipeline::Error::Snapshot(_)
        | pipeline::Error::Account(_)
        | pipeline::Error::BothIncomplete(_)
        | pipeline::Error::Dictionary(_)
        | pipeline::Error::Unfit { .. } => None,
    }
}

/// The rules that may be meant, or all of them.
fn rule_hint(error: &UnknownRule) -> String {
    let ids: Vec<&str> = Rule::ALL.into_iter().map(Rule::id).collect();
    let near = near_names(&error.id, &ids);
    if near.is_empty() {
        format!("the rules are {}", ids.join(", "))
    } else {
        format!("did you mean `{}`?", near.join("`, `"))
    }
}

impl CliError {
    /// What the user can do about it.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "one arm per kind of error, and nothing else")]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Compare(pipeline::Error::Snapshot(error)) => error.hint(),
            Self::Account(error) | Self::Compare(pipeline::Error::Account(error)) => error.hint().map(str::to_owned),
            Self::Compare(pipeline::Error::BothIncomplete(of)) => of.left.hint().map(str::to_owned),
            Self::Compare(error) => compare_hint(error).map(str::to_owned),
            Self::SameAccount { .. } => Some(
                "check the two sources; an account can be compared with a snapshot of it that was made at another time \
                    (`harvested_at`), or with itself with `--allow-same-account`"
                    .to_owned(),
            ),
            Self::Dictionary { .. } => Some(
                "a dictionary looks like {\"environment\": [\"dev\", \"qa\"]}; `iamctl init` writes a sample"
                    .to_owned(),
            ),
            Self::Accepted { .. } => Some(
                "an entry looks like {\"role\": \"app-*\", \"action\": \"s3:Put*\", \"reason\": \"…\"}; \
                 docs/accepted.md describes the file"
                    .to_owned(),
            ),
            Self::NoFilter => Some(
                "add `--group ID` with the ID of a cause, as the summary prints it; or `--all --expires DATE` for everything"
                    .to_owned(),
            ),
            Self::AllWithoutExpiry => Some("add a day, such as `--expires 2027-03-31`".to_owned()),
            Self::UnknownId { other: Some(other), .. } => Some(format!("it is the ID of a {other}: use `--{other}`")),
            Self::UnknownId { near, .. } if near.is_empty() => {
                Some("`report.json` lists the IDs of findings and groups; the start of an ID is enough".to_owned())
            }
            Self::UnknownId { near, .. } => Some(format!("did you mean {}?", near.join(", "))),
            Self::AmbiguousId { near, count, .. } => {
                let more = if *count > near.len() { ", …" } else { "" };
                Some(format!("give more of one ID: {}{more}", near.join(", ")))
            }
            Self::NoneOfRule { there, .. } if there.is_empty() => None,
            Self::NoneOfRule { there, .. } => {
                let there: Vec<&str> = there.iter().map(|rule| rule.id()).collect();
                Some(format!("the rules of its findings are `{}`", there.join("`, `")))
            }
            Self::FailOn(FailOnError::Rule(error)) => Some(rule_hint(error)),
            Self::FailOn(_) => Some(
                "the levels are critical, high, medium, low, and info; `iamctl explain --rule ID` describes a rule, such as \
                 `rule=trust-widened`"
                    .to_owned(),
            ),
            Self::TypographicQuote { .. } => Some(
                "replace every typographic quotation mark with \"; word processors and web pages change them"
                    .to_owned(),
            ),
            Self::NotForThisAccount { second } => {
                Some(format!("the entries would not apply to the report that they come from; add `--account {second}`"))
            }
            Self::NothingInCommon => {
                Some("a finding must match all filters; use one command for each of several selections".to_owned())
            }
            Self::NotAcceptable { rules } => {
                rules.first().map(|rule| format!("`iamctl explain --rule {rule}` describes how to resolve them"))
            }
            Self::NothingSelected { open: 0, .. } => None,
            Self::NothingSelected { .. } => Some(
                "every action and resource of a difference must match; `report.json` and the CSV files list them"
                    .to_owned(),
            ),
            Self::Report { source, .. } => Some(source.hint().to_owned()),
            Self::EmptyText { .. } | Self::PastExpiry { .. } | Self::UnknownSide { .. } => None,
            Self::ExplainWords => Some(
                "`iamctl explain dev-profile dev qa-profile qa ROLE` or `iamctl explain REPORT_FOLDER ROLE`".to_owned(),
            ),
            Self::Suggest(error) => Some(error.hint().to_owned()),
            Self::Tag(_) => None,
            Self::UnknownRole { near, .. } if near.is_empty() => None,
            Self::UnknownRole { near, .. } => Some(format!("did you mean `{}`?", near.join("`, `"))),
            Self::Ask(error) => error.hint(),
            Self::NoReport { .. } => Some("give the folder that `iamctl diff` printed".to_owned()),
            Self::Since { .. } => Some("give two reports of the same accounts and roles, the earlier one first".to_owned()),
            Self::NoEarlier { .. } => {
                Some("use `iamctl diff --since FOLDER` or `--since latest`; `iamctl fleet` cannot tell what is new".to_owned())
            }
            Self::NeedsTag { tags, .. } => Some(format!("add `--tag {}` or `--tag {}`", tags.left, tags.right)),
            Self::FolderAsSource { snapshots, .. } => {
                Some(format!("use a snapshot in it: `{}` or `{}`", snapshots.left, snapshots.right))
            }
            Self::FolderAsProfile { name } => {
                Some(format!("`{name}` is a folder, and a word without `/` is a profile: write `{name}/`"))
            }
            Self::Split(error) => error.hint(),
            Self::SplitPlace(_) => Some(SplitPlaceError::HINT.to_owned()),
            Self::SplitFolder(error) => error.hint().map(str::to_owned),
            Self::Internal { .. } => Some("report it with the command line".to_owned()),
            Self::ScriptExists { .. } => Some(
                "give `--output` another name: if that script was run, the file that undoes it cannot be made again"
                    .to_owned(),
            ),
            Self::NoFileName { .. } => Some("give `--output` a file, such as `qa.sh`".to_owned()),
            Self::NoAccountId { .. } => Some("read the account with `iamctl harvest`, which records its ID".to_owned()),
            Self::File(error) => error.hint().map(str::to_owned),
            Self::Replace(error) => Some(error.hint().to_owned()),
            Self::Builtin(_) | Self::Plan(_) | Self::Print(_) => None,
            Self::Catalogue { .. } => Some(
                "`iamctl init --force` writes a new one; without `iam.json`, iamctl uses the built-in catalog"
                    .to_owned(),
            ),
            Self::Snapshot(error) => error.hint(),
            Self::NameClash(_) => Some("choose another tag".to_owned()),
            Self::Folder(error) => error.hint().map(str::to_owned),
            Self::ReportFile(error) => error.hint().map(str::to_owned),
            Self::ReportTwice { .. } => Some("give each `--report` its own file".to_owned()),
            Self::Rule(error) => Some(rule_hint(error)),
            Self::Fleet(error) => error.hint(),
            Self::Config(error) => error.hint(),
            Self::Verify(error) => error.hint().map(str::to_owned),
            Self::Init(error) => error.hint(),
            #[cfg(feature = "harvest")]
            Self::Harvest(error) => error.hint(),
            #[cfg(not(feature = "harvest"))]
            Self::NoAws { .. } => Some("build iamctl with its default features: `cargo build --release`".to_owned()),
        }
    }
}

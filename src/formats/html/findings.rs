//! The findings of each role as the page's script shows them, ready to be shown: sentences, what stands behind them,
//! and the command that asks about the proof.

use std::io;

use serde::Serialize;

use super::super::view::View;
use super::super::{accepted, commands, details};
use super::budget;
use super::rows::Rows;
use super::words::{self, cut, shown};
use crate::model::{PolicyType, Side};
use crate::report::sentences::{self, NAMED};
use crate::report::{Difference, Finding, effect_on_access};
use crate::since::Status;

/// A finding. Short keys: there can be many thousands.
#[derive(Serialize)]
pub(super) struct Entry {
    /// The beginning of its id.
    i: String,
    /// Its rule.
    u: &'static str,
    /// Its severity.
    v: &'static str,
    /// The account it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<Side>,
    /// What became of it since an earlier report, if it is new or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<&'static str>,
    /// What differs.
    m: String,
    /// The number of its cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    g: Option<usize>,
    /// What stands behind it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    d: Vec<String>,
    /// The command that asks about its proof.
    #[serde(skip_serializing_if = "Option::is_none")]
    q: Option<String>,
    /// Lists that the message only begins, each with its name and how many entries are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    l: Vec<(&'static str, Vec<String>, usize)>,
}

impl Entry {
    pub(super) fn new(view: &View<'_>, finding: &Finding, cause: Option<usize>) -> Self {
        let lines = details::of_finding(view.report, finding);
        Self {
            i: words::short_id(&finding.id),
            u: finding.rule.id(),
            v: finding.severity.as_str(),
            s: finding.side,
            n: view.mark(finding).filter(|_| !finding.is_note()).map(Status::in_words),
            m: cut(shown(&finding.message), budget::OF_A_TEXT),
            g: cause,
            d: lines.into_iter().map(|line| cut(shown(&line), budget::OF_A_TEXT)).collect(),
            q: commands::ask(view, finding).map(|command| shown(&command)),
            l: lists(view, finding),
        }
    }
}

/// The lists of a finding that are longer than its message tells.
fn lists(view: &View<'_>, finding: &Finding) -> Vec<(&'static str, Vec<String>, usize)> {
    let lists = match view.report.rows_of(finding).next() {
        Some(Difference::Access(row)) => {
            let d = &row.difference;
            vec![
                ("Actions", sentences::actions(&d.service, &d.actions, &d.not_actions)),
                ("Resources", row.named().resources.to_vec()),
                ("Except", row.named().except.to_vec()),
            ]
        }
        Some(Difference::Trust(row)) => {
            vec![("Actions", row.difference.actions.clone()), ("Except", row.named().except.to_vec())]
        }
        Some(Difference::Deny(row)) => {
            let d = &row.difference;
            vec![
                ("Actions", sentences::actions(&d.service, &d.actions, &d.not_actions)),
                ("Resources", row.named().resources.to_vec()),
                ("Except", row.named().except.to_vec()),
            ]
        }
        Some(
            Difference::Role(_)
            | Difference::Item(_)
            | Difference::Attribute(_)
            | Difference::CrossReference(_)
            | Difference::Statement(_)
            | Difference::Limitation(_),
        )
        | None => Vec::new(),
    };
    let long = lists.into_iter().filter(|(_, list)| list.len() > NAMED);
    long.map(|(name, list)| {
        let more = list.len().saturating_sub(budget::OF_A_LIST);
        let texts = list.iter().take(budget::OF_A_LIST).map(|text| cut(shown(text), budget::OF_A_TEXT));
        (name, texts.collect(), more)
    })
    .collect()
}

/// What was found of one role as JSON, by kind.
pub(super) struct RoleFindings(Vec<(&'static str, Kind)>);

struct Kind {
    /// As many as may be shown.
    entries: Vec<String>,
    /// How many there are.
    all: usize,
}

impl RoleFindings {
    fn new(view: &View<'_>, rows: &Rows<'_>, causes: &[Option<usize>]) -> io::Result<Self> {
        let finding = |(place, finding): &(usize, &Finding)| {
            let cause = causes.get(*place).copied().flatten();
            Entry::new(view, finding, cause)
        };
        let item = |trust: bool| {
            let items = rows.items.iter().filter(move |item| (item.policy_type == PolicyType::Trust) == trust);
            items.map(|item| (item.side, cut(shown(&sentences::item(item)), budget::OF_A_TEXT))).collect::<Vec<_>>()
        };
        let accepted = rows.accepted.iter().map(|one| shown(&accepted::line(view.report, one)));
        let mut all = vec![
            ("findings", Kind::new(rows.findings.iter().map(finding), rows.findings.len())?),
            ("items", of_all(item(false))?),
            ("trust_items", of_all(item(true))?),
            ("accepted", Kind::new(accepted, rows.accepted.len())?),
        ];
        all.retain(|(_, kind)| kind.all > 0);
        Ok(Self(all))
    }

    /// About how long it is with so many of each kind.
    pub(super) fn bytes(&self, most: usize) -> usize {
        let entries = self.0.iter().flat_map(|(_, kind)| kind.entries.iter().take(most));
        entries.map(|entry| entry.len() + 1).sum::<usize>() + 40
    }

    fn json(&self, most: usize) -> String {
        let mut parts = Vec::new();
        let mut more = Vec::new();
        for (name, kind) in &self.0 {
            let shown: Vec<&str> = kind.entries.iter().take(most).map(String::as_str).collect();
            parts.push(format!("\"{name}\":[{}]", shown.join(",")));
            if kind.all > shown.len() {
                more.push(format!("\"{name}\":{}", kind.all - shown.len()));
            }
        }
        if !more.is_empty() {
            parts.push(format!("\"more\":{{{}}}", more.join(",")));
        }
        format!("{{{}}}", parts.join(","))
    }
}

fn of_all<T: Serialize>(all: Vec<T>) -> io::Result<Kind> {
    let count = all.len();
    Kind::new(all.into_iter(), count)
}

impl Kind {
    fn new<T: Serialize>(rows: impl Iterator<Item = T>, all: usize) -> io::Result<Self> {
        let entry = |row: T| Ok(serde_json::to_string(&row)?);
        let entries = rows.take(budget::OF_A_KIND).map(entry).collect::<io::Result<_>>()?;
        Ok(Self { entries, all })
    }
}

/// What items of its identity policies, and of its trust policy, come to for a role: two headings.
pub(super) fn item_headings(rows: &Rows<'_>) -> Option<[String; 2]> {
    let heading = |policy: &str, policy_type| {
        format!("Items of the {policy} in one account only{}", effect_on_access(rows.role, policy_type))
    };
    let some = !rows.items.is_empty();
    some.then(|| [heading("policies", PolicyType::Inline), heading("trust policy", PolicyType::Trust)])
}

/// The findings of all roles in their order, null for those that have none.
pub(super) fn of_all_roles(
    view: &View<'_>,
    ordered: &[Rows<'_>],
    causes: &[Option<usize>],
    notes: &mut Vec<String>,
) -> io::Result<String> {
    let all: Vec<RoleFindings> =
        ordered.iter().map(|rows| RoleFindings::new(view, rows, causes)).collect::<io::Result<_>>()?;
    let most = of_a_kind(&all);
    let (mut bytes, mut left_out) = (0, 0);
    let mut parts = Vec::with_capacity(all.len());
    for findings in &all {
        if findings.0.is_empty() {
            parts.push("null".to_owned());
            continue;
        }
        bytes += findings.bytes(most);
        // Most severe first: the roles behind the budget's end are those with least to say.
        if bytes > budget::FINDINGS {
            left_out += 1;
            parts.push("{\"left_out\":true}".to_owned());
        } else {
            parts.push(findings.json(most));
        }
    }
    if left_out > 0 {
        let roles = words::counted(left_out, "role");
        notes.push(format!("The details of {roles} were omitted from this page to keep it small; see report.json."));
    }
    if most < budget::OF_A_KIND {
        notes.push(format!(
            "To keep this page small, it shows at most {most} findings of each kind per role; report.json contains all findings."
        ));
    }
    Ok(format!("[{}]", parts.join(",")))
}

/// How many findings of a kind are tried, the most first.
const STEPS: [usize; 8] = [budget::OF_A_KIND, 40, 25, 15, 10, 6, 4, 2];

/// How many findings of each kind every role keeps, so that all of them fit.
fn of_a_kind(all: &[RoleFindings]) -> usize {
    let fits = |most: &&usize| all.iter().map(|findings| findings.bytes(**most)).sum::<usize>() <= budget::FINDINGS;
    STEPS.iter().find(fits).or(STEPS.last()).copied().unwrap_or(budget::OF_A_KIND)
}

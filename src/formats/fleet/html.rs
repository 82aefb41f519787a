//! `fleet.html`: the fleet as one page that needs nothing else.
//!
//! As of `report.html`, the frame is a template that escapes every text by itself, and the page's script makes text nodes of
//! a block of JSON and nothing else. The frame has the causes and the accounts that deviate; the script shows the matrix.

use std::collections::BTreeMap;
use std::io::{self, Write};

use askama::Template;
use serde::Serialize;

use super::super::escape::script;
use super::super::evidence::Fact;
use super::super::html::page::{STYLE as PAGE_STYLE, evidence};
use super::super::html::severities::{self, OfSeverity};
use super::super::html::{security_policy, words};
use super::sentences::{self, in_accounts, unread};
use super::text;
use super::view::FleetView;
use crate::fleet::{AccountStatus, Cell, Class, FleetAccount, FleetCause, FleetLimitation, FleetRole, Outlier};
use crate::model::AccountTag;
use crate::report::Severity;
use crate::report::sentences::{counted, few};
use words::{cut, shown};

/// The page's style, after that of a report's page.
const STYLE: &str = include_str!("fleet.css");

/// The page's script.
const SCRIPT: &str = concat!(
    "\"use strict\";\n(function () {\n",
    include_str!("../html/dom.js"),
    include_str!("../html/address.js"),
    include_str!("fleet.js"),
    "})();\n"
);

/// How many causes and accounts the frame lists. The matrix has all roles and accounts, fleet.json has everything.
const LISTED: usize = 300;

/// How many roles of a cause are named.
const NAMED: usize = 5;

/// The most characters of a sentence.
const SENTENCE: usize = 1000;

/// How many findings of a class the page tells.
const FINDINGS: usize = 30;

#[derive(Template)]
#[template(path = "fleet.html")]
struct Page<'a> {
    policy: String,
    style: String,
    script: &'static str,
    title: String,
    version: &'a str,
    /// Which accounts were not read; empty if all were.
    missing: String,
    /// The word that the verdict begins with, and the rest of it.
    verdict: (&'static str, String),
    differs: bool,
    severities: Vec<OfSeverity>,
    causes: Vec<Cause>,
    more_causes: usize,
    outliers: Vec<Deviating>,
    more_outliers: usize,
    permission_sets: Vec<String>,
    limitations: Vec<String>,
    facts: Vec<(&'static str, String)>,
    evidence: Vec<Fact>,
    data: String,
}

/// A cause in the frame.
struct Cause {
    severity: &'static str,
    message: String,
    accounts: String,
    roles: String,
    rule: &'static str,
}

/// An account that deviates, in the frame.
struct Deviating {
    tag: String,
    id: String,
    deviations: String,
    /// The address of its full report; empty if none was written.
    report: String,
}

/// What the page's script works on. Short keys: there can be many.
#[derive(Serialize)]
struct Index {
    /// All severities, most severe first; the numbers of severities below are places in it.
    severities: [&'static str; 5],
    /// The accounts: the baseline, then the others, those first that deviate most.
    accounts: Vec<IndexAccount>,
    roles: Vec<IndexRole>,
}

#[derive(Serialize)]
struct IndexAccount {
    /// Its tag.
    t: String,
    /// Its ID.
    i: Option<String>,
    /// Where it was read from.
    u: String,
    /// What became of it.
    s: &'static str,
    /// Why it was not read.
    w: Option<String>,
    /// The folder of its full report.
    r: Option<String>,
    /// Whether it is the baseline.
    b: bool,
    /// Its tags and organizational units.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    l: Vec<String>,
}

#[derive(Serialize)]
struct IndexRole {
    /// The normalized name.
    n: String,
    /// The real name in the baseline.
    b: Option<String>,
    /// The account of the majority with whose role it was compared.
    w: Option<String>,
    /// How many accounts have it.
    m: usize,
    /// Whether a service owns it.
    o: bool,
    /// Its classes.
    k: Vec<IndexClass>,
}

#[derive(Serialize)]
struct IndexClass {
    /// Its number, `-`, or `not compared`.
    c: Cell,
    /// The places of its accounts.
    a: Vec<usize>,
    /// The severity of its most severe finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    v: Option<usize>,
    /// Its findings: severity, rule, what differs.
    f: Vec<(usize, &'static str, String)>,
    /// What else there is to know.
    n: Option<String>,
}

/// Writes the page. The same fleet gives the same bytes.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, view: &FleetView<'_>) -> io::Result<()> {
    let data = serde_json::to_string(&index(view))?;
    page(view, script(&data)).write_into(out)
}

fn page<'a>(view: &FleetView<'a>, data: String) -> Page<'a> {
    let fleet = view.fleet;
    let style = format!("{PAGE_STYLE}{STYLE}");
    let baseline = sentences::baseline(fleet);
    Page {
        policy: security_policy::of(&style, SCRIPT),
        style,
        script: SCRIPT,
        title: format!("{} compared with {baseline}", counted(fleet.totals.accounts, "account")),
        version: fleet.iamctl,
        missing: unread(fleet).map(|missing| shown(&missing)).unwrap_or_default(),
        verdict: verdict(view),
        differs: fleet.totals.deviating > 0,
        severities: severities::counted(fleet.totals.severities.by_severity(), &fleet.severity_overrides),
        causes: fleet.causes.iter().take(LISTED).map(|cause| of_cause(view, cause)).collect(),
        more_causes: fleet.causes.len().saturating_sub(LISTED),
        outliers: fleet.outliers.iter().take(LISTED).map(|outlier| deviating(view, outlier)).collect(),
        more_outliers: fleet.outliers.len().saturating_sub(LISTED),
        permission_sets: fleet.permission_sets.iter().map(|one| shown(&one.message)).collect(),
        limitations: limitations(view),
        facts: facts(view),
        evidence: view.run.evidence.map(evidence).unwrap_or_default(),
        data,
    }
}

fn verdict(view: &FleetView<'_>) -> (&'static str, String) {
    let sentence = sentences::verdict(view.fleet);
    let start = if view.fleet.totals.deviating > 0 { "Different" } else { "No deviations" };
    let rest = sentence.strip_prefix(start).map(str::to_owned);
    rest.map_or_else(|| ("", sentence), |rest| (start, rest))
}

fn of_cause(view: &FleetView<'_>, cause: &FleetCause) -> Cause {
    let roles: Vec<String> = cause.roles.iter().map(|role| shown(role)).collect();
    Cause {
        severity: cause.severity.as_str(),
        message: cut(shown(&cause.message), SENTENCE),
        accounts: sentences::of_cause(view.fleet, cause),
        roles: few(&roles, NAMED),
        rule: cause.rule.id(),
    }
}

fn deviating(view: &FleetView<'_>, outlier: &Outlier) -> Deviating {
    let account = view.fleet.accounts.iter().find(|account| account.tag == outlier.account);
    let report = account.and_then(|account| account.report.as_ref());
    Deviating {
        tag: outlier.account.to_string(),
        id: outlier.account_id.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string),
        deviations: text::in_words(outlier),
        report: report.map(|folder| format!("{folder}/report.html")).unwrap_or_default(),
    }
}

fn limitations(view: &FleetView<'_>) -> Vec<String> {
    let fleet = view.fleet;
    let in_words =
        |one: &FleetLimitation| format!("{} ({})", shown(&one.message), in_accounts(fleet, one.accounts.iter()));
    fleet.limitations.iter().map(in_words).collect()
}

fn facts(view: &FleetView<'_>) -> Vec<(&'static str, String)> {
    let fleet = view.fleet;
    let catalogue = &fleet.catalogue;
    let rules: Vec<&str> = fleet.builtin_rules.iter().map(|rule| rule.as_str()).collect();
    let baseline = fleet.accounts.iter().find(|account| account.baseline);
    let baseline = baseline.map_or_else(
        || "for each role, the role of the most accounts".to_owned(),
        |one| {
            let id = one.account_id.as_ref().map_or("of unknown ID", |id| id.as_str());
            format!("{}: account {id}, {}", one.tag, shown(&one.source))
        },
    );
    let roles = counted(fleet.totals.roles, "role");
    let selected =
        if fleet.selection.is_all() { format!("all roles: {roles}") } else { format!("selected roles: {roles}") };
    let entries = fleet.dictionary.entries().count();
    let mut facts = vec![
        ("Baseline", baseline),
        ("Compared", format!("{}, {selected}", counted(fleet.totals.accounts, "account"))),
        ("Generated", format!("{} by iamctl {}", fleet.generated_at, fleet.iamctl)),
        ("Catalog", shown(&format!("{}, {}, {} actions", catalogue.source, catalogue.date, catalogue.actions))),
        ("Dictionary", if entries == 0 { "no entries".to_owned() } else { counted(entries, "text") }),
        ("Built-in rules", if rules.is_empty() { "none".to_owned() } else { rules.join(", ") }),
    ];
    facts.extend(fleet.severity_overrides.sentence().map(|sentence| ("Severities", shown(&sentence))));
    facts.extend(fleet.accepted_file.as_ref().map(|file| ("Accepted", shown(file))));
    facts
}

fn index(view: &FleetView<'_>) -> Index {
    let fleet = view.fleet;
    let deviation: BTreeMap<&AccountTag, usize> =
        fleet.outliers.iter().enumerate().map(|(place, outlier)| (&outlier.account, place)).collect();
    let mut accounts: Vec<&FleetAccount> =
        fleet.accounts.iter().filter(|one| one.status != AccountStatus::Skipped).collect();
    // What could not be read comes right after the baseline, as in the other files.
    accounts.sort_by_key(|one| {
        (!one.baseline, !one.is_unread(), deviation.get(&one.tag).copied().unwrap_or(usize::MAX), &one.tag)
    });
    let places: BTreeMap<&AccountTag, usize> =
        accounts.iter().enumerate().map(|(place, account)| (&account.tag, place)).collect();
    Index {
        severities: Severity::MOST_SEVERE_FIRST.map(Severity::as_str),
        accounts: accounts.iter().map(|account| of_account(account)).collect(),
        roles: fleet.roles.iter().map(|role| of_role(role, view, &places)).collect(),
    }
}

fn of_account(account: &FleetAccount) -> IndexAccount {
    IndexAccount {
        t: account.tag.to_string(),
        i: account.account_id.as_ref().map(ToString::to_string),
        u: shown(&account.source),
        s: account.status.as_str(),
        w: account.why.as_ref().map(|why| shown(why)),
        r: account.report.clone(),
        b: account.baseline,
        l: account.labels.iter().map(|label| shown(label)).collect(),
    }
}

fn of_role(role: &FleetRole, view: &FleetView<'_>, places: &BTreeMap<&AccountTag, usize>) -> IndexRole {
    let majority = role.compared_with.as_ref().filter(|_| view.fleet.baseline.is_none());
    IndexRole {
        n: shown(&role.role),
        b: role.baseline_role.as_ref().map(|name| shown(name)),
        w: majority.map(ToString::to_string),
        m: role.accounts,
        o: role.service_linked,
        k: role.classes.iter().map(|class| of_class(class, places)).collect(),
    }
}

fn of_class(class: &Class, places: &BTreeMap<&AccountTag, usize>) -> IndexClass {
    let place = |severity: Severity| {
        let found = Severity::MOST_SEVERE_FIRST.iter().position(|one| *one == severity);
        found.unwrap_or(Severity::MOST_SEVERE_FIRST.len())
    };
    let said = class.findings.iter().take(FINDINGS);
    let more = class.findings.len().saturating_sub(FINDINGS);
    let more = (more > 0).then(|| format!("{}, in classes.csv", counted(more, "more finding")));
    let notes: Vec<String> = class.note.iter().map(|note| shown(note)).chain(more).collect();
    IndexClass {
        c: class.class,
        // Accounts of a class were read, and those that were read have their places.
        a: class.accounts.iter().filter_map(|tag| places.get(tag).copied()).collect(),
        v: class.severity.map(place),
        f: said.map(|one| (place(one.severity), one.rule.id(), cut(shown(&one.message), SENTENCE))).collect(),
        n: (!notes.is_empty()).then(|| notes.join("; ")),
    }
}

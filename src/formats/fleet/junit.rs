//! The fleet as JUnit's XML: a test suite for each account, with a test case for each role, as `diff` writes it.

use std::io::{self, Write};

use super::super::junit::suite::{self, Case, OF_NO_ROLE, Said, Suite};
use super::sentences::baseline;
use super::view::FleetView;
use crate::fleet::{Cell, Deviation, Fleet, FleetAccount, FleetRole, OpenRole};
use crate::model::AccountTag;
use crate::report::sentences::counted;

/// The test case of an account that could not be read. No role can have this name.
const OF_ACCOUNT: &str = "reading the account";

/// Writes the suites. An account that could not be read has one case, which is an error; accounts that were left out have
/// none.
///
/// # Errors
/// If `out` cannot be written.
pub(super) fn write(out: &mut dyn Write, view: &FleetView<'_>) -> io::Result<()> {
    let accounts = view.fleet.accounts.iter().filter(|account| !account.baseline && !account.is_left_out());
    suite::write(out, accounts.map(|account| of_account(view, account)).collect())
}

fn of_account(view: &FleetView<'_>, account: &FleetAccount) -> Suite {
    let fleet = view.fleet;
    let with = baseline(fleet);
    let (cases, notes) = if account.is_unread() {
        let why = account.why.clone().unwrap_or_default();
        (vec![Case { error: Some(why), ..Case::new(OF_ACCOUNT.to_owned()) }], Vec::new())
    } else {
        cases(view, account)
    };
    Suite {
        name: format!("{with} and {}", account.tag),
        class: format!("{}.{}", with.replace(' ', "-"), account.tag),
        time: fleet.generated_at.clone(),
        properties: properties(fleet, account, &cases),
        cases,
        notes,
    }
}

/// The cases of an account that was compared, and what there is to know besides.
fn cases(view: &FleetView<'_>, account: &FleetAccount) -> (Vec<Case>, Vec<String>) {
    let fleet = view.fleet;
    let mut cases: Vec<Case> = fleet.roles.iter().filter_map(|role| of_role(view, &account.tag, role)).collect();
    let mut of_no_role = Case::new(OF_NO_ROLE.to_owned());
    let mut notes = Vec::new();
    for finding in &account.other_findings {
        if finding.fails(&fleet.decision.fail_on) {
            of_no_role.add(true, said(view, &account.tag, None, finding));
        } else {
            notes.push(finding.message.clone());
        }
    }
    let of_account = fleet.limitations.iter().filter(|limitation| limitation.accounts.contains(&account.tag));
    // Some limitations are findings as well.
    let others = of_account.map(|limitation| &limitation.message).filter(|message| !notes.contains(message));
    notes.extend(others.cloned().collect::<Vec<_>>());
    for finding in &account.failing_notes {
        of_no_role.add(true, Said { note: true, ..said(view, &account.tag, None, finding) });
    }
    if of_no_role.fails() {
        cases.push(of_no_role);
    }
    (cases, notes)
}

/// The case of a role; none if neither the account nor the baseline has it.
fn of_role(view: &FleetView<'_>, tag: &AccountTag, role: &FleetRole) -> Option<Case> {
    let open = role.open.get(tag);
    // A role that only other accounts have is absent here as in the baseline.
    let is_here = match role.cells.get(tag)? {
        Cell::Class(_) => true,
        Cell::Absent => open.is_some() || role.compared_with.is_some(),
        // Why a role was not compared is told of the account, as `diff` does, unless its name is ambiguous.
        Cell::NotCompared => open.is_some(),
        Cell::NotRead => false,
    };
    let mut case = Case { accepted: role.accepted.get(tag).copied().unwrap_or(0), ..Case::new(role.shown()) };
    if let Some(OpenRole { fails, findings, .. }) = open {
        for finding in findings {
            case.add(
                finding.fails(&view.fleet.decision.fail_on),
                said(view, tag, role.compared_with.as_ref(), finding),
            );
        }
        case.unknown = *fails && case.failures.is_empty();
    }
    is_here.then_some(case)
}

/// `with` is the account that the role is compared with; none for the baseline.
fn said(view: &FleetView<'_>, tag: &AccountTag, with: Option<&AccountTag>, finding: &Deviation) -> Said {
    let row = view.run.rows.get(tag, with.or(view.fleet.baseline.as_ref()), finding);
    Said {
        rule: finding.rule,
        severity: finding.severity,
        message: finding.message.clone(),
        details: row.map(|row| row.details.clone()).unwrap_or_default(),
        cause: row.map(|row| row.cause.clone()).unwrap_or_default(),
        note: false,
    }
}

/// What was compared, and what the account comes to.
fn properties(fleet: &Fleet, account: &FleetAccount, cases: &[Case]) -> Vec<(String, String)> {
    let id = |account: &FleetAccount| account.account_id.as_ref().map_or("unknown", |id| id.as_str()).to_owned();
    let mut all = vec![("iamctl".to_owned(), fleet.iamctl.to_owned())];
    let with = fleet.accounts.iter().find(|one| one.baseline);
    all.extend(with.into_iter().chain([account]).map(|one| (format!("account {}", one.tag), id(one))));
    all.push(("status".to_owned(), account.status.to_string()));
    let gate: Vec<String> = fleet.decision.fail_on.iter().map(ToString::to_string).collect();
    all.push(("fail-on".to_owned(), suite::gate(&gate)));
    let outlier = fleet.outliers.iter().find(|outlier| outlier.account == account.tag);
    let counts = outlier.map(|one| [("roles", one.roles), ("findings", one.findings)]);
    all.extend(
        counts.unwrap_or([("roles", 0), ("findings", 0)]).map(|(name, count)| (name.to_owned(), count.to_string())),
    );
    let severities = outlier.map(|one| one.severities).unwrap_or_default();
    all.extend(severities.by_severity().map(|(severity, count)| (severity.to_string(), count.to_string())));
    let accepted = account.accepted.map_or(0, |accepted| accepted.findings);
    all.push(("accepted".to_owned(), accepted.to_string()));
    let failed = cases.iter().map(|case| case.failures.len()).sum::<usize>();
    all.push(("failed findings".to_owned(), failed.to_string()));
    if !fleet.unread.is_empty() {
        all.push(("not complete".to_owned(), format!("{} not read", counted(fleet.unread.len(), "account"))));
    }
    all
}

//! The CSV files of a fleet.

use std::borrow::Cow;
use std::io::{self, Write};

use super::super::table::{self, Column, Options, Text, lines, optional};
use super::sentences;
use crate::fleet::{Cell, Class, Fleet, FleetAccount, FleetRole, Outlier};
use crate::model::AccountTag;

const ACCOUNTS: [Column<(), FleetAccount>; 10] = [
    Column::new("account", |(), account| account.tag.as_str().into()),
    Column::new("account_id", |(), account| optional(account.account_id.as_ref().map(|id| id.as_str()))),
    Column::new("status", |(), account| account.status.as_str().into()),
    Column::new("why", |(), account| optional(account.why.as_deref())),
    Column::new("roles", |(), account| account.roles.map_or(Cow::Borrowed(""), |roles| roles.to_string().into())),
    Column::new("when", |(), account| optional(account.harvested_at.as_deref())),
    Column::new("source", |(), account| (&account.source).into()),
    Column::new("baseline", |(), account| if account.baseline { "yes" } else { "no" }.into()),
    Column::new("accepted", |(), account| {
        account.accepted.map_or(Cow::Borrowed(""), |accepted| accepted.findings.to_string().into())
    }),
    Column::new("labels", |(), account| lines(&account.labels)),
];

/// The accounts and what became of them. Those that were not read come first.
pub(super) fn accounts_read(out: impl Write, options: Options, accounts: &[FleetAccount]) -> io::Result<()> {
    let (unread, read): (Vec<&FleetAccount>, Vec<&FleetAccount>) =
        accounts.iter().partition(|account| account.is_unread());
    table::write(out, options, &ACCOUNTS, &(), unread.into_iter().chain(read))
}

/// The roles with the class of each account.
pub(super) fn role_matrix(out: impl Write, options: Options, fleet: &Fleet) -> io::Result<()> {
    let unread = |account: &&FleetAccount| account.is_unread();
    let shown = |account: &&FleetAccount| account.is_unread() || is_compared(fleet, &account.tag);
    let mut accounts: Vec<&FleetAccount> = fleet.accounts.iter().filter(shown).collect();
    // Those that were not read come first.
    accounts.sort_by_key(|account| !unread(account));
    let own = ["role", "baseline_role", "accounts", "classes"].into_iter();
    let names = own.chain(accounts.iter().map(|account| account.tag.as_str()));
    let all = accounts.len() - fleet.unread.len();
    let rows = fleet.roles.iter().map(|role| {
        let classes = role.classes.iter().filter(|class| matches!(class.class, Cell::Class(_))).count();
        let mut row = vec![
            Text::Foreign(role.shown().into()),
            Text::Foreign(optional(role.baseline_role.as_deref())),
            Text::Own(format!("{} of {all}", role.accounts).into()),
            Text::Own(classes.to_string().into()),
        ];
        let cells = accounts.iter().map(|account| role.cells.get(&account.tag).copied().unwrap_or(Cell::NotCompared));
        row.extend(cells.map(|cell| Text::Own(cell.to_string().into())));
        row
    });
    table::write_lines(out, options, names, rows)
}

/// Whether an account is one that the matrix says something about.
fn is_compared(fleet: &Fleet, tag: &AccountTag) -> bool {
    fleet.accounts.iter().any(|account| account.tag == *tag && account.status == crate::fleet::AccountStatus::Read)
}

/// The classes of each role, with what differs from the baseline.
pub(super) fn classes(out: impl Write, options: Options, fleet: &Fleet) -> io::Result<()> {
    let names = ["role", "baseline_role", "class", "number_of_accounts", "accounts", "severity", "differences", "note"];
    let unread = (!fleet.unread.is_empty()).then(|| {
        let note = "these accounts were not read, and no class says anything about them";
        let accounts = sentences::tags(&fleet.unread).join("\n");
        vec![
            Text::Own("".into()),
            Text::Own("".into()),
            Text::Own(Cell::NotRead.to_string().into()),
            Text::Own(fleet.unread.len().to_string().into()),
            Text::Foreign(accounts.into()),
            Text::Own("".into()),
            Text::Own("".into()),
            Text::Own(note.into()),
        ]
    });
    let of_role = |role: &'_ FleetRole| role.classes.iter().map(|one| class(role, one)).collect::<Vec<_>>();
    table::write_lines(out, options, names, unread.into_iter().chain(fleet.roles.iter().flat_map(of_role)))
}

fn class<'f>(role: &FleetRole, class: &Class) -> Vec<Text<'f>> {
    let differences: Vec<&str> = class.findings.iter().map(|finding| finding.message.as_str()).collect();
    vec![
        Text::Foreign(role.shown().into()),
        Text::Foreign(role.baseline_role.clone().unwrap_or_default().into()),
        Text::Own(class.class.to_string().into()),
        Text::Own(class.accounts.len().to_string().into()),
        Text::Foreign(sentences::tags(&class.accounts).join("\n").into()),
        Text::Own(class.severity.map_or("", |severity| severity.as_str()).into()),
        Text::Foreign(differences.join("\n").into()),
        Text::Own(class.note.clone().unwrap_or_default().into()),
    ]
}

/// The accounts that deviate, most severe first, after those that were not read.
pub(super) fn outliers(out: impl Write, options: Options, fleet: &Fleet) -> io::Result<()> {
    let names = [
        "account",
        "account_id",
        "status",
        "roles",
        "findings",
        "critical",
        "high",
        "medium",
        "low",
        "info",
        "undetermined",
    ];
    let unread = fleet.accounts.iter().filter(|account| account.is_unread()).map(|account| {
        let mut row = start(account.tag.as_str(), account.account_id.as_ref().map(|id| id.as_str()), "not read");
        row.extend((0..names.len() - row.len()).map(|_| Text::Own("".into())));
        row
    });
    let read = fleet.outliers.iter().map(|outlier: &Outlier| {
        let mut row = start(outlier.account.as_str(), outlier.account_id.as_ref().map(|id| id.as_str()), "read");
        let severities = outlier.severities.by_severity().map(|(_, count)| count);
        let counts = [outlier.roles, outlier.findings].into_iter().chain(severities).chain([outlier.undetermined]);
        row.extend(counts.map(|count| Text::Own(count.to_string().into())));
        row
    });
    table::write_lines(out, options, names, unread.chain(read))
}

fn start<'f>(tag: &'f str, id: Option<&'f str>, status: &'f str) -> Vec<Text<'f>> {
    vec![Text::Foreign(tag.into()), Text::Foreign(optional(id)), Text::Own(status.into())]
}

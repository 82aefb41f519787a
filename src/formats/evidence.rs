//! The block "Evidence" of a page and a summary: who read the accounts, and what the report was made of.

use crate::evidence::{Input, InputKind, MANIFEST_FILE, Provenance, SourceEvidence};
use crate::report::sentences::{counted, quoted};

/// A fact with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about: `Program`, `Account dev`.
    pub name: String,
    /// What is so.
    pub text: String,
}

/// What the manifest says of a report, in words. Of many accounts, only their number is told.
#[must_use]
pub fn facts(provenance: &Provenance) -> Vec<Fact> {
    let fact = |name: &str, text: String| Fact { name: name.to_owned(), text };
    let mut facts = vec![
        fact("Program", program(provenance)),
        fact(COMMAND, command(provenance)),
        fact("Started", provenance.started_at.clone()),
    ];
    if provenance.accounts.len() <= SHOWN {
        let accounts = provenance.accounts.iter();
        facts.extend(accounts.map(|account| fact(&format!("Account {}", account.tag), of_account(account))));
    } else {
        let count = counted(provenance.accounts.len(), "account");
        facts.push(fact("Accounts", format!("{count}; {MANIFEST_FILE} says who read each of them")));
    }
    let (accounts, others): (Vec<&Input>, Vec<&Input>) =
        provenance.inputs.iter().partition(|input| input.kind == InputKind::Account);
    if accounts.len() <= SHOWN {
        facts.extend(accounts.into_iter().map(|input| fact(what(input.kind), of_input(input))));
    }
    facts.extend(others.into_iter().map(|input| fact(what(input.kind), of_input(input))));
    let decided =
        provenance.config.iter().map(|one| format!("{} = {} (line {})", one.key, quoted(&one.value), one.line));
    let decided: Vec<String> = decided.collect();
    facts.extend((!decided.is_empty()).then(|| fact("Set by the config file", decided.join(", "))));
    facts.push(fact(
        "Files",
        format!(
            "{MANIFEST_FILE} contains the size and the SHA-256 of each file of this report. iamctl verify FOLDER checks \
                the files{}",
            if provenance.settings.is_some() { " and regenerates the report" } else { "" }
        ),
    ));
    facts
}

/// The name of the fact that is a command.
pub const COMMAND: &str = "Command";

/// So many accounts are told one by one.
const SHOWN: usize = 4;

/// The command, as a shell takes it.
fn command(provenance: &Provenance) -> String {
    let variables = provenance.environment.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
    let arguments = provenance.arguments.iter().map(|word| quoted(word));
    variables.chain(std::iter::once("iamctl".to_owned())).chain(arguments).collect::<Vec<_>>().join(" ")
}

fn program(provenance: &Provenance) -> String {
    let program = &provenance.program;
    let build = match &program.sha256 {
        Some(sha256) => format!("SHA-256 of its file {sha256}"),
        None => "SHA-256 of its file not recorded".to_owned(),
    };
    format!("iamctl {} for {}, {build}", program.version, program.platform)
}

fn of_account(account: &SourceEvidence) -> String {
    let id = account.account_id.as_ref().map_or("unknown ID", |id| id.as_str());
    let mut text = format!("{id}, {} from {}", counted(account.roles, "role"), account.source);
    if let Some(time) = &account.harvested_at {
        text.push_str(&format!(", read at {time}"));
    }
    let Some(origin) = &account.origin else {
        text.push_str("; the source does not say who read the account");
        return text;
    };
    text.push_str(&format!(" by {} from {} (Region {})", origin.caller_arn, origin.endpoint, origin.region));
    match (origin.summary_roles, &origin.summary_unknown) {
        (Some(count), _) if usize::try_from(count) == Ok(account.roles) => {
            text.push_str("; AWS counts as many roles (GetAccountSummary)");
        }
        (Some(count), _) if usize::try_from(count).is_ok_and(|count| count < account.roles) => {
            text.push_str(&format!("; AWS counts {count} (GetAccountSummary)"));
        }
        (Some(count), _) => {
            text.push_str(&format!("; AWS counts {count}, which is more than were read (GetAccountSummary)"));
        }
        (None, Some(why)) => text.push_str(&format!("; the number of roles that AWS counts is not known: {why}")),
        (None, None) => text.push_str("; the number of roles that AWS counts is not known"),
    }
    text
}

fn of_input(input: &Input) -> String {
    format!(
        "{}, {}, SHA-256 {}",
        input.path,
        counted(usize::try_from(input.size).unwrap_or(usize::MAX), "byte"),
        input.sha256
    )
}

const fn what(kind: InputKind) -> &'static str {
    match kind {
        InputKind::Account => "Source file",
        InputKind::Dictionary => "Dictionary",
        InputKind::Accepted => "Accepted differences",
        InputKind::Catalogue => "Catalog",
        InputKind::EarlierReport => "Earlier report",
        InputKind::EarlierSnapshot => "Earlier snapshot",
        InputKind::AccountList => "List of accounts",
        InputKind::Config => "Config file",
    }
}

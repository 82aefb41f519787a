//! Files that list accounts: `accounts.yml` of c7n-org, a map from names to IDs, and what `aws organizations list-accounts`
//! prints. YAML, of which JSON is a part.
//!
//! Sources: <https://cloudcustodian.io/docs/tools/c7n-org.html>,
//! <https://docs.aws.amazon.com/cli/latest/reference/organizations/list-accounts.html>

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::Spanned;

use crate::model::{AccountId, AccountTag};

/// An account of such a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedAccount {
    /// The name as a tag: characters that a tag cannot have are replaced with `-`.
    pub tag: AccountTag,
    /// The ID.
    pub id: AccountId,
    /// The name as written.
    pub name: String,
    /// The line of the file, from 1.
    pub line: u64,
    /// The state, if it is not active: `SUSPENDED`.
    pub inactive: Option<String>,
    /// The roles to assume, one after the other: ARNs, or the name of a role of the account.
    pub roles: Vec<String>,
    /// The profile to use.
    pub profile: Option<String>,
    /// The external ID for the last of the roles.
    pub external_id: Option<String>,
    /// Tags and paths of organizational units, by which accounts are selected.
    pub labels: Vec<String>,
    /// The partition, if the file tells.
    pub partition: Option<String>,
}

/// Why a file is not such a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct AccountsError {
    /// The line, from 1, if it is known.
    pub line: Option<u64>,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for AccountsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.problem),
            None => f.write_str(&self.problem),
        }
    }
}

/// Reads a list of accounts, in any of its forms.
///
/// # Errors
/// If the text is no such list, has unknown keys, or has an ID or a name twice.
pub fn read(text: &str) -> Result<Vec<ListedAccount>, AccountsError> {
    let of = |line: u64, problem: String| AccountsError { line: Some(line), problem };
    let listed = match form(text)? {
        Form::Custodian => custodian(text)?,
        Form::Organization => organization(parsed::<Organization>(text)?)?,
        Form::OrganizationList => organization(Organization { accounts: parsed(text)?, next_token: None })?,
        Form::Map => map(text)?,
    };
    if listed.is_empty() {
        return Err(AccountsError { line: None, problem: "it lists no account".to_owned() });
    }
    let mut ids: BTreeMap<&AccountId, u64> = BTreeMap::new();
    let mut tags: BTreeMap<String, &ListedAccount> = BTreeMap::new();
    for one in &listed {
        if let Some(line) = ids.insert(&one.id, one.line) {
            return Err(of(one.line, format!("account {} is also in line {line}", one.id)));
        }
        if let Some(other) = tags.insert(one.tag.as_str().to_ascii_lowercase(), one) {
            let (name, line) = (one.name.escape_debug(), other.line);
            return Err(of(
                one.line,
                format!("the name `{name}` gives the tag `{}`, as the name in line {line} does", one.tag),
            ));
        }
    }
    Ok(listed)
}

/// What a file looks like.
enum Form {
    Custodian,
    Organization,
    OrganizationList,
    Map,
}

fn form(text: &str) -> Result<Form, AccountsError> {
    /// As much of a file as tells its form.
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "the file contains neither a list nor a map of accounts")]
    enum Outline {
        List(#[expect(dead_code, reason = "only the form counts")] Vec<IgnoredAny>),
        Map(BTreeMap<String, IgnoredAny>),
    }
    match parsed::<Outline>(text) {
        Ok(Outline::List(_)) => Ok(Form::OrganizationList),
        Ok(Outline::Map(keys)) if keys.contains_key("Accounts") => Ok(Form::Organization),
        Ok(Outline::Map(keys)) if keys.contains_key("accounts") => Ok(Form::Custodian),
        Ok(Outline::Map(_)) => Ok(Form::Map),
        Err(error) => Err(error),
    }
}

fn parsed<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, AccountsError> {
    serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map(|location| location.line());
        // The first line is the message; what follows shows the text of the file.
        let message = error.without_snippet().to_string();
        let problem = message.lines().next().unwrap_or_default();
        let problem = problem.strip_prefix("error: ").unwrap_or(problem);
        // The place is said before, and what the reader of YAML could do besides is not the user's business.
        let problem = problem.rsplit_once(" at line ").map_or(problem, |(problem, _)| problem);
        let problem = problem.split_once("; use ").map_or(problem, |(problem, _)| problem).to_owned();
        AccountsError { line, problem }
    })
}

/// The accounts file of c7n-org.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Custodian {
    accounts: Vec<Spanned<CustodianAccount>>,
    #[serde(default, rename = "vars")]
    _vars: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustodianAccount {
    account_id: String,
    name: Option<String>,
    role: Option<OneOrMore>,
    profile: Option<String>,
    external_id: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    path: Option<String>,
    // What iamctl does not need: IAM has no Regions, and policies of c7n use the variables.
    #[serde(default, rename = "regions")]
    _regions: IgnoredAny,
    #[serde(default, rename = "vars")]
    _vars: IgnoredAny,
    #[serde(default, rename = "email")]
    _email: IgnoredAny,
    #[serde(default, rename = "display_name")]
    _display_name: IgnoredAny,
    #[serde(default, rename = "org_id")]
    _org_id: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

fn custodian(text: &str) -> Result<Vec<ListedAccount>, AccountsError> {
    let one = |account: Spanned<CustodianAccount>| {
        let (line, account) = (account.referenced.line(), account.value);
        let id = account_id(&account.account_id, line)?;
        let name = account.name.unwrap_or_else(|| id.to_string());
        Ok(ListedAccount {
            tag: tag_of(&name, line)?,
            id,
            name,
            line,
            inactive: None,
            roles: match account.role {
                None => Vec::new(),
                Some(OneOrMore::One(role)) => vec![role],
                Some(OneOrMore::More(roles)) => roles,
            },
            profile: account.profile,
            external_id: account.external_id,
            labels: account.tags.into_iter().chain(account.path).collect(),
            partition: None,
        })
    };
    parsed::<Custodian>(text)?.accounts.into_iter().map(one).collect()
}

/// What `aws organizations list-accounts` prints. AWS may add keys.
#[derive(Deserialize)]
struct Organization {
    #[serde(rename = "Accounts")]
    accounts: Vec<Spanned<OrganizationAccount>>,
    #[serde(rename = "NextToken")]
    next_token: Option<String>,
}

#[derive(Deserialize)]
struct OrganizationAccount {
    #[serde(rename = "Id")]
    id: String,
    #[serde(rename = "Arn")]
    arn: Option<String>,
    #[serde(rename = "Name")]
    name: Option<String>,
    #[serde(rename = "State")]
    state: Option<String>,
    #[serde(rename = "Status")]
    status: Option<String>,
    #[serde(default, rename = "Paths")]
    paths: Vec<String>,
}

/// The state of an account that works.
const ACTIVE: &str = "ACTIVE";

fn organization(list: Organization) -> Result<Vec<ListedAccount>, AccountsError> {
    if list.next_token.is_some() {
        let problem = "it has a `NextToken`, so that it does not list all accounts; the AWS CLI prints all pages without \
                       `--max-items` and `--no-paginate`";
        return Err(AccountsError { line: None, problem: problem.to_owned() });
    }
    let one = |account: Spanned<OrganizationAccount>| {
        let (line, account) = (account.referenced.line(), account.value);
        let id = account_id(&account.id, line)?;
        let name = account.name.unwrap_or_else(|| id.to_string());
        let state = account.state.or(account.status);
        let partition = account.arn.as_deref().and_then(|arn| arn.split(':').nth(1)).map(str::to_owned);
        Ok(ListedAccount {
            tag: tag_of(&name, line)?,
            id,
            name,
            line,
            inactive: state.filter(|state| state != ACTIVE),
            roles: Vec::new(),
            profile: None,
            external_id: None,
            labels: account.paths,
            partition,
        })
    };
    list.accounts.into_iter().map(one).collect()
}

fn map(text: &str) -> Result<Vec<ListedAccount>, AccountsError> {
    let one = |(name, id): (String, Spanned<String>)| {
        let line = id.referenced.line();
        Ok(ListedAccount {
            tag: tag_of(&name, line)?,
            id: account_id(&id.value, line)?,
            name,
            line,
            inactive: None,
            roles: Vec::new(),
            profile: None,
            external_id: None,
            labels: Vec::new(),
            partition: None,
        })
    };
    parsed::<BTreeMap<String, Spanned<String>>>(text)?.into_iter().map(one).collect()
}

fn account_id(text: &str, line: u64) -> Result<AccountId, AccountsError> {
    text.parse().map_err(|_| AccountsError {
        line: Some(line),
        problem: format!(
            "`{}` is not an account ID, which has twelve digits; write it in quotation marks",
            text.escape_debug()
        ),
    })
}

/// A name as a tag: characters that a tag cannot have are replaced with `-`. None if nothing is left.
#[must_use]
pub fn tag(name: &str) -> Option<AccountTag> {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
    let safe: String = name.trim().chars().map(allowed).collect();
    let safe: String = safe.trim_start_matches(['.', '_', '-']).chars().take(64).collect();
    safe.parse().ok()
}

fn tag_of(name: &str, line: u64) -> Result<AccountTag, AccountsError> {
    tag(name).ok_or_else(|| AccountsError {
        line: Some(line),
        problem: format!("the name `{}` has no letter or digit", name.escape_debug()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &str) -> Vec<ListedAccount> {
        read(text).unwrap()
    }

    fn refused(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn a_text_that_is_no_list_is_said_to_be_none() {
        let error = read("from mk import *").unwrap_err().to_string();
        assert!(error.contains("the file contains neither a list nor a map of accounts"), "{error}");
    }

    #[test]
    fn the_accounts_file_of_custodian() {
        let accounts = listed(
            "vars: &common\n  code: x\naccounts:\n- account_id: '111122223333'\n  name: dev\n  regions: [us-east-1]\n  \
             role: arn:aws:iam::111122223333:role/Audit\n  vars:\n    <<: *common\n  tags:\n  - type:dev\n- account_id: 012345678901\n  \
             name: Production EU\n  profile: prod\n  role: [arn:aws:iam::111122223333:role/Hub, Audit]\n  external_id: '0042'\n",
        );
        assert_eq!(accounts.len(), 2);
        let [dev, prod] = accounts.as_slice() else { panic!("{accounts:?}") };
        assert_eq!((dev.tag.as_str(), dev.id.as_str(), dev.line), ("dev", "111122223333", 4));
        assert_eq!(
            (&dev.roles[..], &dev.labels[..]),
            (&["arn:aws:iam::111122223333:role/Audit".to_owned()][..], &["type:dev".to_owned()][..])
        );
        assert_eq!((prod.tag.as_str(), prod.id.as_str()), ("Production-EU", "012345678901"));
        assert_eq!(
            (prod.profile.as_deref(), prod.external_id.as_deref(), prod.roles.len()),
            (Some("prod"), Some("0042"), 2)
        );
    }

    #[test]
    fn a_map_of_names() {
        let accounts = listed("dev: '111122223333'\nprod: 012345678901\n");
        let all: Vec<(&str, &str, u64)> =
            accounts.iter().map(|one| (one.tag.as_str(), one.id.as_str(), one.line)).collect();
        assert_eq!(all, [("dev", "111122223333", 1), ("prod", "012345678901", 2)]);
        assert_eq!(listed(r#"{"dev": "111122223333"}"#).len(), 1);
    }

    #[test]
    fn what_the_aws_cli_prints() {
        let text = r#"{
    "Accounts": [
        {
            "Id": "111122223333",
            "Arn": "arn:aws-us-gov:organizations::111122223333:account/o-example/111122223333",
            "Email": "dev@example.com",
            "Name": "Team / Dev",
            "Status": "ACTIVE",
            "State": "PENDING_CLOSURE",
            "JoinedMethod": "CREATED",
            "JoinedTimestamp": "2026-01-01T00:00:00+00:00"
        },
        {"Id": "222233334444", "Name": "old", "Status": "SUSPENDED"},
        {"Id": "333344445555", "Name": "new", "State": "ACTIVE"}
    ]
}"#;
        let accounts = listed(text);
        let all: Vec<(&str, Option<&str>)> =
            accounts.iter().map(|one| (one.tag.as_str(), one.inactive.as_deref())).collect();
        assert_eq!(all, [("Team---Dev", Some("PENDING_CLOSURE")), ("old", Some("SUSPENDED")), ("new", None)]);
        assert_eq!(accounts[0].partition.as_deref(), Some("aws-us-gov"));
        let list = text.trim_start_matches("{\n    \"Accounts\":").trim_end_matches('}').trim();
        assert_eq!(
            listed(list),
            accounts.iter().cloned().map(|one| ListedAccount { line: one.line - 1, ..one }).collect::<Vec<_>>()
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let twice = "accounts:\n- {account_id: '111122223333', name: a}\n- {account_id: '111122223333', name: b}\n";
        assert_eq!(refused(twice), "line 3: account 111122223333 is also in line 2");
        let named = "accounts:\n- {account_id: '111122223333', name: a b}\n- {account_id: '222233334444', name: A-B}\n";
        assert_eq!(refused(named), "line 3: the name `A-B` gives the tag `A-B`, as the name in line 2 does");
        let unknown = refused("accounts:\n- account_id: '111122223333'\n  rolle: x\n");
        assert!(unknown.starts_with("line 3: ") && unknown.contains("rolle"), "{unknown}");
        assert_eq!(unknown.matches("line").count(), 1, "{unknown}");
        let several = refused("a: '111122223333'\n---\nb: '222233334444'\n");
        assert_eq!(several, "line 3: multiple YAML documents detected");
        assert!(refused("accounts: []\nsubscriptions: []\n").contains("subscriptions"));
        assert!(refused("dev: 123\n").starts_with("line 1: `123` is not an account ID"));
        assert_eq!(refused("accounts: []\n"), "it lists no account");
        assert!(refused(r#"{"Accounts": [], "NextToken": "x"}"#).contains("NextToken"));
        for text in [
            "",
            "x",
            "dev: {",
            "dev: '111122223333'\ndev: '222233334444'\n",
            "\t- x",
            "- 1",
            "accounts: 3",
            "'-': '111122223333'",
        ] {
            let error = refused(text);
            assert_eq!(error.lines().count(), 1, "{text:?}: {error}");
        }
    }
}

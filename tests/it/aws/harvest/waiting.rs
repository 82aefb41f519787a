//! What AWS makes a call wait for: throttling, slow replies, credentials that run out meanwhile.

use std::time::Duration;

use crate::support::faults::{Fault, Proxy, Request, error_text, rewrite_element};
use crate::support::moto::Account;
use crate::support::probe::{Outcome, Probe};
use crate::support::profiles::{role_profile, two_profiles};

const DETAILS: &str = "GetAccountAuthorizationDetails";

/// Throttling as AWS does it, with the time after which to ask again in AWS's own header: milliseconds.
fn throttling(after: u32) -> Fault {
    let headers = format!("x-amz-retry-after: {after}\r\n");
    Fault::Answer(400, headers, error_text("Throttling", "Rate exceeded"))
}

fn accounts() -> (Account, Account) {
    let (left, right) = (Account::new(), Account::new());
    left.furnish(3);
    (left, right)
}

fn probe(proxy: &Proxy, (left, right): &(Account, Account)) -> Probe {
    Probe::new(&two_profiles(&proxy.url(), left, right))
}

/// The waits of the delays that the program chooses itself are up to 20 seconds: two hundred of them are more than five
/// minutes.
#[test]
fn throttling_is_waited_out_however_often_it_comes_and_said() {
    let accounts = accounts();
    let proxy = Proxy::new();
    for action in [DETAILS, "ListRoles", "GetCallerIdentity", "AssumeRole"] {
        proxy.when(200, move |request| request.action() == action, throttling(1));
    }
    let outcome = probe(&proxy, &accounts).harvest(&["left", "right"]).good();
    assert_eq!(outcome.roles(0).len(), 4);
    for (action, service) in
        [(DETAILS, "IAM"), ("ListRoles", "IAM"), ("GetCallerIdentity", "STS"), ("AssumeRole", "STS")]
    {
        assert_eq!(proxy.count(action), 200 + 2, "{action}");
        let said = format!("{action}: {service} throttles {action}; attempt 3");
        assert!(outcome.events.iter().any(|event| event.ends_with(&said)), "{said}: {:?}", outcome.events);
    }
}

#[test]
fn sixteen_calls_at_once_are_throttled() {
    let accounts = accounts();
    let proxy = Proxy::new();
    proxy.on(DETAILS, Fault::Error(403, "AccessDenied"));
    // Far more than the attempts that the SDK allows all of its calls together.
    proxy.when(300, |request| !request.field("RoleName").is_empty(), throttling(1));
    let outcome = probe(&proxy, &accounts).harvest(&["left", "right"]).good();
    assert_eq!(outcome.roles(0).len(), 4);
}

#[test]
fn throttling_without_an_end_is_an_error_when_the_calls_time_is_over() {
    let accounts = accounts();
    let proxy = Proxy::new();
    proxy.on("ListRoles", throttling(50));
    let outcome = probe(&proxy, &accounts).timeout(2).harvest(&["left"]);
    let mut lines = outcome.bad().lines();
    let first = format!(
        "ListRoles for profile `left` in account {} at {} did not finish within 2 seconds",
        accounts.0.id,
        proxy.url()
    );
    assert_eq!(lines.next(), Some(first.as_str()));
    let cause = lines.next().unwrap();
    assert!(cause.starts_with("IAM throttles ListRoles; ") && cause.ends_with(" attempts failed"), "{cause}");
    let hint = "run the command again later, or give each call more time with --timeout";
    assert_eq!(outcome.hint.as_deref(), Some(hint));
}

/// Were the other account read to its end first, this would take as long as the call may.
#[test]
fn an_error_of_one_account_is_told_though_the_other_is_throttled() {
    let (left, right) = accounts();
    let proxy = Proxy::new();
    proxy.when(usize::MAX, |request| request.action() == DETAILS, throttling(100));
    // ListRoles of the account that answers it first is denied.
    proxy.when(1, |request| request.action() == "ListRoles", Fault::Error(403, "AccessDenied"));
    let outcome = Probe::new(&two_profiles(&proxy.url(), &left, &right)).harvest(&["left", "right"]);
    let either = [("left", &left.id), ("right", &right.id)];
    let told = |(name, id): &(&str, &String)| {
        outcome.bad().starts_with(&format!("ListRoles is denied for profile `{name}` in account {id}\n"))
    };
    assert!(either.iter().any(told), "{}", outcome.bad());
}

#[test]
fn a_reply_that_comes_byte_by_byte_ends_with_the_calls_time() {
    let accounts = accounts();
    for action in ["AssumeRole", "GetCallerIdentity", DETAILS] {
        let proxy = Proxy::new();
        proxy.on(action, Fault::Slow(Duration::from_secs(1)));
        let outcome = probe(&proxy, &accounts).timeout(3).harvest(&["left"]);
        let mut lines = outcome.bad().lines();
        let first = format!(
            "{action} for profile `left` in account {} at {} did not finish within 3 seconds",
            accounts.0.id,
            proxy.url()
        );
        assert_eq!(lines.next(), Some(first.as_str()));
        assert_eq!(lines.next(), Some("the reply was not complete"));
        assert!(outcome.hint.unwrap_or_default().ends_with("; --timeout gives each call more time"), "{action}");
    }
}

#[test]
fn a_server_that_says_nothing_ends_with_the_calls_time() {
    let accounts = accounts();
    let proxy = Proxy::new();
    proxy.on("GetCallerIdentity", Fault::Delay(Duration::from_secs(30)));
    let outcome = probe(&proxy, &accounts).timeout(1).open(&["left"]);
    assert!(outcome.bad().contains(" did not finish within 1 second\n"), "{}", outcome.bad());
}

#[test]
fn a_broken_connection_is_tried_ten_times_within_a_call() {
    let accounts = accounts();
    let proxy = Proxy::new();
    // Throttling in between does not use up the attempts of the others.
    proxy.when(15, |request| request.action() == "GetCallerIdentity", throttling(1));
    proxy.on("GetCallerIdentity", Fault::CutShort);
    let outcome = probe(&proxy, &accounts).open(&["left"]);
    assert!(outcome.bad().starts_with("GetCallerIdentity failed for profile `left` in account "), "{}", outcome.bad());
    assert_eq!(proxy.count("GetCallerIdentity"), 15 + 10);
}

#[test]
fn every_reply_that_breaks_off_once_is_asked_for_again() {
    let accounts = accounts();
    let whole = probe(&Proxy::new(), &accounts).harvest(&["left", "right"]).good();
    for action in [
        "AssumeRole",
        "GetCallerIdentity",
        "ListRoles",
        "GetRole",
        "ListRolePolicies",
        "GetRolePolicy",
        "ListAttachedRolePolicies",
        "ListInstanceProfilesForRole",
        "GetPolicy",
        "GetPolicyVersion",
        DETAILS,
    ] {
        let proxy = Proxy::new();
        if action != DETAILS {
            proxy.on(DETAILS, Fault::Error(403, "AccessDenied"));
        }
        // The SDK takes the second kind for a shorter list.
        proxy.when(1, move |request| request.action() == action, Fault::CutShort);
        proxy.when(2, move |request| request.action() == action, Fault::CutUnnoticed);
        let outcome = probe(&proxy, &accounts).harvest(&["left", "right"]).good();
        assert_eq!(outcome.account(0), whole.account(0), "{action}");
        let broken = format!("{action}: the reply to {action} breaks off; attempt 2");
        let failed = format!("{action}: the connection for {action} fails; attempt 2");
        let told = |event: &String| event.ends_with(&broken) || event.ends_with(&failed);
        assert!(outcome.events.iter().any(told), "{action}: {:?}", outcome.events);
    }
}

/// AWS says that the credentials have expired.
fn expired() -> Fault {
    Fault::Error(403, "ExpiredToken")
}

#[test]
fn credentials_that_expire_in_the_middle_are_got_anew() {
    let accounts = accounts();
    let whole = probe(&Proxy::new(), &accounts).harvest(&["left", "right"]).good();
    for action in ["GetCallerIdentity", "ListRoles", "GetRole"] {
        let proxy = Proxy::new();
        proxy.on(DETAILS, Fault::Error(403, "AccessDenied"));
        proxy.when(1, move |request| request.action() == action, expired());
        let outcome = probe(&proxy, &accounts).harvest(&["left", "right"]).good();
        assert_eq!(outcome.account(0), whole.account(0), "{action}");
        assert_eq!(proxy.count("AssumeRole"), 3, "{action}");
    }
}

#[test]
fn credentials_that_have_always_expired_are_an_error_that_names_the_account() {
    let accounts = accounts();
    let proxy = Proxy::new();
    proxy.on("ListRoles", expired());
    let outcome = probe(&proxy, &accounts).harvest(&["left"]);
    let first =
        format!("the credentials of profile `left` in account {} have expired, according to ListRoles", accounts.0.id);
    assert_eq!(outcome.bad().lines().next(), Some(first.as_str()));
    assert_eq!(outcome.hint.as_deref(), Some("get new credentials and run the command again"));
    // New credentials were tried once.
    assert_eq!((proxy.count("AssumeRole"), proxy.count("ListRoles")), (2, 2));
}

#[test]
fn keys_that_have_expired_are_not_tried_again() {
    let proxy = Proxy::new();
    proxy.on("GetCallerIdentity", expired());
    let keys = |probe: Probe| {
        probe
            .env("AWS_ACCESS_KEY_ID", "testing")
            .env("AWS_SECRET_ACCESS_KEY", "testing")
            .env("AWS_SESSION_TOKEN", "testing")
            .env("AWS_ENDPOINT_URL", proxy.url())
    };
    let in_a_profile = format!(
        "[profile left]\naws_access_key_id = testing\naws_secret_access_key = testing\naws_session_token = testing\n\
         endpoint_url = {}\n",
        proxy.url()
    );
    let outcome = Probe::new(&in_a_profile).open(&["left"]);
    let first = "the credentials of profile `left` have expired, according to GetCallerIdentity\n";
    assert!(outcome.bad().starts_with(first), "{}", outcome.bad());
    assert_eq!(proxy.count("GetCallerIdentity"), 1);
    let outcome = keys(Probe::new("")).open(&["env:"]);
    let first = "the credentials of the environment have expired, according to GetCallerIdentity\n";
    assert!(outcome.bad().starts_with(first), "{}", outcome.bad());
    assert!(outcome.hint.unwrap_or_default().contains("AWS_SESSION_TOKEN"));
}

#[test]
fn credentials_that_run_out_soon_are_renewed_before_they_do() {
    let (left, proxy) = (Account::new(), Proxy::new());
    left.role("only");
    let soon = (jiff::Timestamp::now() + Duration::from_secs(20)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let runs_out = move |_: &Request, reply: &str| Some(rewrite_element(reply, "Expiration", |_| soon.clone()));
    proxy.on("AssumeRole", Fault::Rewrite(Box::new(runs_out)));
    let base = "[profile base]\naws_access_key_id = testing\naws_secret_access_key = testing\n";
    let config = format!("{base}{}", role_profile("left", &proxy.url(), &left));
    let outcome: Outcome = Probe::new(&config).harvest(&["left"]).good();
    assert_eq!(outcome.roles(0), ["only"]);
    // One for the start, and one for each of the four calls.
    assert_eq!(proxy.count("AssumeRole"), 1 + 4);
}

/// A profile of keys, for calls that need no role.
fn keys(proxy: &Proxy) -> Probe {
    Probe::new(&format!(
        "[profile left]\naws_access_key_id = testing\naws_secret_access_key = testing\nendpoint_url = {}\n",
        proxy.url()
    ))
}

/// Wherever a reply without a declared length breaks off, it is asked for again: within an element, the SDK takes it for
/// an error without a code.
#[test]
fn a_reply_may_break_off_anywhere() {
    for thousandth in [0, 1, 20, 100, 200, 300, 400, 500, 600, 700, 800, 900, 950, 990] {
        let proxy = Proxy::new();
        for action in ["GetCallerIdentity", "ListRoles", DETAILS] {
            proxy.when(1, move |request| request.action() == action, Fault::CutAt(thousandth));
        }
        keys(&proxy).harvest(&["left"]).good();
        for action in ["GetCallerIdentity", "ListRoles", DETAILS] {
            assert_eq!(proxy.count(action), 2, "{action} after {thousandth} thousandths");
        }
    }
}

#[test]
fn a_reply_that_is_no_reply_is_an_error_that_says_so() {
    for body in ["<A><a></b></A>", "<html><body>Sign in</body></html>", "{}", ""] {
        let proxy = Proxy::new();
        proxy.on("GetCallerIdentity", Fault::Answer(200, String::new(), body.to_owned()));
        let outcome = keys(&proxy).open(&["left"]);
        let first = format!("GetCallerIdentity failed for profile `left` at {}", proxy.url());
        assert_eq!(outcome.bad().lines().next(), Some(first.as_str()), "{body}");
        assert!(outcome.bad().contains("the reply cannot be read: "), "{body}: {}", outcome.bad());
    }
}

//! A machine whose clock is wrong, and an answer from elsewhere.

use std::time::Duration;

use crate::support::faults::{Fault, Proxy, Request, error_text};
use crate::support::probe::{Outcome, Probe};

fn open(proxy: &Proxy) -> Outcome {
    let config = format!(
        "[profile left]\naws_access_key_id = testing\naws_secret_access_key = testing\nendpoint_url = {}\n",
        proxy.url()
    );
    Probe::new(&config).open(&["left"])
}

/// An error that says AWS's time, so many minutes after (or before) this machine's.
fn denied_at(minutes: i64, code: &str, message: &str) -> Fault {
    // Half a minute more, so that a slow test does not change the count.
    let there = jiff::Timestamp::now() + Duration::from_secs(30) + jiff::SignedDuration::from_mins(minutes);
    let date = there.strftime("%a, %d %b %Y %H:%M:%S GMT");
    Fault::Answer(403, format!("Date: {date}\r\n"), error_text(code, message))
}

const EXPIRED: &str = "Signature expired: 20261127T115517Z is now earlier than 20261127T121017Z";

#[test]
fn a_wrong_clock_is_named_with_how_far_it_is_off() {
    for (minutes, code, message, says) in [
        (20, "SignatureDoesNotMatch", EXPIRED, "20 minutes behind that"),
        (-21, "SignatureDoesNotMatch", "Signature not yet current", "20 minutes ahead of that"),
        (20, "InvalidSignatureException", EXPIRED, "20 minutes behind that"),
        (60 * 5, "RequestTimeTooSkewed", "The difference is too large", "5 hours behind that"),
        (60 * 24 * 400, "SignatureDoesNotMatch", "no words about time", "400 days behind that"),
    ] {
        let proxy = Proxy::new();
        proxy.on("GetCallerIdentity", denied_at(minutes, code, message));
        let outcome = open(&proxy);
        let expected = format!(
            "the clock of this machine is {says} of AWS, according to GetCallerIdentity for profile `left`\nAWS answered \
             {code}: {message} (request r-1)"
        );
        assert_eq!(outcome.bad(), expected);
        let hint = "set the clock of this machine, and check its time zone; AWS accepts five minutes";
        assert_eq!(outcome.hint.as_deref(), Some(hint));
    }
}

#[test]
fn a_wrong_clock_is_named_where_the_reply_tells_no_time() {
    let proxy = Proxy::new();
    proxy.on("GetCallerIdentity", Fault::Says(403, "SignatureDoesNotMatch", EXPIRED.to_owned()));
    let first = "the clock of this machine differs from that of AWS, according to GetCallerIdentity for profile `left`";
    assert_eq!(open(&proxy).bad().lines().next(), Some(first));
}

#[test]
fn a_wrong_secret_is_no_wrong_clock() {
    let proxy = Proxy::new();
    let message = "The request signature we calculated does not match";
    proxy.on("GetCallerIdentity", denied_at(1, "SignatureDoesNotMatch", message));
    let outcome = open(&proxy);
    let first = outcome.bad().lines().next();
    assert_eq!(first, Some("the credentials of profile `left` are not valid, according to GetCallerIdentity"));
}

/// The SDK signs again with the time that AWS tells; a wrong clock is an error only where that does not help.
#[test]
fn a_wrong_clock_is_put_right_where_that_helps() {
    let proxy = Proxy::new();
    let asked = |request: &Request| request.action() == "GetCallerIdentity";
    proxy.when(1, asked, denied_at(20, "SignatureDoesNotMatch", EXPIRED));
    open(&proxy).good();
    let signed: Vec<String> = proxy.requests().iter().map(|request| request.headers["x-amz-date"].clone()).collect();
    let time = |text: &str| jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).unwrap();
    let off = time(&signed[1]).since(time(&signed[0])).unwrap().get_minutes();
    assert!((20..=21).contains(&off), "{signed:?}");
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Proxy::new();
    for status in [301, 302, 307, 308] {
        let proxy = Proxy::new();
        let headers = format!("Location: {}/login?token=very-secret-token\r\n", elsewhere.url());
        proxy.on("GetCallerIdentity", Fault::Answer(status, headers, "<html>moved</html>".to_owned()));
        let outcome = open(&proxy);
        let expected = format!(
            "GetCallerIdentity failed for profile `left` at {}\nHTTP status {status}: the call is redirected to {}",
            proxy.url(),
            elsewhere.url()
        );
        assert_eq!(outcome.bad(), expected);
        assert!(outcome.hint.unwrap_or_default().starts_with("check the network, the proxy"), "{status}");
        assert_eq!((proxy.requests().len(), elsewhere.requests().len()), (1, 0), "{status}");
    }
}

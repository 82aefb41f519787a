//! Profiles with `mfa_serial`, which the SDK does not know.

use std::time::Duration;

use crate::support::faults::{Fault, Proxy};
use crate::support::moto::Account;
use crate::support::probe::Probe;
use crate::support::profiles::{role_profile, two_profiles};

const DEVICE: &str = "arn:aws:iam::123456789012:mfa/me";

/// Both profiles with a device.
fn config(proxy: &Proxy, left: &Account, right: &Account, devices: [&str; 2]) -> String {
    let [of_left, of_right] = devices;
    let (left, right) = (role_profile("left", &proxy.url(), left), role_profile("right", &proxy.url(), right));
    format!(
        "[profile base]\naws_access_key_id = testing\naws_secret_access_key = very-secret-key\n\
         {left}mfa_serial = {of_left}\n{right}mfa_serial = {of_right}\n"
    )
}

#[test]
fn one_code_serves_both_profiles_of_a_device() {
    let (left, right, proxy) = (Account::new(), Account::new(), Proxy::new());
    let config = config(&proxy, &left, &right, [DEVICE, DEVICE]);
    let outcome = Probe::new(&config).mfa_code("123456").open(&["left", "right"]).good();

    let sessions = proxy.of("GetSessionToken");
    assert_eq!(sessions.len(), 1);
    assert_eq!((sessions[0].field("SerialNumber"), sessions[0].field("TokenCode")), (DEVICE, "123456"));
    assert_eq!(sessions[0].access_key(), "testing");
    let taken = proxy.of("AssumeRole");
    assert_eq!(taken.len(), 2);
    // The session's keys, not the user's, and no code a second time.
    assert!(taken.iter().all(|request| request.access_key() != "testing" && request.field("TokenCode").is_empty()));
    assert!(outcome.identities[0].starts_with(&left.id) && outcome.identities[1].starts_with(&right.id));
    assert!(!outcome.debug.contains("123456") && !outcome.debug.contains("very-secret-key"), "{}", outcome.debug);
}

#[test]
fn a_command_prints_a_code_for_each_device() {
    let (left, right, proxy) = (Account::new(), Account::new(), Proxy::new());
    let config = config(&proxy, &left, &right, [DEVICE, "arn:aws:iam::123456789012:mfa/other"]);
    let command = r#"case "$IAMCTL_MFA_DEVICE" in */me) echo 111111;; *) echo " 222222";; esac"#;
    Probe::new(&config).mfa_command(command).open(&["left", "right"]).good();

    let mut codes: Vec<String> =
        proxy.of("GetSessionToken").iter().map(|request| request.field("TokenCode").to_owned()).collect();
    codes.sort();
    assert_eq!(codes, ["111111", "222222"]);
}

#[test]
fn one_code_does_not_serve_two_devices() {
    let (left, right, proxy) = (Account::new(), Account::new(), Proxy::new());
    let config = config(&proxy, &left, &right, [DEVICE, "arn:aws:iam::123456789012:mfa/other"]);
    let outcome = Probe::new(&config).mfa_code("123456").open(&["left", "right"]);
    assert!(outcome.bad().starts_with("the MFA code was already used, and profile `"), "{}", outcome.bad());
}

#[test]
fn no_code_and_nobody_to_ask_is_an_error_at_once() {
    let (left, right, proxy) = (Account::new(), Account::new(), Proxy::new());
    let outcome = Probe::new(&config(&proxy, &left, &right, [DEVICE, DEVICE])).open(&["left", "right"]);
    assert_eq!(outcome.bad(), format!("profile `left` needs a code from the MFA device `{DEVICE}`"));
    assert!(outcome.hint.unwrap_or_default().contains("--mfa-code"));
    assert!(outcome.took < Duration::from_secs(5), "{:?}", outcome.took);
    assert_eq!(proxy.requests().len(), 0);
}

#[test]
fn a_person_is_asked_once_by_profile_and_device() {
    let (left, right, proxy) = (Account::new(), Account::new(), Proxy::new());
    let config = config(&proxy, &left, &right, [DEVICE, DEVICE]);
    let outcome = Probe::new(&config).person("12345\n654321\n").open(&["left", "right"]).good();
    let asked = |name: &str| outcome.stderr.matches(&format!("MFA code of {DEVICE} for profile {name}: ")).count();
    // Mistyped once; the other profile is not asked for.
    assert_eq!((asked("left") + asked("right"), asked("left") * asked("right")), (2, 0), "{}", outcome.stderr);
    assert_eq!(proxy.of("GetSessionToken")[0].field("TokenCode"), "654321");
}

#[test]
fn a_person_who_left_is_nobody() {
    let (left, right, proxy) = (Account::new(), Account::new(), Proxy::new());
    let outcome = Probe::new(&config(&proxy, &left, &right, [DEVICE, DEVICE])).person("").open(&["left", "right"]);
    assert!(outcome.bad().contains("needs a code from the MFA device"), "{}", outcome.bad());
}

#[test]
fn a_code_is_six_digits() {
    let (left, right, proxy) = (Account::new(), Account::new(), Proxy::new());
    let config = config(&proxy, &left, &right, [DEVICE, DEVICE]);
    let outcome = Probe::new(&config).mfa_code("12345x").open(&["left"]);
    assert_eq!(outcome.bad(), format!("the code for the MFA device `{DEVICE}` does not have six digits"));
    let outcome = Probe::new(&config).mfa_command("exit 3").open(&["left"]);
    assert_eq!(outcome.bad(), format!("the MFA command for the device `{DEVICE}` ended with exit status: 3"));
}

#[test]
fn temporary_keys_send_the_code_with_the_role() {
    let (left, right, proxy) = (Account::new(), Account::new(), Proxy::new());
    let config = config(&proxy, &left, &right, [DEVICE, DEVICE])
        .replace("very-secret-key\n", "very-secret-key\naws_session_token = a-token\n");
    Probe::new(&config).mfa_code("123456").open(&["left"]).good();
    assert_eq!(proxy.count("GetSessionToken"), 0);
    let taken = &proxy.of("AssumeRole")[0];
    assert_eq!((taken.field("SerialNumber"), taken.field("TokenCode")), (DEVICE, "123456"));
}

#[test]
fn a_refused_code_is_an_error_that_says_so() {
    let (left, right, proxy) = (Account::new(), Account::new(), Proxy::new());
    proxy.on("GetSessionToken", Fault::Error(403, "AccessDenied"));
    let config = config(&proxy, &left, &right, [DEVICE, DEVICE]);
    let outcome = Probe::new(&config).mfa_code("123456").open(&["left"]);
    assert!(
        outcome.bad().starts_with(&format!("AWS rejected the code of the MFA device `{DEVICE}` for profile `left`\n")),
        "{}",
        outcome.bad()
    );
}

#[test]
fn profiles_without_a_device_need_no_code() {
    let (left, right, proxy) = (Account::new(), Account::new(), Proxy::new());
    Probe::new(&two_profiles(&proxy.url(), &left, &right)).mfa_code("123456").open(&["left", "right"]).good();
    assert_eq!(proxy.count("GetSessionToken"), 0);
}

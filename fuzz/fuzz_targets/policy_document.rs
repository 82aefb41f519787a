#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| iamctl_fuzz::targets::run("policy_document", bytes));

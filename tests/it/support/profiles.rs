//! Profiles of accounts of the AWS server.

use super::moto::Account;
use super::tool::Tool;

/// Two profiles, `left` and `right`, that assume a role in an account each, from the keys of `base`.
pub fn two_profiles(endpoint: &str, left: &Account, right: &Account) -> String {
    format!(
        "[profile base]\naws_access_key_id = testing\naws_secret_access_key = very-secret-key\n{}{}",
        role_profile("left", endpoint, left),
        role_profile("right", endpoint, right)
    )
}

/// A profile that assumes a role in an account, from the keys of `base`.
pub fn role_profile(name: &str, endpoint: &str, account: &Account) -> String {
    let entry = account.entry();
    format!(
        "[profile {name}]\nregion = us-east-1\nendpoint_url = {endpoint}\nrole_arn = {entry}\nsource_profile = base\n"
    )
}

/// A run's folder with profiles `dev-profile` and `qa-profile`.
pub fn tool_for(dev: &Account, qa: &Account) -> Tool {
    let (tool, endpoint) = (Tool::new(), super::moto::url());
    let base = "[profile base]\naws_access_key_id = testing\naws_secret_access_key = testing\n";
    let profiles = [role_profile("dev-profile", &endpoint, dev), role_profile("qa-profile", &endpoint, qa)];
    tool.write("aws-config", format!("{base}{}", profiles.concat()));
    tool.write("aws-credentials", "");
    tool
}

//! Where a role is in AWS's console: a link for the reader to follow, never a request of the page.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::report::RoleSide;

/// What stays as it is in a part of a path; `=`, `,`, `@` and `+`, which role names may hold, do not.
const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The address of a role; none where its ARN names no partition that has a console.
///
/// Source: <https://docs.aws.amazon.com/signin/latest/userguide/console-sign-in-tutorials.html>
pub(super) fn link(role: &RoleSide) -> Option<String> {
    let host = match role.arn.split(':').nth(1) {
        Some("aws") => "console.aws.amazon.com",
        Some("aws-cn") => "console.amazonaws.cn",
        Some("aws-us-gov") => "console.amazonaws-us-gov.com",
        Some(_) | None => return None,
    };
    Some(format!("https://{host}/iam/home#/roles/details/{}", utf8_percent_encode(&role.name, &KEPT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(partition: &str, name: &str) -> Option<String> {
        let side = RoleSide {
            name: name.to_owned(),
            path: "/".to_owned(),
            normalised_path: "/".to_owned(),
            arn: format!("arn:{partition}:iam::111111111111:role/x"),
            created_at: None,
            last_used_at: None,
            last_used_region: None,
        };
        link(&side)
    }

    #[test]
    fn each_partition_has_a_console_of_its_own() {
        let end = "/iam/home#/roles/details/app-dev";
        assert_eq!(of("aws", "app-dev"), Some(format!("https://console.aws.amazon.com{end}")));
        assert_eq!(of("aws-cn", "app-dev"), Some(format!("https://console.amazonaws.cn{end}")));
        assert_eq!(of("aws-us-gov", "app-dev"), Some(format!("https://console.amazonaws-us-gov.com{end}")));
        assert_eq!(of("javascript", "app-dev"), None);
    }

    #[test]
    fn a_name_ends_neither_the_path_nor_the_attribute() {
        let link = of("aws", "a+b=c@d/../\"><script>").unwrap();
        assert!(link.ends_with("/details/a%2Bb%3Dc%40d%2F..%2F%22%3E%3Cscript%3E"), "{link}");
    }
}

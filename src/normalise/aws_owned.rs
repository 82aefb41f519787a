//! What AWS owns in a text: the words of service principals, condition keys, service-linked roles, and AWS managed
//! policies. They mean the same in every account, whatever texts of the dictionary they contain.

use std::ops::Range;

use crate::model::Place;

/// Where service-linked roles are.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>
const SERVICE_LINKED_PATH: &str = "aws-service-role/";

/// What begins the names of service-linked roles. A suffix behind `_` can be the user's own.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html>
const SERVICE_LINKED_NAME: &str = "AWSServiceRole";

/// What ends the names of service principals, but for `.cn` in China.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
const SERVICE_PRINCIPAL: &str = ".amazonaws.com";

/// The parts of a text that AWS owns, but for what [`of_key`] finds in a condition key.
pub(super) fn ranges(text: &str, place: Place) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    ranges.extend((place == Place::Condition && text.starts_with("aws:")).then_some(0..3));
    for (at, _) in text.match_indices("${") {
        let key = text.get(at + 2..).and_then(|rest| rest.find(['}', ',']).and_then(|end| rest.get(..end)));
        // A variable that is not closed is plain text.
        ranges.extend(key.map(|key| at..at + 2 + of_key(key).unwrap_or_else(|| key.find(':').unwrap_or(key.len()))));
    }
    if matches!(place, Place::Principal | Place::Condition) {
        service_principal(text, place, &mut ranges);
    }
    if place == Place::Path && text.trim_start_matches('/').starts_with(SERVICE_LINKED_PATH) {
        ranges.push(0..text.len());
    }
    if place == Place::RoleName && text.starts_with(SERVICE_LINKED_NAME) {
        ranges.push(0..without_suffix(text));
    }
    ranges.extend(of_arn(text));
    ranges
}

/// How much of a condition key AWS owns: the service and the name, but not the tag key or the like behind a `/` or a
/// second `:`. None for a key that begins with the name of an identity provider.
pub(super) fn of_key(key: &str) -> Option<usize> {
    let service = key.find(':')?;
    if key.get(..service)?.contains(['.', '/']) {
        return None;
    }
    let name = key.get(service + 1..)?;
    Some(service + 1 + name.find([':', '/']).unwrap_or(name.len()))
}

/// The labels of a service principal, but for a Region. In a condition only the last one: what precedes it there can
/// be the name of a host, such as `BUCKET.s3.amazonaws.com`.
fn service_principal(text: &str, place: Place, ranges: &mut Vec<Range<usize>>) {
    let Some(end) = text.find(SERVICE_PRINCIPAL) else { return };
    let rest = text.get(end + SERVICE_PRINCIPAL.len()..).unwrap_or_default();
    if !matches!(rest, "" | ".cn") || text.contains(['/', ':', '*', '$']) {
        return;
    }
    let mut labels = Vec::new();
    let mut start = 0;
    for label in text.get(..end).unwrap_or_default().split('.') {
        let range = start..start + label.len();
        start = range.end + 1;
        if !is_region(label) {
            labels.push(range);
        }
    }
    let first = if place == Place::Principal { 0 } else { labels.len().saturating_sub(1) };
    ranges.extend(labels.into_iter().skip(first));
}

/// Whether a label is formed like the code of a Region, as in `logs.eu-west-1.amazonaws.com`.
pub(super) fn is_region(label: &str) -> bool {
    let mut parts = label.rsplit('-');
    let number = parts.next().is_some_and(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    let words: Vec<&str> = parts.collect();
    number
        && words.len() >= 2
        && words.iter().all(|word| word.len() >= 2 && word.bytes().all(|b| b.is_ascii_lowercase()))
}

/// What AWS owns of an ARN: the resource, if AWS owns the account; the path and name of a service-linked role.
fn of_arn(text: &str) -> Option<Range<usize>> {
    if !text.starts_with("arn:") {
        return None;
    }
    let mut start = 0;
    let mut account = "";
    for (index, field) in text.splitn(6, ':').enumerate() {
        match index {
            4 => account = field,
            5 if account == "aws" => return Some(start..text.len()),
            5 => {
                let role = field.strip_prefix("role/").or_else(|| field.strip_prefix("assumed-role/"))?;
                let at = text.len() - role.len();
                let linked = role.starts_with(SERVICE_LINKED_PATH) || role.starts_with(SERVICE_LINKED_NAME);
                return linked.then(|| at..at + without_suffix(role));
            }
            _ => {}
        }
        start += field.len() + 1;
    }
    None
}

/// The length of the name of a service-linked role, with its path, without a suffix.
fn without_suffix(name: &str) -> usize {
    name.find('_').unwrap_or(name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(text: &str, place: Place) -> Vec<&str> {
        ranges(text, place).into_iter().map(|range| text.get(range).unwrap()).collect()
    }

    #[test]
    fn the_words_of_aws_are_found() {
        for (text, place, expected) in [
            ("arn:aws:iam::aws:policy/job-function/Billing", Place::PolicyName, &["policy/job-function/Billing"][..]),
            ("arn:aws:iam::111122223333:policy/Billing", Place::PolicyName, &[]),
            (
                "arn:aws:iam::1:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForLive_dev",
                Place::Resource,
                &["aws-service-role/x.amazonaws.com/AWSServiceRoleForLive"],
            ),
            ("arn:aws:sts::1:assumed-role/AWSServiceRoleForLive/s", Place::Principal, &["AWSServiceRoleForLive/s"]),
            ("arn:aws:iam::1:role/live", Place::Resource, &[]),
            (
                "/aws-service-role/devops-guru.amazonaws.com/",
                Place::Path,
                &["/aws-service-role/devops-guru.amazonaws.com/"],
            ),
            ("/live/", Place::Path, &[]),
            ("AWSServiceRoleForAutoScaling_dev", Place::RoleName, &["AWSServiceRoleForAutoScaling"]),
            ("devops-guru.amazonaws.com", Place::Principal, &["devops-guru"]),
            ("delivery.logs.amazonaws.com", Place::Principal, &["delivery", "logs"]),
            ("logs.eu-west-1.amazonaws.com.cn", Place::Principal, &["logs"]),
            ("dev.s3.eu-west-1.amazonaws.com", Place::Condition, &["s3"]),
            ("oidc.eks.eu-west-1.amazonaws.com/id/AB", Place::Principal, &[]),
            ("a/${aws:PrincipalTag/dev}/${aws:userid}", Place::Resource, &["${aws:PrincipalTag", "${aws:userid"]),
            ("a/${dev", Place::Resource, &[]),
        ] {
            assert_eq!(owned(text, place), expected, "{text}");
        }
    }

    #[test]
    fn the_tag_in_a_condition_key_is_the_users() {
        for (key, own) in [
            ("devops-guru:ServiceNames", Some("devops-guru:ServiceNames")),
            ("aws:ResourceTag/dev", Some("aws:ResourceTag")),
            ("kms:EncryptionContext:dev", Some("kms:EncryptionContext")),
            ("dev.auth.example.com:aud", None),
            ("dev.auth.example.com/realm:aud", None),
            ("dev", None),
        ] {
            assert_eq!(of_key(key).map(|end| key.get(..end).unwrap()), own, "{key}");
        }
    }
}

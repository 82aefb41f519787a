//! The names of what CloudFormation created, in ARNs: queues, tables, buckets, functions, log groups.
//!
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html>

use std::ops::Range;

use super::builtin::Builtin;
use super::generated_names::{self, Id};

/// Services whose ARNs have rules of their own, or ids that are no names.
const OTHERS: [&str; 4] = ["iam", "sts", "secretsmanager", "kms"];

/// Services whose names have no capitals: the random end is in small letters there.
const WITHOUT_CAPITALS: [&str; 2] = ["s3", "rds"];

/// The names of the resource in an ARN that end as CloudFormation ends them.
pub(super) fn find(text: &str) -> Vec<Id> {
    let mut parts = text.splitn(6, ':');
    let (Some("arn"), Some(_), Some(service)) = (parts.next(), parts.next(), parts.next()) else { return Vec::new() };
    let Some(resource) = parts.nth(2).filter(|_| !OTHERS.contains(&service)) else { return Vec::new() };
    let mut start = text.len() - resource.len();
    let mut found = Vec::new();
    for segment in resource.split([':', '/']) {
        found.extend(of_segment(service, segment, start));
        start += segment.len() + 1;
        // What follows is the key of an object, which nobody but its writer names.
        if service == "s3" {
            break;
        }
    }
    found
}

/// The made-up parts of a segment that begins there.
fn of_segment(service: &str, segment: &str, start: usize) -> Option<Id> {
    let (before, end) = segment.rsplit_once('-')?;
    let letters = matches!(end.len(), 12 | 13) && end.bytes().all(|b| b.is_ascii_alphanumeric());
    if !letters || before.is_empty() || before.contains(['*', '?', '$']) || is_uuid(segment) {
        return None;
    }
    let small = !end.bytes().any(|b| b.is_ascii_uppercase());
    let upper = !end.bytes().any(|b| b.is_ascii_lowercase());
    let is_end = if WITHOUT_CAPITALS.contains(&service) { small } else { upper || (end.len() == 12 && !small) };
    if !is_end || end.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let at = |range: Range<usize>| range.start + start..range.end + start;
    let part = before.len() + 1..segment.len();
    let others = generated_names::of_stacks(segment, part.start).into_iter().map(at).collect();
    let looks_random = generated_names::no_words(end);
    let whole = 0..start + segment.len();
    Some(Id { rule: Builtin::CloudFormation, whole, part: at(part), others, looks_random })
}

/// Whether a name ends in a UUID, whose last part looks like such an end.
fn is_uuid(name: &str) -> bool {
    let lengths = [12, 4, 4, 4];
    let parts: Vec<&str> = name.rsplit('-').take(lengths.len()).collect();
    let is_part =
        |(part, length): (&&str, &usize)| part.len() == *length && part.bytes().all(|b| b.is_ascii_hexdigit());
    parts.len() == lengths.len() && parts.iter().zip(&lengths).all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The made-up parts that look so.
    fn parts(text: &str) -> Vec<&str> {
        let found = find(text).into_iter().filter(|id| id.looks_random);
        found.flat_map(|id| id.others.into_iter().chain([id.part])).map(|range| text.get(range).unwrap()).collect()
    }

    #[test]
    fn names_of_resources_of_a_stack() {
        for (text, expected) in [
            ("arn:aws:sqs:eu-west-1:111122223333:shop-Jobs-1QHKXV2M8T7PD", &["1QHKXV2M8T7PD"][..]),
            ("arn:aws:sns:eu-west-1:111122223333:shop-Alerts-aP3kZq8vWm1x", &["aP3kZq8vWm1x"]),
            ("arn:aws:dynamodb:*:*:table/shop-Carts-1QHKXV2M8T7PD/index/*", &["1QHKXV2M8T7PD"]),
            ("arn:aws:s3:::shop-uploads-4k9x2m7qw8tz/in/*", &["4k9x2m7qw8tz"]),
            ("arn:aws:logs:*:*:log-group:/aws/lambda/shop-Fn-aP3kZq8vWm1x:*", &["aP3kZq8vWm1x"]),
            ("arn:aws:lambda:*:*:function:s-Api-1NEST3DABCDEF-Fn-1QHKXV2M8T7PD", &["1NEST3DABCDEF", "1QHKXV2M8T7PD"]),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    #[test]
    fn other_names_are_left() {
        for text in [
            "arn:aws:sqs:eu-west-1:111122223333:shop-distribution",
            "arn:aws:dynamodb:*:*:table/shop-CONFIGURATION",
            "arn:aws:sqs:eu-west-1:111122223333:shop-444455556666",
            "arn:aws:sqs:eu-west-1:111122223333:*-1QHKXV2M8T7PD",
            "arn:aws:s3:::shop/part-1QHKXV2M8T7PD",
            "arn:aws:s3:::shop-0a1b2c3d-1a2b-3c4d-5e6f-0a1b2c3d4e5f/*",
            "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1a2b-3c4d-5e6f-0a1b2c3d4e5f",
            "arn:aws:ec2:eu-west-1:111122223333:subnet/subnet-0a1b2c3d4e5f",
            "arn:aws:iam::111122223333:role/shop-Role-1QHKXV2M8T7PD",
            "shop-Jobs-1QHKXV2M8T7PD",
        ] {
            assert_eq!(parts(text), [""; 0], "{text}");
        }
    }
}

//! Whether a text is an ARN of a resource type.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>: what stands in each part. Which partition
//! is the role's own is not asked here: a policy that names another matches what nobody can name.

use crate::catalog::{ArnTemplate, Piece};
use crate::model::equivalency::{CLOSE, OPEN};

/// Whether an ARN has a form of a template.
pub(super) fn is_of(template: &ArnTemplate, arn: &str) -> bool {
    template.forms().iter().any(|form| is_of_form(form, arn))
}

fn is_of_form(form: &[Piece], arn: &str) -> bool {
    let mut rests = vec![arn];
    for piece in form {
        rests = rests.iter().flat_map(|rest| after(*piece, rest)).collect();
        rests.sort_unstable_by_key(|rest| rest.len());
        rests.dedup_by_key(|rest| rest.len());
        if rests.is_empty() {
            return false;
        }
    }
    rests.contains(&"")
}

/// What can be left of a text behind a piece.
fn after(piece: Piece, text: &str) -> Vec<&str> {
    let if_part = |is: &dyn Fn(&str) -> bool| {
        let (part, behind) = text.split_at(part_length(text));
        if is(part) { vec![behind] } else { Vec::new() }
    };
    match piece {
        Piece::Char(c) => text.strip_prefix(c).into_iter().collect(),
        Piece::Partition => if_part(&is_lower),
        Piece::Region { optional } => if_part(&|part| is_lower(part) || (optional && part.is_empty())),
        Piece::Account(others) => if_part(&|part| is_account(part) || others.contains(&part)),
        Piece::Name { of, optional } => {
            let mut rests = if optional { vec![text] } else { Vec::new() };
            let mut rest = text.chars();
            while rest.next().is_some_and(|c| of.holds(c)) {
                rests.push(rest.as_str());
            }
            rests
        }
    }
}

/// The length of a part of an ARN, up to a `:` outside all placeholders.
fn part_length(text: &str) -> usize {
    let mut inside = false;
    for (at, c) in text.char_indices() {
        match c {
            OPEN => inside = true,
            CLOSE => inside = false,
            ':' if !inside => return at,
            _ => {}
        }
    }
    text.len()
}

/// Whether this is made of lower-case letters, digits, hyphens and placeholders.
fn is_lower(part: &str) -> bool {
    let mut inside = false;
    let of_name = |c: char| match c {
        OPEN => !std::mem::replace(&mut inside, true),
        CLOSE => std::mem::replace(&mut inside, false),
        c => inside || c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
    };
    !part.is_empty() && part.chars().all(of_name) && !inside
}

/// Whether this is an account's id, or a placeholder of one.
fn is_account(part: &str) -> bool {
    let placeholder = part.strip_prefix(OPEN).and_then(|rest| rest.strip_suffix(CLOSE));
    (part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit()))
        || placeholder.is_some_and(|name| !name.contains([OPEN, CLOSE]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_by_example() {
        let is_of = |template: &str, arn: &str| is_of(&ArnTemplate::new(template), arn);
        let queue = "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}";
        for arn in [
            "arn:aws:sqs:eu-west-1:111122223333:q",
            "arn:aws-cn:sqs:cn-north-1:\u{fdd0}ownaccountid\u{fdd1}:q",
            "arn:\u{fdd0}partition\u{fdd1}:sqs:eu-\u{fdd0}Region a:b\u{fdd1}:111122223333:q-\u{fdd0}env\u{fdd1}",
        ] {
            assert!(is_of(queue, arn), "{arn}");
        }
        for arn in [
            "arn::sqs:::",
            "arn:aws:sqs:EU:111122223333:q",
            "arn:aws:sqs::111122223333:q",
            "arn:aws:sqs:eu-west-1:1111222233334:q",
            "arn:aws:sqs:eu-west-1:aws:q",
            "arn:aws:sqs:eu-west-1:111122223333:",
            "arn:aws:sqs:eu-west-1:111122223333:a:b",
        ] {
            assert!(!is_of(queue, arn), "{arn}");
        }
        assert!(is_of("arn:${Partition}:iam::${Account}:policy/${Name}", "arn:aws:iam::aws:policy/X"));
        let object = "arn:${Partition}:s3:::${BucketName}/${ObjectName}";
        assert!(is_of(object, "arn:aws:s3:::b/a/b:c") && !is_of(object, "arn:aws:s3:::b/"));
        assert!(is_of(
            "arn:${Partition}:ssm:${Region}:${Account}:document/${Name}",
            "arn:aws:ssm:eu-west-1::document/X"
        ));
    }
}

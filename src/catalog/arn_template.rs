//! The form of a resource type's ARNs, and which ARNs and patterns fit it.

use std::fmt;

use super::arn_names;
use crate::model::{Class, Glob, Token};

/// The form of an ARN with placeholders, such as `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.
///
/// ```
/// use iamctl::catalog::ArnTemplate;
/// let bucket = ArnTemplate::new("arn:${Partition}:s3:::${BucketName}");
/// assert!(bucket.matches("arn:aws-cn:s3:::reports"));
/// assert!(!bucket.matches("arn:aws-cn:s3:::reports/2026.csv"));
/// ```
#[derive(Debug, Clone)]
pub struct ArnTemplate {
    text: String,
    forms: Vec<Vec<Piece>>,
    globs: Vec<Glob>,
}

/// A piece of a template.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html> says what each part of an ARN is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// This character.
    Char(char),
    /// The partition of whoever asks.
    Partition,
    /// A region, such as `eu-west-1`.
    Region {
        /// Whether there may be none.
        optional: bool,
    },
    /// The twelve digits of an account, or one of these, which stand for AWS itself.
    Account(&'static [&'static str]),
    /// A name.
    Name {
        /// What it is made of.
        of: Class,
        /// Whether it may be empty.
        optional: bool,
    },
}

/// Part of an ARN, where nothing more is known of it.
const PART: Class = Class::Except(":");

impl ArnTemplate {
    /// Reads a template. Every text is one: what is not a placeholder is taken as it stands, `*` as any text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let forms = forms(text);
        let globs = forms.iter().map(|form| Glob::from_tokens(form.iter().flat_map(|piece| piece.tokens()))).collect();
        Self { text: text.to_owned(), forms, globs }
    }

    /// The template of all ARNs of a service, for sources that know no better.
    #[must_use]
    pub fn any_of(service: &str) -> Self {
        Self::new(&format!("arn:${{Partition}}:{service}:${{Region}}:${{Account}}:${{Resource}}"))
    }

    /// The template as AWS writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The forms that its ARNs have, the one that AWS's reference writes first.
    #[must_use]
    pub fn forms(&self) -> &[Vec<Piece>] {
        &self.forms
    }

    /// Whether an ARN has this form, in any partition, region and account.
    #[must_use]
    pub fn matches(&self, arn: &str) -> bool {
        self.globs.iter().any(|glob| glob.matches(arn))
    }

    /// Whether a pattern matches some ARN of this form, in any partition, region and account.
    #[must_use]
    pub fn overlaps(&self, pattern: &Glob) -> bool {
        self.globs.iter().any(|glob| glob.may_name_the_same(pattern) && glob.overlaps(pattern))
    }
}

impl Piece {
    fn tokens(self) -> Vec<Token> {
        let text = |class: Class, optional: bool| {
            let (one, rest) = if class == Class::Except("") {
                (Token::AnyChar, Token::AnyText)
            } else {
                (Token::AnyCharOf(class), Token::AnyTextOf(class))
            };
            if optional { vec![rest] } else { vec![one, rest] }
        };
        match self {
            Self::Char(c) => vec![Token::Char(c)],
            Self::Partition => text(PART, false),
            Self::Region { optional } => text(PART, optional),
            Self::Account(others) => text(PART, others.contains(&"")),
            Self::Name { of, optional } => text(of, optional),
        }
    }
}

impl PartialEq for ArnTemplate {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for ArnTemplate {}

impl fmt::Display for ArnTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn forms(text: &str) -> Vec<Vec<Piece>> {
    let any_text = Piece::Name { of: Class::Except(""), optional: true };
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let &[arn, partition, service, region, account, resource] = parts.as_slice() else {
        return vec![pieces(text, any_text, &mut |_, _| any_text)];
    };
    // A template that says nothing of the resource says nothing of region and account either.
    let vague = resource == "${Resource}";
    let any_part = Piece::Name { of: PART, optional: true };
    let name_of_part = Piece::Name { of: Class::Lower, optional: false };
    let of_region = Piece::Region { optional: arn_names::without_region(service, resource) };
    let of_account = Piece::Account(arn_names::owners(service, resource));
    let mut head = Vec::new();
    for (part, placeholder) in [
        (arn, any_part),
        (partition, Piece::Partition),
        (service, name_of_part),
        (region, if vague { any_part } else { of_region }),
        (account, if vague { any_part } else { of_account }),
    ] {
        head.extend(pieces(part, any_part, &mut |_, _| placeholder));
        head.push(Piece::Char(':'));
    }
    let form = |resource: &&str| {
        let mut name = |resource: &str, placeholder: &str| {
            let of = if vague { Class::Except("") } else { arn_names::name(service, resource, placeholder) };
            Piece::Name { of, optional: vague }
        };
        let resource = pieces(resource, any_part, &mut name);
        head.iter().copied().chain(resource).collect()
    };
    std::iter::once(&resource).chain(arn_names::further(service, resource)).map(form).collect()
}

/// The pieces of a part: `star` for `*`, and for a placeholder what the part and the placeholder's name say.
fn pieces(part: &str, star: Piece, placeholder: &mut dyn FnMut(&str, &str) -> Piece) -> Vec<Piece> {
    let literal = |text: &str| text.chars().map(|c| if c == '*' { star } else { Piece::Char(c) }).collect::<Vec<_>>();
    let mut pieces = Vec::new();
    let mut rest = part;
    while let Some((before, name, after)) = next_placeholder(rest) {
        pieces.extend(literal(before));
        pieces.push(placeholder(part, name));
        rest = after;
    }
    pieces.extend(literal(rest));
    pieces
}

/// The text before the first `${Name}`, the name, the text after.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("${")?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(template: &str, arn: &str) -> bool {
        ArnTemplate::new(template).matches(arn)
    }

    #[test]
    fn the_first_five_parts_end_at_the_colon() {
        let backup = "arn:${Partition}:${Vendor}:${Region}:*:${ResourceType}:${RecoveryPointId}";
        assert!(fits(backup, "arn:aws:rds:eu-west-1:111122223333:snapshot:awsbackup:job-1"));
        assert!(!fits("arn:${Partition}:s3:::${BucketName}", "arn:aws:x:s3:::b"));
        assert!(!fits("arn:${Partition}:iam::${Account}:role/${Name}", "arn:aws:iam::1:2:role/x"));
        assert!(fits("arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}", "arn:aws:iam::1:role/a/b"));
    }

    #[test]
    fn a_table_is_not_its_index() {
        let table = "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}";
        assert!(fits(table, "arn:aws:dynamodb:eu-west-1:1:table/orders"));
        assert!(!fits(table, "arn:aws:dynamodb:eu-west-1:1:table/orders/index/by-day"));
        assert!(ArnTemplate::new(table).overlaps(&Glob::new("arn:aws:dynamodb:*:*:table/*")));
    }

    #[test]
    fn no_part_and_no_name_is_empty() {
        for (template, arn) in [
            ("arn:${Partition}:sqs:${Region}:${Account}:${QueueName}", "arn::sqs:::"),
            ("arn:${Partition}:sqs:${Region}:${Account}:${QueueName}", "arn:aws:sqs::1:q"),
            ("arn:${Partition}:sqs:${Region}:${Account}:${QueueName}", "arn:aws:sqs:eu-west-1:1:"),
            ("arn:${Partition}:s3:::${BucketName}/${ObjectName}", "arn:aws:s3:::b/"),
        ] {
            assert!(!fits(template, arn), "{arn}");
        }
        assert!(fits(
            "arn:${Partition}:ssm:${Region}:${Account}:document/${Name}",
            "arn:aws:ssm:eu-west-1::document/X"
        ));
    }

    #[test]
    fn a_name_holds_no_colon_unless_its_service_says_so() {
        let volume = ArnTemplate::new("arn:${Partition}:ec2:${Region}:${Account}:volume/${VolumeId}");
        assert!(!volume.overlaps(&Glob::new("arn:aws:ec2:*:111122223333:instance/*")));
        assert!(volume.overlaps(&Glob::new("arn:aws:ec2:*:111122223333:*")));
        assert!(fits("arn:${Partition}:s3:::${BucketName}/${ObjectName}", "arn:aws:s3:::b/k:1"));
        let function = "arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}";
        assert!(fits(function, "arn:aws:lambda:eu-west-1:1:function:f:live"));
        assert!(!fits(function, "arn:aws:lambda:eu-west-1:1:function:f:live:x"));
        let group = "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}";
        assert!(fits(group, "arn:aws:logs:eu-west-1:1:log-group:/x:*"));
        assert!(fits(group, "arn:aws:logs:eu-west-1:1:log-group::log-stream:"));
        assert!(!fits(group, "arn:aws:logs:eu-west-1:1:log-group:/x:y:destination:z"));
    }

    /// What is looked at first may rule out only what the whole patterns rule out.
    #[test]
    fn the_service_and_the_start_of_the_resource_hide_no_overlap() {
        let patterns = [
            "*",
            "arn:aws:s3:::b",
            "arn:aws:s3:::b/*",
            "arn:*:sqs:*:*:q",
            "arn:aws:*:*:111122223333:table/*",
            "arn:aws*:index/x",
            "arn:aws:dynamodb:eu-west-1:111122223333:*",
            "arn:aws:dynamodb:eu-west-?:111122223333:t?ble/x/index/*",
            "arn:aws:d*b:eu-west-1:1:table/x",
            "arn:aws:iam::111122223333:role/a/b",
            "arn:aws:iam::*",
            "arn:aws:lambda:eu-west-1:1:function:f:live",
            "arn:aws:logs:*:log-group:*",
            "x",
        ];
        let catalogue = crate::catalog::Catalogue::embedded();
        let templates = catalogue.services().flat_map(|service| &service.resource_types).flat_map(|kind| &kind.arns);
        let mut overlaps = 0;
        for template in templates {
            for pattern in patterns.map(Glob::new) {
                let whole = template.globs.iter().any(|glob| glob.overlaps(&pattern));
                assert_eq!(template.overlaps(&pattern), whole, "{template} {pattern:?}");
                overlaps += usize::from(whole);
            }
        }
        assert!(overlaps > 2_000, "{overlaps}");
    }

    #[test]
    fn odd_templates_are_taken_as_they_stand() {
        assert!(fits("*", "arn:aws:s3:::b/k"));
        assert!(fits("arn:${Partition}:dms:${Region}:${Account}:cert:*", "arn:aws:dms:eu-west-1:1:cert:X"));
        assert!(fits("a${b", "a${b"));
        assert!(!fits("a?", "ab"));
        assert!(ArnTemplate::any_of("s3").matches("arn:aws:s3:eu-west-1:1:accesspoint/x"));
        assert!(ArnTemplate::any_of("s3").matches("arn:aws:s3:::b"));
    }
}

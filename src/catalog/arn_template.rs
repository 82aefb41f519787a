//! The form of a resource type's ARNs, and which ARNs and patterns fit it.

use std::fmt;

use crate::model::{Glob, Token};

/// The form of an ARN with placeholders, such as `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.
///
/// ```
/// use iamctl::catalog::ArnTemplate;
/// let bucket = ArnTemplate::new("arn:${Partition}:s3:::${BucketName}");
/// assert!(bucket.glob().matches("arn:aws-cn:s3:::reports"));
/// assert!(!bucket.glob().matches("arn:aws-cn:s3:::reports/2026.csv"));
/// ```
#[derive(Debug, Clone)]
pub struct ArnTemplate {
    text: String,
    glob: Glob,
}

/// Names that AWS's rules keep free of `/`: the ARN's service, and the placeholder.
///
/// Only where it tells resource types of one service apart. A name that is missing here makes a template match too
/// much, which adds a row to a report; a name that is here wrongly would hide one.
const WITHOUT_SLASH: &[(&str, &str)] = &[
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    ("s3", "BucketName"),
    ("s3-outposts", "BucketName"),
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-restrictions-limitations-naming-rules.html
    ("s3", "AccessPointName"),
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-buckets-naming.html
    ("s3tables", "TableBucketName"),
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-buckets-naming.html
    ("s3vectors", "BucketName"),
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
    ("dynamodb", "TableName"),
    // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html
    ("kinesis", "StreamName"),
];

impl ArnTemplate {
    /// Reads a template. Every text is one: what is not a placeholder is taken as it stands, `*` as any text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), glob: Glob::from_tokens(tokens(text)) }
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

    /// The ARNs of this form.
    ///
    /// A placeholder before the resource, and `${Partition}`, `${Region}` and `${Account}` everywhere, end at `:`;
    /// names that cannot hold a `/` end there; all else is any text.
    #[must_use]
    pub const fn glob(&self) -> &Glob {
        &self.glob
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

fn tokens(text: &str) -> Vec<Token> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let is_arn = parts.len() == 6;
    let service = parts.get(2).copied().unwrap_or_default();
    let mut tokens = Vec::new();
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            tokens.push(Token::Char(':'));
        }
        let any = if is_arn && position < 5 { Token::AnyTextExcept(':') } else { Token::AnyText };
        push_part(part, any, service, &mut tokens);
    }
    tokens
}

/// One part of an ARN; `any` is what `*` and placeholders without a rule of their own stand for.
fn push_part(part: &str, any: Token, service: &str, tokens: &mut Vec<Token>) {
    let literal = |text: &str| text.chars().map(|c| if c == '*' { any } else { Token::Char(c) }).collect::<Vec<_>>();
    let mut rest = part;
    while let Some((before, placeholder, after)) = next_placeholder(rest) {
        tokens.extend(literal(before));
        tokens.push(token_of(service, placeholder).unwrap_or(any));
        rest = after;
    }
    tokens.extend(literal(rest));
}

/// The text before the first `${Name}`, the name, the text after.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("${")?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

fn token_of(service: &str, placeholder: &str) -> Option<Token> {
    if matches!(placeholder, "Partition" | "Region" | "Account") {
        Some(Token::AnyTextExcept(':'))
    } else if WITHOUT_SLASH.contains(&(service, placeholder)) {
        Some(Token::AnyTextExcept('/'))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(template: &str, arn: &str) -> bool {
        ArnTemplate::new(template).glob().matches(arn)
    }

    #[test]
    fn the_first_five_parts_end_at_the_colon() {
        let backup = "arn:${Partition}:${Vendor}:${Region}:*:${ResourceType}:${RecoveryPointId}";
        assert!(fits(backup, "arn:aws:ec2:eu-west-1:111122223333:snapshot:s-1"));
        assert!(!fits("arn:${Partition}:s3:::${BucketName}", "arn:aws:x:s3:::b"));
        assert!(!fits("arn:${Partition}:iam::${Account}:role/${Name}", "arn:aws:iam::1:2:role/x"));
        assert!(fits("arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}", "arn:aws:iam::1:role/a/b"));
    }

    #[test]
    fn a_table_is_not_its_index() {
        let table = "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}";
        assert!(fits(table, "arn:aws:dynamodb:eu-west-1:1:table/orders"));
        assert!(!fits(table, "arn:aws:dynamodb:eu-west-1:1:table/orders/index/by-day"));
        assert!(ArnTemplate::new(table).glob().overlaps(&Glob::new("arn:aws:dynamodb:*:*:table/*")));
    }

    #[test]
    fn odd_templates_are_taken_as_they_stand() {
        assert!(fits("*", "arn:aws:s3:::b/k"));
        assert!(fits("arn:${Partition}:dms:${Region}:${Account}:cert:*", "arn:aws:dms:eu-west-1:1:cert:X"));
        assert!(fits("a${b", "a${b"));
        assert!(!fits("a?", "ab"));
        assert!(ArnTemplate::any_of("s3").glob().matches("arn:aws:s3:eu-west-1:1:accesspoint/x"));
    }
}

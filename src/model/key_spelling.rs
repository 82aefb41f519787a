//! Condition keys in the spelling of AWS's documentation.
//!
//! AWS ignores case in a condition key, and comparing writes it in lower case; people know it as the documentation
//! writes it.

use std::borrow::Cow;

/// A key in AWS's spelling, where it is known; any other as it is. What is behind the name of a key of tags, such as
/// `team` in `aws:PrincipalTag/team`, stays as it is.
///
/// Sources: global keys <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>; keys
/// of IAM, AWS STS and web identity <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html>;
/// the others are those of the Service Authorization Reference that policies use most
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
///
/// ```
/// use iamctl::model::key_spelling::documented;
/// assert_eq!(documented("aws:sourcevpc"), "aws:SourceVpc");
/// assert_eq!(documented("aws:principaltag/team"), "aws:PrincipalTag/team");
/// assert_eq!(documented("acme:key"), "acme:key");
/// ```
#[must_use]
pub fn documented(key: &str) -> Cow<'_, str> {
    if let Some(documented) = KEYS.iter().find(|documented| documented.eq_ignore_ascii_case(key)) {
        return Cow::Borrowed(documented);
    }
    let begins = |prefix: &&&str| key.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    match PREFIXES.iter().find(begins).and_then(|prefix| Some((prefix, key.get(prefix.len()..)?))) {
        Some((prefix, rest)) => Cow::Owned(format!("{prefix}{rest}")),
        None => Cow::Borrowed(key),
    }
}

/// Keys that go on with a name of the policy's own.
const PREFIXES: &[&str] = &[
    "aws:PrincipalTag/",
    "aws:RequestTag/",
    "aws:ResourceTag/",
    "ec2:ResourceTag/",
    "iam:ResourceTag/",
    "kms:EncryptionContext:",
    "rds:db-tag/",
    "s3:BucketTag/",
    "s3:ExistingObjectTag/",
    "s3:RequestObjectTag/",
    "secretsmanager:ResourceTag/",
    "ssm:resourceTag/",
];

const KEYS: &[&str] = &[
    "aws:AssumedRoot",
    "aws:CalledVia",
    "aws:CalledViaAWSMCP",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:ChatbotSourceArn",
    "aws:CurrentTime",
    "aws:Ec2InstanceSourcePrivateIPv4",
    "aws:Ec2InstanceSourceVpc",
    "aws:EpochTime",
    "aws:FederatedProvider",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:PrincipalType",
    "aws:Referer",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:TagKeys",
    "aws:TokenIssueTime",
    "aws:UserAgent",
    "aws:ViaAWSService",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
    "aws:VpcSourceIp",
    "cognito-identity.amazonaws.com:amr",
    "cognito-identity.amazonaws.com:aud",
    "cognito-identity.amazonaws.com:sub",
    "dynamodb:Attributes",
    "dynamodb:LeadingKeys",
    "dynamodb:Select",
    "ec2:InstanceType",
    "ec2:Region",
    "ec2:SourceInstanceARN",
    "ec2:Subnet",
    "ec2:Vpc",
    "elasticfilesystem:AccessPointArn",
    "iam:AssociatedResourceArn",
    "iam:AWSServiceName",
    "iam:FIDO-certification",
    "iam:OrganizationsPolicyId",
    "iam:PassedToService",
    "iam:PermissionsBoundary",
    "iam:PolicyARN",
    "kms:CallerAccount",
    "kms:EncryptionContextKeys",
    "kms:GrantConstraintType",
    "kms:GranteePrincipal",
    "kms:GrantIsForAWSResource",
    "kms:GrantOperations",
    "kms:RequestAlias",
    "kms:ResourceAliases",
    "kms:ViaService",
    "lambda:FunctionArn",
    "lambda:Layer",
    "lambda:Principal",
    "lambda:VpcIds",
    "s3:AccessGrantsInstanceArn",
    "s3:authType",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
    "s3:delimiter",
    "s3:LocationConstraint",
    "s3:max-keys",
    "s3:prefix",
    "s3:RequestObjectTagKeys",
    "s3:ResourceAccount",
    "s3:signatureAge",
    "s3:signatureversion",
    "s3:TlsVersion",
    "s3:VersionId",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "saml:aud",
    "saml:cn",
    "saml:doc",
    "saml:eduPersonAffiliation",
    "saml:eduPersonOrgDN",
    "saml:iss",
    "saml:namequalifier",
    "saml:sub",
    "saml:sub_type",
    "secretsmanager:SecretId",
    "secretsmanager:VersionStage",
    "sns:Endpoint",
    "sns:Protocol",
    "sts:AWSServiceName",
    "sts:DurationSeconds",
    "sts:ExternalId",
    "sts:RequestContextProviders",
    "sts:RoleSessionName",
    "sts:SourceIdentity",
    "sts:TaskPolicyArn",
    "sts:TransitiveTagKeys",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_any_case_have_one_spelling() {
        for key in KEYS {
            assert_eq!(documented(&key.to_lowercase()), *key);
            assert_eq!(documented(&key.to_uppercase()), *key);
        }
        for (key, expected) in [
            ("AWS:REQUESTTAG/Cost", "aws:RequestTag/Cost"),
            ("kms:encryptioncontext:app", "kms:EncryptionContext:app"),
            ("token.actions.githubusercontent.com:sub", "token.actions.githubusercontent.com:sub"),
            ("aws:ü", "aws:ü"),
        ] {
            assert_eq!(documented(key), expected);
        }
    }
}

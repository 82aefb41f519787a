//! Known ways in which a role can escalate its privileges, as data.
//!
//! A row of a comparison is marked with those that its actions open. AWS's own list of what permissions management
//! can do: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html>.

mod of_row;

pub use of_row::gained;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// The id of a way in reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct EscalationId(&'static str);

impl EscalationId {
    /// The id as text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// What the way does, in words.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        // An id is only ever made of one of the rules.
        RULES.iter().find(|rule| rule.id == self).map_or("", |rule| rule.explanation)
    }
}

/// A word that is the id of no way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a known way to escalate privileges", .text.escape_debug())]
pub struct UnknownEscalation {
    text: String,
}

impl FromStr for EscalationId {
    type Err = UnknownEscalation;

    fn from_str(text: &str) -> Result<Self, UnknownEscalation> {
        let known = RULES.iter().find(|rule| rule.id.0 == text);
        known.map(|rule| rule.id).ok_or_else(|| UnknownEscalation { text: text.to_owned() })
    }
}

impl fmt::Display for EscalationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl<'de> Deserialize<'de> for EscalationId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// One way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Escalation {
    /// Its id in reports.
    pub id: EscalationId,
    /// What it does, in words.
    pub explanation: &'static str,
    /// The action that opens it.
    pub action: &'static str,
    /// One of these is needed besides; empty if the action suffices.
    pub with: &'static [&'static str],
    /// Whether it needs the action on all resources.
    pub on_everything: bool,
}

const fn rule(id: &'static str, action: &'static str, explanation: &'static str) -> Escalation {
    Escalation { id: EscalationId(id), explanation, action, with: &[], on_everything: false }
}

/// Services that run with a role that is passed to them, and the calls that pass it.
const COMPUTE: &[&str] = &[
    "cloudformation:CreateStack",
    "cloudformation:UpdateStack",
    "codebuild:CreateProject",
    "codebuild:UpdateProject",
    "datapipeline:CreatePipeline",
    "ec2:RunInstances",
    "ecs:RegisterTaskDefinition",
    "ecs:RunTask",
    "glue:CreateDevEndpoint",
    "glue:CreateJob",
    "glue:UpdateJob",
    "lambda:CreateFunction",
    "sagemaker:CreateNotebookInstance",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTrainingJob",
    "ssm:StartAutomationExecution",
    "states:CreateStateMachine",
];

/// All of them, sorted by id.
pub const RULES: &[Escalation] = &[
    rule("add-user-to-group", "iam:AddUserToGroup", "puts a user into a group with more permissions"),
    rule("attach-group-policy", "iam:AttachGroupPolicy", "attaches any managed policy to a group"),
    rule("attach-role-policy", "iam:AttachRolePolicy", "attaches any managed policy to a role, including this role"),
    rule("attach-user-policy", "iam:AttachUserPolicy", "attaches any managed policy to a user"),
    Escalation {
        id: EscalationId("assume-any-role"),
        explanation: "assumes every role that trusts the account",
        action: "sts:AssumeRole",
        with: &[],
        on_everything: true,
    },
    rule("create-access-key", "iam:CreateAccessKey", "creates long-term credentials for another user"),
    rule("create-login-profile", "iam:CreateLoginProfile", "creates a console password for a user"),
    rule("create-policy-version", "iam:CreatePolicyVersion", "changes a managed policy that is attached to the role"),
    rule("delete-role-boundary", "iam:DeleteRolePermissionsBoundary", "removes the permissions boundary of a role"),
    rule("delete-role-policy", "iam:DeleteRolePolicy", "removes an inline policy with its Deny statements"),
    rule("detach-role-policy", "iam:DetachRolePolicy", "detaches a managed policy with its Deny statements"),
    Escalation {
        id: EscalationId("pass-role"),
        explanation: "runs code with another role, through a service to which it passes that role",
        action: "iam:PassRole",
        with: COMPUTE,
        on_everything: false,
    },
    rule("put-group-policy", "iam:PutGroupPolicy", "creates or changes an inline policy of a group"),
    rule("put-role-boundary", "iam:PutRolePermissionsBoundary", "replaces the permissions boundary of a role"),
    rule("put-role-policy", "iam:PutRolePolicy", "creates or changes an inline policy of a role, including this role"),
    rule("put-user-policy", "iam:PutUserPolicy", "creates or changes an inline policy of a user"),
    rule("set-default-policy-version", "iam:SetDefaultPolicyVersion", "restores an older version of a policy"),
    rule("update-assume-role-policy", "iam:UpdateAssumeRolePolicy", "allows any principal to assume a role"),
    rule("update-function-code", "lambda:UpdateFunctionCode", "runs code with the role of a Lambda function"),
    rule(
        "update-function-layer",
        "lambda:UpdateFunctionConfiguration",
        "runs code in a Lambda function through a layer",
    ),
    rule("update-login-profile", "iam:UpdateLoginProfile", "changes the console password of a user"),
];

/// What an action is to a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EscalationPart {
    /// It opens one.
    Opens,
    /// It is what one needs besides.
    Partner,
}

/// What an action, `service:name` in AWS's spelling, is to the ways there are.
#[must_use]
pub fn part(action: &str) -> Option<EscalationPart> {
    if RULES.iter().any(|rule| rule.action == action) {
        return Some(EscalationPart::Opens);
    }
    RULES.iter().any(|rule| rule.with.contains(&action)).then_some(EscalationPart::Partner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sorted_and_unique() {
        let mut ids: Vec<EscalationId> = RULES.iter().map(|rule| rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), RULES.len());
        assert!(RULES.iter().all(|rule| rule.action.contains(':') && !rule.explanation.is_empty()));
    }
}

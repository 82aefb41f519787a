//! The words of each rule.

use super::rule::Rule;
use super::severity::Severity;

/// What `docs/rules.md` says before the rules. The page is written by a test from this text.
pub const INTRODUCTION: &str = "Every difference that `iamctl diff` reports has one of these rules. The IDs are \
    stable: Markdown, SARIF, JUnit, GitLab code quality, OCSF, OSCAL, ndjson, and the CSV on stdout use them, and \
    `iamctl explain --rule ID` prints the text below. The first and the second account are those of the command line. \
    Name the account that is correct first. `gained`, `widened`, and `added` then mean that the second account has too \
    much.";

/// What there is to say of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// The rule in one line.
    pub title: &'static str,
    /// How severe it is by default.
    pub severity: Severity,
    /// What was found when it is reported.
    pub meaning: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// How to resolve it.
    pub settle: &'static str,
}

impl Text {
    /// The three paragraphs with their headings.
    #[must_use]
    pub const fn paragraphs(&self) -> [(&'static str, &'static str); 3] {
        [("What it means", self.meaning), ("Why it matters", self.why), ("How to resolve it", self.settle)]
    }
}

impl Rule {
    /// Its text.
    #[must_use]
    pub const fn text(self) -> &'static Text {
        text_of(self)
    }

    /// How severe it is unless what was found raises or lowers that.
    #[must_use]
    pub const fn default_severity(self) -> Severity {
        self.text().severity
    }

    /// The severity that it cannot be set below, if it is about what could not be determined: that nothing is known must not
    /// look like nothing to do.
    #[must_use]
    pub const fn least_severity(self) -> Option<Severity> {
        match self {
            Self::InternalInconsistency
            | Self::AccessUnknown
            | Self::TrustUnknown
            | Self::RoleAmbiguous
            | Self::RoleNotCompared
            | Self::CouldNotCompare => Some(self.default_severity()),
            Self::PrivilegeEscalation
            | Self::AccessGained
            | Self::AccessLost
            | Self::TrustWidened
            | Self::TrustNarrowed
            | Self::RoleAdded
            | Self::RoleMissing
            | Self::RoleRecreated
            | Self::CrossReference
            | Self::BoundaryChanged
            | Self::DenyRemoved
            | Self::DenyAdded
            | Self::AwsPolicyVersion
            | Self::ItemsDiffer
            | Self::AttributeChanged
            | Self::TagChanged
            | Self::DanglingPrincipal
            | Self::StatementWarning
            | Self::DictionaryWarning => None,
        }
    }
}

/// The text of a rule.
#[expect(clippy::too_many_lines, reason = "a list of texts")]
const fn text_of(rule: Rule) -> &'static Text {
    match rule {
        Rule::InternalInconsistency => &Text {
            title: "iamctl contradicts itself about a difference",
            severity: Severity::Critical,
            meaning: "iamctl decides each difference twice, with two independent implementations. Here the two \
                disagree, or a condition that must always hold does not hold. The difference might or might not exist, \
                so iamctl reports it as unknown and without a proof. This does not affect any other difference.",
            why: "iamctl cannot tell what the role can do in only one account. It can be anything that the finding \
                names. The finding counts as a difference wherever differences make a run fail.",
            settle: "Review the statements that the finding names, or check single requests with `iamctl can`. This is \
                a bug in iamctl: report it with the finding and the policies of both roles.",
        },
        Rule::PrivilegeEscalation => &Text {
            title: "A role allows privilege escalation in one account only",
            severity: Severity::Critical,
            meaning: "A role that exists in both accounts has permissions in only one account that open a known path \
                to privilege escalation: it can create or attach policies, pass a more privileged role to a service, \
                or change who can assume a role. The message names the methods, such as `pass-role`. `iamctl explain` \
                describes each method.",
            why: "A principal that has this role can give itself every permission in the account, whatever the role's \
                other policies say. Compared with that, all other differences of the role are minor.",
            settle: "Remove the action where it is not intended, or restrict it: limit `iam:PassRole` to the required \
                roles, and limit policy changes with a permissions boundary and conditions. If it is intended, grant \
                it in both accounts or accept it by name.",
        },
        Rule::AccessGained => &Text {
            title: "The role has more permissions in the second account",
            severity: Severity::High,
            meaning: "There is a request that the role's policies allow in the second account and deny in the first. \
                All statements, conditions, and the permissions boundary are evaluated together. The finding shows \
                such a request as a proof, the statements that allow it, and why it is denied in the first account.",
            why: "What you tested and approved in the first account is not what runs in the second. The role has \
                permissions there that nobody reviewed.",
            settle: "Remove the permission from the policies of the second account, or grant it in the first account \
                too. If the accounts differ only in a name, add both names to the dictionary. `iamctl can` checks the \
                request of the proof again.",
        },
        Rule::TrustWidened => &Text {
            title: "More principals can assume the role in the second account",
            severity: Severity::High,
            meaning: "The trust policy of the second account allows a principal to assume the role, with some action \
                or under some condition, that the trust policy of the first account does not allow. The principal can \
                be an account, a role, a service, an identity provider, or everyone.",
            why: "Whoever assumes a role has all of its permissions. One principal too many, or one condition too few \
                (an external ID, an organization, the subject of an OIDC token), opens the role to others.",
            settle: "Remove the principal from the trust policy of the second account, or add the condition that the \
                first account has. If each account has its own partner, add both to the dictionary.",
        },
        Rule::CrossReference => &Text {
            title: "A role references another account",
            severity: Severity::High,
            meaning: "A resource, principal, condition, or other text of a role references the other account: it \
                contains the ID of that account, or a text that the dictionary lists for that account only, such as \
                the bucket of dev in a role of qa. A reference to a known account that is neither of the two is a \
                cross-reference too if the dictionary lists texts for the name of that account. Then it is one \
                finding if both accounts have it.",
            why: "The dictionary treats the names of these accounts as equal. A name that belongs to another account \
                is usually left over from a copy. The role then reads or changes data of the other environment, or \
                does not work at all.",
            settle: "Replace the reference with the name that the role's own account uses. If the reference is \
                intended, for example to a shared bucket, or to an account from which all others are deployed, accept \
                the difference.",
        },
        Rule::BoundaryChanged => &Text {
            title: "The permissions boundary differs",
            severity: Severity::High,
            meaning: "The role has a permissions boundary in only one account, or the normalized ARNs of the two \
                boundaries differ.",
            why: "A permissions boundary limits what every policy of the role can grant, including policies that are \
                attached later. Without the boundary, nothing limits the next policy change, even if the permissions \
                are the same today.",
            settle: "Set the same permissions boundary in both accounts. If only its name differs, add both names to \
                the dictionary.",
        },
        Rule::DenyRemoved => &Text {
            title: "Requests are explicitly denied in the first account only",
            severity: Severity::High,
            meaning: "A Deny statement of the role in the first account denies requests that no Deny statement of the \
                role in the second account denies. The difference alone does not change what the role can do: the \
                role's own policies might not allow these requests in either account.",
            why: "A resource-based policy of a bucket, queue, or key can grant what the role's own policies do not \
                grant. Only an explicit deny overrides it, and the second account does not have this deny.",
            settle: "Add the Deny statement to the policies of the second account, or remove it from the first.",
        },
        Rule::AccessUnknown => &Text {
            title: "Could not determine whether the role has more permissions in one account",
            severity: Severity::Medium,
            meaning: "The policies differ, and iamctl could not determine whether only one account allows some \
                request. Either AWS does not document how the element works, or the decision exceeded the limit for \
                the work on one question. The message gives the reason.",
            why: "This does not mean that the roles are equal. The role might have a permission in only one account \
                that nobody reviewed.",
            settle: "Review the statements that the finding names, and write them the same way in both accounts. A \
                simpler condition or an explicit list of actions is often enough for a decision.",
        },
        Rule::TrustUnknown => &Text {
            title: "Could not determine whether more principals can assume the role in one account",
            severity: Severity::Medium,
            meaning: "The trust policies differ, and iamctl could not determine whether some principal can assume the \
                role in only one account. The message gives the reason.",
            why: "This does not mean that the trust policies are equal. A principal might be able to assume the role \
                in only one account.",
            settle: "Review both trust policies, and write the principal and its condition the same way in both \
                accounts.",
        },
        Rule::AccessLost => &Text {
            title: "The role has fewer permissions in the second account",
            severity: Severity::Medium,
            meaning: "There is a request that the role's policies allow in the first account and deny in the second. \
                The finding shows the request, the statements that allow it, and why it is denied in the second \
                account.",
            why: "What works in the first account fails in the second, or the role has more permissions than it needs \
                in the first account.",
            settle: "Grant the permission in the second account, or remove it from the first. If only a name differs, \
                add both names to the dictionary.",
        },
        Rule::TrustNarrowed => &Text {
            title: "Fewer principals can assume the role in the second account",
            severity: Severity::Medium,
            meaning: "The trust policy of the first account allows a principal to assume the role that the trust \
                policy of the second account does not allow.",
            why: "The principal cannot use the role in the second account, or the first account trusts it without \
                need.",
            settle: "Add the principal to the trust policy of the second account, or remove it from the first. If each \
                account has its own partner, add both to the dictionary.",
        },
        Rule::RoleAdded => &Text {
            title: "The role exists in the second account only",
            severity: Severity::Medium,
            meaning: "No role of the first account has this name after normalization.",
            why: "iamctl compared nothing: every permission of the role is new in the second account.",
            settle: "Delete the role, or create it in the first account. If it exists there under another name, add \
                the parts in which the names differ to the dictionary.",
        },
        Rule::RoleMissing => &Text {
            title: "The role exists in the first account only",
            severity: Severity::Medium,
            meaning: "No role of the second account has this name after normalization.",
            why: "iamctl compared nothing, and whatever needs the role cannot run in the second account.",
            settle: "Create the role in the second account, or delete it from the first. If it exists there under \
                another name, add the parts in which the names differ to the dictionary.",
        },
        Rule::RoleRecreated => &Text {
            title: "The role was deleted and re-created",
            severity: Severity::Medium,
            meaning: "Both sources are the same account, and a role of the same name has another unique ID (`AROA…`). \
                IAM gives a role that is created again another unique ID, so the role is not the one that was there \
                before. What it can do and who can assume it is compared as always. Between two accounts, unique IDs \
                always differ and are not compared.",
            why: "If a trust policy or resource-based policy names a role as a principal, AWS saves the role's unique ID. \
                What trusted the role before does not trust the new one, and AWS shows the old ID in these policies. \
                Where a policy compares the ARN as text, it applies to the new role again: in the condition key \
                `aws:PrincipalArn`, or where the role is a resource, such as for `iam:PassRole`. The snapshot does not \
                contain these policies of other services, so iamctl cannot tell what the new role gained or lost.",
            settle: "Find the events `DeleteRole` and `CreateRole` in CloudTrail. If the role is the intended one, save \
                the policies that show the old ID again with the role's ARN, and accept the difference. If it is not, \
                delete it: whoever creates a role of this name gets what is granted to its ARN as text.",
        },
        Rule::RoleAmbiguous => &Text {
            title: "Several roles of one account have the same name after normalization",
            severity: Severity::Medium,
            meaning: "The dictionary maps the names of two or more roles of one account to the same name. iamctl \
                compared each counterpart with the role that fits best. The other roles count as roles that exist in \
                only one account.",
            why: "iamctl might have compared the wrong pair, and it did not compare the remaining roles.",
            settle: "Make the entries of the dictionary more specific, or remove some, so that the names stay \
                distinct. `ambiguous_roles.csv` lists which roles were compared, and `equivalency_hits.csv` lists \
                which entry caused it.",
        },
        Rule::RoleNotCompared => &Text {
            title: "A role was not compared because a policy of it is missing",
            severity: Severity::Medium,
            meaning: "The source does not contain a managed policy or the permissions boundary of the role. With \
                `--allow-incomplete`, iamctl leaves out this role and its counterpart, and compares the others.",
            why: "Whatever differs between the two roles is not in the report. That does not mean that they are equal.",
            settle: "Get the authorization details without `--filter`, or with `--filter Role LocalManagedPolicy \
                AWSManagedPolicy`, or read the account with `iamctl harvest`.",
        },
        Rule::AwsPolicyVersion => &Text {
            title: "The accounts were read with different versions of an AWS managed policy",
            severity: Severity::Info,
            meaning: "AWS changed a managed policy after one account was read and before the other was. AWS applies such \
                a change to all accounts, so iamctl compares the newer version in both accounts for each role that has \
                the policy in both.",
            why: "What AWS changed affects the roles of both accounts in the same way. It does not appear as a \
                difference between them.",
            settle: "Nothing, or read both accounts again at the same time. To make a run fail because of it, use \
                `--fail-on rule=aws-policy-version`.",
        },
        Rule::CouldNotCompare => &Text {
            title: "Something could not be compared",
            severity: Severity::Medium,
            meaning: "A source does not contain required data, such as descriptions or the account ID; an account has \
                no roles; or several roles have the same name after normalization. The message says what is missing \
                and where.",
            why: "The report cannot show differences in this data. That does not mean that there are none.",
            settle: "Read the account with `iamctl harvest` instead of the AWS CLI, or name the correct source.",
        },
        Rule::DenyAdded => &Text {
            title: "Requests are explicitly denied in the second account only",
            severity: Severity::Info,
            meaning: "A Deny statement of the role in the second account denies requests that no Deny statement of the \
                role in the first account denies. The difference alone does not change what the role can do: the \
                role's own policies might not allow these requests in either account.",
            why: "If a resource-based policy of a bucket, queue, or key grants these requests to the role, they are \
                denied in the second account only.",
            settle: "Add the Deny statement to the policies of the first account, or remove it from the second.",
        },
        Rule::ItemsDiffer => &Text {
            title: "The policies are written differently, but no difference in access was found",
            severity: Severity::Info,
            meaning: "The policies of one account have rows (effect, action, resource or principal, condition) that \
                the policies of the other account do not have. No difference in what the role can do, who can assume \
                it, or what it is denied explains these rows: a Deny or the permissions boundary overrides them, or \
                another statement covers them for the actions of the catalog only, which the message says. Statements \
                that say the same in another way for all requests have no rows.",
            why: "There is no difference in access today. The next change to the statement that covers the difference \
                can create one.",
            settle: "Write the policies the same way, or leave the difference.",
        },
        Rule::AttributeChanged => &Text {
            title: "An attribute of the role differs",
            severity: Severity::Info,
            meaning: "The path, description, maximum session duration, instance profiles, or the list of inline or \
                attached policies differs after normalization. The content of the policies is compared separately.",
            why: "The difference grants nothing by itself, but it shows that the two roles were not created from the \
                same template. With a longer session duration, stolen credentials stay valid for longer.",
            settle: "Set the same value in both accounts, or add the names that differ to the dictionary.",
        },
        Rule::TagChanged => &Text {
            title: "A tag of the role differs",
            severity: Severity::Info,
            meaning: "A tag exists in only one account, or its value differs after normalization.",
            why: "Policies can use `aws:PrincipalTag` in conditions, so a tag can grant access that the role's own \
                policies do not show. Cost allocation and inventories use tags too.",
            settle: "Set the same tag in both accounts, or add the values that differ to the dictionary.",
        },
        Rule::DanglingPrincipal => &Text {
            title: "A principal of a trust policy matches nobody",
            severity: Severity::Low,
            meaning: "A principal of the trust policy is a unique ID (`AROA…`, `AIDA…`) that no role of the account \
                has. IAM shows the ID instead of the ARN after the user or role is deleted. Or it is a text that \
                names no account, user, role, or session, such as a group, which IAM does not accept but a file can \
                contain. Nobody can assume the role through it, and iamctl ignores it when it compares access.",
            why: "A new user or role with the old name does not get the access that the policy seems to give. IAM also \
                rejects a policy with such a principal when you save it again.",
            settle: "Remove the ID from the trust policy, or replace it with the ARN of the intended principal.",
        },
        Rule::StatementWarning => &Text {
            title: "A statement does not have the effect that it seems to have",
            severity: Severity::Info,
            meaning: "A statement of a role that differs grants nothing, or it can be read in two ways. The message \
                names the kind of warning and the statement. `docs/reports.md` lists the kinds.",
            why: "People who read the policy understand it differently from AWS.",
            settle: "Rewrite the statement so that it says what you intend, or remove it.",
        },
        Rule::DictionaryWarning => &Text {
            title: "A dictionary entry has no effect, or not the effect that it seems to have",
            severity: Severity::Info,
            meaning: "A text of the dictionary was not found, occurs inside longer words, is used by both accounts, or \
                makes only one text equal. The message names the entry.",
            why: "iamctl does not compare what the dictionary makes equal. An entry that matches too much hides \
                differences. An entry that matches nothing gives false confidence.",
            settle: "Remove the entry, list its texts by account tag, or make it match whole words only. \
                `docs/equivalency-list.md` explains how, and `equivalency_hits.csv` lists what each entry replaced.",
        },
    }
}

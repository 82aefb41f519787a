//! The words of each rule.

use super::rule::{Rule, Text};
use super::severity::Severity;

/// What `docs/rules.md` says before the rules. The page is written by a test from this text.
pub const INTRODUCTION: &str = "Every difference that `iamctl diff` reports is of one of these kinds. Their \
    ids stay: Markdown, SARIF, JUnit, GitLab code quality, ndjson and the CSV on stdout name them, and \
    `iamctl explain --rule ID` prints what stands here. First and second account are those of the command line; name \
    the one that is as it should be first. `gained`, `widened` and `added` then say what the second one has too much.";

/// The text of a rule.
#[expect(clippy::too_many_lines, reason = "a list of texts")]
pub(super) const fn text_of(rule: Rule) -> &'static Text {
    match rule {
        Rule::InternalInconsistency => &Text {
            title: "iamctl contradicts itself about a difference",
            severity: Severity::Critical,
            meaning: "iamctl decides each difference twice, by code written apart, and here the two do not agree, or \
                something that always holds did not. The difference may be there or not, so it is unknown and has no \
                proof. All other differences are decided as ever.",
            why: "What the role may do in one account only is not told, and it may be anything that the finding names. \
                It counts as a difference wherever differences make a run fail.",
            settle: "Look at the statements that the finding names by hand, or ask about single requests by `iamctl \
                can`. Please report it with the finding and the policies of the two roles: it is a fault of iamctl.",
        },
        Rule::PrivilegeEscalation => &Text {
            title: "One account's role can raise its own permissions, the other's cannot",
            severity: Severity::Critical,
            meaning: "A role of both accounts may do something in one account only, and with it the role gains a known \
                way to raise its own permissions: to write or attach policies, to pass a stronger role to a service, to \
                change who may take a role. The message names the ways, such as `pass-role`; `iamctl explain` tells what \
                each of them does.",
            why: "Whoever holds the role can give itself everything the account allows, whatever the rest of its \
                policies says. All other differences of the role are then beside the point.",
            settle: "Take the action away where it is not meant, or limit it: `iam:PassRole` to the roles that are \
                needed, policy changes by a permissions boundary and by conditions. If it is meant, put it into both \
                accounts, or accept it by name.",
        },
        Rule::AccessGained => &Text {
            title: "The second account's role may do more",
            severity: Severity::High,
            meaning: "There is a request that the role's policies allow in the second account and refuse in the first, \
                all statements, conditions and the permissions boundary taken together. The finding shows such a \
                request as a proof, the statements that allow it, and why the first account refuses it.",
            why: "What was tried and approved in the first account is not what runs in the second: the role has rights \
                there that nobody has looked at.",
            settle: "Remove the right from the second account's policies, or grant it in the first one too. If it is \
                meant to differ because a name differs, add the two names to the dictionary. `iamctl can` asks about \
                the proof's request again.",
        },
        Rule::TrustWidened => &Text {
            title: "More may take the second account's role",
            severity: Severity::High,
            meaning: "The trust policy of the second account lets somebody take the role, by some action or under some \
                condition, whom the first account's refuses. The principal may be an account, a role, a service, an \
                identity provider, or everyone.",
            why: "Who takes a role has all its permissions. A principal too many, or a condition too few (an external \
                id, an organisation, the subject of an OIDC token), opens the role to others.",
            settle: "Remove the principal from the second account's trust policy, or add the condition that the first \
                one has. If each account has a partner of its own, put both into the dictionary.",
        },
        Rule::CrossReference => &Text {
            title: "A role holds a text that belongs to the other account",
            severity: Severity::High,
            meaning: "A resource, principal, condition or other text of a role names something of the other account: \
                its account id, or a text that the dictionary has for the other account only, such as the bucket of \
                dev in a role of qa.",
            why: "The dictionary makes each account's own names alike. A name of the other account is most often a \
                copy that was not adapted: the role then reads or changes the other environment's data, or does not \
                work at all.",
            settle: "Put the own account's name there. Where the reference is meant, such as a shared bucket, say so by \
                accepting it.",
        },
        Rule::BoundaryChanged => &Text {
            title: "The permissions boundary is another",
            severity: Severity::High,
            meaning: "The role has a permissions boundary in one account only, or another one by its normalised ARN.",
            why: "A boundary limits what any policy of the role can grant, those attached later too. Without it the \
                next change of a policy is unlimited, even if nothing differs today.",
            settle: "Set the same boundary in both accounts. If only its name differs, put both names into the \
                dictionary.",
        },
        Rule::AccessUnknown => &Text {
            title: "Whether a role may do more could not be told",
            severity: Severity::Medium,
            meaning: "The policies differ, and whether there is a request that only one account allows was not decided: \
                AWS does not document how the element works, or the question took more work than the budget allows. \
                The message gives the reason.",
            why: "It is no all-clear: the role may have a right in one account only that nobody has looked at.",
            settle: "Read the statements that the finding names, and write them alike in both accounts. Often a simpler \
                condition or a plain list of actions is enough to decide it.",
        },
        Rule::TrustUnknown => &Text {
            title: "Whether more may take a role could not be told",
            severity: Severity::Medium,
            meaning: "The trust policies differ, and whether somebody may take the role in one account only was not \
                decided. The message gives the reason.",
            why: "It is no all-clear: the role may be open to somebody in one account only.",
            settle: "Read both trust policies, and write the principal and its condition alike in both accounts.",
        },
        Rule::AccessLost => &Text {
            title: "The second account's role may do less",
            severity: Severity::Medium,
            meaning: "There is a request that the role's policies allow in the first account and refuse in the second. \
                The finding shows it, the statements that allow it, and why the second account refuses it.",
            why: "What works in the first account fails in the second, or the first one has a right too many.",
            settle: "Grant the right in the second account, or remove it from the first. If only a name differs, add \
                both names to the dictionary.",
        },
        Rule::TrustNarrowed => &Text {
            title: "Fewer may take the second account's role",
            severity: Severity::Medium,
            meaning: "The trust policy of the first account lets somebody take the role whom the second account's \
                refuses.",
            why: "Whoever is missing cannot work with the second account, or is trusted by the first one for no reason.",
            settle: "Add the principal to the second account's trust policy, or remove it from the first. If each \
                account has a partner of its own, put both into the dictionary.",
        },
        Rule::DenyRemoved => &Text {
            title: "Something is denied outright in the first account only",
            severity: Severity::Medium,
            meaning: "A Deny statement of the first account's role refuses requests that no Deny of the second \
                account's role refuses. It takes no right away by itself: the role's own policies may not allow these \
                requests in either account.",
            why: "The policy of a bucket, queue or key can grant what the role's own policies do not, and only an \
                explicit Deny holds against it. A guard is missing in the second account.",
            settle: "Put the Deny into the second account's policies too, or remove it from the first.",
        },
        Rule::RoleAdded => &Text {
            title: "The role is in the second account only",
            severity: Severity::Medium,
            meaning: "No role of the first account has this name after normalising.",
            why: "Nothing was compared: whatever the role may do is new in the second account.",
            settle: "Remove the role, or make it in the first account. If it is there under another name, add to the \
                dictionary what the names differ in.",
        },
        Rule::RoleMissing => &Text {
            title: "The role is in the first account only",
            severity: Severity::Medium,
            meaning: "No role of the second account has this name after normalising.",
            why: "Nothing was compared, and what needs the role cannot run in the second account.",
            settle: "Make the role in the second account, or remove it from the first. If it is there under another \
                name, add to the dictionary what the names differ in.",
        },
        Rule::RoleAmbiguous => &Text {
            title: "Several roles of one account have one name after normalising",
            severity: Severity::Medium,
            meaning: "The dictionary folds the names of two or more roles of one account into one. Each counterpart was \
                compared with the one that fits best; the others count as roles of one account only.",
            why: "The pair that was compared may not be the pair that is meant, and the roles left over were not \
                compared.",
            settle: "Make the dictionary's entries longer or fewer, so that the names stay apart. \
                `ambiguous_roles.csv` shows which were compared, `equivalency_hits.csv` which entry did it.",
        },
        Rule::CouldNotCompare => &Text {
            title: "Something could not be compared",
            severity: Severity::Medium,
            meaning: "A source does not hold what is needed, such as descriptions or the account's id; an account has \
                no roles at all; or several roles share a name after normalising. The message says what and where.",
            why: "The report is silent about it, which is not the same as no difference.",
            settle: "Read the account with `iamctl harvest` instead of the AWS CLI, or name the right source.",
        },
        Rule::DenyAdded => &Text {
            title: "Something is denied outright in the second account only",
            severity: Severity::Info,
            meaning: "A Deny statement of the second account's role refuses requests that no Deny of the first \
                account's role refuses. It takes no right away by itself: the role's own policies may not allow these \
                requests in either account.",
            why: "What the policy of a bucket, queue or key grants to the role is refused in the second account only.",
            settle: "Put the Deny into the first account's policies too, or remove it from the second.",
        },
        Rule::ItemsDiffer => &Text {
            title: "The policies say it differently, and no difference in access was found",
            severity: Severity::Info,
            meaning: "One account's policies have rows (effect, action, resource or principal, condition) that the \
                other's have not, and no difference in what the role may do, who may take it or what it is denied \
                explains them: another statement says the same, or a Deny or the boundary takes it back. The message \
                says so if it holds only for the actions of the catalogue.",
            why: "Nothing is open today. The next change to the statement that covers the difference can open it.",
            settle: "Write the policies alike, or let the difference stand.",
        },
        Rule::AttributeChanged => &Text {
            title: "An attribute of the role is another",
            severity: Severity::Info,
            meaning: "The path, description, session duration, instance profiles, or the list of inline or attached \
                policies differs after normalising. What the policies say is compared apart from their names.",
            why: "It grants nothing by itself, but shows that the two roles were not made from one template. A longer \
                session keeps stolen credentials usable for longer.",
            settle: "Set the same value in both accounts, or put the differing names into the dictionary.",
        },
        Rule::TagChanged => &Text {
            title: "A tag of the role is another",
            severity: Severity::Info,
            meaning: "A tag is in one account only, or its value differs after normalising.",
            why: "Policies can decide by `aws:PrincipalTag`, so a tag can open what the role's own policies do not \
                show. Bills and inventories use tags too.",
            settle: "Set the same tag in both accounts, or put the differing values into the dictionary.",
        },
        Rule::DanglingPrincipal => &Text {
            title: "A trust policy holds what a deleted user or role left behind",
            severity: Severity::Info,
            meaning: "A principal of the trust policy is a unique id (`AROA…`, `AIDA…`) that no role of the account has. \
                IAM shows it in place of the ARN once the user or role is deleted. Nobody can take the role by it, and \
                it counts for nothing when access is compared.",
            why: "Whoever creates a user or role of the old name does not get the access back that the policy seems to \
                give, and a policy with such a principal cannot be saved again.",
            settle: "Remove the id from the trust policy, or put the ARN of the principal in its place that is meant.",
        },
        Rule::StatementWarning => &Text {
            title: "A statement does not do what it seems to",
            severity: Severity::Info,
            meaning: "A statement of a differing role grants nothing, or can be read in two ways. The message has the \
                kind of warning and the statement; `docs/reports.md` lists the kinds.",
            why: "Whoever reads the policy takes it for something else than AWS does.",
            settle: "Write the statement so that it says what is meant, or remove it.",
        },
        Rule::DictionaryWarning => &Text {
            title: "An entry of the dictionary does something else than it seems to, or nothing",
            severity: Severity::Info,
            meaning: "A text of the dictionary was found nowhere, stands inside longer words, is used by both accounts, \
                or makes just one text equal. The message names the entry.",
            why: "What the dictionary makes equal is not compared. An entry that reaches further than it was meant to \
                hides differences; one that does nothing is believed to do something.",
            settle: "Remove the entry, list its texts by account tag, or let it match whole words only; \
                `docs/equivalency-list.md` says how, and `equivalency_hits.csv` shows what each entry replaced.",
        },
    }
}

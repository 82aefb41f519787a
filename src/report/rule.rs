//! The kinds of findings: each has an id that stays, a default severity, and a text that says what it means, why it
//! matters and how to resolve it.

use std::str::FromStr;

use super::rule_texts;
use super::severity::Severity;
use crate::model::words;

words! {
    /// A kind of finding. The order is that of reports within one severity: most severe first.
    pub enum Rule {
        /// The program contradicts itself about a difference.
        InternalInconsistency = "internal-inconsistency",
        /// One account's role can escalate its privileges in a way that the other's cannot.
        PrivilegeEscalation = "privilege-escalation",
        /// The second account's role can do more.
        AccessGained = "access-gained",
        /// More principals can assume the second account's role.
        TrustWidened = "trust-widened",
        /// A role contains a text that belongs to the other account.
        CrossReference = "cross-reference",
        /// The permissions boundary differs.
        BoundaryChanged = "boundary-changed",
        /// Something is explicitly denied in the first account only.
        DenyRemoved = "deny-removed",
        /// Whether a role can do more could not be determined.
        AccessUnknown = "access-unknown",
        /// Whether more principals can assume a role could not be determined.
        TrustUnknown = "trust-unknown",
        /// The second account's role can do less.
        AccessLost = "access-lost",
        /// Fewer principals can assume the second account's role.
        TrustNarrowed = "trust-narrowed",
        /// The role is in the second account only.
        RoleAdded = "role-added",
        /// The role is in the first account only.
        RoleMissing = "role-missing",
        /// One account has a role of the same name with another unique ID than before.
        RoleRecreated = "role-recreated",
        /// Several roles of one account have one name after normalizing.
        RoleAmbiguous = "role-ambiguous",
        /// A role was not compared, because a policy of it is not there.
        RoleNotCompared = "role-not-compared",
        /// Something could not be compared at all.
        CouldNotCompare = "could-not-compare",
        /// A trust policy contains the ID of a deleted user or role.
        DanglingPrincipal = "dangling-principal",
        /// Something is explicitly denied in the second account only.
        DenyAdded = "deny-added",
        /// Policies say it differently, and nothing else was found to follow from it.
        ItemsDiffer = "items-differ",
        /// An attribute differs.
        AttributeChanged = "attribute-changed",
        /// A tag differs.
        TagChanged = "tag-changed",
        /// The accounts were read with two versions of an AWS managed policy.
        AwsPolicyVersion = "aws-policy-version",
        /// A statement does not do what it seems to.
        StatementWarning = "statement-warning",
        /// An entry of the dictionary does something else than it seems to, or nothing.
        DictionaryWarning = "dictionary-warning",
    }
}

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

/// A word that is no rule's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule `{}`", .id.escape_debug())]
pub struct UnknownRule {
    /// The word.
    pub id: String,
}

impl Rule {
    /// Its text.
    #[must_use]
    pub const fn text(self) -> &'static Text {
        rule_texts::text_of(self)
    }

    /// Its id, as in reports.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.as_str()
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
            | Self::RoleAmbiguous
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

    /// The page of AWS's documentation on its subject.
    #[must_use]
    pub const fn documentation(self) -> &'static str {
        match self {
            Self::InternalInconsistency
            | Self::AccessGained
            | Self::AccessLost
            | Self::AccessUnknown
            | Self::ItemsDiffer
            | Self::DenyAdded
            | Self::DenyRemoved => {
                "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"
            }
            Self::PrivilegeEscalation => "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
            Self::TrustWidened
            | Self::TrustNarrowed
            | Self::TrustUnknown
            | Self::DanglingPrincipal
            | Self::RoleRecreated => {
                "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"
            }
            Self::BoundaryChanged => "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
            Self::CrossReference => "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
            Self::RoleAdded | Self::RoleMissing | Self::RoleAmbiguous | Self::AttributeChanged => {
                "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html"
            }
            Self::AwsPolicyVersion => {
                "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html"
            }
            Self::TagChanged => "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html",
            Self::StatementWarning => {
                "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html"
            }
            Self::RoleNotCompared | Self::CouldNotCompare | Self::DictionaryWarning => {
                "https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html"
            }
        }
    }

    /// Its place among [`Rule::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether it is about what a role can do or who can assume it, including roles that exist in only one account.
    #[must_use]
    pub const fn is_about_access(self) -> bool {
        match self {
            Self::InternalInconsistency
            | Self::PrivilegeEscalation
            | Self::AccessGained
            | Self::AccessLost
            | Self::AccessUnknown
            | Self::TrustWidened
            | Self::TrustNarrowed
            | Self::TrustUnknown
            | Self::RoleAdded
            | Self::RoleMissing
            | Self::RoleRecreated
            | Self::RoleNotCompared => true,
            Self::CrossReference
            | Self::BoundaryChanged
            | Self::DenyRemoved
            | Self::DenyAdded
            | Self::RoleAmbiguous
            | Self::AwsPolicyVersion
            | Self::CouldNotCompare
            | Self::ItemsDiffer
            | Self::AttributeChanged
            | Self::TagChanged
            | Self::DanglingPrincipal
            | Self::StatementWarning
            | Self::DictionaryWarning => false,
        }
    }

    /// Whether it is a note rather than a difference between the accounts.
    #[must_use]
    pub const fn is_note(self) -> bool {
        matches!(
            self,
            Self::AwsPolicyVersion
                | Self::CouldNotCompare
                | Self::DanglingPrincipal
                | Self::StatementWarning
                | Self::DictionaryWarning
        )
    }
}

impl FromStr for Rule {
    type Err = UnknownRule;

    /// An id, whatever its case.
    fn from_str(id: &str) -> Result<Self, UnknownRule> {
        let found = Self::ALL.into_iter().find(|rule| rule.id().eq_ignore_ascii_case(id));
        found.ok_or_else(|| UnknownRule { id: id.to_owned() })
    }
}

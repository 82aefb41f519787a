//! A whole account: names, paths, documents, principals, conditions, tags.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::hits::{Foreign, Found, Hit, Hits, What};
use super::text::Normaliser;
use crate::model::equivalency::display;
use crate::model::{
    Account, Arn, ConditionKey, ConditionTest, Conditions, IdentityPolicy, InlinePolicy, ManagedPolicy, Marked, Place,
    PolicyDocument, PolicyType, Principal, PrincipalClause, ResourceClause, Role, RoleDetails, Statement, TrustPolicy,
};

/// A role after normalizing. Its texts hold placeholders between their marks.
#[derive(Debug, Clone)]
pub struct NormalisedRole {
    /// The role with placeholders; its ARN and unique id are left as they are.
    pub role: Role,
    /// The role's real name.
    pub real_name: String,
    /// The role's real path.
    pub real_path: String,
    /// Whether an AWS service owns the role, told by its real path.
    pub service_linked: bool,
    /// Its texts that belong to the other account or a third one, but for those of managed policies.
    pub foreign: Vec<Foreign>,
}

/// An account after normalizing.
#[derive(Debug, Clone)]
pub struct Normalised {
    /// The roles, in the order of the account.
    pub roles: Vec<NormalisedRole>,
    /// What was replaced.
    pub hits: Hits,
    /// Texts of managed policies that belong to the other account or a third one, by the policy's ARN as harvested.
    pub managed_foreign: BTreeMap<String, Vec<Foreign>>,
    /// Texts of the dictionary in longer words, and those that an ARN could not do without, with the number of times.
    pub in_words: BTreeMap<InWord, usize>,
    /// Whether roles were left out afterwards.
    pub partial: bool,
}

/// A text of the dictionary inside a longer word, or in an ARN that would be none without it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InWord {
    /// The placeholder.
    pub placeholder: String,
    /// The dictionary's text; empty where a pattern found it.
    pub literal: String,
    /// Whether it was replaced there, left, or is the other account's.
    pub what: What,
    /// The whole text.
    pub text: String,
}

/// Normalizes an account. Documents and managed policies that several roles share are treated once, and stay the
/// same value where nothing in them is replaced.
#[must_use]
pub fn account(account: &Account, normaliser: &Normaliser) -> Normalised {
    work(account, normaliser, true)
}

/// As [`account`], but without `hits` and `in_words`: to try a dictionary out.
#[must_use]
pub fn trial(account: &Account, normaliser: &Normaliser) -> Normalised {
    work(account, normaliser, false)
}

fn work(account: &Account, normaliser: &Normaliser, records: bool) -> Normalised {
    let mut work = Work {
        normaliser,
        records,
        hits: Hits::default(),
        foreign: Vec::new(),
        managed_foreign: BTreeMap::new(),
        in_words: BTreeMap::new(),
        found: Vec::new(),
        identity: BTreeMap::new(),
        trust: BTreeMap::new(),
        managed: BTreeMap::new(),
        owned_by_aws: false,
    };
    let of_role = |role: &Role| NormalisedRole {
        role: work.role(role),
        real_name: role.name.clone(),
        real_path: role.path.clone(),
        service_linked: role.is_service_linked(),
        foreign: std::mem::take(&mut work.foreign),
    };
    let roles = account.roles.iter().map(of_role).collect();
    let Work { hits, managed_foreign, in_words, .. } = work;
    Normalised { roles, hits, managed_foreign, in_words, partial: false }
}

struct Work<'a> {
    normaliser: &'a Normaliser,
    /// Whether what was replaced is kept; what belongs to another account always is.
    records: bool,
    hits: Hits,
    /// What belongs to another account, of the role at hand.
    foreign: Vec<Foreign>,
    managed_foreign: BTreeMap<String, Vec<Foreign>>,
    in_words: BTreeMap<InWord, usize>,
    /// What was found since the last [`Work::record`].
    found: Vec<Owned>,
    /// By the address of the shared document or policy, which the account keeps alive; with what was replaced in it,
    /// because that counts again for every policy that has this document.
    /// AWS's and the customer's policies with one document are two, because of what is replaced in them.
    identity: BTreeMap<(*const IdentityPolicy, bool), Known<IdentityPolicy>>,
    trust: BTreeMap<*const TrustPolicy, Known<TrustPolicy>>,
    managed: BTreeMap<*const ManagedPolicy, Arc<ManagedPolicy>>,
    /// Whether the policy at hand is AWS's own.
    owned_by_aws: bool,
}

/// A document after normalizing, with what was found in it.
type Known<T> = (Arc<T>, Vec<Owned>);

/// Something found whose policy is not known yet.
#[derive(Debug, Clone)]
struct Owned {
    placeholder: String,
    literal: String,
    value: String,
    what: What,
    place: Place,
    before: String,
    after: String,
}

impl Work<'_> {
    fn role(&mut self, role: &Role) -> Role {
        let name = self.text(&role.name, Place::RoleName);
        let path = self.text(&role.path, Place::Path);
        let details = role.details.as_ref().map(|details| RoleDetails {
            description: details.description.as_deref().map(|text| self.text(text, Place::Description)),
            max_session_duration: details.max_session_duration,
        });
        let tags = role.tags.iter().map(|(key, value)| (self.text(key, Place::Tag), self.text(value, Place::Tag)));
        let tags = tags.collect();
        let profiles = role.instance_profiles.iter().map(|name| self.text(name, Place::InstanceProfile));
        let instance_profiles = profiles.collect();
        self.record(&role.name, None);
        let trust = self.trust(&role.trust);
        self.record(&role.name, Some(("trust", PolicyType::Trust)));
        Role {
            name,
            path,
            arn: role.arn.clone(),
            unique_id: role.unique_id.clone(),
            dates: role.dates.clone(),
            details,
            trust,
            inline: role.inline.iter().map(|policy| self.inline(policy, &role.name)).collect(),
            attached: role.attached.iter().map(|policy| self.managed(policy)).collect(),
            boundary: role.boundary.as_ref().map(|policy| self.managed(policy)),
            tags,
            instance_profiles,
        }
    }

    /// Gives what was found since the last call its owner. `role` is empty for a managed policy.
    fn record(&mut self, role: &str, policy: Option<(&str, PolicyType)>) {
        for found in std::mem::take(&mut self.found) {
            if !matches!(found.what, What::Replaced | What::Foreign | What::Third) {
                let (placeholder, literal) = (found.placeholder.clone(), found.literal.clone());
                let word = InWord { placeholder, literal, what: found.what, text: found.before.clone() };
                *self.in_words.entry(word).or_default() += 1;
            }
            match found.what {
                What::Replaced | What::ReplacedInWord => self.hits.record(Hit {
                    placeholder: found.placeholder,
                    literal: found.literal,
                    value: found.value,
                    place: found.place,
                    role: role.to_owned(),
                    policy_name: policy.map_or("", |(name, _)| name).to_owned(),
                    before: found.before,
                    after: found.after,
                }),
                What::Foreign | What::Third => self.foreign.push(Foreign {
                    third_accounts: if found.what == What::Third {
                        self.normaliser.third_accounts(&found.placeholder, &found.literal)
                    } else {
                        Vec::new()
                    },
                    policy: policy.map(|(name, policy_type)| (name.to_owned(), policy_type)),
                    place: found.place,
                    text: found.before,
                    value: found.value,
                    placeholder: found.placeholder,
                }),
                What::LeftInWord | What::Common | What::Unfit | What::Wildcard => {}
            }
        }
    }

    fn inline(&mut self, policy: &InlinePolicy, role: &str) -> InlinePolicy {
        let (mut found, records) = (Vec::new(), self.records);
        let keep = |one: Found<'_>| {
            if records || one.what.is_reference() {
                found.push(own(one));
            }
        };
        let name = self.normaliser.apply_inline_name(role, &policy.name, keep).into_owned();
        self.keep(found, &policy.name, &name, Place::PolicyName);
        let document = self.identity(&policy.document);
        self.record(role, Some((&policy.name, PolicyType::Inline)));
        InlinePolicy { name, document }
    }

    fn managed(&mut self, policy: &Arc<ManagedPolicy>) -> Arc<ManagedPolicy> {
        if let Some(known) = self.managed.get(&Arc::as_ptr(policy)) {
            return Arc::clone(known);
        }
        // What was found so far is the role's own.
        let (found, foreign) = (std::mem::take(&mut self.found), std::mem::take(&mut self.foreign));
        self.owned_by_aws = policy.is_owned_by_aws();
        let arn = self.arn(&policy.arn);
        let normalised = Arc::new(ManagedPolicy {
            name: self.text(&policy.name, Place::PolicyName),
            arn,
            version_id: policy.version_id.clone(),
            document: self.identity(&policy.document),
        });
        self.owned_by_aws = false;
        self.record("", Some((&policy.name, PolicyType::Managed)));
        let of_policy = std::mem::replace(&mut self.foreign, foreign);
        if !of_policy.is_empty() {
            self.managed_foreign.insert(policy.arn.to_string(), of_policy);
        }
        self.found = found;
        self.managed.insert(Arc::as_ptr(policy), Arc::clone(&normalised));
        normalised
    }

    /// An ARN is one afterwards too. Were it not, the real one would stay, and whoever reads [`Normalised::in_words`]
    /// would hear of what was replaced in it.
    fn arn(&mut self, arn: &Arn) -> Arn {
        let before = self.found.len();
        self.text(arn.as_str(), Place::PolicyName).parse().unwrap_or_else(|_| {
            for found in self.found.iter_mut().skip(before).filter(|found| found.what.is_replaced()) {
                found.what = What::Unfit;
            }
            arn.clone()
        })
    }

    fn identity(&mut self, document: &Arc<IdentityPolicy>) -> Arc<IdentityPolicy> {
        if let Some((known, found)) = self.identity.get(&(Arc::as_ptr(document), self.owned_by_aws)) {
            self.found.extend_from_slice(found);
            return Arc::clone(known);
        }
        let (kept, found) = self.document(document, Self::resources);
        self.identity.insert((Arc::as_ptr(document), self.owned_by_aws), (Arc::clone(&kept), found));
        kept
    }

    fn trust(&mut self, document: &Arc<TrustPolicy>) -> Arc<TrustPolicy> {
        if let Some((known, found)) = self.trust.get(&Arc::as_ptr(document)) {
            self.found.extend_from_slice(found);
            return Arc::clone(known);
        }
        let (kept, found) = self.document(document, Self::principals);
        self.trust.insert(Arc::as_ptr(document), (Arc::clone(&kept), found));
        kept
    }

    /// A document after normalizing, which stays the same value where nothing in it is replaced; with what was found.
    fn document<T: Eq>(
        &mut self,
        document: &Arc<PolicyDocument<T>>,
        target: fn(&mut Self, &T) -> T,
    ) -> Known<PolicyDocument<T>> {
        let before = self.found.len();
        let statements = document.statements.iter().map(|statement| self.statement(statement, target));
        let new =
            PolicyDocument { version: document.version, id: document.id.clone(), statements: statements.collect() };
        let kept = if new == **document { Arc::clone(document) } else { Arc::new(new) };
        (kept, self.found.get(before..).unwrap_or_default().to_vec())
    }

    fn statement<T>(&mut self, statement: &Statement<T>, target: fn(&mut Self, &T) -> T) -> Statement<T> {
        Statement {
            sid: statement.sid.clone(),
            effect: statement.effect,
            action: statement.action.clone(),
            target: target(self, &statement.target),
            conditions: self.conditions(&statement.conditions),
        }
    }

    fn resources(&mut self, clause: &ResourceClause) -> ResourceClause {
        let mut texts = |patterns: &[String]| patterns.iter().map(|p| self.text(p, Place::Resource)).collect();
        match clause {
            ResourceClause::Resource(patterns) => ResourceClause::Resource(texts(patterns)),
            ResourceClause::NotResource(patterns) => ResourceClause::NotResource(texts(patterns)),
        }
    }

    fn principals(&mut self, clause: &PrincipalClause) -> PrincipalClause {
        let mut all = |principals: &[Principal]| principals.iter().map(|p| self.principal(p)).collect();
        match clause {
            PrincipalClause::Principal(principals) => PrincipalClause::Principal(all(principals)),
            PrincipalClause::NotPrincipal(principals) => PrincipalClause::NotPrincipal(all(principals)),
        }
    }

    fn principal(&mut self, principal: &Principal) -> Principal {
        match principal {
            Principal::Everyone => Principal::Everyone,
            Principal::Aws(text) => Principal::Aws(self.text(text, Place::Principal)),
            Principal::Service(text) => Principal::Service(self.text(text, Place::Principal)),
            Principal::Federated(text) => Principal::Federated(self.text(text, Place::Principal)),
            Principal::CanonicalUser(text) => Principal::CanonicalUser(self.text(text, Place::Principal)),
        }
    }

    fn conditions(&mut self, conditions: &Conditions) -> Conditions {
        let tests = conditions.tests().iter().map(|test| ConditionTest {
            operator: test.operator.clone(),
            key: ConditionKey::new(&self.condition_key(test.key.as_str())),
            values: test.values.iter().map(|value| self.text(value, Place::Condition)).collect(),
        });
        Conditions::new(tests.collect())
    }

    fn text(&mut self, text: &str, place: Place) -> String {
        let owned_by_aws = self.owned_by_aws;
        self.replaced(text, place, |normaliser, keep| {
            if owned_by_aws {
                normaliser.apply_partition(text, place, keep)
            } else {
                normaliser.apply(text, place, keep)
            }
        })
    }

    fn condition_key(&mut self, key: &str) -> String {
        // Every condition key of an AWS managed policy is AWS's as a whole.
        if self.owned_by_aws {
            return key.to_owned();
        }
        self.replaced(key, Place::Condition, |normaliser, keep| normaliser.apply_key(key, keep))
    }

    fn replaced<'t>(
        &mut self,
        text: &'t str,
        place: Place,
        apply: impl FnOnce(&Normaliser, &mut dyn FnMut(Found<'_>)) -> Marked<Cow<'t, str>>,
    ) -> String {
        let (mut found, records) = (Vec::new(), self.records);
        let mut keep = |one: Found<'_>| {
            if records || one.what.is_reference() {
                found.push(own(one));
            }
        };
        let after = apply(self.normaliser, &mut keep).into_with_marks().into_owned();
        self.keep(found, text, &after, place);
        after
    }

    /// Keeps what was found in a text until its owner is known.
    fn keep(&mut self, found: Vec<(String, String, String, What)>, before: &str, after: &str, place: Place) {
        for (placeholder, literal, value, what) in found {
            let (before, after) = (before.to_owned(), display(after).into_owned());
            self.found.push(Owned { placeholder, literal, value, what, place, before, after });
        }
    }
}

fn own(found: Found<'_>) -> (String, String, String, What) {
    (found.placeholder.to_owned(), found.literal.to_owned(), found.value.to_owned(), found.what)
}

//! Laws that hold for every policy of a small world.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::model::{
    ActionClause, ActionPattern, ConditionKey, ConditionOperator, ConditionTest, Conditions, Effect, PolicyDocument,
};

type IdentityStatement = Statement<ResourceClause>;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::embedded);

const ACTIONS: &[&str] = &["*", "s3:*", "s3:Get*", "s3:GetObject", "S3:PUTOBJECT", "sqs:SendMessage", "s?:*Object"];
const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::amber/*",
    "arn:aws:s3:::amber/${aws:PrincipalTag/team}",
    "arn:aws:s3:::*/red",
    "arn:aws:sqs:us-*1:111122223333:orders",
    "arn:aws:sqs:us-east-1",
];
const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringLikeIfExists",
    "ForAllValues:StringLike",
    "ForAnyValue:StringNotEquals",
    "StringResembles",
];
const REQUESTS: &[(&str, &str)] = &[
    ("s3:GetObject", "arn:aws:s3:::amber/red"),
    ("s3:PutObject", "arn:aws:s3:::amber/x"),
    ("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:orders"),
    ("s3:ListAllMyBuckets", "*"),
    ("unheard:Object", "arn:aws:sqs:us-x:y1:111122223333:orders"),
];

fn some_of(from: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    proptest::collection::vec(select(from), 1..3)
}

fn action_clause() -> impl Strategy<Value = ActionClause> {
    (some_of(ACTIONS), any::<bool>()).prop_map(|(texts, not)| {
        let patterns = texts.into_iter().map(|text| ActionPattern::new(text).unwrap()).collect();
        if not { ActionClause::NotAction(patterns) } else { ActionClause::Action(patterns) }
    })
}

fn resource_clause() -> impl Strategy<Value = ResourceClause> {
    (some_of(RESOURCES), any::<bool>()).prop_map(|(texts, not)| {
        let patterns = texts.into_iter().map(ToOwned::to_owned).collect();
        if not { ResourceClause::NotResource(patterns) } else { ResourceClause::Resource(patterns) }
    })
}

fn conditions() -> impl Strategy<Value = Conditions> {
    let test = (select(OPERATORS), some_of(&["red", "r*", "${aws:PrincipalTag/team}"]));
    proptest::collection::vec(test, 0..2).prop_map(|tests| {
        Conditions::new(tests.into_iter().map(|(operator, values)| condition(operator, &values)).collect())
    })
}

fn condition(operator: &str, values: &[&str]) -> ConditionTest {
    ConditionTest {
        operator: ConditionOperator::new(operator),
        key: ConditionKey::new("aws:RequestTag/colour"),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

fn effect() -> impl Strategy<Value = Effect> {
    prop_oneof![2 => Just(Effect::Allow), 1 => Just(Effect::Deny)]
}

fn statement() -> impl Strategy<Value = IdentityStatement> {
    (effect(), action_clause(), resource_clause(), conditions())
        .prop_map(|(effect, action, target, conditions)| Statement { sid: None, effect, action, target, conditions })
}

fn statements() -> impl Strategy<Value = Vec<IdentityStatement>> {
    proptest::collection::vec(statement(), 0..4)
}

/// A request: action and resource, and a context.
fn request() -> impl Strategy<Value = (&'static str, &'static str, Context)> {
    let values = |key: &'static str| {
        let values = proptest::collection::vec(select(&["red", "blue", "r*"]), 0..3);
        values.prop_map(move |values| (key, values))
    };
    (select(REQUESTS), values("aws:PrincipalTag/team"), values("aws:RequestTag/colour"))
        .prop_map(|((action, resource), team, colour)| (action, resource, Context::from_iter([team, colour])))
}

fn policy(name: &str, policy_type: PolicyType, statements: &[IdentityStatement]) -> AttachedDocument {
    let document = PolicyDocument { version: Some(Version::V2012), id: None, statements: statements.to_vec() };
    AttachedDocument { policy_name: name.to_owned(), policy_type, document: Arc::new(document) }
}

/// A role with one policy of these statements, and a boundary.
fn role(statements: &[IdentityStatement], boundary: Option<&[IdentityStatement]>) -> RolePolicies {
    RolePolicies {
        identity: vec![policy("p", PolicyType::Inline, statements)],
        boundary: boundary.map(|statements| policy("b", PolicyType::Boundary, statements)),
        ..RolePolicies::default()
    }
}

fn verdict(policies: &RolePolicies, (action, resource, context): &(&str, &str, Context)) -> Verdict {
    evaluate(policies, &Request { action, resource, context }, &CATALOGUE).verdict
}

/// One statement for each entry of `Action` and each of `Resource`.
fn split(statement: &IdentityStatement) -> Vec<IdentityStatement> {
    let (ActionClause::Action(actions), ResourceClause::Resource(resources)) = (&statement.action, &statement.target)
    else {
        return vec![statement.clone()];
    };
    let pairs = actions.iter().flat_map(|action| resources.iter().map(move |resource| (action, resource)));
    let one = |(action, resource): (&ActionPattern, &String)| Statement {
        action: ActionClause::Action(vec![action.clone()]),
        target: ResourceClause::Resource(vec![resource.clone()]),
        ..statement.clone()
    };
    pairs.map(one).collect()
}

/// What the elements of a statement say, one after the other.
fn element_answers(statement: &IdentityStatement, request: &(&str, &str, Context)) -> [Truth; 3] {
    let (action, resource, context) = request;
    let view = ContextView::of_some_session(context);
    let target = Target { resource, view, version: Version::V2012, reading: ArnReading::Documented };
    [
        action::covers(&statement.action, action),
        resource::covers(&statement.target, target, &mut Vec::new()),
        condition::hold(&statement.conditions, Version::V2012, view, &mut Vec::new()),
    ]
}

fn complement(statement: &IdentityStatement) -> IdentityStatement {
    let action = match statement.action.clone() {
        ActionClause::Action(patterns) => ActionClause::NotAction(patterns),
        ActionClause::NotAction(patterns) => ActionClause::Action(patterns),
    };
    let target = match statement.target.clone() {
        ResourceClause::Resource(patterns) => ResourceClause::NotResource(patterns),
        ResourceClause::NotResource(patterns) => ResourceClause::Resource(patterns),
    };
    Statement { action, target, ..statement.clone() }
}

proptest! {
    #[test]
    fn order_duplicates_and_names_do_not_matter(
        statements in statements(), request in request(), at in any::<Index>(), turn in any::<Index>(),
    ) {
        let before = verdict(&role(&statements, None), &request);
        let mut others = statements.clone();
        if !others.is_empty() {
            others.rotate_left(turn.index(statements.len()));
            others.push(at.get(&statements).clone());
            others.reverse();
        }
        for (number, statement) in others.iter_mut().enumerate() {
            statement.sid = Some(format!("Statement{number}"));
        }
        prop_assert_eq!(verdict(&role(&others, None), &request), before);
    }

    #[test]
    fn splitting_does_not_matter(statements in statements(), request in request(), at in any::<Index>()) {
        let before = verdict(&role(&statements, None), &request);
        let pieces: Vec<IdentityStatement> = statements.iter().flat_map(split).collect();
        prop_assert_eq!(verdict(&role(&pieces, None), &request), before);
        let (first, second) = statements.split_at(at.index(statements.len() + 1));
        let policies = [first, second].map(|part| policy("part", PolicyType::Managed, part));
        let in_two = RolePolicies { identity: policies.into(), ..RolePolicies::default() };
        prop_assert_eq!(verdict(&in_two, &request), before);
    }

    #[test]
    fn an_allow_never_takes_and_a_deny_never_gives(
        statements in statements(), more in statement(), request in request(),
    ) {
        let before = verdict(&role(&statements, None), &request);
        let after = verdict(&role(&[statements, vec![more.clone()]].concat(), None), &request);
        match more.effect {
            Effect::Allow => {
                prop_assert!(before != Verdict::Allowed || after == Verdict::Allowed);
                prop_assert!(after != Verdict::ImplicitlyDenied || before == Verdict::ImplicitlyDenied);
                prop_assert_eq!(before == Verdict::ExplicitlyDenied, after == Verdict::ExplicitlyDenied);
            }
            Effect::Deny => {
                prop_assert!(after != Verdict::Allowed || before == Verdict::Allowed);
                prop_assert!(before != Verdict::ExplicitlyDenied || after == Verdict::ExplicitlyDenied);
            }
        }
    }

    #[test]
    fn a_boundary_only_takes(statements in statements(), boundary in statements(), request in request()) {
        let without = verdict(&role(&statements, None), &request);
        let with = verdict(&role(&statements, Some(&boundary)), &request);
        let swapped = verdict(&role(&boundary, Some(&statements)), &request);
        prop_assert!(with != Verdict::Allowed || without == Verdict::Allowed);
        prop_assert_eq!(with, swapped, "both must allow, either may deny");
        prop_assert_eq!(verdict(&role(&statements, Some(&statements)), &request), without);
    }

    #[test]
    fn not_action_and_not_resource_are_complements(statement in statement(), request in request()) {
        let [action, resource, _] = element_answers(&statement, &request);
        let [other_action, other_resource, _] = element_answers(&complement(&statement), &request);
        prop_assert_eq!(other_action, action.not());
        // A variable without a value is no match in Resource, and open in NotResource.
        let is_open = |answer: &Truth| matches!(answer, Truth::Unknown(_));
        if !is_open(&resource) && !is_open(&other_resource) {
            prop_assert_eq!(other_resource, resource.not());
        }
    }

    #[test]
    fn a_statement_matches_when_its_elements_do(statement in statement(), request in request()) {
        let allow = Statement { effect: Effect::Allow, ..statement };
        let expected = match Truth::all(element_answers(&allow, &request)) {
            Truth::Yes => Verdict::Allowed,
            Truth::No => Verdict::ImplicitlyDenied,
            Truth::Unknown(_) => Verdict::Unknown,
        };
        prop_assert_eq!(verdict(&role(&[allow], None), &request), expected);
    }

    #[test]
    fn a_negated_operator_is_the_opposite_of_its_positive_one(
        value in some_of(&["red", "r*", "*d", "${aws:PrincipalTag/team}"]), request in request(),
    ) {
        for (positive, negated) in [
            ("StringEquals", "StringNotEquals"),
            ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
            ("StringLike", "StringNotLike"),
            ("ArnLike", "ArnNotLike"),
        ] {
            let ask = |operator: &str| {
                let conditions = Conditions::new(vec![condition(operator, &value)]);
                condition::hold(&conditions, Version::V2012, ContextView::of_some_session(&request.2), &mut Vec::new())
            };
            let (yes, no) = (ask(positive), ask(negated));
            if let (Truth::Unknown(_), Truth::Unknown(_)) = (&yes, &no) {
                continue;
            }
            prop_assert_eq!(no, yes.clone().not());
            // A set operator changes nothing for a key with one value.
            if request.2.values("aws:RequestTag/colour").is_some_and(|values| values.len() == 1) {
                prop_assert_eq!(ask(&format!("ForAnyValue:{positive}")), yes.clone());
                prop_assert_eq!(ask(&format!("ForAllValues:{positive}")), yes);
            }
        }
    }

    #[test]
    fn the_documented_reading_never_matches_more_than_flat_text(
        pattern in "[ax*?:]{0,9}", resource in "[ax:]{0,9}",
    ) {
        let covers = |reading| {
            let context = Context::default();
            let view = ContextView::of_some_session(&context);
            let target = Target { resource: &resource, view, version: Version::V2012, reading };
            resource::covers(&ResourceClause::Resource(vec![pattern.clone()]), target, &mut Vec::new())
        };
        prop_assert!(!covers(ArnReading::Documented).is_yes() || covers(ArnReading::Flat).is_yes());
        if !pattern.contains(['*', '?']) && pattern.matches(':').count() >= 5 {
            prop_assert_eq!(covers(ArnReading::Documented), (pattern == resource).into());
        }
    }
}

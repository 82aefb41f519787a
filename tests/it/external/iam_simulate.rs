//! Our evaluator against one that none of us wrote: iam-simulate (npm `@cloud-copilot/iam-simulate`).
//!
//! It is AGPL software and is only run, by node, as a program of its own; `scripts/setup-simulate` installs it. Where
//! the two differ, either we were wrong, or the difference is in [`KNOWN`] with its reason;
//! `docs/evaluator.md` names the page of AWS that settles it.

mod known;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use iamctl::catalog::Catalogue;
use iamctl::model::Side;
use iamctl::parse::policy::parse_trust;
use iamctl::semantics::evaluate::{
    Caller, Context, Decision, Request, RoleAccount, TrustRequest, Verdict, evaluate, evaluate_trust,
};
use iamctl::semantics::outcome::Witness;
use iamctl::semantics::{Budget, Engine, Inconsistency};
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::support::access_cases::{Kind, cases, role_policies};
use crate::support::external::set_up;
use known::KNOWN;
use world::{ACCOUNT, Dice, Question};

#[test]
fn iam_simulate_answers_alike() {
    set_up("setup-simulate");
    let mut questions = labelled_questions();
    questions.extend(world::identity_questions(4000, &mut Dice::new(2026)));
    questions.extend(world::trust_questions(1500, &mut Dice::new(1017)));
    let catalogue = Catalogue::embedded();
    questions.extend(witnesses(&world::identity_questions(2 * PAIRS, &mut Dice::new(314)), &catalogue));
    let differing = differing(&questions, &catalogue);

    // Which of its statements do they read otherwise? Each is asked alone.
    let singles: Vec<Vec<Question>> = differing.iter().map(|(question, _)| question.single_statements()).collect();
    let all_singles = singles.concat();
    let differing_singles = self::differing(&all_singles, &catalogue);
    let explain = |question: &Question| KNOWN.iter().find(|known| (known.applies)(question)).map(|known| known.reason);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for (single, how) in &differing_singles {
        match explain(single) {
            Some(reason) => *seen.entry(reason).or_default() += 1,
            None => unexplained.push(format!("{how}: {}", describe(single))),
        }
    }
    let described: BTreeSet<String> = differing_singles.iter().map(|(single, _)| describe(single)).collect();
    for ((question, how), singles) in differing.iter().zip(&singles) {
        if !singles.iter().any(|single| described.contains(&describe(single))) {
            unexplained.push(format!("though the statements agree, {how}: {}", describe(question)));
        }
    }
    println!("{} of {} questions differ; by statement: {seen:#?}", differing.len(), questions.len());
    assert!(unexplained.is_empty(), "{} unexplained:\n{}", unexplained.len(), unexplained.join("\n"));
    for known in KNOWN {
        assert!(seen.contains_key(known.reason), "no longer seen: {}", known.reason);
    }
}

/// How many random pairs of roles the engine compares, to ask about its witnesses.
const PAIRS: usize = 2_000;

/// Every access witness that our evaluator confirms of those that the engine finds between each two neighbours, asked of both roles.
fn witnesses(roles: &[Question], catalogue: &Catalogue) -> Vec<Question> {
    let roles: Vec<Question> = roles.iter().map(Question::of_few_services).collect();
    let engine = Engine::new(catalogue, Budget::default()).on_inconsistency(Inconsistency::Report);
    let policies =
        |question: &Question| role_policies(&question.documents.iter().collect::<Vec<_>>(), question.boundary.as_ref());
    let of_pair = |pair: &[Question]| {
        let [left, right] = pair else { panic!("roles come in pairs") };
        let told = || format!("{} and {}", describe(left), describe(right));
        let comparison =
            engine.between(&policies(left), &policies(right)).unwrap_or_else(|e| panic!("{e}: {}", told()));
        let witnesses = comparison.differences.into_iter().filter_map(|row| row.witness);
        let ask = |witness: Witness| {
            let context: serde_json::Map<String, Value> =
                witness.context.into_iter().map(|(key, values)| (key, json!(values))).collect();
            let (action, resource) = (witness.action, witness.resource);
            [left, right].map(|role| Question {
                action: action.clone(),
                resource: resource.clone(),
                context: context.clone(),
                is_witness: true,
                ..role.clone()
            })
        };
        witnesses.flat_map(ask).collect::<Vec<_>>()
    };
    let questions: Vec<Question> = roles.par_chunks(2).flat_map_iter(of_pair).collect();
    println!("{} questions about witnesses", questions.len());
    assert!(questions.len() > PAIRS / 2, "the engine finds differences: {}", questions.len());
    questions
}

/// The questions that the two answer differently, and how. What we leave open is not compared.
fn differing<'a>(questions: &'a [Question], catalogue: &Catalogue) -> Vec<(&'a Question, String)> {
    let answers = simulate(questions);
    assert_eq!(answers.len(), questions.len());
    let mut differing = Vec::new();
    for (question, theirs) in questions.iter().zip(answers) {
        let decision = ask(question, catalogue);
        // Actions and services that they do not know.
        if theirs.starts_with("Error") && question.is_witness {
            continue;
        }
        let ours = match decision.verdict {
            Verdict::Unknown => continue,
            Verdict::Allowed => "Allowed",
            Verdict::ImplicitlyDenied => "ImplicitlyDenied",
            Verdict::ExplicitlyDenied => "ExplicitlyDenied",
        };
        // A Deny that we leave open may make a refusal explicit.
        let both_refuse = ours == "ImplicitlyDenied" && theirs == "ExplicitlyDenied";
        let may_be_the_same = both_refuse && !decision.unknown_because.is_empty();
        if ours != theirs && !may_be_the_same {
            differing.push((question, format!("ours {ours}, theirs {theirs}")));
        }
    }
    differing
}

fn ask(question: &Question, catalogue: &Catalogue) -> Decision {
    let values = |value: &Value| value.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect();
    let context: Context =
        question.context.iter().map(|(key, value)| -> (&str, Vec<String>) { (key, values(value)) }).collect();
    let action = question.action.as_str();
    if let Some(trust) = &question.trust {
        let is_arn = question.principal.starts_with("arn:");
        let caller = if is_arn { Caller::Aws(&question.principal) } else { Caller::Service(&question.principal) };
        let role = RoleAccount { account: ACCOUNT, id: None, partition: "aws" };
        let policy = parse_trust(&trust.to_string()).unwrap();
        return evaluate_trust(&policy, role, &TrustRequest { caller, action, context: &context }, "trust").decision;
    }
    let documents: Vec<&Value> = question.documents.iter().collect();
    let policies = role_policies(&documents, question.boundary.as_ref());
    evaluate(&policies, &Request { action, resource: &question.resource, context: &context }, catalogue)
}

/// The requests of `tests/fixtures/access`, for both sides.
fn labelled_questions() -> Vec<Question> {
    let mut questions = Vec::new();
    for case in cases() {
        for request in case.requests() {
            for side in Side::BOTH {
                let documents = case.documents(side).into_iter().cloned().collect();
                let is_trust = case.kind == Kind::Trust;
                let everything = json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
                questions.push(Question {
                    trust: is_trust.then(|| case.documents(side)[0].clone()),
                    documents: if is_trust { vec![everything] } else { documents },
                    boundary: case.boundary(side).cloned(),
                    principal: request
                        .principal
                        .clone()
                        .unwrap_or_else(|| format!("arn:aws:iam::{ACCOUNT}:role/tested")),
                    action: request.action.clone(),
                    resource: request.resource.clone().unwrap_or_else(|| format!("arn:aws:iam::{ACCOUNT}:role/target")),
                    is_witness: false,
                    context: request.context.iter().map(|(key, values)| (key.clone(), json!(values))).collect(),
                });
            }
        }
    }
    questions
}

/// iam-simulate's answers, in the order of the questions.
fn simulate(questions: &[Question]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("target/iam-simulate");
    assert!(folder.join("node_modules").is_dir(), "iam-simulate is not installed: run scripts/setup-simulate");
    // Node looks for packages beside the script, so the script goes beside them.
    let script = folder.join("simulate.mjs");
    std::fs::copy(root.join("tests/iam-simulate/simulate.mjs"), &script).unwrap();
    let mut node =
        Command::new("node").arg(&script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node starts");
    let mut input = node.stdin.take().unwrap();
    let lines: Vec<String> = questions.iter().map(describe).collect();
    let writer = std::thread::spawn(move || {
        for line in lines {
            writeln!(input, "{line}").unwrap();
        }
    });
    let output = node.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "node failed");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A question as the script takes it.
fn describe(question: &Question) -> String {
    json!({
        "policies": question.documents,
        "boundary": question.boundary,
        "trust": question.trust,
        "principal": question.principal,
        "account": ACCOUNT,
        "action": question.action,
        "resource": question.resource,
        "context": question.context,
    })
    .to_string()
}

//! Is there a text that all of some patterns match and none of some others?
//!
//! The product of the patterns' small automata is walked breadth first and built as it is walked, so the first text
//! found is a shortest one. A state is the set of places reached in each group of wanted patterns, and the set of
//! places reached in the unwanted ones; a state that has reached the same wanted places as an earlier one and more
//! of the unwanted is dropped, for whatever it could still find the earlier one finds.

use std::collections::{BTreeMap, BTreeSet};

use super::steps::{Letter, Step, cases_of};
use crate::model::Class;

/// Several patterns, any of which may match.
#[derive(Debug, Clone, Copy)]
pub struct Group<'a>(pub &'a [&'a [Step]]);

/// What a walk found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Walked {
    /// No text is matched by a pattern of every wanted group and by no unwanted pattern.
    Nothing,
    /// A shortest such text.
    Found(Vec<Letter>),
    /// The budget ended before either was certain.
    OutOfBudget,
}

/// A place in a group: pattern and position. Patterns and steps beyond four thousand millions do not fit into memory.
pub type Place = (u32, u32);

#[derive(Debug)]
struct State {
    wanted: Vec<Vec<Place>>,
    unwanted: Vec<Place>,
    parent: usize,
    letter: Letter,
}

/// Walks until a text is found, none is left, or the budget is used up; takes what it used off the budget.
pub fn walk(wanted: &[Group<'_>], unwanted: Group<'_>, budget: &mut usize) -> Walked {
    let start = State {
        wanted: wanted.iter().map(|group| starts(*group)).collect(),
        unwanted: starts(unwanted),
        parent: 0,
        letter: Letter::new('\0'),
    };
    let mut states = vec![start];
    let mut seen: BTreeMap<Vec<Vec<Place>>, Vec<usize>> = BTreeMap::new();
    let mut next = 0;
    while let Some(state) = states.get(next) {
        if is_end(state, wanted, unwanted) {
            return Walked::Found(text_to(&states, next));
        }
        let letters = letters(state, wanted, unwanted);
        let Some(left) = budget.checked_sub(cost(state, letters.len())) else {
            *budget = 0;
            return Walked::OutOfBudget;
        };
        *budget = left;
        let mut fresh = Vec::new();
        for letter in letters {
            fresh.extend(advance(state, letter, wanted, unwanted, next));
        }
        for state in fresh {
            if is_new(&state, &states, &mut seen) {
                states.push(state);
            }
        }
        next += 1;
    }
    Walked::Nothing
}

/// What a state costs: one, and more where many places are moved by many letters.
fn cost(state: &State, letters: usize) -> usize {
    let places = state.unwanted.len() + state.wanted.iter().map(Vec::len).sum::<usize>();
    1 + places * letters / 64
}

/// The start of every pattern.
pub fn starts(group: Group<'_>) -> Vec<Place> {
    (0..).zip(group.0).map(|(at, _)| (at, 0)).collect()
}

/// What is left to read of a pattern from a place. Places are made from the starts by steps of the pattern.
pub fn rest_of<'a>(group: Group<'a>, place: Place) -> &'a [Step] {
    let (pattern, position) = (place.0 as usize, place.1 as usize);
    group.0.get(pattern).and_then(|steps| steps.get(position..)).unwrap_or_default()
}

/// Whether some text is matched by both of two patterns: what [`walk`] would find, by a table of the places that one
/// text can reach in both.
pub fn both_match(a: &[Step], b: &[Step]) -> bool {
    let mut reached = vec![false; b.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for step in a {
        let stays = step.repeats();
        pass(&mut reached, b, |other| stays && step.meets(*other));
        if !stays {
            reached = after(&reached, b, *step);
        }
    }
    pass(&mut reached, b, |_| false);
    reached.last() == Some(&true)
}

/// Passes over the steps of `b` that may read nothing, and over those that `reads` says are read meanwhile.
fn pass(reached: &mut [bool], b: &[Step], reads: impl Fn(&Step) -> bool) {
    let mut carried = false;
    for (place, step) in reached.iter_mut().zip(b) {
        *place |= carried;
        carried = *place && (step.repeats() || reads(step));
    }
    if let Some(end) = reached.last_mut() {
        *end |= carried;
    }
}

/// The places in `b` after one letter that `step` reads as well.
fn after(reached: &[bool], b: &[Step], step: Step) -> Vec<bool> {
    let mut next = Vec::with_capacity(reached.len());
    let mut carried = false;
    for (place, other) in reached.iter().zip(b) {
        let reads = *place && step.meets(*other);
        next.push(carried || (reads && other.repeats()));
        carried = reads && !other.repeats();
    }
    next.push(carried);
    next
}

/// Whether some text is matched by a form of a template, whose steps may fork, and by a pattern, whose steps do not:
/// what [`walk`] would find, by the pairs of places that one text can reach in both.
pub fn form_meets(form: &[Step], pattern: &[Step]) -> bool {
    let width = pattern.len() + 1;
    let mut seen = vec![false; (form.len() + 1) * width];
    let mut open = vec![(0, 0)];
    while let Some((at, other)) = open.pop() {
        match seen.get_mut(at * width + other) {
            Some(seen) if !*seen => *seen = true,
            // Seen before; forks and jumps stay within their form, so no pair lies outside.
            _ => continue,
        }
        match (form.get(at), pattern.get(other)) {
            (None, None) => return true,
            (Some(Step::Fork(by)), _) => {
                open.extend([(at.saturating_add_signed(isize::from(*by)), other), (at + 1, other)])
            }
            (Some(Step::Jump(by)), _) => open.push((at.saturating_add_signed(isize::from(*by)), other)),
            (step, other_step) => {
                if step.is_some_and(|step| step.repeats()) {
                    open.push((at + 1, other));
                }
                if other_step.is_some_and(|step| step.repeats()) {
                    open.push((at, other + 1));
                }
                if let (Some(step), Some(other_step)) = (step, other_step)
                    && step.meets(*other_step)
                {
                    open.push((at + usize::from(!step.repeats()), other + usize::from(!other_step.repeats())));
                }
            }
        }
    }
    false
}

/// Visits the steps that can read the next letter from a place, each with its position; without a step, the end.
fn visit<'a>(group: Group<'a>, place: Place, each: &mut impl FnMut(u32, Option<&'a Step>)) {
    // A place is made of a pattern of its group, so there is one.
    if let Some(steps) = group.0.get(place.0 as usize) {
        visit_from(steps, place.1, each);
    }
}

fn visit_from<'a>(steps: &'a [Step], mut at: u32, each: &mut impl FnMut(u32, Option<&'a Step>)) {
    loop {
        let step = steps.get(at as usize);
        match step {
            Some(Step::Fork(by)) => {
                visit_from(steps, at.saturating_add_signed(i32::from(*by)), each);
                at += 1;
            }
            Some(Step::Jump(by)) => at = at.saturating_add_signed(i32::from(*by)),
            _ => {
                each(at, step);
                if !step.is_some_and(|step| step.repeats()) {
                    return;
                }
                at += 1;
            }
        }
    }
}

fn can_end(group: Group<'_>, places: &[Place]) -> bool {
    places.iter().any(|place| {
        let mut ends = false;
        visit(group, *place, &mut |_, step| ends |= step.is_none());
        ends
    })
}

fn is_end(state: &State, wanted: &[Group<'_>], unwanted: Group<'_>) -> bool {
    state.wanted.iter().zip(wanted).all(|(places, group)| can_end(*group, places))
        && !can_end(unwanted, &state.unwanted)
}

/// Records a state unless an earlier one makes it superfluous.
fn is_new(state: &State, states: &[State], seen: &mut BTreeMap<Vec<Vec<Place>>, Vec<usize>>) -> bool {
    let Some(earlier) = seen.get_mut(&state.wanted) else {
        seen.insert(state.wanted.clone(), vec![states.len()]);
        return true;
    };
    let beaten = |at: &usize| states.get(*at).is_some_and(|old| is_subset(&old.unwanted, &state.unwanted));
    if earlier.iter().any(beaten) {
        return false;
    }
    earlier.push(states.len());
    true
}

/// Whether a sorted list holds nothing that the other lacks.
fn is_subset(small: &[Place], large: &[Place]) -> bool {
    let mut rest = large.iter();
    small.len() <= large.len() && small.iter().all(|place| rest.by_ref().any(|other| other == place))
}

fn text_to(states: &[State], mut at: usize) -> Vec<Letter> {
    let mut text = Vec::new();
    while let Some(state) = states.get(at).filter(|_| at != 0) {
        text.push(state.letter);
        at = state.parent;
    }
    text.reverse();
    text
}

fn advance(state: &State, letter: Letter, wanted: &[Group<'_>], unwanted: Group<'_>, parent: usize) -> Option<State> {
    let mut reached = Vec::with_capacity(wanted.len());
    for (places, group) in state.wanted.iter().zip(wanted) {
        let places = step_over(*group, places, letter);
        if places.is_empty() {
            return None;
        }
        reached.push(places);
    }
    let lost = step_over(unwanted, &state.unwanted, letter);
    let hopeless = lost.iter().any(|place| rest_of(unwanted, *place) == [Step::Any]);
    (!hopeless).then_some(State { wanted: reached, unwanted: lost, parent, letter })
}

/// The places after one letter. Of one pattern's places, those before its last reached `*` are left out: whatever
/// they can still match, the `*` can.
pub fn step_over(group: Group<'_>, places: &[Place], letter: Letter) -> Vec<Place> {
    let mut reached: Vec<Place> = Vec::with_capacity(places.len());
    for &place in places {
        visit(group, place, &mut |at, step| {
            if let Some(step) = step.filter(|step| step.reads(letter)) {
                reached.push((place.0, if step.repeats() { at } else { at + 1 }));
            }
        });
    }
    reached.sort_unstable();
    reached.dedup();
    keep_from_last_star(group, &mut reached);
    reached
}

fn keep_from_last_star(group: Group<'_>, reached: &mut Vec<Place>) {
    if reached.len() < 2 {
        return;
    }
    let mut star: Option<Place> = None;
    let mut kept = Vec::with_capacity(reached.len());
    for &place in reached.iter().rev() {
        if star.is_some_and(|(pattern, _)| pattern == place.0) {
            continue;
        }
        if rest_of(group, place).first() == Some(&Step::Any) {
            star = Some(place);
        }
        kept.push(place);
    }
    kept.reverse();
    *reached = kept;
}

/// The letters that can make a difference from here, one that no pattern names first.
fn letters(state: &State, wanted: &[Group<'_>], unwanted: Group<'_>) -> Vec<Letter> {
    // Where one pattern alone is left of a group and goes on with a letter, there is no other.
    let only = |(places, group): (&Vec<Place>, &Group<'_>)| match places.as_slice() {
        [place] => match rest_of(*group, *place).first() {
            Some(Step::One(letter)) => Some(*letter),
            _ => None,
        },
        _ => None,
    };
    if let Some(letter) = state.wanted.iter().zip(wanted).find_map(only) {
        return vec![letter];
    }
    let mut narrowest: Option<BTreeSet<Letter>> = None;
    let mut all = Next { any: true, ..Next::default() };
    for (places, group) in state.wanted.iter().zip(wanted) {
        let next = Next::new(*group, places);
        if next.is_closed() && narrowest.as_ref().is_none_or(|other| next.named.len() < other.len()) {
            narrowest = Some(next.named.clone());
        }
        all.named.extend(next.named);
        all.any &= next.any;
        all.digits |= next.digits;
        all.lower |= next.lower;
    }
    if let Some(letters) = narrowest {
        return letters.into_iter().collect();
    }
    all.named.extend(Next::new(unwanted, &state.unwanted).named);
    let mut letters: Vec<Letter> = Vec::with_capacity(all.named.len() + 1);
    letters.extend(other_letter(&all.named).filter(|_| all.any));
    letters.extend(other_of(LOWER, &all.named).filter(|_| all.lower));
    letters.extend(other_of(DIGITS, &all.named).filter(|_| all.digits));
    letters.extend(all.named);
    letters
}

/// What the next steps of a group read.
#[derive(Debug, Default)]
struct Next {
    /// The letters that they name.
    named: BTreeSet<Letter>,
    /// Whether some read letters of all kinds.
    any: bool,
    /// Whether some read digits.
    digits: bool,
    /// Whether some read what regions are made of.
    lower: bool,
    /// Whether some read what they do not name.
    silent: bool,
}

impl Next {
    fn new(group: Group<'_>, places: &[Place]) -> Self {
        let mut next = Self::default();
        for place in places {
            visit(group, *place, &mut |_, step| {
                let Some(step) = step else { return };
                match step {
                    Step::One(letter) => {
                        next.named.insert(*letter);
                    }
                    Step::Folded(c) => next.named.extend(cases_of(*c).map(Letter::new)),
                    Step::AnyOneExcept(c) | Step::AnyExcept(c) => {
                        next.named.insert(Letter::new(*c));
                        next.any = true;
                    }
                    Step::Of(Class::Digits) | Step::AllOf(Class::Digits) => next.digits = true,
                    Step::Of(Class::Lower) | Step::AllOf(Class::Lower) => next.lower = true,
                    // What a name of a template cannot hold, it need not name: a letter outside all patterns is as good.
                    Step::AnyOne | Step::Any | Step::Of(Class::Except(_)) | Step::AllOf(Class::Except(_)) => {
                        next.any = true;
                    }
                    Step::Silent(_) | Step::Inside => next.silent = true,
                    // Never visited: they read nothing.
                    Step::Fork(_) | Step::Jump(_) => {}
                }
            });
        }
        next
    }

    const fn is_closed(&self) -> bool {
        !(self.any || self.digits || self.lower || self.silent)
    }
}

/// The letters that the next steps name, and whether they read others too.
pub fn named_letters(group: Group<'_>, places: &[Place]) -> (BTreeSet<Letter>, bool) {
    let next = Next::new(group, places);
    let open = !next.is_closed();
    (next.named, open)
}

/// Letters of regions, easy to read first.
const LOWER: &str = "xyzabcdefghijklmnopqrstuvw-0123456789";

/// Digits in the order in which they make up an account that nobody has.
const DIGITS: &str = "9876543210";

/// The first of some letters that is not among the named.
fn other_of(letters: &str, named: &BTreeSet<Letter>) -> Option<Letter> {
    letters.chars().map(Letter::new).find(|letter| !named.contains(letter))
}

/// A letter that is not among these, easy to read where possible.
pub fn other_letter(named: &BTreeSet<Letter>) -> Option<Letter> {
    ('x'..='z').chain('0'..='9').chain('a'..='w').chain('A'..='Z').chain('\u{4e00}'..='\u{9fff}').map(Letter::new).find(
        |letter| {
            let other_case = letter.as_char().map(super::steps::fold).map(Letter::new);
            !named.contains(letter) && other_case.is_none_or(|folded| !named.contains(&folded))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::super::steps::flat;
    use super::*;

    fn ask(wanted: &[&str], unwanted: &[&str]) -> Option<String> {
        ask_within(wanted, unwanted, 10_000)
    }

    fn ask_within(wanted: &[&str], unwanted: &[&str], mut budget: usize) -> Option<String> {
        let wanted: Vec<Vec<Step>> = wanted.iter().map(|text| flat(text)).collect();
        let unwanted: Vec<Vec<Step>> = unwanted.iter().map(|text| flat(text)).collect();
        let wanted: Vec<[&[Step]; 1]> = wanted.iter().map(|steps| [steps.as_slice()]).collect();
        let wanted: Vec<Group<'_>> = wanted.iter().map(|steps| Group(steps)).collect();
        let unwanted: Vec<&[Step]> = unwanted.iter().map(Vec::as_slice).collect();
        match walk(&wanted, Group(&unwanted), &mut budget) {
            Walked::Nothing => None,
            Walked::Found(letters) => Some(letters.into_iter().filter_map(Letter::as_char).collect()),
            Walked::OutOfBudget => panic!("out of budget"),
        }
    }

    #[test]
    fn covering_by_example() {
        assert_eq!(ask(&["abc"], &["a*"]), None);
        assert_eq!(ask(&["a*"], &["abc"]).as_deref(), Some("a"));
        assert_eq!(ask(&["a*", "*z"], &[]).as_deref(), Some("az"));
        assert_eq!(ask(&["a*", "b*"], &[]), None);
        assert_eq!(ask(&["*"], &["?*", ""]), None);
        assert_eq!(ask(&["*"], &["?", ""]).as_deref(), Some("xx"));
        assert_eq!(ask(&["part-?"], &["part-1"]).as_deref(), Some("part-x"));
    }

    #[test]
    fn two_patterns_meet_as_the_walk_says() {
        let texts = ["", "*", "a", "?", "a*", "*a", "a?b*", "*b?a*", "b*b", "ab*ba?", "?*", "*??", "abab", "b"];
        for a in texts {
            for b in texts {
                let found = ask(&[a, b], &[]).is_some();
                assert_eq!(both_match(&flat(a), &flat(b)), found, "{a} {b}");
            }
        }
        let variable = [Step::One(Letter::variable("x"))];
        assert!(both_match(&variable, &[Step::Any]) && both_match(&[Step::AnyExcept(':')], &variable));
        assert!(!both_match(&variable, &[Step::AnyOne]));
        assert!(both_match(&[Step::Folded('a')], &[Step::AnyOneExcept('a')]), "as `A`");
        assert!(!both_match(&[Step::Folded('1')], &[Step::AnyOneExcept('1')]));
    }

    #[test]
    fn a_form_meets_a_pattern_as_the_walk_says() {
        use super::super::steps::Reading;
        use super::super::texts::Texts;
        use crate::catalog::Catalogue;
        use crate::model::Version;

        let texts = Texts::new(Reading::Parts, vec!["aws".to_owned()]);
        let catalogue = Catalogue::embedded();
        let patterns = [
            "*",
            "arn:*",
            "arn:aws:s3:::b/*",
            "arn:aws:s3:::b",
            "arn:aws-cn:s3:::b",
            "arn:aws:s3:eu-west-1:111122223333:accesspoint/*",
            "arn:aws:sqs:eu-*-1:*:q-?",
            "arn:aws:sqs:EU:111122223333:q",
            "arn:aws:sqs::11112222333:q",
            "arn:aws:*:*:1111:*x",
            "arn:aws:iam::aws:policy/${aws:userid}",
            "arn:aws:iam::\u{fdd0}own\u{fdd1}:role/x/\u{fdd0}env\u{fdd1}-*",
            "arn:\u{fdd0}partition\u{fdd1}:lambda:\u{fdd0}r\u{fdd1}:?11122223333:function:f",
            "arn:aws:\u{fdd0}service\u{fdd1}:eu-west-1:111122223333:q",
        ];
        let patterns = patterns.map(|written| texts.text(written, Version::V2012));
        let (mut met, mut missed) = (0, 0);
        for service in ["s3", "sqs", "iam", "lambda", "ec2"].map(|name| catalogue.service(name).unwrap()) {
            let arns = service.resource_types.iter().flat_map(|kind| &kind.arns);
            for template in arns.map(|arn| texts.template(arn)).chain([texts.star()]) {
                for (form, text) in template.forms.iter().flat_map(|form| patterns.iter().map(move |text| (form, text)))
                {
                    let plain = text.plain_steps();
                    let found = walk(&[Group(&[form]), Group(&[plain])], Group(&[]), &mut 100_000) != Walked::Nothing;
                    assert_eq!(form_meets(form, plain), found, "{} {}", template.written, text.written);
                    if found { met += 1 } else { missed += 1 }
                }
            }
        }
        assert!(met > 100 && missed > 100, "{met} {missed}");
    }

    #[test]
    fn no_pattern_is_too_far_back_to_count() {
        let many: Vec<String> = (0..70_000).map(|n| format!("x{n}")).collect();
        let unwanted: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(ask_within(&["x69999"], &unwanted, usize::MAX), None);
    }

    #[test]
    fn patterns_that_start_anywhere_cost_nothing() {
        let texts: Vec<String> = ('a'..='w').map(|c| format!("*{c}{c}*")).collect();
        let unwanted: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_eq!(ask(&["*"], &unwanted).as_deref(), Some(""));
        assert_eq!(ask(&["b*q*"], &unwanted).as_deref(), Some("bq"));
    }
}

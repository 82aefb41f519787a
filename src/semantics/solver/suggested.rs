//! Values of a key that follow from the tests on others.

use std::collections::BTreeMap;

use super::conditions::Test;
use super::keys::{EPOCH_TIME, ORGANIZATIONS};
use super::steps::{Letter, Step};

/// Values worth trying for a key because of the tests on others that it is tied to, and whether there may be more.
pub fn suggested(key: &str, tests: &BTreeMap<&str, Vec<&Test>>) -> (Vec<String>, bool) {
    let patterns = |key: &str| tests.get(key).into_iter().flatten().flat_map(|test| test.patterns());
    let (mut found, mut more) = (Vec::new(), false);
    let mut add = |part: Option<&[Step]>| {
        let Some(steps) = part.filter(|steps| *steps != [Step::Any]) else { return };
        // A variable, or a part that a wildcard leaves open, has more values than one.
        more |= steps.iter().any(|step| step.literal().is_none());
        let shortest = |step: &Step| {
            if step.repeats() {
                Some(String::new())
            } else if matches!(step, Step::AnyOne | Step::AnyOneExcept(_)) {
                Some("1".to_owned())
            } else {
                step.literal().map(String::from)
            }
        };
        found.extend(steps.iter().map(shortest).collect::<Option<String>>().filter(|text| !text.is_empty()));
    };
    if let Some((_, paths)) = ORGANIZATIONS.iter().find(|(id, _)| *id == key) {
        patterns(paths).for_each(|pattern| add(pattern.steps_as_written().split(|step| is(*step, '/')).next()));
    }
    if key == "aws:sourceaccount" {
        patterns("aws:sourcearn")
            .for_each(|pattern| add(pattern.steps_as_written().split(|step| is(*step, ':')).nth(4)));
    }
    if key == "aws:currenttime" {
        found.extend(tests.get(EPOCH_TIME).into_iter().flatten().flat_map(|test| test.around_seconds()));
    }
    (found, more)
}

fn is(step: Step, c: char) -> bool {
    step == Step::One(Letter::new(c))
}

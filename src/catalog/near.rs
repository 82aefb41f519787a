//! Which action of a catalog is probably meant by a name that it does not have.

use super::{Action, Catalogue, Service};

impl Catalogue {
    /// The action, `service:Name`, that an action of this service and name is probably a misspelling of. None for an
    /// action that the catalog has, and for one that is like none: a newer one than the catalog, most likely.
    ///
    /// ```
    /// use iamctl::catalog::Catalogue;
    /// let catalogue = Catalogue::embedded();
    /// assert_eq!(catalogue.near("s3", "GetObjct").as_deref(), Some("s3:GetObject"));
    /// assert_eq!(catalogue.near("dynamdb", "GetItem").as_deref(), Some("dynamodb:GetItem"));
    /// assert_eq!(catalogue.near("s3", "GetObject"), None);
    /// assert_eq!(catalogue.near("s3", "InventTomorrow"), None);
    /// ```
    #[must_use]
    pub fn near(&self, service: &str, name: &str) -> Option<String> {
        let (prefix, folded) = (service.to_ascii_lowercase(), name.to_ascii_lowercase());
        let Some(service) = self.service(&prefix) else {
            let near = self.prefixes().filter(|known| edits(&prefix, known) <= allowed(&prefix));
            let mut found = near.filter_map(|known| {
                let (_, action) = self.action(known, &folded)?;
                Some((edits(&prefix, known), format!("{known}:{}", action.name)))
            });
            let first = found.next()?;
            return Some(found.fold(first, std::cmp::min).1);
        };
        if service.action(&folded).is_some() {
            return None;
        }
        self.nearest(service, &folded).map(|action| format!("{}:{}", service.prefix, action.name))
    }

    /// The action of a service that is most like a name in lower case, and not that name, if one is like it.
    fn nearest<'s>(&self, service: &'s Service, folded: &str) -> Option<&'s Action> {
        let near = service.actions.iter().map(|action| (edits(folded, &action.folded), action));
        let near =
            near.filter(|(edits, action)| (1..=allowed(folded)).contains(edits) && !is_other_version(folded, action));
        let (_, action) = near.min_by(|(few, a), (many, b)| few.cmp(many).then(a.name.cmp(&b.name)))?;
        (!self.has_other_verb(folded, action)).then_some(action)
    }

    /// Whether a name begins with another verb than an action does: `GetWidget` is not a misspelling of `SetWidget`.
    fn has_other_verb(&self, folded: &str, action: &Action) -> bool {
        let own = verb(&action.name);
        let other = |name: &str| {
            let verb = verb(name);
            let begins = folded.get(..verb.len()).is_some_and(|start| start.eq_ignore_ascii_case(verb));
            verb.len() > 2 && begins && !own.eq_ignore_ascii_case(verb)
        };
        !folded.starts_with(&own.to_ascii_lowercase())
            && self.services().flat_map(|service| &service.actions).any(|action| other(&action.name))
    }
}

/// The first word of an action's name, such as `Get`.
fn verb(name: &str) -> &str {
    let end = name.char_indices().skip(1).find(|(_, c)| !c.is_ascii_lowercase()).map_or(name.len(), |(at, _)| at);
    name.get(..end).unwrap_or(name)
}

/// Whether a name differs from an action's in its digits only: `ListThingsV2` is not a misspelling of `ListThingsV1`.
fn is_other_version(folded: &str, action: &Action) -> bool {
    let bare = |text: &str| -> String { text.chars().filter(|c| !c.is_ascii_digit()).collect() };
    let (name, other) = (bare(folded), bare(&action.folded));
    name.strip_suffix('v').unwrap_or(&name) == other.strip_suffix('v').unwrap_or(&other)
}

/// How many edits may be slips of the pen.
const fn allowed(text: &str) -> usize {
    match text.len() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// How many letters have to be added, left out, changed or swapped with the next one to make one text of the other.
/// Texts whose lengths are far apart are not looked at.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX;
    }
    let (mut before, mut last) = (Vec::new(), (0..=b.len()).collect::<Vec<usize>>());
    let mut left = None;
    for (at, own) in a.iter().enumerate() {
        let row = next_row(*own, left, (at, &b), &before, &last);
        (before, last, left) = (last, row, Some(*own));
    }
    last.last().copied().unwrap_or_default()
}

/// One row of the table of edits: what each start of `b` takes to become the start of the other text that ends in
/// `own`, which `left` stands before.
fn next_row(own: char, left: Option<char>, (at, b): (usize, &[char]), before: &[usize], last: &[usize]) -> Vec<usize> {
    let mut row = vec![at + 1];
    let mut previous = None;
    let far = usize::MAX / 2;
    let get = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(far);
    for (j, other) in b.iter().enumerate() {
        let mut best = get(last, j) + usize::from(own != *other);
        best = best.min(get(last, j + 1) + 1).min(get(&row, j) + 1);
        if j > 0 && previous == Some(own) && left == Some(*other) {
            best = best.min(get(before, j - 1) + 1);
        }
        row.push(best);
        previous = Some(*other);
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (a, b, count) in [
            ("getobject", "getobject", 0),
            ("getobjct", "getobject", 1),
            ("getobejct", "getobject", 1),
            ("gteitem", "getitem", 1),
            ("listbuckets", "listbucket", 1),
            ("putobjekt", "getobject", 3),
            ("", "ab", 2),
            ("a", "abcd", usize::MAX),
        ] {
            assert_eq!(edits(a, b), count, "{a} {b}");
            assert_eq!(edits(b, a), count, "{b} {a}");
        }
    }

    #[test]
    fn slips_of_the_pen_are_told_from_other_actions() {
        let catalogue = Catalogue::embedded();
        for (service, name, near) in [
            ("s3", "PutObjct", Some("s3:PutObject")),
            ("S3", "listbuckets", Some("s3:ListBucket")),
            ("s3", "GteObject", Some("s3:GetObject")),
            ("ec2", "DescribeInstance", Some("ec2:DescribeInstances")),
            ("ec3", "DescribeInstances", None),
            ("lamdba", "InvokeFunction", Some("lambda:InvokeFunction")),
            ("dynamodbb", "GetItem", Some("dynamodb:GetItem")),
            // Another verb, another version, nothing like it.
            ("sqs", "GetMessage", None),
            ("s3", "PutObject2", None),
            ("s3", "HeadObject", None),
            ("acmefuture", "GetObject", None),
        ] {
            assert_eq!(catalogue.near(service, name).as_deref(), near, "{service}:{name}");
        }
    }

    #[test]
    fn few_actions_look_like_a_misspelling_of_another() {
        // An action that AWS adds after the catalog was made should not be taken for a slip of the pen.
        let catalogue = Catalogue::embedded();
        let (mut all, mut like) = (0, Vec::new());
        for service in catalogue.services().step_by(20) {
            for action in &service.actions {
                all += 1;
                let near = catalogue.nearest(service, &action.folded);
                like.extend(near.map(|near| format!("{}:{} as {}", service.prefix, action.name, near.name)));
            }
        }
        assert!(like.len() * 40 < all, "{} of {all}: {like:#?}", like.len());
    }
}

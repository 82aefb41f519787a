//! Names that are like one that does not exist.

/// How many characters a name can have for others like it to be looked for; a policy's has 128.
const LONGEST_NAME: usize = 256;

/// The few of some names that are most like one, the nearest first.
pub(super) fn near_names(name: &str, known: &[&str]) -> Vec<String> {
    // What is longer than any name is like none, and telling how like two texts are takes long with their length.
    if name.chars().count() > LONGEST_NAME {
        return Vec::new();
    }
    let folded = name.to_lowercase();
    let known = known.iter().filter(|known| known.len() <= 4 * LONGEST_NAME);
    let near = known.filter_map(|known| {
        let other = known.to_lowercase();
        let likeness = similar::TextDiff::from_chars(folded.as_str(), other.as_str()).ratio();
        (likeness >= 0.6 || other.contains(&folded)).then_some((likeness, *known))
    });
    let mut near: Vec<(f32, &str)> = near.collect();
    near.sort_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| one.cmp(other)));
    near.dedup();
    near.into_iter().take(5).map(|(_, known)| known.to_owned()).collect()
}

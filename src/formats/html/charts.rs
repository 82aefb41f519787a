//! The counts behind the page's charts, and how long their bars are.

use std::collections::BTreeMap;

use super::facets::services;
use super::rows::Rows;
use crate::catalog::AccessLevel;
use crate::model::Side;

/// How many services have a bar of their own.
const SERVICES: usize = 8;

/// The length of a whole bar, in the units of its drawing.
pub(super) const WHOLE: usize = 1000;

/// A part of the bar of all roles.
pub(super) struct Segment {
    /// Its color, as a class of the page's style.
    pub(super) class: &'static str,
    pub(super) label: String,
    /// Where a click leads: part of the page's address.
    pub(super) link: String,
    pub(super) count: usize,
    /// Where it starts and how long it is, of [`WHOLE`].
    pub(super) start: usize,
    pub(super) length: usize,
}

/// A bar with a part for each side.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) link: String,
    pub(super) counts: [usize; 2],
    pub(super) lengths: [usize; 2],
}

/// How many roles are equal, differ, or are in one account only.
pub(super) fn roles(ordered: &[Rows<'_>], tags: [&str; 2]) -> Vec<Segment> {
    let count = |wanted: &dyn Fn(&Rows<'_>) -> bool| ordered.iter().filter(|rows| wanted(rows)).count();
    let about_access = |rows: &Rows<'_>| rows.differs() && rows.role.is_open_in_access();
    let without = |rows: &Rows<'_>| !about_access(rows) && rows.is_without_effect();
    let otherwise = |rows: &Rows<'_>| rows.differs() && !about_access(rows) && !without(rows);
    let alone = |rows: &Rows<'_>| rows.role.is_open_alone();
    let equal = if ordered.iter().all(|rows| rows.accepted.is_empty()) { "equal" } else { "equal, or accepted" };
    let [left, right] = tags;
    let parts = [
        ("access", "differ in access or trust".to_owned(), "view=roles&kind=effect", count(&about_access)),
        ("otherwise", "differ otherwise".to_owned(), "view=roles&kind=otherwise", count(&otherwise)),
        ("without", "differ without effect on access".to_owned(), "view=roles&kind=without", count(&without)),
        (
            "left",
            format!("only in {left}"),
            "view=roles&kind=unique&side=left",
            count(&|rows| alone(rows) && rows.role.right.is_none()),
        ),
        (
            "right",
            format!("only in {right}"),
            "view=roles&kind=unique&side=right",
            count(&|rows| alone(rows) && rows.role.left.is_none()),
        ),
        ("equal", equal.to_owned(), "view=roles&kind=equal", count(&|rows| !alone(rows) && !rows.differs())),
    ];
    let all = ordered.len().max(1);
    let mut before = 0;
    let segment = |(class, label, link, count): (&'static str, String, &str, usize)| {
        let start = before * WHOLE / all;
        before += count;
        Segment { class, label, link: link.to_owned(), count, start, length: before * WHOLE / all - start }
    };
    parts.into_iter().map(segment).collect()
}

/// Bars with a title.
pub(super) struct Chart {
    pub(super) title: &'static str,
    pub(super) bars: Vec<Bar>,
    /// How many more there are, with less.
    pub(super) others: usize,
}

/// The access differences by level and by service; none where there are no differences.
pub(super) fn of_access(ordered: &[Rows<'_>]) -> Vec<Chart> {
    if ordered.iter().all(|rows| rows.access.is_empty()) {
        return Vec::new();
    }
    let (services, others) = by_service(ordered);
    vec![
        Chart { title: "Access differences by level", bars: levels(ordered), others: 0 },
        Chart { title: "Access differences by service", bars: services, others },
    ]
}

/// How many access differences there are of each level, most severe first; levels without any are left out.
fn levels(ordered: &[Rows<'_>]) -> Vec<Bar> {
    use AccessLevel as L;
    let order = [L::PermissionsManagement, L::Write, L::Tagging, L::Read, L::List, L::Unknown];
    let of = |level: AccessLevel| {
        let mut counts = [0, 0];
        for d in ordered.iter().flat_map(|rows| &rows.access).map(|row| &row.difference) {
            if d.access_level == level {
                add(&mut counts, d.side);
            }
        }
        let link = format!("view=roles&level={}", encode(level.as_str()));
        Bar { label: level.as_str().to_owned(), link, counts, lengths: [0, 0] }
    };
    measured(order.into_iter().map(of).filter(|bar| bar.counts != [0, 0]).collect())
}

/// The services with most access differences, and how many others there are.
fn by_service(ordered: &[Rows<'_>]) -> (Vec<Bar>, usize) {
    let mut counts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for d in ordered.iter().flat_map(|rows| &rows.access).map(|row| &row.difference) {
        for service in services(&d.service, &d.actions) {
            add(counts.entry(service).or_default(), d.side);
        }
    }
    let mut bars: Vec<Bar> = counts
        .into_iter()
        .map(|(service, counts)| {
            let link = format!("view=roles&service={}", encode(&service));
            let label = if service == "*" { "all services".to_owned() } else { service };
            Bar { label, link, counts, lengths: [0, 0] }
        })
        .collect();
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.counts.iter().sum::<usize>()));
    let others = bars.len().saturating_sub(SERVICES);
    bars.truncate(SERVICES);
    (measured(bars), others)
}

fn add(counts: &mut [usize; 2], side: Side) {
    let [left, right] = counts;
    match side {
        Side::Left => *left += 1,
        Side::Right => *right += 1,
    }
}

/// The longest bar is whole, the others in proportion; what is there at all can be seen.
fn measured(mut bars: Vec<Bar>) -> Vec<Bar> {
    let longest = bars.iter().map(|bar| bar.counts.iter().sum::<usize>()).max().unwrap_or_default().max(1);
    for bar in &mut bars {
        bar.lengths = bar.counts.map(|count| if count == 0 { 0 } else { (count * WHOLE / longest).max(4) });
    }
    bars
}

/// A text as a part of an address, as `encodeURIComponent` writes it.
fn encode(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: AsciiSet = NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'!')
        .remove(b'~')
        .remove(b'*')
        .remove(b'\'')
        .remove(b'(')
        .remove(b')');
    utf8_percent_encode(text, &KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_is_whole_and_none_vanishes() {
        let bar = |counts| Bar { label: String::new(), link: String::new(), counts, lengths: [0, 0] };
        let lengths: Vec<[usize; 2]> =
            measured(vec![bar([1000, 3000]), bar([1, 0])]).into_iter().map(|bar| bar.lengths).collect();
        assert_eq!(lengths, [[250, 750], [4, 0]]);
    }

    #[test]
    fn an_address_is_encoded() {
        assert_eq!(encode("Permissions management&*'"), "Permissions%20management%26*'");
    }
}

// Policy documents side by side. On a narrow screen the style puts them one below the other.

// Kept lines around a change; longer runs are folded.
const AROUND = 3;

// Both texts with what stands between their common start and end marked.
function marked(left, right) {
  const shortest = Math.min(left.length, right.length);
  let start = 0;
  while (start < shortest && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < shortest - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end += 1;
  const blank = left.length - left.trimStart().length;
  // Lines that have little but blanks in common are simply different.
  if (start + end <= blank + 2) return [left, right];
  const parts = (text) => [text.slice(0, start), el("mark", {}, text.slice(start, text.length - end)), text.slice(text.length - end)];
  return [parts(left), parts(right)];
}

function line(kind, left, right) {
  const cell = (sign, content, side) => [
    el("td", { class: "sign", "aria-label": sign === "−" ? "removed" : sign === "+" ? "added" : undefined }, sign),
    el("td", { class: `text ${side}` }, content),
  ];
  const none = (content) => content === undefined;
  return el("tr", { class: kind },
    cell(kind === "same" || none(left) ? "" : "−", none(left) ? "" : left, none(left) ? "l gap" : "l"),
    cell(kind === "same" || none(right) ? "" : "+", none(right) ? "" : right, none(right) ? "r gap" : "r"));
}

function same(lines, isFirst, isLast) {
  const rows = lines.map((text) => line("same", text, text));
  const [before, after] = [isFirst ? 0 : AROUND, isLast ? 0 : AROUND];
  const folded = rows.slice(before, rows.length - after);
  if (folded.length < 4) return rows;
  const button = el("button", { type: "button", class: "more", onclick: (event) => {
    event.target.closest("tr").replaceWith(...folded);
  } }, `${folded.length} equal lines`);
  const fold = el("tr", { class: "fold" }, el("td", { colspan: 4 }, button));
  return [...rows.slice(0, before), fold, ...rows.slice(rows.length - after)];
}

function changedLines(left, right) {
  const rows = [];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const both = at < left.length && at < right.length;
    const [one, other] = both ? marked(left[at], right[at]) : [left[at], right[at]];
    rows.push(line("changed", one, other));
  }
  return rows;
}

// Rows of a document against another; `steps` are numbers of lines kept, removed, added, over and over.
function compared(left, right, steps) {
  const rows = [];
  let [l, r] = [0, 0];
  for (let at = 0; at < steps.length; at += 3) {
    const [kept, removed, added] = steps.slice(at, at + 3);
    const isLast = at + 3 >= steps.length && !removed && !added;
    rows.push(...same(left.slice(l, l + kept), at === 0, isLast));
    l += kept;
    r += kept;
    rows.push(...changedLines(left.slice(l, l + removed), right.slice(r, r + added)));
    l += removed;
    r += added;
  }
  return rows;
}

// The lines of a document; undefined where there is none, a number of lines where it was left out.
function linesOf(number) {
  const { lines, documents } = block("documents");
  if (number === null || number === undefined) return undefined;
  const document = documents[number];
  return Array.isArray(document) ? document.map((at) => lines[at]) : document;
}

function sideBySide(title, left, right, steps) {
  const leftOut = [left, right].find((lines) => typeof lines === "number");
  const head = el("h4", {}, title);
  if (leftOut !== undefined) {
    return el("div", { class: "policy" }, head,
      el("p", { class: "notice" }, `Left out of this page for its size (${leftOut} lines). `, code("iamctl explain"), " shows it."));
  }
  const note = left === undefined ? `only in ${RIGHT}` : right === undefined ? `only in ${LEFT}` : undefined;
  const rows = note ? changedLines(left || [], right || []) : compared(left, right, steps);
  const table = el("table", { class: note ? "diff one" : "diff" },
    el("caption", { class: "hidden" }, title),
    el("colgroup", {}, ["sign", "", "sign", ""].map((kind) => el("col", { class: kind || undefined }))),
    el("thead", {}, el("tr", {},
      el("th", { scope: "col", colspan: 2, class: "left" }, left === undefined ? `not in ${LEFT}` : LEFT),
      el("th", { scope: "col", colspan: 2, class: "right" }, right === undefined ? `not in ${RIGHT}` : RIGHT))),
    el("tbody", {}, rows));
  return el("div", { class: "policy" }, head, note && el("p", { class: "muted" }, note), table);
}

// A policy that both have, shown once when it is asked for.
function samePolicy(title, lines) {
  const body = el("div", {});
  const details = el("details", { class: "policy", ontoggle: () => {
    if (!details.open || body.childNodes.length) return;
    const text = typeof lines === "number" ? `Left out of this page for its size (${lines} lines).` : lines.join("\n");
    body.append(el("pre", {}, text));
  } }, el("summary", {}, title), body);
  return details;
}

// What the placeholders in these lines stand for.
function placeholders(shown) {
  const items = index.placeholders.filter(([name]) => shown.some((lines) => lines.some((text) => text.includes(name))));
  if (!items.length) return undefined;
  return el("ul", { class: "placeholders" }, items.map(([name, [left, right]]) => {
    const of = (side, values) => values.length ? [" ", values.slice(0, 5).map((value) => [code(value), " "]),
      values.length > 5 && `and ${values.length - 5} more `, "in ", tag(side)] : "";
    return el("li", {}, code(name), " stands for", of("left", left), left.length && right.length ? "," : "", of("right", right));
  }));
}

function policies(place) {
  const all = block("documents").policies[place];
  if (!all) return undefined;
  const section = el("section", { class: "part" }, el("h3", {}, "Policies in canonical form"));
  section.append(el("p", { class: "muted" }, "Sorted, actions and condition keys in lower case, names normalised. Two that look alike here mean the same."));
  const isSame = ([, left, right]) => left === right;
  const differing = all.filter((policy) => !isSame(policy));
  const lines = differing.flatMap(([, left, right]) => [linesOf(left), linesOf(right)]).filter(Array.isArray);
  put(section, [placeholders(lines)]);
  for (const [title, left, right, steps] of differing) section.append(sideBySide(title, linesOf(left), linesOf(right), steps));
  const equal = all.filter(isSame);
  if (equal.length) section.append(el("h4", { class: "quiet" }, "The same in both"), ...equal.map(([title, left]) => samePolicy(title, linesOf(left))));
  return section;
}

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
  const changed = kind === "changed";
  return el("tr", { class: kind },
    cell(!changed || none(left) ? "" : "−", none(left) ? "" : left, none(left) ? "l gap" : "l"),
    cell(!changed || none(right) ? "" : "+", none(right) ? "" : right, none(right) ? "r gap" : "r"));
}

// A line that both have; of names that the dictionary makes equal, each has its own.
function sameLine(left, right) {
  if (left === right) return line("same", left, right);
  const [one, other] = marked(left, right);
  return line("same own", one, other);
}

function same(left, right, isFirst, isLast) {
  const rows = left.map((text, at) => sameLine(text, right[at]));
  const [before, after] = [isFirst ? 0 : AROUND, isLast ? 0 : AROUND];
  const folded = rows.slice(before, rows.length - after);
  if (folded.length < 4) return rows;
  const button = el("button", { type: "button", class: "more", onclick: (event) => {
    event.target.closest("tr").replaceWith(...folded);
  } }, counted(folded.length, "equal line"));
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

// Whether steps only keep.
const isKept = (steps) => steps.length === 3 && !steps[1] && !steps[2];

// Rows of a document against another; `steps` are numbers of lines kept, removed, added, over and over.
function compared(left, right, steps) {
  const rows = [];
  let [l, r] = [0, 0];
  for (let at = 0; at < steps.length; at += 3) {
    const [kept, removed, added] = steps.slice(at, at + 3);
    const isLast = at + 3 >= steps.length && !removed && !added;
    const parts = [left.slice(l, l + kept), right.slice(r, r + kept)];
    // Where nothing else is to be seen, nothing is folded.
    rows.push(...(isKept(steps) ? parts[0].map((text, nth) => sameLine(text, parts[1][nth])) : same(...parts, at === 0, isLast)));
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

const LEFT_OUT = (count) => [`Omitted from this page because of its size (${counted(count, "line")}). `, code("iamctl explain"), " shows it."];

// Two texts of lines beside each other, or the one that there is.
function diff(caption, left, right, steps) {
  const leftOut = [left, right].find((lines) => typeof lines === "number");
  if (leftOut !== undefined) return el("p", { class: "notice" }, LEFT_OUT(leftOut));
  const one = left === undefined || right === undefined;
  const rows = one ? changedLines(left || [], right || []) : compared(left, right, steps);
  return el("table", { class: one ? "diff one" : "diff" },
    el("caption", { class: "hidden" }, caption),
    el("colgroup", {}, ["sign", "", "sign", ""].map((kind) => el("col", { class: kind || undefined }))),
    el("thead", {}, el("tr", {},
      el("th", { scope: "col", colspan: 2, class: "left" }, left === undefined ? `not in ${LEFT}` : LEFT),
      el("th", { scope: "col", colspan: 2, class: "right" }, right === undefined ? `not in ${RIGHT}` : RIGHT))),
    el("tbody", {}, rows));
}

// The lines of a statement, which stands deeper in its document.
const statementOf = (number) => {
  const all = linesOf(number);
  return Array.isArray(all) ? all.map((text) => text.slice(4)) : all;
};

const writtenOf = (number) => block("documents").written[number];

// Whether both accounts write a policy in the same way, apart from names that the dictionary makes equal.
const isWrittenAlike = ([leftVersion, rightVersion, pairs]) => leftVersion === rightVersion
  && pairs.every(([, , left, right, steps]) => left === right || isKept(steps));

// The statements of a policy in their order, each beside the one of the other account that it belongs to.
function asWritten(title, [leftVersion, rightVersion, pairs, leftName, rightName]) {
  const names = [["left", leftName], ["right", rightName]].filter(([, name]) => name)
    .map(([side, name]) => el("span", { class: "real-name" }, tag(side), " ", code(name), " "));
  const version = leftVersion && rightVersion && leftVersion !== rightVersion
    && el("p", { class: "muted" }, "Version ", code(leftVersion), " in ", tag("left"), ", ", code(rightVersion), " in ", tag("right"));
  const number = (side, place) => (place === null ? undefined : [tag(side), ` statement ${place + 1} `]);
  const one = ([left, right, leftText, rightText, steps]) => {
    const same = leftText === rightText && leftText !== null;
    const note = same ? "the same" : isKept(steps) ? "the same apart from names" : undefined;
    const head = el("p", { class: "statement" }, number("left", left), number("right", right), note && el("span", { class: "muted" }, note));
    const lines = statementOf(leftText);
    if (same) return [head, Array.isArray(lines) ? el("pre", {}, lines.join("\n")) : el("p", { class: "notice" }, LEFT_OUT(lines))];
    return [head, diff(`${title}, as written`, lines, statementOf(rightText), steps)];
  };
  return el("div", { class: "written" }, names.length ? el("p", { class: "muted" }, names) : undefined, version,
    pairs.length ? pairs.map(one) : el("p", { class: "muted" }, "No statements."));
}

function policy([title, left, right, steps, written]) {
  const note = left === null ? `only in ${RIGHT}` : right === null ? `only in ${LEFT}` : undefined;
  return el("div", { class: "policy" }, el("h4", {}, title), note && el("p", { class: "muted" }, note),
    asWritten(title, writtenOf(written)),
    el("div", { class: "canonical" }, diff(`${title}, canonical form`, linesOf(left), linesOf(right), steps)));
}

// A policy that means the same in both, shown when it is asked for.
function samePolicy([title, number, , , written]) {
  const body = el("div", {});
  const lines = linesOf(number);
  const asIs = writtenOf(written);
  const show = () => {
    if (!details.open || body.childNodes.length) return;
    put(body, [asWritten(title, asIs), el("div", { class: "canonical" },
      typeof lines === "number" ? el("p", { class: "notice" }, LEFT_OUT(lines)) : el("pre", {}, lines.join("\n")))]);
  };
  const details = el("details", { class: "policy", ontoggle: show },
    el("summary", {}, title, !isWrittenAlike(asIs) && el("span", { class: "muted" }, " – written differently, the same in canonical form")), body);
  return details;
}

// What the placeholders in these lines stand for.
function placeholders(shown) {
  const all = index.placeholders.filter(([name]) => shown.some((lines) => lines.some((text) => text.includes(name))));
  if (!all.length) return undefined;
  return el("div", { class: "canonical" }, el("p", { class: "muted" }, "Some texts are placeholders for names of each account:"), el("ul", { class: "placeholders" }, all.map(([name, [left, right]]) => {
    const of = (side, values) => values.length ? [" ", values.slice(0, 5).map((value) => [code(value), " "]),
      values.length > 5 && `and ${values.length - 5} more `, "in ", tag(side)] : "";
    return el("li", {}, code(name), " stands for", of("left", left), left.length && right.length ? "," : "", of("right", right));
  })));
}

// What the reader chose last, for the next role too.
let form = "written";
const FORMS = [
  ["written", "As written", "Statements in their order with their Sid, each next to the statement of the other account with the same Sid, or else the same text, or else the same position. Names are those of each account; where only a name differs that the dictionary or a built-in rule makes equal, the line is not marked as a change. Conditions are sorted."],
  ["canonical", "Canonical form", "Statements and lists sorted, without Sid, actions and condition keys in lower case, names normalized. Two policies that are equal here have the same meaning."],
];

function forms(section) {
  const note = el("p", { class: "muted" });
  const buttons = FORMS.map(([name, text]) => el("button", { type: "button", onclick: () => choose(name) }, text));
  const choose = (name) => {
    form = name;
    section.dataset.form = name;
    FORMS.forEach(([other, , about], at) => {
      buttons[at].setAttribute("aria-pressed", String(other === name));
      if (other === name) note.textContent = about;
    });
  };
  choose(form);
  return [el("div", { class: "forms", role: "group", "aria-label": "How policies are shown" }, buttons), note];
}

function policies(place) {
  const all = block("documents").policies[place];
  if (!all) return undefined;
  const section = el("section", { class: "part policies" }, el("h3", {}, "Policies"));
  const isSame = ([, left, right]) => left === right;
  const differing = all.filter((one) => !isSame(one));
  const lines = differing.flatMap(([, left, right]) => [linesOf(left), linesOf(right)]).filter(Array.isArray);
  put(section, [forms(section), placeholders(lines), differing.map(policy)]);
  const equal = all.filter(isSame);
  if (equal.length) put(section, [el("h4", { class: "quiet" }, "The same in both"), equal.map(samePolicy)]);
  return section;
}

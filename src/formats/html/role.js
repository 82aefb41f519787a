// One role: its findings, most severe first, then its policies.

const cards = (rows) => rows.map(findingCard);
const lines = (rows) => el("ul", { class: "plain-list" }, rows.map((text) => el("li", {}, said(text))));
const items = (rows) => el("ul", { class: "plain-list" }, rows.map(([side, text]) => el("li", {}, tag(side), " ", text)));

function part(title, rows, make, more) {
  if (!rows || !rows.length) return undefined;
  const note = more ? el("p", { class: "notice" }, `and ${more} more, in `, code("report.json")) : undefined;
  return el("section", { class: "part" }, el("h3", {}, title), make(rows), note);
}

function folded(title, rows, make, more) {
  if (!rows || !rows.length) return undefined;
  const note = more ? el("p", { class: "notice" }, `and ${more} more, in `, code("report.json")) : undefined;
  return el("details", { class: "part items" }, el("summary", {}, title, ` (${rows.length + (more || 0)})`), make(rows), note);
}

function parts(place) {
  const role = index.roles[place];
  const found = block("details")[place] || {};
  const more = found.more || {};
  if (found.left_out) return [el("p", { class: "notice" }, "The details of this role are omitted from this page because of their size; report.json and ", code("iamctl explain"), " have them."), policies(place)];
  return [
    part("Findings", found.findings, cards, more.findings),
    part("Accepted", found.accepted, lines, more.accepted),
    policies(place),
    role.h && folded(role.h[0], found.items, items, more.items),
    role.h && folded(role.h[1], found.trust_items, items, more.trust_items),
  ].filter(Boolean);
}

function heading(role) {
  const arn = (side, real) => [el("dt", {}, tag(side)), el("dd", {}, real
    ? [code(real[1]), " ", real[2] && away(real[2], "AWS console")] : el("span", { class: "muted" }, "no such role"))];
  const grades = role.g ? [el("dt", {}, "Access"), el("dd", {}, role.g[0]), el("dt", {}, "Trust"), el("dd", {}, role.g[1])] : [];
  return el("dl", { class: "facts head-facts" }, arn("left", role.l), arn("right", role.r), grades);
}

// `cause` is the one that the role was opened from, if any.
function showRole(place, cause) {
  const role = index.roles[place];
  const state = { ...list.state, cause: cause === undefined ? "" : causes[cause].i };
  const places = cause !== undefined ? causes[cause].r : list.state.view === "roles" ? list.places : [];
  const at = places.indexOf(place);
  const link = (next) => address({ ...state, role: linkName(next) });
  const back = cause !== undefined ? "← The cause" : list.state.view === "roles" ? "← All roles" : "← All causes";
  const found = parts(place);
  fill(byId("opened"),
    crumbs(address({ ...readAddress(""), role: linkName(place) }), el("a", { class: "back", href: address(state) }, back),
      at, places.length, (by, text) => stepTo(by, text, at, places, link)),
    el("h2", { tabindex: "-1" }, code(role.n)),
    el("p", { class: "badges" }, badges(role)),
    heading(role),
    role.q && commands([["show one role in full", role.q]]),
    ...(found.length ? found : [el("p", { class: "notice" }, "Nothing differs.")]));
}

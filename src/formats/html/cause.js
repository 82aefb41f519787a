// One cause: what it is about, why it matters, how to settle it, and each of its roles with its findings.

const byCause = new Map(causes.map((cause, place) => [cause.i, place]));
const ROLES = 25;

function crumbs(place, back, at, of, step) {
  return el("nav", { class: "crumbs", "aria-label": "Place in the list" }, back,
    el("span", { class: "muted" }, at < 0 ? "" : `${at + 1} of ${of}`), step(-1, "Previous"), step(1, "Next"),
    el("a", { class: "link", href: place }, "Link to this"));
}

function stepTo(by, text, at, places, link) {
  const next = at < 0 ? undefined : places[at + by];
  return next === undefined ? undefined : el("a", { class: "step", rel: by < 0 ? "prev" : "next", href: link(next) }, text);
}

function consoleLinks(role) {
  return [["left", role.l], ["right", role.r]].filter(([, real]) => real && real[2])
    .map(([side, real]) => [" ", away(real[2], `${tagOf(side)} in the AWS console`)]);
}

function roleOfCause(cause, place, found) {
  const role = index.roles[place];
  return el("li", { class: "card" },
    el("p", { class: "card-head" }, el("a", { class: "role-name", href: address({ ...list.state, cause: cause.i, role: linkName(place) }) }, code(role.n)),
      el("span", { class: "small" }, consoleLinks(role))),
    found.map((finding) => el("div", { class: "said" }, el("p", {}, severity(finding.v), " ", finding.n && [el("span", { class: "badge" }, finding.n), " "], said(finding.m)), details(finding),
      finding.q && commands([[index.ask, finding.q]]))));
}

function rolesOf(cause) {
  const found = new Map();
  for (const [place, finding] of findingsOf(cause)) found.set(place, [...(found.get(place) || []), finding]);
  const out = el("ol", { class: "plain" });
  const make = (part) => out.append(...part.map((place) => roleOfCause(cause, place, found.get(place) || [])));
  make(cause.r.slice(0, ROLES));
  const rest = cause.r.slice(ROLES);
  const more = rest.length && el("button", { type: "button", class: "more", onclick: (event) => {
    event.target.remove();
    make(rest);
  } }, counted(rest.length, "more role"));
  return [out, more || undefined, (found.get(undefined) || []).map(findingCard)];
}

function showCause(place) {
  const cause = causes[place];
  const isListed = list.state.view !== "roles";
  const at = isListed ? list.places.indexOf(place) : -1;
  const link = (next) => address({ ...list.state, cause: causes[next].i });
  fill(byId("opened"),
    crumbs(address({ ...readAddress(""), cause: cause.i }), el("a", { class: "back", href: address(list.state) }, isListed ? "← All causes" : "← All roles"),
      at, list.places.length, (by, text) => stepTo(by, text, at, list.places, link)),
    el("h2", { tabindex: "-1", class: "said" }, said(cause.m)),
    el("p", { class: "badges" }, severity(cause.v), cause.s && el("span", { class: "badge" }, cause.s), el("span", { class: "rule" }, cause.u), el("span", { class: "badge" }, counted(cause.r.length, "role")),
      el("span", { class: "badge" }, counted(cause.f.length + (cause.o || []).length, "finding"))),
    cause.w && el("p", { class: "said" }, `${cause.s}: `, severity(cause.w[0]), " ", said(cause.w[1])),
    cause.p && el("p", { class: "proof" }, said(cause.p)),
    ruleText(cause.u, true),
    el("section", { class: "part" }, el("h3", {}, "What to do next"), commands(cause.c)),
    el("section", { class: "part" }, el("h3", {}, cause.r.length ? "Roles" : "Findings"), rolesOf(cause)));
}

// The list of causes or roles: search, filters, order. Rows are made as they are scrolled to.

const SORTS = [["", "Most severe first"], ["name", "By text"], ["count", "Most roles or findings first"]];
const CHUNK = 60;
// How many roles a cause names in the list.
const NAMED = 4;

const list = { state: readAddress(""), places: [], made: 0, rows: null, status: null, end: null, controls: {}, tabs: [] };

const severity = (name) => el("span", { class: `severity ${name}` }, name);

function badges(role) {
  const out = [];
  const badge = (text, kind) => out.push(el("span", { class: `badge ${kind || ""}` }, text));
  role.c.forEach((count, at) => count && out.push(el("span", { class: `severity ${index.severities[at]}` }, `${count} ${index.severities[at]}`)));
  if (role.k) badge(`${role.k} accepted`);
  if (role.x) badge("accepted");
  if (!paired(role)) badge(`only in ${role.l ? LEFT : RIGHT}`, role.l ? "left" : "right");
  if (role.s === "ambiguous") badge("ambiguous name");
  if (role.o) badge("service-linked");
  if (paired(role) && !differs(role)) badge("equal");
  return out;
}

function roleRow(place) {
  const role = index.roles[place];
  return el("a", { class: "row", href: address({ ...list.state, role: linkName(place) }) },
    el("span", { class: "name" }, code(role.n)),
    el("span", { class: "badges" }, badges(role)),
    role.t && el("span", { class: "top" }, said(role.t)));
}

function causeRow(place) {
  const cause = causes[place];
  const names = cause.r.slice(0, NAMED).map((at, nth) => [nth ? ", " : "", code(index.roles[at].n)]);
  const more = cause.r.length - NAMED;
  return el("a", { class: "row cause", href: address({ ...list.state, cause: cause.i }) },
    severity(cause.v),
    el("span", { class: "name" }, cause.s && [el("span", { class: "badge" }, cause.s), " "], said(cause.m)),
    cause.w && el("span", { class: "top" }, `${cause.s}: `, severity(cause.w[0]), " ", said(cause.w[1])),
    el("span", { class: "top" }, names, more > 0 && ` and ${more} more`, " ", el("span", { class: "rule" }, cause.u)),
    cause.p && el("span", { class: "top proof" }, said(cause.p)));
}

const row = (place) => el("li", { "data-place": place }, list.state.view === "roles" ? roleRow(place) : causeRow(place));

function makeMore() {
  const part = list.places.slice(list.made, list.made + CHUNK);
  list.rows.append(...part.map(row));
  list.made += part.length;
  list.end.hidden = list.made >= list.places.length;
  list.end.textContent = `Show more: ${list.places.length - list.made} left`;
}

// An address may ask for what there is not to choose: that is no filter.
function known(state) {
  const out = { ...state, role: "", cause: "" };
  for (const [key, control] of Object.entries(list.controls)) {
    if (control.options && ![...control.options].some((option) => option.value === out[key])) out[key] = "";
  }
  if (!list.tabs.some(([view]) => view === out.view)) out.view = "";
  if (out.view !== "roles") out.kind = "";
  if (out.view === "notes" || !list.controls.since) out.since = "";
  return out;
}

function status() {
  const all = list.places.length;
  if (!all) return list.state.view === "roles" ? "No role matches." : causes.length ? "No cause matches." : "No differences.";
  if (list.state.view === "roles") return `${counted(all, "role")} of ${index.roles.length}`;
  const of = causes.filter((cause) => Boolean(cause.n) === (list.state.view === "notes")).length;
  return `${counted(all, list.state.view === "notes" ? "note" : "cause")} of ${of}`;
}

function showList(state) {
  list.state = known(state);
  list.places = select(list.state);
  list.made = 0;
  list.rows.replaceChildren();
  makeMore();
  list.status.textContent = status();
  const filters = KEYS.filter((key) => key !== "sort" && key !== "view" && list.state[key]);
  list.controls.reset.hidden = !filters.length;
  list.fold.firstChild.textContent = filters.length ? `Filters: ${filters.length}` : "Filters";
  list.controls.kind.closest("label").hidden = list.state.view !== "roles";
  if (list.controls.since) list.controls.since.closest("label").hidden = list.state.view === "notes";
  for (const [view, link] of list.tabs) {
    link.href = address({ ...list.state, view, kind: "" });
    if (view === list.state.view) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  for (const [key, control] of Object.entries(list.controls)) {
    if (key !== "reset" && control.value !== list.state[key]) control.value = list.state[key];
  }
}

function changed() {
  const state = { ...list.state };
  for (const key of Object.keys(list.controls)) {
    if (key !== "reset") state[key] = list.controls[key].value;
  }
  showList(state);
  replaceAddress(list.state);
}

function choice(key, label, options) {
  const select = el("select", { onchange: changed }, options.map(([value, text]) => el("option", { value }, text)));
  list.controls[key] = select;
  return el("label", { class: "field" }, el("span", {}, label), select);
}

function choices(empty) {
  const count = (kind) => index.roles.filter((role) => isOfRole(role, { ...empty, kind })).length;
  const kinds = KINDS.map(([kind, text]) => [kind, text, count(kind)])
    .filter(([kind, , roles]) => roles || kind === "" || kind === "all")
    .map(([kind, text, roles]) => [kind, `${text} (${roles})`]);
  const found = (at) => new Set(index.facets.map((facet) => facet[at]));
  const [severities, levels, services] = [found(0), found(3), found(4)];
  const any = (text, values) => [["", text], ...values.map((value) => [value, value])];
  const since = (value) => causes.some((cause) => !cause.n && isOfSince(cause, { since: value }));
  return [
    causes.some((cause) => cause.s) && choice("since", "Since the earlier report", SINCE.filter(([value]) => since(value))),
    choice("severity", "Severity", any("any", index.severities.filter((name) => severities.has(name)))),
    choice("rule", "Rule", any("any", index.rules.map((rule) => rule.id))),
    choice("kind", "Roles", kinds),
    choice("side", "In", [["", "either account"], ["left", LEFT], ["right", RIGHT]]),
    choice("service", "Service", any("any", [...services].filter((name) => name && name !== "*").sort())),
    choice("level", "Access level", any("any", LEVELS.filter((level) => levels.has(level)))),
    choice("certainty", "Certainty", [["", "any"], ["always", "always"], ["conditional", "on a condition"], ["unknown", "could not be determined"]]),
    choice("sort", "Order", SORTS),
  ].filter(Boolean);
}

function buildList() {
  const empty = readAddress("");
  const notes = causes.some((cause) => cause.n);
  list.tabs = VIEWS.filter(([view]) => view !== "notes" || notes).map(([view, text]) => [view, el("a", { href: "#" }, text)]);
  list.controls.q = el("input", { type: "search", placeholder: "Role, action, resource, principal …", oninput: changed,
    autocomplete: "off", spellcheck: "false", "aria-label": "Search" });
  list.controls.reset = el("button", { type: "button", class: "plain", onclick: () => {
    showList({ ...empty, view: list.state.view, sort: list.state.sort });
    replaceAddress(list.state);
  } }, "Clear filters");
  list.status = el("p", { class: "status", role: "status" });
  list.rows = el("ol", { class: "rows" });
  list.end = el("button", { type: "button", class: "end", onclick: makeMore });
  // On a narrow screen the filters are folded, so that the first causes can be seen.
  list.fold = el("details", { class: "fold", open: matchMedia("(min-width: 62rem)").matches }, el("summary", {}, "Filters"),
    el("div", { class: "filters" }, choices(empty)));
  put(byId("list"), [
    el("nav", { class: "tabs", "aria-label": "Causes or roles" }, list.tabs.map(([, link]) => link)),
    el("form", { role: "search", onsubmit: (event) => event.preventDefault() },
      el("div", { class: "search" }, list.controls.q, el("kbd", { title: "Press / to search" }, "/")), list.fold),
    el("div", { class: "bar-line" }, list.status, list.controls.reset),
    list.rows, list.end,
    el("p", { class: "keys" }, el("kbd", {}, "/"), " search ", el("kbd", {}, "↑"), el("kbd", {}, "↓"), " or ",
      el("kbd", {}, "k"), el("kbd", {}, "j"), " move ", el("kbd", {}, "Enter"), " open ", el("kbd", {}, "Esc"), " back"),
  ]);
  if ("IntersectionObserver" in window) {
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting) || list.made >= list.places.length) return;
      makeMore();
      // Where the end is still near, it is to be told again.
      watch.unobserve(list.end);
      watch.observe(list.end);
    }, { rootMargin: "600px" });
    watch.observe(list.end);
  }
}

// The list of roles: search, filters, order. Rows are made as they are scrolled to.

const KINDS = [
  ["", "All that differ"],
  ["escalation", "Can raise itself"],
  ["effect", "Access or trust"],
  ["access", "What it may do"],
  ["trust", "Who may take it"],
  ["deny", "Explicit denies"],
  ["cross", "Points at the other account"],
  ["attribute", "Attributes"],
  ["otherwise", "No effect on access or trust"],
  ["items", "Rows of policies only"],
  ["unique", "In one account only"],
  ["ambiguous", "Ambiguous names"],
  ["remark", "Statements to look at"],
  ["accepted", "Accepted differences"],
  ["equal", "Equal"],
  ["all", "All roles"],
];
const SORTS = [["", "Weightiest first"], ["name", "Name"], ["count", "Most differences"]];
const BY_FACET = ["escalation", "access", "trust", "deny", "cross", "attribute", "remark"];
const LEVELS = ["Permissions management", "Write", "Tagging", "Read", "List", "Unknown"];
const CHUNK = 60;

const total = (role) => role.d[0] + role.d[1] + role.d[2] + role.d[3] + role.d[4] + role.d[5];
const paired = (role) => Boolean(role.l && role.r);
const alone = (role) => !paired(role) && !role.x;
const differs = (role) => paired(role) && total(role) > 0;
const facetsOf = (role) => (role.f || []).map((number) => index.facets[number]);

// Everything a search looks at, made when somebody first searches.
const haystacks = new Map();
function haystack(place) {
  if (!haystacks.has(place)) {
    const parts = [];
    const walk = (value) => {
      if (typeof value === "string") parts.push(value);
      else if (Array.isArray(value)) value.forEach(walk);
      else if (value && typeof value === "object") {
        // Actions are searched as they are written: with their service.
        if (typeof value.service === "string") {
          const actions = value.actions || (value.action ? [value.action] : []);
          if (Array.isArray(actions)) actions.forEach((action) => parts.push(`${value.service}:${action}`));
        }
        Object.values(value).forEach(walk);
      }
    };
    const role = index.roles[place];
    walk([role.n, role.l || [], role.r || [], block("details")[place]]);
    haystacks.set(place, parts.join("\n").toLowerCase());
  }
  return haystacks.get(place);
}

const OF_KIND = new Map(Object.entries({
  "": (role) => differs(role) || alone(role),
  effect: (role) => Boolean(role.a),
  otherwise: (role) => differs(role) && !role.a,
  items: (role) => paired(role) && role.d[0] > 0 && total(role) === role.d[0] && !role.a,
  ambiguous: (role) => role.s === "ambiguous",
  accepted: (role) => role.d[6] > 0 || Boolean(role.x),
  equal: (role) => !differs(role) && !alone(role),
  all: () => true,
}));

function isOfKind(role, state) {
  if (state.kind === "unique") {
    if (!alone(role) || state.level || state.service || state.certainty) return false;
    return !state.side || Boolean(state.side === "left" ? role.l : role.r);
  }
  const test = OF_KIND.get(state.kind);
  if (test && !test(role)) return false;
  const byFacet = BY_FACET.includes(state.kind) ? state.kind : "";
  if (!byFacet && !state.level && !state.service && !state.certainty) {
    if (!state.side) return Boolean(test);
    if (!paired(role)) return Boolean(state.side === "left" ? role.l : role.r);
  }
  return facetsOf(role).some(([kind, side, level, service, certainty]) =>
    (!byFacet || kind === byFacet) &&
    (!state.side || !side || side === state.side) &&
    (!state.level || level === state.level) &&
    (!state.service || service === state.service || service === "*") &&
    (!state.certainty || certainty === state.certainty));
}

function select(state) {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  const places = [];
  index.roles.forEach((role, place) => {
    if (!isOfKind(role, state)) return;
    if (words.length && !words.every((word) => haystack(place).includes(word))) return;
    places.push(place);
  });
  const names = (a, b) => {
    const [one, other] = [index.roles[a].n, index.roles[b].n];
    return one < other ? -1 : one > other ? 1 : a - b;
  };
  if (state.sort === "name") places.sort(names);
  if (state.sort === "count") places.sort((a, b) => total(index.roles[b]) - total(index.roles[a]) || a - b);
  return places;
}

function badges(role) {
  const out = [];
  const badge = (text, kind) => out.push(el("span", { class: `badge ${kind || ""}` }, text));
  const sides = (kind) => ["left", "right"].filter((side) => facetsOf(role).some((f) => f[0] === kind && f[1] === side));
  if (sides("escalation").length) badge(`can raise itself in ${sides("escalation").map(tagOf).join(" and ")}`, "alarm");
  for (const [kind, word] of [["access", "access"], ["trust", "trust"], ["deny", "denied"]]) {
    if (sides(kind).length === 2) badge(`${word === "denied" ? "denies differ" : `${word} differs`} both ways`, "both");
    else sides(kind).forEach((side) => badge(`more ${word} in ${tagOf(side)}`, side));
  }
  for (const side of sides("cross")) badge(`${tagOf(side)} points at ${otherOf(side)}`, "alarm");
  if (role.d[4]) badge(counted(role.d[4], "attribute"));
  if (role.d[0]) badge(counted(role.d[0], "policy row"));
  if (role.d[6]) badge(`${role.d[6]} accepted`);
  if (role.x) badge("accepted");
  if (!paired(role)) badge(`only in ${role.l ? LEFT : RIGHT}`, role.l ? "left" : "right");
  if (role.s === "ambiguous") badge("ambiguous name");
  if (role.o) badge("service-linked");
  if (paired(role) && !differs(role)) badge("equal");
  return out;
}

const list = { state: readAddress(""), places: [], made: 0, rows: null, status: null, end: null, controls: {} };

function row(place) {
  const role = index.roles[place];
  const link = el("a", { class: "row", href: address({ ...list.state, role: linkName(place) }) },
    el("span", { class: "name" }, code(role.n)),
    el("span", { class: "badges" }, badges(role)),
    role.t && paired(role) && el("span", { class: "top" }, role.t));
  return el("li", { "data-place": place }, link);
}

function makeMore() {
  const part = list.places.slice(list.made, list.made + CHUNK);
  list.rows.append(...part.map(row));
  list.made += part.length;
  list.end.hidden = list.made >= list.places.length;
  list.end.textContent = `Show more: ${list.places.length - list.made} left`;
}

// An address may ask for what there is not to choose: that is no filter.
function known(state) {
  const out = { ...state, role: "" };
  for (const [key, control] of Object.entries(list.controls)) {
    if (control.options && ![...control.options].some((option) => option.value === out[key])) out[key] = "";
  }
  return out;
}

function showList(state) {
  list.state = known(state);
  list.places = select(list.state);
  list.made = 0;
  list.rows.replaceChildren();
  makeMore();
  const all = list.places.length;
  list.status.textContent = all ? `${counted(all, "role")} of ${index.roles.length}` : "No role is like that.";
  const narrowed = KEYS.some((key) => key !== "sort" && list.state[key]);
  list.controls.reset.hidden = !narrowed;
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

function buildList() {
  const empty = readAddress("");
  const count = (kind) => index.roles.filter((role) => isOfKind(role, { ...empty, kind })).length;
  const kinds = KINDS.map(([kind, text]) => [kind, text, count(kind)])
    .filter(([kind, , roles]) => roles || kind === "" || kind === "all")
    .map(([kind, text, roles]) => [kind, `${text} (${roles})`]);
  const services = [...new Set(index.facets.map((facet) => facet[3]))].filter((name) => name && name !== "*").sort();
  const levels = LEVELS.filter((level) => index.facets.some((facet) => facet[2] === level));
  const any = (text, values) => [["", text], ...values.map((value) => [value, value])];
  list.controls.q = el("input", { type: "search", placeholder: "Role, action, resource, principal …", oninput: changed,
    autocomplete: "off", spellcheck: "false", "aria-label": "Search" });
  list.controls.reset = el("button", { type: "button", class: "plain", onclick: () => {
    showList({ ...empty, sort: list.state.sort });
    replaceAddress(list.state);
  } }, "Clear filters");
  list.status = el("p", { class: "status", role: "status" });
  list.rows = el("ol", { class: "rows" });
  list.end = el("button", { type: "button", class: "end", onclick: makeMore });
  put(byId("roles"), [
    el("h2", {}, "Roles"),
    el("form", { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() },
      el("div", { class: "search" }, list.controls.q, el("kbd", { title: "Press / to search" }, "/")),
      choice("kind", "Show", kinds),
      choice("side", "In", [["", "either account"], ["left", `${LEFT} has more`], ["right", `${RIGHT} has more`]]),
      choice("level", "Level", any("any", levels)),
      choice("service", "Service", any("any", services)),
      choice("certainty", "Certainty", [["", "any"], ["always", "always"], ["conditional", "on a condition"], ["unknown", "unknown"]]),
      choice("sort", "Order", SORTS)),
    el("div", { class: "bar-line" }, list.status, list.controls.reset),
    list.rows, list.end,
    el("p", { class: "keys" }, el("kbd", {}, "/"), " search ", el("kbd", {}, "↑"), el("kbd", {}, "↓"), " or ",
      el("kbd", {}, "k"), el("kbd", {}, "j"), " move ", el("kbd", {}, "Enter"), " open ", el("kbd", {}, "Esc"), " back"),
  ]);
  if ("IntersectionObserver" in window) {
    new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting) && list.made < list.places.length) makeMore();
    }, { rootMargin: "600px" }).observe(list.end);
  }
}

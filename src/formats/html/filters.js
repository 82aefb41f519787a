// Which causes and roles a search and the filters leave.

const VIEWS = [["", "Causes"], ["roles", "Roles"], ["notes", "Notes"]];
const KINDS = [
  ["", "All that differ"],
  ["effect", "Access or trust differs"],
  ["without", "Without effect on access"],
  ["otherwise", "Other differences"],
  ["unique", "In one account only"],
  ["ambiguous", "Ambiguous names"],
  ["accepted", "Accepted differences"],
  ["equal", "Equal"],
  ["all", "All roles"],
];
const LEVELS = ["Permissions management", "Write", "Tagging", "Read", "List", "Unknown"];
// What became of a cause since an earlier report; one without a word is still there.
const SINCE = [["", "any"], ["new", "new"], ["changed", "changed"], ["news", "new or changed"], ["still", "still there"]];
// What a facet is made of, in its order.
const FACET = ["severity", "rule", "side", "level", "service", "certainty"];

const causes = block("causes");
const total = (role) => role.c.reduce((sum, count) => sum + count, 0);
const paired = (role) => Boolean(role.l && role.r);
const alone = (role) => !paired(role) && !role.x;
const differs = (role) => paired(role) && total(role) > 0;
const realNames = (role) => [...(role.l || []).slice(0, 2), ...(role.r || []).slice(0, 2)];

const OF_KIND = new Map(Object.entries({
  "": (role) => differs(role) || alone(role),
  effect: (role) => Boolean(role.a),
  without: (role) => Boolean(role.e && !role.a),
  otherwise: (role) => differs(role) && !role.a && !role.e,
  unique: alone,
  ambiguous: (role) => role.s === "ambiguous",
  accepted: (role) => role.k > 0 || Boolean(role.x),
  equal: (role) => !differs(role) && !alone(role),
  all: () => true,
}));

// The findings of a cause, as far as the page has them, each with the place of its role.
function findingsOf(cause) {
  const found = cause.f.map(([place, number]) => [place, ((block("details")[place] || {}).findings || [])[number]]);
  return [...found.filter(([, finding]) => finding), ...(cause.o || []).map((finding) => [undefined, finding])];
}

// Everything a search looks at, made when somebody first searches.
function textsOf(value) {
  const parts = [];
  const walk = (part) => {
    if (typeof part === "string") parts.push(part);
    else if (part && typeof part === "object") Object.values(part).forEach(walk);
  };
  walk(value);
  return parts.join("\n").toLowerCase();
}
const haystacks = { role: new Map(), cause: new Map() };
function haystack(kind, place) {
  const known = haystacks[kind];
  if (!known.has(place)) {
    const role = index.roles[place];
    const cause = causes[place];
    known.set(place, kind === "role"
      ? textsOf([role.n, realNames(role), block("details")[place]])
      : textsOf([cause.i, cause.u, cause.m, cause.r.map((at) => [index.roles[at].n, realNames(index.roles[at])]),
        findingsOf(cause).map(([, finding]) => finding)]));
  }
  return known.get(place);
}

// Whether one finding among these facets meets all filters.
function meets(numbers, state, keys) {
  const wanted = keys.filter((key) => state[key]);
  if (!wanted.length) return true;
  return (numbers || []).some((number) => wanted.every((key) => {
    const own = index.facets[number][FACET.indexOf(key)];
    if (key === "side") return !own || own === state.side;
    if (key === "service") return own === state.service || own === "*";
    return own === state[key];
  }));
}

// Notes are for information only, so nothing is new about them.
function isOfSince(cause, state) {
  if (!state.since || cause.n) return true;
  return state.since === "news" ? Boolean(cause.s) : (cause.s || "still") === state.since;
}

// The places of the roles of such causes, made when somebody first asks for them.
const rolesSince = new Map();
function isRoleSince(place, state) {
  if (!state.since) return true;
  if (!rolesSince.has(state.since)) {
    rolesSince.set(state.since, new Set(causes.filter((cause) => !cause.n && isOfSince(cause, state)).flatMap((cause) => cause.r)));
  }
  return rolesSince.get(state.since).has(place);
}

function isOfCause(cause, state) {
  if (Boolean(cause.n) !== (state.view === "notes") || !isOfSince(cause, state)) return false;
  return (!state.severity || cause.v === state.severity) && meets(cause.t, state, FACET.slice(1));
}

function isOfRole(role, state) {
  const test = OF_KIND.get(state.kind);
  return Boolean(test) && test(role) && meets(role.f, state, FACET);
}

function select(state) {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  const isRoles = state.view === "roles";
  const [kind, all, test] = isRoles ? ["role", index.roles, isOfRole] : ["cause", causes, isOfCause];
  const places = [];
  all.forEach((one, place) => {
    if (!test(one, state) || (isRoles && !isRoleSince(place, state))) return;
    if (words.length && !words.every((word) => haystack(kind, place).includes(word))) return;
    places.push(place);
  });
  const name = (place) => (isRoles ? index.roles[place].n : causes[place].m);
  const count = (place) => (isRoles ? total(index.roles[place]) : causes[place].r.length);
  const names = (a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : a - b);
  if (state.sort === "name") places.sort(names);
  if (state.sort === "count") places.sort((a, b) => count(b) - count(a) || a - b);
  return places;
}

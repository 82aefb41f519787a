// The accounts and roles of the report.

const KEYS = ["role", "cause", "view", "q", "severity", "rule", "kind", "side", "level", "service", "certainty", "since", "sort"];
const PLACE = "list";

const index = block("index");
const [LEFT, RIGHT] = index.tags;
const tagOf = (side) => (side === "left" ? LEFT : RIGHT);
const otherOf = (side) => (side === "left" ? RIGHT : LEFT);
const tag = (side) => el("span", { class: `tag ${side}` }, tagOf(side));

// Each role by what a link may call it: its normalized name, its real names, its ARNs. Who comes first in the list keeps
// a name that several have; their links use the ARN.
const byName = new Map();
for (const [place, role] of index.roles.entries()) {
  for (const name of [role.n, ...(role.l || []).slice(0, 2), ...(role.r || []).slice(0, 2)]) {
    if (!byName.has(name)) byName.set(name, place);
  }
}
function linkName(place) {
  const role = index.roles[place];
  return byName.get(role.n) === place ? role.n : (role.l || role.r)[1];
}

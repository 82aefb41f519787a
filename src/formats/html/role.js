// One role: what each side may do more, with proof and cause, then all else that differs.

const KIND_WORDS = { always: "always", conditional: "on a condition", unknown: "not certain" };

// A text as one word for a shell.
const quoted = (text) => (/^[A-Za-z0-9:/._\-=@+,]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function contextOf(witness) {
  return Object.entries(witness.context || {}).flatMap(([key, values]) => values.map((value) => `${key}=${value}`));
}

// A request as `iamctl can` takes it.
function request(witness, side, role) {
  const own = side === "left" ? role.l : role.r;
  const target = witness.resource === undefined ? witness.principal : witness.resource;
  const words = [quoted(witness.action), quoted(target), ...contextOf(witness).map((pair) => `--context ${quoted(pair)}`)];
  const can = witness.resource === undefined ? undefined
    : ["iamctl can", quoted(`${tagOf(side)}_snapshot.json`), quoted(own[0]), ...words].join(" ");
  return { shown: [code(witness.action), witness.resource === undefined ? " by " : " on ", code(target), contextOf(witness).map((pair, at) => [at ? ", " : " with ", code(pair)])], can };
}

// The trust policy has no name but that.
const policyOf = (type, name) => (type === "trust" ? "trust policy" : [`${type} policy `, code(name)]);

const statement = (ref) => [policyOf(ref.policy_type, ref.policy_name), `, statement ${ref.statement}`, ref.sid ? [" (", code(ref.sid), ")"] : ""];
const statements = (refs) => el("ul", { class: "plain-list" }, (refs || []).map((ref) => el("li", {}, statement(ref))));

function refusal(refused) {
  if (!refused) return "";
  if (refused.by === "boundary") return "the permissions boundary does not allow it";
  if (refused.by === "deny") return ["denied by", statements(refused.statements)];
  return "no Allow";
}

// Name and value of each line that has a value.
function facts(pairs) {
  return el("dl", { class: "facts" }, pairs.filter(([, value]) => value !== undefined && value !== "")
    .flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function condition(text) {
  if (!text) return undefined;
  const unless = text.startsWith("unless ");
  return [unless ? "unless " : "if ", code(unless ? text.slice(7) : text)];
}

function card(side, title, labels, pairs, alarm) {
  return el("div", { class: `card ${alarm ? "alarm" : ""}` },
    el("p", { class: "card-head" }, tag(side), " ", el("strong", {}, title), " ",
      labels.filter(Boolean).map((label) => [el("span", { class: "badge" }, label), " "])),
    facts(pairs));
}

function proof(row, role) {
  if (!row.witness) return [];
  const { shown, can } = request(row.witness, row.side, role);
  const pairs = [["Proof", [shown, row.witness_is_real === false
    && el("p", { class: "muted" }, "A placeholder stands for several texts here: a name in it may have to be another.")]]];
  if (can) pairs.push(["Check it", code(can)]);
  const counterpart = row.counterpart;
  if (counterpart && JSON.stringify(counterpart) !== JSON.stringify(row.witness)) {
    const other = row.side === "left" ? "right" : "left";
    pairs.push([`In ${otherOf(row.side)} that is`, request(counterpart, other, role).shown]);
  }
  return pairs;
}

const actionsOf = (row) => (row.actions || []).map((action) => (row.service === "*" ? action : `${row.service}:${action}`));
const listOf = (list, more) => (list && list.length ? texts(list, more) : undefined);
const perhaps = (row, sure, unknown) => (row.certainty === "unknown" ? unknown : sure);

function accessCard(row, role) {
  const other = otherOf(row.side);
  const raises = (row.escalations || []).map((id) => el("li", {}, code(id), `: ${index.escalations[id] || ""}`));
  return card(row.side, perhaps(row, "may also", "may possibly also"), [row.access_level, KIND_WORDS[row.certainty]], [
    ["Can raise itself", raises.length ? el("ul", { class: "plain-list" }, raises) : undefined],
    ["Actions", texts(actionsOf(row), row.actions_more)],
    ["On", texts(row.resources, row.resources_more)],
    ["Except", listOf(row.except, row.except_more)],
    ["Condition", condition(row.condition)],
    ["Not certain", listOf(row.reasons, row.reasons_more)],
    ...proof(row, role),
    [`Allowed in ${tagOf(row.side)} by`, statements(row.granted_by)],
    [`Refused in ${other}`, refusal(row.refused_by)],
  ], raises.length > 0);
}

function trustCard(row, role) {
  const who = row.principal_type === "*" ? "everyone" : [`${row.principal_type} `, code(row.principal)];
  return card(row.side, perhaps(row, "may also be taken", "may possibly also be taken"), [KIND_WORDS[row.certainty]], [
    ["Who", who],
    ["Except", listOf(row.except, row.except_more)],
    ["By", texts(row.actions, row.actions_more)],
    ["Condition", condition(row.condition)],
    ["Not certain", listOf(row.reasons, row.reasons_more)],
    ...proof(row, role),
    [`Allowed in ${tagOf(row.side)} by`, statements(row.granted_by)],
    [`Refused in ${otherOf(row.side)}`, refusal(row.refused_by)],
    ["Relation", row.relation === "delegated" ? "the own account is named: its policies have to allow the caller too" : undefined],
  ]);
}

function denyCard(row, role) {
  return card(row.side, perhaps(row, "denies outright", "possibly denies outright"), [KIND_WORDS[row.certainty]], [
    ["Actions", texts(actionsOf(row), row.actions_more)],
    ["On", texts(row.resources, row.resources_more)],
    ["Except", listOf(row.except, row.except_more)],
    ["Condition", condition(row.condition)],
    ["Not certain", listOf(row.reasons, row.reasons_more)],
    ...proof(row, role),
    [`Denied in ${tagOf(row.side)} by`, statements(row.denied_by)],
  ]);
}

function crossCard(row) {
  return card(row.side, `points at ${otherOf(row.side)}`, [row.where], [
    ["Text", code(row.text)],
    [`Belongs to ${otherOf(row.side)}`, code(row.value)],
    ["In", row.policy_name ? policyOf(row.policy_type, row.policy_name) : row.where],
    [`Counts in ${otherOf(row.side)} as`, row.placeholder ? code(row.placeholder) : undefined],
  ], true);
}

function value(content) {
  if (content === undefined || content === null) return el("span", { class: "muted" }, "none");
  return Array.isArray(content) ? texts(content) : code(content);
}

function table(head, rows, first = 15) {
  const row = (cells) => el("tr", {}, cells.map((cell, at) => el(at ? "td" : "th", at ? {} : { scope: "row" }, cell)));
  const rest = rows.slice(first).map(row);
  const more = rest.length && el("tr", {}, el("td", { colspan: head.length }, el("button", { type: "button", class: "more",
    onclick: (event) => event.target.closest("tr").replaceWith(...rest) }, `${rest.length} more`)));
  return el("div", { class: "scroll" }, el("table", { class: "plain-table" },
    el("thead", {}, el("tr", {}, head.map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, rows.slice(0, first).map(row), more || undefined)));
}

function itemRow(item) {
  const element = (name, plain) => (name && name !== plain ? `${name} ` : "");
  const target = item.arn !== undefined ? [element(item.resource_element, "Resource"), code(item.arn)]
    : [`${item.principal_type || ""} `, code(item.principal || "")];
  const extra = [item.condition && ["if ", code(item.condition)], item.excluded && ["as one of ", code(item.excluded)], item.note && `(${item.note})`];
  return [tag(item.side), [item.effect, " ", element(item.action_element, "Action"), code(`${item.service}:${item.action}`)],
    [target, extra.filter(Boolean).map((part) => [" ", part])], policyOf(item.policy_type, item.policy_name)];
}

function part(title, rows, make, more, file) {
  if (!rows || !rows.length) return undefined;
  const note = more ? el("p", { class: "notice" }, `… and ${more} more, in `, code(file)) : undefined;
  return el("section", { class: "part" }, el("h3", {}, title), make(rows), note);
}

const cards = (make, role) => (rows) => rows.map((row) => make(row, role));

function parts(place) {
  const role = index.roles[place];
  const found = block("details")[place] || {};
  const more = found.more || {};
  if (found.left_out) return [el("p", { class: "notice" }, "The details of this role are left out of this page for their size; report.json and ", code("iamctl explain"), " have them."), policies(place)];
  return [
    part("What it may do", found.access, cards(accessCard, role), more.access, "access_differences.csv"),
    part("Who may take it", found.trust, cards(trustCard, role), more.trust, "trust_differences.csv"),
    part("What is denied outright", found.denies, cards(denyCard, role), more.denies, "deny_differences.csv"),
    part("What belongs to the other account", found.cross_references, cards(crossCard, role), more.cross_references, "cross_references.csv"),
    part("Attributes", found.attributes, (rows) => table(["Attribute", LEFT, RIGHT],
      rows.map((row) => [code(row.attribute), value(row.left), value(row.right)])), more.attributes, "attribute_differences.csv"),
    part("Statements to look at", found.remarks, (rows) => el("ul", { class: "plain-list" }, rows.map((row) =>
      el("li", {}, tag(row.side), " ", statement(row.statement), `: ${row.text} (${row.id})`))), more.remarks, "report.json"),
    part("Accepted", found.accepted, (rows) => el("ul", { class: "plain-list" }, rows.map((text) => el("li", {}, text))), more.accepted, "accepted_differences.csv"),
    policies(place),
    part("Rows that only one account has", found.items, (rows) => table(["Account", "Row", "On or for", "Policy"], rows.map(itemRow)),
      more.items, `${LEFT}_to_${RIGHT}_common_role_difference_items.csv and ${RIGHT}_to_${LEFT}_common_role_difference_items.csv`),
  ].filter(Boolean);
}

function heading(role) {
  const arn = (side, real) => [el("dt", {}, tag(side)), el("dd", {}, real ? code(real[1]) : el("span", { class: "muted" }, "no such role"))];
  const grades = role.g ? [el("dt", {}, "What it may do"), el("dd", {}, role.g[0]), el("dt", {}, "Who may take it"), el("dd", {}, role.g[1])] : [];
  return el("dl", { class: "facts head-facts" }, arn("left", role.l), arn("right", role.r), grades);
}

function showRole(place) {
  const role = index.roles[place];
  const at = list.places.indexOf(place);
  const step = (by, text) => {
    const next = at < 0 ? undefined : list.places[at + by];
    return next === undefined ? undefined
      : el("a", { class: "step", rel: by < 0 ? "prev" : "next", href: address({ ...list.state, role: linkName(next) }) }, text);
  };
  const found = parts(place);
  const nothing = paired(role) ? "Nothing differs." : `The other account has no such role. ${role.l ? LEFT : RIGHT}_snapshot.json holds its policies.`;
  byId("role").replaceChildren(
    el("nav", { class: "crumbs", "aria-label": "Roles" },
      el("a", { class: "back", href: address(list.state) }, "← All roles"),
      el("span", { class: "muted" }, at < 0 ? "" : `${at + 1} of ${list.places.length}`),
      step(-1, "Previous"), step(1, "Next"),
      el("a", { class: "link", href: address({ ...readAddress(""), role: linkName(place) }) }, "Link to this role")),
    el("h2", { tabindex: "-1" }, code(role.n)),
    el("p", { class: "badges" }, badges(role)),
    heading(role),
    ...(found.length ? found : [el("p", { class: "notice" }, nothing)]));
}

// The matrix of roles and accounts. Only what is in its window is made, so that its size does not matter.

const index = block("index");
const { accounts, roles, severities } = index;

// Each role by what its address calls it: its name, and a number where several rows have that name.
const byName = new Map();
for (const role of roles) {
  let name = role.n;
  for (let more = 2; byName.has(name); more += 1) name = `${role.n} ${more}`;
  byName.set(name, role);
  role.l = name;
}

// The size of a cell and of the headings, in pixels.
const WIDE = 30;
const HIGH = 26;
const NAMES = Math.min(280, Math.max(120, Math.round(window.innerWidth * 0.3)));
const HEADS = 120;
const GROUP = 18;

const KEYS = ["role", "account", "severity", "q", "a", "show", "sort", "columns", "group"];
const PLACE = "matrix";
const matrix = { state: {}, rows: [], columns: [], groups: [], controls: {} };

const severity = (name) => el("span", { class: `severity ${name}` }, name);

// The class of a role in an account; none where the account was not read.
const classOf = (role, account) => role.k.find((one) => one.a.includes(account));

// What a cell says: its text, its style, and the words for it.
function cellOf(role, account) {
  const one = classOf(role, account);
  if (!one) return ["", "unknown", "not read"];
  const found = one.v === undefined ? "" : severities[one.v];
  if (one.c === "not compared") return ["?", "unknown", "not compared"];
  if (one.c === "-") return ["–", found || "absent", "absent"];
  if (one.c === 1) return ["1", "same", "the same"];
  return [String(one.c), found || "unknown", `class ${one.c}`];
}

const differs = (role) => role.k.some((one) => one.c !== 1 && (one.v !== undefined || one.c !== "-"));
const worst = (role) => Math.min(severities.length, ...role.k.map((one) => (one.v === undefined ? severities.length : one.v)));
const deviating = (role) => role.k.reduce((sum, one) => sum + (one.v === undefined ? 0 : one.a.length), 0);
const byText = (a, b) => (a < b ? -1 : Number(a > b));

const ROW_ORDERS = {
  "": (a, b) => worst(a) - worst(b) || deviating(b) - deviating(a) || byText(a.n, b.n),
  name: (a, b) => byText(a.n, b.n),
  accounts: (a, b) => deviating(b) - deviating(a) || worst(a) - worst(b) || byText(a.n, b.n),
};

// Accounts stand in the order of their deviations, the baseline first.
const COLUMN_ORDERS = { "": () => 0, tag: (a, b) => byText(accounts[a].t, accounts[b].t) };

// What groups accounts: the keys of the labels `key:value`, and the paths of organizational units.
function kindOf(label) {
  if (label.includes("/")) return "/";
  const end = label.indexOf(":");
  return end > 0 ? label.slice(0, end) : "";
}

const KINDS = [...new Set(accounts.flatMap((account) => account.l || []).map(kindOf).filter(Boolean))].sort(byText);

function groupOf(account, by) {
  if (by === "tag") return account.t.split(/[-_.]/)[0];
  const labels = (account.l || []).filter((label) => kindOf(label) === by.slice(1));
  return labels.map((label) => by === "=/" ? label : label.slice(by.length)).join(", ");
}

const has = (text, words) => words.every((word) => text.includes(word));
const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

function select(state) {
  const [role, account] = [wordsOf(state.q), wordsOf(state.a)];
  const all = [...roles.keys()].filter((at) => (state.show === "all" || differs(roles[at])) && has(roles[at].n.toLowerCase(), role));
  matrix.rows = all.sort((a, b) => ROW_ORDERS[state.sort](roles[a], roles[b]));
  const columns = [...accounts.keys()].filter((at) => has(`${accounts[at].t} ${accounts[at].i || ""}`.toLowerCase(), account));
  columns.sort(COLUMN_ORDERS[state.columns]);
  matrix.columns = state.group ? columns.sort((a, b) => byText(groupOf(accounts[a], state.group), groupOf(accounts[b], state.group))) : columns;
  matrix.groups = [];
  if (!state.group) return;
  matrix.columns.forEach((at, place) => {
    const name = groupOf(accounts[at], state.group);
    const last = matrix.groups.at(-1);
    if (last && last.name === name) last.count += 1;
    else matrix.groups.push({ name, from: place, count: 1 });
  });
}

// Puts an element where it belongs.
function at(element, left, top, width, height) {
  Object.assign(element.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  return element;
}

function headHeight() {
  return HEADS + (matrix.state.group ? GROUP : 0);
}

// Lays out the window and makes what can be seen of it.
function layOut() {
  const { space, corner, heads, names } = matrix;
  const [width, height] = [matrix.columns.length * WIDE, matrix.rows.length * HIGH];
  const head = headHeight();
  space.style.width = `${NAMES + width}px`;
  space.style.height = `${head + height}px`;
  for (const [part, wide, high] of [[corner, NAMES, head], [heads, width, head], [names, NAMES, height]]) {
    part.style.width = `${wide}px`;
    part.style.height = `${high}px`;
  }
  // The corner comes first and takes its height; the headings stand beside it, the names below it.
  heads.style.marginLeft = `${NAMES}px`;
  heads.style.marginTop = `-${head}px`;
  draw();
}

function draw() {
  const { view, heads, names, cells } = matrix;
  const head = headHeight();
  const part = (start, size, step, all) => [Math.max(0, Math.floor(start / step) - 4), Math.min(all, Math.ceil((start + size) / step) + 4)];
  const [left, right] = part(view.scrollLeft, view.clientWidth, WIDE, matrix.columns.length);
  const [top, bottom] = part(view.scrollTop, view.clientHeight, HIGH, matrix.rows.length);
  const columns = matrix.columns.slice(left, right);
  const rows = matrix.rows.slice(top, bottom);
  const group = matrix.state.group ? GROUP : 0;
  fill(heads,
    matrix.groups.filter((one) => one.from < right && one.from + one.count > left).map((one) =>
      at(el("span", { class: "group-name", title: one.name }, one.name), one.from * WIDE, 0, one.count * WIDE, GROUP)),
    columns.map((column, place) => at(el("button", { type: "button", class: "account-name", "data-account": accounts[column].t,
      title: accounts[column].i || accounts[column].t }, accounts[column].t), (left + place) * WIDE, group, WIDE, head - group - 4)));
  fill(names, rows.map((row, place) => at(el("button", { type: "button", class: "role-name", "data-role": place + top,
    title: roles[row].n }, roles[row].n), 0, (top + place) * HIGH, NAMES, HIGH)));
  fill(cells, rows.map((row, line) => columns.map((column, place) => {
    const [text, style, says] = cellOf(roles[row], column);
    const label = `${roles[row].n} in ${accounts[column].t}: ${says}`;
    return at(el("button", { type: "button", class: `cell ${style}`, "data-role": line + top, "data-account": accounts[column].t,
      "aria-label": label, title: label }, text),
    NAMES + (left + place) * WIDE + 1, head + (top + line) * HIGH + 1, WIDE - 2, HIGH - 2);
  })));
}

function status() {
  const all = roles.filter(differs).length;
  const shown = `${counted(matrix.rows.length, "role")} of ${roles.length} (${all} differ), ${counted(matrix.columns.length, "account")} of ${accounts.length}`;
  return matrix.rows.length && matrix.columns.length ? shown : `Nothing matches: ${shown}`;
}

function showMatrix(state) {
  const known = { ...state, role: "", account: "", severity: "" };
  for (const [key, control] of Object.entries(matrix.controls)) {
    if (control.options && ![...control.options].some((option) => option.value === known[key])) known[key] = "";
    if (control.value !== known[key]) control.value = known[key];
  }
  matrix.state = known;
  select(known);
  matrix.status.textContent = status();
  layOut();
}

function changed() {
  const state = { ...matrix.state };
  for (const [key, control] of Object.entries(matrix.controls)) state[key] = control.value;
  matrix.view.scrollTo(0, 0);
  showMatrix(state);
  replaceAddress(matrix.state);
}

// How many causes are shown at first, so that the matrix is near.
const CAUSES = 10;

// Causes of one severity, or all; at first the most severe.
function showCauses(wanted, whole) {
  const items = [...document.querySelectorAll("#causes .brief li")];
  const fits = items.filter((item) => !wanted || item.dataset.severity === wanted);
  const shown = new Set(wanted || whole ? fits : fits.slice(0, CAUSES));
  for (const item of items) item.hidden = !shown.has(item);
  const line = document.querySelector("#causes .status");
  if (!line) return;
  const all = (text, action) => el("button", { type: "button", class: "plain", onclick: action }, text);
  fill(line, counted(shown.size, "cause"), ` of ${items.length}`,
    wanted && [" (", severity(wanted), ") ", el("a", { href: address(matrix.state) }, "Show all severities")],
    shown.size < fits.length && [" ", all("Show all", () => showCauses("", true))]);
}

function findings(one) {
  if (!one.f.length) return el("p", {}, one.c === 1 ? "The role is the same as in the baseline; accepted differences do not count." : one.c === "-" ? "Neither the account nor the baseline has the role." : "iamctl did not compare the role, or could not determine whether it differs.");
  return el("ul", { class: "plain-list" }, one.f.map(([at, rule, message]) =>
    el("li", { class: "said" }, el("p", {}, severity(severities[at]), " ", said(message), " ", el("span", { class: "rule" }, rule)))));
}

function link(account, role) {
  const found = accounts.find((one) => one.t === account);
  if (!found || !found.r) return null;
  return el("a", { href: `${found.r}/report.html#role=${encodeURIComponent(role)}` }, `full report of ${account}`);
}

const names = (one) => one.a.map((at) => accounts[at].t);

function classCard(role, one, account) {
  const tags = names(one);
  const others = tags.filter((tag) => tag !== account);
  const heading = { "-": "Absent", "not compared": "Not compared" }[one.c] || `Class ${one.c}`;
  const wording = one.f.length && account && tags[0] !== account ? el("p", { class: "small" }, `In the words of the report of ${tags[0]}.`) : null;
  return el("section", { class: `card ${one.v === undefined ? "" : severities[one.v]}` },
    el("h4", { class: "card-head" }, heading, one.c === 1 && " (the baseline’s)"),
    findings(one), wording,
    one.n && el("p", { class: "muted" }, one.n),
    el("dl", { class: "facts" },
      el("dt", {}, account ? "Other accounts of this class" : "Accounts"), el("dd", {}, others.length ? texts(others, 0) : "none")),
    one.c !== 1 && el("p", { class: "small" }, link(account || tags.find((tag) => link(tag, role.n)), role.n)));
}

function open(title, state, ...parts) {
  const back = el("a", { class: "back", href: address({ ...state, role: "", account: "" }) }, "← Back to the matrix");
  fill(byId("opened"), el("nav", { class: "crumbs" }, back), el("h2", { tabindex: "-1" }, title), parts);
  byId("opened").hidden = false;
  document.body.classList.add("open");
  window.scrollTo(0, 0);
  byId("opened").querySelector("h2").focus({ preventScroll: true });
}

function roleParts(role, account) {
  const facts = el("dl", { class: "facts head-facts" },
    el("dt", {}, "Role in the baseline"), el("dd", {}, role.b ? code(role.b) : "none"),
    role.w && [el("dt", {}, "Compared with"), el("dd", {}, role.w)],
    el("dt", {}, "Accounts that have it"), el("dd", {}, `${role.m} of ${accounts.length}`),
    role.o && [el("dt", {}, "Kind"), el("dd", {}, "service-linked role")]);
  const at = accounts.findIndex((one) => one.t === account);
  if (account === "") return [facts, role.k.map((one) => classCard(role, one, ""))];
  const own = classOf(role, at);
  const rest = role.k.filter((one) => one !== own);
  return [facts, own ? classCard(role, own, account) : el("p", { class: "notice" }, "The account was not read."),
    rest.length && el("h3", { class: "part" }, "Other classes"), rest.map((one) => classCard(role, one, ""))];
}

function accountParts(account, state) {
  const own = accounts.indexOf(account);
  const differing = [...roles.keys()].filter((at) => {
    const one = classOf(roles[at], own);
    return one && one.v !== undefined;
  }).sort((a, b) => classOf(roles[a], own).v - classOf(roles[b], own).v);
  return [
    el("dl", { class: "facts head-facts" },
      el("dt", {}, "Account"), el("dd", {}, code(account.i || "unknown")),
      el("dt", {}, "Source"), el("dd", {}, account.u),
      el("dt", {}, "Status"), el("dd", {}, account.b ? "the baseline" : account.s, account.w && `: ${account.w}`)),
    account.r && el("p", {}, el("a", { href: `${account.r}/report.html` }, "Full report")),
    el("h3", { class: "part" }, "Roles that differ"),
    differing.length ? el("ul", { class: "plain-list" }, differing.map((at) => el("li", {},
      severity(severities[classOf(roles[at], own).v]), " ",
      el("a", { href: address({ ...state, role: roles[at].l, account: account.t }) }, roles[at].n)))) : el("p", {}, "None."),
  ];
}

function show() {
  const text = location.hash;
  if (!isState(text)) return;
  const state = readAddress(text);
  showCauses(state.severity);
  if (state.severity) byId("causes").scrollIntoView();
  showMatrix(state);
  const rest = matrix.state;
  const role = byName.get(state.role);
  const account = accounts.find((one) => one.t === state.account);
  if (role && (account || !state.account)) return open(account ? `${role.n} in ${account.t}` : role.n, rest, roleParts(role, state.account));
  if (account && !state.role) return open(account.t, rest, accountParts(account, rest));
  byId("opened").hidden = true;
  if (text === "#matrix") byId("matrix").scrollIntoView();
  const wasOpen = document.body.classList.contains("open");
  document.body.classList.remove("open");
  // What is hidden has no size, so the window is made again.
  layOut();
  if (state.role || state.account) matrix.status.textContent = `There is no ${state.role ? `role ${state.role}` : `account ${state.account}`} in this report.`;
  if (wasOpen) byId("matrix").scrollIntoView();
}

function press(event) {
  const target = event.target.closest("button");
  if (!target) return;
  const role = target.dataset.role === undefined ? "" : roles[matrix.rows[Number(target.dataset.role)]].l;
  location.hash = address({ ...matrix.state, role, account: target.dataset.account || "" });
}

function choice(key, label, options) {
  const control = el("select", { onchange: changed }, options.map(([value, text]) => el("option", { value }, text)));
  matrix.controls[key] = control;
  return el("label", { class: "field" }, el("span", {}, label), control);
}

function search(key, label) {
  const control = el("input", { type: "search", oninput: changed, autocomplete: "off", spellcheck: "false" });
  matrix.controls[key] = control;
  return el("label", { class: "field" }, el("span", {}, label), control);
}

function build() {
  matrix.corner = el("div", { class: "corner" });
  matrix.heads = el("div", { class: "heads" });
  matrix.names = el("div", { class: "names" });
  matrix.cells = el("div", {});
  matrix.space = el("div", { class: "space" }, matrix.corner, matrix.heads, matrix.names, matrix.cells);
  let waiting = false;
  matrix.view = el("div", { class: "window", tabindex: "0", role: "region", "aria-label": "Roles and accounts", onclick: press, onscroll: () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  } }, matrix.space);
  matrix.status = el("p", { class: "status", role: "status" });
  put(byId("matrix"), [
    el("div", { class: "controls" },
      search("q", "Search roles"), search("a", "Search accounts"),
      choice("show", "Show", [["", "roles that differ"], ["all", "all roles"]]),
      choice("sort", "Order of roles", [["", "most severe first"], ["accounts", "most deviating accounts first"], ["name", "by name"]]),
      choice("columns", "Order of accounts", [["", "most severe deviations first"], ["tag", "by tag"]]),
      choice("group", "Group accounts", [["", "not grouped"], ["tag", "by the first part of their tags"],
        ...KINDS.map((kind) => [`=${kind}`, kind === "/" ? "by organizational unit" : `by ${kind}`])])),
    matrix.status, matrix.view,
    el("p", { class: "key" }, "1: the same as the baseline. Another number: a class of accounts in which the role is the same, and differs from the baseline. –: the account does not have the role. ?: not compared. Empty: not read. Colors show the most severe finding."),
  ]);
}

try {
  build();
  document.documentElement.classList.add("js");
  show();
  window.addEventListener("hashchange", show);
  window.addEventListener("resize", () => matrix.state && draw());
  document.addEventListener("keydown", (event) => {
    const back = byId("opened").querySelector("a.back");
    if (event.key === "Escape" && back && !byId("opened").hidden) location.hash = back.hash;
  });
  // How long after the navigation the page could be used, as the page itself sees it.
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
} catch (error) {
  document.documentElement.classList.remove("js");
  document.documentElement.classList.add("failed");
  throw error;
}

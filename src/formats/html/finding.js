// One finding: its sentence, what stands behind it, why it matters, and the commands that help.

const ruleOf = new Map(index.rules.map((rule) => [rule.id, rule]));

// A text as one word for a shell.
const quoted = (text) => (/^[A-Za-z0-9:/._\-=@+,]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

// The folder of this page, where it is a file; commands name it in place of FOLDER, so that they can be pasted.
const folder = (() => {
  if (location.protocol !== "file:") return undefined;
  try {
    const path = decodeURIComponent(location.pathname).replace(/\/[^/]*$/, "");
    return path.replace(/^\/(?=[A-Za-z]:)/, "") || "/";
  } catch {
    return undefined;
  }
})();

function pasted(command) {
  if (folder === undefined) return command;
  return command.replace(/^(iamctl [a-z-]+ )('?)FOLDER/, (_, start, quote) => start + quoted(folder) + quote);
}

// Selects a text, so that it can be copied by hand where the browser does not do it.
function chosen(node) {
  const range = document.createRange();
  range.selectNodeContents(node);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

function commandLine([what, command]) {
  const text = code(pasted(command));
  const note = el("span", { class: "muted", role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      note.textContent = "copied";
    } catch {
      chosen(text);
      note.textContent = document.execCommand("copy") ? "copied" : "selected";
    }
  };
  return el("li", {}, text, " ", el("button", { type: "button", class: "copy", "aria-label": `Copy: ${what}`, onclick: copy }, "Copy"), " ",
    el("span", { class: "muted" }, what), " ", note);
}

const commands = (all) => (all.length ? el("ul", { class: "commands" }, all.map(commandLine)) : undefined);

// Name and value of each line that has a value.
function facts(pairs) {
  return el("dl", { class: "facts" }, pairs.filter(([, value]) => value !== undefined && value !== "")
    .flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

const away = (href, text) => el("a", { href, rel: "noopener noreferrer", target: "_blank" }, text);

function ruleText(id, open) {
  const rule = ruleOf.get(id);
  if (!rule) return undefined;
  const body = el("div", { class: "rule-text" }, facts(rule.paragraphs.map(([name, text]) => [name, said(text)])), el("p", { class: "small" }, away(rule.documentation, "AWS documentation")));
  if (open) return body;
  return el("details", { class: "why" }, el("summary", {}, "Why it matters, how to resolve it"), body);
}

const details = (finding) => (finding.d || []).length
  ? el("ul", { class: "plain-list" }, finding.d.map((text) => el("li", {}, said(text)))) : undefined;
const lists = (finding) => (finding.l || []).length
  ? facts(finding.l.map(([name, list, more]) => [name, texts(list, more)])) : undefined;

// A finding among those of its role.
function findingCard(finding) {
  const cause = causes[finding.g];
  const others = cause && cause.r.length > 1;
  const settle = cause ? cause.c.filter(([, command]) => /^iamctl (accept|remediate) /.test(command)) : [];
  return el("div", { class: `card ${finding.v}`, id: `finding-${finding.i}` },
    el("p", { class: "card-head" }, severity(finding.v), " ", finding.n && [el("span", { class: "badge" }, finding.n), " "], finding.s && [tag(finding.s), " "], el("span", { class: "rule" }, finding.u), " ",
      others && el("a", { href: address({ ...list.state, cause: cause.i }) }, `the same cause in ${counted(cause.r.length, "role")}`)),
    el("p", { class: "message" }, said(finding.m)),
    lists(finding), details(finding),
    commands([...(finding.q ? [[index.ask, finding.q]] : []), ...settle]),
    ruleText(finding.u));
}

// Elements. Texts become text nodes and nothing else; there is no way from a text to markup here.

const byId = (id) => document.getElementById(id);

function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  put(element, children);
  return element;
}

function put(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

// Puts these in the place of what an element holds.
function fill(element, ...children) {
  element.replaceChildren();
  put(element, children);
}

const code = (text) => el("code", {}, text);

// A sentence: what stands between backticks is code. The frame of the page does the same.
function said(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(/(^|[\s([])`([^`]+)`(?![\p{L}\p{N}])/gu)) {
    parts.push(text.slice(end, found.index), found[1], code(found[2]));
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)];
}

const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

// A list of texts of which the first few are shown at once.
function texts(list, more, first = 12) {
  const all = list || [];
  const out = el("ul", { class: "texts" });
  const show = (part) => part.forEach((text) => out.append(el("li", {}, code(text))));
  show(all.slice(0, first));
  const rest = all.slice(first);
  const note = more ? `and ${more} more, in report.json` : "";
  if (rest.length) {
    const button = el("button", { type: "button", class: "more", onclick: () => {
      item.remove();
      show(rest);
      if (note) out.append(el("li", { class: "muted" }, note));
    } }, `${rest.length + (more || 0)} more`);
    const item = el("li", {}, button);
    out.append(item);
  } else if (note) {
    out.append(el("li", { class: "muted" }, note));
  }
  return out;
}

// The blocks of JSON in the page, each read when it is first needed.
const blocks = new Map();
function block(id) {
  if (!blocks.has(id)) blocks.set(id, JSON.parse(byId(id).textContent));
  return blocks.get(id);
}
